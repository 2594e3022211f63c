"""The JSON Schema of a case, made from the vocabulary of a rulebook, for editors and for other programs.

What it takes, the program takes. It asks for the plain spelling of every name and value; the program also
reads titles, and others such as ``72 Hours`` and ``2012/3/16 9:00``. It cannot say what one fact demands of
another, nor that a time was skipped or came twice when clocks were changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from policyengine.diagnostics.i18n import spoken
from policyengine.model.rulebook import Fact, RecordList, Rulebook
from policyengine.reading.case.header import NOTES, free_names
from policyengine.reading.case.shape import Shape, case_shape
from policyengine.reading.range_patterns import at_least, at_most, whole_at_least, whole_at_most
from policyengine.values.currencies import Currency
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    LONGEST_SECONDS,
    MILLIONTH_PLACES,
    MOST_BUSINESS_DAYS,
    MOST_BUSINESS_MINUTES,
    MOST_MONTHS,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    UNIT_SECONDS,
    Duration,
    ValueType,
    decimal_text,
    kind_of_unit,
)

JsonObject: TypeAlias = dict[str, object]

_YEAR = "(19[0-9]{2}|2[01][0-9]{2}|2200)"
_LEAP_YEAR = "((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)"
_MONTH_AND_DAY = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)
_DAY = f"({_YEAR}-{_MONTH_AND_DAY}|{_LEAP_YEAR}-02-29)"
_ZEROS = r"(\.0{1,9})?"
_CLOCK = f"(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]{_ZEROS})?|24:00(:00{_ZEROS})?)"
_OFFSET = "(Z|[-+](0[0-9]|1[0-3])(:?[0-5][0-9])?|[-+]14(:?00)?)?"
_UNITS = {
    "seconds": "(seconds?|秒|秒钟)",
    "minutes": "(minutes?|分钟)",
    "hours": "(hours?|小时|个小时)",
    "days": "(days?|天|日)",
    "weeks": "(weeks?|周)",
    BUSINESS_DAYS_UNIT: "(business days?|工作日|个工作日)",
    "months": "(months?|个月)",
    "years": "(years?|年)",
    "business_hours": "(business hours?|工作小时|个工作小时)",
    "business_minutes": "(business minutes?|工作分钟)",
}
# Neither control characters nor space alone.
_VISIBLE = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
_ZONE = r"^\s*[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*\s*$"


class _Numeric(NamedTuple):
    """Numbers of a type: how many decimals they have, and the largest in units of the last one."""

    places: int
    largest: int


_NUMERIC: Mapping[ValueType, _Numeric] = {
    ValueType.PERCENT: _Numeric(MILLIONTH_PLACES, LARGEST_PERCENT),
    ValueType.COUNT: _Numeric(0, LARGEST_COUNT),
    ValueType.NUMBER: _Numeric(MILLIONTH_PLACES, LARGEST_NUMBER),
}
_EXAMPLES: Mapping[ValueType, object] = {
    ValueType.PERCENT: "5%",
    ValueType.COUNT: 3,
    ValueType.NUMBER: 1.5,
    ValueType.INSTANT: "2012-03-16T18:00:00+08:00",
    ValueType.DATE: "2012-03-16",
    ValueType.DURATION: "72 hours",
    ValueType.BUSINESS_DAYS: "4 business days",
    ValueType.MONTHS: "6 months",
    ValueType.BUSINESS_HOURS: "4 business hours",
    ValueType.BOOLEAN: True,
    ValueType.TIME_ZONE: "America/New_York",
}


def form_of(type: ValueType, currency: Currency) -> JsonObject:
    """Return what a value of a type, other than a choice, looks like."""
    form: JsonObject = {"type": "string"}
    if type in _NUMERIC or type is ValueType.MONEY:
        form = _number_form(type, currency)
    elif type is ValueType.BOOLEAN:
        form = {"enum": [True, False, "yes", "no", "true", "false", "是", "否"]}
    elif type is ValueType.TEXT:
        form["pattern"] = _VISIBLE
    elif type is ValueType.TIME_ZONE:
        form["pattern"] = _ZONE
    else:
        form["pattern"] = _PATTERNS[type]
    example = _EXAMPLES.get(type)
    if type is ValueType.MONEY:
        example = decimal_text(100 * 10**currency.places, currency.places, currency.places)
    return form if example is None else {**form, "examples": [example]}


def _numeric(type: ValueType, currency: Currency) -> _Numeric | None:
    """Return what numbers of a type are like, None for what is no number."""
    return _Numeric(currency.places, LARGEST_MONEY) if type is ValueType.MONEY else _NUMERIC.get(type)


def _number_form(type: ValueType, currency: Currency) -> JsonObject:
    """Return the form of numbers: of texts a pattern, of numbers the limits.

    There is no ``multipleOf`` for decimals: validators divide binary fractions, and 19.99 / 0.01 is not whole
    for them. So too many decimals of a number are told by the program alone.
    """
    numeric = _numeric(type, currency)
    assert numeric is not None
    places, largest = numeric
    pattern = _written(type, currency, f"-?{_whole(largest, places)}{_decimals(type, places)}")
    if type is ValueType.PERCENT:
        return {"type": "string", "pattern": pattern}
    form: JsonObject = {"type": ["string", "number"], "pattern": pattern}
    if type is ValueType.COUNT:
        form["type"] = ["integer", "string"]
    return {**form, "minimum": _plain(-largest, places), "maximum": _plain(largest, places)}


def _whole(largest: int, places: int) -> str:
    return whole_at_most(largest // 10**places - 1)


def _decimals(type: ValueType, places: int) -> str:
    if not places:
        return r"(\.0)?" if type is ValueType.COUNT else ""
    return rf"(\.[0-9]{{1,{places}}})?"


def _plain(scaled: int, places: int) -> int | float:
    """Return a number for JSON, spelled exactly: it has no more digits than a binary fraction holds."""
    exact = Decimal(scaled).scaleb(-places)
    return int(exact) if exact == int(exact) else float(exact)


def _written(type: ValueType, currency: Currency, number: str) -> str:
    """Return the pattern of a text that spells a number, with the sign that its type has."""
    if type is ValueType.PERCENT:
        return f"^{number} ?%$"
    if type is not ValueType.MONEY:
        return f"^{number}$"
    marks = "|".join(re.escape(one) for one in (currency.code, *currency.marks))
    return f"^(({marks}) ?{number}|{number}( ?({marks}))?)$"


_LONGEST: Mapping[ValueType, int] = {
    ValueType.DURATION: LONGEST_SECONDS,
    ValueType.BUSINESS_DAYS: MOST_BUSINESS_DAYS,
    ValueType.MONTHS: MOST_MONTHS,
    ValueType.BUSINESS_HOURS: MOST_BUSINESS_MINUTES,
}


def _length_pattern(units: Iterable[str], least: int = 0, most: int | None = None) -> str:
    """Return the pattern of lengths of one kind between two limits, as these compare."""
    ways = []
    for unit in units:
        size, longest = Duration(1, unit).size, _LONGEST[kind_of_unit(unit)]
        limit = (longest if most is None else min(most, longest)) // size
        number = whole_at_least(-(-least // size)) if least else whole_at_most(limit)
        ways.append(f"{number} ?{_UNITS[unit]}")
    return f"^({'|'.join(ways)})$"


_LENGTHS: Mapping[ValueType, tuple[str, ...]] = {
    ValueType.DURATION: tuple(UNIT_SECONDS),
    ValueType.BUSINESS_DAYS: (BUSINESS_DAYS_UNIT,),
    ValueType.MONTHS: tuple(UNIT_MONTHS),
    ValueType.BUSINESS_HOURS: tuple(UNIT_BUSINESS_MINUTES),
}
_PATTERNS: Mapping[ValueType, str] = {
    ValueType.INSTANT: f"^{_DAY}[T ]{_CLOCK}{_OFFSET}$",
    ValueType.DATE: f"^{_DAY}$",
    **{type: _length_pattern(units) for type, units in _LENGTHS.items()},
}


def _limited(fact: Fact, currency: Currency) -> JsonObject:
    """Return the form of a fact within its limits that are written as literals."""
    form, patterns = form_of(fact.type, currency), []
    for is_most, limit in zip((False, True), fact.literal_limits, strict=True):
        if limit is None:
            continue
        patterns += _limit_pattern(fact.type, is_most, limit, currency)
        word = "maximum" if is_most else "minimum"
        if word in form:
            numeric = _numeric(fact.type, currency)
            form[word] = _plain(limit, 0 if numeric is None else numeric.places)
    if fact.type is ValueType.TEXT and not fact.has_none_if_missing:
        patterns.append(r"\S")  # where it may be missing, an empty field says that there is none
    return {**form, "allOf": [{"pattern": one} for one in patterns]} if patterns else form


def _limit_pattern(type: ValueType, is_most: bool, limit: int, currency: Currency) -> list[str]:
    """Return the pattern of the texts within a limit, if texts of the type can be compared by one."""
    if type in _LENGTHS:
        units = _LENGTHS[type]
        return [_length_pattern(units, most=limit) if is_most else _length_pattern(units, least=limit)]
    numeric = _numeric(type, currency)
    if numeric is None:
        return []
    number = (at_most if is_most else at_least)(limit, numeric.places)
    return [_written(type, currency, rf"{number}(\.0)?" if type is ValueType.COUNT else number)]


class _Said:
    """Says what the program says in a schema, in those of its languages that the rulebook has."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(dict.fromkeys(spoken(tag) for tag in languages))

    def __call__(self, zh: str, en: str) -> str:
        """Return a sentence in one or both languages."""
        words = {"zh": zh, "en": en}
        return " / ".join(words[one] for one in self.languages)


def case_schema(rulebook: Rulebook) -> dict[str, object]:
    """Return a draft-07 JSON Schema of what a case of this rulebook can say."""
    said = _Said(rulebook.languages)
    names: JsonObject = {
        "$schema": {"type": "string", "description": said("本文件的模式", "The schema of this file")},
        "case": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": said("案件编号", "Id of the case"),
            "examples": ["R-001"],
        },
        "as_of": {
            **form_of(ValueType.INSTANT, rulebook.currency),
            "description": said("判断时点", "The instant at which the case is judged"),
        },
    }
    shape = case_shape(rulebook)
    if NOTES in free_names(shape):
        names[NOTES] = {
            "description": said("备注，不参与判断", "Anything: it takes no part in the judgement")
        }
    properties, dependencies = _parts(shape, rulebook, said)
    schema: JsonObject = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": rulebook.title.joined,
        "description": said(
            "一个案件：发生了什么。程序还接受本模式之外的写法：以标题代替名称，如“2012年3月16日 9:00”的时间",
            "A case: what has happened. Beside what this schema takes, the program takes titles for names, "
            "and times such as `2012/3/16 9:00`",
        ),
        **_object({**names, **properties}, dependencies),
    }
    return schema


def _object(properties: JsonObject, dependencies: JsonObject) -> JsonObject:
    whole: JsonObject = {"type": "object", "properties": properties, "additionalProperties": False}
    if dependencies:
        whole["dependencies"] = dependencies
    return whole


def _parts(shape: Shape, rulebook: Rulebook, said: _Said, above: str = "") -> tuple[JsonObject, JsonObject]:
    """Return the properties of one level, and which of them need another one at the same level."""
    properties: JsonObject = {}
    dependencies: JsonObject = {}
    for name, part in sorted(shape.parts.items()):
        if isinstance(part, RecordList):
            properties[name] = _records(part, rulebook)
        elif isinstance(part, Shape):
            group = f"{above}{name}."
            inner, needed = _parts(part, rulebook, said, group)
            if inner:  # a group of which a case can say nothing is left out
                words = said(f"名称以 {group} 开头的事实", f"The facts whose names begin with {group}")
                properties[name] = {"description": words, **_object(inner, needed)}
        elif part.role == "given":
            properties[name] = _value(part, rulebook.currency)
            _add_dependency(dependencies, name, part, rulebook)
    return properties, dependencies


def _add_dependency(dependencies: JsonObject, name: str, fact: Fact, rulebook: Rulebook) -> None:
    """Demand the instant that dates a fact, where it stands beside it."""
    dating = rulebook.facts.get(fact.dated_by) if fact.dated_by else None
    if dating is None or dating.role != "given":
        return
    group, _, own = dating.path.rpartition(".")
    if group == fact.path.rpartition(".")[0]:
        dependencies[name] = [own]


def _records(listed: RecordList, rulebook: Rulebook) -> JsonObject:
    facts = [rulebook.facts[path] for path in sorted(listed.fields)]
    given = {fact.path.removeprefix(listed.path + "."): fact for fact in facts if fact.role == "given"}
    dependencies: JsonObject = {}
    for name, fact in given.items():
        _add_dependency(dependencies, name, fact, rulebook)
    record = _object({name: _value(fact, rulebook.currency) for name, fact in given.items()}, dependencies)
    dated_by = (listed.dated_by or "").removeprefix(listed.path + ".")
    if dated_by in given:
        record["required"] = [dated_by]
    return {"type": "array", "description": listed.title.joined, "items": record}


def _value(fact: Fact, currency: Currency) -> JsonObject:
    described: JsonObject = {
        "description": f"{fact.title.joined}; {fact.note.joined}" if fact.note else fact.title.joined
    }
    if fact.type is not ValueType.CHOICE:
        return {**described, **_limited(fact, currency)}
    meanings = "; ".join(f"{choice.name}: {choice.title.joined}" for choice in fact.choices)
    described["description"] = f"{described['description']} ({meanings})"
    return {**described, "type": "string", "enum": [choice.name for choice in fact.choices]}
