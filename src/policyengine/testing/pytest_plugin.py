"""Lets pytest collect ``*.cases.yaml`` files: each check of a scenario is a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech, language_of_environment
from policyengine.reading.file_names import is_tests, rulebook_of
from policyengine.render.report import render_report
from policyengine.render.workflow import inert, obeys
from policyengine.testing.report import Reporter
from policyengine.testing.run import Result, Runner
from policyengine.testing.scenarios import Scenario, ScenarioFile


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of scenarios that stands below a rulebook."""
    if is_tests(file_path.name) and rulebook_of(str(file_path)) is not None:
        return ScenarioCollector.from_parent(parent, path=file_path)
    return None


class ScenariosFailed(Exception):
    """Carries the words of failures to the report."""


class ScenarioCollector(pytest.File):
    """One file of scenarios."""

    runner = Runner()

    def collect(self) -> Iterator[pytest.Item]:
        """Return a test for each scenario. Raises CollectError for faults of the file."""
        path = str(self.path)
        rules = rulebook_of(path)
        assert rules is not None
        files, faults = self.runner.read([(path, rules)])
        if faults:
            raise self.CollectError(_printed(_told(faults)))
        for file in files:
            for scenario in file.scenarios:
                yield ScenarioItem.from_parent(self, name=scenario.name, file=file, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, file: ScenarioFile, scenario: Scenario, **rest: Any) -> None:
        """Made by the collector."""
        super().__init__(**rest)
        self.file = file
        self.scenario = scenario

    def runtest(self) -> None:
        """Run every check. Raises ScenariosFailed."""
        runner = ScenarioCollector.runner
        failed = [one for one in runner.run_scenario(self.file, self.scenario) if one.failures]
        if failed:
            raise ScenariosFailed(_words(failed))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the failure in the words of the reporter, without a traceback."""
        if isinstance(excinfo.value, ScenariosFailed):
            return _printed(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the scenario is written (line from 0) and its name."""
        return self.path, self.scenario.span.line - 1, self.scenario.name


def _printed(text: str) -> str:
    return inert(text) if obeys(os.environ) else text


def _say() -> Speech:
    return Speech(language_of_environment(os.environ))


def _told(faults: list[Diagnostic]) -> str:
    return render_report(faults, _say())


def _words(failed: list[Result]) -> str:
    return Reporter(_say()).results(failed)
