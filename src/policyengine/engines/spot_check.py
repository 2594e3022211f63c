"""A second engine that judges some of many cases again: a fault of an engine shall not go unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policyengine.model.case import Case
from policyengine.semantics.findings import Engine, Findings

EVERY = 1_000
"""One case in so many is judged again, and the first."""

_COMPARED = ("states", "rules", "firings", "deadlines", "amounts")


class EnginesDiffer(Exception):
    """Two engines found different things about a case: a fault of the program.

    ``case`` is the one, ``as_of`` the instant in epoch seconds, ``difference`` the first thing that differs.
    """

    def __init__(self, case: Case, as_of: int, difference: str) -> None:
        """Hold everything that is needed to find out why."""
        super().__init__(difference)
        self.case = case
        self.as_of = as_of
        self.difference = difference


class SpotCheck:
    """Judges one case in ``EVERY`` with another engine and compares what was found."""

    def __init__(self, make: Callable[[], Engine], later: bool = False) -> None:
        """``make`` gives the other engine, when the first case is judged again; ``later``: not the first."""
        self._make = make
        self._engine: Engine | None = None
        self._count = int(later)

    def check(self, case: Case, as_of: int, findings: Findings) -> None:
        """Compare the findings about a case, if it is one that is judged again. Raises EnginesDiffer."""
        is_due = self._count % EVERY == 0
        self._count += 1
        if not is_due:
            return
        if self._engine is None:
            self._engine = self._make()
        difference = _difference(findings, self._engine.run(case, as_of))
        if difference:
            raise EnginesDiffer(case, as_of, difference)


def _difference(one: Findings, other: Findings) -> str:
    for name in _COMPARED:
        left, right = getattr(one, name), getattr(other, name)
        if left == right:
            continue
        if not isinstance(left, Mapping):
            return f"{name}: {left} and {right}"
        key = next(key for key in sorted({*left, *right}, key=repr) if left.get(key) != right.get(key))
        return f"{name} {key}: {left.get(key)} and {right.get(key)}"
    return ""
