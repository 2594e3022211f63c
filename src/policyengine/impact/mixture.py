"""The old rulebook with some parts of an edit: each part brings along what it cannot be made without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from policyengine.changes.rules import own_conditions
from policyengine.frozen import replace
from policyengine.impact.parts import BOOK, OVERRIDES, Part, Place, names_in, parts_of
from policyengine.model.case import Case
from policyengine.model.conditions import All, conjuncts
from policyengine.model.rulebook import DEADLINE_PROPERTIES, Amount, Deadline, Rulebook
from policyengine.semantics.strata import DUE, dependencies, rule_node

Parts = frozenset[int]
"""Parts of an edit, by their numbers."""

_GROUPS = (
    "assumptions",
    "policies",
    "parameters",
    "sets",
    "lists",
    "facts",
    "deadlines",
    "amounts",
    "rules",
    "computed",
)
# What is new of these says nothing by itself: it is there for what asks for it.
_WORDS = ("parameters", "sets", "lists", "computed", "policies", "assumptions")


class Mixture:
    """Two rulebooks, the parts of the edit between them, and every rulebook between the two."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        """``old`` came before ``new``."""
        self.old, self.new = old, new
        self.parts = parts_of(old, new)
        self._by_place = {place: number for number, part in enumerate(self.parts) for place in part.places}
        self._whole: dict[Parts, Parts] = {}
        self._kept: dict[int, tuple[object, frozenset[str]]] = {}

    def book(self, parts: Parts) -> Rulebook:
        """Return the old rulebook with parts of the edit, and with what these cannot be made without."""
        return self._mixed(self.with_needs(parts))

    def case(self, cases: tuple[Case, Case], parts: Parts) -> Case:
        """Return a case as :meth:`book` of the same parts reads it, of how the old and the new one do."""
        old, new = cases
        kept = {path for path in self._retyped if self._by_place["facts", path] not in self.with_needs(parts)}
        if not kept:
            return new
        values = {key: value for key, value in new.values.items() if key[0] not in kept}
        values |= {key: value for key, value in old.values.items() if key[0] in kept}
        return replace(new, values=values)

    def with_needs(self, parts: Parts) -> Parts:
        """Return parts with all that they cannot be made without: what they name has to be there."""
        found = self._whole.get(parts)
        if found is None:
            grown = set(parts)
            while missing := self._missing(self._mixed(frozenset(grown)), grown):
                grown |= missing
            found = self._whole[parts] = frozenset(grown)
        return found

    def _missing(self, book: Rulebook, made: set[int]) -> set[int]:
        """Return the parts without which a rulebook names what is not there, or is of another type."""
        there = {name for group in _GROUPS for name in getattr(book, group)}
        found: set[int] = set()
        for group in _GROUPS:
            for id, thing in getattr(book, group).items():
                for name in self._names_of(thing):
                    if name not in there or name in self._retyped:
                        found |= self._bringing(name, (group, id), made)
        return found - made

    def _names_of(self, thing: object) -> frozenset[str]:
        """Return the names in a thing, found once: most things are in every mixture."""
        kept = self._kept.get(id(thing))
        if kept is None:
            kept = self._kept[id(thing)] = (thing, frozenset(self._named(thing)))
        return kept[1]

    def _named(self, thing: object) -> Iterator[str]:
        for text in names_in(thing):
            head, _, tail = text.rpartition(".")
            name = head if tail in DEADLINE_PROPERTIES and head in self._names else text
            if name in self._names:
                yield name

    def _bringing(self, name: str, place: Place, made: set[int]) -> set[int]:
        """Return the part that brings a name, or with which what names it no longer does."""
        of_thing = self._by_place.get(place)
        if name in self._retyped:
            of_name = self._by_place["facts", name]
            is_made = of_name in made
            return {one for one in (of_thing, of_name) if one is not None and (is_made or of_thing in made)}
        for group in _GROUPS:
            if name in getattr(self.new, group) and (group, name) in self._by_place:
                return {self._by_place[group, name]}
        return set() if of_thing is None else {of_thing}

    @cached_property
    def _names(self) -> frozenset[str]:
        books = (self.old, self.new)
        return frozenset(name for book in books for group in _GROUPS for name in getattr(book, group))

    @cached_property
    def _retyped(self) -> frozenset[str]:
        """The facts whose values are of another kind in the new rulebook."""
        both = {*self.old.facts} & {*self.new.facts}
        return frozenset(
            path
            for path in both
            if (self.old.facts[path].type, self.old.facts[path].listed, self.old.facts[path].role)
            != (self.new.facts[path].type, self.new.facts[path].listed, self.new.facts[path].role)
        )

    # ---------- mixing

    def _mixed(self, parts: Parts) -> Rulebook:
        places = {place for number in parts for place in self.parts[number].places}
        old, new = self.old, self.new
        groups: dict[str, dict[str, Any]] = {}
        for group in _GROUPS:
            was, now = getattr(old, group), getattr(new, group)
            mixed = dict(was)
            if group in _WORDS:
                mixed |= {id: thing for id, thing in now.items() if id not in was}
            if group == "facts":
                mixed |= {id: fact for id, fact in now.items() if id not in was and fact.role == "given"}
            for id in {*was, *now}:
                if (group, id) in places:
                    if id in now:
                        mixed[id] = now[id]
                    else:
                        mixed.pop(id, None)
            groups[group] = mixed
        self._mix_overrides(groups["rules"], places)
        for group in ("deadlines", "amounts"):
            for id, thing in groups[group].items():
                groups[group][id] = self._in_policy(thing, group, groups["policies"])
        for path, listed in groups["lists"].items():
            fields = tuple(sorted(name for name, fact in groups["facts"].items() if fact.listed == path))
            if set(fields) != set(listed.fields):
                groups["lists"][path] = replace(listed, fields=fields)
        base = new if (BOOK, "") in places else old
        ordered = {name: dict(sorted(group.items())) for name, group in groups.items()}
        return replace(
            base, **ordered, tables={**old.tables, **new.tables}, digest=f"{old.digest}+{sorted(parts)}"
        )

    def _mix_overrides(self, rules: dict[str, Any], places: set[Place]) -> None:
        """Give each rule the overrides of the side that is chosen, of the rules that are there."""
        for id, rule in rules.items():
            old, new = self.old.rules.get(id), self.new.rules.get(id)
            side = new if old is None or ((OVERRIDES, id) in places and new is not None) else old
            assert side is not None
            over = tuple(one for one in side.overrides if one in rules)
            if over != rule.overrides:
                rules[id] = replace(rule, overrides=over)

    def _in_policy(
        self, thing: Deadline | Amount, group: str, policies: Mapping[str, Any]
    ) -> Deadline | Amount:
        """Return a deadline or amount that demands what its policy demands here."""
        book = next(one for one in (self.new, self.old) if getattr(one, group).get(thing.id) is thing)
        policy = policies[thing.policy]
        if book.policies.get(thing.policy) is policy:
            return thing
        own = conjuncts(own_conditions(book, thing))
        when = All((*conjuncts(policy.scope), *own), thing.when.span)
        return replace(thing, when=when)

    # ---------- what rests on a part

    @cached_property
    def _readers(self) -> Mapping[str, frozenset[str]]:
        """For every node of both rulebooks the nodes that read it."""
        found: dict[str, set[str]] = {}
        for book in (self.old, self.new):
            for node, before in dependencies(book).items():
                for one in before:
                    found.setdefault(one, set()).add(node)
        return {node: frozenset(readers) for node, readers in found.items()}

    def reached(self, part: Part) -> frozenset[str]:
        """Return the nodes that may come out otherwise once a part is made."""
        waiting = list(self._nodes(part))
        found: set[str] = set()
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self._readers.get(node, ())
        return frozenset(found)

    def _nodes(self, part: Part) -> Iterator[str]:
        for group, id in part.places:
            yield from self._nodes_at(group, id)

    def _nodes_at(self, group: str, id: str) -> Iterable[str]:
        books = (self.old, self.new)
        if group == BOOK:
            return [node for book in books for node in dependencies(book)]
        if group in ("policies", "assumptions"):
            return [
                node
                for book in books
                for other in ("rules", "deadlines", "amounts", "parameters", "facts")
                for name, thing in getattr(book, other).items()
                if id in names_in(thing)
                for node in self._nodes_at(other, name)
            ]
        if group in ("rules", OVERRIDES):
            rules = [book.rules[id] for book in books if id in book.rules]
            return [rule_node(id), *(one.fact.name for rule in rules for one in rule.then)]
        return [id + DUE, id] if group == "deadlines" else [id]
