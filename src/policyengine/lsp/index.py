"""Where the names of a rulebook are declared and used, read from the trees of its files.

It looks at texts and not at the parsed rulebook, so that it answers while a file is half written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.lookup import plain_title
from policyengine.model.rulebook import DEADLINE_PROPERTIES
from policyengine.syntax.keys import parse_name
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode

Kind = Literal[
    "fact",
    "list",
    "set",
    "parameter",
    "deadline",
    "amount",
    "rule",
    "table",
    "assumption",
    "clause",
    "party",
    "document",
]
_DECLARED: Mapping[str, Kind] = {
    "parameters": "parameter",
    "deadlines": "deadline",
    "amounts": "amount",
    "rules": "rule",
    "tables": "table",
    "assumptions": "assumption",
    "clauses": "clause",
    "parties": "party",
    "documents": "document",
}
# Texts for people and words of the source: a name in them is no use of it.
_PROSE = frozenset(("title", "text", "quote", "why", "name", "readings", "default", "section"))
_OF_CHECKS: Mapping[str, tuple[Kind, ...]] = {
    "expect": ("fact", "parameter", "amount", "deadline"),
    "because": ("rule", "table"),
}
_NAMES = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_OF_SETS = ("in", "not_in")
_OF_RULES, _OF_PARTIES = ("overrides", "because"), ("who", "to", "by", "members")


class Symbol(Frozen):
    """A declared name; ``listed`` is the list to which a fact of a record belongs."""

    name: str
    kind: Kind
    span: Span
    node: Node
    listed: str = ""


class Use(Frozen):
    """A place where a name stands: ``written`` is the text there, of which a part may be the name.

    ``by_title`` where a title stands for it, which no renaming changes.
    """

    symbol: Symbol
    span: Span
    written: str
    by_title: bool = False


_OF_WORDS = ("pauses", "ends")
"""Mappings whose keys are words of the language, even where a fact of the record is named so."""


class Index:
    """The declarations and uses in the files of one rulebook."""

    def __init__(self, trees: Iterable[tuple[str, Node]]) -> None:
        """``trees`` are kinds of files with their trees."""
        files = [(kind, tree) for kind, tree in trees if isinstance(tree, MappingNode)]
        self.symbols: dict[tuple[Kind, str], Symbol] = {}
        for kind, tree in files:
            for symbol in _declarations(kind, tree):
                self.symbols.setdefault((symbol.kind, symbol.name), symbol)
        self.titles: dict[str, list[Symbol]] = {}
        for symbol in self.symbols.values():
            for title in self._titled(symbol):
                self.titles.setdefault(plain_title(title), []).append(symbol)
        self.uses = [use for kind, tree in files for use in self._in_file(kind, tree)]

    def at(self, file: str, line: int, column: int) -> Use | None:
        """Return the name at a place (from 1), the shortest where several stand there."""
        found = [
            use
            for use in self.uses
            if use.span.file == file
            and use.span.line == line
            and use.span.column <= column <= use.span.end_column
        ]
        return min(found, key=lambda use: use.span.end_column - use.span.column, default=None)

    def uses_of(self, symbol: Symbol) -> list[Use]:
        """Return every place where a name stands, its declaration too."""
        return [use for use in self.uses if use.symbol is symbol]

    def of_kinds(self, *kinds: Kind) -> Iterator[Symbol]:
        """Return the symbols of some kinds."""
        return (symbol for (kind, _), symbol in self.symbols.items() if kind in kinds)

    def find(self, text: str, listed: str = "") -> Symbol | None:
        """Return what has a value under a name, in a question about a list if ``listed`` names one."""
        if listed:
            own = self.symbols.get(("fact", f"{listed}.{text}"))
            if own is not None:
                return own
        for kind in ("fact", "parameter", "amount", "list", "assumption"):
            found = self.symbols.get((kind, text))
            if found is not None:
                return found
        head, _, property = text.rpartition(".")
        return self.symbols.get(("deadline", head)) if property in DEADLINE_PROPERTIES else None

    # ---------- uses

    def _in_file(self, kind: str, tree: MappingNode) -> Iterator[Use]:
        for symbol in _declarations(kind, tree):
            known = self.symbols[symbol.kind, symbol.name]
            yield Use(known, symbol.span, symbol.name.removeprefix(f"{symbol.listed}."))
        for entry in tree.entries:
            if kind == "facts" and entry.key.text == "sets":
                continue  # what a set holds are values and no names
            if kind == "facts" and entry.key.text == "lists":
                for listed in _entries(entry.value):
                    yield from self._node(listed.value, "list", listed.key.text)
            elif kind == "cases" and entry.key.text == "fixtures":
                for fixture in _entries(entry.value):
                    yield from self._given(fixture.value, "")
            else:
                yield from self._node(entry.value, entry.key.text, "")

    def _node(self, node: Node, key: str, listed: str, this: str = "") -> Iterator[Use]:
        """Return the uses in a node; ``this`` is the list of the record at which ``for_each`` stands."""
        match node:
            case Scalar():
                yield from self._scalar(node, key, listed, this)
            case SequenceNode():
                for item in node.items:
                    yield from self._node(item, key, listed, this)
            case MappingNode():
                yield from self._mapping(node, key, listed, this)

    def _mapping(self, node: MappingNode, key: str, listed: str, this: str) -> Iterator[Use]:
        for word in ("for_each", "list", "other", "earlier"):
            chosen = node.get(word)
            if isinstance(chosen, Scalar) and ("list", chosen.text) in self.symbols:
                listed = chosen.text
                this = listed if word == "for_each" else this
        for entry in node.entries:
            if entry.key.text == "given":
                yield from self._given(entry.value, "")
                continue
            if key != "then" and entry.key.text in _PROSE:
                continue
            if entry.key.text in ("rows", "versions") and node.get("asks") is not None:
                yield from self._rows(node, entry.value, listed, this)
                continue
            if entry.key.text == "otherwise" and node.get("to") is not None:
                # Of a notice: a text, or one for each reading of an assumption.
                for one in _entries(entry.value):
                    symbol = self.symbols.get(("assumption", one.key.text))
                    if symbol is not None:
                        yield Use(symbol, one.key.span, one.key.text)
                continue
            if key not in _OF_WORDS:
                yield from self._scalar(entry.key, key, listed, this)
            yield from self._node(entry.value, entry.key.text, listed, this)

    def _rows(self, table: MappingNode, node: Node, listed: str, this: str) -> Iterator[Use]:
        """Return the uses in the rows of a table: what they give can be a name, what they ask is a value."""
        asks = table.get("asks")
        count = len(asks.items) if isinstance(asks, SequenceNode) else 1
        items = node.items if isinstance(node, SequenceNode) else ()
        versions = [one.get("rows") for one in items if isinstance(one, MappingNode)]
        rows = [row for one in versions if isinstance(one, SequenceNode) for row in one.items]
        for row in (*items, *rows):
            for cell in row.items[count:] if isinstance(row, SequenceNode) else ():
                yield from self._node(cell, "rows", listed, this)

    def _formula(self, written: Scalar, listed: str, this: str) -> Iterator[Use]:
        """Return the names in a formula that stands in one line."""
        span = written.span
        if span.line != span.end_line:
            return
        for found in _NAMES.finditer(written.text):
            column = span.column + found.start() + written.quoted
            place = Span(span.file, span.line, column, span.line, column + len(found[0]))
            yield from self._scalar(Scalar(found[0], place, False), "", listed, this)

    def _scalar(self, written: Scalar, key: str, listed: str, this: str) -> Iterator[Use]:
        if key == "formula":
            yield from self._formula(written, listed, this)
            return
        text = parse_name(written.text).name
        if this and text.startswith("this."):
            text, listed = text.removeprefix("this."), this
        symbol: Symbol | None = None
        if key in _OF_RULES:
            symbol = self.symbols.get(("rule", text)) or self.symbols.get(("table", table_of(text)))
        elif key == "clauses":
            symbol = self.symbols.get(("clause", text))
        elif key == "document":
            symbol = self.symbols.get(("document", text))
        elif key in _OF_SETS:
            symbol = self.symbols.get(("set", text))
        elif key in _OF_PARTIES:
            symbol = self.symbols.get(("party", text)) or self.symbols.get(("deadline", text))
        if symbol is None and key not in _OF_RULES:
            symbol = self.find(text, listed)
        if symbol is not None and written.span != symbol.span:
            yield Use(symbol, written.span, written.text)
        elif symbol is None and key in _OF_CHECKS:
            symbol = self._by_title(text, _OF_CHECKS[key])
            if symbol is not None:
                yield Use(symbol, written.span, written.text, by_title=True)

    def _by_title(self, text: str, kinds: Sequence[Kind]) -> Symbol | None:
        """Return what a check names by a title, as names are looked up; None for several."""
        head, _, property = text.rpartition(".")
        title = plain_title(head if property in DEADLINE_PROPERTIES and head else text)
        found = {(one.kind, one.name): one for one in self.titles.get(title, ()) if one.kind in kinds}
        return next(iter(found.values())) if len(found) == 1 else None

    def _titled(self, symbol: Symbol) -> Iterator[str]:
        """Return the titles of something, of a fact of a record also after its list."""
        titles = _texts(symbol)
        yield from titles
        if symbol.listed:
            listed = self.symbols.get(("list", symbol.listed))
            lists = [symbol.listed, *(() if listed is None else _texts(listed))]
            fields = [symbol.name.removeprefix(f"{symbol.listed}."), *titles]
            yield from (f"{one}.{field}" for one in lists for field in fields)

    def _given(self, node: Node, path: str) -> Iterator[Use]:
        """Return the facts that a case names, level by level."""
        if isinstance(node, SequenceNode):
            for item in node.items:
                yield from self._given(item, path)
        for entry in _entries(node):
            inner = f"{path}.{entry.key.text}".lstrip(".")
            symbol = self.symbols.get(("fact", inner)) or self.symbols.get(("list", inner))
            if symbol is not None:
                yield Use(symbol, entry.key.span, entry.key.text)
            yield from self._given(entry.value, inner)


def table_of(rule: str) -> str:
    """Return the table of which a rule is a row by its name, or is what is so otherwise."""
    head, word, number = rule.rpartition(" row ")
    if word and number.isdigit():
        return head.partition(" (")[0]
    return rule.removesuffix(" otherwise")


def _texts(symbol: Symbol) -> list[str]:
    title = symbol.node.get("title") if isinstance(symbol.node, MappingNode) else None
    texts = [title] if isinstance(title, Scalar) else [one.value for one in _entries(title)]
    return [one.text for one in texts if isinstance(one, Scalar)]


def _entries(node: Node | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MappingNode) else ()


def _declarations(kind: str, tree: MappingNode) -> Iterator[Symbol]:
    if kind == "facts":
        for entry in _entries(tree.get("facts")):
            yield Symbol(entry.key.text, "fact", entry.key.span, entry.value)
        for entry in _entries(tree.get("sets")):
            yield Symbol(entry.key.text, "set", entry.key.span, entry.value)
        for listed in _entries(tree.get("lists")):
            yield Symbol(listed.key.text, "list", listed.key.span, listed.value)
            fields = listed.value.get("facts") if isinstance(listed.value, MappingNode) else None
            for entry in _entries(fields):
                name = f"{listed.key.text}.{entry.key.text}"
                yield Symbol(name, "fact", entry.key.span, entry.value, listed.key.text)
    elif kind in ("policy", "assumptions", "clauses", "rulebook"):
        for word, symbol_kind in _DECLARED.items():
            for entry in _entries(tree.get(word)):
                yield Symbol(entry.key.text, symbol_kind, entry.key.span, entry.value)
