"""Measures what a large table takes: to check, to look up a row, and where one of its columns is not known.

python benchmarks/tables.py [--rows 10 100 1000 10000] [--kind plain first otherwise sum]

A price list by weight and kind of customer. ``check`` is CPU seconds of the whole command; a row is looked up
in CPU microseconds by the compiled engine alone; ``unknown`` are CPU seconds to tell everything that is still
possible where the case does not say the weight, and ``agreed`` where it does not say the kind of customer and
that comes to the same. In brackets: how many times as much as the first table takes. Trust these ratios more
than the numbers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from policyengine.api import Rulebook, load_rulebook  # noqa: E402  # found by the line above

ROWS = (10, 100, 1_000, 10_000)
CUSTOMERS = ("new", "known", "best")
KINDS = {
    "plain": ("", ""),
    "first": ("", "    overlap: first_row_counts\n"),
    "otherwise": (", otherwise: 9.00", "    otherwise: 5.00\n"),
    "sum": (", combine: sum, otherwise: 0.00", ""),
}
"""For each kind of table what stands at the fact, and what at the table."""

RULEBOOK = """rulebook: large
version: "1"
title: {en: A price list}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [en]
parties: {seller: {en: seller}}
"""
FACTS = """facts:
  parcel.weight: {{type: number, title: {{en: weight}}, at_least: 0}}
  parcel.customer:
    type: choice
    title: {{en: customer}}
    values: {{new: {{en: new}}, known: {{en: known}}, best: {{en: best}}}}
  parcel.fee: {{type: money, title: {{en: fee}}, role: outcome{fact}}}
"""
POLICY = """policy: prices
title: {en: Prices}
tables:
  price:
    title: {en: Prices}
    asks: [parcel.weight, parcel.customer]
    gives: parcel.fee
    file: prices.csv
"""


def write_rules(folder: Path, rows: int, kind: str) -> None:
    """Write a rulebook with one table of so many rows."""
    fact, table = KINDS[kind]
    (folder / "rulebook.yaml").write_text(RULEBOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS.format(fact=fact), "utf-8")
    (folder / "policies").mkdir()
    (folder / "policies" / "prices.yaml").write_text(POLICY + table, "utf-8")
    lines = ["parcel.weight,parcel.customer,parcel.fee"]
    steps = max(2, rows // len(CUSTOMERS))
    for step in range(steps):
        cell = (
            "up to 1" if step == 0 else f"over {step}" if step == steps - 1 else f"over {step} to {step + 1}"
        )
        # Heavy parcels cost the same for everybody.
        lines += [
            f"{cell},{customer},{step + 1 if 2 * step > steps else 3 * step + place + 1}.00"
            for place, customer in enumerate(CUSTOMERS)
        ]
    (folder / "policies" / "prices.csv").write_text("\n".join(lines) + "\n", "utf-8")


def measure(rows: int, kind: str) -> list[float]:
    """Return what a table of so many rows takes: seconds to check, microseconds to look up, seconds twice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rules(folder, rows, kind)
        checked = _checked(folder)
        book = load_rulebook(folder, engine="compiled")
        heavy = f"{rows // len(CUSTOMERS) - 0.5:.1f}"
        known = {"case": "c", "parcel": {"weight": heavy, "customer": "known"}}
        case = book.evaluate(known, as_of="2026-01-01 00:00:00").case
        as_of = book.read_instant("2026-01-01 00:00:00")
        return [
            checked,
            _best(lambda: book.engine.run(case, as_of).states["parcel.fee", None], 200) * 1e6,
            _possible(book, {"customer": "known"}),
            _possible(book, {"weight": heavy}),
        ]


def _possible(book: Rulebook, parcel: dict[str, str]) -> float:
    def outcomes() -> object:
        decision = book.evaluate({"case": "c", "parcel": parcel}, as_of="2026-01-01 00:00:00")
        return decision.outcomes, decision.missing

    return _best(outcomes, 1)


def _best(task: Callable[[], object], repeat: int) -> float:
    """Return the least CPU seconds of some rounds of a task."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for _ in range(repeat):
            task()
        best = min(best, (time.process_time() - started) / repeat)
        if best > 5:
            break
    return best


def _checked(folder: Path) -> float:
    """Return the CPU seconds of the command that checks a rulebook."""
    words = [sys.executable, "-m", "policyengine", "check", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "POLICYENGINE_CACHE": "off"}
    before = os.times()
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode:
        raise ValueError(done.stdout + done.stderr)
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Print a table for each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=[*KINDS])
    asked = parser.parse_args()
    for kind in asked.kind:
        print(f"| {kind}: rows | check, s | look up, µs | unknown, s | agreed, s |")
        print("|" + "---|" * 5, flush=True)
        first: list[float] = []
        for rows in asked.rows:
            found = measure(rows, kind)
            first = first or found
            cells = [f"{one:.3g} ({one / other:.1f})" for one, other in zip(found, first, strict=True)]
            print(f"| {rows} | " + " | ".join(cells) + " |", flush=True)
        print()


if __name__ == "__main__":
    main()
