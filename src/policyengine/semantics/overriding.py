"""Which of several rules gives a fact its value: exceptions override, and nothing is guessed.

A rule that holds gives the value unless a rule that holds overrides it. A rule that is undetermined, or a
value that is not known, matters only if the answer could depend on it: this is decided in closed form here,
and equals trying out every way in which the undetermined rules and the unknown values could turn out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Conflict,
    Known,
    Resolved,
    State,
    Truth,
    Unknown,
    Waits,
    by_name,
)
from policyengine.values.literals import identity_key

Token = tuple[object, ...]
_NOTHING = Resolved(ABSENT, (), ())
_NO_VALUE: Token = ("absent",)
_MOST_DISPUTES = 1_024
_MOST_IN_DISPUTE = 32
_OTHER: Token = ("other",)
"""Stands for a value that no rule names."""


class Candidate(Frozen):
    """A rule that could conclude the fact. ``unknown_as`` names the value where it is not known.

    Two values that are not known are the same if they have the same name. ``record``: the one for which the
    rule speaks. ``is_many``: it stands for any number of records, of a list that is not known.
    """

    rule: str
    truth: Truth
    waits: Waits
    value: State
    unknown_as: tuple[str, int | None]
    record: int | None = None
    is_many: bool = False

    @property
    def key(self) -> Key:
        """Return by what it is told from others."""
        return self.rule, self.record

    @property
    def token(self) -> Token:
        """Return what tells this value from others."""
        match self.value:
            case Known(value):
                return ("value", *identity_key(value))
            case Absent():
                return _NO_VALUE
            case _:
                return ("unknown", *self.unknown_as)

    @property
    def is_open(self) -> bool:
        """Tell whether the value is not known."""
        return isinstance(self.value, Unknown | Conflict)


class Defeats:
    """Which rule overrides which, directly or through others.

    A number for each rule has a bit for every rule that it overrides: a thousand rows of a table of which the
    first counts, each overriding the next, take a thousand numbers and not half a million pairs.
    """

    def __init__(
        self, overrides: Mapping[str, Collection[str]], listed: Mapping[str, str | None] | None = None
    ) -> None:
        """``overrides`` are the direct ones. ``listed`` is the list about whose records a rule speaks, None
        for the case; with it is found which rules override which in every record: through a rule of the case.
        """
        names = dict.fromkeys((*overrides, *(one for some in overrides.values() for one in some)))
        self._overrides = overrides
        self._bits = {name: 1 << place for place, name in enumerate(names)}
        self._masks = dict.fromkeys(names, 0)
        self._across = dict.fromkeys(names, 0)
        order = _beaten_first(overrides)
        _settle(order, overrides, self._masks, lambda one: self._bits[one] | self._masks[one])
        if listed is not None:
            through = {one for one in names if listed.get(one) is None}
            _settle(
                order,
                overrides,
                self._across,
                lambda one: self._masks[one] if one in through else self._across[one],
            )

        self._are_any = any(self._masks.values())
        self.disputes: dict[tuple[object, ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        """What has been found out about disputes of these rules."""

    def __bool__(self) -> bool:
        """Tell whether any rule overrides another."""
        return self._are_any

    def bit(self, rule: str) -> int:
        """Return the bit that stands for a rule; 0: none overrides it."""
        return self._bits.get(rule, 0)

    def mask(self, rule: str) -> int:
        """Return the bits of what a rule overrides."""
        return self._masks.get(rule, 0)

    def beaters(self, rule: str) -> int:
        """Return the bits of what overrides a rule."""
        return self._beaters.get(rule, 0)

    @cached_property
    def _beaters(self) -> dict[str, int]:
        turned: dict[str, list[str]] = {name: [] for name in self._bits}
        for rule, beaten in self._overrides.items():
            for one in beaten:
                turned[one].append(rule)
        found = dict.fromkeys(self._bits, 0)
        _settle(_beaten_first(turned), turned, found, lambda one: self._bits[one] | found[one])
        return found

    def number(self) -> int:
        """Return how many rules have bits, which are the lowest ones."""
        return len(self._bits)

    def across(self, rule: str) -> int:
        """Return the bits of what a rule overrides in every record."""
        return self._across.get(rule, 0)

    def beats(self, one: str, other: str) -> bool:
        """Tell whether a rule overrides another."""
        return bool(self.mask(one) & self.bit(other))

    def beaten_by(self, rules: Iterable[str]) -> int:
        """Return the bits of what any of some rules overrides."""
        found = 0
        for rule in rules:
            found |= self._masks.get(rule, 0)
        return found


def _beaten_first(overrides: Mapping[str, Collection[str]]) -> list[str]:
    """Return the rules that override others in an order in which what a rule overrides stands before it."""
    order: dict[str, None] = {}
    seen: set[str] = set()
    for start in overrides:
        waiting = [(start, False)]
        while waiting:
            rule, is_done = waiting.pop()
            if is_done:
                order[rule] = None
            elif rule not in seen:
                seen.add(rule)
                waiting.append((rule, True))
                waiting += [(one, False) for one in overrides.get(rule, ()) if one not in seen]
    return [*order]


def _settle(
    order: Sequence[str],
    overrides: Mapping[str, Collection[str]],
    found: dict[str, int],
    reached: Callable[[str], int],
) -> None:
    """Find for each rule what it reaches through those that it overrides itself.

    Once is enough, and one more look, but for rules in a ring, which `check` refuses.
    """
    is_settled = False
    while not is_settled:
        is_settled = True
        for rule in order:
            mask = 0
            for one in overrides.get(rule, ()):
                mask |= reached(one)
            if mask != found[rule]:
                found[rule], is_settled = mask, False


def close_overrides(
    overrides: Mapping[str, Collection[str]], listed: Mapping[str, str | None] | None = None
) -> Defeats:
    """Return the overriding among rules that conclude the same fact; others that they name do not count."""
    return Defeats(direct_overrides(overrides), listed)


def direct_overrides(overrides: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return which of some rules override which of them directly, each once."""
    return {
        rule: tuple(dict.fromkeys(one for one in beaten if one in overrides))
        for rule, beaten in overrides.items()
    }


NO_DEFEATS = Defeats({})


def resolve(
    candidates: Sequence[Candidate], defeats: Defeats, otherwise: Candidate | None = None
) -> Resolved:
    """Return what the candidates say together; the order of the candidates does not matter.

    ``otherwise`` counts where no candidate holds: it is a rule without conditions that all others override.
    """
    held = [one for one in candidates if one.truth is not Truth.FALSE]
    last = otherwise if all(one.truth is not Truth.TRUE for one in held) else None
    if last is not None:
        held.append(last)
    if not held:
        return _NOTHING
    if len(held) == 1 and held[0].truth is Truth.TRUE and not isinstance(held[0].value, Conflict):
        return Resolved(held[0].value, (held[0].key,), ())  # the usual case, and a fast way for it
    weighed = _weighed(held, defeats, last)
    holding, mattering, valued = weighed.holding, weighed.mattering, weighed.valued
    winners = keys_of(holding)
    if mattering or valued:
        waits = NOTHING.union(*(one.waits for one in mattering), _value_waits(valued))
        has_value = weighed.is_one_value and all(_has_value(one.value) for one in holding)
        return Resolved(Unknown(waits, has_value), winners, keys_of(mattering))
    return Resolved(_agreed(holding), winners, ())


class Weighed(Frozen):
    """Which candidates count: those that hold and are not overridden, the undetermined ones that matter, and
    those whose unknown value does.
    """

    holding: Sequence[Candidate]
    mattering: Sequence[Candidate]
    valued: Sequence[Candidate]

    @property
    def is_one_value(self) -> bool:
        """Tell whether rules that hold give one and the same value, which nothing open can change."""
        return not self.mattering and len({one.token for one in self.holding}) == 1


def weigh(candidates: Sequence[Candidate], defeats: Defeats, otherwise: Candidate | None = None) -> Weighed:
    """Return which candidates count, none of which is known not to hold.

    That depends on which rules these are, which of them hold, and which values are the same or not known.
    """
    last = otherwise if all(one.truth is not Truth.TRUE for one in candidates) else None
    return _weighed([*candidates, *(() if last is None else (last,))], defeats, last)


def _weighed(held: Sequence[Candidate], defeats: Defeats, last: Candidate | None) -> Weighed:
    live = _live(held, defeats)
    return Weighed([one for one in live if one.truth is Truth.TRUE], *_mattering(live, defeats, last))


def keys_of(candidates: Sequence[Candidate]) -> tuple[Key, ...]:
    """Return the names and records of rules, in order."""
    return tuple(sorted((one.key for one in candidates), key=by_name))


def _live(held: Sequence[Candidate], defeats: Defeats) -> list[Candidate]:
    """Return those that no rule that holds overrides."""
    beaten = defeats.beaten_by(one.rule for one in held if one.truth is Truth.TRUE)
    return [one for one in held if not beaten & defeats.bit(one.rule)] if beaten else [*held]


def _mattering(
    live: Sequence[Candidate], defeats: Defeats, last: Candidate | None
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the undetermined rules that matter, and those whose unknown value does.

    That depends on which rules these are, which of them hold, and which values are the same, and not on what
    these are: it is found out once for all cases that are alike in this.
    """
    pattern = (last is not None, *_pattern(live))
    places = defeats.disputes.get(pattern)
    if places is None:
        dispute = _Dispute(live, defeats, last)
        places = (
            tuple(
                at for at, one in enumerate(live) if one.truth is Truth.UNDETERMINED and dispute.matters(one)
            ),
            tuple(at for at, one in enumerate(live) if one.is_open and dispute.value_matters(one)),
        )
        if len(defeats.disputes) < _MOST_DISPUTES and len(live) <= _MOST_IN_DISPUTE:
            defeats.disputes[pattern] = places
    return [live[at] for at in places[0]], [live[at] for at in places[1]]


def _pattern(live: Sequence[Candidate]) -> Iterator[object]:
    """Return each rule, whether it holds, and a number for its value: below zero where it is not known."""
    numbers: dict[Token, int] = {_NO_VALUE: 0}
    for one in live:
        number = numbers.setdefault(one.token, len(numbers))
        yield one.rule
        yield one.truth
        yield -number if one.is_open else number


def _has_value(state: State) -> bool:
    """Tell whether a value is not known yet, and is there."""
    return isinstance(state, Unknown) and state.has_value


def _value_waits(candidates: Sequence[Candidate]) -> Waits:
    return NOTHING.union(*(one.value.waits for one in candidates if isinstance(one.value, Unknown)))


def _agreed(holding: Sequence[Candidate]) -> State:
    """Return what the rules that hold say, where nothing that is open could change it."""
    if not holding:
        return ABSENT
    if len({one.token for one in holding}) > 1:
        return Conflict(tuple(sorted(one.rule for one in holding)))
    # Of one value in different spelling, such as 1 hour and 60 minutes, the one of the first rule by name.
    return min(holding, key=lambda one: one.rule).value


class _Dispute:
    """The rules that hold and those that could, none of which is overridden by a rule that holds.

    Each question below is whether there is a way for things to turn out. A way is a set of undetermined rules
    that hold and a value for each unknown one. Overriding is transitive, so rules that are overridden in it
    add nothing: all that hold in it can be taken to agree with each other.

    Sets of undetermined rules are numbers, a bit for each: many rows of a table can be open at once.
    """

    def __init__(self, live: Sequence[Candidate], defeats: Defeats, last: Candidate | None) -> None:
        """``last`` is what all others override, if it counts."""
        self.holding = [one for one in live if one.truth is Truth.TRUE]
        self.undetermined = [one for one in live if one.truth is Truth.UNDETERMINED]
        self.defeats = defeats
        self.last = last
        every = (*self.holding, *self.undetermined)
        self.known = tuple(dict.fromkeys(one.token for one in every if not one.is_open))
        """The values that are known, each once."""
        self.unknown = frozenset(one.token for one in every if one.is_open)
        """Those that are not."""

    def matters(self, rule: Candidate) -> bool:
        """Tell whether in some way the answer with the rule differs from the answer without it."""
        gives_alone = not self.holding and rule.token != _NO_VALUE
        return gives_alone or self._can_add(rule) or self._can_silence(rule)

    def value_matters(self, rule: Candidate) -> bool:
        """Tell whether in some way everything hangs on a rule's unknown value: all others agree."""
        helpers = self._without_beaters(rule)
        return any(
            self._prevails(self._equals(value) | {rule.token}, helpers) for value in (*self.known, _OTHER)
        )

    def _can_add(self, rule: Candidate) -> bool:
        """Tell whether all others can agree on a value that is not the rule's, and do not override it."""
        helpers = self._without_beaters(rule) & ~self._bits[rule.rule]
        for value in (*self.known, _OTHER):
            agreeing = self._equals(value) - {rule.token}
            has_ground = not self._grounds.isdisjoint(agreeing) or helpers & self._giving(agreeing)
            if value != rule.token and has_ground and self._prevails(agreeing, helpers):
                return True
        return False

    def _can_silence(self, rule: Candidate) -> bool:
        """Tell whether the rule can override the last ground for a value other than its own."""
        rivals = self._every & self.defeats.mask(rule.rule) & ~self._giving((rule.token,))
        targets = [one for one in self.holding if one.token != rule.token and self._beats(rule, one)]
        targets += [one for one in self.undetermined if rivals & self._bits[one.rule]] if rivals else []
        return any(self._leaves_alone(rule, one) for one in targets)

    def _leaves_alone(self, rule: Candidate, target: Candidate) -> bool:
        """Tell whether all others can agree with the rule, with the target overridden by the rule only."""
        helpers = self._without_beaters(target) | self._bits[rule.rule]
        values = (*self.known, _OTHER) if rule.is_open else (rule.token,)
        return any(
            self._prevails((self._equals(value) | {rule.token}) - {target.token}, helpers)
            for value in values
            if value != target.token
        )

    def _prevails(self, agreeing: frozenset[Token], helpers: int) -> bool:
        """Tell whether helpers that agree override every rule that holds and does not agree."""
        dissenting = [one for one in self.holding if one.token not in agreeing]
        if not dissenting:
            return True
        allies = helpers & self._giving(agreeing)
        return all(allies & self._beaters(one) for one in dissenting)

    # ---------- sets of undetermined rules

    @cached_property
    def _bits(self) -> dict[str, int]:
        """The bit of each: that for overriding, or another where nothing is overridden."""
        free = self.defeats.number()
        return {
            one.rule: self.defeats.bit(one.rule) or 1 << free + place
            for place, one in enumerate(self.undetermined)
        }

    @cached_property
    def _every(self) -> int:
        return sum(self._bits.values())

    @cached_property
    def _grounds(self) -> frozenset[Token]:
        return frozenset(one.token for one in self.holding)

    @cached_property
    def _given(self) -> dict[Token, int]:
        """The rules that give each value."""
        found: dict[Token, int] = {}
        for one in self.undetermined:
            found[one.token] = found.get(one.token, 0) | self._bits[one.rule]
        return found

    def _giving(self, values: Iterable[Token]) -> int:
        found = 0
        for value in values:
            found |= self._given.get(value, 0)
        return found

    def _beaters(self, rule: Candidate) -> int:
        return self._every if rule is self.last else self._every & self.defeats.beaters(rule.rule)

    def _without_beaters(self, rule: Candidate) -> int:
        return self._every & ~self._beaters(rule)

    def _beats(self, one: Candidate, other: Candidate) -> bool:
        return (other is self.last and one is not other) or self.defeats.beats(one.rule, other.rule)

    def _equals(self, value: Token) -> frozenset[Token]:
        """Return the tokens of that value and of all unknown ones, which could be that value too."""
        return self.unknown | {value}
