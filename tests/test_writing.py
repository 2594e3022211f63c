"""A file is written whole or not at all, and nothing but the file that was named."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from policyengine.syntax.writing import write_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and rights are others there")


def test_a_new_file(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        write_whole(str(tmp_path / "a"), b"new")
    finally:
        os.umask(umask)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a"]


def test_no_link_beside_the_target_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    book = tmp_path / "book"
    book.mkdir()
    target = book / "a.yaml"
    target.write_text("old")
    for name in ("a.yaml.part", "a.yaml.tmp", ".a.yaml", "a.yaml~", ".policyengine-"):
        (book / name).symlink_to(victim)
    write_whole(str(target), b"new")
    assert victim.read_text() == "precious" and target.read_text() == "new"
    assert len(os.listdir(book)) == 6


def test_rights_stay_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "inner" / "real", tmp_path / "link"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o604)
    link.symlink_to("inner/real")
    write_whole(str(link), b"new")
    assert link.is_symlink() and real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o604
    assert os.listdir(real.parent) == ["real"]


def test_what_was_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a"
    target.write_text("old")

    def fail(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(str(target), b"new")
    assert target.read_text() == "old" and os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_stays(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    target.chmod(0o444)
    with pytest.raises(PermissionError):
        write_whole(str(target), b"new")
    assert target.read_text() == "old"


def test_devices_and_pipes_are_written_into_and_not_replaced(tmp_path: Path) -> None:
    write_whole(os.devnull, b"x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    if os.path.exists("/dev/full"):
        with pytest.raises(OSError, match="No space"):
            write_whole("/dev/full", b"x")
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    with pytest.raises(OSError):  # nobody reads: waiting could last for ever
        write_whole(pipe, b"x")
    with pytest.raises(IsADirectoryError):
        write_whole(str(tmp_path), b"x")


def test_an_old_file_can_be_kept(tmp_path: Path) -> None:
    write_whole(str(tmp_path / "key"), b"first", 0o600, replace=False)
    with pytest.raises(FileExistsError):
        write_whole(str(tmp_path / "key"), b"second", 0o600, replace=False)
    assert (tmp_path / "key").read_bytes() == b"first" and os.listdir(tmp_path) == ["key"]
