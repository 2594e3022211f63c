"""Names of Python variables for the cells of a Plan."""

from __future__ import annotations

import keyword
import re

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


class Names:
    """Hands out names that are readable, valid and different from each other."""

    def __init__(self, taken: frozenset[str]) -> None:
        """``taken`` are names that mean something else."""
        self._taken = set(taken)

    def new(self, wanted: str) -> str:
        """Return a name like the one that is wanted."""
        plain = _NOT_IN_NAMES.sub("_", wanted)
        if not plain or plain[0].isdigit():
            plain = f"_{plain}"
        if keyword.iskeyword(plain):
            plain += "_"
        name, number = plain, 1
        while name in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name)
        return name
