"""A record with which a list can be filled in: it is as rules ask, and a case may have it."""

from __future__ import annotations

from policyengine.frozen import replace
from policyengine.model.conditions import All, Condition, Test
from policyengine.model.rulebook import Fact
from policyengine.outcome.refine.domains import Interval, Records, complete, of_key
from policyengine.outcome.refine.search.goal import Goal
from policyengine.semantics.findings import Known, Missing
from policyengine.semantics.strata import refs_of_operand
from policyengine.values.literals import Value, ValueType, comparison_key

Facts = tuple[tuple[str, Value], ...]


def matching_record(goal: Goal, listed: str, question: Condition) -> Facts | None:
    """Return the facts of a record that is as asked and that a case may have, None if none is found."""
    making = _Making(goal, listed)
    parts = question.parts if isinstance(question, All) else (question,)
    if not all(isinstance(part, Test) and making.narrow(part) for part in parts):
        return None
    return making.made()


class _Making:
    """The making of a record of one list."""

    def __init__(self, goal: Goal, listed: str) -> None:
        self.goal = goal
        self.book = goal.book
        self.list = self.book.lists[listed]
        self.explanation = goal.explained(goal.start)
        # What each fact may be: between two values, or one that has no order.
        self.facts: dict[str, Interval | str] = {}

    def narrow(self, test: Test) -> bool:
        """Narrow a fact of the record to what satisfies a test; tell whether that could be done."""
        name, fact = test.ref.name, self._fact_of(test)
        if fact is None:
            return False
        if test.operator in ("known", "happened") or not test.operands:
            return test.operator == "happened" and self.list.dated_by == name
        key = self._key_of(test)
        if isinstance(key, str):
            return self.facts.setdefault(name, key) == key
        if not isinstance(key, int):
            return False  # an exact fraction, to which nothing that a case says is equal
        whole = Interval(0, 1) if fact.type is ValueType.BOOLEAN else self.goal.domains.whole(fact.type)
        ranges = {
            "at_least": Interval(key, whole.high),
            "more_than": Interval(key + 1, whole.high),
            "at_most": Interval(whole.low, key),
            "less_than": Interval(whole.low, key - 1),
        }
        return self._meet(name, ranges.get(test.operator, Interval(key, key)))

    def _fact_of(self, test: Test) -> Fact | None:
        """Return the fact of the record that a test asks for, None if it is not simply one of these."""
        fact = self.book.facts.get(test.ref.name)
        if fact is None or fact.listed != self.list.path or fact.role != "given":
            return None
        return None if fact.dated_by is not None or test.ref.midnight else fact

    def _key_of(self, test: Test) -> object:
        """Return what a test compares with, None if that is not known, or of a record."""
        operand = test.operands[0]
        if any(ref.listed is not None for ref in refs_of_operand(operand)):
            return None
        state = self.explanation.state_of(operand, None)
        return comparison_key(state.value) if isinstance(state, Known) else None

    def _meet(self, name: str, found: Interval) -> bool:
        known = self.facts.get(name)
        if isinstance(known, Interval):
            found = Interval(max(known.low, found.low), min(known.high, found.high))
        self.facts[name] = found
        return not found.is_empty

    def made(self) -> Facts | None:
        """Return the record, None if no case may have it."""
        dated_by = self.list.dated_by
        if dated_by is not None:
            limits = self.goal.domains.of_fact((dated_by, None), self.goal.start.case)
            self._meet(dated_by, Interval(limits.low, min(limits.high, self.goal.as_of)))
        record: dict[str, Value] = {}
        for path, found in self.facts.items():
            value = self._value(path, found)
            if value is None:
                return None
            record[path] = value
        facts = tuple(sorted(record.items()))
        return facts if self._may_be(facts) else None

    def _value(self, path: str, found: Interval | str) -> Value | None:
        """Return the greatest value that is allowed, None if there is none."""
        if isinstance(found, str):
            return found
        if found.is_empty:
            return None
        type = self.book.facts[path].type
        return bool(found.high) if type is ValueType.BOOLEAN else of_key(found.high, type)

    def _may_be(self, record: Facts) -> bool:
        """Tell whether a case may have such a record: whether all is within its bounds."""
        domains, start = self.goal.domains, self.goal.start.case
        case = complete(start, {Missing("fact", self.list.path, None): Records(1, record)})
        for path, value in record:
            without = replace(case, values={key: one for key, one in case.values.items() if key != (path, 0)})
            if domains.is_ordered(self.book.facts[path].type):
                limits, key = domains.of_fact((path, 0), without), comparison_key(value)
                if not isinstance(key, int) or not limits.low <= key <= limits.high:
                    return False
        return True
