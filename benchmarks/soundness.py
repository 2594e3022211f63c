"""Tries the laws of judging on random rulebooks that are written as text, as often as asked.

python benchmarks/soundness.py --states 1000000

A state is one judgement that is compared with another one under one law (``tests/laws.py``). Progress goes to
stderr; one line says how many states were compared, in what time, with which seeds, how many under each law.
The first law that is broken is told with its seed, exit code 1: the trial is made smaller, and its rulebook
and both its cases are written into a folder. ``--seed N --states 1`` repeats it; a seed is a rulebook with
several cases and instants, and is always tried as a whole.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from laws import Court, Trial, one_door, try_seed  # noqa: E402  # found by the line above
from shrinking import shrink  # noqa: E402
from written_rulebooks import case_data, draw_case, draw_moment, spelled, texts, write_rulebook  # noqa: E402

CASES = 16
BATCH = 8
# One engine never frees what it has loaded, so after so many batches processes are replaced.
ROUND = 60
DOORS = 100  # every so many seeds, a case goes through every door


class Tried(NamedTuple):
    """What trying some seeds gave: states by law, and the first law that is broken."""

    counts: Counter[str]
    seed: int
    number: int
    verdict: str


def try_batch(seeds: range) -> Tried:
    """Try the laws on the rulebooks of some seeds."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        number = 0
        try:
            for number, (trial, verdict) in enumerate(try_seed(seed, CASES)):
                counts[trial.law if verdict is not None else "says nothing"] += 1
                if verdict:
                    return Tried(counts, seed, number, f"{trial.law}: {verdict}")
            if seed % DOORS == 0 and (verdict := _doors(seed, counts)):
                return Tried(counts, seed, -1, f"one_door: {verdict}")
        except ValueError as fault:  # the rulebook is refused
            counts["refused"] += 1
            print(f"\nseed {seed} is refused: {fault}", file=sys.stderr)
        except Exception as fault:  # whatever goes wrong, the seed is what must be told
            return Tried(counts, seed, number, f"crash: {type(fault).__name__}: {fault}")
    return Tried(counts, seeds[-1], -1, "")


def _doors(seed: int, counts: Counter[str]) -> str | None:
    written = write_rulebook(seed)
    told = draw_case(written)
    with tempfile.TemporaryDirectory() as folder:
        verdict = one_door(written, told, draw_moment(written, told), Path(folder))
    counts["one_door"] += 4 if verdict is not None else 0
    return verdict


def results(first: int, states: int, processes: int) -> Iterator[Tried]:
    """Return what the batches give, in order, until there are enough states."""
    total = 0
    while total < states:
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            # Not more than are needed, as far as the states of one seed tell.
            count = max(1, min(ROUND, (states - total) // (BATCH * 250)))
            todo = [range(one, one + BATCH) for one in range(first, first + count * BATCH, BATCH)]
            if states == 1:
                todo = [range(first, first + 1)]
            for tried in pool.map(try_batch, todo):
                total += compared(tried.counts)
                yield tried
        first = todo[-1][-1] + 1


def compared(counts: Counter[str]) -> int:
    return sum(count for law, count in counts.items() if law not in ("says nothing", "refused"))


def write_trial(trial: Trial, folder: Path) -> str:
    """Write the rulebook and both cases of a trial; return how to judge them."""
    for name, text in texts(trial.written.files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    lines = []
    cases = (
        ("first", trial.told, trial.as_of, trial.written.overlays, "reference"),
        ("second", trial.other, trial.other_as_of, trial.other_overlays, trial.engine),
    )
    for name, told, as_of, overlays, engine in cases:
        (folder / f"{name}.json").write_text(json.dumps(case_data(trial.written, told), indent=2), "utf-8")
        words = [f"{folder}/{name}.json", "--rules", f"{folder}", "--as-of", spelled("instant", as_of)]
        words += [word for one in overlays for word in ("--overlay", one)]
        words += [
            word for id, reading in trial.written.assume.items() for word in ("--assume", f"{id}={reading}")
        ]
        lines.append(" ".join(("policyengine evaluate", *words, "--engine", engine)))
    return "\n".join(lines)


def tell(tried: Tried, folder: Path | None) -> None:
    """Print what breaks a law, and write the trial, made smaller, into a folder."""
    print(f"\nseed {tried.seed}, trial {tried.number}: {tried.verdict}")
    if tried.number < 0:
        return
    trial = next(one for number, (one, _) in enumerate(try_seed(tried.seed, CASES)) if number == tried.number)
    smaller = shrink(trial)
    folder = folder or Path(tempfile.mkdtemp(prefix="soundness-"))
    print(f"made smaller: {Court(smaller.written.files, smaller.written.assume).run(smaller)}")
    print(write_trial(smaller, folder))


def main() -> int:
    """Try the laws; return the exit code."""
    parser = argparse.ArgumentParser(description="Try the laws of judging on random rulebooks and cases.")
    parser.add_argument("--states", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where what breaks a law is written; else a new folder")
    asked = parser.parse_args()
    os.environ["POLICYENGINE_CACHE"] = "off"
    started, counts, last = time.monotonic(), Counter[str](), asked.seed
    for tried in results(asked.seed, asked.states, asked.processes):
        counts += tried.counts
        last = max(last, tried.seed)
        print(f"\r{compared(counts)} compared", end="", file=sys.stderr, flush=True)
        if tried.verdict:
            tell(tried, asked.folder)
            return 1
    seconds = time.monotonic() - started
    print(file=sys.stderr)
    shares = ", ".join(f"{law} {count}" for law, count in sorted(counts.items()))
    seeds = f"seeds {asked.seed} to {last}"
    print(f"{compared(counts)} states, {seeds}, every law holds, {seconds:.0f} s ({shares})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
