"""What others have written can neither break a document nor command a CI system."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from policyengine.diagnostics.diagnostic import error, message
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.render import junit
from policyengine.render.junit import JunitCase, render_junit
from policyengine.render.places import Root
from policyengine.render.report_junit import render_report_junit
from policyengine.render.workflow import inert, obeys
from policyengine.values.escaping import printable, xml_text

STARTER = Path(__file__).parents[2] / "src/policyengine/starter"
ODD = "".join(map(chr, [*range(32), 0x7F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF])) + "<&>"


def test_every_character_can_stand_in_xml() -> None:
    whole = "".join(map(chr, range(0x10FFFF + 1))).replace("&", "").replace("<", "")
    assert ElementTree.fromstring(f"<x>{xml_text(whole)}</x>").text
    assert xml_text("a\ufffeb\x00") == "a\\ufffeb\\x00" and xml_text("质量 \t\n😀") == "质量 \t\n😀"


def test_junit_is_well_formed_whatever_it_says() -> None:
    text = render_junit({ODD: [JunitCase(ODD, ODD, "error", [ODD]), JunitCase(ODD, ODD, "", [ODD])]})
    assert len(list(ElementTree.fromstring(text).iter("testcase"))) == 2


def test_no_character_is_none_on_a_terminal() -> None:
    assert printable("a\ufffe\uffff") == "a\\ufffe\\uffff"


def test_a_junit_report_reads_a_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from policyengine.render import report

    done: list[str] = []
    read = report._read
    monkeypatch.setattr(report, "_read", lambda path: [done.append("read"), read(path)][1])
    path = tmp_path / "a.yaml"
    path.write_text("x\n" * 50)
    faults = [error("bad-value", message("a"), Span(str(path), line, 1, line, 2)) for line in range(1, 51)]
    text = render_report_junit([str(path)], faults, Speech("en"))
    assert done == ["read"] and text.count("<failure") == 50
    assert 'tests="50" failures="50"' in text and junit.render_junit({}) == render_junit({})


# ---------- commands of CI systems


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\u003a:error::x"),
        ("a\n \t::add-mask::x\n", "a\n \t\\u003a:add-mask::x\n"),
        ("a\r::x", "a\r\\u003a:x"),
        ("\u3000::x", "\u3000\\u003a:x"),
        ("x ##[add-path]y", r"x \u0023#[add-path]y"),
        ("##vso[task.x]", r"\u0023#vso[task.x]"),
        ("##teamcity[x]", r"\u0023#teamcity[x]"),
        ("a ::b", "a ::b"),
        ("# title\n## part", "# title\n## part"),
        ('{"a": "##[x]"}', '{"a": "\\u0023#[x]"}'),
    ],
)
def test_commands_are_spelled_out(text: str, shown: str) -> None:
    assert inert(text) == shown == inert(shown)


def test_where_commands_are_obeyed() -> None:
    assert obeys({"GITHUB_ACTIONS": "true"}) and obeys({"TF_BUILD": "True"})
    assert not obeys({}) and not obeys({"GITHUB_ACTIONS": ""})


# ---------- places


def test_places_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "repository" / "a b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    outside = (tmp_path / "x.yaml").as_uri()
    root = Root()  # no repository: from here
    assert root.path("c.yaml") == "c.yaml" and root.uri(str(inner / "c.yaml")) == "c.yaml"
    assert root.uri("../c.yaml") == (inner.parent / "c.yaml").as_uri()
    (inner.parent / ".git").write_text("gitdir: elsewhere")
    root = Root()
    assert root.uri("c.yaml") == "a%20b/c.yaml" and root.path("../c.yaml") == "c.yaml"
    assert root.uri(str(tmp_path / "x.yaml")) == outside and ".." not in root.uri("../../x.yaml")
    assert root.path("../../x.yaml") == str(tmp_path / "x.yaml").replace(os.sep, "/")
    assert root.path("--set order.total=x") == "--set order.total=x" and root.uri("<stdin>") == "%3Cstdin%3E"


@pytest.mark.parametrize("name", ["a\ufffeb", "\uffff", "]]>&<x>"])
def test_pictures_and_pages_are_well_formed(name: str) -> None:
    from policyengine import load_rulebook
    from policyengine.outcome.timeline import make_timeline
    from policyengine.render.timeline_html import render_timeline_html
    from policyengine.render.timeline_svg import render_timeline_svg

    rulebook = load_rulebook(STARTER)
    given = {"case": name, "order": {"received_at": "2026-03-02 10:00:00"}}
    case, faults = rulebook.reader.read_plain(given, "case", ())
    assert case is not None, faults
    timeline = make_timeline(rulebook, case, rulebook.read_instant("2026-03-05 12:00"), None)
    assert ElementTree.fromstring(render_timeline_svg(timeline, Speech("en"))).tag.endswith("svg")
    page = render_timeline_html(timeline, Speech("en"))
    assert "\ufffe" not in page and "\uffff" not in page and "<x>" not in page
