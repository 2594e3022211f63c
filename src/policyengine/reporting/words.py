"""What the tables of a report are called in front of people."""

from __future__ import annotations

from datetime import date

from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.text import Text
from policyengine.model.conditions import Ref
from policyengine.render.naming import Naming
from policyengine.reporting.periods import Period
from policyengine.reporting.tables import Group, ReportResult
from policyengine.values.escaping import printable
from policyengine.values.literals import ValueType


class ReportWords:
    """Names what stands in one report in one language."""

    def __init__(self, result: ReportResult, say: Speech) -> None:
        """``say`` speaks the reader's language."""
        self.result = result
        self.say = say
        self.naming = Naming(result.book, say)

    def title(self) -> str:
        """Return the title with its period."""
        title = self.naming.text(self.result.report.title)
        return self.say("{title}, {period}", title=title, period=self.period(self.result.period))

    def period(self, period: Period) -> str:
        """Return a period with its days."""
        first, last = (date.fromordinal(max(1, day)).isoformat() for day in (period.first, period.last))
        if first in period.label:
            return self.say("{first} to {last}", first=first, last=last)
        return self.say("{label} ({first} to {last})", label=period.label, first=first, last=last)

    def judged(self) -> str:
        """Return when and by which rules the cases were judged."""
        book = self.result.book
        return self.say(
            "judged as of {instant}, by {rulebook} {version} ({digest})",
            instant=self.naming.typed(self.result.as_of, ValueType.INSTANT),
            rulebook=self.naming.text(book.title),
            version=book.version,
            digest=book.digest.partition(":")[2][:12],
        )

    def total(self) -> str:
        """Return how many cases were counted, and in the period before."""
        tally = self.result.tally
        if self.result.previous is None:
            return self.say("cases: {now}", now=tally.counted)
        return self.say(
            "cases: {now}; {previous}: {before} ({difference})",
            now=tally.counted,
            previous=self.period(self.result.previous),
            before=tally.before,
            difference=signed(tally.counted - tally.before),
        )

    def left_out(self, faulty: int) -> list[str]:
        """Return what was read and not counted, and why; ``faulty`` lines were not read at all."""
        tally = self.result.tally
        told = (
            (faulty, self.say("lines with errors, not counted: {count}", count=faulty)),
            (
                tally.undated,
                self.say(
                    "without the date that decides the period, not counted: {count}", count=tally.undated
                ),
            ),
            (
                tally.undetermined,
                self.say(
                    "possibly part of the report, but a fact is missing; not counted: {count}",
                    count=tally.undetermined,
                ),
            ),
            (tally.not_meant, self.say("outside the report: {count}", count=tally.not_meant)),
            (tally.other_period, self.say("of other periods: {count}", count=tally.other_period)),
        )
        return [words for count, words in told if count]

    def group(self, group: Group, ref: Ref, missing: Text | None = None) -> str:
        """Return a value, or what cases without one are called."""
        match group.kind:
            case "missing":
                return self.say("none") if missing is None else self.naming.text(missing)
            case "undetermined":
                return self.say("undetermined")
            case "conflict":
                return self.say("conflict")
        assert group.value is not None
        return printable(self.naming.value(group.value, ref.name))

    def column(self, ref: Ref) -> str:
        """Return the title of a column."""
        return self.naming.title(ref.name)


def signed(difference: int) -> str:
    """Return a difference with its sign."""
    return f"+{difference}" if difference > 0 else str(difference).replace("-", "−")
