"""A timeline as data: the form that ``schemas/timeline.schema.json`` describes."""

from __future__ import annotations

import json

from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rule, Rulebook
from policyengine.outcome.timeline import ClockStep, Event, Step, Stood, Timeline, Turn
from policyengine.render.json.parts import Json, place_data, source_data, text_data
from policyengine.render.naming import MOST_WAITS
from policyengine.semantics.findings import Known, State
from policyengine.values.literals import ValueType, format_value

FORMAT = "policyengine.timeline/1"


def render_timeline_json(timeline: Timeline) -> str:
    """Return the timeline as JSON text that ends with a line feed."""
    book = timeline.now.judged.rulebook
    until = None if timeline.until is None else _instant(book, timeline.until)
    data: Json = {
        "format": FORMAT,
        "case": timeline.case.id,
        "file": timeline.case.file,
        "as_of": _instant(book, timeline.as_of),
        "until": until,
        "rulebook": {"id": book.id, "version": book.version, "digest": book.digest},
        "ending": timeline.ending,
        "unsettled": [
            {"name": view.deadline.id, "record": view.record, "title": text_data(view.deadline.title)}
            for view in timeline.unsettled
        ],
        "growing": [
            {"name": one.amount.id, "record": one.record, "title": text_data(one.amount.title)}
            for one in timeline.growing
        ],
        "assumptions": [
            {"id": one.id, "reading": one.reading, "is_default": one.is_default}
            for one in timeline.last.assumptions
        ],
        "steps": [_step(book, step) for step in timeline.steps],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _step(book: Rulebook, step: Step) -> Json:
    data: Json = {
        "instant": _instant(book, step.instant),
        "expected": step.is_expected,
        "provisional": step.provisional,
        "parties": list(step.parties),
    }
    match step.what:
        case Event():
            return {**data, "kind": "event", **_event(book, step.what)}
        case ClockStep():
            return {**data, "kind": "clock", **_clock(book, step.what)}
        case Turn():
            return {**data, "kind": "outcome", **_turn(book, step.what)}


def _event(book: Rulebook, event: Event) -> Json:
    return {
        "name": format_key(book, (event.fact.path, event.record)),
        "title": text_data(event.fact.title),
        "with": [
            {
                "name": format_key(book, (fact.path, event.record)),
                "title": text_data(fact.title),
                "value": _value(book, state, fact.type),
            }
            for fact, state in event.values
        ],
    }


def _clock(book: Rulebook, clock: ClockStep) -> Json:
    finding, deadline = clock.finding, clock.deadline
    return {
        "name": deadline.id,
        "record": clock.record,
        "title": text_data(deadline.title),
        "change": clock.change,
        "start": _value(book, finding.start, ValueType.INSTANT),
        "length": None if finding.length is None else _value(book, finding.length, ValueType.DURATION),
        "due": _value(book, finding.due, ValueType.INSTANT),
        "left": _value(book, finding.left, ValueType.DURATION),
        "source": source_data(deadline.source),
        "place": place_data(deadline.span),
        "then": [text_data(step.otherwise) for step in clock.then if step.otherwise],
    }


def _turn(book: Rulebook, turn: Turn) -> Json:
    fact = turn.after.fact
    return {
        "name": format_key(book, (fact.path, turn.after.record)),
        "title": text_data(fact.title),
        "before": None if turn.before is None else _outcome(book, turn.before),
        "after": _outcome(book, turn.after),
        "rules": [_rule(rule) for rule in turn.rules],
    }


def _outcome(book: Rulebook, outcome: Stood) -> Json:
    more = len(outcome.waits) - MOST_WAITS
    return {
        "status": outcome.status,
        "value": _value(book, outcome.state, outcome.fact.type),
        "waits_for": [format_key(book, (one.name, one.record)) for one in outcome.waits[:MOST_WAITS]],
        **({"waits_for_not_shown": more} if more > 0 else {}),
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "title": text_data(rule.title),
        "source": source_data(rule.source),
        "place": place_data(rule.span),
    }


def _value(book: Rulebook, state: State, type: ValueType) -> str | int | bool | None:
    return format_value(state.value, type, book.zone, book.currency) if isinstance(state, Known) else None


def _instant(book: Rulebook, instant: int) -> str | int | bool:
    return format_value(instant, ValueType.INSTANT, book.zone)
