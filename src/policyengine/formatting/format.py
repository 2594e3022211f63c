"""Formatting a rule file: order and layout, and the proof that neither changed what it says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable

from policyengine.diagnostics.diagnostic import Diagnostic, Message, has_errors, message
from policyengine.formatting.layout import LayoutFailed, laid_out
from policyengine.formatting.order import Schema, applied, moves
from policyengine.syntax.limits import MAX_DEPTH
from policyengine.syntax.schemas import read_shaped, schema_text
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar

_MOST_ROUNDS = 5


def format_text(text: str, kind: str, file: str) -> tuple[str | None, list[Diagnostic]]:
    """Return the text of a file of a kind in its usual form, or None and what is wrong with it.

    A step that would change the meaning or lose a comment is left out, whatever the library does. Lines end
    as most lines of the file do: with a line feed, or with a carriage return before it.
    """
    node, faults = read_shaped(kind, text, file)
    if node is None:
        return None, faults
    schema = json.loads(schema_text(kind))
    current = text
    for _ in range(_MOST_ROUNDS):  # what one step does can let another do more
        before = current
        for step in (_plain, _laid_out):
            current = _kept(current, step(current)) or current
        current = _ordered(current, schema)
        if current == before:
            break
    return current.replace("\n", _line_end(text)), faults


def what_changes(before: str, after: str) -> list[Message]:
    """Return what the form of a text is changed in: the order of keys, spacing, the ends of its lines."""
    old, new = (text.replace("\r\n", "\n").split("\n") for text in (before, after))
    found = []
    if "".join("".join(old).split()) != "".join("".join(new).split()):
        found.append(message("order of keys"))
    # Keys that changed their places in braces leave the letters of a line as they are.
    if Counter("".join(sorted(line)) for line in old) != Counter("".join(sorted(line)) for line in new):
        found.append(message("spacing"))
    if "\n".join(old).replace("\n", _line_end(before)) != before:
        found.append(message("ends of lines"))
    return found


def _line_end(text: str) -> str:
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def _ordered(text: str, schema: Schema) -> str:
    """Put keys in order, outer mappings first; a move that would change what is said is left out."""
    for _ in range(MAX_DEPTH):
        tree, _ = read_yaml(text, "")
        assert tree is not None
        found = moves(text, tree, schema)
        after = _kept(text, applied(text, found))
        if after is None:  # one of them does harm: which?
            after = applied(text, [one for one in found if _kept(text, applied(text, [one])) is not None])
            after = _kept(text, after) or text
        if after == text:
            break
        text = after
    return text


def _plain(text: str) -> str:
    """Return the text with plain ends of lines and one at its end."""
    return "\n".join(line.rstrip() for line in text.removeprefix("\ufeff").splitlines()).rstrip("\n") + "\n"


def _laid_out(text: str) -> str:
    try:
        return laid_out(text)
    except LayoutFailed:
        return text


def _kept(before: str, after: str) -> str | None:
    """Return the later text if it says the same and has the same comments, else None."""
    old, _ = read_yaml(before, "")
    new, faults = read_yaml(after, "")
    if old is None or new is None or has_errors(faults) or _said(old) != _said(new):
        return None
    return after if _comments(before) == _comments(after) else None


def _said(node: Node) -> Hashable:
    """Return what a tree says: the order of keys does not matter, quotes do, for they make a literal."""
    if isinstance(node, Scalar):
        return node.text, node.quoted
    if isinstance(node, MappingNode):
        return frozenset((entry.key.text, _said(entry.value)) for entry in node.entries)
    return tuple(_said(item) for item in node.items)


def _comments(text: str) -> Counter[str]:
    """Return the comments of a text; a `#` in a quoted text counts too, which does no harm."""
    return Counter(line[line.index("#") :].strip() for line in text.splitlines() if "#" in line)
