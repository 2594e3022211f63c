"""What is still possible, held against random completions, brute force and Kleene's logic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from random import Random

import pytest
from completions import Completions
from programs import durable_of
from random_rulebooks import Made, make_case, make_rulebook

from policyengine.compile.lower import lower_rulebook
from policyengine.engines.durable.ruleset import durable_available
from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.refine.allowance import Limits
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.refiner import Refiner
from policyengine.outcome.refine.target import Target
from policyengine.outcome.refine.tree import (
    Between,
    Branch,
    Cell,
    Exactly,
    Later,
    Leaf,
    Node,
    OtherText,
    Split,
    Spread,
    answer_key,
    leaves,
    mattering,
    split,
)
from policyengine.semantics.findings import Absent, Engine, Findings, Known, Missing, State, Truth, Unknown
from policyengine.semantics.reference import Reference
from policyengine.values.literals import ValueType, comparison_key

RULEBOOKS = 36


def refiner_of(made: Made, engine: Engine) -> Refiner:
    plan = lower_rulebook(made.rulebook)
    return Refiner(Explainer(made.rulebook, made.readings, plan), engine)


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
    assert min(met["held"], met["exact"], met["lower_bound"]) > RULEBOOKS // 3, met
    assert met["agreed"] > RULEBOOKS // 6, met


# ---------- laws that need no drawing


def small(seed: int) -> tuple[Made, Refinement, Reference] | None:
    """Return a case in which only a few yes-or-no facts and choices are missing, None if there is none."""
    made = make_rulebook(seed)
    reference = Reference(made.rulebook, made.readings)
    case, as_of = make_case(made)
    drawing = Completions(made.rulebook, made.readings, case, as_of, Random(seed))
    whole = drawing.draw()
    if whole is None:
        return None
    dates = {listed.dated_by for listed in made.rulebook.lists.values()}
    finite = [key for key in whole.values if key not in case.values and is_finite(made, key)]
    given = [
        key for key in case.values if is_finite(made, key) and key[0] not in dates and is_open(made, key)
    ]
    left_out = {*sorted([*finite, *given])[:4]}
    values = {key: value for key, value in whole.values.items() if key not in left_out}
    start = replace(whole, values=values)
    return made, Refinement(refiner_of(made, reference), start, as_of, reference.run(start, as_of)), reference


def is_finite(made: Made, key: Key) -> bool:
    return made.rulebook.facts[key[0]].type in (ValueType.BOOLEAN, ValueType.CHOICE)


def is_open(made: Made, key: Key) -> bool:
    return made.rulebook.facts[key[0]].when_missing(made.readings) is None


def brute_force(made: Made, refinement: Refinement, reference: Reference) -> list[Findings]:
    """Judge every completion of a case in which only finite facts are missing."""
    drawing = Completions(made.rulebook, made.readings, refinement.case, refinement.as_of, Random(0))
    keys = [*drawing.open_keys(refinement.case)]
    if len(keys) > 5 or not all(is_finite(made, key) for key in keys):
        return []
    domains = [
        [choice.name for choice in made.rulebook.facts[path].choices] or [True, False] for path, _ in keys
    ]
    found = []
    for values in product(*domains):
        filled = dict(refinement.case.values) | dict(zip(keys, values, strict=True))
        found.append(reference.run(replace(refinement.case, values=filled), refinement.as_of))
    return found


def test_small_cases_come_out_as_by_brute_force() -> None:
    met = 0
    for seed in range(160):
        made_up = small(seed)
        every = [] if made_up is None else brute_force(*made_up)
        if made_up is None or len(every) < 2:
            continue
        _, refinement, reference = made_up
        before = reference.run(refinement.case, refinement.as_of)
        for target in targets(before):
            refined = refinement.of(target)
            states = [target.read(one) for one in every]
            if any(isinstance(state, Unknown) for state in states):
                continue  # a conflict, or a figure, is still waited for
            if refined.is_cut:
                continue
            assert refined.exactness == "exact", (seed, target)
            expected = {answer_key(state) for state in states}
            assert {*map(answer_key, refined.answers)} == expected, (seed, target)
            assert isinstance(refined.state, Unknown) is (len(expected) > 1), (seed, target)
            met += 1
    assert met > 10


def test_what_is_determined_is_not_refined() -> None:
    for seed, _, refinement, reference in refinements(range(10), 1):
        findings = reference.run(refinement.case, refinement.as_of)
        for key, state in findings.states.items():
            if not isinstance(state, Unknown):
                refined = refinement.of(Target("state", key))
                assert (refined.state, refined.completions, refined.matters) == (state, 0, frozenset()), seed


def test_the_order_of_asking_changes_nothing() -> None:
    for seed, made, refinement, reference in refinements(range(12), 1):
        case, as_of = refinement.case, refinement.as_of
        findings = reference.run(case, as_of)
        turned = replace(case, values=dict(reversed(case.values.items())))
        other = Refinement(refiner_of(made, reference), turned, as_of, findings)
        asked = [*targets(findings)]
        found = {target: refinement.of(target) for target in asked}
        for target in reversed(asked):
            again = other.of(target)
            assert again.tree == found[target].tree and again.state == found[target].state, seed


@pytest.mark.skipif(not durable_available(), reason="durable-rules cannot run on this Python")
def test_both_engines_find_the_same() -> None:
    for seed, made, refinement, reference in refinements(range(12), 1):
        durable = durable_of(made.rulebook, made.readings)
        case, as_of = refinement.case, refinement.as_of
        findings = reference.run(case, as_of)
        other = Refinement(refiner_of(made, durable), case, as_of, durable.run(case, as_of))
        for target in targets(findings):
            one, two = refinement.of(target), other.of(target)
            assert (one.tree, one.state, one.exactness) == (two.tree, two.state, two.exactness), seed


def test_a_smaller_budget_only_makes_an_answer_less_exact() -> None:
    cut = 0
    for seed, made, refinement, reference in refinements(range(30, 60), 1):
        findings = reference.run(refinement.case, refinement.as_of)
        whole = {target: refinement.of(target) for target in targets(findings)}
        refiner = refiner_of(made, reference)
        refiner.limits = Limits(completions=2)
        again = Refinement(refiner, refinement.case, refinement.as_of, findings)
        for target, known in whole.items():
            found = again.of(target)
            if found.is_cut:
                cut += 1
                assert found.exactness == "lower_bound" and isinstance(found.state, Unknown), seed
            else:
                assert found.tree == known.tree, seed
            met = {answer_key(one) for one in found.answers if not isinstance(one, Unknown)}
            if known.exactness == "exact":
                assert met <= {*map(answer_key, known.answers)}, seed
    assert cut > 3


# ---------- trees


def fact(name: str) -> Missing:
    return Missing("fact", name, None)


YES, NO, NONE = Leaf((Known(True),)), Leaf((Known(False),)), Leaf((Absent(),))


def test_a_split_whose_branches_agree_is_no_split() -> None:
    assert split(fact("a"), [Branch((Exactly(True),), YES), Branch((Exactly(False),), YES)]) == YES


def test_neighbouring_intervals_with_one_consequence_are_one() -> None:
    cells = [(Exactly(0), NO), (Between(1, 5), NO), (Between(6, 9), YES), (Later(), YES)]
    tree = split(fact("a"), [Branch((cell,), node) for cell, node in cells], (0, 9))
    assert tree == Split(
        fact("a"), (Branch((Between(None, 5),), NO), Branch((Between(6, None), Later()), YES))
    )


def test_what_matters_is_what_alone_changes_the_answer() -> None:
    inner = split(fact("b"), [Branch((Exactly(True),), YES), Branch((Exactly(False),), NO)])
    tree = split(fact("a"), [Branch((Exactly("x"),), inner), Branch((Exactly("y"),), NONE)])
    assert mattering(tree) == {fact("a"), fact("b")}
    # One of two things is enough to say no: each matters only together with the other being so.
    other = split(fact("b"), [Branch((Exactly(True),), NO), Branch((Exactly(False),), YES)])
    assert mattering(split(fact("a"), [Branch((Exactly(True),), inner), Branch((Exactly(False),), other)]))
    assert mattering(
        split(fact("a"), [Branch((Exactly(True),), inner), Branch((Exactly(False),), inner)])
    ) == {fact("b")}


def random_tree(chance: Random, names: list[str]) -> Node:
    """Return a tree that asks some of the names, in any order."""
    if not names or chance.random() < 0.2:
        return chance.choice([YES, NO, NONE, Leaf((Known(True), Known(False)))])
    name = chance.choice(names)
    rest = [one for one in names if one != name]
    if name == "a":
        cells: list[Cell] = [Exactly("x"), Exactly("y"), OtherText()]
    else:
        cuts = sorted(chance.sample(range(1, 9), 3))
        cells = [Between(low, high - 1) for low, high in pairwise([0, *cuts])]
        cells += [Between(cuts[-1], 9)] if name == "b" else [Between(cuts[-1], None), Later()]
    branches = [Branch((cell,), random_tree(chance, rest)) for cell in cells]
    return split(fact(name), branches, (0, 9) if name == "b" else None)


def has(cells: Iterable[Cell], value: object) -> bool:
    for cell in cells:
        match cell:
            case Between(low, high):
                found = isinstance(value, int) and (low or 0) <= value <= (9 if high is None else high)
            case Exactly(one):
                found = one == value
            case _:
                found = value == type(cell).__name__
        if found:
            return True
    return False


def test_what_matters_by_brute_force() -> None:
    """Leaf by leaf and point by point; a leaf with several answers differs from all, also from itself."""
    values = {"a": ["x", "y", "OtherText"], "b": [*range(10)], "c": [*range(10), "Later"]}
    for seed in range(40):
        tree = random_tree(Random(seed), ["a", "b", "c"])
        found = {}
        for point in product(*values.values()):
            told = {fact(name): value for name, value in zip(values, point, strict=True)}
            (found[point],) = [
                (path, leaf)
                for path, leaf in leaves(tree)
                if all(has(cells, told[one]) for one, cells in path.items())
            ]
        matters = set()
        for place, name in enumerate(values):
            for point, value in product(found, values[name]):
                (path, leaf), other = found[point], (*point[:place], value, *point[place + 1 :])
                is_sure = len(leaf.answers) == len(found[other][1].answers) == 1
                if found[other][1] is not leaf and not (is_sure and leaf.key == found[other][1].key):
                    matters.add(fact(name))
                if len(leaf.answers) > 1:
                    matters |= {
                        one for one, cells in path.items() if len(cells) > 1 or type(cells[0]) is Between
                    }
        assert mattering(tree) == matters, seed
