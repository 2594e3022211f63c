"""JUnit XML, which every CI system reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from policyengine.values.literals import xml_text


class JunitCase(NamedTuple):
    """A test of a suite. Lines say why it failed or, when ``kind`` is empty, what was noticed."""

    name: str
    group: str
    kind: str
    lines: Sequence[str]


def render_junit(suites: Mapping[str, Sequence[JunitCase]]) -> str:
    """Return suites by name as JUnit XML."""
    from junitparser import Failure, JUnitXml, TestCase, TestSuite  # only for those who ask for it

    xml = JUnitXml()
    for name, cases in suites.items():
        suite = TestSuite(xml_text(name))
        tests = []
        for one in cases:
            case = TestCase(xml_text(one.name), xml_text(one.group))
            lines = [xml_text(line) for line in one.lines]
            if lines and not one.kind:
                case.system_out = "\n".join(lines)
            elif lines:
                failure = Failure(lines[0], one.kind)
                failure.text = "\n".join(lines)
                case.result = [failure]
            tests.append(case)
        suite.add_testcases(tests)  # one by one, each would count all of them again
        xml.append(suite)  # type: ignore[no-untyped-call]
    written: object = xml.tostring()  # type: ignore[no-untyped-call]
    return (written.decode("utf-8") if isinstance(written, bytes) else str(written)) + "\n"
