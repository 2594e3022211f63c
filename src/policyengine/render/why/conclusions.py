"""Facts: given, concluded by rules, or concluded by none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.conditions import Operand
from policyengine.model.rulebook import Combine, Rule
from policyengine.outcome.deciding import Contradiction, deciders, key_of, scope_of
from policyengine.outcome.leaves import Part
from policyengine.outcome.nearness import MOST_RECORDS, in_order, nearest
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.policies import Policies
from policyengine.render.why.walk import MARKS, Walk
from policyengine.semantics.findings import Resolved, Truth
from policyengine.syntax.keys import numbered

COMBINED: Mapping[Combine, str] = {
    "sum": marked("the sum of those that count:"),
    "least": marked("the smallest of those that count:"),
    "greatest": marked("the largest of those that count:"),
    "yes_if_any": marked("yes if any that counts says so:"),
    "yes_if_all": marked("yes if all that count say so:"),
}


class Conclusions:
    """Tells where the facts of one decision come from."""

    def __init__(self, walk: Walk, leaves: Leaves, policies: Policies) -> None:
        """``leaves`` tells the tests of rules, ``policies`` what keeps all rules of a policy from holding."""
        self.walk = walk
        self.leaves = leaves
        self.policies = policies
        self.say = walk.say
        self.naming = walk.naming
        self.sentences = walk.sentences
        self.explanation = walk.explanation
        self.book = walk.book
        self.decision = walk.decision

    def fact(self, key: Key, depth: int) -> Iterator[str]:
        """Tell who gave a fact its value, or why nobody did."""
        fact = self.book.facts[key[0]]
        if fact.role == "given":
            words = self.say("given by the case")
            if key not in self.decision.case.values or deciders(self.explanation, key):
                words = self.sentences.found_at(key)
            yield self.walk.line(depth, words, "faint")
            return
        resolved = self.decision.findings.resolved.get(key)
        if resolved is None or not (resolved.winners or resolved.open):
            yield from self._why_nothing(key, depth)
            return
        yield from self._contradiction(key, depth)
        several = len(resolved.winners) + len(resolved.open) > 1
        if fact.combine is not None and several:
            yield self.walk.line(depth, self.say(COMBINED[fact.combine]))
        for own in (*resolved.winners, *resolved.open):
            yield from self._rule(own, key, depth, several)
        yield from self._overridden(key, resolved, depth)

    def _contradiction(self, key: Key, depth: int) -> Iterator[str]:
        """Tell of rules that contradict each other where each stands and what it gives."""
        for decider in deciders(self.explanation, key):
            if isinstance(decider, Contradiction):
                yield self.walk.line(
                    depth, self.say("conflict: these rules hold, and none overrides the other"), "bad"
                )
                for rule, state in decider.rules:
                    value = self.naming.state(state, key[0])
                    words = self.say("“{value}” by {rule}", value=value, rule=self.walk.headline(rule))
                    yield self.walk.line(depth + 1, words)

    def _why_nothing(self, key: Key, depth: int) -> Iterator[str]:
        """Tell for the rules that could give a fact its value what keeps the nearest ones from holding."""
        yield self.walk.line(depth, self.say("no rule that could give it holds"))
        could = [
            (rule, own, in_order(self.explanation.of_rule(rule, own)[1]))
            for rule in sorted(
                self.explanation.explainer.conclusions.get(key[0], ()), key=lambda one: one.span
            )
            for own in self._records(rule, key)
        ]
        could = nearest(could, lambda one: one[2])
        policies: set[str] = set()
        told = []
        for rule, own, parts in could:
            # What keeps a policy out keeps all its rules out: it is told once.
            if not self._is_out(rule, own):
                told.append((rule, own, parts))
            elif rule.policy not in policies:
                policies.add(rule.policy)
                told.append((rule, own, ()))
        for rule, own, parts in told[:MOST_RECORDS]:
            yield from self._nearest(rule, own, parts, depth + 1)
        if len(told) > MOST_RECORDS:
            more = self.say("and {count} more rules", count=len(told) - MOST_RECORDS)
            yield self.walk.line(depth + 1, more, "faint")

    def _records(self, rule: Rule, key: Key) -> Sequence[int | None]:
        """Return the records for which a rule could give a fact its value."""
        if rule.listed is None or key[1] is not None:
            return (key[1],)
        return self.decision.findings.records[rule.listed] or ()

    def _is_out(self, rule: Rule, record: int | None) -> bool:
        """Tell whether it is the policy of a rule that keeps it from holding."""
        truth = self.decision.findings.rules[rule.id, record].truth
        return truth is not Truth.TRUE and scope_of(self.explanation, rule).truth is truth

    def _nearest(self, rule: Rule, record: int | None, parts: Sequence[Part], depth: int) -> Iterator[str]:
        """Tell in short why a rule does not hold: its policy, or the test that is nearest to holding."""
        if self._is_out(rule, record):
            yield from self.policies.scope(scope_of(self.explanation, rule), depth, deep=False)
            return
        yield self.walk.line(depth, self.walk.headline(rule), "faint")
        yield from self.leaves.parts(parts[:1], depth + 1)
        if len(parts) > 1:
            name = numbered(rule.id, record)
            more = self.say("and {count} more: --why-not {rule}", count=len(parts) - 1, rule=name)
            yield self.walk.line(depth + 1, more, "faint")

    def _rule(self, rule_key: Key, concluded: Key, depth: int, several: bool) -> Iterator[str]:
        """Explain a rule that gives a fact its value, or could; where there are ``several``, say which."""
        rule = self.book.rule(rule_key[0])
        truth, parts = self.explanation.of_rule(rule, rule_key[1])
        mark, tone = MARKS[truth]
        head = self.walk.headline(rule, None if rule_key[1] == concluded[1] else rule_key[1])
        if rule.listed is not None and rule_key[1] is None:
            records = self.naming.title(rule.listed)
            head = self.say("{title}: for each record of “{list}”", title=head, list=records)
        yield self.walk.line(depth, f"{mark} {head}", tone)
        if not rule.policy:
            yield from self._why_nothing(concluded, depth + 1)
        if rule.source is not None:
            yield self.walk.line(depth + 1, self.naming.citation(rule.source), "faint")
        if self.walk.has_told("rule", rule_key):
            yield self.walk.above(depth + 1)
        else:
            yield from self.leaves.parts(parts, depth + 1, deep=True)
        operand = next(one.value for one in rule.then if one.fact.name == concluded[0])
        yield from self._gives(operand, concluded, rule_key[1], depth + 1, several)
        below = self.book.overridden_by(rule)
        if below:
            names = self.say(", ").join(one.id for one in below)
            yield self.walk.line(depth + 1, self.say("takes precedence over {rules}", rules=names), "faint")

    def _gives(
        self, operand: Operand, concluded: Key, record: int | None, depth: int, several: bool
    ) -> Iterator[str]:
        """Tell what a rule gives, where that is not said above already, and what it takes that from."""
        key = key_of(self.explanation, operand, record)
        if key is not None and key not in self.explanation.values:
            return  # of a list that is not known nothing is said
        if key is not None and self.walk.is_given(key[0]):
            title = self.naming.title(key[0])
            found = self.sentences.found_at(key)
            yield self.walk.line(depth, self.say("gives “{title}”: {value}", title=title, value=found))
        elif several:
            value = self.naming.state(self.explanation.state_of(operand, record), concluded[0])
            yield self.walk.line(depth, self.say("gives: {value}", value=value))
        yield from self.leaves.operand(operand, record, depth)

    def _overridden(self, key: Key, resolved: Resolved, depth: int) -> Iterator[str]:
        named = {*resolved.winners, *resolved.open}
        for rule in self.explanation.explainer.conclusions.get(key[0], ()):
            for own in self._records(rule, key):
                is_held = self.decision.findings.rules[rule.id, own].truth is Truth.TRUE
                if is_held and (rule.id, own) not in named:
                    yield self.walk.line(depth, self._replaced(rule, own, key, resolved), "faint")

    def _replaced(self, rule: Rule, record: int | None, key: Key, resolved: Resolved) -> str:
        winners = (self.naming.text(one.title) for one in self.replacing(rule, resolved))
        quoted = dict.fromkeys(self.say("“{words}”", words=title) for title in winners)
        head = self.walk.headline(rule, None if record == key[1] else record)
        return self.say(
            "would apply too, but {winners} takes its place: {rule}",
            winners=self.say(", ").join(quoted),
            rule=head,
        )

    def replacing(self, rule: Rule, resolved: Resolved) -> list[Rule]:
        """Return the rules that give a value, or could, in place of a rule: those that override it."""
        giving = [self.book.rule(id) for id, _ in (*resolved.winners, *resolved.open)]
        return [one for one in giving if rule.id in self._overrides(one)] or giving

    def _overrides(self, rule: Rule) -> set[str]:
        """Return the rules to which a rule is an exception, directly or through others."""
        found: set[str] = set()
        waiting = [*rule.overrides]
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self.book.rules[id].overrides
        return found
