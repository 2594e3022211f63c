"""What has been read of a case so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.model.rulebook import Fact, Rulebook
from policyengine.reading.case.source import Source
from policyengine.syntax.keys import Path, format_path
from policyengine.syntax.limits import MAX_FAULTS
from policyengine.values.literals import Value

if TYPE_CHECKING:
    from policyengine.model.lookup import Lookup

LEAVE_OUT = message("leave it out, or write it as a remark behind a `#` or under `notes`")
LEAVE_OUT_OF_JSON = message("leave it out, or write it under `notes`")
"""What to do about a name that no fact has and that is like none: whoever writes a case has no facts.yaml."""


class _Found(Frozen):
    """A fault whose place is still to be found."""

    code: str
    what: Message
    path: Path
    help: Message | None
    is_key: bool
    written: Path | None


class Draft:
    """The reading of one case: every pass puts into it what it finds."""

    def __init__(self, book: Rulebook, source: Source, find_lookup: Callable[[], Lookup]) -> None:
        """``source`` knows where the parts of the case stand, the lookup what titles mean."""
        self.book = book
        self.find_lookup = find_lookup
        self.source = source
        self.id = ""
        self.as_of: int | None = None
        self.notes = ""
        self.values: dict[Key, Value] = {}
        self.records: dict[str, int] = {}
        self.seen: set[Key] = set()  # given, perhaps with a fault that has been told
        self.is_misspelt = False  # a name is unknown: what seems to be missing may be what it means
        self.spelled: Mapping[Path, Path] = {}
        self._faults: list[_Found] = []

    @property
    def has_faults(self) -> bool:
        """Tell whether anything is wrong."""
        return bool(self._faults)

    @property
    def is_full(self) -> bool:
        """Tell whether as much is wrong as anybody reads."""
        return len(self._faults) >= MAX_FAULTS

    def fault(
        self,
        code: str,
        what: Message,
        path: Path,
        help: Message | None = None,
        key: bool = False,
        written: Path | None = None,
    ) -> None:
        """Note a fault of a value, or of its ``key``; ``written`` is where that stands, if by no name."""
        if not self.is_full:
            self._faults.append(_Found(code, what, path, help, key, written))

    @property
    def leave_out(self) -> Message:
        """What to do about a name that no fact has and that is like none."""
        return LEAVE_OUT if self.source.is_yaml else LEAVE_OUT_OF_JSON

    def refuse_derived(self, fact: Fact, path: Path) -> None:
        """Note that a case says what only rules can."""
        what = message("rules conclude `{name}`: a case cannot give it", name=fact.path)
        self.fault("derived-fact", what, path, message("leave it out"), key=True)

    def diagnostics(self) -> list[Diagnostic]:
        """Return everything that is wrong, by its place."""
        spans = self.source.places(
            [(one.written or self._written(one.path), one.is_key) for one in self._faults]
        )
        found = [
            replace(
                error(one.code, one.what, span, one.help),
                path=format_path(one.path),
                title=self._title(one.path),
            )
            for one, span in zip(self._faults, spans, strict=True)
        ]
        return sorted(found, key=lambda one: one.order)

    def _title(self, path: Path) -> Text:
        """Return what the rulebook calls the fact at a place of a case, nothing where there is none."""
        fact = self.book.facts.get(".".join(step for step in path if isinstance(step, str)))
        return Text() if fact is None else fact.title

    def _written(self, path: Path) -> Path:
        """Return the path as the case writes it, perhaps by titles; what an option has set has none there."""
        if self.spelled and not self.source.is_set(path):
            for length in range(len(path), 0, -1):
                if path[:length] in self.spelled:
                    return (*self.spelled[path[:length]], *path[length:])
        return path
