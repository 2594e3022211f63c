"""The events of the YAML parser, and what it says of a text that it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml


class SyntaxFault(Exception):
    """What the YAML parser said, and where (line, column from 0) it is best shown and was noticed."""

    def __init__(self, problem: str, place: tuple[int, int], noticed: tuple[int, int]) -> None:
        """Hold all three."""
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.noticed = noticed


def events(text: str) -> Iterator[Any]:
    """Return the events of a text one by one. Raises SyntaxFault where it cannot be read on."""
    # Not at the top: the start-up of commands that read no YAML must not pay for it.
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        place = _best_place(fault)
        noticed = (mark.line, mark.column) if mark else place
        raise SyntaxFault(fault.problem or "", place, noticed) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the pure Python scanner lets the last two out
        raise SyntaxFault("", (0, 0), (0, 0)) from None


def _best_place(fault: yaml.MarkedYAMLError) -> tuple[int, int]:
    """Choose between where the parser gave up and where the thing begins that it could not read."""
    began, noticed = fault.context_mark, fault.problem_mark
    unfinished = (fault.context or "").endswith(("a simple key", "flow sequence", "flow mapping"))
    at_end = noticed is None or "end of stream" in (fault.problem or "")
    mark = began if began and (unfinished or at_end) else noticed
    return (mark.line, mark.column) if mark else (0, 0)
