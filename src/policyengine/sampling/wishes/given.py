"""Wishes for facts that a case gives: a number, an instant, a word."""

from __future__ import annotations

from policyengine.model.conditions import Constant, Ref
from policyengine.sampling.draw import Draw, Want
from policyengine.sampling.operands import row_of
from policyengine.sampling.wishes.combining import all_of
from policyengine.sampling.wishes.kind import Kind
from policyengine.sampling.wishes.limits import TURNED, between
from policyengine.sampling.wishes.records import at_least
from policyengine.values.literals import ValueType, comparison_key

_UNORDERED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)


class Given(Kind):
    """Makes wishes for facts that a case gives."""

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that a case says a fact, with all that has to be said beside it, or does not."""
        if not truth:
            return self._unsaid(ref)
        needs = {ref.name: ref.listed is not None, **self._needs(ref.name)}
        if ref.listed is not None:
            return self._said_of_a_record(ref, ref.listed, needs)
        keys = [(need, None) for need, is_listed in needs.items() if not is_listed]

        def said(draw: Draw, record: int | None, this: int | None) -> None:
            present = draw.present
            for key in keys:
                if not present.setdefault(key, True):
                    draw.clashes += 1

        return said

    def _unsaid(self, ref: Ref) -> Want:
        def unsaid(draw: Draw, record: int | None, this: int | None) -> None:
            if draw.present.setdefault((ref.name, row_of(draw, ref, record, this)), False):
                draw.clashes += 1

        return unsaid

    def _said_of_a_record(self, ref: Ref, listed: str, needs: dict[str, bool]) -> Want:
        def said(draw: Draw, record: int | None, this: int | None) -> None:
            row = row_of(draw, ref, record, this)
            if row == -1:
                row = at_least(draw, listed, 1) - 1
            for need, is_listed in needs.items():
                if not draw.present.setdefault((need, row if is_listed else None), True):
                    draw.clashes += 1

        return said

    def _needs(self, name: str) -> dict[str, bool]:
        """Return all that has to be said beside a fact, through what is needed in turn; is it of a record?"""
        found: dict[str, bool] = {}
        waiting = [self.words.given[name]]
        while waiting:
            for need in self.words.needs[waiting.pop().path]:
                if need.path not in found:
                    found[need.path] = need.listed is not None
                    waiting.append(need)
        return found

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that a fact compares with another value; if both are given, for either."""
        is_ordered = ref.type not in _UNORDERED

        def sized(one: Ref, word: str, other: Ref | Constant) -> Want:
            return self.limited(one, word, other) if is_ordered else self._chosen(one, other)

        wants = [self.there(ref, True), sized(ref, operator, than)]
        if isinstance(than, Ref):
            if than.name in self.words.given:  # which is drawn first, is not said
                wants += [self.there(than, True), sized(than, TURNED[operator], ref)]
            elif is_ordered:
                wants.append(self.wishes.there(than, True))
        return all_of(wants)

    def _chosen(self, ref: Ref, than: Ref | Constant) -> Want:
        """Return the wish that a fact is the same as another value."""
        get, name = self.operands.getter(than), ref.name
        fixed = than.value if isinstance(than, Constant) else None

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            key = name, row_of(draw, ref, record, this)
            if fixed is None:
                draw.chosen.setdefault(key, lambda later: get(later, record, this))
            elif draw.fixed.setdefault(key, fixed) != fixed or fixed in draw.barred.get(key, ()):
                draw.clashes += 1

        return want

    def apart(self, ref: Ref, than: Ref | Constant) -> Want:
        """Return the wish that a fact is not another value, most often that it is something else."""
        get, there, is_ordered = self.operands.getter(than), self.there(ref, True), ref.type not in _UNORDERED

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if draw.random() < 0.9:
                there(draw, record, this)
            key = ref.name, row_of(draw, ref, record, this)
            found = get(draw, record, this)
            if found is None:
                return
            draw.barred.setdefault(key, []).append(found)
            if draw.fixed.get(key) == found:
                draw.clashes += 1
            size = comparison_key(found)
            if is_ordered and isinstance(size, int):
                sides = between("more_than" if draw.random() < 0.7 else "less_than", size)
                draw.limit(key, lambda later: sides)

        return want
