"""What type the values of a column have, said with every doubt.

A guess is only made where every value can be read as that type, and read in one way. What can be read in two
(``1,200``; ``3/4/2026``) stays a text, and the doubt is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen, replace
from policyengine.starting.names import free_name, one_line, slug
from policyengine.starting.samples import Value, is_number
from policyengine.values.currencies import Currency
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import TRUTH, ValueType
from policyengine.values.parse import parse_literal
from policyengine.values.zones import is_zone

Reading = Callable[[str], str | None]
"""How a written value is spelled in the rule language; None if it cannot be."""


class Guess(Frozen):
    """The type of a column, how each of its values is spelled, and what whoever reads it must know.

    ``doubts`` are to be looked at; ``remarks`` only say what was done. ``choices`` are names with titles.
    """

    type: ValueType
    spelled: dict[str, str]
    doubts: tuple[Message, ...] = ()
    remarks: tuple[Message, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


class Ground(Frozen):
    """What values are read by: the zone of times without an offset, the currency of sums."""

    zone: ZoneInfo
    currency: Currency


_TRUTH = TRUTH | {"y": True, "n": False, "ja": True, "nein": False, "oui": True, "non": False}
_PERCENT = re.compile(r"(-?[0-9]+(?:[.,][0-9]+)?) *%")
_MARK = r"([A-Z]{3}|[A-Z]{0,2}[^\w\s.,+%'\"()/:;-]|元|円|원|zł|kr|Kč|Ft)"
_MARKED = re.compile(rf"(-?)(?:{_MARK} *)?(-?[0-9][0-9.,]*)(?: *{_MARK})?")
_POINT = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_COMMA = re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_OFFSET = r"( ?(?:[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?))?"
_TIME = r"(?:(?:[Tt]| +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?" + _OFFSET + ")?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})[-/.月]([0-9]{1,2})日?" + _TIME)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + _TIME)
_MONEY_HEADS = re.compile(
    r"price|total|amount|fee|cost|refund|deposit|charge|payment|balance|salary|income|tax|fine|discount|shipping"
    r"|preis|betrag|summe|gebühr|kosten|prix|montant|frais|coût|precio|importe|coste"
    r"|金额|价|费|款|元|金額|料金|税",
    re.IGNORECASE,
)
_COUNTING_HEADS = re.compile(
    r"(?:^|[\W_])(?:number of|count|quantity|qty|items|days|hours|age|数量|件数|次数|天数)", re.I
)
_NAMING_HEADS = re.compile(
    r"(?:^|[\W_])(?:id|no|nr|code|zip|plz|postcode|phone|tel|fax|sku|isbn|iban|account)(?:$|[\W_])|号|码|電話|电话|邮编",
    re.IGNORECASE,
)
_SHARE_HEADS = re.compile(r"percent|rate|share|prozent|satz|taux|比例|率", re.IGNORECASE)
_LONGEST_NUMBER = 8  # `1e9` is written out, `1e999999` is not
_FEWEST_FOR_CHOICE, _MOST_CHOICES, _LONGEST_CHOICE = 4, 12, 40


def guess(values: Sequence[Value], head: str, ground: Ground) -> Guess:
    """Return what type a column has."""
    if not values:
        return Guess(ValueType.TEXT, {}, (message("no case has a value: the type is a guess"),))
    texts = list(dict.fromkeys(_text(one) for one in values))
    if all(isinstance(one, bool) for one in values):
        return Guess(ValueType.BOOLEAN, {one: one for one in texts})
    kinds = {(isinstance(one, bool), is_number(one)) for one in values}
    if kinds == {(False, True)}:
        return _of_numbers(texts, head, ground)
    doubt = message("values of several kinds: a text") if len(kinds) > 1 else None
    if all("/" in one and is_zone(one) for one in texts):
        return Guess(ValueType.TIME_ZONE, {one: one for one in texts})
    for attempt in (_truths, _percents, _numbers, _times, _choices):
        found = attempt(texts, head, ground, len(values))
        if isinstance(found, Message):
            return _as_text(texts, found)
        fault = None if found is None else _fault_of(found, ground)
        if found is not None and fault is None:
            return found if doubt is None else replace(found, doubts=(*found.doubts, doubt))
        doubt = fault or doubt
    return _as_text(texts, doubt)


def _of_numbers(texts: Sequence[str], head: str, ground: Ground) -> Guess:
    """Return the type of numbers of JSON, whose point is a decimal one."""
    spelled = {one: one for one in texts}
    if any("e" in one.lower() for one in texts):
        from decimal import Decimal  # hardly ever needed

        spelled = {one: f"{Decimal(one):f}" if len(one) < _LONGEST_NUMBER else one for one in texts}
    found = _bare_numbers(spelled, (), head, ground)
    if isinstance(found, Guess) and _fault_of(found, ground) is None:
        return found
    return _as_text(
        texts, found if isinstance(found, Message) else message("numbers too large or too long: a text")
    )


def _text(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()


def _as_text(texts: Sequence[str], doubt: Message | None = None) -> Guess:
    return Guess(ValueType.TEXT, {one: one for one in texts}, () if doubt is None else (doubt,))


def _fault_of(one: Guess, ground: Ground) -> Message | None:
    """Return why a value is none of the type: the reader of cases judges, not the patterns here."""
    names = [name for name, _ in one.choices]
    try:
        for spelled in one.spelled.values():
            parse_literal(spelled, one.type, ground.zone, ground.currency, names)
    except LiteralError as fault:
        return fault.message
    return None


_Found = Guess | Message | None
"""A guess, a doubt that leaves a text, or nothing: something else is tried."""


def _truths(texts: Sequence[str], head: str, ground: Ground, count: int) -> _Found:
    if not all(one.lower() in _TRUTH for one in texts):
        return None
    return Guess(ValueType.BOOLEAN, {one: "yes" if _TRUTH[one.lower()] else "no" for one in texts})


def _percents(texts: Sequence[str], head: str, ground: Ground, count: int) -> _Found:
    found = [_PERCENT.fullmatch(one) for one in texts]
    if not all(found):
        return None
    return Guess(
        ValueType.PERCENT,
        {text: f"{one[1].replace(',', '.')}%" for text, one in zip(texts, found, strict=True) if one},
    )


def _numbers(texts: Sequence[str], head: str, ground: Ground, count: int) -> _Found:
    """Read sums, counts and numbers, with marks of currencies and of thousands."""
    found = [_MARKED.fullmatch(one) for one in texts]
    if not all(found):
        return None
    bare = {text: one[1] + one[3] for text, one in zip(texts, found, strict=True) if one}
    marks = {one[2] or one[4] for one in found if one and (one[2] or one[4])}
    plain = _in_digits(bare)
    if plain is None or isinstance(plain, Message):
        return plain
    spelled, remarks = plain
    if marks:
        return _sums(spelled, remarks, marks, ground)
    return _bare_numbers(spelled, remarks, head, ground)


def _in_digits(bare: dict[str, str]) -> tuple[dict[str, str], tuple[Message, ...]] | Message | None:
    """Return each number with a decimal point and nothing else; a doubt if points or commas tell nothing."""
    numbers = bare.values()
    is_point = all(_POINT.fullmatch(one) for one in numbers)
    is_comma = all(_COMMA.fullmatch(one) for one in numbers)
    has_commas = any("," in one for one in numbers)
    example = shorten(next((text for text, one in bare.items() if "," in one or "." in one), ""))
    if is_point and is_comma and any("," in one or "." in one for one in numbers):
        if has_commas:
            return message("`{value}`: is the comma one of thousands, or a decimal one?", value=example)
        return message("`{value}`: is the point a decimal one, or one of thousands?", value=example)
    if is_point:
        remark = message("`{value}`: commas of thousands were taken out", value=example)
        return {text: one.replace(",", "") for text, one in bare.items()}, (remark,) * has_commas
    if is_comma:
        remark = message("`{value}`: the comma was read as a decimal one", value=example)
        return {text: one.replace(".", "").replace(",", ".") for text, one in bare.items()}, (remark,)
    return None


def _sums(
    spelled: dict[str, str], remarks: tuple[Message, ...], marks: set[str], ground: Ground
) -> Guess | Message:
    if len(marks) > 1:
        return message("several currencies or units: {marks}", marks=", ".join(sorted(map(one_line, marks))))
    (mark,) = marks
    code = ground.currency.code
    if mark.isascii() and mark.isalpha() and mark != code:
        return message("`{mark}` is not the currency of the rulebook, {currency}", mark=mark, currency=code)
    doubt = message("`{mark}` is taken to mean {currency}", mark=one_line(mark), currency=code)
    return Guess(ValueType.MONEY, spelled, () if mark == code else (doubt,), remarks)


def _bare_numbers(
    spelled: dict[str, str], remarks: tuple[Message, ...], head: str, ground: Ground
) -> Guess | Message:
    numbers = list(spelled.values())
    if any(len(one.lstrip("-").split(".")[0]) > 1 and one.lstrip("-")[0] == "0" for one in numbers):
        return message("numbers that begin with a zero: a text, for they name something")
    decimals = {len(one.partition(".")[2]) for one in numbers}
    words = head.replace("_", " ")
    if decimals == {0}:
        if _NAMING_HEADS.search(words):
            return message("whole numbers that seem to name something: a text")
        if _MONEY_HEADS.search(words) and not _COUNTING_HEADS.search(words):
            return Guess(
                ValueType.MONEY, spelled, (message("an amount of money, by the name of the column"),), remarks
            )
        doubts = (message("only 0 and 1: if that is no and yes, write them so, with `type: boolean`"),)
        return Guess(ValueType.COUNT, spelled, doubts if set(numbers) <= {"0", "1"} else (), remarks)
    if _SHARE_HEADS.search(words):
        doubt = message("a percentage? then write it with its sign, with `type: percent`")
        return Guess(ValueType.NUMBER, spelled, (doubt,), remarks)
    if max(decimals) <= ground.currency.places and (
        _MONEY_HEADS.search(words) or decimals <= {0, ground.currency.places}
    ):
        doubt = message("an amount of money, by its decimals; else write `type: number`")
        return Guess(ValueType.MONEY, spelled, (doubt,), remarks)
    return Guess(ValueType.NUMBER, spelled, (), remarks)


def _times(texts: Sequence[str], head: str, ground: Ground, count: int) -> _Found:
    first = [_YEAR_FIRST.fullmatch(one) for one in texts]
    if all(first):
        parts = [(one[1], one[3], one[4], one.groups()[4:]) for one in first if one]
        return _spelled_times(texts, parts, ())
    last = [_YEAR_LAST.fullmatch(one) for one in texts]
    if not all(last):
        return None
    rows = [(one[1], one[3], one[4], one.groups()[4:], one[2]) for one in last if one]
    is_day_first = all(int(one[1]) <= 12 for one in rows)
    is_month_first = all(int(one[0]) <= 12 for one in rows) and all(one[4] != "." for one in rows)
    example = shorten(texts[0])
    if is_day_first and is_month_first and any(one[0] != one[1] for one in rows):
        return message("`{value}`: does the day come first, or the month?", value=example)
    if is_day_first:
        remark = message("`{value}`: the day was read first", value=example)
        return _spelled_times(texts, [(one[2], one[1], one[0], one[3]) for one in rows], (remark,))
    if is_month_first:
        remark = message("`{value}`: the month was read first", value=example)
        return _spelled_times(texts, [(one[2], one[0], one[1], one[3]) for one in rows], (remark,))
    return None


_Parts = tuple[str, str, str, Sequence[str | None]]


def _spelled_times(texts: Sequence[str], parts: Sequence[_Parts], remarks: tuple[Message, ...]) -> _Found:
    has_time = [times[0] is not None for *_, times in parts]
    if any(has_time) != all(has_time):
        return message("some have a time of day, and some have none: a text")
    spelled = {}
    for text, (year, month, day, (hour, minute, second, _, offset)) in zip(texts, parts, strict=True):
        date = f"{year}-{int(month):02}-{int(day):02}"
        time = (
            f" {int(hour):02}:{minute}:{second or '00'}{(offset or '').strip()}" if hour is not None else ""
        )
        spelled[text] = date + time
    if any((times[3] or "").strip(".0") for *_, times in parts):
        remarks = (*remarks, message("fractions of a second were cut off"))
    return Guess(ValueType.INSTANT if all(has_time) else ValueType.DATE, spelled, (), remarks)


def _choices(texts: Sequence[str], head: str, ground: Ground, count: int) -> _Found:
    is_few = len(texts) <= _MOST_CHOICES and len(texts) * 2 <= count and count >= _FEWEST_FOR_CHOICE
    if not is_few or any(len(one) > _LONGEST_CHOICE or not one.isprintable() for one in texts):
        return None
    spelled: dict[str, str] = {}
    for number, text in enumerate(texts, 1):
        spelled[text] = free_name(slug(text) or f"value_{number}", spelled.values())
    doubt = message(
        "{values} different values in {count}: if there can be others, write `type: text`",
        values=len(texts),
        count=count,
    )
    return Guess(
        ValueType.CHOICE, spelled, (doubt,), (), tuple((name, text) for text, name in spelled.items())
    )
