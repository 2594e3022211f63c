"""``policyengine letter``: to whom, by which rules, into which file, and what it cannot take."""

from __future__ import annotations

from pathlib import Path

from running import AS_OF, CASE, Run


def test_the_command(run: Run, tmp_path: Path) -> None:
    ran = run("letter", CASE, *AS_OF, "--to", "买家", "--lang", "zh")
    assert ran.code == 0 and "亲爱的买家，您好：\n" in ran.out
    path = tmp_path / "letter.txt"
    assert run("letter", CASE, *AS_OF, "--to", "buyer", "--lang", "zh", "--out", str(path)).out == ""
    assert path.read_text("utf-8") == ran.out
    empty = run("letter", CASE, *AS_OF, "--to", "courier", "--lang", "en")
    assert empty.code == 4 and not empty.out
    assert empty.err == "no letter: in this case there is nothing to tell the courier\n"


def test_what_the_command_cannot_take(run: Run, tmp_path: Path) -> None:
    wrong = run("letter", CASE, "--to", "selr", "--lang", "en")
    assert wrong.code == 2 and "--to: there is no party `selr`; did you mean `seller`?" in wrong.err
    assert run("letter", CASE).code == 2
    ran = run("letter", CASE, "--to", "buyer", "--set", "order.totl=5", "--lang", "en")
    assert ran.code == 2 and "--set order.totl=5: error[unknown-fact]" in ran.err  # the case has no fault
    path = tmp_path / "case.json"
    path.write_text('{"order": {"totl": 5}}', "utf-8")
    ran = run("letter", str(path), "--to", "buyer", "--lang", "en")
    assert ran.code == 3 and not ran.out and f"{path}:1:12: error[unknown-fact]" in ran.err
