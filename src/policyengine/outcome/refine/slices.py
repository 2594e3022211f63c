"""What an answer rests on: the tests, clocks and figures behind it, and how each value gets there.

A slice (M. Weiser, Program Slicing, 1981) holds everything that could have an effect on one answer. Its
*atoms* are elementary: each compares something that moves one way with an unknown value with something that
does not. So where all atoms of a slice come out the same at both ends of an interval, they do so inside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from math import prod

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.conditions import (
    All,
    Any,
    Computed,
    Condition,
    Constant,
    Count,
    DayEdge,
    Not,
    Operand,
    Period,
    Pick,
    Question,
    Ref,
    Same,
    Some,
    Test,
    Window,
    asks_this,
    divides,
    operands_in,
    operands_of,
)
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Amount, DatedValue, Deadline, Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.phases import Turning
from policyengine.outcome.windows import is_on_side, measured
from policyengine.semantics.dated import comes_back
from policyengine.semantics.findings import Absent, Conflict, Findings, Known, Missing, State, Unknown
from policyengine.semantics.readings import choose_condition, choose_counting, choose_operand
from policyengine.semantics.strata import (
    DUE,
    Graph,
    lists_of_computed,
    lists_of_condition,
    node_of,
    refs_of_condition,
    refs_of_operand,
    rule_node,
)
from policyengine.semantics.windows import number_of
from policyengine.values.literals import UNIT_MONTHS, Duration, ValueType, comparison_key
from policyengine.values.seasons import Season

_OTHER_WAY = {"up": "down", "down": "up", "either": "either"}
_TWO = 2
_EXACT = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)


class Asked(Frozen):
    """A test or a question about a list, and the list of whose records it is asked (None: of the case).

    ``this``: inside a question that depends on it, the list for each of whose records that is asked.
    """

    condition: Test | Window | Same | Count | Some | Pick
    listed: str | None
    this: str | None = None


class _Ranked(Frozen):
    """A fact that is compared with constants: it comes out otherwise where it passes one of them."""

    ref: Ref
    listed: str | None
    cuts: tuple[int, ...]
    """The numbers from which on one of the tests comes out otherwise than below, in order."""


class _Parts(Frozen):
    """Elementary comparisons: tests, names whose value is what it is, and values that may contradict.

    ``ranked`` are the tests of facts by constants, together for each fact: a table has hundreds of them.
    """

    asked: tuple[Asked, ...]
    ranked: tuple[_Ranked, ...]
    words: tuple[tuple[str, str | None], ...]
    rivals: tuple[tuple[str | None, tuple[tuple[Operand, Operand], ...]], ...]


class Slice:
    """Everything behind one node of the graph of dependencies."""

    def __init__(
        self,
        book: Rulebook,
        readings: Mapping[str, str],
        nodes: frozenset[str],
        after: Callable[[str], frozenset[str]],
    ) -> None:
        """``nodes`` are the node and all that it depends on; ``after`` tells all that depends on a node."""
        self.book = book
        self.readings = readings
        self.nodes = nodes
        self._after = after

    # ---------- what is asked

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every test and question of the slice, under the chosen readings."""
        found: dict[object, Asked] = {}
        for condition, listed in self._conditions():
            for one in asked_in(choose_condition(condition, self.readings), listed):
                found.setdefault((one.condition, one.listed, one.this), one)
        for computed, question in self.questions():
            this = computed.listed if asks_this(question.where) else None
            for one in asked_in(choose_condition(question.where, self.readings), question.listed, this):
                found.setdefault((one.condition, one.listed, one.this), one)
        return tuple(found.values())

    def computed(self) -> Iterator[Computed]:
        """Return the values of the slice that are computed in place."""
        yield from (one for name, one in self.book.computed.items() if name in self.nodes)

    def questions(self) -> Iterator[tuple[Computed, Question]]:
        """Return the questions of the slice that give values."""
        yield from ((one, one.value) for one in self.computed() if isinstance(one.value, Question))

    def _conditions(self) -> Iterator[tuple[Condition, str | None]]:
        book = self.book
        for id, rule in book.rules.items():
            if rule_node(id) in self.nodes:
                yield book.scope_of(rule), None
                yield rule.when, rule.listed
        for id, deadline in book.deadlines.items():
            if id + DUE in self.nodes:
                yield deadline.when, deadline.listed
                yield from ((one, deadline.listed) for one in deadline.questions)
        for id, amount in book.amounts.items():
            if id in self.nodes:
                yield amount.when, amount.listed
                yield from ((cap.when, amount.listed) for cap in amount.caps)

    def deadlines(self) -> Iterator[Deadline]:
        """Return the deadlines whose status or end is in the slice."""
        yield from (one for id, one in self.book.deadlines.items() if id + DUE in self.nodes)

    def amounts(self) -> Iterator[Amount]:
        """Return the amounts of the slice."""
        yield from (one for id, one in self.book.amounts.items() if id in self.nodes)

    # ---------- where values go

    @cached_property
    def _gives(self) -> Mapping[str, frozenset[str]]:
        """For each name the names whose value is computed from its value."""
        found: dict[str, set[str]] = {}
        for amount in self.amounts():
            limits = (cap.limit for cap in amount.caps)
            for operand in (*amount.operands, *limits):
                self._flow(operand, amount.id, found)
        for computed in self.computed():
            for operand in () if isinstance(computed.value, DayEdge) else operands_of(computed.value):
                self._flow(operand, computed.name, found)
        for id, rule in self.book.rules.items():
            if rule_node(id) in self.nodes:
                for conclusion in rule.then:
                    self._flow(conclusion.value, conclusion.fact.name, found)
        for name, fact in self.book.facts.items():
            if fact.otherwise is not None and name in self.nodes:
                self._flow(fact.otherwise, name, found)
        return {name: frozenset(to) for name, to in found.items()}

    def _flow(self, operand: Operand | None, to: str, found: dict[str, set[str]]) -> None:
        if operand is None:
            return
        chosen = choose_operand(operand, self.readings)
        if isinstance(chosen, Ref):
            found.setdefault(chosen.name, set()).add(to)

    @cached_property
    def _compared(self) -> frozenset[str]:
        """The names that something of the slice is compared with, counted from or dated by."""
        found: set[str] = set()
        for one in self.asked:
            found.update(_names_of(one.condition))
        for deadline in self.deadlines():
            found |= self._parts_of(deadline)
        found.update(name for _, name in self._of_edges)
        found.update(self._put_in_order)
        found.update(one.by.name for one in self.book.parameters.values() if one.by is not None)
        found.update(one.dated_by for one in self.book.facts.values() if one.dated_by is not None)
        return frozenset(found)

    @cached_property
    def _of_edges(self) -> tuple[tuple[str, str], ...]:
        """The names of beginnings and ends of days, each with what it is found by.

        They move with it, as the ends of clocks do, and not by as much.
        """
        edges = ((one.name, one.value.of) for one in self.computed() if isinstance(one.value, DayEdge))
        found = ((to, self._name_of(operand)) for to, operand in edges)
        return tuple((to, name) for to, name in found if name is not None)

    @cached_property
    def _put_in_order(self) -> frozenset[str]:
        """The names of which records are told apart, or put in order, or given a share."""
        found = [one.of for _, one in self.questions() if one.how in ("different", "position", "share")]
        found += [
            one.condition.of
            for one in self.asked
            if isinstance(one.condition, Count) and one.condition.how != "count"
        ]
        return frozenset(ref.name for operand in found for ref in refs_of_operand(operand))

    @once
    def flow(self, name: str) -> frozenset[str]:
        """Return a name and all names whose value is computed from its value."""
        reached, waiting = {name}, [name]
        while waiting:
            for to in self._gives.get(waiting.pop(), ()):
                if to not in reached:
                    reached.add(to)
                    waiting.append(to)
        return frozenset(reached)

    @once
    def only_flows(self, name: str) -> bool:
        """Tell whether a value goes into sums and conclusions only, and is compared with nothing."""
        return self.flow(name).isdisjoint(self._compared | self._perhaps_none)

    @cached_property
    def _perhaps_none(self) -> frozenset[str]:
        """The amounts that may have no value though all is known: of a division, of bands with an end."""
        return frozenset(
            one.id
            for one in self.amounts()
            if (one.divided_by and not all(isinstance(by, Constant) for by in one.divided_by))
            or (one.bands and one.bands[-1].limit is not None)
            or (one.formula is not None and divides(one.formula.term))
        )

    @once
    def is_entangled(self, name: str) -> bool:
        """Tell whether two things that are compared both move with a value, and not alike.

        Instants that are a fixed time apart keep their order wherever they are; the end of business days or
        calendar days and the end of hours, both from the same instant, do not.
        """
        rigid = self.moved(name, True)
        moved = self.moved(name)
        if any(self._moves_pauses(deadline, moved) for deadline in self.deadlines()):
            return True
        if any(self._is_entangling(one.condition, moved, rigid) for one in self.asked):
            return True
        return any(
            (left in moved and right in moved) and not (left in rigid and right in rigid)
            for left, right in self._comparisons()
        )

    def _moves_pauses(self, deadline: Deadline, moved: frozenset[str]) -> bool:
        """Tell whether of a clock that stands still two instants move: a pause that passes it by.

        Such a clock ends earlier and later again; with one of them it ends ever later, or ever earlier.
        """
        names = map(self._name_of, (deadline.starts, *deadline.instants_of_pauses))
        return bool(deadline.pauses) and sum(one in moved for one in names if one is not None) > 1

    @once
    def turning(self, name: str) -> Turning:
        """Return what depends on the day of a value in another way than it moves: what may come back."""
        flow = self.flow(name)
        return Turning(
            tuple(values for by, values in self._coming_back if by in flow),
            tuple(season for subject, season in self._seasons if subject in flow),
        )

    @once
    def turns_with_clocks(self, name: str) -> bool:
        """Tell whether the day of something that a clock makes of a value decides what may come back."""
        moved = self.moved(name) - self.flow(name)
        return any(one in moved for one, _ in (*self._coming_back, *self._seasons))

    @cached_property
    def _coming_back(self) -> tuple[tuple[str, tuple[DatedValue, ...]], ...]:
        """The acts that choose figures of the slice which may come back, with their values."""
        return tuple(
            (parameter.by.name, parameter.values)
            for id, parameter in self.book.parameters.items()
            if id in self.nodes and parameter.by is not None and _comes_back(parameter.values)
        )

    @cached_property
    def _seasons(self) -> tuple[tuple[str, Season], ...]:
        """The names of which is asked whether they are on days of every year, with these days."""
        tests = (one.condition for one in self.asked if isinstance(one.condition, Test))
        return tuple((test.ref.name, test.season) for test in tests if test.season is not None)

    def _is_entangling(self, asked: Condition, moved: frozenset[str], rigid: frozenset[str]) -> bool:
        """Tell whether two parts of a window move, and not alike; of the same period, whatever way."""
        if not isinstance(asked, Window | Same):
            return False
        if isinstance(asked, Window) and self._ends_earlier(asked, moved):
            return True
        parts = [self._name_of(one) for one in operands_in(asked)]
        moving = [one for one in parts if one in moved]
        if len(moving) < _TWO:
            return False
        is_length = isinstance(asked, Window) and self._name_of(asked.length) in moved
        return is_length or not rigid.issuperset(moving) or not self._is_rigid_window(asked)

    def _ends_earlier(self, window: Window, moved: frozenset[str]) -> bool:
        """Tell whether a length can end earlier for a later start that moves: months are not alike."""
        if self._name_of(window.starts) not in moved or self._has_date(window):
            return False
        length = choose_operand(window.length, self.readings)
        if isinstance(length, Constant) and isinstance(length.value, Duration):
            counts_months = length.value.unit in UNIT_MONTHS
        else:
            counts_months = length.type not in (ValueType.DURATION, ValueType.BUSINESS_DAYS)
        return counts_months and choose_counting(window.counting, self.readings).days == "rolling"

    def _is_rigid_window(self, asked: Window | Same) -> bool:
        """Tell whether the end of a length moves by as much as the instant at which it begins."""
        if isinstance(asked, Same) or asked.length.type is not ValueType.DURATION or self._has_date(asked):
            return False
        return self._is_rigid_counting(asked.counting)

    def _has_date(self, window: Window) -> bool:
        times = (choose_operand(one, self.readings) for one in (window.ref, window.anchor))
        return any(one.type is ValueType.DATE for one in times)

    @once
    def turns(self, name: str) -> bool:
        """Tell whether an amount could rise and then fall as a value rises, as 1 − x with the cap x does.

        An amount moves one way with what is added, its floor and its caps, and the other way with what is
        taken off; which way it moves with its rate depends on the sign of what is multiplied.
        """
        if not self.flow(name).isdisjoint(self._put_in_order):
            return True
        ways: dict[str, set[str]] = {name: {"up"}}
        while True:
            before = sum(map(len, ways.values()))
            for amount in self.amounts():
                self._add_ways(amount, ways)
            for one, to in (*self._concluded, *self._computed_from):
                if one in ways:
                    ways.setdefault(to, set()).update(ways[one])
            if sum(map(len, ways.values())) == before:
                return any(len(found) > 1 for found in ways.values())

    def _add_ways(self, amount: Amount, ways: dict[str, set[str]]) -> None:
        """Add which way an amount moves with a value, by the ways of its parts."""
        limits = (cap.limit for cap in amount.caps)
        if amount.formula is not None or amount.bands or amount.times or amount.divided_by:
            # Which way a formula, a product or a quotient moves depends on everything in it.
            if any(one in ways for one in map(self._name_of, (*amount.operands, *limits))):
                ways.setdefault(amount.id, set()).update(("up", "down"))
            return
        added, taken, rate = (
            [ways[one] for one in map(self._name_of, operands) if one in ways]
            for operands in ((amount.base, *amount.plus, amount.floor, *limits), amount.minus, (amount.rate,))
        )
        found = set().union(*added, *(map(_OTHER_WAY.__getitem__, way) for way in taken))
        if rate:
            found |= {"either"}
        if found:
            ways.setdefault(amount.id, set()).update(found)

    def _name_of(self, operand: Operand | None) -> str | None:
        chosen = None if operand is None else choose_operand(operand, self.readings)
        return chosen.name if isinstance(chosen, Ref) else None

    @cached_property
    def _concluded(self) -> tuple[tuple[str, str], ...]:
        """The names that rules give to facts."""
        return tuple(
            (one.name, fact)
            for fact, values in self._conclusions.items()
            for one in values.values()
            if isinstance(one, Ref)
        )

    @cached_property
    def _computed_from(self) -> tuple[tuple[str, str], ...]:
        """The names that go into values which are computed in place, all of which move with them."""
        pairs = ((operand, one.name) for one in self.computed() for operand in operands_of(one.value))
        return tuple((ref.name, to) for operand, to in pairs for ref in refs_of_operand(operand))

    def _comparisons(self) -> Iterator[tuple[str, str]]:
        for one in self.asked:
            if isinstance(one.condition, Test):
                for operand in one.condition.operands:
                    for ref in refs_of_operand(operand):
                        yield one.condition.ref.name, ref.name
        for deadline in self.deadlines():
            for event in (*deadline.met_by, *deadline.stopped_by):
                yield event.name, deadline.id + DUE
            yield from self._compared_by_clock(deadline)

    def _compared_by_clock(self, deadline: Deadline) -> Iterator[tuple[str, str]]:
        """Return what a clock that can stand still, or ends at an instant, compares with each other."""
        start = self._name_of(deadline.starts)
        others = [self._name_of(one) for one in (deadline.ends, *deadline.instants_of_pauses)]
        names = [one for one in (start, *others) if one is not None]
        yield from combinations(names, 2)

    @once
    def moved(self, name: str, only_rigid: bool = False, /) -> frozenset[str]:
        """Return what moves with a value, also through clocks; ``only_rigid``: by as much as the value."""
        moved = set(self.flow(name))
        while True:
            more: set[str] = set()
            for deadline in self.deadlines():
                measured = (*deadline.measured, *deadline.instants_of_pauses)
                parts = [one for one in map(self._name_of, measured) if one is not None]
                events = [event.name for event in (*deadline.met_by, *deadline.stopped_by)]
                is_rigid = self._is_rigid(deadline)
                if moved.intersection(parts) and (is_rigid or not only_rigid):
                    more |= {deadline.id + DUE, f"{deadline.id}.settled_at"}
                    more |= {f"{deadline.id}.left"} if deadline.pauses else set()
                if moved.intersection(events):
                    more.add(f"{deadline.id}.settled_at")
            more |= set() if only_rigid else {to for to, name in self._of_edges if name in moved}
            more = {to for one in more for to in self.flow(one)} - moved
            if not more:
                return frozenset(moved)
            moved |= more

    @once
    def falls_back(self, name: str) -> bool:
        """Tell whether a length could end earlier though an instant, at which it begins, is later.

        From 30 January 10:00 and from 31 January 09:00, one month ends on the same day.
        """
        moved = self.moved(name)
        for deadline in self.deadlines():
            starts = [deadline.ends or deadline.starts, *deadline.instants_of_pauses]
            if self._can_fall_back(starts, deadline.within, deadline.counting, moved):
                return True
        windows = (one.condition for one in self.asked if isinstance(one.condition, Window))
        return any(
            self._can_fall_back([window.starts, window.ends], window.length, window.counting, moved)
            for window in windows
        )

    def _can_fall_back(
        self,
        starts: Iterable[Operand],
        length: Operand | None,
        counting: Iterable[CountingRule],
        moved: Collection[str],
    ) -> bool:
        names = {self._name_of(one) for one in starts}
        if length is None or not names & set(moved):
            return False
        can_be_months = choose_operand(length, self.readings).type in (ValueType.MONTHS, ValueType.LENGTH)
        return can_be_months and choose_counting(counting, self.readings).days == "rolling"

    @once
    def tells_days_from_hours(self, name: str) -> bool:
        """Tell whether it matters if a length is given in days or in hours.

        It does to a clock that counts days by the calendar, and where rules give the length beside another:
        a day contradicts 24 hours.
        """
        flow = self.flow(name)
        given = (one for pairs in self._rivals.values() for pair in pairs for one in pair)
        if any(isinstance(one, Ref) and one.name in flow for one in given):
            return True
        for deadline in self.deadlines():
            within = self._name_of(deadline.within)
            is_length = within is not None and within in flow
            if is_length and choose_counting(deadline.counting, self.readings).days == "calendar":
                return True
        return any(self._counts_days(one.condition, flow) for one in self.asked)

    def _counts_days(self, asked: Condition, lengths: frozenset[str]) -> bool:
        """Tell whether a window counts one of some lengths by the calendar."""
        if not isinstance(asked, Window) or self._name_of(asked.length) not in lengths:
            return False
        return self._has_date(asked) or choose_counting(asked.counting, self.readings).days == "calendar"

    def _is_rigid(self, deadline: Deadline) -> bool:
        """Tell whether a clock ends as much later as what it is counted from is."""
        if deadline.pauses or deadline.zone is not None:
            return False
        if deadline.within is None:
            return True
        within = choose_operand(deadline.within, self.readings)
        if within.type is not ValueType.DURATION:
            return False
        return self._is_rigid_counting(deadline.counting)

    def _is_rigid_counting(self, rules: Iterable[CountingRule]) -> bool:
        counting = choose_counting(rules, self.readings)
        return counting.hours == "continuous" and counting.days == "rolling"

    # ---------- what texts and lists are asked

    @once
    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return the texts that a name is compared with; None if it is compared with what is no literal.

        Where rules give a fact this value and others, these are compared to find a contradiction.
        """
        if not self.flow(name).isdisjoint(self._put_in_order):
            return None
        found: dict[str, None] = {}
        for fact in self.flow(name):
            others = [one for pair in self._rivals.get(fact, ()) for one in pair]
            if any(isinstance(one, Ref) and one.name not in self.flow(name) for one in others):
                return None
            found.update((str(one.value), None) for one in others if isinstance(one, Constant))
        for one in self.asked:
            test = one.condition
            if not isinstance(test, Test) or not test.operands:
                continue
            names = {ref.name for operand in test.operands for ref in refs_of_operand(operand)}
            if self.flow(name) & names or (test.ref.name in self.flow(name) and names):
                return None
            if test.ref.name in self.flow(name):
                constants = (one for one in test.operands if isinstance(one, Constant))
                found.update((str(one.value), None) for one in constants)
        return tuple(sorted(found))

    @once
    def question(self, listed: str) -> Condition | None:
        """Return what all questions ask of the records of a list, None if they ask different things.

        What rules, deadlines or amounts make of each record is another question.
        """
        asked: dict[object, Condition] = {}
        for one in self.asked:
            if one.listed == listed and not isinstance(one.condition, Test | Window | Same):
                return None
            if isinstance(one.condition, Pick) and one.condition.listed == listed:
                return None
            if isinstance(one.condition, Some | Count) and one.condition.listed == listed:
                if asks_this(one.condition):
                    return None
                asked[one.condition.where] = one.condition.where
        loops = [
            *(rule.listed for id, rule in self.book.rules.items() if rule_node(id) in self.nodes),
            *(deadline.listed for deadline in self.deadlines()),
            *(one.listed for deadline in self.deadlines() for one in deadline.questions),
            *(amount.listed for amount in self.amounts()),
            *(one for computed in self.computed() for one in (computed.listed, *lists_of_computed(computed))),
        ]
        counts = (one.condition for one in self.asked if isinstance(one.condition, Count))
        if any(one.how != "count" and one.listed == listed for one in counts):
            return None
        return next(iter(asked.values())) if len(asked) == 1 and listed not in loops else None

    def limits(self, listed: str, explanation: Explanation) -> list[State]:
        """Return the numbers that the questions about a list compare with."""
        found: list[State] = []
        for one in self.asked:
            if isinstance(one.condition, Count) and one.condition.listed == listed:
                if one.listed is not None:
                    return [Unknown(frozenset())]
                found += [explanation.state_of(operand, None) for operand in one.condition.operands]
        return found

    # ---------- atoms

    def atoms(self, explanation: Explanation, moved: str) -> tuple[object, ...]:
        """Return how every elementary comparison of the slice comes out that rests on a name.

        ``moved`` is the name (of a fact, list or parameter) whose value is tried; no other changes.
        """
        return tuple(self._atoms_of(self._moved_parts(moved), explanation))

    @staticmethod
    def _atoms_of(
        parts: _Parts, explanation: Explanation, only: tuple[str, int | None] | None = None
    ) -> Iterator[object]:
        """Return how comparisons come out; ``only`` is a list of which one record is looked at."""

        def each(listed: str | None) -> Iterable[int | None]:
            return (only[1],) if only is not None and listed == only[0] else _each(explanation, listed)

        for one in parts.asked:
            if one.this is None:
                for record in each(one.listed):
                    yield _atom(one.condition, record, explanation)
            else:
                for place, record in explanation.standpoints(one.listed, one.this):
                    yield _atom(one.condition, record, place)
        for ranked in parts.ranked:
            for record in each(ranked.listed):
                yield _rank(explanation.state_of(ranked.ref, record), ranked.cuts)
        for name, listed in parts.words:
            for record in each(listed):
                yield _word(explanation.values[name, record])
        for listed, pairs in parts.rivals:
            for record in each(listed):
                for left, right in pairs:
                    yield _order(explanation.state_of(left, record), explanation.state_of(right, record))

    @once
    def cuts(self, name: str) -> Sequence[int]:
        """Return the numbers at which comparisons of a fact with constants change, and those below them."""
        parts = self._moved_parts(name).ranked
        cuts = {cut for one in parts if one.ref.name == name for cut in one.cuts}
        return sorted({at for cut in cuts for at in (cut - 1, cut)})

    @once
    def intervals(self, missing: frozenset[Missing]) -> int:
        """Return in how many ways the cells of a table divide what is missing of its columns.

        Of several tables behind the answer, those of the table with most count.
        """
        return max(
            (
                prod(self._classes(one.name) for one in missing if one.name in columns)
                for columns in self._columns
            ),
            default=1,
        )

    @cached_property
    def _columns(self) -> tuple[frozenset[str], ...]:
        """The names that each table behind the answer asks."""
        return tuple(
            frozenset(ref.name for ref in table.asks)
            for table in self.book.tables.values()
            if any(rule_node(rule) in self.nodes for rule in table.rules)
        )

    def _classes(self, name: str) -> int:
        fact = self.book.facts.get(name)
        if fact is None:
            return 1
        if fact.type is ValueType.TEXT:
            return len(self.texts(name) or ()) + 1
        return len(fact.choices) or len(self.cuts(name)) // 2 + 1

    def waits_for_others(self, explanation: Explanation, moved: Key) -> bool:
        """Tell whether something that moves with a value is compared with what is not known.

        Of records, only the one whose value moves.

        Then it could come out otherwise somewhere between two ends at which it comes out alike.
        """
        name, record = moved
        parts = self._continuous(name)
        fact = self.book.facts.get(name)
        only = None if fact is None or fact.listed is None else (fact.listed, record)
        return any(map(is_undecided, self._atoms_of(parts, explanation, only)))

    @once
    def _moved_parts(self, moved: str) -> _Parts:
        """Return the elementary comparisons that rest on a name."""
        return self._find_parts(self.nodes & self._after(moved))

    @once
    def _continuous(self, moved: str) -> _Parts:
        """Return the comparisons of which one side moves with a value."""
        names = self.moved(moved)
        asked = [
            one
            for one in self.asked
            if isinstance(one.condition, Test | Window | Same)
            and not names.isdisjoint(_names_of(one.condition))
        ]
        words = [
            (f"{deadline.id}.status", deadline.listed)
            for deadline in self.deadlines()
            if deadline.id in self.nodes and not names.isdisjoint(self._parts_of(deadline))
        ]
        rivals = [
            (self.book.facts[fact].listed, pairs)
            for fact, pairs in self._rivals.items()
            if any(ref.name in names for pair in pairs for one in pair for ref in refs_of_operand(one))
        ]
        return _Parts(*_ranked(asked), tuple(words), tuple(rivals))

    def _parts_of(self, deadline: Deadline) -> frozenset[str]:
        """Return the names that a clock is counted from, for, until and stopped by."""
        events = (*deadline.met_by, *deadline.stopped_by)
        operands = (*deadline.measured, *deadline.instants_of_pauses, *events)
        chosen = (choose_operand(one, self.readings) for one in operands)
        return frozenset(one.name for one in chosen if isinstance(one, Ref))

    def _find_parts(self, nodes: frozenset[str]) -> _Parts:
        words = [
            (f"{deadline.id}.status", deadline.listed)
            for deadline in self.deadlines()
            if deadline.id in nodes
        ]
        words += [
            (id, parameter.listed)
            for id, parameter in self.book.parameters.items()
            if id in nodes and parameter.by is not None and parameter.values
        ]
        rivals = [
            (self.book.facts[fact].listed, pairs)
            for fact, pairs in self._rivals.items()
            if any(not nodes.isdisjoint(map(node_of, refs_of_operand(one))) for pair in pairs for one in pair)
        ]
        asked = [one for one in self.asked if not nodes.isdisjoint(_nodes_of(one.condition))]
        return _Parts(*_ranked(asked), tuple(words), tuple(rivals))

    @cached_property
    def _conclusions(self) -> Mapping[str, Mapping[object, Operand]]:
        """For each fact the different values that rules of the slice give it."""
        found: dict[str, dict[object, Operand]] = {}
        for id, rule in self.book.rules.items():
            if rule_node(id) in self.nodes:
                for conclusion in rule.then:
                    chosen = choose_operand(conclusion.value, self.readings)
                    found.setdefault(conclusion.fact.name, {})[chosen] = chosen
        for name, fact in self.book.facts.items():
            if fact.otherwise is not None and name in self.nodes:
                chosen = choose_operand(fact.otherwise, self.readings)
                found.setdefault(name, {})[chosen] = chosen
        return found

    @cached_property
    def _rivals(self) -> Mapping[str, tuple[tuple[Operand, Operand], ...]]:
        """The values of a fact that are compared to find a contradiction, of which one is not a literal."""
        found = {}
        for fact, values in self._conclusions.items():
            # What records build together moves with each of them, and is compared with nothing.
            listed = self.book.facts[fact].listed
            every = [one for one in values.values() if _listed_of(one) in (None, listed)]
            names = [number for number, one in enumerate(every) if isinstance(one, Ref)]
            found[fact] = tuple(
                (one, every[other])
                for number, one in enumerate(every)
                for other in (
                    range(number + 1, len(every))
                    if isinstance(one, Ref)
                    else names[bisect_right(names, number) :]
                )
            )
        return found

    def may_conflict(self, findings: Findings) -> bool:
        """Tell whether rules that hold could contradict each other once their values are known."""
        return any(
            self._is_disputed(fact, findings.resolved[fact, record].winners)
            for fact, values in self._conclusions.items()
            if len(values) > 1 and fact in self.nodes and self.book.facts[fact].combine is None
            for record in _records(findings, self.book.facts[fact].listed)
            if isinstance(findings.states[fact, record], Unknown)
        )

    def _is_disputed(self, fact: str, rules: Sequence[Key]) -> bool:
        """Tell whether rules give a fact different values."""
        given = (
            next(one.value for one in self.book.rule(id).then if one.fact.name == fact) for id, _ in rules
        )
        return len({choose_operand(one, self.readings) for one in given}) > 1


def _listed_of(operand: Operand) -> str | None:
    return operand.listed if isinstance(operand, Ref) else None


def _records(findings: Findings, listed: str | None) -> Sequence[int | None]:
    return (None,) if listed is None else (findings.records[listed] or ())


def _names_of(condition: Condition) -> frozenset[str]:
    """Return the names that a condition itself looks at."""
    return frozenset(ref.name for operand in operands_in(condition) for ref in refs_of_operand(operand))


def _nodes_of(condition: Condition) -> frozenset[str]:
    """Return what a test or question looks at, as nodes of the graph of dependencies."""
    return frozenset((*map(node_of, refs_of_condition(condition)), *lists_of_condition(condition)))


def asked_in(condition: Condition, listed: str | None, this: str | None = None) -> Iterator[Asked]:
    """Return the tests and questions of a condition; it is asked of the case, or of each record of a list."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from asked_in(part, listed, this)
        case Not(part):
            yield from asked_in(part, listed, this)
        case Test() | Window() | Same():
            names = (name for operand in operands_in(condition) for name in refs_of_operand(operand))
            yield Asked(condition, listed if any(name.listed for name in names) else None, this)
        case Some() | Count() | Pick():
            yield Asked(condition, listed, this)
            inner = this or (listed if asks_this(condition) else None)
            yield from asked_in(condition.where, condition.listed, inner)
            if isinstance(condition, Pick):
                yield from asked_in(condition.then, condition.listed, inner)


def _comes_back(values: Sequence[DatedValue]) -> bool:
    """Tell whether a figure may be what it was before, after it was another."""
    return comes_back(values) or len({one.value for one in values}) < len(values)


def _each(explanation: Explanation, listed: str | None) -> Iterable[int | None]:
    return _records(explanation.findings, listed)


def _atom(
    condition: Test | Window | Same | Count | Some | Pick, record: int | None, explanation: Explanation
) -> object:
    match condition:
        case Test(ref, _, operands) if operands and ref.type not in _EXACT:
            left = explanation.state_of(ref, record)
            return tuple(_order(left, explanation.state_of(one, record)) for one in operands)
        case Count(operands=operands, how=how) if how != "count":
            number = explanation.asked(condition, record).count(condition)
            limits = [explanation.state_of(one, record) for one in operands]
            if number is None or number[0] != number[1]:
                return UNDECIDED
            return tuple(_order(Known(number[0]), limit) for limit in limits)
        case Window():
            return _of_window(condition, record, explanation)
        case Same(ref, period, anchor):
            times = (ref, choose_operand(anchor, explanation.readings))
            return _order(*(_period(period, one, record, explanation) for one in times))
        case Count(operands=operands):
            number = explanation.asked(condition, record).count(condition)
            return tuple(_counted(number, explanation.state_of(one, record)) for one in operands)
        case _:
            return explanation.explainer.lowered(condition)(explanation, record)[0]


def _of_window(window: Window, record: int | None, explanation: Explanation) -> object:
    """Return how the times of a window stand to each other, and the later one to the ends of the length."""
    parts = [explanation.state_of(one, record) for one in (window.starts, window.ends, window.length)]
    if any(isinstance(one, Absent) for one in parts):
        return None
    side = is_on_side(explanation, window, record)
    found = measured(explanation, window, record)
    if found is None:
        return (UNDECIDED if side is None else side, UNDECIDED if side is not False else None)
    return tuple(
        (one > other) - (one < other)
        for one, other in (
            (found.start, found.end),
            (found.end, found.ends.reached),
            (found.end, found.ends.over),
        )
    )


def _period(period: Period, time: Ref | Constant, record: int | None, explanation: Explanation) -> State:
    """Return the number of the period in which a time lies."""
    state = explanation.state_of(time, record)
    if not isinstance(state, Known):
        return state
    return Known(number_of(period, state.value, time.type is ValueType.DATE, explanation.world.zone))


def _ranked(asked: Sequence[Asked]) -> tuple[tuple[Asked, ...], tuple[_Ranked, ...]]:
    """Return tests, and apart from them those that compare a fact with constants, together for each fact."""
    rest: list[Asked] = []
    cuts: dict[tuple[Ref, str | None], set[int]] = {}
    for one in asked:
        found = _cuts_of(one.condition) if one.this is None else None
        if found is None or not isinstance(one.condition, Test):
            rest.append(one)
        else:
            cuts.setdefault((one.condition.ref, one.listed), set()).update(found)
    ranked = (_Ranked(ref, listed, tuple(sorted(found))) for (ref, listed), found in cuts.items())
    return tuple(rest), tuple(ranked)


def _cuts_of(condition: Condition) -> list[int] | None:
    """Return the numbers from which on a test of a fact by constants comes out otherwise, else None."""
    if (
        not isinstance(condition, Test)
        or condition.operator in ("known", "happened")
        or condition.ref.kind != "fact"
        or condition.ref.type in _EXACT
    ):
        return None
    type = condition.ref.type  # a date can be compared with an instant, too
    constants = [one for one in condition.operands if isinstance(one, Constant) and one.type is type]
    keys = [comparison_key(one.value) for one in constants]
    limits = [key for key in keys if isinstance(key, int)]
    if len(limits) < len(condition.operands):
        return None
    match condition.operator:
        case "at_least" | "less_than":
            return limits
        case "at_most" | "more_than":
            return [limit + 1 for limit in limits]
        case "is" | "one_of":
            return [at for limit in limits for at in (limit, limit + 1)]
        case _:
            return None


def _rank(state: State, cuts: Sequence[int]) -> object:
    """Return between which numbers a value is: there all tests come out alike."""
    match state:
        case Known(value):
            key = comparison_key(value)
            assert isinstance(key, int)  # a fact that has an order
            return bisect_right(cuts, key)
        case Absent():
            return None
        case _:
            return UNDECIDED


def _order(one: State, other: State) -> object:
    """Return how two values of one type compare: by their order, or whether they are the same."""
    if isinstance(one, Known) and isinstance(other, Known):
        left, right = comparison_key(one.value), comparison_key(other.value)
        if isinstance(left, int) and isinstance(right, int):
            return (left > right) - (left < right)
        return left == right
    if isinstance(one, Absent) or isinstance(other, Absent):
        return None
    return UNDECIDED


def _counted(number: tuple[int, int] | None, limit: State) -> object:
    if number is None or not isinstance(limit, Known):
        return None
    return tuple(_order(Known(one), limit) for one in number)


def _word(state: State) -> object:
    match state:
        case Known(Duration(count, unit)):
            return count, unit
        case Known(value):
            return comparison_key(value)
        case Absent():
            return None
        case Unknown() | Conflict():
            return UNDECIDED


UNDECIDED = "undecided"
"""How a comparison comes out as long as something that it looks at is not known."""


def is_undecided(atom: object) -> bool:
    """Tell whether an elementary comparison waits for something."""
    return atom is UNDECIDED or (isinstance(atom, tuple) and any(map(is_undecided, atom)))


class Slices:
    """The slices of one rulebook under one choice of readings, each made once."""

    def __init__(self, book: Rulebook, readings: Mapping[str, str], graph: Graph) -> None:
        """``graph`` is what :func:`policyengine.semantics.strata.dependencies` gives."""
        self.book = book
        self.readings = readings
        self._graph = graph
        self._found: dict[str, Slice] = {}
        self._behind: dict[str, frozenset[str]] = {}
        self._following: dict[str, list[str]] = {}
        for node, before in graph.items():
            for one in before:
                self._following.setdefault(one, []).append(node)

    def of(self, node: str) -> Slice:
        """Return everything that a node rests on, itself included."""
        found = self._found.get(node)
        if found is None:
            nodes = reached((node,), self._graph)
            found = self._found[node] = Slice(self.book, self.readings, nodes, self.after)
        return found

    def after(self, node: str) -> frozenset[str]:
        """Return everything that rests on a node, itself included."""
        found = self._behind.get(node)
        if found is None:
            found = self._behind[node] = reached((node,), self._following)
        return found


def reached(nodes: Iterable[str], graph: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return everything that a graph leads to from some nodes, these included."""
    found = set(nodes)
    waiting = [*found]
    while waiting:
        for one in graph.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return frozenset(found)
