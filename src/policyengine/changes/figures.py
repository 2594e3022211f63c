"""What has changed of figures: the values of parameters and of overlays, and from when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from policyengine.changes.change import Sides
from policyengine.diagnostics.text import Text, unspoken
from policyengine.model.rulebook import DatedValue, Overlay, Parameter
from policyengine.render.bilingual import Bilingual
from policyengine.semantics.dated import in_force
from policyengine.values.display import TYPE_WORDS
from policyengine.values.seasons import Season


def parameter_details(sides: Sides, old: Parameter, new: Parameter) -> Iterator[Text]:
    """Tell what has changed of a parameter."""
    both = sides.both
    if old.type is not new.type:
        was, now = (sides.now.message(TYPE_WORDS[one.type]) for one in (old, new))
        yield both("type: {old} → {new}", old=was, new=now)
    changed = tuple(_values(sides, old.values, new.values, old, new))
    yield from changed
    if changed:
        yield from chosen_by(sides.now, new)
    if old.by != new.by:
        yield both("another act now decides which value is in force")


def chosen_by(side: Bilingual, parameter: Parameter) -> Iterator[Text]:
    """Tell which act says which value is in force, where there is more than one."""
    if parameter.by is not None and parameter.is_dated:
        act = side.title(parameter.by.name)
        yield side.both("the date of “{act}” decides which value is in force", act=act)


def overlay_details(sides: Sides, old: Overlay, new: Overlay) -> Iterator[Text]:
    """Tell what has changed of an overlay, which sets parameters of the new version."""
    both = sides.both
    if old.confirmed != new.confirmed:
        yield both("it is now confirmed") if new.confirmed else both("it is no longer confirmed")
    before, after = dict(old.values), dict(new.values)
    for name in sorted({*before, *after}):
        if name not in after:
            yield both("it no longer sets {name}", name=name)
            continue
        now = sides.new.parameters[name]
        was = sides.old.parameters.get(name, now)
        for words in _values(sides, before.get(name, ()), after[name], was, now):
            yield both("{name}: {change}", name=name, change=words)


def day_text(side: Bilingual, day: int | None) -> Text:
    """Return a day, given as an ordinal."""
    if day is None:
        return side.both("no day")
    shown = date.fromordinal(day).isoformat()
    return unspoken(shown)


def _values(
    sides: Sides, old: Sequence[DatedValue], new: Sequence[DatedValue], was: Parameter, now: Parameter
) -> Iterator[Text]:
    """Tell changed values: where one begins in the new version, against what was in force then."""
    both = sides.both
    before, after = ({_days_of(one): one for one in values} for values in (old, new))
    moved = dict(_moved(before, after))
    for days, value in after.items():
        if days in moved:
            yield both(
                "{old} → {new}", old=sides.was.dated(moved[days], was), new=sides.now.dated(value, now)
            )
            continue
        earlier = before.get(days) or _in_force(old, value.start)
        if days in before and before[days].value == value.value:
            continue
        prior = both("no value") if earlier is None else sides.was.value(earlier.value, was.type)
        yield both("{old} → {new}", old=prior, new=sides.now.dated(value, now))
    for days, value in before.items():
        if days in after or value in moved.values():
            continue
        shown = sides.was.dated(value, was)
        if value.is_dated:
            yield both("no longer {value}", value=shown)
        else:
            yield both("there is no longer a value without a date: {value}", value=shown)


Days = tuple[int | None, int | None, "Season | None"]


def _days_of(value: DatedValue) -> Days:
    return value.start, value.end, value.season


def _moved(
    before: Mapping[Days, DatedValue], after: Mapping[Days, DatedValue]
) -> Iterator[tuple[Days, DatedValue]]:
    """Return the days that are new for a value which begins as before, or comes every year as before."""
    gone = [value for days, value in before.items() if days not in after]
    for days, value in after.items():
        if days not in before and value.is_dated:
            for old in gone:
                is_alike = old.season is not None if value.season else old.start == value.start
                if is_alike and old.is_dated and (old.season is None) is (value.season is None):
                    gone.remove(old)
                    yield days, old
                    break


def _in_force(values: Sequence[DatedValue], day: int | None) -> DatedValue | None:
    """Return the value in force on a day; without a day, the one that has no date."""
    if day is None:
        return next((one for one in values if not one.is_dated), None)
    return in_force(values, day)
