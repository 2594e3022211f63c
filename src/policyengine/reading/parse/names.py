"""The one namespace of a rulebook: what every name stands for, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.conditions import Computed, Ref, SymbolKind
from policyengine.model.rulebook import STATUSES, Assumption, ValueSet
from policyengine.syntax.yaml_tree import Scalar
from policyengine.values.literals import ValueType

if TYPE_CHECKING:
    from policyengine.reading.parse.tables import RawTable

NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_STATUS_CHOICES = tuple(name for name, _ in STATUSES)


class Symbol(Frozen):
    """Something that has a value. ``choices`` are the values that a choice can have."""

    name: str
    kind: SymbolKind
    type: ValueType
    listed: str | None
    choices: tuple[str, ...]
    span: Span

    def ref(self, span: Span, this: bool = False) -> Ref:
        """Return a reference to it, written at the span; ``this``: of the record that asks a question."""
        return Ref(self.name, self.kind, self.type, self.listed, span, this)


class Names:
    """All names of a rulebook while it is being parsed."""

    def __init__(self, faults: list[Diagnostic], files: Mapping[str, bytes] = MappingProxyType({})) -> None:
        """Begin without names; faults are added to the list.

        ``files`` are those that rule files name, by the normal path.
        """
        self.faults = faults
        self.files = files
        self.symbols: dict[str, Symbol] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.sets: dict[str, ValueSet] = {}
        self.assumptions: dict[str, Assumption] = {}
        self.parties: tuple[str, ...] = ()
        self.rules: dict[str, Span] = {}
        self.tables: dict[str, RawTable] = {}
        """Tables whose rows have names already."""
        self.titles: dict[str, tuple[str, ...]] = {}
        """What each name is called, in all languages."""
        self.given: set[str] = set()
        self.planned: set[str] = set()
        self.for_record: set[str] = set()
        self.exact: set[str] = set()
        self.computed: dict[str, Computed] = {}
        self.combined: set[str] = set()
        self.lost: set[str] = set()
        """Names of parts with a fault that leaves open what the names stand for."""
        self.doubtful: set[str] = set()
        """Names of parts with a fault for which their type may be the wrong one."""
        self._taken: dict[str, Span] = {}

    def take(self, name: str, span: Span) -> bool:
        """Reserve a name; a second owner is a fault. Tell whether it was free."""
        first = self._taken.setdefault(name, span)
        if first is span:
            return True
        what = message("`{name}` is defined twice", name=name)
        self.faults.append(
            error("duplicate-name", what, span, message("the other definition is at {place}", place=first))
        )
        return False

    def declare(self, symbol: Symbol) -> None:
        """Add what has a value under its own name."""
        if self.take(symbol.name, symbol.span):
            self.symbols[symbol.name] = symbol

    def lose(self, name: str, span: Span) -> None:
        """Reserve the name of a part of which a fault has been told: of who asks for it, none is."""
        if self.take(name, span):
            self.lost.add(name)

    def declare_deadline(self, name: str, listed: str | None, span: Span, stands: bool = False) -> None:
        """Add the properties of a deadline; what is left of it only where it can stand still."""
        if not self.take(name, span):
            return
        for suffix, type, choices in (
            ("due", ValueType.INSTANT, ()),
            ("status", ValueType.CHOICE, _STATUS_CHOICES),
            ("settled_at", ValueType.INSTANT, ()),
            *([("left", ValueType.DURATION, ())] if stands else []),
        ):
            self.declare(Symbol(f"{name}.{suffix}", "deadline", type, listed, choices, span))

    def tell_for_record(self, name: str, span: Span) -> None:
        """Refuse a fact that is kept for the record where a decision would rest on it."""
        what = message("`{name}` is kept for the record, and no rule looks at it", name=name)
        help = message("leave `for_record` out at the fact, or name another one")
        self.faults.append(error("for-record", what, span, help))

    def is_list(self, written: Scalar) -> bool:
        """Tell whether there is a list of that name; if not, that is a fault."""
        if written.text in self.lists:
            return True
        what = message("there is no list `{name}`", name=written.text)
        self.faults.append(error("unknown-list", what, written.span, _among(written, self.lists)))
        return False

    def is_party(self, written: Scalar) -> bool:
        """Tell whether there is a party of that name; if not, that is a fault."""
        if written.text in self.parties:
            return True
        what = message("there is no party `{name}`", name=written.text)
        self.faults.append(error("unknown-party", what, written.span, _among(written, self.parties)))
        return False

    def find(self, name: str, listed: str | None) -> Symbol | None:
        """Return what a name stands for where ``listed`` is the list whose record is spoken of."""
        if listed is not None:
            own = self.symbols.get(f"{listed}.{name}")
            if own is not None and own.listed == listed:
                return own
        return self.symbols.get(name)

    def is_known(self, name: str, listed: str | None) -> bool:
        """Tell whether anything has this name, be it a list or a deadline without a value of its own."""
        return self.find(name, listed) is not None or name in self.lists or f"{name}.status" in self.symbols

    def resolve(
        self, name: str, listed: str | None, span: Span, types: tuple[ValueType, ...] = ()
    ) -> Symbol | None:
        """Return what a name stands for; an unknown one, or one of another list, is a fault.

        ``types`` are those that the place takes: they help to tell what was meant.
        """
        symbol = self.find(name, listed)
        if symbol is None:
            self.faults.append(self._unknown(name, listed, types, span))
            return None
        if symbol.listed is not None and symbol.listed != listed:
            what = message("`{name}` belongs to a record of `{list}`", name=name, list=symbol.listed)
            help = message(
                "use it in `for_each: {list}`, or in a question about that list", list=symbol.listed
            )
            self.faults.append(error("outside-list", what, span, help))
            return None
        return symbol

    def _unknown(self, name: str, listed: str | None, types: tuple[ValueType, ...], span: Span) -> Diagnostic:
        what = message("nothing is named `{name}`", name=name)
        if name in self.lists:
            what = message("`{name}` is a list and has no value of its own", name=name)
            help = message("ask about it with `any_of`, `count_of`, `first` or `last`")
            return error("unknown-name", what, span, help)
        deadline = f"{name}.status" in self.symbols
        if deadline:
            what = message("`{name}` is a deadline and has no value of its own", name=name)
            help = message("write `{name}.status`, `{name}.due` or `{name}.settled_at`", name=name)
            return error("unknown-name", what, span, help)
        if name.endswith(".left") and f"{name.removesuffix('.left')}.status" in self.symbols:
            return error("unknown-name", what, span, _NOT_LEFT)
        known = [*self.symbols]
        fitting = [one.name for one in self.symbols.values() if one.type in types and one.listed is None]
        if listed is not None:
            own = [one for one in self.symbols.values() if one.listed == listed]
            known += [one.name.removeprefix(listed + ".") for one in own]
            fitting += [one.name.removeprefix(listed + ".") for one in own if one.type in types]
        return error("unknown-name", what, span, did_you_mean(name, known, fitting) or _DECLARE)


_NOT_LEFT = message("only a deadline with `pauses` has time left; for any other, `due` says when it ends")
_DECLARE = message("declare it in facts.yaml, or as a parameter, deadline or amount of a policy")


def _among(written: Scalar, known: Collection[str]) -> Message | None:
    """Return which of the known names is meant, or what they are."""
    return did_you_mean(written.text, known) or one_of(known)
