"""How late something is in business days, from the end of a clock on: as a clock that follows counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policyengine import load_rulebook
from policyengine.api.rulebook import Rulebook

BOOK = """rulebook: late
version: "1"
title: {en: late}
languages: [en]
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
counting: {end: included, hours: continuous, days: rolling, business_days: from_next_day}
parties: {store: {en: store}}
"""
FACTS = """facts:
  asked_at: {type: instant, title: {en: asked}}
  made_at: {type: instant, title: {en: made}}
  late: {type: count, role: outcome, title: {en: late}}
  in_time: {type: count, role: outcome, title: {en: all}}
  in_hours: {type: count, role: outcome, title: {en: in hours}}
  met: {type: boolean, role: outcome, title: {en: met}}
  of_day: {type: count, role: outcome, title: {en: of the day}}
"""
POLICY = """policy: p
title: {en: p}
deadlines:
  two: {title: {en: two}, who: store, starts: asked_at, within: 2 business days, met_by: made_at}
  hours: {title: {en: hours}, who: store, starts: asked_at, within: 48 hours, met_by: made_at}
  three: {title: {en: three more}, who: store, starts: two.due, within: 3 business days, met_by: made_at}
amounts:
  days_late: {title: {en: late}, type: count, formula: "business_days(two.due, made_at)"}
  days_until: {title: {en: until}, type: count, formula: "business_days(asked_at, two.due)"}
  days_in_hours: {title: {en: hours}, type: count, formula: "business_days(hours.due, made_at)"}
  days_of_day:
    title: {en: day}
    type: count
    formula: "business_days(day_end, made_at)"
rules:
  one:
    title: {en: one}
    when: {made_at: happened}
    then: {late: days_late, in_time: days_until, in_hours: days_in_hours, of_day: days_of_day}
  two:
    title: {en: two}
    when: {three.status: met}
    then: {met: yes}
"""


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rulebook]:
    folder = tmp_path_factory.mktemp("late")
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(BOOK)
    (folder / "facts.yaml").write_text(FACTS)
    # The end of a day is computed in place; a formula reads names only.
    policy = POLICY.replace("day_end", "ending.due").replace(
        "  three:",
        "  ending: {title: {en: ending}, who: store, starts: asked_at, "
        "ends: {end_of: day, of: asked_at}, met_by: made_at}\n  three:",
    )
    (folder / "policies" / "p.yaml").write_text(policy)
    return {engine: load_rulebook(folder, engine=engine) for engine in ("compiled", "reference")}


def judged(book: Rulebook, made: str) -> tuple[Any, ...]:
    # Wednesday 1 April 2026; Monday 6 April is a holiday, and its Sunday the festival.
    case = {"case": "one", "asked_at": "2026-04-01 10:00", "made_at": made}
    found = book.evaluate(case, as_of="2027-04-15 10:00")
    return tuple(found[name].value for name in ("late", "in_time", "in_hours", "of_day"))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # Two business days end on Friday 3 April at 24:00: what is made on that day is not late.
        ("2026-04-03 23:59", (0, 2, 0, 2)),
        # The end itself is 00:00 of Saturday, which is no business day.
        ("2026-04-04 00:00", (0, 2, 0, 2)),
        ("2026-04-07 09:00", (1, 2, 1, 3)),
        ("2026-04-08 00:00", (2, 2, 2, 4)),
        ("2026-04-08 10:00", (2, 2, 2, 4)),
    ],
)
def test_business_days_after_an_end_are_those_after_the_day_that_ended(
    late: dict[str, Rulebook], made: str, expected: tuple[int, ...]
) -> None:
    for book in late.values():
        assert judged(book, made) == expected


def test_they_are_as_many_as_the_clock_that_follows_has(late: dict[str, Rulebook]) -> None:
    book = late["compiled"]
    asked, ended = datetime(2026, 4, 20, 7), datetime(2026, 4, 23)  # 30 April is before the long holiday
    for hours in range(0, 24 * 14, 5):
        case = {
            "case": "one",
            "asked_at": str(asked),
            "made_at": str(ended + timedelta(hours=hours, minutes=1)),
        }
        found = book.evaluate(case, as_of="2027-04-15 10:00")
        is_met = found["met"].status == "known"
        assert is_met is (found["late"].value <= 3), hours


@pytest.mark.parametrize(
    ("starts", "same_as"),
    [
        ("{latest: [wednesday.due, tuesday.due]}", "wednesday.due"),
        ("{earliest: [wednesday.due, tuesday.due]}", "tuesday.due"),
        ("{latest: [tuesday.due, {end_of: day, of: third_day}]}", "wednesday.due"),
        ("{value: wednesday.due, otherwise: tuesday.due}", "wednesday.due"),
        ("{latest: [{earliest: [wednesday.due, tuesday.due]}, tuesday.due]}", "tuesday.due"),
    ],
)
def test_a_clock_that_starts_at_one_of_several_ends_starts_at_an_end(
    tmp_path: Path, starts: str, same_as: str
) -> None:
    """Of Monday 9 March 2026: one business day ends on Tuesday, two on Wednesday, each at 24:00."""
    facts = """facts:
  asked_at: {type: instant, title: {en: asked}}
  third_day: {type: instant, title: {en: third day}}
  seen: {type: boolean, role: outcome, title: {en: seen}}
"""
    clock = (
        "{title: {en: %s}, who: store, starts: %s, within: %s business days, counting: {cut_off: '17:00'}}"
    )
    policy = (
        "policy: p\ntitle: {en: p}\ndeadlines:\n"
        f"  tuesday: {clock % ('one', 'asked_at', 1)}\n  wednesday: {clock % ('two', 'asked_at', 2)}\n"
        f"  computed: {clock % ('three', starts, 3)}\n  plain: {clock % ('four', same_as, 3)}\n"
        "rules:\n  r: {title: {en: r}, when: {any: [{computed.status: open}, {plain.status: open}]}, "
        "then: {seen: yes}}\n"
    )
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK)
    (tmp_path / "facts.yaml").write_text(facts)
    (tmp_path / "policies" / "p.yaml").write_text(policy)
    case = {"case": "one", "asked_at": "2026-03-09 10:00", "third_day": "2026-03-11 08:00"}
    for engine in ("compiled", "reference"):
        found = load_rulebook(tmp_path, engine=engine).evaluate(case, as_of="2026-03-13 10:00")
        assert found["computed.due"].value == found["plain.due"].value


SIX = ", counting: {day_ends: '18:00'}"


def test_the_first_day_after_an_end_is_the_next_where_the_day_of_the_start_counts(tmp_path: Path) -> None:
    facts = """facts:
  asked_at: {type: instant, title: {en: asked}}
  made_at: {type: instant, title: {en: made}, if_missing: never}
  seen: {type: boolean, role: outcome, title: {en: seen}}
"""
    clock = "{title: {en: %s}, who: store, starts: %s, within: %s business days, met_by: made_at%s}"
    policy = (
        "policy: p\ntitle: {en: p}\ndeadlines:\n"
        f"  three: {clock % ('a', 'asked_at', 3, '')}\n"
        f"  one_more: {clock % ('b', 'three.due', 1, '')}\n"
        f"  two_more: {clock % ('c', 'three.due', 2, '')}\n"
        f"  until_six: {clock % ('d', 'three.due', 1, SIX)}\n"
        "rules:\n  r: {title: {en: r}, when: {any: [{one_more.status: met}, {two_more.status: met}, "
        "{until_six.status: met}]}, then: {seen: yes}}\n"
    )
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK.replace("from_next_day", "from_same_day"))
    (tmp_path / "facts.yaml").write_text(facts)
    (tmp_path / "policies" / "p.yaml").write_text(policy)
    # Monday, Tuesday and Wednesday; Thursday 12 March is the first day after that.
    case = {"case": "one", "asked_at": "2026-03-09 10:00", "made_at": "2026-03-12 09:00"}
    for engine in ("compiled", "reference"):
        found = load_rulebook(tmp_path, engine=engine).evaluate(case, as_of="2026-03-20 10:00")
        ends = [
            str(found[f"{name}.due"].value)[:16] for name in ("three", "one_more", "two_more", "until_six")
        ]
        assert ends == ["2026-03-12 00:00", "2026-03-13 00:00", "2026-03-14 00:00", "2026-03-12 18:00"]
        assert found["one_more.status"].value == "met"
