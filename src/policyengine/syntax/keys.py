"""How the name of something is written that belongs to a record of a list: the one home of both forms.

``r.reviews[1].stars`` is the star rating of the second review, ``answer[0].status`` the state of a clock of
the first record, ``late_answer[0]`` a rule asked of it. A dot does as well as brackets,
``r.reviews.1.stars``: it needs no quotes in YAML. What nobody numbers is named as the rulebook names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policyengine.frozen import Frozen

Path = tuple[str | int, ...]
"""The steps to a part of a case: names, and positions in lists (from 0)."""

_LONGEST_STEP = 200
_RECORD = r"\[(?P<record>[0-9]{1,9})\]|\.(?P<dotted>[0-9]{1,9})(?=\.|$)"


class Split(Frozen):
    """A written name, taken apart at the number of a record."""

    head: str
    record: int | None
    tail: str

    @property
    def name(self) -> str:
        """The name without the number."""
        return f"{self.head}.{self.tail}" if self.tail else self.head


def splits(written: str) -> Iterator[Split]:
    """Return every way to take a written name apart; the first is the whole, with no record.

    Only a title can have more than one way besides that: nothing of a rulebook is named by a number.
    """
    yield Split(written, None, "")
    for found in re.finditer(_RECORD, written):
        head, tail = written[: found.start()].rstrip(), written[found.end() :]
        if head and (not tail or (tail[0] == "." and len(tail) > 1)):
            yield Split(head, int(found["record"] or found["dotted"]), tail[1:])


def parse_name(written: str) -> Split:
    """Return a name of a rulebook and the number of a record in it, if it has one."""
    return next((one for one in splits(written) if one.record is not None), Split(written, None, ""))


def end_of_head(written: str) -> int:
    """Return where a name that ends in the number of a record ends before this number."""
    found = next((one for one in re.finditer(_RECORD, written) if one.end() == len(written)), None)
    return len(written) if found is None else found.start()


def numbered(name: str, record: int | None, tail: str = "", dotted: bool = False) -> str:
    """Return a name with the number of a record, and what follows it."""
    number = "" if record is None else f".{record}" if dotted else f"[{record}]"
    return f"{name}{number}.{tail}" if tail else f"{name}{number}"


def format_path(steps: Sequence[str | int]) -> str:
    """Return the steps to a part of a case as a name, ``r.reviews[1].stars``; long steps are cut."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step[:_LONGEST_STEP]}" for step in steps)
    return "".join(parts).removeprefix(".")
