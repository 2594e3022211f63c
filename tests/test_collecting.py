"""Garbage is collected in every process that judges: over many cases, memory would run out."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from policyengine import cli
from policyengine.frozen import Frozen
from policyengine.processes import run_blocks

USUAL = gc.get_threshold()


class Looking(Frozen):
    """A task that tells for each block whether garbage is collected, and how seldom."""

    def start(self) -> Callable[[int], tuple[bool, int]]:
        """Return what tells it."""
        return lambda block: (gc.isenabled(), gc.get_threshold()[0])


def test_commands_collect_garbage_seldom_and_leave_things_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    monkeypatch.setattr(cli, "_run", lambda words: seen.append((gc.isenabled(), gc.get_threshold()[0])))
    before = gc.get_threshold()
    with pytest.raises(SystemExit):
        cli.main(["impact"])
    ((is_collecting, between),) = seen
    assert is_collecting
    assert between > before[0]
    assert gc.get_threshold() == before


def test_processes_that_judge_collect_garbage_seldom() -> None:
    found = [told for _, told in run_blocks(Looking(), range(2), 2)]
    assert [is_collecting for is_collecting, _ in found] == [True, True]
    assert min(between for _, between in found) > USUAL[0]
