"""The index of clauses: what implements each, which cases exercise it, or why it has no rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.model.clauses import IMPLEMENTED, Clause, ClauseStatus
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import Citation, citations
from policyengine.render.json.parts import Json, place_data, text_data
from policyengine.render.layout import Paint, Tone, wrap
from policyengine.render.naming import place

FORMAT = "policyengine.clauses/1"
_WIDTH = 100

STATUSES: dict[ClauseStatus, str] = {
    "rule": marked("rule"),
    "partly": marked("implemented in part"),
    "not_a_rule": marked("not a rule"),
    "heading_only": marked("heading only"),
    "truncated": marked("truncated"),
    "noise": marked("not part of the text"),
}
_KINDS: dict[str, str] = {
    "rule": marked("rule {id}"),
    "table": marked("table {id}"),
    "deadline": marked("deadline {id}"),
    "parameter": marked("parameter {id}"),
    "amount": marked("amount {id}"),
    "assumption": marked("assumption {id}"),
    "report": marked("report {id}"),
}


class Indexed(Frozen):
    """A clause with what names it, and the cases that exercise a rule, deadline or reading of it."""

    clause: Clause
    citations: tuple[Citation, ...]
    cases: tuple[str, ...]


def index_clauses(book: Rulebook, exercised: Mapping[tuple[str, str], Sequence[str]]) -> list[Indexed]:
    """Return every clause; ``exercised`` gives the names of cases for a kind and a name of the rulebook."""
    naming: dict[str, list[Citation]] = {}
    for citation in citations(book):
        for id in citation.source.clauses:
            naming.setdefault(id, []).append(citation)
    found = []
    for clause in book.clauses.values():
        own = tuple(naming.get(clause.id, ()))
        cases = sorted({name for one in own for name in exercised.get((one.kind, one.id), ())})
        found.append(Indexed(clause, own, tuple(cases)))
    return found


def render_index(index: Iterable[Indexed], say: Speech, color: bool = False) -> str:
    """Return the index as text, with a count at its end."""
    listed, paint = list(index), Paint(color)
    lines: list[str] = []
    section = ""
    for one in listed:
        if one.clause.section != section:
            section = one.clause.section
            lines += ["", paint(section, "title")] if lines else [paint(section, "title")]
        lines += _entry(one, say, paint)
    lines += ["", _count(listed, say)]
    return "".join(f"{line}\n" for line in lines)


def _entry(one: Indexed, say: Speech, paint: Paint) -> Iterator[str]:
    clause = one.clause
    tone: Tone = "plain" if clause.status in IMPLEMENTED else "open"
    quote = say("“{quote}”", quote=clause.quote) if clause.quote else ""
    yield "  " + paint(f"{clause.id}  {quote}".rstrip(), tone)
    if clause.status != "rule":
        why = clause.why.in_language(say.language)
        yield "      " + say("{status}: {why}", status=say(STATUSES[clause.status]), why=why)
    for citation in one.citations:
        named = say(_KINDS[citation.kind], id=citation.id)
        yield "      " + named + paint(f"  {place(citation.span)}", "faint")
    if one.cases:
        words = say(
            "tested by {count} cases: {names}", count=len(one.cases), names=say("; ").join(one.cases[:3])
        )
        more = say(" …") if len(one.cases) > 3 else ""
        yield from ("      " + paint(line, "faint") for line in wrap(words + more, _WIDTH - 6))
    elif one.citations:
        yield "      " + paint(say("no case exercises it"), "open")


def _count(index: Sequence[Indexed], say: Speech) -> str:
    statuses = Counter(one.clause.status for one in index)
    without = say(", ").join(
        say("{status} {count}", status=say(STATUSES[status]), count=statuses[status])
        for status in STATUSES
        if status not in IMPLEMENTED and statuses[status]
    )
    rules = [one for one in index if one.clause.status in IMPLEMENTED]
    return say(
        "clauses: {total}; rules: {rules}, implemented: {implemented}, of these in part: {partly},"
        " tested: {tested}; without a rule: {without}",
        total=len(index),
        rules=len(rules),
        implemented=sum(bool(one.citations) for one in rules),
        partly=statuses["partly"],
        tested=sum(bool(one.cases) for one in rules),
        without=without or "0",
    )


def render_index_json(book: Rulebook, index: Iterable[Indexed]) -> str:
    """Return the index as the JSON that ``schemas/clause-index.schema.json`` describes."""
    data: Json = {
        "format": FORMAT,
        "rulebook": {"id": book.id, "version": book.version, "digest": book.digest},
        "clauses": [_data(one) for one in index],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _data(one: Indexed) -> Json:
    clause = one.clause
    return {
        "id": clause.id,
        "document": clause.document,
        "section": clause.section,
        "quote": clause.quote,
        "status": clause.status,
        "why": text_data(clause.why),
        "implemented_by": [
            {"kind": citation.kind, "id": citation.id, **place_data(citation.span)}
            for citation in one.citations
        ],
        "cases": list(one.cases),
    }
