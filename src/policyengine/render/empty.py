"""Why a decision is empty, in a sentence or two for who works on the case; rules are told by --why-not."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.case import Key
from policyengine.model.conditions import Same, Test, Window
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import Empty, Nearly
from policyengine.outcome.leaves import Leaf, Part
from policyengine.outcome.nearness import ways_in_order
from policyengine.render.layout import Paint, Tone
from policyengine.render.naming import Naming
from policyengine.render.sentences import Sentences
from policyengine.semantics.findings import Known
from policyengine.syntax.keys import numbered
from policyengine.values.literals import Value

_MOST_WAYS = 3
"""Of tests of which one is enough, no more are told."""

_HEADS = {
    "no_facts": marked("Nothing is decided: the case gives no facts."),
    "not_in_force": marked("Nothing is decided: no policy is in force for this case."),
    "no_policy": marked("Nothing is decided: no policy applies to this case."),
    "no_rule_applies": marked(
        "Nothing is decided: “{policy}” applies, but none of its rules that gives anything holds."
    ),
}


def begins_later(book: Rulebook, event: Key, at: Value, say: Speech) -> str:
    """Return that nothing of what a case tells has happened yet, and with what it begins."""
    naming = Naming(book, say)
    return say(
        "The case begins only later, with “{title}” ({name}) on {instant}: nothing "
        "that it tells of has happened yet.",
        title=naming.title(event[0]),
        name=format_key(book, event),
        instant=naming.value(at, event[0]),
    )


def empty_lines(decision: Decision, empty: Empty, say: Speech, paint: Paint) -> Iterator[str]:
    """Return why a decision is empty: what it is judged before, or what the nearest rule demands."""
    naming = Naming(decision.judged.rulebook, say)
    if empty.first is not None:
        value = decision.case.values[empty.first]
        words = say(
            "Nothing is decided yet: the case begins only later, with “{title}” ({name}) on {instant}.",
            title=naming.title(empty.first[0]),
            name=format_key(decision.judged.rulebook, empty.first),
            instant=naming.value(value, empty.first[0]),
        )
        yield from paint.lines(words)
        return
    for text, tone in _Nearest(decision, naming).lines(empty):
        yield from paint.lines(text, tone)


class _Nearest:
    """Tells what keeps the nearest rule or policy from giving anything."""

    def __init__(self, decision: Decision, naming: Naming) -> None:
        self.decision = decision
        self.naming = naming
        self.say = naming.say
        self.sentences = Sentences(decision.explanation, naming)

    def lines(self, empty: Empty) -> Iterator[tuple[str, Tone]]:
        nearest = self._told(empty)
        if nearest is None:
            yield self.say(_HEADS["no_facts" if empty.why == "no_facts" else "no_policy"]), "plain"
            return
        policy = self.naming.text(nearest.scope.policy.title)
        in_force = nearest.scope.in_force
        if empty.why == "not_in_force" and in_force is not None:
            days = self.sentences.policy_days(in_force)
            head = self.say(_HEADS["not_in_force"])
            nearly = self.say("The nearest is “{title}”: {reason}.", title=policy, reason=days)
            yield self.say("{sentence} {next}", sentence=head, next=nearly), "plain"
            return
        applies = nearest.rule is not None or not nearest.parts
        head = self.say(_HEADS["no_rule_applies" if applies else "no_policy"], policy=policy)
        if not nearest.parts:
            yield head, "plain"
            return
        title = policy if nearest.rule is None else self.naming.text(nearest.rule.title)
        asked, found = self._asked(nearest.parts[0]), self._found(nearest.parts[0])
        demand = self.say("The nearest, “{title}”, requires: {asked}.", title=title, asked=asked)
        if found:
            demand = self.say(
                "The nearest, “{title}”, requires: {asked}; {found}.", title=title, asked=asked, found=found
            )
        yield self.say("{sentence} {next}", sentence=head, next=demand), "plain"
        if nearest.rule is not None:
            rule = numbered(nearest.rule.id, nearest.record)
            yield self.say("More: --why-not {rule}", rule=rule), "faint"

    def _told(self, empty: Empty) -> Nearly | None:
        """Return what to tell: a policy that applies, else one that a fact of the case keeps out, else any.

        Where a case says nothing of a policy's subject, that policy is no news.
        """
        policies = empty.policies
        spoken = (one for one in policies if one.parts and self._is_said(one.parts[0]))
        applying = (one for one in policies if one.rule is not None)
        return next(applying, None) or next(spoken, None) or next(iter(policies), None)

    def _is_said(self, part: Part) -> bool:
        return any(self._key(leaf) in self.decision.case.values for leaf in self._leaves(part))

    def _leaves(self, part: Part) -> tuple[Leaf, ...]:
        """Return the first test of each way in which a part could hold, the nearest way first."""
        if isinstance(part, Leaf):
            return (part,)
        found = [leaf for way in ways_in_order(part) for leaf in (self._leaves(way[0]) if way else ())]
        return tuple(found)

    def _asked(self, part: Part) -> str:
        leaves = self._leaves(part)
        words = [self.sentences.asked(leaf) for leaf in leaves[:_MOST_WAYS]]
        shown = self.say(" or ").join(words)
        return self.say("{shown} or others", shown=shown) if len(leaves) > _MOST_WAYS else shown

    def _found(self, part: Part) -> str:
        """Return what the case has instead, if one fact decides."""
        leaves = self._leaves(part)
        told = [leaf for leaf in leaves if self._key(leaf) in self.decision.case.values] or leaves
        if len({self._key(leaf) for leaf in told}) != 1 or not isinstance(told[0].condition, Test):
            return ""
        key = self._key(told[0])
        state = self.decision.findings.states.get(key)
        is_given = self._is_given(key[0])
        if isinstance(state, Known) and (not is_given or key in self.decision.case.values):
            title = self.naming.title(key[0])
            return self.say("here “{title}” is {value}", title=title, value=self.naming.state(state, key[0]))
        if is_given and key not in self.decision.case.values:
            return self.say("the case does not say so")
        return self.say("that is not so here")

    def _is_given(self, name: str) -> bool:
        fact = self.decision.judged.rulebook.facts.get(name)
        return fact is not None and fact.role == "given"

    def _key(self, leaf: Leaf) -> tuple[str, int | None]:
        if not isinstance(leaf.condition, Test | Window | Same):
            return "", None
        ref = leaf.condition.ref
        return leaf.key_of(ref)
