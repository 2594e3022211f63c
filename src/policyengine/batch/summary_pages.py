"""A summary as text for a terminal, as JSON (``schemas/batch-summary.schema.json``), and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from policyengine.batch.summary import CASES, REJECTED, UNREAD
from policyengine.batch.summary_words import FORMAT, Line, SummaryWords, Told
from policyengine.frozen import asdict
from policyengine.render.html_page import Bar, bars, page
from policyengine.render.layout import Paint, Row, table
from policyengine.values.literals import ValueType, format_value

_BAR = 24
_MOST_LINES = 12


def render_summary_text(words: SummaryWords, seconds: float | None, color: bool) -> str:
    """Return a summary as text that ends with a line feed; ``seconds`` is how long the run took."""
    return "".join(f"{line}\n" for line in _Text(words, Paint(color)).lines(seconds))


class _Text:
    def __init__(self, words: SummaryWords, paint: Paint) -> None:
        self.words = words
        self.say = words.say
        self.paint = paint

    def lines(self, seconds: float | None) -> Iterator[str]:
        yield from (self.paint(line, "title") for line in total_lines(self.words))
        if seconds:
            rate = round(self.words.summary.records / seconds)
            line = self.say("{seconds} s, {rate} cases a second", seconds=f"{seconds:.1f}", rate=rate)
            yield self.paint(line, "faint")
        for told in self.words.outcomes():
            yield from self._block(told)
        for told in self.words.deadlines():
            yield from self._block(told)

    def _block(self, told: Told) -> Iterator[str]:
        yield ""
        yield f"{self.paint(told.title, 'title')}  {self.paint(told.name, 'faint')}"
        yield from self._rows(told.statuses)
        yield from self._rows(told.values, 4)
        if told.figures is not None:
            yield f"  {figures_line(self.words, told)}"
        for title, lines in named_parts(self.words, told):
            yield f"  {self.paint(title, 'faint')}"
            yield from self._rows(lines, 4)

    def _rows(self, lines: Sequence[Line], indent: int = 2) -> list[str]:
        rows = [
            Row(
                (one.name, "plain"),
                (str(one.number), "title"),
                (_bar(one.share), "plain"),
                indent=indent,
            )
            for one in lines[:_MOST_LINES]
        ]
        more = len(lines) - len(rows)
        rest = [" " * indent + self.say("… and {count} more", count=more)] if more > 0 else []
        return [*table(rows, self.paint), *rest]


def _bar(share: int) -> str:
    return "█" * (share * _BAR // 1000)


def total_lines(words: SummaryWords) -> Iterator[str]:
    """Return how many records became rows, how many were put aside, and what could not be read."""
    summary = words.summary
    yield words.say(
        "{records} records: {cases} judged, {rejected} set aside as faulty",
        records=summary.records,
        cases=summary.number(*CASES),
        rejected=summary.number(*REJECTED),
    )
    unread = summary.number(*UNREAD)
    if unread:
        yield words.say("files that could only be read in part: {count}", count=unread)


def figures_line(words: SummaryWords, told: Told) -> str:
    """Return the sum of an outcome and its least, greatest and mean value."""
    assert told.figures is not None
    return words.say(
        "in total {total}; from {least} to {greatest}, {mean} on average",
        **{name: value for name, value in asdict(told.figures).items()},
    )


def named_parts(words: SummaryWords, told: Told) -> Iterator[tuple[str, Sequence[Line]]]:
    """Return the rules that decided and the facts that are missing, where there are any."""
    if told.rules:
        yield words.say("decided by"), told.rules
    if told.missing:
        yield words.say("waiting for"), told.missing


# ---------- JSON


def render_summary_json(words: SummaryWords) -> str:
    """Return a summary as JSON that ends with a line feed; sums in the one form for machines."""
    book = words.book
    data = {
        "format": FORMAT,
        "rulebook": {"id": book.id, "version": book.version, "digest": book.digest},
        "records": words.summary.records,
        "judged": words.summary.number(*CASES),
        "rejected": words.summary.number(*REJECTED),
        "unread": words.summary.number(*UNREAD),
        "outcomes": {
            path: _outcome(words, path, fact.type)
            for path, fact in sorted(book.facts.items())
            if fact.role == "outcome"
        },
        "deadlines": {
            id: {"status": _counts(words, "status", id), "waits_for": _counts(words, "missing", id)}
            for id in sorted(book.deadlines)
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _outcome(words: SummaryWords, path: str, type: ValueType) -> dict[str, object]:
    summary, book = words.summary, words.book
    data: dict[str, object] = {
        "type": type.value,
        "status": _counts(words, "status", path),
        "values": _counts(words, "value", path),
        "rules": _counts(words, "rule", path),
        "waits_for": _counts(words, "missing", path),
    }
    if (path,) in summary.sums:
        parts = {"total": summary.sums, "least": summary.least, "greatest": summary.greatest}
        for name, found in parts.items():
            data[name] = format_value(found[(path,)], type, book.zone, book.currency)
    return data


def _counts(words: SummaryWords, kind: str, of: str) -> dict[str, int]:
    return {place[0]: number for place, number in words.summary.under(kind, of)}


# ---------- a page


def render_summary_html(words: SummaryWords, judged: str) -> str:
    """Return a summary as an HTML document; ``judged`` says what was judged and when."""
    title = words.say("Decisions: {title}", title=words.naming.text(words.book.title))
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">{escape(judged)}</p>',
        *(f'<p class="total">{escape(line)}</p>' for line in total_lines(words)),
        *(_section(words, told) for told in words.outcomes()),
        *(_section(words, told) for told in words.deadlines()),
    ]
    return page(title, words.say, parts)


def _section(words: SummaryWords, told: Told) -> str:
    parts = [f"<h2>{escape(told.title)} <code>{escape(told.name)}</code></h2>", _bars(told.statuses)]
    if told.values:
        parts.append(f"<h3>{escape(words.say('decided'))}</h3>{_bars(told.values)}")
    if told.figures is not None:
        parts.append(f"<p>{escape(figures_line(words, told))}</p>")
    for title, lines in named_parts(words, told):
        parts.append(f"<h3>{escape(title)}</h3>{_bars(lines)}")
    return f"<section>{''.join(parts)}</section>"


def _bars(lines: Sequence[Line]) -> str:
    return bars([Bar(one.name, str(one.number), one.share) for one in lines])
