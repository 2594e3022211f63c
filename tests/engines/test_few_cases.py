"""Before source pays, cases are judged by the Plan itself; files of many cases never are."""

from __future__ import annotations

from programs import compiled_of
from random_rulebooks import make_case, make_rulebook, random_value

from policyengine.compile.lower import lower_rulebook
from policyengine.engines.choice import Load, choose_engine
from policyengine.engines.compiled.engine import CompiledEngine
from policyengine.engines.compiled.run import Run
from policyengine.frozen import replace
from policyengine.semantics.findings import Concluded, Known
from policyengine.semantics.reference import Reference


def test_the_first_case_of_a_file_is_judged_by_the_source_that_judges_the_last() -> None:
    """The first is judged again by another engine: that would tell nothing about what comes after it."""
    made = make_rulebook(1)
    case, as_of = make_case(made)
    expected: dict[Load, type] = {"many": Run, "few": Concluded}
    for load, kind in expected.items():
        chosen = choose_engine(made.rulebook, made.readings, lower_rulebook(made.rulebook), "auto", load)
        assert isinstance(chosen.engine, CompiledEngine)
        assert type(chosen.engine.run(case, as_of)) is kind


def test_findings_are_the_same_before_and_after() -> None:
    made = make_rulebook(2)
    case, as_of = make_case(made)
    engine = compiled_of(made.rulebook, made.readings, few=1)
    before, after = engine.run(case, as_of), engine.run(case, as_of)
    assert isinstance(before, Concluded) and isinstance(after, Run)
    assert dict(before.states) == dict(after.states) and before.firings == after.firings


def test_a_figure_that_is_tried_counts_in_generated_source_too() -> None:
    """What is still possible fills in figures that the rules do not give."""
    tried = 0
    for seed in range(24):
        made = make_rulebook(seed)
        case, as_of = make_case(made)
        for parameter in made.rulebook.parameters.values():
            figures = {parameter.id: random_value(made.random, parameter.type)}
            with_figure = replace(case, figures=figures)
            found = compiled_of(made.rulebook, made.readings, few=0).run(with_figure, as_of)
            own = [state for (name, _), state in found.states.items() if name == parameter.id]
            assert own or parameter.listed
            assert all(state == Known(figures[parameter.id]) for state in own)
            expected = Reference(made.rulebook, made.readings).run(with_figure, as_of)
            assert dict(found.states) == dict(expected.states), seed
            tried += 1
    assert tried > 10
