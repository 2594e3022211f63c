"""Tests of rules as sentences: what was asked, what was found, and by how much it failed."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.conditions import (
    AS_OF,
    Count,
    Not,
    Pick,
    ReadingIs,
    Ref,
    Same,
    Some,
    Test,
    Window,
    operands_in,
)
from policyengine.model.key_names import format_key
from policyengine.outcome.deciding import ByChoice, Dated, Decider, Default, InForce, Later, choice, deciders
from policyengine.outcome.explain import Explanation
from policyengine.outcome.leaves import Leaf, Looked
from policyengine.outcome.nearness import Gap, gap_of
from policyengine.outcome.windows import measured
from policyengine.render.conditions import QUOTED, TESTS
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.semantics.amounts import value_of
from policyengine.semantics.findings import Absent, Known, State, Truth, Unknown
from policyengine.syntax.keys import numbered
from policyengine.values.display import show_span
from policyengine.values.literals import SMALLEST_UNITS, Duration, ValueType, local_day
from policyengine.values.seasons import year_day_text

_AT_LIMIT = {
    True: marked("exactly at the limit; {step} more was missing"),
    False: marked("exactly at the limit; {step} less was needed"),
}
_AT_LIMIT_OF_TIME = {
    True: marked("exactly at the limit; {step} more was missing: too early"),
    False: marked("exactly at the limit; {step} too late"),
}
_OF_RECORDS = {True: marked("{count} more needed"), False: marked("{count} too many")}
_NOT_SEEN = marked("not seen: dated by “{event}”, which has not happened ({name})")
_NOT_SAID = marked("not stated in the case; dated by “{event}”, which has not happened ({name})")
_NOT_SO_YET = marked("“{title}” has not happened: there is no before or after")
_NOT_SO = marked("“{title}” has no value: there is nothing to compare")
_REACHED = marked("{found}; that long by {instant}")
_OVER = marked("{found}; that time ends {instant}")
_READINGS = {
    True: marked("{reading} ({id}, the default)"),
    False: marked("{reading} ({id}, chosen instead of the default)"),
}
# By whether there is a first and a last day.
_FIGURES = {
    (True, True): marked("“{act}” was on {day}, so the figure in force from {first} to {last} counts"),
    (True, False): marked("“{act}” was on {day}, so the figure in force since {first} counts"),
    (False, True): marked("“{act}” was on {day}, so the figure in force until {last} counts"),
    (False, False): marked("“{act}” was on {day}, and one figure counts for all days"),
}
_NO_FIGURES = {
    (True, True): marked("“{act}” was on {day}, and no figure is in force from {first} to {last}"),
    (True, False): marked("“{act}” was on {day}, and no figure is in force from {first} on"),
    (False, True): marked("“{act}” was on {day}, and no figure is in force until {last}"),
    (False, False): marked("“{act}” was on {day}, and no figure is in force"),
}
_POLICIES = {
    (True, True): marked("“{act}” was on {day}, and the policy is in force from {first} to {last}"),
    (True, False): marked("“{act}” was on {day}, and the policy is in force from {first} on"),
    (False, True): marked("“{act}” was on {day}, and the policy is in force until {last}"),
}


_MATCHES = (marked("{record} does not match:"), marked("{record} may match:"), marked("{record} matches:"))
_PICKED = (
    marked("{record} does not match:"),
    marked("{record} may be the one:"),
    marked("{record} is the one:"),
)


class Sentences:
    """Puts the tests of one decision into words."""

    def __init__(self, explanation: Explanation, naming: Naming) -> None:
        """Speak about the findings of an explanation."""
        self.explanation = explanation
        self.naming = naming
        self.say = naming.say
        self.statements = Statements(naming)

    def asked(self, leaf: Leaf) -> str:
        """Return what a test asks, as the rule says it."""
        match leaf.condition:
            case Test(ref):
                return self._sentence(leaf, leaf.condition, ref)
            case ReadingIs(assumption, readings):
                return self._reading(leaf, assumption, readings)
            case Window(ref):
                length, right = self._limits(leaf)
                left = self.naming.ref(ref)
                return self.statements.window(leaf.condition, leaf.negated, left, length, right)
            case Same(ref, period):
                (right,) = self._limits(leaf)
                return self.statements.same(period, leaf.negated, self.naming.ref(ref), right)
            case _:
                condition = Not(leaf.condition, leaf.span) if leaf.negated else leaf.condition
                return self.statements.conditions(condition)

    def _sentence(self, leaf: Leaf, test: Test, ref: Ref) -> str:
        word = test.operator if test.spelling == "between" else test.spelling
        if word == "in":
            right = self.statements.set_title(test)
            return self.say(TESTS[word][leaf.negated], left=self.naming.ref(ref), right=right)
        right = self.say(", ").join(
            self._limit(operand, state, ref.name, ref.type)
            for operand, state in zip(test.operands, leaf.right, strict=True)
        )
        if test.season is not None:
            right = self.statements.season(test.season)
        return self.say(TESTS[word][leaf.negated], left=self.naming.ref(ref), right=right)

    def _limits(self, leaf: Leaf) -> list[str]:
        """Return what a window compares with: the length and the anchor."""
        return [
            self._limit(operand, state, "", operand.type)
            for operand, state in zip(leaf.limits, leaf.right, strict=True)
        ]

    def _limit(self, operand: object, state: State, name: str, type: ValueType) -> str:
        """Return what is compared with: the value, and where it comes from if it has a name."""
        shown = self.naming.no_value(state)
        if isinstance(state, Known):
            title = self.naming.choice_title(state.value, name) if name else ""
            shown = self.naming.typed(state.value, type, title)
            if type in QUOTED:
                shown = self.say("“{words}”", words=shown)
        if isinstance(operand, Ref):
            return self.say("{title} ({value})", title=self.naming.ref(operand), value=shown)
        return shown

    def _reading(self, leaf: Leaf, assumption: str, readings: tuple[str, ...]) -> str:
        declared = self.naming.book.assumptions[assumption]
        titles = {one.id: self.naming.text(one.title) for one in declared.readings}
        words = self.say(" or ").join(titles[reading] for reading in readings)
        if leaf.negated:
            return self.say("{id} is not read as: {reading}", id=assumption, reading=words)
        return self.say("{id} is read as: {reading}", id=assumption, reading=words)

    def found(self, leaf: Leaf) -> str:
        """Return what was found, where in the case it stands, and what decided it."""
        match leaf.condition:
            case Test(ref) | Same(ref):
                return self.found_at(leaf.key_of(ref))
            case Window(ref):
                return self._of_window(leaf, leaf.condition, self.found_at(leaf.key_of(ref)))
            case ReadingIs(assumption):
                return self.choice(choice(self.explanation, assumption))
            case Count(type=type) if leaf.number is not None:
                is_sum = leaf.condition.how == "total"
                least, most = (
                    self.naming.typed(value_of(one, type), type) if is_sum else str(one)
                    for one in leaf.number
                )
                number = least if least == most else self.say("{least} to {most}", least=least, most=most)
                looked = self._looked_at(leaf.condition.listed)
                return self.say("{number}; {records}", number=number, records=looked)
            case Count(listed) | Some(listed) | Pick(_, listed):
                return self._looked_at(listed)
            case _:
                return ""

    def _of_window(self, leaf: Leaf, window: Window, found: str) -> str:
        """Return what was found, and when the length of a window is reached or over."""
        ends = measured(leaf.explanation, window, leaf.record)
        if ends is None:
            return found
        is_reached = window.how in ("at_least", "less_than")
        at = ends.ends.reached if is_reached else ends.ends.over
        instant = self.naming.typed(at, ValueType.INSTANT)
        return self.say(_REACHED if is_reached else _OVER, found=found, instant=instant)

    def _looked_at(self, listed: str) -> str:
        """Return how many records a question looked at."""
        records = self.explanation.records(listed)
        if records is None:
            return self.say("the case does not say ({name})", name=listed)
        count = self.explanation.case.records.get(listed)
        if count is None:
            return self.say("not stated in the case; treated as an empty list ({name})", name=listed)
        if count > len(records):
            return self.say(
                "records looked at: {count} ({name}); not yet there: {later}",
                count=len(records),
                name=listed,
                later=count - len(records),
            )
        return self.say("records looked at: {count} ({name})", count=len(records), name=listed)

    def found_at(self, key: Key) -> str:
        """Return the value of a name with its place in the case, or why there is none."""
        name, record = key
        if name == AS_OF:
            return self.naming.typed(self.explanation.as_of, ValueType.INSTANT)
        path = format_key(self.naming.book, key)
        state = self.explanation.findings.states[key]
        fact = self.naming.book.facts.get(name)
        if name in self.naming.book.computed:
            return self.naming.state(state, name)
        if fact is None or fact.role != "given":
            return self.say("{value} ({name})", value=self.naming.state(state, name), name=path)
        for decider in deciders(self.explanation, key):
            return self._of_given(decider, key, path)
        if isinstance(state, Unknown) and (name, record) not in self.explanation.case.values:
            return self.say("the case does not say ({name})", name=path)
        return self.say("{value} ({name})", value=self.naming.state(state, name), name=path)

    def _of_given(self, decider: Decider, key: Key, path: str) -> str:
        """Return what decides a fact that cases give."""
        match decider:
            case Default(Known(value)):
                shown = self.naming.value(value, key[0])
                return self.say(
                    "not stated in the case; “{value}” by default ({name})", value=shown, name=path
                )
            case Default():
                if self.naming.is_event(key[0]):
                    return self.say(
                        "not stated in the case; treated as not having happened ({name})", name=path
                    )
                return self.say("not stated in the case; treated as none ({name})", name=path)
            case Later(value):
                shown = self.naming.value(value, key[0])
                return self.say(
                    "{value}, which is later than the time of the judgement ({name})", value=shown, name=path
                )
            case Dated(name, _, None):
                is_said = key in self.explanation.case.values
                template = _NOT_SEEN if is_said else _NOT_SAID
                return self.say(template, event=self.naming.title(name), name=path)
            case Dated(name, _, int(at)):
                return self.say(
                    "not seen: dated by “{event}”, which is only on {instant} ({name})",
                    event=self.naming.title(name),
                    instant=self.naming.typed(at, ValueType.INSTANT),
                    name=path,
                )
        raise AssertionError(f"{decider} does not decide a given fact")

    def choice(self, chosen: ByChoice) -> str:
        """Return a reading, with its assumption, and whether it is the default."""
        words = self.naming.reading(chosen.id, chosen.reading)
        return self.say(_READINGS[chosen.is_default], reading=words, id=chosen.id)

    def figure_days(self, days: InForce, is_known: bool) -> str:
        """Return which act chose a dated figure, when it was, and on which days that figure is in force."""
        if days.how == "none":
            return self._days(days, _NO_FIGURES)
        sentence = self._figure_days(days, is_known)
        if days.how == "interlude":
            return self.say("{sentence}; afterwards the earlier one is in force again", sentence=sentence)
        if days.season is not None:
            first, last = map(year_day_text, (days.season.first, days.season.last))
            return self.say(
                "{sentence}, as every year from {first} to {last}",
                sentence=sentence,
                first=first,
                last=last,
            )
        return sentence

    def _figure_days(self, days: InForce, is_known: bool) -> str:
        if days.at is not None and not is_known and days.last is not None:
            return self.say(
                "“{act}” was on {day}, and no figure is in force until {last}",
                act=self.naming.title(days.act),
                day=self._day_of(days.at),
                last=self._day(days.last),
            )
        return self._days(days, _FIGURES)

    def policy_days(self, days: InForce) -> str:
        """Return which act decides whether a policy is in force, when it was, and the policy's days."""
        return self._days(days, _POLICIES)

    def _days(self, days: InForce, templates: Mapping[tuple[bool, bool], str]) -> str:
        act = self.naming.title(days.act)
        if days.at is None:
            found = self.found_at((days.act, days.record))
            return self.say("the day of “{act}” decides: {found}", act=act, found=found)
        limits = {"first": days.first, "last": days.last}
        shown = {word: self._day(day) for word, day in limits.items() if day is not None}
        template = templates[days.first is not None, days.last is not None]
        return self.say(template, act=act, day=self._day_of(days.at), **shown)

    def _day_of(self, instant: int) -> str:
        return self._day(local_day(instant, self.naming.book.zone))

    def _day(self, day: int) -> str:
        return self.naming.typed(day, ValueType.DATE)

    def record(self, leaf: Leaf, looked: Looked) -> str:
        """Return which record a question looked at, where and when it stands, and whether it matches."""
        name = numbered(_listed(leaf), looked.record)
        dated_by = self.naming.book.lists[_listed(leaf)].dated_by
        state = None if dated_by is None else self.explanation.values[dated_by, looked.record]
        if isinstance(state, Known):
            instant = self.naming.typed(state.value, self.naming.type_of(dated_by or ""))
            name = self.say("{name} of {instant}", name=name, instant=instant)
        verdicts = _PICKED if isinstance(leaf.condition, Pick) else _MATCHES
        return self.say(verdicts[looked.truth], record=name)

    def vacuous(self, leaf: Leaf) -> str:
        """Return what it means that a comparison is denied because there is nothing to compare."""
        is_comparison = isinstance(leaf.condition, Test | Window | Same)
        if not (leaf.negated and leaf.truth is Truth.TRUE and leaf.right and is_comparison):
            return ""
        names = tuple(getattr(operand, "name", "") for operand in operands_in(leaf.condition))
        states = (leaf.left, *leaf.right)
        absent = [
            name for name, state in zip(names, states, strict=True) if isinstance(state, Absent) and name
        ]
        if not absent:
            return ""
        template = _NOT_SO_YET if self.naming.is_event(absent[0]) else _NOT_SO
        return self.say(template, title=self.naming.title(absent[0]))

    # ---------- by how much

    def gap(self, leaf: Leaf) -> str:
        """Return how far a false test is from holding; nothing where that cannot be measured."""
        gap = gap_of(leaf)
        if gap is None:
            return ""
        if isinstance(leaf.condition, Count) and leaf.condition.how in ("count", "different"):
            return self.say(_OF_RECORDS[gap.short], count=gap.size)
        distance = self.distance(gap)
        if not gap.at_limit:
            return self.say("off by {distance}", distance=distance)
        is_length = isinstance(leaf.condition, Test) and leaf.condition.ref.type is ValueType.DURATION
        templates = _AT_LIMIT_OF_TIME if gap.dimension == "time" and not is_length else _AT_LIMIT
        return self.say(templates[gap.short], step=distance)

    def distance(self, gap: Gap) -> str:
        """Return the size of a gap in its unit."""
        match gap.dimension:
            case "time":
                return show_span(gap.size, self.say.language)
            case "business_days" | "months" | "business_hours":
                type = ValueType(gap.dimension)
                return self.naming.typed(Duration(gap.size, SMALLEST_UNITS[type]), type)
            case _:
                return self.naming.typed(gap.size, ValueType(gap.dimension))


def _listed(leaf: Leaf) -> str:
    return leaf.condition.listed if isinstance(leaf.condition, Some | Count | Pick) else ""
