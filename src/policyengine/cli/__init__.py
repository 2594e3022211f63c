"""The command line: one thin file a command. Data goes to standard output, messages to standard error."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from policyengine.collecting import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_process() -> None:
    """Run the command line as the only thing that this process does, and end the process."""
    collect_seldom()
    code = _run(None)
    from policyengine.cli.leaving import leave

    leave(code)
    raise SystemExit(code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of the documented codes.

    Without arguments those of the process count.
    """
    thresholds = gc.get_threshold()
    collect_seldom()
    try:
        code = _run(arguments)
    finally:  # whoever calls this from a program has garbage to collect
        gc.set_threshold(*thresholds)
    raise SystemExit(code)


def _run(arguments: Sequence[str] | None) -> int:
    # Imported now: a third of the objects that a command makes are the functions and classes of modules.
    try:
        from policyengine.cli.program import run_safely
    except KeyboardInterrupt:
        from policyengine.cli.codes import INTERRUPTED

        return INTERRUPTED
    return run_safely(arguments)
