"""Killed at any moment, a run goes on and writes the same bytes; what is not its own is never touched."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import BOOK, lines, order, some_cases
from running import ROOT, Run

from policyengine import cli
from policyengine.batch import records, staging

WRITING = ("mkdir", "write", "fsync", "ftruncate", "replace", "unlink", "rmdir")
CASES = [*some_cases(7), "{", *some_cases(4, 2)]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PER_BLOCK", 4)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files that a run has written, by name, without the cases."""
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and one.name != "cases.ndjson"
    }


def words(form: str = "ndjson") -> tuple[str, ...]:
    return ("cases.ndjson", "--out", f"rows.{form}", "--rejects", "rejects", "--jobs", "1")


# ---------- killed at every moment


def killed_at(moment: int, arguments: tuple[str, ...]) -> bool:
    """Run the command in a copy of this process that is killed at one of its writing calls.

    Returns whether there was such a call.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other threads only wait
        child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    try:
        _be_killed(moment)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1), os.dup2(quiet, 2)
        cli.main(["batch", *arguments, "--rules", str(BOOK)])
    finally:
        os._exit(0)


def _be_killed(moment: int) -> None:
    count = 0

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def before(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == moment:
                if call is write:
                    write(given[0], given[1][: len(given[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)

        return before

    write = os.write
    for name in WRITING:
        setattr(os, name, watched(getattr(os, name)))


@pytest.mark.parametrize(("form", "first", "step"), [("ndjson", 1, 1), ("parquet", 20, 2)])
def test_killed_at_any_moment_and_resumed(
    batch: Run, tmp_path: Path, form: str, first: int, step: int
) -> None:
    lines(tmp_path / "cases.ndjson", *CASES)
    assert batch(*words(form), "--as-of", "own").code == 0
    wanted = contents(tmp_path)
    assert set(wanted) == {f"rows.{form}", "rejects"}
    moment, is_killed = first - step, True
    while is_killed:
        moment += step
        for name in wanted:
            (tmp_path / name).unlink(missing_ok=True)
        is_killed = killed_at(moment, (*words(form), "--as-of", "own"))
        ran = batch(*words(form), "--as-of", "own", "--resume")
        assert ran.code == 0 and contents(tmp_path) == wanted, (moment, ran.err)
        assert "12 records: 11 judged, 1 set aside" in ran.out or not is_killed
    assert moment > 20


def test_killed_again_and_again(batch: Run, tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", *CASES)
    batch(*words(), "--as-of", "own")
    wanted = contents(tmp_path)
    for name in wanted:
        (tmp_path / name).unlink()
    for moment in (5, 9, 7, 11, 8):
        killed_at(moment, (*words(), "--as-of", "own", "--resume"))
    assert batch(*words(), "--as-of", "own", "--resume").code == 0 and contents(tmp_path) == wanted


def begin(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Begin a run in a process of its own, with small blocks; return it when some blocks are done."""
    script = (
        "from policyengine import cli\n"
        "from policyengine.batch import records\n"
        "records.PER_BLOCK = 20\n"
        f"cli.main(['batch', '--lang', 'en', '--rules', {str(BOOK)!r}, *{arguments!r}])"
    )
    begun = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    journal = folder / "rows.csv.unfinished" / "journal"
    wait_until(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 2)
    return begun


def wait_until(is_so: Callable[[], bool]) -> None:
    ending = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ending
        time.sleep(0.01)


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(one) for task in tasks for one in (task / "children").read_text().split()]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


LARGE = ("cases.ndjson", "--out", "rows.csv", "--rejects", "rejects")


def test_real_processes_killed_while_they_judge(tmp_path: Path, batch: Run) -> None:
    lines(tmp_path / "cases.ndjson", *some_cases(600), "{")
    begun = begin(tmp_path, *LARGE, "--jobs", "2")
    started = children(begun.pid)
    assert len(started) >= 2
    begun.kill()
    begun.communicate()
    assert not (tmp_path / "rows.csv").exists()
    wait_until(lambda: not any(is_running(one) for one in started))
    begin(tmp_path, *LARGE, "--jobs", "2", "--resume").communicate()
    found = contents(tmp_path)
    for name in found:
        (tmp_path / name).unlink()
    batch(*LARGE, "--jobs", "1")
    assert contents(tmp_path) == found and set(found) == {"rows.csv", "rejects"}


def test_a_judging_process_that_is_killed(tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", *some_cases(600))
    begun = begin(tmp_path, *LARGE, "--jobs", "2")
    command = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in children(begun.pid)}
    os.kill(next(one for one, text in command.items() if b"spawn_main" in text), signal.SIGKILL)
    _, told = begun.communicate()
    assert begun.returncode == 70  # what else is told, the pool of the standard library tells
    assert b"a process that judged was killed" in told and b"repeat the command with --resume" in told


def test_interrupted_by_hand(tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", *some_cases(600))
    begun = begin(tmp_path, *LARGE, "--jobs", "2")
    os.killpg(begun.pid, signal.SIGINT)
    _, told = begun.communicate()
    assert begun.returncode == 130 and b"Traceback" not in told
    assert b"records are done; to continue, repeat the command with --resume" in told


# ---------- what is resumed


@pytest.fixture
def half(batch: Run, tmp_path: Path) -> Path:
    """A run that was killed after its second block."""
    lines(tmp_path / "cases.ndjson", *CASES)
    assert killed_at(12, words())
    journal = tmp_path / "rows.ndjson.unfinished" / "journal"
    assert 2 <= journal.read_bytes().count(b"\n") <= 3
    return tmp_path


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--as-of", "2024-06-01 12:00"), "another --as-of"),
        (("--quick",), "with or without --quick"),
        (("--full",), "with or without --full"),
        (("--id", "order.number"), "another --id"),
        (("--ignore", "x"), "another --id"),
        (("--lang", "zh"), "语言不同"),
        (("--to", "csv"), "another form"),
    ],
)
def test_another_question_is_refused(batch: Run, half: Path, more: tuple[str, ...], told: str) -> None:
    before = contents(half)
    ran = batch(*words(), "--resume", *more)
    assert ran.code == 2 and told in ran.err and contents(half) == before


def test_other_cases_are_refused(batch: Run, half: Path) -> None:
    text = (half / "cases.ndjson").read_text("utf-8")
    journal = half / "rows.ndjson.unfinished" / "journal"
    before = journal.read_bytes()
    for other in (text.replace("c1", "x1"), "\n" + text, text[: len(text) // 20]):
        (half / "cases.ndjson").write_text(other, "utf-8")
        ran = batch(*words(), "--resume")
        assert ran.code == 2 and "other cases in the files" in ran.err
        assert journal.read_bytes() == before
    (half / "cases.ndjson").write_text(text, "utf-8")
    assert batch(*words(), "--resume").code == 0


def test_a_changed_rulebook_is_refused(batch: Run, half: Path) -> None:
    ran = batch(*words(), "--resume", "--assume", "X=y")
    assert ran.code == 2
    journal = half / "rows.ndjson.unfinished" / "journal"
    text = journal.read_text("utf-8")
    journal.write_text(text.replace("sha256:", "sha256:0"), "utf-8")
    ran = batch(*words(), "--resume")
    assert ran.code == 2 and "another rulebook" in ran.err


def test_a_run_in_the_way_is_told(batch: Run, half: Path) -> None:
    before = contents(half)
    ran = batch(*words())
    assert ran.code == 2 and "there is an unfinished run in rows.ndjson.unfinished" in ran.err
    assert contents(half) == before


def test_nothing_to_resume_is_a_beginning(batch: Run, tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", order(1))
    ran = batch(*words(), "--resume")
    assert ran.code == 0 and "there is no unfinished run of rows.ndjson: starting a new one" in ran.err
    assert batch("cases.ndjson", "--out", "-", "--resume").code == 2


def test_two_at_a_time_are_refused(batch: Run, half: Path) -> None:
    import fcntl

    with open(half / "rows.ndjson.unfinished" / "journal", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = batch(*words(), "--resume")
    assert ran.code == 2 and "another process is writing rows.ndjson" in ran.err


@pytest.mark.parametrize("damage", ["cut", "zeros", "other", "rows"])
def test_a_damaged_journal(batch: Run, half: Path, damage: str) -> None:
    folder = half / "rows.ndjson.unfinished"
    text = (folder / "journal").read_bytes()
    if damage == "cut":
        (folder / "journal").write_bytes(text[:-20])
    elif damage == "zeros":
        (folder / "journal").write_bytes(text + b"\0" * 100)
    elif damage == "other":
        (folder / "journal").write_bytes(text.splitlines(True)[0] + b'{"digest": 1}\n')
    else:
        (folder / "rows").write_bytes(b"")
    ran = batch(*words(), "--resume")
    assert ran.code == (0 if damage in ("cut", "zeros") else 2) and "Traceback" not in ran.err


# ---------- what is not ours


@pytest.mark.parametrize("resume", [(), ("--resume",)])
@pytest.mark.parametrize("kind", ["file", "link", "dangling", "pipe"])
def test_a_name_that_is_taken(batch: Run, tmp_path: Path, kind: str, resume: tuple[str, ...]) -> None:
    lines(tmp_path / "cases.ndjson", order(1))
    taken, other = tmp_path / "rows.ndjson.unfinished", tmp_path / "other"
    if kind == "file":
        taken.write_text("mine")
    elif kind == "pipe":
        os.mkfifo(taken)
    else:
        taken.symlink_to(other)
        if kind == "link":
            other.mkdir()
    ran = batch(*words(), *resume)
    assert ran.code == 2 and "is not the folder of a run that you started" in ran.err
    assert not (tmp_path / "rows.ndjson").exists() and not list(other.glob("*"))


@pytest.mark.parametrize("name", ["rows", "rejects", "journal"])
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
def test_what_is_planted_in_the_folder(batch: Run, half: Path, name: str, kind: str) -> None:
    precious = half / "precious"
    precious.write_text("precious")
    place = half / "rows.ndjson.unfinished" / name
    place.unlink()
    if kind == "link":
        place.symlink_to(precious)
    elif kind == "hard link":
        os.link(precious, place)
    else:
        os.mkfifo(place)
    ran = batch(*words(), "--resume")
    assert ran.code in (2, 74) and precious.read_text() == "precious"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_folder_of_another_user(batch: Run, half: Path) -> None:
    os.chown(half / "rows.ndjson.unfinished", 12345, 12345)
    ran = batch(*words(), "--resume")
    assert ran.code == 2 and "is not the folder of a run that you started" in ran.err


# ---------- what takes no more


def test_a_full_disk(batch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines(tmp_path / "cases.ndjson", *CASES)
    batch(*words(), "--as-of", "own")
    wanted = contents(tmp_path)
    for name in wanted:
        (tmp_path / name).unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
        ran = batch(*words(), "--as-of", "own")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert ran.code == 74 and "rows.ndjson cannot be written: File too large" in ran.err
    assert "records are done; to continue, repeat the command with --resume" in ran.err
    assert batch(*words(), "--as-of", "own", "--resume").code == 0 and contents(tmp_path) == wanted


@pytest.fixture
def full() -> Iterator[str]:
    """A device that takes nothing."""
    yield "/dev/full"


def test_a_device_that_takes_nothing(batch: Run, tmp_path: Path, full: str) -> None:
    lines(tmp_path / "cases.ndjson", order(1), "{")
    ran = batch("cases.ndjson", "--out", full, "--to", "ndjson", "--rejects", "rejects")
    assert ran.code == 74 and "/dev/full cannot be written: No space left" in ran.err
    ran = batch("cases.ndjson", "--out", "rows.ndjson", "--rejects", full)
    assert ran.code == 74 and "cannot be written: No space left" in ran.err
    ran = batch("cases.ndjson", "--rejects", full)
    assert ran.code == 74 and "cannot be written: No space left" in ran.err


def test_a_pipe_takes_the_rows(batch: Run, tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", order(1))
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=tmp_path, stdout=subprocess.PIPE)
    ran = batch("cases.ndjson", "--out", "pipe", "--to", "ndjson")
    out, _ = reader.communicate()
    assert ran.code == 0 and json.loads(out)["case"] == "n1"


def test_what_was_there_keeps_its_rights_and_its_links(batch: Run, tmp_path: Path) -> None:
    lines(tmp_path / "cases.ndjson", order(1))
    (tmp_path / "real.ndjson").write_text("before")
    (tmp_path / "real.ndjson").chmod(0o640)
    (tmp_path / "rows.ndjson").symlink_to("real.ndjson")
    assert batch(*words()).code == 0
    assert (tmp_path / "rows.ndjson").is_symlink() and (
        tmp_path / "real.ndjson"
    ).stat().st_mode & 0o777 == 0o640
    assert json.loads((tmp_path / "real.ndjson").read_text())["case"] == "n1"


def test_a_move_that_fails_can_be_made_again(
    batch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines(tmp_path / "cases.ndjson", order(1))

    def fail(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(staging, "move_whole", fail)
        ran = batch(*words())
    assert ran.code == 74 and not (tmp_path / "rows.ndjson").exists()
    (tmp_path / "cases.ndjson").unlink()
    lines(tmp_path / "cases.ndjson", order(2))
    assert batch(*words(), "--resume").code == 0, "nothing is judged any more"
    assert json.loads((tmp_path / "rows.ndjson").read_text())["case"] == "n1"
