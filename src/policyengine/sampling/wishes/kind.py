"""What can be wished of a value, whatever its kind: that it is there, that it compares, that it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.model.conditions import Constant, Ref
from policyengine.sampling.draw import Draw, Sides, Want
from policyengine.sampling.wishes.combining import nothing
from policyengine.sampling.wishes.limits import TURNED, between, limited
from policyengine.values.literals import comparison_key

if TYPE_CHECKING:
    from policyengine.sampling.wishes.wishes import Wishes


class Kind:
    """Makes wishes for values that come of themselves, as figures do; other kinds of values make more."""

    def __init__(self, wishes: Wishes) -> None:
        """``wishes`` makes those for what a value rests on."""
        self.wishes = wishes
        self.words = wishes.words
        self.operands = wishes.operands

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that a name has a value, or has none."""
        return nothing

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that a value compares with another one; here it is for the other one to do so."""
        if isinstance(than, Constant) or than.name not in self.words.given:
            return nothing
        return self.wishes.compared(than, TURNED[operator], ref)

    def apart(self, ref: Ref, than: Ref | Constant) -> Want:
        """Return the wish that a value is not another one."""
        return nothing

    def limited(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that a value is on one side of another one."""
        if isinstance(than, Constant):
            size = comparison_key(than.value)
            if not isinstance(size, int):
                return nothing
            sides = between(operator, size)
            return limited(ref, lambda draw, record, this: sides)
        get = self.operands.getter(than)

        def bound(draw: Draw, record: int | None, this: int | None) -> Sides | None:
            found = get(draw, record, this)
            size = None if found is None else comparison_key(found)
            return between(operator, size) if isinstance(size, int) else None

        return limited(ref, bound)


class Now(Kind):
    """Makes wishes for the instant at which a case is judged."""

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that the instant is on one side of another one."""
        return self.limited(ref, operator, than)
