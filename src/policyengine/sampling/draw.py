"""One case while it is drawn: what it says so far, and what is wished of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from random import Random
from typing import TypeAlias

from policyengine.model.case import Key
from policyengine.model.conditions import AS_OF
from policyengine.values.literals import Value

Getter: TypeAlias = "Callable[[Draw, int | None, int | None], Value | None]"
"""Gives a value of what is drawn so far, for a record of a list and the record that asks (``this``)."""
Sides: TypeAlias = "tuple[int | None, int | None]"
"""The least and the greatest value that is wished, as values compare; None where there is none."""
Limit: TypeAlias = "Callable[[Draw], Sides | None]"
"""Gives the least and the greatest value that is wished; None where they cannot be told."""
Want: TypeAlias = "Callable[[Draw, int | None, int | None], None]"
"""Wishes something of a case, for a record and the record that asks."""

JUDGED: Key = (AS_OF, None)
"""The key of the instant at which the case is judged."""
_QUIET = 0.5
DEEPEST = 8
"""How far wishes and values lead to others, so that rules which rest on each other come to an end."""


class Draw:
    """The state of one case; each wish that comes first goes before those that contradict it."""

    __slots__ = (
        "barred",
        "base",
        "chosen",
        "clashes",
        "counts",
        "done",
        "fixed",
        "heads",
        "is_quiet",
        "later",
        "limits",
        "open",
        "present",
        "random",
        "relevant",
        "rows",
        "sources",
        "until",
        "values",
    )

    def __init__(self, chance: Random, base: int) -> None:
        """``base`` is the instant (epoch seconds) about which the case begins."""
        self.random = chance.random
        self.base = base
        self.values: dict[Key, Value] = {}
        self.counts: dict[str, int] = {}
        self.present: dict[Key, bool] = {}
        self.chosen: dict[Key, Callable[[Draw], Value | None]] = {}
        self.fixed: dict[Key, Value] = {}
        self.barred: dict[Key, list[Value]] = {}
        self.limits: dict[Key, list[Limit]] = {}
        self.sources: dict[Key, Getter] = {}
        self.rows: dict[str, int] = {}
        """How many records of a list are taken by wishes that each want one of their own."""
        self.later: list[tuple[Want, int | None, int | None]] = []
        """Wishes that are only wished after all others."""
        self.clashes = 0
        """How many wishes contradict earlier ones."""
        self.until: list[Limit] = []
        """What nobody wishes does not come after these."""
        self.is_quiet = self.random() < _QUIET
        """Hardly anything happens that nobody wishes."""
        self.open: set[Key] = set()
        self.heads: Collection[str] = ()
        self.relevant: Collection[str] = ()
        self.done: set[Key] = set()
        """What has been wished already: rules, states of deadlines and lists."""

    def below(self, number: int) -> int:
        """Return a whole number from 0 on, less than another one."""
        return int(self.random() * number)

    def is_new(self, name: str, record: int | None) -> bool:
        """Tell whether something is wished for the first time, and note that it is wished."""
        done = name, record
        if done in self.done:
            return False
        self.done.add(done)
        return True

    def limit(self, key: Key, limit: Limit) -> None:
        """Wish that a value is within limits."""
        found = self.limits.get(key)
        if found is None:
            self.limits[key] = [limit]
        else:
            found.append(limit)
