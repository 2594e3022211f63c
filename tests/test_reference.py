"""The meaning of conditions, in rulebooks of one rule; where durable-rules runs, it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any as Whatever

import pytest
from programs import compiled_of, durable_of
from random_rulebooks import NOWHERE, TITLE, make_rulebook
from test_differential import difference

from policyengine.engines.durable.ruleset import durable_available
from policyengine.frozen import replace
from policyengine.model import conditions as tree
from policyengine.model.case import Case, Key
from policyengine.model.conditions import All, Any, Condition, Constant, Count, Not, Operator, Pick, Ref, Some
from policyengine.model.rulebook import (
    Conclusion,
    DatedValue,
    Default,
    Fact,
    Parameter,
    Policy,
    RecordList,
    Role,
    Rule,
    Rulebook,
)
from policyengine.semantics.findings import (
    ABSENT,
    Conflict,
    Findings,
    Known,
    Missing,
    RuleFinding,
    State,
    Truth,
    Unknown,
)
from policyengine.semantics.reference import Reference
from policyengine.values.literals import Value, ValueType, local_day

NOW = 1_332_432_000
TRUE, FALSE, UNDETERMINED = Truth.TRUE, Truth.FALSE, Truth.UNDETERMINED
BOOLEAN, COUNT, INSTANT, TEXT = ValueType.BOOLEAN, ValueType.COUNT, ValueType.INSTANT, ValueType.TEXT
ALWAYS: Condition = All((), NOWHERE)


def fact(
    path: str, type: ValueType, listed: str | None = None, role: Role = "given", **more: Whatever
) -> Fact:
    parts: dict[str, Whatever] = {"choices": (), "if_missing": None, "dated_by": None, "by": "", "bounds": ()}
    return Fact(path=path, type=type, title=TITLE, role=role, listed=listed, span=NOWHERE, **(parts | more))


def ref(path: str, type: ValueType = BOOLEAN, listed: str | None = None) -> Ref:
    return Ref(path, "fact", type, listed, NOWHERE)


def constant(value: Value, type: ValueType) -> Constant:
    return Constant(value, type, NOWHERE)


def asks(of: Ref, operator: Operator, *operands: Constant | Ref) -> Condition:
    return tree.Test(of, operator, operands, operator, NOWHERE)


def is_yes(path: str, listed: str | None = None) -> Condition:
    return asks(ref(path, BOOLEAN, listed), "is", constant(True, BOOLEAN))


def rule(id: str, when: Condition, then: Ref, value: Constant | Ref, overrides: tuple[str, ...] = ()) -> Rule:
    return Rule(
        id=id,
        policy="policy",
        title=TITLE,
        source=None,
        when=when,
        then=(Conclusion(then, value, NOWHERE),),
        overrides=overrides,
        notices=(),
        listed=then.listed,
        span=NOWHERE,
    )


def rulebook(
    facts: list[Fact],
    rules: list[Rule],
    lists: Sequence[RecordList] = (),
    parameters: Sequence[Parameter] = (),
) -> Rulebook:
    return replace(
        make_rulebook(0).rulebook,
        facts={one.path: one for one in sorted(facts, key=lambda one: one.path)},
        lists={one.path: one for one in lists},
        assumptions={},
        policies={"policy": Policy("policy", TITLE, "", None, None, All((), NOWHERE), NOWHERE)},
        parameters={one.id: one for one in parameters},
        deadlines={},
        amounts={},
        rules={one.id: one for one in sorted(rules, key=lambda one: one.id)},
        computed={},
    )


def run(book: Rulebook, values: Mapping[Key, Value], records: Mapping[str, int] | None = None) -> Findings:
    case = Case("case", "", values, records or {})
    findings = Reference(book, {}).run(case, NOW)
    assert not difference(findings, compiled_of(book, {}).run(case, NOW))
    if durable_available():
        assert durable_of(book, {}).run(case, NOW) == findings
    return findings


# ---------- Kleene's tables

PAIRS = [(one, other) for one in Truth for other in Truth]


def truth_of(condition: Condition, **given: Truth) -> Truth:
    """Return the truth of a condition on the facts ``a`` and ``b``, which are missing if undetermined."""
    answer = fact("answer", BOOLEAN, role="outcome")
    book = rulebook(
        [fact("a", BOOLEAN), fact("b", BOOLEAN), answer],
        [rule("rule", condition, ref("answer"), constant(True, BOOLEAN))],
    )
    values: dict[Key, Value] = {
        (name, None): truth is TRUE for name, truth in given.items() if truth is not UNDETERMINED
    }
    return run(book, values).rules["rule", None].truth


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_conjunction_and_disjunction(one: Truth, other: Truth) -> None:
    parts = (is_yes("a"), is_yes("b"))
    assert truth_of(All(parts, NOWHERE), a=one, b=other) == min(one, other)
    assert truth_of(Any(parts, NOWHERE), a=one, b=other) == max(one, other)


@pytest.mark.parametrize("one", list(Truth))
def test_negation(one: Truth) -> None:
    assert truth_of(Not(is_yes("a"), NOWHERE), a=one) == 2 - one


def test_nothing_is_true_of_all_and_false_of_any() -> None:
    assert truth_of(ALWAYS) is TRUE
    assert truth_of(Any((), NOWHERE)) is FALSE


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_comparison_of_two_facts(one: Truth, other: Truth) -> None:
    expected = UNDETERMINED if UNDETERMINED in (one, other) else TRUE if one is other else FALSE
    assert truth_of(asks(ref("a"), "is", ref("b")), a=one, b=other) == expected


# ---------- what is missing, absent or supplied


@pytest.mark.parametrize(
    ("if_missing", "is_three", "is_not_three", "is_known"),
    [
        (None, UNDETERMINED, UNDETERMINED, TRUE),  # it has a value, which nobody has said
        ("absent", FALSE, TRUE, FALSE),
        (Default(3), TRUE, FALSE, TRUE),
        (Default(4), FALSE, TRUE, TRUE),
    ],
)
def test_a_missing_fact(if_missing: Whatever, is_three: Truth, is_not_three: Truth, is_known: Truth) -> None:
    points = ref("points", COUNT)
    three = asks(points, "is", constant(3, COUNT))
    conditions = [three, Not(three, NOWHERE), asks(points, "known")]
    answers = [fact(f"answer{number}", BOOLEAN, role="outcome") for number in range(3)]
    book = rulebook(
        [fact("points", COUNT, if_missing=if_missing), *answers],
        [
            rule(f"rule{number}", condition, ref(f"answer{number}"), constant(True, BOOLEAN))
            for number, condition in enumerate(conditions)
        ],
    )
    found = [run(book, {}).rules[f"rule{number}", None].truth for number in range(3)]
    assert found == [is_three, is_not_three, is_known]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"said": 5, "said_at": NOW}, Known(5)),
        ({"said": 5, "said_at": NOW + 1}, ABSENT),
        ({"said": 5}, ABSENT),
        ({"said_at": NOW}, Unknown(frozenset({Missing("fact", "said", None)}), has_value=True)),
    ],
)
def test_a_fact_is_seen_from_its_date_on(values: dict[str, int], expected: State) -> None:
    said_at = fact("said_at", INSTANT, if_missing="absent")
    book = rulebook([fact("said", COUNT, dated_by="said_at"), said_at], [])
    found = run(book, {(name, None): value for name, value in values.items()})
    assert found.states["said", None] == expected


def test_texts_are_compared_exactly() -> None:
    texts = ("", "0", "1", "true", "None", "é", "e\u0301", "p0")
    answers = [fact(f"answer{number}", BOOLEAN, role="outcome") for number in range(len(texts))]
    book = rulebook(
        [fact("text", TEXT), *answers],
        [
            rule(
                f"r{number}",
                asks(ref("text", TEXT), "is", constant(text, TEXT)),
                ref(f"answer{number}"),
                constant(True, BOOLEAN),
            )
            for number, text in enumerate(texts)
        ],
    )
    for number, text in enumerate(texts):
        assert run(book, {("text", None): text}).firings == ((f"r{number}", None),)
    assert run(book, {("text", None): "another"}).firings == ()


# ---------- parameters


@pytest.mark.parametrize(("seconds", "expected"), [(-1, 1), (0, 2), (86_400, 2)])
def test_a_parameter_is_in_force_by_the_day_of_the_act(seconds: int, expected: int) -> None:
    zone = make_rulebook(0).rulebook.zone
    act = NOW - 5 * 86_400
    day = local_day(act, zone)
    values = (DatedValue(None, 1, NOWHERE), DatedValue(day, 2, NOWHERE))
    limit = Parameter("limit", "policy", TITLE, COUNT, values, ref("act", INSTANT), None, False, "", NOWHERE)
    # From the first second of a day on: step back to where the day begins.
    while local_day(act - 3_600, zone) == day:
        act -= 3_600
    book = rulebook([fact("act", INSTANT)], [], parameters=[limit])
    assert run(book, {("act", None): act + seconds}).states["limit", None] == Known(expected)


def test_a_parameter_without_a_value_is_waited_for() -> None:
    limit = Parameter("limit", "policy", TITLE, COUNT, (), None, None, False, "", NOWHERE)
    found = run(rulebook([], [], parameters=[limit]), {})
    waits = frozenset({Missing("parameter", "limit", None)})
    assert found.states["limit", None] == Unknown(waits, has_value=True)


# ---------- questions about lists

LIST = "refunds"
ASKED = is_yes(f"{LIST}.late", LIST)
GOAL = is_yes(f"{LIST}.paid", LIST)
Records = list[tuple[bool | None, bool | None]]
"""Whether each record is late, and whether it is paid; None is missing."""


def ask(condition: Condition, records: Records | None, **listed: Whatever) -> Truth:
    parts: dict[str, Whatever] = {"dated_by": None, "empty_if_missing": False} | listed
    fields = [fact(f"{LIST}.{name}", BOOLEAN, LIST) for name in ("late", "paid")]
    book = rulebook(
        [*fields, fact("answer", BOOLEAN, role="outcome")],
        [rule("rule", condition, ref("answer"), constant(True, BOOLEAN))],
        [RecordList(path=LIST, title=TITLE, fields=tuple(one.path for one in fields), span=NOWHERE, **parts)],
    )
    values: dict[Key, Value] = {}
    for number, record in enumerate(records or ()):
        for name, value in zip(("late", "paid"), record, strict=True):
            if value is not None:
                values[f"{LIST}.{name}", number] = value
    return run(book, values, {} if records is None else {LIST: len(records)}).rules["rule", None].truth


Y, N = (True, True), (False, True)
UNTOLD = (None, True)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], FALSE),
        ([N, N], FALSE),
        ([N, Y, UNTOLD], TRUE),
        ([N, UNTOLD], UNDETERMINED),
        (None, UNDETERMINED),
    ],
)
def test_some_record(records: Records | None, expected: Truth) -> None:
    assert ask(Some(LIST, ASKED, NOWHERE), records) == expected


def test_a_missing_list_that_is_empty() -> None:
    assert ask(Some(LIST, ASKED, NOWHERE), None, empty_if_missing=True) is FALSE


@pytest.mark.parametrize(
    ("operator", "numbers", "records", "expected"),
    [
        ("at_least", [2], [Y, Y], TRUE),
        ("at_least", [2], [Y, N], FALSE),
        ("at_least", [2], [Y, UNTOLD], UNDETERMINED),
        ("at_least", [2], [Y, Y, UNTOLD], TRUE),
        ("at_least", [3], [Y, UNTOLD], FALSE),
        ("more_than", [1], [Y, UNTOLD], UNDETERMINED),
        ("at_most", [1], [Y, UNTOLD], UNDETERMINED),
        ("at_most", [2], [Y, UNTOLD], TRUE),
        ("less_than", [1], [Y, UNTOLD], FALSE),
        ("is", [1], [Y, N], TRUE),
        ("is", [1], [UNTOLD, UNTOLD], UNDETERMINED),
        ("is", [3], [UNTOLD, UNTOLD], FALSE),
        ("one_of", [0, 2], [Y, N], FALSE),
        ("one_of", [0, 1], [Y, UNTOLD], UNDETERMINED),
        ("one_of", [1, 4], [Y, N], TRUE),
        ("at_least", [1], None, UNDETERMINED),
        ("at_least", [0], None, TRUE),  # no list has fewer
        ("more_than", [-1], None, TRUE),
        ("less_than", [0], None, FALSE),
        ("is", [-1], None, FALSE),
        ("one_of", [-1, -2], None, FALSE),
        ("at_most", [0], None, UNDETERMINED),
        ("is", [0], [], TRUE),
    ],
)
def test_how_many_records(
    operator: Operator, numbers: list[int], records: Records | None, expected: Truth
) -> None:
    operands = tuple(constant(number, COUNT) for number in numbers)
    assert ask(Count(LIST, ASKED, operator, operands, operator, NOWHERE), records) == expected


@pytest.mark.parametrize(
    ("records", "first", "last"),
    [
        ([], FALSE, FALSE),
        ([(False, True)], FALSE, FALSE),
        ([(True, True), (True, False)], TRUE, FALSE),
        ([(False, False), (True, True), (False, False)], TRUE, TRUE),
        ([(None, True), (True, True)], TRUE, TRUE),
        ([(None, False), (True, True)], UNDETERMINED, TRUE),
        ([(True, True), (None, True)], TRUE, TRUE),
        ([(True, True), (None, False)], TRUE, UNDETERMINED),
        ([(None, True)], UNDETERMINED, UNDETERMINED),
        ([(None, False)], FALSE, FALSE),
        ([(True, None)], UNDETERMINED, UNDETERMINED),
        (None, UNDETERMINED, UNDETERMINED),
    ],
)
def test_the_first_and_the_last_record(records: Records | None, first: Truth, last: Truth) -> None:
    assert ask(Pick("first", LIST, ASKED, GOAL, NOWHERE), records) == first
    assert ask(Pick("last", LIST, ASKED, GOAL, NOWHERE), records) == last


def test_records_are_seen_in_order_of_their_dates() -> None:
    dates = [NOW, NOW - 5, NOW + 1, NOW - 5]
    path = f"{LIST}.at"
    book = rulebook([fact(path, INSTANT, LIST)], [], [RecordList(LIST, TITLE, (path,), path, False, NOWHERE)])
    values: dict[Key, Value] = {(path, number): date for number, date in enumerate(dates)}
    assert run(book, values, {LIST: len(dates)}).records == {LIST: (1, 3, 0)}


# ---------- conflicts


def test_a_conflict_is_waited_for() -> None:
    one, two = constant(1, COUNT), constant(2, COUNT)
    points, answer = ref("points", COUNT), ref("answer")
    book = rulebook(
        [fact("points", COUNT, role="derived"), fact("answer", BOOLEAN, role="outcome")],
        [
            rule("a", ALWAYS, points, one),
            rule("b", ALWAYS, points, two),
            rule("c", asks(points, "is", one), answer, constant(True, BOOLEAN)),
        ],
    )
    found = run(book, {})
    waits = frozenset({Missing("conflict", "points", None)})
    assert found.states["points", None] == Conflict(("a", "b"))
    assert found.rules["c", None] == RuleFinding(UNDETERMINED, waits)
    assert found.firings == (("a", None), ("b", None))
