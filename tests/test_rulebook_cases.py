"""Every expectation in the cases beside the policies holds, in the reference and in the durable engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.api import EngineName
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.report import Reporter
from policyengine.testing.run import Runner

ROOT = Path(__file__).parent.parent
RULEBOOKS = (ROOT / "rules" / "taobao", ROOT / "src" / "policyengine" / "starter")
ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_expectations_hold(rules: Path, engine: EngineName) -> None:
    runner = Runner(engine)
    files, faults = find_files([str(rules)])
    scenarios, more = runner.read(files)
    assert not faults + more
    results = list(runner.run(scenarios))
    assert results
    assert not any(one.failures for one in results), Reporter(Speech("en")).results(results)


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong_with_a_rulebook_that_is_shipped(rules: Path) -> None:
    assert examine(find_places([str(rules)]), {}).diagnostics == ()


def test_the_cases_exercise_everything() -> None:
    runner = Runner("reference")
    scenarios, _ = runner.read(find_files([str(RULEBOOKS[0])])[0])
    model, _ = runner.model(scenarios[0].rules)
    assert model is not None
    coverage = Coverage(model)
    for result in runner.run(scenarios):
        if result.decision is not None:
            coverage.add(result.decision)
    assert [f"{one.span}: {one}" for one in coverage.missing()] == []
