"""From the JSON of a case to its typed facts: names and values are checked against the vocabulary."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, has_errors, listing, message
from policyengine.diagnostics.did_you_mean import closest, meant
from policyengine.diagnostics.span import Span
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Constant, Operand, Ref
from policyengine.model.key_names import format_key, path_of
from policyengine.model.rulebook import Bound, Fact, RecordList, Rulebook
from policyengine.syntax.json_reader import MAX_FAULTS, Number, locate_all, read_json
from policyengine.syntax.keys import Path, format_path, parse_name
from policyengine.syntax.yaml_tree import MappingNode, node_at, to_plain
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import Value, ValueType, comparison_key, format_value
from policyengine.values.numbers import percent_readings
from policyengine.values.parse import parse_literal

if TYPE_CHECKING:
    from policyengine.model.lookup import Lookup

Settings = Sequence[tuple[str, str]]

CODES = (
    "bad-value",
    "before-cause",
    "derived-fact",
    "out-of-bounds",
    "undated-fact",
    "undated-record",
    "unknown-fact",
    "wrong-shape",
    "wrong-type",
)
"""The codes of the faults for which a case is refused after its text could be read."""

_HEADER = ("case", "as_of", "$schema")
_DECLARE = message("leave it out, or declare it in facts.yaml")
_LONGEST_ID = 200
_MOST_DIGITS = 40  # no value of a case has as many
_LITERAL_NUMBERS = (ValueType.MONEY, ValueType.COUNT, ValueType.NUMBER)


class Shape(NamedTuple):
    """The names that a case can use at one level: facts, lists, or deeper levels."""

    parts: Mapping[str, Shape | Fact | RecordList]


def case_shape(rulebook: Rulebook) -> Shape:
    """Return the nested names of everything that a case can say."""
    root: dict[str, Shape | Fact | RecordList] = {}
    for fact in rulebook.facts.values():
        if fact.listed is None:
            _insert(root, fact.path.split("."), fact)
    for listed in rulebook.lists.values():
        _insert(root, listed.path.split("."), listed)
    return Shape(root)


def _insert(root: dict[str, Shape | Fact | RecordList], path: list[str], leaf: Fact | RecordList) -> None:
    level = root
    for step in path[:-1]:
        inner = level.setdefault(step, Shape({}))
        if not isinstance(inner, Shape):
            raise ValueError(f"{leaf.path} is below {inner.path}, which has a value of its own")
        assert isinstance(inner.parts, dict)
        level = inner.parts
    level[path[-1]] = leaf


class CaseReader:
    """Reads cases of one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Prepare the names that a case can use."""
        self.rulebook = rulebook
        self.shape = case_shape(rulebook)

    @cached_property
    def lookup(self) -> Lookup:
        """What names and titles mean: only asked where facts are set."""
        from policyengine.model.lookup import Lookup

        return Lookup(self.rulebook)

    def read(
        self, text: str, file: str, first_line: int = 1, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a JSON text, or None when there are errors, and everything wrong with it.

        ``settings`` are pairs of a dotted path and a literal that replace what the text says; an empty
        literal takes the fact out.
        """
        value, faults = read_json(text, file, first_line)
        if has_errors(faults):
            return None, faults
        return self._read(value, _Source(text, file, first_line), settings)

    def read_plain(
        self, value: Mapping[str, object], file: str, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a mapping as JSON gives it, or with values of Python; faults name the field."""
        from policyengine.syntax.mapping_reader import MappingReader  # not for cases in files

        reader = MappingReader(file)
        read = reader.read(value)
        if reader.faults:
            return None, reader.faults
        return self._read(read, _Source("", file, 1), settings)

    def read_tree(self, tree: MappingNode, id: str) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a YAML tree, or None when there are errors, and everything wrong with it."""
        read, faults = read_json(json.dumps(to_plain(tree)), tree.span.file)
        if not isinstance(read, dict) or has_errors(faults):
            return None, [fault._replace(span=tree.span) for fault in faults]
        case, faults = self._read(read, _Tree(tree), ())
        return None if case is None else case._replace(id=id), faults

    def name_of(self, written: str) -> str:
        """Return the name in the rulebook of what a setting names, perhaps by a title or in another form."""
        from policyengine.model.lookup import CASE

        found = {one.key for one in self.lookup.find(written, CASE)}
        return format_key(self.rulebook, found.pop()) if len(found) == 1 else written

    def _read(
        self, value: object, source: _Source, settings: Settings
    ) -> tuple[Case | None, list[Diagnostic]]:
        if not isinstance(value, dict):
            what = message("a case is an object: `{{ … }}`")
            return None, [error("wrong-shape", what, source.places([((), False)])[0])]
        reading = _Reading(self.rulebook, source)
        for path, literal in settings:
            reading.set(value, path, literal, self.lookup)
        reading.header(value)
        reading.level({name: part for name, part in value.items() if name not in _HEADER}, self.shape, ())
        reading.check()
        if reading.faults:
            return None, reading.diagnostics()
        return Case(reading.id, source.file, reading.values, reading.records, as_of=reading.as_of), []


class _Source:
    """Where the parts of a case stand: found by reading the text again, only for faults."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self.text = text
        self.file = file
        self.first_line = first_line
        self.settings: list[tuple[Path, str]] = []

    def places(self, wanted: Sequence[tuple[Path, bool]]) -> list[Span]:
        """Return where values, or their keys, stand; the text is read once for all of them."""
        options = [self._setting(path) for path, _ in wanted]
        if not self.text:
            return [Span(words or self.file) for words in options]
        in_text = [one for one, words in zip(wanted, options, strict=True) if not words]
        before = self.first_line - 1
        found = iter(
            Span(self.file, line + before, column, end_line + before, end_column)
            for line, column, end_line, end_column in locate_all(self.text, in_text)
        )
        return [Span(words) if words else next(found) for words in options]

    def _setting(self, path: Path) -> str:
        """Return the words of the option that gave a value; of several, the last counts."""
        for steps, words in reversed(self.settings):
            if path[: len(steps)] == steps:
                return words
        return ""


class _Tree(_Source):
    """Where the parts of a case stand that is written in YAML."""

    def __init__(self, tree: MappingNode) -> None:
        super().__init__("", tree.span.file, 1)
        self.tree = tree

    def places(self, wanted: Sequence[tuple[Path, bool]]) -> list[Span]:
        """Return where values, or their keys, stand."""
        return [self._place(path, is_key) for path, is_key in wanted]

    def _place(self, path: Path, is_key: bool) -> Span:
        node, key = node_at(self.tree, path)
        return key if is_key else node.span


class _Found(NamedTuple):
    """A fault whose place is still to be found."""

    code: str
    what: Message
    path: Path
    help: Message | None
    is_key: bool


class _Reading:
    """The reading of one case: what was found and what is wrong."""

    def __init__(self, rulebook: Rulebook, source: _Source) -> None:
        self.rulebook = rulebook
        self.source = source
        self.faults: list[_Found] = []
        self.values: dict[Key, Value] = {}
        self.records: dict[str, int] = {}
        self.id = ""
        self.as_of: int | None = None
        self._seen: set[Key] = set()  # given, perhaps with a fault that has been told
        self._misspelt = False  # a name is unknown: what seems to be missing may be what it means

    def fault(
        self, code: str, what: Message, path: Path, help: Message | None = None, key: bool = False
    ) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(_Found(code, what, path, help, key))

    def diagnostics(self) -> list[Diagnostic]:
        """Return everything that is wrong, by its place."""
        spans = self.source.places([(one.path, one.is_key) for one in self.faults])
        found = [
            error(one.code, one.what, span, one.help)._replace(path=format_path(one.path))
            for one, span in zip(self.faults, spans, strict=True)
        ]
        return sorted(found, key=lambda one: one.order)

    # ---------- what if

    def set(self, root: dict[str, object], name: str, literal: str, lookup: Lookup) -> None:
        """Put a literal at a name or title, or take away what is there."""
        words = f"--set {name}={literal}"
        found = self._meant(root, name, lookup)
        self.source.settings.append(((name,) if found is None else found, words))
        if found is None:
            return
        level: object = root
        for number, step in enumerate(found[:-1]):
            if isinstance(level, dict) and isinstance(step, str):
                if step not in level and not literal:
                    return  # what is not there need not be taken away
                is_list = isinstance(found[number + 1], int)
                level = level.setdefault(step, [] if is_list else {})
            elif isinstance(level, list) and isinstance(step, int) and step < len(level):
                level = level[step]
            else:
                return  # that something has another shape is told when it is read
        last = found[-1]
        if isinstance(level, dict) and isinstance(last, str):
            if literal:
                level[last] = literal
            else:
                level.pop(last, None)

    def _meant(self, root: Mapping[str, object], name: str, lookup: Lookup) -> Path | None:
        """Return the steps to what a case can say under a name, a fact, list or group; or tell the fault."""
        from policyengine.model.lookup import CASE, Unknown

        book = self.rulebook
        is_group = any(one.startswith(f"{name}.") for one in (*book.facts, *book.lists))
        if name in _HEADER or (is_group and name not in book.lists):
            return tuple(name.split("."))
        found = lookup.key(name, CASE, list(_sayable(book, root)))
        if not isinstance(found, Unknown):
            return path_of(book, found)
        self._misspelt = True
        meant = lookup.find(name, CASE)
        if len(meant) == 1 and meant[0].name in book.facts and book.facts[meant[0].name].role != "given":
            self._derived(book.facts[meant[0].name], (name,))
        else:
            named = parse_name(name).name
            if any(_has_other_shape(root, one) for one in book.lists if f"{named}.".startswith(f"{one}.")):
                return None  # that something has another shape is told when it is read
            is_record = bool(meant) or named in book.lists
            what = found.what if is_record else message("there is no fact `{name}`", name=shorten(name))
            self.fault("unknown-fact", what, (name,), found.help or _DECLARE, key=True)
        return None

    def header(self, value: Mapping[str, object]) -> None:
        id = value.get("case")
        if id is None and "case" not in value:
            self.id = os.path.basename(self.source.file)
        elif isinstance(id, str) and not isinstance(id, Number) and 0 < len(id) <= _LONGEST_ID:
            self.id = id
        elif isinstance(id, Number) and len(id) <= _LONGEST_ID:
            self.id = str(id)
        else:
            what = message("the name of the case is not a text of 1 to {limit} characters", limit=_LONGEST_ID)
            self.fault("wrong-type", what, ("case",))
        if "as_of" in value:
            self._read_as_of(value["as_of"])

    def _read_as_of(self, written: object) -> None:
        """Read the instant at which the case asks to be judged."""
        if not isinstance(written, str) or isinstance(written, Number):
            what = message("`as_of` is an instant, and this is {found}", found=_kind(written))
            help = message("write a text such as `2012-03-16 18:00`")
            self.fault("wrong-type", what, ("as_of",), help)
            return
        try:
            book = self.rulebook
            value = parse_literal(written, ValueType.INSTANT, book.zone, book.currency)
        except LiteralError as fault:
            self.fault("bad-value", fault.message, ("as_of",), fault.help)
            return
        assert isinstance(value, int)
        self.as_of = value

    # ---------- names

    def level(self, value: Mapping[str, object], shape: Shape, path: Path) -> None:
        for name, part in value.items():
            if len(self.faults) >= MAX_FAULTS:
                return
            known = shape.parts.get(name)
            here = (*path, name)
            if known is None:
                self._unknown(name, here, list(_fitting(shape, part)))
            elif isinstance(known, Fact):
                self._fact(known, None, part, here)
            elif isinstance(known, RecordList):
                self._list(known, part, here)
            elif isinstance(part, dict):
                self.level(part, known, here)
            else:
                what = message("`{name}` is a group of facts", name=format_path(here))
                help = message("write an object: `{{ … }}` with {names}", names=listing(known.parts))
                self.fault("wrong-shape", what, here, help)

    def _unknown(self, name: str, path: Path, fitting: Sequence[str] = ()) -> None:
        """Tell of a name that no fact has; ``fitting`` are those that could stand in its place."""
        self._misspelt = True
        if self._flat(name, path):
            return
        what = message("there is no fact `{name}`", name=shorten(format_path(path)))
        facts = self.rulebook.facts.values()
        given = [fact.path for fact in facts if fact.role == "given" and not fact.listed]
        near = closest(name, fitting if path[:-1] else [*fitting, *_HEADER])
        if near is not None:
            near = "".join(f"{step}." for step in path[:-1]) + near
        found = near or closest(name, [*given, *self.rulebook.lists])
        help = meant(name, fitting) if found is None else message("did you mean `{word}`?", word=found)
        if near is None and found is not None:
            steps = tuple(found.split("."))
            help = message("did you mean `{word}`? write `{example}`", word=found, example=_nested(steps))
        self.fault("unknown-fact", what, path, help or _DECLARE, key=True)

    def _flat(self, name: str, path: Path) -> bool:
        """Tell of a fact that is there, whose name is written as one key with dots; or return False."""
        written = parse_name(format_path(path))
        fact = self.rulebook.facts.get(written.name)
        if "." not in name or (fact is None and written.name not in self.rulebook.lists):
            return False
        if fact is not None and fact.role != "given":
            self._derived(fact, path)
            return True
        listed = None if fact is None else fact.listed
        what = message("the key `{name}` has dots, and a case nests its facts", name=shorten(name))
        steps = path_of(self.rulebook, (written.name, None if listed is None else written.record or 0))
        help = message("write it nested: `{example}`", example=_nested(steps))
        self.fault("unknown-fact", what, path, help, key=True)
        return True

    def _list(self, listed: RecordList, value: object, path: Path) -> None:
        if not isinstance(value, list):
            what = message("`{name}` is a list of records", name=listed.path)
            self.fault("wrong-shape", what, path, message("write a list: `[{{ … }}]`"))
            return
        self.records[listed.path] = len(value)
        for position, record in enumerate(value):
            if len(self.faults) >= MAX_FAULTS:
                return
            here = (*path, position)
            if not isinstance(record, dict):
                what = message("a record of `{name}` is an object: `{{ … }}`", name=listed.path)
                self.fault("wrong-shape", what, here)
                if listed.dated_by is not None:
                    self._seen.add((listed.dated_by, position))  # that it has no date is no news
                continue
            for name, part in record.items():
                fact = self.rulebook.facts.get(f"{listed.path}.{name}")
                if fact is None or fact.listed != listed.path:
                    self._unknown_field(listed, name, (*here, name))
                else:
                    self._fact(fact, position, part, (*here, name))

    def _unknown_field(self, listed: RecordList, name: str, path: Path) -> None:
        self._misspelt = True
        what = message("a record of `{list}` has no fact `{name}`", list=listed.path, name=shorten(name))
        given = [field for field in listed.fields if self.rulebook.facts[field].role == "given"]
        known = [field.removeprefix(listed.path + ".") for field in given]
        self.fault("unknown-fact", what, path, meant(name, known) or _DECLARE, key=True)

    # ---------- values

    def _fact(self, fact: Fact, record: int | None, value: object, path: Path) -> None:
        if fact.role != "given":
            self._derived(fact, path)
            return
        self._seen.add((fact.path, record))
        literal = self._literal(fact, value, path)
        if literal is None:
            return
        if fact.type is ValueType.TEXT and fact.has_none_if_missing and not literal.strip():
            return  # an empty field of a form says that there is none
        choices = [choice.name for choice in fact.choices]
        try:
            book = self.rulebook
            value = parse_literal(literal, fact.type, book.zone, book.currency, choices)
            self.values[fact.path, record] = value
        except LiteralError as fault:
            self.fault("bad-value", fault.message, path, fault.help)

    def _derived(self, fact: Fact, path: Path) -> None:
        what = message("`{name}` is concluded by rules, a case cannot say it", name=fact.path)
        self.fault("derived-fact", what, path, message("leave it out"), key=True)

    def _literal(self, fact: Fact, value: object, path: Path) -> str | None:
        """Return what the JSON value spells, or None after a fault."""
        if isinstance(value, bool) and fact.type is ValueType.BOOLEAN:
            return "yes" if value else "no"
        if isinstance(value, Number | int) and not isinstance(value, bool):
            if fact.type in _LITERAL_NUMBERS:
                return _in_digits(str(value))
        elif isinstance(value, str):
            return value
        what = message(
            "`{name}` has the type {type}, and this is {found}",
            name=fact.path,
            type=TYPE_WORDS[fact.type],
            found=_kind(value),
        )
        self.fault("wrong-type", what, path, _how_to_write(fact, value))
        return None

    # ---------- what facts say about each other

    def check(self) -> None:
        for key in list(self.values):
            fact = self.rulebook.facts[key[0]]
            self._check_date(fact, key)
            for bound in fact.bounds:
                self._check_bound(fact, key, bound)
        for path, count in self.records.items():
            self._check_records(self.rulebook.lists[path], count)

    def _check_date(self, fact: Fact, key: Key) -> None:
        if fact.dated_by is None or self._misspelt:
            return
        dating = self.rulebook.facts[fact.dated_by]
        if dating.role == "given" and (dating.path, key[1] if dating.listed else None) not in self._seen:
            what = message(
                "`{name}` is given, and nothing says when: `{date}` is missing",
                name=fact.path,
                date=dating.path,
            )
            help = message("give `{date}`, or leave `{name}` out", name=fact.path, date=dating.path)
            self.fault("undated-fact", what, path_of(self.rulebook, key), help, key=True)

    def _check_records(self, listed: RecordList, count: int) -> None:
        if listed.dated_by is None or self._misspelt:
            return
        for position in range(count):
            if (listed.dated_by, position) not in self._seen:
                path: Path = (*listed.path.split("."), position)
                what = message(
                    "the record has no `{name}`", name=listed.dated_by.removeprefix(listed.path + ".")
                )
                self.fault("undated-record", what, path, message("say when it was"))

    def _check_bound(self, fact: Fact, key: Key, bound: Bound) -> None:
        limit = self._operand_value(bound.operand, key)
        if limit is None:
            self._check_cause(fact, key, bound)
            return
        value, other = comparison_key(self.values[key]), comparison_key(limit)
        assert isinstance(value, int) and isinstance(other, int)
        if value > other if bound.operator == "at_most" else value < other:
            self._out_of_bounds(fact, key, bound, limit)

    def _operand_value(self, operand: Operand, key: Key) -> Value | None:
        match operand:
            case Constant():
                return operand.value
            case Ref():
                return self.values.get((operand.name, key[1] if operand.listed else None))
            case _:
                return None

    def _check_cause(self, fact: Fact, key: Key, bound: Bound) -> None:
        """Refuse an event whose cause, by what is given, has never happened."""
        if bound.operator != "not_before" or not isinstance(bound.operand, Ref) or self._misspelt:
            return
        cause = self.rulebook.facts[bound.operand.name]
        if (cause.path, key[1] if cause.listed else None) in self._seen:
            return  # it is there, with a fault that has been told
        if cause.is_never_if_missing:
            what = message(
                "`{name}` is given, and what must come before it is not: `{cause}`",
                name=fact.path,
                cause=cause.path,
            )
            self.fault(
                "before-cause",
                what,
                path_of(self.rulebook, key),
                message("give `{cause}` too", cause=cause.path),
            )

    def _out_of_bounds(self, fact: Fact, key: Key, bound: Bound, limit: Value) -> None:
        book = self.rulebook
        shown = format_value(limit, fact.type, book.zone)
        other = message("`{value}`", value=shown)
        if isinstance(bound.operand, Ref):
            other = message("`{name}` ({value})", name=bound.operand.name, value=shown)
        if bound.operator == "not_before":
            what = message("`{name}` is before {limit}", name=fact.path, limit=other)
            self.fault("before-cause", what, path_of(self.rulebook, key), message("check both dates"))
        elif bound.operator == "at_most":
            what = message("`{name}` is more than {limit}", name=fact.path, limit=other)
            self.fault("out-of-bounds", what, path_of(self.rulebook, key), message("check both values"))
        else:
            what = message("`{name}` is less than {limit}", name=fact.path, limit=other)
            self.fault("out-of-bounds", what, path_of(self.rulebook, key), message("check the value"))


def _has_other_shape(root: Mapping[str, object], listed: str) -> bool:
    """Tell whether a case has something else than a list where a list is due, or no group above it."""
    level: object = root
    for step in listed.split("."):
        if not isinstance(level, Mapping):
            return True
        if step not in level:
            return False
        level = level[step]
    return not isinstance(level, list)


def _sayable(book: Rulebook, root: Mapping[str, object]) -> Iterator[Key]:
    """Return everything that a case with so many records can say: facts that rules do not conclude, lists."""
    counts = {path: _count(root, path) for path in book.lists}
    for fact in book.facts.values():
        if fact.role != "given":
            continue
        if fact.listed is None:
            yield fact.path, None
        else:
            yield from ((fact.path, record) for record in range(counts[fact.listed]))
    yield from ((path, None) for path in book.lists)


def _count(root: Mapping[str, object], path: str) -> int:
    level: object = root
    for step in path.split("."):
        level = level.get(step) if isinstance(level, dict) else None
    return len(level) if isinstance(level, list) else 0


def _nested(steps: Path) -> str:
    """Return how the JSON of a case nests a fact: ``{"order": {"total": …}}``."""
    text = "…"
    for step in reversed(steps):
        text = f"[{text}]" if isinstance(step, int) else f'{{"{step}": {text}}}'
    return text


def _in_digits(number: str) -> str:
    """Return the number that JSON spells in plain digits: ``1.0`` and ``1e0`` are 1; what is huge stays."""
    if number.lstrip("-").isdigit():
        return number
    from decimal import Decimal  # most numbers are written in digits

    exact = Decimal(number)
    if abs(exact.adjusted()) > _MOST_DIGITS:
        return number
    digits = f"{exact:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _kind(value: object) -> Message:
    """Return what a JSON value is, in the words of JSON."""
    if value is None:
        return message("`null`")
    if isinstance(value, bool):
        return message("`true` or `false`")
    if isinstance(value, Number | int | float):
        return message("a number")
    if isinstance(value, str):
        return message("a text")
    return message("a list") if isinstance(value, list) else message("an object")


_EXAMPLES: Mapping[ValueType, str] = {
    ValueType.MONEY: '"100.00"',
    ValueType.PERCENT: '"5%"',
    ValueType.COUNT: "3",
    ValueType.NUMBER: "1.5",
    ValueType.BOOLEAN: "true",
    ValueType.INSTANT: '"2012-03-16T18:00:00+08:00"',
    ValueType.DATE: '"2012-03-16"',
    ValueType.DURATION: '"72 hours"',
    ValueType.BUSINESS_DAYS: '"4 business days"',
    ValueType.CHOICE: '"…"',
    ValueType.TEXT: '"…"',
}


def _fitting(shape: Shape, value: object) -> Iterator[str]:
    """Return the names at a level that fit a value: groups for an object, else facts and lists."""
    for name, part in shape.parts.items():
        is_derived = isinstance(part, Fact) and part.role != "given"
        if isinstance(part, Shape) == isinstance(value, dict) and not is_derived:
            yield name


def _how_to_write(fact: Fact, value: object) -> Message:
    if value is None:
        return message("leave the fact out when nobody knows it")
    is_number = isinstance(value, Number | int) and not isinstance(value, bool)
    readings = percent_readings(str(value), '"') if fact.type is ValueType.PERCENT and is_number else None
    if readings is not None:
        return readings
    example = f'"{fact.choices[0].name}"' if fact.choices else _EXAMPLES[fact.type]
    return message("write for example `{example}`", example=example)
