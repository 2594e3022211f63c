"""A timeline never contradicts a judgement: what it tells up to an instant is what a judgement then says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policyengine.api import Rulebook, load_rulebook, prepare
from policyengine.model.case import Case
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import make_timeline
from policyengine.reading.case.reader import CaseReader
from policyengine.render.timeline_json import render_timeline_json
from policyengine.semantics.findings import Known
from policyengine.testing.discover import find_files
from policyengine.testing.run import Runner
from policyengine.values.literals import ValueType, format_value

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules" / "taobao"
EVERY = 110
"""Of the cases beside the policies, every so many is tried; all of them take minutes."""

Told = dict[tuple[str, int | None], tuple[str, Any]]


def told_until(data: dict[str, Any], instant: str) -> tuple[Told, Told]:
    """Return the outcomes and the clocks as the steps of a timeline leave them at an instant."""
    outcomes: Told = {}
    clocks: Told = {}
    for step in data["steps"]:
        if step["instant"] > instant:
            break
        if step["kind"] == "outcome":
            outcomes[step["name"], None] = (step["after"]["status"], step["after"]["value"])
        if step["kind"] == "clock":
            status = {"starts": "open", "perhaps": "undetermined"}.get(step["change"], step["change"])
            clocks[step["name"], step["record"]] = (status, step["due"] if status == "open" else None)
    return without(outcomes, "not_applicable"), without(clocks, "void")


def without(told: Told, status: str) -> Told:
    return {key: one for key, one in told.items() if one[0] != status}


def judged_at(decision: Decision) -> tuple[Told, Told]:
    """Return the outcomes and the clocks that the page of a decision shows as begun."""
    book = decision.judged.rulebook
    outcomes: Told = {}
    for one in decision.outcomes:
        value = (
            format_value(one.state.value, one.fact.type, book.zone, book.currency)
            if isinstance(one.state, Known)
            else None
        )
        outcomes[format_key(book, (one.fact.path, one.record)), None] = (one.status, value)
    clocks: Told = {}
    for view in decision.clocks:
        status = str(view.finding.status.value) if isinstance(view.finding.status, Known) else "undetermined"
        due = None
        if status == "open" and isinstance(view.finding.due, Known):
            due = format_instant(decision, view.finding.due)
        if view.is_set and status != "not_started":
            clocks[view.deadline.id, view.record] = (status, due)
    return without(outcomes, "not_applicable"), clocks


def format_instant(decision: Decision, state: Known) -> object:
    return format_value(state.value, ValueType.INSTANT, decision.judged.rulebook.zone)


def contradictions(rulebook: Rulebook, case: Case, as_of: int, since: int = 0) -> Iterator[str]:
    """Return where a timeline and judgements differ: at every instant shown, a second before, and after.

    Before its first step a timeline says nothing; what is earlier than ``since`` is not looked at.
    """
    timeline = make_timeline(rulebook, case, as_of)
    data = json.loads(render_timeline_json(timeline))
    shown = {step.instant for step in timeline.steps}
    near = {one + shift for one in shown for shift in (-1, 0, 1)} - {min(shown, default=0) - 1}
    for instant in sorted(one for one in near if one >= since):
        # What the case dates later is seen neither by a judgement at that instant nor by the timeline.
        decision = rulebook.judge(case if instant <= as_of else timeline.case, instant)
        written = str(format_instant(decision, Known(instant)))
        for told, judged in zip(told_until(data, written), judged_at(decision), strict=True):
            for key in sorted({*told, *judged}, key=str):
                if told.get(key) != judged.get(key):
                    yield f"{case.id} at {written}, {key}: told {told.get(key)}, judged {judged.get(key)}"


@cache
def policy_cases(every: int = EVERY) -> list[tuple[Rulebook, Case, int]]:
    """Return cases beside the policies, each at the last instant at which it is checked."""
    runner = Runner()
    files, _ = runner.read(find_files([str(RULES)])[0])
    found = []
    scenarios = [(file, one) for file in files for one in file.scenarios if not (one.faults or one.overlays)]
    for file, scenario in scenarios[::every]:
        model, _ = runner.model(file.rules)
        assert model is not None
        case, _ = CaseReader(model).read_tree(scenario.given, scenario.name)
        assert case is not None
        found.append((prepare(model, dict(scenario.assume)), case, max(one.as_of for one in scenario.checks)))
    return found


def test_it_agrees_with_judgements_of_the_policy_cases() -> None:
    found = [words for one in policy_cases() for words in contradictions(*one)]
    assert not found, "\n".join(found[:20])


UNKNOWN_ENDS: dict[str, dict[str, object]] = {
    "whether it has to be returned is not known": {},
    "returned, and no rule gives the time of the seller": {"needs_return": True},
}


@pytest.mark.parametrize("application", UNKNOWN_ENDS.values(), ids=UNKNOWN_ENDS)
def test_it_agrees_with_judgements_while_much_is_unknown(application: dict[str, object]) -> None:
    since = "2012-04-10 00:00" if application else "2012-04-02 00:00"
    rulebook = load_rulebook(RULES, engine="reference")
    responded = {"seller_responded_at": "2012-04-03 08:00:00", "seller_response": "agreed"}
    refund: dict[str, object] = {
        "applications": [{"applied_at": "2012-04-01 08:00:00", **responded, **application}]
    }
    if application:
        refund["returned_at"] = "2012-04-10 11:00:00"
    order = {"total": "25.00", "paid_at": "2012-03-28 20:15:00", "payment_channel": "alipay"}
    case, faults = rulebook.read_case(json.dumps({"order": order, "refund": refund}), "refund.json")
    assert case is not None, faults
    as_of, first = (rulebook.read_instant(day) for day in ("2012-04-12 00:00", since))
    found = [*contradictions(rulebook, case, as_of, first)]
    assert not found, "\n".join(found)
