"""The facts of one case, typed by the vocabulary: what an engine is given to judge."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.frozen import Frozen
from policyengine.values.literals import Value

Key = tuple[str, int | None]
"""A name and, for what belongs to a record of a list, the record's position (from 0)."""


class Case(Frozen):
    """What somebody says has happened, whenever it did: an engine hides what is later than its ``as_of``.

    ``values`` holds the facts that are given, ``records`` how many records each given list has. A fact or
    list that is not given is in neither. ``figures`` are values for parameters that the rules leave without
    one, to see what would follow from them. ``as_of`` is the instant (epoch seconds) at which it asks to be
    judged, if it does. ``notes`` are what its writer wants to be read beside the decision: no engine sees
    them.
    """

    id: str
    file: str
    values: Mapping[Key, Value]
    records: Mapping[str, int]
    figures: Mapping[str, Value] = {}  # a Struct copies it
    as_of: int | None = None
    notes: str = ""
