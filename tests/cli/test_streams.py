"""Standard streams that are closed or full, and outputs that a CI system reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import AS_OF, CASE, ROOT, Run, spawn

pytestmark = pytest.mark.skipif(
    not os.path.exists("/dev/full"), reason="there is no device that is always full"
)


def shell(redirections: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "policyengine", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "words",
    [("--help",), ("evaluate", "--help"), ("version",), ("schema", "policy"), ("check", "--format", "json")],
)
def test_output_that_cannot_be_written(redirection: str, words: tuple[str, ...]) -> None:
    done = shell(redirection, *words)
    assert (done.returncode, done.stderr.count(b"\n")) == (74, 1), done.stderr
    assert b"the output cannot be written" in done.stderr


@pytest.mark.parametrize(
    ("redirections", "words", "code"),
    [
        ("2>/dev/full", ("--nothing",), 74),
        ("2>/dev/full", ("evaluate", "none.json"), 74),
        (">/dev/full 2>/dev/full", ("version",), 74),
        (">&- 2>/dev/full", ("check", "--format", "sarif"), 74),
        (">&- 2>&-", ("version",), 74),
        ("2>&-", ("evaluate", "none.json"), 3),
        ("<&-", ("evaluate", "-"), 3),
        ("<&-", ("report", "weekly_reviews", "-", "--week", "2012-W27"), 3),
        ("<&- >&- 2>&-", ("evaluate", CASE), 74),
    ],
)
def test_every_stream_can_be_closed_or_full(redirections: str, words: tuple[str, ...], code: int) -> None:
    done = shell(redirections, *words)
    assert done.returncode == code and b"Traceback" not in done.stderr + done.stdout


def test_a_closed_stream_is_not_taken_for_a_file(tmp_path: Path) -> None:
    """The next file that is opened gets the number of a closed stream: it must not be printed into."""
    rules = tmp_path / "book"
    shutil.copytree(ROOT / "src/policyengine/starter", rules)
    before = {path: path.read_bytes() for path in rules.rglob("*") if path.is_file()}
    assert shell(">&- 2>&-", "check", str(rules), "--format", "json").returncode == 74
    assert {path: path.read_bytes() for path in rules.rglob("*") if path.is_file()} == before


def test_the_working_folder_can_be_gone(tmp_path: Path) -> None:
    script = 'cd "$1"; rmdir "$1"; shift; exec "$@"'
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        [
            "sh",
            "-c",
            script,
            "sh",
            str(gone),
            sys.executable,
            "-m",
            "policyengine",
            "check",
            "x",
            "--lang",
            "en",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (1, 2) and b"internal" not in done.stderr


def test_one_bad_line_of_many_cases(tmp_path: Path) -> None:
    good = (ROOT / CASE).read_text("utf-8").replace("\n", " ")
    given = "\n".join([good, "{", "\xff", good]).encode("latin-1", "replace").replace(b"?", b"")
    done = spawn("evaluate", "-", "--ndjson", *AS_OF, "--format", "json", given=given)
    assert done.returncode == 3 and len(done.stdout.splitlines()) >= 2
    assert b"<stdin>:2:2" in done.stderr and b"<stdin>:3:1" in done.stderr


# ---------- CI systems

EVIL = ["::set-env name=A::b", "x\n::add-mask::y", "##[add-path]/tmp"]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("form", ["text", "json"])
def test_words_of_a_case_command_no_ci_system(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: str, form: str
) -> None:
    path = tmp_path / "c.json"
    case = json.loads((ROOT / CASE).read_text("utf-8"))
    path.write_text(json.dumps({**case, "case": evil}), "utf-8")
    plain = run("evaluate", str(path), *AS_OF, "--format", form)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    told = run("evaluate", str(path), *AS_OF, "--format", form)
    for line in (told.out + told.err).splitlines():
        assert not line.lstrip().startswith("::") and "##[" not in line
    if form == "json":  # the same data, spelled in another way
        assert json.loads(told.out) == json.loads(plain.out)


def test_annotations_stay_commands(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    path = tmp_path / "c.json"
    path.write_text('{"::error::x\\n::warning::y": 1, "##[x]": 2}', "utf-8")
    lines = run("check", str(path), "--format", "github").out.splitlines()
    assert len(lines) == 2 and all(line.startswith("::error file=") for line in lines)


@pytest.mark.parametrize("words", [("schema", "case"), ("evaluate", "--help")])
def test_output_that_is_not_written_whole_is_told_without_a_buffer_too(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A file that may not grow is as a disk that fills up: a part is taken, and what follows is refused."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 4; exec "$@" >out', "sh", sys.executable, "-u", "-m", "policyengine", *words],
        cwd=tmp_path,
        # Python would write bytecode, too, and take what is left of it for the whole.
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C",
            "POLICYENGINE_CACHE": "off",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    written = (tmp_path / "out").stat().st_size
    assert (done.returncode, written) == (74, 2_048), done.stderr
    assert b"the output cannot be written" in done.stderr
