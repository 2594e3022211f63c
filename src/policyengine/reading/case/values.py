"""Reading the value that a case gives a fact."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import closest
from policyengine.model.rulebook import Fact
from policyengine.reading.case.draft import Draft
from policyengine.syntax.json_reader import Number
from policyengine.syntax.keys import Path
from policyengine.values.display import TYPE_WORDS
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType
from policyengine.values.numbers import percent_readings
from policyengine.values.parse import parse_literal

_MOST_DIGITS = 40  # no value of a case has as many
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
    literal = _literal(draft, fact, value, path)
    if literal is None:
        return
    if fact.type is ValueType.TEXT and fact.has_none_if_missing and not literal.strip():
        return  # an empty field of a form says that there is none
    choices = [choice.name for choice in fact.choices] if fact.choices else ()
    try:
        book = draft.book
        value = parse_literal(literal, fact.type, book.zone, book.currency, choices)
        draft.values[fact.path, record] = value
    except LiteralError as fault:
        draft.fault("bad-value", fault.message, path, _by_title(fact, literal) or fault.help)


def _by_title(fact: Fact, written: str) -> Message | None:
    """Return the word for a choice that is written by its title, or nearly so."""
    titles = {title: one.name for one in fact.choices for title in one.title.all}
    title = written.strip()
    near = title if title in titles else closest(title, titles)
    return None if near is None else message("write `{name}` for “{title}”", name=titles[near], title=near)


def _literal(draft: Draft, fact: Fact, value: object, path: Path) -> str | None:
    """Return what the JSON value spells, or None after a fault."""
    if isinstance(value, Number | int) and not isinstance(value, bool):
        if fact.type in _LITERAL_NUMBERS:
            return _in_digits(str(value))
    elif isinstance(value, str):
        return value
    what = message(
        "`{name}` has the type {type}, and this is {found}",
        name=fact.path,
        type=TYPE_WORDS[fact.type],
        found=kind_of(value),
    )
    draft.fault("wrong-type", what, path, _how_to_write(fact, value))
    return None


def _in_digits(number: str) -> str:
    """Return the number that JSON spells in plain digits: ``1.0`` and ``1e0`` are 1; what is huge stays."""
    if number.lstrip("-").isdigit():
        return number
    from decimal import Decimal  # most numbers are written in digits

    exact = Decimal(number)
    if abs(exact.adjusted()) > _MOST_DIGITS:
        return number
    digits = f"{exact:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


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


def _how_to_write(fact: Fact, value: object) -> Message:
    if value is None:
        return message("leave the fact out when nobody knows it")
    is_number = isinstance(value, Number | int) and not isinstance(value, bool)
    readings = percent_readings(str(value), '"') if fact.type is ValueType.PERCENT and is_number else None
    if readings is not None:
        return readings
    example = f'"{fact.choices[0].name}"' if fact.choices else _EXAMPLES[fact.type]
    return message("write for example `{example}`", example=example)
