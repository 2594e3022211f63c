"""What is still possible on the cases of the shipped rulebook, with facts left out: all has a witness."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from completions import Completions
from test_planned import BOOK
from test_refine import fits

from policyengine.api import Rulebook, load_rulebook, prepare
from policyengine.frozen import replace
from policyengine.model.case import Case, Key
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import Outcome
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.target import Target
from policyengine.outcome.refine.tree import answer_key
from policyengine.reading.case.reader import CaseReader
from policyengine.semantics.findings import Known, Missing, Unknown
from policyengine.testing.discover import find_files
from policyengine.testing.run import Runner
from policyengine.values.literals import format_value

RULES = Path(__file__).parent.parent / "rules" / "taobao"
EVERY = 9


@cache
def asked() -> list[tuple[Rulebook, Case, int]]:
    """Return some cases of the policy tests, at an instant each, with one or two facts left out."""
    runner = Runner()
    scenarios, _ = runner.read(find_files([str(RULES)])[0])
    book, found = None, []
    every = [(file, one) for file in scenarios for one in file.scenarios if not (one.assume or one.overlays)]
    for number, (file, scenario) in enumerate(every):
        model, _ = runner.model(file.rules)
        if number % EVERY or scenario.faults or model is None:
            continue
        book = book or prepare(model, {})
        case, _ = CaseReader(model).read_tree(scenario.given, scenario.name)
        if case is not None:
            random = Random(number)
            found.append((book, without(book, case, random), random.choice(scenario.checks).as_of))
    return found


def without(book: Rulebook, case: Case, random: Random) -> Case:
    dates = {listed.dated_by for listed in book.model.lists.values()}
    keys = [key for key in sorted(case.values, key=repr) if key[0] not in dates and is_open(book, key)]
    gone = {*random.sample(keys, min(len(keys), random.choice((1, 2))))}
    return replace(case, values={key: value for key, value in case.values.items() if key not in gone})


def is_open(book: Rulebook, key: Key) -> bool:
    return book.model.facts[key[0]].when_missing(book.readings) is None


def open_outcomes(decision: Decision) -> Iterator[Outcome]:
    return (one for one in decision.outcomes if one.refined is not None)


def written(book: Rulebook, case: Case) -> dict[str, object]:
    """Return a case as somebody would write it in JSON."""
    data: dict[str, object] = {"case": "witness"}
    for path, count in case.records.items():
        place(data, path, [{} for _ in range(count)])
    for (path, record), value in case.values.items():
        fact = book.model.facts[path]
        shown = format_value(value, fact.type, book.model.zone, book.model.currency)
        if fact.listed is None:
            place(data, path, shown)
        else:
            found = at(data, fact.listed)
            assert isinstance(found, list) and record is not None
            found[record][path.removeprefix(f"{fact.listed}.")] = shown
    return data


def place(data: dict[str, object], path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        inner = data.setdefault(step, {})
        assert isinstance(inner, dict)
        data = inner
    data[last] = value


def at(data: object, path: str) -> object:
    for step in path.split("."):
        assert isinstance(data, dict)
        data = data[step]
    return data


def test_every_answer_has_a_witness_that_can_be_written_down_and_judged() -> None:
    met = 0
    for book, case, as_of in asked():
        decision = book.judge(case, as_of)
        for outcome in open_outcomes(decision):
            key = (outcome.fact.path, outcome.record)
            assert outcome.refined is not None
            told = set()
            for leaf, findings in outcome.refined.leaves:
                if leaf.figures:
                    continue  # a case cannot say what the rules leave open
                witness = book.evaluate(written(book, leaf), as_of)
                assert answer_key(witness.findings.states[key]) == answer_key(findings.states[key])
                told.add(answer_key(findings.states[key]))
                met += 1
            if not any(leaf.figures for leaf, _ in outcome.refined.leaves):
                assert {answer_key(Known(value)) for value in outcome.possible} <= told
    assert met > 60


def test_what_is_possible_is_among_what_kleenes_logic_leaves_open() -> None:
    for book, case, as_of in asked():
        decision, kleene = book.judge(case, as_of), book.judge(case, as_of, refine=False)
        for refined, open_one in zip(decision.outcomes, kleene.outcomes, strict=True):
            if refined.refined is None:
                assert refined.state == open_one.state and refined.possible == open_one.possible
                continue
            left = {*map(answer_key, (Known(value) for value in open_one.possible))}
            found = {answer_key(one) for one in refined.refined.answers if isinstance(one, Known)}
            assert found <= left or open_one.has_unknown_value
            assert refined.may_be_absent <= open_one.may_be_absent
            assert {*refined.waits} <= {*open_one.waits} | dated(book, open_one.waits)


def dated(book: Rulebook, waits: tuple[Missing, ...]) -> set[Missing]:
    """Return the facts that come with something that is waited for."""
    names = {(one.name, one.record) for one in waits}
    return {
        Missing("fact", fact.path, record)
        for fact in book.model.facts.values()
        for name, record in names
        if fact.dated_by == name
    }


def turn(whole: Case, other: Case | None, kept: set[Key], lists: set[str]) -> Case:
    """Return a completion in which everything else says something else."""
    if other is None:
        return whole
    values = {
        key: value
        if key in kept or (key[0].rpartition(".")[0] not in {"", *lists} and key[1] is not None)
        else other.values.get(key, value)
        for key, value in whole.values.items()
    }
    return replace(whole, values=values)


@pytest.mark.parametrize("seed", range(2))
def test_what_does_not_matter_changes_nothing_and_telling_more_leaves_less(seed: int) -> None:
    flipped = shrunk = 0
    for number, (book, case, as_of) in enumerate(asked()):
        random = Random(f"{seed} {number}")
        decision = book.judge(case, as_of)
        drawing = Completions(book.model, book.readings, case, as_of, random)
        whole = drawing.draw()
        for outcome in open_outcomes(decision) if whole is not None else ():
            key = (outcome.fact.path, outcome.record)
            assert whole is not None and outcome.refined is not None and decision.refinement is not None
            before = book.engine.run(whole, as_of).states.get(key)
            if outcome.exactness != "exact" or before is None:
                continue
            assert fits(before, outcome.refined), (number, key, before)
            mattering = {(one.name, one.record) for one in outcome.waits}
            turned = turn(whole, drawing.draw(), {*case.values, *mattering}, {*case.records})
            if turned != whole and drawing.keeps_bounds(turned):
                after = book.engine.run(turned, as_of).states[key]
                if not isinstance(before, Unknown) and not isinstance(after, Unknown):
                    assert answer_key(after) == answer_key(before), (number, key)
                    flipped += 1
            for told in sorted(mattering, key=repr)[:2]:
                if told in whole.values:
                    more = replace(case, values={**case.values, told: whole.values[told]})
                    findings = book.engine.run(more, as_of)
                    refiner = decision.refinement.refiner
                    less = Refinement(refiner, more, as_of, findings).of(Target("state", key))
                    known = {answer_key(one) for one in less.answers if isinstance(one, Known)}
                    all_known = {answer_key(one) for one in outcome.refined.answers if isinstance(one, Known)}
                    if not outcome.has_unknown_value:
                        assert known <= all_known, (number, key, told)
                        shrunk += 1
    assert min(flipped, shrunk) > 5


_SUMS = """facts:
  item.price: {type: money, title: {zh: 价, en: price}, at_least: 0.00}
  item.kept: {type: money, title: {zh: 留, en: kept}, at_least: 0.00}
  item.is_new: {type: boolean, title: {zh: 新, en: new}}
  item.is_full: {type: boolean, role: outcome, title: {zh: 全, en: full}}
  item.share: {type: percent, role: outcome, title: {zh: 率, en: share}}
  item.due: {type: money, role: outcome, title: {zh: 应, en: due}}
"""
_TITLE = "title: {zh: 例, en: R}"
_EITHER = "when: {any: [{item.is_new: yes}, {item.is_new: no}]}, then: {item.due: part}"
_TO_CENTS = "rounding: {to: 0.01, how: half_up}"


@pytest.mark.parametrize(
    ("matters", "amount", "rules"),
    [
        (  # which rate is chosen, though by no rate it can be told
            {"item.price", "item.is_new"},
            "base: item.price, rate: item.share",
            ("when: {item.is_new: yes}, then: {item.share: 5%}",
             "when: {item.is_new: no}, then: {item.share: 9%}", _EITHER),
        ),
        (  # what goes into the sum and is compared with something besides
            {"item.price", "item.kept"},
            "base: item.price, minus: [item.kept]",
            ("when: {item.kept: {at_least: 0.00}}, then: {item.due: part}",
             "when: {item.kept: 0.00}, then: {item.is_full: yes}"),
        ),
        (  # the same rate either way
            {"item.price"},
            "base: item.price, rate: item.share",
            ("when: {item.is_new: yes}, then: {item.share: 5%}",
             "when: {item.is_new: no}, then: {item.share: 5%}", _EITHER),
        ),
    ],
)  # fmt: skip
def test_what_matters_to_a_sum_that_cannot_be_told(
    matters: set[str], amount: str, rules: tuple[str, ...], tmp_path: Path
) -> None:
    written = "".join(f"  r{number}: {{{_TITLE}, {rule}}}\n" for number, rule in enumerate(rules))
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(_SUMS, "utf-8")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/p.yaml").write_text(
        f"policy: p\n{_TITLE}\namounts:\n  part: {{{_TITLE}, {amount}, {_TO_CENTS}}}\nrules:\n{written}",
        "utf-8",
    )
    outcome = load_rulebook(tmp_path).evaluate({"case": "c"}, "2024-06-01 00:00").outcome(("item.due", None))
    assert outcome.exactness == "exact"
    assert {one.name for one in outcome.waits} == matters
