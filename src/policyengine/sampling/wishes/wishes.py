"""What can be wished of the cases of one rulebook, and through what wishes ask each other."""

from __future__ import annotations

from policyengine.model.conditions import Condition, Constant, Operand, Ref
from policyengine.model.rulebook import Deadline, Rule
from policyengine.sampling.draw import Want
from policyengine.sampling.operands import Operands
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.sampling.wishes import rules
from policyengine.sampling.wishes.combining import nothing
from policyengine.sampling.wishes.computed import Amounts, Computed
from policyengine.sampling.wishes.concluded import Concluded
from policyengine.sampling.wishes.conditions import chosen
from policyengine.sampling.wishes.deadlines import Deadlines
from policyengine.sampling.wishes.given import Given
from policyengine.sampling.wishes.kind import Kind, Now
from policyengine.sampling.wishes.limits import TURNED
from policyengine.semantics.readings import choose_condition


class Wishes:
    """Makes wishes for the rules of one rulebook, each once."""

    def __init__(self, words: Vocabulary, operands: Operands) -> None:
        """``operands`` gives the values of names."""
        self.words = words
        self.operands = operands
        self._given = Given(self)
        self._deadlines = Deadlines(self)
        self._kinds: dict[str, Kind] = {
            "fact": Concluded(self),
            "parameter": Kind(self),
            "amount": Amounts(self),
            "deadline": self._deadlines,
            "computed": Computed(self),
            "now": Now(self),
        }
        self._rules: dict[str, Want] = {}
        self._conditions: dict[tuple[int, bool], tuple[Condition, Want]] = {}
        self._statuses: dict[tuple[str, str], Want] = {}

    def rule(self, rule: Rule) -> Want:
        """Return the wish that a rule holds."""
        if rule.id not in self._rules:
            self._rules[rule.id] = rules.holds(self, rule)
        return self._rules[rule.id]

    def nearly(self, rule: Rule) -> Want:
        """Return the wish that a rule does not hold, for one thing only of those that it asks for."""
        return rules.nearly(self, rule)

    def condition(self, condition: Condition, truth: bool) -> Want:
        """Return the wish that a condition is true, or false."""
        found = self._conditions.get((id(condition), truth))
        if found is None:
            want = chosen(self, choose_condition(condition, self.words.readings), truth)
            found = condition, want  # kept, so that its id stays its own
            self._conditions[id(condition), truth] = found
        return found[1]

    def status(self, deadline: Deadline, status: str) -> Want:
        """Return the wish that a deadline has a status."""
        key = deadline.id, status
        if key not in self._statuses:
            self._statuses[key] = self._deadlines.status(deadline, status)
        return self._statuses[key]

    def there(self, operand: Operand, truth: bool) -> Want:
        """Return the wish that something has a value, or has none."""
        ref = self.words.choose(operand)
        return self._kind(ref).there(ref, truth) if isinstance(ref, Ref) else nothing

    def compared(self, operand: Operand, operator: str, other: Operand) -> Want:
        """Return the wish that one value compares with another."""
        one, than = self.words.choose(operand), self.words.choose(other)
        if isinstance(one, Constant):
            one, operator, than = than, TURNED[operator], one
        return self._kind(one).compared(one, operator, than) if isinstance(one, Ref) else nothing

    def apart(self, operand: Operand, other: Operand) -> Want:
        """Return the wish that a value is not another one."""
        ref = self.words.choose(operand)
        return self._kind(ref).apart(ref, self.words.choose(other)) if isinstance(ref, Ref) else nothing

    def _kind(self, ref: Ref) -> Kind:
        return self._given if ref.name in self.words.given else self._kinds[ref.kind]
