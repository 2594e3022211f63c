"""The deadlines of a policy file: who has to act, from when on, and what ends that."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import message
from policyengine.model.conditions import Ref
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Deadline
from policyengine.reading.parse import nodes
from policyengine.reading.parse.counting import has_zone, parse_counting, parse_zone
from policyengine.reading.parse.ends import parse_end
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.operands import INSTANT, MOMENT, Scope, in_own_days, parse_operand, parse_ref
from policyengine.reading.parse.policy_scope import PolicyScope
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node


def parse_deadline(entry: Entry, policy: PolicyScope) -> Deadline | None:
    """Return a deadline, None after a fault that leaves nothing to count."""
    node = nodes.mapping(entry.value)
    scope, counting = policy.within(node), node.get("counting")
    if scope is None:
        return None  # all short names would be told as unknown
    who = nodes.scalar(node.get("who"))
    scope.names.is_party(who)
    starts = parse_operand(nodes.present(node.get("starts")), MOMENT, scope)
    end = parse_end(node, scope)
    acts, stops, ends = (_events(node.get(word), scope) for word in ("met_by", "stopped_by", "owed_until"))
    is_right = _is_right(node, scope)
    if ends:
        _tell_unowed(node, is_right, scope)
    when = policy.condition(entry, scope)
    own, zone = parse_counting(counting, scope), parse_zone(counting, scope)
    source = policy.source(node)
    if starts is None or end is None or is_fraction(end.within, entry.key.span, scope):
        return None
    own_days = in_own_days(starts, scope) if has_zone(counting) else starts
    if own_days is None:
        return None
    return Deadline(
        id=entry.key.text,
        policy=policy.id,
        title=nodes.title(node.get("title")),
        source=source,
        who=who.text,
        starts=own_days,
        within=end.within,
        met_by=acts,
        stopped_by=stops,
        owed_until=ends,
        is_right=is_right,
        when=when,
        counting=_departed(policy.scope.counting, own),
        listed=scope.listed,
        span=entry.key.span,
        ends=end.ends,
        pauses=end.pauses,
        zone=zone,
    )


def _departed(usual: tuple[CountingRule, ...], own: tuple[CountingRule, ...]) -> tuple[CountingRule, ...]:
    """Return how time is counted where a deadline departs from what is usual."""
    aspects = {rule.aspect for rule in own}
    kept = (rule for rule in usual if rule.aspect not in aspects)
    return tuple(sorted((*own, *kept), key=lambda rule: rule.aspect))


def _events(node: Node | None, scope: Scope) -> tuple[Ref, ...]:
    found = (_event(event, scope) for event in nodes.items(node))
    return tuple(event for event in found if event is not None)


def _event(node: Node, scope: Scope) -> Ref | None:
    """Return the name of an act or event; a question about a list gives one, too."""
    if not isinstance(node, MappingNode):
        return parse_ref(node, INSTANT, scope)
    found = parse_operand(node, INSTANT, scope)
    return found if isinstance(found, Ref) else None


def _is_right(node: MappingNode, scope: Scope) -> bool:
    """Tell whether somebody may act, and need not; nobody can use a right that nothing meets."""
    kind = node.get("kind")
    if nodes.text(kind, "duty") != "right":
        return False
    if node.get("met_by") is None and kind is not None:
        what = message("nothing says when the right is used")
        help = message("add `met_by` with the instant of the act, or leave `kind` out: then it is a period")
        scope.fault("wrong-kind", what, kind.span, help)
    return True


def _tell_unowed(node: MappingNode, is_right: bool, scope: Scope) -> None:
    """Tell `owed_until` of what nobody owes: a right, or a period that no act meets."""
    if is_right or node.get("met_by") is None:
        entry = next(entry for entry in node.entries if entry.key.text == "owed_until")
        what = message("`owed_until` says until when a duty is owed, and this is not a duty")
        help = message("leave `owed_until` out, or make it a duty: with `met_by` and without `kind: right`")
        scope.fault("wrong-kind", what, entry.key.span, help)
