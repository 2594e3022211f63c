"""A small rulebook of everything that columns can hold, and the command in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from batches import BOOK
from running import Ran, Run

from policyengine import Rulebook, cli, load_rulebook


@pytest.fixture
def batch(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run ``batch`` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> Ran:
        with pytest.raises(SystemExit) as ending:
            cli.main(["batch", "--lang", "en", *map(str, words), "--rules", str(BOOK)])
        assert isinstance(ending.value.code, int)
        out, err = capsysbinary.readouterr()
        found = Ran(ending.value.code, out.decode("utf-8"), err.decode("utf-8"))
        assert "Traceback" not in found.err
        return found

    return call


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """The rulebook, with the engine that judges many cases."""
    return load_rulebook(BOOK, engine="compiled")
