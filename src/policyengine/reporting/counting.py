"""Counting the cases of blocks, in this process or in others: the same way as that of ``batch``."""

from __future__ import annotations

from collections.abc import Callable

from policyengine.batch.columns import Named
from policyengine.batch.decisions import MOST_TOLD, reject_line
from policyengine.batch.reading import BlockReader, Read, When
from policyengine.batch.records import Block
from policyengine.batch.shipment import Shipment
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import Frozen
from policyengine.reporting.periods import Period
from policyengine.reporting.tables import Counter, Part


class Counted(Frozen):
    """What a block counts; ``faulty`` are the first records that are put aside, ``rejects`` all of them."""

    part: Part
    rejected: int
    unread: int
    faulty: tuple[Read, ...]
    rejects: bytes


class Counting(Frozen):
    """Judging cases at one instant and counting them for a report of the rulebook."""

    shipment: Shipment
    report: str
    period: Period
    as_of: int
    language: Language

    def start(self) -> Callable[[Block], Counted]:
        """Return what counts blocks."""
        rulebook = self.shipment.open()
        reader = BlockReader(rulebook, Named(), When("given", self.as_of))
        report = rulebook.model.reports[self.report]
        say = Speech(self.language)

        def count(block: Block) -> Counted:
            counter = Counter(rulebook.model, report, self.period, self.as_of)
            faulty: list[Read] = []
            for read in reader.read(block):
                if read.case is None:
                    faulty.append(read)
                else:
                    counter.take(rulebook.judge(read.case, self.as_of))
            lines = "".join(reject_line(read, say) for read in faulty)
            return Counted(
                counter.part(),
                len(faulty),
                sum(read.is_last for read in faulty),
                tuple(faulty[:MOST_TOLD]),
                lines.encode("utf-8", "backslashreplace"),
            )

        return count
