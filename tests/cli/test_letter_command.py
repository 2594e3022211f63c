"""``policyengine letter``: to whom, by which rules, into which file, and what it cannot take."""

from __future__ import annotations

from pathlib import Path

import pytest
from frozen import FROZEN
from running import AS_OF, CASE, Run

from policyengine.cli import options
from policyengine.diagnostics.i18n import Language, Speech


def test_the_command(run: Run, tmp_path: Path) -> None:
    ran = run("letter", CASE, *AS_OF, "--to", "买家", "--lang", "zh")
    assert ran.code == 0 and "尊敬的买家，您好：\n" in ran.out
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


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "已经存在，不会被覆盖：请换一个名字"),
        ("en", "is there already, and is not written over: choose another name"),
    ],
)
def test_a_letter_that_is_there_is_not_written_over(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, told: str
) -> None:
    """Somebody has edited it."""
    monkeypatch.setattr(options, "say", Speech(language))
    path = tmp_path / "letter.txt"
    path.write_text("my own line", "utf-8")
    ran = run("letter", CASE, *AS_OF, "--to", "buyer", "--lang", language, "--out", str(path))
    assert (ran.code, path.read_text("utf-8")) == (2, "my own line")
    assert told in ran.err


@pytest.mark.parametrize(
    ("command", "language", "told"),
    [
        (("letter", "--to", "buyer"), "zh", "一封函件只说一个案件，而 cases.ndjson 每行是一个案件"),
        (
            ("letter", "--to", "buyer"),
            "en",
            "a letter is about one case, and cases.ndjson holds one case a line",
        ),
        (("timeline",), "zh", "一条时间线只说一个案件"),
        (("timeline",), "en", "a timeline is about one case"),
    ],
)
def test_what_is_about_one_case_takes_no_file_of_many(
    run: Run, command: tuple[str, ...], language: str, told: str
) -> None:
    ran = run(*command, "cases.ndjson", "--lang", language)
    assert ran.code == 2 and told in ran.err


def test_a_party_that_nobody_is_is_answered_by_titles(run: Run) -> None:
    ran = run("letter", CASE, *AS_OF, "--to", "小二", "--lang", "zh")
    assert ran.code == 2 and "`买家`（`buyer`）、`卖家`（`seller`）" in ran.err


def test_a_case_that_has_not_begun_has_no_letter_and_says_so(run: Run) -> None:
    case = str(FROZEN / "examples/cases/rights-case.json")
    ran = run("letter", case, "--as-of", "2012-06-01 0:00", "--to", "buyer", "--lang", "zh")
    assert (ran.code, ran.out) == (4, "") and ran.err.startswith(
        "没有函件：案件要到 2012-09-20 10:00:00 才开始"
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "--to：没有写明函件写给谁；可写：`买家`（`buyer`）"),
        ("en", "--to: it is not said to whom the letter goes; write one of: `buyer`, `seller`"),
    ],
)
def test_who_does_not_say_to_whom_is_told_the_parties(run: Run, language: str, told: str) -> None:
    ran = run("letter", CASE, "--lang", language)
    assert ran.code == 2 and told in ran.err
