"""A block of cases under two rulebooks: how each comes out, what differs, and what part of the edit it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from policyengine.api import Rulebook
from policyengine.batch.columns import Named
from policyengine.batch.decisions import MOST_TOLD
from policyengine.batch.reading import BlockReader, Read, When
from policyengine.batch.records import Block
from policyengine.batch.shipment import Shipment
from policyengine.batch.summary import SUMMED
from policyengine.frozen import Frozen
from policyengine.impact.cause import Cause, Causes
from policyengine.impact.mixture import Mixture
from policyengine.impact.tally import Example, Tally, Transition, bucket, cause_name
from policyengine.impact.truth import TruthKeeper
from policyengine.impact.view import BY_WEIGHT, NOTHING, Item, Seen, View, Viewer, differing, number, order_of
from policyengine.model.case import Case
from policyengine.model.rulebook import Fact
from policyengine.outcome.beginning import events_of
from policyengine.outcome.decision import Decision
from policyengine.outcome.refine.remembered import Remembered
from policyengine.outcome.timeline import MAX_MOMENTS
from policyengine.semantics.findings import Known
from policyengine.values.literals import ValueType, format_value

Moments = Literal["one", "all"]
_READ = frozenset(("facts", "lists", "book"))
"""What of a rulebook says how a case is read."""

LABELLED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.COUNT)
"""The types of outcomes of which each value has a row and a column of its own."""


class Compared(Frozen):
    """A block that has been compared; ``faulty`` are the first records that neither rulebook takes."""

    tally: Tally
    faulty: tuple[Read, ...]


class Comparison(Frozen):
    """Comparing cases under two rulebooks.

    ``moments``: at one instant a case, or at all at which something of it changes. ``by`` is a fact whose
    values group the cases, ``truth`` an outcome and the fact that says what was really decided.
    """

    old: Shipment
    new: Shipment
    named: Named
    when: When
    moments: Moments
    by: str | None
    truth: tuple[str, str] | None
    refine: bool

    def start(self) -> Callable[[Block], Compared]:
        """Return what compares blocks."""
        return _Comparer(self).compare


class _Comparer:
    """Compares blocks in one process."""

    def __init__(self, task: Comparison) -> None:
        self.task = task
        self.old, self.new = task.old.open(), task.new.open()
        self.mixture = Mixture(self.old.model, self.new.model)
        readings = dict(task.old.readings) | dict(task.new.readings)
        self.causes = Causes(self.mixture, readings, task.refine)
        reached = frozenset[str]().union(*(self.mixture.reached(part) for part in self.mixture.parts))
        self.viewers = Viewer(self.old.model, reached), Viewer(self.new.model, reached)
        if task.moments == "one":  # else all deadlines tell at which instants to look
            self.old, self.new = self._parts()
        self.readers = tuple(BlockReader(book, task.named, task.when) for book in (self.old, self.new))
        self.reading_parts = tuple(
            number
            for number, part in enumerate(self.mixture.parts)
            if not _READ.isdisjoint(group for group, _ in part.places)
        )
        """The parts of the edit with which a case may be read otherwise."""
        self.truth = None if task.truth is None else TruthKeeper(self.old.model, self.new.model, *task.truth)

    def _parts(self) -> tuple[Rulebook, Rulebook]:
        """Return both rulebooks for what is looked at only, with one memory for what is the same in both."""
        shared = Remembered()
        also = {self.task.by} if self.task.by is not None else set()
        also |= {self.task.truth[0]} if self.task.truth is not None else set()
        old, new = (
            book.part(viewer.nodes() | also, shared)
            for book, viewer in zip((self.old, self.new), self.viewers, strict=True)
        )
        return old, new

    def compare(self, block: Block) -> Compared:
        """Compare one block."""
        tally = Tally()
        faulty: list[Read] = []
        taken: dict[int, list[bool]] = {}
        for place, (before, after) in enumerate(self._read(block)):
            tally.numbers.count(("records",))
            if before.case is None and after.case is None:
                tally.numbers.count(("refused", "both"))
                faulty.append(after)
                if after.is_last:
                    tally.numbers.count(("unread",))
            elif before.case is None or after.case is None:
                cause = self._cause_of_refusal(block, place, after.case is not None, taken)
                self._refused(tally, before, after, cause)
            else:
                _One(self, tally, before.case, after.case, after).compare()
        return Compared(tally, tuple(faulty[:MOST_TOLD]))

    def _read(self, block: Block) -> Iterator[tuple[Read, Read]]:
        if not self.reading_parts:
            yield from ((one, one) for one in self.readers[1].read(block))
        else:
            yield from zip(self.readers[0].read(block), self.readers[1].read(block), strict=True)

    def _cause_of_refusal(
        self, block: Block, place: int, is_taken: bool, known: dict[int, list[bool]]
    ) -> Cause:
        """Return the part of the edit with which a record is taken, or refused, as by the new rulebook.

        Where no single one does it, all with which cases may be read otherwise do it together. ``known`` is
        which records of the block are taken with one part.
        """
        for one in self.reading_parts:
            if one not in known:
                rulebook = self.causes.rulebook(frozenset((one,)))
                reader = None if rulebook is None else BlockReader(rulebook, self.task.named, self.task.when)
                known[one] = [] if reader is None else [read.case is not None for read in reader.read(block)]
            if known[one] and known[one][place] is is_taken:
                return (one,)
        return self.reading_parts

    def _refused(self, tally: Tally, before: Read, after: Read, cause: Cause) -> None:
        """Count a case that only one of the rulebooks takes, by what the other does not take."""
        side, read = ("old", before) if before.case is None else ("new", after)
        tally.numbers.count(("refused", side))
        fault = read.faults[0]
        name = ".".join(
            step for step in fault.path.replace("[", ".").split(".") if not step.rstrip("]").isdigit()
        )
        tally.numbers.count(("refused for", side, fault.code, name))
        tally.numbers.count(("cause", cause_name(cause)))
        taken = before if side == "new" else after
        assert taken.case is not None
        item = Item("outcome", "", None)
        transition = Transition(
            "outcome", "", *(("judged", "refused") if side == "new" else ("refused", "judged")), False
        )
        example = Example(
            taken.file, taken.line, taken.as_of, (taken.case, taken.case), item, NOTHING, NOTHING, cause
        )
        tally.take(transition, example)


class _One:
    """One case under both rulebooks."""

    def __init__(self, comparer: _Comparer, tally: Tally, old: Case, new: Case, read: Read) -> None:
        self.comparer = comparer
        self.numbers = tally.numbers
        self.tally = tally
        self.cases = old, new
        self.read = read
        self.group: str | None = None

    def compare(self) -> None:
        """Compare at every instant that is asked for; of each item the first at which it differs counts."""
        self.numbers.count(("judged",))
        first: dict[Item, tuple[int, Seen, Seen]] = {}
        before: View = {}
        after: View = {}
        for as_of, decisions in self._judged():
            before, after = (
                viewer.view(one) for viewer, one in zip(self.comparer.viewers, decisions, strict=True)
            )
            for item in differing(before, after):
                first.setdefault(item, (as_of, before.get(item, NOTHING), after.get(item, NOTHING)))
        self.group = self._group(decisions[1])
        self._sum_all(before, after)
        for item, (_, was, now) in first.items():
            before[item], after[item] = was, now
        self._take(first, before, after, decisions)

    def _decisions(self, as_of: int) -> tuple[Decision, Decision]:
        comparer, refine = self.comparer, self.comparer.task.refine
        one = comparer.old.judge(self.cases[0], as_of, (), refine)
        return one, comparer.new.judge(self.cases[1], as_of, (), refine)

    def _take(
        self,
        first: Mapping[Item, tuple[int, Seen, Seen]],
        before: View,
        after: View,
        last: tuple[Decision, Decision],
    ) -> None:
        items = sorted(first, key=order_of)
        if self.group is not None:
            self.numbers.count(("by", self.group, "judged"))
        self._count_outcomes(before, after)
        if self.comparer.truth is not None:
            self.comparer.truth.take(self.numbers, self.cases[1], *last)
        self._count_needs(before, after)
        if not items:
            return
        self.numbers.count(("changed",))
        self.numbers.count(("changes", min((one.kind for one in items), key=BY_WEIGHT.index)))
        if self.group is not None:
            self.numbers.count(("by", self.group, "changed"))
        causes = self._causes(first)
        for name in sorted({cause_name(one) for one in causes.values()}):
            self.numbers.count(("cause", name))
        for kind, name, cause in sorted({(one.kind, one.name, cause_name(causes[one])) for one in items}):
            self.numbers.count(("cause of", cause, kind, name))
        for item in items:
            self._count(item, *first[item], causes[item])
        self._count_duties(items, before)

    def _causes(self, first: Mapping[Item, tuple[int, Seen, Seen]]) -> dict[Item, Cause]:
        """Return the cause of each difference, at the instant at which it is first seen."""
        wanted: dict[int, dict[Item, Seen]] = {}
        for item, (as_of, _, now) in first.items():
            wanted.setdefault(as_of, {})[item] = now
        found: dict[Item, Cause] = {}
        for as_of, items in wanted.items():
            found |= self.comparer.causes.of(self.cases, as_of, items)
        return found

    def _group(self, decision: Decision) -> str | None:
        by = self.comparer.task.by
        if by is None:
            return None
        book = decision.judged.rulebook
        state = decision.state_of((by, None))
        if not isinstance(state, Known):
            return ""
        return str(format_value(state.value, book.facts[by].type, book.zone, book.currency))

    # ---------- counting

    def _count_outcomes(self, before: View, after: View) -> None:
        """Count how every outcome that can differ came out, whether it differs or not."""
        for item in {**before, **after}:
            if item.kind != "outcome":
                continue
            was, now = before.get(item, NOTHING), after.get(item, NOTHING)
            fact = self._fact(item.name)
            labels = self._label(fact, was), self._label(fact, now)
            is_other = was.identity != now.identity and labels[0] == labels[1]
            self.numbers.count(("matrix", item.name, *labels, "other" if is_other else "same"))

    def _sum_all(self, before: View, after: View) -> None:
        """Add up how things stand in the end; sums of two currencies have none in common."""
        old, new = self.comparer.old.model.currency, self.comparer.new.model.currency
        for item in {**before, **after}:
            type = self._fact(item.name).type if item.kind == "outcome" else None
            if type in SUMMED and (type is not ValueType.MONEY or old == new):
                was, now = before.get(item, NOTHING), after.get(item, NOTHING)
                self._sum(item.name, self._fact(item.name), number(was), number(now))

    def _sum(self, name: str, fact: Fact, was: int | None, now: int | None) -> None:
        for side, value in (("old", was), ("new", now)):
            if value is not None:
                self.numbers.add_value((side, name), value)
                if self.group is not None:
                    self.numbers.add_value(("by", self.group, side, name), value)
        difference = (now or 0) - (was or 0)
        if difference:
            if was is not None and now is not None:
                self.numbers.count(("rises" if difference > 0 else "falls", name))
            self.numbers.add_value(("difference", name), difference)
            if fact.type is ValueType.MONEY:
                unit = 10**self.comparer.new.model.currency.places
                self.numbers.count(("bucket", name, bucket(difference, unit)))

    def _fact(self, name: str) -> Fact:
        new, old = self.comparer.new.model.facts, self.comparer.old.model.facts
        return new.get(name) or old[name]

    def _label(self, fact: Fact, seen: Seen) -> str:
        if seen.status != "known" or fact.type not in LABELLED:
            return seen.status
        if isinstance(seen.value, bool):
            return "=yes" if seen.value else "=no"
        return f"={seen.value}"

    def _count(self, item: Item, as_of: int, was: Seen, now: Seen, cause: Cause) -> None:
        labels = was.status, now.status
        if item.kind == "outcome":
            fact = self._fact(item.name)
            labels = self._label(fact, was), self._label(fact, now)
            self.numbers.count(("differs", item.name))
        elif item.kind == "deadline":
            self._count_deadline(item, was, now)
        transition = Transition(item.kind, item.name, *labels, labels[0] == labels[1])
        read = self.read
        example = Example(read.file, read.line, as_of, self.cases, item, was, now, cause)
        self.tally.take(transition, example)

    def _count_deadline(self, item: Item, was: Seen, now: Seen) -> None:
        self.numbers.count(("deadline", item.name))
        if was.status != now.status:
            self.numbers.count(("status", item.name, was.status, now.status))
        if was.due is not None and now.due is not None and was.due != now.due:
            self.numbers.count(("moved", item.name, str(now.due - was.due)))

    def _count_duties(self, items: Iterable[Item], before: View) -> None:
        rules: dict[tuple[str, int | None], tuple[list[str], list[str]]] = {}
        for item in items:
            if item.kind == "duty":
                gone, come = rules.setdefault((item.name, item.record), ([], []))
                (gone if before.get(item, NOTHING) is not NOTHING else come).append(item.who)
        for (rule, _), (gone, come) in rules.items():
            for one, other in zip(gone, come, strict=False):
                self.numbers.count(("duty", rule, f"{one},{other}", "moves"))
            for one in gone[len(come) :]:
                self.numbers.count(("duty", rule, one, "vanishes"))
            for one in come[len(gone) :]:
                self.numbers.count(("duty", rule, one, "appears"))

    def _count_needs(self, before: View, after: View) -> None:
        """Count the facts for which an answer waits that did not."""
        needed = {
            name
            for item, seen in after.items()
            for name in set(seen.missing) - set(before.get(item, NOTHING).missing)
        }
        for name in sorted(needed):
            self.numbers.count(("needs", name))

    # ---------- instants

    def _judged(self) -> Iterator[tuple[int, tuple[Decision, Decision]]]:
        """Return the decisions at the instants that are asked for, the earliest first."""
        if self.comparer.task.moments == "one":
            yield self.read.as_of, self._decisions(self.read.as_of)
            return
        events = events_of(self.comparer.new.model, self.cases[1])
        waiting = {self.read.as_of, *(instant for instant, _ in events)}
        done: set[int] = set()
        while waiting and len(done) < MAX_MOMENTS:
            instant = min(waiting)
            waiting.discard(instant)
            done.add(instant)
            decisions = self._decisions(instant)
            yield instant, decisions
            for decision in decisions:
                waiting |= {one for one in _ends(decision) if one > instant and one not in done}
        if waiting:
            self.numbers.count(("cut",))


def _ends(decision: Decision) -> Iterator[int]:
    """Return the ends of all deadlines, and the second after each: who acts at the end is in time."""
    for name, record in decision.findings.states:
        if name.endswith(".due") and name.removesuffix(".due") in decision.judged.rulebook.deadlines:
            state = decision.findings.states[name, record]
            if isinstance(state, Known) and isinstance(state.value, int):
                yield from (state.value, state.value + 1)
