"""Which rules can disagree, and which overrides do nothing: held against every case of small rulebooks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from small_rulebooks import draw_model, every_finding, make_model

from policyengine.checks import idle_override, meeting, possible_conflict
from policyengine.checks.exclusion import Exclusion
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Absent, Conflict, Findings, Known, State

SEEDS = 150


def told_pairs(model: Rulebook) -> set[frozenset[str]]:
    arguments = (dict(one.message.arguments) for one in possible_conflict.check(model))
    return {frozenset((str(one["first"]), str(one["second"]))) for one in arguments}


def told_idle(model: Rulebook) -> list[tuple[str, str]]:
    arguments = (dict(one.message.arguments) for one in idle_override.check(model))
    return [(str(one["rule"]), str(one["other"])) for one in arguments]


def conflicts_of(findings: Findings) -> list[tuple[str, ...]]:
    return [one.state.rules for one in findings.resolved.values() if isinstance(one.state, Conflict)]


class Drawn(NamedTuple):
    """A random rulebook, and what is found out about every case."""

    model: Rulebook
    findings: list[Findings]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    """Draw the rulebooks once for all tests."""
    folder = tmp_path_factory.mktemp("drawn")
    models = [draw_model(folder / str(seed), seed) for seed in range(SEEDS)]
    return [Drawn(model, [*every_finding(model)]) for model in models]


def test_every_conflict_of_a_case_is_told_before(drawn: list[Drawn]) -> None:
    met = 0
    for seed, (model, every) in enumerate(drawn):
        told = told_pairs(model)
        for findings in every:
            for rules in conflicts_of(findings):
                met += 1
                assert any(pair <= set(rules) for pair in told), f"seed {seed}: {rules}"
    assert met > 100


def test_without_what_is_told_idle_every_case_keeps_its_values(drawn: list[Drawn]) -> None:
    removed = 0
    for seed, (model, every) in enumerate(drawn):
        idle = told_idle(model)
        removed += len(idle)
        if not idle:
            continue
        before = [values_of(one) for one in every]
        # Of one, leaving it out alone and leaving all out is the same.
        for left_out in [idle, *([one] for one in idle)] if len(idle) > 1 else [idle]:
            after = [values_of(one) for one in every_finding(without_overrides(model, left_out))]
            assert before == after, f"seed {seed}: without {left_out}"
    assert removed > 50


def without_overrides(model: Rulebook, idle: list[tuple[str, str]]) -> Rulebook:
    rules = {
        id: replace(rule, overrides=tuple(one for one in rule.overrides if (id, one) not in idle))
        for id, rule in model.rules.items()
    }
    return replace(model, rules=rules)


def values_of(findings: Findings) -> dict[str, State | str]:
    """Return the states; of what has no value only of which kind: not what it waits for."""
    return {
        name: state if isinstance(state, Known | Absent) else type(state).__name__
        for (name, _), state in findings.states.items()
    }


def test_a_link_of_a_chain_is_not_idle(tmp_path: Path) -> None:
    """The first rule comes before the usual one only through the second, with which it never holds."""
    chain = {
        "first": ("order.kind: a", "flow.answer: 1", ["second"]),
        "second": ("order.kind: b", "flow.answer: 2", ["usual"]),
        "usual": ("order.kind: {known: yes}", "flow.answer: 3", []),
    }
    assert told_idle(make_model(tmp_path / "chain", chain)) == []
    both = {**chain, "first": ("order.kind: a", "flow.answer: 1", ["second", "usual"])}
    assert told_idle(make_model(tmp_path / "both", both)) == [("first", "second")]


def test_rules_that_a_derived_stage_keeps_apart_are_not_told(tmp_path: Path) -> None:
    """Twenty stages by number, twenty levels by stage, and answers by stage, by level, and by number."""
    rules: dict[str, tuple[str, str, list[str]]] = {}
    for number in range(20):
        rules[f"level_{number}"] = (f"order.number: {number}", f"flow.level: {number}", [])
    for number in range(20):
        asked = (
            f"flow.level: {{at_least: {number}, less_than: {number + 1}}}",
            f"order.number: {{is: {number}}}",
            f"flow.level: {number}, not: {{order.number: {number + 1}}}",
        )
        rules[f"answer_{number}"] = (asked[number % 3], f"flow.answer: {number}", [])
    model = make_model(tmp_path, rules)
    assert told_pairs(model) == set()
    assert not any(conflicts_of(findings) for findings in every_finding(model))


@pytest.mark.parametrize(
    ("test", "cap", "is_told"),
    [
        ("at_most: most", "at_most: 2", False),
        ("less_than: most", "at_most: 3", False),
        ("is: most", "at_most: 2", False),
        ("at_most: most", "at_most: 3", True),
        ("at_least: most", "at_most: 2", True),
        ("at_most: most", "at_most: [{limit: 2, when: {order.kind: a}}]", True),
    ],
)
def test_what_is_no_more_than_an_amount_is_no_more_than_its_cap(
    tmp_path: Path, test: str, cap: str, is_told: bool
) -> None:
    rules = {
        "one": (f"order.number: {{{test}}}", "flow.answer: 1", []),
        "two": ("order.number: 3", "flow.answer: 2", []),
    }
    amount = f"most: {{title: {{zh: 额, en: most}}, type: count, base: order.number, plus: 1, {cap}}}"
    model = make_model(tmp_path, rules, f"amounts:\n  {amount}\n")
    assert told_pairs(model) == ({frozenset(("one", "two"))} if is_told else set())


@pytest.mark.parametrize("kinds", ["", "abc"])
def test_comparisons_grow_with_the_rules_and_not_with_their_square(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: str
) -> None:
    """Rows of a price list exclude each other, so next to none of them is compared with another."""
    models = [make_model(tmp_path / str(rows), price_list(rows, kinds)) for rows in (100, 200)]
    counted: list[int] = []
    may_meet = meeting._may_meet

    def count(one: meeting.Needs | None, other: meeting.Needs | None) -> bool:
        counted[-1] += 1
        return may_meet(one, other)

    monkeypatch.setattr(meeting, "_may_meet", count)
    monkeypatch.setattr(Exclusion, "excludes", lambda *both: pytest.fail("these need not be compared"))
    for model in models:
        counted.append(0)
        assert told_pairs(model) == set()
    assert 0 < counted[1] <= 2.2 * counted[0], counted


def price_list(rows: int, kinds: str) -> dict[str, tuple[str, str, list[str]]]:
    """Return rows from one number to the next, for each kind if there are any."""
    rules: dict[str, tuple[str, str, list[str]]] = {}
    for row in range(rows):
        kind = f"order.kind: {kinds[row % len(kinds)]}, " if kinds else ""
        start = 10 * (row // max(1, len(kinds)))
        when = f"{kind}order.number: {{at_least: {start}, less_than: {start + 10}}}"
        rules[f"row_{row}"] = (when, f"flow.answer: {row}", [])
    return rules
