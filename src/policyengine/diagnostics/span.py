"""Where a piece of text stands: the file, line and column of everything a person wrote."""

from __future__ import annotations

from policyengine.frozen import Frozen


class Span(Frozen, order=True):
    """A stretch of a file. Lines and columns count from 1; the end is exclusive.

    Columns count Unicode code points, as editors show them.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
