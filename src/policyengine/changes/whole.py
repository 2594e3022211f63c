"""What is told of something that is new or gone: what it says, and for what and from when it applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.changes.figures import chosen_by, day_text
from policyengine.changes.vocabulary import bounds_text, building_text, if_missing_text
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.text import Text
from policyengine.frozen import replace
from policyengine.model.clauses import Clause
from policyengine.model.report import Report
from policyengine.model.rulebook import Assumption, Fact, Overlay, Parameter, Policy, RecordList, ValueSet
from policyengine.render.bilingual import Bilingual
from policyengine.values.display import TYPE_WORDS

_IN_FORCE = {
    (True, True): marked("in force from {first} until {last}, by the day of “{act}”"),
    (True, False): marked("in force from {first} on, by the day of “{act}”"),
    (False, True): marked("in force until {last}, by the day of “{act}”"),
}


def scope_details(side: Bilingual, policy: Policy) -> Iterator[Text]:
    """Tell to which cases a policy and its parts apply, and from when; nothing for all cases."""
    if policy.applies_to.parts:
        yield side.both("it applies if {conditions}", conditions=side.conditions(policy.applies_to))
    if policy.days:
        days = policy.first_day, policy.last_day
        first, last = (day_text(side, day) for day in days)
        template = _IN_FORCE[days[0] is not None, days[1] is not None]
        yield side.both(template, first=first, last=last, act=side.title(policy.days[0].ref.name))


def policy_whole(side: Bilingual, policy: Policy) -> Iterator[Text]:
    """Tell to which cases a policy applies."""
    yield from tuple(scope_details(side, policy)) or (side.both("it applies to every case"),)


def parameter_whole(side: Bilingual, parameter: Parameter) -> Iterator[Text]:
    """Tell the values of a parameter, and which act says which of them is in force."""
    yield side.parameter(parameter)
    yield from chosen_by(side, parameter)


def fact_whole(side: Bilingual, fact: Fact) -> Iterator[Text]:
    """Tell the type of a fact, what it is when a case leaves it out, and what it must be."""
    both = side.both
    yield both("type: {type}", type=side.message(TYPE_WORDS[fact.type]))
    if fact.choices:
        yield both("values: {values}", values=_joined(side, (one.title for one in fact.choices)))
    if fact.role != "given":
        yield both("role: {role}", role=fact.role)
        if fact.combine is not None or fact.otherwise is not None:
            yield building_text(side, fact)
    else:
        yield both("when a case leaves it out: {value}", value=if_missing_text(side, fact))
    if fact.bounds:
        yield both("limits: {limits}", limits=bounds_text(side, fact.bounds))
    for template, found in (
        (marked("dated by: {name}"), fact.dated_by),
        (marked("whose act it is: {name}"), fact.by),
        (marked("stands for what is still to come: {name}"), fact.foresees),
        (marked("what is said when it has happened: {name}"), fact.happened),
    ):
        if found:
            yield both(template, name=found)


def list_whole(side: Bilingual, listed: RecordList) -> Iterator[Text]:
    """Tell what dates the records of a list, and what it is when a case leaves it out."""
    if listed.dated_by is not None:
        yield side.both("dated by: {name}", name=listed.dated_by)
    missing = side.both("no records") if listed.empty_if_missing else side.both("unknown")
    yield side.both("when a case leaves it out: {value}", value=missing)


def set_whole(side: Bilingual, found: ValueSet) -> Iterator[Text]:
    """Tell the values of a set."""
    yield side.both("values: {values}", values=side.value_set(found))


def assumption_whole(side: Bilingual, assumption: Assumption) -> Iterator[Text]:
    """Tell the readings of an assumption and which of them is followed."""
    titles = {one.id: one.title for one in assumption.readings}
    yield side.both("readings: {readings}", readings=_joined(side, titles.values()))
    yield side.both("default: {reading}", reading=titles[assumption.default])


def overlay_whole(side: Bilingual, overlay: Overlay) -> Iterator[Text]:
    """Tell the figures of an overlay."""
    for name, values in overlay.values:
        figures = side.parameter(replace(side.book.parameters[name], values=values))
        yield side.both("{name}: {change}", name=name, change=figures)
    if not overlay.confirmed:
        yield side.both("it is not confirmed")


def clause_whole(side: Bilingual, clause: Clause) -> Iterator[Text]:
    """Tell the words of a clause, and why it has no rule."""
    for template, found in (
        (marked("section: {value}"), clause.section),
        (marked("quote: {value}"), clause.quote),
        (marked("status: {value}"), clause.status),
    ):
        if found:
            yield side.both(template, value=found)
    if clause.why != Text():
        yield side.both("why it has no rule: {why}", why=clause.why)


def report_whole(side: Bilingual, report: Report) -> Iterator[Text]:
    """Tell the parts of a report."""
    titles = [one.title for one in report.counts]
    titles += [one.title for one in report.lists] + [one.title for one in report.repeats]
    yield side.both("parts: {parts}", parts=_joined(side, titles))


def _joined(side: Bilingual, texts: Iterable[Text]) -> Text:
    whole = tuple(texts)
    return side.stated(lambda one: one.say("; ").join(one.naming.text(text) for text in whole))
