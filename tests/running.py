"""Running the command line, inside this process or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from frozen import FROZEN

ROOT = Path(__file__).parents[1]
CASE = "examples/cases/late-dispatch.json"
AS_OF = ("--as-of", "2012-03-16 18:00:01")


class Ran(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def spawn(
    *words: str, env: Mapping[str, str] | None = None, given: bytes = b"", cwd: Path = FROZEN
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own; ``env`` adds to an environment without a language."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "policyengine", *words],
        cwd=cwd,
        env={**keep, "PYTHONPATH": str(ROOT / "src"), "LANG": "C", **(env or {})},
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
