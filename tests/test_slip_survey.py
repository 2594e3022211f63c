"""The survey of slips runs, and every kind of slip is one."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "slip_survey", Path(__file__).parent.parent / "benchmarks" / "slips.py"
)
assert _SPEC is not None and _SPEC.loader is not None
slips = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(slips)


@pytest.mark.parametrize("kind", slips.SLIPS)
def test_every_slip_changes_some_line(kind: str) -> None:
    text = 'a: "1, 2"\n  b: [c12, {d: word}]\n- e: 10.5\n'
    chance = random.Random(1)
    changed = [slips.slipped(text, slips.SLIPS[kind], chance) for _ in range(20)]
    assert any(one != text for one, _ in changed)
    assert {line for _, line in changed} <= {1, 2, 3}


def test_most_slips_are_told_where_they_are() -> None:
    counts = slips.survey(20, 1)
    whole = sum(counts.values(), start=type(counts["full-width"])())
    assert whole.total() == 20 and whole["here"] > whole["elsewhere"]
    assert slips.table(counts).count("\n") == len(slips.SLIPS) + 2
