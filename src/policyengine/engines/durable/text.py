"""What durable-rules is given, for people: for each stratum the ways in which each of its rules holds."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.compile.plan import Plan
from policyengine.compile.plan_text import expr_text
from policyengine.engines.durable.lower import (
    ABSENT_VALUE,
    Attribute,
    MatchedRule,
    Matches,
    QuestionAttribute,
    lower_rules,
    policy_attribute,
)


def durable_text(plan: Plan) -> str:
    """Return the text of a folded Plan as durable-rules is given it."""
    return "\n".join(_lines(plan, lower_rules(plan))) + "\n"


def _lines(plan: Plan, matches: Matches) -> Iterator[str]:
    yield f"absent: {ABSENT_VALUE}; undetermined: the attribute is left out"
    for name, number in matches.policies.items():
        yield f"{policy_attribute(number)}: policy {name} applies"
    for text, number in matches.texts.items():
        yield f"text {number}: {text!r}"
    every = [rule for strata in matches.strata for stratum in strata for rule in stratum.rules]
    attributes = {one.attribute: one for rule in every for one in rule.attributes}
    for name in sorted(attributes, key=lambda one: (one[0], int(one[1:]))):
        yield f"{name}: {_meaning(attributes[name], plan)}"
    for number, strata in enumerate(matches.strata):
        yield f"stratum {number}"
        for stratum in strata:
            for one in stratum.rules:
                yield from _ways(one)


def _meaning(attribute: Attribute, plan: Plan) -> str:
    if isinstance(attribute, QuestionAttribute):
        return f"whether {expr_text(attribute.condition, plan)}"
    return expr_text(attribute.read, plan)


def _ways(rule: MatchedRule) -> Iterator[str]:
    each = "" if rule.rule.listed is None else f"[each of {rule.rule.listed}]"
    for way in rule.ways:
        tests = " & ".join(f"{one.attribute} {one.operator} {one.value}" for one in way)
        yield f"  r{rule.number} {rule.rule.name}{each}: {tests}"
