"""At the edges of which times each event may be put: those at which rules would judge it otherwise."""

from __future__ import annotations

from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Operand, Ref, Test, parts_of
from policyengine.model.rulebook import Deadline
from policyengine.sampling.draw import Draw, Getter
from policyengine.sampling.figures import Figures
from policyengine.sampling.operands import Operands
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.semantics.readings import choose_condition
from policyengine.values.literals import Duration, ValueType

_MOST = 40


class Anchors:
    """The times at whose edges events may be put.

    ``times`` are those of each event; ``reach`` how many seconds the length of the deadline is that it meets,
    ``starts`` what gives the start of that; ``after`` the facts after which it is drawn, if that can be: the
    times begin with them.
    """

    def __init__(self, words: Vocabulary, operands: Operands, figures: Figures) -> None:
        """Look through deadlines and comparisons of times."""
        self.words = words
        self.operands = operands
        self.figures = figures
        self.times: dict[str, list[Getter]] = {}
        self.reach: dict[str, int] = {}
        self.starts: dict[str, Getter] = {}
        self.after: dict[str, set[str]] = {}
        for deadline in words.book.deadlines.values():
            self._met(deadline)
        for condition in conditions_of(words.book):
            for test in parts_of(choose_condition(condition, words.readings)):
                if isinstance(test, Test) and test.operands:
                    self._compared(test.ref, test.operands[0])

    def _met(self, deadline: Deadline) -> None:
        due, words = self.due(deadline), self.words
        starts = set(words.roots(deadline.measured + deadline.instants_of_pauses))
        length = self._length_of(deadline)
        for path in words.roots((*deadline.met_by, *deadline.stopped_by)):
            if words.given[path].is_event and path not in starts:
                self.times.setdefault(path, []).append(due)
                self.after.setdefault(path, set()).update(starts)
                if length and path not in self.reach:
                    self.reach[path] = length
                    self.starts[path] = self.operands.getter(deadline.starts)

    def _compared(self, ref: Ref, operand: Operand) -> None:
        than = self.words.choose(operand)
        if ref.type is not ValueType.INSTANT or not isinstance(than, Ref):
            return
        for one, other in ((ref, than), (than, ref)):
            roots = set(self.words.roots((other,)))
            if one.name in self.words.given and one.name not in roots and roots:
                found = self.times.setdefault(one.name, [])
                if len(found) < _MOST:
                    found.append(self.operands.getter(other))
                if other.kind == "deadline":
                    self.after.setdefault(one.name, set()).update(roots)

    def due(self, deadline: Deadline) -> Getter:
        """Return what gives the end of a deadline, of the last record where none is looked at."""
        due, listed = self.operands.due(deadline.id), deadline.listed

        def get(draw: Draw, record: int | None, this: int | None) -> int | None:
            if listed is None:
                return due(draw, None)
            return due(draw, draw.counts.get(listed, 0) - 1 if record is None else record)

        return get

    def _length_of(self, deadline: Deadline) -> int:
        """Return how many seconds a deadline is long, roughly; 0 where that is not written."""
        for value in () if deadline.within is None else self.figures.values_of(deadline.within):
            if isinstance(value, Duration):
                return self.operands.about(value)
        return 0
