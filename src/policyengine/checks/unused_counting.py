"""``unused-counting`` (warning): The rulebook says how something is counted that nothing in it counts.

What is said for all deadlines and tests need not fit each of them, but some. A cut-off, the end of the day
and what becomes of a holiday matter where whole days are counted: business days, or days, months and years
with `days: calendar`. The end of a month matters to months and years. A holiday never moves the end of a
length in a test. What a deadline says for itself instead is no reason to say it for all.

Fails::

    # rulebook.yaml
    counting: {days: rolling, ends_on_holiday: next_business_day}

    # policies/returns.yaml
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: 2 days

Passes::

    # rulebook.yaml
    counting: {days: calendar, ends_on_holiday: next_business_day}

    # policies/returns.yaml
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: 2 days
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.checks.idle_counting import help_of, matters_to
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Operand, Window, parts_of
from policyengine.model.counting import CountingRule
from policyengine.model.lengths import lengths_of
from policyengine.model.rulebook import Rulebook
from policyengine.values.counting import Aspect, Counting
from policyengine.values.literals import Duration, ValueType


class _Counted:
    """What a rulebook says of all its lengths, and what of it matters to some."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.said: dict[Aspect, CountingRule] = {}
        self.lengths: list[Duration] = []
        self.matters: set[Aspect] = set()

    def add(self, length: Operand, rules: Sequence[CountingRule], has_date: bool = False) -> None:
        """Note what matters to a length; between dates (``has_date``) days are whole ones."""
        own = {rule.aspect: rule for rule in rules if rule.span.file == self.rulebook.span.file}
        self.said |= own
        counted = [rule for rule in rules if not (has_date and rule.aspect == "days")]
        days = "calendar" if has_date else Counting().days
        found = [*lengths_of(length, self.rulebook)]
        self.lengths += found
        matters = {one for each in found for one in matters_to(each, counted, days)}
        self.matters |= matters & own.keys()


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell what a rulebook says of its counting that moves the end of no length in it."""
    counted, tested = _Counted(rulebook), _Counted(rulebook)
    for deadline in rulebook.deadlines.values():
        if deadline.within is not None:
            counted.add(deadline.within, deadline.counting)
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Window):
                has_date = ValueType.DATE in (part.ref.type, part.anchor.type)
                tested.add(part.length, part.counting, has_date)
    matters = counted.matters | (tested.matters - {"ends_on_holiday"})
    for aspect, rule in {**tested.said, **counted.said}.items():
        help = help_of(aspect, counted.lengths + tested.lengths)
        if help is not None and aspect not in matters:
            what = message("`{aspect}` affects no length in this rulebook", aspect=aspect)
            yield warning("unused-counting", what, rule.span, help)
