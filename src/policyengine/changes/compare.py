"""Comparing two rulebooks, part by part: what they say, not how it is written or where."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from policyengine.changes.change import RETITLED, Change, Kind, Sides
from policyengine.changes.figures import overlay_details, parameter_details
from policyengine.changes.letters import letter_details, letter_whole
from policyengine.changes.rules import (
    amount_details,
    deadline_details,
    own_conditions,
    policy_details,
    rule_details,
    without_values,
)
from policyengine.changes.tables import table_details, table_said, table_whole
from policyengine.changes.vocabulary import (
    assumption_details,
    book_details,
    clause_details,
    fact_details,
    list_details,
    report_details,
    required_details,
    set_details,
)
from policyengine.changes.whole import (
    assumption_whole,
    clause_whole,
    fact_whole,
    list_whole,
    overlay_whole,
    parameter_whole,
    policy_whole,
    report_whole,
    scope_details,
    set_whole,
)
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text, unspoken
from policyengine.frozen import replace
from policyengine.model.conditions import All, Condition, Constant, conjuncts
from policyengine.model.rulebook import Amount, Deadline, Overlay, Parameter, Policy, Rule, Rulebook, Table
from policyengine.render.bilingual import Bilingual
from policyengine.values.literals import identity_key

_Part = TypeVar("_Part")
_Details = Callable[[Sides, _Part, _Part], Iterable[Text]]
_Says = Callable[[Bilingual, _Part], Iterable[Text]]


def compare(old: Rulebook, new: Rulebook) -> list[Change]:
    """Return every change of what the rules say, in a fixed order: by kind, then by name."""
    return list(_Comparison(Sides(old, new)).changes())


def _nothing(side: Bilingual, part: object) -> Iterable[Text]:
    return ()


def _one(says: Callable[[Bilingual, _Part], Text]) -> _Says[_Part]:
    return lambda side, part: (says(side, part),)


class _Comparison:
    """Compares two versions of a rulebook."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides

    def changes(self) -> Iterator[Change]:
        old, new = self.sides.old, self.sides.new
        whole = tuple(book_details(self.sides))
        if whole:
            yield Change("rulebook", "changed", new.id, new.title, whole)
        yield from self._group("policy", old.policies, new.policies, policy_details, policy_whole)
        yield from self._group(
            "parameter", old.parameters, new.parameters, parameter_details, parameter_whole
        )
        yield from self._group(
            "deadline", old.deadlines, new.deadlines, deadline_details, _one(Bilingual.deadline), self._scope
        )
        yield from self._group(
            "amount", old.amounts, new.amounts, amount_details, _one(Bilingual.amount), self._scope
        )
        was, now = ({one.id: one for one in book.written_rules} for book in (old, new))
        yield from self._group("rule", was, now, rule_details, _one(Bilingual.rule), self._scope)
        yield from self._group("table", old.tables, new.tables, table_details, table_whole, self._scope)
        yield from self._outcomes()
        yield from self._group("fact", old.facts, new.facts, fact_details, fact_whole, added=required_details)
        yield from self._group("list", old.lists, new.lists, list_details, list_whole, added=required_details)
        yield from self._group("set", old.sets, new.sets, set_details, set_whole)
        yield from self._group(
            "assumption", old.assumptions, new.assumptions, assumption_details, assumption_whole
        )
        before, after = ({one.id: one for one in book.overlays} for book in (old, new))
        yield from self._group("overlay", before, after, overlay_details, overlay_whole)
        yield from self._group("clause", old.clauses, new.clauses, clause_details, clause_whole)
        yield from self._group("report", old.reports, new.reports, report_details, report_whole)
        yield from self._group("letter", old.letters, new.letters, letter_details, letter_whole)

    def _group(
        self,
        kind: Kind,
        old: Mapping[str, _Part],
        new: Mapping[str, _Part],
        details: _Details[_Part],
        says: _Says[_Part],
        around: _Says[_Part] = _nothing,
        added: _Says[_Part] = _nothing,
    ) -> Iterator[Change]:
        """Compare the parts of a kind.

        What is new or gone is told as a whole by ``says``; ``around`` tells of what is there in the new
        version where it applies, and ``added`` what somebody has to know of what is new.
        """
        sides = self.sides
        for id in sorted({*old, *new}):
            if id not in new:
                yield Change(kind, "removed", id, _title(old[id], id), tuple(says(sides.was, old[id])))
            elif id not in old:
                told = (*says(sides.now, new[id]), *around(sides.now, new[id]), *added(sides.now, new[id]))
                yield Change(kind, "added", id, _title(new[id], id), told)
            elif _said(sides.old, old[id]) != _said(sides.new, new[id]):
                found = (*self._renamed(old[id], new[id], id), *details(sides, old[id], new[id]))
                told = found or (sides.both("something else about it has changed"),)
                yield Change(kind, "changed", id, _title(new[id], id), (*told, *around(sides.now, new[id])))

    def _scope(self, side: Bilingual, part: Rule | Table | Deadline | Amount) -> Iterable[Text]:
        """Tell when the policy of a part applies, unless that is told of the policy, which is new itself."""
        is_told = part.policy not in self.sides.old.policies
        return () if is_told else scope_details(side, side.book.policies[part.policy])

    def _renamed(self, old: object, new: object, id: str) -> Iterator[Text]:
        was, now = _title(old, id), _title(new, id)
        if was != now:
            yield self.sides.renamed(RETITLED, was, now)
        if getattr(old, "source", None) != getattr(new, "source", None):
            yield self.sides.both("the source that it names has changed")

    def _outcomes(self) -> Iterator[Change]:
        """Tell what outcomes can now be and can no longer be, as far as rules name the values."""
        sides = self.sides
        before, after = (_possible(book) for book in (sides.old, sides.new))
        for path in sorted({*before} & {*after}):
            was, now = before[path], after[path]
            details = [
                *(
                    sides.both("it can now be {value}", value=sides.now.operand(now[key], path))
                    for key in sorted(now.keys() - was.keys())
                ),
                *(
                    sides.both("it can no longer be {value}", value=sides.was.operand(was[key], path))
                    for key in sorted(was.keys() - now.keys())
                ),
            ]
            if details:
                yield Change("outcome", "changed", path, sides.new.facts[path].title, tuple(details))


def _said(book: Rulebook, part: object) -> Hashable:
    """Return what a part says itself, wherever its file lies and however its conditions are nested."""
    match part:
        case Policy():
            part = replace(part, file="", scope=_flat(part.scope))
        case Overlay():
            part = replace(part, file="")
        case Parameter():
            part = replace(part, left_open=False)
        case Rule():
            over = tuple(one.id for one in book.overridden_by(part))
            part = replace(part, when=_flat(part.when), overrides=over)
        case Table():
            return table_said(book, part)
        case Deadline() | Amount():
            part = replace(part, when=without_values(own_conditions(book, part)))
    return part


def _flat(condition: Condition) -> All:
    return All(tuple(conjuncts(without_values(condition))), Span(""))


def _title(part: object, id: str) -> Text:
    title = getattr(part, "title", None)
    return title if isinstance(title, Text) else unspoken(id)


def _possible(book: Rulebook) -> dict[str, dict[str, Constant]]:
    """Return for every outcome the values that rules give it literally, by a key that can be compared."""
    found: dict[str, dict[str, Constant]] = {
        path: {} for path, fact in book.facts.items() if fact.role == "outcome"
    }
    for rule in book.rules.values():
        for one in rule.then:
            if rule.table and not book.facts[one.fact.name].choices:
                continue  # which figures a table gives is told of its rows
            if one.fact.name in found and isinstance(one.value, Constant):
                found[one.fact.name].setdefault(str(identity_key(one.value.value)), one.value)
    return found
