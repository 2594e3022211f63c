"""Everything that stands behind one node of the graph of dependencies, under the chosen readings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

from policyengine.model.conditions import (
    Computed,
    Condition,
    Count,
    DayEdge,
    Operand,
    Question,
    Ref,
    asks_this,
)
from policyengine.model.rulebook import Amount, Deadline, Rule, Rulebook
from policyengine.outcome.refine.slices.asked import Asked, asked_in
from policyengine.semantics.readings import choose_condition, choose_operand
from policyengine.semantics.strata import DUE, refs_of_operand, rule_node


class Behind:
    """The rules, deadlines, amounts and computed values behind a node, and what they ask and conclude."""

    def __init__(self, book: Rulebook, readings: Mapping[str, str], nodes: frozenset[str]) -> None:
        """``nodes`` are the node and all that it depends on."""
        self.book = book
        self.readings = readings
        self.nodes = nodes

    # ---------- what there is

    def rules(self) -> Iterator[Rule]:
        """Return the rules behind the node."""
        yield from (one for id, one in self.book.rules.items() if rule_node(id) in self.nodes)

    def deadlines(self) -> Iterator[Deadline]:
        """Return the deadlines whose status or end is behind the node."""
        yield from (one for id, one in self.book.deadlines.items() if id + DUE in self.nodes)

    def amounts(self) -> Iterator[Amount]:
        """Return the amounts behind the node."""
        yield from (one for id, one in self.book.amounts.items() if id in self.nodes)

    def computed(self) -> Iterator[Computed]:
        """Return the values behind the node that are computed in place."""
        yield from (one for name, one in self.book.computed.items() if name in self.nodes)

    def questions(self) -> Iterator[tuple[Computed, Question]]:
        """Return the questions behind the node that give values."""
        yield from ((one, one.value) for one in self.computed() if isinstance(one.value, Question))

    # ---------- what is asked

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every test and question, each once."""
        found: dict[object, Asked] = {}
        for condition, listed in self._conditions():
            for one in asked_in(choose_condition(condition, self.readings), listed):
                found.setdefault((one.condition, one.listed, one.this), one)
        for computed, question in self.questions():
            this = computed.listed if asks_this(question.where) else None
            for one in asked_in(choose_condition(question.where, self.readings), question.listed, this):
                found.setdefault((one.condition, one.listed, one.this), one)
        return tuple(found.values())

    def _conditions(self) -> Iterator[tuple[Condition, str | None]]:
        for rule in self.rules():
            yield self.book.scope_of(rule), None
            yield rule.when, rule.listed
        for deadline in self.deadlines():
            yield deadline.when, deadline.listed
            yield from ((one, deadline.listed) for one in deadline.questions)
        for amount in self.amounts():
            yield amount.when, amount.listed
            yield from ((cap.when, amount.listed) for cap in amount.caps)

    # ---------- which names that are

    def name_of(self, operand: Operand | None) -> str | None:
        """Return the name that an operand is, None if it is none."""
        chosen = None if operand is None else choose_operand(operand, self.readings)
        return chosen.name if isinstance(chosen, Ref) else None

    def names_of_clock(self, deadline: Deadline) -> frozenset[str]:
        """Return the names that a clock is counted from, for, until and stopped by."""
        events = (*deadline.met_by, *deadline.stopped_by)
        operands = (*deadline.measured, *deadline.instants_of_pauses, *events)
        return frozenset(one for one in map(self.name_of, operands) if one is not None)

    @cached_property
    def edges_of_days(self) -> tuple[tuple[str, str], ...]:
        """The names of beginnings and ends of days, each with what it is found by.

        They move with it, as the ends of clocks do, and not by as much.
        """
        edges = ((one.name, one.value.of) for one in self.computed() if isinstance(one.value, DayEdge))
        found = ((to, self.name_of(operand)) for to, operand in edges)
        return tuple((to, name) for to, name in found if name is not None)

    @cached_property
    def put_in_order(self) -> frozenset[str]:
        """The names of which records are told apart, or put in order, or given a share."""
        found = [one.of for _, one in self.questions() if one.how in ("different", "position", "share")]
        found += [
            one.condition.of
            for one in self.asked
            if isinstance(one.condition, Count) and one.condition.how != "count"
        ]
        return frozenset(ref.name for operand in found for ref in refs_of_operand(operand))

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The names that date facts, and those of acts that choose figures."""
        facts = (one for name, one in self.book.facts.items() if name in self.nodes)
        figures = (one for name, one in self.book.parameters.items() if name in self.nodes)
        found = {one.dated_by for one in facts if one.dated_by is not None}
        return frozenset(found.union(one.by.name for one in figures if one.by is not None))

    @cached_property
    def asks_for_only(self) -> bool:
        """Whether something is asked of the only record that there may be: several contradict that."""
        return any(one.how == "only" for _, one in self.questions())

    # ---------- what is concluded

    @cached_property
    def conclusions(self) -> Mapping[str, Mapping[object, Operand]]:
        """For each fact the different values that rules behind the node give it."""
        found: dict[str, dict[object, Operand]] = {}
        for rule in self.rules():
            for conclusion in rule.then:
                chosen = choose_operand(conclusion.value, self.readings)
                found.setdefault(conclusion.fact.name, {})[chosen] = chosen
        for name, fact in self.book.facts.items():
            if fact.otherwise is not None and name in self.nodes:
                chosen = choose_operand(fact.otherwise, self.readings)
                found.setdefault(name, {})[chosen] = chosen
        return found

    @cached_property
    def disputable(self) -> tuple[tuple[str, str | None], ...]:
        """The facts to which rules give different values of which one counts, with the lists they are of."""
        facts = (self.book.facts[name] for name, values in self.conclusions.items() if len(values) > 1)
        return tuple(
            (one.path, one.listed) for one in facts if one.path in self.nodes and one.combine is None
        )

    @cached_property
    def rivals(self) -> Mapping[str, tuple[tuple[Operand, Operand], ...]]:
        """The values of a fact that are compared to find a contradiction, of which one is not a literal."""
        found = {}
        for fact, values in self.conclusions.items():
            # What records build together moves with each of them, and is compared with nothing.
            listed = self.book.facts[fact].listed
            every = [one for one in values.values() if _listed_of(one) in (None, listed)]
            names = [number for number, one in enumerate(every) if isinstance(one, Ref)]
            found[fact] = tuple(
                (one, every[other])
                for number, one in enumerate(every)
                for other in (
                    range(number + 1, len(every))
                    if isinstance(one, Ref)
                    else names[bisect_right(names, number) :]
                )
            )
        return found


def _listed_of(operand: Operand) -> str | None:
    return operand.listed if isinstance(operand, Ref) else None
