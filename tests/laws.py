"""Laws that hold of every rulebook and case: each compares two decisions that belong together.

A law returns what breaks it in words, an empty text when it holds, and None where it says nothing of the two.
The first judgement of a trial is the plain one; the second is of a fuller case, at a later instant, by the
other engine or of files in another order. Every law checks itself that the two belong together, so that a
trial can be made smaller without becoming unfair.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from click.testing import CliRunner
from jsonschema import Draft7Validator
from test_differential import difference, is_same
from written_rulebooks import (
    Files,
    Size,
    Told,
    Written,
    Yaml,
    case_data,
    complete,
    draw_case,
    draw_moment,
    draw_value,
    spelled,
    texts,
    write_rulebook,
)

from policyengine.api import Rulebook, load_rulebook, prepare
from policyengine.cli.evaluate import command
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.frozen import Frozen, replace
from policyengine.loading.load import load_files
from policyengine.model.case import Case, Key
from policyengine.model.conditions import (
    Condition,
    Constant,
    Pick,
    Question,
    Ref,
    Same,
    Test,
    Window,
    parts_of,
)
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import DatedValue, Deadline, Default, Fact, Policy
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Decision
from policyengine.outcome.refine.allowance import Limits
from policyengine.reading.rule_files import SourceFile
from policyengine.render.json.decision import decision_data, render_json
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import (
    Absent,
    DeadlineFinding,
    Findings,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.semantics.strata import dependencies, refs_of_operand
from policyengine.values.literals import UNIT_SECONDS, Duration, ValueType

ROOT = Path(__file__).resolve().parent.parent
WEEK = 7 * 86_400
TIMES = (ValueType.INSTANT, ValueType.DATE)
Verdict = str | None


# ---------- 1. what is determined stays


def sound(one: Decision, two: Decision) -> Verdict:
    """Whatever is told of an incomplete case stays the same once what is missing is filled in.

    What is missing: facts and lists that are unknown when they are left out, and values of parameters.
    """
    if not _is_completion(one, two):
        return None
    before, after = dict(_determined(one.findings)), dict(_everything(two.findings))
    for place, told in before.items():
        if place not in after:
            return f"{_shown(place)}: {told} is gone"
        if not _agree(told, after[place]) and not _has_gone(place, two.findings):
            return f"{_shown(place)}: {told} became {after[place]}"
    for key, state in one.findings.states.items():
        # A state can say that there is a value, whatever it is.
        if getattr(state, "has_value", False) and isinstance(two.findings.states.get(key), Absent):
            return f"{key}: what has a value whatever it is has none"
    return ""


_STEPS = ("acted", "subtotal", "raw", "rounded")


def _has_gone(place: Place, findings: Findings) -> bool:
    """Tell whether this is a step on the way to something that turned out not to exist."""
    kind, key, field = place
    if field not in _STEPS:
        return False
    whole = findings.deadlines[key] if kind == "clock" else findings.amounts[key]
    return whole.exists is Truth.FALSE


def possible(one: Decision, two: Decision) -> Verdict:
    """What an undetermined outcome turns out to be once more is told is among what it was told to allow."""
    if not _is_completion(one, two):
        return None
    asked = False
    for outcome in one.outcomes:
        after = two.findings.states.get((outcome.fact.path, outcome.record))
        was_open = isinstance(one.findings.states[outcome.fact.path, outcome.record], Unknown)
        if not was_open or after is None or isinstance(after, Unknown):
            continue
        asked = True
        if outcome.status != "undetermined":  # all ways were said to agree
            if not is_same(after, outcome.state):
                return f"{outcome.fact.path}: {after} and not {outcome.state}"
            continue
        if isinstance(after, Absent) and not outcome.may_be_absent:
            return f"{outcome.fact.path}: not applicable, which was told to be impossible"
        values = [Known(value) for value in (*outcome.possible, *outcome.not_ruled_out)]
        is_open = outcome.has_unknown_value or not isinstance(after, Known)
        if not is_open and not any(is_same(after, value) for value in values):
            return f"{outcome.fact.path}: {after} is not among {values}"
    return "" if asked else None


def waits(one: Decision, two: Decision) -> Verdict:
    """An outcome that waits for some things is not determined by telling others."""
    if not _is_completion(one, two):
        return None
    told, asked = _told_more(one, two), False
    for key, state in one.findings.states.items():
        book = one.judged.rulebook
        if not isinstance(state, Unknown) or any(_is_told(wait, told, book) for wait in state.waits):
            continue
        asked = True
        after = two.findings.states.get(key)
        if not isinstance(after, Unknown):
            others = sorted(told, key=repr)
            return f"{key}: waits for {_sorted(state.waits)}, and became {after} when {others} was told"
    return "" if asked else None


def _is_told(wait: Missing, told: set[Key], book: Model) -> bool:
    # Of a conflict we cannot say what would settle it; and a limit of what is missing can leave it one value.
    fact = book.facts.get(wait.name)
    limits = () if fact is None else (bound.operand for bound in fact.bounds)
    names = {wait.name, *(limit.name for limit in limits if isinstance(limit, Ref))}
    return wait.kind == "conflict" or any(name in names for name, _ in told)


def _sorted(waits: Waits) -> list[tuple[str, str, int]]:
    return sorted((one.kind, one.name, -1 if one.record is None else one.record) for one in waits)


def _told_more(one: Decision, two: Decision) -> set[Key]:
    found: set[Key] = {key for key in two.case.values if key not in one.case.values}
    found |= {(path, None) for path in two.case.records if path not in one.case.records}
    models = one.judged.rulebook, two.judged.rulebook
    found |= {
        (id, None)
        for id, was in models[0].parameters.items()
        if was.values != models[1].parameters[id].values
    }
    return found


def _is_completion(one: Decision, two: Decision) -> bool:
    book, before, after = one.judged.rulebook, one.case, two.case
    if one.as_of != two.as_of or not is_monotone(book):
        return False
    if any(after.values.get(key) != value for key, value in before.values.items()):
        return False
    if any(after.records.get(path) != count for path, count in before.records.items()):
        return False
    for path in after.records.keys() - before.records.keys():
        if book.lists[path].empty_if_missing:
            return False
    for path, _ in after.values.keys() - before.values.keys():
        fact = book.facts[path]
        is_new = fact.listed is not None and fact.listed not in before.records
        if not is_new and fact.when_missing(one.judged.readings) is not None:
            return False
    return True


def is_monotone(book: Model) -> bool:
    """Tell whether no rule asks if a fact is known that may be told later."""
    return not any(
        isinstance(part, Test)
        and part.operator == "known"
        and part.ref.name in book.facts
        and book.facts[part.ref.name].role == "given"
        and not book.facts[part.ref.name].has_none_if_missing
        for condition in conditions(book)
        for part in parts_of(condition)
    )


def conditions(book: Model) -> Iterator[Condition]:
    for rule in book.rules.values():
        yield from (book.scope_of(rule), rule.when)
    for deadline in book.deadlines.values():
        yield from (deadline.when, *deadline.questions)
    for amount in book.amounts.values():
        yield amount.when
        yield from (cap.when for cap in amount.caps)
    yield from (one.where for one in questions(book))


Place = tuple[str, Key, str]


def _shown(place: Place) -> str:
    kind, (name, record), field = place
    return f"{kind} {name}{'' if record is None else f'[{record}]'} {field}".strip()


def _everything(findings: Findings) -> Iterator[tuple[Place, object]]:
    """Return all that is found: states, truths, and the parts of clocks and amounts."""
    for key, state in findings.states.items():
        yield ("state", key, ""), state
    for key, rule in findings.rules.items():
        yield ("rule", key, ""), rule.truth
    for path, seen in findings.records.items():
        yield ("list", (path, None), ""), seen
    for key, clock in findings.deadlines.items():
        for field in DeadlineFinding.__struct_fields__:
            # Pauses are told as they may be; what they come to are the end and what is left.
            if field != "pauses" and (field != "provisional" or isinstance(clock.due, Known)):
                yield ("clock", key, field), getattr(clock, field)
    for key, amount in findings.amounts.items():
        for field in ("exists", "rate", "subtotal", "raw", "rounded", "floor", "result"):
            yield ("amount", key, field), getattr(amount, field)
        # While a limit is open it may turn out to bind as well as the one that says what the sum is.
        limits = [amount.floor, *(cap.limit for cap in amount.caps if cap.applies is not Truth.FALSE)]
        is_open = any(cap.applies is Truth.UNDETERMINED for cap in amount.caps)
        if not is_open and not any(
            isinstance(one, Unknown) for one in (amount.result, amount.rounded, *limits)
        ):
            yield ("amount", key, "bound"), amount.bound
        for number, (word, term) in enumerate(amount.terms):
            yield ("amount", key, f"{word} {number}"), term
        for number, cap in enumerate(amount.caps):
            yield ("amount", key, f"cap {number} applies"), cap.applies
            yield ("amount", key, f"cap {number}"), cap.limit


def _determined(findings: Findings) -> Iterator[tuple[Place, object]]:
    for place, found in _everything(findings):
        if found is not None and found is not Truth.UNDETERMINED and not isinstance(found, Unknown):
            yield place, found


def _agree(one: object, other: object) -> bool:
    if isinstance(one, State) and isinstance(other, State):
        return is_same(one, other)
    return one == other


# ---------- 2. what is irrelevant changes nothing


def irrelevant(one: Decision, two: Decision) -> Verdict:
    """What a conclusion does not depend on can be anything: the conclusion and what it waits for stay."""
    book = one.judged.rulebook
    if one.as_of != two.as_of or book is not two.judged.rulebook:
        return None
    changed = {key[0] for key in _changed(one.case.values, two.case.values)}
    changed |= {path for path in book.lists if one.case.records.get(path) != two.case.records.get(path)}
    asked = False
    for path, fact in book.facts.items():
        if fact.role == "given" or changed & _rests_on(book, path):
            continue
        keys = [key for key in one.findings.states if key[0] == path]
        asked = asked or bool(keys)
        for key in keys:
            before, after = one.findings.resolved.get(key), two.findings.resolved.get(key)
            if before != after:
                return f"{key}: {before} became {after} by {sorted(changed)}"
    return "" if asked and changed else None


def _changed(one: Mapping[Key, object], two: Mapping[Key, object]) -> Iterator[Key]:
    return (key for key in one.keys() | two.keys() if one.get(key) != two.get(key))


def _rests_on(book: Model, path: str) -> set[str]:
    """Return everything that a name depends on, over any number of steps."""
    graph, found, waiting = dependencies(book), {path}, [path]
    while waiting:
        node = waiting.pop()
        more = (graph[node] | _named_in_facts(book, node)) - found
        found |= more
        waiting += more
    return found


def _named_in_facts(book: Model, node: str) -> set[str]:
    """Return what says which records of a list are seen, and the limits of a fact."""
    if node in book.lists:
        return {one for one in [book.lists[node].dated_by] if one is not None}
    bounds = book.facts[node].bounds if node in book.facts else ()
    return {ref.name for bound in bounds for ref in refs_of_operand(bound.operand)}


# ---------- 3. whole weeks


def shifted(one: Decision, two: Decision) -> Verdict:
    """Where neither rules nor the zone have dates of their own, a case of later weeks ends so much later."""
    book, seconds = one.judged.rulebook, two.as_of - one.as_of
    if seconds % WEEK or one.case.records != two.case.records or has_dates(book):
        return None
    types = {path: fact.type for path, fact in book.facts.items()}
    values = {key: _shift(value, types[key[0]], seconds) for key, value in one.case.values.items()}
    if values != two.case.values:
        return None
    if one.findings.records != two.findings.records or one.findings.firings != two.findings.firings:
        return f"records or rules: {one.findings.firings} became {two.findings.firings}"
    after = dict(_everything(two.findings))
    for place, found in _everything(one.findings):
        expected = _shifted_state(found, _type(book, place), seconds)
        if expected != after[place]:
            return f"{_shown(place)}: {found}, expected {expected}, found {after[place]}"
    return ""


def has_dates(book: Model) -> bool:
    """Tell whether rules name days or count business days, or whether their zone changes its clocks."""
    whole = (
        book.facts, book.policies, book.parameters, book.deadlines, book.amounts, book.computed, book.rules
    )  # fmt: skip
    return book.zone.key != "Asia/Shanghai" or any(_is_dated(part) for part in _parts(whole))


def _parts(node: object) -> Iterator[object]:
    yield node
    for part in inner_parts(node):
        yield from _parts(part)


def inner_parts(node: object) -> Iterable[object]:
    """Return what a part of a rulebook directly consists of."""
    if isinstance(node, Mapping):
        return node.values()
    if isinstance(node, tuple):
        return node
    return (getattr(node, name) for name in node.__struct_fields__) if isinstance(node, Frozen) else ()


def _is_dated(part: object) -> bool:
    match part:
        case Constant(_, type):
            return type in TIMES
        case Fact(type=type, if_missing=Default()):
            return type in TIMES
        case Policy(first_day=first, last_day=last):
            return (first, last) != (None, None)
        case DatedValue(start):
            return start is not None
        case CountingRule(_, _, choices):
            return any(("business_day" in word and "from" not in word) or "," in word for _, word in choices)
        case Same(period=period):
            return period in ("calendar_year", "calendar_month")
        case Deadline(within=within) | Window(length=within):
            return any(ref.type is not ValueType.DURATION for ref in refs_of_operand(within))
        case _:
            return isinstance(part, Duration) and part.unit not in UNIT_SECONDS


def _type(book: Model, place: Place) -> ValueType | None:
    kind, (name, _), field = place
    if kind == "clock":
        return ValueType.INSTANT if field in ("start", "ends", "due", "acted", "stopped", "settled") else None
    if kind != "state":
        return None
    if name in book.facts:
        return book.facts[name].type
    if name in book.computed:
        return book.computed[name].type
    return ValueType.INSTANT if name.endswith((".due", ".settled_at")) else None


def _shift(value: Any, type: ValueType | None, seconds: int) -> Any:
    if type is ValueType.INSTANT:
        return value + seconds
    return value + seconds // 86_400 if type is ValueType.DATE else value


def _shifted_state(found: object, type: ValueType | None, seconds: int) -> object:
    return Known(_shift(found.value, type, seconds)) if isinstance(found, Known) else found


# ---------- 4. a later instant


def later(one: Decision, two: Decision) -> Verdict:
    """What is seen at one instant is seen at every later one, the same; a clock that is met stays so."""
    book = one.judged.rulebook
    if two.as_of <= one.as_of or one.case != two.case or book is not two.judged.rulebook:
        return None
    for path, seen in one.findings.records.items():
        still = two.findings.records[path]
        if seen is not None and (still is None or tuple(r for r in still if r in seen) != seen):
            return f"records of {path}: {seen} became {still}"
    for key, state in one.findings.states.items():
        if _is_given(book, key[0]) and isinstance(state, Known) and state != two.findings.states[key]:
            return f"state {key}: {state} became {two.findings.states[key]}"
    for key, clock in one.findings.deadlines.items():
        if clock.status == Known("met") and _has_same_parts(one, two, key):
            status = two.findings.deadlines[key].status
            if status != clock.status:
                return f"clock {key}: met became {status}"
    return ""


def _is_given(book: Model, path: str) -> bool:
    """Tell whether cases say a fact and all that dates it: what rules conclude may change with time."""
    fact = book.facts.get(path)
    return (
        fact is not None
        and fact.role == "given"
        and (fact.dated_by is None or _is_given(book, fact.dated_by))
    )


def _dates_itself(book: Model, path: str) -> bool:
    """Tell whether cases say a fact, and it is seen as soon as it has happened."""
    fact = book.facts.get(path)
    return fact is not None and fact.role == "given" and fact.dated_by is None


def _has_same_parts(one: Decision, two: Decision, key: Key) -> bool:
    was, now = one.findings.deadlines[key], two.findings.deadlines[key]
    deadline = one.judged.rulebook.deadlines[key[0]]
    acts = [(act.name, key[1] if act.listed else None) for act in deadline.met_by]
    kept = all(
        two.findings.states[act] == one.findings.states[act]
        for act in acts
        if isinstance(one.findings.states[act], Known)
    )
    # What rules say of an event can change with time; what is dated by something else can be of long before
    # it is told: it may be in doubt later whether it came first.
    stops = [(stop.name, key[1] if stop.listed else None) for stop in deadline.stopped_by]
    kept = kept and all(
        _dates_itself(two.judged.rulebook, stop[0]) or two.findings.states[stop] == one.findings.states[stop]
        for stop in stops
    )
    # An end that is reckoned back from what happens later is known too late for who has acted in between.
    kept = kept and (now.due == was.due or (isinstance(now.due, Known) and now.due.value >= one.as_of))
    return kept and (was.exists, was.start, was.length) == (now.exists, now.start, now.length)


# ---------- 6. order


def order(one: Decision, two: Decision) -> Verdict:
    """In whatever order files, keys of files and facts of a case are written, the decision is the same."""
    if one.case != two.case or one.as_of != two.as_of:
        return None
    before, after = (_without_places(decision_data(each.unrefined())) for each in (one, two))
    return _first_difference(before, after)


def _without_places(data: Any) -> Any:
    if isinstance(data, dict):
        # Its sentences keep to the order of the vocabulary, which its author chose.
        by_author = ("file", "line", "digest", "summary")
        parts = {key: _without_places(one) for key, one in data.items() if key not in by_author}
        # Tests are told in the order in which they are written.
        return {key: _by_text(one) if key in _AS_WRITTEN else one for key, one in parts.items()}
    return [_without_places(one) for one in data] if isinstance(data, list) else data


# Those of "any" are lists themselves: the ways of an either/or, each with its tests.
_AS_WRITTEN = ("any", "asked", "because", "records", "tests")


def _by_text(data: list[Any]) -> list[Any]:
    parts = [_by_text(one) if isinstance(one, list) else one for one in data]
    return sorted(parts, key=lambda one: json.dumps(one, sort_keys=True))


def _first_difference(one: Any, two: Any, path: str = "decision") -> str:
    if isinstance(one, dict) and isinstance(two, dict) and [*one] == [*two]:
        return next(
            (found for key in one if (found := _first_difference(one[key], two[key], f"{path}.{key}"))), ""
        )
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = enumerate(zip(one, two, strict=True))
        return next((found for i, (a, b) in pairs if (found := _first_difference(a, b, f"{path}.{i}"))), "")
    return "" if one == two else f"{path}: {one} became {two}"


def turned(one: Decision, two: Decision) -> Verdict:
    """In whatever order the records of a list stand that has none of its own, the rest is the same."""
    book = one.judged.rulebook
    paths = unordered_lists(book) & one.case.records.keys()
    if not paths or one.as_of != two.as_of or turn(one.case, book, paths).values != two.case.values:
        return None
    expected = {
        _turned_place(one.case, book, paths, place): found for place, found in _everything(one.findings)
    }
    after = dict(_everything(two.findings))
    for place, found in expected.items():
        if isinstance(found, Unknown):
            waiting = frozenset(_turned_wait(one.case, book, paths, wait) for wait in found.waits)
            found = replace(found, waits=waiting)
        if found != after[place]:
            return f"{_shown(place)}: {found} became {after[place]}"
    return ""


_BY_PLACE = ("first", "last", "next", "previous", "only", "position", "share")
"""Questions to whose answer it matters in which order the records stand; of a tie the first counts."""


def questions(book: Model) -> Iterator[Question]:
    """Return the questions about lists that give values."""
    yield from (one.value for one in book.computed.values() if isinstance(one.value, Question))


def unordered_lists(book: Model) -> set[str]:
    """Return the lists of which it is only asked whether, and how often, something is true of a record."""
    picked = {
        part.listed
        for one in conditions(book)
        for part in parts_of(one)
        if isinstance(part, Pick)
        or getattr(part, "among", "") == "earlier"
        or getattr(part, "how", "") in _BY_PLACE
    }
    picked |= {one.listed for one in questions(book) if one.how in _BY_PLACE or one.among == "earlier"}
    return {path for path, one in book.lists.items() if one.dated_by is None and path not in picked}


def _turned_key(case: Case, book: Model, paths: set[str], key: Key) -> Key:
    name, record = key
    listed = _list_of(book, name)
    if record is None or listed not in paths:
        return key
    return name, case.records[listed] - 1 - record


def _list_of(book: Model, name: str) -> str | None:
    whole: Any = {**book.facts, **book.deadlines, **book.amounts, **book.rules}
    parts = {**whole, **book.parameters, **book.computed}
    found = parts.get(name) or parts.get(name.rpartition(".")[0])
    return None if found is None else found.listed


def _turned_place(case: Case, book: Model, paths: set[str], place: Place) -> Place:
    return place[0], _turned_key(case, book, paths, place[1]), place[2]


def _turned_wait(case: Case, book: Model, paths: set[str], wait: Missing) -> Missing:
    return Missing(wait.kind, *_turned_key(case, book, paths, (wait.name, wait.record)))


def turn(case: Case, book: Model, paths: set[str]) -> Case:
    """Return the case with the records of the lists in the opposite order."""
    values = {_turned_key(case, book, paths, key): value for key, value in case.values.items()}
    return replace(case, values=values)


# ---------- 5. doors


def one_door(written: Written, told: Told, as_of: int, folder: Path) -> Verdict:
    """A case is judged alike from a file, from standard input, from a line among others and in Python."""
    for name, text in texts(written.files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    data = case_data(written, told)
    whole, lines = json.dumps(data, indent=1), f"{json.dumps(data)}\n\n{json.dumps(data)}\n"
    (folder / "c.json").write_text(whole, "utf-8")
    (folder / "c.ndjson").write_text(lines, "utf-8")
    instant = spelled("instant", as_of)
    try:
        book = load_rulebook(folder, assume=written.assume, overlays=written.overlays, engine="reference")
        in_python = [_named(render_json(book.evaluate(data, as_of=instant)))]
    except FaultsFound:
        return None
    doors = {
        "a file": _asked(written, folder, instant, str(folder / "c.json")),
        "standard input": _asked(written, folder, instant, "-", given=whole),
        "a file of lines": _asked(written, folder, instant, str(folder / "c.ndjson")),
        "lines of standard input": _asked(written, folder, instant, "-", "--ndjson", given=lines),
    }
    for door, found in doors.items():
        if found != in_python * len(found) or not found:
            return f"{door}: {found} differs from Python's {in_python}"
    return ""


def _asked(written: Written, folder: Path, as_of: str, *words: str, given: str | None = None) -> list[str]:
    """Return the decisions that the command writes."""
    options = ["--rules", str(folder), "--as-of", as_of, "--engine", "reference", "--format", "json"]
    options += [word for one in written.overlays for word in ("--overlay", one)]
    options += [word for id, reading in written.assume.items() for word in ("--assume", f"{id}={reading}")]
    ran = CliRunner().invoke(command, [*words, *options], input=given)
    assert ran.exit_code == 0, ran.output
    text = ran.stdout
    return [_named(text)] if text.startswith("{\n") else [_named(line) for line in text.splitlines()]


def _named(text: str) -> str:
    """Return the decision without the place where the case stands, laid out in one way."""
    data = {**json.loads(text), "file": ""}
    data.pop("line", None)
    return json.dumps(data, indent=2)


# ---------- 7. engines


def engines(one: Decision, two: Decision) -> Verdict:
    """All engines find the same."""
    if one.judged.engine == two.judged.engine:
        return None
    return difference(one.findings, two.findings)


# ---------- 8. pages


def shown(one: Decision, two: Decision) -> Verdict:
    """Whatever a decision is, every page of it can be made, and its JSON is as the schema says."""
    if one.case != two.case or one.as_of != two.as_of:
        return None
    text = json.dumps(decision_data(one))
    # Validating takes longer than judging: one decision in four, whichever that is.
    fault = None if len(text) % 4 else next(_SCHEMA.iter_errors(json.loads(text)), None)
    if fault is not None:
        return f"{fault.json_path}: {fault.message}"
    for say in (Speech("zh"), Speech("en")):
        chain = Chain(one, say)
        pages = [render_text(one, say), *(chain.why((each.fact.path, each.record)) for each in one.outcomes)]
        if not all(page.strip() for page in pages):
            return "an empty page"
    return ""


_SCHEMA = Draft7Validator(json.loads((ROOT / "schemas" / "decision.schema.json").read_text("utf-8")))

_LAWS = (sound, possible, waits, irrelevant, shifted, later, order, turned, engines, shown)
LAWS: dict[str, Callable[[Decision, Decision], Verdict]] = {law.__name__: law for law in _LAWS}


# ---------- trials

EngineName = Literal["durable", "compiled", "reference"]
ENGINES: tuple[EngineName, ...] = ("compiled", "durable") if durable_available() else ("compiled",)


class Trial(NamedTuple):
    """Two judgements that a law compares; all that makes them is here."""

    law: str
    written: Written
    told: Told
    as_of: int
    other: Told
    other_as_of: int
    other_overlays: tuple[str, ...]
    shuffle: int | None = None
    engine: EngineName = "reference"


_KINDS = {"policies": "policy", "overlays": "overlay"}


def load(files: Files, overlays: tuple[str, ...]) -> Model:
    """Return the rulebook of the files. Raises ValueError with the errors in them."""
    sources = [
        SourceFile(_KINDS.get(name.split("/")[0], name.removesuffix(".yaml")), name, text.encode(), ())
        for name, text in sorted(texts(files).items())
    ]
    loaded = load_files("", sources, [], overlays, is_saved=False)
    if loaded.rulebook is None:
        faults = [one for one in loaded.diagnostics if one.severity == "error"]
        raise ValueError("; ".join(f"{one.code}: {one.message}" for one in faults))
    return loaded.rulebook


class Court:
    """Judges what belongs to one rulebook; models and decisions are made once."""

    def __init__(self, files: Files, assume: Mapping[str, str]) -> None:
        self.files = files
        self.assume = assume
        self._books: dict[object, Rulebook] = {}
        self._decisions: dict[object, tuple[Told, Decision | None]] = {}

    def book(
        self, overlays: tuple[str, ...], shuffle: int | None = None, engine: EngineName = "reference"
    ) -> Rulebook:
        key = overlays, shuffle, engine
        if key not in self._books:
            if engine == "reference":
                files = self.files if shuffle is None else reordered(self.files, Random(shuffle))
                model = load(files, overlays)
            else:
                model = self.book(overlays, shuffle).model
            book = self._books[key] = prepare(model, self.assume, engine)
            # What is told to be possible must hold however little is tried, and this is tried very often.
            book._refiner.limits = Limits(16, 40)
        return self._books[key]

    def judge(
        self,
        written: Written,
        told: Told,
        as_of: int,
        overlays: tuple[str, ...],
        shuffle: int | None = None,
        engine: EngineName = "reference",
    ) -> Decision | None:
        """Return the decision, None where the case is refused."""
        key = id(told), as_of, overlays, shuffle, engine
        if key not in self._decisions:
            book = self.book(overlays, shuffle, engine)
            data = case_data(written, told)
            if shuffle is not None:
                data = reordered(data, Random(shuffle))
            case, _ = book.reader.read_plain(data, "c.json")
            # What was told is kept, so that its id is not given to another one.
            self._decisions[key] = told, None if case is None else book.judge(case, as_of)
        return self._decisions[key][1]

    def run(self, trial: Trial) -> Verdict:
        """Return what the law of the trial says; None where it says nothing. A crash breaks every law."""
        try:
            one = self.judge(trial.written, trial.told, trial.as_of, trial.written.overlays)
            two = self.judge(
                trial.written,
                trial.other,
                trial.other_as_of,
                trial.other_overlays,
                trial.shuffle,
                trial.engine,
            )
            if one is None or two is None:
                return None
            return LAWS[trial.law](one, two)
        except Exception as fault:  # whatever goes wrong, the trial is what must be told
            return f"crash: {type(fault).__name__}: {fault}"


def reordered(node: Yaml, random: Random) -> Yaml:
    """Return mappings with their keys in another order; records and values stay where they are."""
    if isinstance(node, list):
        return [reordered(one, random) for one in node]
    if not isinstance(node, Mapping):
        return node
    entries = [(key, reordered(value, random)) for key, value in node.items()]
    return dict(random.sample(entries, len(entries)))


def trials(written: Written, court: Court, cases: int) -> Iterator[Trial]:
    """Return trials of random cases of the rulebook."""
    random = written.random
    shuffle = random.randrange(1_000)
    for _ in range(cases):
        told = draw_case(written)
        as_of = draw_moment(written, told)
        decision = court.judge(written, told, as_of, written.overlays)
        if decision is None:
            # Told by a trial that says nothing.
            yield _plain("engines", written, told, as_of)
            continue
        for moment in {as_of: None, **dict.fromkeys(_ends(decision, random))}:
            yield from _completions(written, told, moment)
            yield from _others(written, told, moment)
            yield _plain("turned", written, told, moment)._replace(other=_turned_told(court, written, told))
        yield _plain("order", written, told, as_of)._replace(shuffle=shuffle)
        yield _plain("shown", written, told, as_of)


def _plain(law: str, written: Written, told: Told, as_of: int) -> Trial:
    return Trial(law, written, told, as_of, told, as_of, written.overlays)


def _ends(decision: Decision, random: Random) -> list[int]:
    """Return instants at which clocks end, or just before or after that."""
    dues = [clock.due.value for clock in decision.findings.deadlines.values() if isinstance(clock.due, Known)]
    starts = [one.start.value for one in decision.findings.deadlines.values() if isinstance(one.start, Known)]
    found = {value + random.choice((0, 0, 1, -1)) for value in (*dues, *starts) if isinstance(value, int)}
    return random.sample(sorted(found), min(2, len(found)))


def _completions(written: Written, told: Told, as_of: int) -> Iterator[Trial]:
    for _ in range(5):
        trial = _plain("sound", written, told, as_of)._replace(other=complete(written, told))
        if written.random.random() < 0.6:
            trial = trial._replace(other_overlays=written.telling)
        yield from (trial._replace(law=law) for law in ("sound", "possible", "waits"))


def _others(written: Written, told: Told, as_of: int) -> Iterator[Trial]:
    random = written.random
    for engine in ENGINES:
        yield _plain("engines", written, told, as_of)._replace(engine=engine)
    for _ in range(2):
        yield _plain("irrelevant", written, told, as_of)._replace(other=_with_changes(written, told))
    ahead = random.choice((1, 1, 3_600, 86_400, 86_400, WEEK, 30 * 86_400, 10_000 * 86_400))
    yield _plain("later", written, told, as_of)._replace(other_as_of=as_of + ahead)
    if written.steady:
        weeks = random.choice((-1, 1, 2, 52, 300))
        yield _plain("shifted", written, told, as_of)._replace(
            other=_later_told(written, told, weeks), other_as_of=as_of + weeks * WEEK
        )


def _with_changes(written: Written, told: Told) -> Told:
    """Return the case with other values of a few facts, or without them, or with more of them."""
    random = written.random
    values = dict(told.values)
    for path in random.sample([*written.given], min(len(written.given), random.choice((1, 2, 4)))):
        fact = written.given[path]
        for record in (None,) if fact.listed is None else range(told.records.get(fact.listed, 0)):
            value = draw_value(written, fact, values, record)
            if random.random() < 0.2 and (fact.listed is None or written.lists[fact.listed].dated_by != path):
                values.pop((path, record), None)
            elif value is not None:
                values[path, record] = value
    return Told(values, told.records)


def _later_told(written: Written, told: Told, weeks: int) -> Told:
    days = {"instant": weeks * WEEK, "date": weeks * 7}
    return Told(
        {
            key: value + days[written.given[key[0]].type] if isinstance(value, int) else value
            for key, value in told.values.items()
        },
        told.records,
    )


def _turned_told(court: Court, written: Written, told: Told) -> Told:
    book = court.book(written.overlays).model
    paths = unordered_lists(book) & told.records.keys()
    values: Any = told.values
    case = turn(Case("", "", values, told.records), book, paths)
    found: Any = case.values
    return Told(found, told.records)


def try_seed(seed: int, cases: int) -> Iterator[tuple[Trial, Verdict]]:
    """Return trials of a seed's rulebook with what their laws say. Raises ValueError where it is refused."""
    written = write_rulebook(seed, Size(steady=seed % 4 == 3))
    court = Court(written.files, written.assume)
    court.book(written.overlays)
    for trial in trials(written, court, cases):
        yield trial, court.run(trial)
