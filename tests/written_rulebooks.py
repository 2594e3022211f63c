"""Random rulebooks as text: YAML files as a clerk writes them, and the cases that they can be given.

Where ``random_rulebooks`` makes typed rulebooks, these pass through the parser, the schemas and the checks.
They have what that one never makes: real calendars around the ends of years and make-up work days, zones that
change their clocks, instants decades apart, policies that begin and end, figures by date, overlays, bounds.

One ``random.Random`` decides everything, so a seed is a rulebook with its cases. Names are made in an order
in which later ones rest on earlier ones only, so no rulebook has a cycle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from policyengine.model.case import Key
from policyengine.values.currencies import currency_of
from policyengine.values.literals import ValueType, comparison_key, local_day, start_of_day
from policyengine.values.parse import parse_literal

Yaml = Any
"""A mapping, list or text of a YAML file; every scalar is written as it stands, `Quoted` ones in quotes."""
Files = Mapping[str, Yaml]
"""What each file of a rulebook holds, by its name."""
Raw = int | str
"""A value of a case: instants in epoch seconds, dates as ordinals, anything else as it is spelled."""

DAY = 86_400
LAST_DAY = date(2199, 12, 31).toordinal()
TITLE = {"zh": "题", "en": "title"}
CHOICES = ("a", "b", "c")
PARTIES = ("buyer", "seller")
STATUSES = ("not_started", "open", "paused", "met", "missed", "lapsed", "ended", "stopped")
READINGS = ("x", "y")
ASSUMPTIONS = ("A-01", "A-02")
TYPES = tuple(one.value for one in ValueType if one is not ValueType.LENGTH)  # no fact is of two kinds
TIMES = ("instant", "date")
DATED_LENGTHS = ("business_days", "months", "business_hours")
"""Lengths that depend on the day on which they begin."""
LENGTHS = ("duration", *DATED_LENGTHS)
MEASURES = ("within", "at_least", "more_than", "less_than")
SIDES = ("before", "not_after", "after", "not_before")
PERIODS = ("calendar_year", "calendar_month", "calendar_week", "day")
QUANTITIES = ("money", "percent", "count", "number", *LENGTHS)

# Days around which the cases of a rulebook happen.
ANCHORS: Mapping[str, Sequence[str]] = {
    "Asia/Shanghai": (
        "2012-03-23",
        "2006-12-29",  # the next two days were worked so that the new year was free
        "2018-12-28",  # as was the next one
        "2010-02-12",
        "2024-02-09",
        "2024-12-31",
        "2025-09-26",
        "2026-12-29",  # the end of what is published
        "1990-04-13",  # China changed its clocks
        "1990-09-14",
        "2099-12-29",
    ),
    "Europe/Berlin": ("2023-03-24", "2023-10-27", "2019-12-30", "2050-03-25", "2012-05-15"),
    "America/Los_Angeles": ("2024-03-08", "2024-11-01", "1999-12-30", "2012-07-02"),
}
ZONES = ("Asia/Shanghai", "Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles")
STEADY = ("2012-03-23", "2018-12-28", "2024-02-09", "2050-01-01")
"""Days from which on China does not change its clocks."""
HOURS = {"monday..thursday": ["09:00-12:00", "13:00-18:00"], "friday": "00:00-24:00"}
CALENDARS: Sequence[Yaml] = (
    {"country": "CN", "hours": HOURS, "make_up_hours": "10:00-12:00"},
    {"country": "CN", "workdays": ["2012-03-25"], "hours": HOURS, "make_up_hours": ["23:00-24:00"]},
    {"country": "DE-BY", "holidays": ["12-24", "2023-10-30"], "hours": HOURS},
    {"weekend": ["sunday"], "hours": {"monday..saturday": "00:00-24:00"}},
)

LITERALS: Mapping[str, Sequence[str]] = {
    "money": ("0", "0.01", "-0.01", "0.49", "0.50", "1", "1", "1.05", "100.00", "-100.50", "9000000000000"),
    "percent": ("0%", "1%", "5%", "0.5%", "100%", "-5%", "33.333333%"),
    "count": ("0", "1", "1", "2", "2", "3", "4"),
    "number": ("0", "1", "-1", "0.5", "1.000000", "2.5"),
    "boolean": ("yes", "no"),
    "duration": (
        "24 hours", "1 day", "86400 seconds", "7 days", "1 week", "2 days", "0 hours", "90 minutes",
        "400 days",
    ),
    "business_days": ("0 business days", "1 business day", "2 business days", "4 business days"),
    "months": ("1 month", "2 months", "12 months", "1 year", "0 months", "25 months"),
    "business_hours": ("8 business hours", "1 business hour", "60 business minutes", "0 business hours"),
    "length": ("7 days", "3 business days", "1 month", "8 business hours", "24 hours"),
    "choice": CHOICES,
    "text": ("0", "a", "yes", "é", "e\u0301", "中"),
    "time_zone": ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12"),
}  # fmt: skip
TABLED = ("money", "percent", "count", "number", "boolean", "choice", "text")
"""Types that tables ask and give here: those whose literals say no time."""
IN_SETS: Mapping[str, Sequence[str]] = {
    "choice": CHOICES,
    "text": ("0", "a", "é", "中", "z"),
    "count": ("0", "1", "2", "3"),
    "percent": ("1%", "5%", "100%"),
}
"""Types of which sets are made, with values that they hold."""
_SECONDS = (0, 0, 0, 1, -1, DAY, DAY, DAY + 1, DAY - 1, 2 * DAY, -DAY, 5 * DAY, 7 * DAY, 5_400, 3_600, 7_200)
_COUNTINGS: Sequence[tuple[str, Sequence[Yaml]]] = (
    ("end", ("included", "excluded")),
    ("hours", ("continuous", "business_days_only")),
    ("days", ("rolling", "calendar")),
    ("business_days", ("from_next_day", "from_same_day")),
)
# These matter to some lengths only, so a deadline that says them itself may be refused.
_COUNTINGS_OF_BOOK: Sequence[tuple[str, Sequence[Yaml]]] = (
    ("month_end", ("last_day", "stays_last_day")),
    ("ends_on_holiday", ("stays", "next_business_day")),
    ("cut_off", ("17:00", "00:00", {"monday..friday": "16:00", "saturday": "11:00"})),
    ("day_ends", ("24:00", "18:00", "02:30:30")),
)
_OF_WEEKDAYS = ("ends_on_holiday", "cut_off")
_Item = TypeVar("_Item")


class Quoted(str):
    """A text that is written in quotes."""


class Name(NamedTuple):
    """Something that rules can speak of. ``kind``: given, derived, parameter, deadline or amount.

    ``tells``: whether it may be asked if it is ``known``: nothing that is told later takes the answer back.
    """

    path: str
    type: str
    kind: str
    listed: str | None = None
    choices: tuple[str, ...] = ()
    tells: bool = True


class Given(NamedTuple):
    """A fact that cases give. ``missing``: unknown, absent or default; ``bounds``: words with limits."""

    path: str
    type: str
    listed: str | None
    choices: tuple[str, ...]
    missing: str
    dated_by: str | None
    bounds: tuple[tuple[str, str], ...]


class Listed(NamedTuple):
    """A list that cases give."""

    path: str
    dated_by: str | None
    empty_if_missing: bool


class Told(NamedTuple):
    """What a case says: the values of facts, and how many records each given list has."""

    values: Mapping[Key, Raw]
    records: Mapping[str, int]


class Written(NamedTuple):
    """A rulebook, how it is to be judged, and what draws its cases.

    ``overlays`` are switched on; with ``telling`` too, parameters without a value have one. ``anchor`` is the
    instant around which its cases happen. ``derived`` are the facts that may date others.
    """

    files: Files
    zone: ZoneInfo
    anchor: int
    given: Mapping[str, Given]
    lists: Mapping[str, Listed]
    assume: Mapping[str, str]
    overlays: tuple[str, ...]
    telling: tuple[str, ...]
    random: Random
    steady: bool


class Size(NamedTuple):
    """How much there is of everything, at most. ``steady``: nothing in the rules has a date of its own."""

    facts: int = 6
    lists: int = 2
    fields: int = 3
    steps: int = 8
    records: int = 3
    depth: int = 2
    steady: bool = False


# ---------- text


def texts(files: Files) -> dict[str, str]:
    """Return the files as YAML."""
    return {name: _block(content, 0) for name, content in files.items()}


def _block(node: Yaml, depth: int) -> str:
    """Return YAML: the upper levels on lines of their own, the rest in braces."""
    if depth >= 3 or not isinstance(node, Mapping) or not node:
        return _flow(node) + "\n"
    lines = []
    for key, value in node.items():
        inner = _block(value, depth + 1)
        nested = depth < 2 and isinstance(value, Mapping) and value
        lines.append(
            "  " * depth + f"{_flow(key)}:" + ("\n" + inner if nested else " " + _flow(value) + "\n")
        )
    return "".join(lines)


def _flow(node: Yaml) -> str:
    match node:
        case Mapping():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in node.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, node)) + "]"
        case Quoted():
            return json.dumps(str(node), ensure_ascii=False)
        case _:
            return str(node)


def spelled(type: str, value: Raw) -> str:
    """Return how a case or a rule writes a value."""
    if not isinstance(value, int):
        return value
    if type == "date":
        return date.fromordinal(value).isoformat()
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def case_data(written: Written, told: Told) -> dict[str, object]:
    """Return a case as JSON has it."""
    root: dict[str, Any] = {"case": "c"}
    for path, count in told.records.items():
        _level(root, path.split("."))[path.split(".")[-1]] = [{} for _ in range(count)]
    for (path, record), value in told.values.items():
        fact = written.given[path]
        if fact.listed is None or record is None:
            _level(root, path.split("."))[path.split(".")[-1]] = spelled(fact.type, value)
        else:
            steps = fact.listed.split(".")
            rows = _level(root, steps)[steps[-1]]
            rows[record][path.removeprefix(fact.listed + ".")] = spelled(fact.type, value)
    return root


def _level(root: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    for step in steps[:-1]:
        root = root.setdefault(step, {})
    return root


# ---------- the rulebook


class _Writer:
    """Writes one rulebook, name by name; ``names`` are those that what comes next can use."""

    def __init__(self, random: Random, size: Size) -> None:
        self.random = random
        self.size = size
        zone = "Asia/Shanghai" if size.steady else self.choose(ZONES)
        self.zone = ZoneInfo(zone)
        self.day = date.fromisoformat(self.choose(STEADY if size.steady else ANCHORS[zone])).toordinal()
        self.anchor = start_of_day(self.day, self.zone)
        self.numbers = random.sample(range(1000), 999)
        self.chosen = {id: self.choose(READINGS) for id in ASSUMPTIONS}
        self.defaults = {id: self.choose(READINGS) for id in ASSUMPTIONS}
        self.standing: str | None = None  # inside a question, the list of the record that asks it
        self.is_inside = False
        self.names: list[Name] = []
        self.given: dict[str, Given] = {}
        self.lists: dict[str, Listed] = {}
        self.facts: dict[str, Yaml] = {}
        self.sets: dict[str, Yaml] = {}
        self.listed_facts: dict[str, dict[str, Yaml]] = {}
        self.policies: dict[str, dict[str, Yaml]] = {}
        self.records_of: dict[str, str | None] = {}  # policies whose days an instant of a record tells
        self.valueless: dict[str, tuple[str, list[Yaml]]] = {}  # parameters that some day have no value
        self.valued: dict[
            str, tuple[str, int | None]
        ] = {}  # all parameters: type, and the last day for a figure

    # ---------- small helpers

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def choose(self, items: Sequence[_Item]) -> _Item:
        return self.random.choice(items)

    def name(self, kind: str) -> str:
        """Return a new name whose place in the alphabet says nothing about when it was made."""
        return f"{self.choose('abcxyz')}_{kind}{self.numbers.pop()}"

    def visible(self, listed: str | None, types: Sequence[str], choices: tuple[str, ...] = ()) -> list[Name]:
        return [
            one
            for one in self.names
            if one.type in types
            and one.listed in (None, listed, self.standing)
            and (not choices or one.choices == choices)
        ]

    def short(self, name: Name, listed: str | None) -> str:
        """Return the name as it is written where a record of the list is spoken of."""
        short = name.path.removeprefix(f"{name.listed}.")
        if self.standing is not None and name.listed == self.standing:
            # Inside a question: the record that asks it, or of the same list the one that is looked at.
            return short if name.listed == listed and self.chance(0.5) else f"this.{short}"
        is_short = name.listed is not None and name.kind in ("given", "derived") and self.chance(0.7)
        return short if is_short and name.listed == listed else name.path

    def of_text(self, name: Name, listed: str | None) -> str:
        """Return the name of a text as it is written beside a text: never a bare short one."""
        is_this = self.standing is not None and name.listed == self.standing
        return f"this.{name.path.removeprefix(f'{name.listed}.')}" if is_this else name.path

    # ---------- the whole

    def write(self) -> Written:
        for _ in range(self.random.randint(2, self.size.facts)):
            self.give(None)
        for _ in range(self.random.randint(0, self.size.lists)):
            self.record_list()
        for _ in range(self.random.randint(3, self.size.steps)):
            self.step()
        self.conclude(None)
        overlays, active, telling = self.overlays()
        files = {
            "rulebook.yaml": self.book(),
            "facts.yaml": self.vocabulary(),
            "assumptions.yaml": {"assumptions": {id: self.assumption(id) for id in ASSUMPTIONS}},
            **{f"policies/{self.name('file')}.yaml": one for one in self.policies.values()},
            **{f"overlays/{id}.yaml": one for id, one in overlays.items()},
        }
        assume = {id: one for id, one in self.chosen.items() if one != self.defaults[id]}
        return Written(
            files, self.zone, self.anchor, self.given, self.lists, assume, active, telling, self.random,
            self.size.steady,
        )  # fmt: skip

    def book(self) -> Yaml:
        return {
            "rulebook": "random",
            "version": Quoted("1"),
            "title": TITLE,
            "time_zone": self.zone.key,
            "currency": "CNY",
            "calendar": self.choose(CALENDARS),
            "languages": ["zh", "en"],
            "parties": {
                **dict.fromkeys(PARTIES, TITLE),
                "both": {**TITLE, "members": [*PARTIES]},
            },
            "counting": {**self.counting(0.8), **self.counting(0.4, _COUNTINGS_OF_BOOK)},
        }

    def vocabulary(self) -> Yaml:
        lists = {
            path: {
                "title": TITLE,
                **({"dated_by": one.dated_by.removeprefix(f"{path}.")} if one.dated_by else {}),
                **({"if_missing": "empty"} if one.empty_if_missing else {}),
                "facts": self.listed_facts[path],
            }
            for path, one in self.lists.items()
        }
        whole = {"facts": self.facts, "lists": lists, "sets": self.sets}
        return {word: part for word, part in whole.items() if part or word == "facts"}

    def assumption(self, id: str) -> Yaml:
        readings = dict.fromkeys(READINGS, TITLE)
        return {"title": TITLE, "readings": readings, "default": self.defaults[id]}

    def counting(
        self, share: float, countings: Sequence[tuple[str, Sequence[Yaml]]] = _COUNTINGS
    ) -> dict[str, Yaml]:
        found: dict[str, Yaml] = {}
        for aspect, words in countings:
            if self.chance(share) and not (self.size.steady and aspect in _OF_WEEKDAYS):
                found[aspect] = self.choose(words)
                if self.chance(0.15):
                    found[aspect] = {self.choose(ASSUMPTIONS): {one: self.choose(words) for one in READINGS}}
                if self.size.steady and aspect == "hours":
                    found[aspect] = "continuous"
        return found or ({"end": "included"} if countings is _COUNTINGS else {})

    def step(self) -> None:
        listed = self.choose([*self.lists]) if self.lists and self.chance(0.35) else None
        makers: Sequence[Callable[[str | None], None]] = (
            self.give,
            self.parameter,
            self.deadline,
            self.deadline,
            self.deadline,
            self.amount,
            self.conclude,
            self.conclude,
            self.table,
        )
        self.choose(makers)(listed)

    # ---------- facts

    def give(self, listed: str | None) -> None:
        """Write a fact that cases give."""
        type = self.choose((*TYPES, "instant", "instant", "money", "duration"))
        if self.size.steady and type in DATED_LENGTHS:
            type = "duration"
        choices = self.choose((CHOICES, CHOICES, PARTIES)) if type == "choice" else ()
        # What has not happened is often known, as without it no clock is ever missed.
        missing = self.choose(
            ("unknown", "unknown", "absent", "absent" if type in TIMES else "default", "default")
        )
        if self.size.steady and type in TIMES and missing == "default":
            missing = "unknown"
        extra: dict[str, Yaml] = {}
        if missing == "absent":
            extra["if_missing"] = "never" if type in TIMES else "none"
        if missing == "default":
            extra["if_missing"] = self.literal(type, choices)
        words = {"absent": "never" if type in TIMES else "none", "unknown": "unknown"}
        if missing in words and self.chance(0.2):
            assumption = self.choose(ASSUMPTIONS)
            said = {one: self.choose([*words]) for one in READINGS}
            missing = said[self.chosen[assumption]]
            extra["if_missing"] = {assumption: {one: words[what] for one, what in said.items()}}
            tells = "absent" in said.values()
        else:
            tells = missing == "absent"
        dating = [one for one in self.visible(listed, ("instant",)) if one.kind in ("given", "derived")]
        dated_by = self.choose(dating[-3:]) if dating and self.chance(0.25) else None
        if dated_by is not None:
            extra["dated_by"] = self.short(dated_by, listed)
        bounds = [] if missing == "default" else self.bounds(type, listed)
        extra.update(
            {word: self.short(limit, listed) if isinstance(limit, Name) else limit for word, limit in bounds}
        )
        if type == "instant" and self.chance(0.3):
            named = [one for one in self.visible(listed, ("choice",), PARTIES) if one.kind == "given"]
            extra["by"] = self.short(self.choose(named), listed) if named else self.choose((*PARTIES, "both"))
        if type in TIMES and self.chance(0.25):
            extra["planned"] = "yes"
        path = self.fact(type, listed, choices, "given", extra, tells)
        self.given[path] = Given(
            path, type, listed, choices, missing, dated_by.path if dated_by else None,
            tuple((word, limit.path if isinstance(limit, Name) else str(limit)) for word, limit in bounds),
        )  # fmt: skip

    def bounds(self, type: str, listed: str | None) -> list[tuple[str, Name | str]]:
        """Return limits of a fact: a value at the edge of the usual ones, or another fact."""
        limits = [one for one in self.visible(listed, (type,)) if one.kind == "given"]
        found: list[tuple[str, Name | str]] = []
        if type in TIMES and limits and self.chance(0.2):
            found.append(("not_before", self.choose(limits)))
        if type in QUANTITIES and type not in LENGTHS:
            unit = "%" if type == "percent" else ""
            if self.chance(0.2):
                found.append(("at_least", f"0{unit}"))
            if self.chance(0.15):
                found.append(("at_most", self.choose(limits) if limits else f"100{unit}"))
        return found

    def fact(
        self, type: str, listed: str | None, choices: tuple[str, ...], kind: str, extra: Yaml, tells: bool
    ) -> str:
        short = self.name("f")
        path = f"{listed}.{short}" if listed else f"{self.choose(('', 'order.', 'case_of.'))}{short}"
        node = {"type": type, "title": TITLE, **extra}
        if choices:
            node["values"] = dict.fromkeys(choices, TITLE)
        if listed:
            self.listed_facts[listed][short] = node
        else:
            self.facts[path] = node
        self.names.append(Name(path, type, kind, listed, choices, tells))
        return path

    def record_list(self) -> None:
        path = self.name("list")
        self.listed_facts[path] = {}
        dated_by = None
        if self.chance(0.5):
            missing = self.choose(("unknown", "absent"))
            extra = {"if_missing": "never"} if missing == "absent" else {}
            dated_by = self.fact("instant", path, (), "given", extra, missing == "absent")
            self.given[dated_by] = Given(dated_by, "instant", path, (), missing, None, ())
        self.lists[path] = Listed(path, dated_by, self.chance(0.4))
        for _ in range(self.random.randint(1, self.size.fields)):
            self.give(path)

    # ---------- policies

    def policy(self, listed: str | None) -> dict[str, Yaml]:
        """Return a policy file; what its scope rests on is older than what it will hold.

        The days of some are told by an instant of a record: all that they hold is of such records.
        """
        known = [id for id in self.policies if self.records_of.get(id) in (None, listed)]
        if known and self.chance(0.7):
            return self.policies[self.choose(known)]
        id = self.name("policy")
        node: dict[str, Yaml] = {"policy": id, "title": TITLE}
        if self.chance(0.15):
            node["applies_to"] = self.condition(None, 0)
        acts = self.visible(None, ("instant", "date"))
        own = [one for one in self.visible(listed, ("instant", "date")) if one.listed] if listed else []
        if own and self.chance(0.4):
            self.records_of[id] = listed
            acts = own
        if acts and self.chance(0.5):
            node["effective"] = self.effective(self.choose(acts))
        self.policies[id] = node
        return node

    def effective(self, act: Name) -> Yaml:
        found: dict[str, Yaml] = {"by": act.path}
        if self.size.steady:
            return found
        first = self.day + self.random.randrange(-3, 3)
        if self.chance(0.3):
            found["from"] = spelled("date", first)
        if self.chance(0.3):
            found["until"] = spelled("date", first + self.choose((0, 1, 4, 400)))
        return found

    def parameter(self, listed: str | None) -> None:
        policy, id = self.policy(listed), self.name("param")
        excluded = ("choice", *TIMES, *(DATED_LENGTHS if self.size.steady else ()))
        types = [one for one in TYPES if one not in excluded] + ["duration", "money"]
        type = self.choose(types if self.size.steady else [*types, "length"])
        ends = None
        if "effective" in policy and not self.size.steady:
            until = policy["effective"].get("until", "2199-12-31")
            ends = date.fromisoformat(until).toordinal()
        acts = self.visible(listed, ("instant", "date"))
        by = self.choose(acts) if acts and not self.size.steady and self.chance(0.25) else None
        last = ends if by is None else LAST_DAY
        values = self.dated_values(type, last)
        of_record = self.records_of.get(policy["policy"]) if by is None else by.listed
        if not any({*one} - {"value"} for one in values):
            # Without its own act an overlay may give it dates only where the policy names one.
            by, of_record = (None if of_record else by), None
            last = ends if by is None else last
            last = None if self.records_of.get(policy["policy"]) else last
        if not values or all("from" in one for one in values):
            self.valueless[id] = (type, values)
        self.valued[id] = (type, last)
        own = {} if by is None else {"by": by.path}
        policy.setdefault("parameters", {})[id] = {"title": TITLE, "type": type, **own, "values": values}
        self.names.append(Name(id, type, "parameter", of_record, tells=False))

    def dated_values(self, type: str, last: int | None, share: float = 0.3) -> list[Yaml]:
        """Return the values of a parameter: none, one, or several with days from which they are in force.

        None of these days is after ``last``; without it there are none.
        """
        if self.chance(share):
            return []
        starts: Sequence[int | None] = (None,)
        if last is not None and self.chance(0.6):
            first = self.day + self.random.randrange(-3, 3)
            starts = self.choose(((None, first), (first,), (first, first + 2), (None, first, first + 365)))
        found = []
        for start in starts:
            if start is not None and last is not None and start > last:
                continue
            value: dict[str, Yaml] = {} if start is None else {"from": spelled("date", start)}
            if start is not None and self.chance(0.3):
                value["until"] = spelled("date", start + self.choose((0, 1, 2, 30)))
            found.append({**value, "value": self.literal(type)})
        if last is not None and self.chance(0.25):
            season: dict[str, Yaml] = {"every_year": self.season()}
            if self.day < last and self.chance(0.3):
                season["from"] = spelled("date", self.day)
            found.append({**season, "value": self.literal(type)})
        return found

    def season(self) -> Yaml:
        """Return days of every year, around those on which the cases happen."""
        days = [date.fromordinal(self.day + self.choose((-3, 0, 1, 2, 200))) for _ in range(2)]
        return {word: f"{day:%m-%d}" for word, day in zip(("from", "until"), days, strict=True)}

    def overlays(self) -> tuple[dict[str, Yaml], tuple[str, ...], tuple[str, ...]]:
        """Return overlay files, those switched on, and those with which every parameter has a value."""
        found: dict[str, Yaml] = {}
        active: tuple[str, ...] = ()
        valueless = dict(self.valueless)
        if self.valued and self.chance(0.6):
            id = self.name("overlay")
            chosen = self.random.sample([*self.valued], self.random.randint(1, len(self.valued)))
            sets = {one: self.dated_values(*self.valued[one], share=0.1) for one in chosen}
            sets = {
                one: values or [{"value": self.literal(self.valued[one][0])}] for one, values in sets.items()
            }
            found[id] = self.overlay(id, sets)
            if self.chance(0.6):
                active = (id,)
                valueless = {one: what for one, what in valueless.items() if one not in chosen}
        if not valueless:
            return found, active, active
        id = self.name("overlay")
        found[id] = self.overlay(
            id, {one: [self.before(type, values), *values] for one, (type, values) in valueless.items()}
        )
        return found, active, (*active, id)

    def before(self, type: str, values: Sequence[Yaml]) -> Yaml:
        """Return what was in force before some values. Where one ends there is none, and that stays so."""
        told = {"value": self.literal(type)}
        if not any({"until", "every_year"} & {*one} for one in values):
            return told
        first = min(date.fromisoformat(one["from"]).toordinal() for one in values)
        return {"until": spelled("date", first - 1), **told}

    def overlay(self, id: str, sets: Mapping[str, list[Yaml]]) -> Yaml:
        parameters = {one: {"values": values} for one, values in sets.items()}
        return {
            "overlay": id,
            "title": TITLE,
            "confirmed": self.choose(("yes", "no")),
            "parameters": parameters,
        }

    # ---------- deadlines, amounts

    def deadline(self, listed: str | None) -> None:
        instants = self.visible(listed, ("instant",))
        if not instants:
            return
        node: dict[str, Yaml] = {"title": TITLE, "who": self.choose((*PARTIES, "both"))}
        # The end of another clock is worth more than its share.
        chained = [one for one in instants if one.kind == "deadline"]
        start = self.choose(chained if chained and self.chance(0.35) else instants)
        node["starts"] = self.short(start, listed) if self.chance(0.8) else self.operand(listed, "instant")
        pauses = self.end(node, listed, instants)
        told = [one for one in instants if one.kind == "given" and one.tells]
        usual = told if told and self.chance(0.5) else instants
        acts = self.random.sample(usual, min(len(usual), self.choose((0, 1, 1, 1, 2))))
        if acts:
            written = [self.short(one, listed) for one in acts]
            node["met_by"] = written if len(written) > 1 else written[0]
        if self.chance(0.25):
            node["stopped_by"] = self.short(self.choose(instants), listed)
        if acts and self.chance(0.4):
            node["kind"] = "right"
        elif acts and self.chance(0.3):
            node["owed_until"] = self.short(self.choose(instants), listed)
        self.rest(node, listed)
        if self.chance(0.3):
            node["counting"] = self.counting(0.4)
        if self.chance(0.5):
            self.place(node, listed)
        id = self.name("clock")
        self.policy(listed).setdefault("deadlines", {})[id] = node
        self.names += [
            Name(f"{id}.due", "instant", "deadline", listed),
            Name(f"{id}.settled_at", "instant", "deadline", listed),
            *(Name(f"{id}.status", "choice", "deadline", listed, STATUSES) for _ in range(3)),
            *([Name(f"{id}.left", "duration", "deadline", listed)] if pauses else []),
        ]

    def place(self, node: dict[str, Yaml], listed: str | None) -> None:
        """Write by the clock of which place days are counted, where that can matter."""
        counting = node.get("counting", {})
        length = node["within"] if "within" in node else node["ends"]
        is_whole = counting.get("days") == "calendar" and "day" in str(length)
        if self.size.steady or not (is_whole or any(word in str(length) for word in ("business", "month"))):
            return
        node["counting"] = {**counting, "time_zone": self.operand(listed, "time_zone")}

    def end(self, node: dict[str, Yaml], listed: str | None, instants: Sequence[Name]) -> bool:
        """Write what ends a clock; tell whether it can stand still, and is known to run by the clock."""
        if self.chance(0.2):
            ends = self.short(self.choose(instants), listed)
            node["ends"] = {"before": ends, "by": self.length(listed)} if self.chance(0.4) else ends
            return False
        node["within"] = self.length(listed)
        if not self.chance(0.35):
            return False
        pauses = [self.pause(listed, instants) for _ in range(self.choose((1, 1, 2)))]
        node["pauses"] = pauses if len(pauses) > 1 else pauses[0]
        is_literal = isinstance(node["within"], str) and node["within"][0].isdigit()
        return is_literal and "business" not in str(node["within"])

    def pause(self, listed: str | None, instants: Sequence[Name]) -> dict[str, Yaml]:
        """Return a time in which a clock stands still, or one for each record of a list."""
        asked = self.choose([*self.lists]) if self.lists and self.chance(0.6) else None
        if asked is None:
            return self.stretch(sorted({self.short(one, listed) for one in instants}))
        found: dict[str, Yaml] = {"list": asked}
        if self.chance(0.5):
            found["where"] = self.inside(listed, asked, 1)
        own = [one for one in self.visible(asked, ("instant",)) if one.listed in (None, asked)]
        return {**found, **self.stretch(sorted({one.path.removeprefix(f"{asked}.") for one in own}))}

    def stretch(self, names: Sequence[str]) -> dict[str, Yaml]:
        """Return two instants of some names, or a name and a literal."""
        begin, end = (self.choose(names or (self.literal("instant"),)) for _ in range(2))
        return {"from": begin, "until": self.literal("instant") if begin == end else end}

    def length(self, listed: str | None) -> Yaml:
        types = ("duration",) if self.size.steady else ("duration", *LENGTHS)
        names = self.visible(listed, types if self.size.steady else (*types, "length"))
        if names and self.chance(0.6):
            return self.short(self.choose(names), listed)
        return self.operand(listed, self.choose(types))

    def rest(self, node: dict[str, Yaml], listed: str | None) -> None:
        """Add whether a deadline or amount exists, and of which record."""
        if self.chance(0.4):
            node["when"] = self.condition(listed, 1)
        if listed is not None:
            node["for_each"] = listed

    def amount(self, listed: str | None) -> None:
        type = self.choose(("money", "money", "money", "count", "number", "percent"))
        node: dict[str, Yaml] = {"title": TITLE}
        if type != "money":
            node["type"] = type
        node |= self.formula(listed, type) if self.chance(0.25) else self.sum(listed, type)
        if self.chance(0.3):
            node["at_least"] = self.operand(listed, type)
        if self.chance(0.4):
            node["at_most"] = [self.cap(listed, type) for _ in range(self.choose((1, 2)))]
        if self.chance(0.5) or "formula" in node:
            how = self.choose(("half_up", "half_even", "down", "up"))
            step = {"money": "0.05", "count": "3", "number": "0.25", "percent": "0.5%"}[type]
            node["rounding"] = {"to": step, "how": how} if self.chance(0.3) else how
        self.rest(node, listed)
        id = self.name("sum")
        self.policy(listed).setdefault("amounts", {})[id] = node
        self.names.append(Name(id, type, "amount", listed))

    def sum(self, listed: str | None, type: str) -> dict[str, Yaml]:
        """Return the terms of an amount with its factors or bands."""
        node: dict[str, Yaml] = {"base": self.operand(listed, type)}
        for word in ("plus", "minus"):
            if self.chance(0.25):
                terms = [self.operand(listed, type) for _ in range(self.choose((1, 1, 2)))]
                node[word] = terms if len(terms) > 1 else terms[0]
        if self.chance(0.15):
            limits = ["-1", "0", "1", "2"] if type != "percent" else ["-1%", "0%", "5%", "100%"]
            limits = limits[self.choose((0, 1, 2)) :]
            bands: list[Yaml] = [{"up_to": one, "rate": self.operand(listed, "percent")} for one in limits]
            names = [one for one in self.visible(listed, (type,)) if one.kind != "parameter"]
            if names and self.chance(0.3):  # of figures it is told whether they fall
                bands[0]["up_to"] = self.short(self.choose(names), listed)
            node["bands"] = [*bands, {"rate": self.operand(listed, "percent")}]
            node["bands_apply_to"] = self.choose(("each_part", "the_whole"))
            return node
        for word in ("times", "divided_by"):
            if self.chance(0.2):
                node[word] = self.operand(listed, self.choose(("count", "number", "percent")))
        if self.chance(0.5):
            node["rate"] = self.operand(listed, "percent")
        return node

    def formula(self, listed: str | None, type: str) -> dict[str, Yaml]:
        """Return a line of arithmetic of the type, with names that can be seen."""
        quantity = "money" if type == "money" else "number"

        def atom(kind: str) -> str:
            types = ("money",) if kind == "money" else ("count", "number", "percent")
            names = self.visible(listed, types)
            if names and self.chance(0.7):
                return str(self.short(self.choose(names), listed))
            return str(self.choose(("1", "2", "0.5", "100", "3")))

        def term(kind: str, depth: int) -> str:
            if not depth:
                return atom(kind)
            one, other = term(kind, depth - 1), term(kind, depth - 1)
            number = term("number", depth - 1)
            forms = [
                f"({one} + {other})", f"({one} - {other})", f"({one}) * ({number})", f"({one}) / ({number})",
                f"least({one}, {other})", f"greatest({one}, {other})", f"-({one})",
            ]  # fmt: skip
            return str(self.choose(forms if kind == "money" else [*forms, f"up({one})"]))

        return {"formula": Quoted(term(quantity, self.choose((1, 2))))}

    def cap(self, listed: str | None, type: str) -> Yaml:
        limit = self.operand(listed, type)
        return {"limit": limit, "when": self.condition(listed, 0)} if self.chance(0.4) else limit

    # ---------- rules

    def conclude(self, listed: str | None) -> None:
        """Write a few rules that give the same facts values."""
        policies = [self.policy(listed) for _ in range(self.choose((1, 2, 2, 3)))]
        allowed = [*TYPES, "duration", "instant", "boolean"]
        if self.size.steady:  # a value of these could only be a name
            allowed = [
                one for one in allowed if one not in (*TIMES, *DATED_LENGTHS) or self.visible(listed, (one,))
            ]
        types = [self.choose(allowed) for _ in range(self.choose((1, 1, 2)))]
        ids = [self.name("rule") for _ in policies]
        hows = [self.combining(type) for type in types]
        # What several rules build together can be built by every record of a list, too.
        can_be_listed = listed is None and self.lists and any(hows)
        lists = [self.choose([*self.lists]) if can_be_listed and self.chance(0.4) else listed for _ in ids]
        nodes = [self.rule(own, types) for own in lists]
        others = [self.otherwise(listed, type) if self.chance(0.4) else None for type in types]
        for policy, (node, _), own in zip(policies, nodes, lists, strict=True):
            self.ask_dated_set(policy, node, own)
        acts = [self.own_days(own) for own in lists]
        facts = []
        for type, how, other in zip(types, hows, others, strict=True):
            choices = CHOICES if type == "choice" else ()
            extra = {"role": self.choose(("derived", "outcome", "outcome"))}
            extra |= {} if how is None else {"combine": how}
            extra |= {} if other is None else {"otherwise": other}
            path = self.fact(type, listed, choices, "derived", extra, True)
            facts.append(path)
        for place, (policy, id, (node, values)) in enumerate(zip(policies, ids, nodes, strict=True)):
            own = lists[place]
            told = {
                self.short(self.named(path), own): value
                for path, value, how in zip(facts, values, hows, strict=True)
                if own == listed or how is not None
            }
            kept = self.random.sample([*told], self.random.randint(1, len(told)))
            node["then"] = {path: told[path] for path in kept}
            beaten = [
                one
                for one, theirs in zip(ids[:place], lists, strict=False)
                if self.chance(0.4) and (own == theirs or None in (own, theirs))
            ]
            if beaten:
                node["overrides"] = beaten
            if acts[place] is not None and ("effective" in policy or "by" in acts[place]):
                node["effective"] = acts[place]
            policy.setdefault("rules", {})[id] = node

    def ask_dated_set(self, policy: Yaml, node: dict[str, Yaml], listed: str | None) -> None:
        """Let a rule ask for a set whose values change, where its policy says the day of which act counts."""
        names = self.visible(listed, [*IN_SETS])
        if not names or "effective" not in policy or self.size.steady or not self.chance(0.3):
            return
        name = self.choose(names)
        word = self.choose(("in", "not_in"))
        asked = {self.short(name, listed): {word: self.value_set(name, dated=True)}}
        node["when"] = {self.choose(("all", "any")): [node["when"], asked]}

    def own_days(self, listed: str | None) -> Yaml | None:
        """Return the days of one rule, by the act of its policy or by another; mostly there are none."""
        acts = self.visible(listed, ("instant", "date"))
        if self.size.steady or self.chance(0.75):
            return None
        found = self.effective(self.choose(acts)) if acts else {}
        if self.chance(0.4):
            found.pop("by", None)
        return found or None

    def combining(self, type: str) -> str | None:
        """Return how several rules build a fact of a type together, None if one of them gives its value."""
        if self.chance(0.55) or type in ("choice", "text", "time_zone"):
            return None
        if type == "boolean":
            return self.choose(("yes_if_any", "yes_if_all"))
        return self.choose(("least", "greatest") if type in TIMES else ("sum", "sum", "least", "greatest"))

    def otherwise(self, listed: str | None, type: str) -> Yaml:
        """Return what is so where no rule or row holds: nothing that is computed in place."""
        choices = CHOICES if type == "choice" else ()
        if self.chance(0.12):
            values = {one: self.operand(listed, type, choices, nested=True) for one in READINGS}
            return {self.choose(ASSUMPTIONS): values}
        return self.operand(listed, type, choices, nested=True)

    def named(self, path: str) -> Name:
        return next(one for one in self.names if one.path == path)

    def rule(self, listed: str | None, types: Sequence[str]) -> tuple[dict[str, Yaml], list[Yaml]]:
        """Return a rule without its conclusions, and a value for each type."""
        node: dict[str, Yaml] = {"title": TITLE}
        if listed is not None:
            node["for_each"] = listed
        node["when"] = self.condition(listed, self.size.depth)
        if self.chance(0.3):
            node["notices"] = [self.notice(listed) for _ in range(self.choose((1, 1, 2)))]
        values = [self.operand(listed, one, CHOICES if one == "choice" else ()) for one in types]
        return node, values

    def notice(self, listed: str | None) -> Yaml:
        node: dict[str, Yaml] = {
            "to": self.choose((*PARTIES, "both")),
            "kind": self.choose(("duty", "permission", "advice", "warning")),
            "text": TITLE,
        }
        clocks = [one for one in self.visible(listed, ("instant",)) if one.path.endswith(".due")]
        if clocks and self.chance(0.6):
            node["by"] = self.choose(clocks).path.removesuffix(".due")
        if self.chance(0.4):
            node["otherwise"] = self.choose(
                (TITLE, {self.choose(ASSUMPTIONS): dict.fromkeys(READINGS, TITLE)})
            )
        return node

    # ---------- tables

    def table(self, listed: str | None) -> None:
        """Write a table; rows that disagree overlap only where the first of them counts."""
        asked = list({one.path: one for one in self.visible(listed, TABLED)}.values())
        if not asked:
            return self.conclude(listed)
        asks = self.random.sample(asked, min(len(asked), self.choose((1, 2, 2, 3))))
        policy, id = self.policy(listed), self.name("table")
        type = self.choose(TABLED)
        how = self.combining(type)
        choices = CHOICES if type == "choice" else ()
        node: dict[str, Yaml] = {"title": TITLE, "asks": [self.short(one, listed) for one in asks]}
        if listed is not None:
            node["for_each"] = listed
        if self.chance(0.2):
            node["when"] = self.condition(listed, 0)
        kind = self.choose(("first", "first", "same", "apart", *(("all",) * 4 if how else ())))
        value = self.operand(listed, type, choices, nested=True)

        def rows() -> list[Yaml]:
            count = self.choose((1, 2, 3, 4, 5, 30 if self.chance(0.3) else 6))
            if kind == "apart":
                keys = sorted(set(asks[0].choices or LITERALS[asks[0].type][:4]), key=str)
                own = [[Quoted(one) if asks[0].type == "text" else one] for one in keys]
                own = own if asks[0].type in ("choice", "boolean", "text") else own[:1]
            else:
                own = [[self.cell(asks[0])] for _ in range(count)]
            return [
                [
                    *one,
                    *(self.cell(name) for name in asks[1:]),
                    value if kind == "same" else self.operand(listed, type, choices, nested=True),
                ]
                for one in own
            ]

        if "effective" in policy and not self.size.steady and self.chance(0.4):
            first = self.day + self.random.randrange(-2, 4)
            days: list[Yaml] = [{}, {"from": spelled("date", first)}]
            if self.chance(0.5):
                days.append({"from": spelled("date", first + 1), "until": spelled("date", first + 3)})
            node["versions"] = [{**one, "rows": rows()} for one in days]
        else:
            node["rows"] = rows()
        if kind == "first":
            node["overlap"] = "first_row_counts"
        elif how is not None and self.chance(0.5):
            node["overlap"] = "all_rows_count"
        if self.chance(0.4):
            node["otherwise"] = self.otherwise(listed, type)
        extra: dict[str, Yaml] = {"role": self.choose(("derived", "outcome", "outcome"))}
        extra |= {} if how is None else {"combine": how}
        # What every record gives rows to can be a fact of the whole case.
        whole = None if how is not None and self.chance(0.4) else listed
        if self.chance(0.3):
            extra["otherwise"] = self.otherwise(whole, type)
        path = self.fact(type, whole, choices, "derived", extra, True)
        node["gives"] = self.short(self.named(path), listed)
        policy.setdefault("tables", {})[id] = node

    def cell(self, name: Name) -> Yaml:
        """Return a cell that asks for something."""

        def one() -> str:
            return self.literal(name.type, name.choices)

        if self.chance(0.25):
            return "any"
        if name.tells and self.chance(0.1):
            return self.choose(("none", "not none"))
        if self.chance(0.15):
            return [one() for _ in range(self.choose((1, 2, 3)))]
        if self.chance(0.15):
            return f"not {one()}"
        if name.type not in QUANTITIES or self.chance(0.2):
            return one()
        low, high = sorted((one(), one()), key=lambda text: float(text.rstrip("%")))
        if low == high or self.chance(0.5):
            return self.choose((f"over {low}", f"from {low}", f"under {high}", f"up to {high}"))
        return self.choose((f"{low} to {high}", f"from {low} under {high}", f"{low}..{high}"))

    # ---------- values

    def literal(self, type: str, choices: tuple[str, ...] = ()) -> str:
        if type == "choice":
            return self.choose(choices or CHOICES)
        if type in TIMES:
            return spelled(type, self.moment(type))
        found = self.choose(LITERALS[type])
        return Quoted(found) if type == "text" else found

    def moment(self, type: str) -> int:
        if type == "date":
            return self.day + self.random.randrange(-2, 8)
        return self.anchor + self.choose((*_SECONDS, self.random.randrange(9 * DAY)))

    def operand(
        self, listed: str | None, type: str, choices: tuple[str, ...] = (), nested: bool = False
    ) -> Yaml:
        """Return a literal, a name, or one of these for each reading."""
        if not nested and self.chance(0.12):
            return {
                self.choose(ASSUMPTIONS): {one: self.operand(listed, type, choices, True) for one in READINGS}
            }
        if type == "choice" and not choices:
            choices = CHOICES
        if not nested and self.chance(0.12):
            computed = self.computed(listed, type, choices)
            if computed is not None:
                return computed
        visible = self.visible(listed, (type,), choices)
        if visible and (self.chance(0.55) or (self.size.steady and type in (*TIMES, *LENGTHS))):
            chosen = self.choose(visible)
            return self.of_text(chosen, listed) if type == "text" else self.short(chosen, listed)
        return self.literal(type, choices)

    def computed(self, listed: str | None, type: str, choices: tuple[str, ...]) -> Yaml | None:
        """Return a value that is computed in place, None where nothing can be."""
        makers: list[Callable[[], Yaml | None]] = [lambda: self.with_fallback(listed, type, choices)]
        if type == "instant":
            makers += [lambda: self.extreme(listed), lambda: self.edge(listed)]
        if self.lists:
            makers += [lambda: self.of_list(listed, type, choices)] * 3
        return self.choose(makers)()

    def with_fallback(self, listed: str | None, type: str, choices: tuple[str, ...]) -> Yaml | None:
        names = self.visible(listed, (type,), choices)
        if not names or type == "text":
            return None
        return {
            "value": self.short(self.choose(names), listed),
            "otherwise": self.single_of(listed, type, choices),
        }

    def single_of(self, listed: str | None, type: str, choices: tuple[str, ...]) -> Yaml:
        names = self.visible(listed, (type,), choices)
        if self.size.steady and type in (*TIMES, *LENGTHS):
            return self.short(self.choose(names), listed)
        return self.literal(type, choices)

    def extreme(self, listed: str | None) -> Yaml | None:
        names = self.visible(listed, ("instant",))
        if not names:
            return None
        of = [self.short(self.choose(names), listed) for _ in range(self.choose((1, 2, 2, 3)))]
        return {self.choose(("latest", "earliest")): of}

    def edge(self, listed: str | None) -> Yaml | None:
        """Return where a day or a period begins or ends; to a shifted case it would not come later alike."""
        if self.size.steady:
            return None
        side = self.choose(("end_of", "start_of", "last_second_of"))
        dates, times = self.visible(listed, ("date",)), self.visible(listed, ("instant", "date"))
        if dates and self.chance(0.4):
            return {side: self.short(self.choose(dates), listed)}
        if not times:
            return None
        time = self.short(self.choose(times), listed)
        if self.chance(0.5):
            every = self.choose(("day", "calendar_week", "calendar_month", "calendar_year"))
            return {side: every, "of": time}
        day = f"{date.fromordinal(self.day + self.choose((-1, 0, 1, 200))):%m-%d}"
        return {side: "03-01" if day == "02-29" else day, self.choose(("after", "not_before")): time}

    def of_list(self, listed: str | None, type: str, choices: tuple[str, ...]) -> Yaml | None:
        """Return a question about a list that gives a value."""
        words = ["first", "last", "only"]
        if type in ("money", "count", "number", "percent", "duration"):
            words += ["total_of"] * 3
        if type in ("money", "count", "number", "percent", "duration", "instant"):
            words += ["least_of", "greatest_of"] * 2
        if type == "count":
            words += ["count_of"] * 3
        own = None if self.is_inside else listed
        if own is not None:
            words += ["next", "previous"]
            words += ["position_of"] * 3 if type == "count" else []
            words += ["share_of"] * 3 if type == "money" else []
        word = self.choose(words)
        among, asked = self.records(listed)
        if word in ("next", "previous", "position_of", "share_of"):
            assert own is not None
            among, asked = "", own
        node: dict[str, Yaml] = {among: asked} if among else {}
        if self.chance(0.6):
            node["where"] = self.inside(listed, asked, 0)
        fields = [one for one in self.names if one.listed == asked]
        if word == "count_of":
            if fields and self.chance(0.5):
                node["different"] = self.choose(fields).path.removeprefix(f"{asked}.")
            return {word: node}
        keys = {"position_of": ("money", "count", "number", "instant"), "share_of": ("money", "count")}
        fields = [
            one
            for one in fields
            if one.type in keys.get(word, (type,)) and (word in keys or one.choices == choices)
        ]
        if not fields:
            return None
        node["by" if word in keys else "of"] = self.choose(fields).path.removeprefix(f"{asked}.")
        if word == "position_of" and self.chance(0.5):
            node["order"] = "descending"
        if word == "share_of":
            node["amount"] = self.operand(listed, "money", (), True)
        return {word: node}

    # ---------- conditions

    def condition(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        kinds: list[Callable[[str | None, int], dict[str, Yaml]]] = [self.reading]
        kinds += [self.test] * 5
        kinds += [self.window] * 2
        if depth:
            kinds += [self.all, self.any, self.negation]
            kinds += [self.some, self.count, self.pick] if self.lists else []
        return self.choose(kinds)(listed, depth - 1)

    def all(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        parts = [self.condition(listed, depth) for _ in range(self.choose((2, 2, 3)))]
        keys = [key for part in parts for key in part]
        if len(set(keys)) == len(keys) and self.chance(0.7):
            return {key: value for part in parts for key, value in part.items()}
        return {"all": parts}

    def any(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        return {"any": [self.condition(listed, depth) for _ in range(self.choose((2, 2, 3)))]}

    def negation(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        return {"not": self.condition(listed, depth)}

    def reading(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        return {self.choose(ASSUMPTIONS): self.choose(READINGS)}

    def some(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        word, asked = self.records(listed)
        return {"any_of": {word: asked, "where": self.inside(listed, asked, depth)}}

    def count(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        word, asked = self.records(listed)
        test = self.words(listed, Name("", "count", "given"))
        fields = [one for one in self.names if one.listed == asked]
        summed = [one for one in fields if one.type in ("money", "count", "number")]
        if summed and self.chance(0.3):
            of = self.choose(summed)
            test = self.words(listed, Name("", of.type, "given"))
            named = of.path.removeprefix(f"{asked}.")
            return {
                "total_of": {word: asked, "where": self.inside(listed, asked, depth), "of": named, **test}
            }
        if fields and self.chance(0.3):
            test["different"] = self.choose(fields).path.removeprefix(f"{asked}.")
        return {"count_of": {word: asked, "where": self.inside(listed, asked, depth), **test}}

    def pick(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        if listed is not None and self.chance(0.6):
            where, then = (self.inside(listed, listed, depth) for _ in range(2))
            return {self.choose(("next", "previous")): {"where": where, "is": then}}
        word, asked = self.records(listed)
        question = {one: self.inside(listed, asked, depth) for one in ("where", "is")}
        return {self.choose(("first", "last")): {word: asked, **question}}

    def records(self, listed: str | None) -> tuple[str, str]:
        """Return the word of a question and the list that it is about."""
        own = self.standing if self.is_inside else listed
        if own is not None and self.chance(0.35):
            return self.choose(("other", "earlier")), own
        return "list", self.choose([*self.lists])

    def inside(self, listed: str | None, asked: str, depth: int) -> dict[str, Yaml]:
        """Return what a question asks of a record of a list; it can speak of the record that asks, too."""
        before = self.standing, self.is_inside
        self.standing, self.is_inside = self.standing if self.is_inside else listed, True
        found = self.condition(asked, depth)
        self.standing, self.is_inside = before
        return found

    def test(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        visible = self.visible(listed, TYPES)
        name = self.choose(visible[-6:] if self.chance(0.6) else visible)
        written = self.short(name, listed)
        if name.tells and self.chance(0.15):
            return {
                written: self.choose(("known", {"known": "no"}, {"known": "yes"}, "none", {"is_not": "none"}))
            }
        if name.type == "instant" and self.chance(0.3):
            return {written: self.choose(("happened", {"happened": "no"}))}
        if self.chance(0.4):
            return {written: self.operand(listed, name.type, name.choices)}
        if self.chance(0.2):
            return {written: [self.single(listed, name) for _ in range(self.choose((1, 2, 3)))]}
        return {written: self.words(listed, name)}

    def window(self, listed: str | None, depth: int) -> dict[str, Yaml]:
        """Return how long before or after another time something is, or in which period."""
        times = self.visible(listed, TIMES)
        name = self.choose(times) if times and self.chance(0.9) else Name("as_of", "instant", "now")
        subject, named = self.short(name, listed), [self.short(one, listed) for one in times]
        if self.chance(0.25):
            anchor = self.choose((*named, "as_of"))
            return {subject: {self.side(name, anchor): anchor}}
        if self.chance(0.2):
            found = {"same": self.choose(PERIODS), "as": self.time(listed)}
            anchor = self.choose((*named, "as_of"))
            more = {self.side(name, anchor): anchor} if self.chance(0.3) else {}
            return {subject: {**found, **more}}
        lengths = self.random.sample(MEASURES, self.choose((1, 1, 2)))
        if self.chance(0.2):
            ago = [self.some_time() for _ in lengths]
            return {subject: {word: f"{length} ago" for word, length in zip(lengths, ago, strict=True)}}
        names = [self.short(one, listed) for one in self.visible(listed, ("duration",))]
        said = {word: self.choose((*names, self.some_time())) for word in lengths}
        anchor = self.time(listed)
        return {subject: {**said, self.side(name, anchor): anchor}}

    def some_time(self) -> str:
        """Return a length of time that is longer than none."""
        found = [one for type in (LENGTHS[:1] if self.size.steady else LENGTHS) for one in LITERALS[type]]
        return self.choose([one for one in found if not one.startswith("0 ")])

    def side(self, subject: Name, anchor: Yaml) -> str:
        """Return a side of the anchor; no event is after the judgement."""
        if subject.path == "as_of":
            return self.choose(("after", "not_before", "not_after"))
        is_event = anchor == "as_of" and subject.kind == "given"
        return self.choose(("before", "not_after", "not_before") if is_event else SIDES)

    def time(self, listed: str | None) -> Yaml:
        """Return an instant or a date, or the instant of the judgement."""
        if self.chance(0.3):
            return "as_of"
        types = [one for one in TIMES if not self.size.steady or self.visible(listed, (one,))]
        return self.operand(listed, self.choose(types)) if types else "as_of"

    def single(self, listed: str | None, name: Name) -> Yaml:
        return self.operand(listed, name.type, name.choices, nested=True)

    def words(self, listed: str | None, name: Name) -> dict[str, Yaml]:
        """Return a comparison, or two."""
        words = ["is", "is_not", "one_of", "none_of"]
        if name.type in IN_SETS and name.path:
            words += ["in", "not_in"]
        if name.type in TIMES:
            words += ["before", "after", "not_before", "not_after", "between"]
            words += [] if self.size.steady else ["every_year"]
        if name.type in QUANTITIES:
            words += ["at_least", "at_most", "more_than", "less_than", "between"]
        found: dict[str, Yaml] = {}
        for word in self.random.sample(words, self.choose((1, 1, 1, 2))):
            if word in ("in", "not_in"):
                found[word] = self.value_set(name)
            elif word in ("one_of", "none_of"):
                found[word] = [self.single(listed, name) for _ in range(self.choose((1, 2)))]
            elif word == "between":
                found[word] = [self.single(listed, name), self.single(listed, name)]
            elif word == "every_year":
                found[word] = self.season()
            else:
                found[word] = self.operand(listed, name.type, name.choices)
        return found

    # ---------- sets

    def value_set(self, name: Name, dated: bool = False) -> str:
        """Write a set of values that something can have, of a few versions if it is ``dated``."""
        known = sorted(set(name.choices or IN_SETS[name.type]))
        id = self.name("set")

        def values() -> Yaml:
            chosen = self.random.sample(known, self.random.randint(1, len(known)))
            return [Quoted(one) for one in chosen]

        node: dict[str, Yaml] = {"title": TITLE}
        if not dated:
            node["values"] = values()
        else:
            first = self.day + self.random.randrange(-2, 3)
            days = [{}, {"from": spelled("date", first)}]
            if self.chance(0.5):
                days.append({"from": spelled("date", first + 1), "until": spelled("date", first + 3)})
            elif self.chance(0.5):
                days[0] = {"until": spelled("date", first - self.choose((1, 3)))}
            node["versions"] = [{**one, "values": values()} for one in days]
        self.sets[id] = node
        return id


def write_rulebook(seed: int, size: Size | None = None) -> Written:
    """Return the rulebook of a seed."""
    return _Writer(Random(seed), size or Size()).write()


# ---------- cases


def draw_instant(written: Written) -> int:
    """Return an instant around the anchor of the rulebook, rarely one that is decades away."""
    random = written.random
    if not written.steady and random.random() < 0.06:
        year = random.choice((1990, 2006, 2024, 2099))
        return start_of_day(date(year, 12, 30).toordinal(), written.zone) + random.choice(_SECONDS)
    return written.anchor + random.choice((*_SECONDS, *_SECONDS, random.randrange(-2 * DAY, 9 * DAY)))


def draw_moment(written: Written, told: Told) -> int:
    """Return an instant to judge a case at, often one at which something happens."""
    events = [
        value
        for (path, _), value in told.values.items()
        if written.given[path].type == "instant" and isinstance(value, int)
    ]
    if events and written.random.random() < 0.4:
        return written.random.choice(events) + written.random.choice((0, 0, 1, DAY))
    return draw_instant(written) + written.random.choice((0, DAY, 3 * DAY, 20 * DAY, 20 * DAY, 500 * DAY))


def draw_value(written: Written, fact: Given, told: Mapping[Key, Raw], record: int | None) -> Raw | None:
    """Return a value of a fact that its bounds allow, or None when there seems to be none."""
    for _ in range(6):
        value: Raw
        if fact.type == "instant":
            value = draw_instant(written)
        elif fact.type == "date":
            value = local_day(draw_instant(written), written.zone)
        else:
            value = written.random.choice(fact.choices or LITERALS[fact.type])
        if all(_respects(written, fact, value, bound, told, record) for bound in _bounds(written, fact)):
            return value
    return None


def _bounds(written: Written, fact: Given) -> Iterator[tuple[str, str, str]]:
    """Return the bounds that a fact has a part in: the lesser one, the word, the greater one."""
    for one in written.given.values():
        for word, limit in one.bounds:
            if fact.path in (one.path, limit):
                yield (one.path, word, limit)


def _respects(
    written: Written,
    fact: Given,
    value: Raw,
    bound: tuple[str, str, str],
    told: Mapping[Key, Raw],
    record: int | None,
) -> bool:
    path, word, limit = bound
    inner, other = (
        value if name == fact.path else _told(written, name, told, record) for name in (path, limit)
    )
    if inner is None or other is None:
        return True
    left, right = _comparable(written, fact.type, inner), _comparable(written, fact.type, other)
    return left <= right if word == "at_most" else left >= right


def _told(written: Written, name: str, told: Mapping[Key, Raw], record: int | None) -> Raw | None:
    if name not in written.given:
        return name  # a literal
    return told.get((name, record if written.given[name].listed else None))


def _comparable(written: Written, type: str, value: Raw) -> int:
    if isinstance(value, int):
        return value
    found = comparison_key(parse_literal(value, ValueType(type), written.zone, currency_of("CNY")))
    assert isinstance(found, int)
    return found


def draw_case(written: Written, size: Size | None = None) -> Told:
    """Return a case; often much is missing."""
    random, size = written.random, size or Size()
    share = random.choice((0.15, 0.4, 0.7, 0.95))
    records = {path: random.randint(0, size.records) for path in written.lists if random.random() < 0.7}
    values: dict[Key, Raw] = {}
    for key in _places(written, records):
        is_date = key[0] in {one.dated_by for one in written.lists.values()}
        if is_date or random.random() < share:
            _tell(written, values, records, key, set())
    return Told(values, records)


def _places(written: Written, records: Mapping[str, int]) -> Iterator[Key]:
    """Return everything that a case with these records can say."""
    for path, fact in written.given.items():
        for record in (None,) if fact.listed is None else range(records.get(fact.listed, 0)):
            yield path, record


def _tell(
    written: Written, values: dict[Key, Raw], records: Mapping[str, int], key: Key, fixed: set[str]
) -> bool:
    """Give a fact a value, and what dates it, but no ``fixed`` one. Tell whether that was possible."""
    path, record = key
    fact = written.given[path]
    if key in values:
        return True
    if path in fixed:
        return False
    dating = written.given.get(fact.dated_by or "")
    if dating is not None and not _tell(
        written, values, records, (dating.path, record if dating.listed else None), fixed
    ):
        return False
    value = draw_value(written, fact, values, record)
    if value is not None:
        values[key] = value
    return value is not None


def complete(written: Written, told: Told) -> Told:
    """Return the case with some or all of what it leaves unknown; what is missing in a known way stays so."""
    random = written.random
    share = random.choice((0.2, 0.5, 1.0, 1.0))
    fixed = {path for path, fact in written.given.items() if fact.missing != "unknown" and not fact.listed}
    records, values = dict(told.records), dict(told.values)
    for path, listed in written.lists.items():
        if path not in records and not listed.empty_if_missing and random.random() < share:
            records[path] = random.randint(0, 3)
    dates = {one.dated_by for one in written.lists.values()}
    for key in _places(written, records):
        fact = written.given[key[0]]
        is_new = fact.listed is not None and fact.listed not in told.records
        kept = set() if is_new else {one for one, what in written.given.items() if what.missing != "unknown"}
        if fact.missing == "unknown" or is_new:
            must = is_new and key[0] in dates
            if must or random.random() < share:
                _tell(written, values, records, key, kept | fixed)
    return Told(values, records)
