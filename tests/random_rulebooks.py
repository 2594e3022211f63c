"""Random rulebooks and cases for comparing evaluators: everything the language can say, in odd combinations.

One ``random.Random`` decides everything, so a seed is a rulebook. Names are made in an order in which later
ones rest on earlier ones only; so no rulebook has a cycle. Names themselves are drawn at random, because
engines order by name and must not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Any, NamedTuple, TypeVar, cast
from zoneinfo import ZoneInfo

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import bilingual
from policyengine.frozen import replace
from policyengine.model import conditions as tree
from policyengine.model.case import Case, Key
from policyengine.model.conditions import (
    ByReading,
    Calculation,
    Condition,
    Constant,
    Formula,
    Operand,
    Operator,
    Ref,
    Term,
    operands_of,
)
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import (
    Amount,
    Assumption,
    Band,
    Cap,
    Choice,
    Conclusion,
    DatedValue,
    Deadline,
    Default,
    Fact,
    Parameter,
    Pause,
    Policy,
    Reading,
    RecordList,
    Rounding,
    Rule,
    Rulebook,
)
from policyengine.semantics.reference import holds
from policyengine.semantics.strata import refs_of_operand
from policyengine.values.calendar import Calendar
from policyengine.values.currencies import currency_of
from policyengine.values.edges import Edge
from policyengine.values.literals import (
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    Duration,
    Value,
    ValueType,
    comparison_key,
    local_day,
)
from policyengine.values.literals import LENGTHS as KINDS_OF_LENGTHS
from policyengine.values.seasons import Season

NOWHERE = Span("random")
TITLE = bilingual("题", "title")
DAY = 86_400
START = 1_332_432_000  # 2012-03-23 00:00 in Shanghai, a Friday; in Berlin the clocks change on the 25th
TODAY = 734_585  # the ordinal of that day
CALENDAR = Calendar("XX", "test", 2010, 2012, frozenset({TODAY + 3, TODAY + 4}), frozenset({TODAY + 1}))
_DAY = ((9 * 3_600, 12 * 3_600), (13 * 3_600, 18 * 3_600))
OPEN = replace(CALENDAR, hours=((), *(_DAY,) * 4, ((0, DAY),), ()), make_up_hours=((0, 2 * 3_600),))
ENDING = replace(OPEN, last_year=2011, off=frozenset({TODAY + 5}), worked=frozenset())  # nothing is published
CALCULATED = (ValueType.NUMBER, ValueType.COUNT, ValueType.PERCENT, ValueType.DURATION)
KEYS = (ValueType.MONEY, ValueType.COUNT, ValueType.NUMBER, ValueType.INSTANT, ValueType.DURATION)
PURE = (ValueType.COUNT, ValueType.NUMBER, ValueType.PERCENT)
ZONES = (ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"))

# Texts that a careless comparison could confuse.
_LONG = "x" * 299
TEXTS = ("", "0", "1", "-1", "true", "None", "r1", "p0", "v0", "é", "e\u0301", "中", _LONG + "x", _LONG + "y")
CHOICES = ("a", "b", "0", "1", "none", "met")
STATUSES = ("not_started", "open", "paused", "met", "missed", "lapsed", "ended", "stopped")
LENGTHS = (
    Duration(24, "hours"),
    Duration(1, "days"),
    Duration(86_400, "seconds"),
    Duration(1, "weeks"),
    Duration(7, "days"),
    Duration(2, "days"),
    Duration(0, "hours"),
    Duration(90, "minutes"),
)
MONTHS = (
    Duration(1, "months"),
    Duration(12, "months"),
    Duration(1, "years"),
    Duration(0, "months"),
    Duration(11, "months"),
)
BUSINESS_HOURS = (
    Duration(2, "business_hours"),
    Duration(0, "business_hours"),
    Duration(120, "business_minutes"),
)
BUSINESS = tuple(Duration(count, "business_days") for count in (0, 1, 2, 4))
_SECONDS = (0, 0, 1, -1, DAY, DAY, DAY + 1, DAY - 1, 2 * DAY, -DAY, 5 * DAY, 7 * DAY, 5_400)
_LIMITS: dict[ValueType, int] = {
    ValueType.MONEY: LARGEST_MONEY,
    ValueType.PERCENT: LARGEST_PERCENT,
    ValueType.COUNT: LARGEST_COUNT,
    ValueType.NUMBER: LARGEST_NUMBER,
}
_SMALL: dict[ValueType, tuple[int, ...]] = {
    ValueType.MONEY: (0, 1, -1, 49, 50, 51, 100, 105, 10_000, -10_050),
    ValueType.PERCENT: (0, 1_000_000, 5_000_000, 500_000, 100_000_000, -5_000_000, 33_333_333),
    ValueType.COUNT: (0, 1, 1, 2, 2, 3, 4),
    ValueType.NUMBER: (0, 1, -1, 500_000, 1_000_000, 2_500_000),
}
COUNTINGS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    ("end", ("included", "excluded")),
    ("hours", ("continuous", "business_days_only")),
    ("days", ("rolling", "calendar")),
    ("business_days", ("from_next_day", "from_same_day")),
    ("month_end", ("last_day", "stays_last_day")),
    ("ends_on_holiday", ("stays", "next_business_day")),
    ("cut_off", ("17:00", "08:00:01", "16:00,,16:00,,16:00,11:00,")),
    ("day_ends", ("24:00", "18:00", "02:30")),
)
PLACES = ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin")
NOW = Ref("as_of", "now", ValueType.INSTANT, None, NOWHERE)
TIMES = (ValueType.INSTANT, ValueType.DATE)
KINDS = (ValueType.DURATION, *KINDS_OF_LENGTHS)
EXACT = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)
TYPES = tuple(one for one in ValueType if one is not ValueType.LENGTH)  # no fact is of two kinds
READINGS = ("x", "y")
_Item = TypeVar("_Item")


class Size(NamedTuple):
    """How much there is of everything, at most; ``wide`` is the share of conditions that explode.

    ``known`` is the share of tests that ask whether something is known: with 0, what can be told with facts
    missing must stay so once they are given.
    """

    facts: int = 8
    lists: int = 2
    fields: int = 4
    steps: int = 14
    rules: int = 6
    records: int = 4
    depth: int = 3
    wide: float = 0.05
    known: float = 0.12


class Made(NamedTuple):
    """A random rulebook, the readings chosen for it, and what draws its cases."""

    rulebook: Rulebook
    readings: dict[str, str]
    random: Random
    size: Size


def random_edge(random: Random) -> Edge:
    """Return where some day or period begins or ends, also days around those on which cases happen."""
    side: Any = random.choice(("start_of", "end_of", "last_second_of"))
    if random.random() < 0.5:
        return Edge(side, random.choice(("day", "calendar_week", "calendar_month", "calendar_year")), "of")
    days = ("01-31", "12-31", "03-10", "03-11", "03-12", "06-30", "02-28" if side == "start_of" else "02-29")
    return Edge(side, random.choice(days), random.choice(("after", "not_before")))


def random_value(random: Random, type: ValueType) -> Value:
    """Return a value of a type: often a small one that others equal, sometimes one at the edge."""
    match type:
        case ValueType.BOOLEAN:
            return random.random() < 0.5
        case ValueType.CHOICE:
            return random.choice(CHOICES)
        case ValueType.TEXT:
            return random.choice(TEXTS)
        case ValueType.TIME_ZONE:
            return random.choice(PLACES)
        case ValueType.INSTANT:
            return START + random.choice((*_SECONDS, random.randrange(9 * DAY)))
        case ValueType.DATE:
            return TODAY + random.randrange(-2, 8)
        case ValueType.DURATION:
            return random.choice(LENGTHS)
        case ValueType.BUSINESS_DAYS:
            return random.choice(BUSINESS)
        case ValueType.MONTHS:
            return random.choice(MONTHS)
        case ValueType.BUSINESS_HOURS:
            return random.choice(BUSINESS_HOURS)
        case ValueType.LENGTH:
            return random.choice((*LENGTHS, *BUSINESS, *MONTHS, *BUSINESS_HOURS))
        case _:
            return _random_number(random, type)


def _random_number(random: Random, type: ValueType) -> Value:
    if random.random() < 0.85:
        return random.choice(_SMALL[type])
    # A case cannot say more; what is computed from it can be more.
    largest = _LIMITS[type]
    return random.choice((largest, largest - 1, -largest, 1 - largest))


class _Maker:
    """Makes one rulebook, name by name; ``refs`` are the names that what comes next can use."""

    def __init__(self, random: Random, size: Size) -> None:
        self.random = random
        self.size = size
        self.facts: dict[str, Fact] = {}
        self.lists: dict[str, RecordList] = {}
        self.parameters: dict[str, Parameter] = {}
        self.deadlines: dict[str, Deadline] = {}
        self.values: dict[str, tree.Computed] = {}
        self.amounts: dict[str, Amount] = {}
        self.rules: dict[str, Rule] = {}
        self.refs: list[Ref] = []
        self.scopes: dict[str, Condition] = {}
        self.numbers = random.sample(range(1000), 999)
        self.line = 0
        self.standing: str | None = None  # inside a question, the list of the record that asks it
        self.is_inside = False
        self.assumptions = {
            id: Assumption(id, TITLE, tuple(Reading(one, TITLE) for one in READINGS), "x", None, NOWHERE)
            for id in ("A-01", "A-02")
        }

    # ---------- small helpers

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def choose(self, items: Sequence[_Item]) -> _Item:
        return self.random.choice(items)

    def name(self, kind: str) -> str:
        """Return a new name whose place in the alphabet says nothing about when it was made."""
        return f"{kind}{self.numbers.pop()}"

    def span(self) -> Span:
        """Return a place of its own, as every condition of a file has one."""
        self.line += 1
        return Span("random", self.line)

    def always(self) -> Condition:
        return tree.All((), self.span())

    def visible(self, listed: str | None, types: Sequence[ValueType] = TYPES) -> list[Ref]:
        return [one for one in self.refs if one.type in types and one.listed in (None, listed)]

    # ---------- the whole

    def make(self) -> Rulebook:
        for _ in range(self.random.randint(1, self.size.facts)):
            self.given(None)
        for _ in range(self.random.randint(0, self.size.lists)):
            self.record_list()
        for _ in range(self.random.randint(2, self.size.steps)):
            self.step()
        zone = self.choose(ZONES)
        return Rulebook(
            id="random",
            version="1",
            title=TITLE,
            digest="",
            zone=zone,
            currency=currency_of("CNY"),
            calendar=self.choose((OPEN, OPEN, ENDING)),
            languages=("zh", "en"),
            documents=(),
            parties={},
            facts=dict(sorted(self.facts.items())),
            lists={path: self.whole_list(path) for path in sorted(self.lists)},
            sets={},
            assumptions=self.assumptions,
            policies={id: whole_policy(id, scope, zone) for id, scope in sorted(self.scopes.items())},
            parameters=dict(sorted(self.parameters.items())),
            deadlines=dict(sorted(self.deadlines.items())),
            amounts=dict(sorted(self.amounts.items())),
            rules=dict(sorted(self.rules.items())),
            tables={},
            overlays=(),
            clauses={},
            reports={},
            directory="",
            span=NOWHERE,
            computed=dict(sorted(self.values.items())),
        )

    def step(self) -> None:
        listed = self.choose([*self.lists]) if self.lists and self.chance(0.35) else None
        makers: tuple[Callable[[str | None], None], ...] = (
            self.given,
            self.given,
            self.parameter,
            self.deadline,
            self.deadline,
            self.amount,
            self.computed,
            self.computed,
            self.conclusions,
            self.conclusions,
            self.conclusions,
        )
        self.choose(makers)(listed)

    # ---------- facts, lists, parameters

    def given(self, listed: str | None) -> None:
        """Make a fact that cases give; what dates it may be given or concluded, or dated itself."""
        type = self.choose((*TYPES, ValueType.INSTANT, ValueType.MONEY))
        dating = [one for one in self.visible(listed, (ValueType.INSTANT,)) if one.kind == "fact"]
        dated_by = self.choose(dating[-3:]).name if dating and self.chance(0.35) else None
        missing: Any = self.choose((None, None, "absent", Default(random_value(self.random, type))))
        planned = type in (ValueType.INSTANT, ValueType.DATE) and self.chance(0.25)
        self.fact(type, "given", listed, missing, dated_by, planned)

    def fact(
        self,
        type: ValueType,
        role: Any,
        listed: str | None,
        if_missing: Any = None,
        dated_by: str | None = None,
        planned: bool = False,
    ) -> Ref:
        path = f"{listed}.{self.name('f')}" if listed else self.name("f")
        choices = tuple(Choice(one, TITLE, NOWHERE) for one in CHOICES) if type is ValueType.CHOICE else ()
        self.facts[path] = Fact(
            path, type, TITLE, role, choices, if_missing, dated_by, "", (), listed, NOWHERE, None, planned
        )
        ref = Ref(path, "fact", type, listed, NOWHERE)
        self.refs.append(ref)
        return ref

    def record_list(self) -> None:
        path = self.name("list")
        date = self.fact(ValueType.INSTANT, "given", path, self.choose((None, "absent"))).name
        for _ in range(self.random.randint(0, self.size.fields)):
            self.given(path)
        dated_by = date if self.chance(0.7) else None
        self.lists[path] = RecordList(path, TITLE, (), dated_by, self.chance(0.5), NOWHERE)

    def whole_list(self, path: str) -> RecordList:
        fields = tuple(sorted(name for name, fact in self.facts.items() if fact.listed == path))
        return replace(self.lists[path], fields=fields)

    def parameter(self, listed: str | None) -> None:
        id, type = self.name("param"), self.choose((*TYPES, ValueType.LENGTH))
        acts = self.acts(listed)
        by = self.choose(acts) if acts and self.chance(0.6) else None
        values = () if self.chance(0.2) else tuple(self.dated_values(type, by is not None))
        of_record = by.listed if by is not None and any(one.is_dated for one in values) else None
        self.parameters[id] = Parameter(
            id, self.policy(), TITLE, type, values, by, None, False, "", NOWHERE, of_record
        )
        self.refs.append(Ref(id, "parameter", type, of_record, NOWHERE))

    def acts(self, listed: str | None) -> list[Ref]:
        """Return what can tell the days of figures and rules: instants, and dates as their beginning."""
        dates = self.visible(listed, (ValueType.DATE,))
        at_midnight = [replace(one, type=ValueType.INSTANT, midnight=True) for one in dates]
        return [*self.visible(listed, (ValueType.INSTANT,)), *at_midnight]

    def dated_values(self, type: ValueType, is_dated: bool) -> list[DatedValue]:
        """Return values of a figure, the earliest first; some are interludes, or those of every year."""
        starts: Sequence[int | None] = (None,)
        if is_dated:
            starts = self.choose(((None,), (None, TODAY + 1), (TODAY, TODAY + 2), (None, TODAY, TODAY + 5)))
        found = [DatedValue(start, random_value(self.random, type), self.span()) for start in starts]
        if not is_dated:
            return found
        found = [
            replace(one, end=(one.start or TODAY) + self.choose((0, 1, 2, 9))) if self.chance(0.3) else one
            for one in found
        ]
        if self.chance(0.35):
            start, end = self.choose((None, TODAY + 1)), self.choose((None, TODAY + 4))
            value = random_value(self.random, type)
            found.append(DatedValue(start, value, self.span(), end, self.season()))
        return sorted(found, key=lambda one: (one.start is not None, one.start or 0))

    def season(self) -> Season:
        """Return days of every year around the day on which cases happen."""
        first, last = (date.fromordinal(TODAY + self.choose((-3, 0, 1, 2, 200))) for _ in range(2))
        return Season(first.month * 100 + first.day, last.month * 100 + last.day)

    def policy(self) -> str:
        """Return a policy; what a new one demands rests on what there is already, as all its parts do."""
        if not self.scopes or (len(self.scopes) < 4 and self.chance(0.3)):
            scope = self.condition(None, 1) if self.chance(0.5) else self.always()
            acts = self.acts(None)
            if acts and self.chance(0.3):
                scope = tree.All((scope, *self.days(self.choose(acts))), self.span())
            self.scopes[self.name("p")] = scope
        return self.choose([*self.scopes])

    def days(self, act: Ref) -> tuple[Condition, ...]:
        """Return the tests of an act for days on which something is in force."""
        found = []
        for word, operator in (("from", "at_least"), ("until", "less_than")):
            if self.chance(0.7):
                limit = Constant(START + self.choose((-DAY, 0, DAY, 3 * DAY)), ValueType.INSTANT, self.span())
                found.append(tree.Test(act, cast(Operator, operator), (limit,), word, self.span()))
        return tuple(found)

    # ---------- deadlines and amounts

    def existence(self, listed: str | None) -> Condition:
        return self.condition(listed, 1) if self.chance(0.4) else self.always()

    def deadline(self, listed: str | None) -> None:
        instants = self.visible(listed, (ValueType.INSTANT,))
        count = self.choose((0, 1, 1, 2, 3)) if instants else 0
        id, length = self.name("clock"), self.choose(KINDS)
        is_right = self.chance(0.4)
        kind = self.choose(("within", "within", "within", "pauses", "pauses", "ends", "lead"))
        zone = self.operand(listed, ValueType.TIME_ZONE) if self.chance(0.25) else None
        pauses = tuple(self.pause(listed) for _ in range(self.choose((1, 1, 2)))) if kind == "pauses" else ()
        self.deadlines[id] = Deadline(
            id=id,
            policy=self.policy(),
            title=TITLE,
            source=None,
            who="someone",
            starts=self.start_by(zone, listed),
            within=None if kind == "ends" else self.operand(listed, length),
            met_by=tuple(self.choose(instants) for _ in range(count)),
            stopped_by=self.stops(instants),
            owed_until=self.stops(instants) if count and not is_right else (),
            is_right=is_right,
            when=self.existence(listed),
            counting=tuple(self.counting(aspect, words) for aspect, words in COUNTINGS if self.chance(0.5)),
            listed=listed,
            span=self.span(),
            ends=self.start(listed) if kind in ("ends", "lead") else None,
            pauses=pauses,
            zone=zone,
        )
        for property, type in (
            ("due", ValueType.INSTANT),
            ("status", ValueType.CHOICE),
            ("settled_at", ValueType.INSTANT),
            *((("left", ValueType.DURATION if length is ValueType.MONTHS else length),) if pauses else ()),
        ):
            self.refs.append(Ref(f"{id}.{property}", "deadline", type, listed, NOWHERE))

    def pause(self, listed: str | None) -> Pause:
        """Return a time in which a clock stands still, or one for each record of a list."""
        asked = self.choose([*self.lists]) if self.lists and self.chance(0.6) else None
        if asked is None:
            begin, end = self.operand(listed, ValueType.INSTANT), self.operand(listed, ValueType.INSTANT)
            return Pause(begin, end, None, self.span())
        where = self.inside(listed, asked, 1) if self.chance(0.5) else self.always()
        begin, end = (self.operand(asked, ValueType.INSTANT) for _ in range(2))
        return Pause(begin, end, tree.Some(asked, where, self.span()), self.span())

    def stops(self, instants: Sequence[Ref]) -> tuple[Ref, ...]:
        count = self.choose((0, 0, 1, 2)) if instants else 0
        return tuple(self.choose(instants) for _ in range(count))

    def start(self, listed: str | None) -> Operand:
        """Return an instant; often one at which another clock ended, which may count days differently."""
        ends = [one for one in self.visible(listed, (ValueType.INSTANT,)) if one.kind == "deadline"]
        return self.choose(ends) if ends and self.chance(0.4) else self.operand(listed, ValueType.INSTANT)

    def start_by(self, zone: Operand | None, listed: str | None) -> Operand:
        """Return an instant, or where a place says when a day begins, perhaps a day."""
        days = self.visible(listed, (ValueType.DATE,))
        return self.choose(days) if zone is not None and days and self.chance(0.4) else self.start(listed)

    def counting(self, aspect: Any, words: tuple[str, ...]) -> CountingRule:
        if self.chance(0.5):
            return CountingRule(aspect, None, (("", self.choose(words)),), NOWHERE)
        readings = tuple(zip(READINGS, self.random.sample(words, 2), strict=True))
        return CountingRule(aspect, self.choose([*self.assumptions]), readings, NOWHERE)

    def amount(self, listed: str | None) -> None:
        type, id = self.choose((ValueType.MONEY, *CALCULATED)), self.name("sum")
        count = self.choose((0, 0, 1, 2, 3))
        caps = tuple(Cap(self.operand(listed, type), self.existence(listed), NOWHERE) for _ in range(count))
        way = self.choose(("rate", "rate", "factors", "bands", "formula"))
        formula = self.formula(listed, type) if way == "formula" else None
        self.amounts[id] = Amount(
            id=id,
            policy=self.policy(),
            title=TITLE,
            source=None,
            base=self.operand(listed, type) if formula is None else None,
            plus=self.terms(listed, type) if formula is None else (),
            minus=self.terms(listed, type) if formula is None else (),
            rate=self.operand(listed, ValueType.PERCENT)
            if way in ("rate", "factors") and self.chance(0.6)
            else None,
            floor=self.operand(listed, type) if self.chance(0.5) else None,
            caps=caps,
            rounding=Rounding(
                self.choose(("half_up", "half_even", "down", "up")),
                self.choose((1, 1, 1, 7, 50, 1 if type is ValueType.COUNT else 0)),
            ),
            when=self.existence(listed),
            listed=listed,
            span=self.span(),
            type=type,
            times=self.factors(listed) if way == "factors" else (),
            divided_by=self.factors(listed) if way == "factors" else (),
            bands=self.bands(listed, type) if way == "bands" else (),
            bands_apply_to=self.choose(("each_part", "the_whole")) if way == "bands" else None,
            formula=formula,
        )
        if self.amounts[id].rounding.step:
            self.amounts[id] = self.limited(self.amounts[id])
        if self.amounts[id].rounding.step or type is not ValueType.DURATION:
            self.refs.append(Ref(id, "amount", type, listed, NOWHERE))

    def limited(self, amount: Amount) -> Amount:
        """Return a rounded amount without limits that are not rounded: rule files cannot have them."""
        caps = tuple(one for one in amount.caps if not self.is_fraction(one.limit))
        return replace(amount, floor=None if self.is_fraction(amount.floor) else amount.floor, caps=caps)

    def is_fraction(self, operand: Operand | None) -> bool:
        """Tell whether a value can be an exact step of a calculation."""
        return any(
            any(map(self.is_fraction, operands_of(self.values[ref.name].value)))
            if ref.name in self.values
            else ref.name in self.amounts and not self.amounts[ref.name].rounding.step
            for ref in refs_of_operand(operand)
        )

    def terms(self, listed: str | None, type: ValueType) -> tuple[Operand, ...]:
        return tuple(self.operand(listed, type) for _ in range(self.choose((0, 0, 1, 2))))

    def factors(self, listed: str | None) -> tuple[Operand, ...]:
        return tuple(self.operand(listed, self.choose(PURE)) for _ in range(self.choose((0, 1, 1, 2))))

    def bands(self, listed: str | None, type: ValueType) -> tuple[Band, ...]:
        """Return bands with limits in any order, the last often without end."""
        limits: list[Operand | None] = [self.operand(listed, type) for _ in range(self.choose((0, 1, 2)))]
        limits.append(None if self.chance(0.8) else self.operand(listed, type))
        return tuple(Band(one, self.operand(listed, ValueType.PERCENT), NOWHERE) for one in limits)

    def formula(self, listed: str | None, type: ValueType) -> Formula:
        """Return a formula whatever it measures: engines do not ask."""
        return Formula("…", self.term(listed, type, 3), NOWHERE)

    def term(self, listed: str | None, type: ValueType, depth: int) -> Term:
        if self.chance(0.1) and self.visible(listed, (ValueType.INSTANT,)):
            between: Any = self.choose(("whole_days", "whole_months", "whole_years", "business_days"))
            times: list[Term] = [self.plain(listed, ValueType.INSTANT) for _ in range(2)]
            if self.chance(0.3):
                times[0] = Calculation("ended", (times[0],), NOWHERE)
            return Calculation(between, tuple(times), NOWHERE)
        if not depth or self.chance(0.3):
            operand = self.plain(listed, self.choose((type, type, *PURE)))
            return operand
        op = self.choose(
            ("add", "sub", "mul", "div", "neg", "least", "greatest", "up", "down", "days", "whole_days")
        )
        count = 1 if op in ("neg", "up", "down", "days") else 2
        if op in ("least", "greatest"):
            count = self.choose((2, 3))
        return Calculation(op, tuple(self.term(listed, type, depth - 1) for _ in range(count)), NOWHERE)

    def plain(self, listed: str | None, type: ValueType) -> Ref | Constant:
        """Return a name or a literal."""
        visible = self.visible(listed, (type,))
        return self.choose(visible) if visible and self.chance(0.7) else self.constant(type)

    # ---------- facts that rules conclude

    def conclusions(self, listed: str | None) -> None:
        """Make one or two facts and the rules that conclude them, some of them exceptions to others."""
        types = [self.choose((*TYPES, ValueType.INSTANT)) for _ in range(self.choose((1, 1, 2)))]
        # Several rules give the same value, known or not.
        values = [[self.constant(type), self.operand(listed, type)] for type in types]
        ids = [self.name(self.choose(("r", "f"))) for _ in range(self.random.randint(0, self.size.rules))]
        hows = [self.combining(type) for type in types]
        # What several rules build together can be built by every record of a list, too.
        can_be_listed = listed is None and self.lists and any(hows)
        lists = [self.choose([*self.lists]) if can_be_listed and self.chance(0.4) else listed for _ in ids]
        wheres = [self.when(own) for own in lists]
        acts: list[Ref | None] = []
        for own in lists:
            instants = self.acts(own)
            acts.append(self.choose(instants) if instants and self.chance(0.2) else None)
        whens = [() if act is None else self.days(act) for act in acts]
        usual = list(zip(types, values, strict=True))
        told = [[self.concluded(own, type, often) for type, often in usual] for own in lists]
        others = [self.operand(listed, type) if self.chance(0.35) else None for type in types]
        # The rules could not ask about the facts, which are made last: nothing rests on itself.
        policies = [self.policy() for _ in ids]
        facts = [self.fact(type, self.choose(("derived", "outcome")), listed) for type in types]
        for fact, how, other in zip(facts, hows, others, strict=True):
            self.facts[fact.name] = replace(self.facts[fact.name], combine=how, otherwise=other)
        for place, id in enumerate(ids):
            pairs = zip(facts, told[place], strict=True)
            every = [Conclusion(fact, value, NOWHERE) for fact, value in pairs]
            own = lists[place]
            if own != listed:
                every = [one for one, how in zip(every, hows, strict=True) if how is not None]
            chosen = self.random.sample(every, self.random.randint(1, len(every)))
            self.rules[id] = Rule(
                id=id,
                policy=policies[place],
                title=TITLE,
                source=None,
                when=tree.All((*whens[place], wheres[place]), self.span()),
                then=tuple(chosen),
                overrides=tuple(
                    other
                    for other, theirs in zip(ids[:place], lists, strict=False)
                    if self.chance(0.3) and (own == theirs or None in (own, theirs))
                ),
                notices=(),
                listed=own,
                span=self.span(),
                by=acts[place],
            )

    def combining(self, type: ValueType) -> Any:
        """Return how several rules build a fact of a type together, None if one of them gives its value."""
        if self.chance(0.55) or type in (ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE):
            return None
        if type is ValueType.BOOLEAN:
            return self.choose(("yes_if_any", "yes_if_all"))
        no_sum = type in (ValueType.INSTANT, ValueType.DATE)
        return self.choose(("least", "greatest") if no_sum else ("sum", "sum", "least", "greatest"))

    def when(self, listed: str | None) -> Condition:
        """Return a condition; a simple one is more often true, and shows more about the rules above it."""
        if self.chance(0.6):
            return self.condition(listed, self.size.depth)
        test = self.test(listed, 0)
        return test if self.chance(0.4) else tree.Not(test, self.span())

    def concluded(self, listed: str | None, type: ValueType, often: Sequence[Operand]) -> Operand:
        return self.choose(often) if self.chance(0.6) else self.operand(listed, type)

    # ---------- operands

    def constant(self, type: ValueType) -> Constant:
        return Constant(random_value(self.random, type), type, self.span())

    def operand(self, listed: str | None, type: ValueType) -> Operand:
        if self.chance(0.15):
            readings = tuple((reading, self.operand(listed, type)) for reading in READINGS)
            return ByReading(self.choose([*self.assumptions]), readings, self.span())
        visible = self.visible(listed, (type,))
        dates = self.visible(listed, (ValueType.DATE,)) if type is ValueType.INSTANT else []
        if dates and self.chance(0.1):
            return replace(self.choose(dates), type=type, midnight=True)
        return self.choose(visible) if visible and self.chance(0.65) else self.constant(type)

    # ---------- conditions

    def condition(self, listed: str | None, depth: int) -> Condition:
        if depth and self.chance(self.size.wide):
            return self.choose((self.wide_any, self.wide_all, self.product))(listed)
        kinds: list[Callable[[str | None, int], Condition]] = [self.test, self.test, self.test, self.reading]
        kinds += [self.choose((self.window, self.window, self.midnight))]
        if depth:
            kinds += [self.all, self.any, self.negation]
            kinds += [self.some, self.count, self.pick] if self.lists else []
        return self.choose(kinds)(listed, depth - 1)

    def parts(self, listed: str | None, depth: int) -> tuple[Condition, ...]:
        return tuple(self.condition(listed, depth) for _ in range(self.choose((0, 1, 2, 2, 3, 3))))

    def all(self, listed: str | None, depth: int) -> Condition:
        return tree.All(self.parts(listed, depth), self.span())

    def any(self, listed: str | None, depth: int) -> Condition:
        return tree.Any(self.parts(listed, depth), self.span())

    def negation(self, listed: str | None, depth: int) -> Condition:
        return tree.Not(self.condition(listed, depth), self.span())

    def reading(self, listed: str | None, depth: int) -> Condition:
        chosen = self.choose((("x",), ("y",), ("x", "y")))
        return tree.ReadingIs(self.choose([*self.assumptions]), chosen, self.span())

    # Conditions that are too large to be multiplied out, or to be handed over as comparisons. All their parts
    # ask about one name and are made for one value of it, so that the whole is often true.

    def wide_any(self, listed: str | None) -> Condition:
        return tree.Any(tuple(self.test(listed, 0) for _ in range(self.choose((16, 17, 40)))), self.span())

    def wide_all(self, listed: str | None) -> Condition:
        ref, value = self.example(listed)
        count = self.choose((20, 38, 39, 40, 41, 60))
        return tree.All(tuple(self.told(ref, value, True) for _ in range(count)), self.span())

    def product(self, listed: str | None) -> Condition:
        """Make a conjunction of disjunctions, or the negation of a disjunction of conjunctions."""
        ref, value = self.example(listed)
        is_true = self.chance(0.5)
        inner, outer = (tree.Any, tree.All) if is_true else (tree.All, tree.Any)
        parts = [
            inner(
                (
                    self.told(ref, value, is_true),
                    *(self.test(listed, 0) for _ in range(self.choose((1, 2, 3)))),
                ),
                self.span(),
            )
            for _ in range(self.choose((3, 4, 5, 6)))
        ]
        whole = outer(tuple(parts), self.span())
        return whole if is_true else tree.Not(whole, self.span())

    def example(self, listed: str | None) -> tuple[Ref, Value]:
        """Return a name with numbers to compare, if there is one, and a value that it often has."""
        visible = self.visible(listed, tuple(_SMALL)) or self.visible(listed)
        ref = self.choose(visible)
        return ref, random_value(self.random, ref.type)

    def told(self, ref: Ref, value: Value, is_true: bool) -> Condition:
        """Return a test that is true, or false, of the value."""
        operator = self.operator(ref.type)
        other = self.constant(ref.type)
        if ref.type in _SMALL and self.chance(0.8):
            other = replace(other, value=self.random.randrange(-20_000, 20_000))
        left, right = comparison_key(value), comparison_key(other.value)
        test = tree.Test(ref, operator, (other,), operator, self.span())
        found = holds(left, "is" if operator == "one_of" else operator, right)
        return test if found is is_true else tree.Not(test, self.span())

    # Windows of time.

    def window(self, listed: str | None, depth: int) -> Condition:
        """Make a window, or ask for the same period; often it is measured from the present."""
        times = [one for one in self.visible(listed, TIMES)]
        ref = self.of_this(TIMES) or (self.choose(times) if times and self.chance(0.9) else NOW)
        anchor = NOW if self.chance(0.3) else self.time(listed)
        if self.chance(0.2):
            periods: tuple[Any, ...] = ("calendar_year", "calendar_month", "calendar_week", "day")
            return tree.Same(ref, self.choose(periods), anchor, self.span())
        how: Any = self.choose(("within", "at_least", "more_than", "less_than"))
        side: Any = self.choose(("before", "not_after", "after", "not_before"))
        length = self.operand(listed, self.choose(KINDS))
        counting = tuple(self.counting(aspect, words) for aspect, words in COUNTINGS if self.chance(0.5))
        return tree.Window(ref, how, length, side, anchor, counting, self.span())

    def time(self, listed: str | None) -> Operand:
        """Return an instant or a date, by the readings perhaps the one or the other."""
        if self.chance(0.1):
            readings = tuple((reading, self.time(listed)) for reading in READINGS)
            return ByReading(self.choose([*self.assumptions]), readings, self.span())
        this = self.of_this(TIMES)
        return this or self.operand(listed, self.choose(TIMES))

    def midnight(self, listed: str | None, depth: int) -> Condition:
        """Compare a date with an instant: it is its 00:00."""
        dates, operator = self.visible(listed, (ValueType.DATE,)), self.operator(ValueType.INSTANT)
        operator = "at_least" if operator == "one_of" else operator
        day = replace(self.choose(dates), type=ValueType.INSTANT, midnight=True) if dates else NOW
        other = NOW if self.chance(0.2) else self.operand(listed, ValueType.INSTANT)
        if isinstance(other, Ref) and self.chance(0.3):
            return tree.Test(other, operator, (day,), operator, self.span())
        return tree.Test(day, operator, (other,), operator, self.span())

    # Tests.

    def test(self, listed: str | None, depth: int) -> Condition:
        visible = self.visible(listed)
        ref = self.choose(visible[-6:] if self.chance(0.5) else visible)
        ref = (self.of_this(TYPES) if self.chance(0.3) else None) or ref
        if self.chance(self.size.known):
            return tree.Test(ref, "known", (), "known", self.span())
        if ref.type is ValueType.INSTANT and self.chance(0.25):
            return tree.Test(ref, "happened", (), "happened", self.span())
        if ref.type in (ValueType.INSTANT, ValueType.DATE) and self.chance(0.2):
            return tree.Test(ref, "every_year", (), "every_year", self.span(), season=self.season())
        operator = self.operator(ref.type)
        count = self.choose((0, 1, 2, 3, 3, 40)) if operator == "one_of" else 1
        operands = tuple(self.compared(ref, listed) for _ in range(count or 1))
        return tree.Test(ref, operator, operands, operator, self.span())

    def of_this(self, types: Sequence[ValueType]) -> Ref | None:
        """Return a name of the record that asks a question, inside the question."""
        if self.standing is None or self.chance(0.5):
            return None
        found = [one for one in self.refs if one.type in types and one.listed == self.standing]
        return replace(self.choose(found), this=True) if found else None

    def compared(self, ref: Ref, listed: str | None) -> Operand:
        if ref.kind == "deadline" and ref.type is ValueType.CHOICE:
            return Constant(self.choose(STATUSES), ValueType.CHOICE, self.span())
        if (this := self.of_this((ref.type,))) is not None:
            return this
        return self.constant(ref.type) if self.chance(0.6) else self.operand(listed, ref.type)

    def operator(self, type: ValueType) -> Operator:
        exact: tuple[Operator, ...] = ("is", "one_of")
        ordered: tuple[Operator, ...] = ("at_least", "at_most", "more_than", "less_than")
        return self.choose(exact if type in EXACT else (*exact, *ordered))

    # Questions about lists; what is asked of a record can also speak of the whole case.

    def some(self, listed: str | None, depth: int) -> Condition:
        asked, among = self.records(listed)
        return tree.Some(asked, self.inside(listed, asked, depth), self.span(), among)

    def count(self, listed: str | None, depth: int) -> Condition:
        (asked, among), operator = self.records(listed), self.operator(ValueType.COUNT)
        count = self.choose((1, 2, 3)) if operator == "one_of" else 1
        operands = tuple(self.operand(listed, ValueType.COUNT) for _ in range(count))
        where = self.inside(listed, asked, depth)
        how: Any = self.choose(("count", "count", "different", "total", "position"))
        of: Operand | None = None
        if how == "different":
            of = self.plain(asked, self.choose(TYPES))
        elif how == "total":
            of = self.plain(asked, ValueType.COUNT)
        elif how == "position":
            own = self.standing if self.is_inside else listed
            if own is None:
                how = "count"
            else:
                asked, among, of = own, "all", self.plain(own, self.choose(KEYS))
                where = self.inside(listed, asked, depth)
        return tree.Count(
            asked, where, operator, operands, operator, self.span(), among, how, of, self.chance(0.5)
        )

    def computed(self, listed: str | None) -> None:
        """Make a value that is computed in place: of one that may be none, of two instants, of a list."""
        kinds = ["otherwise", "latest", "earliest", "edge"]
        if self.lists:
            kinds += ["count", "different", "total", "least", "greatest", "first", "last", "only"] * 2
        if listed is not None:
            kinds += ["position", "share", "next", "previous"] * 2
        how: Any = self.choose(kinds)
        value: tree.InPlace
        if how == "otherwise":
            type = self.choose(TYPES)
            value = tree.Otherwise(self.plain(listed, type), self.operand(listed, type), self.span())
        elif how in ("latest", "earliest"):
            type = ValueType.INSTANT
            of = tuple(self.operand(listed, type) for _ in range(self.choose((1, 2, 3))))
            value = tree.Extreme(how, of, self.span())
        elif how == "edge":
            type = ValueType.INSTANT
            value = tree.DayEdge(random_edge(self.random), self.operand(listed, type), self.span())
        else:
            type, value = self.question(how, listed)
        name = self.name("computed")
        choices = CHOICES if type is ValueType.CHOICE else ()
        self.values[name] = tree.Computed(name, type, choices, listed, value, self.span())
        is_end = isinstance(value, tree.DayEdge) and value.edge.side == "end_of"
        self.refs.append(Ref(name, "computed", type, listed, NOWHERE, ends_day=is_end))

    def question(self, how: Any, listed: str | None) -> tuple[ValueType, tree.Question]:
        """Return a question about a list that gives a value, with the type of that."""
        asked, among = self.records(listed)
        if how in ("position", "share", "next", "previous"):
            assert listed is not None
            asked, among = listed, "all"
        where = self.inside(listed, asked, 1) if self.chance(0.7) else self.always()
        summed = (ValueType.MONEY, ValueType.NUMBER, ValueType.COUNT, ValueType.PERCENT, ValueType.DURATION)
        kinds = {
            "count": (ValueType.COUNT,), "different": TYPES, "total": summed, "position": KEYS,
            "least": KEYS, "greatest": KEYS, "share": (ValueType.MONEY, ValueType.COUNT),
        }  # fmt: skip
        type = self.choose(kinds.get(how, TYPES))
        of = None if how == "count" else self.plain(asked, type)
        amount = self.operand(listed, ValueType.MONEY) if how == "share" else None
        question = tree.Question(how, asked, where, of, among, self.span(), self.chance(0.5), amount)
        given = {"count", "different", "position"}
        if how in given:
            return ValueType.COUNT, question
        return (ValueType.MONEY if how == "share" else type), question

    def pick(self, listed: str | None, depth: int) -> Condition:
        near = listed is not None and self.chance(0.5)
        asked, among = (listed, "all") if near and listed is not None else self.records(listed)
        where, then = (self.inside(listed, asked, depth) for _ in range(2))
        which: Any = self.choose(("next", "previous") if near else ("first", "last"))
        return tree.Pick(which, asked, where, then, self.span(), among)

    def records(self, listed: str | None) -> tuple[str, Any]:
        """Return a list to ask about, and which of its records."""
        own = self.standing if self.is_inside else listed
        if own is not None and self.chance(0.35):
            return own, self.choose(("other", "earlier"))
        return self.choose([*self.lists]), "all"

    def inside(self, listed: str | None, asked: str, depth: int) -> Condition:
        """Return what a question asks of a record of a list; it can speak of the record that asks, too."""
        before = self.standing, self.is_inside
        self.standing, self.is_inside = self.standing if self.is_inside else listed, True
        found = self.condition(asked, depth)
        self.standing, self.is_inside = before
        return found


def whole_policy(id: str, scope: Condition, zone: ZoneInfo) -> Policy:
    """Return a policy that says the days that its scope asks for."""
    days = Policy(id, TITLE, "random", None, None, scope, NOWHERE).days
    limits = {one.spelling: one.operands[0] for one in days}
    first, last = (
        local_day(int(str(limit.value)) - before, zone) if isinstance(limit, Constant) else None
        for limit, before in ((limits.get("from"), 0), (limits.get("until"), 1))
    )
    return Policy(id, TITLE, "random", first, last, scope, NOWHERE, days[0].ref if days else None)


def make_rulebook(seed: int, size: Size | None = None) -> Made:
    """Return the rulebook of a seed, with random readings."""
    random = Random(seed)
    size = size or Size()
    rulebook = _Maker(random, size).make()
    readings = {id: random.choice(READINGS) for id in rulebook.assumptions}
    return Made(rulebook, readings, random, size)


def make_case(made: Made) -> tuple[Case, int]:
    """Return a random case of the rulebook and an instant to judge it at."""
    random, book = made.random, made.rulebook
    share = random.choice((0.3, 0.7, 0.95))
    records = {path: random.randint(0, made.size.records) for path in book.lists if random.random() < 0.75}
    values: dict[Key, Value] = {}
    for path, fact in book.facts.items():
        if fact.role != "given":
            continue
        for record in (None,) if fact.listed is None else range(records.get(fact.listed, 0)):
            is_date = fact.listed is not None and book.lists[fact.listed].dated_by == path
            if is_date or random.random() < share:
                values[path, record] = random_value(random, fact.type)
    return Case("random", "random", values, records), make_instant(random)


def without_some(case: Case, made: Made) -> Case:
    """Return the case with some facts and lists left out that are unknown when they are missing."""
    random, book = made.random, made.rulebook
    dates = {listed.dated_by for listed in book.lists.values()}
    gone = {path for path in case.records if not book.lists[path].empty_if_missing and random.random() < 0.2}
    values = {
        key: value
        for key, value in case.values.items()
        if book.facts[key[0]].listed not in gone
        and (key[0] in dates or book.facts[key[0]].if_missing is not None or random.random() < 0.7)
    }
    records = {path: count for path, count in case.records.items() if path not in gone}
    return Case(case.id, case.file, values, records)


def make_instant(random: Random) -> int:
    """Return an instant around the events of the cases, often one at which something just happens."""
    return START + random.choice((-2 * DAY, 0, 1, DAY, DAY + 1, 3 * DAY, 20 * DAY, random.randrange(9 * DAY)))
