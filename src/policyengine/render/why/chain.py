"""From an answer to what it comes from, and from a rule to what keeps it from holding."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rule
from policyengine.outcome.deciding import scope_of
from policyengine.outcome.decision import Decision
from policyengine.outcome.nearness import in_order
from policyengine.outcome.refine.target import Target
from policyengine.render.layout import Paint
from policyengine.render.trees import Trees
from policyengine.render.why.clocks import Clocks
from policyengine.render.why.computed import ComputedValues
from policyengine.render.why.conclusions import Conclusions
from policyengine.render.why.figures import Figures
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.policies import Policies
from policyengine.render.why.walk import Walk
from policyengine.semantics.findings import Conflict, State, Truth, Unknown

_VERDICTS = (marked("does not hold: {rule}"), marked("undetermined: {rule}"), marked("holds: {rule}"))


class Chain:
    """Walks from an answer to what was given and writes it down; nothing is explained twice."""

    def __init__(
        self, decision: Decision, say: Speech, color: bool = False, columns: int | None = None
    ) -> None:
        """``say`` speaks the reader's language; lines have at most so many ``columns``, if any."""
        self.decision = decision
        self.say = say
        self.explanation = decision.explanation
        self.book = decision.judged.rulebook
        self.walk = Walk(decision, say, Paint(color, columns), self._name)
        self.naming = self.walk.naming
        self.trees = Trees(self.naming)
        self.leaves = Leaves(self.walk)
        self.policies = Policies(self.walk, self.leaves)
        self.conclusions = Conclusions(self.walk, self.leaves, self.policies)
        self.computed = ComputedValues(self.walk, self.leaves)
        self.figures = Figures(self.walk, self.leaves, self.policies)
        self.clocks = Clocks(self.walk, self.leaves, self.figures)

    def why(self, key: Key) -> str:
        """Return why a name has the value that it has."""
        return "\n".join(self._name(key, 0)) + "\n"

    def _name(self, key: Key, depth: int) -> Iterator[str]:
        name, _ = key
        open_state, state = self.decision.findings.states[key], self.decision.state_of(key)
        path = format_key(self.book, key)
        value = self._value(state, name)
        title = self.naming.title(name)
        head = self.say("{title} ({name}): {value}", title=title, name=path, value=value)
        if name in self.book.computed:  # its name is what the rule file says, and so is its title
            head = self.say("{title}: {value}", title=title, value=value)
        yield self.walk.line(depth, head, "title")
        if self.walk.has_told("name", key):
            yield self.walk.above(depth + 1)
            return
        if isinstance(state, Unknown):
            yield self.walk.line(depth + 1, self.naming.waits(state.waits), "open")
        if isinstance(open_state, Unknown):
            yield from self._ways(Target("state", key), depth + 1)
        yield from self._origin(key, depth + 1)

    def _ways(self, target: Target, depth: int) -> Iterator[str]:
        """Tell what follows from what, or that all ways agree."""
        if self.decision.refinement is None:
            return
        refined = self.decision.refinement.of(target)
        if not isinstance(refined.state, Unknown):
            yield self.walk.line(depth, self.trees.whatever(refined), "open")
        elif refined.exactness == "exact":
            ways = self.trees.ways(refined, target.key[0]) if target.kind == "state" else []
            ways = ways or self.trees.when_true(refined)
            yield from (self.walk.line(depth, way, "open") for way in (ways if len(ways) > 1 else ()))

    def _value(self, state: State, name: str) -> str:
        if isinstance(state, Unknown):
            return self.say("undetermined")
        return self.naming.state(state, name)

    def _origin(self, key: Key, depth: int) -> Iterator[str]:
        name, record = key
        if name in self.book.facts:
            yield from self.conclusions.fact(key, depth)
        elif name in self.book.parameters:
            yield from self.figures.parameter(key, depth)
        elif name in self.book.amounts:
            yield from self.figures.amount(key, depth)
        elif name in self.book.computed:
            yield from self.computed.computed(key, depth)
        else:
            yield from self.clocks.deadline((name.rpartition(".")[0], record), depth)

    def why_not(self, key: Key) -> str:
        """Return why a rule does not hold, or does not count, with the nearest condition first."""
        return "\n".join(self._why_not(key)) + "\n"

    def _why_not(self, key: Key) -> Iterator[str]:
        rule = self.book.rules[key[0]]
        truth, agreed = self.decision.findings.rules[key].truth, self.decision.truth_of(key)
        yield self.walk.line(0, self.say(_VERDICTS[agreed], rule=self.walk.headline(rule)), "title")
        if truth is Truth.UNDETERMINED:
            yield from self._ways(Target("rule", key), 1)
        if truth is Truth.TRUE:
            yield from self._beaten(rule, key[1])
            return
        scope = scope_of(self.explanation, rule)
        if scope.truth is truth:
            yield from self.policies.scope(scope, 1)
        own, parts = self.explanation.leaves(rule.when, key[1])
        if own is truth:
            yield from self.leaves.parts(in_order(parts), 1, deep=True, first="open")

    def _beaten(self, rule: Rule, record: int | None) -> Iterator[str]:
        """Tell for each fact that a rule concludes whether it gave the value."""
        for conclusion in rule.then:
            fact = self.book.facts[conclusion.fact.name]
            resolved = self.decision.findings.resolved[fact.path, record if fact.listed else None]
            title = self.naming.title(fact.path)
            gives = (rule.id, record) in resolved.winners
            if gives and not isinstance(resolved.state, Conflict):
                line = self.say("{title}: it gives the value", title=title)
                if fact.combine is not None:
                    line = self.say("{title}: it counts", title=title)
                yield self.walk.line(1, line)
                continue
            giving = [id for id, _ in (*resolved.winners, *resolved.open)]
            if not gives and fact.combine is not None:
                giving = [one.id for one in self.conclusions.replacing(rule, resolved)]
            rules = self.say(", ").join(dict.fromkeys(giving))
            if gives:
                line = self.say("{title}: it contradicts {rules}", title=title, rules=rules)
            else:
                line = self.say("{title}: it gives way to {rules}", title=title, rules=rules)
            yield self.walk.line(1, line)
