"""``--why`` and ``--why-not``: the chain from an answer to the case, and the nearest thing that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policyengine.case import Key
from policyengine.compile.choose_readings import choose_operand
from policyengine.conditions import ByReading, Count, Operand, Pick, Ref, Some, Test
from policyengine.decision import AmountView, Decision
from policyengine.diagnostics import marked
from policyengine.explain import Leaf
from policyengine.findings import Conflict, Known, Resolved, State, Truth, Unknown
from policyengine.i18n import Speech
from policyengine.render.layout import Paint, Tone
from policyengine.render.naming import Naming, case_path, place
from policyengine.render.sentences import Sentences
from policyengine.render.steps import Steps
from policyengine.rulebook import Rule
from policyengine.source import Span
from policyengine.values import ValueType

_MARKS: tuple[tuple[str, Tone], ...] = (("✘", "bad"), ("?", "open"), ("✔", "good"))
_VERDICTS = (marked("does not hold: {rule}"), marked("undetermined: {rule}"), marked("holds: {rule}"))
_IN_TIME, _TOO_LATE = marked("met by an act at {instant}"), marked("met too late, by an act at {instant}")
_GIVEN, _LATER = marked("given by the case"), marked("the case says it only later than it is judged")
_NAME_WITH_RECORD = re.compile(r"(?P<list>[a-z0-9_.]+)\[(?P<record>[0-9]+)\]\.(?P<field>[a-z0-9_]+)")
_RULE_WITH_RECORD = re.compile(r"(?P<rule>[a-z0-9_]+)\[(?P<record>[0-9]+)\]")


def find_name(decision: Decision, written: str) -> Key | None:
    """Return what has a value under a name, such as ``penalty.points`` or ``evidence[0].considered``."""
    found = _NAME_WITH_RECORD.fullmatch(written)
    key: Key = (written, None)
    if found is not None:
        key = (f"{found['list']}.{found['field']}", int(found["record"]))
    return key if key in decision.findings.states else None


def find_rule(decision: Decision, written: str) -> Key | None:
    """Return a rule by its name, for a record as ``rule[0]``."""
    found = _RULE_WITH_RECORD.fullmatch(written)
    key: Key = (written, None) if found is None else (found["rule"], int(found["record"]))
    return key if key in decision.findings.rules else None


def nearest_first(decision: Decision, rule: Rule, record: int | None, sentences: Sentences) -> list[Leaf]:
    """Return the tests that keep a rule from holding, those that fail by the least first."""
    truth, leaves = decision.explanation.of_rule(rule, record)
    failing = [leaf for leaf in leaves if leaf.truth is not Truth.TRUE]

    def order(leaf: Leaf) -> tuple[int, float, Span]:
        gap = sentences.gap(leaf)
        if gap is not None:
            return 0, gap.share, leaf.condition.span
        return (1 if leaf.truth is Truth.UNDETERMINED else 2), 0.0, leaf.condition.span

    return [] if truth is Truth.TRUE else sorted(failing, key=order)


class Chain:
    """Walks from an answer to what was given and writes it down; nothing is explained twice."""

    def __init__(self, decision: Decision, say: Speech, color: bool = False) -> None:
        """``say`` speaks the reader's language."""
        self.decision = decision
        self.say = say
        self.paint = Paint(color)
        self.book = decision.judged.rulebook
        self.naming = Naming(self.book, say)
        self.sentences = Sentences(decision.explanation, self.naming)
        self._told: set[Key] = set()

    # ---------- why

    def why(self, key: Key) -> str:
        """Return why a name has the value that it has."""
        return "\n".join(self._name(key, 0)) + "\n"

    def _line(self, depth: int, text: str, tone: Tone = "plain") -> str:
        return "  " * depth + self.paint(text, tone)

    def _name(self, key: Key, depth: int) -> Iterator[str]:
        name, _ = key
        state = self.decision.findings.states[key]
        path = case_path(self.book, key)
        value = self._value(state, name)
        head = self.say("{title} ({name}): {value}", title=self.naming.title(name), name=path, value=value)
        yield self._line(depth, head, "title")
        if key in self._told:
            yield self._line(depth + 1, self.say("explained above"), "faint")
            return
        self._told.add(key)
        if isinstance(state, Unknown):
            yield self._line(depth + 1, self.naming.waits(state.waits), "open")
        yield from self._origin(key, depth + 1)

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
            words = self.say("the case does not say")
            if key in self.decision.case.values:
                is_seen = isinstance(self.decision.findings.states[key], Known)
                words = self.say(_GIVEN if is_seen else _LATER)
            yield self._line(depth, words, "faint")
            return
        resolved = self.decision.findings.resolved.get(key)
        if resolved is None or not (resolved.winners or resolved.open):
            yield self._line(depth, self.say("no rule that could give it holds"))
            yield from self._why_nothing(key, depth)
            return
        for id in (*resolved.winners, *resolved.open):
            yield from self._rule((id, key[1]), key, depth)
        yield from self._overridden(key, resolved, depth)

    def _why_nothing(self, key: Key, depth: int) -> Iterator[str]:
        for rule in self.book.rules.values():
            if any(one.fact.name == key[0] for one in rule.then):
                yield self._line(depth + 1, self._headline(rule), "faint")
                for leaf in nearest_first(self.decision, rule, key[1], self.sentences)[:1]:
                    yield self._line(depth + 2, self._test(leaf))

    def _headline(self, rule: Rule) -> str:
        return self.say(
            "rule {id}: {title} ({place})",
            id=rule.id,
            title=self.naming.text(rule.title),
            place=place(rule.span),
        )

    def _rule(self, rule_key: Key, concluded: Key, depth: int) -> Iterator[str]:
        rule = self.book.rules[rule_key[0]]
        truth, leaves = self.decision.explanation.of_rule(rule, rule_key[1])
        mark, tone = _MARKS[truth]
        yield self._line(depth, f"{mark} {self._headline(rule)}", tone)
        if rule.source is not None:
            yield self._line(depth + 1, self.naming.citation(rule.source), "faint")
        for leaf in leaves:
            yield self._line(depth + 1, self._test(leaf))
            yield from self._behind(leaf, depth + 2)
        value = next(one.value for one in rule.then if one.fact.name == concluded[0])
        yield from self._operand(value, rule_key[1], depth + 1)
        if rule.overrides:
            names = self.say(", ").join(rule.overrides)
            yield self._line(depth + 1, self.say("takes precedence over {rules}", rules=names), "faint")

    def _overridden(self, key: Key, resolved: Resolved, depth: int) -> Iterator[str]:
        for rule in self.book.rules.values():
            finding = self.decision.findings.rules.get((rule.id, key[1]))
            concludes = any(one.fact.name == key[0] for one in rule.then)
            named = rule.id in resolved.winners or rule.id in resolved.open
            if concludes and not named and finding is not None and finding.truth is Truth.TRUE:
                line = self.say("{rule} holds too, and gives way to an exception", rule=self._headline(rule))
                yield self._line(depth, line, "faint")

    def _test(self, leaf: Leaf) -> str:
        """Return one line: the mark, what was asked, what was found."""
        mark, _ = _MARKS[leaf.truth]
        asked, found = self.sentences.asked(leaf), self.sentences.found(leaf)
        line = self.say("{asked} — found: {found}", asked=asked, found=found) if found else asked
        return f"{mark} {line}"

    def _behind(self, leaf: Leaf, depth: int) -> Iterator[str]:
        """Explain what a test asked about, where rules or clocks concluded it."""
        if isinstance(leaf.condition, Some | Count | Pick):
            for inner in leaf.inner:
                yield self._line(depth, self._test(inner))
                yield from self._behind(inner, depth + 1)
        if isinstance(leaf.condition, Test):
            yield from self._ref(leaf.condition.ref, leaf.record, depth)
            for operand in leaf.condition.operands:
                yield from self._operand(operand, leaf.record, depth)

    def _operand(self, operand: Operand, record: int | None, depth: int) -> Iterator[str]:
        if isinstance(operand, ByReading):
            yield self._line(depth, self._chosen(operand.assumption), "faint")
        chosen = choose_operand(operand, self.decision.judged.readings)
        if isinstance(chosen, Ref):
            yield from self._ref(chosen, record, depth)

    def _ref(self, ref: Ref, record: int | None, depth: int) -> Iterator[str]:
        fact = self.book.facts.get(ref.name)
        if fact is not None and fact.role == "given":
            return  # the line of the test has said it
        yield from self._name((ref.name, record if ref.listed else None), depth)

    def _chosen(self, assumption: str) -> str:
        declared = self.book.assumptions[assumption]
        reading = self.decision.judged.readings[assumption]
        title = next(self.naming.text(one.title) for one in declared.readings if one.id == reading)
        return self.say("by the reading of {id}: {reading}", id=assumption, reading=title)

    # ---------- parameters, amounts, deadlines

    def _parameter(self, name: str, depth: int) -> Iterator[str]:
        parameter = self.book.parameters[name]
        quote = self.naming.source(parameter.source)
        yield self._line(depth, f"{place(parameter.span)} {quote}".rstrip(), "faint")
        if parameter.unconfirmed:
            words = self.say("not confirmed: set by the overlay {id}", id=parameter.unconfirmed)
            yield self._line(depth, words, "open")

    def _amount(self, key: Key, depth: int) -> Iterator[str]:
        amount = self.book.amounts[key[0]]
        finding = self.decision.findings.amounts[key]
        quote = self.naming.source(amount.source)
        yield self._line(depth, f"{place(amount.span)} {quote}".rstrip(), "faint")
        if finding.exists is Truth.FALSE:
            yield self._line(depth, self.say("it does not exist in this case"))
            return
        readings = dict(self.decision.judged.readings)
        for line in Steps(self.naming).lines(AmountView(amount, key[1], finding), readings):
            yield self._line(depth, line)
        caps = (cap.limit for cap in amount.caps)
        for operand in (amount.base, *amount.plus, *amount.minus, amount.rate, amount.floor, *caps):
            if operand is not None:
                yield from self._operand(operand, key[1], depth)

    def _deadline(self, key: Key, depth: int) -> Iterator[str]:
        if (f"deadline {key[0]}", key[1]) in self._told:
            yield self._line(depth, self.say("explained above"), "faint")
            return
        self._told.add((f"deadline {key[0]}", key[1]))
        deadline = self.book.deadlines[key[0]]
        finding = self.decision.findings.deadlines[key]
        quote = self.naming.source(deadline.source)
        yield self._line(depth, f"{place(deadline.span)} {quote}".rstrip(), "faint")
        truth, leaves = self.decision.explanation.leaves(deadline.when, key[1])
        if truth is not Truth.TRUE:
            words = self.say("it does not exist in this case")
            if truth is Truth.UNDETERMINED:
                words = self.say("it is not certain that it exists")
            yield self._line(depth, words)
            for leaf in leaves:
                yield self._line(depth + 1, self._test(leaf))
        if truth is Truth.FALSE:
            return
        yield self._line(depth, self._clock(key))
        for operand in (deadline.starts, deadline.within):
            yield from self._operand(operand, key[1], depth + 1)
        if isinstance(finding.acted, Known):
            acted = self.naming.typed(finding.acted.value, ValueType.INSTANT)
            template = _TOO_LATE if finding.status == Known("missed") else _IN_TIME
            yield self._line(depth, self.say(template, instant=acted))

    def _clock(self, key: Key) -> str:
        finding = self.decision.findings.deadlines[key]
        length = self.naming.no_value(finding.length)
        if isinstance(finding.length, Known):
            length = self.naming.typed(finding.length.value, ValueType.DURATION)
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
        truth = self.decision.findings.rules[key].truth
        yield self._line(0, self.say(_VERDICTS[truth], rule=self._headline(rule)), "title")
        if truth is Truth.TRUE:
            yield from self._beaten(rule, key[1])
            return
        for number, leaf in enumerate(nearest_first(self.decision, rule, key[1], self.sentences)):
            gap = self.sentences.gap(leaf)
            line = self._test(leaf)
            if gap is not None:
                line = self.say("{test} — {gap}", test=line, gap=gap.words)
            yield self._line(1, line, "open" if number == 0 else "plain")
            yield from self._behind(leaf, 2)

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
