"""``table-gap`` (warning): No row of a table matches some inputs that a case can have.

Then the table gives nothing, which may be meant: `otherwise` says what is so where no row matches. The inputs
are told as cells are written, within the bounds and values that the vocabulary declares; inputs that have no
value or are not known are no gap.

Fails::

    # policies/returns.yaml
    tables:
      restocking:
        title: {zh: 退货费, en: Restocking fee}
        asks: order.total
        gives: return.refund
        rows:
          - [up to 50.00, 1.00]
          - [over 60.00, 2.00]

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
from itertools import islice

from policyengine.checks.boxes import Boxes
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Rulebook, Table, TableVersion

MOST_TOLD = 5
"""So many gaps of one version of a table are told."""


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell for which inputs no row holds."""
    for table in rulebook.tables.values():
        given = [rulebook.facts[ref.name] for ref in table.gives]
        # What several rules build is so many rows or none; what is so otherwise, a fact can say for itself.
        is_full = all(one.combine is not None or one.otherwise is not None for one in given)
        if not table.otherwise and not is_full:
            for version in table.versions:
                yield from _of_version(rulebook, table, version)


def _of_version(book: Rulebook, table: Table, version: TableVersion) -> Iterator[Diagnostic]:
    if not version.rows:
        return
    boxes = Boxes(book, table, version)
    for box in islice(boxes.gaps(), MOST_TOLD):
        cells = boxes.text(box)
        inputs = "; ".join(f"{ref.name}: {text}" for ref, text in zip(table.asks, cells, strict=True))
        what = message("no row of `{name}` matches {inputs}", name=table.id, inputs=f"`{inputs}`")
        row = ", ".join([*cells, *("…" for _ in table.gives)])
        if version.file:
            row = ",".join([*(one.strip("[]").replace(",", ";") for one in cells), "…"])
        help = message("add the row `{row}`, or add `otherwise`", row=row if version.file else f"[{row}]")
        last = version.rows[-1].span if version.file else table.span
        yield warning("table-gap", what, last, help)
