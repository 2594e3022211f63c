"""What the facts of a case say about each other: dates that are missing, causes, limits."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import Called, message
from policyengine.model.case import Key
from policyengine.model.conditions import Constant, Operand, Ref
from policyengine.model.key_names import path_of
from policyengine.model.rulebook import Bound, Fact, RecordList
from policyengine.reading.case.draft import Draft
from policyengine.syntax.keys import Path
from policyengine.values.display import show_value
from policyengine.values.literals import Value, ValueType, comparison_key, format_value


def check(draft: Draft) -> None:
    """Hold what was read against the dates, limits and causes that the vocabulary demands."""
    for key in list(draft.values):
        fact = draft.book.facts[key[0]]
        _check_date(draft, fact, key)
        for bound in fact.bounds:
            _check_bound(draft, fact, key, bound)
    for path, count in draft.records.items():
        _check_records(draft, draft.book.lists[path], count)


def _check_date(draft: Draft, fact: Fact, key: Key) -> None:
    if fact.dated_by is None or draft.is_misspelt:
        return
    dating = draft.book.facts[fact.dated_by]
    if dating.role == "given" and _beside(key, dating.path, dating.listed) not in draft.seen:
        what = message(
            "{name} is given, and nothing says when: {date} is missing",
            name=_called(fact),
            date=_called(dating),
        )
        help = message("give `{date}`, or leave `{name}` out", name=fact.path, date=dating.path)
        draft.fault("undated-fact", what, path_of(draft.book, key), help, key=True)


def _check_records(draft: Draft, listed: RecordList, count: int) -> None:
    if listed.dated_by is None or draft.is_misspelt:
        return
    for position in range(count):
        if (listed.dated_by, position) not in draft.seen:
            path: Path = (*listed.path.split("."), position)
            what = message("the record has no `{name}`", name=listed.dated_by.removeprefix(listed.path + "."))
            draft.fault("undated-record", what, path, message("say when it was"))


def _check_bound(draft: Draft, fact: Fact, key: Key, bound: Bound) -> None:
    limit = _operand_value(draft, bound.operand, key)
    if limit is None:
        _check_cause(draft, fact, key, bound)
        return
    value, other = comparison_key(draft.values[key]), comparison_key(limit)
    assert isinstance(value, int) and isinstance(other, int)
    if value > other if bound.operator == "at_most" else value < other:
        _out_of_bounds(draft, fact, key, bound, limit)


def _operand_value(draft: Draft, operand: Operand, key: Key) -> Value | None:
    match operand:
        case Constant():
            return operand.value
        case Ref():
            return draft.values.get(_beside(key, operand.name, operand.listed))
        case _:
            return None


def _check_cause(draft: Draft, fact: Fact, key: Key, bound: Bound) -> None:
    """Refuse an event whose cause, by what is given, has never happened."""
    if bound.operator != "not_before" or not isinstance(bound.operand, Ref) or draft.is_misspelt:
        return
    cause = draft.book.facts[bound.operand.name]
    if _beside(key, cause.path, cause.listed) in draft.seen:
        return  # it is there, with a fault that has been told
    if cause.is_never_if_missing:
        what = message(
            "{name} is given, and what must come before it is not: {cause}",
            name=_called(fact),
            cause=_called(cause),
        )
        place, help = path_of(draft.book, key), message("give `{cause}` too", cause=cause.path)
        of_cause = path_of(draft.book, _beside(key, cause.path, cause.listed))
        if draft.source.is_set(of_cause):  # the file may well say it
            place, help = (
                of_cause,
                message("leave this setting out, or take `{name}` out too", name=fact.path),
            )
        draft.fault("before-cause", what, place, help)


def _out_of_bounds(draft: Draft, fact: Fact, key: Key, bound: Bound, limit: Value) -> None:
    book = draft.book
    shown = format_value(limit, fact.type, book.zone, book.currency)
    if fact.type is ValueType.INSTANT:  # as a person writes it, by the clock of the rulebook; alike in zh
        shown = show_value(limit, fact.type, book.zone, "en", book.currency)
    other = message("`{value}`", value=shown)
    if isinstance(bound.operand, Ref):
        other = message("{name}, `{value}`", name=_called(book.facts[bound.operand.name]), value=shown)
    if bound.operator == "not_before":
        what = message("{name} is before {limit}", name=_called(fact), limit=other)
        draft.fault("before-cause", what, path_of(draft.book, key), message("check both dates"))
    elif bound.operator == "at_most":
        what = message("{name} is more than {limit}", name=_called(fact), limit=other)
        draft.fault("out-of-bounds", what, path_of(draft.book, key), message("check both values"))
    else:
        what = message("{name} is less than {limit}", name=_called(fact), limit=other)
        draft.fault("out-of-bounds", what, path_of(draft.book, key), message("check the value"))


def _called(fact: Fact) -> Called:
    return Called(fact.title, fact.path)


def _beside(key: Key, name: str, listed: str | None) -> Key:
    """Return the key of another fact of the case: of the same record, if it is one of a list."""
    return name, key[1] if listed else None
