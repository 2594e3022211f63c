"""``table-overlap`` (error): Two rows of a table match the same inputs and give different values.

Which of the two is meant nothing says, and a case with such inputs would be in conflict. Either the cells of
one are to leave out what the other holds for, or the table says what counts: `overlap: first_row_counts`
takes the row that stands first. The inputs that the rows have in common are told as cells are written.

Fails::

    # policies/returns.yaml
    tables:
      restocking:
        title: {zh: 退货费, en: Restocking fee}
        asks: order.total
        gives: return.refund
        rows:
          - [up to 50.00, 1.00]
          - [50.00 to 100.00, 2.00]

Passes::

    # policies/returns.yaml
    tables:
      restocking:
        title: {zh: 退货费, en: Restocking fee}
        asks: order.total
        gives: return.refund
        rows:
          - [up to 50.00, 1.00]
          - [over 50.00, 2.00]
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.boxes import Boxes
from policyengine.checks.possible_conflict import may_differ
from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.conditions import Ref
from policyengine.model.rulebook import Row, Rulebook, Table

MOST_TOLD = 10
"""So many pairs of rows of one table are told."""


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell the rows that hold together and disagree."""
    for table in rulebook.tables.values():
        single = [one for one in table.gives if not _is_combined(rulebook, one)]
        if table.overlap == "all_rows_count" and single:
            what = message("all rows cannot count: `{name}` has one value", name=single[0].name)
            help = message("write `overlap: first_row_counts`, or leave `overlap` out")
            yield error("table-overlap", what, table.span, help)
        elif table.overlap == "refused":
            yield from _of_table(rulebook, table, single or list(table.gives))


def _is_combined(rulebook: Rulebook, fact: Ref) -> bool:
    """Tell whether several rules build a fact together, so that all rows that hold count."""
    return rulebook.facts[fact.name].combine is not None


def _of_table(book: Rulebook, table: Table, asked: list[Ref]) -> Iterator[Diagnostic]:
    """Tell the rows of one table that disagree about what is ``asked``."""
    names = {ref.name for ref in asked}
    told = 0
    for version in table.versions:
        boxes = Boxes(book, table, version)
        for one, other in boxes.meeting():
            first, second = version.rows[one], version.rows[other]
            if not _disagree(book, first, second, names):
                continue
            cells = zip(table.asks, boxes.text(boxes.common(one, other)), strict=True)
            inputs = "; ".join(f"{ref.name}: {text}" for ref, text in cells)
            what = message(
                "`{first}` and `{second}` both match {inputs}",
                first=first.rule,
                second=second.rule,
                inputs=f"`{inputs}`",
            )
            help = message(
                "leave it out of one of the two, or write `overlap: first_row_counts`;"
                " the other is at {place}",
                place=first.span,
            )
            yield error("table-overlap", what, second.span, help)
            told += 1
            if told >= MOST_TOLD:
                return


def _disagree(book: Rulebook, first: Row, second: Row, names: set[str]) -> bool:
    one, other = book.rules[first.rule], book.rules[second.rule]
    return any(
        may_differ(a.value, b.value) or book.facts[a.fact.name].combine is not None  # equal parts add up
        for a, b in zip(one.then, other.then, strict=True)
        if a.fact.name in names
    )
