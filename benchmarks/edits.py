"""Edits of the Taobao rulebook: `impact` must say, number for number, what judging each case twice says.

python benchmarks/edits.py [--edits 20] [--cases 2000] [--seed 7]

Each edit changes one to three values or rules at random; what is no rulebook any more is drawn again. The
oracle is one `evaluate` after the other under both versions, with the compiled engine and the whole search.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from edits import edited  # found by the line above

from policyengine.api import Rulebook, prepare
from policyengine.batch.columns import Named
from policyengine.batch.reading import When, own_instant
from policyengine.batch.records import Text, Texts
from policyengine.batch.shipment import Shipment
from policyengine.impact.comparison import Comparison
from policyengine.loading.load import load_files
from policyengine.outcome.decision import Decision
from policyengine.reading.rule_files import SourceFile, collect_files

TAOBAO = Path(__file__).resolve().parent.parent / "rules" / "taobao"


def edits_of(count: int, seed: int) -> Iterator[tuple[SourceFile, ...]]:
    """Return the files of so many edited rulebooks."""
    random = Random(seed)
    files, _ = collect_files(str(TAOBAO))
    trees = {
        f"{one.kind if one.kind == 'facts' else 'policies'}/{number}": yaml.safe_load(one.data)
        for number, one in enumerate(files)
        if one.kind in ("facts", "policy")
    }
    while count:
        made = edited(trees, random, random.randint(1, 3))
        changed = tuple(
            SourceFile(one.kind, one.path, _text(made[name]), one.faults) if name in made else one
            for number, one in enumerate(files)
            for name in [f"{one.kind if one.kind == 'facts' else 'policies'}/{number}"]
        )
        loaded = load_files(str(TAOBAO), changed, (), (), is_saved=False)
        if loaded.rulebook is not None and made != trees:
            count -= 1
            yield changed


def _text(tree: object) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()


def shipment(files: tuple[SourceFile, ...]) -> tuple[Shipment, Rulebook]:
    """Return a rulebook as it is sent, and ready to judge."""
    book = load_files(str(TAOBAO), files, (), (), is_saved=False).rulebook
    assert book is not None
    return Shipment(str(TAOBAO), files, (), (), book.digest), prepare(book, {}, "compiled", load="many")


Told = tuple[dict[object, object], dict[object, object], set[object]]


def told_of(book: Rulebook, line: str) -> Told | None:
    """Return how a case came out at the last event that it tells of, None if it is refused."""
    case, _ = book.read_case(line, "cases.ndjson")
    if case is None:
        return None
    instant = own_instant(case, book) if case.as_of is None else case.as_of
    return told(book.judge(case, instant or 0))


def told(decision: Decision) -> Told:
    """Return how outcomes, deadlines and duties came out, one after the other."""
    outcomes: dict[object, object] = {
        (one.fact.path, one.record): (one.status, getattr(one.state, "value", None))
        for one in decision.outcomes
        if one.status != "not_applicable"
    }
    ends: dict[object, object] = {
        (one.deadline.id, one.record): (
            getattr(one.finding.status, "value", "undetermined"),
            getattr(decision.state_of((f"{one.deadline.id}.due", one.record)), "value", None),
        )
        for one in decision.clocks
    }
    duties: set[object] = {
        (one.rule.id, one.record, one.notice.to) for one in decision.next_steps if one.notice.kind == "duty"
    }
    return outcomes, ends, duties


def numbers_of(befores: list[Told | None], new: Rulebook, lines: list[str]) -> Counter[tuple[str, ...]]:
    """Return what judging each case twice counts; how each came out before the edit is the same each time."""
    found: Counter[tuple[str, ...]] = Counter()
    for before, line in zip(befores, lines, strict=True):
        after = told_of(new, line)
        if before is None or after is None:
            found["refused",] += (before is None) != (after is None)
            continue
        found["judged",] += 1
        found["changed",] += before != after
        for key in {*before[0], *after[0]}:
            assert isinstance(key, tuple)
            found["differs", key[0]] += before[0].get(key) != after[0].get(key)
    return +found


def main() -> None:
    """Hold every edit against the oracle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        path = Path(base) / "cases.ndjson"
        words = ["sample", str(TAOBAO), "-n", str(asked.cases), "--seed", str(asked.seed), "--out", str(path)]
        run = [sys.executable, "-m", "policyengine", *words]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        lines = path.read_text("utf-8").splitlines()
    sent, old = shipment(tuple(collect_files(str(TAOBAO))[0]))
    texts = Texts("cases.ndjson", tuple(Text(number, line) for number, line in enumerate(lines, 1)))
    befores = [told_of(old, line) for line in lines]
    failed = 0
    for number, files in enumerate(edits_of(asked.edits, asked.seed), 1):
        other, new = shipment(files)
        task = Comparison(sent, other, Named(), When("last", 0), "one", None, None, True)
        started = time.process_time()
        counted = task.start()((texts,)).tally.numbers
        spent = time.process_time() - started
        started = time.process_time()
        right = numbers_of(befores, new, lines)
        told_by = Counter(
            {
                ("judged",): counted.number("judged"),
                ("changed",): counted.number("changed"),
                ("refused",): counted.number("refused", "old") + counted.number("refused", "new"),
                **{("differs", *place): count for place, count in counted.under("differs")},
            }
        )
        is_same = +told_by == right and not counted.number("cause", "")
        failed += not is_same
        print(
            f"edit {number}: {'equal' if is_same else f'NOT EQUAL: {+told_by} is not {right}'};"
            f" {right['changed',]} of {right['judged',]} cases change; impact {spent:.1f} s,"
            f" each case again {time.process_time() - started:.1f} s",
            flush=True,
        )
    print(f"{asked.edits} edits, {asked.cases} cases: {failed} not equal")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
