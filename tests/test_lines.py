"""Files of one case a line: every limit is one of a line, and its faults are told with its number."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policyengine.syntax import lines
from policyengine.syntax.lines import Line, read_lines


def read(path: Path, data: bytes) -> list[Line]:
    path.write_bytes(data)
    return list(read_lines(str(path)))


def test_lines_with_their_numbers(tmp_path: Path) -> None:
    found = read(tmp_path / "a.ndjson", '\ufeff{}\r\n\r\n  \n ["\u2028"]\n'.encode())
    assert [(line.number, line.text) for line in found] == [(1, "{}"), (4, ' ["\u2028"]')]


def test_one_bad_line_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_BYTES", 10)
    found = read(tmp_path / "a.ndjson", b"{}\n" + b"9" * 11 + b"\n\xff\n" + b"8" * 10 + b"\n1")
    told = [
        (line.number, line.text or line.faults[0].code, [one.span.line for one in line.faults])
        for line in found
    ]
    assert told == [
        (1, "{}", []),
        (2, "file-size", [2]),
        (3, "file-encoding", [3]),
        (4, "8" * 10, []),
        (5, "1", []),
    ]


def test_a_stream_is_longer_than_any_of_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_BYTES", 10)
    assert len(read(tmp_path / "a.ndjson", b"12345678\n" * 1000)) == 1000


def test_a_line_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("needs an endless file")
    monkeypatch.setattr(lines, "MAX_BYTES", 1024)
    monkeypatch.setattr(lines, "_MOST_SKIPPED", 4 * lines._PIECE)
    found = list(read_lines("/dev/zero"))
    assert [(line.number, line.text, line.faults[0].code) for line in found] == [(1, None, "file-size")]
    assert "does not end" in str(found[0].faults[0].message)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert [line.faults[0].code for line in read_lines(str(tmp_path))] == ["file-directory"]
    assert [line.faults[0].code for line in read_lines(str(tmp_path / "none"))] == ["file-missing"]
    if os.path.exists("/proc/self/mem"):  # opens, and then gives a read error
        assert [line.faults[0].code for line in read_lines("/proc/self/mem")] == ["file-unreadable"]
