"""From the Plan of all readings to the Plan of one choice of readings, in which nothing asks ``Chosen``.

Conditions become as small as they get: what settles nothing is dropped, and everything beside what settles
all. The numbers and names of cells stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.compile.plan import (
    ALWAYS,
    NEVER,
    Aggregate,
    Amount,
    Apply,
    Band,
    Candidate,
    Cap,
    Cell,
    Choose,
    Chosen,
    Compute,
    Computed,
    Const,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Pause,
    Plan,
    Policy,
    Read,
    Rule,
    Same,
    Status,
    Stratum,
    Unsaid,
    Window,
)
from policyengine.frozen import kept, replace
from policyengine.values.counting import Aspect

Readings = Mapping[str, str]


def fold(plan: Plan, readings: Readings) -> Plan:
    """Return the Plan under the reading chosen for each assumption.

    Under those that the Plan names it is made once, and kept with the Plan.
    """
    chosen = tuple((id, readings[id]) for id, _ in plan.readings)
    return kept(plan, fold_as_usual) if chosen == plan.readings else _folded(plan, readings, chosen)


def fold_as_usual(plan: Plan) -> Plan:
    """Make the Plan under the readings that it names."""
    return _folded(plan, dict(plan.readings), plan.readings)


def _folded(plan: Plan, readings: Readings, chosen: tuple[tuple[str, str], ...]) -> Plan:
    return replace(
        plan,
        readings=chosen,
        policies=tuple(Policy(one.name, fold_expr(one.when, readings)) for one in plan.policies),
        strata=tuple(
            Stratum(
                tuple(fold_cell(cell, readings) for cell in stratum.cells),
                tuple(fold_rule(rule, readings) for rule in stratum.rules),
            )
            for stratum in plan.strata
        ),
    )


def fold_expr(expr: Expr, readings: Readings) -> Expr:
    """Return an expression under the readings."""
    match expr:
        case Const() | Read() | Unsaid():
            return expr
        case Chosen(assumption, wanted):
            return ALWAYS if readings[assumption] in wanted else NEVER
        case Choose(branches):
            return next(
                fold_expr(value, readings) for when, value in branches if fold_expr(when, readings) == ALWAYS
            )
        case Aggregate():
            return replace(
                expr,
                where=fold_expr(expr.where, readings),
                of=fold_expr(expr.of, readings),
                amount=_if_any(expr.amount, readings),
            )
        case Window():
            return replace(
                expr,
                start=fold_expr(expr.start, readings),
                end=fold_expr(expr.end, readings),
                length=fold_expr(expr.length, readings),
                counting=_counting(expr.counting, readings),
                follows=fold_expr(expr.follows, readings),
            )
        case Same(one=one, other=other):
            return replace(expr, one=fold_expr(one, readings), other=fold_expr(other, readings))
        case Apply("not", (part,)):
            return _negated(fold_expr(part, readings))
        case Apply("all" | "any"):
            return _joined(expr, readings)
        case Apply(op, args):
            return Apply(op, _exprs(args, readings))
        case Compute(op, args):
            return Compute(op, _exprs(args, readings))


def _exprs(exprs: tuple[Expr, ...], readings: Readings) -> tuple[Expr, ...]:
    return tuple(fold_expr(one, readings) for one in exprs)


def _counting(
    entries: tuple[tuple[Aspect, Expr], ...], readings: Readings
) -> tuple[tuple[Aspect, Expr], ...]:
    return tuple((aspect, fold_expr(how, readings)) for aspect, how in entries)


def _negated(expr: Expr) -> Expr:
    if expr in (ALWAYS, NEVER):
        return NEVER if expr == ALWAYS else ALWAYS
    return expr.args[0] if isinstance(expr, Apply) and expr.op == "not" else Apply("not", (expr,))


def _joined(expr: Apply, readings: Readings) -> Expr:
    """Drop the parts that settle nothing, and everything beside a part that settles all."""
    neutral, settling = (ALWAYS, NEVER) if expr.op == "all" else (NEVER, ALWAYS)
    parts: list[Expr] = []
    for part in _exprs(expr.args, readings):
        if part == settling:
            return settling
        if part != neutral:
            parts.extend(part.args if isinstance(part, Apply) and part.op == expr.op else (part,))
    if not parts:
        return neutral
    return parts[0] if len(parts) == 1 else Apply(expr.op, tuple(parts))


def fold_rule(rule: Rule, readings: Readings) -> Rule:
    """Return a rule under the readings."""
    return replace(rule, when=fold_expr(rule.when, readings))


def fold_cell(cell: Cell, readings: Readings) -> Cell:
    """Return a cell under the readings."""
    match cell:
        case Given():
            return replace(cell, missing=fold_expr(cell.missing, readings))
        case Derived():
            candidates = tuple(_candidate(one, readings) for one in cell.candidates)
            otherwise = None if cell.otherwise is None else fold_expr(cell.otherwise, readings)
            return replace(cell, candidates=candidates, otherwise=otherwise)
        case Parameter():
            return cell
        case Due():
            return replace(
                cell,
                when=fold_expr(cell.when, readings),
                start=fold_expr(cell.start, readings),
                length=None if cell.length is None else fold_expr(cell.length, readings),
                ends=None if cell.ends is None else fold_expr(cell.ends, readings),
                pauses=tuple(_pause(one, readings) for one in cell.pauses),
                zone=None if cell.zone is None else fold_expr(cell.zone, readings),
                counting=_counting(cell.counting, readings),
                follows=fold_expr(cell.follows, readings),
            )
        case Status():
            acts, stops = _exprs(cell.acts, readings), _exprs(cell.stops, readings)
            return replace(cell, acts=acts, stops=stops, end=fold_expr(cell.end, readings))
        case Amount():
            return _amount(cell, readings)
        case Computed():
            return replace(cell, value=fold_expr(cell.value, readings))


def _if_any(expr: Expr | None, readings: Readings) -> Expr | None:
    return None if expr is None else fold_expr(expr, readings)


def _pause(pause: Pause, readings: Readings) -> Pause:
    begin, end = fold_expr(pause.begin, readings), fold_expr(pause.end, readings)
    if pause.question is None:
        return Pause(begin, end, None)
    # A condition that is settled leaves the list: each of its records is a pause, or none is.
    return Pause(begin, end, replace(pause.question, where=fold_expr(pause.question.where, readings)))


def _candidate(one: Candidate, readings: Readings) -> Candidate:
    value, applies = fold_expr(one.value, readings), fold_expr(one.applies, readings)
    return replace(one, value=value, applies=applies)


def _amount(cell: Amount, readings: Readings) -> Amount:
    return replace(
        cell,
        when=fold_expr(cell.when, readings),
        base=_if_any(cell.base, readings),
        plus=_exprs(cell.plus, readings),
        minus=_exprs(cell.minus, readings),
        rate=_if_any(cell.rate, readings),
        floor=_if_any(cell.floor, readings),
        times=_exprs(cell.times, readings),
        divided_by=_exprs(cell.divided_by, readings),
        bands=tuple(Band(_if_any(one.limit, readings), fold_expr(one.rate, readings)) for one in cell.bands),
        formula=_if_any(cell.formula, readings),
        caps=tuple(Cap(fold_expr(cap.when, readings), fold_expr(cap.limit, readings)) for cap in cell.caps),
    )
