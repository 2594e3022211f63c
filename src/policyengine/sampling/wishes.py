"""Backwards from a rule to what a case would have to say for it to hold.

Each condition becomes a wish, for it to be true or to be false, that picks one of the ways at random. Wishes
bind nobody: those that come first go before others, bounds before all, and the case is judged by nobody here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any as Anything
from weakref import WeakKeyDictionary

from policyengine.model.conditions import (
    All,
    Any,
    Condition,
    Constant,
    Count,
    DayEdge,
    Extreme,
    Not,
    Operand,
    Otherwise,
    Pick,
    Question,
    Ref,
    Same,
    Some,
    Test,
    Window,
)
from policyengine.model.rulebook import Conclusion, Deadline, Fact, Rule
from policyengine.sampling.draw import JUDGED, Draw, Getter, Limit, Want
from policyengine.sampling.operands import Operands, row_of
from policyengine.sampling.periods import period_of
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.semantics.readings import choose_condition, choose_counting, is_false
from policyengine.values.literals import Duration, Value, ValueType, comparison_key

_MOST_WISHES = 60
_MOST_DENIED = 4
_OPPOSITE = {
    "at_least": "less_than",
    "at_most": "more_than",
    "more_than": "at_most",
    "less_than": "at_least",
}
_TURNED = {
    "at_least": "at_most",
    "at_most": "at_least",
    "more_than": "less_than",
    "less_than": "more_than",
    "is": "is",
}
_ORDERED = frozenset(_OPPOSITE)
Settled = Callable[[Draw, "int | None", "int | None"], "bool | None"]
"""Tells what wishes have made of a condition."""
_UNORDERED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)


def between(operator: str, key: int) -> tuple[int | None, int | None]:
    """Return the limits of what compares so with a value."""
    match operator:
        case "at_least":
            return key, None
        case "at_most":
            return None, key
        case "more_than":
            return key + 1, None
        case "less_than":
            return None, key - 1
        case _:
            return key, key


def _nothing(draw: Draw, record: int | None, this: int | None) -> None:
    return None


class Wishes:
    """Makes wishes for the rules of one rulebook."""

    def __init__(self, words: Vocabulary, operands: Operands) -> None:
        """``operands`` gives the values of names."""
        self.words = words
        self.operands = operands
        self._rules: dict[str, Want] = {}
        self._conditions: dict[tuple[int, bool], tuple[Condition, Want]] = {}
        self._statuses: dict[tuple[str, str], Want] = {}

    # ---------- rules

    def rule(self, rule: Rule) -> Want:
        """Return the wish that a rule holds."""
        if rule.id not in self._rules:
            made: list[Want] = []
            self._rules[rule.id] = lambda draw, record, this: made[0](draw, record, this)
            made.append(self._rule(rule))
            self._rules[rule.id] = made[0]
        return self._rules[rule.id]

    def nearly(self, rule: Rule) -> Want:
        """Return the wish that a rule does not hold, for one thing only of those that it asks for."""
        when = choose_condition(rule.when, self.words.readings)
        parts = when.parts if isinstance(when, All) else (when,)
        wants = [(self._wish(part, True), self._wish(part, False)) for part in parts]
        scope, listed = self.wish(self.words.book.scope_of(rule), True), rule.listed

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if listed is not None:
                record = self._some_row(draw, listed)
            missed = draw.below(len(wants)) if wants else 0
            for at, (yes, no) in enumerate(wants):
                (no if at == missed else yes)(draw, record, record)
            scope(draw, None if listed is None else record, record)

        return want

    def _rule(self, rule: Rule) -> Want:
        if not rule.policy:
            return self._no_other(rule)
        when, scope = self.wish(rule.when, True), self.wish(self.words.book.scope_of(rule), True)
        listed, name, policy = rule.listed, f"rule {rule.id}", rule.policy

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if listed is not None and record is None:
                record = self._some_row(draw, listed)
            done = name, record
            if done in draw.done or len(draw.done) > _MOST_WISHES:
                return
            draw.done.add(done)
            when(draw, record, record)
            inside = f"scope {policy}", record
            if inside not in draw.done:
                draw.done.add(inside)
                draw.later.append((scope, record, record))

        return want

    def _no_other(self, otherwise: Rule) -> Want:
        """Return the wish that no rule says what a fact is, so that it is what it is otherwise."""
        concluded = self.words.concluded[otherwise.then[0].fact.name]
        denied = [self.wish(rule.when, False) for rule, _ in concluded if rule.id != otherwise.id]

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            name = otherwise.id, record
            if name not in draw.done:
                draw.done.add(name)
                draw.later += [(one, record, this) for one in denied[:_MOST_WISHES]]

        return want

    def _some_row(self, draw: Draw, listed: str) -> int:
        """Return a record of a list, most often the last one; that it is there is wished."""
        count = self.at_least(draw, listed, 1)
        return count - 1 if draw.random() < 0.7 else draw.below(count)

    def at_least(self, draw: Draw, listed: str, number: int) -> int:
        """Wish so many records of a list; return how many there are to be."""
        draw.present.setdefault((listed, None), True)
        count = draw.counts.get(listed)
        if (f"fixed {listed}", None) in draw.done:
            if draw.counts[listed] < number:
                draw.clashes += 1
            return draw.counts[listed]  # what is said of the last one stays with it
        if count is None:
            more = draw.random()
            count = max(number, 1 if more < 0.5 else 2 if more < 0.8 else 3)
        if count < number:
            count = number
        draw.counts[listed] = count
        return count

    # ---------- conditions

    def wish(self, condition: Condition, truth: bool) -> Want:
        """Return the wish that a condition is true, or false."""
        return self._wish(choose_condition(condition, self.words.readings), truth)

    def _wish(self, condition: Condition, truth: bool) -> Want:
        found = self._conditions.get((id(condition), truth))
        if found is None:
            found = condition, self._made(condition, truth)  # kept, so that its id stays its own
            self._conditions[id(condition), truth] = found
        return found[1]

    def _made(self, condition: Condition, truth: bool) -> Want:
        match condition:
            case All(parts):
                return self._every(parts, True) if truth else self._one(parts, False)
            case Any(parts):
                return self._one(parts, True) if truth else self._every(parts, False)
            case Not(part):
                return self._wish(part, not truth)
            case Test():
                return self._test(condition, truth)
            case Window():
                return self._window(condition, truth)
            case Same():
                return self._same(condition, truth)
            case Some(listed, where, among=among):
                return self._some(listed, where, among, truth)
            case Count():
                return self._count(condition, truth)
            case Pick():
                return self._pick(condition, truth)
            case _:
                return _nothing

    def _every(self, parts: Sequence[Condition], truth: bool) -> Want:
        # What is to be there goes before what is to be missing, and what a case says before what rules say.
        return _all_of([self._wish(part, truth) for part in sorted(parts, key=self._rank)])

    def _rank(self, part: Condition) -> int:
        if isinstance(part, Test) and part.operator != "one_of":
            return 0 if part.ref.name in self.words.given else 1
        return 2 if isinstance(part, Not) else 1

    def _one(self, parts: Sequence[Condition], truth: bool) -> Want:
        """Return the wish that one part is so, of those that can still be, unless one is already."""
        ways = [
            (self._settled(part), self._wish(part, truth)) for part in parts if not (truth and is_false(part))
        ]
        if len(ways) < 2:
            return ways[0][1] if ways else _nothing

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            left = []
            for settled, wish in ways:
                found = settled(draw, record, this)
                if found is truth:
                    return
                if found is None:
                    left.append(wish)
            if left:
                left[draw.below(len(left))](draw, record, this)
            else:
                draw.clashes += 1

        return want

    def _settled(self, part: Condition) -> Settled:
        """Return what tells whether wishes have made a condition true or false already; None: not yet."""
        match part:
            case Not(inner):
                settled = self._settled(inner)

                def turned(draw: Draw, record: int | None, this: int | None) -> bool | None:
                    found = settled(draw, record, this)
                    return None if found is None else not found

                return turned
            case Test(ref, operator) if ref.name in self.words.given and operator in ("known", "happened"):
                return lambda draw, record, this: draw.present.get(
                    (ref.name, row_of(draw, ref, record, this))
                )
            case Test(ref, "is" | "one_of", operands) if ref.name in self.words.given:
                chosen = [self.words.choose(one) for one in operands]
                values = [one.value for one in chosen if isinstance(one, Constant)]
                if len(values) == len(chosen):
                    return lambda draw, record, this: _is_one_of(draw, ref, record, this, values)
        return _unsettled

    # ---------- tests

    def _test(self, test: Test, truth: bool) -> Want:
        """Return the wish that a value is, or is not, as it is asked for."""
        if test.operator in ("known", "happened"):
            return self.there(test.ref, truth)
        if test.operator == "every_year":
            return self._in_season(test, truth)
        if test.operator == "one_of":
            if truth:
                ways = [self.compared(test.ref, "is", one) for one in test.operands]
                return (
                    (lambda draw, record, this: ways[draw.below(len(ways))](draw, record, this))
                    if ways
                    else _nothing
                )
            bars = [self.apart(test.ref, one) for one in test.operands]
            return _all_of(bars)
        operand = test.operands[0]
        if test.operator == "is" and not truth:
            return self.apart(test.ref, operand)
        if truth:
            return self.compared(test.ref, test.operator, operand)
        other_side = self.compared(test.ref, _OPPOSITE[test.operator], operand)
        fact = self.words.given.get(test.ref.name)
        if test.ref.kind != "fact" or (fact is not None and not fact.is_never_if_missing):
            return other_side
        missing = self.there(test.ref, False)  # what has not happened is on neither side
        return lambda draw, record, this: (missing if draw.random() < 0.6 else other_side)(draw, record, this)

    def there(self, operand: Operand, truth: bool) -> Want:
        """Return the wish that something has a value, or has none."""
        ref = self.words.choose(operand)
        if not isinstance(ref, Ref):
            return _nothing
        if ref.name in self.words.given:
            return self._given_there(ref, truth)
        if ref.kind == "fact":
            return self._concluded(ref, None, None) if truth else self._none_concluded(ref)
        if ref.kind == "deadline":
            name, _, word = ref.name.rpartition(".")
            if word == "settled_at":
                return self.status(self.words.book.deadlines[name], "met" if truth else "open")
            return self._exists(self.words.book.deadlines[name], truth)
        if ref.kind == "computed" and truth:
            return self._computed(ref, lambda part: self.there(part, True))
        if ref.kind == "amount" and truth:
            amount = self.words.book.amounts[ref.name]
            return _all_of(
                [self.wish(amount.when, True), *(self.there(one, True) for _, one in amount.terms)]
            )
        return _nothing

    def _given_there(self, ref: Ref, truth: bool) -> Want:
        name = ref.name
        if not truth:

            def none(draw: Draw, record: int | None, this: int | None) -> None:
                if draw.present.setdefault((name, row_of(draw, ref, record, this)), False):
                    draw.clashes += 1

            return none
        needs = self._all_needs(name)
        if ref.listed is None:
            keys = [(name, None), *((need, None) for need, listed in needs if not listed)]

            def said(draw: Draw, record: int | None, this: int | None) -> None:
                present = draw.present
                for key in keys:
                    if not present.setdefault(key, True):
                        draw.clashes += 1

            return said

        all_needs = [(name, True), *needs]

        def there(draw: Draw, record: int | None, this: int | None) -> None:
            row = row_of(draw, ref, record, this)
            if row == -1:
                assert ref.listed is not None
                row = self.at_least(draw, ref.listed, 1) - 1
            for need, listed in all_needs:
                if not draw.present.setdefault((need, row if listed else None), True):
                    draw.clashes += 1

        return there

    def _all_needs(self, name: str) -> list[tuple[str, bool]]:
        """Return all that has to be said beside a fact, through what has to be said beside that."""
        found: dict[str, bool] = {}
        waiting = [self.words.given[name]]
        while waiting:
            for need in self.words.needs[waiting.pop().path]:
                if need.path not in found:
                    found[need.path] = need.listed is not None
                    waiting.append(need)
        return list(found.items())

    def compared(self, operand: Operand, operator: str, other: Operand) -> Want:
        """Return the wish that one value compares with another."""
        ref, than = self.words.choose(operand), self.words.choose(other)
        if not isinstance(ref, Ref):
            return self.compared(than, _TURNED[operator], ref) if isinstance(than, Ref) else _nothing
        if ref.name in self.words.given:
            return self._given_compared(ref, operator, than)
        if ref.kind == "fact":
            return self._concluded(ref, operator, than)
        if ref.kind == "deadline":
            name, _, word = ref.name.rpartition(".")
            deadline = self.words.book.deadlines[name]
            if word == "status":
                return self.status(deadline, str(than.value)) if isinstance(than, Constant) else _nothing
            return _all_of([self._exists(deadline, True), self._turned(ref, operator, than)])
        if ref.kind == "now":
            return self._limited(JUDGED[0], ref, operator, than)
        if ref.kind == "computed":
            return self._computed(ref, lambda part: self.compared(part, operator, than))
        if ref.kind == "amount":
            return self._amount(ref, operator, than)
        return self._turned(ref, operator, than)

    def _turned(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish about what a value is compared with, where the value itself comes of itself."""
        if isinstance(than, Constant) or than.name not in self.words.given:
            return _nothing
        return self._given_compared(than, _TURNED[operator], ref)

    def _given_compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        there = self._given_there(ref, True)
        if ref.type in _UNORDERED:
            wants = [there, self._chosen(ref, than)]
            if isinstance(than, Ref) and than.name in self.words.given:  # which is drawn first, is not said
                wants += [self._given_there(than, True), self._chosen(than, ref)]
            return _all_of(wants)
        wants = [there, self._limited(ref.name, ref, operator, than)]
        if isinstance(than, Ref):
            if than.name in self.words.given:
                wants += [
                    self._given_there(than, True),
                    self._limited(than.name, than, _TURNED[operator], ref),
                ]
            else:
                wants.append(self.there(than, True))
        return _all_of(wants)

    def _chosen(self, ref: Ref, than: Ref | Constant) -> Want:
        get, name = self.operands.getter(than), ref.name
        fixed = than.value if isinstance(than, Constant) else None

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            key = name, row_of(draw, ref, record, this)
            if fixed is None:
                draw.chosen.setdefault(key, lambda later: get(later, record, this))
            else:
                before = draw.fixed.setdefault(key, fixed)
                if before != fixed or fixed in draw.barred.get(key, ()):
                    draw.clashes += 1

        return want

    def _limited(self, name: str, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        if isinstance(than, Constant):
            key = comparison_key(than.value)
            if not isinstance(key, int):
                return _nothing
            fixed = between(operator, key)

            def constant(draw: Draw, record: int | None, this: int | None) -> None:
                draw.limit(
                    (name, row_of(draw, ref, record, this)),
                    lambda later: fixed,
                )

            return constant
        get = self.operands.getter(than)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            def limit(later: Draw) -> tuple[int | None, int | None] | None:
                found = get(later, record, this)
                key = None if found is None else comparison_key(found)
                return between(operator, key) if isinstance(key, int) else None

            draw.limit((name, row_of(draw, ref, record, this)), limit)

        return want

    def apart(self, operand: Operand, other: Operand) -> Want:
        """Return the wish that a value is not another one."""
        ref, than = self.words.choose(operand), self.words.choose(other)
        if not isinstance(ref, Ref):
            return _nothing
        if ref.kind == "deadline" and isinstance(than, Constant):
            name, _, word = ref.name.rpartition(".")
            deadline = self.words.book.deadlines[name]
            if word != "status":
                return _nothing
            ways = [self.status(deadline, one) for one in deadline.statuses if one != than.value]
            return lambda draw, record, this: ways[draw.below(len(ways))](draw, record, this)
        if ref.name not in self.words.given:
            if ref.kind == "fact" and isinstance(than, Constant):
                return self._concluded_apart(ref, than)
            return _nothing
        get, there, is_ordered = (
            self.operands.getter(than),
            self._given_there(ref, True),
            ref.type not in _UNORDERED,
        )

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
            if is_ordered:
                size = comparison_key(found)
                if isinstance(size, int):
                    sides = between("more_than" if draw.random() < 0.7 else "less_than", size)
                    draw.limit(key, lambda later: sides)

        return want

    # ---------- what rules conclude

    def _concluded(self, ref: Ref, operator: str | None, than: Ref | Constant | None) -> Want:
        """Return the wish that rules conclude a fact, of which the value compares so."""
        ways: list[Want] = []
        for rule, conclusion in self.words.concluded.get(ref.name, ()):
            value = self.words.choose(conclusion.value)
            if isinstance(value, Constant) and operator is not None and isinstance(than, Constant):
                if not _compares(value.value, operator, than.value):
                    continue
                operator_left = None
            else:
                operator_left = operator
            ways.append(self._by(ref, rule, conclusion, value, operator_left, than))
        if not ways:
            return _nothing

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if (
                ref.name,
                row_of(draw, ref, record, this),
            ) not in draw.sources or operator is not None:
                ways[draw.below(len(ways))](draw, record, this)

        return want

    def _by(
        self,
        ref: Ref,
        rule: Rule,
        conclusion: Conclusion,
        value: Ref | Constant,
        operator: str | None,
        than: Ref | Constant | None,
    ) -> Want:
        """Return the wish that one rule concludes a fact."""
        get = self.operands.getter(conclusion.value)
        made: list[Want] = []

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if not made:  # rules can rest on each other: only made when first asked for
                compared: Want = _nothing
                if isinstance(value, Ref):
                    there = self.there(value, True)
                    more: Want = _nothing
                    if operator is not None and than is not None:
                        more = self.compared(value, operator, than)
                    compared = _all_of([there, more])
                made.append(_all_of([self.rule(rule), compared]))
            row = row_of(draw, ref, record, this)
            draw.sources.setdefault((ref.name, row), get)
            made[0](draw, row, this)

        return want

    def _none_concluded(self, ref: Ref) -> Want:
        """Return the wish that a fact has no value: that one of the rules that conclude it does not hold."""
        made: list[Want] = []
        rules = [rule for rule, _ in self.words.concluded.get(ref.name, ())]

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            row = row_of(draw, ref, record, this)
            key = f"none {ref.name}", row
            if key in draw.done:
                return
            draw.done.add(key)
            if not made:
                made.append(_all_of([self.wish(rule.when, False) for rule in rules[:_MOST_DENIED]]))
            made[0](draw, row, this)

        return want

    def _concluded_apart(self, ref: Ref, than: Constant) -> Want:
        ways = [
            self._by(ref, rule, conclusion, value, None, None)
            for rule, conclusion in self.words.concluded.get(ref.name, ())
            if isinstance(value := self.words.choose(conclusion.value), Constant)
            and value.value != than.value
        ]

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if ways and draw.random() < 0.7:
                ways[draw.below(len(ways))](draw, record, this)

        return want

    def _amount(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        amount = self.words.book.amounts[ref.name]
        wants = [self.wish(amount.when, True), *(self.there(one, True) for _, one in amount.terms)]
        return _all_of(wants)

    def _computed(self, ref: Ref, wish: Callable[[Operand], Want]) -> Want:
        """Return the wish about a value that is computed in place, by what it is computed from."""
        match self.words.book.computed[ref.name].value:
            case Otherwise(first, _):
                return wish(first)
            case Extreme(_, of):
                return _all_of([wish(one) for one in of])
            case DayEdge(_, of):
                return wish(of)
            case Question() as question:
                return self._questioned(question, wish)

    def _questioned(self, question: Question, wish: Callable[[Operand], Want]) -> Want:
        where = self.wish(question.where, True)
        of = _nothing if question.of is None else wish(question.of)
        listed, how = question.listed, question.how

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            count = self.at_least(draw, listed, 1)
            rows: Sequence[int] = range(count)
            if how in ("first", "only"):
                rows = (0,)
            elif how == "last":
                rows = (count - 1,)
            elif how in ("next", "previous") and record is not None:
                rows = [at for at in (record + (1 if how == "next" else -1),) if 0 <= at < count]
            elif how in ("least", "greatest"):
                rows = (draw.below(count),)
            for row in rows:
                where(draw, row, record)
                of(draw, row, record)

        return want

    # ---------- times

    def _in_season(self, test: Test, truth: bool) -> Want:
        ref, season = test.ref, test.season
        assert season is not None
        zone, is_date = self.words.book.zone, ref.type is ValueType.DATE
        there = self.there(ref, True)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            there(draw, record, this)
            base = draw.base
            draw.limit(
                (ref.name, row_of(draw, ref, record, this)),
                lambda later: period_of(base, season, truth, zone, is_date),
            )

        return want if ref.name in self.words.given else there

    def _window(self, window: Window, truth: bool) -> Want:
        """Return the wish that a time is, or is not, so long before or after another one."""
        length, ends_at = self.operands.getter(window.length), self.operands.window(window)
        starts, ends = self.words.choose(window.starts), self.words.choose(window.ends)
        get_start, get_end = self.operands.getter(starts), self.operands.getter(ends)
        how, about = window.how, self.operands.about
        unit = 86_400 if isinstance(starts, Ref) and starts.type is ValueType.DATE else 1

        def end_limit(
            draw: Draw, record: int | None, this: int | None
        ) -> tuple[int | None, int | None] | None:
            start, span = get_start(draw, record, this), length(draw, record, this)
            if not isinstance(start, int) or not isinstance(span, Duration):
                return None
            reached, over = ends_at(start, span)
            match (how, truth):
                case ("within", True):
                    return start, over
                case ("within", False):
                    return over + 1, None
                case ("at_least", True):
                    return reached, None
                case ("at_least", False) | ("less_than", True):
                    return start, reached - 1
                case ("more_than", True):
                    return over + 1, None
                case ("more_than", False):
                    return start, over
                case _:
                    return reached, None

        def start_limit(
            draw: Draw, record: int | None, this: int | None
        ) -> tuple[int | None, int | None] | None:
            end, span = get_end(draw, record, this), length(draw, record, this)
            if not isinstance(end, int) or not isinstance(span, Duration):
                return None
            edge = end - about(span) // unit
            is_near = (how in ("within", "less_than")) == truth
            return (edge, end) if is_near else (None, edge - 1)

        wants = []
        for ref, limit in ((ends, end_limit), (starts, start_limit)):
            if isinstance(ref, Ref) and (ref.name in self.words.given or ref.kind == "now"):
                if ref.kind != "now":
                    wants.append(self._given_there(ref, True))
                wants.append(_limiting(ref, limit))
            else:
                wants.append(self.there(ref, True))
        return _all_of(wants)

    def _same(self, same: Same, truth: bool) -> Want:
        """Return the wish that two times are in the same period, or are not."""
        first, second = same.ref, self.words.choose(same.anchor)
        zone = self.words.book.zone
        wants: list[Want] = []
        for ref, other in ((first, second), (second, first)):
            wants.append(self.there(ref, True))
            if not isinstance(ref, Ref) or ref.name not in self.words.given:
                continue
            get = self.operands.getter(other)
            is_date, other_is_date = ref.type is ValueType.DATE, other.type is ValueType.DATE

            def limit(
                draw: Draw,
                record: int | None,
                this: int | None,
                get: Getter = get,
                kinds: tuple[bool, bool] = (is_date, other_is_date),
            ) -> tuple[int | None, int | None] | None:
                found = get(draw, record, this)
                if not isinstance(found, int):
                    return None
                return period_of(found, same.period, truth, zone, *kinds)

            wants.append(_limiting(ref, limit))
        return _all_of(wants)

    # ---------- lists

    def _some(self, listed: str, where: Condition, among: str, truth: bool) -> Want:
        yes, no = self._wish(where, True), self._wish(where, False)

        def some(draw: Draw, record: int | None, this: int | None) -> None:
            self._of_rows(draw, listed, among, record, 1, yes)

        def none(draw: Draw, record: int | None, this: int | None) -> None:
            if draw.counts.get(listed) is None and draw.random() < 0.5:
                _empty(draw, listed)
                return
            count = self.at_least(draw, listed, 0)
            for row in range(count):
                if among == "all" or row != record:
                    no(draw, row, record)

        return some if truth else none

    def _of_rows(
        self, draw: Draw, listed: str, among: str, record: int | None, number: int, want: Want
    ) -> None:
        """Wish something of so many records."""
        if among == "all" or record is None:
            taken = draw.rows.get(listed, 0)
            count = self.at_least(draw, listed, number + taken)
            first = taken if taken + number <= count else draw.below(max(1, count - number + 1))
            draw.rows[listed] = first + number
            number = min(number, count)
            rows = list(range(first, first + number))
        elif among == "earlier":
            self.at_least(draw, listed, record + 1)
            rows = list(range(record))[-number:]
        else:
            count = self.at_least(draw, listed, number + 1)
            rows = [row for row in range(count) if row != record][:number]
        for row in rows:
            want(draw, row, record)

    def _count(self, count: Count, truth: bool) -> Want:
        where, ways = self._wish(count.where, True), [self.operands.getter(one) for one in count.operands]
        operator: str = count.operator
        if operator in _ORDERED:
            operator = operator if truth else _OPPOSITE[operator]
        limit = _any_of(ways)
        of = None if count.of is None else self.words.choose(count.of)
        if count.how == "total" and isinstance(of, Ref):
            return self._total(count, of, operator, where, limit)
        if count.how == "position":
            return _nothing

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            number = limit(draw, record, this)
            if not isinstance(number, int):
                return
            if not truth and operator not in _ORDERED:
                number += 1 if draw.random() < 0.5 or number == 0 else -1
            low, high = between(operator, number)
            wanted = max(0, low if low is not None else high or 0)
            if draw.random() < 0.2:  # not only at the limit
                wanted = wanted + 1 if low is not None else max(0, wanted - 1)
            if wanted > 40:
                return
            if not wanted and draw.counts.get(count.listed) is None:
                _empty(draw, count.listed)
                return
            if high is not None and draw.counts.get(count.listed) is None and draw.random() < 0.7:
                draw.counts[count.listed] = wanted
            self._of_rows(draw, count.listed, count.among, record, wanted, where)

        return want

    def _total(self, count: Count, of: Ref, operator: str, where: Want, limit: Getter) -> Want:
        there = self.there(of, True)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            number = self.at_least(draw, count.listed, 1)
            for row in range(number):
                where(draw, row, record)
                there(draw, row, record)
            if of.name not in self.words.given:
                return
            last = number - 1

            def rest(later: Draw) -> tuple[int | None, int | None] | None:
                whole = limit(later, record, this)
                key = None if whole is None else comparison_key(whole)
                if not isinstance(key, int):
                    return None
                before = [comparison_key(later.values.get((of.name, row), 0)) for row in range(last)]
                return between(operator, key - sum(one for one in before if isinstance(one, int)))

            draw.limit((of.name, last), rest)

        return want

    def _pick(self, pick: Pick, truth: bool) -> Want:
        where, then = self._wish(pick.where, True), self._wish(pick.then, True)
        other = self._wish(pick.then, False)
        listed, which = pick.listed, pick.which

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if not truth and draw.random() < 0.5:
                if which == "next" and record is not None and draw.counts.get(listed, 0) > record + 1:
                    pass
                elif which == "previous" or draw.counts.get(listed) is not None:
                    if record is not None and which == "next":
                        return  # it is the last one
                elif which in ("first", "last"):
                    _empty(draw, listed)
                    return
            row = self._picked(draw, listed, which, record)
            if row is None:
                return
            where(draw, row, record)
            (then if truth else other)(draw, row, record)

        return want

    def _picked(self, draw: Draw, listed: str, which: str, record: int | None) -> int | None:
        match which:
            case "first":
                self.at_least(draw, listed, 1)
                return 0
            case "last":
                count = self.at_least(draw, listed, 1)
                draw.done.add((f"fixed {listed}", None))
                return count - 1
            case "next" if record is not None:
                self.at_least(draw, listed, record + 2)
                return record + 1
            case "previous" if record:
                return record - 1
            case _:
                return None

    # ---------- clocks

    def status(self, deadline: Deadline, status: str) -> Want:
        """Return the wish that a deadline has a status."""
        key = deadline.id, status
        if key not in self._statuses:
            made: list[Want] = []

            def want(draw: Draw, record: int | None, this: int | None) -> None:
                if not made:
                    made.append(self._status(deadline, status))
                if deadline.listed is None:
                    record = None
                elif record is None:
                    record = self._some_row(draw, deadline.listed)
                done = f"status {deadline.id}", record
                if done not in draw.done:
                    draw.done.add(done)
                    made[0](draw, record, this)

            self._statuses[key] = want
        return self._statuses[key]

    def _exists(self, deadline: Deadline, truth: bool) -> Want:
        made: list[Want] = []

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            done = f"runs {deadline.id}", record
            if done in draw.done:
                return
            draw.done.add(done)
            if not made:
                made.append(self._runs(deadline) if truth else self.there(deadline.starts, False))
            made[0](draw, record, this)

        return want

    def _runs(self, deadline: Deadline) -> Want:
        """Return the wish that a clock has begun."""
        return _all_of(
            [self.wish(deadline.when, True), *(self.there(one, True) for one in deadline.measured)]
        )

    def _status(self, deadline: Deadline, status: str) -> Want:
        if status == "not_started":
            return self.there(deadline.starts, False)
        due = self.operands.due(deadline.id)
        end = choose_counting(deadline.counting, self.words.readings).end
        in_time, late = ("at_most", "more_than") if end == "included" else ("less_than", "at_least")
        acts = [self._at(ref, in_time, deadline) for ref in deadline.met_by]
        lates = [self._at(ref, late, deadline) for ref in deadline.met_by]
        stops = [self._at(ref, in_time, deadline) for ref in deadline.stopped_by]
        undone = _all_of([self.there(ref, False) for ref in deadline.met_by])
        unstopped = _all_of([self.there(ref, False) for ref in deadline.stopped_by])
        runs = self._runs(deadline)
        pauses = _all_of(
            [
                want
                for one in deadline.pauses
                for want in (self.there(one.begin, True), self.there(one.end, False))
            ]
        )

        def judged(operator: str) -> Want:
            def want(draw: Draw, record: int | None, this: int | None) -> None:
                def limit(later: Draw) -> tuple[int | None, int | None] | None:
                    at = due(later, record)
                    return None if at is None else between(operator, at)

                draw.limit(JUDGED, limit)
                if operator == in_time:
                    draw.until.append(limit)

            return want

        before, after = judged(in_time), judged(late)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            runs(draw, record, record)
            match status:
                case "met" if acts:
                    acts[draw.below(len(acts))](draw, record, this)
                    draw.later.append((unstopped, record, this))
                case "stopped" if stops:
                    stops[draw.below(len(stops))](draw, record, this)
                    draw.later.append((undone, record, this))
                case "open":
                    draw.later += ((undone, record, this), (unstopped, record, this))
                    before(draw, record, this)
                case "paused":
                    pauses(draw, record, this)
                    draw.later.append((undone, record, this))
                case _:
                    if lates and draw.random() < 0.4:
                        lates[draw.below(len(lates))](draw, record, this)
                    else:
                        draw.later.append((undone, record, this))
                    draw.later.append((unstopped, record, this))
                    after(draw, record, this)

        return want

    def _at(self, ref: Ref, operator: str, deadline: Deadline) -> Want:
        """Return the wish that an act is on one side of the end of a deadline."""
        there = self.there(ref, True)
        due = self.operands.due(deadline.id)
        roots = [root for root in self.words.roots((ref,)) if root in self.words.given]
        facts = [self.words.given[root] for root in roots]
        direct = ref.name in self.words.given
        source = self.operands.getter(ref)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            there(draw, record, this)

            def limit(later: Draw) -> tuple[int | None, int | None] | None:
                at = due(later, record)
                return None if at is None else between(operator, at)

            for fact in facts if not direct else facts[:1]:
                if fact.is_event and (direct or draw.present.get(_key(fact, record)) is True):
                    draw.limit(_key(fact, record), limit)
                    break

        del source
        return want


def _any_of(ways: Sequence[Getter]) -> Getter:
    """Return what gives one of several values, now this and now that."""
    if len(ways) == 1:
        return ways[0]
    return lambda draw, record, this: ways[draw.below(len(ways))](draw, record, this)


def _empty(draw: Draw, listed: str) -> None:
    """Wish that a list has no records."""
    draw.counts[listed] = 0
    draw.present.setdefault((listed, None), True)
    draw.done.add((f"fixed {listed}", None))


def _key(fact: Fact, record: int | None) -> tuple[str, int | None]:
    return fact.path, record if fact.listed is not None else None


def _limiting(ref: Ref, limit: Anything) -> Want:
    name = JUDGED[0] if ref.kind == "now" else ref.name

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        made: Limit = lambda later: limit(later, record, this)  # noqa: E731
        draw.limit((name, row_of(draw, ref, record, this)), made)

    return want


def _unsettled(draw: Draw, record: int | None, this: int | None) -> bool | None:
    return None


def _is_one_of(
    draw: Draw, ref: Ref, record: int | None, this: int | None, values: Sequence[Value]
) -> bool | None:
    """Tell whether a fact is wished to be one of some values, None where nothing is wished of it."""
    key = ref.name, row_of(draw, ref, record, this)
    found = draw.fixed.get(key)
    if found is not None:
        return found in values
    return False if draw.present.get(key) is False else None


_PARTS: WeakKeyDictionary[Want, Sequence[Want]] = WeakKeyDictionary()
"""Of wishes that consist of others, these."""


def _all_of(wants: Sequence[Want]) -> Want:
    """Return all wishes as one."""
    kept = [part for one in wants if one is not _nothing for part in _PARTS.get(one, (one,))]
    if not kept:
        return _nothing
    if len(kept) == 1:
        return kept[0]

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        for one in kept:
            one(draw, record, this)

    _PARTS[want] = kept
    return want


def _compares(value: Value, operator: str, other: Value) -> bool:
    """Tell whether a value compares so with another one."""
    if operator == "is":
        return value == other
    low, high = comparison_key(value), comparison_key(other)
    assert not isinstance(low, str) and not isinstance(high, str)
    match operator:
        case "at_least":
            return low >= high
        case "at_most":
            return low <= high
        case "more_than":
            return low > high
        case _:
            return low < high
