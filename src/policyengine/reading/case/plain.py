"""The short way to a case that is written by names and has no fault: most are.

It makes of a case what the long way (`names`, `values`, `checks`) makes of it, or nothing: whatever is wrong,
or has another name, is left to that, which alone tells faults. What a name means is prepared when it is first
met.

A text of JSON is decoded by `msgspec`, which refuses whatever the long way refuses, and two things more that
could slip through are seen to here: of two keys that are alike it keeps the last, and it knows no limit to
characters and depth but its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias
from unicodedata import is_normalized
from zoneinfo import ZoneInfo

import msgspec

from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Constant, Ref
from policyengine.model.rulebook import Bound, Fact, RecordList, Rulebook
from policyengine.reading.case.header import LONGEST_ID, NOTES, free_names, note_lines
from policyengine.reading.case.shape import Shape
from policyengine.reading.case.values import literal_of, parse_of, parse_written, says_none
from policyengine.syntax.json_reader import Number
from policyengine.values.faults import LiteralError
from policyengine.values.instants import plain_instant
from policyengine.values.literals import MILLIONTH_PLACES, TRUTH, Value, ValueType, comparison_key

Straight: TypeAlias = Callable[[object], Value | None]
"""Reads a value in its plainest spelling; None for every other one."""

_KEPT = 256
"""So many spellings of a type are kept whose values are few, such as ``48 hours``."""
_MONEY_DIGITS, _NUMBER_DIGITS, _COUNT_DIGITS = 15, 12, 15  # fewer than the largest values have


_DECODE = msgspec.json.Decoder(float_hook=Number).decode
_NOT_DECODED = (msgspec.DecodeError, RecursionError, UnicodeEncodeError)
# Without escapes each quote begins or ends a text; what has space between a key and its colon is not plain.
_NOT_IN_PLAIN_TEXT = ("\\", "\x7f", '" ', '"\t', '"\n', '"\r')


class _NotPlain(Exception):
    """The case has to be read the long way."""


class _Limit(Frozen):
    """A bound of a fact: ``value``, or what the fact ``other`` says, perhaps ``beside`` it in its record.

    ``must_be``: without the other fact the case is faulty.
    """

    is_most: bool
    value: Value | None
    other: str
    beside: bool
    must_be: bool

    def is_passed(self, value: Value, bound: Value) -> bool:
        """Tell whether a value is beyond what bounds it."""
        if type(value) is not int:
            value = comparison_key(value)
        if type(bound) is not int:
            bound = comparison_key(bound)
        assert isinstance(value, int) and isinstance(bound, int)
        return value > bound if self.is_most else value < bound


class _Plain(Frozen):
    """A fact that a case can give, and how its value is read and held against what else the case says.

    ``key`` is that of a fact of the whole case; ``date`` is the fact that says when it happened, and whether
    it is one of the same record.
    """

    fact: Fact
    path: str
    key: Key
    straight: Straight
    limits: tuple[_Limit, ...]
    date: tuple[str, bool] | None
    is_checked: bool


class _Records(Frozen):
    """A list, and the facts of its records by their names there."""

    path: str
    dated_by: str | None
    fields: _Names


class _Names(dict[str, "_Plain | _Records | _Names | None"]):
    """What the names of one level mean; None are those that stand for no fact."""

    def __init__(self, book: Rulebook, find: Callable[[str], Shape | Fact | RecordList | None]) -> None:
        super().__init__()
        self.book = book
        self.find = find

    def __missing__(self, name: str) -> _Plain | _Records | _Names | None:
        match self.find(name):
            case Fact() as fact if fact.role == "given":
                self[name] = found = _plain(self.book, fact)
                return found
            case RecordList() as listed:
                fields = _Names(self.book, _fields_of(self.book, listed))
                self[name] = records = _Records(listed.path, listed.dated_by, fields)
                return records
            case Shape() as shape:
                self[name] = level = _Names(self.book, shape.parts.get)
                return level
        raise _NotPlain


class PlainReader:
    """Reads the cases of one rulebook."""

    def __init__(self, book: Rulebook, shape: Shape) -> None:
        """``shape`` has the names that a case can use."""
        self.book = book
        self.names = _Names(book, shape.parts.get)
        free = free_names(shape)
        self.names.update(dict.fromkeys(free))
        self.free = free
        self.has_notes = NOTES in free

    def read_text(self, text: str, file: str, name: str | None = None) -> Case | None:
        """Return the case of a text of JSON; None: it has to be read the long way.

        ``name`` is that of a case which gives itself none; if left out, that of the file.
        """
        for part in _NOT_IN_PLAIN_TEXT:
            if part in text:
                return None
        try:
            value = _DECODE(text)
        except _NOT_DECODED:
            return None
        if type(value) is not dict:
            return None
        for free in self.free:
            if type(value.get(free, "")) is not str:  # perhaps deep, perhaps with keys that are alike
                return None
        # Every key is a text and a colon; so is a text that begins with a colon, which is then not plain.
        return self._read(value, file, name, text.count('":'))

    def read(self, value: Mapping[str, object], file: str) -> Case | None:
        """Return the case of a value as the reader of JSON gives it; None: it has to be read the long way."""
        return self._read(value, file, None, None)

    def _read(
        self, value: Mapping[str, object], file: str, name: str | None, keys: int | None
    ) -> Case | None:
        """Return the case of a value that has so many keys, if none is lost."""
        reading = _Reading(self.book)
        try:
            id = self._id(value, file, name)
            as_of = self._as_of(value)
            reading.level(value, self.names)
            if reading.keys != keys is not None:
                return None
            reading.check()
        except (_NotPlain, LiteralError):
            return None
        notes = "\n".join(note_lines(value[NOTES])) if self.has_notes and NOTES in value else ""
        return Case(id, file, reading.values, reading.records, as_of=as_of, notes=notes)

    def _id(self, value: Mapping[str, object], file: str, name: str | None) -> str:
        if "case" not in value:
            return os.path.basename(file) if name is None else name
        id = value["case"]
        if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
            raise _NotPlain
        return str(id)

    def _as_of(self, value: Mapping[str, object]) -> int | None:
        if "as_of" not in value:
            return None
        written = value["as_of"]
        if type(written) is not str:
            raise _NotPlain
        instant = plain_instant(written, self.book.zone)
        if instant is None:
            read = parse_written(written, ValueType.INSTANT, self.book)
            assert isinstance(read, int)
            return read
        return instant


class _Reading:
    """The reading of one case. Every step raises _NotPlain and LiteralError."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.values: dict[Key, Value] = {}
        self.records: dict[str, int] = {}
        self.checked: list[tuple[_Plain, int | None, Value]] = []
        self.keys = 0

    def level(self, given: Mapping[str, object], names: _Names, record: int | None = None) -> None:
        """Read what stands at one level, or in a record."""
        self.keys += len(given)
        values, checked = self.values, self.checked
        for name, part in given.items():
            one = names[name]
            if type(one) is _Plain:
                value = one.straight(part)
                if value is None:
                    value = self._closely(one.fact, part)
                values[one.key if record is None else (one.path, record)] = value
                if one.is_checked:
                    checked.append((one, record, value))
            elif type(one) is _Names:
                if type(part) is not dict:
                    raise _NotPlain
                self.level(part, one)
            elif type(one) is _Records:
                self.list(one, part)

    def list(self, one: _Records, part: object) -> None:
        """Read the records of a list."""
        if type(part) is not list:
            raise _NotPlain
        self.records[one.path] = len(part)
        for position, record in enumerate(part):
            if type(record) is not dict:
                raise _NotPlain
            self.level(record, one.fields, position)
            if one.dated_by is not None and (one.dated_by, position) not in self.values:
                raise _NotPlain

    def _closely(self, fact: Fact, written: object) -> Value:
        literal = literal_of(fact, written)
        if literal is None or says_none(fact, literal):
            raise _NotPlain
        return parse_of(fact, literal, self.book)

    def check(self) -> None:
        """Hold what was read against the dates, limits and causes that the vocabulary demands."""
        values = self.values
        for one, record, value in self.checked:
            if one.date is not None and (one.date[0], record if one.date[1] else None) not in values:
                raise _NotPlain
            for limit in one.limits:
                bound: Value | None = limit.value
                if bound is None:
                    bound = values.get((limit.other, record if limit.beside else None))
                if bound is None:
                    if limit.must_be:
                        raise _NotPlain
                elif limit.is_passed(value, bound):
                    raise _NotPlain


# ---------- what is prepared


def _fields_of(book: Rulebook, listed: RecordList) -> Callable[[str], Fact | None]:
    """Return what finds the facts of a record by the names that they have there."""
    fields = {name.removeprefix(f"{listed.path}."): book.facts[name] for name in listed.fields}
    return fields.get


def _plain(book: Rulebook, fact: Fact) -> _Plain:
    limits = tuple(found for bound in fact.bounds if (found := _limit(book, bound)) is not None)
    dating = None if fact.dated_by is None else book.facts[fact.dated_by]
    date = None if dating is None or dating.role != "given" else (dating.path, dating.listed is not None)
    return _Plain(
        fact,
        fact.path,
        (fact.path, None),
        _straight(book, fact),
        limits,
        date,
        bool(limits) or date is not None,
    )


def _limit(book: Rulebook, bound: Bound) -> _Limit | None:
    """Return what a bound demands of a case; None where cases do not say with what it compares."""
    is_most = bound.operator == "at_most"
    match bound.operand:
        case Constant(value=value):
            return _Limit(is_most, value, "", False, False)
        case Ref() as ref:
            must_be = bound.operator == "not_before" and book.facts[ref.name].is_never_if_missing
            return _Limit(is_most, None, ref.name, ref.listed is not None, must_be)
    return None


def _straight(book: Rulebook, fact: Fact) -> Straight:
    """Return what reads the plainest spelling of a value."""
    if fact.choices:
        return _of_choices({one.name: one.name for one in fact.choices})
    match fact.type:
        case ValueType.BOOLEAN:
            return _truth
        case ValueType.INSTANT:
            return _of_zone(book.zone)
        case ValueType.MONEY:
            return _decimal(book.currency.places, _MONEY_DIGITS - book.currency.places)
        case ValueType.NUMBER:
            return _decimal(MILLIONTH_PLACES, _NUMBER_DIGITS)
        case ValueType.COUNT:
            return _decimal(0, _COUNT_DIGITS)
        case ValueType.TEXT:
            return _simple_text
    return _remembered(fact.type, book)


def _truth(written: object) -> bool | None:
    if written is True or written is False:
        return written
    return TRUTH.get(written) if type(written) is str else None


def _simple_text(written: object) -> str | None:
    """Read a text in which nothing has to be looked at."""
    if type(written) is not str or not written.isprintable():
        return None
    return (written.strip() or None) if written.isascii() or is_normalized("NFC", written) else None


def _of_choices(names: Mapping[str, str]) -> Straight:
    return lambda written: names.get(written) if type(written) is str else None


def _of_zone(zone: ZoneInfo) -> Straight:
    def read(written: object) -> int | None:
        return plain_instant(written, zone) if type(written) is str else None

    return read


def _remembered(type_: ValueType, book: Rulebook) -> Straight:
    """Return what remembers values that have been read."""
    remember = lru_cache(_KEPT)(lambda written: parse_written(written, type_, book))
    return lambda written: remember(written) if type(written) is str else None


def _decimal(places: int, digits: int) -> Straight:
    """Return what reads a decimal in units of ``10**-places`` with so many whole digits at most."""
    fraction = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    is_plain = re.compile(rf"-?(?:0|[1-9][0-9]{{0,{digits - 1}}}){fraction}").fullmatch
    one, limit = 10**places, 10**digits

    def read(written: object) -> int | None:
        if type(written) is int:
            return written * one if -limit < written < limit else None
        if not isinstance(written, str) or not is_plain(written):
            return None
        whole, _, rest = written.partition(".")
        return int(whole + rest.ljust(places, "0"))

    return read
