"""What a part of the typed rulebook is under the reading chosen for each assumption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policyengine.frozen import replace
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Condition,
    Constant,
    Count,
    Not,
    Operand,
    Pick,
    ReadingIs,
    Ref,
    Same,
    Some,
    Test,
    Window,
)
from policyengine.model.counting import CountingRule
from policyengine.values.counting import Counting

Readings = Mapping[str, str]


def choose_operand(operand: Operand, readings: Readings) -> Ref | Constant:
    """Return what an operand is under the readings."""
    while isinstance(operand, ByReading):
        operand = choose_once(operand, readings)
    return operand


def choose_once(operand: ByReading, readings: Readings) -> Operand:
    """Return what an operand is under the reading of its assumption; others may be asked for in turn."""
    return next(one for reading, one in operand.readings if reading == readings[operand.assumption])


def choose_condition(condition: Condition, readings: Readings) -> Condition:
    """Return the condition under the readings; ``All(())`` is true and ``Any(())`` false."""
    match condition:
        case Test():
            return replace(condition, operands=_operands(condition.operands, readings))
        case Window(length=length, anchor=anchor):
            length, anchor = (choose_operand(one, readings) for one in (length, anchor))
            return replace(condition, length=length, anchor=anchor)
        case Same(anchor=anchor):
            return replace(condition, anchor=choose_operand(anchor, readings))
        case ReadingIs(assumption, chosen, span):
            return All((), span) if readings[assumption] in chosen else Any((), span)
        case All() | Any():
            return _simplified(condition, readings)
        case Not(part, span):
            inner = choose_condition(part, readings)
            return inner.part if isinstance(inner, Not) else Not(inner, span)
        case Some():
            return replace(condition, where=choose_condition(condition.where, readings))
        case Count():
            where = choose_condition(condition.where, readings)
            of = None if condition.of is None else choose_operand(condition.of, readings)
            return replace(condition, where=where, operands=_operands(condition.operands, readings), of=of)
        case Pick():
            where = choose_condition(condition.where, readings)
            return replace(condition, where=where, then=choose_condition(condition.then, readings))


def _operands(operands: tuple[Operand, ...], readings: Readings) -> tuple[Operand, ...]:
    return tuple(choose_operand(operand, readings) for operand in operands)


def _simplified(condition: All | Any, readings: Readings) -> Condition:
    """Drop the parts that settle nothing, and everything beside a part that settles all."""
    kind = type(condition)
    neutral, settling = (is_true, is_false) if kind is All else (is_false, is_true)
    parts: list[Condition] = []
    for part in condition.parts:
        chosen = choose_condition(part, readings)
        if settling(chosen):
            return chosen
        if neutral(chosen):
            continue
        parts.extend(chosen.parts if isinstance(chosen, kind) else (chosen,))
    return parts[0] if len(parts) == 1 else kind(tuple(parts), condition.span)


def is_true(condition: Condition) -> bool:
    """Tell whether a simplified condition is always true."""
    match condition:
        case All(parts):
            return not parts
        case Not(part):
            return is_false(part)
        case _:
            return False


def is_false(condition: Condition) -> bool:
    """Tell whether a simplified condition is always false."""
    match condition:
        case Any(parts):
            return not parts
        case Not(part):
            return is_true(part)
        case _:
            return False


def choose_counting(rules: Iterable[CountingRule], readings: Readings) -> Counting:
    """Return how time is counted under the readings."""
    chosen: dict[str, str] = {}
    for rule in rules:
        reading = "" if rule.assumption is None else readings[rule.assumption]
        chosen[rule.aspect] = next(choice for of, choice in rule.choices if of == reading)
    return Counting(**chosen)  # type: ignore[arg-type]  # the parser let only words of each aspect pass
