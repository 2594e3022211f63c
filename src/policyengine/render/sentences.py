"""Tests of rules as sentences: what was asked, what was found, and by how much it failed."""

from __future__ import annotations

from typing import NamedTuple

from policyengine.conditions import Count, Pick, ReadingIs, Some, Test
from policyengine.diagnostics import marked
from policyengine.explain import Explanation, Leaf
from policyengine.findings import Absent, DeadlineFinding, Known, State, Truth, Unknown
from policyengine.render.naming import Naming, case_path
from policyengine.values import Duration, ValueType, comparison_key, show_span

# One whole sentence for each word and its opposite, because word order differs between languages.
TESTS: dict[str, tuple[str, str]] = {
    "is": (marked("{left} is {right}"), marked("{left} is not {right}")),
    "is_not": (marked("{left} is {right}"), marked("{left} is not {right}")),
    "one_of": (marked("{left} is one of {right}"), marked("{left} is none of {right}")),
    "none_of": (marked("{left} is one of {right}"), marked("{left} is none of {right}")),
    "at_least": (marked("{left} is at least {right}"), marked("{left} is not at least {right}")),
    "at_most": (marked("{left} is at most {right}"), marked("{left} is not at most {right}")),
    "more_than": (marked("{left} is more than {right}"), marked("{left} is not more than {right}")),
    "less_than": (marked("{left} is less than {right}"), marked("{left} is not less than {right}")),
    "before": (marked("{left} is before {right}"), marked("{left} is not before {right}")),
    "after": (marked("{left} is after {right}"), marked("{left} is not after {right}")),
    "not_before": (marked("{left} is not before {right}"), marked("{left} is before {right}")),
    "not_after": (marked("{left} is not after {right}"), marked("{left} is after {right}")),
    "from": (marked("{left} is on or after {right}"), marked("{left} is before {right}")),
    "until": (marked("{left} is before {right}"), marked("{left} is not before {right}")),
    "known": (marked("{left} is known"), marked("{left} is not known")),
    "happened": (marked("{left}: it has happened"), marked("{left}: it has not happened")),
}
_QUESTIONS: dict[str, tuple[str, str]] = {
    "any": (marked("a record of “{list}” matches"), marked("no record of “{list}” matches")),
    "first": (
        marked("the first matching record of “{list}” is as asked"),
        marked("the first matching record of “{list}” is not as asked"),
    ),
    "last": (
        marked("the last matching record of “{list}” is as asked"),
        marked("the last matching record of “{list}” is not as asked"),
    ),
    "next": (
        marked("the next matching record of “{list}” is as asked"),
        marked("the next matching record of “{list}” is not as asked, or there is none"),
    ),
    "previous": (
        marked("the previous matching record of “{list}” is as asked"),
        marked("the previous matching record of “{list}” is not as asked, or there is none"),
    ),
}
# Values that are words: without quotes they would run into the sentence.
QUOTED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)
_BETWEEN = {"at_least": "at_least", "at_most": "at_most"}


class Gap(NamedTuple):
    """How far a comparison is from the other side: a share that orders gaps, and the gap for people."""

    share: float
    words: str


class Sentences:
    """Puts the tests of one decision into words."""

    def __init__(self, explanation: Explanation, naming: Naming) -> None:
        """Speak about the findings of an explanation."""
        self.explanation = explanation
        self.naming = naming
        self.say = naming.say

    def asked(self, leaf: Leaf) -> str:
        """Return what a test asks, as the rule says it."""
        match leaf.condition:
            case Test(ref):
                subject = self.naming.title(ref.name)
                return self._sentence(leaf, leaf.condition, subject, ref.name, ref.type)
            case ReadingIs(assumption, readings):
                return self._reading(leaf, assumption, readings)
            case Count(listed):
                subject = self.say(
                    "the number of matching records in “{list}”", list=self.naming.title(listed)
                )
                return self._sentence(leaf, leaf.condition, subject, "", ValueType.COUNT)
            case Some(listed) | Pick(_, listed):
                return self._question(leaf, listed)

    def _sentence(self, leaf: Leaf, test: Test | Count, subject: str, name: str, type: ValueType) -> str:
        word = test.spelling
        if word == "between":
            word = _BETWEEN[test.operator]
        right = self.say(", ").join(
            self._limit(operand, state, name, type)
            for operand, state in zip(test.operands, leaf.right, strict=True)
        )
        return self.say(TESTS[word][leaf.negated], left=subject, right=right)

    def _limit(self, operand: object, state: State, name: str, type: ValueType) -> str:
        """Return what is compared with: the value, and where it comes from if it has a name."""
        shown = self.naming.no_value(state)
        if isinstance(state, Known):
            title = self.naming.choice_title(state.value, name) if name else ""
            shown = self.naming.typed(state.value, type, title)
            if type in QUOTED:
                shown = self.say("“{words}”", words=shown)
        named = getattr(operand, "name", "")
        return self.say("{title} ({value})", title=self.naming.title(named), value=shown) if named else shown

    def _reading(self, leaf: Leaf, assumption: str, readings: tuple[str, ...]) -> str:
        declared = self.naming.book.assumptions[assumption]
        titles = {one.id: self.naming.text(one.title) for one in declared.readings}
        words = self.say(" or ").join(titles[reading] for reading in readings)
        if leaf.negated:
            return self.say("{id} is not read as: {reading}", id=assumption, reading=words)
        return self.say("{id} is read as: {reading}", id=assumption, reading=words)

    def _question(self, leaf: Leaf, listed: str) -> str:
        word = leaf.condition.which if isinstance(leaf.condition, Pick) else "any"
        return self.say(_QUESTIONS[word][leaf.negated], list=self.naming.title(listed))

    def found(self, leaf: Leaf) -> str:
        """Return what was found, and where in the case it stands."""
        match leaf.condition:
            case Test(ref) if leaf.left is not None:
                record = leaf.record if ref.listed else None
                fact = self.naming.book.facts.get(ref.name)
                path = case_path(self.naming.book, (ref.name, record))
                if fact is not None and fact.role == "given" and isinstance(leaf.left, Unknown | Absent):
                    if (ref.name, record) in self.explanation.case.values:
                        return self.say("only later than the case is judged ({name})", name=path)
                    return self.say("the case does not say ({name})", name=path)
                value = self.naming.state(leaf.left, ref.name)
                return self.say("{value} ({name})", value=value, name=path)
            case ReadingIs(assumption):
                reading = self.explanation.readings[assumption]
                titles = {one.id: one.title for one in self.naming.book.assumptions[assumption].readings}
                return self.say("{reading} ({id})", reading=self.naming.text(titles[reading]), id=assumption)
            case Count() if leaf.number is not None:
                least, most = leaf.number
                return str(least) if least == most else self.say("{least} to {most}", least=least, most=most)
            case Count(listed) | Some(listed) | Pick(_, listed):
                records = self.explanation.records(listed)
                if records is None:
                    return self.say("the case does not say ({name})", name=listed)
                return self.say("records known: {count} ({name})", count=len(records), name=listed)
            case _:
                return ""

    # ---------- by how much

    def gap(self, leaf: Leaf) -> Gap | None:
        """Return how far a false comparison is from being true, where that can be measured."""
        test = leaf.condition
        if leaf.truth is not Truth.FALSE or not isinstance(test, Test) or not isinstance(leaf.left, Known):
            return None
        if test.ref.name.endswith(".status") and test.ref.kind == "deadline":
            return self._gap_of_deadline(leaf, test)
        if len(leaf.right) != 1 or test.operator in ("is", "one_of") or not isinstance(leaf.right[0], Known):
            return None
        left, right = comparison_key(leaf.left.value), comparison_key(leaf.right[0].value)
        if not isinstance(left, int) or not isinstance(right, int):
            return None
        distance = abs(left - right)
        if distance == 0:  # exactly at the limit, and the limit does not count
            return Gap(0.0, self.say("exactly at the limit"))
        if test.ref.type is ValueType.INSTANT:
            return self._off_by(distance / _DAY, show_span(distance, self.say.language))
        if test.ref.type is ValueType.DURATION:
            return self._off_by(distance / max(abs(right), 1), show_span(distance, self.say.language))
        value = Duration(distance, "business_days") if test.ref.type is ValueType.BUSINESS_DAYS else distance
        return self._off_by(distance / max(abs(right), 1), self.naming.typed(value, test.ref.type))

    def _off_by(self, share: float, distance: str) -> Gap:
        return Gap(share, self.say("off by {distance}", distance=distance))

    def _gap_of_deadline(self, leaf: Leaf, test: Test) -> Gap | None:
        """Return by how much a deadline was met or missed."""
        id = test.ref.name.removesuffix(".status")
        finding: DeadlineFinding = self.explanation.findings.deadlines[
            id, leaf.record if test.ref.listed else None
        ]
        if not isinstance(finding.due, Known) or not isinstance(finding.due.value, int):
            return None
        moment = self.explanation.as_of
        if isinstance(finding.acted, Known) and isinstance(finding.acted.value, int):
            moment = finding.acted.value
        distance = abs(moment - finding.due.value)
        if distance == 0:
            return Gap(0.0, self.say("exactly at the limit"))
        return self._off_by(distance / _DAY, show_span(distance, self.say.language))


_DAY = 86_400
