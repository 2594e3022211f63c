"""Random rulebooks and cases for comparing evaluators: everything the language can say, in odd combinations.

One ``random.Random`` decides everything, so a seed is a rulebook. Names are made in an order in which later
ones rest on earlier ones only; so no rulebook has a cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from policyengine import conditions as tree
from policyengine.calendar import Calendar
from policyengine.case import Case, Key
from policyengine.conditions import ByReading, Condition, Constant, Operand, Operator, Ref
from policyengine.rulebook import (
    Amount,
    Assumption,
    Cap,
    Choice,
    Conclusion,
    CountingRule,
    DatedValue,
    Deadline,
    Default,
    Fact,
    Parameter,
    Policy,
    Reading,
    RecordList,
    Rule,
    Rulebook,
)
from policyengine.source import Span
from policyengine.values import Duration, Value, ValueType
from policyengine.words import Text

ZONE = ZoneInfo("Asia/Shanghai")
NOWHERE = Span("random")
TITLE = Text("题", "title")
CALENDAR = Calendar("XX", "test", 2010, 2011, frozenset({734_500, 734_507}), frozenset({734_504, 734_505}))
DAY = 86_400
START = 1_331_500_000  # in March 2012
# Texts that a careless comparison could confuse.
TEXTS = ("", "0", "1", "true", "None", "r1", "p0", "absent", "é", "e\u0301", "x" * 300, "x" * 299 + "y", "-1")
NUMBERS = (0, 1, -1, 2, 5, 100, 10**15, -(10**15), 10**15 - 1)
LENGTHS = (
    Duration(24, "hours"),
    Duration(1, "days"),
    Duration(86_400, "seconds"),
    Duration(2, "days"),
    Duration(0, "hours"),
    Duration(90, "minutes"),
)
BUSINESS = (Duration(0, "business_days"), Duration(1, "business_days"), Duration(4, "business_days"))
CHOICES = ("a", "b", "c", "none")
STATUSES = ("not_started", "open", "met", "missed", "ended")
COUNTINGS: tuple[tuple[Any, tuple[str, str]], ...] = (
    ("end", ("included", "excluded")),
    ("hours", ("continuous", "business_days_only")),
    ("days", ("rolling", "calendar")),
    ("business_days", ("from_next_day", "from_same_day")),
)
ORDERED = (
    ValueType.MONEY,
    ValueType.PERCENT,
    ValueType.COUNT,
    ValueType.NUMBER,
    ValueType.INSTANT,
    ValueType.DATE,
    ValueType.DURATION,
    ValueType.BUSINESS_DAYS,
)
EXACT = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)


class Size(NamedTuple):
    """How much there is of everything, at most."""

    facts: int = 8
    lists: int = 2
    fields: int = 3
    parameters: int = 4
    steps: int = 12
    records: int = 4
    depth: int = 3


class Made(NamedTuple):
    """A random rulebook, the readings chosen for it, and the instants worth looking at."""

    rulebook: Rulebook
    readings: dict[str, str]
    random: Random
    size: Size


def random_value(random: Random, type: ValueType) -> Value:
    """Return a value of a type: often a small one that others equal, sometimes one at the edge."""
    match type:
        case ValueType.BOOLEAN:
            return random.random() < 0.5
        case ValueType.CHOICE:
            return random.choice(CHOICES)
        case ValueType.TEXT:
            return random.choice(TEXTS)
        case ValueType.INSTANT:
            return START + random.choice(
                (0, 1, -1, DAY, DAY + 1, 2 * DAY, -DAY, 5 * DAY, random.randrange(9 * DAY))
            )
        case ValueType.DATE:
            return 734_500 + random.randrange(12)
        case ValueType.DURATION:
            return random.choice(LENGTHS)
        case ValueType.BUSINESS_DAYS:
            return random.choice(BUSINESS)
        case ValueType.COUNT:
            return random.choice((0, 1, 2, 3, 4, 10**15))
        case _:
            return random.choice(NUMBERS)


class _Maker:
    """Makes one rulebook, name by name."""

    def __init__(self, random: Random, size: Size) -> None:
        self.random = random
        self.size = size
        self.facts: dict[str, Fact] = {}
        self.lists: dict[str, RecordList] = {}
        self.parameters: dict[str, Parameter] = {}
        self.deadlines: dict[str, Deadline] = {}
        self.amounts: dict[str, Amount] = {}
        self.rules: dict[str, Rule] = {}
        self.refs: list[Ref] = []
        self.scopes: dict[str, Condition] = {}
        self.assumptions = {
            id: Assumption(id, TITLE, (Reading("x", TITLE), Reading("y", TITLE)), "x", None, NOWHERE)
            for id in ("A-01", "A-02")
        }

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # ---------- names

    def make(self) -> Rulebook:
        self._given_facts(None, self.size.facts)
        for number in range(self.random.randint(0, self.size.lists)):
            self._list(f"list{number}")
        for number in range(self.random.randint(1, self.size.parameters)):
            self._parameter(f"param{number}")
        self.scopes = {f"pol{number}": self._scope() for number in range(3)}
        for number in range(self.random.randint(2, self.size.steps)):
            self._step(number)
        return Rulebook(
            id="random",
            version="1",
            title=TITLE,
            digest="",
            zone=ZONE,
            currency="CNY",
            calendar=CALENDAR,
            languages=("zh", "en"),
            documents=(),
            parties={},
            facts=dict(sorted(self.facts.items())),
            lists=dict(sorted(self.lists.items())),
            assumptions=self.assumptions,
            policies={id: Policy(id, TITLE, "random", NOWHERE) for id in self.scopes},
            parameters=dict(sorted(self.parameters.items())),
            deadlines=dict(sorted(self.deadlines.items())),
            amounts=dict(sorted(self.amounts.items())),
            rules=dict(sorted(self.rules.items())),
            overlays=(),
            directory="",
            span=NOWHERE,
        )

    def _scope(self) -> Condition:
        return self.condition(None, 1) if self.chance(0.4) else tree.All((), NOWHERE)

    def _given_facts(self, listed: str | None, count: int) -> None:
        prefix = f"{listed}." if listed else "g."
        instant: str | None = None
        for number in range(self.random.randint(2, max(2, count))):
            type = ValueType.INSTANT if not number else self.random.choice(tuple(ValueType))
            path = f"{prefix}f{number}"
            dated = instant if number and self.chance(0.3) else None
            if_missing: Any = self.random.choice(
                (None, None, "absent", Default(random_value(self.random, type)))
            )
            self._fact(path, type, "given", listed, if_missing, dated)
            instant = instant or path

    def _fact(
        self, path: str, type: ValueType, role: Any, listed: str | None, if_missing: Any, dated: str | None
    ) -> Ref:
        choices = tuple(Choice(one, TITLE) for one in CHOICES) if type is ValueType.CHOICE else ()
        self.facts[path] = Fact(path, type, TITLE, role, choices, if_missing, dated, (), listed, NOWHERE)
        ref = Ref(path, "fact", type, listed, NOWHERE)
        self.refs.append(ref)
        return ref

    def _list(self, path: str) -> None:
        self._given_facts(path, self.size.fields)
        fields = tuple(name for name, fact in self.facts.items() if fact.listed == path)
        dated = f"{path}.f0" if self.chance(0.7) else None
        self.lists[path] = RecordList(path, TITLE, fields, dated, self.chance(0.5), NOWHERE)

    def _parameter(self, id: str) -> None:
        type = self.random.choice(ORDERED)
        by = self._ref(None, (ValueType.INSTANT,)) if self.chance(0.5) else None
        starts = [None] if by is None else self.random.choice(([None], [None, 734_505], [734_503, 734_506]))
        values = tuple(DatedValue(start, random_value(self.random, type), NOWHERE) for start in starts)
        if self.chance(0.2):
            values = ()
        self.parameters[id] = Parameter(id, "pol0", TITLE, type, values, by, None, "", NOWHERE)
        self.refs.append(Ref(id, "parameter", type, None, NOWHERE))

    # ---------- steps: deadlines, amounts, concluded facts

    def _step(self, number: int) -> None:
        listed = self.random.choice([*self.lists]) if self.lists and self.chance(0.35) else None
        self.random.choice((self._deadline, self._amount, self._conclusion, self._conclusion))(number, listed)

    def _deadline(self, number: int, listed: str | None) -> None:
        id = f"dead{number}"
        acts = [self._ref(listed, (ValueType.INSTANT,)) for _ in range(self.random.choice((0, 1, 1, 2)))]
        lengths = (ValueType.DURATION, ValueType.BUSINESS_DAYS)
        self.deadlines[id] = Deadline(
            id=id,
            policy="pol0",
            title=TITLE,
            source=None,
            who="someone",
            starts=self.operand(listed, (ValueType.INSTANT,)),
            within=self.operand(listed, (self.random.choice(lengths),)),
            met_by=tuple(acts),
            when=self.condition(listed, 1) if self.chance(0.4) else tree.All((), NOWHERE),
            counting=tuple(self._counting(aspect, words) for aspect, words in COUNTINGS if self.chance(0.5)),
            listed=listed,
            span=NOWHERE,
        )
        for property, type in (
            ("due", ValueType.INSTANT),
            ("status", ValueType.CHOICE),
            ("settled_at", ValueType.INSTANT),
        ):
            self.refs.append(Ref(f"{id}.{property}", "deadline", type, listed, NOWHERE))

    def _counting(self, aspect: Any, words: tuple[str, str]) -> CountingRule:
        if self.chance(0.5):
            return CountingRule(aspect, None, (("", self.random.choice(words)),), NOWHERE)
        return CountingRule(aspect, "A-01", (("x", words[0]), ("y", words[1])), NOWHERE)

    def _amount(self, number: int, listed: str | None) -> None:
        money = (ValueType.MONEY,)
        terms = [self.operand(listed, money) for _ in range(self.random.choice((1, 1, 2, 3)))]
        caps = [
            Cap(
                self.operand(listed, money),
                self.condition(listed, 1) if self.chance(0.4) else tree.All((), NOWHERE),
                NOWHERE,
            )
            for _ in range(self.random.choice((0, 1, 2)))
        ]
        id = f"amount{number}"
        self.amounts[id] = Amount(
            id=id,
            policy="pol0",
            title=TITLE,
            source=None,
            base=terms[0],
            plus=tuple(terms[1:2]),
            minus=tuple(terms[2:]),
            rate=self.operand(listed, (ValueType.PERCENT,)) if self.chance(0.6) else None,
            floor=self.operand(listed, money) if self.chance(0.4) else None,
            caps=tuple(caps),
            rounding=self.random.choice(("half_up", "half_even", "down", "up")),
            when=self.condition(listed, 1) if self.chance(0.4) else tree.All((), NOWHERE),
            listed=listed,
            span=NOWHERE,
        )
        self.refs.append(Ref(id, "amount", ValueType.MONEY, listed, NOWHERE))

    def _conclusion(self, number: int, listed: str | None) -> None:
        """Make a fact and the rules that conclude it, some of them exceptions to others."""
        type = self.random.choice(tuple(ValueType))
        path = f"{listed or 'd'}.c{number}"
        ref = Ref(path, "fact", type, listed, NOWHERE)
        ids = [f"rule{number}_{one}" for one in range(self.random.choice((0, 1, 2, 3, 4, 6)))]
        values: list[Operand] = [Constant(random_value(self.random, type), type, NOWHERE) for _ in range(2)]
        for place, id in enumerate(ids):
            value = self.random.choice(values) if self.chance(0.7) else self.operand(listed, (type,))
            policy = self.random.choice([*self.scopes])
            self.rules[id] = Rule(
                id=id,
                policy=policy,
                title=TITLE,
                source=None,
                scope=self.scopes[policy],
                when=self.condition(listed, self.size.depth),
                then=(Conclusion(ref, value, NOWHERE),),
                overrides=tuple(other for other in ids[:place] if self.chance(0.3)),
                notices=(),
                listed=listed,
                span=NOWHERE,
            )
        # Its rules are made first, so that nothing rests on itself.
        self._fact(path, type, self.random.choice(("derived", "outcome")), listed, None, None)

    # ---------- operands

    def _visible(self, listed: str | None, types: tuple[ValueType, ...]) -> list[Ref]:
        return [one for one in self.refs if one.type in types and one.listed in (None, listed)]

    def _ref(self, listed: str | None, types: tuple[ValueType, ...]) -> Ref:
        return self.random.choice(self._visible(listed, types))

    def operand(self, listed: str | None, types: tuple[ValueType, ...]) -> Operand:
        visible = self._visible(listed, types)
        if self.chance(0.15):
            readings = tuple((reading, self._plain(listed, types, visible)) for reading in ("x", "y"))
            return ByReading(self.random.choice([*self.assumptions]), readings, NOWHERE)
        return self._plain(listed, types, visible)

    def _plain(self, listed: str | None, types: tuple[ValueType, ...], visible: list[Ref]) -> Operand:
        if visible and self.chance(0.7):
            return self.random.choice(visible)
        type = self.random.choice(types)
        return Constant(random_value(self.random, type), type, NOWHERE)

    # ---------- conditions

    def condition(self, listed: str | None, depth: int) -> Condition:
        kinds: list[Callable[[str | None, int], Condition]] = [
            self._test,
            self._test,
            self._test,
            self._reading,
        ]
        if depth:
            kinds += [self._all, self._any, self._not, self._wide]
            kinds += [self._some, self._count, self._pick] if self.lists else []
        return self.random.choice(kinds)(listed, depth)

    def _parts(self, listed: str | None, depth: int) -> tuple[Condition, ...]:
        count = self.random.choice((0, 1, 2, 2, 3))
        return tuple(self.condition(listed, depth - 1) for _ in range(count))

    def _all(self, listed: str | None, depth: int) -> Condition:
        return tree.All(self._parts(listed, depth), NOWHERE)

    def _any(self, listed: str | None, depth: int) -> Condition:
        return tree.Any(self._parts(listed, depth), NOWHERE)

    def _not(self, listed: str | None, depth: int) -> Condition:
        return tree.Not(self.condition(listed, depth - 1), NOWHERE)

    def _wide(self, listed: str | None, depth: int) -> Condition:
        """Make a conjunction of disjunctions, which explodes when it is multiplied out."""
        ors = (tree.Any(tuple(self._test(listed, 0) for _ in range(4)), NOWHERE) for _ in range(4))
        return tree.All(tuple(ors), NOWHERE)

    def _reading(self, listed: str | None, depth: int) -> Condition:
        chosen = self.random.choice((("x",), ("y",), ("x", "y")))
        return tree.ReadingIs(self.random.choice([*self.assumptions]), chosen, NOWHERE)

    def _test(self, listed: str | None, depth: int) -> Condition:
        ref = self.random.choice([one for one in self.refs if one.listed in (None, listed)])
        if self.chance(0.12):
            return tree.Test(ref, "known", (), "known", NOWHERE)
        if ref.type is ValueType.INSTANT and self.chance(0.2):
            return tree.Test(ref, "happened", (), "happened", NOWHERE)
        operator = self._operator(ref.type)
        count = self.random.choice((1, 2, 3, 40)) if operator == "one_of" else 1
        operands = tuple(self._compared(ref, listed) for _ in range(count))
        return tree.Test(ref, operator, operands, operator, NOWHERE)

    def _compared(self, ref: Ref, listed: str | None) -> Operand:
        if ref.kind == "deadline" and ref.type is ValueType.CHOICE:
            return Constant(self.random.choice(STATUSES), ValueType.CHOICE, NOWHERE)
        if self.chance(0.6):
            return Constant(random_value(self.random, ref.type), ref.type, NOWHERE)
        return self.operand(listed, (ref.type,))

    def _operator(self, type: ValueType) -> Operator:
        exact: tuple[Operator, ...] = ("is", "one_of")
        ordered: tuple[Operator, ...] = ("at_least", "at_most", "more_than", "less_than")
        return self.random.choice(exact if type in EXACT else (*exact, *ordered))

    def _some(self, listed: str | None, depth: int) -> Condition:
        asked = self.random.choice([*self.lists])
        return tree.Some(asked, self.condition(asked, depth - 1), NOWHERE)

    def _count(self, listed: str | None, depth: int) -> Condition:
        asked, operator = self.random.choice([*self.lists]), self._operator(ValueType.COUNT)
        count = 2 if operator == "one_of" else 1
        operands = tuple(self.operand(listed, (ValueType.COUNT,)) for _ in range(count))
        return tree.Count(asked, self.condition(asked, depth - 1), operator, operands, operator, NOWHERE)

    def _pick(self, listed: str | None, depth: int) -> Condition:
        asked = self.random.choice([*self.lists])
        where, then = self.condition(asked, depth - 1), self.condition(asked, depth - 1)
        return tree.Pick(self.random.choice(("first", "last")), asked, where, then, NOWHERE)


def make_rulebook(seed: int, size: Size | None = None) -> Made:
    """Return the rulebook of a seed, with random readings."""
    random = Random(seed)
    size = size or Size()
    rulebook = _Maker(random, size).make()
    readings = {id: random.choice(("x", "y")) for id in rulebook.assumptions}
    return Made(rulebook, readings, random, size)


def make_case(made: Made) -> tuple[Case, int]:
    """Return a random case of the rulebook and an instant to judge it at."""
    random, book = made.random, made.rulebook
    records = {path: random.randint(0, made.size.records) for path in book.lists if random.random() < 0.75}
    values: dict[Key, Value] = {}
    for path, fact in book.facts.items():
        if fact.role != "given":
            continue
        for record in (None,) if fact.listed is None else range(records.get(fact.listed, 0)):
            is_date = fact.listed is not None and book.lists[fact.listed].dated_by == path
            if is_date or random.random() < 0.7:
                values[path, record] = random_value(random, fact.type)
    as_of = START + random.choice((-DAY, 0, 1, DAY, 3 * DAY, 20 * DAY, random.randrange(9 * DAY)))
    return Case("random", "random", values, records), as_of
