"""What rules, deadlines, amounts and parameters say, in sentences, without any case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from policyengine.diagnostics.diagnostic import marked
from policyengine.frozen import replace
from policyengine.model.conditions import (
    Formula,
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
from policyengine.render.conditions import Conditions
from policyengine.render.steps import rounding_words
from policyengine.semantics.strata import refs_of_operand
from policyengine.values.counting import Aspect, Counting, aspects_of
from policyengine.values.literals import ValueType

_WORD = re.compile(r"[a-z_][a-z0-9_.]*")
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


class Statements(Conditions):
    """Puts the parts of one rulebook into sentences of one language, with the conditions that they name."""

    # ---------- rules

    def rule(self, rule: Rule, with_precedence: bool = True) -> str:
        """Return a rule as one sentence, and one more that tells its exceptions apart."""
        then = self.listing(self.conclusion(one) for one in rule.then)
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
        asks, gives = (self.listing(self.quoted(ref) for ref in refs) for refs in (table.asks, table.gives))
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
            then = self.listing(self.conclusion(one) for one in rule.then)
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
            return self.say("{value} is added to {name}", value=value, name=self.quoted(conclusion.fact))
        return self.say("{left} is {right}", left=self.quoted(conclusion.fact), right=value)

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
                title = self.reading(notice.otherwise.assumption, reading)
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
        title, asked = self.naming.title(pause.question.listed), self.condition(pause.question.where, False)
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
                    title = self.reading(rule.assumption, reading)
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
            text += self.quoted(ref) if ref is not None and is_name else found[0]
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
