"""Compares both engines on random rulebooks and cases, as often as asked.

python benchmarks/differential.py --comparisons 100000

Prints one line at the end; at the first difference, the seed and what differs, with exit code 1.
``--seed N --comparisons 1`` repeats it.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from test_differential import compare  # noqa: E402  # found by the line above

CASES_EACH = 10
BATCH = 50


def compare_batch(seeds: range, cases: int) -> tuple[int, str]:
    """Compare the rulebooks of some seeds; return how many comparisons were made, and the first difference."""
    count = 0
    for seed in seeds:
        try:
            for _ in compare(seed, cases):
                count += 1
        except Exception as fault:
            return count, f"seed {seed}: {type(fault).__name__}: {fault}"
    return count, ""


def main() -> int:
    """Run the comparisons; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    cases = min(CASES_EACH, asked.comparisons)
    last = asked.seed + -(-asked.comparisons // cases)
    batches = [range(seed, min(seed + BATCH, last)) for seed in range(asked.seed, last, BATCH)]
    started, total = time.monotonic(), 0
    with ProcessPoolExecutor(asked.processes) as pool:
        for count, fault in pool.map(compare_batch, batches, [cases] * len(batches)):
            total += count
            if fault:
                print(fault)
                pool.shutdown(cancel_futures=True)
                return 1
            print(f"\r{total} compared", end="", file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"\n{total} comparisons, seeds {asked.seed} to {last - 1}, no difference, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
