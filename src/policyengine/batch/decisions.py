"""What is done to a block of cases: read, judged, and written as rows; faulty records are put aside."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

from policyengine.batch.columns import Named
from policyengine.batch.encoding import Encoder, Ndjson, Target, encoder_of
from policyengine.batch.reading import BlockReader, Read, When
from policyengine.batch.records import Block
from policyengine.batch.row import Row, RowShape
from policyengine.batch.shipment import Shipment
from policyengine.batch.summary import REJECTED, UNREAD, Summary, summarize
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.engines.spot_check import EnginesDiffer
from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.outcome.decision import Decision

MOST_TOLD = 20
"""Faulty records that are told one by one."""


class Done(Frozen):
    """A block that has been judged: its rows and its rejects as bytes, and what they say in numbers.

    ``faulty`` are the first records that are put aside; ``differ`` is what two engines found different, with
    the case, None as it should be.
    """

    rows: bytes
    rejects: bytes
    summary: Summary
    faulty: tuple[Read, ...]
    differ: tuple[str, Read] | None = None


class Decisions(Frozen):
    """Judging cases and writing their decisions.

    ``target`` is the form of the rows; ``whole`` writes whole decisions instead, as ``evaluate`` does.
    ``refine`` finds out what is still possible where something is undetermined.
    """

    shipment: Shipment
    named: Named
    when: When
    target: Target
    whole: bool
    refine: bool
    language: Language

    def start(self) -> Callable[[Block], Done]:
        """Return what judges blocks."""
        return _Judge(self).judge


class _Judge:
    """Judges blocks in one process."""

    def __init__(self, task: Decisions) -> None:
        self.task = task
        self.rulebook = task.shipment.open()
        self.reader = BlockReader(self.rulebook, task.named, task.when)
        self.shape = RowShape(self.rulebook.model)
        self.encoder: Encoder = Ndjson(self.shape) if task.whole else encoder_of(task.target, self.shape)
        self.say = Speech(task.language)
        self.checker = self.rulebook.spot_check()

    def judge(self, block: Block) -> Done:
        """Judge one block."""
        made = _Made()
        for read in self.reader.read(block):
            if read.case is None:
                self._put_aside(made, read)
            else:
                self._take(made, read, read.case)
        written = "".join(made.whole).encode() if self.task.whole else self.encoder.encode(made.rows)
        summarize(made.summary, self.shape, made.rows)
        rejects = "".join(made.rejects).encode("utf-8", "backslashreplace")  # which JSON reads as it is meant
        return Done(written, rejects, made.summary, tuple(made.faulty), made.differ)

    def _put_aside(self, made: _Made, read: Read) -> None:
        made.summary.count(REJECTED)
        if read.is_last:
            made.summary.count(UNREAD)
        made.rejects.append(reject_line(read, self.say))
        if len(made.faulty) < MOST_TOLD:
            made.faulty.append(read)

    def _take(self, made: _Made, read: Read, case: Case) -> None:
        decision = self.rulebook.judge(case, read.as_of, (), self.task.refine)
        try:
            self.checker.check(case, read.as_of, decision.findings)
        except EnginesDiffer as fault:
            made.differ = made.differ or (fault.difference, read)
        made.rows.append(self.shape.row(decision, read.file, read.line))
        if self.task.whole:
            made.whole.append(_whole(decision, read))


class _Made:
    """What has been made of a block so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.whole: list[str] = []
        self.rejects: list[str] = []
        self.faulty: list[Read] = []
        self.summary = Summary()
        self.differ: tuple[str, Read] | None = None


def _whole(decision: Decision, read: Read) -> str:
    from policyengine.render.json.decision import render_json

    return render_json(decision, {"line": read.line}, None) + "\n"


def reject_line(read: Read, say: Speech) -> str:
    """Return what is wrong with a record, and the record, as one line of JSON that ends with a line feed."""
    faults = [
        {
            "code": one.code,
            "field": one.path,
            "message": say.message(one.message),
            "help": None if one.help is None else say.message(one.help),
            "line": one.span.line,
            "column": one.span.column,
        }
        for one in read.faults
    ]
    told = _finite(read.told) if isinstance(read.told, str | Mapping) else ""
    data = {"file": read.file, "line": read.line, "faults": faults, "record": told}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def _finite(told: object) -> object:
    """Return what a record says with texts for numbers that JSON does not have, such as infinity."""
    match told:
        case Mapping():
            return {name: _finite(part) for name, part in told.items()}
        case list() | tuple():
            return [_finite(part) for part in told]
        case float() if not math.isfinite(told):
            return str(told)
        case _:
            return told
