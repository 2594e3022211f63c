"""A whole run: from files to an output that takes one block after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from policyengine.batch.columns import ColumnFinder
from policyengine.batch.decisions import Decisions, Done
from policyengine.batch.inputs import Input
from policyengine.batch.records import Block, digest_of, read_blocks
from policyengine.batch.staging import NothingToResume
from policyengine.batch.summary import Summary
from policyengine.batch.work import run_blocks


class Output(Protocol):
    """Takes what was made of blocks, one after the other; ``digests`` are those of blocks that it has."""

    digests: list[str]
    summary: Summary
    records: int
    rejected: int

    def add(
        self, digest: str, rows: bytes, rejects: bytes, records: int, rejected: int, summary: Summary
    ) -> None:
        """Take a block. Raises OSError."""
        ...


class Passing:
    """An output that passes rows on at once, or keeps nothing but the numbers."""

    def __init__(self, write: Callable[[bytes], None] | None = None) -> None:
        """``write`` takes the bytes of rows."""
        self.digests: list[str] = []
        self.summary = Summary()
        self.records = self.rejected = 0
        self._write = write

    def add(
        self, digest: str, rows: bytes, rejects: bytes, records: int, rejected: int, summary: Summary
    ) -> None:
        """Take a block."""
        if self._write is not None:
            self._write(rows)
        self.records += records
        self.rejected += rejected
        self.summary.merge(summary)


def judge_blocks(
    task: Decisions,
    sources: Sequence[Input],
    columns: ColumnFinder,
    output: Output,
    jobs: int,
    told: Callable[[int], None],
) -> Iterator[Done]:
    """Judge all cases of files and give what comes out to an output; return each block after that.

    ``told`` hears how many bytes of the files have been read. Blocks that the output has already are only
    read. Raises NothingToResume if these are others now, FaultsFound for tables that cannot be understood,
    NeedsArrow, OSError of the output, and BrokenProcessPool.
    """
    blocks = _after(output.digests, read_blocks(sources, columns, told))
    for block, done in run_blocks(task, blocks, jobs):
        if done.differ is None:
            output.add(digest_of(block), done.rows, done.rejects, done.records, done.rejected, done.summary)
        yield done


def _after(digests: Sequence[str], blocks: Iterator[Block]) -> Iterator[Block]:
    """Return the blocks that follow after those that are done. Raises NothingToResume."""
    for digest in tuple(digests):
        block = next(blocks, None)
        if block is None or digest_of(block) != digest:
            raise NothingToResume("cases")
    yield from blocks
