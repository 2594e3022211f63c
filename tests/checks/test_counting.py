"""What a rulebook says of its counting and never counts so; words that are right in another place."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.checks.unused_counting import check
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.loading.load import load_model

BOOK = """rulebook: shop
version: "1"
title: shop
time_zone: Europe/Berlin
currency: EUR
calendar: DE
languages: [en]
parties: {buyer: buyer}
counting: {COUNTING}
"""
FACTS = """facts:
  order.at: {type: instant, title: ordered}
  order.on: {type: date, title: ordered on}
  result.late: {type: boolean, role: outcome, title: late}
"""
POLICY = """policy: shop
title: shop
parameters:
  period: {title: period, PERIOD}
deadlines:
  clock: {title: clock, who: buyer, starts: order.at, within: period, CLOCK}
rules:
  late: {title: late, when: {WHEN}, then: {result.late: yes}}
"""


def make(
    folder: Path,
    counting: str = "days: rolling",
    period: str = "values: [{value: 3 days}]",
    clock: str = "kind: duty",
    when: str = "clock.status: ended",
) -> list[tuple[str, str]]:
    """Return which faults a rulebook has, with what helps; without any what its counting never counts."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK.replace("COUNTING", counting))
    (folder / "facts.yaml").write_text(FACTS)
    text = POLICY.replace("PERIOD", period).replace("CLOCK", clock).replace("WHEN", when)
    (folder / "policies" / "shop.yaml").write_text(text)
    loaded = load_model(str(folder), ())
    if loaded.rulebook is None:
        raise FaultsFound(loaded.diagnostics)
    return [(one.code, str(one.message).split("`")[1]) for one in check(loaded.rulebook)]


@pytest.mark.parametrize(
    ("counting", "period", "when", "unused"),
    [
        ("days: calendar, ends_on_holiday: next_business_day", "3 days", "clock.status: ended", []),
        (
            "days: rolling, ends_on_holiday: next_business_day", "3 days", "clock.status: ended",
            ["ends_on_holiday"],
        ),
        ("ends_on_holiday: next_business_day", "3 business days", "clock.status: ended", ["ends_on_holiday"]),
        # A holiday never moves the end of a length in a test, and a cut-off does, where days are whole ones.
        (
            'ends_on_holiday: next_business_day, cut_off: "17:00"', "3 hours",
            "order.on: {at_least: 2 days, before: order.at}", ["ends_on_holiday"],
        ),
        ('cut_off: "17:00"', "3 hours", "order.at: {at_least: 2 days, before: as_of}", ["cut_off"]),
        ("month_end: stays_last_day", "3 days", "order.at: {at_least: 2 months, before: as_of}", []),
        ("month_end: stays_last_day", "3 days", "order.at: {at_least: 2 days, before: as_of}", ["month_end"]),
    ],
)  # fmt: skip
def test_what_nothing_counts_is_told(
    tmp_path: Path, counting: str, period: str, when: str, unused: list[str]
) -> None:
    found = make(tmp_path, counting, f"values: [{{value: {period}}}]", when=when)
    assert found == [("unused-counting", one) for one in unused]


def test_a_length_that_is_left_open_may_be_counted_so(tmp_path: Path) -> None:
    assert make(tmp_path, 'days: calendar, cut_off: "17:00"', "type: duration, values: []") == []


@pytest.mark.parametrize(
    ("period", "clock", "help"),
    [
        ("effective: {from: 2026-01-01}, values: [{value: 3 days}]", "kind: duty", "from: 2026-01-01"),
        ("until: 2026-01-01, values: [{value: 3 days}]", "kind: duty", "from: 2026-01-01"),
        ("values: [{value: 3 days}]", "effective: {from: 2026-01-01}", "on the days of its policy"),
        ("values: [{value: 3 days}]", "pauses: {list: l, from: a, until: b, when: {a: 1}}", "write `where`"),
        ("values: [{value: 3 days}]", "stopped_by: {end_of: 01-31, before: order.at}", "write `after` or"),
        ("values: [{value: 3 days}]", "pauses: {for_each: l, from: at, until: to}", "write `list`"),
    ],
)  # fmt: skip
def test_a_word_of_another_place_is_told(tmp_path: Path, period: str, clock: str, help: str) -> None:
    with pytest.raises(FaultsFound) as told:
        make(tmp_path, period=period, clock=clock)
    assert any(one.code == "unknown-key" and help in str(one.help) for one in told.value.diagnostics)


def test_the_zone_of_a_clock_is_said_by_the_deadline(tmp_path: Path) -> None:
    with pytest.raises(FaultsFound) as told:
        make(tmp_path, "time_zone: Asia/Tokyo")
    assert any("`counting` of each deadline" in str(one.help) for one in told.value.diagnostics)
