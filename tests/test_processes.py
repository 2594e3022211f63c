"""Blocks of work in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

import pytest

from policyengine.frozen import Frozen
from policyengine.processes import run_blocks


class Doubling(Frozen):
    """Twice each block."""

    def start(self) -> Callable[[int], int]:
        return lambda block: 2 * block


@pytest.mark.parametrize("jobs", [1, 2])
def test_blocks_come_in_their_order_and_who_asks_no_further_leaves_no_process(jobs: int) -> None:
    before = {one.pid for one in multiprocessing.active_children()}
    done = run_blocks(Doubling(), range(1_000), jobs)
    assert [next(done) for _ in range(3)] == [(0, 0), (1, 2), (2, 4)]
    done.close()
    assert {one.pid for one in multiprocessing.active_children()} <= before


def test_of_no_block_nothing_comes() -> None:
    assert [*run_blocks(Doubling(), [], 2)] == []
