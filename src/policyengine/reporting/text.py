"""A report in a terminal: tables with bars."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.i18n import Speech
from policyengine.render.layout import Paint, Row, table
from policyengine.reporting.tables import CountTable, ListTable, RepeatTable, ReportResult
from policyengine.reporting.words import ReportWords, signed
from policyengine.values.escaping import printable

_BAR = 24


def render_report_text(result: ReportResult, faulty: int, say: Speech, color: bool = False) -> str:
    """Return the report as text that ends with a line feed; ``faulty`` lines could not be counted."""
    page = _Page(result, ReportWords(result, say), Paint(color))
    return "".join(f"{line}\n" for line in page.lines(faulty))


class _Page:
    def __init__(self, result: ReportResult, words: ReportWords, paint: Paint) -> None:
        self.result = result
        self.words = words
        self.say = words.say
        self.paint = paint

    def lines(self, faulty: int) -> Iterator[str]:
        yield self.paint(self.words.title(), "title")
        yield self.paint(self.words.judged(), "faint")
        yield ""
        yield self.words.total()
        for count in self.result.counts:
            yield from self._block(count.counted.title.in_language(self.say.language), self._counts(count))
        for listed in self.result.lists:
            title = self.say(
                "{title}: {count}", title=self.words.naming.text(listed.listed.title), count=len(listed.rows)
            )
            yield from self._block(title, self._list(listed))
        for repeats in self.result.repeats:
            yield from self._block(self.words.naming.text(repeats.repeats.title), self._repeats(repeats))
        left_out = self.words.left_out(faulty)
        if left_out:
            yield ""
            yield from left_out

    def _block(self, title: str, rows: list[Row]) -> Iterator[str]:
        yield ""
        yield self.paint(title, "title")
        yield from table(rows, self.paint) if rows else [f"  {self.say('none')}"]

    def _counts(self, table: CountTable) -> list[Row]:
        most = max((row.now for row in table.rows), default=0)
        rows = []
        for row in table.rows:
            name = self.words.group(row.group, table.counted.by, table.counted.missing)
            bar = "█" * (row.now * _BAR // most if most else 0)
            cells = [(name, "plain"), (str(row.now), "title")]
            if self.result.previous is not None:
                was = self.say(
                    "before {before} ({difference})",
                    before=row.before,
                    difference=signed(row.now - row.before),
                )
                cells.append((was, "faint"))
            rows.append(Row(*cells, (bar, "plain")))  # type: ignore[arg-type]
        return rows

    def _list(self, table: ListTable) -> list[Row]:
        if not table.rows:
            return []
        columns = table.listed.columns
        head = Row(*((self.words.column(ref), "faint") for ref in columns))
        rows = [
            Row(*((self.words.group(cell, ref), "plain") for cell, ref in zip(cells, columns, strict=True)))
            for _, cells in table.rows
        ]
        return [head, *rows]

    def _repeats(self, table: RepeatTable) -> list[Row]:
        return [
            Row(
                (
                    printable(self.words.naming.value(value, table.repeats.by.name))
                    if value is not None
                    else "",
                    "plain",
                ),
                (str(len(names)), "title"),
                (printable(self.say(", ").join(names)), "faint"),
            )
            for value, names in table.rows
        ]
