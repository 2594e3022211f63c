"""The rulebooks of other houses: nothing is wrong with them, and their cases try everything.

Their documents are not part of the repository. Where they lie beside the checkout, every quote is held
against them; a document is found by its digest.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policyengine.api import EngineName
from policyengine.checks.quotes import check_quotes, find_document
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.report import Reporter
from policyengine.testing.run import Runner

ROOT = Path(__file__).parents[2]
RULEBOOKS = sorted(path.parent for path in (ROOT / "examples" / "rulebooks").glob("*/rulebook.yaml"))
SHARED = ROOT.parent / "shared"
ENGINES: tuple[EngineName, ...] = ("compiled", *(("durable",) if durable_available() else ()))


def load(rules: Path) -> Rulebook:
    found = load_model(str(rules), ()).rulebook
    assert found is not None
    return found


@cache
def documents() -> list[Path]:
    """Return the texts of policies that lie beside the checkout."""
    texts = [
        *SHARED.glob("benchmarks/*/*.md"),
        *SHARED.glob("benchmarks/*/*.txt"),
        *SHARED.glob("domain/*/*.txt"),
    ]
    return sorted(texts)


def test_there_are_rulebooks() -> None:
    assert RULEBOOKS


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong_with_it(rules: Path) -> None:
    found = examine(find_places([str(rules)]), {}).diagnostics
    assert found == ()


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_its_cases_come_out_and_exercise_everything(rules: Path) -> None:
    runner = Runner("reference")
    scenarios, faults = runner.read(find_files([str(rules)])[0])
    assert not faults
    results = list(runner.run(scenarios))
    assert results
    assert not any(one.failures for one in results), Reporter(Speech("en")).results(results)
    coverage = Coverage(load(rules))
    for result in results:
        if result.decision is not None:
            coverage.add(result.decision)
    assert [f"{one.span}: {one}" for one in coverage.missing()] == []


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_every_engine_gives_what_its_cases_expect(rules: Path) -> None:
    for engine in ENGINES:
        runner = Runner(engine)
        scenarios, _ = runner.read(find_files([str(rules)])[0])
        results = list(runner.run(scenarios))
        assert not any(one.failures for one in results), Reporter(Speech("en")).results(results)


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_every_clause_has_a_short_quote(rules: Path) -> None:
    """What is quoted is a sentence or less, so that nobody's page is copied."""
    book = load(rules)
    assert book.clauses
    assert all(len(clause.quote) <= 120 for clause in book.clauses.values())


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_every_quote_is_what_the_document_says(rules: Path) -> None:
    book = load(rules)
    held = [(path, find_document(book, path.read_bytes())) for path in documents()]
    found = [(path, document) for path, document in held if document is not None]
    if not found:
        pytest.skip("the documents are not beside this checkout")
    for path, document in found:
        assert [*check_quotes(book, document, path.read_text("utf-8"))] == []
