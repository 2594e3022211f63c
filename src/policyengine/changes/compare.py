"""Comparing two rulebooks, part by part: what they say, not how it is written or where."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeVar

from policyengine.checks.exclusion import shape
from policyengine.conditions import All, Condition, Constant, Operand
from policyengine.diagnostics import marked
from policyengine.i18n import Speech
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.rulebook import (
    Amount,
    Assumption,
    Bound,
    Conclusion,
    DatedValue,
    Deadline,
    Default,
    Fact,
    Notice,
    Overlay,
    Parameter,
    Policy,
    Rule,
    Rulebook,
)
from policyengine.source import Span
from policyengine.values import TYPE_WORDS, ValueType, comparison_key, format_value
from policyengine.words import Text

Kind = Literal[
    "rulebook",
    "policy",
    "parameter",
    "deadline",
    "amount",
    "rule",
    "outcome",
    "fact",
    "list",
    "assumption",
    "overlay",
    "clause",
    "report",
]
What = Literal["added", "removed", "changed"]
_Part = TypeVar("_Part")
_Speaks = Callable[[Statements], str]


class Change(NamedTuple):
    """Something that is new, gone or different; ``details`` say what exactly, in both languages."""

    kind: Kind
    what: What
    id: str
    title: Text
    details: tuple[Text, ...]


def compare(old: Rulebook, new: Rulebook) -> list[Change]:
    """Return every change of what the rules say, in a fixed order: by kind, then by name."""
    return list(_Comparison(old, new).changes())


class _Comparison:
    """Compares two rulebooks; sentences about a version name things as that version does."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self.old, self.new = old, new
        self.before = {one: Statements(Naming(old, Speech(one))) for one in ("zh", "en")}
        self.after = {one: Statements(Naming(new, Speech(one))) for one in ("zh", "en")}

    def both(self, template: str, **arguments: object) -> Text:
        """Return a sentence in both languages; a text among the arguments is taken apart."""
        words = []
        for language in ("zh", "en"):
            inner = {
                name: value.in_language(language) if isinstance(value, Text) else value
                for name, value in arguments.items()
            }
            words.append(self.after[language].say(template, **inner))
        return Text(*words)

    def was(self, state: _Speaks) -> Text:
        """Return what the old version says."""
        return Text(state(self.before["zh"]), state(self.before["en"]))

    def now(self, state: _Speaks) -> Text:
        """Return what the new version says."""
        return Text(state(self.after["zh"]), state(self.after["en"]))

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        yield from self._whole()
        yield from self._group("policy", old.policies, new.policies, self._policy)
        yield from self._group("parameter", old.parameters, new.parameters, self._parameter, self._values_of)
        yield from self._group("deadline", old.deadlines, new.deadlines, self._deadline, self._says_deadline)
        yield from self._group("amount", old.amounts, new.amounts, self._amount, self._says_amount)
        yield from self._group("rule", old.rules, new.rules, self._rule, self._says_rule)
        yield from self._outcomes()
        yield from self._group("fact", old.facts, new.facts, self._fact)
        yield from self._group("list", old.lists, new.lists, self._different)
        yield from self._group("assumption", old.assumptions, new.assumptions, self._assumption)
        before, after = ({one.id: one for one in book.overlays} for book in (old, new))
        yield from self._group("overlay", before, after, self._overlay)
        yield from self._group("clause", old.clauses, new.clauses, self._clause)
        yield from self._group("report", old.reports, new.reports, self._different)

    def _group(
        self,
        kind: Kind,
        old: Mapping[str, _Part],
        new: Mapping[str, _Part],
        details: Callable[[_Part, _Part], Iterable[Text]],
        says: Callable[[_Part, Callable[[_Speaks], Text]], Iterable[Text]] | None = None,
    ) -> Iterator[Change]:
        """Compare the parts of a kind; what is new or gone is told as a whole by ``says``."""
        for id in sorted({*old, *new}):
            if id not in new:
                whole = says(old[id], self.was) if says else ()
                yield Change(kind, "removed", id, _title(old[id], id), tuple(whole))
            elif id not in old:
                whole = says(new[id], self.now) if says else ()
                yield Change(kind, "added", id, _title(new[id], id), tuple(whole))
            elif _said(old[id]) != _said(new[id]):
                found = [*self._renamed(old[id], new[id], id), *details(old[id], new[id])]
                told = found or [self.both("something else of it has changed")]
                yield Change(kind, "changed", id, _title(new[id], id), tuple(told))

    def _renamed(self, old: object, new: object, id: str) -> Iterator[Text]:
        if _title(old, id) != _title(new, id):
            yield self.both("title: {old} → {new}", old=_title(old, id), new=_title(new, id))
        if shape(getattr(old, "source", None)) != shape(getattr(new, "source", None)):
            yield self.both("the source that it names has changed")

    def _different(self, old: object, new: object) -> Iterator[Text]:
        yield from ()

    # ---------- the whole

    def _whole(self) -> Iterator[Change]:
        old, new = self.old, self.new
        details = []
        for label, before, after in (
            (marked("version: {old} → {new}"), old.version, new.version),
            (marked("title: {old} → {new}"), old.title, new.title),
            (marked("time zone: {old} → {new}"), old.zone.key, new.zone.key),
            (marked("currency: {old} → {new}"), old.currency, new.currency),
            (marked("business days: {old} → {new}"), old.calendar.code, new.calendar.code),
            (marked("languages: {old} → {new}"), ", ".join(old.languages), ", ".join(new.languages)),
        ):
            if before != after:
                details.append(self.both(label, old=before, new=after))
        if shape(old.documents) != shape(new.documents):
            details.append(self.both("the source documents have changed"))
        if shape(tuple(old.parties.values())) != shape(tuple(new.parties.values())):
            details.append(self.both("the parties have changed"))
        if details:
            yield Change("rulebook", "changed", new.id, new.title, tuple(details))

    def _policy(self, old: object, new: object) -> Iterator[Text]:
        for word, template in (("first_day", _FIRST), ("last_day", _LAST)):
            before, after = getattr(old, word), getattr(new, word)
            if before != after:
                yield self.both(template, old=self._day(before), new=self._day(after))

    def _day(self, day: int | None) -> Text:
        return self.both("no day") if day is None else Text(*[date.fromordinal(day).isoformat()] * 2)

    # ---------- parameters

    def _values_of(self, parameter: Parameter, say: Callable[[_Speaks], Text]) -> Iterator[Text]:
        yield say(lambda one: one.say("; ").join(one.parameter(parameter)))

    def _parameter(self, old: Parameter, new: Parameter) -> Iterator[Text]:
        if old.type is not new.type:
            yield self.both("type: {old} → {new}", old=self._type(old.type), new=self._type(new.type))
        yield from self._values(old.values, new.values, old, new)
        if shape(old.by) != shape(new.by):
            yield self.both("another act says which value is in force")

    def _values(
        self, old: Sequence[DatedValue], new: Sequence[DatedValue], was: Parameter, now: Parameter
    ) -> Iterator[Text]:
        """Tell changed values: where one begins in the new version, against what was in force then."""
        before, after = ({one.start: one for one in values} for values in (old, new))
        for start, value in after.items():
            if start in before and before[start].value == value.value:
                continue
            earlier = before.get(start) or _in_force(old, start)
            shown = _typed(self.now, value, now)
            prior = self.both("no value") if earlier is None else _typed(self.was, earlier, was)
            if start is None:
                yield self.both("{old} → {new}", old=prior, new=shown)
            else:
                yield self.both("{old} → {new} from {day}", old=prior, new=shown, day=self._day(start))
        for start, value in before.items():
            if start not in after:
                shown = _typed(self.was, value, was)
                if start is None:
                    yield self.both("there is no longer a value without a date: {value}", value=shown)
                else:
                    yield self.both("no longer {value} from {day}", value=shown, day=self._day(start))

    # ---------- deadlines and amounts

    def _says_deadline(self, deadline: Deadline, say: Callable[[_Speaks], Text]) -> Iterator[Text]:
        yield say(lambda one: one.deadline(deadline))

    def _deadline(self, old: Deadline, new: Deadline) -> Iterator[Text]:
        yield from self._places(old, new, (("starts", _STARTS), ("within", _WITHIN)))
        if old.who != new.who:
            who = [book.parties[one.who].title for book, one in ((self.old, old), (self.new, new))]
            yield self.both("who must act: {old} → {new}", old=who[0], new=who[1])
        acts = [{act.name for act in one.met_by} for one in (old, new)]
        for name in sorted(acts[1] - acts[0]):
            yield self.both("acting is now also: {act}", act=_title_in(self.now, name))
        for name in sorted(acts[0] - acts[1]):
            yield self.both("acting is no longer: {act}", act=_title_in(self.was, name))
        yield from self._conditions(old.when, new.when)
        if shape(old.counting) != shape(new.counting):
            how = self.was(lambda one: one.counting(old)), self.now(lambda one: one.counting(new))
            yield self.both("counting: {old} → {new}", old=how[0], new=how[1])

    def _says_amount(self, amount: Amount, say: Callable[[_Speaks], Text]) -> Iterator[Text]:
        yield say(lambda one: one.amount(amount))

    def _amount(self, old: Amount, new: Amount) -> Iterator[Text]:
        sums = [one._replace(when=_ALWAYS) for one in (old, new)]
        if shape(sums[0]._replace(title=Text())) != shape(sums[1]._replace(title=Text())):
            before, after = (
                self.was(lambda one: one.amount(sums[0])),
                self.now(lambda one: one.amount(sums[1])),
            )
            if before != after:
                yield self.both("{old} → {new}", old=before, new=after)
        yield from self._conditions(old.when, new.when)

    def _places(self, old: Deadline, new: Deadline, places: Iterable[tuple[str, str]]) -> Iterator[Text]:
        for word, template in places:
            before: Operand = getattr(old, word)
            after: Operand = getattr(new, word)
            if shape(before) != shape(after):
                was = _operand(self.was, before, "")
                now = _operand(self.now, after, "")
                yield self.both(template, old=was, new=now)

    # ---------- rules

    def _says_rule(self, rule: Rule, say: Callable[[_Speaks], Text]) -> Iterator[Text]:
        yield say(lambda one: one.rule(rule))

    def _rule(self, old: Rule, new: Rule) -> Iterator[Text]:
        if old.policy != new.policy:
            yield self.both("policy: {old} → {new}", old=old.policy, new=new.policy)
        if old.listed != new.listed:
            yield self.both("it now speaks of the records of another list, or of the whole case")
        yield from self._conditions(old.scope, new.scope)
        yield from self._conditions(old.when, new.when)
        yield from self._conclusions(old, new)
        for id in sorted({*new.overrides} - {*old.overrides}):
            yield self.both("it now takes precedence over “{rule}”", rule=self.new.rules[id].title)
        for id in sorted({*old.overrides} - {*new.overrides}):
            yield self.both("it no longer takes precedence over “{rule}”", rule=self.old.rules[id].title)
        yield from self._notices(old.notices, new.notices)

    def _conditions(self, old: Condition, new: Condition) -> Iterator[Text]:
        """Tell which of the conditions that must all hold are new or gone."""
        before, after = ({shape(part): part for part in _flat(one)} for one in (old, new))
        for key, part in after.items():
            if key not in before:
                asked = _asked(self.now, part)
                yield self.both("it now also requires that {condition}", condition=asked)
        for key, part in before.items():
            if key not in after:
                asked = _asked(self.was, part)
                yield self.both("it no longer requires that {condition}", condition=asked)

    def _conclusions(self, old: Rule, new: Rule) -> Iterator[Text]:
        before, after = ({one.fact.name: one for one in rule.then} for rule in (old, new))
        for name in sorted({*before, *after}):
            if name not in after:
                gone = _concluded(self.was, before[name])
                yield self.both("it no longer concludes: {conclusion}", conclusion=gone)
            elif name not in before:
                fresh = _concluded(self.now, after[name])
                yield self.both("it now also concludes: {conclusion}", conclusion=fresh)
            elif shape(before[name].value) != shape(after[name].value):
                was = _concluded(self.was, before[name])
                now = _concluded(self.now, after[name])
                yield self.both("{old} → {new}", old=was, new=now)

    def _notices(self, old: Sequence[Notice], new: Sequence[Notice]) -> Iterator[Text]:
        before, after = ({shape(one): one for one in notices} for notices in (old, new))
        for key, notice in after.items():
            if key not in before:
                yield self.both("it now says: {notice}", notice=_noticed(self.now, notice))
        for key, notice in before.items():
            if key not in after:
                yield self.both("it no longer says: {notice}", notice=_noticed(self.was, notice))

    # ---------- outcomes

    def _outcomes(self) -> Iterator[Change]:
        """Tell what outcomes can now be and can no longer be, as far as rules name the values."""
        before, after = (_possible(book) for book in (self.old, self.new))
        for path in sorted({*before} & {*after}):
            details = []
            for key in sorted(after[path].keys() - before[path].keys()):
                value = _operand(self.now, after[path][key], path)
                details.append(self.both("it can now be {value}", value=value))
            for key in sorted(before[path].keys() - after[path].keys()):
                value = _operand(self.was, before[path][key], path)
                details.append(self.both("it can no longer be {value}", value=value))
            if details:
                yield Change("outcome", "changed", path, self.new.facts[path].title, tuple(details))

    # ---------- facts, assumptions, overlays, clauses

    def _fact(self, old: Fact, new: Fact) -> Iterator[Text]:
        if old.type is not new.type:
            yield self.both("type: {old} → {new}", old=self._type(old.type), new=self._type(new.type))
        if old.role != new.role:
            yield self.both("role: {old} → {new}", old=old.role, new=new.role)
        titles = [{one.name: one.title for one in fact.choices} for fact in (old, new)]
        for name in sorted({*titles[1]} - {*titles[0]}):
            yield self.both("new value: {value}", value=titles[1][name])
        for name in sorted({*titles[0]} - {*titles[1]}):
            yield self.both("value that is gone: {value}", value=titles[0][name])
        for name in sorted({*titles[0]} & {*titles[1]}):
            if titles[0][name] != titles[1][name]:
                yield self.both(
                    "value {name}: {old} → {new}", name=name, old=titles[0][name], new=titles[1][name]
                )
        if old.if_missing != new.if_missing:
            missing = [self._if_missing(one) for one in (old, new)]
            yield self.both("when a case leaves it out: {old} → {new}", old=missing[0], new=missing[1])
        if shape(old.bounds) != shape(new.bounds):
            yield self.both(
                "limits: {old} → {new}",
                old=self._bounds(old.bounds, self.was),
                new=self._bounds(new.bounds, self.now),
            )
        if old.dated_by != new.dated_by:
            yield self.both("dated by: {old} → {new}", old=old.dated_by or "–", new=new.dated_by or "–")

    def _type(self, type: ValueType) -> Text:
        word = TYPE_WORDS[type]
        return self.now(lambda one: one.say.message(word))

    def _if_missing(self, fact: Fact) -> Text:
        if fact.if_missing is None:
            return self.both("unknown")
        if isinstance(fact.if_missing, Default):
            value = str(format_value(fact.if_missing.value, fact.type, self.new.zone))
            return Text(value, value)
        return self.both("none")

    def _bounds(self, bounds: Sequence[Bound], say: Callable[[_Speaks], Text]) -> Text:
        words = [_bound(say, bound) for bound in bounds]
        return Text("; ".join(one.zh for one in words) or "–", "; ".join(one.en for one in words) or "–")

    def _assumption(self, old: Assumption, new: Assumption) -> Iterator[Text]:
        before, after = ({one.id: one.title for one in assumption.readings} for assumption in (old, new))
        for id in sorted({*after} - {*before}):
            yield self.both("new reading: {reading}", reading=after[id])
        for id in sorted({*before} - {*after}):
            yield self.both("reading that is gone: {reading}", reading=before[id])
        for id in sorted({*before} & {*after}):
            if before[id] != after[id]:
                yield self.both("reading {name}: {old} → {new}", name=id, old=before[id], new=after[id])
        if old.default != new.default:
            yield self.both(
                "default: {old} → {new}",
                old=before.get(old.default, old.default),
                new=after.get(new.default, new.default),
            )

    def _overlay(self, old: Overlay, new: Overlay) -> Iterator[Text]:
        if old.confirmed != new.confirmed:
            yield (
                self.both("it is now confirmed") if new.confirmed else self.both("it is no longer confirmed")
            )
        before, after = dict(old.values), dict(new.values)
        for name in sorted({*before, *after}):
            if name not in after:
                yield self.both("it no longer sets {name}", name=name)
                continue
            was = self.old.parameters.get(name, self.new.parameters[name])
            for words in self._values(before.get(name, ()), after[name], was, self.new.parameters[name]):
                yield self.both("{name}: {change}", name=name, change=words)

    def _clause(self, old: object, new: object) -> Iterator[Text]:
        for word, template in (("quote", _QUOTE), ("status", _STATUS), ("section", _SECTION)):
            before, after = getattr(old, word), getattr(new, word)
            if before != after:
                yield self.both(template, old=before or "–", new=after or "–")


_ALWAYS = All((), Span(""))
_FIRST, _LAST = marked("in force from {old} → {new}"), marked("in force until {old} → {new}")
_STARTS, _WITHIN = marked("starts: {old} → {new}"), marked("within: {old} → {new}")
_QUOTE, _STATUS = marked("quote: {old} → {new}"), marked("status: {old} → {new}")
_SECTION = marked("section: {old} → {new}")


_Says = Callable[[_Speaks], Text]


def _typed(say: _Says, value: DatedValue, parameter: Parameter) -> Text:
    return say(lambda one: one.naming.typed(value.value, parameter.type))


def _operand(say: _Says, operand: Operand, name: str) -> Text:
    return say(lambda one: one.operand(operand, name, operand.type))


def _title_in(say: _Says, name: str) -> Text:
    return say(lambda one: one.naming.title(name))


def _asked(say: _Says, condition: Condition) -> Text:
    return say(lambda one: one.conditions(condition))


def _concluded(say: _Says, conclusion: Conclusion) -> Text:
    return say(lambda one: one.conclusion(conclusion))


def _noticed(say: _Says, notice: Notice) -> Text:
    return say(lambda one: one.notice(notice))


def _bound(say: _Says, bound: Bound) -> Text:
    return say(lambda one: f"{bound.operator} {one.operand(bound.operand, '', bound.operand.type)}")


def _said(part: object) -> Hashable:
    """Return what a part says, wherever its file lies and however its conditions are nested."""
    if isinstance(part, Policy | Overlay):
        part = part._replace(file="")
    elif isinstance(part, Rule):
        part = part._replace(scope=_flattened(part.scope), when=_flattened(part.when))
    elif isinstance(part, Deadline | Amount):
        part = part._replace(when=_flattened(part.when))
    return shape(part)


def _flattened(condition: Condition) -> Condition:
    return All(tuple(_flat(condition)), Span(""))


def _title(part: object, id: str) -> Text:
    title = getattr(part, "title", None)
    return title if isinstance(title, Text) else Text(id, id)


def _flat(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _flat(part)
    else:
        yield condition


def _in_force(values: Sequence[DatedValue], day: int | None) -> DatedValue | None:
    """Return the value in force on a day: the last that has begun."""
    begun = [one for one in values if one.start is None or (day is not None and one.start <= day)]
    return begun[-1] if begun else None


def _possible(book: Rulebook) -> dict[str, dict[str, Constant]]:
    """Return for every outcome the values that rules give it literally, by a key that can be compared."""
    found: dict[str, dict[str, Constant]] = {
        path: {} for path, fact in book.facts.items() if fact.role == "outcome"
    }
    for rule in book.rules.values():
        for one in rule.then:
            if one.fact.name in found and isinstance(one.value, Constant):
                found[one.fact.name].setdefault(str(comparison_key(one.value.value)), one.value)
    return found
