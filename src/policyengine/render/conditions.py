"""What conditions ask and what values are, in sentences, without any case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Computed,
    Condition,
    Constant,
    Count,
    DayEdge,
    Extreme,
    Measure,
    Not,
    Operand,
    Otherwise,
    Period,
    Pick,
    Question,
    ReadingIs,
    Ref,
    Same,
    Side,
    Some,
    Test,
    Window,
    conjuncts,
    of_set,
)
from policyengine.render.naming import Naming
from policyengine.values.literals import ValueType
from policyengine.values.seasons import Season, year_day_text

# One whole sentence for each word and its opposite, because word order differs between languages.
TESTS: dict[str, tuple[str, str]] = {
    "is": (marked("{left} is {right}"), marked("{left} is not {right}")),
    "is_not": (marked("{left} is {right}"), marked("{left} is not {right}")),
    "one_of": (marked("{left} is one of {right}"), marked("{left} is none of {right}")),
    "none_of": (marked("{left} is one of {right}"), marked("{left} is none of {right}")),
    "in": (marked("{left} is in {right}"), marked("{left} is not in {right}")),
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
    "every_year": (
        marked("{left} is on one of the days {right} of a year"),
        marked("{left} is on none of the days {right} of a year"),
    ),
    "known": (marked("{left} is known"), marked("{left} is not known")),
    "none": (marked("{left} has a value"), marked("{left} has no value")),
    "happened": (marked("{left}: it has happened"), marked("{left}: it has not happened")),
}
_LENGTHS: dict[Measure, str] = {
    "within": marked("within {length}"),
    "at_least": marked("at least {length}"),
    "more_than": marked("more than {length}"),
    "less_than": marked("less than {length}"),
}
_WINDOWS: dict[Side, tuple[str, str]] = {
    "before": (marked("{left} is {length} before {right}"), marked("{left} is not {length} before {right}")),
    "after": (marked("{left} is {length} after {right}"), marked("{left} is not {length} after {right}")),
    "not_after": (
        marked("{left} is {length} before {right}, or at that very time"),
        marked("{left} is neither {length} before {right} nor at that very time"),
    ),
    "not_before": (
        marked("{left} is {length} after {right}, or at that very time"),
        marked("{left} is neither {length} after {right} nor at that very time"),
    ),
}
_PERIODS: dict[Period, tuple[str, str]] = {
    "calendar_year": (
        marked("{left} is in the same calendar year as {right}"),
        marked("{left} is not in the same calendar year as {right}"),
    ),
    "calendar_month": (
        marked("{left} is in the same calendar month as {right}"),
        marked("{left} is not in the same calendar month as {right}"),
    ),
    "calendar_week": (
        marked("{left} is in the same week, from Monday on, as {right}"),
        marked("{left} is not in the same week, from Monday on, as {right}"),
    ),
    "day": (
        marked("{left} is on the same day as {right}"),
        marked("{left} is not on the same day as {right}"),
    ),
}
# Values that are words: without quotes they would run into the sentence.
QUOTED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)
_PICKS = {
    "first": marked("the first record of “{list}” for which {where}"),
    "last": marked("the last record of “{list}” for which {where}"),
    "next": marked("the next record of “{list}” for which {where}"),
    "previous": marked("the record of “{list}” before it for which {where}"),
}
_ANY_PICKS = {
    "first": marked("the first record of “{list}”"),
    "last": marked("the last record of “{list}”"),
    "next": marked("the next record of “{list}”"),
    "previous": marked("the record of “{list}” before it"),
}
_AMONG = {
    "other": marked("{list} (but this one)"),
    "earlier": marked("{list} (before this one)"),
}
# In a sentence these read better than in a list of tests.
_ASKED = {
    "known": (marked("{left} is known"), marked("{left} is not known")),
    "happened": (marked("{left} has come"), marked("{left} has not come")),
}
_VALUES = {
    "count": marked("the number of records of “{list}”"),
    "different": marked("the number of different {of} in “{list}”"),
    "total": marked("the total of {of} in “{list}”"),
    "least": marked("the smallest {of} in “{list}”"),
    "greatest": marked("the largest {of} in “{list}”"),
    "position": marked("the rank in “{list}” by {of}, smallest first"),
    "share": marked("the share of {amount} in proportion to {of} in “{list}”"),
    "first": marked("{of} of the first record of “{list}”"),
    "last": marked("{of} of the last record of “{list}”"),
    "next": marked("{of} of the next record of “{list}”"),
    "previous": marked("{of} of the record of “{list}” before it"),
    "only": marked("{of} of the only record of “{list}”"),
}
_DESCENDING = marked("the rank in “{list}” by {of}, largest first")
_EDGES = {
    ("start_of", "day"): marked("the beginning of the day of {time}"),
    ("start_of", "calendar_week"): marked("the beginning of the week, from Monday on, of {time}"),
    ("start_of", "calendar_month"): marked("the beginning of the calendar month of {time}"),
    ("start_of", "calendar_year"): marked("the beginning of the calendar year of {time}"),
    ("last_second_of", "day"): marked("the last second of the day of {time}"),
    ("last_second_of", "calendar_week"): marked("the last second of the week, from Monday on, of {time}"),
    ("last_second_of", "calendar_month"): marked("the last second of the calendar month of {time}"),
    ("last_second_of", "calendar_year"): marked("the last second of the calendar year of {time}"),
    ("end_of", "day"): marked("the end of the day of {time}"),
    ("end_of", "calendar_week"): marked("the end of the week, from Monday on, of {time}"),
    ("end_of", "calendar_month"): marked("the end of the calendar month of {time}"),
    ("end_of", "calendar_year"): marked("the end of the calendar year of {time}"),
}
_OF_YEAR = {
    ("start_of", "after"): marked("the first beginning of {day} after {time}"),
    ("start_of", "not_before"): marked("the first beginning of {day} that is not before {time}"),
    ("last_second_of", "after"): marked("the first 23:59:59 of {day} after {time}"),
    ("last_second_of", "not_before"): marked("the first 23:59:59 of {day} that is not before {time}"),
    ("end_of", "after"): marked("the first end of {day} after {time}"),
    ("end_of", "not_before"): marked("the first end of {day} that is not before {time}"),
}
_LATEST, _EARLIEST = marked("the latest of {instants}"), marked("the earliest of {instants}")
_READ, _NOT_READ = marked("{id} is read as: {reading}"), marked("{id} is not read as: {reading}")
_A_RECORD, _NO_RECORD = marked("there is a record of “{list}”"), marked("there is no record of “{list}”")
_SOME_WHERE = marked("there is a record of “{list}” for which {where}")
_NONE_WHERE = marked("there is no record of “{list}” for which {where}")
_OF_RECORD = marked("it is true of {record} that {then}")
_NOT_OF_RECORD = marked("it is not true of {record} that {then}, or there is none")


class Conditions:
    """Puts conditions and values of one rulebook into sentences of one language."""

    def __init__(self, naming: Naming) -> None:
        """``naming`` names things in the reader's language."""
        self.naming = naming
        self.say = naming.say

    def conditions(self, condition: Condition) -> str:
        """Return a condition; nothing for one that is always true."""
        return self.condition(condition, False, top=True)

    def condition(self, condition: Condition, negated: bool, top: bool = False) -> str:
        """Return a condition, or its opposite; ``top``: nothing else stands beside it in the sentence."""
        asked = of_set(condition)
        if asked is not None:
            left, right = self.quoted(asked.ref), self.set_title(asked)
            return self.say(TESTS["in"][negated], left=left, right=right)
        match condition:
            case Test():
                return self._test(condition, negated)
            case Window(ref, _, length, _, anchor):
                left, right = self.quoted(ref), self._time(anchor)
                return self.window(condition, negated, left, self._time(length), right)
            case Same(ref, period, anchor):
                return self.same(period, negated, self.quoted(ref), self._time(anchor))
            case ReadingIs(assumption, readings):
                words = self.say(" or ").join(self.reading(assumption, one) for one in readings)
                template = _NOT_READ if negated else _READ
                return self.say(template, id=assumption, reading=words)
            case Not(part):
                return self.condition(part, not negated, top)
            case All(parts) | Any(parts):
                is_all = isinstance(condition, All) is not negated
                return self._joined(
                    tuple(conjuncts(condition)) if isinstance(condition, All) else parts, is_all, negated, top
                )
            case Some(where=where):
                return self._some(self._list_of(condition), where, negated)
            case Count(where=where):
                return self._count(condition, self._list_of(condition), where, negated)
            case Pick(which=which, where=where, then=then):
                return self._pick(which, self._list_of(condition), where, then, negated)

    def window(self, window: Window, negated: bool, left: str, length: str, right: str) -> str:
        """Return a window, of which the times and the length have been put into words."""
        long = self.say(_LENGTHS[window.how], length=length)
        return self.say(_WINDOWS[window.side][negated], left=left, length=long, right=right)

    def same(self, period: Period, negated: bool, left: str, right: str) -> str:
        """Return that two times, which have been put into words, lie in the same period."""
        return self.say(_PERIODS[period][negated], left=left, right=right)

    def _time(self, operand: Operand) -> str:
        return self.operand(operand, "", operand.type)

    def _list_of(self, question: Some | Count | Pick | Question) -> str:
        """Return the title of a list, and which of its records are asked about."""
        title = self.naming.title(question.listed)
        return title if question.among == "all" else self.say(_AMONG[question.among], list=title)

    def _joined(self, parts: Sequence[Condition], is_all: bool, negated: bool, top: bool) -> str:
        words = [self.condition(part, negated, top and len(parts) == 1) for part in parts]
        if len(words) < 2:
            return "".join(words)
        if is_all:
            joined = self.listing(words)
        else:
            joined = self.say("either {first}", first=self.say(" or ").join(words))
        return joined if top else self.say("({words})", words=joined)

    def listing(self, words: Iterable[str]) -> str:
        """Return words one after another, with “and” before the last."""
        *most, last = list(words) or [""]
        return self.say("{most} and {last}", most=self.say(", ").join(most), last=last) if most else last

    def _test(self, test: Test, negated: bool) -> str:
        word = "at_least" if test.spelling == "between" and test.operator == "at_least" else test.spelling
        word = "at_most" if word == "between" else word
        right = self.say(" or ").join(
            self.operand(one, test.ref.name, test.ref.type) for one in test.operands
        )
        if test.season is not None:
            right = self.season(test.season)
        return self.say(_ASKED.get(word, TESTS[word])[negated], left=self.quoted(test.ref), right=right)

    def set_title(self, test: Test) -> str:
        """Return the title of the set for which a test asks."""
        return self.say("“{words}”", words=self.naming.text(self.naming.book.sets[test.named].title))

    def season(self, season: Season) -> str:
        """Return days of every year."""
        first, last = map(year_day_text, (season.first, season.last))
        return self.say("from {first} to {last}", first=first, last=last)

    def quoted(self, ref: Ref) -> str:
        """Return the title of what a condition names, in quotes."""
        name = ref.name
        if ref.kind == "computed":
            return self.naming.ref(ref)  # a description, not a title
        if name not in self.naming.book.amounts and name.rpartition(".")[0] in self.naming.book.deadlines:
            return self.naming.ref(ref)  # it has quotes already
        return self.say("“{words}”", words=self.naming.ref(ref))

    def _some(self, title: str, where: Condition, negated: bool) -> str:
        asked = self.condition(where, False)
        if not asked:
            template = _NO_RECORD if negated else _A_RECORD
            return self.say(template, list=title)
        return self.say(_NONE_WHERE if negated else _SOME_WHERE, list=title, where=asked)

    def measured(self, question: Question | Count) -> str:
        """Return what a question about the records of a list asks for."""
        title, asked = self._list_of(question), self.condition(question.where, False)
        of = "" if question.of is None else self.operand(question.of, "", question.of.type)
        words = {"list": title, "of": of}
        if isinstance(question, Question) and question.amount is not None:
            words["amount"] = self.operand(question.amount, "", question.amount.type)
        template = _VALUES[question.how]
        if question.how == "position" and question.descending:
            template = _DESCENDING
        found = self.say(template, **words)
        if not asked:
            return found
        return self.say("{value}, of those for which {where}", value=found, where=asked)

    def computed(self, computed: Computed) -> str:
        """Return what a value is that is computed in place."""
        match computed.value:
            case Question() as question:
                return self.measured(question)
            case Extreme(how, of):
                every = self.say(", ").join(self.operand(one, "", one.type) for one in of)
                return self.say(_LATEST if how == "latest" else _EARLIEST, instants=every)
            case DayEdge(edge, of):
                is_of = edge.place == "of"
                template = _EDGES[edge.side, edge.every] if is_of else _OF_YEAR[edge.side, edge.place]
                return self.say(template, day=edge.every, time=self.operand(of, "", of.type))
            case Otherwise(value, otherwise):
                first, second = (self.operand(one, "", one.type) for one in (value, otherwise))
                return self.say("{value}, or {otherwise} if there is none", value=first, otherwise=second)

    def _count(self, count: Count, title: str, where: Condition, negated: bool) -> str:
        if count.how != "count":
            right = self.say(" or ").join(self.operand(one, "", count.type) for one in count.operands)
            word = count.operator if count.spelling == "between" else count.spelling
            return self.say(TESTS[word][negated], left=self.measured(count), right=right)
        asked = self.condition(where, False)
        left = self.say("the number of records of “{list}”", list=title)
        if asked:
            left = self.say("the number of records of “{list}” for which {where}", list=title, where=asked)
        right = self.say(" or ").join(self.operand(one, "", ValueType.COUNT) for one in count.operands)
        word = count.operator if count.spelling == "between" else count.spelling
        return self.say(TESTS[word][negated], left=left, right=right)

    def _pick(self, which: str, title: str, where: Condition, then: Condition, negated: bool) -> str:
        asked = self.condition(where, False)
        record = (
            self.say(_PICKS[which], list=title, where=asked)
            if asked
            else self.say(_ANY_PICKS[which], list=title)
        )
        template = _NOT_OF_RECORD if negated else _OF_RECORD
        return self.say(template, record=record, then=self.condition(then, False, top=True))

    def reading(self, assumption: str, reading: str) -> str:
        """Return the title of a reading of an assumption."""
        declared = self.naming.book.assumptions[assumption]
        return next(self.naming.text(one.title) for one in declared.readings if one.id == reading)

    # ---------- values

    def operand(self, operand: Operand, name: str, type: ValueType) -> str:
        """Return a value, or the title of what has it; ``name`` is what it is compared with or given to."""
        match operand:
            case Constant(value):
                title = self.naming.choice_title(value, name) if name else ""
                shown = self.naming.typed(value, operand.type, title)
                return self.say("“{words}”", words=shown) if type in QUOTED else shown
            case Ref():
                return self.quoted(operand)
            case ByReading(assumption, readings):
                return self.say(" or ").join(
                    self.say(
                        "{value} (where {reading})",
                        value=self.operand(value, name, type),
                        reading=self.reading(assumption, reading),
                    )
                    for reading, value in readings
                )
