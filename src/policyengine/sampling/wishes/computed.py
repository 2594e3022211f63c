"""Wishes for values that are computed, by those that they are computed from: amounts, and values in place."""

from __future__ import annotations

from collections.abc import Callable

from policyengine.model.conditions import Constant, DayEdge, Extreme, Operand, Otherwise, Question, Ref
from policyengine.sampling.draw import Draw, Want
from policyengine.sampling.wishes.combining import all_of, nothing
from policyengine.sampling.wishes.kind import Kind
from policyengine.sampling.wishes.records import asked_rows


class Amounts(Kind):
    """Makes wishes for amounts; how great they are, comes of itself."""

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that all is there of which an amount consists."""
        if not truth:
            return nothing
        amount = self.words.book.amounts[ref.name]
        terms = [self.wishes.there(one, True) for _, one in amount.terms]
        return all_of([self.wishes.condition(amount.when, True), *terms])

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that there is an amount to compare."""
        return self.there(ref, True)


class Computed(Kind):
    """Makes wishes for values that are computed where they are needed."""

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that there is something to compute a value from."""
        return self._by_parts(ref, lambda part: self.wishes.there(part, True)) if truth else nothing

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that what a value is computed from compares so."""
        return self._by_parts(ref, lambda part: self.wishes.compared(part, operator, than))

    def _by_parts(self, ref: Ref, wish: Callable[[Operand], Want]) -> Want:
        match self.words.book.computed[ref.name].value:
            case Otherwise(first, _):
                return wish(first)
            case Extreme(_, of):
                return all_of([wish(one) for one in of])
            case DayEdge(_, of):
                return wish(of)
            case Question() as question:
                return self._asked(question, nothing if question.of is None else wish(question.of))

    def _asked(self, question: Question, of: Want) -> Want:
        where, listed, how = self.wishes.condition(question.where, True), question.listed, question.how

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            for row in asked_rows(draw, listed, how, record):
                where(draw, row, record)
                of(draw, row, record)

        return want
