"""What is still possible for one answer: what a search gives."""

from __future__ import annotations

from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.outcome.refine.tree import Answer, Node
from policyengine.semantics.findings import Findings, Missing, State

Exactness = Literal["exact", "lower_bound"]


class Refined(Frozen):
    """What is still possible for one answer.

    ``state`` is the answer if all ways agree, else unknown with what matters. ``answers`` are those that some
    completion meets. ``exactness``: whether these are all; if not, ``is_cut`` tells that not everything was
    tried. ``leaves`` are the completions with what was found out about each, none for an answer that was
    determined anyway or where nothing is tried; ``waits`` is what Kleene's logic says that the answer waits
    for.
    """

    waits: frozenset[Missing]
    tree: Node
    state: State
    answers: tuple[Answer, ...]
    matters: frozenset[Missing]
    exactness: Exactness
    is_cut: bool
    leaves: tuple[tuple[Case, Findings], ...]

    @property
    def completions(self) -> int:
        """Return how many ways were tried."""
        return len(self.leaves)
