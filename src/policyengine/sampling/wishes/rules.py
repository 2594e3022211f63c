"""Wishes for a whole rule: that it holds, that it just does not, that none of a fact does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.model.conditions import All
from policyengine.model.rulebook import Rule
from policyengine.sampling.draw import Draw, Want
from policyengine.sampling.wishes.conditions import chosen
from policyengine.sampling.wishes.records import some_row
from policyengine.semantics.readings import choose_condition

if TYPE_CHECKING:
    from policyengine.sampling.wishes.wishes import Wishes

_MOST_WISHES = 60


def holds(wishes: Wishes, rule: Rule) -> Want:
    """Return the wish that a rule holds."""
    if not rule.policy:
        return _no_other(wishes, rule)
    when = wishes.condition(rule.when, True)
    scope = wishes.condition(wishes.words.book.scope_of(rule), True)
    listed, name, inside = rule.listed, f"rule {rule.id}", f"scope {rule.policy}"

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        if listed is not None and record is None:
            record = some_row(draw, listed)
        if len(draw.done) > _MOST_WISHES or not draw.is_new(name, record):
            return
        when(draw, record, record)
        if draw.is_new(inside, record):
            draw.later.append((scope, record, record))

    return want


def nearly(wishes: Wishes, rule: Rule) -> Want:
    """Return the wish that a rule does not hold, for one thing only of those that it asks for."""
    when = choose_condition(rule.when, wishes.words.readings)
    parts = when.parts if isinstance(when, All) else (when,)
    wants = [(chosen(wishes, part, True), chosen(wishes, part, False)) for part in parts]
    scope, listed = wishes.condition(wishes.words.book.scope_of(rule), True), rule.listed

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        if listed is not None:
            record = some_row(draw, listed)
        missed = draw.below(len(wants)) if wants else 0
        for at, (yes, no) in enumerate(wants):
            (no if at == missed else yes)(draw, record, record)
        scope(draw, None if listed is None else record, record)

    return want


def _no_other(wishes: Wishes, otherwise: Rule) -> Want:
    """Return the wish that no rule says what a fact is, so that it is what it is otherwise."""
    concluded = wishes.words.concluded[otherwise.then[0].fact.name]
    denied = [wishes.condition(rule.when, False) for rule, _ in concluded if rule.id != otherwise.id]

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        if draw.is_new(otherwise.id, record):
            draw.later += [(one, record, this) for one in denied[:_MOST_WISHES]]

    return want
