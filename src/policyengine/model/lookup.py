"""What is meant by what a person writes: a name of the rulebook, or a title.

What cannot be meant is told with what can be written instead, and that is always a name that is taken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from policyengine.diagnostics.diagnostic import Called, Listing, Message, message
from policyengine.diagnostics.did_you_mean import closest, one_of
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.model.key_names import PROPERTY_TITLES, format_key, parts_of
from policyengine.model.rulebook import Rulebook
from policyengine.syntax.keys import Split, numbered, parse_name, splits
from policyengine.values.escaping import shorten

Kind = Literal[
    "fact",
    "list",
    "set",
    "parameter",
    "amount",
    "property",
    "deadline",
    "rule",
    "table",
    "assumption",
    "clause",
    "policy",
    "report",
    "letter",
]
VALUES: tuple[Kind, ...] = ("fact", "parameter", "amount", "property")
"""What has a value; the title of a deadline stands for its state."""
RULES: tuple[Kind, ...] = ("rule",)
CARDS: tuple[Kind, ...] = (
    "rule",
    "table",
    "deadline",
    "amount",
    "parameter",
    "fact",
    "list",
    "set",
    "assumption",
    "clause",
    "policy",
    "property",
    "letter",
)
"""What ``show`` prints a card of."""
CASE: tuple[Kind, ...] = ("fact", "list")
"""What a case can say."""
REPORTS: tuple[Kind, ...] = ("report",)
BECAUSE: tuple[Kind, ...] = ("rule", "table")
"""What a test can name as the reason of an answer."""

_MANY = 12  # names that a help can list


# ---------- what is meant by a written name


class Named(Frozen):
    """Something that a person named; there is one for each record of the list ``listed``, if it has one."""

    kind: Kind
    name: str
    listed: str | None
    record: int | None

    @property
    def key(self) -> Key:
        """Its key in the findings of a case."""
        return self.name, self.record


class Unknown(Frozen):
    """Why a written name cannot be taken, and what to write."""

    what: Message
    help: Message | None


class Lookup:
    """Finds what is meant in one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        """The titles are read when a name is no name of the rulebook."""
        self.book = book
        self._by_id = _Table()
        self._by_title: _Table | None = None
        for thing in _things(book):
            self._by_id.add(thing, *parts_of(book, thing.name))
            if thing.kind == "property" and thing.name.endswith(".status"):
                self._by_id.add(thing, parts_of(book, thing.name)[0], "")

    def find(self, written: str, kinds: Sequence[Kind]) -> tuple[Named, ...]:
        """Return everything of these kinds that is meant: by a name one thing, by a title perhaps more."""
        found = self._by_id.find(written.strip(), kinds)
        if found:
            return found
        if self._by_title is None:
            self._by_title = _titles(self.book)
        return self._by_title.find(plain_title(written), kinds)

    def key(
        self,
        written: str,
        kinds: Sequence[Kind],
        present: Collection[Key] | None = None,
        dotted: bool = False,
    ) -> Key | Unknown:
        """Return what one written name means, or why nothing is meant.

        ``present`` are the keys that there are, where that is known: a record has to be among them.
        """
        found = {one.key: one for one in self.find(written, kinds)}
        if not found:
            return self._nothing(written, kinds, present, dotted)
        if len(found) > 1:
            here = [key for key in present or () if key in found or (key[0], None) in found]
            names = sorted(format_key(self.book, key, dotted) for key in here or found)
            return Unknown(message("`{name}` means several things", name=shorten(written)), one_of(names))
        (named,) = found.values()
        if named.listed is not None and named.record is None:
            return self._numberless(named, present, dotted)
        if present is not None and named.key not in present:
            return self._no_record(named, present, dotted)
        return named.key

    def present(self, written: str, kinds: Sequence[Kind], present: Collection[Key]) -> str | None:
        """Return the name of the first of what is there that a written name can mean, None for nothing."""
        meant = {(one.name, one.record) for one in self.find(written, kinds)}
        keys = [key for key in present if key in meant or (key[0], None) in meant]
        first = min(keys, key=lambda key: (key[0], -1 if key[1] is None else key[1]), default=None)
        return None if first is None else format_key(self.book, first)

    def _numberless(self, named: Named, present: Collection[Key] | None, dotted: bool) -> Unknown:
        what = message(
            "there is one `{name}` for each record of `{list}`", name=named.name, list=named.listed
        )
        return Unknown(what, self._numbers(named, present, dotted))

    def _no_record(self, named: Named, present: Collection[Key], dotted: bool) -> Unknown:
        count = len(_records(named, present))
        what = message(
            "there is no `{name}`; records of `{list}` here: {count}",
            name=format_key(self.book, named.key, dotted),
            list=named.listed,
            count=count,
        )
        return Unknown(what, self._numbers(named, present, dotted) if count else None)

    def _numbers(self, named: Named, present: Collection[Key] | None, dotted: bool) -> Message:
        """Return which records can be named."""
        if present is None:
            first = format_key(self.book, (named.name, 0), dotted)
            return message("records are counted from 0: write `{first}` for the first", first=first)
        records = _records(named, present)
        names = [format_key(self.book, (named.name, record), dotted) for record in records]
        if not names:
            return message("`{list}` has no records here", list=named.listed)
        if len(names) == 1:
            return message("write `{name}`", name=names[0])
        if len(names) == 2:
            return message("write `{first}` or `{second}`", first=names[0], second=names[1])
        if len(names) <= _MANY:
            return one_of(names)
        return message("write one from `{first}` to `{last}`", first=names[0], last=names[-1])

    def _nothing(
        self, written: str, kinds: Sequence[Kind], present: Collection[Key] | None, dotted: bool
    ) -> Unknown:
        plain = parse_name(written)
        if plain.record is not None:
            whole = [one for one in self.find(plain.name, kinds) if one.listed is None and one.kind != "list"]
            if whole:
                what = message("`{name}` does not belong to a record", name=whole[0].name)
                return Unknown(what, message("write `{name}`", name=whole[0].name))
            if plain.name in self.book.lists:
                return self._whole_record(plain, kinds, present, dotted)
        what = message("nothing is named `{name}`", name=shorten(written))
        if present is not None:
            what = message("nothing is named `{name}` in this case", name=shorten(written))
        near = self.closest(written, kinds, present, dotted)
        if near is not None:
            return Unknown(what, message("did you mean `{word}`?", word=near))
        return Unknown(what, self._some_names(kinds, present, dotted))

    def _some_names(
        self, kinds: Sequence[Kind], present: Collection[Key] | None, dotted: bool
    ) -> Message | None:
        """Return some names that can be written, outcomes first; of what a case can say, what it can give."""
        keys = present if present is not None else tuple(self._all(kinds))
        if tuple(kinds) == CASE:
            facts = self.book.facts
            keys = [key for key in keys if key[0] not in facts or facts[key[0]].role == "given"]
        outcomes = {fact.path for fact in self.book.facts.values() if fact.role == "outcome"}
        first = [key for key in keys if key[0] in outcomes] if "fact" in kinds else []
        if tuple(kinds) == ("policy",):
            return choices_help("", [(key[0], self.book.policies[key[0]].title) for key in keys])
        names = sorted({format_key(self.book, key, dotted) for key in first or keys})
        if not names:
            return None
        words = tuple(f"`{one}`" for one in names[:_MANY])
        listed = Listing((*words, "…") if len(names) > _MANY else words)
        return message("write for example one of {words}", words=listed)

    def _whole_record(
        self, written: Split, kinds: Sequence[Kind], present: Collection[Key] | None, dotted: bool
    ) -> Unknown:
        listed = written.name
        name = numbered(listed, written.record, dotted=dotted)
        what = message("`{name}` is a whole record, which has no value of its own", name=name)
        keys = [(field, written.record) for field in self.book.lists[listed].fields]
        names = [format_key(self.book, key, dotted) for key in keys if present is None or key in present]
        return Unknown(what, one_of(names) if names else None)

    def closest(
        self,
        written: str,
        kinds: Sequence[Kind],
        present: Collection[Key] | None = None,
        dotted: bool = False,
    ) -> str | None:
        """Return the name that was probably meant, as it can be written; a title leads to its name."""
        keys = present if present is not None else tuple(self._all(kinds))
        names = {format_key(self.book, key): format_key(self.book, key, dotted) for key in keys}
        plain = parse_name(written)
        asked = written
        if plain.record is not None:
            asked = numbered(plain.head, plain.record, plain.tail)
        found = closest(asked, names)
        if found is not None:
            return names[found]
        if written.isascii() and " " not in written:
            return None
        near = self.closest_title(written, kinds, keys)
        return None if near is None else names[format_key(self.book, near[1])]

    def closest_title(
        self, written: str, kinds: Sequence[Kind], keys: Iterable[Key]
    ) -> tuple[str, Key] | None:
        """Return the title of one of the keys that was probably meant, and the key."""
        titled = {plain_title(title): (title, key) for title, key in self._titled(keys, kinds)}
        near = closest(plain_title(written), titled)
        return None if near is None else titled[near]

    def _all(self, kinds: Sequence[Kind]) -> Iterator[Key]:
        for thing in _things(self.book):
            if thing.kind in kinds:
                yield thing.name, None if thing.listed is None or thing.kind == "list" else 0

    def _titled(self, keys: Iterable[Key], kinds: Sequence[Kind]) -> Iterator[tuple[str, Key]]:
        called = {
            thing.name: _called(self.book, thing) for thing in _things(self.book) if thing.kind in kinds
        }
        for key in keys:
            for title in called.get(key[0], ()):
                yield numbered(title, key[1]), key


def _records(named: Named, present: Collection[Key]) -> list[int]:
    return sorted(record for name, record in present if name == named.name and record is not None)


# ---------- what there is


class _Table:
    """What written names stand for."""

    def __init__(self) -> None:
        self._whole: dict[str, list[Named]] = {}
        self._numbered: dict[tuple[str, str], list[Named]] = {}

    def add(self, thing: Named, head: str, tail: str) -> None:
        """Take a name, in which the number of a record stands after its head, or at its end."""
        whole = numbered(head, None, tail)
        self._whole.setdefault(whole, []).append(thing)
        if thing.listed is not None:
            for place in {(head, tail), (whole, "")}:
                self._numbered.setdefault(place, []).append(thing)

    def find(self, written: str, kinds: Sequence[Kind]) -> tuple[Named, ...]:
        found: dict[Named, None] = {}
        for one in splits(written):
            things = (
                self._whole.get(one.head, ())
                if one.record is None
                else self._numbered.get((one.head, one.tail), ())
            )
            found.update((replace(thing, record=one.record), None) for thing in things if thing.kind in kinds)
        return tuple(found)


def _things(book: Rulebook) -> Iterator[Named]:
    for fact in book.facts.values():
        yield Named("fact", fact.path, fact.listed, None)
    for amount in book.amounts.values():
        yield Named("amount", amount.id, amount.listed, None)
    for deadline in book.deadlines.values():
        yield Named("deadline", deadline.id, deadline.listed, None)
        for property in deadline.properties:
            yield Named("property", f"{deadline.id}.{property}", deadline.listed, None)
    for rule in book.rules.values():
        yield Named("rule", rule.id, rule.listed, None)
    for parameter in book.parameters.values():
        yield Named("parameter", parameter.id, parameter.listed, None)
    groups: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("list", book.lists),
        ("set", book.sets),
        ("assumption", book.assumptions),
        ("clause", book.clauses),
        ("policy", book.policies),
        ("table", book.tables),
        ("report", book.reports),
        ("letter", book.letters),
    )
    for kind, names in groups:
        yield from (Named(kind, name, None, None) for name in names)


def _titles(book: Rulebook) -> _Table:
    table = _Table()
    for thing in _things(book):
        for head, tail in _title_forms(book, thing):
            table.add(thing, plain_title(head), plain_title(tail))
    return table


def _title_forms(book: Rulebook, thing: Named) -> Iterator[tuple[str, str]]:
    """Return what something is called by titles, before and after the number of a record."""
    yield from ((title, "") for title in _called(book, thing))
    head, tail = parts_of(book, thing.name)
    if thing.kind == "fact" and thing.listed is not None:
        listed = Named("list", thing.listed, None, None)
        lists = [thing.listed, *_called(book, listed), *_grouped(book, listed)]
        yield from ((one, other) for one in lists for other in (tail, *_called(book, thing)))
    elif thing.kind in CASE:
        yield from ((one, "") for one in _grouped(book, thing))
    elif thing.kind == "property":
        yield from ((title, tail) for title in _texts(book.deadlines[head].title))


def _called(book: Rulebook, thing: Named) -> tuple[str, ...]:
    """Return the titles of something; a deadline's title stands for its state, too."""
    head, property = parts_of(book, thing.name)
    if thing.kind == "property":
        titles = _texts(book.deadlines[head].title)
        template = PROPERTY_TITLES[property]
        spoken = (Speech(language)(template, title=title) for language in LANGUAGES for title in titles)
        return (*(titles if property == "status" else ()), *spoken)
    groups: Mapping[Kind, Mapping[str, object]] = {
        "fact": book.facts,
        "list": book.lists,
        "set": book.sets,
        "parameter": book.parameters,
        "amount": book.amounts,
        "deadline": book.deadlines,
        "rule": book.rules,
        "table": book.tables,
        "assumption": book.assumptions,
        "policy": book.policies,
        "report": book.reports,
        "letter": book.parties,  # a letter is called by whom it goes to
    }
    found = groups[thing.kind][thing.name] if thing.kind in groups else None
    return _texts(getattr(found, "title", Text()))


def _grouped(book: Rulebook, thing: Named) -> Iterator[str]:
    """Return the titles of something after its group: ``order.交易金额``, for a party ``买家.评价``."""
    group = thing.name.rpartition(".")[0]
    if group:
        party = book.parties.get(group)
        for one in (group, *(() if party is None else _texts(party.title))):
            yield from (f"{one}.{title}" for title in _called(book, thing))
            if one != group:
                yield f"{one}.{thing.name.rpartition('.')[2]}"


def choice_of(written: str, choices: Iterable[tuple[str, Text]]) -> str | tuple[str, ...]:
    """Return the name of the choice that a person means, by its name or by a title that no other has.

    What is meant by no single one comes back as all that are meant: none, or several.
    """
    known = list(choices)
    if any(name == written for name, _ in known):
        return written
    plain = plain_title(written)
    found = tuple(name for name, title in known if plain in map(plain_title, _texts(title)))
    return found[0] if len(found) == 1 else found


def choices_help(written: str, choices: Iterable[tuple[str, Text]]) -> Message:
    """Return what to write for a choice that nobody knows: titles, in the reader's language, and names."""
    known = list(choices)
    called = {name: Called(title if _is_clear(name, title, known) else Text(), name) for name, title in known}
    words = {plain_title(one): name for name, title in known for one in (name, *_texts(title))}
    near = closest(plain_title(written), words)
    if near is not None and near in called:  # a name was meant
        return message("did you mean `{word}`?", word=near)
    if near is not None:
        return message("did you mean {word}?", word=called[words[near]])
    shown = tuple(called.values())
    return message(
        "write one of: {words}", words=Listing((*shown[:_MANY], "…") if len(shown) > _MANY else shown)
    )


def _is_clear(name: str, title: Text, choices: Iterable[tuple[str, Text]]) -> bool:
    """Tell whether each title of a choice means it alone."""
    return all(choice_of(one, choices) == name for one in _texts(title))


def _texts(title: Text) -> tuple[str, ...]:
    return title.all


def plain_title(written: str) -> str:
    """Return a title as it is compared: without regard to case, width and how much space there is."""
    return " ".join(unicodedata.normalize("NFKC", written).casefold().replace("。", ".").split())
