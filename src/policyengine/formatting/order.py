"""Keys in the order of their schema, moved as the lines that they are, with the comments above them.

Only mappings with a closed set of keys are put in order: the names of rules and facts, and what conditions
ask, stay as their author arranged them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from policyengine.syntax.yaml_tree import MappingNode, Node, SequenceNode

Schema = Mapping[str, Any]


class Move(NamedTuple):
    """Text from one (line, column) to another, 0-based and exclusive, and what takes its place."""

    start: tuple[int, int]
    end: tuple[int, int]
    lines: list[str]


def moves(text: str, root: Node, schema: Schema) -> list[Move]:
    """Return what puts keys in order: moves that do not overlap, the outer of two mappings first."""
    lines = text.split("\n")
    found: list[Move] = []
    for node, order in _closed(root, schema, schema):
        move = _reordered(lines, node, order, node is root)
        if move is not None and all(move.end <= one.start or one.end <= move.start for one in found):
            found.append(move)
    return found


def applied(text: str, moved: Iterable[Move]) -> str:
    """Return the text after moves that do not overlap."""
    lines = text.split("\n")
    for move in sorted(moved, reverse=True):
        (first, start), (last, end) = move.start, move.end
        middle = [lines[first][:start] + move.lines[0], *move.lines[1:]]
        middle[-1] += lines[last][end:]
        lines[first : last + 1] = middle
    return "\n".join(lines)


# ---------- which mappings have an order


def _closed(node: Node, schema: Schema, whole: Schema) -> Iterator[tuple[MappingNode, Sequence[str]]]:
    """Return the mappings whose keys their schema lists, inner ones last, each with the keys in order."""
    if isinstance(node, SequenceNode):
        for item in node.items:
            for inner in _ways(schema, whole):
                if "items" in inner:
                    yield from _closed(item, inner["items"], whole)
    if not isinstance(node, MappingNode):
        return
    ways = [way for way in _ways(schema, whole) if _fits(way, node)]
    if ways and ways[0].get("additionalProperties") is False:
        yield node, tuple(ways[0]["properties"])
    for entry in node.entries:
        for way in ways[:1]:
            inner = way.get("properties", {}).get(entry.key.text, way.get("additionalProperties"))
            if isinstance(inner, Mapping):
                yield from _closed(entry.value, inner, whole)


def _ways(schema: Schema, whole: Schema) -> Iterator[Schema]:
    """Return the schemas that a value can follow, references resolved."""
    if "$ref" in schema:
        target: Any = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _ways(target, whole)
        return
    yield schema
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, ()):
            yield from _ways(one, whole)


def _fits(schema: Schema, node: MappingNode) -> bool:
    if "properties" not in schema and not isinstance(schema.get("additionalProperties"), Mapping):
        return False
    is_closed = schema.get("additionalProperties") is False
    return not is_closed or set(node.keys()) <= set(schema["properties"])


# ---------- moving


def _reordered(lines: Sequence[str], node: MappingNode, order: Sequence[str], is_root: bool) -> Move | None:
    wanted = sorted(range(len(node.entries)), key=lambda one: order.index(node.entries[one].key.text))
    if wanted == list(range(len(node.entries))):
        return None
    opening = lines[node.span.line - 1][node.span.column - 1 : node.span.column]
    if opening == "{":
        return _in_braces(lines, node, wanted)
    return _in_lines(lines, node, wanted, is_root)


def _in_braces(lines: Sequence[str], node: MappingNode, wanted: Sequence[int]) -> Move | None:
    """Move the keys of ``{…}`` on one line; one on several lines is first put on one by the layout."""
    row = node.span.line - 1
    if node.span.end_line != node.span.line:
        return None
    starts = [entry.key.span.column - 1 for entry in node.entries]
    ends = [*(_before_comma(lines[row], start) for start in starts[1:]), node.span.end_column - 2]
    parts = [lines[row][start:end].strip() for start, end in zip(starts, ends, strict=True)]
    return Move((row, starts[0]), (row, ends[-1]), [", ".join(parts[one] for one in wanted)])


def _before_comma(line: str, start: int) -> int:
    return line.rindex(",", 0, start)


def _in_lines(lines: Sequence[str], node: MappingNode, wanted: Sequence[int], is_root: bool) -> Move | None:
    column = node.entries[0].key.span.column - 1
    first_row = node.entries[0].key.span.line - 1
    prefix = lines[first_row][:column]
    if any(entry.key.span.column - 1 != column for entry in node.entries):
        return None
    starts = [first_row]
    for before, entry in zip(node.entries, node.entries[1:], strict=False):
        starts.append(
            _start(
                lines, _last_row(before.value, before.key.span.end_line) + 1, entry.key.span.line - 1, column
            )
        )
    end = _end(lines, _last_row(node.entries[-1].value, node.entries[-1].key.span.end_line) + 1, column)
    if not prefix.strip() and not is_root:
        starts[0] = _above(lines, first_row, column)
    parts = [list(lines[one:after]) for one, after in zip(starts, [*starts[1:], end], strict=True)]
    if prefix.strip():  # after the dash of a list: the dash goes to what comes first
        parts[0][0] = " " * column + parts[0][0][column:]
    moved = [line for one in wanted for line in parts[one]]
    if prefix.strip():
        if moved[0][:column].strip() or moved[0][column:].lstrip().startswith("#"):
            return None
        moved[0] = prefix + moved[0][column:]
    return Move((starts[0], 0), (end - 1, len(lines[end - 1])), moved)


def _last_row(node: Node, after_key: int) -> int:
    """Return the last row (0-based) on which a value has text; spans of blocks reach to what follows."""
    if isinstance(node, MappingNode) and node.entries:
        return max(after_key - 1, *(_last_row(one.value, one.key.span.end_line) for one in node.entries))
    if isinstance(node, SequenceNode) and node.items:
        return max(after_key - 1, *(_last_row(one, after_key) for one in node.items), _end_row(node))
    return max(after_key - 1, _end_row(node))


def _end_row(node: Node) -> int:
    """Return the row on which a node ends, if its end is written: a bracket or the text of a scalar."""
    return node.span.end_line - 1 - (node.span.end_column == 1 and node.span.end_line > node.span.line)


def _start(lines: Sequence[str], row: int, key_row: int, column: int) -> int:
    """Return where the part of a key begins: comments and blank lines above it, but not what is deeper."""
    while row < key_row and _indent(lines[row]) > column:
        row += 1
    return row


def _above(lines: Sequence[str], key_row: int, column: int) -> int:
    """Return where the comments directly above the first key of a mapping begin."""
    row = key_row
    while row > 0 and lines[row - 1].lstrip().startswith("#") and _indent(lines[row - 1]) == column:
        row -= 1
    return row


def _end(lines: Sequence[str], row: int, column: int) -> int:
    """Return where a mapping ends: with comments that are indented as its keys, without blank lines."""
    end = row
    while row < len(lines) and (not lines[row].strip() or lines[row].lstrip().startswith("#")):
        if lines[row].strip():
            if _indent(lines[row]) < max(column, 1):
                break
            end = row + 1
        row += 1
    return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if line.strip() else 0
