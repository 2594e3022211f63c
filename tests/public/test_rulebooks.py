"""Rulebooks of other houses: nothing is wrong with them, and their own tests hold and cover them wholly.

The documents of benchmarks are not part of the repository: where they lie beside the checkout, every quote
is held against them. The few sentences that the marketplaces' books quote lie in the books' folders. Which
document a text is, its digest tells.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policyengine.checks.quotes import check_quotes, find_document
from policyengine.cli import main
from policyengine.loading.load import load_model

ROOT = Path(__file__).resolve().parents[2]
RULEBOOKS = sorted(path.parent for path in (ROOT / "examples" / "rulebooks").glob("*/rulebook.yaml"))
SHARED = ROOT.parent / "shared"


def run(*words: str) -> None:
    """Run a command that must succeed; what it says is shown if it does not."""
    with pytest.raises(SystemExit) as left:
        main(["--lang", "en", *words])
    assert not left.value.code


@cache
def documents() -> list[Path]:
    """Return the texts of policies that lie beside the checkout, and the passages in the books' folders."""
    names = ("benchmarks/*/*.md", "benchmarks/*/*.txt")
    beside = (path for name in names for path in SHARED.glob(name))
    return sorted((*beside, *(ROOT / "examples" / "rulebooks").glob("*/passages.txt")))


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong(rules: Path) -> None:
    run("check", str(rules), "--strict")


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_their_own_tests_hold_and_cover_everything(rules: Path) -> None:
    run("test", str(rules), "--engine", "compiled", "--min-coverage", "100")


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_the_reference_says_the_same(rules: Path) -> None:
    run("test", str(rules), "--engine", "reference")


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_every_quote_is_what_the_document_says(rules: Path) -> None:
    book = load_model(str(rules), ()).rulebook
    assert book is not None
    held = [(path, find_document(book, path.read_bytes())) for path in documents()]
    found = [(path, document) for path, document in held if document is not None]
    if not found:
        pytest.skip("the documents are not beside this checkout")
    for path, document in found:
        assert [*check_quotes(book, document, path.read_text("utf-8"))] == []
