"""Reading sums of money, percentages, counts and numbers: decimals as whole numbers of a small unit."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.values.currencies import Currency, called
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError, not_a
from policyengine.values.literals import (
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    MILLIONTH_PLACES,
    decimal_text,
)

DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
"""A number without any mark: its sign, what stands before the point and what behind it."""

_USUAL_PLACES = 2
_MOST_DIGITS = 40  # no value has as many
# Looked for in faults only, so compiled when one is found.
_THOUSANDS = r"-?[0-9]{1,3}(?:[,，_' ][0-9]{3})+(?:\.[0-9]+)?"
_EXPONENT = r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+"


def without_exponent(number: str) -> str:
    """Return the number that JSON spells in plain digits: ``1.0`` and ``1e0`` are 1; what is huge stays."""
    try:
        exact = Decimal(number)
    except InvalidOperation:  # an exponent beyond all that it can hold
        return number
    if abs(exact.adjusted()) > _MOST_DIGITS:
        return number
    digits = f"{exact:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def parse_money(text: str, currency: Currency) -> int:
    """Read a sum, in minor units of the currency; it may name the currency, and no other."""
    rest = text
    sign = ""
    if rest[:1] == "-":
        sign, rest = "-", rest[1:]
    bare = _without_mark(rest, currency)
    if bare is None:
        bare = rest
        other = without_currency(rest)
        if other is not None and _NUMBER_FIRST.match(other):
            raise LiteralError(
                message(
                    "`{text}` is not an amount in {currency}",
                    text=shorten(text),
                    currency=called(currency.code),
                ),
                message("write the amount in {currency}", currency=called(currency.code)),
            )
    places = currency.places
    plain, full = "100", decimal_text(100 * 10**places, places, places)
    example = f"{full} {'元' if currency.code == 'CNY' else currency.code}"
    help = message("write an amount such as `100`, `100.00` or `{example}`", example=example)
    if places != _USUAL_PLACES:
        examples = listing(dict.fromkeys((plain, full, example)))
        help = message("write an amount such as {examples}", examples=examples)
    found = DECIMAL.fullmatch(sign + bare)
    if found is not None and len(found[3] or "") > places:
        raise _too_fine(text, found, currency)
    scaled = _scaled(sign + bare, places, text, "money", help)
    return _within(scaled, LARGEST_MONEY, text, decimal_text(LARGEST_MONEY, places, places))


def _too_fine(text: str, found: re.Match[str], currency: Currency) -> LiteralError:
    """Return what to tell of a sum that is finer than the minor unit of its currency."""
    words = {"text": shorten(text), "currency": called(currency.code), "unit": currency.minor_unit}
    what = message("`{text}` has more decimals than {currency} has: its smallest unit is {unit}", **words)
    fraction = found[3] or ""
    kept = found[1] + found[2] + (f".{fraction[: currency.places]}" if currency.places else "")
    if not fraction[currency.places :].strip("0"):
        return LiteralError(what, message("write `{text}`", text=kept))
    if currency.places == 0:
        return LiteralError(
            what,
            message("write whole {currency}, such as `{text}`", currency=called(currency.code), text=kept),
        )
    return LiteralError(what, message("write at most {places} decimals", places=currency.places))


def parse_percent(text: str) -> int:
    """Read a percentage, in millionths of a percent."""
    help = message("write a percentage such as `5%` or `0.5%`")
    if not text.endswith("%"):
        readings = percent_readings(text)
        if readings is not None:
            raise LiteralError(message("`{text}` has no percent sign", text=shorten(text)), readings)
        raise not_a("percent", text, help)
    scaled = _scaled(text[:-1].rstrip(), MILLIONTH_PLACES, text, "percent", help)
    return _within(scaled, LARGEST_PERCENT, text, "10000%")


def percent_readings(text: str, quote: str = "") -> Message | None:
    """Return what to write for a number that should be a percentage, None for what is no plain number.

    Two readings are possible, a hundred times apart, and nobody but the author can tell which is meant.
    ``quote`` is put around each.
    """
    found = DECIMAL.fullmatch(text)
    if found is None:
        return None
    fraction = (found[3] or "").ljust(2, "0")
    whole, rest = (found[2] + fraction[:2]).lstrip("0") or "0", fraction[2:].rstrip("0")
    share = f"{found[1]}{whole}.{rest}" if rest else f"{found[1]}{whole}"
    return message(
        "write `{share}` if `{text}` is a share of one, `{percent}` if it counts percents",
        share=f"{quote}{shorten(share)}%{quote}",
        text=shorten(text),
        percent=f"{quote}{shorten(text)}%{quote}",
    )


def parse_count(text: str) -> int:
    """Read a whole number."""
    # `1.0` is a whole number; `1.000` may have a separator for thousands.
    scaled = _scaled(text.removesuffix(".0"), 0, text, "count", message("write digits only, such as `12`"))
    return _within(scaled, LARGEST_COUNT, text, str(LARGEST_COUNT))


def parse_number(text: str) -> int:
    """Read a number, in millionths."""
    scaled = _scaled(text, MILLIONTH_PLACES, text, "number", message("write a number such as `12` or `1.25`"))
    return _within(scaled, LARGEST_NUMBER, text, str(10**12))


# What may stand for a currency, whichever it is: a code, a sign with letters before it, a Chinese word.
_MARK = "(?:[A-Z]{3}(?![A-Za-z])|[A-Z]{0,3}[$¢£¤¥฿₠-⃀￠￡￥￦]|元|块钱?|円)"
_NUMBER_FIRST = re.compile(" *-?[0-9.]")
_MARK_BEFORE = re.compile(rf"{_MARK} *(.+)")
_MARK_AFTER = re.compile(rf"(.*[^ A-Z]) *(?:{_MARK})")


def without_currency(text: str) -> str | None:
    """Return a sum without the currency that it names, whichever that is; None if it names none."""
    found = _MARK_BEFORE.fullmatch(text) or _MARK_AFTER.fullmatch(text)
    return None if found is None else found[1]


# What ends a sum whose currency is said in words; which currency that is, they need not tell.
_WORD_FOR_MONEY = (
    r"(?i)(-?[0-9][0-9.]*) *"
    "(?:[\u4e00-\u9fff]{0,4}[元镑币]|(?:[a-z]+ ){0,2}(?:dollars?|euros?|pounds?|yen|yuan))"
)


def without_word_for_money(text: str) -> str | None:
    """Return a sum without the words for its currency; None if it has none."""
    found = re.fullmatch(_WORD_FOR_MONEY, text)
    return None if found is None else found[1]


def _without_mark(text: str, currency: Currency) -> str | None:
    """Return a sum without the mark of its own currency, None if it has none."""
    for mark in (currency.code, *currency.marks):
        for bare in (text.removeprefix(mark), text.removesuffix(mark)):
            if bare != text and _NUMBER_FIRST.match(bare):
                return bare.strip()
    return None


def _scaled(digits: str, places: int, whole: str, kind: str, help: Message) -> int:
    """Read a decimal as a count of units of ``10**-places``; messages quote ``whole``."""
    found = DECIMAL.fullmatch(digits)
    if found:
        sign, units, fraction = found[1], found[2], found[3] or ""
        if len(units) > 1 and units[0] == "0":  # YAML 1.1 and C read `017` as fifteen
            plain = whole.replace(units, units.lstrip("0") or "0", 1)
            raise LiteralError(
                message("`{text}` begins with a zero", text=shorten(whole)),
                message("write `{text}`", text=shorten(plain)),
            )
        if len(fraction) > places:
            raise _too_many_decimals(fraction, places, whole)
        scaled = int(units + fraction.ljust(places, "0"))
        return -scaled if sign else scaled
    if re.fullmatch(_THOUSANDS, digits):
        plain = re.sub("[,，_' ]", "", digits)
        raise LiteralError(
            message("`{text}` has a thousands separator", text=shorten(whole)),
            message("write the digits without separators: `{text}`", text=plain),
        )
    if re.fullmatch(_EXPONENT, digits):
        raise LiteralError(
            message("`{text}` is written with an exponent", text=shorten(whole)),
            message("write the number out in digits, such as `1000`"),
        )
    raise not_a(kind, whole, help)


def _too_many_decimals(fraction: str, places: int, whole: str) -> LiteralError:
    if places == 0:
        return LiteralError(
            message("`{text}` is not a whole number", text=shorten(whole)),
            message("a count has no decimals: write `1`, `2` or `10`"),
        )
    limit = message("write at most {places} decimals", places=places)
    what = message("`{text}` has more than {places} decimals", text=shorten(whole), places=places)
    return LiteralError(what, limit)


def _within(scaled: int, largest: int, text: str, shown_largest: str) -> int:
    if abs(scaled) > largest:
        raise LiteralError(
            message("`{text}` is too large", text=shorten(text)),
            message("the largest value is `{largest}`, the smallest `-{largest}`", largest=shown_largest),
        )
    return scaled
