"""What engines start from, made from a rulebook and its readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from policyengine.compile.fold import fold
from policyengine.compile.lower import lower_rulebook
from policyengine.engines.compiled.engine import CompiledEngine
from policyengine.engines.durable.engine import DurableEngine
from policyengine.engines.program import Program
from policyengine.engines.world import World
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Engine, Findings


class Counting:
    """An engine, and its parts, whose judgements are counted: ``runs``, and the ``nodes`` that they judge."""

    def __init__(self, engine: Engine, counted: Counter[str], size: int = 0) -> None:
        """``size`` is how many nodes the engine judges."""
        self.engine = engine
        self.counted = counted
        self.size = size
        self.name = engine.name

    def run(self, case: Case, as_of: int) -> Findings:
        self.counted["runs"] += 1
        self.counted["nodes"] += self.size
        return self.engine.run(case, as_of)

    def part(self, nodes: Collection[str]) -> Counting:
        return Counting(self.engine.part(nodes), self.counted, len(nodes))


def program_of(book: Rulebook, readings: Mapping[str, str]) -> Program:
    """Return the program of a rulebook under its readings."""
    return Program(fold(lower_rulebook(book), readings), World(book.zone, book.calendar))


def durable_of(book: Rulebook, readings: Mapping[str, str]) -> DurableEngine:
    """Return the engine of forward chaining."""
    return DurableEngine(program_of(book, readings))


def compiled_of(book: Rulebook, readings: Mapping[str, str], few: int = 0) -> CompiledEngine:
    """Return the engine of generated source, which judges so few cases by the Plan itself."""
    return CompiledEngine(program_of(book, readings), few)
