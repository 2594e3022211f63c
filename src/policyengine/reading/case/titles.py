"""Titles in the place of names: a case may call things as the rulebook does in front of people.

A title stands where its name would, in the group or record of the fact, or at the top of the case. Of a case
that is written by names, nothing of this is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.did_you_mean import one_of
from policyengine.frozen import Frozen
from policyengine.model.lookup import CASE, Lookup, plain_title
from policyengine.model.rulebook import Fact, RecordList, Rulebook
from policyengine.reading.case.header import free_names
from policyengine.reading.case.shape import Shape
from policyengine.syntax.keys import Path, format_path
from policyengine.values.escaping import shorten


class Wrong(Frozen):
    """A name that is no use, and why; ``written`` is where the case has it."""

    code: str
    what: Message
    path: Path
    written: Path
    help: Message | None


class Named(Frozen):
    """A case by the names of the rulebook.

    ``spelled`` tells where something stands that is written by a title, by the path that it has by its name.
    """

    value: dict[str, object]
    spelled: Mapping[Path, Path] = {}
    wrong: tuple[Wrong, ...] = ()


def by_names(book: Rulebook, lookup: Lookup, shape: Shape, value: Mapping[str, object]) -> Named:
    """Return a case in which every title is its name; what is unknown stays as it is."""
    naming = _Naming(book, lookup)
    naming.level(value, shape, (), ())
    return Named(naming.found, naming.spelled, tuple(naming.wrong))


class _Naming:
    """The naming of one case."""

    def __init__(self, book: Rulebook, lookup: Lookup) -> None:
        self.book = book
        self.lookup = lookup
        self.found: dict[str, object] = {}
        self.spelled: dict[Path, Path] = {}
        self.wrong: list[Wrong] = []

    def level(self, value: Mapping[str, object], shape: Shape, path: Path, written: Path) -> None:
        """Put what stands at one level under its names; ``written`` is the path as the case writes it."""
        free = free_names(shape) if not path else ()
        for name, part in value.items():
            here, inner = (*path, name), shape.parts.get(name)
            if inner is None and name not in free:
                meant = self._meant(name, part, shape, path, (*written, name))
                if meant is None:
                    continue
                here, inner = meant
            if isinstance(inner, Shape) and isinstance(part, dict):
                self.level(part, inner, here, (*written, name))
            else:
                self._put(here, self._records(inner, part, here, (*written, name)), (*written, name))

    def _meant(
        self, name: str, part: object, shape: Shape, path: Path, written: Path
    ) -> tuple[Path, Shape | Fact | RecordList | None] | None:
        """Return what a title means at a level, itself if it is none; of one that means several, tell it."""
        groups = [*self._groups(name, shape)] if not path and isinstance(part, dict) else []
        if len(groups) == 1:
            return (groups[0],), shape.parts[groups[0]]
        prefix = "".join(f"{step}." for step in path)
        found = {one: None for one in self._titled(name) if one.startswith(prefix)}
        if len(found) > 1:
            self._several(name, written, one_of([*sorted(found)]))
            return None
        records = [] if path else [*dict.fromkeys(self._of_records(name))]
        if found and records:
            help = message(
                "write `{name}`, or put it in a record of {lists}",
                name=next(iter(found)),
                lists=listing(records),
            )
            self._several(name, written, help)
            return None
        if not found:
            return (*path, name), None
        steps = tuple(next(iter(found)).split("."))
        leaf = self.book.lists.get(".".join(steps))
        return steps, leaf

    def _several(self, name: str, written: Path, help: Message) -> None:
        what = message("`{name}` means several things", name=shorten(name))
        self.wrong.append(Wrong("unknown-fact", what, written, written, help))

    def _of_records(self, title: str) -> Iterator[str]:
        """Return the lists whose records have a fact with this title."""
        if title not in self.book.facts and title not in self.book.lists:
            for one in self.lookup.find(title, CASE):
                if one.kind == "fact" and one.listed is not None and one.record is None:
                    yield one.listed

    def _groups(self, title: str, shape: Shape) -> Iterator[str]:
        """Return the groups that belong to a party with this title."""
        for group, part in shape.parts.items():
            party = self.book.parties.get(group)
            if isinstance(part, Shape) and party is not None and _has_title(party.title.all, title):
                yield group

    def _titled(self, title: str) -> Iterator[str]:
        """Return the facts and lists that are not of a record and have this title."""
        if title in self.book.facts or title in self.book.lists:
            return  # a name with dots, which is told to be nested
        for one in self.lookup.find(title, CASE):
            if one.record is None and (one.kind == "list" or one.listed is None):
                yield one.name

    def _records(self, inner: object, part: object, path: Path, written: Path) -> object:
        """Return the records of a list with the names of their facts."""
        if not isinstance(inner, RecordList) or not isinstance(part, list):
            return part
        return [
            self._record(inner, one, (*path, number), (*written, number)) if isinstance(one, dict) else one
            for number, one in enumerate(part)
        ]

    def _record(
        self, listed: RecordList, record: Mapping[str, object], path: Path, written: Path
    ) -> dict[str, object]:
        facts = [self.book.facts[one] for one in listed.fields]
        fields = {one.path.removeprefix(f"{listed.path}."): one.title.all for one in facts}
        found: dict[str, object] = {}
        for name, part in record.items():
            known = [name] if name in fields else [one for one in fields if _has_title(fields[one], name)]
            field = known[0] if len(known) == 1 else name
            here, there = (*path, field), (*written, name)
            if len(known) > 1:
                what = message("`{name}` means several things", name=shorten(name))
                self.wrong.append(Wrong("unknown-fact", what, there, there, one_of(known)))
            elif field in found:
                self._twice(here, there)
            else:
                found[field] = part
                self._spell(here, there)
        return found

    def _put(self, path: Path, part: object, written: Path) -> None:
        level: object = self.found
        for step in path[:-1]:
            level = level.setdefault(str(step), {}) if isinstance(level, dict) else None
        if not isinstance(level, dict):
            return  # something stands in the place of its group, which is told
        last = str(path[-1])
        if isinstance(level.get(last), dict) and not isinstance(part, dict):
            level[last] = part  # a group that is none, which is told
        elif last in level:
            self._twice(path, written)
        else:
            level[last] = part
            self._spell(path, written)

    def _twice(self, path: Path, written: Path) -> None:
        what = message(
            "`{name}` is said twice: as `{first}` and as `{second}`",
            name=format_path(path),
            first=shorten(format_path(self.spelled.get(path, path))),
            second=shorten(format_path(written)),
        )
        self.wrong.append(Wrong("duplicate-key", what, path, written, message("keep one of the two")))

    def _spell(self, path: Path, written: Path) -> None:
        if path != written:
            self.spelled[path] = written


def _has_title(titles: Iterable[str], written: str) -> bool:
    wanted = plain_title(written)
    return any(plain_title(one) == wanted for one in titles)
