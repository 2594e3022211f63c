"""The rules of a policy file: when they hold, what they conclude, and which others give way."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Message, marked, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.frozen import replace
from policyengine.model.rulebook import Conclusion, Rule, otherwise_name
from policyengine.reading.parse import nodes
from policyengine.reading.parse.briefs import parse_words
from policyengine.reading.parse.conditions import join, parse_condition
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.notices import parse_notice
from policyengine.reading.parse.operands import Scope, parse_operand, wanted_by
from policyengine.reading.parse.policy_scope import PolicyScope
from policyengine.syntax.yaml_tree import Entry, Node, Scalar

# One whole sentence for each kind, because a translation cannot be put together from pieces.
_NO_FACT = {
    "parameter": marked("a rule can only conclude a fact, and `{name}` is a parameter"),
    "deadline": marked("a rule can only conclude a fact, and `{name}` is given by a deadline"),
    "amount": marked("a rule can only conclude a fact, and `{name}` is an amount"),
}
_NAME_A_RULE = message("name a rule of this or another policy")


def parse_rule(entry: Entry, policy: PolicyScope) -> Rule | None:
    """Return a rule, None where it is for the records of a list that is not there."""
    node = nodes.mapping(entry.value)
    scope = policy.within(node)
    if scope is None:
        return None
    in_force = policy.in_force(entry, scope)
    scope = replace(scope, act=in_force.act)
    when = node.get("when")
    own = () if when is None else (parse_condition(when, scope),)
    return Rule(
        id=entry.key.text,
        policy=policy.id,
        title=nodes.title(node.get("title")),
        source=policy.source(node),
        when=join([*in_force.tests, *own], nodes.mapping(when).span),
        then=tuple(_conclusions(node.get("then"), scope)),
        in_brief=parse_words(node.get("in_brief"), scope),
        overrides=tuple(parse_overrides(node.get("overrides"), entry.key.text, scope)),
        notices=tuple(parse_notice(notice, scope) for notice in nodes.items(node.get("notices"))),
        listed=scope.listed,
        span=entry.key.span,
        by=in_force.by,
        first_day=in_force.first,
        last_day=in_force.last,
    )


def _conclusions(node: Node | None, scope: Scope) -> list[Conclusion]:
    found: dict[str, Conclusion] = {}
    for entry in nodes.entries(node):
        symbol = scope.names.resolve(entry.key.text, scope.listed, entry.key.span)
        if symbol is None:
            continue
        wrong = _cannot_be_concluded(symbol, scope)
        if wrong is None and symbol.name in found:
            # In a record's rule a fact has a short name and a full one, so the keys need not be the same.
            wrong = (
                message("the rule concludes `{name}` twice", name=symbol.name),
                message("keep one of the two"),
            )
        if wrong is not None:
            scope.fault("wrong-conclusion", wrong[0], entry.key.span, wrong[1])
            continue
        value = parse_operand(entry.value, wanted_by(symbol), scope)
        if value is not None and not is_fraction(value, entry.value.span, scope):
            found[symbol.name] = Conclusion(symbol.ref(entry.key.span), value, entry.value.span)
    return [*found.values()]


def _cannot_be_concluded(symbol: Symbol, scope: Scope) -> tuple[Message, Message] | None:
    """Return why a rule cannot conclude something, and what to do instead; None where it can."""
    if symbol.kind != "fact":
        what = message(_NO_FACT[symbol.kind], name=symbol.name)
        return what, message("remove it, or conclude a fact that asks about it")
    if symbol.name in scope.names.given:
        what = message("a rule cannot conclude `{name}`: cases give it", name=symbol.name)
        return what, message("conclude another fact, or declare this one with `role: derived`")
    if symbol.listed == scope.listed or (symbol.listed is None and symbol.name in scope.names.combined):
        return None
    if symbol.listed is None:
        what = message(
            "a rule for each record gives `{name}` as many values as there are records", name=symbol.name
        )
        return what, message(
            "say at the fact how they become one, such as `combine: sum` or"
            " `combine: yes_if_any`, or conclude a fact of `{list}`",
            list=scope.listed,
        )
    what = message("a rule for each record can only conclude facts of that record")
    return what, message(
        "conclude a fact of `{list}`, or drop `for_each` and ask `any_of`", list=scope.listed
    )


def parse_overrides(node: Node | None, own: str, scope: Scope) -> Iterator[str]:
    """Return the rules that give way to one, or to the rows of a table, of the name ``own``."""
    for written in nodes.names(node):
        if written.text in scope.names.tables and written.text != own:
            yield from scope.names.tables[written.text].rules
            continue
        wrong = _cannot_be_overridden(written, own, scope)
        if wrong is None:
            yield written.text
        else:
            scope.fault("unknown-rule", wrong[0], written.span, wrong[1])


def _cannot_be_overridden(written: Scalar, own: str, scope: Scope) -> tuple[Message, Message] | None:
    """Return why there is nothing to override, and what to do instead; None where there is."""
    remove = message("remove it from `overrides`")
    if written.text == own:
        return message("a rule cannot override itself"), remove
    if written.text.endswith(otherwise_name("")):
        return message("the `otherwise` value already gives way to every rule"), remove
    if written.text in scope.names.rules:
        return None
    what = message("there is no rule `{name}`", name=written.text)
    return what, did_you_mean(written.text, scope.names.rules) or _NAME_A_RULE
