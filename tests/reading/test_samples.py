"""Examples in messages and schemas are in the words of the rulebook at hand, and never of another house."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyengine.diagnostics.diagnostic import Sample, error, message
from policyengine.diagnostics.span import Span
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.editor_schema import editor_schema
from policyengine.reading.samples import Samples
from policyengine.testing.read import read_shape

ROOT = Path(__file__).parents[2]
BOOK = """rulebook: koffer
version: "1"
title: Gepäck
time_zone: Europe/Berlin
currency: JPY
calendar: DE
languages: [de]
parties: {gast: Gast}
"""
FACTS = """facts:
  ticket.bought_at: {type: instant, title: gekauft am}
  ticket.starts_at: {type: instant, title: Abflug, planned: yes}
  ticket.price: {type: money, title: Preis}
  ticket.class: {type: choice, title: Klasse, values: {first: Erste, last: Letzte}}
  ticket.paid: {type: boolean, title: bezahlt}
  fee: {type: money, title: Gebühr, role: outcome}
lists:
  bags:
    title: Koffer
    facts:
      weight: {type: number, title: Gewicht}
      heavy: {type: boolean, title: schwer}
"""
POLICY = """policy: p
title: Koffer
deadlines:
  ask: {title: fragen, who: gast, starts: ticket.bought_at, within: 2 days, met_by: ticket.starts_at}
rules: {late: {title: Spät, when: {ask.status: missed, bags.0.heavy: known}, then: {fee: 5}}}
"""
RULES = POLICY.replace(", bags.0.heavy: known", "")


def write(folder: Path, rules: str = RULES, facts: str = FACTS) -> str:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    for name, text in (("rulebook", BOOK), ("facts", facts), ("policies/p", rules)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return str(folder)


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    loaded = load_model(write(tmp_path / "book"), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


@pytest.mark.parametrize(
    ("example", "own"),
    [
        ("order.received_at", "ticket.bought_at"),
        ("{order.total: {at_least: 100.00}}", "{ticket.price: {at_least: 100}}"),
        ("{return.reason: [defective, unwanted]}", "{ticket.class: [first, last]}"),
        ("{list: order.items, of: price, at_most: 2.50}", "{list: bags, of: weight, at_most: 3}"),
        ("{list: order.items, where: {damaged: yes}}", "{list: bags, where: {heavy: yes}}"),
        ("order.items.0.price", "bags.0.weight"),
        ("{base: order.total, plus: order.shipping}", "{base: ticket.price, plus: fee}"),
        ("asking.due", "ask.due"),
        ("{before: flight.departs_at, by: 24 hours}", "{before: ticket.starts_at, by: 24 hours}"),
        ("{type: money, title: {zh: 交易金额, en: order total}}", "{type: money, title: …}"),
        ("{return.refund: 0.00}", "{fee: 0}"),
        ("40.00 of 100%, 1.5, 2026-06-05 12:00", "40 of 100%, 1.5, 2026-06-05 12:00"),
        # What is made with its title keeps its name.
        ("values: {unwanted: {zh: 不想要了, en: unwanted}}", "values: {unwanted: …}"),
        # What this house has not: the whole example stays as it is.
        ("{order.total: order.parts}", "{order.total: order.parts}"),
        ("{list: order.items, of: sent_at}", "{list: order.items, of: sent_at}"),
        ("A-01", "A-01"),
    ],
)
def test_an_example_is_said_in_the_words_of_the_house(book: Rulebook, example: str, own: str) -> None:
    assert Samples(book).text(example) == own


@pytest.mark.parametrize(
    ("languages", "own"),
    [
        (("zh", "en"), "{title: {zh: 标题, en: Title}}"),
        (("en", "zh-TW"), "{title: {en: Title, zh-TW: 标题}}"),
        (("en",), "{title: Title}"),
        (("de", "fr"), "{title: {de: …, fr: …}}"),
    ],
)
def test_titles_of_examples_are_in_its_languages(
    book: Rulebook, languages: tuple[str, ...], own: str
) -> None:
    samples = Samples(replaced(book, languages))
    assert samples.text("{title: {zh: 标题, en: Title}}") == own
    value = samples.value({"title": {"zh": "标题", "en": "Title"}})
    assert (
        value == {"title": "Title"}
        if len(languages) == 1
        else {"title": dict.fromkeys(languages, "…")}.keys()
    )


def replaced(book: Rulebook, languages: tuple[str, ...]) -> Rulebook:
    from policyengine.frozen import replace

    return replace(book, languages=languages)


def test_what_somebody_wrote_stays(book: Rulebook) -> None:
    help = message("write `{example}`", example=Sample("order.received_at", "shop: "))
    told = Samples(book).told(error("x", message("no"), Span(""), message("or {inner}", inner=help)))
    assert str(told.help) == "or write `shop: ticket.bought_at`"
    assert str(help) == "write `shop: order.received_at`"


@pytest.mark.parametrize(
    ("old", "new", "help"),
    [
        ("starts: ticket.bought_at", "starts: [a]", "write for example `starts: ticket.bought_at`"),
        ("who: gast, ", "", "add for example `who: gast`"),
        ("then: {fee: 5}", "then: {}", "write for example `then: {fee: 0}`"),
        ("title: Spät, ", "", "add for example `title: …`"),
        (
            "ask.status",
            "Ask.Status",
            "write a name such as `ticket.bought_at`, or an assumption such as `A-01`",
        ),
        ("{ask.status: missed}", "{total_of: {list: bags, at_least: 1}}", "add for example `of: weight`"),
    ],
)
def test_help_speaks_of_this_rulebook(tmp_path: Path, old: str, new: str, help: str) -> None:
    assert old in RULES
    told = load_model(write(tmp_path, RULES.replace(old, new)), ()).diagnostics
    assert help in "\n".join(str(one.help) for one in told)
    assert not re.search(r"order\.|shop|refund|buyer|seller|return\.", str(told))


def test_a_formula_is_shown_of_facts_that_are_there(tmp_path: Path) -> None:
    rules = RULES + 'amounts: {x: {title: X, formula: "5 +"}}\n'
    (told,) = load_model(write(tmp_path, rules), ()).diagnostics
    assert str(told.help) == "write for example `ticket.price * 5% + 2`"


def test_tests_of_a_rulebook_are_helped_in_its_words(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "p.cases.yaml"
    path.write_text(
        "policy_cases: p\ncases:\n  - {name: n, given: {}, checks: [{expect: {fee: 5}}]}\n", "utf-8"
    )
    helps = [str(one.help) for one in read_shape(str(path), None, book)[1]]
    assert helps == ["add for example `as_of: 2026-06-05 12:00`"]


def test_the_schema_for_editors_has_examples_of_this_rulebook(book: Rulebook) -> None:
    schema = json.dumps(editor_schema(book, "policy"), ensure_ascii=False)
    assert '"ticket.bought_at"' in schema and '"order.received_at"]' not in schema
    assert '"list": "bags"' in schema


def names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from names(one)
    elif isinstance(value, list):
        for one in value:
            yield from names(one)
    elif isinstance(value, str):
        yield value


def examples(schema: object) -> Iterator[object]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "examples":
                yield value
            yield from examples(value)
    elif isinstance(schema, list):
        for one in schema:
            yield from examples(one)


def test_no_schema_speaks_of_one_house() -> None:
    """Names of the rulebook that is shipped stand in no example of the language."""
    loaded = load_model(str(ROOT / "rules" / "taobao"), ()).rulebook
    assert loaded is not None
    own = {
        *loaded.facts,
        *loaded.lists,
        *loaded.deadlines,
        *loaded.rules,
        *loaded.clauses,
        *loaded.parameters,
    }
    for path in (ROOT / "schemas").glob("*.schema.json"):
        if path.name == "case.schema.json":  # made from that rulebook
            continue
        told = {word for one in examples(json.loads(path.read_text("utf-8"))) for word in names(one)}
        shared = {one for one in told & own if re.search(r"[._]", one) and not one.startswith("order.")}
        assert shared <= {"return_period"}, path.name
        assert not any("淘宝" in one or "taobao" in one for one in told)


def test_every_fact_of_an_example_has_a_counterpart(book: Rulebook) -> None:
    """A name of the shop that nobody replaces would be shown to every other house."""
    kept = {"return.decision", "bag-fee.csv", "bag-fee-2024.csv", "eu.txt", "holidays.txt"}
    for path in (ROOT / "schemas").glob("*.schema.json"):
        if path.name == "case.schema.json":
            continue
        told = {word for one in examples(json.loads(path.read_text("utf-8"))) for word in names(one)}
        facts = {one for one in told if re.fullmatch(r"[a-z][a-z_-]*(\.[a-z0-9_]+)+", one)}
        assert facts - kept <= Samples(book).known, path.name
