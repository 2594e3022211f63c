"""Wishes for facts that rules conclude: that a rule holds which says so."""

from __future__ import annotations

from collections.abc import Callable

from policyengine.model.conditions import Constant, Ref
from policyengine.model.rulebook import Rule
from policyengine.sampling.draw import Draw, Want
from policyengine.sampling.operands import row_of
from policyengine.sampling.wishes.combining import all_of, lazily, nothing, one_of
from policyengine.sampling.wishes.kind import Kind
from policyengine.sampling.wishes.limits import compares

_MOST_DENIED = 4


class Concluded(Kind):
    """Makes wishes for facts that rules conclude."""

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that a rule concludes a fact, unless one is wished already, or that none does."""
        if not truth:
            return self._none(ref)
        by_one = one_of([self._by(ref, *one, self._there) for one in self._conclusions(ref)])

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if (ref.name, row_of(draw, ref, record, this)) not in draw.sources:
                by_one(draw, record, this)

        return want

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that a rule concludes what compares so."""

        def compared(value: Ref) -> Want:
            return all_of([self._there(value), self.wishes.compared(value, operator, than)])

        def can_be(value: Ref | Constant) -> bool:
            if isinstance(value, Ref) or isinstance(than, Ref):
                return True
            return compares(value.value, operator, than.value)

        return one_of(
            [self._by(ref, rule, value, compared) for rule, value in self._conclusions(ref) if can_be(value)]
        )

    def apart(self, ref: Ref, than: Ref | Constant) -> Want:
        """Return the wish, most often, that a rule concludes something else."""
        if isinstance(than, Ref):
            return nothing
        ways = [
            self._by(ref, rule, value, self._there)
            for rule, value in self._conclusions(ref)
            if isinstance(value, Constant) and value.value != than.value
        ]
        by_one = one_of(ways)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if ways and draw.random() < 0.7:
                by_one(draw, record, this)

        return want

    def _conclusions(self, ref: Ref) -> list[tuple[Rule, Ref | Constant]]:
        """Return the rules that conclude a fact, each with what it says."""
        concluded = self.words.concluded.get(ref.name, ())
        return [(rule, self.words.choose(conclusion.value)) for rule, conclusion in concluded]

    def _there(self, value: Ref) -> Want:
        return self.wishes.there(value, True)

    def _by(self, ref: Ref, rule: Rule, value: Ref | Constant, wish: Callable[[Ref], Want]) -> Want:
        """Return the wish that one rule concludes a fact, and ``wish`` for what the fact is taken from."""
        get = self.operands.getter(value)
        made = lazily(
            lambda: all_of([self.wishes.rule(rule), wish(value) if isinstance(value, Ref) else nothing])
        )

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            row = row_of(draw, ref, record, this)
            draw.sources.setdefault((ref.name, row), get)
            made(draw, row, this)

        return want

    def _none(self, ref: Ref) -> Want:
        """Return the wish that the rules that conclude a fact do not hold."""
        rules = [rule for rule, _ in self._conclusions(ref)[:_MOST_DENIED]]
        denied = lazily(lambda: all_of([self.wishes.condition(rule.when, False) for rule in rules]))

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            row = row_of(draw, ref, record, this)
            if draw.is_new(f"none {ref.name}", row):
                denied(draw, row, this)

        return want
