"""What the scenarios exercise: rules, conditions both ways, edges, days, readings and figures of overlays.

Only what is in force counts: a case to which a policy does not apply says nothing about its rules.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain
from typing import NamedTuple

from policyengine.checks.exclusion import Exclusion
from policyengine.diagnostics.span import Span
from policyengine.model.case import Key
from policyengine.model.conditions import (
    All,
    Any,
    Condition,
    Constant,
    Count,
    Not,
    Pick,
    ReadingIs,
    Ref,
    Same,
    Some,
    Test,
    Window,
    asks_this,
    conjuncts,
    parts_of,
)
from policyengine.model.rulebook import Amount, Deadline, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.explain import Explanation
from policyengine.outcome.windows import frame_of, is_on_side, measured
from policyengine.semantics.findings import Known, State, Truth
from policyengine.testing.building import building_targets, exercised_building
from policyengine.testing.counted import counting_targets, exercised_counting
from policyengine.testing.days import (
    day_in,
    day_targets,
    exercised_days,
    season_sides,
    season_targets,
)
from policyengine.testing.leaning import (
    exercised_figures,
    exercised_readings,
    figure_targets,
    reading_targets,
    rests_on,
)
from policyengine.testing.targets import KINDS, Covered, Kind, Side, Target
from policyengine.values.literals import ValueType, comparison_key, local_day

SIDES: Mapping[int, Side] = {-1: "before", 0: "at", 1: "after"}
Leaf = Test | Window | Same | ReadingIs | Some | Count | Pick
Limited = Test | Window | Count
"""What compares with a limit that has two sides."""


class Owned(NamedTuple):
    """A test, the rule, deadline, amount or policy that it belongs to, and the list of whose records it asks.

    ``policy`` has to be in force for the test to matter; empty for what a policy itself demands. ``this``:
    inside a question that depends on it, the list for each of whose records that is asked.
    """

    owner: str
    leaf: Leaf
    listed: str | None
    policy: str
    this: str | None


_ORDERED = ("at_least", "at_most", "more_than", "less_than")
_LIMITED = (ValueType.MONEY, ValueType.COUNT)


def spoken(leaf: Leaf) -> str:
    """Return what a test asks about, in the words of the rule file."""
    match leaf:
        case Test(ref) | Window(ref) | Same(ref):
            return ref.name
        case ReadingIs(assumption):
            return assumption
        case Some(listed):
            return f"any_of {listed}"
        case Count(listed):
            return f"count_of {listed}"
        case Pick(which, listed):
            return f"{which} {listed}"


class Coverage:
    """Collects what decisions exercise of one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        """Know everything that there is to exercise."""
        self.book = book
        self.seen: set[Target] = set()
        self._leaves: dict[int, tuple[Rulebook, tuple[Owned, ...]]] = {}
        self.targets = tuple(sorted({*_targets(book, self._leaves_of(book))}, key=_by_place))
        self._left = {kind: {one for one in self.targets if one.kind == kind} for kind in KINDS}

    def add(self, decision: Decision) -> None:
        """Count what a decision exercises; what others have exercised is not looked at again."""
        for kind, left in self._left.items():
            found = {*self._exercised(decision, kind, left)} if left else set()
            self.seen |= found
            left -= found

    def exercises(self, decision: Decision, target: Target) -> bool:
        """Tell whether a decision exercises something; no more is looked at than that needs."""
        return any(True for _ in self._exercised(decision, target.kind, {target}))

    def _exercised(self, decision: Decision, kind: Kind, wanted: Set[Target]) -> Iterator[Target]:
        """Return what a decision exercises of some targets of one kind."""
        found: Iterator[Target]
        match kind:
            case "rule":
                found = itertools.chain(self.rules_in(decision), exercised_building(decision))
            case "condition":
                found = _conditions(decision, self._in_force(decision, wanted))
            case "edge":
                found = _edges(decision, self._in_force(decision, wanted))
            case "pause":
                found = _pauses(decision)
            case "counting":
                found = exercised_counting(decision, wanted)
            case "day":
                found = chain(
                    exercised_days(decision, rests_on(decision)),
                    _seasons(decision, self._in_force(decision, wanted)),
                )
            case "reading":
                found = exercised_readings(decision, rests_on(decision), wanted)
            case "figure":
                found = exercised_figures(decision, rests_on(decision))
        return (one for one in found if one in wanted)

    def _in_force(self, decision: Decision, wanted: Set[Target]) -> Iterator[Owned]:
        """Return the tests that targets are about and whose policy applies to the case."""
        places = {(one.name, one.span) for one in wanted}
        leaves = self._leaves_of(decision.judged.rulebook)
        return _in_force(decision, [one for one in leaves if (one.owner, one.leaf.span) in places])

    def summary(self) -> tuple[Covered, ...]:
        """Return how much is exercised of each kind."""
        found = []
        for kind in KINDS:
            targets = [one for one in self.targets if one.kind == kind]
            found.append(Covered(kind, len(targets), sum(one in self.seen for one in targets)))
        return tuple(one for one in found if one.total)

    def missing(self) -> tuple[Target, ...]:
        """Return what nothing exercises, by place."""
        return tuple(one for one in self.targets if one not in self.seen)

    def distances(self, decision: Decision, target: Target) -> Iterator[tuple[Limited, int | None, int]]:
        """Return the tests of whose limit an edge is, for each record, and how far above it they are."""
        for _, leaf, listed, _, this in self._in_force(decision, {target}):
            if isinstance(leaf, Limited) and _is_limit(leaf):
                for place, record in decision.explanation.standpoints(listed, this):
                    for found, limit in compared(place, leaf, record):
                        yield leaf, record, found - limit

    def seasons(self) -> Iterator[tuple[str, Test]]:
        """Return the tests of days of every year, with their owners."""
        for one in self._leaves_of(self.book):
            if isinstance(one.leaf, Test) and one.leaf.season is not None:
                yield one.owner, one.leaf

    def rules_in(self, decision: Decision) -> Iterator[Target]:
        """Return the rules that hold in a decision."""
        others = {table.otherwise for table in self.book.tables.values()}
        for (id, record), finding in decision.findings.rules.items():
            # What is so otherwise demands nothing: it counts where no row of its table takes its place.
            if finding.truth is Truth.TRUE and (id not in others or self._counts(decision, id, record)):
                yield Target("rule", id, self.book.rules[id].span, "holds")

    def _counts(self, decision: Decision, rule: str, record: int | None) -> bool:
        """Tell whether a rule that holds gives a fact its value, or a part of it."""
        facts = [one.fact for one in self.book.rules[rule].then]
        resolved = decision.findings.resolved
        own = [(one.name, record if one.listed is not None else None) for one in facts]
        return any(key in resolved and (rule, record) in resolved[key].winners for key in own)

    def _leaves_of(self, book: Rulebook) -> tuple[Owned, ...]:
        """Return the tests of a rulebook, the same one with other overlays perhaps."""
        found = self._leaves.get(id(book))
        if found is None:
            found = self._leaves[id(book)] = (book, tuple(tests_of(book)))
        return found[1]


def _conditions(decision: Decision, leaves: Iterable[Owned]) -> Iterator[Target]:
    explanation = decision.explanation
    for owner, leaf, listed, _, this in leaves:
        evaluate = explanation.explainer.lowered(leaf)
        for place, record in explanation.standpoints(listed, this):
            truth = evaluate(place, record)[0]
            if truth is not Truth.UNDETERMINED:
                side = "yes" if truth is Truth.TRUE else "no"
                yield Target("condition", owner, leaf.span, side, spoken(leaf))


def _in_force(decision: Decision, leaves: Iterable[Owned]) -> Iterator[Owned]:
    """Return the tests whose policy applies to the case."""
    ask, policies = decision.explanation, decision.judged.rulebook.policies
    applies = {
        id: ask.explainer.lowered(one.scope)(ask, None)[0] is Truth.TRUE for id, one in policies.items()
    }
    return (one for one in leaves if applies.get(one.policy, True))


def _targets(book: Rulebook, leaves: Iterable[Owned]) -> Iterator[Target]:
    for rule in book.rules.values():
        yield Target("rule", rule.id, rule.span, "holds")
    yield from building_targets(book)
    possible = _Possible(book)
    for owned in leaves:
        owner, leaf = owned.owner, owned.leaf
        for side in possible.sides(owned):
            yield Target("condition", owner, leaf.span, side, spoken(leaf))
        if isinstance(leaf, Test) and leaf.season is not None:
            yield from season_targets(owner, leaf.span, leaf.season)
        if _is_limit(leaf):
            for offset, edge in SIDES.items():
                if not _is_out_of_bounds(book, leaf, offset):
                    yield Target("edge", owner, leaf.span, edge, spoken(leaf))
    for deadline in book.deadlines.values():
        for edge in SIDES.values():
            yield Target("edge", deadline.id, deadline.span, edge)
        for pause in deadline.pauses[:1]:
            yield from (Target("pause", deadline.id, pause.span, side) for side in ("none", "over", "open"))
    for amount in book.amounts.values():
        bands = (band.span for band in amount.bands if band.limit is not None)
        for span in (*(cap.span for cap in amount.caps), *([amount.span] if amount.floor else []), *bands):
            for edge in SIDES.values():
                yield Target("edge", amount.id, span, edge)
    yield from counting_targets(book)
    yield from day_targets(book)
    yield from reading_targets(book)
    yield from figure_targets(book)


def _seasons(decision: Decision, leaves: Iterable[Owned]) -> Iterator[Target]:
    """Return the first and last days, and those beside them, on which a test of days of every year stands."""
    for owner, leaf, listed, _, this in leaves:
        if isinstance(leaf, Test) and leaf.season is not None:
            for place, record in decision.explanation.standpoints(listed, this):
                day = day_in(decision, leaf.ref, place.state_of(leaf.ref, record))
                sides = () if day is None else {side for side, _ in season_sides(leaf.season, day)}
                yield from (one for one in season_targets(owner, leaf.span, leaf.season) if one.side in sides)


def _by_place(target: Target) -> tuple[str, int, int, str, str, str, str]:
    place = target.span.file, target.span.line, target.span.column
    return (*place, target.kind, target.side, target.name, target.about)


# ---------- conditions


def tests_of(book: Rulebook) -> Iterator[Owned]:
    """Return every test of a rulebook with its owner and the list of whose records it asks."""
    told: set[tuple[Span, str]] = set()
    for owner, policy, condition, listed in _wholes(book):
        for leaf, inner, this in _tests(condition, listed, None):
            key = (leaf.span, str(getattr(leaf, "operator", type(leaf).__name__)))
            if key not in told:
                told.add(key)
                yield Owned(owner, leaf, inner, policy, this)


def _wholes(book: Rulebook) -> Iterator[tuple[str, str, Condition, str | None]]:
    for policy in book.policies.values():
        yield policy.id, "", policy.scope, None
    for rule in book.written_rules:  # of a table each row is to hold once: its cells are not asked for alone
        # With an act of its own it may be in force where its policy is not.
        yield rule.id, "" if rule.by else rule.policy, rule.when, rule.listed
    for table in book.tables.values():
        yield table.id, "" if table.by else table.policy, table.when, table.listed
    for deadline in book.deadlines.values():
        yield deadline.id, deadline.policy, deadline.when, deadline.listed
        for question in deadline.questions:  # whether there is a pause is another kind of target
            yield deadline.id, deadline.policy, question.where, question.listed
    for amount in book.amounts.values():
        yield amount.id, amount.policy, amount.when, amount.listed
        for cap in amount.caps:
            yield amount.id, amount.policy, cap.when, amount.listed


def _tests(
    condition: Condition, listed: str | None, this: str | None
) -> Iterator[tuple[Leaf, str | None, str | None]]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _tests(part, listed, this)
        case Not(part):
            yield from _tests(part, listed, this)
        case Some() | Count() | Pick():
            yield condition, listed, this
            inner = this or (listed if asks_this(condition) else None)
            yield from _tests(condition.where, condition.listed, inner)
            if isinstance(condition, Pick):
                yield from _tests(condition.then, condition.listed, inner)
        case Test() | Window() | Same() | ReadingIs():
            yield condition, listed, this


# ---------- what no case can do


class _Possible:
    """Tells which answers a test can have where its policy is in force."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.exclusion = Exclusion(book)
        self.scopes = {id: _with_dates(book, policy.scope) for id, policy in book.policies.items()}

    def sides(self, owned: Owned) -> tuple[str, ...]:
        """Return those of ``yes`` and ``no`` that are not plainly impossible."""
        if _is_always_true(self.book, owned.leaf):
            return ("yes",)
        scope = self.scopes.get(owned.policy)
        if scope is None or owned.listed is not None or not _asks_the_same(scope, owned.leaf):
            return ("yes", "no")
        answers = {"yes": owned.leaf, "no": Not(owned.leaf, owned.leaf.span)}
        return tuple(side for side, one in answers.items() if not self.exclusion.excludes(scope, one))


def _asks_the_same(scope: All, leaf: Leaf) -> bool:
    """Tell whether a policy asks for what a test asks for: else, the one says nothing about the other."""
    names = {part.ref.name for part in parts_of(scope) if isinstance(part, Test)}
    return isinstance(leaf, Test) and leaf.ref.name in names


def _with_dates(book: Rulebook, scope: Condition) -> All:
    """Return what a policy demands, and the events without which the facts that it asks for are not seen."""
    parts = list(conjuncts(scope))
    for one in tuple(parts):
        fact = book.facts.get(one.ref.name) if isinstance(one, Test) else None
        dated_by = None if fact is None else fact.dated_by
        if dated_by is not None and book.facts[dated_by].listed is None:
            act = Ref(dated_by, "fact", ValueType.INSTANT, None, one.span)
            parts.append(Test(act, "happened", (), "happened", one.span))
    return All(tuple(parts), scope.span)


def _is_always_true(book: Rulebook, leaf: Leaf) -> bool:
    """Tell whether no case makes a test false: a record is not seen before its own instant."""
    if not isinstance(leaf, Test) or leaf.ref.kind != "fact":
        return False
    if leaf.operator in ("known", "happened"):
        listed = book.lists.get(leaf.ref.listed or "")
        return listed is not None and listed.dated_by == leaf.ref.name
    return leaf.operator == "at_least" and _is_out_of_bounds(book, leaf, -1)


def _is_out_of_bounds(book: Rulebook, leaf: Leaf, offset: int) -> bool:
    """Tell whether what is compared cannot be that far from the limit.

    Its bounds forbid it to a given fact; there are no fewer than no records, no place before the first.
    """
    if isinstance(leaf, Count) and leaf.how != "total":
        (limit, *_), least = leaf.operands, 1 if leaf.how == "position" else 0
        return isinstance(limit, Constant) and int(str(limit.value)) + offset < least
    if not isinstance(leaf, Test) or leaf.ref.name not in book.facts or leaf.ref.midnight:
        return False
    limit = leaf.operands[0]
    for bound in book.facts[leaf.ref.name].bounds:
        if isinstance(bound.operand, Constant) and isinstance(limit, Constant):
            distance = (
                int(str(comparison_key(limit.value))) + offset - int(str(comparison_key(bound.operand.value)))
            )
            if (bound.operator == "at_least" and distance < 0) or (
                bound.operator == "at_most" and distance > 0
            ):
                return True
    return False


# ---------- edges


def _is_limit(leaf: Leaf) -> bool:
    """Tell whether a test compares money, a number or the time between two instants with a limit."""
    if isinstance(leaf, Window):
        return True
    if isinstance(leaf, Count):
        return leaf.operator in _ORDERED
    return isinstance(leaf, Test) and leaf.operator in _ORDERED and leaf.ref.type in _LIMITED


def _edges(decision: Decision, leaves: Iterable[Owned]) -> Iterator[Target]:
    """Return the edges of deadlines and limits at which a decision stands."""
    book, findings = decision.judged.rulebook, decision.findings
    for (id, _), finding in findings.deadlines.items():
        due = _number(finding.due)
        if finding.exists is Truth.TRUE and due is not None:
            for moment in (decision.as_of, _number(finding.acted)):
                yield from _side(book.deadlines[id], moment, due)
    for (id, record), amount in findings.amounts.items():
        if amount.exists is Truth.TRUE:
            yield from _limits_of_amount(decision, book.amounts[id], (id, record))
    yield from _limits_of_conditions(decision, leaves)


def _pauses(decision: Decision) -> Iterator[Target]:
    """Return how the clocks that can stand still do in a decision."""
    book = decision.judged.rulebook
    for (id, _), finding in decision.findings.deadlines.items():
        deadline = book.deadlines[id]
        if not deadline.pauses or finding.exists is not Truth.TRUE or not isinstance(finding.start, Known):
            continue
        is_over = any(pause.is_certain and isinstance(pause.end, Known) for pause in finding.pauses)
        side = "open" if finding.status == Known("paused") else "over" if is_over else "none"
        if side != "none" or not finding.pauses:
            yield Target("pause", id, deadline.pauses[0].span, side)


def _side(
    part: Deadline | Amount, found: int | None, limit: int | None, span: Span | None = None
) -> Iterator[Target]:
    if found is not None and limit is not None and found - limit in SIDES:
        yield Target("edge", part.id, span or part.span, SIDES[found - limit])


def _limits_of_amount(decision: Decision, amount: Amount, key: Key) -> Iterator[Target]:
    finding = decision.findings.amounts[key]
    rounded, subtotal = _number(finding.rounded), _number(finding.subtotal)
    for band, limits in zip(amount.bands, finding.bands, strict=True):
        if limits.limit is not None:
            yield from _side(amount, subtotal, _number(limits.limit), band.span)
    if finding.floor is not None:
        yield from _side(amount, rounded, _number(finding.floor))
    for cap, found in zip(amount.caps, finding.caps, strict=True):
        if found.applies is Truth.TRUE:
            yield from _side(amount, rounded, _number(found.limit), cap.span)


def _limits_of_conditions(decision: Decision, leaves: Iterable[Owned]) -> Iterator[Target]:
    for owner, leaf, listed, _, this in leaves:
        if not _is_limit(leaf) or not isinstance(leaf, Limited):
            continue
        for place, record in decision.explanation.standpoints(listed, this):
            for found, limit in compared(place, leaf, record):
                if found - limit in SIDES:
                    yield Target("edge", owner, leaf.span, SIDES[found - limit], spoken(leaf))


def compared(place: Explanation, leaf: Limited, record: int | None) -> Iterator[tuple[int, int]]:
    """Return what a test of money or a number found and its limit, where both are known.

    Of a window it is the later time and the end of the length: in seconds, or in days where it is a date.
    """
    if isinstance(leaf, Window):
        yield from _of_window(place, leaf, record)
        return
    if isinstance(leaf, Count):
        bounds = place.asked(leaf, record).count(leaf)
        left = bounds[0] if bounds is not None and bounds[0] == bounds[1] else None
    else:
        left = _number(place.state_of(leaf.ref, record))
    right = _number(place.state_of(leaf.operands[0], record))
    if left is not None and right is not None:
        yield left, right


def _of_window(place: Explanation, window: Window, record: int | None) -> Iterator[tuple[int, int]]:
    found = measured(place, window, record)
    if found is None or not is_on_side(place, window, record):
        return
    zone, ends = place.world.zone, found.ends
    if frame_of(place, window, record).ends_with_date:
        yield local_day(found.end, zone), local_day(ends.reached, zone)
    else:
        yield found.end, ends.reached if window.how in ("at_least", "less_than") else ends.over


def _number(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None
