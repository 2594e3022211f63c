"""``policyengine init`` makes a rulebook that works, whole or not at all, in the clerk's language only."""

from __future__ import annotations

import html
import os
import pty
import re
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from policyengine.cli import codes, main
from policyengine.starting.house import Said, house_of, language_there
from policyengine.starting.starter import comments_of, starter_files
from policyengine.starting.words import quotes, say_in

STARTER = Path(__file__).parents[2] / "src/policyengine/starter"
SPOKEN = ("zh", "en", "de", "fr", "es", "ja")
"""Languages of which the starter has its own texts, and a rulebook can be."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))
    shown = capsys.readouterr()
    return int(str(ending.value.code or 0)), shown.out, shown.err


def texts_of(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


def assert_sound(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It passes every check, its quotes are in its document, its tests pass, its form is the usual one."""
    source = str(folder / "documents/terms.txt")
    code, out, err = run(capfd, "check", "--strict", str(folder), "--source", source, "--lang", "en")
    assert (code, out, err) == (codes.FINE, "", "errors: 0, warnings: 0\n")
    code, out, _ = run(capfd, "test", str(folder), "--lang", "en")
    assert code == codes.FINE and "cases: 5, checks: 5, failed: 0" in out
    assert run(capfd, "fmt", "--check", str(folder))[0] == codes.FINE


def test_what_it_makes_is_sound_and_judges_its_case(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "rules"
    code, out, _ = run(capfd, "init", str(folder), "--lang", "en")
    assert code == codes.FINE and str(folder / "facts.yaml") in out
    assert list(folder.parent.iterdir()) == [folder]
    assert_sound(folder, capfd)
    code, out, _ = run(capfd, *shlex.split(out.splitlines()[-1])[1:], "--lang", "en")
    assert code == codes.FINE and "194.00 USD" in out


def test_an_empty_folder_is_filled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "init", str(tmp_path))[0] == codes.FINE
    assert (tmp_path / "rulebook.yaml").exists()


@pytest.mark.parametrize("kind", ["file", "full", "link"])
def test_nothing_is_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str) -> None:
    target = tmp_path / "there"
    if kind == "file":
        target.write_text("mine")
    elif kind == "full":
        target.mkdir()
        (target / "mine").write_text("mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run(capfd, "init", str(target))
    assert code == codes.USAGE and not out and str(target) in err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = run(capfd, "init", str(tmp_path / "file" / "below"))
    assert code == codes.USAGE and not out and "Traceback" not in err and err.count("\n") == 1


def test_a_failure_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    code, _, err = run(capfd, "init", str(tmp_path / "rules"))
    assert code == codes.USAGE and "No space left" in err and not list(tmp_path.iterdir())


@pytest.mark.parametrize("language", SPOKEN)
def test_everything_is_in_one_language(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], language: str
) -> None:
    folder = tmp_path / language
    assert run(capfd, "init", str(folder), "--language", language, "--lang", "en")[0] == codes.FINE
    assert_sound(folder, capfd)
    text = texts_of(folder)
    assert f"languages: [{language}]" in text
    assert not re.search(r"\{(zh|en|de|fr|es|ja):", text)  # titles are plain
    comments = re.findall(r"# (\S.*)", text)
    if language in ("zh", "ja"):
        assert comments and not [one for one in comments if re.fullmatch("[ -~]+", one)]
    else:
        assert not re.search("[\u3040-\u9fff]", text)
    # The clerk's titles stand in what the program says, in whichever of its languages it is asked.
    titles = {one.strip("'\" ") for one in re.findall(r"title: ([^,{}#\n]+)", text)}
    case = [str(folder / "cases/example.json"), "--rules", str(folder), "--as-of", "2026-06-05 12:00"]
    for spoken in ("zh", "en"):
        code, out, _ = run(capfd, "evaluate", *case, "--lang", spoken)
        assert code == codes.FINE and len([one for one in titles if one in out]) >= 3, out
    assert_book_speaks(folder, language, titles, capfd)


def assert_book_speaks(
    folder: Path, language: str, titles: set[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Its book has titles of that language and sentences of one language, whoever asks for it."""
    page = folder.parent / "book.html"
    for spoken in ("zh", "en"):
        made = run(capfd, "book", "--rules", str(folder), "-o", str(page), "--lang", spoken)
        assert made[0] == codes.FINE, made
        text = html.unescape(page.read_text("utf-8"))
        assert f'<html lang="{language}">' in text and 'name="language"' not in text
        assert len([one for one in titles if one in text]) == len(titles)
        assert [word in text for word in ("Deadlines", "规则")] == [language != "zh", language == "zh"]
        if language not in ("zh", "ja"):
            assert not re.search("[\u3040-\u9fff]", text)


@pytest.mark.parametrize("language", ["zh", "en", "de", "fr", "es", "ja"])
def test_the_starter_is_wholly_translated(language: str) -> None:
    """No text of it stays English where the language has texts of its own."""
    texts = [comment for path in STARTER.rglob("*.yaml") for comment in comments_of(path.read_text("utf-8"))]
    titles = re.findall(r"\{zh: [^}]*?, en: (\"[^\"]*\"|'[^']*'|[^}]*)\}", texts_of(STARTER))
    texts += [one.strip("'\"") for one in titles if '"' not in one.strip("'\"")] + list(quotes().values())
    # What is only names and signs of the rule language may be the same.
    same = [one for one in texts if say_in(language, one, "译") == one]
    assert language == "en" or not same
    files = starter_files(house_of(Said(language=language), "en"))
    assert files.keys() == {
        str(path.relative_to(STARTER))
        for path in STARTER.rglob("*")
        if path.suffix in (".yaml", ".json", ".txt")
    }


def test_in_the_week_of_the_starter_no_clock_is_changed() -> None:
    """So that "7 days" end at the same hour in every zone."""
    for name in available_timezones():
        days = [datetime(2026, 6, 1, tzinfo=ZoneInfo(name)) + timedelta(days=day) for day in range(12)]
        assert len({day.utcoffset() for day in days}) == 1, name


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--language", "en"], "en, USD, America/New_York, US"),
        (["--language", "en", "--currency", "EUR", "--zone", "Europe/Dublin", "--calendar", "IE"],
         "en, EUR, Europe/Dublin, IE"),
        (["--language", "zh", "--currency", "HKD", "--zone", "Asia/Hong_Kong", "--calendar", "HK"],
         "zh, HKD, Asia/Hong_Kong, HK"),
        (["--language", "en", "--currency", "JPY", "--zone", "Asia/Tokyo", "--calendar", "JP"],
         "en, JPY, Asia/Tokyo, JP"),
        (["--language", "en", "--currency", "KWD"], "en, KWD, America/New_York, US"),
        (["--language", "en", "--calendar", "US-CA"], "en, USD, America/New_York, US-CA"),
        (["--language", "pt-BR"], "`pt-BR` has none yet"),
        (["--language", "zh-Hant"], "zh-Hant, TWD, Asia/Taipei, TW\nthe texts are in simplified characters"),
        (["--language", "de-CH"], "de-CH, CHF, Europe/Zurich, CH\ntry next:"),
    ],
)  # fmt: skip
def test_the_house_is_as_was_said_and_else_as_is_usual(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    folder = tmp_path / "rules"
    code, out, _ = run(capfd, "init", str(folder), *options, "--lang", "en")
    assert code == codes.FINE and told in out
    assert_sound(folder, capfd)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT.UTF-8@euro"}, "de-AT"),
        ({"LC_ALL": "pt_PT", "LANG": "zh_CN.UTF-8"}, "pt-PT"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({}, None),
    ],
)
def test_the_machine_tells_the_language_of_the_house(
    environment: dict[str, str], language: str | None
) -> None:
    assert language_there(environment) == language


@pytest.mark.parametrize(
    ("options", "told"),
    [([], "de, EUR, Europe/Berlin, DE"), (["--lang", "en"], "en, USD"), (["--language", "fr"], "fr, EUR")],
)
def test_whoever_says_nothing_gets_the_language_of_his_machine(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    told: str,
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    code, out, _ = run(capfd, "init", str(tmp_path / "rules"), *options)
    assert code == codes.FINE and f"  {told}" in out


def test_titles_and_parties_may_be_anything(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "rules"
    title = 'Überall: "Kauf", {Miete} # 1'
    parties = ["--party", "Käufer", "--party", "Gäste", "--party", "desk=The desk, upstairs"]
    assert run(capfd, "init", str(folder), "--language", "en", "--title", title, *parties)[0] == codes.FINE
    assert_sound(folder, capfd)
    text = (folder / "rulebook.yaml").read_text("utf-8")
    assert "rulebook: ueberall_kauf_miete_1\n" in text and "The desk, upstairs" in text
    assert "  kaeufer: Käufer\n  gaeste: Gäste\n" in text
    assert "who: kaeufer" in (folder / "policies/returns.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--currency", "RMB"], "--currency: there is no currency `RMB`; did you mean `CNY`?"),
        (["--currency", "euro"], "--currency:"),
        (["--zone", "Berlin"], "--zone: there is no time zone `Berlin`; did you mean `Europe/Berlin`?"),
        (["--zone", "+08:00"], "name a place"),
        (["--calendar", "XX"], "--calendar: there is no business-day calendar `XX`"),
        (["--language", "klingon!"], "--language: there is no language `klingon!`"),
        (["--language", "german"], "--language: there is no language `german`; did you mean `de`?"),
        (["--party", "="], "--party:"),
        (["--party", "buyer", "--party", "buyer"], "`buyer` is not a party, or is given twice"),
        (["--party", "Buyer=x"], "--party:"),
    ],
)
def test_a_value_that_cannot_be_is_answered(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    folder = tmp_path / "rules"
    code, out, err = run(capfd, "init", str(folder), *options, "--lang", "en")
    assert code == codes.USAGE and not out and told in err and not folder.exists()


def test_in_a_terminal_it_asks(tmp_path: Path) -> None:
    """Each answer that cannot be is told, and asked for again; a bare return takes what is shown."""
    ours, theirs = pty.openpty()
    answers = "en\nOur returns\nEURO\nEUR\nEurope/Dublin\nIE\nguest, Front desk\n"
    os.write(ours, answers.encode())
    folder = tmp_path / "rules"
    ran = subprocess.run(
        [sys.executable, "-m", "policyengine", "init", str(folder), "--lang", "en"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=60,
    )
    asked = os.read(ours, 100_000).decode()
    os.close(ours), os.close(theirs)
    assert ran.returncode == 0 and b"en, EUR, Europe/Dublin, IE" in ran.stdout
    assert "Currency [USD]" in asked and "EURO" in asked and asked.count("Currency") >= 2
    text = (folder / "rulebook.yaml").read_text("utf-8")
    assert "title: Our returns" in text and "front_desk: Front desk" in text
