"""What of a decision can differ: outcomes, deadlines and duties, of the whole case and of each record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Absent, Conflict, Known, State, Unknown
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
DUTY = Seen("duty")
"""How a duty stands that somebody certainly has."""

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
        self.rules = {
            id: parties
            for id, one in book.rules.items()
            if rule_node(id) in reached
            and (parties := tuple(notice.to for notice in one.notices if notice.kind == "duty"))
        }

    def nodes(self) -> frozenset[str]:
        """Return the nodes that are looked at."""
        found = {fact.path for fact in self.outcomes} | set(map(rule_node, self.rules))
        return frozenset(found.union(*((one.id, one.id + DUE) for one in self.deadlines)))

    def view(self, decision: Decision) -> View:
        """Return how everything that the edit can reach came out, without what is not applicable."""
        found: View = {}
        for listed, one in self._looks.items():
            for record in (None,) if listed is None else decision.findings.records[listed] or ():
                one.look(decision, record, found)
        return found

    @cached_property
    def _looks(self) -> Mapping[str | None, _Look]:
        """What is looked at of the whole case, and of each record of a list."""
        found: dict[str | None, _Look] = {}
        for fact in self.outcomes:
            found.setdefault(fact.listed, _Look()).outcomes.append(fact.path)
        for deadline in self.deadlines:
            found.setdefault(deadline.listed, _Look()).deadlines.append(deadline.id)
        for id, parties in self.rules.items():
            found.setdefault(self.book.rules[id].listed, _Look()).duties.append((id, parties))
        return found


class _Look:
    """What is looked at together. Most is settled, and told without asking for each thing by itself."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.deadlines: list[str] = []
        self.duties: list[tuple[str, tuple[str, ...]]] = []

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*self.outcomes, *(f"{one}.{what}" for what in ("status", "due") for one in self.deadlines))

    def look(self, decision: Decision, record: int | None, found: View) -> None:
        """Add how things came out, of a record or the whole case."""
        states = decision.findings.settled(self._names, record)
        first, second = len(self.outcomes), len(self.outcomes) + len(self.deadlines)
        for name, state in zip(self.outcomes, states[:first], strict=True):
            if not isinstance(state, Absent):
                item = Item("outcome", name, record)
                self._add(found, item, _of_value(state) if isinstance(state, Known) else see(decision, item))
        for name, state, due in zip(self.deadlines, states[first:second], states[second:], strict=True):
            if not isinstance(state, Absent):
                item = Item("deadline", name, record)
                if isinstance(state, Known) and due is not None:
                    self._add(found, item, _of_clock(state, due))
                else:
                    self._add(found, item, see(decision, item))
        for rule, parties in self.duties:
            if decision.holds((rule, record)):
                found.update((Item("duty", rule, record, who), DUTY) for who in parties)

    @staticmethod
    def _add(found: View, item: Item, seen: Seen) -> None:
        if seen is not NOTHING:
            found[item] = seen


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
        case Known():
            return _of_value(state)
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
    if isinstance(state, Unknown):
        return Seen("undetermined", due=_instant(due), missing=_missing(decision, state))
    return _of_clock(state, due)


def _of_value(state: Known) -> Seen:
    return Seen("known", state.value, identity_key(state.value))


def _of_clock(status: Known, due: State) -> Seen:
    return Seen(str(status.value), due=_instant(due))


def _instant(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


def _duty(decision: Decision, item: Item) -> Seen:
    """Return whether somebody certainly must do what a rule says."""
    rule = decision.judged.rulebook.rules.get(item.name)
    key = (item.name, item.record)
    if rule is None or key not in decision.findings.rules:
        return NOTHING
    is_theirs = any(one.kind == "duty" and one.to == item.who for one in rule.notices)
    return DUTY if is_theirs and decision.holds(key) else NOTHING


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
