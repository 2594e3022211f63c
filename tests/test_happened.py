"""`happened`: the words with which a timeline says that something has happened, and what is wrong with them."""

# ruff: noqa: E501  (a fact is easier to read in one line)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.loading.load import load_model

STARTER = Path(__file__).parent.parent / "src/policyengine/starter"


TITLE = "title: {zh: 到, en: came}"


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (f"xz.came_at: {{type: money, {TITLE}, happened: {{zh: 到了, en: it came}}}}", "wrong-test"),
        (f"xz.came_at: {{type: instant, {TITLE}, role: derived, happened: {{zh: 到了, en: came}}}}", "wrong-test"),
        (f"xz.came_at: {{type: instant, {TITLE}, happened: {{zh: '{{xz.none}}', en: came}}}}", "unknown-name"),
        (f"xz.came_at: {{type: instant, {TITLE}, happened: {{zh: '{{xz.came_at}}', en: came}}}}", "type-mismatch"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_told(tmp_path: Path, fact: str, code: str) -> None:
    folder = tmp_path / "book"
    shutil.copytree(STARTER, folder)
    facts = folder / "facts.yaml"
    facts.write_text(facts.read_text("utf-8").replace("facts:\n", f"facts:\n  {fact}\n", 1), "utf-8")
    assert code in [one.code for one in load_model(str(folder), ()).diagnostics]
