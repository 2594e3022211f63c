"""Regular expressions for numbers within limits, for the JSON Schema of a case: there a limit is for
numbers only, and most values of a case are texts.

A number is written without leading zeros, perhaps with a sign and decimals; a limit is a whole number of
units of ``10**-places``.
"""

from __future__ import annotations


def at_most(limit: int, places: int = 0) -> str:
    """Return the pattern of the numbers up to a limit, which are any negative ones if it is positive."""
    if limit < 0:
        return f"-{_no_less(-limit, places)}"
    return f"({_no_more(limit, places)}|-{_any(places)})"


def at_least(limit: int, places: int = 0) -> str:
    """Return the pattern of the numbers from a limit on."""
    if limit > 0:
        return _no_less(limit, places)
    return f"({_any(places)}|-{_no_more(-limit, places)})"


def whole_at_most(limit: int) -> str:
    """Return the pattern of the whole numbers from 0 to a limit."""
    digits = str(limit)
    if not digits.strip("9"):
        return "[0-9]" if len(digits) == 1 else f"(0|[1-9]{_digits(0, len(digits) - 1)})"
    if len(digits) == 1:
        return f"[0-{digits}]"
    shorter = f"0|[1-9]{_digits(0, len(digits) - 2)}"
    head = "" if digits[0] == "1" else f"|[1-{int(digits[0]) - 1}]{_exactly(len(digits) - 1)}"
    return f"({shorter}{head}|{digits[0]}{_same_length_no_more(digits[1:])})"


def whole_at_least(limit: int) -> str:
    """Return the pattern of the whole numbers from a limit on."""
    if limit == 0:
        return _any(0)
    digits = str(limit)
    return f"({_same_length_no_less(digits)}|[1-9][0-9]{{{len(digits)},}})"


# ---------- without a sign


def _any(places: int) -> str:
    return f"(0|[1-9][0-9]*){_decimals(places)}"


def _no_more(limit: int, places: int) -> str:
    whole, fraction = _parts(limit, places)
    below = f"{whole_at_most(whole - 1)}{_decimals(places)}|" if whole else ""
    most = f"(\\.{_fraction_no_more(fraction)})?" if places else ""
    return f"({below}{whole}{most})"


def _no_less(limit: int, places: int) -> str:
    whole, fraction = _parts(limit, places)
    least = f"\\.{_fraction_no_less(fraction)}" if fraction.strip("0") else _decimals(places)
    return f"({whole}{least}|{whole_at_least(whole + 1)}{_decimals(places)})"


def _parts(limit: int, places: int) -> tuple[int, str]:
    whole, fraction = divmod(limit, 10**places)
    return whole, f"{fraction:0{places}}" if places else ""


def _decimals(places: int) -> str:
    return f"(\\.[0-9]{{1,{places}}})?" if places else ""


def _fraction_no_more(digits: str) -> str:
    """Return the pattern of decimals that are no more than others; what is left out is zero."""
    first, rest = digits[0], digits[1:]
    less = "" if first == "0" else f"[0-{int(first) - 1}]{_digits(0, len(rest))}|"
    return f"({less}{first}{f'({_fraction_no_more(rest)})?' if rest else ''})"


def _fraction_no_less(digits: str) -> str:
    first, rest = digits[0], digits[1:]
    more = "" if first == "9" else f"[{int(first) + 1}-9]{_digits(0, len(rest))}|"
    same = _fraction_no_less(rest) if rest.strip("0") else _digits(0, len(rest))
    return f"({more}{first}{same})"


# ---------- of one length


def _same_length_no_more(digits: str) -> str:
    if not digits.strip("0"):
        return f"0{{{len(digits)}}}" if digits else ""
    if not digits.strip("9"):
        return _exactly(len(digits))
    first, rest = digits[0], digits[1:]
    less = "" if first == "0" else f"[0-{int(first) - 1}]{_exactly(len(rest))}|"
    return f"({less}{first}{_same_length_no_more(rest)})"


def _same_length_no_less(digits: str) -> str:
    if not digits.strip("0"):
        return _exactly(len(digits))
    first, rest = digits[0], digits[1:]
    more = "" if first == "9" else f"[{int(first) + 1}-9]{_exactly(len(rest))}|"
    return f"({more}{first}{_same_length_no_less(rest)})"


def _digits(least: int, most: int) -> str:
    return f"[0-9]{{{least},{most}}}" if most else ""


def _exactly(count: int) -> str:
    return f"[0-9]{{{count}}}" if count else ""
