"""The same thing is told alike everywhere: the number of a record, the end of a time, a quote in a quote."""

from __future__ import annotations

import re
from functools import cache

import pytest
from frozen import FROZEN, RULES

from policyengine import load_rulebook
from policyengine.api.decision import Decision
from policyengine.diagnostics.diagnostic import message, nested
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.outcome.letter import letter_content
from policyengine.outcome.timeline import Timeline, make_timeline
from policyengine.render.brief import brief_text
from policyengine.render.letter import render_letter
from policyengine.render.text import render_text
from policyengine.render.timeline_layout import layout_of
from policyengine.render.timeline_text import render_timeline

CASES = FROZEN / "examples" / "cases"
HELD = "2012-03-21 12:00:00"
"""The platform decides until the midnight after 23 March; three pieces of evidence have been submitted."""


@cache
def judged(name: str, as_of: str) -> tuple[Decision, Timeline]:
    book = load_rulebook(RULES, engine="compiled")
    text = (CASES / f"{name}.json").read_text("utf-8")
    read, _ = book.read_case(text, name)
    assert read is not None
    return book.evaluate(text, as_of=as_of), make_timeline(book, read, book.read_instant(as_of))


def pages(name: str, as_of: str, party: str, language: Language) -> dict[str, str]:
    """Return what is told of a case in every form that people read."""
    say, (decision, lived) = Speech(language), judged(name, as_of)
    layout = layout_of(lived, say)
    drawn = [" ".join(line.text for line in item.lines) for item in layout.items]
    return {
        "evaluate": render_text(decision, say),
        "timeline": render_timeline(lived, say, columns=400),
        "picture": "\n".join([*drawn, *(tick.text for tick in layout.ticks)]),
        "letter": render_letter(decision, letter_content(decision, party), say),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_record_has_one_number_and_its_name_another(language: Language) -> None:
    second = {"zh": "第 ?2 ?条", "en": r"no\. 2"}[language]
    told = pages("late-dispatch-rejected", "2012-03-30 12:00", "seller", language)
    for form, page in told.items():
        assert re.search(second, page), form
        assert not re.search(r" \[\d\]", page), form
    assert "complaint.evidence[1].considered" in told["evaluate"]  # what `--why` takes counts from zero


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_end_at_midnight_is_told_as_the_end_of_that_day(language: Language) -> None:
    told = pages("late-dispatch-rejected", HELD, "seller", language)
    decision, _ = judged("late-dispatch-rejected", HELD)
    told["brief"] = brief_text(decision, Speech(language))
    told["why"] = "\n".join(decision.why("platform_decision.due", language).splitlines())
    ends = {"zh": "(3月23日|2012-03-23) 24:00", "en": "(23 (Mar|March)( 2012)?,|2012-03-23) 24:00"}[language]
    for form, page in told.items():
        assert re.search(ends, page), form
        assert not re.search("2012-03-24 00:00:00|3月24日 00:00|24 Mar(ch)?, 00:00", page), form


def test_an_amount_tells_no_nameless_nothing() -> None:
    zh = pages("refund-refused", "2012-04-20 8:00", "buyer", "zh")["evaluate"]
    assert "交易金额 25.00 − 愿意支付给卖家的金额 20.00 = 5.00" in zh
    assert "愿意支付给卖家的金额 0.00" in zh  # that has a name


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("the buyer's “late” order", "the buyer's ‘late’ order"),
        ("the buyer’s “late” order", "the buyer’s ‘late’ order"),
        ("发起“未按‘约定’发货”的投诉", "发起‘未按“约定”发货’的投诉"),
        ("without quotes, it’s ‘as it is’", "without quotes, it’s ‘as it is’"),
    ],
)
def test_quotes_inside_of_quotes_are_single_ones(text: str, inner: str) -> None:
    assert nested(text) == inner
    assert str(message("they say “{text}”", text=text)) == f"they say “{inner}”"
    assert str(message("write `{text}`", text=text)) == f"write `{text}`"
    assert Speech("zh")("“{quote}” ({section})", quote=text, section="A") == f"“{inner}”（A）"
