"""What all explanations under one rulebook and one choice of readings share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from policyengine.compile.dependencies import expressions_of, parts_of
from policyengine.compile.fold import fold_expr
from policyengine.compile.lower import lower_condition
from policyengine.compile.plan import Aggregate, Apply, Given, Plan
from policyengine.engines.closures import Evaluate, Memory, evaluate_of, tally_of
from policyengine.engines.rereading.graph import graph_of
from policyengine.engines.rereading.others import Rereading
from policyengine.engines.world import World
from policyengine.frozen import kept
from policyengine.model.asked import find_asks_this
from policyengine.model.case import Key
from policyengine.model.conditions import (
    Condition,
    Count,
    ReadingIs,
    Same,
    Test,
    Window,
    asks_this,
)
from policyengine.model.rulebook import Amount, Deadline, Fact, MissingByReading, Rule, Rulebook
from policyengine.outcome.prepared import (
    ClockLooks,
    Looks,
    Piece,
    Plain,
    TestOrQuestion,
    asks_for_business_days,
    looks_of,
    looks_of_test,
    pieces_of,
    plain_names,
)
from policyengine.outcome.support import Item, Kind, Rest
from policyengine.outcome.supports import Finder
from policyengine.semantics.readings import choose_counting
from policyengine.semantics.strata import Layer
from policyengine.semantics.tallies import Tally


class Explainer:
    """What is shared by all explanations under one rulebook and one choice of readings."""

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str], plan: Plan) -> None:
        """``readings`` gives the reading chosen for each assumption, ``plan`` what rests on what."""
        self.rulebook = rulebook
        self.readings = readings
        self.plan = plan
        self._lowered: dict[int, Evaluate] = {}
        self._asking: dict[int, bool] = {}
        self._tallies: dict[int, Callable[[Memory, int | None], Tally]] = {}
        self._pieces: dict[str, tuple[Piece, ...]] = {}
        self._pieces_of: dict[str, tuple[Piece, ...]] = {}
        self._looks: dict[int, Looks] = {}
        self._looks_of_rules: dict[str, Looks] = {}
        self._plain: dict[str, Plain | None] = {}
        self.finders: dict[str, Finder] = {}
        """How what names rest on is found; supports know, and keep it here for all cases."""
        self._clocks: dict[str, ClockLooks] = {}
        self._bits: dict[Item, int] = {}
        self.items: list[Item] = []
        """What the bits of supports stand for: all cases share them."""

    @cached_property
    def rereading(self) -> Rereading:
        """What comes out otherwise under other readings."""
        return Rereading(graph_of(self.plan), self.readings, self.world)

    @cached_property
    def other_readings(self) -> Mapping[str, Sequence[str]]:
        """For each assumption the readings that are not chosen."""
        readings = self.readings
        return {
            id: [one.id for one in assumption.readings if one.id != readings[id]]
            for id, assumption in self.rulebook.assumptions.items()
        }

    @cached_property
    def world(self) -> World:
        """What time is counted by."""
        return World(self.rulebook.zone, self.rulebook.calendar)

    def pieces_of(self, part: Deadline | Amount) -> tuple[Piece, ...]:
        """Return the parts of what a deadline or amount demands all of which must hold where there is one."""
        found = self._pieces_of.get(part.id)
        if found is None:
            found = self._pieces_of[part.id] = tuple(pieces_of(part.when, True))
        return found

    def pieces(self, rule: Rule) -> tuple[Piece, ...]:
        """Return the parts of a rule and of its policy all of which must hold where the rule does."""
        found = self._pieces.get(rule.id)
        if found is None:
            scope = self.rulebook.scope_of(rule)
            found = self._pieces[rule.id] = (*pieces_of(scope, False), *pieces_of(rule.when, True))
        return found

    def plainly_held(self, rule: Rule) -> Plain | None:
        """Return what a rule of the whole case rests on where it holds, if that is always the same."""
        if rule.id not in self._plain:
            self._plain[rule.id] = self._plainly_held(rule)
        return self._plain[rule.id]

    def _plainly_held(self, rule: Rule) -> Plain | None:
        looks: list[Looks] = []
        for piece in self.pieces(rule):
            if not piece.is_plain or piece.test is None:
                return None
            looks.append(self.looks(piece.test))
        looks.append(self.looks_of_rule(rule))
        names = plain_names(looks)
        if names is None or rule.listed is not None:
            return None
        bits = self.bit("rule", (rule.id, None))
        return Plain(bits | self.bits_of(one for each in looks for one in each.assumptions), names)

    def bits_of(self, assumptions: Iterable[str | None]) -> int:
        """Return the bits of assumptions."""
        bits = 0
        for one in assumptions:
            bits |= 0 if one is None else self.bit("assumption", (one, None))
        return bits

    def clock(self, deadline: Deadline) -> ClockLooks:
        """Return what a deadline is measured by, whatever the case says."""
        found = self._clocks.get(deadline.id)
        if found is None:
            readings = self.readings
            found = self._clocks[deadline.id] = ClockLooks(
                looks_of(deadline.measured, readings),
                looks_of((*deadline.met_by, *deadline.stopped_by), readings),
                choose_counting(deadline.counting, readings),
                self.bits_of(one.assumption for one in deadline.counting if one.aspect == "end")
                if deadline.met_by
                else 0,
            )
        return found

    def looks_of_rule(self, rule: Rule) -> Looks:
        """Return what the values that a rule gives are read from."""
        found = self._looks_of_rules.get(rule.id)
        if found is None:
            found = looks_of((one.value for one in rule.then), self.readings)
            self._looks_of_rules[rule.id] = found
        return found

    def looks(self, test: TestOrQuestion) -> Looks:
        """Return what a test or question of this rulebook looks at itself."""
        found = self._looks.get(id(test))
        if found is None:
            found = self._looks[id(test)] = looks_of_test(test, self.readings)
        return found

    @cached_property
    def asks_for_business_days(self) -> bool:
        """Tell whether something beside deadlines may rest on which days are business days."""
        plan = self.plan
        nodes = (node for stratum in plan.strata for node in (*stratum.cells, *stratum.rules))
        exprs = [one.when for one in plan.policies] + [one for node in nodes for one in expressions_of(node)]
        return any(asks_for_business_days(part) for expr in exprs for part in parts_of(expr))

    @cached_property
    def layers(self) -> list[Layer]:
        """All names and rules but the simple names, those that others rest on first."""
        return [
            Layer(
                tuple(cell.name for cell in stratum.cells if cell.name not in self.simple),
                tuple(rule.name for rule in stratum.rules),
            )
            for stratum in self.plan.strata
        ]

    @cached_property
    def simple(self) -> Mapping[str, tuple[Kind, Key]]:
        """The names of the whole case that rest on nothing else, whatever the case says."""
        book = self.rulebook
        facts = (one for one in book.facts.values() if one.role == "given" and not one.listed)
        found: dict[str, tuple[Kind, Key]] = {
            one.path: ("fact", (one.path, None))
            for one in facts
            if one.dated_by is None and not isinstance(one.if_missing, MissingByReading)
        }
        for id, parameter in book.parameters.items():
            if not parameter.is_dated:
                found[id] = ("parameter", (id, None))
        return found

    @cached_property
    def simple_rests(self) -> dict[Key, Rest]:
        """What the simple names rest on."""
        return {key: self.bit(kind, key) for kind, key in self.simple.values()}

    @cached_property
    def unseen_lists(self) -> Mapping[str, tuple[str, ...]]:
        """For each fact of the whole case the lists of whose records each builds it."""
        facts = self.rulebook.facts
        found = {
            fact: tuple(rule.listed for rule in rules if rule.listed is not None)
            for fact, rules in self.conclusions.items()
            if facts[fact].listed is None
        }
        return {fact: listed for fact, listed in found.items() if listed}

    def bit(self, kind: Kind, key: Key) -> int:
        """Return the bit that stands for something of the whole case."""
        item = (kind, key)
        found = self._bits.get(item)
        if found is None:
            found = self._bits[item] = 1 << len(self.items)
            self.items.append(item)
        return found

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """The facts that cases give, as they are compiled."""
        cells = (cell for stratum in self.plan.strata for cell in stratum.cells)
        return {cell.name: cell for cell in cells if isinstance(cell, Given)}

    @cached_property
    def outcomes(self) -> tuple[Fact, ...]:
        """The facts of which is told what is concluded."""
        return tuple(fact for fact in self.rulebook.facts.values() if fact.role == "outcome")

    @cached_property
    def single_outcomes(self) -> tuple[str, ...]:
        """The names of those that the whole case has once."""
        return tuple(fact.path for fact in self.outcomes if fact.listed is None)

    @cached_property
    def single_clocks(self) -> tuple[str, ...]:
        """The names of what deadlines have come to that the whole case has once."""
        deadlines = self.rulebook.deadlines.values()
        return tuple(f"{one.id}.status" for one in deadlines if one.listed is None)

    @cached_property
    def conclusions(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that conclude each fact."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rulebook.rules.values():
            for conclusion in rule.then:
                found.setdefault(conclusion.fact.name, []).append(rule)
        return {fact: tuple(rules) for fact, rules in found.items()}

    @cached_property
    def concluded(self) -> Mapping[str, tuple[str, ...]]:
        """The facts that each rule concludes."""
        return {rule.id: tuple(one.fact.name for one in rule.then) for rule in self.rulebook.rules.values()}

    @cached_property
    def never_silent(self) -> frozenset[str]:
        """The facts of which something can be said though no rule holds that is asked for by itself.

        That is what counts otherwise, and what rules say for each record of a list that is not known.
        """
        facts = self.rulebook.facts.values()
        return frozenset(one.path for one in facts if one.otherwise is not None) | {*self.unseen_lists}

    def asks_this(self, condition: Condition) -> bool:
        """Tell whether the answer to a question depends on the record for which it is asked."""
        if not self._has_this or isinstance(condition, Test | Window | Same | ReadingIs):
            return False
        found = self._asking.get(id(condition))
        if found is None:
            found = self._asking[id(condition)] = asks_this(condition)
        return found

    @cached_property
    def _has_this(self) -> bool:
        """Tell whether any question of the rulebook is so; most rulebooks have none."""
        return kept(self.rulebook, find_asks_this)

    def tally(self, question: Count) -> Callable[[Memory, int | None], Tally]:
        """Return the function that finds what a question measures."""
        found = self._tallies.get(id(question))
        if found is None:
            lowered = fold_expr(lower_condition(question), self.readings)
            assert isinstance(lowered, Apply) and isinstance(lowered.args[0], Aggregate)
            found = self._tallies[id(question)] = tally_of(lowered.args[0])
        return found

    def lowered(self, condition: Condition) -> Evaluate:
        """Return the function that answers a condition of this rulebook."""
        found = self._lowered.get(id(condition))
        if found is None:
            found = evaluate_of(fold_expr(lower_condition(condition), self.readings))
            self._lowered[id(condition)] = found
        return found
