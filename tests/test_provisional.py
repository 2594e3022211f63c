"""What rests on a working calendar that is not published yet says so, whatever counts by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policyengine import load_rulebook

BOOK = """rulebook: soon
version: "1"
title: {en: soon}
languages: [en]
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
counting: {end: included, hours: continuous, days: rolling, business_days: from_next_day}
parties: {store: {en: store}}
"""
FACTS = """facts:
  asked_at: {type: instant, title: {en: asked}, if_missing: never}
  sent_at: {type: instant, title: {en: sent}, if_missing: never}
  asked_on: {type: date, title: {en: day asked}, if_missing: never}
  sent_on: {type: date, title: {en: day sent}, if_missing: never}
  other: {type: instant, title: {en: other}, if_missing: never}
  quick: {type: boolean, role: outcome, title: {en: quick}}
  days: {type: count, role: outcome, title: {en: days}}
  due: {type: instant, role: outcome, title: {en: due}}
"""
POLICY = """policy: p
title: {en: p}
deadlines:
  answer: {title: {en: answer}, who: store, starts: asked_at, within: 3 business days, met_by: sent_at}
  unrelated: {title: {en: unrelated}, who: store, starts: other, within: 3 business days}
amounts:
  days_between: {title: {en: days}, type: count, formula: "business_days(asked_at, sent_at) + 1"}
  days_of_dates: {title: {en: days}, type: count, formula: "2 * business_days(asked_on, sent_on)"}
rules:
"""
WINDOW = """  r:
    title: {en: r}
    when: {sent_at: {within: 5 business days, not_before: asked_at}}
    then: {quick: yes}
"""
OF_INSTANTS = """  r: {title: {en: r}, when: {sent_at: happened}, then: {days: days_between}}
"""
OF_DATES = """  r: {title: {en: r}, when: {sent_on: known}, then: {days: days_of_dates}}
"""
OF_CLOCK = """  r: {title: {en: r}, when: {answer.status: met}, then: {quick: yes}}
"""
SOON = {"asked_at": "2031-09-28 10:00", "sent_at": "2031-09-29 10:00"}
PAST = {"asked_at": "2021-09-28 10:00", "sent_at": "2021-09-29 10:00"}
SOON_BY_DAYS = {"asked_on": "2031-09-28", "sent_on": "2031-09-29"}


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize(
    ("rule", "case", "is_provisional"),
    [
        (WINDOW, SOON, True),
        (WINDOW, PAST, False),
        (OF_INSTANTS, SOON, True),
        (OF_INSTANTS, PAST, False),
        (OF_DATES, SOON_BY_DAYS, True),
        # No day lies between a day and itself.
        (OF_DATES, {**SOON_BY_DAYS, "sent_on": "2031-09-28"}, False),
        (OF_CLOCK, SOON, True),
        (OF_CLOCK, PAST, False),
    ],
)
def test_what_rests_on_days_that_are_not_published_says_so(
    tmp_path: Path, engine: Any, rule: str, case: dict[str, str], is_provisional: bool
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK)
    (tmp_path / "facts.yaml").write_text(FACTS)
    (tmp_path / "policies" / "p.yaml").write_text(POLICY + rule)
    book = load_rulebook(tmp_path, engine=engine)
    # What has nothing to do with it changes nothing.
    for other in ({}, {"other": SOON["asked_at"]}, {"other": PAST["asked_at"]}):
        found = book.evaluate({"case": "one", **case, **other}, as_of="2032-01-01 10:00")
        [told] = [found[name] for name in found if found[name].status == "known"]
        assert told.provisional is is_provisional
