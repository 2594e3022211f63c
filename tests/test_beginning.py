"""A case that is judged before anything of it has happened: nobody can be asked to do something yet."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from frozen import FROZEN, RULES

from policyengine import load_rulebook
from policyengine.api import Rulebook
from policyengine.api.decision import Decision
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.outcome.timeline import make_timeline
from policyengine.render.brief import brief_text
from policyengine.render.timeline_text import render_timeline

CASES = sorted((FROZEN / "examples" / "cases").glob("*.json"))
BEGINS = ("Nothing is decided yet: the case begins only later, with ", "The case begins only later, with ")
STEPS = {"en": ("Next steps", "Possible next steps"), "zh": ("下一步", "可能的下一步")}


@cache
def shipped() -> Rulebook:
    return load_rulebook(str(RULES))


def judged(path: Path, as_of: str | int) -> Decision:
    return shipped().evaluate(path.read_text("utf-8"), as_of=as_of)


@pytest.mark.parametrize("path", CASES, ids=lambda one: one.stem)
def test_before_a_case_begins_nobody_is_told_to_do_anything(path: Path) -> None:
    decision = judged(path, "2000-03-01 10:00:00")
    first = decision.first_later_event
    assert first is not None
    assert decision.next_steps == decision.possible_steps == ()
    data = json.loads(decision.to_json())
    assert data["next_steps"] == data["possible_steps"] == []
    for language in LANGUAGES:
        assert not set(STEPS[language]) & set(decision.to_text(language).splitlines())
        parties = shipped().model.parties.items()
        assert all(not decision.letter(id, language) for id, one in parties if not one.members)
    timeline = make_timeline(shipped(), decision.case, decision.as_of)
    assert not timeline.clocks and brief_text(decision, Speech("en")).startswith(BEGINS)
    assert BEGINS[1] in render_timeline(timeline, Speech("en"), columns=400)
    begins = decision.case.values[first]
    assert isinstance(begins, int)
    begun = judged(path, begins)
    assert begun.first_later_event is None
    assert len(json.loads(begun.to_json())["next_steps"]) == len(begun.next_steps)


def test_what_rules_say_all_the_same_is_told_once_the_case_begins() -> None:
    """The rule asks the buyer to contact the seller first, and nothing has been bought yet."""
    (path,) = (one for one in CASES if one.stem == "rights-case")
    early, begun = judged(path, "2012-09-20 09:59:59"), judged(path, "2012-09-20 10:00:00")
    assert early.next_steps == () != begun.next_steps
    assert "Next steps\n  buyer  must  contact the seller first\n" in begun.to_text()
    assert "contact the seller first" not in early.to_text()
    assert "rights.may_file" in early.to_text(), "what is decided is told"
