"""The currencies in which sums can be counted (ISO 4217), each with its minor unit and how people write it.

Names, signs and which currencies are legal tender come from the Unicode CLDR through Babel. That is imported
when a rulebook is read and not when a case is judged: what judging needs stands in :class:`Currency`.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen

MISNAMED = {"RMB": "CNY", "CNH": "CNY", "YUA": "CNY", "NTD": "TWD", "UKP": "GBP", "STG": "GBP"}
"""What people write for a currency, and its code."""

# Of these the CLDR gives what is in use (the smallest coins are worth nothing), ISO 4217 what can be booked.
_BY_ISO = {
    **dict.fromkeys(["AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"], 2),
    "IQD": 3,
}
# The languages of the program, and those of the countries themselves.
_LANGUAGES = ("zh", "en")
# What Chinese texts write, where the CLDR has the sign alone.
_WORDS = {"CNY": ("元", "块", "块钱", "￥"), "JPY": ("円", "日元")}


class Currency(Frozen):
    """A currency: its code, how many decimals its minor unit has, and what else stands for it beside a sum.

    A sum is held as a whole number of minor units: JPY 100 is 100, USD 1.00 is 100, KWD 0.100 is 100.
    """

    code: str
    places: int
    marks: tuple[str, ...] = ()

    @property
    def minor_unit(self) -> str:
        """The least sum, as a decimal: ``1``, ``0.01`` or ``0.001``."""
        return f"0.{'1'.rjust(self.places, '0')}" if self.places else "1"


def called(code: str) -> Message | str:
    """Return what people call a currency in a sentence: CNY alone has a word of its own in Chinese."""
    return message("CNY") if code == "CNY" else code


@functools.cache
def codes() -> frozenset[str]:
    """Return the codes of all currencies that are legal tender somewhere."""
    return frozenset(
        code
        for listed in _territories().values()
        for code, _, end, is_tender in listed
        if end is None and is_tender
    )


@functools.cache
def currency_of(code: str) -> Currency:
    """Return the currency of a code. Raises KeyError for one that is no legal tender."""
    from babel.numbers import get_currency_precision

    if code not in codes():
        raise KeyError(code)
    return Currency(code, _BY_ISO.get(code, get_currency_precision(code)), _marks(code))


def currency_name(code: str, language: str) -> str:
    """Return the name of a currency in a language, such as ``Japanese yen``; the code where there is none."""
    from babel import UnknownLocaleError
    from babel.numbers import get_currency_name

    try:
        return str(get_currency_name(code, locale=language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return code


def _territories() -> dict[str, list[tuple[str, object, object, bool]]]:
    from babel.core import get_global

    found: dict[str, list[tuple[str, object, object, bool]]] = dict(get_global("territory_currencies"))
    return found


def _marks(code: str) -> tuple[str, ...]:
    """Return the signs and short words of a currency: at home, and in the program's languages."""
    from babel import Locale, UnknownLocaleError
    from babel.languages import get_official_languages
    from babel.numbers import get_currency_symbol

    country = code[:2]  # so ISO 4217 makes its codes; of those of several countries the sign is one
    places = [f"{language}_{country}" for language in get_official_languages(country)]
    found = {*_WORDS.get(code, ()), currency_name(code, "zh")}
    for name in (*_LANGUAGES, *places):
        try:
            found.add(get_currency_symbol(code, locale=Locale.parse(name)))
        except (UnknownLocaleError, ValueError):
            continue
    found = {unicodedata.normalize("NFC", one).replace("\u200f", "").strip() for one in found}
    # The longest first, so that `US$` is not read as something before `$`.
    return tuple(sorted((one for one in found if _is_mark(one, code)), key=lambda one: (-len(one), one)))


def _is_mark(text: str, code: str) -> bool:
    is_code = re.fullmatch("[A-Z]{3}", text) is not None  # its own, or that of a currency that shares a sign
    return (
        bool(text) and not is_code and text != code and not any(one.isdigit() or one in "-." for one in text)
    )
