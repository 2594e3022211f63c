"""What each answer rests on, found by reading the findings about a case back against the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from policyengine.model.case import Key
from policyengine.model.conditions import (
    NEIGHBOURS,
    Computed,
    Condition,
    Count,
    DayEdge,
    Extreme,
    Operand,
    Otherwise,
    Pick,
    Question,
    Some,
    Window,
)
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Amount, Deadline, Fact, MissingByReading, Parameter, Pause
from policyengine.outcome.leaves import Leaf, Looked, Part, leaves_of
from policyengine.outcome.prepared import Looks, Piece, Plain, looks_of
from policyengine.outcome.support import PROVISIONAL, Item, Kind, Label, Node, Rest, Sum
from policyengine.outcome.windows import counts_unpublished_days, measured
from policyengine.semantics.findings import ABSENT, Known, State, Truth
from policyengine.semantics.readings import choose_counting
from policyengine.semantics.strata import name_of_node
from policyengine.values.counting import Counting, aspects_of
from policyengine.values.literals import Duration

if TYPE_CHECKING:
    from policyengine.outcome.explain import Explanation

_DEEPEST = 50
"""How deep a chain is followed before everything is found from the bottom up: each step takes some calls."""


def counting_aspects(
    length: State, counting: Iterable[CountingRule], readings: Mapping[str, str]
) -> tuple[str, ...]:
    """Return which ways of counting matter for a length; none for an unknown one."""
    return aspects_for(length, choose_counting(counting, readings))


def aspects_for(length: State, counting: Counting) -> tuple[str, ...]:
    """Return which ways of counting matter for a length; none for an unknown one."""
    if not isinstance(length, Known) or not isinstance(length.value, Duration):
        return ()
    return aspects_of(length.value, counting)


Finder = Callable[["Supports", str, "int | None"], Rest]
"""Finds what a name rests on, for a record or the whole case."""
Of = TypeVar("Of")


def _summed(find: Callable[[Supports, Of, int | None], Sum]) -> Callable[[Of], Finder]:
    """Return what makes a finder of some part of the rulebook."""
    return lambda part: lambda supports, name, record: find(supports, part, record).of(name, record)


def _concluded(fact: Fact) -> Finder:
    return lambda supports, name, record: supports.concluded(fact, record)


class Supports:
    """What every name and rule rests on, found out when it is asked for.

    What something rests on is found before it; a chain that is longer than the stack is gone through from the
    bottom up.
    """

    def __init__(self, explanation: Explanation) -> None:
        """Begin with the names that rest on nothing else."""
        self.explanation = explanation
        self.explainer = explanation.explainer
        self.book = explanation.book
        self.findings = explanation.findings
        self._resolved = explanation.findings.resolved
        self.items: list[Item] = self.explainer.items
        self._names: dict[Key, Rest] = self.explainer.simple_rests.copy()
        self._rules: dict[Key, Rest] = {}
        self._questions: dict[tuple[int, int | None, bool], Rest] = {}
        self._picks: dict[tuple[int, int | None], dict[int | None, Rest]] = {}
        self._depth = 0

    def of_name(self, name: str, record: int | None) -> Rest:
        """Return what the value of a name rests on."""
        key = (name, record)
        found = self._names.get(key)
        if found is None:
            self._descend()
            found = self._names.get(key)
            if found is None:
                found = self._names[key] = self._find_name(key)
            self._depth -= 1
        return found

    def of_rule(self, id: str, record: int | None) -> Rest:
        """Return what a rule that holds, or could, rests on."""
        key = (id, record)
        found = self._rules.get(key)
        if found is None:
            self._descend()
            found = self._rules.get(key)
            if found is None:
                found = self._rules[key] = self._find_rule(key)
            self._depth -= 1
        return found

    def _descend(self) -> None:
        """Go one step down a chain; where that is too long, everything is found first."""
        if self._depth >= _DEEPEST:
            self._find_all()
        self._depth += 1

    def _find_all(self) -> None:
        """Find everything, each after what it rests on."""
        depth, self._depth = self._depth, 0
        for layer in self.explanation.explainer.layers:
            for name in layer.names:
                for each in self._names_of(name):
                    for record in self._each(self._list_of(name)):
                        self.of_name(each, record)
            for id in layer.rules:
                for record in self._each(self.book.rules[id].listed):
                    if self.findings.rules[id, record].truth is not Truth.FALSE:
                        self.of_rule(id, record)
        self._depth = depth

    def _names_of(self, node: str) -> tuple[str, ...]:
        if node not in self.book.deadlines:
            return (node,)
        return tuple(f"{node}.{one}" for one in self.book.deadlines[node].properties if one != "due")

    def _list_of(self, node: str) -> str | None:
        book = self.book
        of = name_of_node(node, book)
        groups = (book.facts, book.amounts, book.deadlines, book.parameters, book.computed)
        part = next((group[of] for group in groups if of in group), None)
        return None if part is None else part.listed

    def _own(self, kind: Kind, key: Key) -> Rest:
        """Return what stands for one thing: a bit, or an item if it is one of many records."""
        return self.explainer.bit(kind, key) if key[1] is None else Node(0, ((kind, key),), (), None)

    def _sum(self, kind: Kind, key: Key) -> Sum:
        found = Sum()
        found.add(self._own(kind, key))
        return found

    def _each(self, listed: str | None) -> Iterable[int | None]:
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def _find_name(self, key: Key) -> Rest:
        name, record = key
        finder = self.explainer.finders.get(name)
        if finder is None:
            finder = self.explainer.finders[name] = self._finder(name)
        return finder(self, name, record)

    def _finder(self, name: str) -> Finder:
        """Return what finds what a name rests on."""
        book = self.book
        head, _, what = name.rpartition(".")
        if what in ("settled_at", "left") and head in book.deadlines:
            return lambda supports, name, record: supports.of_name(f"{head}.status", record)
        if name in book.facts:
            fact = book.facts[name]
            return (_concluded if fact.role != "given" else _summed(Supports._fact))(fact)
        if name in book.parameters:
            return _summed(Supports._parameter)(book.parameters[name])
        if name in book.amounts:
            return _summed(Supports._amount)(book.amounts[name])
        if name in book.computed:
            return _summed(Supports._computed)(book.computed[name])
        return _summed(Supports._due if what == "due" else Supports._deadline)(book.deadlines[head])

    # ---------- facts and rules

    def concluded(self, fact: Fact, record: int | None) -> Rest:
        """Return what a fact rests on about which rules say something."""
        found = Sum()
        resolved = self._resolved.get((fact.path, record))
        for rule in () if resolved is None else (*resolved.winners, *resolved.open):
            found.add(self.of_rule(*rule))
        # Lists of whose records each builds it, and that the case does not tell.
        for listed in () if resolved is None else self.explainer.unseen_lists.get(fact.path, ()):
            if listed not in self.explanation.case.records:
                found.add(self._own("fact", (listed, None)))
        return found.of(fact.path, record)

    def _fact(self, fact: Fact, record: int | None) -> Sum:
        key = (fact.path, record)
        found = self._sum("fact", key)
        if isinstance(fact.if_missing, MissingByReading) and key not in self.explanation.case.values:
            found.add(self._own("assumption", (fact.if_missing.assumption, None)))
        if fact.dated_by is not None and not isinstance(self.findings.states[key], Known):
            found.add(self.of_name(fact.dated_by, record if self.book.facts[fact.dated_by].listed else None))
        return found

    def _find_rule(self, key: Key) -> Rest:
        id, record = key
        rule = self.book.rule(id)
        is_any = rule.listed is not None and record is None  # any record of a list that is not known
        holds = bool(rule.policy) and not is_any and self.findings.truth(key) is Truth.TRUE
        plain = self.explainer.plainly_held(rule) if holds else None
        if plain is not None:
            return self._plainly(plain).rest()
        found = self._sum("rule", key)
        if is_any and rule.listed is not None:
            found.add(self._own("fact", (rule.listed, None)))
            return found.rest()
        told = self.explanation.told_of_rule(key)
        if holds and told is None:
            self._pieces(self.explainer.pieces(rule), record, found)
        else:
            self._leaves(self.explanation.of_rule(rule, record)[1] if told is None else told, found)
        self._looked_at(self.explainer.looks_of_rule(rule), record, None, found)
        return found.rest()

    def _plainly(self, plain: Plain) -> Sum:
        """Return what rests on names of the whole case only."""
        found, names = Sum(plain.bits), self._names
        for key in plain.names:
            rest = names.get(key)
            if rest is None:
                rest = self.of_name(*key)
            if type(rest) is int:
                found.mask |= rest
            else:
                found.add(rest)
        return found

    def _pieces(self, pieces: Iterable[Piece], record: int | None, found: Sum) -> None:
        """Add what parts of a condition rest on that hold."""
        explainer, explanation = self.explainer, self.explanation
        for piece in pieces:
            own = record if piece.is_own else None
            if piece.is_plain and piece.test is not None:
                self._looked_at(explainer.looks(piece.test), own, explanation.this, found)
            else:
                self._leaves(explanation.held(piece, own), found)

    def _looked_at(self, looks: Looks, record: int | None, this: int | None, found: Sum) -> None:
        """Add what the values rest on that something looks at."""
        names = self._names
        for assumption in looks.assumptions:
            found.mask |= self.explainer.bit("assumption", (assumption, None))
        for name, is_listed, is_this in looks.names:
            key = (name, (this if is_this else record) if is_listed else None)
            rest = names.get(key)
            found.add(self.of_name(*key) if rest is None else rest)

    def _leaves(self, parts: Iterable[Part], found: Sum) -> None:
        for leaf in leaves_of(parts):
            condition = leaf.condition
            if isinstance(condition, Some | Count | Pick):
                self._question(condition, leaf, found)
                continue
            looks = self.explainer.looks(condition)
            self._looked_at(looks, leaf.record, leaf.explanation.this, found)
            if isinstance(condition, Window):
                self._window(condition, leaf, found)

    def _window(self, window: Window, leaf: Leaf, found: Sum) -> None:
        """Add what the counting of a window rests on."""
        ends = measured(leaf.explanation, window, leaf.record)
        if ends is not None and ends.ends.provisional:
            found.add(self._own(*PROVISIONAL))
        length = leaf.explanation.state_of(window.length, leaf.record)
        aspects = counting_aspects(length, window.counting, leaf.explanation.readings)
        if window.how == "within":
            aspects = (*aspects, "end")
        self._assumptions((rule.assumption for rule in window.counting if rule.aspect in aspects), found)

    def _question(self, condition: Some | Count | Pick, leaf: Leaf, found: Sum) -> None:
        if condition.listed not in self.explanation.case.records:  # unknown, or taken as empty
            found.add(self._own("fact", (condition.listed, None)))
        elif isinstance(condition, Count) and condition.how != "count":
            self._of_records(leaf.explanation, condition, found)
        elif isinstance(condition, Pick):
            found.add(self._pick(leaf.explanation, condition, leaf.record))
        else:
            is_open = leaf.truth is Truth.UNDETERMINED
            found.add(self._records(leaf.explanation, condition, is_open))
        if isinstance(condition, Count):
            self._looked_at(self.explainer.looks(condition), leaf.record, leaf.explanation.this, found)

    def _records(self, asked: Explanation, question: Some | Count, or_may: bool) -> Rest:
        """Return what the records that satisfy a question, or may, rest on: the same for all who ask."""
        place = (id(question.where), asked.this, or_may)
        known = self._questions.get(place)
        if known is None:
            found = Sum()
            least = Truth.UNDETERMINED if or_may else Truth.TRUE
            for one in asked.looked_at(question):
                if one.truth >= least:
                    self._leaves(one.parts, found)
            known = found.rest(Label(question.listed, question.where.span, None))
            self._questions[place] = known
        return known

    def _pick(self, asked: Explanation, question: Pick, current: int | None) -> Rest:
        """Return what the answer about the picked record rests on."""
        each = self._picks.get((id(question), asked.this))
        if each is None:
            each = self._picks[id(question), asked.this] = dict(self._each_pick(asked, question))
        return each[current if question.which in NEIGHBOURS else None]

    def _each_pick(self, asked: Explanation, question: Pick) -> Iterator[tuple[int | None, Rest]]:
        """Return what it rests on for each record, or for the whole case.

        Where a record only may be the one, it goes on with those after it: what is said of these is shared.
        """
        last: Rest = 0
        for one in self._farthest_first(asked, question):
            if question.which in NEIGHBOURS:
                yield one.record, last
            if one.truth is Truth.FALSE:
                continue
            found = Sum()
            self._leaves((*one.parts, *one.asked), found)
            goes_on = one.truth is Truth.UNDETERMINED and isinstance(last, Node)
            if one.truth is Truth.UNDETERMINED:
                found.add(last)
            last = found.rest(Label(question.listed, question.span, one.record) if goes_on else None)
        if question.which not in NEIGHBOURS:
            yield None, last

    def _farthest_first(self, asked: Explanation, question: Pick) -> Iterable[Looked]:
        if question.which not in NEIGHBOURS:
            return reversed([*asked.candidates(question, None)])
        count = len(self.findings.records[question.listed] or ())
        places = range(count) if question.which == "previous" else range(count - 1, -1, -1)
        return (asked.looked(question, place) for place in places)

    def _operand(
        self, operand: Operand | None, record: int | None, found: Sum, this: int | None = None
    ) -> None:
        self._looked_at(looks_of([operand], self.explanation.readings), record, this, found)

    # ---------- values that are computed in place

    def _computed(self, computed: Computed, record: int | None) -> Sum:
        """Return what a computed value rests on: what it is made of, and the records that it looks at."""
        found = Sum()
        match computed.value:
            case Otherwise(value, otherwise):
                self._operand(value, record, found)
                if not isinstance(self.explanation.state_of(value, record), Known):
                    self._operand(otherwise, record, found)
            case Extreme(_, of):
                for one in of:
                    self._operand(one, record, found)
            case DayEdge(_, of):
                self._operand(of, record, found)
            case Question() as question:
                self._operand(question.amount, record, found)
                if question.listed not in self.explanation.case.records:
                    found.add(self._own("fact", (question.listed, None)))
                standing = (
                    self.explanation if computed.listed is None else self.explanation.standing_at(record)
                )
                self._of_records(standing, question, found)
        return found

    def _of_records(self, asked: Explanation, question: Question | Count, found: Sum) -> None:
        """Add what the records that match, or may, rest on, and what is asked of them."""
        for one in asked.looked_at(question):
            if one.truth is not Truth.FALSE:
                self._leaves(one.parts, found)
                self._operand(question.of, one.record, found, asked.this)

    # ---------- parameters, amounts, deadlines

    def _parameter(self, parameter: Parameter, record: int | None) -> Sum:
        found = self._sum("parameter", (parameter.id, record))
        if record is not None:  # each record has its own: its name is to be known without going through all
            found.add(self._own("figure", (parameter.id, None)))
        if parameter.by is not None and parameter.is_dated:
            found.add(self.of_name(parameter.by.name, record if parameter.by.listed else None))
        return found

    def _condition(self, condition: Condition, record: int | None, truth: Truth, found: Sum) -> None:
        self._leaves(self.explanation.leaves(condition, record, truth is Truth.TRUE)[1], found)

    def _amount(self, amount: Amount, record: int | None) -> Sum:
        finding = self.findings.amounts[amount.id, record]
        found = self._sum("amount", (amount.id, record))
        if finding.exists is Truth.TRUE:
            self._pieces(self.explainer.pieces_of(amount), record, found)
        else:
            self._condition(amount.when, record, finding.exists, found)
        if finding.exists is Truth.FALSE:
            return found
        for operand in amount.operands:
            self._operand(operand, record, found)
        formula = amount.formula
        if formula is not None and counts_unpublished_days(self.explanation, formula.term, record):
            found.add(self._own(*PROVISIONAL))
        for cap, one in zip(amount.caps, finding.caps, strict=True):
            self._condition(cap.when, record, one.applies, found)
            if one.applies is not Truth.FALSE:
                self._operand(cap.limit, record, found)
        return found

    def _due(self, deadline: Deadline, record: int | None) -> Sum:
        """Return what the end of a deadline rests on, before what the deadline has come to is known."""
        found = self._sum("deadline", (deadline.id, record))
        if (deadline.id, record) in self.findings.provisional:
            found.add(self._own(*PROVISIONAL))
        exists = self.findings.existence((deadline.id, record))
        if exists is Truth.TRUE:
            self._pieces(self.explainer.pieces_of(deadline), record, found)
        else:
            exists, leaves = self.explanation.leaves(deadline.when, record)
            self._leaves(leaves, found)
        if exists is not Truth.FALSE:
            clock = self.explainer.clock(deadline)
            self._looked_at(clock.measured, record, None, found)
            for pause in deadline.pauses:
                self._pause(pause, record, found)
            within = deadline.within
            length = ABSENT if within is None else self.explanation.state_of(within, record)
            aspects = aspects_for(length, clock.counting)
            self._assumptions(
                (rule.assumption for rule in deadline.counting if rule.aspect in aspects), found
            )
        return found

    def _pause(self, pause: Pause, record: int | None, found: Sum) -> None:
        """Add what a pause rests on; of a list, what all records rest on that may be one."""
        question = pause.question
        if question is None:
            self._operand(pause.begin, record, found)
            self._operand(pause.end, record, found)
            return
        if question.listed not in self.explanation.case.records:
            found.add(self._own("fact", (question.listed, None)))
        asked = self.explanation.asked(question, record)
        for one in asked.looked_at(question):
            if one.truth is not Truth.FALSE:
                self._leaves(one.parts, found)
                self._operand(pause.begin, one.record, found, record)
                self._operand(pause.end, one.record, found, record)

    def _deadline(self, deadline: Deadline, record: int | None) -> Sum:
        found = Sum()
        found.add(self.of_name(f"{deadline.id}.due", record))
        if self.findings.existence((deadline.id, record)) is not Truth.FALSE:
            clock = self.explainer.clock(deadline)
            self._looked_at(clock.acts, record, None, found)
            # Whether the last instant counts matters where something can meet it.
            found.mask |= clock.ends
        return found

    def _assumptions(self, ids: Iterable[str | None], found: Sum) -> None:
        for id in ids:
            if id is not None:
                found.add(self._own("assumption", (id, None)))
