"""What the compiled engine found out about one case: plain values at once, everything else when asked for.

The source says which value something has and that something is not known. What an unknown value waits for,
which rules gave a value, and every step of a clock or an amount are computed by the exact engine, for what is
asked about and for what is open on the way there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import Any, TypeVar

from policyengine.compile.dependencies import Dependencies, names_of, rule_name
from policyengine.compile.plan import Amount, Derived, Due, Rule, Status
from policyengine.engines.compiled.dispatch import Dispatch, bits_of, truth_of
from policyengine.engines.compiled.exact import Exact
from policyengine.engines.compiled.known import Conclusion, KnownClock, clock_of, conclusion_of
from policyengine.engines.compiled.marks import TRUE, TRUTHS, UNDETERMINED, C, Mark, Raw, U, V, lift
from policyengine.engines.compiled.source import OF_CLOCKS
from policyengine.engines.compiled.ways.places import reader_of
from policyengine.engines.compiled.ways.short import ShortWays
from policyengine.engines.memory import WHOLE_CASE, WorkingMemory
from policyengine.engines.program import Program, listed_of
from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.semantics.findings import (
    ABSENT,
    CONTRADICTED,
    AmountFinding,
    AtHand,
    Changes,
    DeadlineFinding,
    Findings,
    Known,
    Look,
    Named,
    Present,
    Resolved,
    RuleFinding,
    State,
    Truth,
    by_name,
    told_of,
)

Found = TypeVar("Found")
Lists = Mapping[str, "str | None"]
"""Names with the list of which each record has one, None for the whole case."""


Placed = tuple[str, int, "str | None"]
"""A rule or another name, its slot, and the list of whose records it is."""


Apart = tuple[list[tuple[str, int]], list[tuple[str, int]]]
"""Names with their slots: those of the whole case, and those of records."""


PlacedTable = tuple[tuple[str, ...], int, "str | None", int]
"""Rules that are answered together, by their bits, with their slot and list, and the bits that are meant."""


class Node(Frozen):
    """A cell or a rule: its slots, what it rests on directly, and its exact computation.

    ``number`` is its place among all, those that others rest on first; ``before`` are numbers, too. Of a rule
    that is answered together with others ``bit`` is the one that is its own.
    """

    number: int
    slots: tuple[str, ...]
    places: tuple[int, ...]
    bit: int | None
    listed: str | None
    is_rule: bool
    before: tuple[int, ...]
    compute: Callable[[WorkingMemory, int | None], None]


class Layout:
    """Where everything stands in what the source gives, and how it is computed exactly."""

    def __init__(
        self,
        program: Program,
        slots: Mapping[str, int],
        dispatches: Sequence[Dispatch],
        ways: ShortWays,
    ) -> None:
        """``slots`` are those of the source, in which the rules of ``dispatches`` have one for all.

        ``ways`` find what is open, without the steps on the way.
        """
        self.program = program
        self.ways = ways
        self.slots = slots
        self.dispatches = dispatches
        self.bits = {rule_name(rule.name): bit for one in dispatches for bit, rule in enumerate(one.rules)}
        """The bits of rules that are answered together."""
        rules = [rule for stratum in program.plan.strata for rule in stratum.rules]
        self.rule_slots = {rule.name: slots[rule_name(rule.name)] for rule in rules}
        self.rule_bits = {rule.name: bit for one in dispatches for bit, rule in enumerate(one.rules)}
        """The same by the names of rules, and where each stands."""
        cells = [cell for stratum in program.plan.strata for cell in stratum.cells]
        listed = {step.cell.name: step.listed for stratum in program.strata for step in stratum}
        self.values: Lists = {name: listed[cell.name] for cell in cells for name in names_of(cell)}
        self.resolved: Lists = {
            one.name: one.listed
            for one in cells
            if isinstance(one, Derived) and (one.candidates or one.otherwise is not None)
        }
        self.provisional: Sequence[Placed] = [
            (one.deadline, slots[f"{one.deadline} provisional"], one.listed)
            for one in cells
            if isinstance(one, Due)
        ]
        self.deadlines: Lists = {one.name: one.listed for one in cells if isinstance(one, Status)}
        self.amounts: Lists = {one.name: one.listed for one in cells if isinstance(one, Amount)}
        self.rules: Lists = {name: listed for name, listed in sorted((one.name, one.listed) for one in rules)}
        self.homes = {name: cell.name for cell in cells for name in names_of(cell)}
        """The cell of each name."""
        self._places: dict[tuple[str, ...], Sequence[int]] = {}
        self._readers: dict[tuple[str, ...], Callable[[Sequence[Any]], Sequence[Any]]] = {}
        self.cells = {cell.name: cell for cell in cells}
        self._conclusions: dict[str, Conclusion | None] = {}
        self._clocks: dict[str, KnownClock | None] = {}

    @cached_property
    def placed_rules(self) -> Sequence[tuple[int, str, int, str | None]]:
        """The rules of each stratum, by name, with their slots and lists; not those of ``tables``."""
        return [
            (number, rule.name, self.rule_slots[rule.name], rule.listed)
            for number, stratum in enumerate(self.program.plan.strata)
            for rule in sorted(stratum.rules, key=lambda one: one.name)
            if rule.name not in self.rule_bits
        ]

    @cached_property
    def rules_of_case(self) -> tuple[Sequence[tuple[int, Key]], Callable[[Sequence[Any]], Sequence[Any]]]:
        """Those of them that the whole case has, with their strata, and what reads whether they hold."""
        own = [(number, name, slot) for number, name, slot, listed in self.placed_rules if listed is None]
        return [(number, (name, None)) for number, name, _ in own], reader_of([slot for _, _, slot in own])

    @cached_property
    def rules_of_records(self) -> Mapping[str, Sequence[tuple[int, str, int]]]:
        """Those of them that each record of a list has, with their strata and slots."""
        found: dict[str, list[tuple[int, str, int]]] = {}
        for number, name, slot, listed in self.placed_rules:
            if listed is not None:
                found.setdefault(listed, []).append((number, name, slot))
        return found

    @cached_property
    def tables(self) -> Sequence[Sequence[PlacedTable]]:
        """The rules of each stratum that are answered together."""
        return [
            [
                (tuple(rule.name for rule in one.rules), self.slots[one.name], one.listed, mask)
                for one in self.dispatches
                if (mask := _mask(one, {rule.name for rule in stratum.rules}))
            ]
            for stratum in self.program.plan.strata
        ]

    @cached_property
    def values_apart(self) -> Apart:
        """The values of the whole case, and those of records, with their slots."""
        return _apart((name, self.slots[name], listed) for name, listed in self.values.items())

    @cached_property
    def truths_apart(self) -> Apart:
        """The rules of the whole case, and those of records, with their slots; not those of ``tables``."""
        return _apart((rule_name(name), slot, listed) for _, name, slot, listed in self.placed_rules)

    @cached_property
    def tellers(self) -> Mapping[str, tuple[int, Callable[[Raw], object]]]:
        """For each name, and each rule by :func:`rule_name`, its slot and what tells how it came out."""
        found: dict[str, tuple[int, Callable[[Raw], object]]] = {
            name: (self.slots[name], _told) for name in self.values
        }
        for rule, slot in self.rule_slots.items():
            found[rule_name(rule)] = slot, _truth_teller(self.rule_bits.get(rule))
        return found

    @cached_property
    def paused(self) -> Mapping[str, frozenset[str]]:
        """For each deadline the lists whose records are its pauses."""
        return {
            one.deadline: frozenset(pause.question.listed for pause in one.pauses if pause.question)
            for one in self.cells.values()
            if isinstance(one, Due)
        }

    def run(
        self, slots: Sequence[Any], seen: Mapping[str, tuple[int, ...] | None], case: Case, as_of: int
    ) -> Run:
        """Return the findings about a case: ``slots`` are what the source gave for the ``seen`` records."""
        return Run(self, slots, seen, case, as_of)

    def places(self, names: tuple[str, ...]) -> Sequence[int]:
        """Return where the values of names stand."""
        found = self._places.get(names)
        if found is None:
            found = self._places[names] = tuple(self.slots[name] for name in names)
        return found

    def reader(self, names: tuple[str, ...]) -> Callable[[Sequence[Any]], Sequence[Any]]:
        """Return what reads the values of names of the whole case."""
        found = self._readers.get(names)
        if found is None:
            found = self._readers[names] = reader_of(self.places(names))
        return found

    def conclusion(self, name: str) -> Conclusion | None:
        """Return what tells at once what rules say of a fact; None if they speak of each record of a list."""
        if name not in self._conclusions:
            self._conclusions[name] = self._find_conclusion(name)
        return self._conclusions[name]

    def _find_conclusion(self, name: str) -> Conclusion | None:
        cell = self.cells[name]
        return (
            conclusion_of(cell, self.rule_slots, self.rule_bits, self.slots[name])
            if isinstance(cell, Derived)
            else None
        )

    def clock(self, deadline: str) -> KnownClock | None:
        """Return what tells at once how a deadline stands; None where that takes more than what was found."""
        if deadline not in self._clocks:
            due, status = self.cells[f"{deadline}.due"], self.cells[deadline]
            assert isinstance(due, Due) and isinstance(status, Status)
            self._clocks[deadline] = clock_of(due, status, self.slots)
        return self._clocks[deadline]

    @cached_property
    def watched(self) -> Mapping[str, frozenset[int]]:
        """For each deadline the slots that say how it stands: its own, those of its start and of acts."""
        found: dict[str, frozenset[int]] = {}
        for name in self.deadlines:
            nodes = self.nodes[f"{name}.due"], self.nodes[name]
            read = {slot for node in nodes for one in node.before for slot in self.in_order[one].slots}
            own = {f"{name} {what}" for what in OF_CLOCKS} | {slot for node in nodes for slot in node.slots}
            found[name] = frozenset(self.slots[slot] for slot in own | read)
        return found

    @cached_property
    def watched_slots(self) -> Mapping[int, str | None]:
        """The slots of values and of whatever says how a deadline stands, with their lists."""
        found = {self.slots[name]: listed for name, listed in self.values.items()}
        for name, listed in self.deadlines.items():
            found |= {self.slots[f"{name} {what}"]: listed for what in OF_CLOCKS}
        for node in self.nodes.values():
            found |= {self.slots[slot]: node.listed for slot in node.slots}
        return found

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Cells by their own name, rules by :func:`rule_name`."""
        found: dict[str, Node] = {}
        computed = {step.cell.name: step.compute for stratum in self.program.strata for step in stratum}
        computed |= {rule_name(one.name): compute for rules in self.program.rules for one, compute in rules}
        dependencies = Dependencies(self.program.plan)
        for node in dependencies.nodes:
            is_rule = isinstance(node, Rule)
            name = rule_name(node.name) if is_rule else node.name
            before = dict.fromkeys(self.homes.get(one, one) for one in dependencies.names_read(node))
            slots = names_of(node)
            found[name] = Node(
                len(found),
                slots,
                tuple(self.slots[slot] for slot in slots),
                self.bits.get(name),
                listed_of(node),
                is_rule,
                tuple(found[one].number for one in before),
                computed[name],
            )
        return found

    @cached_property
    def in_order(self) -> Sequence[Node]:
        """The nodes by their numbers."""
        return tuple(self.nodes.values())


def _by_stratum(placed: tuple[int, Key]) -> tuple[int, tuple[str, int]]:
    stratum, key = placed
    return stratum, by_name(key)


_TOLD = {mark: told_of(lift(mark)) for mark in (U, V)} | {C: CONTRADICTED}


def _told(raw: Raw) -> object:
    return _TOLD[raw] if type(raw) is Mark else raw


def _truth_teller(bit: int | None) -> Callable[[Raw], object]:
    """Return what tells whether a rule holds, of several in one slot the one of a bit."""
    return TRUTHS.__getitem__ if bit is None else lambda raw: TRUTHS[truth_of(raw, bit)]


def _mask(dispatch: Dispatch, rules: Collection[str]) -> int:
    """Return the bits of those rules."""
    return sum(1 << bit for bit, rule in enumerate(dispatch.rules) if rule.name in rules)


def _apart(placed: Iterable[Placed]) -> Apart:
    """Return names with their slots: those of the whole case, and those of records."""
    whole: list[tuple[str, int]] = []
    of_records: list[tuple[str, int]] = []
    for name, slot, listed in placed:
        (whole if listed is None else of_records).append((name, slot))
    return whole, of_records


class Run:
    """The findings about one case."""

    def __init__(
        self,
        layout: Layout,
        slots: Sequence[Any],
        seen: Mapping[str, tuple[int, ...] | None],
        case: Case,
        as_of: int,
    ) -> None:
        """``slots`` are what the source gave, ``seen`` the records that it was given."""
        self.layout = layout
        self.slots = slots
        self.records = seen
        self.case = case
        self.as_of = as_of

    def raw(self, slot: str, record: int | None) -> Raw:
        """Return what the source found."""
        found = self.slots[self.layout.slots[slot]]
        bit = self.layout.bits.get(slot)
        raw = found if record is None else found[record]
        return raw if bit is None else truth_of(raw, bit)

    def keys(self, names: Lists) -> Iterator[Key]:
        """Return the keys of names, for every record that is seen."""
        for name, listed in names.items():
            for record in self.each(listed):
                yield name, record

    def each(self, listed: str | None) -> Sequence[int | None]:
        """Return the records of a list that are seen; None for the whole case."""
        return WHOLE_CASE if listed is None else (self.records[listed] or ())

    # Nothing here holds its run: a run goes away with the last who asks it, and waits for no collection.

    @cached_property
    def _exact(self) -> Exact:
        return Exact(self.layout, self.slots, self.case, self.as_of, self.records)

    @property
    def at_hand(self) -> AtHand:
        """What to compute with, for whoever asks only for what there is."""
        return self._exact.values, self._exact.rules, self._exact.spans

    @property
    def values(self) -> Mapping[Key, State]:
        """The states to compute with: a conflict is waited for."""
        return _LazyStates(self, self.layout.values, lambda run, key: run._exact.values[key])

    @property
    def states(self) -> Mapping[Key, State]:
        """The states of everything that has a value."""
        return _LazyStates(self, self.layout.values, Run._open)

    def _open(self, key: Key) -> State:
        """Return the state of what is open, or in conflict."""
        return self.resolved[key].state if self.raw(*key) is C else self._exact.values[key]

    @property
    def rules(self) -> Mapping[Key, RuleFinding]:
        """Whether each rule holds."""
        return _Lazy(self, self.layout.rules, lambda run, key: run._exact.rules[key])

    @property
    def resolved(self) -> Mapping[Key, Resolved]:
        """What rules say of each fact that they conclude."""
        return _Lazy(self, self.layout.resolved, lambda run, key: run._exact.resolution(key))

    def winners(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give a fact the value that it is known to have."""
        name, record = key
        way = self.layout.ways.to_winners(name)
        found = None if way is None else way(self.slots, record)
        return self.resolved[key].winners if found is None else found

    @property
    def deadlines(self) -> Mapping[Key, DeadlineFinding]:
        """The clock of each deadline."""
        return _Lazy(self, self.layout.deadlines, lambda run, key: run._exact.deadline(key))

    @property
    def amounts(self) -> Mapping[Key, AmountFinding]:
        """Each amount, step by step."""
        return _Lazy(self, self.layout.amounts, lambda run, key: run._exact.amount(key))

    @cached_property
    def firings(self) -> tuple[Key, ...]:
        """The rules that hold, reasons before what follows from them."""
        return tuple([key for _, key in self._with_truth(TRUE)])

    @cached_property
    def open_rules(self) -> tuple[Key, ...]:
        """The rules of which it is open whether they hold, by name."""
        return tuple(sorted([key for _, key in self._with_truth(UNDETERMINED)], key=by_name))

    @cached_property
    def _said(self) -> Sequence[tuple[tuple[int, Key], int]]:
        """The rules of the whole case that hold or may hold, with their strata and truths."""
        placed, read = self.layout.rules_of_case
        raws = read(self.slots)
        return [*zip(compress(placed, raws), filter(None, raws), strict=True)]

    def _with_truth(self, truth: int) -> list[tuple[int, Key]]:
        """Return the rules that have a truth, each with its stratum, in the order of these and by name."""
        layout, slots = self.layout, self.slots
        found = [placed for placed, raw in self._said if raw == truth]
        more: list[tuple[int, Key]] = []
        for listed, rules in layout.rules_of_records.items():
            records = self.records[listed]
            if records:
                more += [
                    (stratum, (name, record))
                    for stratum, name, slot in rules
                    for record in records
                    if slots[slot][record] == truth
                ]
        for stratum, tables in enumerate(layout.tables):
            more += [(stratum, key) for key in self._of_tables(tables, truth)]
        return sorted((*found, *more), key=_by_stratum) if more else found

    def _of_tables(self, tables: Sequence[PlacedTable], truth: int) -> list[Key]:
        """Return the rules among those that are answered together which have a truth."""
        found: list[Key] = []
        for names, slot, listed, mask in tables:
            for record in self.each(listed):
                certain, possible = self.slots[slot] if record is None else self.slots[slot][record]
                wanted = mask & (certain if truth == TRUE else possible & ~certain)
                found += [(names[bit], record) for bit in bits_of(wanted)]
        return found

    @cached_property
    def provisional(self) -> frozenset[Key]:
        """The deadlines whose end rests on a calendar that is not published yet."""
        found: set[Key] = set()
        for name, slot, listed in self.layout.provisional:
            raw = self.slots[slot]
            if listed is None:
                found.update([(name, None)] if raw else [])
            else:
                found.update((name, record) for record in self.records[listed] or () if raw[record])
        return frozenset(found)

    def is_unknown(self, key: Key) -> bool:
        """Tell whether a state is unknown, without what it waits for."""
        raw = self.raw(*key)
        return type(raw) is Mark and raw is not C

    def present(self, names: tuple[str, ...], record: int | None, look: Look | None = None) -> Present:
        """Return which of several names have a value, or may have one, and their states."""
        find = self._open if look is None else look
        return [
            (number, find((names[number], record)) if type(raw) is Mark else Known(raw))
            for number, raw in enumerate(self._raws(names, record))
            if raw is not None
        ]

    def _raws(self, names: tuple[str, ...], record: int | None) -> Sequence[Raw]:
        """Return what the source found."""
        if record is None:
            return self.layout.reader(names)(self.slots)
        return [self.slots[place][record] for place in self.layout.places(names)]

    def settled(self, names: tuple[str, ...], record: int | None) -> Sequence[State | None]:
        """Return the states of several names; None for what is open or in conflict."""
        raws = self._raws(names, record)
        return [ABSENT if raw is None else None if type(raw) is Mark else Known(raw) for raw in raws]

    def truth(self, rule: Key) -> Truth:
        """Return whether a rule holds."""
        return TRUTHS[self.raw(rule_name(rule[0]), rule[1])]

    def existence(self, deadline: Key) -> Truth | None:
        """Return whether there is a deadline."""
        raw = self.raw(f"{deadline[0]} exists", deadline[1])
        return Truth.FALSE if raw is None else TRUTHS[raw]  # None: its policy does not apply

    @cached_property
    def open_names(self) -> frozenset[str]:
        """The names, and the rules (``rule NAME``), of which something is not known."""
        slots, layout = self.slots, self.layout
        of_case, of_records = layout.values_apart
        found = [name for name, slot in of_case if type(slots[slot]) is Mark]
        found += [name for name, slot in of_records if Mark in map(type, slots[slot])]
        of_case, of_records = layout.truths_apart
        found += [name for name, slot in of_case if slots[slot] == UNDETERMINED]
        found += [name for name, slot in of_records if UNDETERMINED in slots[slot]]
        for tables in layout.tables:
            found += [rule_name(name) for name, _ in self._of_tables(tables, UNDETERMINED)]
        return frozenset(found)

    def told(self, names: Iterable[Named]) -> tuple[object, ...]:
        """Return how names and rules came out, of a list for every record that is seen."""
        slots, tellers = self.slots, self.layout.tellers
        found: list[object] = []
        for name, listed in names:
            place, tell = tellers[name]
            raw = slots[place]
            if listed is None:
                found.append(tell(raw))
            else:
                found.append(tuple([tell(raw[record]) for record in self.records[listed] or ()]))
        return tuple(found)

    def changed_since(self, before: Findings) -> Changes:
        """Return what may differ from findings of the same source, among it all that is open."""
        if not isinstance(before, Run) or before.layout is not self.layout:
            return Changes(frozenset(self.states), frozenset(self.deadlines))
        moved = {
            slot: self._moved(before, slot, listed) for slot, listed in self.layout.watched_slots.items()
        }
        values = {(name, record) for name in self.layout.values for record in moved[self.layout.slots[name]]}
        deadlines: set[Key] = set()
        homes = self.layout.watched_slots
        for name, slots in self.layout.watched.items():
            listed = self.layout.deadlines[name]
            records = {record for slot in slots if homes[slot] == listed for record in moved[slot]}
            paused = self.layout.paused[name]
            is_shared = any(moved[slot] for slot in slots if homes[slot] != listed or listed in paused)
            if is_shared or any(self.records[one] != before.records[one] for one in paused):
                # Each of its records rests on the whole case, and on records of another list as a whole.
                records = {*self.each(listed)}
            deadlines.update((name, record) for record in records)
        return Changes(values, deadlines)

    def _moved(self, before: Run, slot: int, listed: str | None) -> Sequence[int | None]:
        """Return the records of which a slot may tell something else than before; None is the whole case.

        What is open may, and an instant that was still to come: a clock can be met by the end of another.
        """
        now, then = self.slots[slot], before.slots[slot]
        since, until = before.as_of, self.as_of

        def is_moved(raw: Raw, old: Raw) -> bool:
            return type(raw) is Mark or raw != old or (type(raw) is int and since < raw <= until)

        if listed is None:
            return WHOLE_CASE if is_moved(now, then) else ()
        return [record for record in self.records[listed] or () if is_moved(now[record], then[record])]


class _Lazy(dict[Key, Found]):
    """A mapping whose values are found out when they are asked for, and then stay as long as it is held.

    It is a dictionary of what has been asked for, which answers a second time at once. All else that can be
    done with a mapping is done with everything that could be asked for.
    """

    __slots__ = ("_find", "_names", "_run")

    def __init__(self, run: Run, names: Lists, find: Callable[[Run, Key], Found]) -> None:
        self._run = run
        self._names = names
        self._find = find

    def __missing__(self, key: Key) -> Found:
        listed = self._names[key[0]]
        if key[1] is not None if listed is None else key[1] not in self._run.each(listed):
            raise KeyError(key)
        found = self[key] = self._find(self._run, key)
        return found

    def __contains__(self, key: object) -> bool:
        if type(key) is not tuple or key[0] not in self._names:
            return False
        return key[1] in self._run.each(self._names[key[0]])

    def __iter__(self) -> Iterator[Key]:
        return self._run.keys(self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    __eq__ = Mapping.__eq__
    get = Mapping.get  # type: ignore[assignment]
    keys = Mapping.keys  # type: ignore[assignment]
    values = Mapping.values  # type: ignore[assignment]
    items = Mapping.items  # type: ignore[assignment]


class _LazyStates(_Lazy[State]):
    """The states of names, of which only what is open or in conflict is to be found out."""

    __slots__ = ()

    def __missing__(self, key: Key) -> State:
        name, record = key
        run, listed = self._run, self._names[name]
        raw = run.slots[run.layout.slots[name]]
        if listed is not None:
            if record not in run.each(listed):
                raise KeyError(key)
            raw = raw[record]
        elif record is not None:
            raise KeyError(key)
        found = self._find(run, key) if type(raw) is Mark else ABSENT if raw is None else Known(raw)
        self[key] = found
        return found
