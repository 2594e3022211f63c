"""How often what is told to be possible is exact, on a rulebook's own cases with facts left out.

python benchmarks/exactness.py                     the Taobao book, 0, 1 and 2 facts dropped
python benchmarks/exactness.py --pairs 20          more pairs of facts for each case

Every case of the policy tests is judged at every instant at which it is checked, as it is, without each fact
that would be unknown, and without some pairs of them. An open outcome counts as exact if it says so. To find
out whether it may, completions are drawn at random (``tests/completions.py``, which shares nothing with the
search) and judged: an answer that was not told is a violation. One line for each number of facts dropped; the
exit code is 1 if anything was violated, or fewer were exact than 99, 99 and 95 in a hundred.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from completions import Completions  # noqa: E402  # found by the line above
from test_refine import fits  # noqa: E402

from policyengine.api import Rulebook, prepare  # noqa: E402
from policyengine.frozen import replace  # noqa: E402
from policyengine.model.case import Case, Key  # noqa: E402
from policyengine.outcome.decision import Decision  # noqa: E402
from policyengine.outcome.parts import Outcome  # noqa: E402
from policyengine.outcome.refine.target import Target  # noqa: E402
from policyengine.reading.case.reader import CaseReader  # noqa: E402
from policyengine.semantics.findings import Unknown  # noqa: E402
from policyengine.testing.discover import find_files  # noqa: E402
from policyengine.testing.run import Runner  # noqa: E402

WANTED = {0: 99.0, 1: 99.0, 2: 95.0}


class Asked(NamedTuple):
    """What one process is to do: every ``of``-th case, from ``part`` on."""

    rules: str
    part: int
    of: int
    pairs: int
    draws: int
    seed: int


def judged(asked: Asked) -> Iterator[tuple[Rulebook, Case, int, Random]]:
    """Yield the cases of the policy tests with the instants at which they are checked."""
    runner = Runner()
    scenarios, faults = runner.read(find_files([asked.rules])[0])
    assert not faults, faults
    books: dict[object, Rulebook] = {}
    number = 0
    for file in scenarios:
        for scenario in file.scenarios:
            number += 1
            if number % asked.of != asked.part or scenario.faults:
                continue
            model, _ = runner.model(file.rules, scenario.overlays)
            assert model is not None
            key = (scenario.overlays, tuple(sorted(scenario.assume.items())))
            if key not in books:
                books[key] = prepare(model, dict(scenario.assume))
            case, _ = CaseReader(model).read_tree(scenario.given, scenario.name)
            if case is None:
                continue
            for check in scenario.checks:
                yield books[key], case, check.as_of, Random(f"{asked.seed} {scenario.name} {check.as_of}")


def dropped(book: Rulebook, case: Case, pairs: int, random: Random) -> Iterator[tuple[int, Case]]:
    """Yield a case as it is, without each fact that would be unknown then, and without some pairs."""
    dates = {listed.dated_by for listed in book.model.lists.values()}
    open_keys = [key for key in sorted(case.values, key=repr) if _is_open(book, key, dates)]
    yield 0, case
    for key in open_keys:
        yield 1, _without(case, {key})
    every = [*combinations(open_keys, 2)]
    for pair in random.sample(every, min(pairs, len(every))):
        yield 2, _without(case, set(pair))


def _is_open(book: Rulebook, key: Key, dates: set[str | None]) -> bool:
    fact = book.model.facts[key[0]]
    return key[0] not in dates and fact.when_missing(book.readings) is None


def _without(case: Case, keys: set[Key]) -> Case:
    return replace(case, values={key: value for key, value in case.values.items() if key not in keys})


def measure(asked: Asked) -> tuple[Counter[tuple[int, str]], list[str]]:
    """Judge a share of the cases; return counts by number of facts dropped, and what was violated."""
    counts: Counter[tuple[int, str]] = Counter()
    violations: list[str] = []
    for book, whole, as_of, random in judged(asked):
        for number, case in dropped(book, whole, asked.pairs, random):
            started = time.perf_counter()
            decision = book.judge(case, as_of)
            open_ones = [one for one in decision.outcomes if one.refined is not None]
            counts[number, "ms"] += round((time.perf_counter() - started) * 1000)
            counts[number, "cases"] += 1
            completions = Completions(book.model, book.readings, case, as_of, random)
            drawn = (
                [one for one in (completions.draw() for _ in range(asked.draws)) if one] if open_ones else []
            )
            after = [book.engine.run(one, as_of) for one in drawn]
            for outcome in open_ones:
                _count(counts, number, outcome, decision)
                for one, findings in zip(drawn, after, strict=True):
                    key = (outcome.fact.path, outcome.record)
                    counts[number, "completions"] += 1
                    state = findings.states.get(key)
                    if state is not None and not _is_told(outcome, decision, state):
                        violations.append(f"{case.id} at {as_of}: {key} is {state}: {one.values}")
    return counts, violations


def _count(counts: Counter[tuple[int, str]], number: int, outcome: Outcome, decision: Decision) -> None:
    counts[number, "open"] += 1
    counts[number, "exact"] += outcome.exactness == "exact"
    counts[number, "settled"] += outcome.status != "undetermined"
    assert outcome.refined is not None
    counts[number, f"tried {outcome.refined.completions}"] += 1


def _is_told(outcome: Outcome, decision: Decision, state: object) -> bool:
    """Tell whether an answer of a completion is among those that the outcome tells, where it tells all."""
    assert decision.refinement is not None and outcome.refined is not None
    if outcome.exactness != "exact" or isinstance(state, Unknown):
        return True
    refined = decision.refinement.of(Target("state", (outcome.fact.path, outcome.record)))
    return refined.exactness != "exact" or fits(state, refined)  # type: ignore[arg-type]  # a state


def _median(counts: Counter[tuple[int, str]], number: int, share: float) -> int:
    tried = sorted(
        (int(word.removeprefix("tried ")), count)
        for (dropped_, word), count in counts.items()
        if dropped_ == number and word.startswith("tried ")
    )
    total, seen = sum(count for _, count in tried), 0
    for completions, count in tried:
        seen += count
        if seen >= total * share:
            return completions
    return 0


def main() -> int:
    """Measure; return the exit code."""
    parser = argparse.ArgumentParser(description="How often what is possible is told exactly.")
    parser.add_argument("--rules", default=str(ROOT / "rules" / "taobao"))
    parser.add_argument("--pairs", type=int, default=5, help="pairs of facts dropped for each case")
    parser.add_argument("--draws", type=int, default=6, help="random completions for each case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    parts = options.processes * 4
    todo = [
        Asked(options.rules, part, parts, options.pairs, options.draws, options.seed) for part in range(parts)
    ]
    counts: Counter[tuple[int, str]] = Counter()
    violations: list[str] = []
    with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
        for found, wrong in pool.map(measure, todo):
            counts += found
            violations += wrong
    print("dropped  cases  open outcomes  exact    settled  completions tried p50/p90/p99  ms a case  drawn")
    failed = bool(violations)
    for number in sorted({number for number, _ in counts}):
        total, exact = counts[number, "open"], counts[number, "exact"]
        share = 100 * exact / total if total else 100.0
        failed = failed or share < WANTED[number]
        tried = "/".join(str(_median(counts, number, one)) for one in (0.5, 0.9, 0.99))
        print(
            f"{number:7}  {counts[number, 'cases']:5}  {total:13}  {share:5.1f} %"
            f"  {counts[number, 'settled']:7}"
            f"  {tried:>29}  {counts[number, 'ms'] / max(counts[number, 'cases'], 1):9.1f}"
            f"  {counts[number, 'completions']:5}"
        )
    print(f"violations: {len(violations)}")
    for one in violations[:5]:
        print(one)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
