"""The fixtures of the command line's tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from frozen import FROZEN, RULES
from running import Ran, Run

from policyengine import cli


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, among the rules and examples of the pages."""
    monkeypatch.chdir(FROZEN)

    def call(*words: str) -> Ran:
        with pytest.raises(SystemExit) as ending:
            cli.main(list(words))
        assert isinstance(ending.value.code, int)
        out, err = capsysbinary.readouterr()
        found = Ran(ending.value.code, out.decode("utf-8"), err.decode("utf-8"))
        assert "Traceback" not in found.err
        return found

    return call


@pytest.fixture
def broken_rules(tmp_path: Path) -> Path:
    """A rulebook in which a policy speaks of a parameter that is not there."""
    folder = tmp_path / "broken"
    shutil.copytree(RULES, folder)
    path = folder / "policies/complaint.yaml"
    text = path.read_text("utf-8")
    wrong = text.replace("within: seller_handling_period", "within: seller_handling_periode")
    assert wrong != text
    path.write_text(wrong, "utf-8")
    return folder
