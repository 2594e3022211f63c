"""A whole run: from files to judged blocks, and an output that only passes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from policyengine.batch.columns import ColumnFinder
from policyengine.batch.decisions import Decisions, Done
from policyengine.batch.inputs import Input
from policyengine.batch.records import Block, digest_of, read_blocks
from policyengine.batch.staging import OtherRun
from policyengine.batch.summary import Summary
from policyengine.processes import run_blocks


class Output(Protocol):
    """Takes what was made of blocks, one after the other.

    ``digests`` are those of the blocks that it has, ``summary`` is what they count.
    """

    digests: list[str]
    summary: Summary

    def add(self, digest: str, rows: bytes, rejects: bytes, summary: Summary) -> None:
        """Take what was made of a block. Raises OSError."""
        ...


class Passing:
    """An output that passes on at once what it is given, or keeps nothing but the numbers."""

    def __init__(
        self, rows: Callable[[bytes], None] | None = None, rejects: Callable[[bytes], None] | None = None
    ) -> None:
        """``rows`` and ``rejects`` take what is passed on."""
        self.digests: list[str] = []
        self.summary = Summary()
        self._rows, self._rejects = rows, rejects

    def add(self, digest: str, rows: bytes, rejects: bytes, summary: Summary) -> None:
        """Take what was made of a block. Raises OSError."""
        for pass_on, data in ((self._rows, rows), (self._rejects, rejects)):
            if pass_on is not None:
                pass_on(data)
        self.summary.merge(summary)


def judge_blocks(
    task: Decisions,
    sources: Sequence[Input],
    columns: ColumnFinder,
    digests: Sequence[str],
    jobs: int,
    told: Callable[[int], None],
) -> Iterator[tuple[str, Done]]:
    """Judge the cases of files; return each block by its digest, in order.

    ``digests`` are those of the first blocks, which have been judged before and are only read. ``told`` hears
    how many bytes of the files have been read. Raises OtherRun if the first blocks are others now,
    FaultsFound for tables that cannot be understood, NeedsArrow, and BrokenProcessPool.
    """
    blocks = _after(digests, read_blocks(sources, columns, told))
    for block, done in run_blocks(task, blocks, jobs):
        yield digest_of(block), done


def _after(digests: Sequence[str], blocks: Iterator[Block]) -> Iterator[Block]:
    """Return the blocks that follow after those that are done. Raises OtherRun."""
    for digest in digests:
        block = next(blocks, None)
        if block is None or digest_of(block) != digest:
            raise OtherRun("cases")
    yield from blocks
