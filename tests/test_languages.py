"""Languages: any list of BCP 47 tags; pages show those of the rulebook, the program speaks two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policyengine.api import prepare
from policyengine.book.content import policy_book
from policyengine.book.html import render_book_html
from policyengine.book.markdown import render_book_markdown
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.diagnostics.text import Text, bilingual, unspoken
from policyengine.loading.load import Loaded, load_model
from policyengine.reading.case_schema import case_schema
from policyengine.reading.editor_schema import editor_schema
from policyengine.render.cards import Cards
from policyengine.render.json.decision import render_json
from policyengine.values.languages import language_name, tag_of

BOOK = """rulebook: shop
version: "1"
title: TITLE
time_zone: Europe/Berlin
currency: EUR
calendar: DE
languages: [LANGUAGES]
parties: {buyer: PARTY}
"""
FACTS = """facts:
  order.paid: {type: boolean, title: TITLE}
  result.ok: {type: boolean, role: outcome, title: TITLE}
"""
POLICY = """policy: p
title: TITLE
rules: {one: {title: TITLE, when: {order.paid: yes}, then: {result.ok: yes}}}
"""


def load(folder: Path, languages: str, title: str, party: str = "") -> Loaded:
    (folder / "policies").mkdir(parents=True)
    for name, text in (("rulebook", BOOK), ("facts", FACTS), ("policies/p", POLICY)):
        text = text.replace("TITLE", title).replace("LANGUAGES", languages).replace("PARTY", party or title)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return load_model(str(folder), ())


def test_a_rulebook_of_two_other_languages_shows_these(tmp_path: Path) -> None:
    loaded = load(tmp_path / "book", "de, pt-BR", "{pt-BR: Pedido, de: Bestellung}")
    book = loaded.rulebook
    assert book is not None and not loaded.diagnostics, loaded.diagnostics
    assert book.title.words == (("de", "Bestellung"), ("pt-BR", "Pedido"))  # in the order of the rulebook
    document = policy_book(book, [], {})
    page, markdown = render_book_html(document), render_book_markdown(document)
    assert '<html lang="de">' in page and 'lang="pt-BR"' in page and 'lang="zh"' not in page
    assert "Deutsch + português (Brasil)" in page and "# Bestellung · Pedido" in markdown
    assert "If “Bestellung” is “yes”" in markdown and "If “Pedido” is “yes”" in markdown
    # Whoever reads another language is shown the first, in sentences of the language that was asked for.
    for language, sentence in (("en", "If “Bestellung” is “yes”"), ("zh", "如果“Bestellung”为“是”")):
        card = Cards(book, Speech(language)).of("one")
        assert card is not None and sentence in card
    decision = prepare(book, {}).evaluate({"order": {"paid": True}}, "2026-01-01 00:00")
    data = json.loads(render_json(decision))
    assert data["outcomes"][0]["title"] == {"de": "Bestellung", "pt-BR": "Pedido"}


def test_one_language_needs_no_braces(tmp_path: Path) -> None:
    loaded = load(tmp_path / "book", "en", "Order")
    assert loaded.rulebook is not None and not loaded.diagnostics, loaded.diagnostics
    assert loaded.rulebook.title == Text((("en", "Order"),))
    page = render_book_html(policy_book(loaded.rulebook, [], {}))
    assert 'name="language"' not in page and "工" not in page
    schema = json.dumps(case_schema(loaded.rulebook), ensure_ascii=False)
    assert "The schema of this file" in schema and "本文件" not in schema
    assert "必" not in json.dumps(editor_schema(loaded.rulebook, "policy"), ensure_ascii=False)


@pytest.mark.parametrize(
    ("languages", "title", "help"),
    [
        ("zh, en", "订单", "write `{zh: 订单, en: …}`"),
        ("zh, en", "Order, paid", 'write `{zh: …, en: "Order, paid"}`'),
        ("zh, ja, en", "注文の", "write `{zh: …, ja: 注文の, en: …}`"),
        ("de, fr", "Bestellung", "write `{de: Bestellung, fr: …}`"),
    ],
)
def test_a_plain_title_of_a_rulebook_of_several_lacks_the_others(
    tmp_path: Path, languages: str, title: str, help: str
) -> None:
    told = load(tmp_path / "book", languages, f'"{title}"').diagnostics
    assert {(one.code, one.severity, str(one.help)) for one in told} == {
        ("missing-language", "warning", help)
    }


def test_a_language_that_the_rulebook_does_not_have_is_told(tmp_path: Path) -> None:
    loaded = load(tmp_path / "book", "en, de", "{en: Order, de: Bestellung, fr: Commande}")
    assert {one.code for one in loaded.diagnostics} == {"extra-language"}


@pytest.mark.parametrize(
    ("tag", "help"),
    [
        ("english", "did you mean `en`?"),
        ("pt_BR", "did you mean `pt-BR`?"),
        ("xx", "BCP 47"),
        ("EN", "did you mean `en`?"),
    ],
)
def test_a_tag_of_no_language_is_refused(tmp_path: Path, tag: str, help: str) -> None:
    found = load(tmp_path / "book", tag, "Order").diagnostics
    assert [one.code for one in found if one.severity == "error"] == ["unknown-language"]
    assert any(help in str(one.help) for one in found)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("zh", "订单"),
        ("zh-CN", "订单"),
        ("zh-TW", "訂單"),
        ("en", "order"),
        ("de", "订单"),
        ("en-GB", "order"),
    ],
)
def test_the_nearest_language_is_shown(asked: str, words: str) -> None:
    text = Text((("zh-CN", "订单"), ("zh-TW", "訂單"), ("en", "order")))
    assert text.in_language(asked) == words


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("zh_hans_cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-CH-1996"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("ca-valencia", "ca-valencia"),
        ("en-x-plain", "en-x-plain"),  # an edition in plain words
        ("hmn", "hmn"),  # a language without a locale of its own
        ("iw", "he"),
        ("German", "de"),
        ("de-", None),
        ("de-x", None),
        ("de--AT", None),
        ("qq-DE", None),
        ("i-klingon", None),
    ],
)
def test_a_tag_is_spelled_as_is_usual(written: str, tag: str | None) -> None:
    assert tag_of(written) == tag


@pytest.mark.parametrize(
    ("title", "help"),
    [
        ("{DE: Auftrag}", "did you mean `de`?"),
        ("{German: Auftrag}", "did you mean `de`?"),
        ("{de_AT: Auftrag}", "did you mean `de-AT`?"),
        ("{klingon: Auftrag}", "write a tag such as `en`, `de` or `pt-BR` (BCP 47)"),
        ("{de: Auftrag, members: [a]}", "write a tag such as `en`, `de` or `pt-BR` (BCP 47)"),
        ("{text: Auftrag}", "write `title: Auftrag`"),
        (
            "{de: Auf, tag}",
            'a comma ends a text inside braces: put the whole text in quotes, `de: "Auf, tag"`',
        ),
        (
            "{de: Auf, und ab}",
            'a comma ends a text inside braces: put the whole text in quotes, `de: "Auf, und ab"`',
        ),
    ],
)
def test_what_is_no_tag_in_a_title_is_answered(tmp_path: Path, title: str, help: str) -> None:
    found = load(tmp_path / "book", "de", "Auftrag")
    assert found.rulebook is not None
    path = tmp_path / "book" / "facts.yaml"
    path.write_text(FACTS.replace("title: TITLE", f"title: {title}", 1).replace("TITLE", "Auftrag"), "utf-8")
    (told,) = [one for one in load_model(str(tmp_path / "book"), ()).diagnostics if one.severity == "error"]
    assert str(told.help) == help


def test_names_are_the_same_in_every_language() -> None:
    assert unspoken("S-1").in_language("de") == "S-1" and not unspoken("")
    assert bilingual("开", "open").in_language("de", "en") == "open"
    assert tag_of("zh-hans") == "zh-Hans" and tag_of("de") == "de" and tag_of("qq") is None
    assert language_name("de", "zh") == "德语" and language_name("qq", "en") == "qq"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_program_speaks_its_own_languages(tmp_path: Path, language: Language) -> None:
    loaded = load(tmp_path / "book", "ja", "注文")
    assert loaded.rulebook is not None
    card = Cards(loaded.rulebook, Speech(language)).of("one")
    assert card is not None and "注文" in card
