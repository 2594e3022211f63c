"""Which engine judges: one of three that always agree, chosen by what there is to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from policyengine.compile.plan import Plan
from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Engine

EngineName = Literal["auto", "durable", "compiled", "reference"]
ENGINES: tuple[EngineName, ...] = ("auto", "durable", "compiled", "reference")
Load = Literal["one", "few", "many"]
"""How much there is to judge: one case, perhaps a few, or so many that generating source for them pays."""


class ChosenEngine(Frozen):
    """An engine with its version; ``notice`` says why it is not the one that is usual."""

    engine: Engine
    version: str
    notice: Message | None


def choose_engine(
    book: Rulebook, readings: Mapping[str, str], plan: Plan, name: EngineName, load: Load
) -> ChosenEngine:
    """Return the engine that was asked for; ``auto`` is durable-rules for one case and compiled for many.

    ``plan`` is that of the rulebook. Raises EngineUnavailable when the engine cannot run here; ``auto`` then
    takes the compiled one and says so.
    """
    from policyengine.version import __version__

    if name == "reference":
        from policyengine.semantics.reference import Reference

        return ChosenEngine(Reference(book, readings), __version__, None)
    from policyengine.compile.fold import fold
    from policyengine.engines.program import Program
    from policyengine.engines.world import World

    program = Program(fold(plan, readings), World(book.zone, book.calendar))
    notice: Message | None = None
    if name == "durable" or (name == "auto" and load == "one"):
        from policyengine.engines.durable.ruleset import TESTED_VERSION, EngineUnavailable

        try:
            from policyengine.engines.durable.engine import DurableEngine

            return ChosenEngine(DurableEngine(program), TESTED_VERSION, None)
        except EngineUnavailable as reason:
            if name == "durable":
                raise
            notice = message("the compiled engine judges, because {reason}", reason=reason.message)
    from policyengine.engines.compiled.engine import FEW, CompiledEngine

    few = FEW if name == "auto" and load != "many" else 0
    return ChosenEngine(CompiledEngine(program, few), __version__, notice)
