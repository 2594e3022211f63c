"""Which elementary comparisons rest on a name, or move with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from policyengine.frozen import Frozen
from policyengine.model.conditions import Condition, Constant, Operand, Ref, Same, Test, Window
from policyengine.model.rulebook import Deadline
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.asked import Asked, names_asked, nodes_asked
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.motion import Motion
from policyengine.semantics.strata import node_of, refs_of_operand
from policyengine.values.literals import ValueType, comparison_key

WITHOUT_ORDER = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)
"""The types of which it is only asked whether two values are the same."""

Pairs = tuple[tuple[Operand, Operand], ...]


class Ranked(Frozen):
    """A fact that is compared with constants: it comes out otherwise where it passes one of them."""

    ref: Ref
    listed: str | None
    cuts: tuple[int, ...]
    """The numbers from which on one of the tests comes out otherwise than below, in order."""


class Comparisons(Frozen):
    """Elementary comparisons: tests, names whose value is what it is, and values that may contradict.

    ``ranked`` are the tests of facts by constants, together for each fact: a table has hundreds of them.
    """

    asked: tuple[Asked, ...]
    ranked: tuple[Ranked, ...]
    words: tuple[tuple[str, str | None], ...]
    rivals: tuple[tuple[str | None, Pairs], ...]


class ComparisonsBehind:
    """The elementary comparisons behind one node."""

    def __init__(self, behind: Behind, motion: Motion, after: Callable[[str], frozenset[str]]) -> None:
        """``motion`` tells what moves with a value, ``after`` all that depends on a node."""
        self.behind = behind
        self.book = behind.book
        self.motion = motion
        self._after = after

    @once
    def resting_on(self, name: str) -> Comparisons:
        """Return the comparisons that rest on a name (of a fact, list or parameter)."""
        nodes = self.behind.nodes & self._after(name)
        words = [*self._clocks(lambda deadline: deadline.id in nodes), *self._figures(nodes)]
        asked = [one for one in self.behind.asked if not nodes.isdisjoint(nodes_asked(one.condition))]
        rivals = self._rivals(lambda one: not nodes.isdisjoint(map(node_of, refs_of_operand(one))))
        return Comparisons(*_ranked(asked), tuple(words), tuple(rivals))

    @once
    def moving_with(self, name: str) -> Comparisons:
        """Return the comparisons of which one side moves with a value."""
        names, behind = self.motion.moved(name), self.behind
        asked = [
            one
            for one in behind.asked
            if isinstance(one.condition, Test | Window | Same)
            and not names.isdisjoint(names_asked(one.condition))
        ]
        words = self._clocks(
            lambda deadline: (
                deadline.id in behind.nodes and not names.isdisjoint(behind.names_of_clock(deadline))
            )
        )
        rivals = self._rivals(lambda one: any(ref.name in names for ref in refs_of_operand(one)))
        return Comparisons(*_ranked(asked), tuple(words), tuple(rivals))

    def _clocks(self, is_meant: Callable[[Deadline], bool]) -> Iterator[tuple[str, str | None]]:
        """Return the statuses of clocks, with the lists for each of whose records there is one."""
        for deadline in self.behind.deadlines():
            if is_meant(deadline):
                yield f"{deadline.id}.status", deadline.listed

    def _figures(self, nodes: Collection[str]) -> Iterator[tuple[str, str | None]]:
        """Return the figures among nodes that an act decides."""
        for id, parameter in self.book.parameters.items():
            if id in nodes and parameter.by is not None and parameter.values:
                yield id, parameter.listed

    def _rivals(self, is_meant: Callable[[Operand], bool]) -> Iterator[tuple[str | None, Pairs]]:
        """Return the values that may contradict each other, of facts for which one of them is meant."""
        for fact, pairs in self.behind.rivals.items():
            if any(is_meant(one) for pair in pairs for one in pair):
                yield self.book.facts[fact].listed, pairs


def _ranked(asked: Iterable[Asked]) -> tuple[tuple[Asked, ...], tuple[Ranked, ...]]:
    """Return tests, and apart from them those that compare a fact with constants, together for each fact."""
    rest: list[Asked] = []
    cuts: dict[tuple[Ref, str | None], set[int]] = {}
    for one in asked:
        found = _cuts_of(one.condition) if one.this is None else None
        if found is None or not isinstance(one.condition, Test):
            rest.append(one)
        else:
            cuts.setdefault((one.condition.ref, one.listed), set()).update(found)
    ranked = (Ranked(ref, listed, tuple(sorted(found))) for (ref, listed), found in cuts.items())
    return tuple(rest), tuple(ranked)


def _cuts_of(condition: Condition) -> Sequence[int] | None:
    """Return the numbers from which on a test of a fact by constants comes out otherwise, else None."""
    if (
        not isinstance(condition, Test)
        or condition.operator in ("known", "happened")
        or condition.ref.kind != "fact"
        or condition.ref.type in WITHOUT_ORDER
    ):
        return None
    type = condition.ref.type  # a date can be compared with an instant, too
    constants = [one for one in condition.operands if isinstance(one, Constant) and one.type is type]
    keys = [comparison_key(one.value) for one in constants]
    limits = [key for key in keys if isinstance(key, int)]
    if len(limits) < len(condition.operands):
        return None
    match condition.operator:
        case "at_least" | "less_than":
            return limits
        case "at_most" | "more_than":
            return [limit + 1 for limit in limits]
        case "is" | "one_of":
            return [at for limit in limits for at in (limit, limit + 1)]
        case _:
            return None
