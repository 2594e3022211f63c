"""The outcomes of one case of many as data: what is decided and what it waits for, without reasons.

The form that ``schemas/outcomes.schema.json`` describes: one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Fact
from policyengine.outcome.decision import Decision, sort_missing
from policyengine.semantics.findings import Absent, Conflict, Known, State, Unknown
from policyengine.values.literals import ValueType, format_value

FORMAT = "policyengine.outcomes/1"

Json = dict[str, object]


def render_outcomes(decision: Decision, file: str, line: int) -> str:
    """Return the outcomes of a case as one line of JSON without a line feed.

    Outcomes that are not applicable are left out. ``file`` and ``line`` are where the case stands.
    """
    book = decision.judged.rulebook
    states = _states(decision)
    found: Json = {}
    for fact in decision.explanation.explainer.outcomes:
        for record in _records(decision, fact.listed):
            key = (fact.path, record)
            outcome = _outcome(decision, fact, states[key])
            if outcome is not None:
                found[format_key(book, key)] = outcome
    return _line(
        {
            "format": FORMAT,
            "file": file,
            "line": line,
            "case": decision.case.id,
            "as_of": _instant(decision),
            "outcomes": found,
        }
    )


def render_faults(faults: Iterable[Diagnostic], file: str, line: int) -> str:
    """Return what is wrong with a line that is no case, as one line of JSON without a line feed."""
    told = [
        {
            "code": one.code,
            "message": str(one.message),
            "path": one.path,
            "line": one.span.line,
            "column": one.span.column,
        }
        for one in faults
    ]
    return _line({"format": FORMAT, "file": file, "line": line, "faults": told})


def _line(data: Json) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _states(decision: Decision) -> dict[Key, State]:
    """Return the states of all outcomes, asked for a list at a time: most of them are settled."""
    names: dict[str | None, list[str]] = {}
    for fact in decision.explanation.explainer.outcomes:
        names.setdefault(fact.listed, []).append(fact.path)
    states: dict[Key, State] = {}
    for listed, asked in names.items():
        for record in _records(decision, listed):
            keys = [(name, record) for name in asked]
            states.update(zip(keys, decision.states_of(tuple(asked), record), strict=True))
    return states


def _records(decision: Decision, listed: str | None) -> Sequence[int | None]:
    return (None,) if listed is None else (decision.findings.records[listed] or ())


def _instant(decision: Decision) -> object:
    return format_value(decision.as_of, ValueType.INSTANT, decision.judged.rulebook.zone)


def _outcome(decision: Decision, fact: Fact, state: State) -> Json | None:
    book = decision.judged.rulebook
    match state:
        case Known(value):
            return {"status": "known", "value": format_value(value, fact.type, book.zone, book.currency)}
        case Absent():
            return None
        case Conflict(rules):
            return {"status": "conflict", "rules": list(rules)}
        case Unknown(waits):
            names = [format_key(book, (one.name, one.record)) for one in sort_missing(waits)]
            return {"status": "undetermined", "waits_for": names}
