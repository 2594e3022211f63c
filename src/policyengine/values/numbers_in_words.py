"""Numbers in words, such as `一百二十`, `seven` and `百分之五`: told in digits, never read as a value."""

from __future__ import annotations

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_MYRIAD = "万"
_NUMBER = re.compile(f"[{''.join(_DIGITS)}{''.join(_UNITS)}{_MYRIAD}]+")


_SMALL = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {word: number for number, word in enumerate(_SMALL, 1)} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
_ENGLISH_NUMBER = rf"(?i)(?:({'|'.join(_TENS)})(?:[- ]({'|'.join(_SMALL[:9])}))?|({'|'.join(_SMALL)}))(?= )"
_PARTS = {"百": 100, "千": 1_000, "万": 10_000}
# Shares are said with what they are of a hundred, a thousand or ten thousand: 百分之五, 5 percent, 5‰.
_CHINESE_SHARE = r"([百千万])分之(.+)"
_ENGLISH_SHARE = r"(?i)(.+?) *(?:per ?cent|percent|pct\.?|％|‰|per mille)"


def in_digits(text: str) -> str:
    """Return a text in which each number in words stands in digits; a share of a hundred has its sign."""
    share = _share(text)
    if share is not None:
        return share
    if text.isascii():
        return re.sub(_ENGLISH_NUMBER, _english_value, text)
    return _NUMBER.sub(lambda found: str(_value(found[0])), text)


def _english_value(found: re.Match[str]) -> str:
    return str(sum(_ENGLISH[word.lower()] for word in found.groups() if word))


def _share(text: str) -> str | None:
    """Return a share in words as a percentage, None for what is none."""
    chinese, english = re.fullmatch(_CHINESE_SHARE, text), re.fullmatch(_ENGLISH_SHARE, text)
    if chinese is not None:
        written, of = chinese[2], _PARTS[chinese[1]]
    elif english is not None:
        written, of = english[1], 1_000 if text.endswith(("‰", "mille")) else 100
    else:
        return None
    number = _NUMBER.sub(
        lambda one: str(_value(one[0])), re.sub(_ENGLISH_NUMBER, _english_value, f"{written} ")
    )
    number = number.strip()
    if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", number):
        return None
    from decimal import Decimal  # only needed for a mistake

    hundredths = Decimal(number) * 100 / of
    return f"{hundredths.normalize():f}%"


def _value(number: str) -> int:
    if not any(one in _UNITS or one == _MYRIAD for one in number):  # digit by digit, as in 二〇一二
        return int("".join(str(_DIGITS[one]) for one in number))
    total = part = digit = 0
    for one in number:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one == _MYRIAD:
            total, part, digit = (total + part + digit) * 10_000, 0, 0
        else:
            part, digit = part + (digit or 1) * _UNITS[one], 0
    return total + part + digit
