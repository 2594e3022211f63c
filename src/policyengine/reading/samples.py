"""Examples that messages and schemas give, in the words of the rulebook at hand.

Messages and schemas give examples of a small shop, because they are written before anybody knows whose rules
are read. A clerk of an airline is helped by names that are there: each name of the shop stands for something
of its kind, such as the first instant of a case. What has no counterpart leaves the whole example as it is,
so that an example is never of two houses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from policyengine.diagnostics.diagnostic import Argument, Diagnostic, Message, Sample
from policyengine.diagnostics.text import base_of
from policyengine.frozen import replace
from policyengine.model.rulebook import Fact, RecordList, Rulebook
from policyengine.values.literals import ValueType

_WORD = re.compile(r"(?<![\w.-])[A-Za-z]\w*(?:[.-]\w+)*")
# A name that the title is of is one that is made: it and its title belong together.
_TITLE = re.compile(r"(?P<name>[A-Za-z][\w.-]*: )?\{zh: (?P<zh>[^{}]*?), en: (?P<en>[^{}]*?)\}")
_SUM = re.compile(r"(?<![\w.])[0-9]+\.[0-9]{2}(?![\w.%])")
_LENGTHS = (ValueType.DURATION, ValueType.BUSINESS_DAYS, ValueType.MONTHS, ValueType.BUSINESS_HOURS)
_NUMBERS = (ValueType.MONEY, ValueType.NUMBER, ValueType.COUNT)
_SAID = (ValueType.TEXT, ValueType.CHOICE)

_Kind = TypeVar("_Kind")


class Samples:
    """Says examples in the words of one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        """``book`` may be what can be read of a rulebook whose other parts are wrong."""
        self.book = book

    @property
    def known(self) -> frozenset[str]:
        """The names of the shop that stand for something."""
        return frozenset(self._words)

    def told(self, one: Diagnostic) -> Diagnostic:
        """Return a diagnostic whose help speaks of this rulebook."""
        return one if one.help is None else replace(one, help=self._message(one.help))

    def _message(self, one: Message) -> Message:
        return Message(one.template, tuple((name, self._argument(value)) for name, value in one.arguments))

    def _argument(self, value: Argument) -> Argument:
        if isinstance(value, Message):
            return self._message(value)
        return f"{value.before}{self.text(value.text)}" if isinstance(value, Sample) else value

    def text(self, text: str) -> str:
        """Return an example that is written in one line of YAML."""
        parts, end = [], 0
        for title in _TITLE.finditer(text):
            parts += [text[end : title.start()], self._title(title)]
            end = title.end()
        parts.append(text[end:])
        plain = [*self._plain(parts[::2])]
        parts[::2] = plain
        return "".join(parts)

    def value(self, example: object) -> object:
        """Return an example that is a value of JSON."""
        words = {word for text in _texts(example) for word in _WORD.findall(text)}
        return self._said(example, self._has(words))

    def _said(self, example: object, has_words: bool) -> object:
        if isinstance(example, list):
            return [self._said(one, has_words) for one in example]
        if isinstance(example, Mapping):
            if _is_title(example):
                return self._titles(str(example["zh"]), str(example["en"]))
            return {
                key if _is_title(one) else self._name(key, has_words): self._said(one, has_words)
                for key, one in example.items()
            }
        return self._name(example, has_words) if isinstance(example, str) else example

    def _name(self, text: str, has_words: bool) -> str:
        text = _SUM.sub(lambda found: self._sum(found[0]), text)
        return _WORD.sub(lambda found: self._words.get(found[0]) or found[0], text) if has_words else text

    def _plain(self, parts: Iterable[str]) -> Iterator[str]:
        parts = [*parts]
        has_words = self._has(word for one in parts for word in _WORD.findall(one))
        yield from (self._name(one, has_words) for one in parts)

    def _has(self, words: Iterable[str]) -> bool:
        """Tell whether the rulebook has a counterpart of each name of the shop among some words."""
        return None not in [self._words.get(word, word) for word in words]

    def _title(self, found: re.Match[str]) -> str:
        name, said = found["name"] or "", self._titles(found["zh"], found["en"])
        if isinstance(said, str):
            return f"{name}{said}"
        return f"{name}{{" + ", ".join(f"{tag}: {words}" for tag, words in said.items()) + "}"

    def _titles(self, zh: str, en: str) -> str | dict[str, str]:
        """Return a title as it is written here: plain where there is one language."""
        said = {tag: {"zh": zh, "en": en}.get(base_of(tag), "…") for tag in self.book.languages}
        return said if len(said) != 1 else next(iter(said.values()))

    def _sum(self, written: str) -> str:
        """Return a sum with as many places as the currency has."""
        units, _, cents = written.partition(".")
        places = self.book.currency.places
        return f"{units}.{cents.ljust(places, '0')}" if places else str(int(units) + bool(int(cents)))

    @cached_property
    def _words(self) -> Mapping[str, str | None]:
        """The names of the shop, each with its counterpart; None where there is none."""
        book = self.book
        facts = [one for one in book.facts.values() if one.listed is None and not one.for_record]
        given = [one for one in facts if one.role == "given"]
        concluded = [one for one in facts if one.role != "given"]
        found: dict[str, str | None] = {}

        def stand(names: str, kinds: Iterable[str]) -> None:
            there = [*kinds]
            for position, name in enumerate(names.split()):
                found[name] = there[position] if position < len(there) else None

        events = [*_paths(given, ValueType.INSTANT, planned=False)]
        coming = [*_paths(given, ValueType.INSTANT, planned=True)]
        instants = events + coming
        stand("order.received_at return.asked_at order.closed_at", instants)
        stand("order.paused_at order.resumed_at", instants)
        stand("flight.departs_at", coming or instants)
        sums = [one.id for one in book.amounts.values() if one.listed is None and one.type is ValueType.MONEY]
        stand("order.total order.shipping", [*_paths([*given, *concluded], ValueType.MONEY), *sums])
        stand("order.quantity order.parts", _paths([*given, *concluded], ValueType.COUNT, ValueType.NUMBER))
        stand("order.custom_made order.gift", _paths(given, ValueType.BOOLEAN))
        stand("buyer.time_zone", _paths(given, ValueType.TIME_ZONE))
        stand("order.number", _paths(given, ValueType.TEXT))
        stand("bag.weight", _paths(given, ValueType.NUMBER, ValueType.COUNT))
        stand("return.allowed", _paths(concluded, ValueType.BOOLEAN))
        stand("return.refund bag.fee", _paths(concluded, *_NUMBERS))
        choices = [one for one in given if one.type is ValueType.CHOICE and len(one.choices) > 1]
        stand("return.reason member.tier", [one.path for one in choices])
        stand("defective unwanted", [one.name for one in choices[0].choices] if choices else ())
        stand("return_period", _parameters(book, _LENGTHS))
        stand("handling_rate", _parameters(book, (ValueType.PERCENT,)))
        stand("fee_cap fee_floor", _parameters(book, (ValueType.MONEY,)))
        stand("delay", (*_paths(given, *_LENGTHS), *_parameters(book, (ValueType.DURATION,))))
        clocks = [one.id for one in book.deadlines.values() if one.listed is None]
        stand("asking", clocks)
        stand("asking.due", [f"{id}.due" for id in clocks])
        stand("return_in_time", [rule.id for rule in book.written_rules])
        stand("buyer shop", book.parties)
        stand("terms", [one.id for one in book.documents])
        stand("T-1", book.clauses)
        readings = [one for one in book.assumptions.values() if len(one.readings) > 1]
        stand("A-01", [one.id for one in readings])
        stand("generous strict", [one.id for one in readings[0].readings] if readings else ())
        stand("lower_fee", [one.id for one in book.overlays])
        stand("eu", book.sets)
        stand("weekly_returns", book.reports)
        return {**found, **_record_words(book)}


def _paths(facts: Iterable[Fact], *types: ValueType, planned: bool | None = None) -> Iterator[str]:
    """Yield the names of the facts of some types, those of the first type first."""
    known = [*facts]
    for type in types:
        for one in known:
            if one.type is type and planned in (None, one.planned):
                yield one.path


def _parameters(book: Rulebook, types: Iterable[ValueType]) -> list[str]:
    wanted = frozenset(types)
    return [one.id for one in book.parameters.values() if one.type in wanted and one.listed is None]


def _record_words(book: Rulebook) -> dict[str, str | None]:
    """Return what the names of the shop's list and of its records stand for: those of the fullest list."""
    found = [_of_list(book, listed) for listed in book.lists.values()]
    none: dict[str, str | None] = dict.fromkeys(
        ("order.items", "order.items.0.price", "price", "damaged", "sent_at", "brand")
    )
    return max(found, key=lambda words: sum(1 for one in words.values() if one), default=none)


def _of_list(book: Rulebook, listed: RecordList) -> dict[str, str | None]:
    fields = [book.facts[path] for path in listed.fields if path in book.facts]
    given = [one for one in fields if one.role == "given" and not one.for_record]

    def first(*types: ValueType) -> str | None:
        path = next(_paths(given, *types), None)
        return None if path is None else path.removeprefix(f"{listed.path}.")

    price = first(*_NUMBERS)
    return {
        "order.items": listed.path,
        "order.items.0.price": None if price is None else f"{listed.path}.0.{price}",
        "price": price,
        "damaged": first(ValueType.BOOLEAN),
        "sent_at": first(ValueType.INSTANT),
        "brand": first(*_SAID),
    }


def _is_title(example: object) -> bool:
    return isinstance(example, Mapping) and example.keys() == {"zh", "en"}


def _texts(example: object) -> Iterator[str]:
    """Yield the keys and texts of an example, but for titles."""
    if isinstance(example, str):
        yield example
    elif isinstance(example, list):
        for one in example:
            yield from _texts(one)
    elif isinstance(example, Mapping) and example.keys() != {"zh", "en"}:
        for key, one in example.items():
            yield from () if _is_title(one) else (str(key),)
            yield from _texts(one)
