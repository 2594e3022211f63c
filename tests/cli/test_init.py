"""``policyengine init`` makes a rulebook that works, whole or not at all."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from policyengine.cli import codes, main

STARTER = Path(__file__).parents[2] / "src/policyengine/starter"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))
    shown = capsys.readouterr()
    return int(str(ending.value.code or 0)), shown.out, shown.err


def test_what_it_makes_is_sound_and_judges_its_case(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "rules"
    code, out, _ = run(capfd, "init", str(folder), "--lang", "en")
    assert code == codes.FINE and str(folder / "facts.yaml") in out
    assert list(folder.parent.iterdir()) == [folder]
    check, evaluate = out.splitlines()[-2:]
    code, out, err = run(capfd, *shlex.split(check)[1:], "--lang", "en")
    assert (code, out, err) == (codes.FINE, "", "errors: 0, warnings: 0\n")
    code, out, _ = run(capfd, *shlex.split(evaluate)[1:], "--lang", "en")
    assert code == codes.FINE and "194.00" in out


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


def test_the_comments_teach_in_the_language_of_the_reader(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for language in ("zh", "en"):
        assert run(capfd, "init", str(tmp_path / language), "--lang", language)[0] == codes.FINE
    for path in sorted((tmp_path / "en").rglob("*.yaml")):
        english = path.read_text("utf-8")
        assert english == (STARTER / path.relative_to(tmp_path / "en")).read_text("utf-8")
        chinese = (tmp_path / "zh" / path.relative_to(tmp_path / "en")).read_text("utf-8")
        comments = [line.partition("# ")[2] for line in english.splitlines() if "# " in line]
        assert not [one for one in comments if one in chinese and not one.startswith(" ")]
    assert run(capfd, "fmt", "--check", str(tmp_path / "zh"))[0] == codes.FINE
    assert run(capfd, "check", str(tmp_path / "zh"))[0] == codes.FINE
