"""What has changed of rules, deadlines and amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.changes.change import Sides
from policyengine.changes.figures import day_text
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import replace
from policyengine.model.conditions import All, Any, Condition, Count, Not, Pick, Ref, Some, conjuncts, of_set
from policyengine.model.rulebook import Amount, Deadline, Notice, Pause, Policy, Rule, Rulebook
from policyengine.render.bilingual import Bilingual

_ALWAYS = All((), Span(""))
_DAYS = {
    "first_day": marked("in force from {old} → {new}"),
    "last_day": marked("in force until {old} → {new}"),
}
_STARTS, _ENDS = marked("starts: {old} → {new}"), marked("ends: {old} → {new}")
_WITHIN = marked("within: {old} → {new}")


def policy_details(sides: Sides, old: Policy, new: Policy) -> Iterator[Text]:
    """Tell what has changed of what a whole policy demands."""
    for word, template in _DAYS.items():
        before, after = getattr(old, word), getattr(new, word)
        if before != after:
            yield sides.both(template, old=day_text(sides.was, before), new=day_text(sides.now, after))
    if old.by != new.by and not (old.days and new.days):  # else the days are told with their act
        was, now = (_act(side, one.by) for side, one in ((sides.was, old), (sides.now, new)))
        yield sides.both("the act whose date decides what is in force: {old} → {new}", old=was, new=now)
    yield from _conditions(sides, old.scope, new.scope)


def _act(side: Bilingual, by: Ref | None) -> Text:
    """Return the title of an act, or that there is none."""
    return side.both("none") if by is None else side.title(by.name)


def rule_details(sides: Sides, old: Rule, new: Rule) -> Iterator[Text]:
    """Tell what has changed of a rule; what its policy demands is told of the policy."""
    both = sides.both
    if old.policy != new.policy:
        yield both("policy: {old} → {new}", old=old.policy, new=new.policy)
        yield from _conditions(sides, sides.old.scope_of(old), sides.new.scope_of(new))
    if old.by != new.by:
        was, now = (
            both("the act of its policy") if one.by is None else side.title(one.by.name)
            for side, one in ((sides.was, old), (sides.now, new))
        )
        yield both("the act whose date decides when it is in force: {old} → {new}", old=was, new=now)
    if old.listed != new.listed:
        yield both("it now applies to the records of another list, or to the whole case")
    yield from _conditions(sides, old.when, new.when)
    yield from _conclusions(sides, old, new)
    before, after = (
        {one.id: one.title for one in book.overridden_by(rule)}
        for book, rule in ((sides.old, old), (sides.new, new))
    )
    for id in sorted({*after} - {*before}):
        yield both("it now takes precedence over “{rule}”", rule=after[id])
    for id in sorted({*before} - {*after}):
        yield both("it no longer takes precedence over “{rule}”", rule=before[id])
    yield from _notices(sides, old.notices, new.notices)
    if old.in_brief != new.in_brief:
        was, now = (one.in_brief or both("none") for one in (old, new))
        yield both("in brief: {old} → {new}", old=was, new=now)


def deadline_details(sides: Sides, old: Deadline, new: Deadline) -> Iterator[Text]:
    """Tell what has changed of a deadline."""
    both = sides.both
    if old.starts != new.starts:
        yield both(_STARTS, old=sides.was.operand(old.starts), new=sides.now.operand(new.starts))
    if (old.within, old.ends) != (new.within, new.ends):
        template = _WITHIN if old.ends is None and new.ends is None else _ENDS
        was, now = sides.was.stated(lambda one: one.end(old)), sides.now.stated(lambda one: one.end(new))
        yield both(template, old=was, new=now)
    yield from _pauses(sides, old, new)
    if old.who != new.who:
        who = sides.old.parties[old.who].title, sides.new.parties[new.who].title
        yield both("who must act: {old} → {new}", old=who[0], new=who[1])
    acts = [{act.name for act in one.met_by} for one in (old, new)]
    for name in sorted(acts[1] - acts[0]):
        yield both("now also counts as acting: {act}", act=sides.now.title(name))
    for name in sorted(acts[0] - acts[1]):
        yield both("no longer counts as acting: {act}", act=sides.was.title(name))
    stops = [{event.name for event in one.stopped_by} for one in (old, new)]
    for name in sorted(stops[1] - stops[0]):
        yield both("its clock is now stopped by: {event}", event=sides.now.title(name))
    for name in sorted(stops[0] - stops[1]):
        yield both("its clock is no longer stopped by: {event}", event=sides.was.title(name))
    ends = [{event.name for event in one.owed_until} for one in (old, new)]
    for name in sorted(ends[1] - ends[0]):
        yield both("once missed, it is now owed only until: {event}", event=sides.now.title(name))
    for name in sorted(ends[0] - ends[1]):
        yield both("once missed, it is still owed after: {event}", event=sides.was.title(name))
    if old.is_right != new.is_right:
        yield (
            both("it is now a right, no longer a duty")
            if new.is_right
            else both("it is now a duty, no longer a right")
        )
    yield from _own_conditions(sides, old, new)
    if (old.counting, old.zone) != (new.counting, new.zone):
        was = sides.was.stated(lambda one: one.counting(old))
        now = sides.now.stated(lambda one: one.counting(new))
        yield both("counting: {old} → {new}", old=was, new=now)


def _pauses(sides: Sides, old: Deadline, new: Deadline) -> Iterator[Text]:
    before, after = ({one: one for one in part.pauses} for part in (old, new))
    for key in after:
        if key not in before:
            yield sides.both("new pause of its clock: {pause}", pause=_pause(sides.now, key))
    for key in before:
        if key not in after:
            yield sides.both("no longer a pause of its clock: {pause}", pause=_pause(sides.was, key))


def _pause(side: Bilingual, pause: Pause) -> Text:
    return side.stated(lambda one: one.pause(pause))


def amount_details(sides: Sides, old: Amount, new: Amount) -> Iterator[Text]:
    """Tell what has changed of an amount."""
    sums = [replace(one, when=_ALWAYS) for one in (old, new)]
    was = sides.was.stated(lambda one: one.amount(sums[0]))
    now = sides.now.stated(lambda one: one.amount(sums[1]))
    if was != now:
        yield sides.both("{old} → {new}", old=was, new=now)
    yield from _own_conditions(sides, old, new)


def own_conditions(book: Rulebook, part: Deadline | Amount) -> Condition:
    """Return what a deadline or amount demands beside what its policy demands of all its parts."""
    shared = {one for one in conjuncts(book.policies[part.policy].scope)}
    return All(tuple(one for one in conjuncts(part.when) if one not in shared), Span(""))


def _own_conditions(sides: Sides, old: Deadline | Amount, new: Deadline | Amount) -> Iterator[Text]:
    yield from _conditions(sides, own_conditions(sides.old, old), own_conditions(sides.new, new))


def _conditions(sides: Sides, old: Condition, new: Condition) -> Iterator[Text]:
    """Tell which of the conditions that must all hold are new or gone."""
    before, after = ({without_values(part): part for part in conjuncts(one)} for one in (old, new))
    for key, part in after.items():
        if key not in before:
            yield sides.both("it now also requires that {condition}", condition=sides.now.conditions(part))
    for key, part in before.items():
        if key not in after:
            yield sides.both("it no longer requires that {condition}", condition=sides.was.conditions(part))


def without_values(condition: Condition) -> Condition:
    """Return a condition that asks for sets by their names alone: what they hold is told of the sets."""
    asked = of_set(condition)
    if asked is not None:
        return asked
    match condition:
        case All(parts) | Any(parts):
            return replace(condition, parts=tuple(without_values(one) for one in parts))
        case Not(part):
            return replace(condition, part=without_values(part))
        case Some(where=where) | Count(where=where):
            return replace(condition, where=without_values(where))
        case Pick(where=where, then=then):
            return replace(condition, where=without_values(where), then=without_values(then))
        case _:
            return condition


def _conclusions(sides: Sides, old: Rule, new: Rule) -> Iterator[Text]:
    before = {one.fact.name: (one.value, sides.was.conclusion(one)) for one in old.then}
    after = {one.fact.name: (one.value, sides.now.conclusion(one)) for one in new.then}
    for name in sorted({*before, *after}):
        if name not in after:
            yield sides.both("it no longer concludes: {conclusion}", conclusion=before[name][1])
        elif name not in before:
            yield sides.both("it now also concludes: {conclusion}", conclusion=after[name][1])
        elif before[name][0] != after[name][0]:
            yield sides.both("{old} → {new}", old=before[name][1], new=after[name][1])


def _notices(sides: Sides, old: Sequence[Notice], new: Sequence[Notice]) -> Iterator[Text]:
    before, after = ({one: one for one in notices} for notices in (old, new))
    for key, notice in after.items():
        if key not in before:
            yield sides.both("it now says: {notice}", notice=sides.now.notice(notice))
    for key, notice in before.items():
        if key not in after:
            yield sides.both("it no longer says: {notice}", notice=sides.was.notice(notice))
