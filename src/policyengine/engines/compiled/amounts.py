"""Amounts as source."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.compile.plan import Amount, Read
from policyengine.engines.closures import leaves_of
from policyengine.engines.compiled.expressions import ALWAYS, Condition, Scope, Traits, Value
from policyengine.engines.compiled.source import Source, tuple_of
from policyengine.engines.program import unit_of_expr


def write_amount(source: Source, cell: Amount, place: str, exists_if: Condition) -> Traits:
    """Write an amount, where it exists."""
    variable = source.slots[cell.name] + place
    exists = source.names.new("exists")
    parts = _Parts(source.scope, cell)
    source.write(f"{exists} = {exists_if.as_number}")
    source.write(f"{variable} = None")
    known = [f"{one.text} is not None" for one in parts.needed if one.may_be_absent]
    with source.block(f"if {' and '.join((exists, *known))}:"):
        applies = [source.names.new("applies") for _ in parts.caps]
        for name, (when, _) in zip(applies, parts.caps, strict=True):
            source.write(f"{name} = {when.as_number}")
        unknown = [one.is_unknown for one in parts.all if one.marks]
        unknown += [
            f"{name} == 1"
            for name, (when, _) in zip(applies, parts.caps, strict=True)
            if not when.is_two_valued
        ]
        if unknown:
            truths = f"({''.join(name + ', ' for name in applies)})"
            args = f"{tuple_of(parts.all)}, {truths}, {place[1:-1] or 'None'}"
            with source.block(f"if {' or '.join(unknown)}:"):
                source.write(f"{variable} = slow.amount({cell.name!r}, {args})")
            with source.block("else:"):
                _write_known(source, cell, variable, parts, applies)
        else:
            _write_known(source, cell, variable, parts, applies)
        if not exists_if.is_two_valued:
            source.write(f"if {exists} == 1 and {variable} is not None: {variable} = U")
    return Traits("UV" if unknown else "" if exists_if.is_two_valued else "U", True)


def _write_known(source: Source, cell: Amount, variable: str, parts: _Parts, applies: Sequence[str]) -> None:
    """Write an amount of which every part is known."""
    total = source.names.new("total")
    if cell.formula is not None or cell.bands:
        source.write(f"{total} = CALCULATIONS[{cell.name!r}]({tuple_of(parts.calculated)})")
        with source.block(f"if {total} is not None:"):
            _write_limits(source, total, variable, parts, applies)
    elif parts.divisors:
        by = " and ".join(one.key for one in parts.divisors)
        source.write(f"{total} = {_product(cell, parts)} if {by} else None")
        with source.block(f"if {total} is not None:"):
            _write_limits(source, total, variable, parts, applies)
    else:
        source.write(f"{total} = {_product(cell, parts)}")
        _write_limits(source, total, variable, parts, applies)


def _product(cell: Amount, parts: _Parts) -> str:
    """Return the source of the rounded product."""
    text = " + ".join(one.key for one in parts.added)
    text += "".join(f" - {one.key}" for one in parts.taken)
    factors = [*parts.times, *([] if parts.rate is None else [parts.rate])]
    exprs = [*cell.times, *([] if cell.rate is None else [cell.rate])]
    if not factors and not parts.divisors and cell.step == 1 and not parts.may_be_fraction:
        return text
    unit, by = 1, 1
    for expr in exprs:
        unit *= unit_of_expr(expr)
    for expr in cell.divided_by:
        by *= unit_of_expr(expr)
    numerator = "".join((f"({text})", *(f" * {one.key}" for one in factors), f" * {by}" if by > 1 else ""))
    denominator = " * ".join((str(unit), *(one.key for one in parts.divisors)))
    return f"ROUND({numerator}, {denominator}, {cell.rounding!r}, {cell.step})"


def _write_limits(source: Source, total: str, variable: str, parts: _Parts, applies: Sequence[str]) -> None:
    """Write the floor and the caps of a rounded amount."""
    if parts.floor is not None:
        floor = parts.floor
        known = f"{floor.text} is not None and " if floor.may_be_absent else ""
        source.write(f"if {known}{total} < {floor.key}: {total} = {floor.key}")
    for name, (when, limit) in zip(applies, parts.caps, strict=True):
        tests = [] if when == ALWAYS else [f"{name} == 3"]
        tests += [f"{limit.text} is not None"] if limit.may_be_absent else []
        tests.append(f"{total} > {limit.key}")
        source.write(f"if {' and '.join(tests)}: {total} = {limit.key}")
    source.write(f"{variable} = {f'LENGTH({total})' if parts.is_length else total}")


class _Parts:
    """The parts of an amount as sources."""

    def __init__(self, scope: Scope, cell: Amount) -> None:
        self.is_length = cell.sort == "duration"
        self.may_be_fraction = any(
            isinstance(one, Read) and one.name in scope.exact for one in (*cell.parts, *cell.limits)
        )
        """Whether a part could be an exact step of a calculation, which is a fraction."""
        base = [] if cell.base is None else [cell.base]
        self.added = [scope.value(one) for one in (*base, *cell.plus)]
        self.taken = [scope.value(one) for one in cell.minus]
        self.times = [scope.value(one) for one in cell.times]
        self.divisors = [scope.value(one) for one in cell.divided_by]
        self.rate = None if cell.rate is None else scope.value(cell.rate)
        bands = [one for band in cell.bands for one in (band.limit, band.rate) if one is not None]
        self.bands = [scope.value(one) for one in bands]
        self.met = [] if cell.formula is None else [scope.value(one) for one in leaves_of(cell.formula)]
        self.floor = None if cell.floor is None else scope.value(cell.floor)
        self.caps = [(scope.condition(cap.when), scope.value(cap.limit)) for cap in cell.caps]

    @property
    def factors(self) -> list[Value]:
        """The terms and factors."""
        rate = () if self.rate is None else (self.rate,)
        return [*self.added, *self.taken, *self.times, *self.divisors, *rate]

    @property
    def needed(self) -> list[Value]:
        """The parts without which there is no amount: of a band only those that have a part of the sum."""
        return [*self.factors, *self.met]

    @property
    def calculated(self) -> list[Value]:
        """What a formula, or bands, are calculated from."""
        return [*self.factors, *self.bands, *self.met]

    @property
    def all(self) -> list[Value]:
        """All parts, in the order of :class:`policyengine.engines.compiled.support.AmountParts`."""
        floor = () if self.floor is None else (self.floor,)
        return [*self.calculated, *floor, *(limit for _, limit in self.caps)]
