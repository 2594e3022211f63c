"""The compiled engine: judges by generated source.

What generates it is imported when there are so many cases that source pays: one case waits for nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from policyengine.compile.plan import Given, RecordList
from policyengine.engines.memory import seen_records
from policyengine.engines.program import Program, interpret
from policyengine.model.case import Case, Key
from policyengine.semantics.findings import Findings
from policyengine.values.literals import Value, local_day

if TYPE_CHECKING:
    from policyengine.engines.compiled.generate import Generated
    from policyengine.engines.compiled.marks import Raw
    from policyengine.engines.compiled.run import Layout
    from policyengine.engines.compiled.support import Helpers

FEW = 64
"""To generate and compile the source takes as long as to judge so many cases by the Plan itself."""

FEW_OF_MANY = 8
"""The same of a part of the Plan where many cases are judged: nearly every part will be asked often."""


class CompiledEngine:
    """Judges cases by a folded Plan; its source is generated when there are many cases to judge."""

    name = "compiled"

    def __init__(self, program: Program, few: int = 0) -> None:
        """Hold what is to be generated; so few cases are judged by the Plan itself, before it pays."""
        self.program = program
        self.left = few
        self._few_of_part = FEW if few else FEW_OF_MANY

    @cached_property
    def generated(self) -> Generated:
        """The source of this program."""
        from policyengine.engines.compiled.generate import generate

        return generate(self.program.plan, self.program.world)

    @cached_property
    def _helpers(self) -> Helpers:
        from policyengine.engines.compiled.support import Helpers

        return Helpers(self.program, self.generated.dispatches)

    @cached_property
    def _layout(self) -> Layout:
        from policyengine.engines.compiled.run import Layout
        from policyengine.engines.compiled.ways.short import ShortWays

        ways = ShortWays(self.program, self.generated.slots, self.generated.dispatches)
        return Layout(self.program, self.generated.slots, self.generated.dispatches, ways)

    @cached_property
    def _judge(self) -> Callable[..., tuple[Any, ...]]:
        names = self._helpers.names(self.generated.constants, self.generated.windows)
        # The source is ours: names in it are made by `Names`, and values are written by `repr`.
        exec(compile(self.generated.source, f"<plan {self.program.plan.rulebook}>", "exec"), names)
        judge = names["judge"]
        assert callable(judge)
        return judge

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        if self.left > 0:
            self.left -= 1
            return interpret(self.program, case, as_of)
        today = local_day(as_of, self.program.world.zone) if self._has_dates else 0
        silent, places = self._inputs
        inputs = silent.copy()
        told = case.values
        items: Iterable[tuple[Key, Value]] = told.items()
        if len(told) > len(places):  # a part asks for little of a case
            items = [(key, told[key]) for key in places if key in told]
        for key, value in items:
            place = places.get(key)
            if place is not None:
                number, sort = place
                if sort and value > (as_of if sort == "instant" else today):  # type: ignore[operator]
                    inputs[number] = None
                else:
                    inputs[number] = value
        seen = self._silent.copy()
        for name in case.records:
            seen[name] = seen_records(self._lists[name], case, as_of)
        figures = case.figures.get if case.figures else None
        slow = self._helpers.slow(case)
        slots = self._judge(inputs, case.values.get, as_of, today, figures, case.records, seen, slow)
        return self._layout.run(slots, seen, case, as_of)

    def part(self, nodes: Collection[str]) -> CompiledEngine:
        """Return the engine of a part of the Plan, whose source is generated when it is asked often."""
        whole = sum(len(one.cells) + len(one.rules) for one in self.program.plan.strata)
        return self if 2 * len(nodes) > whole else CompiledEngine(self.program.part(nodes), self._few_of_part)

    @cached_property
    def _inputs(self) -> tuple[list[Raw], dict[Key, tuple[int, str]]]:
        return self._helpers.inputs_of(self.generated.inputs)

    @cached_property
    def _lists(self) -> dict[str, RecordList]:
        return {one.name: one for one in self.program.plan.lists}

    @cached_property
    def _silent(self) -> dict[str, tuple[int, ...] | None]:
        """The records of a case that tells of no list."""
        return {one.name: () if one.is_empty_if_missing else None for one in self.program.plan.lists}

    @cached_property
    def _has_dates(self) -> bool:
        cells = (cell for stratum in self.program.plan.strata for cell in stratum.cells)
        return any(isinstance(cell, Given) and cell.sort == "date" for cell in cells)
