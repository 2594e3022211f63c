"""What every part of an explanation shares: who is spoken to, and what has been told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Rule
from policyengine.outcome.decision import Decision
from policyengine.render.layout import Paint, Tone
from policyengine.render.naming import Naming, place
from policyengine.render.sentences import Sentences
from policyengine.syntax.keys import numbered

MARKS: tuple[tuple[str, Tone], ...] = (("✘", "bad"), ("?", "open"), ("✔", "good"))
"""How a truth is marked, by its number."""


class Walk:
    """One walk from an answer to what was given; nothing is explained twice."""

    def __init__(
        self,
        decision: Decision,
        say: Speech,
        paint: Paint,
        explain: Callable[[Key, int], Iterator[str]],
    ) -> None:
        """``say`` speaks the reader's language; ``explain`` tells of a name, so far to the right."""
        self.decision = decision
        self.say = say
        self.paint = paint
        self.explain = explain
        self.explanation = decision.explanation
        self.book = decision.judged.rulebook
        self.naming = Naming(self.book, say)
        self.sentences = Sentences(decision.explanation, self.naming)
        self._told: set[tuple[str, Hashable]] = set()

    def has_told(self, kind: str, what: Hashable) -> bool:
        """Tell whether something has been explained, and note that it is explained now."""
        known = (kind, what) in self._told
        self._told.add((kind, what))
        return known

    def above(self, depth: int) -> str:
        """Return the line that stands for what has been explained."""
        return self.line(depth, self.say("explained above"), "faint")

    def found(self, key: Key, depth: int) -> str:
        """Return the line that says what was found at a name."""
        title, found = self.naming.title(key[0]), self.sentences.found_at(key)
        return self.line(depth, self.say("{title}: {value}", title=title, value=found))

    def line(self, depth: int, text: str, tone: Tone = "plain") -> str:
        """Return a line, so far to the right; what does not fit on the page goes on below it."""
        return "\n".join(self.paint.lines(text, tone, 2 * depth))

    def is_given(self, name: str) -> bool:
        """Tell whether a name is a fact that the case gives: there is nothing behind it."""
        fact = self.book.facts.get(name)
        return fact is not None and fact.role == "given"

    def headline(self, rule: Rule, record: int | None = None) -> str:
        """Return what a rule is called, and where it stands; ``record`` is one for which it speaks."""
        if not rule.policy:
            return self.say("{title} ({place})", title=self.naming.text(rule.title), place=place(rule.span))
        return self.say(
            "rule {id}: {title} ({place})",
            id=numbered(rule.id, record),
            title=self.naming.text(rule.title),
            place=place(rule.span),
        )

    def placed(self, span: Span, source: Source | None) -> str:
        """Return a place with the source that is quoted there."""
        return f"{place(span)} {self.naming.source(source)}".rstrip()
