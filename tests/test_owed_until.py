"""A duty that ran out, and by that ended the case, is not asked for for ever (``owed_until``)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from asking import find_key

from policyengine.api import prepare
from policyengine.changes.compare import compare
from policyengine.changes.render import render_changes
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.loading.load import load_model
from policyengine.model.lookup import VALUES
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.semantics.deadlines import MET, MISSED, give_up
from policyengine.semantics.findings import ABSENT, DeadlineFinding, Known, Missing, State, Truth, Unknown

STARTER = Path(__file__).parent.parent / "src/policyengine/starter"
MEETS = "    met_by: return.asked_at\n"
ENDS = "    owed_until: [return.forgotten_at, return.waived_at]\n"
# What ends the case rests on the status of the clock: as `stopped_by` it would be a circle.
FORGOTTEN = """
  silence_ends_it:
    title: {zh: 逾期即了结, en: Silence ends it}
    source: {section: "1", quote: 收货后7天内可以退货}
    when: {asking.status: missed, order.custom_made: no}
    then: {return.forgotten_at: asking.due}
"""
FACTS = """
  return.forgotten_at: {type: instant, title: {zh: 了结时间, en: ended at}, role: derived}
  return.waived_at: {type: instant, title: {zh: 免除时间, en: waived at}, if_missing: never}
"""
DUE = 100


def write(folder: Path, ends: str = ENDS) -> Rulebook:
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("*.cases.yaml"))
    policy, facts = folder / "policies/returns.yaml", folder / "facts.yaml"
    text = policy.read_text("utf-8")
    assert MEETS in text
    policy.write_text(text.replace(MEETS, MEETS + ends) + FORGOTTEN, "utf-8")
    facts.write_text(facts.read_text("utf-8") + FACTS, "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def judge(folder: Path, as_of: str, custom: bool | None = False, **dates: str) -> Decision:
    order = {"total": "200.00", "received_at": "2026-03-02 10:00"}
    case = folder / "case.json"
    given = {"order": order if custom is None else order | {"custom_made": custom}, "return": dates}
    case.write_text(json.dumps(given), "utf-8")
    return prepare(write(folder / "book"), {}).evaluate(str(case), as_of)


def stands(decision: Decision, say: Speech) -> str:
    lines = render_text(decision, say).splitlines()
    return next(line for line in lines if "→ 2026-03-09 10:00:00" in line)


@pytest.mark.parametrize(
    ("as_of", "custom", "dates", "zh", "en"),
    [
        ("2026-03-09 10:00:00", False, {}, "还剩 0 秒", "0 seconds left"),
        ("2030-01-01 00:00", False, {}, "期满未履行；期满后不再要求履行", "it is not required after that"),
        ("2026-03-09 11:00:00", True, {}, "至今未履行，逾期 1 小时", "1 hour late so far"),
        (
            "2030-01-01 00:00",
            True,
            {"waived_at": "2026-03-09 12:00:00"},
            "未履行，逾期 2 小时；2026-03-09 12:00:00 起不再适用",
            "2 hours late until 2026-03-09 12:00:00",
        ),
        (
            "2026-03-03 00:00",
            False,
            {"asked_at": "2026-03-02 10:00:00"},
            "已于 2026-03-02 10:00:00 履行，提前 7 天",
            "7 days before the end",
        ),
        # Of what lies ahead nobody knows yet.
        (
            "2026-03-09 11:00:00",
            True,
            {"waived_at": "2026-03-09 12:00:00"},
            "逾期 1 小时",
            "1 hour late so far",
        ),
        ("2026-03-09 11:00:00", None, {}, "如仍须履行，已逾期 1 小时", "if it is still required"),
        # Who acted late has acted, whatever ended it before.
        (
            "2030-01-01 00:00",
            False,
            {"asked_at": "2026-03-09 11:00:00"},
            "逾期 1 小时才履行",
            "met 1 hour late",
        ),
    ],
)
def test_it_is_late_until_nobody_asks(
    tmp_path: Path, as_of: str, custom: bool | None, dates: dict[str, str], zh: str, en: str
) -> None:
    decision = judge(tmp_path, as_of, custom, **dates)
    for language, words in zip(LANGUAGES, (zh, en), strict=True):
        assert words in stands(decision, Speech(language))


def test_the_status_does_not_look_at_it(tmp_path: Path) -> None:
    decision = judge(tmp_path, "2030-01-01 00:00")
    clock = decision.clock(("asking", None))
    assert clock is not None
    assert clock.finding.status == MISSED
    assert clock.finding.settled == clock.finding.due == clock.finding.stopped


def finding(status: State, stopped: State = ABSENT) -> DeadlineFinding:
    due = Known(DUE)
    return DeadlineFinding(Truth.TRUE, Known(0), ABSENT, due, ABSENT, stopped, status, due, False)


OPEN_EVENT = Unknown(frozenset({Missing("fact", "event", None)}))


@pytest.mark.parametrize(
    ("events", "stopped"),
    [
        ([], ABSENT),
        ([ABSENT], ABSENT),
        ([Known(DUE + 5)], Known(DUE + 5)),
        ([Known(DUE + 7), Known(DUE + 5)], Known(DUE + 5)),
        ([Known(DUE + 11)], ABSENT),  # later than the judgement
        ([Known(DUE + 5), OPEN_EVENT], OPEN_EVENT),  # it could have come before
    ],
)
def test_the_earliest_event_counts(events: list[State], stopped: State) -> None:
    assert give_up(finding(MISSED), events, DUE + 10).stopped == stopped


def test_an_event_that_stopped_it_before_stays() -> None:
    assert give_up(finding(MISSED, Known(DUE + 2)), [Known(DUE + 5)], DUE + 10).stopped == Known(DUE + 2)


def test_what_is_not_missed_is_not_given_up() -> None:
    assert give_up(finding(MET), [Known(DUE + 5)], DUE + 10) == finding(MET)


def test_an_edit_of_it_is_told(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old", ""), write(tmp_path / "new")
    assert "now owed only until: ended at" in render_changes(compare(old, new), Speech("en"))
    assert "still owed after: ended at" in render_changes(compare(new, old), Speech("en"))


def test_why_tells_until_when(tmp_path: Path) -> None:
    decision = judge(tmp_path, "2030-01-01 00:00")
    told = Chain(decision, Speech("en")).why(find_key(decision, "return.forgotten_at", VALUES))
    assert "it is required until:\n" in told
    assert "ended at: 2026-03-09 10:00:00 (return.forgotten_at)" in told.split("it is required until:")[1]
