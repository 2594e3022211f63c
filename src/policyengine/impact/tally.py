"""What came out of comparing very many cases, in numbers that add up, and a few telling examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.batch.summary import Summary
from policyengine.frozen import Frozen
from policyengine.impact.cause import Cause
from policyengine.impact.view import Item, ItemKind, Seen
from policyengine.model.case import Case

MOST_EXAMPLES = 10
"""So many examples of a transition are kept, the simplest."""

Labels = tuple[str, str]


class Transition(Frozen):
    """From how an outcome or deadline came out to how it comes out now; ``is_other``: with another value."""

    kind: ItemKind
    name: str
    before: str
    after: str
    is_other: bool


class Example(Frozen):
    """A case that came out otherwise, where it stands, and when it was judged.

    ``cases`` is the case as each of the rulebooks reads it, the old one first.
    """

    file: str
    line: int
    as_of: int
    cases: tuple[Case, Case]
    item: Item
    before: Seen
    after: Seen
    cause: Cause

    @property
    def case(self) -> str:
        """The name of the case."""
        return self.cases[1].id

    @property
    def size(self) -> int:
        """How much the case says: of little is easier to see why."""
        return len(self.cases[1].values)


class Tally:
    """Numbers and examples; ``numbers`` has what is counted by place, in the words of this module.

    ``records``, ``judged``, ``changed``: how many cases there are, could be judged by both, and differ.
    ``changes outcome|duty|deadline``: those that differ, each by what weighs most of it (``BY_WEIGHT``).
    ``refused old|new``: cases that a rulebook refuses. ``matrix NAME BEFORE AFTER same|other``: outcomes.
    ``status NAME BEFORE AFTER``, ``moved NAME SECONDS``: deadlines. ``duty RULE WHO appears|vanishes``,
    ``duty RULE WHO,WHO moves``. ``needs NAME``: cases that now wait for a fact. ``cause PARTS KIND NAME``.
    ``by GROUP …``: the same of a group. ``cut``: cases of which not every moment was tried, ``unread``: files
    that could not be read to their end.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.numbers = Summary()
        self.transitions: dict[Transition, int] = {}
        self.examples: dict[Transition, list[Example]] = {}

    def take(self, transition: Transition, example: Example) -> None:
        """Count a transition, and keep its example if it is among the simplest."""
        self.transitions[transition] = self.transitions.get(transition, 0) + 1
        self._keep(transition, example)

    def _keep(self, transition: Transition, example: Example) -> None:
        """Keep an example, if it is among the simplest; of equally simple ones, and of a case, the first."""
        kept = self.examples.setdefault(transition, [])
        if any(one.cases is example.cases for one in kept):
            return  # another record of the same case
        if len(kept) < MOST_EXAMPLES or example.size < kept[-1].size:
            kept.append(example)
            kept.sort(key=lambda one: one.size)  # stable: the first stays before
            del kept[MOST_EXAMPLES:]

    def merge(self, other: Tally) -> None:
        """Take in what another one has counted of later cases."""
        self.numbers.merge(other.numbers)
        for transition, count in other.transitions.items():
            self.transitions[transition] = self.transitions.get(transition, 0) + count
        for transition, examples in other.examples.items():
            for one in examples:
                self._keep(transition, one)


def cause_name(cause: Cause) -> str:
    """Return what a cause goes by in a place of numbers."""
    return "+".join(map(str, cause))


def cause_of_name(name: str) -> Cause:
    """Return the cause of a name."""
    return tuple(int(one) for one in name.split("+")) if name else ()


BUCKETS: Sequence[int] = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)
"""The edges between which differences of money are counted, in whole units of the currency."""


def bucket(difference: int, unit: int) -> str:
    """Return between which edges a difference lies; ``unit`` is how many minor units are one whole."""
    edges: Iterable[int] = (edge * unit for edge in BUCKETS)
    return str(
        sum(1 for edge in edges if (difference > edge if edge < 0 or difference <= 0 else difference >= edge))
    )
