"""Where published policies and cases lie that are read in place and are no part of this project."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RULEBOOKS = ROOT / "examples" / "rulebooks"
VARIABLE = "POLICYENGINE_PUBLISHED"
"""Names the folder with the published folders; without it, ``../shared/benchmarks`` beside this project."""

Row = Mapping[str, Any]


def find(name: str, argument: str | None = None) -> Path | None:
    """Return a published folder: the one that is given, else the one of this name; None if it is not."""
    if argument is not None:
        return Path(argument) if Path(argument).is_dir() else None
    place = os.environ.get(VARIABLE)
    folder = (Path(place) if place else ROOT.parent / "shared" / "benchmarks") / name
    return folder if folder.is_dir() else None


def find_or_leave(name: str, argument: str | None = None) -> Path:
    """Return a published folder, or say where it was looked for and end the program without a fault."""
    folder = find(name, argument)
    if folder is None:
        print(f"skipped: no folder {argument or name}; give it as the argument, or its parent in {VARIABLE}")
        sys.exit(0)
    return folder


def read_rows(path: Path) -> Iterator[Row]:
    """Return what a file says, one JSON object a line; numbers are as they are written."""
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line, parse_float=Decimal)
