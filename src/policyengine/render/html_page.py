"""Pages that need nothing else: the frame of a page, tables, and bars that show shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.render.colours import COLOURS
from policyengine.render.fonts import fonts
from policyengine.values.escaping import xml_text

# On paper, what could break anywhere would make columns as narrow as one letter; and a section can be longer
# than a page, so it must not be held together.
STYLE = """
body { font: 15px/1.6 FONTS; margin: 2rem auto; max-width: 960px; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; font-weight: 600; }
p.faint, td.faint { color: var(--faint); } p.faint { margin-top: 0; }
p.total { font-size: 1.15rem; font-weight: 600; }
svg { box-sizing: border-box; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { background: var(--head); font-weight: 600; }
td.number { font-variant-numeric: tabular-nums; text-align: right; width: 6rem; }
th.number { text-align: right; }
.scroll { overflow-x: auto; } summary { cursor: pointer; color: var(--accent); padding: .3rem 0; }
table.pair { table-layout: fixed; } table.pair pre { white-space: pre-wrap; overflow-wrap: anywhere; }
td.bar { width: 45%; } td.bar div { background: var(--bar); height: 1rem; margin-top: .25rem; min-width: 1px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
code { font: 13px/1.4 ui-monospace, "Cascadia Mono", Consolas, monospace; color: var(--faint); }
@media print { body { margin: 0; max-width: none; } .scroll { overflow: visible; }
  th, td { overflow-wrap: break-word; } td.number { width: auto; }
  h1, h2, h3, p.total { break-after: avoid; } svg, tr { break-inside: avoid; } }
"""


class Bar(Frozen):
    """A number with its name and its share of the longest bar's length, in thousandths."""

    name: str
    number: str
    share: int


def page(title: str, say: Speech, parts: Iterable[str]) -> str:
    """Return an HTML document of parts that are HTML."""
    language = "zh-CN" if say.language == "zh" else "en"
    style = (COLOURS + STYLE).replace("FONTS", fonts(say.language))
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    body = "\n".join(parts)
    whole = f'<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>'
    return xml_text(f"<!DOCTYPE html>\n{whole}\n")


def bars(found: Sequence[Bar]) -> str:
    """Return a table of bars."""
    rows = (
        f'<tr><td>{escape(one.name)}</td><td class="number">{escape(one.number)}</td>{_bar(one.share)}</tr>'
        for one in found
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _bar(share: int) -> str:
    return f'<td class="bar"><div style="width:{share / 10:.1f}%"></div></td>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]], drawn: bool = False) -> str:
    """Return a table of texts and numbers; a wide one can be moved aside, so that the page cannot.

    ``drawn``: the last column holds counts, and each has a bar beside it.
    """
    listed = [list(row) for row in rows]
    numbers = [
        bool(listed) and all(_is_number(row[column]) for row in listed if column < len(row))
        for column in range(len(head))
    ]
    titles = (
        f'<th class="number">{escape(one)}</th>' if is_number else f"<th>{escape(one)}</th>"
        for one, is_number in zip(head, numbers, strict=True)
    )
    most = max([1, *(int(str(row[-1])) for row in listed)]) if drawn else 1
    lines = [
        '<div class="scroll"><table><thead><tr>',
        *titles,
        "<th></th>" if drawn else "",
        "</tr></thead><tbody>",
    ]
    for row in listed:
        cells = [_cell(one, is_number) for one, is_number in zip(row, numbers, strict=False)]
        bar = [_bar(1000 * int(str(row[-1])) // most)] if drawn else []
        lines.append("".join(["<tr>", *cells, *bar, "</tr>"]))
    return "".join([*lines, "</tbody></table></div>"])


def _is_number(value: object) -> bool:
    return isinstance(value, int) or str(value).lstrip("+−-").isdigit() or value == "·"


def _cell(value: object, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    return f"<td{kind}>{escape(str(value))}</td>"
