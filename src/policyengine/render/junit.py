"""JUnit XML, which every CI system reads: https://github.com/testmoapp/junitxml describes what is common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from policyengine.frozen import Frozen
from policyengine.values.escaping import xml_text

_HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"


class JunitCase(Frozen):
    """A test of a suite. Lines say why it failed or, when ``kind`` is empty, what was noticed."""

    name: str
    group: str
    kind: str
    lines: Sequence[str]

    @property
    def is_failed(self) -> bool:
        """Tell whether it failed."""
        return bool(self.lines and self.kind)


def render_junit(suites: Mapping[str, Sequence[JunitCase]]) -> str:
    """Return suites by name as JUnit XML."""
    every = [case for cases in suites.values() for case in cases]
    root = Element("testsuites", _counts(every))
    for name, cases in suites.items():
        suite = SubElement(root, "testsuite", {"name": xml_text(name), **_counts(cases)})
        for one in cases:
            case = SubElement(
                suite, "testcase", {"name": xml_text(one.name), "classname": xml_text(one.group)}
            )
            text = "\n".join(xml_text(line) for line in one.lines)
            if one.is_failed:
                head = {"message": xml_text(one.lines[0]), "type": one.kind}
                SubElement(case, "failure", head).text = text
            elif text:
                SubElement(case, "system-out").text = text
    return f"{_HEAD}{tostring(root, encoding='unicode')}\n"


def _counts(cases: Sequence[JunitCase]) -> dict[str, str]:
    failures = sum(one.is_failed for one in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"}
