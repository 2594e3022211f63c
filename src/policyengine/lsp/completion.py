"""What can be written at a place: names, choices and words, found from the text before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policyengine.diagnostics.text import Text, bilingual, unspoken
from policyengine.frozen import Frozen
from policyengine.lsp.index import Index, Kind, Symbol
from policyengine.model.rulebook import DEADLINE_PROPERTIES, STATUSES
from policyengine.syntax.yaml_tree import MappingNode, Scalar

_WORD = r"[\w.-]*"
_BEFORE = re.compile(rf"(?P<key>[\w.-]+):\s*(?:\[(?:[^\]{{]*,)?\s*)?(?P<word>{_WORD})$")
_AT_KEY = re.compile(rf"(?:^\s*(?:- )*|[{{,\[]\s*)(?P<word>{_WORD})$")
_ITEM = re.compile(rf"^\s*- (?P<word>{_WORD})$")
_KINDS_AFTER: dict[str, tuple[Kind, ...]] = {
    "overrides": ("rule", "table"),
    "because": ("rule", "table"),
    "who": ("party",),
    "to": ("party",),
    "by": ("party", "deadline", "fact"),
    "document": ("document",),
    "clauses": ("clause",),
    "for_each": ("list",),
    "list": ("list",),
    "other": ("list",),
    "earlier": ("list",),
    "in": ("set",),
    "not_in": ("set",),
}
_COMPARISONS = (
    *("is", "is_not", "one_of", "none_of", "in", "not_in", "at_least", "at_most", "more_than", "less_than"),
    *("before", "after", "not_before", "not_after", "between", "every_year", "within", "same", "as"),
)


_PERIODS = (
    ("calendar_year", bilingual("同一年", "the same calendar year")),
    ("calendar_month", bilingual("同一月", "the same calendar month")),
    ("calendar_week", bilingual("同一周（从星期一起）", "the same week, from Monday on")),
    ("day", bilingual("同一天", "the same day")),
)
_TIMES = ("before", "after", "not_before", "not_after", "as")


class Proposal(Frozen):
    """A word that can be written, and the text that explains it."""

    word: str
    title: Text
    kind: Kind | None


def typed_word(before: str) -> str:
    """Return the word that is being written at the end of a line."""
    found = re.search(_WORD + "$", before)
    return found[0] if found else ""


def proposals(index: Index, lines: list[str], row: int, before: str) -> list[Proposal]:
    """Return what can be written at the end of ``before``, the beginning of the row of a text."""
    value = _BEFORE.search(before)
    if value is not None:
        return list(_values(index, value["key"]))
    item = _ITEM.match(before)
    if item is not None:
        above = _key_above(lines, row)
        if above in _KINDS_AFTER:
            return list(_values(index, above))
    if _AT_KEY.search(before) is not None:
        return list(_names(index, True))
    return []


def _key_above(lines: list[str], row: int) -> str:
    """Return the key to which the list of a row belongs."""
    for line in reversed(lines[:row]):
        found = re.match(r"\s*(?:- )?([\w.-]+):\s*$", line)
        if found is not None:
            return found[1]
        if not line.lstrip().startswith("-"):
            return ""
    return ""


# Words that a key takes.
_WORDS_AFTER: dict[str, tuple[tuple[str, Text], ...]] = {
    "overlap": (
        ("refused", bilingual("不允许", "not allowed")),
        ("first_row_counts", bilingual("以最前一行为准", "the first row counts")),
        ("all_rows_count", bilingual("各行都算", "all rows count")),
    ),
}


def _values(index: Index, key: str) -> Iterator[Proposal]:
    if key in _WORDS_AFTER:
        yield from (Proposal(word, title, None) for word, title in _WORDS_AFTER[key])
        return
    if key in _KINDS_AFTER:
        for symbol in index.of_kinds(*_KINDS_AFTER[key]):
            yield Proposal(symbol.name, title_of(symbol), symbol.kind)
        return
    if key in ("same", "end_of", "start_of", "last_second_of"):
        yield from (Proposal(word, title, None) for word, title in _PERIODS)
    if key == "same":
        return
    if key in _TIMES:
        yield Proposal("as_of", bilingual("判断时点", "the time of the judgement"), None)
    named = index.find(key) or _tail(index, key)
    choices = list(_choices(named, key)) if named is not None else []
    yield from choices
    if not choices:
        yield from _names(index, False)


def _tail(index: Index, key: str) -> Symbol | None:
    """Return a fact of a record by its short name."""
    found = [one for one in index.of_kinds("fact") if one.listed and one.name == f"{one.listed}.{key}"]
    return found[0] if len(found) == 1 else None


def _stands(symbol: Symbol) -> bool:
    """Tell whether the clock of a deadline can stand still."""
    return isinstance(symbol.node, MappingNode) and symbol.node.get("pauses") is not None


def _choices(symbol: Symbol, key: str) -> Iterator[Proposal]:
    if symbol.kind == "deadline":
        if key.endswith(".status"):
            stands = _stands(symbol)
            yield from (Proposal(name, title, None) for name, title in STATUSES if stands or name != "paused")
        return
    node = symbol.node if isinstance(symbol.node, MappingNode) else None
    values = node.get("values") if node is not None else None
    if symbol.kind == "fact" and isinstance(values, MappingNode):
        yield from (Proposal(entry.key.text, _text(entry.value), None) for entry in values.entries)
    type = node.get("type") if node is not None else None
    if isinstance(type, Scalar) and type.text == "boolean":
        yield Proposal("yes", bilingual("是", "yes"), None)
        yield Proposal("no", bilingual("否", "no"), None)
    if symbol.kind == "assumption" and node is not None:
        for entry in getattr(node.get("readings"), "entries", ()):
            yield Proposal(entry.key.text, _text(entry.value), None)
    if isinstance(type, Scalar) and type.text == "instant":
        yield Proposal("happened", bilingual("已发生", "has happened"), None)
        yield Proposal("known", bilingual("已知", "is known"), None)
        yield Proposal("none", bilingual("没有", "has no value"), None)


def _names(index: Index, as_keys: bool) -> Iterator[Proposal]:
    for symbol in index.of_kinds("fact", "amount", "parameter", "deadline", "assumption"):
        title = title_of(symbol)
        if symbol.kind == "deadline":
            properties = DEADLINE_PROPERTIES if _stands(symbol) else DEADLINE_PROPERTIES[:-1]
            yield from (Proposal(f"{symbol.name}.{one}", title, symbol.kind) for one in properties)
        elif symbol.kind != "assumption" or as_keys:
            yield Proposal(symbol.name, title, symbol.kind)
            if symbol.listed:
                yield Proposal(symbol.name.removeprefix(f"{symbol.listed}."), title, symbol.kind)
    if as_keys:
        yield from (Proposal(word, Text(), None) for word in _COMPARISONS)


def title_of(symbol: Symbol) -> Text:
    """Return the title that stands with a declaration, as far as it is written."""
    if symbol.kind == "party":
        return _text(symbol.node)
    node = symbol.node if isinstance(symbol.node, MappingNode) else None
    if node is None:
        return Text()
    quote = node.get("quote")
    if symbol.kind == "clause" and isinstance(quote, Scalar):
        return unspoken(quote.text)
    return _text(node.get("title"))


def _text(node: object) -> Text:
    if isinstance(node, Scalar):
        return unspoken(node.text)
    if not isinstance(node, MappingNode):
        return Text()
    words = ((entry.key.text, entry.value.text) for entry in node.entries if isinstance(entry.value, Scalar))
    return Text(tuple((tag, said) for tag, said in words if said and tag != "members"))
