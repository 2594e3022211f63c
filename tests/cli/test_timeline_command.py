"""``policyengine timeline``: its forms, its options, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

from running import CASE, Run

AS_OF = ("--as-of", "2012-03-16 12:00:00")


def test_the_forms(run: Run) -> None:
    text = run("timeline", CASE, *AS_OF, "--lang", "zh")
    assert text.code == 0 and "现在 2012-03-16 12:00:00" in text.out
    assert "以下是无人行动时将自动发生的事" in text.out
    data = json.loads(run("timeline", CASE, *AS_OF, "--format", "json").out)
    assert data["ending"] == "settled" and data["steps"][-1]["name"] == "platform_decision"
    assert run("timeline", CASE, *AS_OF, "--format", "svg").out.startswith("<?xml")
    assert run("timeline", CASE, *AS_OF, "--format", "html").out.startswith("<!DOCTYPE html>")


def test_options(run: Run) -> None:
    cut = run("timeline", CASE, *AS_OF, "--until", "2012-03-17 00:00", "--lang", "en")
    assert "Shown until 2012-03-17 00:00:00; more may follow." in cut.out
    assert run("timeline", CASE, *AS_OF, "--until", "2012-03-01").code == 2
    assert run("timeline", CASE, *AS_OF, "--until", "2012-03-01 10:00").code == 2
    other = run("timeline", CASE, *AS_OF, "--assume", "A-06=open", "--lang", "en")
    assert "A-06 is read as: after 24 hours of silence the complaint stays in negotiation" in other.out
    assert run("timeline", CASE, *AS_OF, "--assume", "A-06=opne").code == 2
    what_if = run("timeline", CASE, *AS_OF, "--set", "complaint.filed_at=2012-03-16 10:00:00", "--lang", "en")
    assert "2012-03-17 10:00:00" in what_if.out


def test_the_past_ends_where_the_case_says(run: Run, tmp_path: Path) -> None:
    data = {**json.loads(Path(CASE).read_text("utf-8")), "as_of": "2012-03-16 12:00:00"}
    (tmp_path / "c.json").write_text(json.dumps(data), "utf-8")
    own = run("timeline", str(tmp_path / "c.json"), "--format", "json").out
    assert (
        json.loads(own)["as_of"] == json.loads(run("timeline", CASE, *AS_OF, "--format", "json").out)["as_of"]
    )
    assert run("timeline", str(tmp_path / "c.json"), "--until", "2012-03-01 10:00").code == 2


def test_faults(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text('{"order": {"totl": 5}}', "utf-8")
    ran = run("timeline", str(path), "--lang", "en")
    assert ran.code == 3 and not ran.out
    assert f"{path}:1:12: error[unknown-fact]" in ran.err
    assert run("timeline", str(tmp_path / "none.json")).code == 3
    path.write_text('{"order": {"total": "5"}}', "utf-8")
    ran = run("timeline", str(path), "--set", "order.totl=5", "--lang", "en")
    assert ran.code == 2 and "--set order.totl=5: error[unknown-fact]" in ran.err  # the case has no fault
