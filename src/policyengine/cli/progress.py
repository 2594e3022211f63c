"""How far a long run has come: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import click

from policyengine.batch.inputs import Input
from policyengine.diagnostics.i18n import Speech

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_BETWEEN = 0.2  # seconds


class Progress:
    """Shows how much of the files has been read, how many cases are judged a second, and the time left."""

    def __init__(self, sources: Sequence[Input], say: Speech) -> None:
        """``sources`` are the files; of one whose size nobody knows, only the count is shown."""
        self.say = say
        self.size = sum(_size(one) for one in sources)
        self.position = 0
        self.records = 0
        self.began = self.shown = time.monotonic()
        self._bar: ProgressBar[int] | None = None

    def __enter__(self) -> Progress:
        """Begin."""
        if sys.stderr is not None and sys.stderr.isatty():
            self._bar = click.progressbar(
                length=max(1, self.size), file=sys.stderr, label=self.say("judging")
            )
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the bar."""
        if self._bar is not None:
            self.shown = 0.0
            self._show()
            self._bar.__exit__(kind, fault, trace)

    def read(self, count: int) -> None:
        """Take note that so many bytes more have been read."""
        self.position += count

    def show(self, records: int) -> None:
        """Show that so many records are done."""
        self.records = records
        self._show()

    def pause(self, tell: Callable[[], None]) -> None:
        """Tell something on lines of its own."""
        if self._bar is not None:
            click.echo("\r\x1b[K", file=sys.stderr, nl=False)
        tell()

    def _show(self) -> None:
        now = time.monotonic()
        if self._bar is None or now - self.shown < _BETWEEN:
            return
        self.shown = now
        rate = round(self.records / max(0.001, now - self.began))
        self._bar.label = self.say("{records} cases, {rate} a second", records=self.records, rate=rate)
        self._bar.update(min(self.position, self.size) - self._bar.pos)


def _size(source: Input) -> int:
    try:
        return os.stat(source.path).st_size
    except (OSError, ValueError):
        return 0
