"""Compares the engines with published rule engines: the same rules, the same cases, in the same run.

python benchmarks/peers.py [--quick] [--sizes 10 40 150] [--only one|every|load|missing]

Before anything is measured, all engines must give the right answers about every case; else it stops with an
error. Times are CPU time, the best of many rounds in which the engines take turns, and hold the handing over
of facts and answers. Peers are installed by `pip install '.[peers]'`; what is not there is left out.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from benchmark import Row, best_of, prepared, table  # found by the line above
from peer_programs import PEERS, Judge
from peer_rules import (
    AS_OF,
    Answers,
    Book,
    Sample,
    judge_by_hand,
    make_book,
    make_samples,
    write_rulebook,
)

from policyengine.api import Rulebook
from policyengine.engines.durable.ruleset import durable_available
from policyengine.model.case import Key
from policyengine.outcome.parts import Outcome
from policyengine.semantics.findings import Known, State

SIZES = (10, 40, 150)
CASES = 240
"""On so many cases all engines must agree, for each size and shape."""
SHAPES = {False: "only the policy of the complaint's reason applies", True: "every policy applies"}
HAND = "Python, by hand"
WHOLE, ALONE, EXPLAINED = "dict in, outcomes out", "engine alone, case read before", "with reasons out"
UNIT = f"ours, compiled: {WHOLE}"
_PREFIX = "answer."


class Disagreement(Exception):
    """An engine gives another answer than the right one."""


class Engine(NamedTuple):
    """Something that judges samples; ``load_seconds`` is what it took to get it ready."""

    judge: Callable[[Sample], Answers]
    load_seconds: float = 0.0


# ---------- ours


class Ours:
    """The policies as a rulebook of this project, read from its files."""

    def __init__(self, book: Book, engine: str) -> None:
        with tempfile.TemporaryDirectory() as base:
            write_rulebook(book, Path(base) / "rules")
            self.rulebook: Rulebook = prepared(Path(base) / "rules", engine)
        self.as_of = self.rulebook.read_instant(str(AS_OF))
        facts = self.rulebook.model.facts.values()
        self.keys: list[Key] = [(fact.path, None) for fact in facts if fact.role == "outcome"]

    def whole(self, sample: Sample) -> Answers:
        decision = self.rulebook.evaluate(sample.native, self.as_of)
        return _known((key, decision.state_of(key)) for key in self.keys)

    def explained(self, sample: Sample) -> Answers:
        outcomes = self.rulebook.evaluate(sample.native, self.as_of).outcomes
        return _known(((one.fact.path, None), one.state) for one in outcomes)

    def alone(self, samples: Sequence[Sample]) -> Callable[[Sample], Answers]:
        """Return what judges these samples, whose cases are read now."""
        cases = {id(one): self.rulebook.evaluate(one.native, self.as_of).case for one in samples}

        def judge(sample: Sample) -> Answers:
            states = self.rulebook.engine.run(cases[id(sample)], self.as_of).states
            return _known((key, states[key]) for key in self.keys)

        return judge


def _known(states: Iterator[tuple[Key, State]]) -> Answers:
    return {
        key[0].removeprefix(_PREFIX): state.value  # type: ignore[misc]  # no length of time is an outcome here
        for key, state in states
        if isinstance(state, Known)
    }


def our_engines(book: Book, samples: Sequence[Sample]) -> Iterator[tuple[str, Engine]]:
    """Return our ways to judge."""
    for engine in ("compiled", *(("durable",) if durable_available() else ())):
        started = time.process_time()
        ours = Ours(book, engine)
        spent = time.process_time() - started
        yield f"ours, {engine}: {WHOLE}", Engine(ours.whole, spent)
        yield f"ours, {engine}: {ALONE}", Engine(ours.alone(samples), spent)
        if engine == "compiled":
            yield f"ours, {engine}: {EXPLAINED}", Engine(ours.explained, spent)


# ---------- all engines


def load_engines(book: Book, samples: Sequence[Sample]) -> dict[str, Engine]:
    """Return every engine that is installed, ready to judge."""
    found = {HAND: Engine(lambda sample: judge_by_hand(book, sample.flat))}
    found.update(our_engines(book, samples))
    for name, (distribution, load) in PEERS.items():
        if installed(distribution) is not None:
            found[name] = _load_peer(book, load)
    return found


def _load_peer(book: Book, load: Callable[[Book], Judge]) -> Engine:
    started = time.process_time()
    judge = load(book)
    return Engine(lambda sample: judge(sample.flat), time.process_time() - started)


def installed(distribution: str) -> str | None:
    """Return the version of a distribution, or None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def check_answers(engines: Mapping[str, Engine], samples: Sequence[Sample]) -> None:
    """Hold every engine against the right answers. Raises Disagreement."""
    for sample in samples:
        for name, engine in engines.items():
            answers = engine.judge(sample)
            if answers != sample.answers:
                raise Disagreement(f"{name} about {sample.flat}: {answers}; right is {sample.answers}")


# ---------- time


def measure(every: bool, sizes: Sequence[int], rounds: int, cases: int) -> str:
    """Return microseconds a case, and how many times what our compiled engine takes from dict to outcomes."""
    rows: dict[str, list[str]] = {}
    for size in sizes:
        book = make_book(size, every)
        samples = make_samples(book, CASES)
        engines = load_engines(book, samples)
        check_answers(engines, samples)
        tasks = {name: partial(_judge_all, engine, samples[:cases]) for name, engine in engines.items()}
        spent = best_of(tasks, rounds, 1)
        for name, one in spent.items():
            rows.setdefault(name, []).extend((f"{one / cases:.1f}", f"{one / spent[UNIT]:.2f}"))
    head = (SHAPES[every], *(word for size in sizes for word in (f"{size} rules: µs", "ratio")))
    return table(head, [(name, *cells) for name, cells in rows.items()])


def _judge_all(engine: Engine, samples: Sequence[Sample]) -> None:
    for sample in samples:
        engine.judge(sample)


def measure_loading(sizes: Sequence[int], rounds: int) -> str:
    """Return milliseconds from the text of the rules to the first answer."""
    rows: dict[str, list[str]] = {}
    for size in sizes:
        book = make_book(size, False)
        best: dict[str, float] = {}
        for _ in range(rounds):
            for name, spent in _load_times(book):
                best[name] = min(best.get(name, spent), spent)
        for name, spent in best.items():
            rows.setdefault(name, []).append(f"{spent * 1e3:.1f}")
    head = ("until the first answer, ms", *(f"{size} rules" for size in sizes))
    return table(head, [(name, *cells) for name, cells in rows.items()])


def _load_times(book: Book) -> Iterator[tuple[str, float]]:
    samples = make_samples(book, 1)
    for name, engine in load_engines(book, samples).items():
        if name == HAND or ALONE in name or EXPLAINED in name:
            continue
        started = time.process_time()
        engine.judge(samples[0])
        yield name.removesuffix(f": {WHOLE}"), engine.load_seconds + time.process_time() - started


# ---------- a fact that is missing

MISSING = {
    "the seller's answer": ("seller.response", "response"),
    "when it was paid": ("order.paid_at", "waited"),
    "the order total": ("order.total", "total"),
}
"""Facts by their name in a native and in a flat case."""


def show_missing() -> str:
    """Return what each engine says of a late case when a fact is missing, by running it."""
    book = make_book(SIZES[0], False)
    samples = make_samples(book, CASES)
    late = next(one for one in samples if _is_plain(book, one))
    leaving = [_without(late, *names) for names in MISSING.values()]
    ours = Ours(book, "compiled")
    rows: list[Row] = [("nothing is missing", *[_told(late.answers)] * len(MISSING))]
    rows.append(("ours", *(_told_by_us(ours, one) for one in leaving)))
    engines = load_engines(book, samples)
    rows += [(name, *(_told_by(engines[name], one) for one in leaving)) for name in PEERS if name in engines]
    return table(("missing:", *MISSING), rows)


def _is_plain(book: Book, sample: Sample) -> bool:
    """Tell whether a late case has no exception and a compensation that is neither a floor nor a cap."""
    bounds = {bound for one in book.policies for bound in (one.floor, one.cap)}
    compensation = sample.answers.get("compensation")
    return sample.flat["response"] == "silent" and compensation is not None and compensation not in bounds


def _without(sample: Sample, native: str, flat: str) -> Sample:
    group, name = native.split(".")
    facts = {key: dict(part) for key, part in sample.native.items()}
    del facts[group][name]
    return sample._replace(native=facts, flat={key: one for key, one in sample.flat.items() if key != flat})


def _told_by_us(ours: Ours, sample: Sample) -> str:
    outcomes = ours.rulebook.evaluate(sample.native, ours.as_of).outcomes
    return "; ".join(map(_outcome, sorted(outcomes, key=lambda one: one.fact.path)))


def _outcome(outcome: Outcome) -> str:
    name = outcome.fact.path.removeprefix(_PREFIX)
    if isinstance(outcome.state, Known):
        return f"{name} {_word(outcome.state.value)}"
    if outcome.status != "undetermined":
        return f"{name} {outcome.status.replace('_', ' ')}"
    possible = [*map(_word, outcome.possible), *(["none"] if outcome.may_be_absent else [])]
    if outcome.has_unknown_value:
        possible.insert(0, "some sum")
    waits = ", ".join(one.name for one in outcome.waits)
    return f"{name} undetermined ({' or '.join(possible)}), waits for {waits}"


def _told_by(engine: Engine, sample: Sample) -> str:
    try:
        return _told(engine.judge(sample))
    except Exception as fault:  # whatever a peer raises is what it says
        return f"raises {type(fault).__name__}"


def _told(answers: Answers) -> str:
    return "; ".join(f"{name} {_word(value)}" for name, value in sorted(answers.items())) or "nothing"


def _word(value: object) -> str:
    return "yes" if value is True else str(value)


# ---------- all


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and cases")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of rules, by fives")
    parser.add_argument("--only", choices=("one", "every", "load", "missing"))
    asked = parser.parse_args()
    os.environ["POLICYENGINE_CACHE"] = "off"
    rounds, cases = (4, 15) if asked.quick else (40, 30)
    questions: dict[str, Callable[[], str]] = {
        "one": lambda: measure(False, asked.sizes, rounds, cases),
        "every": lambda: measure(True, asked.sizes, rounds, cases),
        "load": lambda: measure_loading(asked.sizes, 2 if asked.quick else 5),
        "missing": show_missing,
    }
    found = {distribution: installed(distribution) for distribution, _ in PEERS.values()}
    print(", ".join(f"{name} {one or 'is not installed'}" for name, one in found.items()))
    print(f"Python {sys.version.split()[0]}\n")
    for name, question in questions.items():
        if asked.only in (None, name):
            print(question(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
