"""Reading waits for nobody who may never come, and keeps every byte that does."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.syntax import opening
from policyengine.syntax.files import read_bytes, walk

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    return path


def test_a_pipe_without_a_writer_is_told(pipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PATIENCE", 0.0)
    data, faults = read_bytes(pipe)
    assert data is None and [one.code for one in faults] == ["file-unreadable"]
    assert "nobody writes" in str(faults[0].message)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 200_000])
def test_a_pipe_with_a_writer_is_read_whole(pipe: str, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    writer = threading.Thread(target=lambda: Path(pipe).write_bytes(data))
    writer.start()
    assert read_bytes(pipe) == (data, [])
    writer.join()


def test_a_slow_writer_is_waited_for(pipe: str) -> None:
    def write() -> None:
        with open(pipe, "wb") as stream:
            time.sleep(0.2)
            stream.write(b"late")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_bytes(pipe) == (b"late", [])
    writer.join()


def test_only_ordinary_files_where_they_are_asked_for(pipe: str) -> None:
    for path in (pipe, os.devnull):
        data, faults = read_bytes(path, regular=True)
        assert data is None and "not an ordinary file" in str(faults[0].message)


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    faults: list[Diagnostic] = []
    assert list(walk(str(tmp_path / "none"), faults)) == []
    assert [one.code for one in faults] == ["file-missing"]
