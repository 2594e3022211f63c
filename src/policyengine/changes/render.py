"""Changes as text, as JSON, and as Markdown for the comment of a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from policyengine.book.markdown import escaped
from policyengine.changes.change import Change, Kind, What
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.rulebook import Rulebook
from policyengine.render.json.parts import text_data
from policyengine.render.layout import Paint, Tone, wrap

FORMAT = "policyengine.changes/1"
WIDTH = 102
"""Columns of a line where nobody says how many."""
_KINDS: dict[Kind, str] = {
    "rulebook": marked("The rulebook"),
    "policy": marked("Policies"),
    "parameter": marked("Parameters"),
    "deadline": marked("Deadlines"),
    "amount": marked("Amounts"),
    "rule": marked("Rules"),
    "table": marked("Tables"),
    "outcome": marked("Outcomes"),
    "fact": marked("Facts"),
    "list": marked("Lists"),
    "assumption": marked("Assumptions"),
    "overlay": marked("Overlays"),
    "clause": marked("Clauses"),
    "report": marked("Reports"),
    "letter": marked("Letters"),
}
_WHATS: dict[What, tuple[str, Tone, str]] = {
    "added": ("+", "good", marked("{title} is new")),
    "removed": ("−", "bad", marked("{title} has been removed")),
    "changed": ("~", "open", marked("{title} has changed")),
}


def render_changes(changes: Sequence[Change], say: Speech, color: bool = False, columns: int = WIDTH) -> str:
    """Return the changes as text, by kind, in lines of at most so many columns."""
    paint = Paint(color, columns)
    lines: list[str] = []
    kind = ""
    for change in changes:
        if change.kind != kind:
            kind = change.kind
            lines += [""] if lines else []
            lines.append(paint(say(_KINDS[change.kind]), "title"))
        mark, tone, template = _WHATS[change.what]
        title = say(template, title=change.title.in_language(say.language))
        lines.append(paint(f"  {mark} {title}", tone) + paint(f"  {change.id}", "faint"))
        for detail in change.details:
            lines += [f"      {line}" for line in wrap(detail.in_language(say.language), columns - 6)]
    lines += [""] if lines else []
    lines.append(_count(changes, say))
    return "".join(f"{line}\n" for line in lines)


def _count(changes: Sequence[Change], say: Speech) -> str:
    if not changes:
        return say("The rules say the same.")
    numbers = {what: sum(one.what == what for one in changes) for what in _WHATS}
    return say("added: {added}, removed: {removed}, changed: {changed}", **numbers)


def render_changes_json(old: Rulebook, new: Rulebook, changes: Sequence[Change]) -> str:
    """Return the changes as the JSON that ``schemas/changes.schema.json`` describes."""
    books = [{"id": one.id, "version": one.version, "digest": one.digest} for one in (old, new)]
    data = {
        "format": FORMAT,
        "old": books[0],
        "new": books[1],
        "changes": [
            {
                "kind": one.kind,
                "what": one.what,
                "id": one.id,
                "title": text_data(one.title),
                "details": [text_data(detail) for detail in one.details],
            }
            for one in changes
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def render_changes_markdown(changes: Sequence[Change], say: Speech) -> str:
    """Return the changes as Markdown."""
    return "\n".join(_markdown(changes, say)) + "\n"


def _markdown(changes: Sequence[Change], say: Speech) -> Iterator[str]:
    yield "## " + say("What changes in the rules")
    yield ""
    yield escaped(_count(changes, say))
    kind = ""
    for change in changes:
        if change.kind != kind:
            kind = change.kind
            yield from ("", "### " + say(_KINDS[change.kind]), "")
        _, _, template = _WHATS[change.what]
        title = say(template, title=escaped(change.title.in_language(say.language)))
        yield f"- **{title}** `{change.id}`"
        yield from (f"  - {escaped(detail.in_language(say.language))}" for detail in change.details)
