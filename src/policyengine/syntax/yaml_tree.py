"""YAML texts as trees of nodes that know their place and keep every scalar as it was written.

Nothing is guessed from a spelling: ``NO`` stays the text ``NO`` and ``1200.10`` keeps its zero.
The tree is built from parser events, without recursion, so that every limit holds while reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.syntax.yaml_syntax import tell_fault

if TYPE_CHECKING:
    import yaml

MAX_NODES = 100_000
MAX_DEPTH = 100
MAX_SCALAR = 1_000_000
MAX_FAULTS = 200
_MOST_KEYS_NAMED = 6

_BOM = "\ufeff"
_ODD_AT_END = f"^[{slips.ODD_SPACE}]|[{slips.ODD_SPACE}]$"
# YAML 1.1 ends a line at the first three, no editor does; the others may not stand in YAML at all.
_LINE_SEPARATORS = "\u0085\u2028\u2029"
# Marks that turn the direction of writing: a reader would see another text than the program.
_DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNREADABLE = (
    f"[{_LINE_SEPARATORS}{_DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]"
)
_BAD_IN_SCALAR = f"[{_DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"
_LINE_END = re.compile(r"\r\n|\r|\n")
# Possessive repetition: no backtracking, whatever the text.
_DIRECTIVE = r"(?:[ \t]*+(?:#[^\r\n]*+)?+(?:\r\n|\r|\n))*+%"


class Scalar(NamedTuple):
    """One text as written; ``quoted`` unless it is plain. A missing value is an empty plain scalar."""

    text: str
    span: Span
    quoted: bool


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    key: Scalar
    value: Node


class MappingNode(NamedTuple):
    """Keys with values in written order; of duplicate keys only the first is kept."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None if there is no such key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def keys(self) -> tuple[str, ...]:
        """Return the texts of the keys in written order."""
        return tuple(entry.key.text for entry in self.entries)


class SequenceNode(NamedTuple):
    """Items in written order."""

    items: tuple[Node, ...]
    span: Span


Node: TypeAlias = Scalar | MappingNode | SequenceNode


def read_yaml(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """Return the tree of the one document in a YAML text, and everything that is wrong with it.

    No tree is returned after a fault that ends the reading: ``yaml-syntax``, ``yaml-depth``,
    ``yaml-expansion``, ``yaml-size``, ``yaml-directive`` or ``yaml-empty``. Other faults leave a tree
    without the refused parts. Never raises on bad input.
    """
    text = text.removeprefix(_BOM)
    reader = _Reader(text, file)
    text = reader.replace_unreadable()
    if reader.refuse_directives():
        return None, reader.found
    root: Node | None = None
    try:
        for event in _events(text):
            reader.take(event)
        root = reader.finish()
    except _ReadingEnds as ending:
        root = ending.root
        reader.leave()
    except _SyntaxFault as fault:
        reader.leave()
        reader.found.append(tell_fault(text, file, fault.problem, fault.place))
    return root, sorted(reader.found, key=lambda one: one.order)


def to_plain(node: Node) -> object:
    """Return the tree as dictionaries, lists and strings, for a JSON Schema check."""
    # Recursion is safe: no tree is deeper than MAX_DEPTH.
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return [to_plain(item) for item in node.items]
    return {entry.key.text: to_plain(entry.value) for entry in node.entries}


def node_at(node: Node, path: Sequence[str | int]) -> tuple[Node, Span]:
    """Return the deepest node on a path that exists and the place to point at: its key, if it has one."""
    span = node.span
    for step in path:
        if isinstance(node, MappingNode):
            entry = next((one for one in node.entries if one.key.text == step), None)
            if entry is None:
                break
            node, span = entry.value, entry.key.span
        elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            span = node.span
        else:
            break
    return node, span


class _ReadingEnds(Exception):
    """A fault after which reading on makes no sense; it is already among the diagnostics."""

    def __init__(self, root: Node | None = None) -> None:
        super().__init__()
        self.root = root


class _SyntaxFault(Exception):
    """What the YAML parser said, and the 0-based (line, column) where the fault is best shown."""

    def __init__(self, problem: str, place: tuple[int, int]) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place


def _events(text: str) -> Iterator[Any]:
    # Not at the top: the start-up of commands that read no YAML must not pay for it.
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as fault:
        raise _SyntaxFault(fault.problem or "", _best_place(fault, text)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the pure Python scanner lets the last two out
        raise _SyntaxFault("", (0, 0)) from None


def _best_place(fault: yaml.MarkedYAMLError, text: str) -> tuple[int, int]:
    """Choose between where the parser gave up and where the thing begins that it could not read."""
    began, noticed = fault.context_mark, fault.problem_mark
    unfinished = (fault.context or "").endswith(("a simple key", "flow sequence", "flow mapping"))
    at_end = noticed is None or "end of stream" in (fault.problem or "")
    mark = began if began and (unfinished or at_end) else noticed
    return (mark.line, mark.column) if mark else (0, 0)


class _Open:
    """A mapping or sequence whose end is still to come."""

    __slots__ = (
        "anchor",
        "before",
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
        self.key: Scalar | None = None  # None also for a key that is refused
        self.key_taken = False


class _Known(NamedTuple):
    """An anchored node with its weight after expansion and its height."""

    node: Node
    weight: int
    height: int


class _Reader:
    """Builds the tree from events and notes what is wrong."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.found: list[Diagnostic] = []
        self.open: list[_Open] = []
        self.known: dict[str, _Known] = {}
        self.weight = 0
        self.documents = 0
        self.root: Node | None = None

    # Before the parser runs.

    def replace_unreadable(self) -> str:
        """Report the characters YAML refuses, and return the text with harmless ones in their place."""
        first = re.search(_UNREADABLE, self.text)
        if first:
            code = f"U+{ord(first[0]):04X}"
            line, column = _place(self.text, first.start())
            span = Span(self.file, line, column, line, column + 1)
            what = message("the file holds the character {code}, which cannot be seen", code=code)
            help = message("remove it; if there are many, save the file again as UTF-8 text")
            self.found.append(error("yaml-text", what, span, help))
            self.text = re.sub(_UNREADABLE, "\ufffd", self.text)
        return self.text

    def refuse_directives(self) -> bool:
        """Refuse ``%YAML`` and ``%TAG``: none is needed, and many of them make the parser slow."""
        match = re.match(_DIRECTIVE, self.text)
        if match is None:
            return False
        line, _ = _place(self.text, match.end() - 1)
        span = Span(self.file, line, 1, line, 2)
        what = message("lines that begin with `%` are not supported")
        self._error("yaml-directive", what, span, message("remove the line"))
        return True

    # Events.

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
            self.found.append(error("yaml-empty", message("the file is empty"), Span(self.file), help))
            return None
        if isinstance(root, Scalar) and not root.quoted:
            self._lines_without_colon(root, error)
        return root

    def leave(self) -> None:
        """Tell what is known of the mappings whose end was not reached."""
        for opened in self.open:
            with suppress(_ReadingEnds):
                self._tell_repeated(opened)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            what = message("a second document begins here; a file holds one")
            help = message("remove the line `---`, or move what follows to a file of its own")
            self._error("yaml-documents", what, self._span(event), help)
            raise _ReadingEnds(self.root)

    def _scalar(self, event: Any) -> None:
        span = self._span(event)
        text: str = event.value
        quoted = event.style not in (None, "")
        if len(text) > MAX_SCALAR:
            what = message("a text is longer than {limit} characters", limit=MAX_SCALAR)
            self._error("yaml-size", what, span, message("check for a quote that is not closed"))
            raise _ReadingEnds
        self._refuse_tag(event, span)
        self._grow(1 + len(text) // 1000, span)  # long texts weigh more, or aliases could multiply them
        if quoted:
            self._check_quoted(text, span)
        else:
            self._check_plain(text, span)
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
            self._error("yaml-alias", what, span, help)
            self._place_node(Scalar("", span, True), span, True)
            return
        self._grow(known.weight, span)
        if len(self.open) + known.height > MAX_DEPTH:
            self._too_deep(span)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, known.height)
        self._place_node(known.node, span, False)

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

    # The parts of a node.

    def _place_node(self, node: Node, span: Span, refused: bool) -> None:
        """Put a finished node where it belongs; ``span`` is its alias when it was written by one."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.lines is None:
            self._check_item(node)
            parent.parts.append(node)
        elif not parent.key_taken:
            parent.key_taken = True
            parent.key = None if refused else self._key(node, span, parent.lines)
        else:
            if parent.key is not None:
                self._check_value(parent.key, node)
                parent.parts.append(Entry(parent.key, node))
            parent.key_taken, parent.key = False, None

    def _key(self, node: Node, span: Span, lines: dict[str, int]) -> Scalar | None:
        """Return the key, or None when it is refused."""
        if not isinstance(node, Scalar):
            help = message("if the brackets or braces belong to a text, put the text in quotes")
            self._error("yaml-key", message("a key must be a text, not a list or mapping"), span, help)
            return None
        if node.text == "<<" and not node.quoted:
            help = message("write the shared keys out in each place")
            self._error("yaml-merge", message("the merge key `<<` is not supported"), span, help)
            return None
        if not node.text and not node.quoted:
            help = message("write the key before the colon")
            self._error("yaml-key", message("there is no key before the colon"), span, help)
            return None
        if node.text in lines:
            self.open[-1].repeated.append((node, span, lines[node.text]))
            if len(self.open[-1].repeated) >= MAX_FAULTS:
                self._tell_repeated(self.open[-1])
            return None
        self._tell_repeated(self.open[-1])
        lines[node.text] = span.line
        if not node.quoted:
            self._check_key(node, span)
        return node._replace(span=span)

    def _tell_repeated(self, opened: _Open) -> None:
        """Tell of duplicate keys; of several in a row once, for they have one cause."""
        run, opened.repeated = opened.repeated, []
        if not run:
            return
        key, span, line = run[0]
        what = message(
            "the key `{key}` is written twice; the first is on line {line}",
            key=_shortened(key.text),
            line=line,
        )
        help = message("keep one of the two")
        if len(run) > 1:
            what = message(
                "the keys {keys} are written twice; the first `{key}` is on line {line}",
                keys=listing(_shortened(one.text) for one, _, _ in run[:_MOST_KEYS_NAMED]),
                key=_shortened(key.text),
                line=line,
            )
            help = message(
                "keep one of each; if something new begins here, check the line with its name: is it there,"
                " and not indented too far?"
            )
        self._error("duplicate-key", what, span, help)

    def _check_key(self, key: Scalar, span: Span) -> None:
        if "：" in key.text:
            what = message("the key `{key}` holds a full-width colon", key=_shortened(key.text))
            help = message("write an ASCII colon and a space (`: `); quote the key if the colon is meant")
            self._error("yaml-colon", what, span, help)
        odd = re.search(slips.ODD_SPACES, key.text)
        if odd and not re.search(_ODD_AT_END, key.text):  # those at the ends are already reported
            self._odd_space(odd[0], span)

    def _check_plain(self, text: str, span: Span) -> None:
        odd = re.search(_ODD_AT_END, text)
        if odd:
            self._odd_space(odd[0], span)
        alone = slips.quote_without_partner(text)
        if alone is not None:
            what = message("the quote `{quote}` in this text has no partner", quote=alone)
            help = message("remove it, or put the whole text in a pair of ASCII quotes")
            self.found.append(warning("yaml-quote", what, span, help))

    def _check_quoted(self, text: str, span: Span) -> None:
        bad = re.search(_BAD_IN_SCALAR, text)
        if bad:
            code = f"U+{ord(bad[0]):04X}"
            what = message("the text holds the character {code}, which is no text", code=code)
            self._error("yaml-text", what, span, message("remove the escape"))

    def _check_value(self, key: Scalar, value: Node) -> None:
        """Warn of a value that begins below its key and looks like keys whose colons are wrong."""
        if isinstance(value, Scalar) and not value.quoted and value.span.line > key.span.end_line:
            self._lines_without_colon(value, warning)

    def _check_item(self, item: Node) -> None:
        # One line such as "注意：..." is a sentence; several lines that all look so are keys.
        if isinstance(item, Scalar) and not item.quoted and item.span.end_line > item.span.line:
            matches = len(re.findall(slips.FULL_WIDTH_COLON, item.text)) + item.text.count("：")
            if matches > item.span.end_line - item.span.line:
                self._lines_without_colon(item, warning)

    def _lines_without_colon(self, scalar: Scalar, level: Any) -> None:
        span = scalar.span._replace(end_line=scalar.span.line, end_column=scalar.span.column)
        if re.search(slips.FULL_WIDTH_COLON, scalar.text):
            what = message("this line is read as one text, because its colon is full-width")
            help = message("write an ASCII colon and a space (`: `); quote the text if it is meant")
        elif re.search(slips.MISSING_SPACE, scalar.text):
            what = message("this line is read as one text, because there is no space after its colon")
            help = message("put a space after the colon; quote the text if it is meant")
        else:
            return
        self.found.append(level("yaml-colon", what, span, help))

    def _odd_space(self, character: str, span: Span) -> None:
        code = f"U+{ord(character):04X}"
        what = message("there is an invisible character {code} in this text or next to it", code=code)
        help = message("replace it by ordinary spaces, or put the text in quotes if it is meant")
        self._error("yaml-space", what, span, help)

    def _refuse_tag(self, event: Any, span: Span) -> None:
        if event.tag is not None:
            what = message("the tag `{tag}` is not supported", tag=_shortened(event.tag))
            help = message("remove the tag; if the exclamation mark belongs to a text, quote the text")
            self._error("yaml-tag", what, span, help)

    # Limits.

    def _grow(self, weight: int, span: Span) -> None:
        self.weight += weight
        if self.weight > MAX_NODES:
            what = message("the file has more than {limit} values when aliases are expanded", limit=MAX_NODES)
            help = message(
                "use fewer aliases (`*name`), or split the file; a small file that grows so is an alias bomb"
            )
            self._error("yaml-expansion", what, span, help)
            raise _ReadingEnds

    def _too_deep(self, span: Span) -> None:
        what = message("lists and mappings are nested more than {limit} deep", limit=MAX_DEPTH)
        self._error("yaml-depth", what, span, message("make the structure flatter"))
        raise _ReadingEnds

    # Places.

    def _error(self, code: str, what: Message, span: Span, help: Message) -> None:
        self.found.append(error(code, what, span, help))
        if len(self.found) >= MAX_FAULTS:  # nobody reads on
            raise _ReadingEnds

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

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
        return Span(self.file, opened.start.line + 1, opened.start.column + 1, end_line, end_column)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _place(text: str, position: int) -> tuple[int, int]:
    """Return the line and column, from 1, of a position; lines end as in YAML."""
    line, begin = 1, 0
    for match in _LINE_END.finditer(text, 0, position):
        line, begin = line + 1, match.end()
    return line, position - begin + 1
