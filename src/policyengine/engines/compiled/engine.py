"""The compiled engine: judges by generated source."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from policyengine.case import Case
from policyengine.engines.compiled.generate import Generated, generate
from policyengine.engines.compiled.run import Layout, Run
from policyengine.engines.compiled.support import Helpers, Slow
from policyengine.engines.memory import Program, seen_records
from policyengine.findings import Findings
from policyengine.values import local_day


class CompiledEngine:
    """Judges cases by a folded Plan; its source is generated when the first case comes."""

    name = "compiled"

    def __init__(self, program: Program) -> None:
        """Hold what is to be generated."""
        self.program = program

    @cached_property
    def generated(self) -> Generated:
        """The source of this program."""
        return generate(self.program.plan, self.program.world)

    @cached_property
    def _helpers(self) -> Helpers:
        return Helpers(self.program)

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.program, self.generated.slots)

    @cached_property
    def _judge(self) -> Callable[..., tuple[Any, ...]]:
        names = self._helpers.names(self.generated.constants)
        # The source is ours: names in it are made by `Names`, and values are written by `repr`.
        exec(compile(self.generated.source, f"<plan {self.program.plan.rulebook}>", "exec"), names)
        judge = names["judge"]
        assert callable(judge)
        return judge

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        program = self.program
        seen = {one.name: seen_records(one, case, as_of) for one in program.plan.lists}
        figures = case.figures.get if case.figures else None
        today = local_day(as_of, program.world.zone)
        slow = Slow(self._helpers, case)
        slots = self._judge(case.values.get, as_of, today, figures, case.records, seen, slow)
        return Run(self._layout, slots, seen, case, as_of)
