"""``--why`` and ``--why-not``: the chain from an answer to the case, and the nearest thing that failed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.conditions import NEIGHBOURS, Count, Operand, Pick, Ref, Test
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Amount, Deadline, Rule
from policyengine.outcome.deciding import (
    ByChoice,
    Contradiction,
    FromOverlay,
    InForce,
    Scope,
    asks_for_days,
    choice,
    choices,
    deciders,
    key_of,
    scope_of,
)
from policyengine.outcome.decision import AmountView, Decision
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.nearness import MOST_RECORDS, in_order, nearest, shown_records, ways_in_order
from policyengine.outcome.refine.search import Target
from policyengine.outcome.supports import counting_aspects
from policyengine.render.layout import Paint, Tone
from policyengine.render.naming import Naming, place
from policyengine.render.sentences import Sentences
from policyengine.render.steps import Steps
from policyengine.render.trees import Trees
from policyengine.semantics.deadlines import has_run_out
from policyengine.semantics.findings import (
    Absent,
    Conflict,
    DeadlineFinding,
    Known,
    Resolved,
    State,
    Truth,
    Unknown,
)
from policyengine.syntax.keys import numbered
from policyengine.values.literals import ValueType

_MARKS: tuple[tuple[str, Tone], ...] = (("✘", "bad"), ("?", "open"), ("✔", "good"))
_VERDICTS = (marked("does not hold: {rule}"), marked("undetermined: {rule}"), marked("holds: {rule}"))
_IN_TIME, _TOO_LATE = marked("met by an act at {instant}"), marked("met too late, by an act at {instant}")
_NOT_MET = marked("what would meet it has not happened:")
_PERHAPS_MET = marked("whether it has been met is not known:")
_EXISTENCE = (marked("it does not exist in this case:"), marked("it is not certain that it exists:"))
_CONFIRMED = marked("set by the overlay {id}")
_NOT_CONFIRMED = marked("NOT CONFIRMED: set by the overlay {id}")
_POLICIES = (
    marked("the policy “{title}” is not in force for this case ({place})"),
    marked("it is not known whether the policy “{title}” is in force for this case ({place})"),
)
_SAID_OF_POLICY = (
    marked("the policy “{title}” does not apply, as explained above"),
    marked("it is not known whether the policy “{title}” applies, as explained above"),
)
_SCOPES = (
    marked("the policy “{title}” does not apply to this case ({place})"),
    marked("it is not known whether the policy “{title}” applies to this case ({place})"),
)


class Chain:
    """Walks from an answer to what was given and writes it down; nothing is explained twice."""

    def __init__(self, decision: Decision, say: Speech, color: bool = False) -> None:
        """``say`` speaks the reader's language."""
        self.decision = decision
        self.say = say
        self.paint = Paint(color)
        self.explanation = decision.explanation
        self.book = decision.judged.rulebook
        self.naming = Naming(self.book, say)
        self.sentences = Sentences(decision.explanation, self.naming)
        self.trees = Trees(self.naming)
        self._told: set[Key] = set()
        self._told_rules: set[Key] = set()
        self._told_scopes: set[str] = set()
        self._told_questions: set[Hashable] = set()
        self._chosen_told: set[str] = set()

    # ---------- why

    def why(self, key: Key) -> str:
        """Return why a name has the value that it has."""
        return "\n".join(self._name(key, 0)) + "\n"

    def _line(self, depth: int, text: str, tone: Tone = "plain") -> str:
        return "  " * depth + self.paint(text, tone)

    def _name(self, key: Key, depth: int) -> Iterator[str]:
        name, _ = key
        open_state, state = self.decision.findings.states[key], self.decision.state_of(key)
        path = format_key(self.book, key)
        value = self._value(state, name)
        head = self.say("{title} ({name}): {value}", title=self.naming.title(name), name=path, value=value)
        yield self._line(depth, head, "title")
        if key in self._told:
            yield self._line(depth + 1, self.say("explained above"), "faint")
            return
        self._told.add(key)
        if isinstance(state, Unknown):
            yield self._line(depth + 1, self.naming.waits(state.waits), "open")
        if isinstance(open_state, Unknown):
            yield from self._ways(Target("state", key), depth + 1)
        yield from self._origin(key, depth + 1)

    def _ways(self, target: Target, depth: int) -> Iterator[str]:
        """Tell what follows from what, or that all ways agree."""
        if self.decision.refinement is None:
            return
        refined = self.decision.refinement.of(target)
        if not isinstance(refined.state, Unknown):
            yield self._line(depth, self.trees.whatever(refined), "open")
        elif refined.exactness == "exact":
            ways = self.trees.ways(refined, target.key[0]) if target.kind == "state" else []
            ways = ways or self.trees.when_true(refined)
            yield from (self._line(depth, way, "open") for way in (ways if len(ways) > 1 else ()))

    def _value(self, state: State, name: str) -> str:
        if isinstance(state, Unknown):
            return self.say("undetermined")
        return self.naming.state(state, name)

    def _origin(self, key: Key, depth: int) -> Iterator[str]:
        name, record = key
        if name in self.book.facts:
            yield from self._fact(key, depth)
        elif name in self.book.parameters:
            yield from self._parameter(name, depth)
        elif name in self.book.amounts:
            yield from self._amount(key, depth)
        else:
            yield from self._deadline((name.rpartition(".")[0], record), depth)

    def _fact(self, key: Key, depth: int) -> Iterator[str]:
        fact = self.book.facts[key[0]]
        if fact.role == "given":
            words = self.say("given by the case")
            if key not in self.decision.case.values or deciders(self.explanation, key):
                words = self.sentences.found_at(key)
            yield self._line(depth, words, "faint")
            return
        resolved = self.decision.findings.resolved.get(key)
        if resolved is None or not (resolved.winners or resolved.open):
            yield from self._why_nothing(key, depth)
            return
        yield from self._contradiction(key, depth)
        several = len(resolved.winners) + len(resolved.open) > 1
        for id in (*resolved.winners, *resolved.open):
            yield from self._rule((id, key[1]), key, depth, several)
        yield from self._overridden(key, resolved, depth)

    def _contradiction(self, key: Key, depth: int) -> Iterator[str]:
        """Tell of rules that contradict each other where each stands and what it gives."""
        for decider in deciders(self.explanation, key):
            if isinstance(decider, Contradiction):
                yield self._line(
                    depth, self.say("conflict: these rules hold, and none overrides the other"), "bad"
                )
                for rule, state in decider.rules:
                    value = self.naming.state(state, key[0])
                    words = self.say("“{value}” by {rule}", value=value, rule=self._headline(rule))
                    yield self._line(depth + 1, words)

    def _why_nothing(self, key: Key, depth: int) -> Iterator[str]:
        """Tell for the rules that could give a fact its value what keeps the nearest ones from holding."""
        yield self._line(depth, self.say("no rule that could give it holds"))
        could = [
            (rule, in_order(self.explanation.of_rule(rule, key[1])[1]))
            for rule in self.explanation.explainer.conclusions.get(key[0], ())
        ]
        could = nearest(sorted(could, key=lambda one: one[0].span), lambda one: one[1])
        policies: set[str] = set()
        told = []
        for rule, parts in could:
            # What keeps a policy out keeps all its rules out: it is told once.
            if not self._is_out(rule, key[1]):
                told.append((rule, parts))
            elif rule.policy not in policies:
                policies.add(rule.policy)
                told.append((rule, ()))
        for rule, parts in told[:MOST_RECORDS]:
            yield from self._nearest(rule, key[1], parts, depth + 1)
        if len(told) > MOST_RECORDS:
            more = self.say("and {count} more rules", count=len(told) - MOST_RECORDS)
            yield self._line(depth + 1, more, "faint")

    def _is_out(self, rule: Rule, record: int | None) -> bool:
        """Tell whether it is the policy of a rule that keeps it from holding."""
        truth = self.decision.findings.rules[rule.id, record].truth
        return truth is not Truth.TRUE and scope_of(self.explanation, rule).truth is truth

    def _nearest(self, rule: Rule, record: int | None, parts: Sequence[Part], depth: int) -> Iterator[str]:
        """Tell in short why a rule does not hold: its policy, or the test that is nearest to holding."""
        if self._is_out(rule, record):
            yield from self.scope(scope_of(self.explanation, rule), depth, deep=False)
            return
        yield self._line(depth, self._headline(rule), "faint")
        yield from self._parts(parts[:1], depth + 1)
        if len(parts) > 1:
            name = numbered(rule.id, record)
            more = self.say("and {count} more: --why-not {rule}", count=len(parts) - 1, rule=name)
            yield self._line(depth + 1, more, "faint")

    def _headline(self, rule: Rule) -> str:
        return self.say(
            "rule {id}: {title} ({place})",
            id=rule.id,
            title=self.naming.text(rule.title),
            place=place(rule.span),
        )

    def _rule(self, rule_key: Key, concluded: Key, depth: int, several: bool) -> Iterator[str]:
        """Explain a rule that gives a fact its value, or could; where there are ``several``, say which."""
        rule = self.book.rules[rule_key[0]]
        truth, parts = self.explanation.of_rule(rule, rule_key[1])
        mark, tone = _MARKS[truth]
        yield self._line(depth, f"{mark} {self._headline(rule)}", tone)
        if rule.source is not None:
            yield self._line(depth + 1, self.naming.citation(rule.source), "faint")
        if rule_key in self._told_rules:
            yield self._line(depth + 1, self.say("explained above"), "faint")
        else:
            self._told_rules.add(rule_key)
            yield from self._parts(parts, depth + 1, deep=True)
        operand = next(one.value for one in rule.then if one.fact.name == concluded[0])
        yield from self._gives(operand, concluded, rule_key[1], depth + 1, several)
        if rule.overrides:
            names = self.say(", ").join(rule.overrides)
            yield self._line(depth + 1, self.say("takes precedence over {rules}", rules=names), "faint")

    def _gives(
        self, operand: Operand, concluded: Key, record: int | None, depth: int, several: bool
    ) -> Iterator[str]:
        """Tell what a rule gives, where that is not said above already, and what it takes that from."""
        key = key_of(self.explanation, operand, record)
        if key is not None and self._is_given(key[0]):
            title = self.naming.title(key[0])
            found = self.sentences.found_at(key)
            yield self._line(depth, self.say("gives “{title}”: {value}", title=title, value=found))
        elif several:
            value = self.naming.state(self.explanation.state_of(operand, record), concluded[0])
            yield self._line(depth, self.say("gives: {value}", value=value))
        yield from self._operand(operand, record, depth)

    def _is_given(self, name: str) -> bool:
        fact = self.book.facts.get(name)
        return fact is not None and fact.role == "given"

    def _overridden(self, key: Key, resolved: Resolved, depth: int) -> Iterator[str]:
        for rule in self.book.rules.values():
            finding = self.decision.findings.rules.get((rule.id, key[1]))
            concludes = any(one.fact.name == key[0] for one in rule.then)
            named = rule.id in resolved.winners or rule.id in resolved.open
            if concludes and not named and finding is not None and finding.truth is Truth.TRUE:
                winners = (self.naming.text(one.title) for one in self._replacing(rule, resolved))
                quoted = (self.say("“{words}”", words=title) for title in winners)
                line = self.say(
                    "would apply too, but {winners} takes its place: {rule}",
                    winners=self.say(", ").join(quoted),
                    rule=self._headline(rule),
                )
                yield self._line(depth, line, "faint")

    def _replacing(self, rule: Rule, resolved: Resolved) -> list[Rule]:
        """Return the rules that give a value, or could, in place of a rule: those that override it."""
        giving = [self.book.rules[id] for id in (*resolved.winners, *resolved.open)]
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

    # ---------- tests

    def _parts(
        self, parts: Iterable[Part], depth: int, deep: bool = False, first: Tone = "plain"
    ) -> Iterator[str]:
        """Tell tests one by one, the ``first`` in its own tone; ``deep`` explains what they asked about."""
        for number, part in enumerate(parts):
            tone = first if number == 0 else "plain"
            if isinstance(part, Either):
                yield from self._either(part, depth, deep, tone)
                continue
            yield self._line(depth, self._test(part), tone)
            yield from self._records(part, depth + 1, deep)
            if deep:
                yield from self._behind(part, depth + 1)

    def _either(self, either: Either, depth: int, deep: bool, tone: Tone) -> Iterator[str]:
        mark, _ = _MARKS[either.truth]
        ways = ways_in_order(either)
        if all(len(way) == 1 for way in ways):
            yield self._line(depth, f"{mark} {self.say('one of these is enough:')}", tone)
            for way in ways:
                yield from self._parts(way, depth + 2, deep)
            return
        for number, way in enumerate(ways):
            words = f"  {self.say('or:')}" if number else f"{mark} {self.say('either:')}"
            yield self._line(depth, words, "plain" if number else tone)
            yield from self._parts(way, depth + 2, deep)

    def _test(self, leaf: Leaf) -> str:
        """Return one line: the mark, what was asked, what was found, by how much it fails."""
        mark, _ = _MARKS[leaf.truth]
        asked, found = self.sentences.asked(leaf), self.sentences.found(leaf)
        line = self.say("{asked} — found: {found}", asked=asked, found=found) if found else asked
        gap = self.sentences.gap(leaf) or self.sentences.vacuous(leaf)
        return f"{mark} {self.say('{test} — {gap}', test=line, gap=gap) if gap else line}"

    def _records(self, leaf: Leaf, depth: int, deep: bool) -> Iterator[str]:
        """Tell for the few records that explain a question about a list what they met."""
        shown = shown_records(leaf)
        if not shown.records:
            return
        is_neighbour = isinstance(leaf.condition, Pick) and leaf.condition.which in NEIGHBOURS
        record = leaf.record if is_neighbour else None
        question = (leaf.condition, leaf.negated, leaf.truth, record)
        if question in self._told_questions:
            yield self._line(depth, self.say("explained above"), "faint")
            return
        self._told_questions.add(question)
        for number, looked in enumerate(shown.records):
            yield self._line(depth, self.sentences.record(leaf, looked))
            # Of records that do not match, what is behind their tests is told for the nearest alone.
            is_deep = deep and (number == 0 or looked.truth is Truth.TRUE)
            yield from self._parts(self._of_record(looked), depth + 1, is_deep)
        if shown.more:
            yield self._line(depth, self.say("and {count} more records", count=shown.more), "faint")

    def _of_record(self, looked: Looked) -> tuple[Part, ...]:
        """Return the tests to tell of a record: what keeps it from matching, or else from being as asked."""
        if looked.truth is Truth.FALSE:
            return in_order(looked.parts)
        if looked.answer is Truth.FALSE:
            return in_order(looked.asked)
        return (*looked.parts, *looked.asked)

    def _behind(self, leaf: Leaf, depth: int) -> Iterator[str]:
        """Explain what a test asked about, where rules or clocks concluded it."""
        if isinstance(leaf.condition, Test):
            yield from self._ref(leaf.condition.ref, leaf.record, depth)
        if isinstance(leaf.condition, Test | Count):
            for operand in leaf.condition.operands:
                yield from self._operand(operand, leaf.record, depth)

    def _operand(self, operand: Operand | None, record: int | None, depth: int) -> Iterator[str]:
        if operand is None:
            return
        for chosen in choices(self.explanation, operand):
            yield from self._choice(chosen, depth)
        key = key_of(self.explanation, operand, record)
        if key is not None and not self._is_given(key[0]):
            yield from self._name(key, depth)

    def _choice(self, chosen: ByChoice, depth: int) -> Iterator[str]:
        """Tell a reading where it decides; one that has been told is not told again."""
        if chosen.id in self._chosen_told:
            return
        self._chosen_told.add(chosen.id)
        tone: Tone = "faint" if chosen.is_default else "open"
        yield self._line(
            depth, self.say("by the reading: {reading}", reading=self.sentences.choice(chosen)), tone
        )

    def _ref(self, ref: Ref, record: int | None, depth: int) -> Iterator[str]:
        if not self._is_given(ref.name):  # else the line of the test has said it
            yield from self._name((ref.name, record if ref.listed else None), depth)

    # ---------- parameters, amounts, deadlines

    def _parameter(self, name: str, depth: int) -> Iterator[str]:
        parameter = self.book.parameters[name]
        yield self._line(depth, self._placed(parameter.span, parameter.source), "faint")
        for decider in deciders(self.explanation, (name, None)):
            if isinstance(decider, InForce):
                state = self.explanation.values[name, None]
                yield self._line(depth, self.sentences.figure_days(decider, isinstance(state, Known)))
                if not self._is_given(decider.act) and decider.at is None:
                    yield from self._name((decider.act, None), depth + 1)
            if isinstance(decider, FromOverlay):
                template = _CONFIRMED if decider.overlay.confirmed else _NOT_CONFIRMED
                yield self._line(depth, self.say(template, id=decider.overlay.id), "open")

    def _placed(self, span: Span, source: Source | None) -> str:
        return f"{place(span)} {self.naming.source(source)}".rstrip()

    def _exists(
        self, part: Deadline | Amount, record: int | None, exists: Truth, depth: int
    ) -> Iterator[str]:
        """Tell why a deadline or an amount does not exist, or may not: its policy, then its own tests."""
        if exists is Truth.TRUE:
            return
        yield self._line(depth, self.say(_EXISTENCE[exists]))
        parts = in_order(self.explanation.leaves(part.when, record)[1])
        rules = (rule for rule in self.book.rules.values() if rule.policy == part.policy)
        scope = next((scope_of(self.explanation, rule) for rule in rules), None)
        if scope is not None and scope.truth is exists:
            yield from self.scope(scope, depth + 1)
            # What the policy demands stands at the same places in the deadline's own condition.
            places = {one.span for one in scope.parts}
            parts = tuple(one for one in parts if one.span not in places)
        yield from self._parts(parts, depth + 1, deep=True)

    def _amount(self, key: Key, depth: int) -> Iterator[str]:
        amount = self.book.amounts[key[0]]
        finding = self.decision.findings.amounts[key]
        yield self._line(depth, self._placed(amount.span, amount.source), "faint")
        yield from self._exists(amount, key[1], finding.exists, depth)
        if finding.exists is Truth.FALSE:
            return
        readings = dict(self.decision.judged.readings)
        for line in Steps(self.naming).lines(AmountView(amount, key[1], finding), readings):
            yield self._line(depth, line)
        for operand in (amount.base, *amount.plus, *amount.minus, amount.rate, amount.floor):
            yield from self._term(operand, key[1], depth)
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            if found.applies is Truth.FALSE:
                continue
            yield from self._term(cap.limit, key[1], depth)
            if found.applies is Truth.UNDETERMINED:
                yield self._line(depth, self.say("it is not certain that this limit applies:"), "open")
                parts = in_order(self.explanation.leaves(cap.when, key[1])[1])
                yield from self._parts(parts, depth + 1, deep=True)

    def _term(self, operand: Operand | None, record: int | None, depth: int) -> Iterator[str]:
        """Explain a part of an amount or clock; of a given fact, only why it is not as the case says."""
        if operand is None:
            return
        key = key_of(self.explanation, operand, record)
        if key is not None and self._is_given(key[0]):
            if not isinstance(self.explanation.values[key], Known) or deciders(self.explanation, key):
                title, found = self.naming.title(key[0]), self.sentences.found_at(key)
                yield self._line(depth, self.say("{title}: {value}", title=title, value=found))
            key = None
        yield from self._operand(operand, record, depth)

    def _deadline(self, key: Key, depth: int) -> Iterator[str]:
        if (f"deadline {key[0]}", key[1]) in self._told:
            yield self._line(depth, self.say("explained above"), "faint")
            return
        self._told.add((f"deadline {key[0]}", key[1]))
        deadline = self.book.deadlines[key[0]]
        finding = self.decision.findings.deadlines[key]
        yield self._line(depth, self._placed(deadline.span, deadline.source), "faint")
        yield from self._exists(deadline, key[1], finding.exists, depth)
        if finding.exists is Truth.FALSE:
            return
        yield self._line(depth, self._clock(key))
        for operand in (deadline.starts, deadline.within):
            yield from self._term(operand, key[1], depth + 1)
        for chosen in self._countings(deadline, finding):
            yield from self._choice(chosen, depth + 1)
        yield from self._act(deadline, finding, key[1], depth)

    def _countings(self, deadline: Deadline, finding: DeadlineFinding) -> Iterator[ByChoice]:
        """Return the readings by which the length of a deadline is counted."""
        aspects = counting_aspects(finding.length)
        if deadline.met_by:
            aspects = (*aspects, "end")
        for rule in deadline.counting:
            if rule.assumption is not None and rule.aspect in aspects:
                yield choice(self.explanation, rule.assumption)

    def _act(
        self, deadline: Deadline, finding: DeadlineFinding, record: int | None, depth: int
    ) -> Iterator[str]:
        """Tell what met a deadline, or which act is not known."""
        if isinstance(finding.acted, Known):
            acted = self.naming.typed(finding.acted.value, ValueType.INSTANT)
            template = _TOO_LATE if has_run_out(finding.status) else _IN_TIME
            yield self._line(depth, self.say(template, instant=acted))
            return
        if not deadline.met_by or isinstance(finding.start, Absent):
            return
        yield self._line(depth, self.say(_NOT_MET if isinstance(finding.acted, Absent) else _PERHAPS_MET))
        for act in deadline.met_by:
            key = (act.name, record if act.listed else None)
            if not self._is_given(act.name) and isinstance(self.explanation.values[key], Unknown):
                yield from self._name(key, depth + 1)
            else:
                title, found = self.naming.title(act.name), self.sentences.found_at(key)
                yield self._line(depth + 1, self.say("{title}: {value}", title=title, value=found))

    def _clock(self, key: Key) -> str:
        finding = self.decision.findings.deadlines[key]
        length = self.naming.no_value(finding.length)
        if isinstance(finding.length, Known):
            length = self.naming.typed(finding.length.value, ValueType.DURATION)
        if isinstance(finding.start, Absent):
            return self.say(
                "its clock has not begun: what starts it has not happened; within {length}", length=length
            )
        return self.say(
            "from {start}, within {length}, until {due}",
            start=self.naming.state(finding.start, f"{key[0]}.due"),
            length=length,
            due=self.naming.state(finding.due, f"{key[0]}.due"),
        )

    # ---------- why not

    def why_not(self, key: Key) -> str:
        """Return why a rule does not hold, or does not count, with the nearest condition first."""
        return "\n".join(self._why_not(key)) + "\n"

    def _why_not(self, key: Key) -> Iterator[str]:
        rule = self.book.rules[key[0]]
        truth, agreed = self.decision.findings.rules[key].truth, self.decision.truth_of(key)
        yield self._line(0, self.say(_VERDICTS[agreed], rule=self._headline(rule)), "title")
        if truth is Truth.UNDETERMINED:
            yield from self._ways(Target("rule", key), 1)
        if truth is Truth.TRUE:
            yield from self._beaten(rule, key[1])
            return
        scope = scope_of(self.explanation, rule)
        if scope.truth is truth:
            yield from self.scope(scope, 1)
        own, parts = self.explanation.leaves(rule.when, key[1])
        if own is truth:
            yield from self._parts(in_order(parts), 1, deep=True, first="open")

    def scope(self, scope: Scope, depth: int, deep: bool = True) -> Iterator[str]:
        """Tell why a policy does not apply to the case, or may not: its days, then what else it demands."""
        title = self.naming.text(scope.policy.title)
        if scope.policy.id in self._told_scopes:
            yield self._line(depth, self.say(_SAID_OF_POLICY[scope.truth], title=title), "faint")
            return
        self._told_scopes.add(scope.policy.id)
        if scope.in_force is not None and scope.is_in_force is scope.truth:
            mark, tone = _MARKS[scope.is_in_force]
            words = self.say(_POLICIES[scope.is_in_force], title=title, place=place(scope.policy.span))
            yield self._line(depth, f"{mark} {words}", tone)
            yield self._line(depth + 1, self.sentences.policy_days(scope.in_force))
            if not self._is_given(scope.in_force.act) and scope.in_force.at is None and deep:
                yield from self._name((scope.in_force.act, None), depth + 1)
        parts = in_order(part for part in scope.parts if not asks_for_days(part))
        if parts:
            mark, tone = _MARKS[scope.truth]
            words = self.say(_SCOPES[scope.truth], title=title, place=place(scope.policy.span))
            yield self._line(depth, f"{mark} {words}", tone)
            yield from self._parts(parts, depth + 1, deep=deep)

    def _beaten(self, rule: Rule, record: int | None) -> Iterator[str]:
        """Tell for each fact that a rule concludes whether it gave the value."""
        for conclusion in rule.then:
            key = (conclusion.fact.name, record)
            resolved = self.decision.findings.resolved[key]
            title = self.naming.title(key[0])
            if rule.id in resolved.winners and not isinstance(resolved.state, Conflict):
                yield self._line(1, self.say("{title}: it gives the value", title=title))
                continue
            rules = self.say(", ").join((*resolved.winners, *resolved.open))
            if rule.id in resolved.winners:
                line = self.say("{title}: it contradicts {rules}", title=title, rules=rules)
            else:
                line = self.say("{title}: it gives way to {rules}", title=title, rules=rules)
            yield self._line(1, line)
