"""A report as data: JSON by ``schemas/report-result.schema.json``, and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import asdict
from policyengine.model.conditions import Ref
from policyengine.render.json.parts import Json, text_data
from policyengine.reporting.periods import Period
from policyengine.reporting.tables import Group, ReportResult
from policyengine.reporting.words import ReportWords
from policyengine.values.escaping import inert_cell
from policyengine.values.literals import ValueType, format_value

FORMAT = "policyengine.report/1"


def render_report_json(result: ReportResult, faulty: int) -> str:
    """Return the report as JSON that ends with a line feed."""
    book = result.book
    data: Json = {
        "format": FORMAT,
        "report": result.report.id,
        "title": text_data(result.report.title),
        "period": _period(result.period),
        "previous": None if result.previous is None else _period(result.previous),
        "as_of": format_value(result.as_of, ValueType.INSTANT, book.zone),
        "rulebook": {"id": book.id, "version": book.version, "digest": book.digest},
        "cases": {**asdict(result.tally), "faulty": faulty},
        "counts": [
            {
                "name": table.counted.id,
                "title": text_data(table.counted.title),
                "rows": [
                    {**_cell(result, row.group, table.counted.by), "now": row.now, "before": row.before}
                    for row in table.rows
                ],
            }
            for table in result.counts
        ],
        "lists": [
            {
                "name": table.listed.id,
                "title": text_data(table.listed.title),
                "columns": [ref.name for ref in table.listed.columns],
                "rows": [
                    {
                        "case": name,
                        "cells": [
                            _cell(result, cell, ref)
                            for cell, ref in zip(cells, table.listed.columns, strict=True)
                        ],
                    }
                    for name, cells in table.rows
                ],
            }
            for table in result.lists
        ],
        "repeats": [
            {
                "name": table.repeats.id,
                "title": text_data(table.repeats.title),
                "rows": [
                    {
                        "value": _cell(result, Group("value", value), table.repeats.by)["value"],
                        "cases": list(names),
                    }
                    for value, names in table.rows
                ],
            }
            for table in result.repeats
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _period(period: Period) -> Json:
    days = [date.fromordinal(max(1, day)).isoformat() for day in (period.first, period.last)]
    return {"label": period.label, "from": days[0], "to": days[1]}


def _cell(result: ReportResult, group: Group, ref: Ref) -> Json:
    value = (
        None
        if group.value is None
        else format_value(group.value, ref.type, result.book.zone, result.book.currency)
    )
    return {"kind": group.kind, "value": value}


def render_report_csv(result: ReportResult, say: Speech) -> str:
    """Return the counts, lists and repeats as one CSV table (RFC 4180), for a spreadsheet."""
    words = ReportWords(result, say)
    stream = io.StringIO()
    out = csv.writer(stream)
    out.writerow([say("table"), say("value"), say("number"), say("before"), say("cases")])
    for table in result.counts:
        for row in table.rows:
            name = words.group(row.group, table.counted.by, table.counted.missing)
            out.writerow(
                [
                    inert_cell(one)
                    for one in (words.naming.text(table.counted.title), name, row.now, row.before, "")
                ]
            )
    for repeats in result.repeats:
        for value, names in repeats.rows:
            shown = words.group(Group("value", value), repeats.repeats.by)
            title = words.naming.text(repeats.repeats.title)
            out.writerow([inert_cell(one) for one in (title, shown, len(names), "", " ".join(names))])
    for listed in result.lists:
        out.writerow([])
        title = words.naming.text(listed.listed.title)
        out.writerow(
            [inert_cell(one) for one in (title, *(words.column(ref) for ref in listed.listed.columns))]
        )
        for name, cells in listed.rows:
            shown_cells = (
                words.group(cell, ref) for cell, ref in zip(cells, listed.listed.columns, strict=True)
            )
            out.writerow([inert_cell(one) for one in (name, *shown_cells)])
    return stream.getvalue()
