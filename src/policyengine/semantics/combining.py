"""What several rules build together: exceptions override first, then what is left is combined.

What is left are the *contributions*: rules, and records of rules, that hold and that no rule that holds
overrides. They are added up, or the least or the greatest of them counts. Without any, what the vocabulary
says ``otherwise`` counts; a contribution without a value leaves the whole without one.

Where it is open whether rules hold, each is taken by itself. What could change the answer is found exactly
where no open rule overrides another contribution, and by trying all ways where at most ``FEW`` are open,
records alike taken as one; else perhaps too much is found to matter, and never too little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Literal

from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Known,
    Missing,
    Possible,
    Resolved,
    State,
    Truth,
    Unknown,
    Waits,
    by_name,
)
from policyengine.semantics.overriding import Candidate, Defeats, keys_of, resolve
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    COUNTED_DAYS,
    SECONDS_PER_DAY,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    UNIT_SECONDS,
    Duration,
    Number,
    Value,
    identity_key,
)

How = Literal["sum", "least", "greatest", "yes_if_any", "yes_if_all"]
"""How contributions are combined: ``yes_if_any`` is the greatest of yes and no, ``yes_if_all`` the least."""

FEW = 3
"""With at most so many open rules all ways are tried, and the values told one by one."""

_Number = tuple[Number, int]
"""What values compare by, and as what they differ where they compare as equal: days are no hours."""


def combine(
    candidates: Sequence[Candidate],
    defeats: Defeats,
    how: How | None,
    otherwise: Candidate | None = None,
) -> Resolved:
    """Return what the candidates say together; their order does not matter.

    ``otherwise`` counts where none holds. ``defeats`` tells which rule overrides which, of rules about
    records of one list record by record, but where a rule of the whole case stands between them. Without
    ``how`` one rule alone gives the value.
    """
    if how is None:
        return resolve(candidates, defeats, otherwise)
    held = [one for one in candidates if one.truth is not Truth.FALSE]
    beaten = _Beaten((one for one in held if one.truth is Truth.TRUE), defeats)
    live = [one for one in held if not beaten.has(one)] if defeats else held
    sure = [one for one in live if one.truth is Truth.TRUE]
    unsure = [one for one in live if one.truth is Truth.UNDETERMINED]
    law = _Greatest(how) if how != "sum" else _Sum()
    if not unsure and all(isinstance(one.value, Known) for one in sure) and (sure or otherwise is None):
        state = Known(law.fold(sure)) if sure else ABSENT  # the usual case, and a fast way for it
        return Resolved(state, keys_of(sure), ())
    return _Combination(law, sure, unsure, otherwise, defeats).resolved()


def of_any_record(rule: str, listed: str, waits: Waits, value: State) -> Candidate:
    """Return what a rule gives for the records of a list that is not known: any number may be there, or none.

    ``waits``: what it waits for whether the rule's policy applies; ``value``: what each record would give.
    """
    missing = frozenset((Missing("fact", listed, None),))
    return Candidate(rule, Truth.UNDETERMINED, waits | missing, value, (rule, None), None, is_many=True)


# ---------- overriding across records


class _Beaten:
    """Which rules are overridden, and in which records."""

    def __init__(self, candidates: Iterable[Candidate], defeats: Defeats) -> None:
        self.defeats = defeats
        self.everywhere = self.anywhere = 0
        self.records: dict[int | None, int] = {}
        if not defeats:
            return
        for one in candidates:
            mask, across = defeats.mask(one.rule), defeats.across(one.rule)
            self.everywhere |= across if one.record is not None else mask
            self.anywhere |= mask
            self.records[one.record] = self.records.get(one.record, 0) | mask

    def has(self, one: Candidate) -> bool:
        """Tell whether a contribution is overridden; one of the whole case is by any record."""
        bit = self.defeats.bit(one.rule)
        if not bit & self.anywhere:
            return False
        return one.record is None or bool(bit & (self.everywhere | self.records.get(one.record, 0)))


# ---------- numbers


class _Law:
    """How contributions become one value; ``is_idempotent``: the same one twice is the same as once."""

    is_idempotent = False

    def fold(self, given: Sequence[Candidate]) -> Value:
        """Return the value of contributions that all have a known one."""
        raise NotImplementedError

    def bounds(self, parts: _Parts) -> tuple[_Number | None, _Number | None]:
        """Return the least and the greatest value; None without a limit."""
        raise NotImplementedError

    def answer(self, given: Sequence[Candidate]) -> tuple[object, ...]:
        """Return what tells the value of contributions from others, where some are not known."""
        raise NotImplementedError

    def value_of(self, number: _Number, like: Iterable[Candidate]) -> Value:
        """Return a value by its number; ``like`` are contributions of the same type."""
        raise NotImplementedError


def _known(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, Value]]:
    for one in candidates:
        if isinstance(one.value, Known):
            yield one, one.value.value


def _tokens(candidates: Iterable[Candidate]) -> list[tuple[object, ...]]:
    return sorted((one.token for one in candidates if one.is_open), key=repr)


def _may_be_absent(state: State) -> bool:
    return isinstance(state, Absent) or not (isinstance(state, Known) or getattr(state, "has_value", False))


class _Sum(_Law):
    """Contributions are added up."""

    def fold(self, given: Sequence[Candidate]) -> Value:
        return _sum_of([value for _, value in _known(given)])

    def _number(self, value: Value) -> _Number:
        """Return by how much a value changes a sum: what is not in days leaves no sum of days."""
        if isinstance(value, Duration):
            is_clock = value.unit in UNIT_SECONDS and value.unit not in COUNTED_DAYS
            return value.size, int(is_clock)
        assert isinstance(value, int | Fraction)
        return value, 0

    def bounds(self, parts: _Parts) -> tuple[_Number | None, _Number | None]:
        every = (*parts.sure, *parts.possible)
        if any(one.is_open for one in every):
            return None, None
        sure = [self._number(value)[0] for _, value in _known(parts.sure)]
        numbers = [(self._number(value)[0], one.is_many) for one, value in _known(parts.possible)]
        ends: list[Number | None] = []
        for way in (-1, 1):
            moving = [number for number, _ in numbers if number * way > 0]
            if any(is_many and number * way > 0 for number, is_many in numbers):
                ends.append(None)
            elif parts.sure or moving:
                ends.append(sum(sure) + sum(moving))
            else:
                ends.append(max((number for number, _ in numbers), key=lambda number: number * way))
        low, high = ((None if end is None else (end, 0)) for end in ends)
        return low, high

    def answer(self, given: Sequence[Candidate]) -> tuple[object, ...]:
        known = [value for _, value in _known(given)]
        tokens = _tokens(given)
        if not tokens:
            return ("value", *identity_key(_sum_of(known)))
        is_nothing = all(self._number(one) == (0, 0) for one in known)
        if len(tokens) == 1 and is_nothing:
            return tokens[0]
        return "sum", None if is_nothing else identity_key(_sum_of(known)), tuple(tokens)

    def value_of(self, number: _Number, like: Iterable[Candidate]) -> Value:
        values = [value for _, value in _known(like)]
        first = values[0]
        if not isinstance(first, Duration):
            return number[0]
        return _length(int(number[0]), {value.unit for value in values if isinstance(value, Duration)})


_KINDS: Sequence[tuple[frozenset[str], Mapping[str, int]]] = (
    (frozenset(COUNTED_DAYS), {"days": SECONDS_PER_DAY}),
    (frozenset(UNIT_SECONDS), {unit: UNIT_SECONDS[unit] for unit in ("hours", "minutes", "seconds")}),
    (frozenset(UNIT_MONTHS), {"months": 1}),
    (frozenset(UNIT_BUSINESS_MINUTES), {"business_hours": 60, "business_minutes": 1}),
    (frozenset((BUSINESS_DAYS_UNIT,)), {BUSINESS_DAYS_UNIT: 1}),
)
"""Units that are added to each other, with those of the sum, the largest first."""


def _length(size: int, units: set[str]) -> Duration:
    """Return a length in the largest unit that is whole: it depends on nothing but what was added."""
    of_sum = next(of_sum for kind, of_sum in _KINDS if units <= kind)
    unit = next(unit for unit, whole in of_sum.items() if size % whole == 0)
    return Duration(size // of_sum[unit], unit)


def _sum_of(values: Sequence[Value]) -> Value:
    lengths = [value for value in values if isinstance(value, Duration)]
    if not lengths:
        return sum(value for value in values if isinstance(value, int | Fraction))
    units = {one.unit for one in lengths}
    if len(units) == 1:
        return Duration(sum(one.count for one in lengths), units.pop())
    return _length(sum(one.size for one in lengths), units)


class _Greatest(_Law):
    """The greatest contribution counts, or with ``least`` and ``yes_if_all`` the least."""

    is_idempotent = True

    def __init__(self, how: How) -> None:
        self.way = -1 if how in ("least", "yes_if_all") else 1
        self.is_truth = how in ("yes_if_any", "yes_if_all")
        self.top = self._number(self.way > 0) if self.is_truth else None
        self.bottom = self._number(self.way < 0) if self.is_truth else None

    def _number(self, value: Value) -> _Number:
        """Return what is greater the more a value counts."""
        key, kind = identity_key(value)
        assert isinstance(key, int | Fraction)
        return self.way * key, self.way * (kind == "days")

    def _numbers(self, candidates: Iterable[Candidate]) -> list[_Number]:
        return [self._number(value) for _, value in _known(candidates)]

    def fold(self, given: Sequence[Candidate]) -> Value:
        # Of one value in different spelling (1 hour, 60 minutes) the one of the first rule by name.
        named = sorted(_known(given), key=lambda pair: by_name(pair[0].key))
        best = max(self._number(value) for _, value in named)
        return next(value for _, value in named if self._number(value) == best)

    def _settled(self, sure: Sequence[Candidate]) -> _Number | None:
        """Return what cannot be missed, because something sure has it; None where that is not known."""
        known = self._numbers(sure)
        if any(one.is_open for one in sure) and self.bottom is not None:
            known.append(self.bottom)
        return max(known, default=None)

    def bounds(self, parts: _Parts) -> tuple[_Number | None, _Number | None]:
        every = [*parts.sure, *parts.possible]
        known, is_open = self._numbers(every), any(one.is_open for one in every)
        highest = max(known) if not is_open else self.top
        if parts.sure:
            lowest = self._settled(parts.sure)
        elif any(one.is_open for one in parts.possible):
            lowest = self.bottom
        else:
            lowest = min(known)
        ends = [None if one is None else (self.way * one[0], self.way * one[1]) for one in (lowest, highest)]
        low, high = ends if self.way > 0 else ends[::-1]
        return low, high

    def answer(self, given: Sequence[Candidate]) -> tuple[object, ...]:
        tokens = sorted({one.token for one in given if one.is_open}, key=repr)
        known = self._numbers(given)
        best = max(known, default=None)
        if best is not None and best == self.top:
            lacking = (one for one in given if one.is_open and _may_be_absent(one.value))
            tokens = sorted({one.token for one in lacking}, key=repr)
        elif tokens and best == self.bottom:
            best = None
        if not tokens:
            assert best is not None
            return ("value", self.way * best[0], "days" if best[1] else "")
        return tokens[0] if best is None and len(tokens) == 1 else ("best", best, tuple(tokens))

    def value_of(self, number: _Number, like: Iterable[Candidate]) -> Value:
        if self.is_truth:
            return bool(number[0])
        wanted = self.way * number[0], self.way * number[1]
        return next(value for _, value in _known(like) if self._number(value) == wanted)


# ---------- what could still come out


class _Parts(Frozen):
    """Contributions that are sure, and those that are possible: each may be there or not."""

    sure: list[Candidate]
    possible: list[Candidate]


class _Combination:
    """What contributions that are left after overriding by what holds say together."""

    def __init__(
        self,
        law: _Law,
        holding: list[Candidate],
        unsure: list[Candidate],
        otherwise: Candidate | None,
        defeats: Defeats,
    ) -> None:
        self.law = law
        self.holding = holding
        self.unsure = unsure
        self.otherwise = otherwise
        self.rest: State = ABSENT if otherwise is None else otherwise.value
        self.defeats = defeats
        perhaps = _Beaten(unsure, defeats)
        own = [(one, perhaps.has(one)) for one in (*holding, *unsure)]
        self.is_entangled = any(is_beaten for _, is_beaten in own)
        self.beaten = [one for one, is_beaten in own[: len(holding)] if is_beaten]
        sure = [one for one, is_beaten in own[: len(holding)] if not is_beaten]
        self.parts = _Parts(sure, [*self.beaten, *unsure])
        self._changing: dict[object, bool] = {}

    def resolved(self) -> Resolved:
        """Return the state, the rules that give it and those that could change it."""
        ways = [*self._ways()] if len(self._few) <= FEW else []
        if ways and self.is_entangled:
            mattering, valued = self._tried(ways)
        else:
            mattering, valued = self._taken_by_itself()
        winners = keys_of(self.holding)
        if not winners and self.otherwise is not None:
            winners = (self.otherwise.key,)
        if not mattering and not valued:
            return Resolved(self._agreed(), winners, ())
        waits: Waits = NOTHING.union(
            *(one.waits for one in mattering),
            *(one.value.waits for one in valued if isinstance(one.value, Unknown)),
        )
        possible = self._possible(ways)
        state = Unknown(waits, not possible.may_be_absent)
        return Resolved(state, winners, keys_of(mattering), possible)

    def _agreed(self) -> State:
        """Return the answer where nothing that is open could change it."""
        given = self.holding or ([] if self.otherwise is None else [self.otherwise])
        if not given or any(isinstance(one.value, Absent) for one in given):
            return ABSENT
        return Known(self.law.fold(given))

    # ---------- each by itself

    def _taken_by_itself(self) -> tuple[list[Candidate], list[Candidate]]:
        """Return the rules that could change the answer, and those whose value could."""
        sure, possible = self.parts.sure, self.parts.possible
        if any(isinstance(one.value, Absent) for one in sure):
            return [], []
        changing = {id(one) for one in possible if self._can_change(one)}
        mattering = [
            one
            for one in self.unsure
            if id(one) in changing
            # What an open rule silences changes the answer where that could.
            or (self.is_entangled and any(id(other) in changing for other in self._silenced(one)))
        ]
        valued = [one for one in (*sure, *possible) if one.is_open and self._is_asked(one)]
        if not self.holding and self.otherwise is not None and self.otherwise.is_open:
            valued.append(self.otherwise)
        return mattering, valued

    def _silenced(self, one: Candidate) -> Iterator[Candidate]:
        beaten = _Beaten((one,), self.defeats)
        return (other for other in self.parts.possible if beaten.has(other))

    @cached_property
    def _ground(self) -> list[Candidate]:
        """The sure contributions, those with a known value as one."""
        known = [one for one in self.parts.sure if isinstance(one.value, Known)]
        whole = [replace(known[0], value=Known(self.law.fold(known)))] if known else []
        return whole + [one for one in self.parts.sure if one.is_open]

    @cached_property
    def _company(self) -> list[list[Candidate]]:
        """In which company a contribution can change something, if it can in any.

        In that of what is sure; without it, alone or beside one other, of each value one or two.
        """
        if self.parts.sure:
            return [[]]
        alike: dict[object, list[Candidate]] = {}
        for one in self.parts.possible:
            alike.setdefault(one.token, []).append(one)
        return [[], *([one] for some in alike.values() for one in some[:2])]

    def _can_change(self, one: Candidate) -> bool:
        """Tell whether it makes a difference, in some way, that a contribution is there."""
        known = self._changing.get((one.token, one.is_many))
        if known is None:
            companies = [company for company in self._company if one not in company]
            if one.is_many:  # beside itself: two of the same value can be another one
                companies.append([one])
            known = self._changing[one.token, one.is_many] = any(
                self._answer([*self._ground, *company]) != self._answer([*self._ground, *company, one])
                for company in companies
            )
        return known

    def _is_asked(self, one: Candidate) -> bool:
        """Tell whether the value of a contribution, which is not known, matters in some way."""
        answer = self._answer(self._ground if one in self._ground else [*self._ground, one])
        return one.token in _tokens_in(answer)

    # ---------- all ways

    @cached_property
    def _tried_as(self) -> dict[Key, Candidate]:
        """The open contribution that is tried for each: itself, or the same one of another record.

        Where the same twice is the same, records in which nothing else is open or holds are as one: a rule
        that holds in some of them says and overrides what it does in one of them.
        """
        if not self.law.is_idempotent:
            return {one.key: one for one in self.unsure}
        holding = {None, *(one.record for one in self.holding)}
        number = Counter(one.record for one in self.unsure)
        first: dict[tuple[object, ...], Candidate] = {}
        return {
            one.key: one
            if one.record in holding or number[one.record] > 1
            else first.setdefault((one.rule, one.token), one)
            for one in sorted(self.unsure, key=lambda one: by_name(one.key))
        }

    @cached_property
    def _few(self) -> list[Candidate]:
        return [one for one in self.unsure if self._tried_as[one.key] is one]

    @cached_property
    def _each(self) -> list[Candidate]:
        """The open contributions to try; one that stands for any number of records is there twice."""
        return [*self._few, *(one for one in self._few if one.is_many)]

    def _ways(self) -> Iterator[tuple[frozenset[int], list[Candidate]]]:
        """Return each way for the open rules to turn out, by their places, with the contributions in it."""
        for held in product((False, True), repeat=len(self._each)):
            chosen = [one for one, is_held in zip(self._each, held, strict=True) if is_held]
            beaten = _Beaten(chosen, self.defeats)
            given = [one for one in (*self.holding, *chosen) if not beaten.has(one)]
            yield frozenset(place for place, is_held in enumerate(held) if is_held), given

    def _tried(
        self, ways: Sequence[tuple[frozenset[int], list[Candidate]]]
    ) -> tuple[list[Candidate], list[Candidate]]:
        answers = {held: self._answer(given) for held, given in ways}
        changing = {
            one.key
            for place, one in enumerate(self._each)
            if any(answer != answers[held - {place}] for held, answer in answers.items() if place in held)
        }
        mattering = [one for one in self.unsure if self._tried_as[one.key].key in changing]
        asked = {part for answer in answers.values() for part in _tokens_in(answer)}
        every = (*self.holding, *self.unsure, *(() if self.otherwise is None else (self.otherwise,)))
        return mattering, [one for one in every if one.is_open and one.token in asked]

    def _answer(self, given: Sequence[Candidate]) -> tuple[object, ...]:
        """Return what tells the answer of a way from others."""
        if not given and self.otherwise is not None:
            return self.otherwise.token
        if not given or any(isinstance(one.value, Absent) for one in given):
            return ("absent",)
        return self.law.answer(given)

    # ---------- what is possible

    def _possible(self, ways: Sequence[tuple[frozenset[int], list[Candidate]]]) -> Possible:
        sure, possible = self.parts.sure, self.parts.possible
        may_be_absent = any(_may_be_absent(one.value) for one in (*sure, *possible))
        may_be_absent = may_be_absent or (not self.holding and _may_be_absent(self.rest))
        every = (*sure, *possible)
        rest = [] if self.holding or self.otherwise is None else [self.otherwise]
        if ways and not any(one.is_open or one.is_many for one in (*every, *rest)):
            return self._listed(ways)
        able = _Parts(sure, [one for one in possible if not isinstance(one.value, Absent)])
        if not able.sure and not able.possible:
            only = self.rest.value if rest and isinstance(self.rest, Known) else None
            return Possible(only, only, (), may_be_absent)
        low, high = self.law.bounds(able)
        if any(one.is_open for one in rest):
            low = high = None
        ends = [None if end is None else self.law.value_of(end, every) for end in (low, high)]
        for one in rest:
            if isinstance(one.value, Known):
                ends = [_further(end, one.value.value, way) for end, way in zip(ends, (-1, 1), strict=True)]
        return Possible(ends[0], ends[1], (), may_be_absent)

    def _listed(self, ways: Sequence[tuple[frozenset[int], list[Candidate]]]) -> Possible:
        """Return all values one by one, where everything but the rules is known."""
        found: dict[tuple[Number | str, str], Value] = {}
        may_be_absent = False
        for _, way in ways:
            given = way or ([] if self.otherwise is None else [self.otherwise])
            if not given or any(isinstance(one.value, Absent) for one in given):
                may_be_absent = True
            else:
                value = self.law.fold(given)
                found[identity_key(value)] = value
        values = tuple(found[key] for key in sorted(found))
        low, high = (values[0], values[-1]) if values else (None, None)
        return Possible(low, high, values, may_be_absent)


def _further(end: Value | None, value: Value, way: int) -> Value | None:
    """Return the one of two ends that lies further out; None is without a limit."""
    if end is None:
        return None
    own, other = identity_key(end), identity_key(value)
    return value if (other > own) is (way > 0) and other != own else end


def _tokens_in(answer: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    if answer[0] == "unknown":
        yield answer
    elif answer[0] in ("sum", "best"):
        tokens = answer[-1]
        assert isinstance(tokens, tuple)
        yield from tokens
