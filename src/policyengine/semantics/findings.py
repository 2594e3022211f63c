"""What an engine found out about one case: the neutral form that every engine returns.

Engines conclude; they do not explain. :mod:`policyengine.outcome.decision` turns findings into outcomes
with reasons, the same way for every engine, so engines can be compared finding by finding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.semantics.strata import rule_node, rule_of_node
from policyengine.values.literals import Value

if TYPE_CHECKING:
    from policyengine.semantics.deadlines import Span


class Truth(IntEnum):
    """Kleene's three truth values; ``min`` is conjunction, ``max`` disjunction, ``2 - t`` negation."""

    FALSE = 0
    UNDETERMINED = 1
    TRUE = 2


class Missing(Frozen):
    """What a finding waits for: a fact or list that the case leaves out, a parameter without a value, a fact
    about which rules are in conflict, or a list of which several records are what only one may be.
    """

    kind: Literal["fact", "parameter", "conflict", "several"]
    name: str
    record: int | None


Waits = frozenset[Missing]
NOTHING: Waits = frozenset()


class Known(Frozen):
    """It has this value."""

    value: Value


class Absent(Frozen):
    """It is known to have no value: not happened (yet), or not applicable."""


class Unknown(Frozen):
    """Its value cannot be told before what it waits for is known.

    ``has_value``: whatever the value is, there is one, so it cannot turn out absent.
    """

    waits: Waits
    has_value: bool = False


class Conflict(Frozen):
    """Rules that hold give different values and none overrides the other."""

    rules: tuple[str, ...]


State = Known | Absent | Unknown | Conflict
ABSENT = Absent()


class RuleFinding(Frozen):
    """Whether a rule holds; ``waits`` is what an undetermined one waits for."""

    truth: Truth
    waits: Waits


def waits_of(states: Sequence[State]) -> Waits:
    """Return all that the unknown ones of the states wait for."""
    waits = NOTHING
    for state in states:
        if type(state) is Unknown:
            waits = waits | state.waits if waits else state.waits
    return waits


class Pause(Frozen):
    """A time in which a clock perhaps stands still: whether it does, and from when until when.

    Without a begin it does not; without an end it goes on.
    """

    applies: Truth
    waits: Waits
    begin: State
    end: State

    @classmethod
    def of_unknown_list(cls, listed: str) -> Pause:
        """Return what stands for the records of a list of which it is not known which there are."""
        waits = frozenset({Missing("fact", listed, None)})
        return cls(Truth.UNDETERMINED, waits, Unknown(waits), Unknown(waits))

    @property
    def is_none(self) -> bool:
        """Tell whether there certainly is no such pause."""
        return self.applies is Truth.FALSE or isinstance(self.begin, Absent)

    @property
    def is_certain(self) -> bool:
        """Tell whether everything about it is known."""
        return self.applies is Truth.TRUE and not any(
            isinstance(one, Unknown) for one in (self.begin, self.end)
        )

    @property
    def all_waits(self) -> Waits:
        """All that it waits for."""
        return self.waits | waits_of([self.begin, self.end])


class DeadlineFinding(Frozen):
    """A deadline's clock. ``due`` is absent when the clock never started or the deadline does not exist.

    ``length`` is how long it runs, ``ends`` the instant at which, or a length before which, it ends; one of
    the two may be None. ``pauses`` are the times in which it stands still, or may; ``left`` is what is left
    of one that stands still. ``acted`` is the earliest act that meets it, ``stopped`` the event that has
    stopped its clock, or after which a deadline that was missed grows no later. ``zone`` names the place by
    whose clock its days are counted, None where it is the rulebook's.
    """

    exists: Truth
    start: State
    length: State | None
    due: State
    acted: State
    stopped: State
    status: State
    settled: State
    provisional: bool
    ends: State | None = None
    pauses: tuple[Pause, ...] = ()
    left: State = ABSENT
    zone: State | None = None


class CapFinding(Frozen):
    """One cap of an amount: whether it applies, and its limit."""

    applies: Truth
    limit: State


class BandFinding(Frozen):
    """One band of an amount: up to which limit, None without end, and its rate."""

    limit: State | None
    rate: State


class AmountFinding(Frozen):
    """An amount step by step; ``bound`` names what changed ``rounded``: ``floor`` or ``cap N``.

    ``terms`` are the parts with their words (``base``, ``plus``, ``minus``, ``times``, ``divided_by``; of a
    formula the names that it met). ``raw`` is the exact result before rounding, in the unit of the amount's
    type (minor units of the currency, millionths of a percent, seconds).
    """

    exists: Truth
    terms: tuple[tuple[str, State], ...]
    rate: State | None
    bands: tuple[BandFinding, ...]
    subtotal: State
    raw: Fraction | None
    rounded: State
    floor: State | None
    caps: tuple[CapFinding, ...]
    bound: str
    result: State


Named = tuple[str, "str | None"]
"""A name, or a rule (``rule NAME``), and the list of each of whose records it has a value; None: the case."""


class Possible(Frozen):
    """What a fact that several rules build can still be, each rule taken by itself.

    ``low`` and ``high`` are the least and the greatest value, None where there is no limit; ``values`` are
    all of them where they are few and can be told. ``may_be_absent``: it can also turn out to have no value.
    """

    low: Value | None
    high: Value | None
    values: tuple[Value, ...]
    may_be_absent: bool


class Resolved(Frozen):
    """What rules say of one fact: its state, the rules that give it, and those that could still change it.

    A rule goes by its name and the record for which it holds. What counts where no rule holds goes by the
    name that :func:`policyengine.model.rulebook.otherwise_name` gives. ``possible`` is told of a fact that
    several rules build, while it is not known.
    """

    state: State
    winners: tuple[Key, ...]
    open: tuple[Key, ...]
    possible: Possible | None = None


Present = list[tuple[int, "State"]]
"""States of some of several names, with their places among these."""
Look = Callable[[Key], "State"]
"""What finds the state of a name."""


class Changes(Frozen):
    """What may have come out otherwise than before, and perhaps more: keys of values and of deadlines."""

    values: Set[Key]
    deadlines: Set[Key]


AtHand = tuple[Mapping[Key, State], Mapping[Key, RuleFinding], "Mapping[Key, Span] | None"]
"""Values, what rules say, and how the clocks of deadlines run, None where that is not known any more."""


class Findings(Protocol):
    """All that an engine concluded, for every record that is seen.

    An engine may find some of it out only when it is asked for.
    """

    @property
    def at_hand(self) -> AtHand:
        """What to compute with, for whoever asks only for what there is."""
        ...

    @property
    def states(self) -> Mapping[Key, State]:
        """Everything that has a value: facts, parameters, amounts and properties of deadlines."""
        ...

    @property
    def values(self) -> Mapping[Key, State]:
        """The same to compute with: a conflict is waited for like a missing fact."""
        ...

    @property
    def resolved(self) -> Mapping[Key, Resolved]:
        """The facts that rules conclude."""
        ...

    def winners(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give a fact the value that it is known to have."""
        ...

    @property
    def rules(self) -> Mapping[Key, RuleFinding]:
        """Whether each rule holds."""
        ...

    @property
    def deadlines(self) -> Mapping[Key, DeadlineFinding]:
        """The clock of each deadline."""
        ...

    @property
    def amounts(self) -> Mapping[Key, AmountFinding]:
        """Each amount, step by step."""
        ...

    @property
    def firings(self) -> tuple[Key, ...]:
        """The rules that hold, reasons before what follows from them."""
        ...

    @property
    def open_rules(self) -> tuple[Key, ...]:
        """The rules of which it is open whether they hold, by name and record."""
        ...

    @property
    def records(self) -> Mapping[str, tuple[int, ...] | None]:
        """The records of each list that are seen, the earliest first, None for a list that is not known."""
        ...

    @property
    def provisional(self) -> frozenset[Key]:
        """The deadlines whose end rests on a calendar that is not published yet."""
        ...

    def is_unknown(self, key: Key) -> bool:
        """Tell whether a state is unknown, without what it waits for."""
        ...

    def present(self, names: tuple[str, ...], record: int | None, look: Look | None = None) -> Present:
        """Return which of several names, of a record or the whole case, have a value or may have one.

        Each is told by its place among the names, with its state; ``look`` finds that of what is open or in
        conflict, in place of these findings.
        """
        ...

    def settled(self, names: tuple[str, ...], record: int | None) -> Sequence[State | None]:
        """Return the states of several names, of a record or the whole case; None for what is not settled.

        What is open or in conflict is not; it is asked for by itself. A conflict may be returned, too.
        """
        ...

    def truth(self, rule: Key) -> Truth:
        """Return whether a rule holds, without what it waits for if that is open."""
        ...

    def existence(self, deadline: Key) -> Truth | None:
        """Return whether there is a deadline, without its clock; None if nobody has asked what it came to."""
        ...

    @property
    def open_names(self) -> frozenset[str]:
        """The names, and the rules (``rule NAME``), of which something is not known."""
        ...

    def told(self, names: Iterable[Named]) -> tuple[object, ...]:
        """Return how names and rules came out, of a list for every record that is seen.

        Equal is what came out the same, whichever engine found it; of what is not known only that it is not.
        """
        ...

    def changed_since(self, before: Findings) -> Changes:
        """Return what may differ from other findings of the same engine, among it all that is open."""
        ...


def told_of(state: State) -> object:
    """Return what a state is to who compares cases: its value, None for none, or what stands for its kind."""
    match state:
        case Known(value):
            return value
        case Unknown(_, has_value):
            return SOME if has_value else OPEN
        case Conflict():
            return CONTRADICTED
        case _:
            return None


OPEN, SOME, CONTRADICTED = ("open",), ("some",), ("contradicted",)
"""Not known, and perhaps none; not known, but there is one; contradicted by rules. No value is a tuple."""


def by_name(key: Key) -> tuple[str, int]:
    """Order keys by name, and records of one name by their number."""
    return key[0], -1 if key[1] is None else key[1]


class Concluded(Frozen):
    """Findings that an engine has all at hand."""

    states: Mapping[Key, State]
    values: Mapping[Key, State]
    resolved: Mapping[Key, Resolved]
    rules: Mapping[Key, RuleFinding]
    deadlines: Mapping[Key, DeadlineFinding]
    amounts: Mapping[Key, AmountFinding]
    firings: tuple[Key, ...]
    records: Mapping[str, tuple[int, ...] | None]

    @property
    def at_hand(self) -> AtHand:
        """What to compute with."""
        return self.values, self.rules, None

    @property
    def open_rules(self) -> tuple[Key, ...]:
        """The rules of which it is open whether they hold, by name and record."""
        found = (key for key, one in self.rules.items() if one.truth is Truth.UNDETERMINED)
        return tuple(sorted(found, key=by_name))

    @property
    def provisional(self) -> frozenset[Key]:
        """The deadlines whose end rests on a calendar that is not published yet."""
        return frozenset(key for key, one in self.deadlines.items() if one.provisional)

    def winners(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give a fact the value that it is known to have."""
        return self.resolved[key].winners

    def is_unknown(self, key: Key) -> bool:
        """Tell whether a state is unknown."""
        return isinstance(self.states[key], Unknown)

    def present(self, names: tuple[str, ...], record: int | None, look: Look | None = None) -> Present:
        """Return which of several names have a value, or may have one, and their states."""
        found = ((number, self.states[name, record]) for number, name in enumerate(names))
        return [
            (number, state if look is None or isinstance(state, Known) else look((names[number], record)))
            for number, state in found
            if not isinstance(state, Absent)
        ]

    def settled(self, names: tuple[str, ...], record: int | None) -> Sequence[State | None]:
        """Return the states of several names; None for what is open."""
        found = (self.states[name, record] for name in names)
        return [None if isinstance(state, Unknown) else state for state in found]

    def truth(self, rule: Key) -> Truth:
        """Return whether a rule holds."""
        return self.rules[rule].truth

    def existence(self, deadline: Key) -> Truth | None:
        """Return whether there is a deadline; None if nobody has asked what it came to."""
        found = self.deadlines.get(deadline)
        return None if found is None else found.exists

    @property
    def open_names(self) -> frozenset[str]:
        """The names, and the rules (``rule NAME``), of which something is not known."""
        found = {name for (name, _), state in self.states.items() if isinstance(state, Unknown | Conflict)}
        return frozenset(found.union(rule_node(name) for name, _ in self.open_rules))

    def told(self, names: Iterable[Named]) -> tuple[object, ...]:
        """Return how names and rules came out, of a list for every record that is seen."""
        return tuple(
            [
                self._told(name, None)
                if listed is None
                else tuple([self._told(name, record) for record in self.records[listed] or ()])
                for name, listed in names
            ]
        )

    def _told(self, name: str, record: int | None) -> object:
        rule = rule_of_node(name)
        return told_of(self.states[name, record]) if rule is None else self.rules[rule, record].truth

    def changed_since(self, before: Findings) -> Changes:
        """Return what may differ from other findings, among it all that is open."""
        values = {
            key
            for key, state in self.states.items()
            if isinstance(state, Unknown) or before.states.get(key) != state
        }
        deadlines = {
            key
            for key, one in self.deadlines.items()
            if isinstance(one.status, Unknown) or before.deadlines.get(key) != one
        }
        return Changes(values, deadlines)


class Engine(Protocol):
    """Anything that can judge a case under one rulebook and one choice of readings."""

    name: str

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        ...

    def part(self, nodes: Collection[str]) -> Engine:
        """Return an engine that concludes what some nodes of the Plan say, as this one does, and maybe more.

        With each of them everything is there on which it rests.
        """
        ...
