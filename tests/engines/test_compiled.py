"""Generated source: expressions mean what the exact engine says, and nothing in rules breaks it."""

from __future__ import annotations

import keyword
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from policyengine.api import load_rulebook
from policyengine.compile.plan import Apply, Const, Expr, Op, Read
from policyengine.engines.closures import evaluate_of
from policyengine.engines.compiled.expressions import Scope, Traits
from policyengine.engines.compiled.marks import TRUTHS, C, Mark, U, V, lift
from policyengine.engines.compiled.names import Names
from policyengine.model.case import Key
from policyengine.semantics.findings import Known, Missing, State, Truth, Unknown
from policyengine.values.literals import Duration, Value

HEAD = """rulebook: small
version: "1"
title: {zh: 小, en: Small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {seller: {zh: 卖家, en: seller}}
"""
TITLE = "title: {zh: 题, en: title}"
MARKS = {"U": U, "V": V, "C": C, "NOT": (3, 1, None, 0)}

# ---------- expressions

VALUES: dict[str, list[Any]] = {
    "count": [None, U, V, C, 1, 2, 3],
    "choice": [None, U, V, C, "a", "b", "'\\\n"],
    "boolean": [None, U, V, C, True, False],
    "duration": [None, U, V, C, Duration(24, "hours"), Duration(1, "days"), Duration(2, "days")],
    "business_days": [None, U, V, C, Duration(1, "business_days"), Duration(2, "business_days")],
}
COMPARISONS: tuple[Op, ...] = ("eq", "in", "ge", "le", "gt", "lt")


class Memory:
    """What the exact engine is asked with."""

    as_of = 0

    def __init__(self, raws: dict[str, Any]) -> None:
        self.values: dict[Key, State] = {(name, None): lift(raw) for name, raw in raws.items()}
        self.kept: dict[object, Any] = {}

    def records(self, listed: str) -> tuple[int, ...]:
        """Return no record."""
        return ()


def holds(expr: Expr, raws: dict[str, Any]) -> Truth:
    """Return what the source of a condition says."""
    scope = Scope({name: name for name in raws}, dict.fromkeys(raws, Traits("UVC", True)))
    text = scope.condition(expr).as_number
    found: int = eval(text, {**MARKS, **scope.constants, **raws})
    return TRUTHS[found]


@pytest.mark.parametrize("sort", VALUES)
@pytest.mark.parametrize("op", COMPARISONS)
def test_a_comparison_means_what_the_exact_engine_says(sort: str, op: Op) -> None:
    if sort in ("choice", "boolean") and op not in ("eq", "in"):
        return  # they have no order
    left, right = Read("x", None, sort), Read("y", None, sort)
    for x, y in product(VALUES[sort], repeat=2):
        constants = [] if y is None or isinstance(y, Mark) else [Const(y, sort)]
        for other in (right, *constants):
            for expr in (
                Apply(op, (left, other)),
                Apply("has", (left,)),
                Apply("not", (Apply(op, (left, other)),)),
            ):
                raws = {"x": x, "y": y}
                assert holds(expr, raws) is evaluate_of(expr)(Memory(raws), None)[0], (expr, raws)


@pytest.mark.parametrize("seed", range(150))
def test_conditions_within_conditions(seed: int) -> None:
    random = Random(seed)
    names = [f"x{number}" for number in range(4)]

    def condition(depth: int) -> Expr:
        if depth == 0 or random.random() < 0.3:
            limits: list[Expr] = [
                Const(random.choice((1, 2, 3)), "count") for _ in range(random.choice((1, 1, 2)))
            ]
            op: Op = "in" if len(limits) > 1 else random.choice(COMPARISONS)
            return Apply(op, (Read(random.choice(names), None, "count"), *limits))
        word: Op = random.choice(("all", "any", "not"))
        parts = tuple(condition(depth - 1) for _ in range(1 if word == "not" else random.randrange(5)))
        return Apply(word, parts)

    expr = condition(4)
    for _ in range(60):
        raws = {name: random.choice(VALUES["count"]) for name in names}
        assert holds(expr, raws) is evaluate_of(expr)(Memory(raws), None)[0], (expr, raws)


@pytest.mark.parametrize("word", ["all", "any"])
@pytest.mark.parametrize("raw", [1, 2, V, None])
def test_a_very_long_condition_is_no_deep_one(word: Op, raw: object) -> None:
    expr = Apply(
        word, tuple(Apply("eq", (Read("x", None, "count"), Const(1, "count"))) for _ in range(5_000))
    )
    assert holds(expr, {"x": raw}) is evaluate_of(expr)(Memory({"x": raw}), None)[0]


def test_names_are_valid_and_different() -> None:
    names = Names(frozenset(("get",)))
    made = [names.new(one) for one in ("a.b", "a_b", "a b", "class", "get", "1x", "时", "")]
    assert all(one.isidentifier() and not keyword.iskeyword(one) for one in made), made
    assert len(set(made)) == len(made) and "get" not in made


# ---------- whole rulebooks


def make(folder: Path, facts: str, policy: str) -> Path:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(HEAD, "utf-8")
    (folder / "facts.yaml").write_text("facts:\n" + facts, "utf-8")
    (folder / "policies" / "p.yaml").write_text(f"policy: p\n{TITLE}\n{policy}", "utf-8")
    return folder


def value_of(folder: Path, name: str, given: dict[str, object], as_of: str = "2024-06-01 00:00") -> Value:
    states = [
        load_rulebook(folder, engine=engine).evaluate(given, as_of).findings.states[name, None]
        for engine in ("compiled", "reference")
    ]
    assert states[0] == states[1] and isinstance(states[0], Known)
    return states[0].value


def test_texts_of_rules_are_values_and_no_source(tmp_path: Path) -> None:
    odd = "'); import os #\\n\\\\ {x} \\u2028."
    facts = f"  in.x: {{type: text, {TITLE}}}\n  out.y: {{type: text, {TITLE}, role: outcome}}\n"
    rule = f'rules: {{r: {{{TITLE}, when: {{in.x: "{odd}"}}, then: {{out.y: "{odd}"}}}}}}\n'
    folder = make(tmp_path, facts, rule)
    given = odd.encode().decode("unicode_escape")
    assert value_of(folder, "out.y", {"in": {"x": given}}) == given


def test_names_that_mean_something_in_python(tmp_path: Path) -> None:
    words = ("class", "get", "judge", "u", "as_is", "slow", "none", "figures", "return")
    facts = "".join(f"  in.{word}: {{type: count, {TITLE}}}\n" for word in words)
    facts += "".join(f"  {word}.x: {{type: count, {TITLE}, role: outcome}}\n" for word in words)
    rules = "".join(
        f"  {word}: {{{TITLE}, when: {{in.{word}: {{at_least: 1}}}}, then: {{{word}.x: in.{word}}}}}\n"
        for word in words
    )
    folder = make(tmp_path, facts, "rules:\n" + rules)
    given: dict[str, object] = {"in": {word: number + 1 for number, word in enumerate(words)}}
    for number, word in enumerate(words):
        assert value_of(folder, f"{word}.x", given) == number + 1


@pytest.mark.parametrize("count", [3, 40])
def test_a_figure_of_many_days(tmp_path: Path, count: int) -> None:
    days = [f"{{from: {2000 + number}-01-01, value: {number}}}" for number in range(count)]
    facts = f"  at: {{type: instant, {TITLE}}}\n  out.y: {{type: count, {TITLE}, role: outcome}}\n"
    policy = (
        "effective: {by: at, from: 2000-01-01}\n"
        f"parameters: {{figure: {{{TITLE}, type: count, values: [{', '.join(days)}]}}}}\n"
        f"rules: {{r: {{{TITLE}, when: {{at: happened}}, then: {{out.y: figure}}}}}}\n"
    )
    folder = make(tmp_path, facts, policy)
    for year, second, expected in ((2001, "2001-01-01 00:00:00", 1), (2001, "2000-12-31 23:59:59", 0)):
        assert value_of(folder, "out.y", {"at": second}, "2100-01-01 00:00") == expected, year


def test_what_a_long_chain_waits_for_is_found_without_a_deep_stack(tmp_path: Path) -> None:
    length = 150
    facts = f"  in.x: {{type: count, {TITLE}}}\n"
    facts += "".join(f"  f.n{n}: {{type: count, {TITLE}, role: outcome}}\n" for n in range(length))
    rules = "".join(
        f"  r{n}: {{{TITLE}, when: {{{before}: {{at_least: 1}}}}, then: {{f.n{n}: 1}}}}\n"
        for n, before in enumerate(["in.x", *(f"f.n{n}" for n in range(length - 1))])
    )
    folder = make(tmp_path, facts, "rules:\n" + rules)
    decision = load_rulebook(folder, engine="compiled").evaluate({}, "2024-06-01 00:00")
    last = decision.findings.states[f"f.n{length - 1}", None]
    assert last == Unknown(frozenset((Missing("fact", "in.x", None),)))
    support = decision.explanation.support(f"f.n{length - 1}", None)
    assert len(support.rules) == length and support.facts == {("in.x", None)}


def test_a_factor_that_its_limits_leave_one_value_is_looked_at_closely(tmp_path: Path) -> None:
    facts = (
        f"  in.n: {{type: count, {TITLE}}}\n"
        f"  in.part: {{type: money, {TITLE}, at_least: 2.00, at_most: 2.00}}\n"
        f"  out.y: {{type: money, {TITLE}, role: outcome}}\n"
        f"  out.z: {{type: boolean, {TITLE}, role: outcome}}\n"
    )
    amounts = f"amounts: {{fee: {{{TITLE}, base: in.part}}}}\n"
    rules = (
        f"rules:\n  r: {{{TITLE}, when: {{in.n: {{at_least: 1}}}}, then: {{out.y: fee}}}}\n"
        f"  s: {{{TITLE}, when: {{fee: {{at_least: 1.00}}}}, then: {{out.z: yes}}}}\n"
    )
    folder = make(tmp_path, facts, amounts + rules)
    assert value_of(folder, "out.y", {"in": {"n": 1}}) == 200
    assert value_of(folder, "out.z", {"in": {"n": 1}}) is True
