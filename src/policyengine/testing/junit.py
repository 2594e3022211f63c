"""Results as JUnit XML, which every CI system reads."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.i18n import Speech
from policyengine.testing.report import Reporter
from policyengine.testing.run import Result


def render_junit(results: Sequence[Result], say: Speech) -> str:
    """Return the results as JUnit XML: a suite for each file, a case for each check."""
    from junitparser import Failure, JUnitXml, TestCase, TestSuite  # only for those who ask for it

    reporter = Reporter(say)
    suites: dict[str, TestSuite] = {}
    for result in results:
        suite = suites.setdefault(result.file.path, TestSuite(result.file.path))
        case = TestCase(f"{result.scenario.name} (line {result.span.line})", result.file.policy)
        lines = [line for failure in result.failures for line in reporter.failure(result, failure)]
        if lines:
            failure = Failure(lines[0], "expectation")
            failure.text = "\n".join(_legal(line) for line in lines)
            case.result = [failure]
        suite.add_testcase(case)
    xml = JUnitXml()
    for suite in suites.values():
        xml.add_testsuite(suite)
    written: object = xml.tostring()  # type: ignore[no-untyped-call]
    return (written.decode("utf-8") if isinstance(written, bytes) else str(written)) + "\n"


def _legal(line: str) -> str:
    """Return a line without characters that XML 1.0 cannot hold."""
    return "".join(one for one in line if one == "\t" or one >= " ")
