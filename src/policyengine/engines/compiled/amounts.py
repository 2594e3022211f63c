"""Amounts as source."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.compile.plan import Amount
from policyengine.engines.compiled.expressions import ALWAYS, Condition, Scope, Traits, Value
from policyengine.engines.compiled.source import Source, tuple_of
from policyengine.semantics.amounts import RAW_UNITS


def write_amount(source: Source, cell: Amount, place: str, exists_if: Condition) -> Traits:
    """Write an amount, where it exists."""
    variable = source.slots[cell.name] + place
    exists = source.names.new("exists")
    parts = _Parts(source.scope, cell)
    source.write(f"{exists} = {exists_if.as_number}")
    source.write(f"{variable} = None")
    known = [f"{one.text} is not None" for one in parts.factors if one.may_be_absent]
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
            args = parts.arguments(applies, place[1:-1] or "None")
            with source.block(f"if {' or '.join(unknown)}:"):
                source.write(f"{variable} = slow.amount({cell.name!r}, {args})")
            with source.block("else:"):
                _write_sum(source, cell, variable, parts, applies)
        else:
            _write_sum(source, cell, variable, parts, applies)
        if not exists_if.is_two_valued:
            source.write(f"if {exists} == 1 and {variable} is not None: {variable} = U")
    return Traits("UV" if unknown else "" if exists_if.is_two_valued else "U", True)


def _write_sum(source: Source, cell: Amount, variable: str, parts: _Parts, applies: Sequence[str]) -> None:
    """Write an amount of which every part is known."""
    text = " + ".join(one.text for one in parts.added)
    text += "".join(f" - {one.text}" for one in parts.taken)
    if parts.rate is not None:
        text = f"ROUND(({text}) * {parts.rate.text}, {RAW_UNITS}, {cell.rounding!r})"
    total = source.names.new("total")
    source.write(f"{total} = {text}")
    if parts.floor is not None:
        floor = parts.floor
        known = f"{floor.text} is not None and " if floor.may_be_absent else ""
        source.write(f"if {known}{total} < {floor.text}: {total} = {floor.text}")
    for name, (when, limit) in zip(applies, parts.caps, strict=True):
        tests = [] if when == ALWAYS else [f"{name} == 3"]
        tests += [f"{limit.text} is not None"] if limit.may_be_absent else []
        tests.append(f"{total} > {limit.text}")
        source.write(f"if {' and '.join(tests)}: {total} = {limit.text}")
    source.write(f"{variable} = {total}")


class _Parts:
    """The parts of an amount as sources."""

    def __init__(self, scope: Scope, cell: Amount) -> None:
        self.added = [scope.value(one) for one in (cell.base, *cell.plus)]
        self.taken = [scope.value(one) for one in cell.minus]
        self.rate = None if cell.rate is None else scope.value(cell.rate)
        self.floor = None if cell.floor is None else scope.value(cell.floor)
        self.caps = [(scope.condition(cap.when), scope.value(cap.limit)) for cap in cell.caps]

    @property
    def factors(self) -> list[Value]:
        """The parts without which there is no amount."""
        return [*self.added, *self.taken, *(() if self.rate is None else (self.rate,))]

    @property
    def all(self) -> list[Value]:
        """All parts."""
        floor = () if self.floor is None else (self.floor,)
        return [*self.factors, *floor, *(limit for _, limit in self.caps)]

    def arguments(self, applies: Sequence[str], record: str) -> str:
        """Return the source of the arguments of ``slow.amount``; ``applies`` are whether the caps apply."""
        pairs = (f"({name}, {limit.text}), " for name, (_, limit) in zip(applies, self.caps, strict=True))
        rate, floor = ("None" if one is None else one.text for one in (self.rate, self.floor))
        return ", ".join(
            (tuple_of(self.added), tuple_of(self.taken), rate, floor, f"({''.join(pairs)})", record)
        )
