"""A report as one page that needs nothing else: charts, tables and what was left out."""

from __future__ import annotations

from html import escape

from policyengine.diagnostics.i18n import Speech
from policyengine.reporting.chart import Bar, bar_chart
from policyengine.reporting.tables import CountTable, Group, ListTable, RepeatTable, ReportResult
from policyengine.reporting.words import ReportWords, signed
from policyengine.values.escaping import xml_text

_STYLE = """
body { font: 15px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Segoe UI", Arial, sans-serif;
  color: #1c2330; margin: 2rem auto; max-width: 960px; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
p.faint { color: #667080; margin-top: 0; } p.total { font-size: 1.15rem; font-weight: 600; }
svg { width: 100%; height: auto; border: 1px solid #d8dde4; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dde4; vertical-align: top; }
th { background: #f4f6f9; font-weight: 600; }
td.number { font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; max-width: none; } section, tr { break-inside: avoid; } }
"""


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
    language = "zh-CN" if say.language == "zh" else "en"
    head = f'<meta charset="utf-8"><title>{escape(words.title())}</title><style>{_STYLE}</style>'
    body = "\n".join(parts)
    page = f'<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>'
    return xml_text(f"<!DOCTYPE html>\n{page}\n")


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
    chart = bar_chart(title, bars, now, before) if bars else ""
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
    if not rows:
        return f"<p>{escape(words.say('none'))}</p>"
    lines = ["<table><thead><tr>", *(f"<th>{escape(one)}</th>" for one in head), "</tr></thead><tbody>"]
    for row in rows:
        lines.append("<tr>" + "".join(_cell(one) for one in row) + "</tr>")
    return "".join([*lines, "</tbody></table>"])


def _cell(value: object) -> str:
    kind = ' class="number"' if isinstance(value, int) else ""
    return f"<td{kind}>{escape(str(value))}</td>"
