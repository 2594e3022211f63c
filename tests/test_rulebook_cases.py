"""Every expectation in the cases beside the policies holds in the reference and in the durable engine.

The compiled engine judges them where pytest collects them: `rules/` is among its `testpaths`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from policyengine.api import EngineName
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.model.rulebook import Rulebook
from policyengine.testing.discover import find_files
from policyengine.testing.report import Reporter
from policyengine.testing.run import Result, Runner

ROOT = Path(__file__).parent.parent
RULEBOOKS = (ROOT / "rules" / "taobao", ROOT / "src" / "policyengine" / "starter")
ENGINES: tuple[EngineName, ...] = ("reference", *(("durable",) if durable_available() else ()))


class Judged(NamedTuple):
    """The cases beside the policies of a rulebook, judged."""

    model: Rulebook
    results: tuple[Result, ...]


@cache
def judged(rules: Path, engine: EngineName) -> Judged:
    """Judge every case once, for all tests that look at what came out."""
    runner = Runner(engine)
    files, faults = find_files([str(rules)])
    scenarios, more = runner.read(files)
    assert not faults + more
    model, _ = runner.model(str(rules))
    assert model is not None
    return Judged(model, tuple(runner.run(scenarios)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_expectations_hold(rules: Path, engine: EngineName) -> None:
    results = judged(rules, engine).results
    assert results
    assert not any(one.failures for one in results), Reporter(Speech("en")).results(results)


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong_with_a_rulebook_that_is_shipped(rules: Path) -> None:
    assert examine(find_places([str(rules)]), {}).diagnostics == ()
