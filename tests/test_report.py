"""A report counts the cases of one period, as the rulebook's YAML says (worked case T18)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from frozen import FROZEN, RULES
from jsonschema import Draft7Validator

from policyengine import load_rulebook
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.reporting.data import render_report_csv, render_report_json
from policyengine.reporting.html import render_report_html
from policyengine.reporting.periods import Period, PeriodError, days, week
from policyengine.reporting.tables import Counter, ReportResult
from policyengine.reporting.text import render_report_text
from policyengine.syntax.schemas import schema_text
from policyengine.values.escaping import inert_cell

ROOT = Path(__file__).parent.parent
REVIEWS = (FROZEN / "examples/reviews/2012-w27.ndjson").read_text("utf-8").splitlines()


def counted(
    lines: list[str], period: Period | None = None, as_of: str = "2012-07-09 09:00", **assume: str
) -> ReportResult:
    chosen = {name.replace("_", "-"): reading for name, reading in assume.items()}
    rulebook = load_rulebook(RULES, engine="reference", assume=chosen)
    report = rulebook.model.reports["weekly_reviews"]
    instant = rulebook.read_instant(as_of)
    counter = Counter(rulebook.model, report, period or week("2012-W27", report.week_starts), instant)
    for number, line in enumerate(lines, 1):
        case, faults = rulebook.read_case(line, "reviews", number)
        assert case is not None, faults
        counter.take(rulebook.judge(case, instant))
    return counter.result()


def numbers(result: ReportResult, name: str) -> dict[Any, tuple[int, int]]:
    table = next(one for one in result.counts if one.counted.id == name)
    return {row.group.value: (row.now, row.before) for row in table.rows}


def review(**facts: Any) -> str:
    return json.dumps({"customer": {"id": facts.pop("customer", "c")}, "review": facts})


def test_the_week_of_t18() -> None:
    result = counted(REVIEWS)
    assert result.tally.counted == 6
    assert result.tally.not_meant == 1
    assert numbers(result, "by_cause") == {
        "发货慢": (3, 2),
        "商品破损": (1, 0),
        "态度差": (1, 0),
        None: (1, 0),
        "颜色不符": (0, 1),
    }
    assert numbers(result, "by_cause_source") == {"review": (3, 3), "chat": (2, 0), "unknown": (1, 0)}
    assert numbers(result, "by_result") == {"bad": (4, 2), "neutral": (2, 1)}
    assert [name for name, _ in result.lists[0].rows] == ["R-004", "R-006", "R-007", "R-008", "R-009"]
    assert result.repeats[0].rows == (("mm_0816", ("R-004", "R-007")),)


def test_the_week_is_that_of_the_time_zone() -> None:
    """Sunday 24:00 in Shanghai is Sunday 16:00 in UTC (A-18)."""
    lines = [
        review(created_at="2012-07-01T15:59:59Z", result="bad"),
        review(created_at="2012-07-01T16:00:00Z", result="bad"),
        review(created_at="2012-07-08T15:59:59Z", result="bad"),
        review(created_at="2012-07-08T16:00:00Z", result="bad"),
    ]
    tally = counted(lines, as_of="2012-07-10 00:00").tally
    assert (tally.counted, tally.before, tally.other_period) == (2, 1, 1)


def test_by_the_time_of_registration() -> None:
    assert counted(REVIEWS, A_18="registration_time").tally.counted == 6
    assert counted(REVIEWS, A_18="registration_time").tally.undated == 1


def test_what_cannot_be_told_is_not_dropped() -> None:
    lines = [review(created_at="2012-07-03 10:00:00"), review(created_at="2012-07-03 10:00:00", result="bad")]
    assert counted(lines).tally.counted == 1
    assert counted(lines).tally.undetermined == 1
    assert counted(lines, A_18="registration_time").tally.undated == 2


def test_spaces_around_a_cause_make_no_cause_of_their_own() -> None:
    lines = [
        review(created_at="2012-07-03 10:00:00", result="bad", stated_cause=cause)
        for cause in ("发货慢", "发货慢 ", "", " ")
    ]
    assert numbers(counted(lines), "by_cause") == {"发货慢": (2, 0), None: (2, 0)}


def test_causes_that_came_up_again_and_what_was_done_about_them() -> None:
    lines = [
        review(created_at="2012-06-11 10:00:00", result="bad", stated_cause="发货慢"),
        review(created_at="2012-07-03 10:00:00", result="bad", stated_cause="发货慢", improvement="当天打包"),
        review(created_at="2012-07-03 11:00:00", result="bad", stated_cause="破损"),
    ]
    (one,) = [each for each in counted(lines).repeats if each.repeats.id == "per_cause"]
    assert one.rows == ()
    (several,) = [each for each in counted(lines, days("2012-06-11", "2012-07-08")).repeats if each.repeats.id == "per_cause"]  # fmt: skip  # noqa: E501
    assert [value for value, _ in several.rows] == ["发货慢"]
    (open_,) = [each for each in counted(lines).lists if each.listed.id == "without_improvement"]
    assert len(open_.rows) == 1


def test_an_empty_week() -> None:
    result = counted([])
    assert result.tally.counted == 0
    for language in get_args(Language):
        assert render_report_text(result, 0, Speech(language))
        assert render_report_html(result, 0, Speech(language))


@pytest.mark.parametrize("language", get_args(Language))
def test_every_form_is_sound_and_always_the_same(language: Language) -> None:
    say = Speech(language)
    one, other = counted(REVIEWS), counted(REVIEWS)
    assert render_report_text(one, 1, say) == render_report_text(other, 1, say)
    assert render_report_html(one, 1, say) == render_report_html(other, 1, say)
    assert render_report_csv(one, say) == render_report_csv(other, say)
    schema = json.loads(schema_text("report-result"))
    Draft7Validator.check_schema(schema)
    faults = list(Draft7Validator(schema).iter_errors(json.loads(render_report_json(one, 1))))
    assert not faults, faults[0].message


def test_words_of_the_reviews_cannot_break_out() -> None:
    lines = [review(created_at="2012-07-03 10:00:00", result="bad", stated_cause="<script>alert(1)</script>")]
    lines += [review(created_at="2012-07-03 10:00:00", result="bad", stated_cause="=1+1") for _ in range(2)]
    result = counted(lines)
    assert "<script>" not in render_report_html(result, 0, Speech("en"))
    table = list(csv.reader(io.StringIO(render_report_csv(result, Speech("en")))))
    assert ["By cause", "'=1+1", "2", "0", ""] in table


@pytest.mark.parametrize(
    "cause",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "\t=1",
        "\n=1",
        "\u3000＝1",
        "\ufeff=1",
        " \n @x",
    ],
)
def test_no_cell_is_a_formula(cause: str) -> None:
    assert inert_cell(cause) == f"'{cause}"


@pytest.mark.parametrize("cause", ["1=1", "a+b", "", "质量", " a=b", 5])
def test_other_cells_stay_as_they_are(cause: object) -> None:
    assert inert_cell(cause) == cause


@pytest.mark.parametrize("cause", ["a\ufffeb", "\uffff", "$\\frac$", "$", "]]>&<"])
def test_the_page_holds_only_what_html_can_hold(cause: str) -> None:
    lines = [review(created_at="2012-07-03 10:00:00", result="bad", stated_cause=cause)] * 2
    page = render_report_html(counted(lines), 0, Speech("en"))
    assert "\ufffe" not in page and "\uffff" not in page


def test_weeks_and_days() -> None:
    whole = week("2012-W27", "monday")
    assert (whole.first, whole.last) == (date(2012, 7, 2).toordinal(), date(2012, 7, 8).toordinal())
    assert week("2012-W01", "monday").first == date(2012, 1, 2).toordinal()
    assert week("2015-W53", "monday").last == date(2016, 1, 3).toordinal()
    assert week("2012-W27", "sunday").first == date(2012, 7, 1).toordinal()
    assert week("2012-W27", "monday").before() == Period(
        date(2012, 6, 25).toordinal(), date(2012, 7, 1).toordinal(), "2012-06-25 – 2012-07-01"
    )
    assert days("2012-07-02", "2012-07-02").before().first == date(2012, 7, 1).toordinal()
    for wrong in ("2012-W54", "2012-W00", "27", "2012-27", ""):
        with pytest.raises(PeriodError):
            week(wrong, "monday")
    for first, last in (("2012-07-03", "2012-07-02"), ("2012-02-30", "2012-03-01"), ("x", "2012-03-01")):
        with pytest.raises(PeriodError):
            days(first, last)


def test_a_page_of_tables_sets_numbers_under_numbers() -> None:
    from policyengine.render.html_page import table

    made = table(("a", "n"), [("x", 5), ("y", "+1"), ("z", "·")])
    assert made.count('class="number"') == 4 and '<th class="number">n</th>' in made
    assert "<th>a</th>" in made
    assert (
        table(("a", "n"), [("0", 5), ("y", 1)]).count('class="number"') == 3
    )  # a name may look like a number


def test_counts_have_bars_as_long_as_they_are() -> None:
    from policyengine.render.html_page import table

    made = table(("a", "n"), [("x", "8"), ("y", "2"), ("z", "0")], drawn=True)
    assert re.findall(r"width:([0-9.]+)%", made) == ["100.0", "25.0", "0.0"]
    assert "width:0.0%" in table(("a", "n"), [("x", "0")], drawn=True)


def test_a_chart_has_a_number_at_every_bar_and_no_title_of_its_own() -> None:
    pytest.importorskip("matplotlib")
    from policyengine.reporting.chart import Bar, bar_chart

    drawn = bar_chart([Bar("slow", 31, 17), Bar("rude", 8, 0)], "this week", "the week before")
    told = re.findall(r">([^<>]+)</text>", drawn)
    assert sorted(told) == sorted(["31", "17", "8", "0", "slow", "rude", "this week", "the week before"])


def test_the_legend_of_a_chart_stands_below_all_bars() -> None:
    pytest.importorskip("matplotlib")
    from policyengine.reporting.chart import Bar, bar_chart

    drawn = bar_chart([Bar("slow", 5, 5), Bar("rude", 5, 5)], "this week", "the week before")
    places = {words: float(y) for y, words in re.findall(r'<text[^>]* y="([^"]+)"[^>]*>([^<]+)<', drawn)}
    assert places["this week"] == places["the week before"] > places["rude"] + 20
