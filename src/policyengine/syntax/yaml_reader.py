"""YAML texts as trees.

Nothing is guessed from a spelling: ``NO`` stays the text ``NO`` and ``1200.10`` keeps its zero.
The tree is built from parser events, without recursion, so that every limit holds while reading.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, listing, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.syntax.limits import BOM, MAX_DEPTH
from policyengine.syntax.yaml_events import SyntaxFault, events
from policyengine.syntax.yaml_faults import MAX_FAULTS, Faults, ReadingEnds, shortened
from policyengine.syntax.yaml_slips import (
    check_item,
    check_key,
    check_plain,
    check_quoted,
    check_value,
    tell_missing_colon,
)
from policyengine.syntax.yaml_syntax import tell_fault
from policyengine.syntax.yaml_text import refuse_directives, replace_unreadable
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode

MAX_NODES = 100_000
MAX_SCALAR = 1_000_000
_MOST_KEYS_NAMED = 6


def read_yaml(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """Return the tree of the one document in a YAML text, and everything that is wrong with it.

    No tree is returned after a fault that ends the reading: ``yaml-syntax``, ``yaml-depth``,
    ``yaml-expansion``, ``yaml-size``, ``yaml-directive`` or ``yaml-empty``. Other faults leave a tree
    without the refused parts. Never raises on bad input.
    """
    text = text.removeprefix(BOM)
    faults = Faults(file)
    text = replace_unreadable(text, faults)
    if refuse_directives(text, faults):
        return None, faults.found
    reader = _Reader(faults)
    root: Node | None = None
    try:
        for event in events(text):
            reader.take(event)
        root = reader.finish()
    except ReadingEnds as ending:
        root = ending.root
        reader.leave()
    except SyntaxFault as fault:
        reader.leave()
        if not _is_told(faults, fault.place[0] + 1):
            faults.found.append(tell_fault(text, file, fault))
    return root, sorted(faults.found, key=lambda one: one.order)


def _is_told(faults: Faults, line: int) -> bool:
    """Tell whether the parser stops because of a space that is told already, here or on the line above."""
    return any(one.code == "yaml-space" and line - 1 <= one.span.line <= line for one in faults.found)


def _join(opened: _Open, key: Scalar) -> Message | None:
    """Return how the two mappings of a key that is written twice are one mapping, where they can be."""
    first = next((one.value for one in opened.parts if one.key.text == key.text), None)
    second = opened.dropped
    if not isinstance(first, MappingNode) or not isinstance(second, MappingNode):
        return None
    entries = [*first.entries, *second.entries]
    words = {one.key.text for one in entries}
    if len(words) < len(entries) or not all(isinstance(one.value, Scalar) for one in entries):
        return None
    joined = ", ".join(
        f"{one.key.text}: {one.value.text}" for one in entries if isinstance(one.value, Scalar)
    )
    return message("keep one of the two, or write both as one: `{{{joined}}}`", joined=shortened(joined))


class _Open:
    """A mapping or sequence whose end is still to come."""

    __slots__ = (
        "anchor",
        "before",
        "dropped",
        "flow",
        "height",
        "key",
        "key_taken",
        "lines",
        "parts",
        "repeated",
        "start",
    )

    def __init__(self, event: Any, is_mapping: bool, before: int) -> None:
        self.start = event.start_mark
        self.flow: bool = bool(event.flow_style)
        self.anchor: str | None = event.anchor
        self.before = before  # the weight of the document before this node
        self.height = 0  # the depth of what is inside
        self.parts: list[Any] = []  # entries or items
        self.lines: dict[str, int] | None = {} if is_mapping else None  # line of every key
        # A run of duplicate keys, each with the line where it stands first.
        self.repeated: list[tuple[Scalar, Span, int]] = []
        self.dropped: Node | None = None  # the value of the last of them
        self.key: Scalar | None = None  # None also for a key that is refused
        self.key_taken = False


class _Known(Frozen):
    """An anchored node with its weight after expansion and its height."""

    node: Node
    weight: int
    height: int


class _Reader:
    """Builds the tree from events and notes what is wrong."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.open: list[_Open] = []
        self.known: dict[str, _Known] = {}
        self.weight = 0
        self.documents = 0
        self.root: Node | None = None

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        name = type(event).__name__
        if name == "ScalarEvent":
            self._scalar(event)
        elif name == "AliasEvent":
            self._alias(event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._begin(event, name == "MappingStartEvent")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._end(event)
        elif name == "DocumentStartEvent":
            self._document(event)

    def finish(self) -> Node | None:
        """Return the root after the last event."""
        root = self.root
        if root is None or (isinstance(root, Scalar) and not root.text and not root.quoted):
            help = message("write the content, and check that the right file was saved")
            self.faults.found.append(
                error("yaml-empty", message("the file is empty"), Span(self.faults.file), help)
            )
            return None
        if isinstance(root, Scalar) and not root.quoted:
            tell_missing_colon(self.faults, root, error)
        return root

    def leave(self) -> None:
        """Tell what is known of the mappings whose end was not reached."""
        for opened in self.open:
            with suppress(ReadingEnds):
                self._tell_repeated(opened)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            what = message("a second document begins here; a file holds one")
            help = message("remove the line `---`, or move what follows to a file of its own")
            self.faults.error("yaml-documents", what, self._span(event), help)
            raise ReadingEnds(self.root)

    def _scalar(self, event: Any) -> None:
        span = self._span(event)
        text: str = event.value
        quoted = event.style not in (None, "")
        if len(text) > MAX_SCALAR:
            what = message("a text is longer than {limit} characters", limit=MAX_SCALAR)
            self.faults.error("yaml-size", what, span, message("check for a quote that is not closed"))
            raise ReadingEnds
        self._refuse_tag(event, span)
        self._grow(1 + len(text) // 1000, span)  # long texts weigh more, or aliases could multiply them
        if quoted:
            check_quoted(self.faults, text, span)
        else:
            check_plain(self.faults, text, span)
        scalar = Scalar(text, span, quoted)
        if event.anchor is not None:
            self.known[event.anchor] = _Known(scalar, 1 + len(text) // 1000, 0)
        self._place_node(scalar, span, False)

    def _alias(self, event: Any) -> None:
        span = self._span(event)
        known = self.known.get(event.anchor)
        if known is None:
            inside = any(one.anchor == event.anchor for one in self.open)
            if inside:
                what = message("`*{name}` stands inside `&{name}` itself", name=event.anchor)
            else:
                what = message("there is no `&{name}` before `*{name}`", name=event.anchor)
            help = message("if the star belongs to a text, put the text in quotes")
            self.faults.error("yaml-alias", what, span, help)
            self._place_node(Scalar("", span, True), span, True)
            return
        self._grow(known.weight, span)
        if len(self.open) + known.height > MAX_DEPTH:
            self._too_deep(span)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, known.height)
        # Its own place is where the star stands: what is wrong with it there is nothing wrong further up.
        self._place_node(replace(known.node, span=span), span, False)

    def _begin(self, event: Any, is_mapping: bool) -> None:
        span = self._span(event)
        self._refuse_tag(event, span)
        if len(self.open) >= MAX_DEPTH:
            self._too_deep(span)
        opened = _Open(event, is_mapping, self.weight)
        self._grow(1, span)
        if event.anchor is not None:
            self.known.pop(event.anchor, None)  # an alias inside means this node, not an earlier one
        self.open.append(opened)

    def _end(self, event: Any) -> None:
        self._tell_repeated(self.open[-1])
        opened = self.open.pop()
        span = self._span_of(opened, event)
        node: Node
        if opened.lines is None:
            node = SequenceNode(tuple(opened.parts), span)
        else:
            node = MappingNode(tuple(opened.parts), span)
        height = opened.height + 1
        if opened.anchor is not None:
            self.known[opened.anchor] = _Known(node, self.weight - opened.before, height)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, height)
        self._place_node(node, span, False)

    def _place_node(self, node: Node, span: Span, refused: bool) -> None:
        """Put a finished node where it belongs; ``span`` is its alias when it was written by one."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.lines is None:
            check_item(self.faults, node)
            parent.parts.append(node)
        elif not parent.key_taken:
            parent.key_taken = True
            parent.key = None if refused else self._key(node, span, parent.lines)
        else:
            if parent.key is not None:
                check_value(self.faults, parent.key, node)
                parent.parts.append(Entry(parent.key, node))
            elif parent.repeated:
                parent.dropped = node
            parent.key_taken, parent.key = False, None

    def _key(self, node: Node, span: Span, lines: dict[str, int]) -> Scalar | None:
        """Return the key, or None when it is refused."""
        if not isinstance(node, Scalar):
            help = message("if the brackets or braces belong to a text, put the text in quotes")
            self.faults.error("yaml-key", message("a key must be a text, not a list or mapping"), span, help)
            return None
        if node.text == "<<" and not node.quoted:
            help = message("write the shared keys out in each place")
            self.faults.error("yaml-merge", message("the merge key `<<` is not supported"), span, help)
            return None
        if not node.text and not node.quoted:
            help = message("write the key before the colon")
            self.faults.error("yaml-key", message("there is no key before the colon"), span, help)
            return None
        if node.text in lines:
            self.open[-1].repeated.append((node, span, lines[node.text]))
            if len(self.open[-1].repeated) >= MAX_FAULTS:
                self._tell_repeated(self.open[-1])
            return None
        self._tell_repeated(self.open[-1])
        lines[node.text] = span.line
        if not node.quoted:
            check_key(self.faults, node, span)
        return replace(node, span=span)

    def _tell_repeated(self, opened: _Open) -> None:
        """Tell of duplicate keys; of several in a row once, for they have one cause."""
        run, opened.repeated = opened.repeated, []
        if not run:
            return
        key, span, line = run[0]
        what = message(
            "the key `{key}` is written twice; the first is on line {line}",
            key=shortened(key.text),
            line=line,
        )
        help = _join(opened, key) or message("keep one of the two")
        if len(run) > 1:
            what = message(
                "the keys {keys} are written twice; the first `{key}` is on line {line}",
                keys=listing(shortened(one.text) for one, _, _ in run[:_MOST_KEYS_NAMED]),
                key=shortened(key.text),
                line=line,
            )
            help = message(
                "keep one of each; if something new begins here, check the line with its name: is it there,"
                " and not indented too far?"
            )
        self.faults.error("duplicate-key", what, span, help)

    def _refuse_tag(self, event: Any, span: Span) -> None:
        if event.tag is not None:
            what = message("the tag `{tag}` is not supported", tag=shortened(event.tag))
            help = message("remove the tag; if the exclamation mark belongs to a text, quote the text")
            if event.tag.startswith("!="):
                value = f"{event.tag[2:]}{getattr(event, 'value', '')}" or "…"
                help = message(
                    "`{sign}` does not compare: write `{{{word}: {value}}}`",
                    sign="!=",
                    word="is_not",
                    value=shortened(value),
                )
            self.faults.error("yaml-tag", what, span, help)

    def _grow(self, weight: int, span: Span) -> None:
        self.weight += weight
        if self.weight > MAX_NODES:
            what = message("the file has more than {limit} values when aliases are expanded", limit=MAX_NODES)
            help = message(
                "use fewer aliases (`*name`), or split the file; a small file that grows so is an alias bomb"
            )
            self.faults.error("yaml-expansion", what, span, help)
            raise ReadingEnds

    def _too_deep(self, span: Span) -> None:
        what = message("lists and mappings are nested more than {limit} deep", limit=MAX_DEPTH)
        self.faults.error("yaml-depth", what, span, message("make the structure flatter"))
        raise ReadingEnds

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.faults.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _span_of(self, opened: _Open, event: Any) -> Span:
        """A block ends where its last part ends; the parser's own mark is at whatever follows it."""
        end_line, end_column = event.end_mark.line + 1, event.end_mark.column + 1
        if not opened.flow:
            end_line, end_column = opened.start.line + 1, opened.start.column + 1
            if opened.parts:
                last = opened.parts[-1]
                span = last.value.span if isinstance(last, Entry) else last.span
                # An alias stands for a node that was written further up.
                spans = (span, last.key.span) if isinstance(last, Entry) else (span,)
                end_line, end_column = max(
                    (end_line, end_column), *((one.end_line, one.end_column) for one in spans)
                )
        return Span(self.faults.file, opened.start.line + 1, opened.start.column + 1, end_line, end_column)
