"""The JSON Schema of a case, made from the vocabulary of a rulebook, for editors and for other programs.

It asks for the plain spelling of every value; the program also reads others, such as ``72 Hours``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from policyengine.case_reader import Shape, case_shape
from policyengine.rulebook import Fact, RecordList, Rulebook
from policyengine.values import ValueType

JsonObject: TypeAlias = dict[str, object]

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?"
_OFFSET = "(Z|[-+][0-9]{2}(:?[0-9]{2})?)?"
_UNITS = "(seconds?|minutes?|hours?|days?|weeks?|秒|秒钟|分钟|小时|个小时|天|日|周)"

_WHOLE = "-?(0|[1-9][0-9]*)"

# What a value of each type looks like; a choice is made from its values, a sum names the rulebook's currency.
_FORMS: Mapping[ValueType, JsonObject] = {
    ValueType.PERCENT: {"type": "string", "pattern": rf"^{_WHOLE}(\.[0-9]{{1,6}})? ?%$", "examples": ["5%"]},
    ValueType.COUNT: {"type": ["integer", "string"], "pattern": rf"^{_WHOLE}(\.0)?$", "examples": [3]},
    ValueType.NUMBER: {
        "type": ["number", "string"],
        "pattern": rf"^{_WHOLE}(\.[0-9]{{1,6}})?$",
        "examples": [1.5],
    },
    ValueType.BOOLEAN: {"enum": [True, False, "yes", "no", "true", "false", "是", "否"], "examples": [True]},
    ValueType.INSTANT: {
        "type": "string",
        "pattern": f"^{_DAY}[T ]{_CLOCK}{_OFFSET}$",
        "examples": ["2012-03-16T18:00:00+08:00"],
    },
    ValueType.DATE: {"type": "string", "pattern": f"^{_DAY}$", "examples": ["2012-03-16"]},
    ValueType.DURATION: {
        "type": "string",
        "pattern": f"^[0-9]+ ?{_UNITS}$",
        "examples": ["72 hours"],
    },
    ValueType.BUSINESS_DAYS: {
        "type": "string",
        "pattern": "^[0-9]+ ?(business days?|工作日|个工作日)$",
        "examples": ["4 business days"],
    },
    ValueType.TEXT: {"type": "string"},
}


def form_of(type: ValueType, currency: str) -> JsonObject:
    """Return what a value of a type, other than a choice, looks like."""
    if type is not ValueType.MONEY:
        return _FORMS[type]
    before, after = ("CNY|¥|￥", "元|CNY") if currency == "CNY" else (currency, currency)
    pattern = rf"^({before})? ?{_WHOLE}(\.[0-9]{{1,2}})? ?({after})?$"
    return {"type": ["string", "number"], "pattern": pattern, "examples": ["100.00"]}


def case_schema(rulebook: Rulebook) -> dict[str, object]:
    """Return a draft-07 JSON Schema of what a case of this rulebook can say."""
    names: JsonObject = {
        "$schema": {"type": "string", "description": "本文件的模式 / The schema of this file"},
        "case": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "案件编号 / Id of the case",
            "examples": ["LD-2012-031"],
        },
    }
    properties, dependencies = _parts(case_shape(rulebook), rulebook)
    schema: JsonObject = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": rulebook.title.joined,
        "description": "一个案件：发生了什么 / A case: what has happened",
        **_object({**names, **properties}, dependencies),
    }
    return schema


def _object(properties: JsonObject, dependencies: JsonObject) -> JsonObject:
    whole: JsonObject = {"type": "object", "properties": properties, "additionalProperties": False}
    if dependencies:
        whole["dependencies"] = dependencies
    return whole


def _parts(shape: Shape, rulebook: Rulebook) -> tuple[JsonObject, JsonObject]:
    """Return the properties of one level, and which of them need another one at the same level."""
    properties: JsonObject = {}
    dependencies: JsonObject = {}
    for name, part in sorted(shape.parts.items()):
        if isinstance(part, RecordList):
            properties[name] = _records(part, rulebook)
        elif isinstance(part, Shape):
            inner, needed = _parts(part, rulebook)
            if inner:  # a group of which a case can say nothing is left out
                properties[name] = _object(inner, needed)
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


def _value(fact: Fact, currency: str) -> JsonObject:
    described: JsonObject = {"description": fact.title.joined}
    if fact.type is not ValueType.CHOICE:
        return {**described, **form_of(fact.type, currency)}
    meanings = "; ".join(f"{choice.name}: {choice.title.joined}" for choice in fact.choices)
    described["description"] = f"{described['description']} ({meanings})"
    return {**described, "type": "string", "enum": [choice.name for choice in fact.choices]}
