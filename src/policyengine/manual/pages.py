"""The pages of the manual: docstrings of the checks and, for faults of reading, the files of ``pages/``.

A page begins with its code, severity and a sentence. Paragraphs follow, and two examples: indented lines
after ``Fails::`` and ``Passes::``. An example shows what is added to the rulebook of ``policyengine init``:
a line ``# FILE`` begins a part of a file, whose keys join or replace those of the file; ``$ …`` is a command.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple, cast

from policyengine.checks import CHECKS
from policyengine.diagnostics.diagnostic import Severity

_HEAD = re.compile(r"``([a-z-]+)`` \((error|warning)\): (.+)", re.DOTALL)
_PAGES = os.path.join(os.path.dirname(__file__), "pages")


class Page(NamedTuple):
    """One page. ``summary`` and ``paragraphs`` are English and gettext message ids; examples are verbatim."""

    code: str
    severity: Severity
    summary: str
    paragraphs: tuple[str, ...]
    failing: str
    passing: str


class PageUnreadable(Exception):
    """A page does not have its form: a bug of ours."""


@lru_cache(maxsize=1)
def pages() -> dict[str, Page]:
    """Return all pages by their codes, in the order of the codes."""
    texts = [import_module(check.__module__).__doc__ or "" for check in CHECKS]
    for name in sorted(os.listdir(_PAGES)):
        with open(os.path.join(_PAGES, name), encoding="utf-8") as stream:
            texts.append(stream.read())
    found = [read_page(text) for text in texts]
    return {page.code: page for page in sorted(found)}


def read_page(text: str) -> Page:
    """Return the page of a text. Raises PageUnreadable."""
    paragraphs: list[str] = []
    examples: dict[str, str] = {}
    heading = ""
    for block in _blocks(text):
        if block.startswith("    "):
            joined = [examples[heading]] if heading in examples else []
            examples[heading] = "\n\n".join([*joined, _unindented(block)])
        elif block in ("Fails::", "Passes::"):
            heading = block
        else:
            paragraphs.append(" ".join(block.split()))
    head = _HEAD.fullmatch(paragraphs[0]) if paragraphs else None
    if head is None or len(examples) != 2:
        raise PageUnreadable(f"not a page of the manual: {text[:80]!r}")
    return Page(
        code=head[1],
        severity=cast(Severity, head[2]),
        summary=head[3],
        paragraphs=tuple(paragraphs[1:]),
        failing=examples["Fails::"],
        passing=examples["Passes::"],
    )


def _blocks(text: str) -> list[str]:
    return [block.strip("\n") for block in re.split(r"\n[ ]*\n", text) if block.strip()]


def _unindented(block: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in block.split("\n"))
