"""The typed rulebook: what every check, compiler, evaluator and page stands on.

Everything here is immutable and carries the place where it is written. Names are resolved and
literals are values; after parsing nobody sees YAML. All names (facts, parameters, amounts,
deadlines, lists) share one namespace, so that a name alone says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text, bilingual
from policyengine.frozen import Frozen, Placed
from policyengine.model.clauses import Clause, Source
from policyengine.model.conditions import (
    All,
    Computed,
    Condition,
    Constant,
    Formula,
    Operand,
    Ref,
    Some,
    Test,
    conjuncts,
)
from policyengine.model.counting import CountingRule
from policyengine.model.letters import InBrief, Letter
from policyengine.model.report import Report
from policyengine.values.calendar import Calendar
from policyengine.values.currencies import Currency
from policyengine.values.literals import Value, ValueType, comparison_key
from policyengine.values.seasons import Season

Role = Literal["given", "derived", "outcome"]
NoticeKind = Literal["duty", "permission", "advice", "warning"]
Combine = Literal["sum", "least", "greatest", "yes_if_any", "yes_if_all"]
"""How what several rules give one fact becomes its value."""

_OTHERWISE = " otherwise"


def otherwise_name(fact: str) -> str:
    """Return by what goes that no rule gives a fact its value: no rule can have this name."""
    return fact + _OTHERWISE


OTHERWISE_TITLE = bilingual("没有规则成立时", "where no rule says otherwise")

STATUSES: tuple[tuple[str, Text], ...] = (
    ("not_started", bilingual("未开始", "not started")),
    ("open", bilingual("进行中", "open")),
    ("paused", bilingual("已暂停", "paused")),
    ("met", bilingual("已履行", "met")),
    ("missed", bilingual("已逾期", "missed")),
    ("lapsed", bilingual("已失效", "lapsed")),
    ("ended", bilingual("已结束", "ended")),
    ("stopped", bilingual("已停止", "stopped")),
)
"""What a deadline's ``status`` can be, with titles.

When the time is over a duty is ``missed``, a right ``lapsed`` and a period ``ended``.
"""
RAN_OUT = ("missed", "lapsed", "ended")
"""What a deadline's ``status`` is once its time is over."""


WORDS_OF_DAYS = ("from", "until")
"""How the tests are spelled that ask whether a policy is in force."""

DEADLINE_PROPERTIES = ("status", "due", "settled_at", "left")
"""What a deadline has values for; the names are ``DEADLINE.status`` and so on. ``left``: what is left of one
that stands still, where it can.
"""


class Choice(Placed):
    """One value of a closed list."""

    name: str
    title: Text
    span: Span


class Bound(Placed):
    """A limit that a fact of a case must respect, else the case is faulty."""

    operator: Literal["at_least", "at_most", "not_before"]
    operand: Operand
    span: Span


class Fact(Placed):
    """A typed, titled thing that a case says (``given``) or that rules conclude.

    ``if_missing`` says what a missing fact is, perhaps by the reading of an assumption. ``by`` tells whose
    act an instant is: a party, or the full path of the fact that names the party; empty when nobody acts.
    ``combine``: several rules build it together. ``otherwise`` is what it is where certainly no rule holds.
    ``foresees`` names a fact that is still to come and for which this one stands until then: it is filled in
    only to see what would follow, and people are asked for the other one. ``planned``: an instant or a date
    that is known before it comes, such as a departure. ``for_record``: cases keep it, no rule asks for it.
    ``note`` tells whoever writes a case what to write. ``happened`` says of an instant in words that it
    has come; ``{FACT}`` in it is a fact that came with it. ``in_brief`` are the words for its values at
    the head of a decision; that for every other value is last.
    """

    path: str
    type: ValueType
    title: Text
    role: Role
    choices: tuple[Choice, ...]
    if_missing: IfMissing | MissingByReading
    dated_by: str | None
    by: str
    bounds: tuple[Bound, ...]
    listed: str | None
    span: Span
    foresees: str | None = None
    planned: bool = False
    for_record: bool = False
    combine: Combine | None = None
    otherwise: Operand | None = None
    happened: Text = Text()
    note: Text = Text()
    in_brief: tuple[InBrief, ...] = ()

    @property
    def otherwise_rule(self) -> Rule | None:
        """Return what it is where no rule gives it, as a rule without conditions that all others override."""
        if self.otherwise is None:
            return None
        ref = Ref(self.path, "fact", self.type, self.listed, self.span)
        span = self.otherwise.span
        return Rule(
            id=otherwise_name(self.path),
            policy="",
            title=OTHERWISE_TITLE,
            source=None,
            when=All((), span),
            then=(Conclusion(ref, self.otherwise, span),),
            overrides=(),
            notices=(),
            listed=self.listed,
            span=span,
        )

    @property
    def is_event(self) -> bool:
        """Tell whether it says when something happened, and so is not seen before."""
        return self.type in (ValueType.INSTANT, ValueType.DATE) and not self.planned

    def when_missing(self, readings: Mapping[str, str]) -> IfMissing:
        """Return what it is when a case leaves it out, under the readings chosen for the assumptions."""
        if isinstance(self.if_missing, MissingByReading):
            return dict(self.if_missing.readings)[readings[self.if_missing.assumption]]
        return self.if_missing

    @property
    def literal_limits(self) -> tuple[int | None, int | None]:
        """The least and the greatest value that a case may give, by what they compare by, where literals
        say so.
        """
        found: dict[bool, list[int]] = {True: [], False: []}
        for bound in self.bounds:
            limit = comparison_key(bound.operand.value) if isinstance(bound.operand, Constant) else None
            if isinstance(limit, int):
                found[bound.operator == "at_most"].append(limit)
        return max(found[False], default=None), min(found[True], default=None)

    @property
    def is_required(self) -> bool:
        """Tell whether a case has to say it: leaving it out leaves it unknown, under some reading."""
        ways = [self.if_missing]
        if isinstance(self.if_missing, MissingByReading):
            ways = [one for _, one in self.if_missing.readings]
        return self.role == "given" and None in ways and not self.for_record

    @property
    def is_never_if_missing(self) -> bool:
        """Tell whether a case that leaves it out says that it has no value, whatever the readings."""
        ways = [self.if_missing]
        if isinstance(self.if_missing, MissingByReading):
            ways = [one for _, one in self.if_missing.readings]
        return self.role == "given" and all(one == "absent" for one in ways)

    @property
    def has_none_if_missing(self) -> bool:
        """Tell whether leaving it out says, under some reading, that it has no value."""
        if isinstance(self.if_missing, MissingByReading):
            return any(one == "absent" for _, one in self.if_missing.readings)
        return self.if_missing == "absent"


class Default(Frozen):
    """The value a missing fact takes."""

    value: Value


IfMissing = Default | Literal["absent"] | None
"""None leaves a missing fact unknown; ``"absent"`` makes it known to have no value (an event that has not
happened); a default supplies a value.
"""


class MissingByReading(Frozen):
    """What a missing fact is under each reading of an assumption."""

    assumption: str
    readings: tuple[tuple[str, IfMissing], ...]


class RecordList(Placed):
    """A list of records; ``fields`` are the full paths of its facts.

    ``dated_by`` is the full path of the instant that dates (and orders) its records.
    """

    path: str
    title: Text
    fields: tuple[str, ...]
    dated_by: str | None
    empty_if_missing: bool
    span: Span

    @property
    def is_required(self) -> bool:
        """Tell whether a case has to say it: leaving it out leaves it unknown how many records there are."""
        return not self.empty_if_missing


def coming_with(event: Fact, facts: Mapping[str, Fact], lists: Mapping[str, RecordList]) -> Iterator[Fact]:
    """Return the facts that a case gives with an event: those that it dates, those of its record."""
    for fact in facts.values():
        dated_by = fact.dated_by
        if fact.listed is not None and dated_by is None:
            dated_by = lists[fact.listed].dated_by
        if fact.role == "given" and dated_by == event.path and fact.type is not ValueType.INSTANT:
            yield fact


class Reading(Frozen):
    """One way to understand a clause that the source leaves open."""

    id: str
    title: Text


class SetValue(Placed):
    """One value of a set, as it is written."""

    text: str
    span: Span


class SetVersion(Placed):
    """The values of a set from the first to the last day (ordinals, inclusive; None: without end)."""

    first_day: int | None
    last_day: int | None
    values: tuple[SetValue, ...]
    span: Span


class ValueSet(Placed):
    """Values that have one name, such as the countries of the EU; of several versions, the earliest first."""

    id: str
    title: Text
    versions: tuple[SetVersion, ...]
    span: Span

    @property
    def is_dated(self) -> bool:
        """Tell whether the day of an act says which values count."""
        return any(one.first_day is not None or one.last_day is not None for one in self.versions)


class Assumption(Placed):
    """A named reading of a clause (A-01 ...), with its alternatives."""

    id: str
    title: Text
    readings: tuple[Reading, ...]
    default: str
    source: Source | None
    span: Span


class DatedValue(Placed):
    """A value in force from its first day to its last (ordinals, inclusive), or without limit.

    With an ``end`` it is an interlude: afterwards the value that began earlier is in force again. With a
    ``season`` it is in force on these days of every year only.
    """

    start: int | None
    value: Value
    span: Span
    end: int | None = None
    season: Season | None = None

    @property
    def is_dated(self) -> bool:
        """Tell whether there are days on which it is not in force."""
        return self.start is not None or self.end is not None or self.season is not None


class Parameter(Placed):
    """A number that policy people change. ``by`` is the instant that says which value is in force.

    It may be an instant of a record: then every record of the list ``listed`` has a value of its own.
    ``left_open`` when the rule file says itself that the document gives no figure (``values: []``).
    ``unconfirmed`` names the overlay that supplied a figure nobody has confirmed, or is empty.
    """

    id: str
    policy: str
    title: Text
    type: ValueType
    values: tuple[DatedValue, ...]
    by: Ref | None
    source: Source | None
    left_open: bool
    unconfirmed: str
    span: Span
    listed: str | None = None

    @property
    def is_dated(self) -> bool:
        """Tell whether an act says which of its values counts."""
        return self.by is not None and any(value.is_dated for value in self.values)


class Pause(Placed):
    """A time in which a clock stands still, from an instant on until another that is no part of it.

    With a ``question`` there is one for each record of a list that satisfies it, and both instants are of
    that record.
    """

    begin: Operand
    end: Operand
    question: Some | None
    span: Span


class Deadline(Placed):
    """Who must act (or, for a right, may), from which instant, within how long or until which instant.

    Without ``ends`` it runs for the length ``within``, but not in its ``pauses``. Else it ends at that
    instant, or the length ``within`` before it.

    ``met_by`` are acts; without any it is a period. ``stopped_by`` are events after which the clock no longer
    matters, such as the end of the case. ``owed_until`` are events after which nobody asks any more for what
    was missed: they take no part in its status, and so may rest on it. ``zone`` says by the clock of which
    place its days are counted, if not by that of the rulebook.
    """

    id: str
    policy: str
    title: Text
    source: Source | None
    who: str
    starts: Operand
    within: Operand | None
    met_by: tuple[Ref, ...]
    stopped_by: tuple[Ref, ...]
    owed_until: tuple[Ref, ...]
    is_right: bool
    when: Condition
    counting: tuple[CountingRule, ...]
    listed: str | None
    span: Span
    ends: Operand | None = None
    pauses: tuple[Pause, ...] = ()
    zone: Operand | None = None

    @property
    def measured(self) -> tuple[Operand, ...]:
        """What says when it ends, without its pauses."""
        return tuple(one for one in (self.starts, self.within, self.ends, self.zone) if one is not None)

    @property
    def instants_of_pauses(self) -> tuple[Operand, ...]:
        """From when and until when it stands still."""
        return tuple(one for pause in self.pauses for one in (pause.begin, pause.end))

    @property
    def questions(self) -> tuple[Some, ...]:
        """What is asked of lists whose records are pauses."""
        return tuple(one.question for one in self.pauses if one.question is not None)

    @property
    def type_of_left(self) -> ValueType:
        """The type of what is left of it: that of its length; of months, days or seconds are left."""
        type = ValueType.DURATION if self.within is None else self.within.type
        return ValueType.DURATION if type is ValueType.MONTHS else type

    @property
    def properties(self) -> tuple[str, ...]:
        """What it has values for."""
        return DEADLINE_PROPERTIES if self.pauses else DEADLINE_PROPERTIES[:-1]

    @property
    def over(self) -> Literal["missed", "lapsed", "ended"]:
        """Its status once its time is over: of a duty, of a right, of a period."""
        if not self.met_by:
            return "ended"
        return "lapsed" if self.is_right else "missed"

    @property
    def statuses(self) -> tuple[str, ...]:
        """All that its ``status`` can be."""
        met, stopped = ("met",) if self.met_by else (), ("stopped",) if self.stopped_by else ()
        paused = ("paused",) if self.pauses else ()
        return ("not_started", "open", *paused, *met, self.over, *stopped)


class Cap(Placed):
    """One upper limit of an amount, perhaps only under a condition."""

    limit: Operand
    when: Condition
    span: Span

    @property
    def always_binds(self) -> bool:
        """Tell whether it binds under no condition of its own."""
        return self.when == All((), self.when.span)


class Rounding(Frozen):
    """To which multiple (of the smallest unit of the type) is rounded, and how; step 0: not at all.

    ``up`` is away from zero, ``down`` towards it.
    """

    how: Literal["half_up", "half_even", "down", "up"] = "half_up"
    step: int = 1


class Band(Placed):
    """A rate up to a limit, which belongs to the band; None: without end."""

    limit: Operand | None
    rate: Operand
    span: Span


class Amount(Placed):
    """A computed number: ``(base + plus - minus) * times / divided_by * rate``, rounded, then floor and caps.

    ``bands`` stand in place of the factors: rates by how large the sum is, of each part of it or of the
    whole. ``formula`` stands in place of everything before rounding. A cap binds after the floor: where they
    contradict, the cap wins.
    """

    id: str
    policy: str
    title: Text
    source: Source | None
    base: Operand | None
    plus: tuple[Operand, ...]
    minus: tuple[Operand, ...]
    rate: Operand | None
    floor: Operand | None
    caps: tuple[Cap, ...]
    rounding: Rounding
    when: Condition
    listed: str | None
    span: Span
    type: ValueType = ValueType.MONEY
    times: tuple[Operand, ...] = ()
    divided_by: tuple[Operand, ...] = ()
    bands: tuple[Band, ...] = ()
    bands_apply_to: Literal["each_part", "the_whole"] | None = None
    formula: Formula | None = None

    @property
    def terms(self) -> tuple[tuple[str, Operand], ...]:
        """What it is calculated from, each part with its word, without rate, bands and limits."""
        if self.formula is not None:
            return tuple(("formula", one) for one in self.formula.names)
        base = () if self.base is None else (("base", self.base),)
        return (
            *base,
            *(("plus", one) for one in self.plus),
            *(("minus", one) for one in self.minus),
            *(("times", one) for one in self.times),
            *(("divided_by", one) for one in self.divided_by),
        )

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Everything that it is calculated from, but for its caps."""
        bands = (one for band in self.bands for one in (band.limit, band.rate))
        every = (*(one for _, one in self.terms), self.rate, *bands, self.floor)
        return tuple(one for one in every if one is not None)

    @property
    def is_exact(self) -> bool:
        """Tell whether it is an exact step: a fraction, which only calculations have."""
        return self.rounding.step == 0


class Conclusion(Placed):
    """``then`` of a rule: this fact has this value."""

    fact: Ref
    value: Operand
    span: Span


class TextByReading(Frozen):
    """A text that depends on the reading chosen for an assumption."""

    assumption: str
    readings: tuple[tuple[str, Text], ...]


class Notice(Placed):
    """What a rule tells someone. ``by`` is the deadline until which, ``otherwise`` what follows if not."""

    kind: NoticeKind
    to: str
    text: Text
    by: str | None
    otherwise: Text | TextByReading
    span: Span


class Rule(Placed):
    """``when`` its conditions hold, ``then`` facts are so, with the clause of the source that says it.

    It holds when its policy applies too. ``when`` has the tests of its own days (``effective``) with it.
    ``by`` is the act that tells its days where that is another one than its policy's: then its policy's days
    count by it as well, and are among these tests.
    ``table`` is the table of which it is a row, or empty. ``in_brief`` is how the head of a decision tells
    what it gives, empty where its facts say that.
    """

    id: str
    policy: str
    title: Text
    source: Source | None
    when: Condition
    then: tuple[Conclusion, ...]
    overrides: tuple[str, ...]
    notices: tuple[Notice, ...]
    listed: str | None
    span: Span
    by: Ref | None = None
    first_day: int | None = None
    last_day: int | None = None
    table: str = ""
    in_brief: Text = Text()

    @property
    def days(self) -> tuple[Test, ...]:
        """The tests that ask whether it is in force, beside what its policy demands of the case."""
        return _days_in(self.when)


def _days_in(condition: Condition) -> tuple[Test, ...]:
    return tuple(one for one in conjuncts(condition) if isinstance(one, Test) and _asks_for_days(one))


Overlap = Literal["refused", "first_row_counts", "all_rows_count"]


class Row(Placed):
    """A row of a table. ``rule`` is the rule that says what it says.

    ``cells`` are its tests of what the table asks, None for ``any``; ``asked`` and ``given`` are its cells as
    they are written.
    """

    rule: str
    cells: tuple[Condition | None, ...]
    asked: tuple[str, ...]
    given: tuple[str, ...]
    span: Span


class TableVersion(Placed):
    """The rows of a table from its first to its last day (ordinals, inclusive; None: without end).

    ``days`` are the tests that they are in force: the days on which no later version is. ``file`` is that of
    the rows, or empty.
    """

    start: int | None
    last: int | None
    days: Condition
    rows: tuple[Row, ...]
    file: str
    span: Span


class Table(Placed):
    """A table: what it gives for what it asks. Its rows are rules, so that nobody else need know of it.

    ``otherwise`` is the rule for where no row holds, or empty. ``when`` is what all of its rows demand beside
    their cells, with the tests of its own days. ``by`` is the act that tells its days, where that is another
    one than its policy's.
    """

    id: str
    policy: str
    title: Text
    source: Source | None
    asks: tuple[Ref, ...]
    gives: tuple[Ref, ...]
    versions: tuple[TableVersion, ...]
    overlap: Overlap
    otherwise: str
    when: Condition
    listed: str | None
    span: Span
    by: Ref | None = None

    @property
    def demands(self) -> tuple[Condition, ...]:
        """What all of its rows demand beside their cells and its days."""
        days = _days_in(self.when)
        return tuple(one for one in conjuncts(self.when) if one not in days)

    @property
    def rows(self) -> Iterator[Row]:
        """Its rows, of all versions."""
        return (row for version in self.versions for row in version.rows)

    @property
    def rules(self) -> Iterator[str]:
        """The rules that it stands for: its rows, and what is so otherwise."""
        yield from (row.rule for row in self.rows)
        yield from (self.otherwise,) if self.otherwise else ()


def _asks_for_days(condition: Condition) -> bool:
    # No condition of a rule file is written with these words: they are the keys of `effective`.
    return isinstance(condition, Test) and condition.spelling in WORDS_OF_DAYS and not condition.named


class Policy(Placed):
    """One policy file, in force for acts from its first to its last day (ordinals, inclusive).

    ``scope`` is what it demands of the case for all its parts: ``applies_to``, and the days as tests of
    ``effective``. ``by`` is the act that tells the days, None where none is named. Where it is an instant of
    a record, the days are among the conditions of each part, and all parts speak of records of its list.
    """

    id: str
    title: Text
    file: str
    first_day: int | None
    last_day: int | None
    scope: Condition
    span: Span
    by: Ref | None = None

    @property
    def days(self) -> tuple[Test, ...]:
        """The tests of its scope that ask whether the policy is in force on the day of an act."""
        return _days_in(self.scope)

    @property
    def applies_to(self) -> All:
        """What it demands beside being in force."""
        return All(tuple(one for one in conjuncts(self.scope) if not _asks_for_days(one)), self.scope.span)

    @property
    def never_in_force(self) -> bool:
        """Tell whether it ends before it begins."""
        return self.first_day is not None and self.last_day is not None and self.last_day < self.first_day


class Section(Placed):
    """A section of a document, as sources name it, with a title for who does not read its language."""

    name: str
    title: Text
    span: Span


class Document(Placed):
    """A source document; known by its digest, if it has one (else empty)."""

    id: str
    title: Text
    digest: str
    sections: tuple[Section, ...]
    span: Span


class Party(Frozen):
    """Somebody who acts or is told something; ``members`` are the parties that a group stands for."""

    id: str
    title: Text
    members: tuple[str, ...] = ()


class Overlay(Frozen):
    """A separate file of figures, off unless switched on; ``active`` when it was.

    ``values`` are those that it gives to parameters, by name, in the order of the names.
    """

    id: str
    title: Text
    file: str
    confirmed: bool
    active: bool
    values: tuple[tuple[str, tuple[DatedValue, ...]], ...]

    @property
    def sets(self) -> tuple[str, ...]:
        """The parameters to which it gives values."""
        return tuple(name for name, _ in self.values)


class Rulebook(Placed):
    """A whole rulebook, ready to check, compile and evaluate. Mappings are sorted by name."""

    id: str
    version: str
    title: Text
    digest: str
    zone: ZoneInfo
    currency: Currency
    calendar: Calendar
    languages: tuple[str, ...]
    documents: tuple[Document, ...]
    parties: Mapping[str, Party]
    facts: Mapping[str, Fact]
    lists: Mapping[str, RecordList]
    sets: Mapping[str, ValueSet]
    assumptions: Mapping[str, Assumption]
    policies: Mapping[str, Policy]
    parameters: Mapping[str, Parameter]
    deadlines: Mapping[str, Deadline]
    amounts: Mapping[str, Amount]
    rules: Mapping[str, Rule]
    tables: Mapping[str, Table]
    overlays: tuple[Overlay, ...]
    clauses: Mapping[str, Clause]
    reports: Mapping[str, Report]
    directory: str
    span: Span
    computed: Mapping[str, Computed] = {}
    letters: Mapping[str, Letter] = {}

    def rule(self, id: str) -> Rule:
        """Return a rule, or what goes by the name that :func:`otherwise_name` gives. Raises KeyError."""
        found = self.rules.get(id)
        if found is None and id.endswith(_OTHERWISE):
            found = self.facts[id.removesuffix(_OTHERWISE)].otherwise_rule
        if found is None:
            raise KeyError(id)
        return found

    @property
    def written_rules(self) -> Iterator[Rule]:
        """The rules that are written as rules; rows of tables are rules beside these."""
        return (rule for rule in self.rules.values() if not rule.table)

    def overridden_by(self, rule: Rule) -> list[Rule | Table]:
        """Return what a rule overrides: a table of which it overrides all is named as one.

        What rows of one table are to each other is told by the table.
        """
        found: dict[str, Rule | Table] = {}
        below = frozenset(rule.overrides)
        for id in rule.overrides:
            other = self.rules[id]
            if other.table and other.table == rule.table:
                continue
            whole = self.tables.get(other.table)
            if whole is not None and below.issuperset(whole.rules):
                found[whole.id] = whole
            else:
                found[id] = other
        return list(found.values())

    def scope_of(self, rule: Rule) -> Condition:
        """Return what the policy of a rule demands of the case (``applies_to`` and ``effective``).

        Where another act tells the days of the rule, the policy's are among the conditions of the rule. What
        counts ``otherwise`` is of no policy.
        """
        if not rule.policy:
            return All((), rule.span)
        policy = self.policies[rule.policy]
        return policy.scope if rule.by is None else policy.applies_to

    def whole_of(self, rule: Rule) -> Condition:
        """Return all that must hold for a rule to hold."""
        return All((self.scope_of(rule), rule.when), rule.span)
