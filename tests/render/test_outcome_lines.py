"""A line of outcomes is the JSON of what the decision says, as the standard library writes it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from edits import load
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import prepare
from policyengine.frozen import replace
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import Outcome
from policyengine.render.outcomes import render_outcomes
from policyengine.values.literals import ValueType, format_value

ODD = 'a "b" \\ \n\t\x7f\u2028 题 \U0001f600'


def test_a_line_is_what_the_decision_says() -> None:
    met: Counter[str] = Counter()
    for seed in range(8):
        written = write_rulebook(seed)
        model = load(written.files, written)
        assert model is not None
        rulebook = prepare(model, written.assume, "compiled")
        for _ in range(25):
            told = draw_case(written)
            case, _ = rulebook.reader.read_plain(case_data(written, told), "c")
            if case is None:
                continue
            decision = rulebook.judge(replace(case, id=ODD), draw_moment(written, told), refine=False)
            line = render_outcomes(decision, ODD, 7)
            assert line == json.dumps(_data(decision), ensure_ascii=False, separators=(",", ":"))
            met.update(one.status for one in decision.outcomes)
            met["records"] += sum(one.record is not None for one in decision.outcomes if _applies(one))
    assert min(met[one] for one in ("known", "undetermined", "not_applicable", "conflict", "records")) > 5, (
        met
    )


def _data(decision: Decision) -> dict[str, Any]:
    book = decision.judged.rulebook
    return {
        "format": "policyengine.outcomes/1",
        "file": ODD,
        "line": 7,
        "case": ODD,
        "as_of": format_value(decision.as_of, ValueType.INSTANT, book.zone),
        "outcomes": {one.name: _outcome(decision, one) for one in decision.outcomes if _applies(one)},
    }


def _applies(outcome: Outcome) -> bool:
    return outcome.status != "not_applicable"


def _outcome(decision: Decision, outcome: Outcome) -> dict[str, Any]:
    book, state = decision.judged.rulebook, outcome.state
    match outcome.status:
        case "known":
            value = format_value(state.value, outcome.fact.type, book.zone, book.currency)  # type: ignore[union-attr]
            return {"status": "known", "value": value}
        case "undetermined":
            waits = [format_key(book, (one.name, one.record)) for one in outcome.waits]
            return {"status": "undetermined", "waits_for": waits}
    return {"status": "conflict", "rules": list(state.rules)}  # type: ignore[union-attr]
