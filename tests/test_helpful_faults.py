"""Slips of clerks, each in a copy of the starter: one fault, and a help that heals it when it is followed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.api import load_rulebook
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound

STARTER = Path(__file__).parent.parent / "src/policyengine/starter"
POLICY, FACTS, BOOK = "policies/returns.yaml", "facts.yaml", "rulebook.yaml"
TITLE = "title: {zh: 退货期, en: Time to return}"
FEE = "title: {zh: 应退金额, en: refund}, role: outcome"
NOT_COMPUTED = (
    "nothing is computed in `otherwise`: compute it in an amount, or let a rule give it to a fact, and write"
    " its name"
)
CONDITION = "order.custom_made: yes"
QUOTE = 'source: {section: "1", quote: 收货后7天内可以退货}'


def faults(folder: Path, file: str, old: str, new: str) -> list[Diagnostic]:
    """Return what is wrong with the starter after an edit of the first place where a text stands."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(STARTER, folder)
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    try:
        load_rulebook(folder)
    except FaultsFound as found:
        return list(found.diagnostics)
    return []


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "help", "healed"),
    [
        (
            FACTS, FEE, FEE + ", otherwise: {total_of: {list: a, of: b}, where: c}", "wrong-shape",
            NOT_COMPUTED, FEE + ", otherwise: order.total",
        ),
        (
            FACTS, FEE, FEE + ', otherwise: {formula: "order.total * 2"}', "wrong-shape", NOT_COMPUTED, None,
        ),
        (
            FACTS, FEE, FEE + ", otherwise: order.total * 2", "bad-value",
            'write `formula: "order.total * 2"` in an amount, and here its name', None,
        ),
        (
            POLICY, QUOTE, QUOTE.replace("{", "{document: term, "), "unknown-document",
            "did you mean `terms`?", QUOTE.replace("{", "{document: terms, "),
        ),
        (
            POLICY, QUOTE, QUOTE.replace("{", "{document: elsewhere, "), "unknown-document",
            "declare it under `documents` in rulebook.yaml", None,
        ),
        (
            POLICY, "  return_too_late:", "  Return too late:", "bad-name",
            "a name has no spaces and no capitals: write `return_too_late`", "  return_too_late:",
        ),
        (
            POLICY, "overrides: [return_in_time]", "overrides: 【return_in_time】", "wrong-shape",
            "write `overrides: [return_in_time]`", "overrides: [return_in_time]",
        ),
        (
            POLICY, CONDITION, 'order.total: ">= 100"', "bad-value",
            "write `{at_least: 100}`", "order.total: {at_least: 100}",
        ),
        (
            POLICY, CONDITION, "order.total: ≤100", "bad-value",
            "write `{at_most: 100}`", "order.total: {at_most: 100}",
        ),
        (
            POLICY, CONDITION, "order.total: more than 100", "bad-value",
            "write `{more_than: 100}`", "order.total: {more_than: 100}",
        ),
        (
            POLICY, CONDITION, 'order.received_at: "< 2026-01-01 00:00"', "bad-value",
            "write `{before: 2026-01-01 00:00}`", "order.received_at: {before: 2026-01-01 00:00}",
        ),
        (
            POLICY, CONDITION, "order.total: > 100", "yaml-syntax",
            "`>` does not compare: write `{more_than: 100}`", "order.total: {more_than: 100}",
        ),
        (
            POLICY, CONDITION, "order.total: {at_least: 1}\n      order.total: {at_most: 9}", "duplicate-key",
            "keep one of the two, or write both as one: `{at_least: 1, at_most: 9}`",
            "order.total: {at_least: 1, at_most: 9}",
        ),
        (
            POLICY, CONDITION, "order.total: {at_least: 1}\n      order.total: {at_least: 9}",
            "duplicate-key", "keep one of the two", "order.total: {at_least: 9}",
        ),
        (
            POLICY, CONDITION, "order.received_at: {after: 2026-01-01}", "bad-value",
            "add the time of day: `2026-01-01 00:00` is the beginning of that day; its end is"
            " `{end_of: 2026-01-01}`",
            "order.received_at: {after: 2026-01-01 00:00}",
        ),
        (
            POLICY, QUOTE, "source: {section: 1, quote: 收货后 #7天}", "yaml-syntax",
            "` #` begins a comment, which hides the rest of the line: put the text in quotes",
            'source: {section: 1, quote: "收货后 #7天"}',
        ),
        (
            POLICY, QUOTE, 'source: {section: "1, quote: 收货后7天内可以退货}', "yaml-syntax",
            "a quote on this line has no partner: close it, or remove it", QUOTE,
        ),
        (
            POLICY, "    title: {zh: 退货期", "  \u3000title: {zh: 退货期", "yaml-space",
            "replace it by ordinary spaces, or put the text in quotes if it is meant",
            "    title: {zh: 退货期",
        ),
        (
            POLICY, "parameters: ", "effective: {by: order.total}\nparameters: ", "type-mismatch",
            None, "effective: {by: order.received_at}\nparameters: ",
        ),
        (
            POLICY, "[{value: 7 days}]", "[{value: 7 days}, {from: 2026-01-01, value: 9 days}]",
            "undated-policy",
            "add a line `effective: {by: order.received_at}` below the title of the policy; the times are"
            " `order.received_at`, `return.asked_at`", None,
        ),
        # Yes or no where there is a time, or a sum.
        (
            POLICY, CONDITION, "order.received_at: yes", "bad-value", "write `happened`",
            "order.received_at: happened",
        ),
        (
            POLICY, CONDITION, "return.asked_at: no", "bad-value", "write `{happened: no}`",
            "return.asked_at: {happened: no}",
        ),
        (
            POLICY, CONDITION, "order.total: yes", "bad-value",
            "write an amount such as `100`, `100.00` or `100.00 元`", "order.total: 100",
        ),
        (
            POLICY, CONDITION, "order.custom_made: != yes", "yaml-tag",
            "`!=` does not compare: write `{is_not: yes}`", "order.custom_made: {is_not: yes}",
        ),
        (
            POLICY, CONDITION, 'asking.status: "≠ met"', "bad-value",
            "write `{is_not: met}`", "asking.status: {is_not: met}",
        ),
        # What need not be there, and what a source needs first.
        (
            POLICY, "overrides: [return_in_time]", "overrides: []", "wrong-shape",
            "leave the line out, or write what belongs here", None,
        ),
        # A day that does not exist, for which no time of day is to be added.
        (
            POLICY, CONDITION, "order.received_at: {after: 2026-02-30}", "bad-value",
            "check the month and the day; the order is year, month, day",
            "order.received_at: {after: 2026-02-28 00:00}",
        ),
        # Commas that end a value, and commas that part none.
        (
            POLICY, CONDITION, "order.total: {at_least: 1,050,000.00}", "unknown-key",
            "a comma ends a value inside braces: write `at_least: 1050000.00`",
            "order.total: {at_least: 1050000.00}",
        ),
        (
            POLICY, CONDITION, "any: [{order.total: 1,050.00}]", "bad-name",
            "a comma ends a value inside braces: write `order.total: 1050.00`",
            "any: [{order.total: 1050.00}]",
        ),
        (
            POLICY, CONDITION, "any: [{asking.status: open, met}]", "wrong-shape",
            "write several values in brackets: `asking.status: [open, met]`",
            "any: [{asking.status: [open, met]}]",
        ),
        (
            POLICY, CONDITION, "any: [{asking.status: 【open, met】}]", "bad-name",
            "write several values in brackets: `asking.status: [open, met]`", None,
        ),
        (
            POLICY, CONDITION, "asking.status: [open、met]", "bad-value",
            "separate the names by commas: `open, met`", None,
        ),
        (
            POLICY, "en: Time to return}", "en: Time, to return, or so}", "unknown-key",
            'a comma ends a text inside braces: put the whole text in quotes, `en: "Time, to return, or so"`',
            'en: "Time, to return, or so"}',
        ),
        (FACTS, "  order.custom_made:", "  order.custom-made:", "bad-name", None, "  order.custom_made:"),
        (FACTS, "  order.total:", "  Order.Total:", "bad-name", None, "  order.total:"),
        (BOOK, "CNY", "RMB", "unknown-currency", "did you mean `CNY`?", "CNY"),
        (BOOK, "CNY", "QQQ", "unknown-currency", "write the code of ISO 4217, such as `EUR`", "EUR"),
    ],
)  # fmt: skip
def test_a_slip_is_told_once_and_its_help_heals(
    tmp_path: Path, file: str, old: str, new: str, code: str, help: str | None, healed: str | None
) -> None:
    (found,) = faults(tmp_path / "book", file, old, new)
    assert found.code == code
    assert help is None or str(found.help) == help
    assert healed is None or faults(tmp_path / "book", file, old, healed) == []


def test_values_with_dates_are_healed_by_the_line_that_the_help_shows(tmp_path: Path) -> None:
    dated = (
        "title: {zh: 退货, en: Returns}\neffective: {by: order.received_at}\nparameters:\n  return_period:\n"
        "    title: {zh: 退货期, en: Time to return}\n"
        "    values: [{value: 7 days}, {from: 2026-01-01, value: 9 days}]"
    )
    text = (STARTER / POLICY).read_text("utf-8")
    old = text[
        text.index("title: {zh: 退货, en") : text.index("[{value: 7 days}]") + len("[{value: 7 days}]")
    ]
    assert faults(tmp_path / "book", POLICY, old, dated) == []


def test_a_text_may_begin_with_a_sign(tmp_path: Path) -> None:
    text = "order.note: {type: text, title: {zh: 备注, en: note}}\n  order.total:"
    folder = tmp_path / "book"
    assert faults(folder, FACTS, "order.total:", text) == []
    path = folder / POLICY
    path.write_text(path.read_text("utf-8").replace(CONDITION, 'order.note: ">= 100"'), "utf-8")
    assert load_rulebook(folder)


def test_a_source_without_documents_is_told_how_one_is_declared(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    book = (STARTER / BOOK).read_text("utf-8")
    documents = book[book.index("documents:") : book.index("counting:")]
    found = faults(folder, BOOK, documents, "")
    assert {(one.code, str(one.help)) for one in found} == {
        (
            "unknown-document",
            "declare the document in rulebook.yaml, for example"
            " `documents: {terms: {title: {zh: 服务条款, en: Terms}}}`",
        )
    }
    assert faults(folder, BOOK, documents, "documents: {terms: {title: {zh: 服务条款, en: Terms}}}\n") == []
