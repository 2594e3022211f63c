"""The days on which another figure or a policy comes into force, and the days before.

A figure that begins next month is not in force in any case of last year: unless a case stands on its first
day, nothing would notice a slip in it; and unless one stands on the day before, nothing would notice that it
begins too early. So it is with the last day of what ends, and with the days of every year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from policyengine.diagnostics.span import Span
from policyengine.model.conditions import All, Ref, Test, conjuncts, parts_of
from policyengine.model.rulebook import DatedValue, Parameter, Policy, Rule, Rulebook, Table
from policyengine.outcome.decision import Decision
from policyengine.outcome.support import Support
from policyengine.semantics.findings import Known, State, Truth
from policyengine.testing.targets import Target
from policyengine.values.literals import ValueType, local_day
from policyengine.values.seasons import Season, year_day_text

_OFFSETS = {0: "first", -1: "before"}
_ENDS = {0: "last", 1: "after"}
_LEAP_YEAR = 2000


def day_targets(book: Rulebook) -> Iterator[Target]:
    """Return the first days of figures, rules, tables and policies, the days before, and how they end."""
    for parameter in book.parameters.values():
        yield from _of_values(parameter, parameter.values)
    for overlay in book.overlays:
        for name, values in overlay.values:
            yield from _of_values(book.parameters[name], values)
    for policy in book.policies.values():
        if not policy.never_in_force:
            yield from _edges(policy.id, policy.span, policy.first_day, policy.last_day)
    for rule in book.written_rules:
        yield from _edges(rule.id, rule.span, rule.first_day, rule.last_day)
    for table in book.tables.values():  # as one, not row by row
        for span, first, last in _spans_of(book, table):
            yield from _edges(table.id, span, first, last)


def _spans_of(book: Rulebook, table: Table) -> Iterator[tuple[Span, int | None, int | None]]:
    """Return the first and last day of a table, and those of its versions."""
    rule = next((book.rules[one] for one in table.rules), None)
    if rule is not None:
        yield table.span, rule.first_day, rule.last_day
    yield from ((one.span, one.start, one.last) for one in table.versions)


def _edges(name: str, span: Span, first: int | None, last: int | None) -> Iterator[Target]:
    for day, sides in ((first, _OFFSETS), (last, _ENDS)):
        if day is not None:
            for offset, side in sides.items():
                yield Target("day", name, span, side, _written(day + offset))


def _of_values(parameter: Parameter, values: tuple[DatedValue, ...]) -> Iterator[Target]:
    for value in values:
        yield from _edges(parameter.id, value.span, value.start, value.end)
        if value.season is not None:
            yield from season_targets(parameter.id, value.span, value.season)


# ---------- days of every year


def season_targets(name: str, span: Span, season: Season) -> Iterator[Target]:
    """Return the first and the last of the days of every year, the day before and the day after."""
    for side, about in _season_days(season).items():
        yield Target("day", name, span, side, about)


def _season_days(season: Season) -> dict[str, str]:
    first, over = (date.fromordinal(one) for one in season.changes_in(_LEAP_YEAR))
    days = {"before": first - timedelta(1), "first": first, "after": over}
    return {"last": year_day_text(season.last), **{side: f"{day:%m-%d}" for side, day in days.items()}}


def season_sides(season: Season, day: int) -> Iterator[tuple[str, int]]:
    """Return on which sides of the days of every year a day stands, and the nearest of these days."""
    year = date.fromordinal(day).year
    for one in (year - 1, year, year + 1):
        first, over = season.changes_in(one)
        edges = (
            ("before", first - 1, first),
            ("first", first, first),
            ("last", over - 1, over - 1),
            ("after", over, over - 1),
        )
        yield from ((side, nearest) for side, at, nearest in edges if at == day)


# ---------- what a decision exercises


def exercised_days(decision: Decision, rests: Support) -> Iterator[Target]:
    """Return the days on which a decision stands, where something rests on the figure."""
    book = decision.judged.rulebook
    for parameter in book.parameters.values():
        if parameter.is_dated and parameter.id in rests.parameters:
            for day in days_of(decision, parameter.by):
                yield from _on_values(parameter, day)
    for policy in book.policies.values():
        yield from _of_policy(decision, policy)
    for rule in book.written_rules:
        if (rule.first_day, rule.last_day) != (None, None):
            yield from _of_rule(decision, rule)
    for table in book.tables.values():
        yield from _of_table(decision, table)


def _on_values(parameter: Parameter, day: int) -> Iterator[Target]:
    for value in parameter.values:
        yield from _standing(parameter.id, value.span, (value.start, value.end), day)
        for side, nearest in () if value.season is None else season_sides(value.season, day):
            if (value.start or nearest) <= nearest <= (value.end or nearest) and value.season is not None:
                yield Target("day", parameter.id, value.span, side, _season_days(value.season)[side])


def _standing(name: str, span: Span, limits: tuple[int | None, int | None], day: int) -> Iterator[Target]:
    for edge, sides in zip(limits, (_OFFSETS, _ENDS), strict=True):
        if edge is not None and day - edge in sides:
            yield Target("day", name, span, sides[day - edge], _written(day))


def _of_policy(decision: Decision, policy: Policy) -> Iterator[Target]:
    if would_apply(decision, policy):
        for day in days_of(decision, policy.by):
            yield from _standing(policy.id, policy.span, (policy.first_day, policy.last_day), day)


def _of_rule(decision: Decision, rule: Rule) -> Iterator[Target]:
    """Return the days of a rule on which a decision stands and its policy applies."""
    if decision.explanation.leaves(decision.judged.rulebook.scope_of(rule), None)[0] is Truth.TRUE:
        for day in days_of(decision, rule.days[-1].ref):
            yield from _standing(rule.id, rule.span, (rule.first_day, rule.last_day), day)


def _of_table(decision: Decision, table: Table) -> Iterator[Target]:
    """Return the days of a table and its versions on which a decision stands that looks something up."""
    book = decision.judged.rulebook
    spans = [one for one in _spans_of(book, table) if one[1:] != (None, None)]
    if not spans or not would_apply(decision, book.policies[table.policy]):
        return
    records = [one for one in records_of(decision, table.listed) if _is_looked_up(decision, table, one)]
    for day in dict.fromkeys(day for one in records for day in _days_for(decision, table, one)):
        for span, first, last in spans:
            yield from _standing(table.id, span, (first, last), day)


def _days_for(decision: Decision, table: Table, record: int | None) -> list[int]:
    """Return the day of the act that tells the version, of a record its own."""
    act = act_of(decision.judged.rulebook, table)
    if act is None:
        return []
    state = decision.explanation.values[act.name, record if act.listed is not None else None]
    day = day_in(decision, act, state)
    return [] if day is None else [day]


def _is_looked_up(decision: Decision, table: Table, record: int | None) -> bool:
    """Tell whether a row of a table holds for a record, or none is in force that could."""
    explanation = decision.explanation
    if any(explanation.leaves(one, record)[0] is not Truth.TRUE for one in table.demands):
        return False
    if any(decision.findings.rules[rule, record].truth is Truth.TRUE for rule in table.rules):
        return True
    days = (All((*own_days(table), one.days), one.span) for one in table.versions)
    return all(explanation.leaves(one, record)[0] is Truth.FALSE for one in days)


def own_days(table: Table) -> tuple[Test, ...]:
    """Return the tests of the days of a whole table."""
    return tuple(one for one in conjuncts(table.when) if isinstance(one, Test) and one not in table.demands)


def records_of(decision: Decision, listed: str | None) -> Iterable[int | None]:
    """Return the records about which a part of a rulebook speaks that are seen; None for the whole case."""
    return (None,) if listed is None else decision.findings.records[listed] or ()


def act_of(book: Rulebook, table: Table) -> Ref | None:
    """Return the act that tells the days of a table, None if it has none."""
    dated = (part for one in table.versions for part in parts_of(one.days))
    tests = (*dated, *own_days(table), *book.policies[table.policy].days)
    return next((one.ref for one in tests if isinstance(one, Test)), None)


def would_apply(decision: Decision, policy: Policy) -> bool:
    """Tell whether a policy applies to a case but for its days."""
    return decision.explanation.leaves(policy.applies_to, None)[0] is Truth.TRUE


def days_of(decision: Decision, act: Ref | None) -> list[int]:
    """Return the day (ordinal, by the clock of the zone) of an act that has happened, of each record one."""
    if act is None:
        return []
    records: Iterable[int | None] = (None,)
    if act.listed is not None:
        records = decision.findings.records[act.listed] or ()
    found = (day_in(decision, act, decision.explanation.values[act.name, one]) for one in records)
    return [day for day in found if day is not None]


def day_in(decision: Decision, act: Ref, state: State) -> int | None:
    """Return the day (ordinal) of an instant or a date that is known, else None."""
    if not isinstance(state, Known) or not isinstance(state.value, int):
        return None
    is_date = act.type is ValueType.DATE or act.midnight
    return state.value if is_date else local_day(state.value, decision.judged.rulebook.zone)


# ---------- where the days come from


class Dating(NamedTuple):
    """Which act tells the day of a target, and the days (ordinals) between which it has to be."""

    act: Ref | None
    first: int | None = None
    last: int | None = None


def dating_of(book: Rulebook, target: Target, tests: Iterable[tuple[str, Test]]) -> Dating:
    """Return which act tells the day that is wanted; ``tests`` are those of days of every year by owner."""
    for owner, test in tests:
        if owner == target.name and test.span == target.span:
            return Dating(test.ref)
    if target.name in book.parameters:
        parameter = book.parameters[target.name]
        value = next((one for one in parameter.values if one.span == target.span), None)
        return Dating(parameter.by) if value is None else Dating(parameter.by, value.start, value.end)
    if target.name in book.tables:
        return Dating(act_of(book, book.tables[target.name]))
    if target.name in book.rules:
        days = book.rules[target.name].days
        return Dating(days[-1].ref if days else None)
    return Dating(book.policies[target.name].by)


def wanted_days(about: str, dating: Dating, now: int) -> Iterator[int]:
    """Return the days (ordinals) that a target may mean: one, or of the days of every year the next ones."""
    if about.count("-") > 1:
        yield date.fromisoformat(about).toordinal()
        return
    limits = [one for one in (dating.first, dating.last) if one is not None]
    years = {date.fromordinal(one).year for one in (now, *limits)}
    for year in sorted({*years, *(year + 1 for year in years)}):
        month, day = int(about[:2]), int(about[3:])
        is_short = (month, day) == (2, 29) and not _is_leap(year)
        yield date(year, month, 28 if is_short else day).toordinal()


def _is_leap(year: int) -> bool:
    return date(year, 12, 31).timetuple().tm_yday == 366


def _written(day: int) -> str:
    return date.fromordinal(day).isoformat()
