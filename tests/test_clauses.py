"""The index of clauses is complete, and every quote is what the document says."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from policyengine.changes.compare import compare
from policyengine.changes.render import render_changes
from policyengine.checks import missing_clauses
from policyengine.checks.quotes import check_quotes, find_document, wrong_document
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import replace
from policyengine.lint.examine import examine_rulebook
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations
from policyengine.render.clause_index import index_clauses, render_index, render_index_json
from policyengine.syntax.schemas import schema_text

ROOT = Path(__file__).parent.parent
DOMAIN = ROOT.parent / "shared" / "domain"
IDS = (ROOT / "tests" / "clauses.txt").read_text("utf-8").split()


@pytest.fixture(scope="module")
def book() -> Rulebook:
    found = load_model(str(ROOT / "rules" / "taobao"), ()).rulebook
    assert found is not None
    return found


def test_every_clause_is_in_the_index(book: Rulebook) -> None:
    assert list(book.clauses) == IDS


def test_every_rule_names_its_clauses(book: Rulebook) -> None:
    named = {id for citation in citations(book) for id in citation.source.clauses}
    assert {id for id, clause in book.clauses.items() if clause.status == "rule"} <= named
    assert list(missing_clauses.check(book)) == []


def test_what_has_no_rule_says_why(book: Rulebook) -> None:
    without = {id: clause.status for id, clause in book.clauses.items() if clause.status != "rule"}
    assert without["S4-HEADING"] == "heading_only"
    assert without["S3-TRUNC"] == without["S2-PAGE2"] == "truncated"
    assert all(book.clauses[id].why.get("zh") and book.clauses[id].why.get("en") for id in without)


def test_quotes_are_short(book: Rulebook) -> None:
    assert max(len(clause.quote) for clause in book.clauses.values()) <= 40


@pytest.mark.skipif(not DOMAIN.is_dir(), reason="the source document is not beside this checkout")
def test_the_list_of_ids_is_that_of_the_analysis() -> None:
    told = re.findall(r"(?m)^\|?\s*\**(S\d-[A-Za-z0-9-]+)", (DOMAIN / "seed-rules.md").read_text("utf-8"))
    assert list(dict.fromkeys(told)) == IDS


@pytest.mark.skipif(not DOMAIN.is_dir(), reason="the source document is not beside this checkout")
def test_every_quote_is_verbatim(book: Rulebook) -> None:
    data = (DOMAIN / "seed.txt").read_bytes()
    document = find_document(book, data)
    assert document is not None
    assert list(check_quotes(book, document, data.decode("utf-8"))) == []


def test_a_quote_that_is_not_there_is_told_with_what_is(book: Rulebook) -> None:
    document = book.documents[0]
    clause = book.clauses["S2-DL-PRE-24H"]
    changed = replace(book, clauses={clause.id: clause}, rules={}, deadlines={}, parameters={}, amounts={}, assumptions={}, reports={})  # fmt: skip  # noqa: E501
    assert clause.quote == "卖家有24小时的预处理期"
    (fault,) = check_quotes(changed, document, "……卖家有48小时的预处理期。")
    assert (fault.code, fault.span) == ("quote-not-found", clause.span)
    assert fault.help is not None and "有48小时的预处理期" in str(fault.help)
    (fault,) = check_quotes(changed, document, "卖家有 24 小时的预处理期")
    assert "only spaces" in str(fault.help)
    (fault,) = check_quotes(changed, document, "")
    assert "nothing in the document resembles it" in str(fault.help)


def test_another_document_is_refused_with_both_digests(book: Rulebook) -> None:
    assert find_document(book, b"another") is None
    fault = wrong_document(book, b"another", "other.txt")
    assert fault.code == "wrong-document"
    assert book.documents[0].digest in str(fault.help) and "sha256:" in str(fault.message)


def test_the_index_in_every_form(book: Rulebook) -> None:
    index = index_clauses(book, {("rule", "silent_buyer_closes"): ["a silent buyer"]})
    chinese, english = (render_index(index, Speech(language)) for language in ("zh", "en"))  # type: ignore[arg-type]
    assert "只有标题" in chinese and "heading only" in english
    assert "tested by 1 cases: a silent buyer" in english
    assert english.splitlines()[-1].startswith("clauses: 100; rules: 89, implemented: 89")
    schema = json.loads(schema_text("clause-index"))
    Draft7Validator.check_schema(schema)
    assert not list(Draft7Validator(schema).iter_errors(json.loads(render_index_json(book, index))))


STARTER = ROOT / "src/policyengine/starter"
SECTIONS = '    sections: {"1": {zh: 期限, en: Time}, "9": {zh: 附则, en: Other}}\n'


def test_a_section_has_a_title_that_every_language_has_and_something_uses(tmp_path: Path) -> None:
    """A language that is missing, and a section from which nothing is quoted, are told at their place."""
    shop = shutil.copytree(STARTER, tmp_path / "shop")
    path = shop / "rulebook.yaml"
    before = path.read_text("utf-8")
    place = before.index("counting:")
    path.write_text(before[:place] + SECTIONS.replace(", en: Time", "") + before[place:], "utf-8")
    told = [(one.code, str(one.message), one.span.line) for one in examine_rulebook(str(shop)).diagnostics]
    line = 1 + before[:place].count("\n")
    assert [one[0] for one in told] == ["missing-language", "unused"]
    assert "`9`" in told[1][1] and told[1][2] == line and told[0][2] == line


def test_a_new_title_of_a_section_is_a_change_of_words(tmp_path: Path) -> None:
    books = []
    for name, sections in (("old", ""), ("new", SECTIONS), ("other", SECTIONS.replace("Other", "Rest"))):
        shop = shutil.copytree(STARTER, tmp_path / name)
        path = shop / "rulebook.yaml"
        path.write_text(path.read_text("utf-8").replace("counting:", sections + "counting:", 1), "utf-8")
        found = load_model(str(shop), ()).rulebook
        assert found is not None
        books.append(found)
    told = [render_changes(compare(*pair), Speech("en")) for pair in pairwise(books)]
    assert "new title of a section: Time" in told[0]
    assert "section terms: 9: Other → Rest" in told[1]
