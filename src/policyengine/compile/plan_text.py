"""A Plan for people: one line for each cell and rule, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from policyengine.compile.plan import (
    ALWAYS,
    NEVER,
    TRUTH,
    Aggregate,
    Amount,
    Apply,
    Cell,
    Choose,
    Chosen,
    Compute,
    Computed,
    Const,
    Dated,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Pause,
    Plan,
    Read,
    RecordList,
    Rule,
    Same,
    Sort,
    Status,
    Unsaid,
    Window,
)
from policyengine.values.currencies import Currency
from policyengine.values.literals import Value, ValueType, format_value

_SIGNS = {"eq": "=", "ge": ">=", "le": "<=", "gt": ">", "lt": "<"}


def plan_text(plan: Plan) -> str:
    """Return the text of a Plan."""
    return "\n".join(_Writer(plan).lines()) + "\n"


def expr_text(expr: Expr, plan: Plan) -> str:
    """Return the text of an expression of a Plan."""
    return _Writer(plan).expr(expr)


class _Writer:
    """The writing of one Plan; instants are shown in its zone."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.zone = ZoneInfo(plan.zone)
        self.currency = Currency(plan.currency, plan.places)

    def lines(self) -> Iterator[str]:
        plan = self.plan
        yield f"plan {plan.rulebook}  zone {plan.zone}  calendar {plan.calendar}  currency {plan.currency}"
        yield from (f"reading {assumption} = {reading}" for assumption, reading in plan.readings)
        yield from map(self._list, plan.lists)
        for policy in plan.policies:
            yield f"policy {policy.name}: {self.expr(policy.when)}"
        for number, stratum in enumerate(plan.strata):
            yield f"stratum {number}"
            yield from (f"  {self._cell(cell)}" for cell in stratum.cells)
            yield from (f"  {self._rule(rule)}" for rule in stratum.rules)

    def _list(self, listed: RecordList) -> str:
        dated = f"  dated by {listed.dated_by}" if listed.dated_by else ""
        return f"list {listed.name}{dated}" + ("  empty if missing" if listed.is_empty_if_missing else "")

    def _rule(self, rule: Rule) -> str:
        return f"rule {rule.name}{_each(rule.listed)} [policy {rule.policy}] when {self.expr(rule.when)}"

    # ---------- cells

    def _cell(self, cell: Cell) -> str:
        match cell:
            case Given():
                return self._given(cell)
            case Derived():
                return self._derived(cell)
            case Parameter():
                return self._parameter(cell)
            case Due():
                return self._due(cell)
            case Status():
                return self._status(cell)
            case Amount():
                return self._amount(cell)
            case Computed():
                return f"computed {cell.name}{_each(cell.listed)}: {cell.sort} = {self.expr(cell.value)}"

    def _given(self, cell: Given) -> str:
        parts = [f"given {cell.name}{_each(cell.listed)}: {cell.sort}"]
        parts += ["planned"] if cell.planned else []
        parts += [] if cell.dated_by is None else [f"dated by {cell.dated_by.name}"]
        parts += [] if cell.missing == Unsaid() else [f"if missing {self.expr(cell.missing)}"]
        parts += [f"{operator} {self.expr(limit)}" for operator, limit in cell.bounds]
        return "  ".join(parts)

    def _derived(self, cell: Derived) -> str:
        overrides = dict(cell.overrides)
        ways = [
            f"{one.rule}{_each(one.each)} -> {self.expr(one.value)}"
            + (f" beats {', '.join(overrides[one.rule])}" if one.rule in overrides else "")
            for one in cell.candidates
        ]
        ways += [] if cell.otherwise is None else [f"otherwise {self.expr(cell.otherwise)}"]
        combined = "" if cell.combine is None else f"{cell.combine} of "
        return f"derived {cell.name}{_each(cell.listed)}: {cell.sort} = {combined}{'; '.join(ways) or 'none'}"

    def _parameter(self, cell: Parameter) -> str:
        values = [" ".join((*_days(one), self._value(one.value, cell.sort))) for one in cell.values]
        by = "" if cell.by is None else f" by {self.expr(cell.by)}"
        head = f"parameter {cell.name}{_each(cell.listed)}: {cell.sort}{by}"
        return f"{head} = {'; '.join(values) or 'not given'}"

    def _due(self, cell: Due) -> str:
        counting = "".join(f", {aspect} {self.expr(how)}" for aspect, how in cell.counting)
        counting += "" if cell.zone is None else f", zone {self.expr(cell.zone)}"
        follows = self._follows(cell.follows)
        when = self._where(cell.policy, cell.when)
        if cell.ends is not None:
            text = f"from {self.expr(cell.start)} until {self.expr(cell.ends)}"
            if cell.length is not None:
                text = f"{text} less {self.expr(cell.length)}{counting}"
            return f"due {cell.name}{_each(cell.listed)} = {text}{when}"
        length = "" if cell.length is None else self.expr(cell.length)
        pauses = "".join(f"  without {self._pause(one)}" for one in cell.pauses)
        added = f"add_length({self.expr(cell.start)}, {length}{counting}{follows})"
        return f"due {cell.name}{_each(cell.listed)} = {added}{pauses}{when}"

    def _pause(self, pause: Pause) -> str:
        text = f"[{self.expr(pause.begin)}, {self.expr(pause.end)})"
        if pause.question is None:
            return text
        where = "" if pause.question.where == ALWAYS else f" where {self.expr(pause.question.where)}"
        return f"{text} of each of {pause.question.listed}{where}"

    def _status(self, cell: Status) -> str:
        parts = [f"deadline {cell.name}{_each(cell.listed)}"]
        parts += [f"met by {self._joined(cell.acts)}"] if cell.acts else []
        parts += [f"stopped by {self._joined(cell.stops)}"] if cell.stops else []
        return "  ".join((*parts, f"end {self.expr(cell.end)}", f"else {cell.over}"))

    def _amount(self, cell: Amount) -> str:
        text = self._sum(cell)
        factors = [f" * {self.expr(one)}" for one in cell.times]
        factors += [f" / {self.expr(one)}" for one in cell.divided_by]
        factors += [] if cell.rate is None else [f" * {self.expr(cell.rate)}"]
        if factors:
            text = f"({text}){''.join(factors)}"
        if cell.bands:
            text = f"bands({text}, {'whole' if cell.of_the_whole else 'parts'}; {self._bands(cell)})"
        if cell.step != 1:
            text = f"exact({text})" if cell.step == 0 else f"{cell.rounding}({text}, {cell.step})"
        elif factors or cell.bands or cell.formula is not None:
            text = f"{cell.rounding}({text})"
        floor = "" if cell.floor is None else f"  floor {self.expr(cell.floor)}"
        caps = "".join(
            f"  cap {self.expr(cap.limit)}" + ("" if cap.when == ALWAYS else f" if {self.expr(cap.when)}")
            for cap in cell.caps
        )
        where = self._where(cell.policy, cell.when)
        sort = "" if cell.sort == ValueType.MONEY.value else f": {cell.sort}"
        return f"amount {cell.name}{_each(cell.listed)}{sort} = {text}{floor}{caps}{where}"

    def _sum(self, cell: Amount) -> str:
        if cell.formula is not None or cell.base is None:
            return "" if cell.formula is None else self.expr(cell.formula)
        text = " + ".join(self.expr(one) for one in (cell.base, *cell.plus))
        return text + "".join(f" - {self.expr(one)}" for one in cell.minus)

    def _bands(self, cell: Amount) -> str:
        return "; ".join(
            f"{'above' if one.limit is None else f'up to {self.expr(one.limit)}'}: {self.expr(one.rate)}"
            for one in cell.bands
        )

    def _where(self, policy: str | None, when: Expr) -> str:
        scope = "" if policy is None else f"  [policy {policy}]"
        return scope if when == ALWAYS else f"{scope} when {self.expr(when)}"

    # ---------- expressions

    def expr(self, expr: Expr) -> str:
        match expr:
            case Const(None):
                return "none"
            case Const(value, sort):
                return self._value(value, sort) if value is not None else "none"
            case Unsaid():
                return "unknown"
            case Read(name, listed, _, this, midnight):
                shown = name if listed is None else f"{name}[{'this' if this else 'here'}]"
                return f"start_of_day({shown})" if midnight else shown
            case Chosen(assumption, readings):
                return f"{assumption} is {' or '.join(readings)}"
            case Choose(branches):
                ways = "; ".join(f"{self.expr(when)} -> {self.expr(value)}" for when, value in branches)
                return f"choose({ways})"
            case Aggregate():
                return self._aggregate(expr)
            case Apply():
                return self._apply(expr)
            case Compute("edge", (subject, Const(edge))):
                return f"edge({self.expr(subject)}, {edge})"
            case Compute(op, args):
                return f"{op}({self._joined(args)})"
            case Window():
                return self._window(expr)
            case Same(period, one, other):
                return f"same_{period.removeprefix('calendar_')}({self.expr(one)}, {self.expr(other)})"

    def _window(self, expr: Window) -> str:
        start, end = self.expr(expr.start), self.expr(expr.end)
        counting = "".join(f", {aspect} {self.expr(how)}" for aspect, how in expr.counting)
        length = f"add_length({start}, {self.expr(expr.length)}{counting}{self._follows(expr.follows)})"
        order = "<" if expr.is_strict else "<="
        return f"({start} {order} {end} and {end} {expr.how} {length})"

    def _follows(self, follows: Expr) -> str:
        return "" if follows == NEVER else f", follows if {self.expr(follows)}"

    def _apply(self, expr: Apply) -> str:
        match expr:
            case Apply("all" | "any" as op, args):
                word = " and " if op == "all" else " or "
                return f"({word.join(self.expr(one) for one in args)})"
            case Apply("not", (part,)):
                return f"not {self.expr(part)}"
            case Apply("has", (part,)):
                return f"has({self.expr(part)})"
            case Apply("during", (left, Const(season))):
                return f"{self.expr(left)} during {season}"
            case Apply("in", (left, *others)):
                return f"{self.expr(left)} in ({self._joined(others)})"
            case Apply(op, (left, right)):
                return f"{self.expr(left)} {_SIGNS[op]} {self.expr(right)}"
            case _:
                raise ValueError(f"no expression of a plan: {expr}")

    def _aggregate(self, expr: Aggregate) -> str:
        where = "" if expr.where == ALWAYS else f" where {self.expr(expr.where)}"
        word = "is" if expr.sort == TRUTH and not expr.is_tally else "of"
        of = "" if expr.how in ("any", "count") else f" {word} {self.expr(expr.of)}"
        of += " descending" if expr.descending else ""
        of += "" if expr.amount is None else f" amount {self.expr(expr.amount)}"
        among = "" if expr.among == "all" else f"{expr.among} "
        return f"{expr.how}({among}{expr.listed}{where}{of})"

    def _joined(self, exprs: Iterable[Expr]) -> str:
        return ", ".join(self.expr(one) for one in exprs)

    def _value(self, value: Value, sort: Sort) -> str:
        if isinstance(value, bool):
            yes, no = ("true", "false") if sort == TRUTH else ("yes", "no")
            return yes if value else no
        if sort == ValueType.INSTANT.value and isinstance(value, int):
            return datetime.fromtimestamp(value, UTC).astimezone(self.zone).isoformat()
        if sort in (ValueType.TEXT.value, ValueType.CHOICE.value, ValueType.TIME_ZONE.value):
            return repr(value)
        return str(format_value(value, ValueType(sort), self.zone, self.currency))


def _days(value: Dated) -> Iterator[str]:
    for word, day in (("from", value.start), ("until", value.end)):
        if day is not None:
            yield f"{word} {date.fromordinal(day)}"
    if value.season is not None:
        yield f"every year {value.season.text}"


def _each(listed: str | None) -> str:
    return "" if listed is None else f"[each of {listed}]"
