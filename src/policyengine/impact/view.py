"""What of a decision can differ: outcomes, deadlines and duties, of the whole case and of each record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Absent, Conflict, Known, Unknown
from policyengine.semantics.strata import DUE, rule_node
from policyengine.values.literals import Value, comparison_key, identity_key

Status = Literal["known", "undetermined", "conflict", "not_applicable"]
ItemKind = Literal["outcome", "deadline", "duty"]
BY_WEIGHT: tuple[ItemKind, ...] = ("outcome", "duty", "deadline")
"""What weighs most in a case that comes out otherwise: what is decided, who must do something, until when."""


class Item(Frozen):
    """Something that can differ: an outcome, a deadline, or what a rule makes somebody do (``who``)."""

    kind: ItemKind
    name: str
    record: int | None
    who: str = ""


class Seen(Frozen):
    """How an item came out: ``identity`` tells its value from others, ``due`` is the end of a deadline."""

    status: str
    value: Value | None = None
    identity: object = None
    due: int | None = None
    missing: tuple[str, ...] = ()


NOTHING = Seen("not_applicable")
"""How an item stands that a rulebook does not know, or that does not apply."""

View = dict[Item, Seen]


class Viewer:
    """Looks at decisions under one rulebook, as far as an edit can reach."""

    def __init__(self, book: Rulebook, reached: frozenset[str]) -> None:
        """``reached`` are the nodes that may come out otherwise."""
        self.book = book
        self.outcomes = [one for one in book.facts.values() if one.role == "outcome" and one.path in reached]
        self.deadlines = [
            one for one in book.deadlines.values() if one.id in reached or one.id + DUE in reached
        ]
        self.rules = {id: one for id, one in book.rules.items() if one.notices and rule_node(id) in reached}

    def view(self, decision: Decision) -> View:
        """Return how everything that the edit can reach came out, without what is not applicable."""
        found = {item: see(decision, item) for item in self._items(decision)}
        return {item: seen for item, seen in found.items() if seen is not NOTHING}

    def _items(self, decision: Decision) -> Iterator[Item]:
        records = decision.findings.records
        for fact in self.outcomes:
            for record in (None,) if fact.listed is None else records[fact.listed] or ():
                yield Item("outcome", fact.path, record)
        for deadline in self.deadlines:
            for record in (None,) if deadline.listed is None else records[deadline.listed] or ():
                yield Item("deadline", deadline.id, record)
        for rule in self.rules.values():
            for record in (None,) if rule.listed is None else records[rule.listed] or ():
                for notice in rule.notices:
                    if notice.kind == "duty":
                        yield Item("duty", rule.id, record, notice.to)


def see(decision: Decision, item: Item) -> Seen:
    """Return how one item came out, which a rulebook need not know."""
    if item.kind == "outcome":
        return _outcome(decision, item)
    return _deadline(decision, item) if item.kind == "deadline" else _duty(decision, item)


def _outcome(decision: Decision, item: Item) -> Seen:
    key = (item.name, item.record)
    if key not in decision.findings.states:
        return NOTHING
    state = decision.agreed(key)
    match state:
        case Known(value):
            return Seen("known", value, identity_key(value))
        case Conflict():
            return Seen("conflict")
        case Unknown():
            return Seen("undetermined", missing=_missing(decision, state))
        case Absent():
            return NOTHING


def _deadline(decision: Decision, item: Item) -> Seen:
    key = (f"{item.name}.status", item.record)
    if key not in decision.findings.states:
        return NOTHING
    state = decision.agreed(key)
    if isinstance(state, Absent | Conflict):
        return NOTHING
    due = decision.agreed((f"{item.name}.due", item.record))
    instant = due.value if isinstance(due, Known) and isinstance(due.value, int) else None
    if isinstance(state, Unknown):
        return Seen("undetermined", due=instant, missing=_missing(decision, state))
    return Seen(str(state.value), due=instant)


def _duty(decision: Decision, item: Item) -> Seen:
    """Return whether somebody certainly must do what a rule says."""
    rule = decision.judged.rulebook.rules.get(item.name)
    key = (item.name, item.record)
    if rule is None or key not in decision.findings.rules:
        return NOTHING
    is_theirs = any(one.kind == "duty" and one.to == item.who for one in rule.notices)
    return Seen("duty") if is_theirs and decision.holds(key) else NOTHING


def _missing(decision: Decision, state: Unknown) -> tuple[str, ...]:
    book = decision.judged.rulebook
    return tuple(sorted(format_key(book, (one.name, one.record)) for one in state.waits))


def number(seen: Seen) -> int | None:
    """Return the value of an item as a whole number of its units, None where it has none."""
    if seen.value is None or isinstance(seen.value, str | bool):
        return None
    found = comparison_key(seen.value)
    return found if isinstance(found, int) else None


def differing(before: View, after: View) -> tuple[Item, ...]:
    """Return what came out otherwise, in a fixed order; that it waits for something else is no difference."""
    items = {
        item
        for item in (*before, *after)
        if told(before.get(item, NOTHING)) != told(after.get(item, NOTHING))
    }
    return tuple(sorted(items, key=order_of))


def told(seen: Seen) -> object:
    """Return what tells one way to come out from another."""
    return seen.status, seen.identity, seen.due


def order_of(item: Item) -> tuple[str, str, int, str]:
    """Order items by kind, name and record."""
    return item.kind, item.name, -1 if item.record is None else item.record, item.who


def item_nodes(item: Item) -> frozenset[str]:
    """Return the nodes on which an item rests directly."""
    if item.kind == "duty":
        return frozenset((rule_node(item.name),))
    return frozenset((item.name, item.name + DUE) if item.kind == "deadline" else (item.name,))
