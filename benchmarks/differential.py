"""Compares both engines on random rulebooks and cases, as often as asked.

python benchmarks/differential.py --comparisons 100000

Progress goes to stderr; one line says how many comparisons were made, in what time and with which seeds. At
the first difference that line tells the seed and what differs, with exit code 1; ``--seed N --comparisons 1``
repeats it. A seed is a rulebook with several cases and instants, and is always compared as a whole.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from test_differential import compare  # noqa: E402  # found by the line above

CASES = 5
INSTANTS = 4
BATCH = 25
# The engine never frees what it has loaded, so after so many batches processes are replaced. (Their own way
# to replace themselves, max_tasks_per_child, hangs in early releases of Python 3.11 and 3.12.)
ROUND = 40


def compare_batch(seeds: range) -> tuple[int, str]:
    """Compare the rulebooks of some seeds; return the number of comparisons and the first difference."""
    count = 0
    for seed in seeds:
        try:
            for _ in compare(seed, CASES, INSTANTS):
                count += 1
        except Exception as fault:  # whatever goes wrong, the seed is what must be told
            return count, f"seed {seed}: {type(fault).__name__}: {fault}"
    return count, ""


def batches(first: int, comparisons: int) -> Iterator[range]:
    last = first + -(-comparisons // (CASES * INSTANTS))
    for seed in range(first, last, BATCH):
        yield range(seed, min(seed + BATCH, last))


def results(todo: list[range], processes: int) -> Iterator[tuple[int, str]]:
    """Return the results of the batches in order; a crash of the engine raises BrokenProcessPool."""
    for start in range(0, len(todo), ROUND):
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            yield from pool.map(compare_batch, todo[start : start + ROUND])


def main() -> int:
    """Run the comparisons; return the exit code."""
    parser = argparse.ArgumentParser(description="Compare both engines on random rulebooks and cases.")
    parser.add_argument("--comparisons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    started, total = time.monotonic(), 0
    todo = list(batches(asked.seed, asked.comparisons))
    for count, fault in results(todo, asked.processes):
        total += count
        print(f"\r{total} compared", end="", file=sys.stderr, flush=True)
        if fault:
            print(f"\n{fault}")
            return 1
    seconds = time.monotonic() - started
    print(file=sys.stderr)
    print(f"{total} comparisons, seeds {asked.seed} to {todo[-1][-1]}, no difference, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
