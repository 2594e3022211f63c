"""reports/NAME.yaml: what is counted, grouped and listed over many cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from policyengine.diagnostics.text import bilingual
from policyengine.frozen import replace
from policyengine.model.conditions import Ref
from policyengine.model.report import Report, ReportCount, ReportList, ReportRepeats, Weekday
from policyengine.reading.parse import nodes
from policyengine.reading.parse.conditions import parse_condition
from policyengine.reading.parse.operands import COUNT, INSTANT, Scope, parse_constant, parse_operand
from policyengine.reading.parse.sources import Sources
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node

_UNKNOWN = bilingual("（无）", "(none)")


def parse_report(node: MappingNode, sources: Sources, scope: Scope) -> Report:
    """Return a report; names that it cannot use are faults. What is kept for the record can be listed."""
    scope = replace(scope, takes_records=True)
    dated_by = parse_operand(nodes.present(node.get("dated_by")), INSTANT, scope)
    name = nodes.scalar(node.get("report"))
    return Report(
        id=name.text,
        title=nodes.title(node.get("title")),
        source=sources.parse(node.get("source"), scope),
        # A fault has been told where there is none, and the rulebook is not used then.
        dated_by=dated_by if dated_by is not None else Ref("", "fact", INSTANT.types[0], None, name.span),
        week_starts=cast(Weekday, nodes.text(node.get("week_starts"), "monday")),
        where=parse_condition(node.get("where"), scope),
        counts=tuple(_counts(node.get("counts"), scope)),
        lists=tuple(_lists(node.get("lists"), scope)),
        repeats=tuple(_repeats(node.get("repeats"), scope)),
        compares=node.get("compare") is not None,
        span=name.span,
    )


def _counts(node: Node | None, scope: Scope) -> Iterator[ReportCount]:
    for entry in nodes.entries(node):
        part = nodes.mapping(entry.value)
        by = _fact(nodes.present(part.get("by")), scope)
        missing = _UNKNOWN if part.get("missing") is None else nodes.title(part.get("missing"))
        if by is not None:
            yield ReportCount(entry.key.text, nodes.title(part.get("title")), by, missing, entry.key.span)


def _lists(node: Node | None, scope: Scope) -> Iterator[ReportList]:
    for entry in nodes.entries(node):
        part = nodes.mapping(entry.value)
        columns = [_fact(one, scope) for one in nodes.items(part.get("columns"))]
        yield ReportList(
            entry.key.text,
            nodes.title(part.get("title")),
            parse_condition(part.get("where"), scope),
            tuple(one for one in columns if one is not None),
            entry.key.span,
        )


def _repeats(node: Node | None, scope: Scope) -> Iterator[ReportRepeats]:
    for entry in nodes.entries(node):
        part = nodes.mapping(entry.value)
        by = _fact(nodes.present(part.get("by")), scope)
        if by is not None:
            least = _at_least(entry, part, scope)
            yield ReportRepeats(entry.key.text, nodes.title(part.get("title")), by, least, entry.key.span)


def _at_least(entry: Entry, part: MappingNode, scope: Scope) -> int:
    written = part.get("at_least")
    constant = None if written is None else parse_constant(written, COUNT, scope)
    return constant.value if constant is not None and isinstance(constant.value, int) else 2


def _fact(node: Node, scope: Scope) -> Ref | None:
    """Return a name of the whole case: a fact of a record has no one value."""
    written = nodes.scalar(node)
    symbol = scope.names.resolve(written.text, None, written.span)  # tells of records, too
    return None if symbol is None else symbol.ref(written.span)
