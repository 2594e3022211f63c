"""What of a file with faults can be read all the same, so that everything wrong is told in one run.

A part that has a fault (a rule, a fact, a parameter) is left out with the names that it would have given.
What asks for such a name is not told as asking for nothing: the name is there, only its part is not sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic, has_errors
from policyengine.diagnostics.did_you_mean import plain
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.syntax.schemas import check_shape
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import Entry, MappingNode

# Sections whose entries are parts of their own, each with a name.
_SECTIONS = (
    "facts",
    "lists",
    "assumptions",
    "clauses",
    "letters",
    "parameters",
    "deadlines",
    "amounts",
    "rules",
    "tables",
    "counts",
    "repeats",
)


class SoundParts(Frozen):
    """A file without the parts that have faults, and the names of these."""

    tree: MappingNode
    lost: frozenset[str]


def sound_parts(kind: str, text: str, path: str) -> SoundParts | None:
    """Return what can be read of a file that has faults, or None if they are not those of its parts alone."""
    node, faults = read_yaml(text, path)
    if not isinstance(node, MappingNode):
        return None
    if not has_errors(faults):
        faults = [*faults, *check_shape(kind, node)]
    wrong = [one.span for one in faults if one.severity == "error"]
    sections = [_without(entry, wrong) for entry in node.entries]
    left = MappingNode(tuple(entry for entry, _ in sections if entry is not None), node.span)
    lost = frozenset(name for _, names in sections for name in names)
    inside = [entry.value.span for entry in node.entries if _is_section(entry)]
    if not all(any(_covers(one, span) for one in inside) for span in wrong):
        return None  # the file itself has a fault: a key that is missing or of another kind of file
    return None if has_errors(check_shape(kind, left)) else SoundParts(left, lost)


def _is_section(entry: Entry) -> bool:
    return entry.key.text in _SECTIONS and isinstance(entry.value, MappingNode)


def _without(section: Entry, wrong: Sequence[Span]) -> tuple[Entry | None, tuple[str, ...]]:
    """Return a section without its faulty entries, None if nothing is left, and the names of these."""
    if not isinstance(section.value, MappingNode) or not _is_section(section):
        return section, ()
    entries = section.value.entries
    faulty = [one for one in entries if any(_holds(one, span) for span in wrong)]
    left = tuple(one for one in entries if one not in faulty)
    names = tuple(one.key.text for one in faulty)
    if not left and faulty:
        return None, names
    return replace(section, value=MappingNode(left, section.value.span)), names


def _holds(entry: Entry, span: Span) -> bool:
    return _covers(entry.key.span, span) or _covers(entry.value.span, span)


def _covers(outer: Span, inner: Span) -> bool:
    begin, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return begin <= (inner.line, inner.column) <= end


def asks_for(fault: Diagnostic, lost: Iterable[str]) -> bool:
    """Tell whether a fault speaks of a name that is only lost, or of something of it: ``lost.due``.

    A name can be lost because it is spelled as no name is: elsewhere it stands as it should.
    """
    spoken = {plain(value) for _, value in fault.message.arguments if isinstance(value, str)}
    return any(
        one == name or one.startswith(f"{name}.") or name.endswith(f".{one}")
        for one in spoken
        for name in map(plain, lost)
    )
