"""What is still possible, held against random completions, brute force and Kleene's logic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from completions import Completions
from random_rulebooks import Made, make_case, make_rulebook

from policyengine.dependencies import dependencies, layers
from policyengine.explain import Explainer
from policyengine.findings import Engine, Findings, Known, Missing, State, Truth, Unknown
from policyengine.reference import Reference
from policyengine.refine.search import Refined, Refinement, Refiner, Target
from policyengine.refine.tree import Spread, answer_key
from policyengine.values import comparison_key

RULEBOOKS = 40
TAOBAO = Path(__file__).parent.parent / "rules" / "taobao"


def refiner_of(made: Made, engine: Engine) -> Refiner:
    order = layers(dependencies(made.rulebook))
    return Refiner(Explainer(made.rulebook, made.readings, order), engine.run)


def targets(findings: Findings) -> Iterator[Target]:
    for key, state in findings.states.items():
        if isinstance(state, Unknown):
            yield Target("state", key)
    for key, rule in findings.rules.items():
        if rule.truth is Truth.UNDETERMINED:
            yield Target("rule", key)


def fits(state: State, refined: Refined) -> bool:
    """Tell whether an answer of a completion is among those that are said to be possible."""
    if isinstance(state, Unknown):
        return True
    for answer in refined.answers:
        if isinstance(answer, Spread) and isinstance(state, Known):
            low, value, high = map(comparison_key, (answer.low, state.value, answer.high))
            if low <= value <= high:  # type: ignore[operator]  # numbers of one type
                return True
        elif isinstance(answer, Unknown) or answer_key(answer) == answer_key(state):
            return True
    return False


def is_new(missing: Missing, refined: Refined, made: Made) -> bool:
    """Tell whether something matters that Kleene's logic does not wait for, now or once its date is told."""
    if missing in refined.waits or missing.kind == "conflict":
        return False
    if missing.kind == "parameter":
        return made.rulebook.parameters[missing.name].by is None  # for acts before its first day it has none
    fact = made.rulebook.facts.get(missing.name)
    dated_by = None if fact is None else fact.dated_by
    if dated_by is None:
        return True
    record = missing.record if made.rulebook.facts[dated_by].listed else None
    return is_new(Missing("fact", dated_by, record), refined, made)


def refinements(seeds: range, cases: int = 2) -> Iterator[tuple[int, Made, Refinement, Reference]]:
    for seed in seeds:
        made = make_rulebook(seed)
        reference = Reference(made.rulebook, made.readings)
        refiner = refiner_of(made, reference)
        for _ in range(cases):
            case, as_of = make_case(made)
            yield seed, made, Refinement(refiner, case, as_of, reference.run(case, as_of)), reference


def check_one(
    seed: int, made: Made, refinement: Refinement, reference: Reference, draws: int
) -> Counter[str]:
    """Hold the laws for every open answer of one case; return what was met."""
    met: Counter[str] = Counter()
    random = Random(seed)
    case, as_of = refinement.case, refinement.as_of
    before = reference.run(case, as_of)
    drawing = Completions(made.rulebook, made.readings, case, as_of, random)
    drawn = [one for one in (drawing.draw(random.choice((0.5, 1.0))) for _ in range(draws)) if one]
    after = [(one, reference.run(one, as_of)) for one in drawn]
    for target in targets(before):
        refined = refinement.of(target)
        where = f"seed {seed}, {target} as of {as_of}"
        assert {one for one in refined.matters if is_new(one, refined, made)} == set(), where
        met[refined.exactness] += 1
        met["agreed"] += not isinstance(refined.state, Unknown)
        if refined.exactness != "exact":
            continue
        for one, findings in after:
            if target.key not in (findings.states if target.kind == "state" else findings.rules):
                continue
            state = target.read(findings)
            assert fits(state, refined), f"{where}: {state} is not among {refined.answers}: {one}"
            met["held"] += 1
    return met


def test_every_completion_stays_within_what_is_possible() -> None:
    met: Counter[str] = Counter()
    for seed, made, refinement, reference in refinements(range(RULEBOOKS)):
        met += check_one(seed, made, refinement, reference, 6)
    assert min(met["held"], met["agreed"], met["exact"], met["lower_bound"]) > RULEBOOKS, met
