"""Results of tests as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.render.junit import JunitCase, render_junit
from policyengine.render.report_junit import cases_of
from policyengine.testing.report import Reporter
from policyengine.testing.run import Result


def render_results(results: Sequence[Result], faults: Sequence[Diagnostic], say: Speech) -> str:
    """Return the results as JUnit XML: a suite for each file, a case for each check and for each fault."""
    reporter = Reporter(say)
    suites: dict[str, list[JunitCase]] = {}
    for file, fault in cases_of(faults, say):
        suites.setdefault(file, []).append(fault)
    for result in results:
        lines = [line for failure in result.failures for line in reporter.failure(result, failure)]
        name = f"{result.scenario.name} (line {result.span.line})"
        case = JunitCase(name, result.file.policy, "expectation", lines)
        suites.setdefault(result.file.path, []).append(case)
    return render_junit(suites)
