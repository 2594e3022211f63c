"""rulebook.yaml and assumptions.yaml: who the rulebook is, how it counts time, which readings it knows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import error, message
from policyengine.diagnostics.did_you_mean import closest, did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Assumption, Document, Party, Reading, Section
from policyengine.reading.parse import nodes
from policyengine.reading.parse.calendars import parse_calendar
from policyengine.reading.parse.names import Names
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.sources import Sources
from policyengine.syntax.yaml_tree import Entry, MappingNode, Scalar
from policyengine.values.calendar import Calendar
from policyengine.values.currencies import MISNAMED, Currency, codes, currency_of
from policyengine.values.languages import tag_of
from policyengine.values.zones import NO_PLACES, zone_help

_UTC = ZoneInfo("UTC")


class Book(Frozen):
    """What rulebook.yaml says but for its counting, which can depend on assumptions."""

    id: str
    version: str
    title: Text
    zone: ZoneInfo
    currency: Currency
    calendar: Calendar
    languages: tuple[str, ...]
    documents: tuple[Document, ...]
    parties: tuple[Party, ...]
    span: Span


def parse_zone(node: MappingNode, names: Names) -> ZoneInfo:
    """Return the time zone in which times without an offset are read."""
    written = nodes.scalar(node.get("time_zone"))
    # KeyError: not found; OSError: `Asia` is a folder of the database.
    with contextlib.suppress(ValueError, KeyError, OSError):
        if written.text not in NO_PLACES:
            return ZoneInfo(written.text)
    what = message("there is no time zone `{name}`", name=written.text)
    names.faults.append(error("unknown-zone", what, written.span, zone_help(written.text)))
    return _UTC


def parse_book(node: MappingNode, zone: ZoneInfo, scope: Scope) -> Book:
    """Return the identity of a rulebook."""
    return Book(
        id=nodes.text(node.get("rulebook")),
        version=nodes.text(node.get("version")),
        title=nodes.title(node.get("title")),
        zone=zone,
        currency=scope.currency,
        calendar=parse_calendar(nodes.present(node.get("calendar")), scope),
        languages=tuple(_languages(nodes.names(node.get("languages")), scope)),
        documents=tuple(_document(entry) for entry in nodes.entries(node.get("documents"))),
        parties=tuple(_parties(nodes.mapping(node.get("parties")), scope)),
        span=node.span,
    )


def parse_currency(node: MappingNode, names: Names) -> Currency:
    """Return the currency of all sums; of an unknown one hundredths are read, so that no fault follows."""
    written = nodes.scalar(node.get("currency"))
    code = written.text
    try:
        return currency_of(code)
    except KeyError:
        meant = MISNAMED.get(code) or closest(code, codes())
        help = message("did you mean `{word}`?", word=meant) if meant else _CODE
        what = message("there is no currency `{code}`", code=code)
        names.faults.append(error("unknown-currency", what, written.span, help))
        return Currency(code, 2)


def _languages(written: Iterable[Scalar], scope: Scope) -> Iterator[str]:
    """Yield the tags of the languages; one that no language has is a fault, and what was meant is taken.

    If nobody knows what was meant, no text is said to lack it.
    """
    for one in written:
        right = tag_of(one.text)
        if right != one.text:
            what = message("there is no language `{tag}`", tag=one.text)
            help = message("did you mean `{word}`?", word=right) if right else _TAG
            scope.fault("unknown-language", what, one.span, help)
        if right is not None:
            yield right


_TAG = message("write a tag such as `en`, `de` or `pt-BR` (BCP 47)")
_CODE = message("write the code of ISO 4217, such as `EUR`")


def _parties(node: MappingNode, scope: Scope) -> Iterator[Party]:
    known = node.keys()
    for entry in node.entries:
        said = entry.value if isinstance(entry.value, MappingNode) else None
        members = nodes.names(None if said is None else said.get("members"))
        for one in members:
            if one.text not in known or one.text == entry.key.text:
                what = message("there is no party `{name}`", name=one.text)
                others = [key for key in known if key != entry.key.text]
                scope.fault("unknown-party", what, one.span, did_you_mean(one.text, others) or one_of(others))
        yield Party(entry.key.text, nodes.title(entry.value), tuple(one.text for one in members))


def _document(entry: Entry) -> Document:
    node = nodes.mapping(entry.value)
    sections = tuple(
        Section(one.key.text, nodes.title(one.value), one.key.span)
        for one in nodes.entries(node.get("sections"))
    )
    title, digest = nodes.title(node.get("title")), nodes.text(node.get("digest"))
    return Document(entry.key.text, title, digest, sections, entry.key.span)


def parse_assumptions(node: MappingNode | None, sources: Sources, scope: Scope) -> dict[str, Assumption]:
    """Return the named readings of clauses that the source leaves open."""
    listed = nodes.entries(node.get("assumptions")) if node else ()
    return {entry.key.text: _assumption(entry, sources, scope) for entry in listed}


def _assumption(entry: Entry, sources: Sources, scope: Scope) -> Assumption:
    node = nodes.mapping(entry.value)
    readings = tuple(
        Reading(one.key.text, nodes.title(one.value)) for one in nodes.entries(node.get("readings"))
    )
    default = nodes.scalar(node.get("default"))
    known = [reading.id for reading in readings]
    if default.text not in known:
        what = message("`{id}` has no reading `{reading}`", id=entry.key.text, reading=default.text)
        scope.fault("unknown-reading", what, default.span, did_you_mean(default.text, known) or one_of(known))
    return Assumption(
        id=entry.key.text,
        title=nodes.title(node.get("title")),
        readings=readings,
        default=default.text,
        source=sources.parse(node.get("source"), scope),
        span=entry.key.span,
    )
