"""Cases that are alike in what an answer depends on: what is remembered is what a search would find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from programs import compiled_of
from random_rulebooks import Made, make_case, make_rulebook, random_value
from test_possible import book
from test_refine import refiner_of, targets

from policyengine.api import load_rulebook
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.refine.refinement import Refinement
from policyengine.semantics.findings import Engine, Findings, Known, Unknown
from policyengine.semantics.reference import Reference


def alike_cases(made: Made, random: Random, count: int) -> Iterator[tuple[Case, int]]:
    """Return cases that leave out a few facts; each differs from one before in one, or is judged later."""
    case, as_of = make_case(made)
    known = [(told_in_full(case, made, random), as_of)]
    keys = [*known[0][0].values]
    pairs = {
        key: (known[0][0].values[key], random_value(random, made.rulebook.facts[key[0]].type)) for key in keys
    }
    for _ in range(count if keys else 0):
        case, as_of = random.choice(known)
        values = dict(case.values)
        key, way = random.choice(keys), random.random()
        if way < 0.1:
            as_of += random.choice((1, 3_600, 86_400))
        elif way < 0.4 and key[0] not in dates_of_records(made):
            values.pop(key, None)
        else:
            values[key] = random.choice(pairs[key])
        known.append((replace(case, values=values), as_of))
        yield known[-1]


def dates_of_records(made: Made) -> set[str | None]:
    return {one.dated_by for one in made.rulebook.lists.values()}


def told_in_full(case: Case, made: Made, random: Random) -> Case:
    """Return a case that says everything, of as many records as before."""
    values = dict(case.values)
    records = {path: case.records.get(path, 0) for path in made.rulebook.lists}
    for path, fact in made.rulebook.facts.items():
        for record in (None,) if fact.listed is None else range(records[fact.listed]):
            if fact.role == "given" and (path, record) not in values:
                values[path, record] = random_value(random, fact.type)
    return replace(case, values=values, records=records)


def check(seed: int, make: Callable[[Rulebook, Mapping[str, str]], Engine], count: int) -> Counter[str]:
    """Hold what is remembered of alike cases against a search for each; return what was met."""
    made, random = make_rulebook(seed), Random(seed)
    engine = make(made.rulebook, made.readings)
    shared, met = refiner_of(made, engine), Counter[str]()
    alone = refiner_of(made, engine)
    for case, as_of in alike_cases(made, random, count):
        findings = engine.run(case, as_of)
        refinement = Refinement(shared, case, as_of, findings)
        other = Refinement(alone, case, as_of, findings)
        for target in targets(findings):
            before = searches(refinement)
            state = refinement.state_of(target)
            assert state == other.of(target).state, f"seed {seed}, {target} as of {as_of}: {case}"
            met["remembered"] += searches(refinement) == before
            met["searched"] += searches(refinement) != before
            met["settled"] += not isinstance(state, Unknown)
    return met


def searches(refinement: Refinement) -> int:
    return len(refinement._found)


@pytest.mark.parametrize(
    ("make", "seeds", "count"),
    [(Reference, range(96, 108), 20), (compiled_of, range(120, 140), 40)],
    ids=["reference", "compiled"],
)
def test_what_is_remembered_is_what_is_found(
    make: Callable[[Rulebook, Mapping[str, str]], Engine], seeds: range, count: int
) -> None:
    met: Counter[str] = Counter()
    for seed in seeds:
        met += check(seed, make, count)
    assert min(met["remembered"], met["searched"], met["settled"]) > len(seeds), met


def test_alike_cases_of_a_rulebook_come_out_as_each_alone() -> None:
    rulebook, alone = (load_rulebook("rules/taobao", engine="compiled") for _ in range(2))
    random, met = Random(3), Counter[bool]()
    for path in sorted(Path("examples/cases").glob("*.json")):
        case, _ = rulebook.read_case(path.read_text("utf-8"), path.name)
        assert case is not None
        as_of = max(one for one in case.values.values() if type(one) is int) + 1
        facts = [key for key in case.values if key[1] is None]
        for _ in range(6):
            gone = random.sample(facts, 2)
            values = {key: value for key, value in case.values.items() if key not in gone}
            less = replace(case, values=values)
            decision, other = rulebook.judge(less, as_of), alone.judge(less, as_of)
            assert decision.refinement is not None and other.refinement is not None
            for target in targets(decision.findings):
                before = searches(decision.refinement)
                assert decision.refinement.state_of(target) == other.refinement.of(target).state, target
                met[searches(decision.refinement) == before] += 1
    assert min(met[True], met[False]) > 50, met


def test_a_bound_ties_an_answer_to_what_it_does_not_rest_on(tmp_path: Path) -> None:
    """How much there can be depends on a fact that no rule asks for."""
    facts = """\
    facts:
      order.most: {type: count, title: {zh: 多, en: most}}
      order.middle: {type: count, title: {zh: 中, en: middle}, at_most: order.most}
      order.number: {type: count, title: {zh: 数, en: number}, at_most: order.middle}
      order.is_large: {type: boolean, role: outcome, title: {zh: 大, en: large}}
    """
    policy = """\
    rules:
      large: {title: {zh: 大, en: l}, when: {order.number: {at_least: 5}}, then: {order.is_large: yes}}
      small: {title: {zh: 小, en: s}, when: {order.number: {less_than: 5}}, then: {order.is_large: no}}
    """
    rulebook = book(tmp_path, facts, policy)
    found = [
        rulebook.evaluate({"order": {"most": most}}).state_of(("order.is_large", None))
        for most in (4, 5, 4, 5)
    ]
    assert found[0] == found[2] == Known(False)
    assert found[1] == found[3] and isinstance(found[1], Unknown)


def test_what_is_open_is_told_by_name() -> None:
    for seed in range(20):
        made = make_rulebook(seed)
        reference, compiled = (make(made.rulebook, made.readings) for make in (Reference, compiled_of))
        for _ in range(3):
            case, as_of = make_case(made)
            found: list[Findings] = [one.run(case, as_of) for one in (reference, compiled)]
            assert found[0].open_names == found[1].open_names, (seed, case)
