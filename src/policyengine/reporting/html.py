"""A report as one page that needs nothing else: charts, tables and what was left out."""

from __future__ import annotations

from html import escape

from policyengine.diagnostics.i18n import Speech
from policyengine.render import html_page
from policyengine.reporting.chart import Bar, bar_chart
from policyengine.reporting.tables import CountTable, Group, ListTable, RepeatTable, ReportResult
from policyengine.reporting.words import ReportWords, signed


def render_report_html(result: ReportResult, faulty: int, say: Speech) -> str:
    """Return the report as an HTML document. Raises ImportError without matplotlib."""
    words = ReportWords(result, say)
    parts = [
        f"<h1>{escape(words.title())}</h1>",
        f'<p class="faint">{escape(words.judged())}</p>',
        f'<p class="total">{escape(words.total())}</p>',
        *(_count(words, table) for table in result.counts),
        *(_list(words, table) for table in result.lists),
        *(_repeats(words, table) for table in result.repeats),
        *(f'<p class="faint">{escape(line)}</p>' for line in words.left_out(faulty)),
    ]
    return html_page.page(words.title(), say, parts)


def _count(words: ReportWords, table: CountTable) -> str:
    title = words.naming.text(table.counted.title)
    compares = words.result.previous is not None
    names = [words.group(row.group, table.counted.by, table.counted.missing) for row in table.rows]
    bars = [
        Bar(name, row.now, row.before if compares else None)
        for name, row in zip(names, table.rows, strict=True)
    ]
    now = words.period(words.result.period)
    before = "" if words.result.previous is None else words.period(words.result.previous)
    chart = bar_chart(bars, now, before) if bars else ""
    head = [title, words.say("number")] + ([words.say("before"), words.say("difference")] if compares else [])
    rows = [
        [name, row.now] + ([row.before, signed(row.now - row.before)] if compares else [])
        for name, row in zip(names, table.rows, strict=True)
    ]
    return f"<section><h2>{escape(title)}</h2>\n{chart}\n{_table(words, head, rows)}</section>"


def _list(words: ReportWords, table: ListTable) -> str:
    title = words.say("{title}: {count}", title=words.naming.text(table.listed.title), count=len(table.rows))
    columns = table.listed.columns
    rows: list[list[object]] = [
        [words.group(cell, ref) for cell, ref in zip(cells, columns, strict=True)] for _, cells in table.rows
    ]
    head = [words.column(ref) for ref in columns]
    return f"<section><h2>{escape(title)}</h2>\n{_table(words, head, rows)}</section>"


def _repeats(words: ReportWords, table: RepeatTable) -> str:
    title = words.naming.text(table.repeats.title)
    head = [words.column(table.repeats.by), words.say("number"), words.say("cases")]
    rows: list[list[object]] = [
        [words.group(Group("value", value), table.repeats.by), len(names), words.say(", ").join(names)]
        for value, names in table.rows
    ]
    return f"<section><h2>{escape(title)}</h2>\n{_table(words, head, rows)}</section>"


def _table(words: ReportWords, head: list[str], rows: list[list[object]]) -> str:
    return html_page.table(head, rows) if rows else f"<p>{escape(words.say('none'))}</p>"
