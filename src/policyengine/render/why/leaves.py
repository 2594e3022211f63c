"""Tests with what they met, and what they asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.model.conditions import NEIGHBOURS, Operand, Pick, operands_in
from policyengine.outcome.deciding import ByChoice, choices, key_of
from policyengine.outcome.explain import Explanation
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.nearness import in_order, shown_records, ways_in_order
from policyengine.render.layout import Tone
from policyengine.render.why.walk import MARKS, Walk
from policyengine.semantics.findings import Truth


class Leaves:
    """Tells the tests of one decision."""

    def __init__(self, walk: Walk) -> None:
        """``walk`` knows what has been told."""
        self.walk = walk
        self.say = walk.say
        self.sentences = walk.sentences
        self.explanation = walk.explanation

    def parts(
        self, parts: Iterable[Part], depth: int, deep: bool = False, first: Tone = "plain"
    ) -> Iterator[str]:
        """Tell tests one by one, the ``first`` in its own tone; ``deep`` explains what they asked about."""
        for number, part in enumerate(parts):
            tone = first if number == 0 else "plain"
            if isinstance(part, Either):
                yield from self._either(part, depth, deep, tone)
                continue
            yield self.walk.line(depth, self._test(part), tone)
            yield from self._records(part, depth + 1, deep)
            if deep:
                yield from self._behind(part, depth + 1)

    def _either(self, either: Either, depth: int, deep: bool, tone: Tone) -> Iterator[str]:
        mark, _ = MARKS[either.truth]
        ways = ways_in_order(either)
        if all(len(way) == 1 for way in ways):
            yield self.walk.line(depth, f"{mark} {self.say('one of these is enough:')}", tone)
            for way in ways:
                yield from self.parts(way, depth + 2, deep)
            return
        for number, way in enumerate(ways):
            words = f"  {self.say('or:')}" if number else f"{mark} {self.say('either:')}"
            yield self.walk.line(depth, words, "plain" if number else tone)
            yield from self.parts(way, depth + 2, deep)

    def _test(self, leaf: Leaf) -> str:
        """Return one line: the mark, what was asked, what was found, by how much it fails."""
        mark, _ = MARKS[leaf.truth]
        asked, found = self.sentences.asked(leaf), self.sentences.found(leaf)
        line = self.say("{asked} — found: {found}", asked=asked, found=found) if found else asked
        gap = self.sentences.gap(leaf) or self.sentences.vacuous(leaf)
        return f"{mark} {self.say('{test} — {gap}', test=line, gap=gap) if gap else line}"

    def _records(self, leaf: Leaf, depth: int, deep: bool) -> Iterator[str]:
        """Tell for the few records that explain a question about a list what they met."""
        shown = shown_records(leaf)
        if not shown.records:
            return
        is_neighbour = isinstance(leaf.condition, Pick) and leaf.condition.which in NEIGHBOURS
        record = leaf.record if is_neighbour or leaf.explanation.this is not None else None
        question = (leaf.condition, leaf.negated, leaf.truth, record)
        if self.walk.has_told("question", question):
            yield self.walk.above(depth)
            return
        for number, looked in enumerate(shown.records):
            yield self.walk.line(depth, self.sentences.record(leaf, looked))
            # Of records that do not match, what is behind their tests is told for the nearest alone.
            is_deep = deep and (number == 0 or looked.truth is Truth.TRUE)
            yield from self.parts(self._of_record(looked), depth + 1, is_deep)
        if shown.more:
            yield self.walk.line(depth, self.say("and {count} more records", count=shown.more), "faint")

    def _of_record(self, looked: Looked) -> tuple[Part, ...]:
        """Return the tests to tell of a record: what keeps it from matching, or else from being as asked."""
        if looked.truth is Truth.FALSE:
            return in_order(looked.parts)
        if looked.answer is Truth.FALSE:
            return in_order(looked.asked)
        return (*looked.parts, *looked.asked)

    def _behind(self, leaf: Leaf, depth: int) -> Iterator[str]:
        """Explain what a test asked about, where rules or clocks concluded it."""
        for operand in operands_in(leaf.condition):
            yield from self.operand(operand, leaf.record, depth, leaf.explanation)

    def operand(
        self, operand: Operand, record: int | None, depth: int, place: Explanation | None = None
    ) -> Iterator[str]:
        """Explain what something is compared with or made from: readings, then the name behind it.

        ``place`` is the explanation in which a question stands.
        """
        for chosen in choices(self.explanation, operand):
            yield from self.choice(chosen, depth)
        key = key_of(place or self.explanation, operand, record)
        if key is not None and not self.walk.is_given(key[0]):
            yield from self.walk.explain(key, depth)

    def choice(self, chosen: ByChoice, depth: int) -> Iterator[str]:
        """Tell a reading where it decides; one that has been told is not told again."""
        if self.walk.has_told("reading", chosen.id):
            return
        tone: Tone = "faint" if chosen.is_default else "open"
        yield self.walk.line(
            depth, self.say("reading: {reading}", reading=self.sentences.choice(chosen)), tone
        )
