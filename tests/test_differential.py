"""Both engines say the same about random rulebooks and cases: values, reasons and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from random_rulebooks import make_case, make_rulebook

from policyengine.compile.lower import compile_rulebook
from policyengine.engines.durable import DurableEngine
from policyengine.engines.durable_ruleset import durable_available
from policyengine.findings import Absent, Conflict, Findings, Known, Truth, Unknown
from policyengine.reference import Reference

RULEBOOKS = 120
CASES = 5


def difference(one: Findings, other: Findings) -> str:
    """Return the first difference in words, or nothing."""
    for name in one._fields:
        left, right = getattr(one, name), getattr(other, name)
        if left == right:
            continue
        if isinstance(left, tuple):
            return f"{name}: {left} != {right}"
        keys = sorted({*left, *right}, key=repr)
        key = next(key for key in keys if left.get(key) != right.get(key))
        return f"{name}[{key}]: {left.get(key)} != {right.get(key)}"
    return ""


def compare(seed: int, cases: int) -> Iterator[Findings]:
    """Judge random cases of one rulebook with both engines; return the findings on which they agree."""
    made = make_rulebook(seed)
    reference = Reference(made.rulebook, made.readings)
    durable = DurableEngine(compile_rulebook(made.rulebook, made.readings))
    for number in range(cases):
        case, as_of = make_case(made)
        expected = reference.run(case, as_of)
        found = difference(expected, durable.run(case, as_of))
        assert not found, f"seed {seed}, case {number}: {found}"
        yield expected


@pytest.mark.skipif(not durable_available(), reason="durable-rules cannot run on this Python")
def test_engines_agree() -> None:
    for seed in range(RULEBOOKS):
        for _ in compare(seed, CASES):
            pass


def test_random_cases_reach_everything() -> None:
    """A generator that makes only trivial rulebooks would prove nothing."""
    reached: Counter[object] = Counter()
    for seed in range(RULEBOOKS):
        made = make_rulebook(seed)
        reference = Reference(made.rulebook, made.readings)
        for _ in range(2):
            findings = reference.run(*make_case(made))
            reached.update(type(state) for state in findings.states.values())
            reached.update(rule.truth for rule in findings.rules.values())
            reached.update(str(one.status) for one in findings.deadlines.values())
            reached.update(f"bound {one.bound[:3]}" for one in findings.amounts.values())
            reached.update("open" for one in findings.resolved.values() if one.winners and one.open)
            reached.update("provisional" for one in findings.deadlines.values() if one.provisional)
    statuses = [str(Known(word)) for word in ("not_started", "open", "met", "missed", "ended")]
    expected = [
        Known,
        Absent,
        Unknown,
        Conflict,
        *Truth,
        *statuses,
        "bound flo",
        "bound cap",
        "open",
        "provisional",
    ]
    assert [one for one in expected if reached[one] < 3] == []
