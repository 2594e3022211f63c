"""``policyengine show``: parts of a rulebook as sentences."""

# ruff: noqa: E501  (a sentence is easier to read in one line)

from __future__ import annotations

import re

import pytest
from frozen import RULES
from running import ROOT, Run

from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import load_model
from policyengine.render.cards import Cards

STARTER = str(ROOT / "src/policyengine/starter")


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("custom_made_cannot_be_returned", "en", "If “custom-made” is “yes”, then “return is allowed” is “no”. It takes precedence over “A return in time is allowed”."),
        ("custom_made_cannot_be_returned", "zh", "如果“是否定制”为“是”，则“可否退货”为“否”。它优先于“期内可以退货”。"),
        ("asking", "en", "buyer must act within “Time to return” from “received at”; what counts as acting: return asked for at."),
        ("asking.due", "zh", "买家须在“收货时间”起“退货期”内履行；以下算履行：申请退货时间。"),
        ("handling_fee", "en", "“order total” × “Rate of the handling fee”; rounded to the nearest 0.01 CNY, halves up; at least 1.00 CNY; at most 20.00 CNY"),
        ("return_period", "zh", "7 天"),
        ("order.total", "en", "fact order.total: order total"),
        ("A-01", "zh", "included：期满时申请仍算按时（默认）"),
        ("buyer_may_still_ask", "en", "then buyer may: ask for a return, before the end of “Asking for a return”; if not: later it cannot be returned."),
        ("returns", "en", "policy returns: Returns"),
    ],
)  # fmt: skip
def test_a_part_is_a_sentence(run: Run, name: str, language: str, words: str) -> None:
    told = run("show", name, "--rules", STARTER, "--lang", language)
    assert told.code == 0
    assert words.replace(" ", "") in told.out.replace("\n  ", "").replace(" ", "")


def test_an_unknown_name_is_told_with_the_nearest(run: Run) -> None:
    told = run("show", "handling_fe", "--rules", STARTER, "--lang", "en")
    assert (told.code, "did you mean `handling_fee`?" in told.err) == (2, True)


def test_broken_rules_are_told(run: Run, broken_rules: object) -> None:
    assert run("show", "x", "--rules", str(broken_rules)).code == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_has_a_card_without_holes(language: str) -> None:
    """Every name of the real rulebook has a sentence, and no place of a template is left open."""
    book = load_model(str(RULES), ()).rulebook
    assert book is not None
    cards = Cards(book, Speech("zh" if language == "zh" else "en"))
    for name in cards.names():
        text = cards.of(name)
        # Braces of the rulebook itself hold the name of a fact, or `value`; those of sentences one word.
        assert (
            text
            and "{" not in re.sub(r"\{(…|value|case|as_of|documents|time_zone|[a-z_]+\.[a-z_.]+)\}", "", text)
            and "None" not in text
        )
        assert "““" not in text and "  如果，" not in text and "If ," not in text


@pytest.mark.parametrize("name", ["buyer", "买家"])
def test_the_template_of_a_letter_has_a_card(run: Run, name: str) -> None:
    told = run("show", name, "--rules", str(RULES), "--lang", "zh")
    assert told.code == 0 and told.out.startswith("致 buyer 的函件：买家")
    assert "  告知：是否违约；" in told.out and "1. “案件编号：{case}”" in told.out
    assert "“需要您办理”：收件人须办理什么" in told.out and "没有时写“您目前没有必须办理的事项。”" in told.out
