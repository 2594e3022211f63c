"""What rules, deadlines, amounts and parameters say, in sentences, without any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from policyengine.diagnostics.diagnostic import marked
from policyengine.frozen import replace
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
    Formula,
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
from policyengine.model.lengths import lengths_of
from policyengine.model.letters import InBrief
from policyengine.model.rulebook import (
    Amount,
    Combine,
    Conclusion,
    DatedValue,
    Deadline,
    Fact,
    Notice,
    Parameter,
    Pause,
    Policy,
    Rule,
    SetVersion,
    Table,
    TextByReading,
    ValueSet,
)
from policyengine.render.naming import Naming
from policyengine.render.steps import rounding_words
from policyengine.semantics.strata import refs_of_operand
from policyengine.values.counting import Aspect, Counting, aspects_of
from policyengine.values.literals import ValueType
from policyengine.values.seasons import Season, year_day_text

_WORD = re.compile(r"[a-z_][a-z0-9_.]*")
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
_NOTICES = {
    "duty": marked("{who} must: {text}"),
    "permission": marked("{who} may: {text}"),
    "advice": marked("{who} should: {text}"),
    "warning": marked("{who} is warned: {text}"),
}
_COUNTINGS = {
    ("end", "included"): marked("the last instant still counts"),
    ("end", "excluded"): marked("the last instant no longer counts"),
    ("hours", "continuous"): marked("hours run on without a break"),
    ("hours", "business_days_only"): marked("hours run on business days only"),
    ("days", "rolling"): marked("a day is 24 hours"),
    ("days", "calendar"): marked("days end at midnight"),
    ("business_days", "from_next_day"): marked("business days count from the next day"),
    ("business_days", "from_same_day"): marked("business days count from the same day"),
    ("month_end", "last_day"): marked("a month ends on the day with the same number, or on its last day"),
    ("month_end", "stays_last_day"): marked("a month that begins on a last day ends on a last day"),
    ("ends_on_holiday", "stays"): marked("a last day that is not a business day stays the last"),
    ("ends_on_holiday", "next_business_day"): marked(
        "if the last day is not a business day, the next business day is the last"
    ),
}
DAYS = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
"""The days of a week in the order of their numbers."""
_CUT_OFF = marked("what comes later than {time} belongs to the next day")
_CUT_OFF_ON = marked("on {days}, what comes later than {time} belongs to the next day")
_DAY_ENDS = marked("the last day ends at {time}")


OVERLAPS = {
    "refused": marked("No two rows that disagree may match at once."),
    "first_row_counts": marked("Where several rows match, the first one counts."),
    "all_rows_count": marked("Where several rows match, all of them count."),
}

_COMBINED: Mapping[Combine, str] = {
    "sum": marked("Several rules build it together: what they give is added up."),
    "least": marked("Several rules build it together: the smallest value that they give counts."),
    "greatest": marked("Several rules build it together: the largest value that they give counts."),
    "yes_if_any": marked("Several rules build it together: it is “yes” if any of them says so."),
    "yes_if_all": marked("Several rules build it together: it is “yes” if all of them say so."),
}


class Statements:
    """Puts the parts of one rulebook into sentences of one language."""

    def __init__(self, naming: Naming) -> None:
        """``naming`` names things in the reader's language."""
        self.naming = naming
        self.say = naming.say

    # ---------- rules

    def rule(self, rule: Rule, with_precedence: bool = True) -> str:
        """Return a rule as one sentence, and one more that tells its exceptions apart."""
        then = self._list(self.conclusion(one) for one in rule.then)
        notices = self.say("; ").join(self.notice(one) for one in rule.notices)
        follows = (
            self.say("{then}; {notices}", then=then, notices=notices) if then and notices else then or notices
        )
        conditions = self.conditions(rule.when)
        sentence = self.say("If {conditions}, then {follows}.", conditions=conditions, follows=follows)
        if not conditions:
            sentence = self.say("Always: {follows}.", follows=follows)
        if rule.listed is not None:
            title = self.naming.title(rule.listed)
            sentence = self.say("For each record of “{list}”: {sentence}", list=title, sentence=sentence)
        if with_precedence and self.naming.book.overridden_by(rule):
            sentence = self.say("{sentence} {more}", sentence=sentence, more=self.precedence(rule))
        return sentence

    def table(self, table: Table) -> str:
        """Return what a table asks and gives, and what counts where not exactly one row holds."""
        asks, gives = (self._list(self._quoted(ref) for ref in refs) for refs in (table.asks, table.gives))
        sentence = self.say("By {asks}, it gives {gives}.", asks=asks, gives=gives)
        conditions = self.conditions(table.when)
        if conditions:
            sentence = self.say("{sentence} Only if {conditions}.", sentence=sentence, conditions=conditions)
        if table.listed is not None:
            title = self.naming.title(table.listed)
            sentence = self.say("For each record of “{list}”: {sentence}", list=title, sentence=sentence)
        sentence = self.say("{sentence} {more}", sentence=sentence, more=self.say(OVERLAPS[table.overlap]))
        if table.otherwise:
            rule = self.naming.book.rules[table.otherwise]
            then = self._list(self.conclusion(one) for one in rule.then)
            sentence = self.say("{sentence} Where no row matches: {then}.", sentence=sentence, then=then)
        rows = [self.naming.book.rules[row.rule] for row in table.rows]
        below = self.naming.book.overridden_by(rows[0]) if rows else []
        if below:
            sentence = self.say("{sentence} {more}", sentence=sentence, more=self.precedence(rows[0]))
        return sentence

    def precedence(self, rule: Rule) -> str:
        """Return over which rules a rule takes precedence."""
        titles = [self.naming.text(one.title) for one in self.naming.book.overridden_by(rule)]
        quoted = self.say(", ").join(self.say("“{words}”", words=title) for title in titles)
        return self.say("It takes precedence over {rules}.", rules=quoted)

    def building(self, fact: Fact) -> Iterator[str]:
        """Return how several rules build a fact together, and what it is where none holds."""
        if fact.combine is not None:
            yield self.say(_COMBINED[fact.combine])
        if fact.otherwise is not None:
            value = self.operand(fact.otherwise, fact.path, fact.type)
            yield self.say("Where no rule holds: {value}.", value=value)

    def in_brief(self, fact: Fact) -> str:
        """Return how the head of a decision tells the values of a fact."""
        return self.words_of_values(fact.path, fact.in_brief)

    def words_of_values(self, path: str, words: Sequence[InBrief]) -> str:
        """Return in which words the values of an outcome are told."""
        values = (
            self.say("every other value") if one.value is None else self.naming.value(one.value, path)
            for one in words
        )
        return self.say("; ").join(
            self.say("{value}: “{words}”", value=value, words=self.naming.text(one.text))
            for value, one in zip(values, words, strict=True)
        )

    def conclusion(self, conclusion: Conclusion) -> str:
        """Return what a rule concludes."""
        name = conclusion.fact.name
        value = self.operand(conclusion.value, name, conclusion.fact.type)
        if self.naming.book.facts[name].combine == "sum":
            return self.say("{value} is added to {name}", value=value, name=self._quoted(conclusion.fact))
        return self.say("{left} is {right}", left=self._quoted(conclusion.fact), right=value)

    def notice(self, notice: Notice) -> str:
        """Return what a rule tells somebody."""
        who = self.naming.text(self.naming.book.parties[notice.to].title)
        words = self.say(_NOTICES[notice.kind], who=who, text=self.naming.text(notice.text))
        if notice.by is not None:
            title = self.naming.text(self.naming.book.deadlines[notice.by].title)
            words = self.say("{words}, before the end of “{deadline}”", words=words, deadline=title)
        for otherwise in self._otherwise(notice):
            words = self.say("{words}; if not: {text}", words=words, text=otherwise)
        return words

    def _otherwise(self, notice: Notice) -> Iterator[str]:
        if isinstance(notice.otherwise, TextByReading):
            for reading, text in notice.otherwise.readings:
                title = self._reading(notice.otherwise.assumption, reading)
                yield self.say("{value} (where {reading})", value=self.naming.text(text), reading=title)
        elif self.naming.text(notice.otherwise):
            yield self.naming.text(notice.otherwise)

    def scope(self, policy: Policy) -> str:
        """Return when a policy applies at all, or nothing if it always does."""
        conditions = self.conditions(policy.scope)
        scope = self.say("This policy applies if {conditions}.", conditions=conditions) if conditions else ""
        if policy.by is None or policy.by.listed is None:
            return scope
        title, act = self.naming.title(policy.by.listed), self.naming.title(policy.by.name)
        days = self.say(
            "The date of “{act}” of each record of “{list}” decides what is in force.", act=act, list=title
        )
        return self.say("{sentence} {more}", sentence=scope, more=days) if scope else days

    # ---------- conditions

    def conditions(self, condition: Condition) -> str:
        """Return a condition; nothing for one that is always true."""
        return self._condition(condition, False, top=True)

    def _condition(self, condition: Condition, negated: bool, top: bool = False) -> str:
        asked = of_set(condition)
        if asked is not None:
            left, right = self._quoted(asked.ref), self.set_title(asked)
            return self.say(TESTS["in"][negated], left=left, right=right)
        match condition:
            case Test():
                return self._test(condition, negated)
            case Window(ref, _, length, _, anchor):
                left, right = self._quoted(ref), self._time(anchor)
                return self.window(condition, negated, left, self._time(length), right)
            case Same(ref, period, anchor):
                return self.same(period, negated, self._quoted(ref), self._time(anchor))
            case ReadingIs(assumption, readings):
                words = self.say(" or ").join(self._reading(assumption, one) for one in readings)
                template = _NOT_READ if negated else _READ
                return self.say(template, id=assumption, reading=words)
            case Not(part):
                return self._condition(part, not negated, top)
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
        words = [self._condition(part, negated, top and len(parts) == 1) for part in parts]
        if len(words) < 2:
            return "".join(words)
        if is_all:
            joined = self._list(words)
        else:
            joined = self.say("either {first}", first=self.say(" or ").join(words))
        return joined if top else self.say("({words})", words=joined)

    def _list(self, words: Iterable[str]) -> str:
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
        return self.say(_ASKED.get(word, TESTS[word])[negated], left=self._quoted(test.ref), right=right)

    def set_title(self, test: Test) -> str:
        """Return the title of the set for which a test asks."""
        return self.say("“{words}”", words=self.naming.text(self.naming.book.sets[test.named].title))

    def season(self, season: Season) -> str:
        """Return days of every year."""
        first, last = map(year_day_text, (season.first, season.last))
        return self.say("from {first} to {last}", first=first, last=last)

    def _quoted(self, ref: Ref) -> str:
        name = ref.name
        if ref.kind == "computed":
            return self.naming.ref(ref)  # a description, not a title
        if name not in self.naming.book.amounts and name.rpartition(".")[0] in self.naming.book.deadlines:
            return self.naming.ref(ref)  # it has quotes already
        return self.say("“{words}”", words=self.naming.ref(ref))

    def _some(self, title: str, where: Condition, negated: bool) -> str:
        asked = self._condition(where, False)
        if not asked:
            template = _NO_RECORD if negated else _A_RECORD
            return self.say(template, list=title)
        return self.say(_NONE_WHERE if negated else _SOME_WHERE, list=title, where=asked)

    def measured(self, question: Question | Count) -> str:
        """Return what a question about the records of a list asks for."""
        title, asked = self._list_of(question), self._condition(question.where, False)
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
        asked = self._condition(where, False)
        left = self.say("the number of records of “{list}”", list=title)
        if asked:
            left = self.say("the number of records of “{list}” for which {where}", list=title, where=asked)
        right = self.say(" or ").join(self.operand(one, "", ValueType.COUNT) for one in count.operands)
        word = count.operator if count.spelling == "between" else count.spelling
        return self.say(TESTS[word][negated], left=left, right=right)

    def _pick(self, which: str, title: str, where: Condition, then: Condition, negated: bool) -> str:
        asked = self._condition(where, False)
        record = (
            self.say(_PICKS[which], list=title, where=asked)
            if asked
            else self.say(_ANY_PICKS[which], list=title)
        )
        template = _NOT_OF_RECORD if negated else _OF_RECORD
        return self.say(template, record=record, then=self._condition(then, False, top=True))

    def _reading(self, assumption: str, reading: str) -> str:
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
                return self._quoted(operand)
            case ByReading(assumption, readings):
                return self.say(" or ").join(
                    self.say(
                        "{value} (where {reading})",
                        value=self.operand(value, name, type),
                        reading=self._reading(assumption, reading),
                    )
                    for reading, value in readings
                )

    # ---------- deadlines, amounts, parameters

    def deadline(self, deadline: Deadline) -> str:
        """Return a deadline as a sentence."""
        who = self.naming.text(self.naming.book.parties[deadline.who].title)
        acts = self.say(" or ").join(self.naming.title(act.name) for act in deadline.met_by)
        kind = "period" if not deadline.met_by else "right" if deadline.is_right else "duty"
        template = _DEADLINES[kind, deadline.ends is not None]
        starts = self.operand(deadline.starts, "", ValueType.INSTANT)
        sentence = self.say(template, who=who, start=starts, acts=acts, end=self.end(deadline))
        for pause in deadline.pauses:
            sentence = self.say("{sentence} {more}", sentence=sentence, more=self.pause(pause))
        if deadline.stopped_by:
            events = self.say(" or ").join(self.naming.title(event.name) for event in deadline.stopped_by)
            stops = self.say("The clock stops with: {events}.", events=events)
            sentence = self.say("{sentence} {more}", sentence=sentence, more=stops)
        if deadline.owed_until:
            events = self.say(" or ").join(self.naming.title(event.name) for event in deadline.owed_until)
            ends = self.say("Once missed, it is owed only until: {events}.", events=events)
            sentence = self.say("{sentence} {more}", sentence=sentence, more=ends)
        conditions = self.conditions(deadline.when)
        if conditions:
            sentence = self.say("If {conditions}: {sentence}", conditions=conditions, sentence=sentence)
        if deadline.listed is not None:
            title = self.naming.title(deadline.listed)
            sentence = self.say("For each record of “{list}”: {sentence}", list=title, sentence=sentence)
        return sentence

    def end(self, deadline: Deadline) -> str:
        """Return the length that a clock runs, or the instant at which it ends."""
        within = "" if deadline.within is None else self.operand(deadline.within, "", ValueType.DURATION)
        if deadline.ends is None:
            return within
        ends = self.operand(deadline.ends, "", ValueType.INSTANT)
        return self.say("{length} before {instant}", length=within, instant=ends) if within else ends

    def pause(self, pause: Pause) -> str:
        """Return a time in which a clock stands still."""
        begin, end = (self.operand(one, "", ValueType.INSTANT) for one in (pause.begin, pause.end))
        if pause.question is None:
            return self.say("The clock is paused from {start} until {end}.", start=begin, end=end)
        title, asked = self.naming.title(pause.question.listed), self._condition(pause.question.where, False)
        template = _PAUSES_WHERE if asked else _PAUSES
        return self.say(template, list=title, where=asked, start=begin, end=end)

    def counting(self, deadline: Deadline) -> str:
        """Return how the length of a deadline is counted, as far as it matters for its unit."""
        aspects = {"end", *self._aspects(deadline)}
        words = []
        for rule in deadline.counting:
            if rule.aspect not in aspects:
                continue
            ways = []
            for reading, choice in rule.choices:
                way = self._way(rule.aspect, choice)
                if rule.assumption is not None:
                    title = self._reading(rule.assumption, reading)
                    way = self.say("{value} (where {reading})", value=way, reading=title)
                ways.append(way)
            words.append(self.say(" or ").join(ways))
        if deadline.zone is not None:
            place = self.operand(deadline.zone, "", ValueType.TIME_ZONE)
            words.append(self.say("days begin and end by the clock of: {zone}", zone=place))
        return self.say("; ").join(words)

    def _way(self, aspect: Aspect, choice: str) -> str:
        """Return one way in which time is counted."""
        if aspect == "day_ends":
            return self.say(_DAY_ENDS, time=choice)
        if aspect != "cut_off":
            return self.say(_COUNTINGS[aspect, choice])
        if "," not in choice:
            return self.say(_CUT_OFF, time=choice)
        times = choice.split(",")
        days: dict[str, list[str]] = {}
        for number, time in enumerate(times):
            days.setdefault(time, []).append(self.say(DAYS[number]))
        listed = {time: self.say(", ").join(words) for time, words in days.items() if time}
        return self.say("; ").join(
            self.say(_CUT_OFF_ON, days=words, time=time) for time, words in listed.items()
        )

    def _aspects(self, deadline: Deadline) -> frozenset[str]:
        """Return in which ways the counting of a deadline matters, for a length that it can have."""
        ways = {rule.aspect: [choice for _, choice in rule.choices] for rule in deadline.counting}
        found: set[str] = set()
        for days in ways.get("days", [Counting().days]):
            counting = replace(Counting(), days=days, cut_off="".join(ways.get("cut_off", [])))
            for length in lengths_of(deadline.within, self.naming.book):
                found |= set(aspects_of(length, counting))
        if ways.get("hours") == ["continuous"] and "days" in found:
            found -= {"hours"}  # a day is 24 hours, and that is told
        return frozenset(found)

    def amount(self, amount: Amount) -> str:
        """Return an amount as a sum."""
        own = amount.type
        parts = [self._calculation(amount), *self._bands(amount)]
        how = rounding_words(self.naming, amount.rounding, own)
        parts.append(self.say("rounded {how}", how=how))
        if amount.floor is not None:
            parts.append(self.say("at least {limit}", limit=self.operand(amount.floor, "", own)))
        for cap in amount.caps:
            limit = self.say("at most {limit}", limit=self.operand(cap.limit, "", own))
            conditions = self.conditions(cap.when)
            parts.append(
                self.say("{limit} if {conditions}", limit=limit, conditions=conditions)
                if conditions
                else limit
            )
        sentence = self.say("; ").join(parts)
        conditions = self.conditions(amount.when)
        if conditions:
            sentence = self.say("If {conditions}: {sentence}", conditions=conditions, sentence=sentence)
        return sentence

    def _calculation(self, amount: Amount) -> str:
        """Return the terms and factors of an amount, or its formula."""
        if amount.formula is not None:
            return self._formula(amount.formula)
        signs = {"base": "", "plus": " + ", "minus": " − ", "times": " × ", "divided_by": " ÷ "}
        shown = [(word, signs[word] + self.operand(one, "", one.type)) for word, one in amount.terms]
        terms = "".join(text for word, text in shown if word in ("base", "plus", "minus"))
        factors = "".join(text for word, text in shown if word in ("times", "divided_by"))
        if amount.rate is not None:
            factors += f" × {self.operand(amount.rate, '', ValueType.PERCENT)}"
        if factors and (amount.plus or amount.minus):
            terms = f"({terms})"
        return terms + factors

    def _formula(self, formula: Formula) -> str:
        """Return a formula as it is written, with titles for its names."""
        text, at = "", 0
        names = {ref.name: ref for one in formula.names for ref in refs_of_operand(one)}
        for found in _WORD.finditer(formula.text):
            word = found[0].removeprefix("this.")
            ref = next(
                (one for name, one in names.items() if name == word or name.endswith(f".{word}")), None
            )
            is_name = ref is not None and not formula.text[found.end() :].lstrip().startswith("(")
            text += formula.text[at : found.start()]
            text += self._quoted(ref) if ref is not None and is_name else found[0]
            at = found.end()
        return text + formula.text[at:]

    def _bands(self, amount: Amount) -> Iterator[str]:
        for band in amount.bands:
            rate = self.operand(band.rate, "", ValueType.PERCENT)
            if band.limit is None:
                yield self.say("above: {rate}", rate=rate)
            else:
                limit = self.operand(band.limit, "", amount.type)
                yield self.say("up to {limit}: {rate}", limit=limit, rate=rate)
        if amount.bands:
            is_whole = amount.bands_apply_to == "the_whole"
            yield self.say("one rate for the whole") if is_whole else self.say("each part by its own rate")

    def value_set(self, found: ValueSet) -> list[str]:
        """Return the values of a set, of each version with the days on which they count."""
        return [self._version(one) for one in found.versions]

    def _version(self, version: SetVersion) -> str:
        values = self.say(", ").join(one.text for one in version.values)
        first, last = (
            None if day is None else date.fromordinal(day).isoformat()
            for day in (version.first_day, version.last_day)
        )
        if first is not None and last is not None:
            return self.say("{value} from {day} until {last}", value=values, day=first, last=last)
        if last is not None:
            return self.say("{value} until {last}", value=values, last=last)
        return values if first is None else self.say("{value} from {day}", value=values, day=first)

    def parameter(self, parameter: Parameter) -> list[str]:
        """Return the values of a parameter, each with the days on which it is in force."""
        lines = [self.dated(one, parameter) for one in parameter.values]
        return lines or [self.say("the document does not say")]

    def dated(self, value: DatedValue, parameter: Parameter) -> str:
        """Return a value of a parameter with the days on which it is in force."""
        shown = self.naming.typed(value.value, parameter.type)
        if value.season is not None:
            season = self.season(value.season)
            shown = self.say("{value} every year {season}", value=shown, season=season)
        limits = {"first": value.start, "last": value.end}
        days = {word: date.fromordinal(day).isoformat() for word, day in limits.items() if day is not None}
        if not days:
            return shown
        return self.say(_DATED[value.start is not None, value.end is not None], value=shown, **days)


_DATED = {
    (True, True): marked("{value} from {first} to {last}"),
    (True, False): marked("{value} from {first}"),
    (False, True): marked("{value} until {last}"),
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
# Of what a party must or may do, and of a mere period; with a length, and with an instant at which it ends.
_DEADLINES = {
    ("duty", False): marked("{who} must act within {end} from {start}; what counts as acting: {acts}."),
    ("right", False): marked("{who} may act within {end} from {start}; what counts as acting: {acts}."),
    ("period", False): marked("a period of {end} from {start}, for {who}."),
    ("duty", True): marked("from {start} on, {who} must act by {end}; what counts as acting: {acts}."),
    ("right", True): marked("from {start} on, {who} may act until {end}; what counts as acting: {acts}."),
    ("period", True): marked("a period from {start} until {end}, for {who}."),
}
_PAUSES = marked("For each record of “{list}” the clock is paused from {start} until {end}.")
_PAUSES_WHERE = marked(
    "For each record of “{list}” for which {where}, the clock is paused from {start} until {end}."
)
