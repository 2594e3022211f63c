"""What the columns of a table of cases mean: facts by name or title, lists, groups, the name of the case."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.key_names import path_of
from policyengine.model.lookup import CASE, Lookup, Unknown
from policyengine.model.rulebook import Fact
from policyengine.reading.case.header import NOTES
from policyengine.syntax.keys import Path
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.literals import ValueType

Kind = Literal["fact", "list", "group", "id", "as_of", "ignored"]
_MOST_COLUMNS = 5_000


class Column(Frozen):
    """What one column holds, and the steps to it in a case."""

    kind: Kind
    path: Path = ()


class Columns(Frozen):
    """What the columns of a table hold, in their order."""

    columns: tuple[Column, ...]


class Named(Frozen):
    """Columns, or keys of JSON cases, that are no facts.

    ``id`` is what names a case: a fact, or something beside the facts. ``as_of`` is what says when it is
    judged, where that is no fact. ``ignored`` are left out, with what is in them.
    """

    id: str = "case"
    as_of: str = "as_of"
    ignored: tuple[str, ...] = ()


def fact_of(lookup: Lookup, name: str) -> Fact | None:
    """Return the fact, given once in a case, that a name or title means; None if it means no such one."""
    names = {one.name for one in lookup.find(name, ("fact",))}
    fact = lookup.book.facts[names.pop()] if len(names) == 1 else None
    return fact if fact is not None and fact.listed is None and fact.role == "given" else None


class ColumnFinder:
    """Understands the heads of tables."""

    def __init__(self, lookup: Lookup, named: Named) -> None:
        """``lookup`` knows the rulebook."""
        self.lookup = lookup
        self.book = lookup.book
        self.named = named

    def find(self, file: str, head: Sequence[str]) -> Columns:
        """Return what columns hold. Raises FaultsFound with everything that cannot be understood."""
        faults: list[Diagnostic] = []
        found: list[Column] = []
        places: dict[Path, str] = {}
        if len(head) > _MOST_COLUMNS:
            what = message("the table has more than {limit} columns", limit=_MOST_COLUMNS)
            raise FaultsFound([error("wrong-shape", what, Span(file, 1, 1, 1, 2))])
        for name in head:
            column = self._column(name.strip())
            if isinstance(column, Unknown):
                faults.append(_fault(file, name, column.what, self._or_leave(column.help, name, head)))
                continue
            if column.kind != "ignored" and column.path in places:
                what = message(
                    "two columns mean `{name}`: `{first}` and `{second}`",
                    name=_shown(column.path),
                    first=places[column.path],
                    second=name,
                )
                faults.append(_fault(file, name, what, message("leave one of them out with --ignore")))
            if column.kind != "ignored":
                places[column.path] = name
            found.append(column)
        faults += self._overlapping(file, places)
        faults += self._not_there(file, found)
        if faults:
            raise FaultsFound(faults)
        return Columns(tuple(found))

    def _overlapping(self, file: str, places: Mapping[Path, str]) -> Iterator[Diagnostic]:
        """Tell of columns that hold a part of what another one holds as a whole."""
        for path, name in places.items():
            around = next((path[:size] for size in range(1, len(path)) if path[:size] in places), None)
            if around is not None:
                what = message("`{whole}` is a column too, and already contains it", whole=places[around])
                yield _fault(file, name, what, message("leave one of them out with --ignore"))

    def _not_there(self, file: str, found: Sequence[Column]) -> Iterator[Diagnostic]:
        """Tell of columns that were asked for by name and are not there."""
        kinds = {one.kind for one in found}
        usual = Named()
        asked: tuple[tuple[Kind, str, str], ...] = (
            ("id", self.named.id, usual.id),
            ("as_of", self.named.as_of, usual.as_of),
        )
        for kind, name, default in asked:
            if name != default and kind not in kinds and self.lookup_fact(name) is None:
                what = message("there is no column `{name}`", name=shorten(name))
                help: Message | None = message("check --id and --as-of")
                key = self.lookup.key(name, ("fact",))
                if isinstance(key, Unknown) and self.lookup.find(name, ("fact",)):
                    what, help = key.what, key.help
                yield error("unknown-fact", what, Span(file, 1, 1, 1, 2), help)

    def lookup_fact(self, name: str) -> Fact | None:
        """Return the fact, given once in a case, that a name or title means."""
        return fact_of(self.lookup, name)

    def refuse_floats(self, file: str, paths: Iterable[Path]) -> None:
        """Raise FaultsFound if floating-point numbers stand where a fact has to be exact."""
        faults = []
        for path in paths:
            name = ".".join(step for step in path if isinstance(step, str))
            fact = self.book.facts.get(name)
            if fact is not None and fact.type is not ValueType.COUNT:
                what = message(
                    "floating-point numbers are not exact enough for the type {type}",
                    type=TYPE_WORDS[fact.type],
                )
                help = message("write the column as decimals, or as text")
                faults.append(_fault(file, name, what, help))
        if faults:
            raise FaultsFound(faults)

    def _or_leave(self, help: Message | None, name: str, head: Sequence[str]) -> Message:
        """Return what to do about a column that nobody knows."""
        words = shlex.quote(shorten(name))
        has_id = self.named.id in head
        if help is None or not name:
            return help or message("leave the column out with `--ignore {name}`", name=words)
        if has_id:
            return message("`--ignore {name}` leaves the column out; else: {help}", name=words, help=help)
        return message(
            "`--ignore {name}` leaves the column out, `--id {name}` takes it as the name of the case;"
            " else: {help}",
            name=words,
            help=help,
        )

    def _column(self, name: str) -> Column | Unknown:
        if name in self.named.ignored:
            return Column("ignored")
        if name == self.named.id and self.lookup_fact(name) is None:
            return Column("id", ("case",))
        if name == self.named.as_of:
            return Column("as_of", ("as_of",))
        if not name:
            return Unknown(message("a column has no name"), message("name it, or remove it"))
        if any(path.startswith(f"{name}.") for path in self.book.facts) and name not in self.book.lists:
            return Column("group", tuple(name.split(".")))
        key = self.lookup.key(name, CASE)
        if isinstance(key, Unknown):
            return Column("ignored") if name == NOTES else key
        fact = self.book.facts.get(key[0])
        if fact is not None and fact.role != "given":
            what = message("rules conclude `{name}`: a case cannot give it", name=fact.path)
            return Unknown(what, None)
        return Column("fact" if fact is not None else "list", path_of(self.book, key))


def _fault(file: str, name: str, what: Message, help: Message) -> Diagnostic:
    return error(
        "unknown-fact",
        message("column `{name}`: {what}", name=shorten(name), what=what),
        Span(file, 1, 1, 1, 2),
        help,
    )


def _shown(path: Path) -> str:
    return ".".join(str(step) for step in path)


def nest(columns: Iterable[Column], values: Iterable[object]) -> dict[str, object]:
    """Return what a row says, nested as in a case; what is None is not said."""
    case: dict[str, object] = {}
    for column, value in zip(columns, values, strict=False):
        if value is None or column.kind == "ignored":
            continue
        if column.kind == "group" and isinstance(value, Mapping):
            _put_group(case, column.path, value)
        else:
            _put(case, column.path, value)
    return case


def _put(case: dict[str, object], path: Path, value: object) -> None:
    level: object = case
    for step, following in pairwise(path):
        inner: object = [] if isinstance(following, int) else {}
        if isinstance(level, dict):
            level = level.setdefault(step, inner)
        elif isinstance(level, list) and isinstance(step, int):
            level.extend({} for _ in range(step + 1 - len(level)))
            level = level[step]
    if isinstance(level, dict):
        level[path[-1]] = value


def _put_group(case: dict[str, object], path: Path, value: Mapping[str, object]) -> None:
    """Put the parts of a group beside those that other columns give."""
    for name, part in value.items():
        if isinstance(part, Mapping):
            _put_group(case, (*path, name), part)
        elif part is not None:
            _put(case, (*path, name), part)
