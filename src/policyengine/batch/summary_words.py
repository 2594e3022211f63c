"""What the numbers of a run say, in the words of a reader: for the terminal, for JSON, and for a page."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.batch.row import NOT_APPLICABLE, OTHERWISE
from policyengine.batch.summary import COUNTED, SUMMED, Summary
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.model.rulebook import OTHERWISE_TITLE, STATUSES, Fact, Rulebook
from policyengine.render.naming import Naming
from policyengine.values.literals import ValueType

FORMAT = "policyengine.batch-summary/1"
_STATUS = {
    "known": marked("decided"),
    "undetermined": marked("undetermined"),
    "conflict": marked("in conflict"),
    NOT_APPLICABLE: marked("not applicable"),
}


class Line(Frozen):
    """A number with what it is the number of; ``share`` is its part of all cases, in thousandths."""

    name: str
    number: int
    share: int


class Figures(Frozen):
    """The sum of an outcome, and the least and the greatest value found."""

    total: str
    least: str
    greatest: str
    mean: str


class Told(Frozen):
    """What is told of one outcome or deadline: how it came out, its values, its rules, what it waits for."""

    name: str
    title: str
    statuses: tuple[Line, ...]
    values: tuple[Line, ...]
    figures: Figures | None
    rules: tuple[Line, ...]
    missing: tuple[Line, ...]


class SummaryWords:
    """Tells a summary in one language."""

    def __init__(self, book: Rulebook, summary: Summary, say: Speech) -> None:
        """``say`` speaks the language of the reader."""
        self.book = book
        self.summary = summary
        self.say = say
        self.naming = Naming(book, say)

    def outcomes(self) -> Iterator[Told]:
        """Return what is told of each outcome that came out in any case, by name."""
        for path, fact in sorted(self.book.facts.items()):
            if fact.role == "outcome" and self._is_met(path):
                yield self._outcome(fact)

    def deadlines(self) -> Iterator[Told]:
        """Return what is told of each deadline that ran in any case, by name."""
        for id, deadline in sorted(self.book.deadlines.items()):
            if self._is_met(id):
                titles = {name: self.naming.text(title) for name, title in STATUSES}
                titles |= {name: self.say(word) for name, word in _STATUS.items()}
                statuses = self._lines("status", id, titles)
                missing = self._lines("missing", id, self._titles())
                title = self.naming.text(deadline.title)
                yield Told(id, title, statuses, (), None, (), missing)

    def _is_met(self, name: str) -> bool:
        """Tell whether an outcome or deadline applied in any case."""
        return any(place != (NOT_APPLICABLE,) for place, _ in self.summary.under("status", name))

    def _outcome(self, fact: Fact) -> Told:
        path = fact.path
        rules = {id: self.naming.text(rule.title) for id, rule in self.book.rules.items()}
        rules[OTHERWISE] = self.naming.text(OTHERWISE_TITLE)
        choices = {one.name: self.naming.text(one.title) for one in fact.choices}
        choices |= {"yes": self.say("yes"), "no": self.say("no")}
        return Told(
            path,
            self.naming.text(fact.title),
            self._lines("status", path, {name: self.say(word) for name, word in _STATUS.items()}),
            self._lines("value", path, choices) if fact.type in COUNTED else (),
            self._figures(fact),
            self._lines("rule", path, rules),
            self._lines("missing", path, self._titles()),
        )

    def _titles(self) -> dict[str, str]:
        book = self.book
        groups = (book.facts, book.lists, book.parameters)
        return {name: self.naming.text(one.title) for group in groups for name, one in group.items()}

    def _lines(self, kind: str, of: str, titles: dict[str, str]) -> tuple[Line, ...]:
        """Return what has been counted of one column, the most frequent first; shares are of all cases."""
        found = [(place[0], number) for place, number in self.summary.under(kind, of)]
        whole = sum(number for _, number in self.summary.under("status", of))
        found.sort(key=lambda one: (-one[1], one[0]))
        return tuple(Line(titles.get(name, name), number, number * 1000 // whole) for name, number in found)

    def _figures(self, fact: Fact) -> Figures | None:
        place = (fact.path,)
        if fact.type not in SUMMED or place not in self.summary.sums:
            return None
        total, count = self.summary.sums[place], self.summary.number("status", fact.path, "known")
        shown = (total, self.summary.least[place], self.summary.greatest[place], _rounded(total, count))
        return Figures(*(self._shown(value, fact.type) for value in shown))

    def _shown(self, value: int, type: ValueType) -> str:
        return self.naming.typed(value, type)


def _rounded(total: int, count: int) -> int:
    """Return a mean in whole units, rounded half up."""
    return (2 * total + count) // (2 * count)
