"""The source that is being written, and what its names mean so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from policyengine.compile.dependencies import read_by, tallies_of
from policyengine.compile.plan import Amount, Derived, Due, Expr, Plan
from policyengine.engines.compiled.dispatch import Step, names_given
from policyengine.engines.compiled.expressions import Scope, Value
from policyengine.engines.compiled.names import Names
from policyengine.engines.world import World

PARAMETERS = ("inputs", "get", "as_of", "today", "figures", "sizes", "seen", "slow")
"""What the function is given."""
_HELPERS = (
    "NOT",
    "U",
    "V",
    "C",
    "MANY",
    "ENDS",
    "FIGURES",
    "FACTS",
    "ROUND",
    "CALCULATIONS",
    "LENGTH",
    "COMPARE",
    "OTHERWISE",
    "LATEST",
    "EARLIEST",
    "MIDNIGHT",
    "EDGE",
    "TABLES",
    "ROWS",
    "PARTS",
    "NO_HITS",
)
OF_CLOCKS = ("exists", "provisional", "end")
"""What a clock has beside its values; the end is certain even where it is not that there is a clock."""


_PAUSES = ("pauses",)
"""What a clock has that can stand still, beside that: what its end and its status are found out from."""


def _of_clock(cell: Due) -> tuple[str, ...]:
    return (*OF_CLOCKS, *_PAUSES) if cell.pauses else OF_CLOCKS


class Source:
    """Lines of source, one variable for each name and rule of a Plan.

    ``slots`` are the variables by name; a cell of a record list has one list with a place for each record.
    """

    def __init__(self, plan: Plan, world: World) -> None:
        """Begin the function that judges."""
        self.world = world
        self.scope = Scope()
        taken = ("judge", *PARAMETERS, *_HELPERS, *(f"_{number}" for number in range(100)))
        self.names = Names(frozenset(taken))
        self.tallies = {question: number for number, question in enumerate(tallies_of(plan))}
        cells = [cell for stratum in plan.strata for cell in stratum.cells]
        self.scope.exact = {one.name for one in cells if isinstance(one, Amount) and one.step == 0}
        self.scope.calculated = {
            one.name for one in cells if isinstance(one, Amount | Derived) and one.sort == "duration"
        }
        self.lines = [f"def judge({', '.join(PARAMETERS)}):"]
        self.indent = 1
        self._ended = ("", 0, 0)
        """The head of the last block that could go on, where it ended, and how far in it stands."""
        self.slots: dict[str, str] = {}
        self.lists = {one.name: self.names.new(f"seen_{one.name}") for one in plan.lists}
        self.sizes = {one.name: self.names.new(f"size_{one.name}") for one in plan.lists}
        self.may_be_unknown = {one.name: not one.is_empty_if_missing for one in plan.lists}

    @property
    def text(self) -> str:
        """All that has been written."""
        return "\n".join(self.lines) + "\n"

    # ---------- lines

    def write(self, line: str) -> None:
        """Write a line where we are."""
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write what belongs to a head, one step further in."""
        self.write(head)
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.write("pass")
        self.indent -= 1

    @contextmanager
    def block_or_same(self, head: str) -> Iterator[None]:
        """Write what belongs to a head; where a block with this head ends here, that block goes on.

        What is written below changes nothing of what the head asks for.
        """
        if self._ended == (head, len(self.lines), self.indent):
            self.indent += 1
            yield
            self.indent -= 1
        else:
            with self.block(head):
                yield
        self._ended = (head, len(self.lines), self.indent)

    def chain(self) -> Chain:
        """Return an ``if`` that begins here."""
        return Chain(self)

    # ---------- names

    def variable(self, slot: str) -> str:
        """Return the new variable of a slot."""
        name = self.slots[slot] = self.names.new(slot)
        return name

    def declare(self, node: Step) -> None:
        """Give a node its variables."""
        for name in names_given(node):
            if name not in self.slots:
                self.scope.variables[name] = self.variable(name)
        if isinstance(node, Due):
            for what in _of_clock(node):
                self.variable(f"{node.deadline} {what}")

    def variables_of(self, node: Step) -> list[str]:
        """Return the variables of a node."""
        found = [self.slots[name] for name in names_given(node)]
        if isinstance(node, Due):
            found += [self.slots[f"{node.deadline} {what}"] for what in _of_clock(node)]
        return found

    def empty(self, nothing: str, listed: str | None) -> str:
        """Return the source of nothing, for the case or for each record."""
        return nothing if listed is None else f"[{nothing}] * {self.sizes[listed]}"

    # ---------- records

    @contextmanager
    def each(
        self, listed: str, exprs: Iterable[Expr], own: Iterable[str] = (), order: str = ""
    ) -> Iterator[str]:
        """Write a loop over the records of a list that are seen; what is read of each is taken out first."""
        record = self.names.new("record")
        before, outer = self.scope.local, self.scope.records
        self.scope.local = dict(before)
        self.scope.records = {**outer, listed: record}
        reads = {read.name for read in read_by(exprs) if read.listed == listed and not read.this} - set(own)
        with self.block(f"for {record} in {order or self.records(listed)}:"):
            for name in sorted(reads):
                local = self.scope.local[name] = self.names.new(f"own_{name}")
                self.write(f"{local} = {self.scope.variables[name]}[{record}]")
            for name in own:
                self.scope.local.pop(name, None)
            yield record
        self.scope.local, self.scope.records = before, outer

    def records(self, listed: str) -> str:
        """Return the source of the records that are seen; none while it is not known which there are."""
        variable = self.lists[listed]
        return f"{variable} or ()" if self.may_be_unknown[listed] else variable

    def truth(self, expr: Expr) -> str:
        """Write whether a condition holds and return the variable."""
        truth = self.names.new("truth")
        self.write(f"{truth} = {self.scope.condition(expr).as_number}")
        return truth


class Chain:
    """An ``if`` with as many other branches as it turns out to need."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._word = "if"

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write a branch."""
        with self._source.block(f"{self._word} {condition}:"):
            yield
        self._word = "elif"

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """Write the last branch."""
        if self._word == "if":
            yield
            return
        with self._source.block("else:"):
            yield


def tuple_of(values: Sequence[Value]) -> str:
    """Return the source of the tuple of some values."""
    return f"({''.join(one.text + ', ' for one in values)})"
