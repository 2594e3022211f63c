"""Reading the value that a case gives a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.model.rulebook import Fact, Rulebook
from policyengine.syntax.json_reader import Number
from policyengine.syntax.keys import Path
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import Value, ValueType

if TYPE_CHECKING:
    from policyengine.reading.case.draft import Draft

# Of these the width of a character is no part of the value.
_MEASURED = frozenset(ValueType) - {ValueType.TEXT, ValueType.CHOICE, ValueType.TIME_ZONE}
_TIMES = (ValueType.INSTANT, ValueType.DATE)
_LITERAL_NUMBERS = (ValueType.MONEY, ValueType.COUNT, ValueType.NUMBER)
_EXAMPLES: Mapping[ValueType, str] = {
    ValueType.MONEY: '"100.00"',
    ValueType.PERCENT: '"5%"',
    ValueType.COUNT: "3",
    ValueType.NUMBER: "1.5",
    ValueType.BOOLEAN: "true",
    ValueType.INSTANT: '"2012-03-16T18:00:00+08:00"',
    ValueType.DATE: '"2012-03-16"',
    ValueType.DURATION: '"72 hours"',
    ValueType.BUSINESS_DAYS: '"4 business days"',
    ValueType.MONTHS: '"6 months"',
    ValueType.BUSINESS_HOURS: '"4 business hours"',
    ValueType.LENGTH: '"7 days"',
    ValueType.CHOICE: '"…"',
    ValueType.TEXT: '"…"',
    ValueType.TIME_ZONE: '"America/New_York"',
}


def read_fact(draft: Draft, fact: Fact, record: int | None, value: object, path: Path) -> None:
    """Read the value that a case gives a fact, of a record if it is one of a list."""
    if fact.role != "given":
        draft.refuse_derived(fact, path)
        return
    draft.seen.add((fact.path, record))
    if isinstance(value, bool) and fact.type is ValueType.BOOLEAN:
        draft.values[fact.path, record] = value
        return
    literal = literal_of(fact, value)
    if literal is None:
        what = message(
            "`{name}` has the type {type}, and this is {found}",
            name=fact.path,
            type=TYPE_WORDS[fact.type],
            found=kind_of(value),
        )
        draft.fault("wrong-type", what, path, _how_to_write(fact, value, draft.source.is_yaml))
        return
    if says_none(fact, literal):
        return
    try:
        draft.values[fact.path, record] = parse_of(fact, literal, draft.book)
    except LiteralError as fault:
        help = _NOT_KNOWN if literal.strip().lower() in _SAYS_NOT_KNOWN else fault.help
        draft.fault("bad-value", fault.message, path, help)


_NOT_KNOWN = message("leave the fact out when nobody knows it")
_SAYS_NOT_KNOWN = frozenset(
    (
        "unknown",
        "not known",
        "undetermined",
        "unclear",
        "n/a",
        "na",
        "tbd",
        "?",
        "？",
        "未知",
        "不知道",
        "不知",
        "不明",
        "不详",
        "不清楚",
        "待定",
        "待查",
    )
)


def says_none(fact: Fact, literal: str) -> bool:
    """Tell whether an empty field of a form says that there is none."""
    return fact.type is ValueType.TEXT and fact.has_none_if_missing and not literal.strip()


def parse_of(fact: Fact, literal: str, book: Rulebook) -> Value:
    """Read what somebody wrote for a fact. Raises LiteralError."""
    return _choice(fact, literal, book) if fact.choices else parse_written(literal, fact.type, book)


def parse_written(text: str, type: ValueType, book: Rulebook) -> Value:
    """Read what somebody wrote in a case as a value: as rules write it, times also as people do.

    Raises LiteralError.
    """
    from policyengine.values.parse import half_width, parse_literal  # most values are written plainly

    if not text.isascii() and type in _MEASURED:
        text = half_width(text)
    try:
        return parse_literal(text, type, book.zone, book.currency)
    except LiteralError:
        if type not in _TIMES:
            raise
        from policyengine.values.loose import plain_time  # most cases write times as rules do

        plain = plain_time(text)
        if plain is None:
            raise
    return parse_literal(plain, type, book.zone, book.currency)


def _choice(fact: Fact, written: str, book: Rulebook) -> Value:
    """Read one of the values of a fact, by its name or by a title that no other has. Raises LiteralError."""
    from policyengine.values.parse import parse_literal

    names = [one.name for one in fact.choices]
    try:
        return parse_literal(written, fact.type, book.zone, book.currency, names)
    except LiteralError as fault:
        from policyengine.diagnostics.did_you_mean import one_of  # most cases write names
        from policyengine.model.lookup import choice_of, choices_help

        choices = [(one.name, one.title) for one in fact.choices]
        meant = choice_of(written, choices)
        if isinstance(meant, str):
            return meant
        if meant:
            what = message("`{text}` means several of the values", text=shorten(written.strip()))
            raise LiteralError(what, one_of(meant)) from None
        raise LiteralError(fault.message, choices_help(written, choices)) from None


def literal_of(fact: Fact, value: object) -> str | None:
    """Return what the JSON value spells, None where a value of the fact is written otherwise."""
    if isinstance(value, Number | int) and not isinstance(value, bool):
        return _in_digits(str(value)) if fact.type in _LITERAL_NUMBERS else None
    return value if isinstance(value, str) else None


def _in_digits(number: str) -> str:
    if number.lstrip("-").isdigit():
        return number
    from policyengine.values.numbers import without_exponent  # most numbers are written in digits

    return without_exponent(number)


def kind_of(value: object) -> Message:
    """Return what a JSON value is, in the words of JSON."""
    if value is None:
        return message("`null`")
    if isinstance(value, bool):
        return message("`true` or `false`")
    if isinstance(value, Number | int | float):
        return message("a number")
    if isinstance(value, str):
        return message("a text")
    return message("a list") if isinstance(value, list) else message("an object")


def _how_to_write(fact: Fact, value: object, is_yaml: bool) -> Message:
    if value is None:
        return _NOT_KNOWN
    from policyengine.values.numbers import percent_readings  # only for faults

    is_number = isinstance(value, Number | int) and not isinstance(value, bool)
    readings = percent_readings(str(value), '"') if fact.type is ValueType.PERCENT and is_number else None
    if readings is not None:
        return readings
    example = f'"{fact.choices[0].name}"' if fact.choices else _EXAMPLES[fact.type]
    return message("write for example `{example}`", example=example.strip('"') if is_yaml else example)
