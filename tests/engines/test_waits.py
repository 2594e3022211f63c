"""What the compiled engine finds on short ways is what the exact meaning finds, with every step."""

from __future__ import annotations

from collections import Counter

import pytest
from edits import load
from programs import compiled_of, program_of
from random_rulebooks import make_case, make_instant, make_rulebook
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import prepare
from policyengine.engines.compiled.exact import Exact
from policyengine.engines.compiled.run import Run
from policyengine.engines.program import Program, interpret
from policyengine.model.case import Case
from policyengine.semantics.findings import Known, Truth, Unknown


class Watched(Exact):
    """A memory that remembers which nodes it has computed with every step."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.layout, run.slots, run.case, run.as_of, run.records)
        self.computed: set[str] = set()

    def compute(self, node: str, record: int | None) -> None:
        """Compute a node."""
        self.computed.add(node)
        super().compute(node, record)


def compare(program: Program, run: Run, case: Case, as_of: int, ways: Counter[str]) -> None:
    """Hold everything that is open against the exact meaning; count by which way it was found.

    Each is asked for by itself, of a memory that knows nothing yet.
    """
    exact = interpret(program, case, as_of)
    for key, state in exact.values.items():
        if isinstance(state, Unknown):
            memory = Watched(run)
            assert memory.values[key] == state, key
            ways["whole" if run.layout.homes[key[0]] in memory.computed else "short"] += 1
    for key, resolved in exact.resolved.items():
        if isinstance(resolved.state, Known):
            assert run.winners(key) == resolved.winners, key
            ways["winners"] += bool(resolved.winners)
    for key, rule in exact.rules.items():
        if rule.truth is Truth.UNDETERMINED:
            memory = Watched(run)
            assert memory.rules[key] == rule, key
            ways["rule"] += 1


def test_short_ways_lead_to_what_the_exact_meaning_finds() -> None:
    ways: Counter[str] = Counter()
    for seed in range(9_000, 9_024):
        made = make_rulebook(seed)
        engine, program = compiled_of(made.rulebook, made.readings), program_of(made.rulebook, made.readings)
        for _ in range(2):
            case, as_of = make_case(made)
            for moment in (as_of, make_instant(made.random)):
                run = engine.run(case, moment)
                assert isinstance(run, Run)
                compare(program, run, case, moment, ways)
    assert ways["short"] > 50 and ways["whole"] > 10
    assert ways["rule"] > 20 and ways["winners"] > 20


def test_of_written_rulebooks_too() -> None:
    ways: Counter[str] = Counter()
    for seed in range(9_100, 9_108):
        written = write_rulebook(seed)
        model = load(written.files, written)
        assert model is not None
        rulebook = prepare(model, written.assume, "compiled", load="many")
        program = program_of(model, rulebook.readings)
        for _ in range(6):
            told = draw_case(written)
            case, _ = rulebook.reader.read_plain(case_data(written, told), "c")
            if case is not None:
                as_of = draw_moment(written, told)
                run = rulebook.engine.run(case, as_of)
                assert isinstance(run, Run)
                compare(program, run, case, as_of, ways)
    assert ways["short"] > 50 and ways["whole"] > 10
    assert ways["rule"] > 20


@pytest.mark.parametrize("deepest", [0, 1, 3])
def test_what_waits_for_much_is_computed_from_the_bottom_up(
    deepest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policyengine.engines.compiled.exact._DEEPEST", deepest)
    ways: Counter[str] = Counter()
    for seed in range(9_200, 9_212):
        made = make_rulebook(seed)
        engine, program = compiled_of(made.rulebook, made.readings), program_of(made.rulebook, made.readings)
        case, as_of = make_case(made)
        run = engine.run(case, as_of)
        assert isinstance(run, Run)
        compare(program, run, case, as_of, ways)
    assert ways.total() > 20
