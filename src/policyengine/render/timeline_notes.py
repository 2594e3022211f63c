"""What the steps of a timeline rest on, each rule and clock once and under one number."""

from __future__ import annotations

from policyengine.frozen import Frozen
from policyengine.model.rulebook import Deadline, Rule
from policyengine.outcome.timeline import ClockStep, Timeline, Turn
from policyengine.render.naming import Naming


class Note(Frozen):
    """A rule or a clock: its number, its title, and the words of the source, which may be none."""

    number: int
    title: str
    quote: str


class Notes:
    """The notes of one timeline, numbered as the steps come; no place of a file is told."""

    def __init__(self, timeline: Timeline, naming: Naming) -> None:
        self._notes: dict[str, Note] = {}
        for step in timeline.steps:
            for part in _parts(step.what):
                quote = naming.source(part.source)
                if quote and _key(part) not in self._notes:
                    number = len(self._notes) + 1
                    self._notes[_key(part)] = Note(number, naming.text(part.title), quote)

    @property
    def all(self) -> tuple[Note, ...]:
        """Return the notes in the order of their numbers."""
        return tuple(self._notes.values())

    def of(self, what: object) -> tuple[Note, ...]:
        """Return the notes of a step, or of a clock."""
        found = (self._notes.get(_key(part)) for part in _parts(what))
        return tuple(one for one in found if one is not None)


def _parts(what: object) -> tuple[Rule | Deadline, ...]:
    if isinstance(what, Turn):
        return what.rules
    if isinstance(what, ClockStep):
        return (what.deadline,)
    return (what,) if isinstance(what, Deadline) else ()


def _key(part: Rule | Deadline) -> str:
    return f"{type(part).__name__} {part.id}"
