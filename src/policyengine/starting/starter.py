"""The starter as a rulebook of one house: in its language only, in its currency, zone and calendar."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from policyengine.starting.house import House, places_of
from policyengine.starting.names import scalar
from policyengine.starting.words import case_names, quotes, say_in, spoken
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode

STARTER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "starter")
"""The folder of the starter, which is a rulebook itself, in two languages."""
TERMS = "documents/terms.txt"
EXAMPLE = "cases/example.json"
AS_OF = "2026-06-05 12:00"
"""When the case of the starter is judged: nowhere the clocks are changed in that week."""

_COMMENT = re.compile(r"(?<=# )\S.*")
_SUM = re.compile(r"(?<![\w.])[0-9]+\.[0-9]{2}(?!\w|\.[0-9])")
_ROLES = ("buyer", "shop")


class _Change(NamedTuple):
    """A part of a text, by line and column from 1, and what takes its place."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def comments_of(text: str) -> list[str]:
    """Return the comments of a file of the starter, which teach the language; indented ones are commands."""
    return _COMMENT.findall(text)


def starter_files(house: House) -> dict[str, str]:
    """Return the texts of the files of a rulebook for a house, by their paths in its folder."""
    places = places_of(house.currency)
    found = {path: _told(path, text, house) for path, text in _files()}
    found[TERMS] = _terms(house.language)
    found = {path: _SUM.sub(lambda sum: _in_units(sum[0], places), text) for path, text in found.items()}
    digest = hashlib.sha256(found[TERMS].encode("utf-8")).hexdigest()
    found["rulebook.yaml"] = re.sub("sha256:[0-9a-f]{64}", f"sha256:{digest}", found["rulebook.yaml"])
    return found


def _files() -> Iterator[tuple[str, str]]:
    for base, folders, names in os.walk(STARTER):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        for name in sorted(names):
            path = os.path.join(base, name)
            with open(path, encoding="utf-8", newline="") as file:
                yield os.path.relpath(path, STARTER).replace(os.sep, "/"), file.read()


def _in_units(sum: str, places: int) -> str:
    """Return a sum in a currency of other units: what costs a hundred here costs ten thousand there."""
    units, fraction = sum.split(".")
    return str(int(units + fraction)) if places == 0 else f"{units}.{fraction.ljust(places, '0')}"


def _told(path: str, text: str, house: House) -> str:
    if not path.endswith(".yaml"):
        return text
    tree, _ = read_yaml(text, path)
    assert isinstance(tree, MappingNode)
    changes = [*_titles(tree, house)]
    if path == "rulebook.yaml":
        changes = [one for one in changes if not _is_within(one, tree.get("parties"))]
        changes += _identity(tree, house)
    text = _changed(text, changes)
    return _COMMENT.sub(lambda found: say_in(house.language, found[0]), text)


def _titles(node: Node, house: House, key: str = "") -> Iterator[_Change]:
    """Yield what says something to people, and the parties, wherever they stand."""
    if isinstance(node, MappingNode):
        texts = {one.key.text: one.value for one in node.entries}
        chinese, english = texts.get("zh"), texts.get("en")
        if isinstance(chinese, Scalar) and isinstance(english, Scalar):
            said = say_in(house.language, english.text, chinese.text)
            yield _change(node, scalar(said))
            return
        for one in node.entries:
            yield from _titles(one.value, house, one.key.text)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _titles(item, house)
    elif key == "quote":
        said = say_in(house.language, quotes()[node.text], node.text)
        yield _change(node, scalar(said))
    elif key == "name":
        said = say_in(house.language, node.text, case_names()[node.text])
        yield _change(node, scalar(said))
    elif key in ("who", "to"):
        yield _change(node, house.parties[min(_ROLES.index(node.text), len(house.parties) - 1)][0])


def _identity(tree: MappingNode, house: House) -> Iterator[_Change]:
    """Yield what rulebook.yaml says of the house itself."""
    said: Mapping[str, str] = {
        "rulebook": house.id,
        "title": scalar(house.title),
        "time_zone": scalar(house.zone),
        "currency": scalar(house.currency),
        "calendar": scalar(house.calendar),
        "languages": f"[{scalar(house.language)}]",
    }
    for key, text in said.items():
        node = tree.get(key)
        assert node is not None
        yield _change(node, text)
    parties = tree.get("parties")
    assert isinstance(parties, MappingNode)
    first, last = parties.entries[0], parties.entries[-1]
    lines = [f"{name}: {scalar(title)}" for name, title in house.parties]
    start, end = first.key.span, last.value.span
    yield _Change(start.line, start.column, end.end_line, end.end_column, "\n  ".join(lines))


def _change(node: Node, text: str) -> _Change:
    return _Change(node.span.line, node.span.column, node.span.end_line, node.span.end_column, text)


def _is_within(one: _Change, node: Node | None) -> bool:
    return node is not None and node.span.line <= one.line <= node.span.end_line and one.column > 1


def _changed(text: str, changes: list[_Change]) -> str:
    """Return the text with its changes; of two at one place the later one counts."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    places = {(one.line, one.column): one for one in changes}
    for _, one in sorted(places.items(), reverse=True):
        begin, end = starts[one.line - 1] + one.column - 1, starts[one.end_line - 1] + one.end_column - 1
        text = text[:begin] + one.text + text[end:]
    return text


def _terms(language: str) -> str:
    """Return the document that the starter quotes."""
    said = [say_in(language, english, chinese) for chinese, english in quotes().items()]
    within, fee, limits, refund, exception = said
    if spoken(language) in ("zh", "ja"):
        return f"1. {within}。\n2. {refund}。{fee}，{limits}。\n3. {exception}。\n"
    return f"1. {within}.\n2. {refund}. {fee}: {limits}.\n3. {exception}.\n"
