"""JUnit XML, which every CI system reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


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
        suite = TestSuite(_legal(name))
        for one in cases:
            case = TestCase(_legal(one.name), _legal(one.group))
            lines = [_legal(line) for line in one.lines]
            if lines and not one.kind:
                case.system_out = "\n".join(lines)
            elif lines:
                failure = Failure(lines[0], one.kind)
                failure.text = "\n".join(lines)
                case.result = [failure]
            suite.add_testcase(case)
        xml.add_testsuite(suite)
    written: object = xml.tostring()  # type: ignore[no-untyped-call]
    return (written.decode("utf-8") if isinstance(written, bytes) else str(written)) + "\n"


def _legal(text: str) -> str:
    """Return a line without characters that XML 1.0 cannot hold."""
    return "".join(one for one in text if one == "\t" or (one >= " " and not "\ud800" <= one <= "\udfff"))
