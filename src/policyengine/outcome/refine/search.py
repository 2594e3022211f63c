"""The search: fill in what an answer waits for, value by value, until the answer is determined in every way.

A completion is a case that says more. The answer of a completion that is determined is a leaf of the tree
(Kleene's logic ends a branch early); else something that it still waits for is split into its values, or, if
its values have an order, into intervals in which no elementary comparison changes (found by bisection).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Literal

from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case, Key
from policyengine.model.conditions import All, Condition, Ref, Test
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.refine.domains import Domains, Filled, Interval, Records, complete, of_key
from policyengine.outcome.refine.far import FarCompletions, FarWays, missing_of
from policyengine.outcome.refine.footprint import Footprints
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.phases import Phase, phases
from policyengine.outcome.refine.places import alike
from policyengine.outcome.refine.remembered import Remembered
from policyengine.outcome.refine.slices import Slice, Slices
from policyengine.outcome.refine.tree import (
    Answer,
    Between,
    Branch,
    Cell,
    Exactly,
    Later,
    Leaf,
    Matching,
    Node,
    OtherText,
    Split,
    Spread,
    answer_key,
    answers_of,
    mattering,
    same_node,
    split,
    state_of,
)
from policyengine.semantics.findings import (
    Conflict,
    Engine,
    Findings,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
)
from policyengine.semantics.strata import dependencies, node_of, refs_of_operand, rule_node
from policyengine.values.literals import Value, ValueType, comparison_key

MOST_COMPLETIONS = 256
"""So many ways are tried for one answer. Nearly empty cases need them; half of all answers need two."""

MOST_RUNS = 1_000
"""So many completions are judged for one answer, those between the ends of intervals included."""

MOST_INTERVALS = 10_000
"""Into so many parts the cells of a table may cut what is missing of its columns: each is tried, besides."""

MOST_WORK = 5_000
"""So many records are judged again at most, in all completions for one answer of the whole case together.

With answers about records as many as there are records, each may have that share of it. So the search costs
no more for many records than for some ten; where nothing is tried, what Kleene's logic says remains.
"""

MOST_PARTS = 256
"""So many parts of the rulebook are kept ready to be judged by themselves, the last ones."""

LEAST_RUNS = 8
"""With fewer completions hardly anything is found out, so that none is tried."""

Exactness = Literal["exact", "lower_bound"]


class Target(Frozen):
    """What is asked about: the state of a name, or whether a rule holds."""

    kind: Literal["state", "rule"]
    key: Key

    def read(self, findings: Findings) -> State:
        """Return how it came out; of a rule, whether it holds."""
        if self.kind == "state":
            return findings.states[self.key]
        truth = findings.truth(self.key)
        if truth is Truth.UNDETERMINED:
            return Unknown(findings.rules[self.key].waits)
        return Known(truth is Truth.TRUE)

    def is_open(self, findings: Findings) -> bool:
        """Tell whether it is not known how it came out."""
        if self.kind == "state":
            return findings.is_unknown(self.key)
        return findings.truth(self.key) is Truth.UNDETERMINED

    def settled(self, findings: Findings) -> State | None:
        """Return how it came out, None if that is open or in conflict."""
        name, record = self.key
        if self.kind == "state":
            return None if findings.is_unknown(self.key) else findings.settled((name,), record)[0]
        truth = findings.truth(self.key)
        return None if truth is Truth.UNDETERMINED else Known(truth is Truth.TRUE)

    def node(self, book: Rulebook) -> str:
        """Return the node of the graph of dependencies that it is about."""
        return rule_node(self.key[0]) if self.kind == "rule" else _node_of_name(self.key[0], book)


class Refined(Frozen):
    """What is still possible for one answer.

    ``state`` is the answer if all ways agree, else unknown with what matters. ``answers`` are those that some
    completion meets. ``exactness``: whether these are all; if not, ``is_cut`` tells that not everything was
    tried. ``leaves`` are the completions with what was found out about each, none for an answer that was
    determined anyway or where nothing is tried; ``waits`` is what Kleene's logic says that the answer waits
    for.
    """

    waits: frozenset[Missing]
    tree: Node
    state: State
    answers: tuple[Answer, ...]
    matters: frozenset[Missing]
    exactness: Exactness
    is_cut: bool
    leaves: tuple[tuple[Case, Findings], ...]

    @property
    def completions(self) -> int:
        """Return how many ways were tried."""
        return len(self.leaves)


class Allowance(Frozen):
    """How many completions may be told for an answer, and how many judged to find them."""

    completions: int
    runs: int


class Refiner:
    """What all refinements under one rulebook and one choice of readings share.

    ``most_completions`` and ``most_runs`` are how much is tried for one answer, and for one that rests on a
    table up to ``most_intervals`` more; with less, answers are only told less exactly.
    """

    def __init__(self, explainer: Explainer, engine: Engine, shared: Remembered | None = None) -> None:
        """``engine`` judges completions; ``shared`` is what other rulebooks remember, too."""
        self.most_completions = MOST_COMPLETIONS
        self.most_runs = MOST_RUNS
        self.most_intervals = MOST_INTERVALS
        self.explainer = explainer
        self.book = explainer.rulebook
        self.engine = engine
        self.remembered = Remembered() if shared is None else shared
        self._is_shared = shared is not None
        self._parts: dict[frozenset[str], Engine] = {}

    @cached_property
    def slices(self) -> Slices:
        """What is behind each answer."""
        return Slices(self.book, self.explainer.readings, dependencies(self.book))

    @cached_property
    def domains(self) -> Domains:
        """What cases can say."""
        return Domains(self.book, self.explainer.readings)

    @cached_property
    def vocabulary(self) -> int:
        """A number for what cases can say, the same in all rulebooks that remember together and agree."""
        if not self._is_shared:
            return 0
        figures = tuple((name, one.type) for name, one in sorted(self.book.parameters.items()))
        readings = tuple(sorted(self.explainer.readings.items()))
        return self.remembered.number((self.book.zone, *self.book.facts.values(), figures, readings))

    @cached_property
    def footprints(self) -> Footprints:
        """What of a case is looked at."""
        world = (
            self.book.zone,
            self.book.calendar,
            self.book.currency,
            *sorted(self.slices.readings.items()),
        )
        define = (lambda parts: self.remembered.number((world, parts))) if self._is_shared else None
        return Footprints(self.book, self.explainer.plan, self.slices, define)

    def engine_for(self, target: Target) -> Engine:
        """Return an engine that finds out what is behind an answer, and little of the rest."""
        nodes = self.footprints.nodes(target.node(self.book))
        found = self._parts.get(nodes)
        if found is None:
            if len(self._parts) >= MOST_PARTS:
                del self._parts[next(iter(self._parts))]
            found = self._parts[nodes] = self.engine.part(nodes)
        return found


class Refinement:
    """The refinement of one case at one instant; a completion is judged once, whatever asks for it."""

    def __init__(self, refiner: Refiner, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those of the case as it is."""
        self.refiner = refiner
        self.case = case
        self.as_of = as_of
        self.findings = findings
        self._runs: dict[tuple[_FilledKey, Engine], tuple[Case, Findings]] = {}
        self._atoms: dict[tuple[_FilledKey, Slice, str], tuple[object, ...]] = {}
        self._may_conflict: dict[tuple[_FilledKey, Slice], bool] = {}
        self._found: dict[Target, Refined] = {}

    @property
    def book(self) -> Rulebook:
        """The rulebook."""
        return self.refiner.book

    def of(self, target: Target) -> Refined:
        """Return what is still possible for an answer."""
        found = self._found.get(target)
        if found is None:
            found = self._found[target] = _Search(self, target).refined()
        return found

    def state_of(self, target: Target) -> State:
        """Return the answer if all ways agree, else what matters: what ``of`` gives, without the ways tried.

        Of cases that are alike in all that the answer depends on, the first is searched.
        """
        found = self._found.get(target)
        if found is not None:
            return found.state
        alike = self._alike(target)
        if alike is None:
            return self.of(target).state
        return self.refiner.remembered.answer(alike, lambda: self.of(target).state)

    def agreed(self, target: Target) -> State:
        """Return the answer if all ways agree, else what Kleene's logic says: what it waits for, and more.

        That ways differ is mostly seen by trying two of them; only where these agree all are searched.
        """
        if not target.is_open(self.findings):
            return target.read(self.findings)
        alike = self._alike(target)
        if alike is None:
            return self._agreed(target)
        return self.refiner.remembered.answer(("agreed", *alike), lambda: self._agreed(target))

    def _differ(self, target: Target) -> bool | None:
        """Tell whether ways in which the whole case can go on differ in an answer; None if it stays open."""
        found: set[object] = set()
        for findings in self._far_ways.judged():
            answer = target.settled(findings)
            if answer is None or isinstance(answer, Conflict):
                return None
            found.add(answer_key(answer))
            if len(found) > 1:
                return True
        return False if found else None

    @cached_property
    def _far_ways(self) -> FarWays:
        refiner, domains = self.refiner, self.refiner.domains
        missing, figures = missing_of(domains, self.case, self.findings)

        def make() -> FarCompletions:
            return FarCompletions(domains, self.case, self.as_of, missing, figures)

        question = (refiner.vocabulary, self.case, self.as_of, missing, figures)
        return FarWays(refiner.remembered.last(question, make), refiner.engine.run)

    def _agreed(self, target: Target) -> State:
        if not self._differ(target):
            found = self._found.get(target) or _Search(self, target).agreed()
            if found is not None:
                self._found[target] = found
                if not isinstance(found.state, Unknown):
                    return found.state
        return target.read(self.findings)

    def _alike(self, target: Target) -> tuple[object, ...] | None:
        """Return everything that an answer and its search depend on; None if that cannot be told."""
        refiner, findings = self.refiner, self.findings
        footprint = refiner.footprints.of(target.node(self.book), self._open_names)
        own = None if footprint is None else footprint.of(self.case, self.as_of, findings)
        if own is None:
            return None
        return target.kind, target.key, self.allowance(target), own

    @cached_property
    def _open_names(self) -> frozenset[str]:
        return self.findings.open_names

    def allowance(self, target: Target) -> Allowance:
        """Return how much may be tried for an answer; the same whatever was asked before."""
        findings = self.findings
        seen = [len(one) for one in findings.records.values() if one is not None]
        shared = max(seen, default=1) if target.key[1] is not None else 1
        records = (1 + sum(seen)) * max(1, shared)
        share = MOST_WORK // records
        runs = min(self.refiner.most_runs, share) if share >= LEAST_RUNS else 0
        completions = min(self.refiner.most_completions, runs)
        state = target.read(findings) if self.book.tables else None
        if isinstance(state, Unknown):
            more = self.refiner.slices.of(target.node(self.book)).intervals(state.waits)
            if 1 < more <= self.refiner.most_intervals // records:
                # Each interval is judged at both of its ends.
                return Allowance(completions + 2 * more, runs + 3 * more)
        return Allowance(completions, runs)

    def may_conflict(self, filled: Filled, behind: Slice, engine: Engine) -> bool:
        """Tell whether rules behind an answer that hold could contradict each other in a completion."""
        key = (_key(filled), behind)
        found = self._may_conflict.get(key)
        if found is None:
            found = self._may_conflict[key] = behind.may_conflict(self.judged(filled, engine)[1])
        return found

    def judged(self, filled: Filled, engine: Engine) -> tuple[Case, Findings]:
        """Return a completion and what an engine finds out about it."""
        if not filled:
            return self.case, self.findings
        key = (_key(filled), engine)
        found = self._runs.get(key)
        if found is None:
            case = complete(self.case, filled)
            found = self._runs[key] = (case, engine.run(case, self.as_of))
        return found

    def atoms(self, filled: Filled, behind: Slice, moved: str, engine: Engine) -> tuple[object, ...]:
        """Return how the elementary comparisons that rest on a name come out in a completion."""
        key = (_key(filled), behind, moved)
        found = self._atoms.get(key)
        if found is None:
            case, findings = self.judged(filled, engine)
            explanation = Explanation(self.refiner.explainer, case, self.as_of, findings)
            found = self._atoms[key] = behind.atoms(explanation, moved)
        return found


_FilledKey = frozenset[tuple[Missing, object]]


def _key(filled: Filled) -> _FilledKey:
    return frozenset((missing, (type(value).__name__, value)) for missing, value in filled.items())


class _Kind(Frozen):
    """How something missing can be filled in; ``rank`` orders what is tried first."""

    rank: tuple[int, int]
    how: Literal["values", "texts", "ordered", "records", "places"]
    type: ValueType


class _WaysDiffer(Exception):
    """Two ways come to different answers, and no more was asked."""


class _Search:
    """The search for one answer."""

    def __init__(self, refinement: Refinement, target: Target) -> None:
        self.whole = refinement
        self.book = refinement.book
        self.domains = refinement.refiner.domains
        self.target = target
        self.slice = refinement.refiner.slices.of(target.node(self.book))
        self.engine = refinement.refiner.engine_for(target)
        self.is_sure = True
        self.is_cut = False
        self.allowance = refinement.allowance(target)
        self.leaves: dict[_FilledKey, tuple[Case, Findings]] = {}
        self.tried: set[_FilledKey] = set()
        # What is filled in for a text that no rule names: another for each missing text.
        self.others: dict[Missing, str] = {}
        # The answers of the ways tried, where it is only asked whether all agree.
        self.only: set[object] | None = None

    @property
    def is_spent(self) -> bool:
        """Tell whether as much has been tried as is allowed."""
        return len(self.leaves) >= self.allowance.completions or len(self.tried) >= self.allowance.runs

    def _judged(self, filled: Filled) -> tuple[Case, Findings]:
        return self.whole.judged(filled, self.engine)

    def _atoms(self, filled: Filled, moved: str) -> tuple[object, ...]:
        return self.whole.atoms(filled, self.slice, moved, self.engine)

    def refined(self) -> Refined:
        first = self.target.read(self._judged({})[1])
        if not isinstance(first, Unknown):
            return Refined(frozenset(), Leaf((first,)), first, (first,), frozenset(), "exact", False, ())
        if self.is_spent:
            leaf, waits = Leaf((first,)), first.waits
            return Refined(waits, leaf, first, (first,), waits, "lower_bound", True, ())
        tree = self._tree({}, 0)
        matters, agreed = mattering(tree), state_of(tree)
        is_exact = self.is_sure and not self.is_cut
        state = agreed if is_exact and agreed is not None else Unknown(matters)
        if not is_exact:
            state = Unknown(matters | first.waits)
        return Refined(
            first.waits,
            tree,
            state,
            answers_of(tree),
            matters,
            "exact" if is_exact else "lower_bound",
            self.is_cut,
            tuple(self.leaves.values()),
        )

    # ---------- whether all ways agree

    def agreed(self) -> Refined | None:
        """Return what is possible if all ways agree on an answer, and stop where two do not: then None."""
        if self.is_spent:
            return None  # nothing is tried
        self.only = set()
        try:
            for place in (0, -1):
                self._compare(self._way(place))
            return self.refined()
        except _WaysDiffer:
            return None

    def _compare(self, answer: State) -> None:
        """Raise _WaysDiffer where a way comes to another answer than those before, or to none."""
        if self.only is not None:
            self.only.add(answer_key(answer))
            if len(self.only) > 1 or isinstance(answer, Unknown):
                raise _WaysDiffer

    def _way(self, place: int) -> State:
        """Return the answer where all that is asked for has its first value, or its last (-1)."""
        filled: dict[Missing, Value | Records] = {}
        while True:
            state = self.target.read(self._judged(filled)[1])
            missing = self._next(state.waits, filled) if isinstance(state, Unknown) else None
            if missing is None:
                return state
            value = self._one_of(missing, filled, place)
            if value is None:
                return state
            filled[missing] = value

    def _one_of(self, missing: Missing, filled: Filled, place: int) -> Value | Records | None:
        """Return the first value with which something missing can be filled in, or the last."""
        kind = self._kind(missing)
        assert kind is not None
        if kind.how == "values":
            return self._alike(missing)[place][0]
        if kind.how == "texts":
            texts = self.slice.texts(missing.name) or ()
            return texts[0] if texts and not place else _another((*texts, *self.others.values()))
        if kind.how == "places":
            return (self._places(missing) or [("",)])[place][0]
        if kind.how == "records":
            question = self.slice.question(missing.name)
            facts = None if question is None else self._matching_record(missing.name, question)
            return None if facts is None else Records(_MOST_RECORDS if place else 0, facts)
        limits = self._limits(missing, kind.type, filled)
        fact = self.book.facts.get(missing.name)
        if fact is not None and fact.is_event:
            now = self.domains.present(kind.type, self.whole.as_of)
            if place or limits.low > now or self._cannot_happen(missing, filled):
                return max(limits.low, now + 1)
        if limits.is_empty:
            return None
        return of_key(limits.high if place else limits.low, kind.type)

    # ---------- the tree

    def _tree(self, filled: Mapping[Missing, Value | Records], ordered: int) -> Node:
        """Return the tree below a completion; ``ordered`` is how many intervals lead to it."""
        judged = self._judged(filled)
        state = self.target.read(judged[1])
        if not isinstance(state, Unknown):
            return self._leaf(filled, state)
        missing = self._next(state.waits, filled)
        if missing is None:
            return self._leaf(filled, state)
        if self.is_spent:
            self.is_cut = True
            return self._leaf(filled, state)
        kind = self._kind(missing)
        assert kind is not None
        match kind.how:
            case "values":
                return self._of_values(missing, filled, ordered)
            case "texts":
                return self._of_texts(missing, filled, ordered)
            case "places":
                return self._of_places(missing, filled, ordered)
            case "records":
                return self._of_records(missing, filled, ordered)
            case "ordered":
                return self._of_ordered(missing, kind.type, filled, ordered)

    def _leaf(self, filled: Filled, state: State) -> Leaf:
        self._compare(state)
        self.leaves[_key(filled)] = self._judged(filled)
        if isinstance(state, Unknown):
            # What only goes into sums is not tried: it is some value. Whatever else is left is not known.
            is_some = all(one.kind in ("conflict", "several") or self._only_flows(one) for one in state.waits)
            may_conflict = self.whole.may_conflict(filled, self.slice, self.engine)
            self.is_sure = self.is_sure and is_some and not may_conflict
            given = frozenset(one for one in filled if self._reaches(one))  # it is some value of these, too
            return Leaf((Unknown(state.waits | given, state.has_value),), self._made_of(filled, given))
        untold = self._stands_for(filled, state)
        if untold is not None:  # the text was made up: it is the one that the case will say
            return Leaf((Unknown(frozenset((untold,)), has_value=True),), (self._winners(filled),))
        return Leaf((state,))

    def _winners(self, filled: Filled) -> tuple[Key, ...]:
        resolved = self._judged(filled)[1].resolved.get(self.target.key)
        return () if resolved is None else resolved.winners

    def _made_of(self, filled: Filled, given: Iterable[Missing]) -> tuple[Hashable, ...]:
        """Return all on which an answer rests that cannot be told, as far as it is known.

        Without the values that are ``given`` to it: any would do. What has an order is the same wherever no
        comparison with it comes out otherwise.
        """
        findings = self._judged(filled)[1]
        footprints = self.whole.refiner.footprints
        rests_on = footprints.rests_on(self.target.node(self.book), findings.open_names)
        left_out = {name for one in given for name in self.slice.flow(one.name)}
        compared = []
        for one in filled:
            moved = self.slice.moved(one.name)
            if self._kind_is_ordered(one) and any(name in moved for name, _ in rests_on):
                left_out |= moved
                compared.append(self._atoms(filled, one.name))
        told = findings.told(one for one in rests_on if one[0] not in left_out)
        return self._winners(filled), told, tuple(compared)

    def _kind_is_ordered(self, missing: Missing) -> bool:
        type = self._type(missing)
        return type is not None and self.domains.is_ordered(type)

    def _stands_for(self, filled: Filled, state: State) -> Missing | None:
        """Return the missing text for which an answer stands, if it is no text of its own."""
        made_up = (one for one, text in self.others.items() if filled.get(one) == text)
        return next((one for one in made_up if state == Known(self.others[one]) and self._reaches(one)), None)

    def _reaches(self, missing: Missing) -> bool:
        return self.target.kind == "state" and self.target.key[0] in self.slice.flow(missing.name)

    def _next(self, waits: Iterable[Missing], filled: Filled) -> Missing | None:
        """Return what is filled in next; the order must not depend on that of the waits.

        What has an order is cut best once everything is known with which it is compared.
        """
        kinds = {one: self._kind(one) for one in waits if one not in filled}
        ready = sorted(
            ((kind.rank, one.kind, one.name, -1 if one.record is None else one.record), one)
            for one, kind in kinds.items()
            if kind is not None
        )
        ordered = [one for _, one in ready if self._is_cut_in_order(kinds[one])]
        if len(ordered) < len(ready) or len(ordered) < 2:
            return ready[0][1] if ready else None
        return next((one for one in ordered if not self._waits_for_others(one, filled)), ordered[0])

    @staticmethod
    def _is_cut_in_order(kind: _Kind | None) -> bool:
        return kind is not None and kind.how == "ordered"

    def _waits_for_others(self, missing: Missing, filled: Filled) -> bool:
        """Tell whether something that has an order is compared with what is not known either."""
        kind = self._kind(missing)
        assert kind is not None
        limits = self._limits(missing, kind.type, filled)
        if self.is_spent or limits.is_empty:
            return False
        tried = {**filled, missing: of_key(limits.low, kind.type)}
        self.tried.add(_key(tried))
        return self._is_undecided(tried, missing)

    def _only_flows(self, missing: Missing) -> bool:
        type = self._type(missing)
        is_number = type is not None and self.domains.is_ordered(type) and type not in _TIMES
        return (is_number or type is ValueType.TEXT) and self.slice.only_flows(missing.name)

    def _type(self, missing: Missing) -> ValueType | None:
        if missing.kind == "parameter":
            return self.book.parameters[missing.name].type
        fact = self.book.facts.get(missing.name) if missing.kind == "fact" else None
        return None if fact is None else fact.type

    @once
    def _kind(self, missing: Missing) -> _Kind | None:
        """Return how something missing is filled in, None if it cannot be."""
        if missing.kind == "fact" and missing.name in self.book.lists:
            question = self.slice.question(missing.name)
            can_fill = question is not None and self._matching_record(missing.name, question) is not None
            return _Kind((1, 0), "records", ValueType.COUNT) if can_fill else None
        type = self._type(missing)
        if type is None or type is ValueType.LENGTH or self._only_flows(missing):
            return None  # there is no order among lengths of two kinds
        if missing.kind == "fact" and not self.domains.is_open(self.book.facts[missing.name]):
            return None
        if type in (ValueType.BOOLEAN, ValueType.CHOICE):
            alike = self._alike(missing)
            return _Kind((0, len(alike)), "values", type) if alike else None
        if type is ValueType.TIME_ZONE:
            return _Kind((-1, 0), "places", type) if self._places(missing) is not None else None
        if type is ValueType.TEXT:
            return _Kind((2, 0), "texts", type) if self.slice.texts(missing.name) is not None else None
        return _Kind((3 if missing.kind == "parameter" else 2, 0), "ordered", type)

    # ---------- values without an order

    def _values(self, missing: Missing) -> list[Value]:
        if self._type(missing) is ValueType.BOOLEAN:
            return [True, False]
        fact = self.book.facts.get(missing.name)
        return [] if fact is None else [choice.name for choice in fact.choices]

    @once
    def _alike(self, missing: Missing) -> list[list[Value]]:
        """Return the values in groups that nothing behind the answer tells apart."""
        values = self._values(missing)
        named = self.slice.texts(missing.name)
        is_answer = missing.name == self.target.key[0]
        if named is None or is_answer or self.slice.flow(missing.name) != {missing.name}:
            return [[value] for value in values]
        known = {str(value) for value in values if value in named}
        rest = [value for value in values if str(value) not in known]
        groups = [[value] for value in values if str(value) in known]
        return (
            [*groups, rest] if rest and self._type(missing) is ValueType.CHOICE else [[one] for one in values]
        )

    def _of_values(self, missing: Missing, filled: Filled, ordered: int) -> Node:
        branches = [
            Branch(
                tuple(Exactly(value) for value in alike),
                self._tree({**filled, missing: alike[0]}, ordered),
            )
            for alike in self._alike(missing)
        ]
        return split(missing, branches)

    def _of_texts(self, missing: Missing, filled: Filled, ordered: int) -> Node:
        texts = self.slice.texts(missing.name) or ()
        other = self.others.setdefault(missing, _another((*texts, *self.others.values())))
        cells: list[tuple[Cell, Value]] = [(Exactly(text), text) for text in texts]
        cells.append((OtherText(), other))
        branches = [Branch((cell,), self._tree({**filled, missing: one}, ordered)) for cell, one in cells]
        return split(missing, branches)

    # ---------- places

    @once
    def _places(self, missing: Missing) -> list[tuple[str, ...]] | None:
        """Return the time zones in groups that nothing behind the answer tells apart, or None."""
        named = self.slice.texts(missing.name)
        is_answer = missing.name == self.target.key[0]
        if named is None or is_answer or self.slice.flow(missing.name) != {missing.name}:
            return None
        case, findings = self._judged({})
        explanation = Explanation(self.whole.refiner.explainer, case, self.whole.as_of, findings)
        return alike(missing, self.slice.deadlines(), named, explanation)

    def _of_places(self, missing: Missing, filled: Filled, ordered: int) -> Node:
        branches = [
            Branch(
                tuple(Exactly(name) for name in names),
                self._tree({**filled, missing: names[0]}, ordered),
            )
            for names in self._places(missing) or ()
        ]
        return split(missing, branches)

    # ---------- lists

    def _matching_record(self, listed: str, question: Condition) -> tuple[tuple[str, Value], ...] | None:
        """Return the facts of a record that is as asked and that a case may have, None if none is found."""
        case, findings = self._judged({})
        explanation = Explanation(self.whole.refiner.explainer, case, self.whole.as_of, findings)
        facts: dict[str, Interval | str] = {}
        for part in question.parts if isinstance(question, All) else (question,):
            if not isinstance(part, Test) or not self._narrow(part, listed, explanation, facts):
                return None
        dated_by = self.book.lists[listed].dated_by
        if dated_by is not None:
            limits = self.domains.of_fact((dated_by, None), case)
            self._meet(facts, dated_by, Interval(limits.low, min(limits.high, self.whole.as_of)))
        record: dict[str, Value] = {}
        for path, found in facts.items():
            if isinstance(found, Interval) and found.is_empty:
                return None
            type = self.book.facts[path].type
            value = found if isinstance(found, str) else of_key(found.high, type)
            record[path] = (
                bool(found.high) if isinstance(found, Interval) and type is ValueType.BOOLEAN else value
            )
        return tuple(sorted(record.items())) if self._may_be(listed, record) else None

    def _narrow(
        self, test: Test, listed: str, explanation: Explanation, facts: dict[str, Interval | str]
    ) -> bool:
        """Narrow a fact of a record to what satisfies a test; tell whether that could be done."""
        fact, name = self.book.facts.get(test.ref.name), test.ref.name
        if (
            fact is None
            or fact.listed != listed
            or fact.role != "given"
            or fact.dated_by is not None
            or test.ref.midnight
        ):
            return False
        if test.operator in ("known", "happened") or not test.operands:
            return test.operator == "happened" and self.book.lists[listed].dated_by == name
        operand = test.operands[0]
        if any(ref.listed is not None for ref in refs_of_operand(operand)):
            return False  # it is compared with something of its own record, or of another
        state = explanation.state_of(operand, None)
        if not isinstance(state, Known):
            return False
        key = comparison_key(state.value)
        if isinstance(key, str):
            return facts.setdefault(name, key) == key
        if not isinstance(key, int):
            return False  # an exact fraction, to which nothing that a case says is equal
        whole = Interval(0, 1) if fact.type is ValueType.BOOLEAN else self.domains.whole(fact.type)
        ranges = {
            "at_least": Interval(key, whole.high),
            "more_than": Interval(key + 1, whole.high),
            "at_most": Interval(whole.low, key),
            "less_than": Interval(whole.low, key - 1),
        }
        return self._meet(facts, name, ranges.get(test.operator, Interval(key, key)))

    def _meet(self, facts: dict[str, Interval | str], name: str, found: Interval) -> bool:
        known = facts.get(name)
        if isinstance(known, Interval):
            found = Interval(max(known.low, found.low), min(known.high, found.high))
        facts[name] = found
        return not found.is_empty

    def _may_be(self, listed: str, record: Mapping[str, Value]) -> bool:
        """Tell whether a case may have such a record: whether all is within its bounds."""
        case = complete(self.whole.case, {Missing("fact", listed, None): Records(1, tuple(record.items()))})
        for path, value in record.items():
            without = replace(case, values={key: one for key, one in case.values.items() if key != (path, 0)})
            if self.domains.is_ordered(self.book.facts[path].type):
                limits, key = self.domains.of_fact((path, 0), without), comparison_key(value)
                if not isinstance(key, int) or not limits.low <= key <= limits.high:
                    return False
        return True

    def _of_records(self, missing: Missing, filled: Filled, ordered: int) -> Node:
        question = self.slice.question(missing.name)
        assert question is not None
        facts = self._matching_record(missing.name, question)
        assert facts is not None
        case, findings = self._judged(filled)
        explanation = Explanation(self.whole.refiner.explainer, case, self.whole.as_of, findings)
        limits = self.slice.limits(missing.name, explanation)
        known = [comparison_key(one.value) for one in limits if isinstance(one, Known)]
        numbers = [number for number in known if isinstance(number, int)]
        wanted = max([1, *(number + 1 for number in numbers)])
        if len(known) < len(limits) or wanted > _MOST_RECORDS:
            self.is_sure = False  # how many could matter is not known itself, or more than are tried
        most = min(wanted, _MOST_RECORDS)

        def fill(number: int) -> Records:
            return Records(number, facts)

        cells = self._cells(missing, filled, Interval(0, most), fill)
        branches = [
            Branch(
                (Matching(low, None if high == most else high),),
                self._tree({**filled, missing: fill(low)}, ordered),
            )
            for low, high in cells
        ]
        return split(missing, branches)

    # ---------- values with an order

    def _of_ordered(self, missing: Missing, type: ValueType, filled: Filled, ordered: int) -> Node:
        limits = self._limits(missing, type, filled)
        branches: list[Branch] = []
        now = self.domains.present(type, self.whole.as_of)
        fact = self.book.facts.get(missing.name)
        is_event = fact is not None and fact.is_event  # a plan or a figure of the rules is none
        last = min(limits.high, now) if is_event else limits.high
        if not Interval(limits.low, last).is_empty and not self._cannot_happen(missing, filled):

            def fill(number: int) -> Value:
                return of_key(number, type)

            cells = self._cells_by_phase(missing, type, filled, Interval(limits.low, last), fill)
            # What is compared with something unknown could come out otherwise between two ends that agree.
            self.is_sure = self.is_sure and not self._is_undecided({**filled, missing: fill(last)}, missing)
            is_split = ordered + (len(cells) > 1)
            self.is_sure = self.is_sure and is_split <= 1 and not self.slice.is_entangled(missing.name)
            self.is_sure = self.is_sure and not self.slice.turns(missing.name)
            self.is_sure = self.is_sure and not self.slice.falls_back(missing.name)
            if type is ValueType.DURATION and self.slice.tells_days_from_hours(missing.name):
                self.is_sure = False  # only lengths in seconds are tried
            found: dict[int, Branch] = {}
            for spans in cells:
                then = self._interval(missing, filled, spans[0][0], spans[-1][1], fill, is_split)
                for low, high in spans:
                    cell = Exactly(fill(low)) if low == high else Between(fill(low), fill(high))
                    found[low] = Branch((cell,), then)
            branches += [found[low] for low in sorted(found)]
        if is_event and (limits.high > now or not branches):
            later = max(limits.low, now + 1)
            branches.append(Branch((Later(),), self._tree({**filled, missing: later}, ordered)))
        if not branches:  # no case can say it, such as a plan that comes after what never happens
            return self._leaf(filled, self.target.read(self._judged(filled)[1]))
        comes_back = type in _TIMES and self.slice.turning(missing.name).comes_back
        return split(missing, branches, (of_key(limits.low, type), of_key(last, type)), comes_back)

    def _cells_by_phase(
        self,
        missing: Missing,
        type: ValueType,
        filled: Filled,
        limits: Interval,
        fill: Callable[[int], Value],
    ) -> list[tuple[tuple[int, int], ...]]:
        """Return the intervals in which no elementary comparison changes, those of one phase together.

        Where the day of a time decides what is in force, an interval has gaps: it is of one phase only.
        """
        if type not in _TIMES:
            return [(one,) for one in self._cells(missing, filled, limits, fill)]
        self.is_sure = self.is_sure and not self.slice.turns_with_clocks(missing.name)
        found = []
        for phase in phases(self.slice.turning(missing.name), limits, type, self.book.zone):

            def fill_rank(rank: int, phase: Phase = phase) -> Value:
                return fill(phase.at(rank))

            for low, high in self._cells(missing, filled, Interval(0, phase.size - 1), fill_rank):
                found.append(tuple(phase.between(phase.at(low), phase.at(high))))
        return found

    def _is_undecided(self, filled: Filled, moved: Missing) -> bool:
        """Tell whether something that moves with a value is compared with what is not known."""
        case, findings = self._judged(filled)
        explanation = Explanation(self.whole.refiner.explainer, case, self.whole.as_of, findings)
        return self.slice.waits_for_others(explanation, (moved.name, moved.record))

    def _limits(self, missing: Missing, type: ValueType, filled: Filled) -> Interval:
        if missing.kind == "parameter":
            return self.domains.whole(type)
        return self.domains.of_fact((missing.name, missing.record), complete(self.whole.case, filled))

    def _cannot_happen(self, missing: Missing, filled: Filled) -> bool:
        fact, case = self.book.facts.get(missing.name), complete(self.whole.case, filled)
        return fact is not None and self.domains.cannot_happen(fact, missing.record, case)

    def _interval(
        self,
        missing: Missing,
        filled: Filled,
        low: int,
        high: int,
        fill: Callable[[int], Value],
        ordered: int,
    ) -> Node:
        """Return the tree below an interval: that of its ends, which must be the same."""
        one = self._tree({**filled, missing: fill(low)}, ordered)
        if low == high:
            return one
        other = self._tree({**filled, missing: fill(high)}, ordered)
        return self._merged(one, other, missing)

    def _merged(self, one: Node, other: Node, missing: Missing) -> Node:
        if same_node(one, other):
            return one
        if isinstance(one, Leaf) and isinstance(other, Leaf) and len(one.answers) == len(other.answers) == 1:
            spread = _spread(one.answers[0], other.answers[0], missing)
            if spread is not None:
                return Leaf((spread,))
        if isinstance(one, Split) and isinstance(other, Split) and _are_alike(one, other):
            pairs = zip(one.branches, other.branches, strict=True)
            return Split(
                one.missing,
                tuple(
                    Branch(left.cells, self._merged(left.then, right.then, missing)) for left, right in pairs
                ),
            )
        self.is_sure = False
        found = {answer_key(answer): answer for node in (one, other) for answer in answers_of(node)}
        return Leaf(tuple(found[key] for key in sorted(found)))

    def _cells(
        self,
        missing: Missing,
        filled: Filled,
        limits: Interval,
        fill: Callable[[int], Value | Records],
    ) -> list[tuple[int, int]]:
        """Return intervals in which no elementary comparison changes, in order.

        Bisection: where both ends come out the same, so does all between them. Constants that the value is
        compared with are tried first, for there it will change.
        """
        cuts = self.slice.cuts(missing.name)

        @cache
        def atoms(number: int) -> tuple[object, ...]:
            tried = {**filled, missing: fill(number)}
            self.tried.add(_key(tried))
            return self._atoms(tried, missing.name)

        cells: list[tuple[int, int]] = []
        start = limits.low
        waiting = [(limits.low, limits.high)]
        while waiting:
            low, high = waiting.pop()
            if self.is_spent:
                self.is_cut = True
                break
            if atoms(low) == atoms(high):
                continue
            if high == low + 1:
                cells.append((start, low))
                start = high
                continue
            middle = _cut(cuts, low, high)
            waiting += [(middle, high), (low, middle)]
        cells.append((start, limits.high))
        return cells


_TIMES = (ValueType.INSTANT, ValueType.DATE)
_MOST_RECORDS = 50


def _cut(cuts: Sequence[int], low: int, high: int) -> int:
    """Return the middle one of some numbers between two others, or the middle of these."""
    first, last = bisect_right(cuts, low), bisect_left(cuts, high)
    return cuts[(first + last) // 2] if first < last else (low + high) // 2


def _node_of_name(name: str, book: Rulebook) -> str:
    """Return the node of the graph of dependencies that a name belongs to."""
    if name in book.facts or name in book.parameters or name in book.amounts or name in book.computed:
        return name
    head = name.rpartition(".")[0]
    return node_of(Ref(name, "deadline", ValueType.CHOICE, None, book.deadlines[head].span))


def _another(texts: Iterable[str]) -> str:
    """Return a text that is none of these."""
    known, text = set(texts), "…"
    while text in known:
        text += "…"
    return text


def _are_alike(one: Split, other: Split) -> bool:
    """Tell whether two splits ask the same and tell the same values apart."""
    cells = [[branch.cells for branch in each.branches] for each in (one, other)]
    return one.missing == other.missing and cells[0] == cells[1]


def _spread(one: Answer, other: Answer, missing: Missing) -> Spread | None:
    """Return the range of two answers that are numbers or instants, None for other answers."""
    ends: list[Value] = []
    by = {missing}
    for answer in (one, other):
        match answer:
            case Known(value):
                ends.append(value)
            case Spread(low, high, moved):
                ends += [low, high]
                by |= moved
            case _:
                return None
    if any(isinstance(end, str | bool) for end in ends):
        return None
    ends.sort(key=comparison_key)
    return Spread(ends[0], ends[-1], frozenset(by))
