"""Reading what a person wrote as a value of a type, or telling what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import allowed
from policyengine.values.currencies import Currency
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError, not_a
from policyengine.values.instants import parse_date, parse_instant
from policyengine.values.lengths import LENGTH, parse_length, two_lengths, unit_of
from policyengine.values.literals import TRUTH, Value, ValueType, kind_of_unit
from policyengine.values.numbers import (
    DECIMAL,
    parse_count,
    parse_money,
    parse_number,
    parse_percent,
    without_currency,
    without_word_for_money,
)
from policyengine.values.numbers_in_words import in_digits
from policyengine.values.zones import is_zone, zone_help

# No literal but a text or a choice is longer; what is longer is refused before any pattern looks at it.
_LONGEST_LITERAL = 100
# Forms that a Chinese keyboard gives for ASCII characters: U+FF01 to U+FF5E, and the wide space. The comma is
# left out: between digits it is a thousands separator, of which the mistake is not the width.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if wide != 0xFF0C} | {0x3000: 0x20}
_COMMAS = ",\uff0c"
_WHOLE = re.compile("-?[0-9]+")
# A carriage return is refused too: two spellings of a line break would make equal texts differ.
_BAD_TEXT = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"


def parse_literal(
    text: str, type: ValueType, zone: ZoneInfo, currency: Currency, choices: Sequence[str] = ()
) -> Value:
    """Read what a person wrote as a value of the type; a time without an offset is read in the zone.

    A sum of money may name the ``currency``, and no other, and has no more decimals than that has.

    Raises LiteralError, which says what is wrong and what to write.
    """
    if type is ValueType.TEXT:
        return _parse_text(text)
    if type is ValueType.CHOICE:
        return _parse_choice(text, choices)
    if type is ValueType.TIME_ZONE:
        return _parse_zone(text)
    text = _plain(text, type)
    try:
        return _measured(text, type, zone, currency)
    except LiteralError:
        digits = in_digits(text)
        if digits == text:
            raise
        if not _is_measured(digits, type, zone, currency):
            raise
        if digits.endswith("%"):
            what = message("`{text}` has no percent sign", text=shorten(text))
            raise LiteralError(what, message("write `{text}`", text=shorten(digits))) from None
        raise LiteralError(
            message("`{text}` has its number in words", text=shorten(text)),
            message("write it in digits: `{text}`", text=shorten(digits)),
        ) from None


def _is_measured(text: str, type: ValueType, zone: ZoneInfo, currency: Currency) -> bool:
    try:
        _measured(text, type, zone, currency)
    except LiteralError:
        return False
    return True


def _measured(text: str, type: ValueType, zone: ZoneInfo, currency: Currency) -> Value:
    match type:
        case ValueType.MONEY:
            return parse_money(text, currency)
        case ValueType.PERCENT:
            return parse_percent(text)
        case ValueType.COUNT:
            return parse_count(text)
        case ValueType.NUMBER:
            return parse_number(text)
        case ValueType.BOOLEAN:
            return _parse_boolean(text)
        case ValueType.INSTANT:
            return parse_instant(text, zone)
        case ValueType.DATE:
            return parse_date(text)
        case _:
            return parse_length(text, type)


def half_width(text: str) -> str:
    """Return a literal in ASCII characters where a Chinese keyboard gave those of full width."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def _plain(text: str, type: ValueType) -> str:
    """Drop the space around a literal and refuse what no literal can be: nothing, too much, full width."""
    text = text.strip()
    if not text:
        raise LiteralError(message("the value is empty"), message("write a value, or leave the line out"))
    if len(text) > _LONGEST_LITERAL:
        help = message("a value of this type has at most {limit} characters", limit=_LONGEST_LITERAL)
        raise not_a(type.value, text, help)
    if text[-1] in _COMMAS and len(text) > 1:
        raise LiteralError(
            message("`{text}` ends with a comma", text=shorten(text)),
            message("leave the comma out: `{text}`", text=shorten(text[:-1].rstrip())),
        )
    narrow = half_width(text)
    if narrow != text:
        raise LiteralError(
            message("`{text}` is written in full-width characters", text=shorten(text)),
            message("write it in half-width characters: `{text}`", text=shorten(narrow)),
        )
    return text


def _parse_boolean(text: str) -> bool:
    found = TRUTH.get(text.lower())
    if found is None:
        raise not_a("boolean", text, message("write `yes` or `no`"))
    return found


def _parse_choice(text: str, choices: Sequence[str]) -> str:
    if text in choices:
        return text
    what = message("`{text}` is not one of the allowed values", text=shorten(text))
    raise LiteralError(what, allowed(text, choices))


def _parse_zone(text: str) -> str:
    """Read the name of a time zone of the IANA database, as that spells it."""
    found = text.strip()
    if is_zone(found):
        return found
    if not found:
        raise LiteralError(message("the value is empty"), message("write a value, or leave the line out"))
    check_text(found)
    raise not_a("time_zone", found, zone_help(found[:_LONGEST_LITERAL]))


def check_text(text: str) -> None:
    """Refuse a text with a character that cannot be shown. Raises LiteralError."""
    found = None if text.isprintable() else re.search(_BAD_TEXT, text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        raise LiteralError(
            message("the text holds the character {code}, which cannot be shown", code=code),
            message("remove it; tabs and line feeds are allowed"),
        )


def _parse_text(text: str) -> str:
    """Read a text; the space around it is no part of it, and nothing but space says nothing."""
    check_text(text)
    text = text.strip()
    if not text.isascii():
        # A letter with a mark can be spelled as one character or as two, and nobody sees a difference.
        text = unicodedata.normalize("NFC", text)
    if not text:
        raise LiteralError(message("the text is empty"), message("write what it says, or leave it out"))
    return text


def guess_type(text: str) -> ValueType | None:
    """Tell the type that the spelling alone shows: a length, a percentage, a sum or a count, else None."""
    text = text.strip()
    if len(text) > _LONGEST_LITERAL:
        return None
    # A length in full-width digits is a length, and is told to be written in half width.
    text = text.translate(_HALF_WIDTH)
    digits = in_digits(text)
    if digits.endswith("%"):
        text = digits
    return _guess(text) or _guess(digits, in_words=True)


def _guess(text: str, in_words: bool = False) -> ValueType | None:
    if _WHOLE.fullmatch(text):
        return ValueType.COUNT
    if text.endswith("%") and DECIMAL.fullmatch(text[:-1].rstrip()):
        return ValueType.PERCENT
    amounts = (without_currency(text), without_word_for_money(text))
    if any(one is not None and DECIMAL.fullmatch(one) for one in amounts):
        return ValueType.MONEY
    several = two_lengths(text)
    if several is not None:
        return kind_of_unit(several[2])
    found = LENGTH.fullmatch(text)
    if found is None or not found[2][0].isalpha():
        return None
    # A number with an unknown unit is a length, too: its unit is told to be unknown.
    unit = unit_of(found[2])
    if unit is None and in_words:
        return None  # a text, in which there is a number
    return ValueType.DURATION if unit is None else kind_of_unit(unit)
