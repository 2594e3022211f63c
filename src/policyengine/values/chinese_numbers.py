"""Numbers in Chinese characters, such as `三` and `一百二十`: told in digits, never read as a value."""

from __future__ import annotations

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_MYRIAD = "万"
_NUMBER = re.compile(f"[{''.join(_DIGITS)}{''.join(_UNITS)}{_MYRIAD}]+")


def in_digits(text: str) -> str:
    """Return a text in which each number in Chinese characters stands in digits."""
    return _NUMBER.sub(lambda found: str(_value(found[0])), text)


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
