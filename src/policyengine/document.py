"""YAML texts as trees of nodes that know their place and keep every scalar as it was written.

Nothing is guessed from a spelling: ``NO`` stays the text ``NO`` and ``1200.10`` keeps its zero.
The tree is built from parser events, without recursion, so that every limit holds while reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from policyengine.diagnostics import Diagnostic, Message, error, message, warning
from policyengine.source import Span

if TYPE_CHECKING:
    import yaml

MAX_NODES = 100_000
MAX_DEPTH = 100
MAX_SCALAR = 1_000_000
MAX_FAULTS = 200

_BOM = "\ufeff"
# Spaces that look like nothing or like a space, and are no space for YAML.
_ODD_SPACE = "\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
_ODD_SPACES = re.compile(f"[{_ODD_SPACE}]")
_ODD_AT_END = re.compile(f"^[{_ODD_SPACE}]|[{_ODD_SPACE}]$")
# YAML 1.1 ends a line at the first three, no editor does; the others may not stand in YAML at all.
_LINE_SEPARATORS = "\u0085\u2028\u2029"
# Marks that turn the direction of writing: a reader would see another text than the program.
_DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNREADABLE = re.compile(
    f"[{_LINE_SEPARATORS}{_DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]"
)
_BAD_IN_SCALAR = re.compile(f"[{_DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
# Possessive repetition: no backtracking, whatever the text.
_DIRECTIVE = re.compile(r"(?:[ \t]*+(?:#[^\r\n]*+)?+(?:\r\n|\r|\n))*+%")
_KEY_START = r"^[ ]*(?:-[ ]+)*"
_FULL_WIDTH_COLON = re.compile(_KEY_START + r"[^\s：:\"']{1,40}：")
_MISSING_SPACE = re.compile(_KEY_START + r"[^\W\d][\w.-]{0,60}:(?!//)[^\s:]")
_TEXT_AFTER_QUOTE = re.compile(r"""(?::|-)[ ]+("[^"\n]*"|'[^'\n]*')[ ]*[^\s#:,}\]]""")
# Typographic quotes, and the full-width forms of " ' , # - { } [ ] and of the digits.
_FULL_WIDTH = re.compile(
    "[\u201c\u201d\u2018\u2019\uff02\uff07\uff0c\uff03\uff0d\uff5b\uff5d\uff3b\uff3d\uff10-\uff19]"
)


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
    except _SyntaxFault as fault:
        reader.found.append(_syntax(text, file, fault))
    return root, reader.found


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

    __slots__ = ("anchor", "before", "flow", "height", "key", "key_taken", "lines", "parts", "start")

    def __init__(self, event: Any, is_mapping: bool, before: int) -> None:
        self.start = event.start_mark
        self.flow: bool = bool(event.flow_style)
        self.anchor: str | None = event.anchor
        self.before = before  # the weight of the document before this node
        self.height = 0  # the depth of what is inside
        self.parts: list[Any] = []  # entries or items
        self.lines: dict[str, int] | None = {} if is_mapping else None  # line of every key
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
        first = _UNREADABLE.search(self.text)
        if first:
            code = f"U+{ord(first[0]):04X}"
            line, column = _place(self.text, first.start())
            span = Span(self.file, line, column, line, column + 1)
            what = message("the file holds the character {code}, which cannot be seen", code=code)
            help = message("remove it; if there are many, save the file again as UTF-8 text")
            self.found.append(error("yaml-text", what, span, help))
            self.text = _UNREADABLE.sub("\ufffd", self.text)
        return self.text

    def refuse_directives(self) -> bool:
        """Refuse ``%YAML`` and ``%TAG``: none is needed, and many of them make the parser slow."""
        match = _DIRECTIVE.match(self.text)
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
            first = lines[node.text]
            what = message(
                "the key `{key}` is written twice; the first is on line {line}",
                key=_shortened(node.text),
                line=first,
            )
            self._error("duplicate-key", what, span, message("keep one of the two"))
            return None
        lines[node.text] = span.line
        if not node.quoted:
            self._check_key(node, span)
        return node._replace(span=span)

    def _check_key(self, key: Scalar, span: Span) -> None:
        if "：" in key.text:
            what = message("the key `{key}` holds a full-width colon", key=_shortened(key.text))
            help = message("write an ASCII colon and a space (`: `); quote the key if the colon is meant")
            self._error("yaml-colon", what, span, help)
        odd = _ODD_SPACES.search(key.text)
        if odd and not _ODD_AT_END.search(key.text):  # those at the ends are already reported
            self._odd_space(odd[0], span)

    def _check_plain(self, text: str, span: Span) -> None:
        odd = _ODD_AT_END.search(text)
        if odd:
            self._odd_space(odd[0], span)

    def _check_quoted(self, text: str, span: Span) -> None:
        bad = _BAD_IN_SCALAR.search(text)
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
            matches = len(_FULL_WIDTH_COLON.findall(item.text)) + item.text.count("：")
            if matches > item.span.end_line - item.span.line:
                self._lines_without_colon(item, warning)

    def _lines_without_colon(self, scalar: Scalar, level: Any) -> None:
        span = scalar.span._replace(end_line=scalar.span.line, end_column=scalar.span.column)
        if _FULL_WIDTH_COLON.search(scalar.text):
            what = message("this line is read as one text, because its colon is full-width")
            help = message("write an ASCII colon and a space (`: `); quote the text if it is meant")
        elif _MISSING_SPACE.search(scalar.text):
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


def _syntax(text: str, file: str, fault: _SyntaxFault) -> Diagnostic:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line, column = min(fault.place[0], len(lines) - 1), fault.place[1]
    # A fault noticed only at the end of the file is shown where there is something to see.
    if fault.place[0] >= len(lines) - 1 and not lines[line].strip():
        while line > 0 and not lines[line].strip():
            line -= 1
        column = len(lines[line].rstrip())
    # The beginning of a line is enough to find the cause, however long it is.
    here, above = lines[line][:2000], lines[line - 1][:2000] if line else ""
    column = min(column, len(lines[line]))
    span = Span(file, line + 1, column + 1, line + 1, column + 1 + (column < len(lines[line])))
    return error("yaml-syntax", _problem(fault.problem), span, _help(fault.problem, here, above, column))


def _problem(problem: str) -> Message:
    """Tell in our words what the parser found; its own sentences are not translated."""
    if "could not find expected ':'" in problem:
        return message("this line has no colon followed by a space, so it is not a key with a value")
    if "mapping values are not allowed" in problem:
        return message("a key with a value cannot stand here")
    if "unexpected end of stream" in problem or "document indicator" in problem:
        return message("the quote that opens here is never closed")
    if "expected ',' or" in problem:
        return message("the bracket or brace that opens here is not closed properly")
    if "cannot start any token" in problem:
        return message("a value cannot begin with this character")
    if "escape" in problem:
        return message("the backslash is followed by a character that has no meaning there")
    if "expected key" in problem or "'-' indicator" in problem:
        return message("this does not fit the lines above: a key or item of the same list is expected")
    return message("this line cannot be read as YAML")


def _help(problem: str, here: str, above: str, column: int) -> Message:
    # A key that may not stand here is often right, and the line above is wrong.
    above_first = "mapping values are not allowed" in problem and ": " not in here[:column]
    return (
        _help_for_line(here)
        or (_help_for_line(above) if above_first and above.strip() else None)
        or _help_for_problem(problem, here, column)
        or (_help_for_line(above) if above.strip() else None)
        or message("check quotes, colons and the indentation of this line and of the one above")
    )


def _help_for_line(line: str) -> Message | None:
    """Look for the usual slips of the keyboard."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return message("the line is indented by a tab: use spaces")
    odd = _ODD_SPACES.search(line)
    if odd:
        return message(
            "the line holds the invisible character {code}: replace it by an ordinary space",
            code=f"U+{ord(odd[0]):04X}",
        )
    if _FULL_WIDTH_COLON.search(line):
        return message("the colon `：` is full-width: write an ASCII colon and a space")
    if _MISSING_SPACE.search(line):
        return message("put a space after the colon")
    if _TEXT_AFTER_QUOTE.search(line):
        return message("text follows a closing quote: put the whole value in one pair of quotes")
    wide = _FULL_WIDTH.search(line)
    if wide:
        return message(
            "the character `{character}` is full-width or typographic: use the ASCII one",
            character=wide[0],
        )
    return None


def _open_bracket(line: str) -> str:
    """Return the last bracket of a line that is not closed on it, outside quotes, or nothing."""
    opened: list[str] = []
    for one in re.sub(r"\"[^\"]*\"|'[^']*'|(?:^|\s)#.*", "", line):
        if one in "[{":
            opened.append(one)
        elif one in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else ""


def _help_for_problem(problem: str, here: str, column: int) -> Message | None:
    if "unexpected end of stream" in problem or "document indicator" in problem:
        return message("close the text with the same quote with which it opens")
    if "expected ',' or" in problem:
        return message("close it, put commas between the items, or quote the value if it is a text")
    if "escape" in problem:
        return message("use single quotes, or write two backslashes where one is meant")
    if "cannot start any token" in problem or "alphabetic or numeric" in problem:
        return message("put the value in quotes")
    if "mapping values are not allowed" in problem and ": " in here[:column]:
        return message("the value holds a second colon: put the value in quotes")
    if "mapping values are not allowed" in problem:
        return message("check the indentation: the line above may lack its colon or have a value already")
    if "sequence entries" in problem:
        return message("begin the list on the next line, indented, with `- ` before every item")
    if here.startswith(":"):
        return message("write the key before the colon")
    if "document start" in problem:
        return message("the document has ended above: remove a line of three dots, or quote the text")
    if here[:column].rstrip().endswith(("}", "]", '"', "'")):
        return message("text follows a closing quote or bracket: put the whole value in quotes")
    if here.count('"') % 2 or here.count("'") % 2:
        return message("a quote on this line has no partner: close it, or remove it")
    bracket = _open_bracket(here)
    if bracket:
        return message("the bracket `{bracket}` is not closed: close it, or quote the text", bracket=bracket)
    return None
