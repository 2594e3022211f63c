"""What has changed of the rulebook itself, its facts, lists, readings, clauses and reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policyengine.changes.change import RETITLED, Sides
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.text import Text
from policyengine.model.clauses import Clause
from policyengine.model.report import Report, ReportCount, ReportList, ReportRepeats
from policyengine.model.rulebook import (
    Assumption,
    Bound,
    Default,
    Fact,
    IfMissing,
    MissingByReading,
    RecordList,
    ValueSet,
)
from policyengine.render.bilingual import Bilingual
from policyengine.values.display import TYPE_WORDS
from policyengine.values.literals import ValueType

_CLAUSE = {
    "quote": marked("quote: {old} → {new}"),
    "status": marked("status: {old} → {new}"),
    "section": marked("section: {old} → {new}"),
    "why": marked("why it has no rule: {old} → {new}"),
}


def book_details(sides: Sides) -> Iterator[Text]:
    """Tell what has changed of the identity of the rulebook."""
    old, new = sides.old, sides.new
    if old.title != new.title:
        yield sides.renamed(RETITLED, old.title, new.title)
    for template, before, after in (
        (marked("version: {old} → {new}"), old.version, new.version),
        (marked("time zone: {old} → {new}"), old.zone.key, new.zone.key),
        (marked("currency: {old} → {new}"), old.currency.code, new.currency.code),
        (marked("business days: {old} → {new}"), old.calendar.code, new.calendar.code),
        (marked("languages: {old} → {new}"), ", ".join(old.languages), ", ".join(new.languages)),
    ):
        if before != after:
            yield sides.both(template, old=before, new=after)
    documents = [{one.id: one.title for one in book.documents} for book in (old, new)]
    yield from _named(sides, "document", *documents)
    sections = [
        {f"{one.id}: {each.name}": each.title for one in book.documents for each in one.sections}
        for book in (old, new)
    ]
    yield from _named(sides, "section", *sections)
    digests = [{one.id: one.digest for one in book.documents} for book in (old, new)]
    for id in sorted({*digests[0]} & {*digests[1]}):
        if digests[0][id] != digests[1][id]:
            yield sides.both("{name} is another document: its digest has changed", name=id)
    yield from _named(
        sides, "party", *({id: one.title for id, one in book.parties.items()} for book in (old, new))
    )


def fact_details(sides: Sides, old: Fact, new: Fact) -> Iterator[Text]:
    """Tell what has changed of a fact."""
    both = sides.both
    if old.type is not new.type:
        was, now = (sides.now.message(TYPE_WORDS[one.type]) for one in (old, new))
        yield both("type: {old} → {new}", old=was, new=now)
    if old.role != new.role:
        yield both("role: {old} → {new}", old=old.role, new=new.role)
    yield from _named(sides, "value", *({one.name: one.title for one in fact.choices} for fact in (old, new)))
    if old.if_missing != new.if_missing:
        was, now = if_missing_text(sides.was, old), if_missing_text(sides.now, new)
        yield both("when a case leaves it out: {old} → {new}", old=was, new=now)
    if (old.combine, old.otherwise) != (new.combine, new.otherwise):
        was, now = building_text(sides.was, old), building_text(sides.now, new)
        yield both("how rules combine into it: {old} → {new}", old=was, new=now)
    if not old.is_required:
        yield from required_details(sides.now, new)
    if old.planned != new.planned:
        yield (
            both("it is now seen before it happens")
            if new.planned
            else both("it is now seen only once it has happened")
        )
    if old.for_record != new.for_record:
        yield both("it is now kept for the record") if new.for_record else both("rules can now look at it")
    if old.in_brief != new.in_brief:
        was, now = in_brief_text(sides.was, old), in_brief_text(sides.now, new)
        yield both("in brief: {old} → {new}", old=was, new=now)
    if old.bounds != new.bounds:
        was, now = bounds_text(sides.was, old.bounds), bounds_text(sides.now, new.bounds)
        yield both("limits: {old} → {new}", old=was, new=now)
    for template, before, after in (
        (marked("dated by: {old} → {new}"), old.dated_by, new.dated_by),
        (marked("whose act it is: {old} → {new}"), old.by, new.by),
        (marked("stands for what is still to come: {old} → {new}"), old.foresees, new.foresees),
        (marked("what is said when it has happened: {old} → {new}"), old.happened, new.happened),
        (marked("note for whoever writes a case: {old} → {new}"), old.note, new.note),
    ):
        if before != after:
            yield both(template, old=before or "–", new=after or "–")


def required_details(side: Bilingual, part: Fact | RecordList) -> Iterator[Text]:
    """Tell what becomes of the cases that do not say what rules now ask for."""
    if part.is_required:
        yield side.both(
            "cases that do not give it, open ones too, become undetermined where rules ask "
            "for it: use `if_missing` to say what it is then"
        )


def list_details(sides: Sides, old: RecordList, new: RecordList) -> Iterator[Text]:
    """Tell what has changed of a list; its facts are told one by one."""
    both = sides.both
    if old.dated_by != new.dated_by:
        yield both("dated by: {old} → {new}", old=old.dated_by or "–", new=new.dated_by or "–")
    if old.empty_if_missing != new.empty_if_missing:
        words = both("unknown"), both("no records")
        was, now = words[old.empty_if_missing], words[new.empty_if_missing]
        yield both("when a case leaves it out: {old} → {new}", old=was, new=now)
        yield from required_details(sides.now, new)
    yield from _named(
        sides,
        "fact",
        {path: sides.old.facts[path].title for path in old.fields if path not in new.fields},
        {path: sides.new.facts[path].title for path in new.fields if path not in old.fields},
    )


def set_details(sides: Sides, old: ValueSet, new: ValueSet) -> Iterator[Text]:
    """Tell which values are new in a set or gone from it; of versions, how they were and are."""
    if old.is_dated or new.is_dated:
        if old.versions != new.versions:
            was, now = sides.was.value_set(old), sides.now.value_set(new)
            yield sides.both("values: {old} → {new}", old=was, new=now)
        return
    before, after = ({one.text for part in found.versions for one in part.values} for found in (old, new))
    for template, texts in (
        (marked("new value: {new}"), sorted(after - before)),
        (marked("removed value: {new}"), sorted(before - after)),
    ):
        for text in texts:
            yield sides.both(template, new=text)


def assumption_details(sides: Sides, old: Assumption, new: Assumption) -> Iterator[Text]:
    """Tell what has changed of a reading."""
    before, after = ({one.id: one.title for one in assumption.readings} for assumption in (old, new))
    yield from _named(sides, "reading", before, after)
    if old.default != new.default:
        was, now = before.get(old.default, old.default), after.get(new.default, new.default)
        yield sides.both("default: {old} → {new}", old=was, new=now)


def clause_details(sides: Sides, old: Clause, new: Clause) -> Iterator[Text]:
    """Tell what has changed of a clause."""
    for word, template in _CLAUSE.items():
        before, after = getattr(old, word), getattr(new, word)
        if before != after:
            yield sides.both(template, old=before or "–", new=after or "–")


def report_details(sides: Sides, old: Report, new: Report) -> Iterator[Text]:
    """Tell what has changed of a report: which of its parts."""
    before, after = ({one[0]: one for one in _parts(report)} for report in (old, new))
    yield from _named(
        sides, "part", {id: one[1] for id, one in before.items()}, {id: one[1] for id, one in after.items()}
    )
    for id in sorted({*before} & {*after}):
        if before[id][2] != after[id][2]:
            yield sides.both("{name} counts or lists something else", name=after[id][1])
    if old.where != new.where or old.dated_by != new.dated_by:
        yield sides.both("different cases are counted, or different periods")


def _parts(report: Report) -> Iterator[tuple[str, Text, ReportCount | ReportList | ReportRepeats]]:
    parts: tuple[ReportCount | ReportList | ReportRepeats, ...]
    parts = (*report.counts, *report.lists, *report.repeats)
    for part in parts:
        yield part.id, part.title, part


# One whole sentence for each kind, because a translation cannot be put together from pieces.
_NAMED = {
    "document": (
        marked("new document: {new}"),
        marked("removed document: {old}"),
        marked("document {name}: {old} → {new}"),
    ),
    "section": (
        marked("new title of a section: {new}"),
        marked("removed title of a section: {old}"),
        marked("section {name}: {old} → {new}"),
    ),
    "party": (
        marked("new party: {new}"),
        marked("removed party: {old}"),
        marked("party {name}: {old} → {new}"),
    ),
    "value": (
        marked("new value: {new}"),
        marked("removed value: {old}"),
        marked("value {name}: {old} → {new}"),
    ),
    "fact": (
        marked("new fact: {new}"),
        marked("removed fact: {old}"),
        marked("fact {name}: {old} → {new}"),
    ),
    "reading": (
        marked("new reading: {new}"),
        marked("removed reading: {old}"),
        marked("reading {name}: {old} → {new}"),
    ),
    "part": (
        marked("new part: {new}"),
        marked("removed part: {old}"),
        marked("part {name}: {old} → {new}"),
    ),
}


def _named(sides: Sides, kind: str, old: Mapping[str, Text], new: Mapping[str, Text]) -> Iterator[Text]:
    """Tell which titled things of a kind are new, gone, or called otherwise."""
    added, removed, changed = _NAMED[kind]
    for id in sorted({*new} - {*old}):
        yield sides.both(added, new=new[id])
    for id in sorted({*old} - {*new}):
        yield sides.both(removed, old=old[id])
    for id in sorted({*old} & {*new}):
        if old[id] != new[id]:
            yield sides.renamed(changed, old[id], new[id], name=id)


def if_missing_text(side: Bilingual, fact: Fact) -> Text:
    """Return what a fact is when a case leaves it out, under every reading."""
    missing = fact.if_missing
    if not isinstance(missing, MissingByReading):
        return _missing(side, missing, fact.type)
    titles = {one.id: one.title for one in side.book.assumptions[missing.assumption].readings}
    ways = [(_missing(side, one, fact.type), titles[reading]) for reading, one in missing.readings]
    whole = [side.both("{value} (where {reading})", value=value, reading=title) for value, title in ways]
    return side.stated(lambda one: one.say("; ").join(one.naming.text(text) for text in whole))


def _missing(side: Bilingual, missing: IfMissing, type: ValueType) -> Text:
    if missing is None:
        return side.both("unknown")
    if isinstance(missing, Default):
        return side.value(missing.value, type)
    return side.both("none")


def building_text(side: Bilingual, fact: Fact) -> Text:
    """Return how several rules build a fact together, and what it is where none holds."""
    if fact.combine is None and fact.otherwise is None:
        return side.both("one rule gives its value")
    return side.stated(lambda one: " ".join(one.building(fact)))


def in_brief_text(side: Bilingual, fact: Fact) -> Text:
    """Return how the head of a decision tells the values of a fact."""
    return side.stated(lambda one: one.in_brief(fact)) if fact.in_brief else side.both("none")


def bounds_text(side: Bilingual, bounds: Sequence[Bound]) -> Text:
    """Return the limits that a fact of a case must respect."""
    if not bounds:
        return side.both("none")
    return side.stated(
        lambda one: one.say("; ").join(
            f"{bound.operator} {one.operand(bound.operand, '', bound.operand.type)}" for bound in bounds
        )
    )
