"""Everything that an answer rests on, as a graph whose size is that of the case.

What names of the whole case rest on is a set of bits, for there are only as many as the rulebook has. What
rests on records is a graph: an answer about a record that rests on a question about all records points to
what that question rests on, and does not repeat it. So a case with twice the records takes twice the memory,
and whoever tells of every record can tell of each only once (:meth:`Support.told`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Findings

Kind = Literal["fact", "rule", "parameter", "deadline", "amount", "assumption", "provisional", "figure"]
Item = tuple[Kind, Key]
Items = tuple[Item, ...] | list[Item]
PROVISIONAL: Item = ("provisional", ("", None))
"""Stands for a calendar that is not published yet: a clock, a window or a formula counts by it."""


class Label(Frozen):
    """By what a shared part of the graph is known: a name, or a question about a list and where it is asked.

    ``record`` is where a question goes on that the records before could not answer.
    """

    name: str
    place: Span | None = None
    record: int | None = None


class Node:
    """What something rests on: bits for what concerns the whole case, items for records, and other nodes.

    One with a ``label`` is shared by what is said of several records.
    """

    __slots__ = ("below", "label", "mask", "own")

    def __init__(
        self, mask: int, own: tuple[Item, ...], below: tuple[Node, ...], label: Label | None
    ) -> None:
        """``mask`` has the bits of the nodes below, too."""
        self.mask = mask
        self.own = own
        self.below = below
        self.label = label


Rest = int | Node
"""A node, or its bits alone where it rests on no record."""
Roots = tuple[tuple[Items, Rest], ...]


class Sum:
    """Collects what something rests on."""

    __slots__ = ("below", "mask", "own")

    def __init__(self, mask: int = 0) -> None:
        """Begin with some bits."""
        self.mask = mask
        self.own: dict[Item, None] = {}
        self.below: dict[Node, None] = {}

    def of(self, name: str, record: int | None) -> Rest:
        """Return it as what a name rests on, which several records may."""
        if not self.own and not self.below:
            return self.mask
        return self.rest(Label(name) if record is None else None)

    def add(self, rest: Rest) -> None:
        """Add what something else rests on."""
        if isinstance(rest, int):
            self.mask |= rest
            return
        self.mask |= rest.mask
        if rest.below or rest.label is not None:
            self.below[rest] = None
        else:
            self.own.update(dict.fromkeys(rest.own))

    def rest(self, label: Label | None = None) -> Rest:
        """Return it; ``label`` says how it is known where several records rest on it."""
        if not self.own and not self.below:
            return self.mask
        if len(self.below) == 1 and not self.own:
            only = next(iter(self.below))
            if only.mask == self.mask and (label is None or only.label is not None):
                return only
        return Node(self.mask, tuple(self.own), tuple(self.below), label)


class Reader(Protocol):
    """Knows what of a case comes out otherwise under other readings."""

    def leant_on(
        self, states: Iterable[Key], rules: Iterable[Key], known: Container[str], is_all: bool
    ) -> Iterable[str]:
        """Return the assumptions, beside those known, without which something asked about would be another.

        That are some states, and whether some rules hold; ``is_all``: of hardly anything else is it asked.
        """
        ...


class Leaning(NamedTuple):
    """Answers of a case that lean on more than their reasons name: states, and whether rules hold."""

    reader: Reader
    states: tuple[Key, ...]
    rules: tuple[Key, ...] = ()


class Told(Frozen):
    """What is told where an answer is told: its own items, and what is told elsewhere."""

    items: frozenset[Item]
    see: tuple[tuple[Label, Support], ...]


def unconfirmed_under(book: Rulebook, supports: Iterable[Support]) -> tuple[str, ...]:
    """Return the overlays whose figures, which nobody has confirmed, are among what something rests on."""
    if not any(overlay.active for overlay in book.overlays):
        return ()
    names = {name for support in supports for name in support.parameters}
    return tuple(sorted({book.parameters[name].unconfirmed for name in names} - {""}))


class Support:
    """Everything that an answer rests on, through all rules, deadlines and amounts."""

    __slots__ = ("_find", "_findings", "_found", "_leaning")

    def __init__(
        self,
        find: Callable[[], Roots],
        findings: Findings | None = None,
        leaning: tuple[Leaning, ...] = (),
    ) -> None:
        """``find`` is called when it is first asked for: much that is judged is never explained.

        With ``findings``, records that they do not have are left out. ``leaning`` tells who finds the
        assumptions that no reason names and without which the answer would be another: that takes long, and
        is seldom asked.
        """
        self._find = find
        self._found: Roots | None = None
        self._findings = findings
        self._leaning = leaning

    def leaning(self, *more: Leaning) -> Support:
        """Return the same, leaning on more beside its reasons."""
        return Support(lambda: self._roots, self._findings, (*self._leaning, *more))

    @property
    def _roots(self) -> Roots:
        """Each root with the items that its bits stand for."""
        if self._found is None:
            self._found = self._find()
        return self._found

    @staticmethod
    def union(supports: Iterable[Support]) -> Support:
        """Return what any of them rests on; they can be of several explanations."""
        kept = [*supports]

        def find() -> Roots:
            roots = {(id(items), rest): (items, rest) for one in kept for items, rest in one._roots}
            return tuple(roots.values())

        findings = next((one._findings for one in kept if one._findings is not None), None)
        return Support(find, findings, tuple(more for one in kept for more in one._leaning))

    def within(self, findings: Findings) -> Support:
        """Return what is left without the records that a case was only supposed to have."""
        return Support(lambda: self._roots, findings, self._leaning)

    def _bits(self) -> Iterator[Item]:
        masks: dict[int, tuple[Items, int]] = {}
        for items, rest in self._roots:
            before = masks.get(id(items), (items, 0))[1]
            masks[id(items)] = (items, before | (rest if isinstance(rest, int) else rest.mask))
        for items, mask in masks.values():
            yield from [items[number] for number, bit in enumerate(reversed(bin(mask))) if bit == "1"]

    def _nodes(self, stop_at_labels: bool) -> tuple[dict[Node, None], dict[Node, Items]]:
        """Return the nodes that are reached, and those at which it was stopped with what their bits mean."""
        reached: dict[Node, None] = {}
        stopped: dict[Node, Items] = {}
        for items, rest in self._roots:
            waiting = [rest] if isinstance(rest, Node) and rest not in reached else []
            reached.update(dict.fromkeys(waiting))
            while waiting:
                for node in waiting.pop().below:
                    if stop_at_labels and node.label is not None:
                        stopped[node] = items
                    elif node not in reached:
                        reached[node] = None
                        waiting.append(node)
        return reached, stopped

    def items(self) -> frozenset[Item]:
        """Return all of it."""
        return self._items(self._nodes(False)[0]) | self._leant_on()

    def _items(self, reached: Iterable[Node]) -> frozenset[Item]:
        items = (*self._bits(), *(item for node in reached for item in node.own))
        return frozenset(item for item in items if self._has(item))

    def _has(self, item: Item) -> bool:
        kind, (name, record) = item
        if self._findings is None or record is None:
            return True
        known: Mapping[Kind, Container[Key]] = {
            "fact": self._findings.states,
            "rule": self._findings.rules,
            "deadline": self._findings.deadlines,
            "amount": self._findings.amounts,
            "parameter": self._findings.states,
        }
        return (name, record) in known.get(kind, ())

    def _of(self, kind: Kind) -> frozenset[Key]:
        return frozenset(key for one, key in self._items(self._nodes(False)[0]) if one == kind)

    def _leant_on(self) -> frozenset[Item]:
        """Return the assumptions beside those that reasons name."""
        leant_on = self._read_otherwise(self._named()) if self._leaning else ()
        return frozenset(("assumption", (assumption, None)) for assumption in leant_on)

    def _read_otherwise(self, named: frozenset[str]) -> Iterator[str]:
        """Return the assumptions beside those named without which it would be another."""
        is_all = len(self._leaning) > 1
        for number, reader in {id(one.reader): one.reader for one in self._leaning}.items():
            own = [one for one in self._leaning if id(one.reader) == number]
            states = [key for one in own for key in one.states]
            yield from reader.leant_on(states, [key for one in own for key in one.rules], named, is_all)

    def _named(self) -> frozenset[str]:
        return frozenset([name for kind, (name, _) in self._bits() if kind == "assumption"])

    def told(self) -> Told:
        """Return what is told of an answer about a record: what it shares with others is told once, apart."""
        reached, stopped = self._nodes(True)
        labelled = ((node.label, self._of_node(items, node)) for node, items in stopped.items())
        see = tuple((label, support) for label, support in labelled if label is not None)
        return Told(self._items(reached) | self._leant_on(), see)

    def _of_node(self, items: Items, node: Node) -> Support:
        return Support(lambda: ((items, node),), self._findings)

    def is_in(self, known: set[int]) -> bool:
        """Tell whether all of its roots are among those that are known, and add them."""
        roots = {id(rest) for _, rest in self._roots}
        is_known = roots <= known
        known |= roots
        return is_known

    @property
    def facts(self) -> frozenset[Key]:
        """Facts that the case gives, or leaves out."""
        return self._of("fact")

    @property
    def rules(self) -> frozenset[Key]:
        """Rules that hold, or still could."""
        return self._of("rule")

    @property
    def deadlines(self) -> frozenset[Key]:
        """Deadlines."""
        return self._of("deadline")

    @property
    def amounts(self) -> frozenset[Key]:
        """Amounts."""
        return self._of("amount")

    @property
    def parameters(self) -> frozenset[str]:
        """Parameters, by name."""
        return frozenset(name for kind, (name, _) in self._bits() if kind in ("parameter", "figure"))

    @property
    def assumptions(self) -> frozenset[str]:
        """Assumptions, by name."""
        named = self._named()
        return named.union(self._read_otherwise(named)) if self._leaning else named

    @property
    def is_provisional(self) -> bool:
        """Tell whether it rests on a calendar that is not published yet."""
        return PROVISIONAL in self._bits()
