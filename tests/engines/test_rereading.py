"""What comes out otherwise under another reading is what differs where the whole case is judged under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from laws import load
from random_rulebooks import make_case, make_rulebook
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import load_rulebook, prepare
from policyengine.compile.lower import lower_rulebook
from policyengine.engines.rereading.case import CaseRereading
from policyengine.engines.rereading.graph import Asked, Graph, Otherwise
from policyengine.engines.rereading.others import Rereading
from policyengine.engines.world import World
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import Outcome
from policyengine.reading.case.reader import CaseReader
from policyengine.semantics.findings import Findings, by_name
from policyengine.semantics.reference import Reference
from policyengine.testing.discover import find_files
from policyengine.testing.run import Runner

RULES = Path(__file__).parents[2] / "rules" / "taobao"


def differing(one: Findings, other: Findings) -> Otherwise:
    """Return what is not the same in two findings about the same case."""
    states = {key for key, state in one.states.items() if other.states[key] != state}
    rules = {key for key, rule in one.rules.items() if other.rules[key] != rule}
    return Otherwise(frozenset(states), frozenset(rules))


def some_of(graph: Graph, findings: Findings) -> Iterator[Asked]:
    """Return some states and rules that somebody may ask about, few and many."""
    random = Random(len(findings.states))
    states, rules = sorted(findings.states, key=by_name), sorted(findings.rules, key=by_name)
    for part in (1, 3, 1000):
        yield graph.asked(
            random.sample(states, min(part, len(states))), random.sample(rules, min(part - 1, len(rules)))
        )


def check(book: Rulebook, readings: dict[str, str], case: Case, as_of: int, told: Counter[str]) -> None:
    """Hold what is told of each other reading against a judgement of the whole case by the reference."""
    before = Reference(book, readings).run(case, as_of)
    rereading = Rereading(Graph(lower_rulebook(book)), readings, World(book.zone, book.calendar))
    found = CaseRereading(rereading, case, as_of, before)
    for assumption in book.assumptions.values():
        for reading in assumption.readings:
            if reading.id != readings[assumption.id]:
                after = Reference(book, {**readings, assumption.id: reading.id}).run(case, as_of)
                expected = differing(before, after)
                names = assumption.id, reading.id
                for asked in some_of(rereading.graph, before):
                    moved = not (
                        asked.states.isdisjoint(expected.states) and asked.rules.isdisjoint(expected.rules)
                    )
                    fresh = CaseRereading(rereading, case, as_of, before)
                    assert {fresh.moves(*names, asked, is_all) for is_all in (True, True, False)} == {
                        moved
                    }, names
                    assert found.moves(*names, asked, True) == moved, names
                    assert found.reach.of.get(assumption.id, 0) & asked.bits or not moved, names
                assert found.otherwise(*names) == expected, names
                told["moved" if expected.states or expected.rules else "still"] += 1


def test_it_is_what_differs_in_random_rulebooks() -> None:
    told: Counter[str] = Counter()
    for seed in range(150):
        made = make_rulebook(seed)
        case, as_of = make_case(made)
        check(made.rulebook, dict(made.readings), case, as_of, told)
    assert min(told["moved"], told["still"]) > 50, told


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_it_is_what_differs_in_rulebooks_that_are_written(first: int) -> None:
    told: Counter[str] = Counter()
    for seed in range(first, first + 15):
        written = write_rulebook(seed)
        book = load(written.files, written.overlays)
        readings = {id: written.assume.get(id, one.default) for id, one in book.assumptions.items()}
        for _ in range(3):
            drawn = draw_case(written)
            case, _faults = CaseReader(book).read_plain(case_data(written, drawn), "c.json")
            if case is not None:
                check(book, readings, case, draw_moment(written, drawn), told)
    assert min(told["moved"], told["still"]) > 10, told


def test_every_answer_names_the_assumptions_without_which_it_would_be_another() -> None:
    """Judges shipped cases under every other reading: what changes was said to lean on it."""
    runner = Runner()
    files, _ = runner.read(find_files([str(RULES)])[0])
    scenarios = [one for file in files for one in file.scenarios if not one.faults and not one.assume]
    rulebook = load_rulebook(RULES, engine="reference")
    others = [
        (id, prepare(rulebook.model, {id: reading.id}, "reference", rulebook.plan))
        for id, assumption in rulebook.model.assumptions.items()
        for reading in assumption.readings
        if reading.id != assumption.default
    ]
    changed = 0
    for scenario in scenarios[::60]:
        case, _faults = CaseReader(rulebook.model).read_tree(scenario.given, scenario.name)
        if case is None or scenario.overlays:
            continue
        decision = rulebook.judge(case, scenario.checks[-1].as_of, refine=False)
        for id, other in others:
            for outcome in other.judge(case, decision.as_of, refine=False).outcomes:
                own = decision.outcome((outcome.fact.path, outcome.record))
                if own.state != outcome.state:
                    changed += 1
                    assert id in own.support.assumptions, (scenario.name, id, outcome.fact.path)
    assert changed > 10


def test_what_reasons_name_is_not_read_otherwise_to_name_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for facts and amounts asks for reasons alone: reading each otherwise takes long."""
    asked: set[str] = set()
    moves = CaseRereading.moves

    def ask(case: CaseRereading, assumption: str, reading: str, about: Asked, is_all: bool) -> bool:
        asked.add(assumption)
        return moves(case, assumption, reading, about, is_all)

    monkeypatch.setattr(CaseRereading, "moves", ask)
    rulebook = load_rulebook(RULES, engine="compiled")
    case = RULES.parents[1] / "examples/cases/late-dispatch.json"
    decision = rulebook.evaluate(case, "2012-03-16 18:00:01")
    assert any(one.support.amounts and one.support.facts for one in decision.outcomes)
    assert decision.defaults and not asked
    assert decision.assumptions and asked < rulebook.model.assumptions.keys()


def test_an_answer_on_which_all_ways_agree_names_the_assumptions_without_which_they_would_not() -> None:
    """Such an answer is open to engines under both readings: only a search under the other one can tell."""
    met: Counter[str] = Counter()
    for seed in range(40):
        written = write_rulebook(seed)
        book = load(written.files, written.overlays)
        readings = {id: written.assume.get(id, one.default) for id, one in book.assumptions.items()}
        rulebook, random = prepare(book, readings, "compiled"), Random(seed)
        for _ in range(4):
            drawn = draw_case(written)
            data = case_data(written, drawn)
            for name in random.sample([*data], len(data) // 2):
                del data[name]
            case, _faults = CaseReader(book).read_plain(data, "c.json")
            if case is None:
                continue
            decision = rulebook.judge(case, draw_moment(written, drawn))
            for outcome in decision.outcomes:
                if outcome.refined is not None and outcome.status in ("known", "not_applicable"):
                    hold_against_others(book, readings, decision, outcome, met)
    assert met["differs"] > 3 and met["same"] > 20, met


def hold_against_others(
    book: Rulebook, readings: dict[str, str], decision: Decision, outcome: Outcome, met: Counter[str]
) -> None:
    """Judge a case under each other reading with an engine that shares nothing: what changes is named."""
    key = outcome.fact.path, outcome.record
    for assumption in book.assumptions.values():
        others = [one.id for one in assumption.readings if one.id != readings[assumption.id]]
        states = [
            prepare(book, {**readings, assumption.id: other}, "reference")
            .judge(decision.case, decision.as_of)
            .outcome(key)
            .state
            for other in others
        ]
        differs = any(state != outcome.state for state in states)
        assert assumption.id in outcome.support.assumptions or not differs, (key, assumption.id)
        met["differs" if differs else "same"] += 1


def test_a_way_that_no_reason_names_is_named(tmp_path: Path) -> None:
    """Whatever the number is, it is never at least five and less than five."""
    files = {
        "rulebook.yaml": BOOK,
        "assumptions.yaml": """assumptions:
  A-01:
    title: {en: up to where}
    readings: {five: {en: until five}, nine: {en: until nine}}
    default: five
""",
        "facts.yaml": """facts:
  number: {type: count, title: {en: number}}
  unless: {type: boolean, role: outcome, title: {en: unless}, otherwise: no}
""",
        "policies/p.yaml": """policy: p
title: {en: p}
rules:
  one:
    title: {en: one}
    when: {number: {at_least: 5, less_than: {A-01: {five: 5, nine: 9}}}}
    then: {unless: yes}
""",
    }
    (tmp_path / "policies").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    for engine in ("compiled", "reference"):
        case = {"case": "one"}
        found = load_rulebook(tmp_path, engine=engine).evaluate(case, as_of="2026-10-20 10:00")
        assert found["unless"].value is False
        assert [one.id for one in found.assumptions] == ["A-01"]
        other = load_rulebook(tmp_path, engine=engine, assume={"A-01": "nine"})
        assert other.evaluate(case, as_of="2026-10-20 10:00")["unless"].status == "undetermined"


BOOK = """rulebook: small
version: "1"
title: {en: small}
languages: [en]
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
parties: {buyer: {en: buyer}}
"""
