"""Conditions and values of a folded Plan as Python expressions.

A value that is known is itself, None where there is known to be none; what is not known is one of the marks
``U`` (it may turn out to have no value), ``V`` (it has one) and ``C`` (rules contradict each other; who
reads it takes it as ``U``). A condition is a Python truth where it can never be undetermined; else 0 (false),
1 (undetermined) or 3 (true): two bits, *possible* and *certain*, so that ``&`` is Kleene's conjunction and
``|`` his disjunction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from policyengine.compile.plan import (
    AS_OF,
    Aggregate,
    Apply,
    Compute,
    Const,
    Expr,
    Op,
    Read,
    Same,
    Window,
)
from policyengine.frozen import Frozen
from policyengine.values.literals import LENGTHS, Duration, comparison_key

MARKS = "UVC"
_SIGNS: Mapping[Op, str] = {"eq": "==", "in": "==", "ge": ">=", "le": "<=", "gt": ">", "lt": "<"}


class Condition(Frozen):
    """A condition: its source, and whether it is a truth of Python or one of 0, 1, 3."""

    text: str
    is_two_valued: bool

    @property
    def as_number(self) -> str:
        """Return the source that gives 0, 1 or 3."""
        if self.text in ("True", "False"):
            return "3" if self.text == "True" else "0"
        return f"(3 if {self.text} else 0)" if self.is_two_valued else self.text


ALWAYS, NEVER = Condition("True", True), Condition("False", True)


class Value(Frozen):
    """A value: its source, the marks that it can be, whether it can be None, and its sort.

    ``is_past``: if it is known, it is an instant that is not after the judgement.
    """

    text: str
    marks: str
    may_be_absent: bool
    sort: str
    is_past: bool = False

    @property
    def is_unknown(self) -> str:
        """Return the source of whether it is one of the marks, empty if it never is."""
        return " or ".join(f"{self.text} is {mark}" for mark in self.marks)

    @property
    def is_absent(self) -> str:
        """Return the source of whether it has no value, empty if it always has one."""
        return f"{self.text} is None" if self.may_be_absent else ""

    @property
    def key(self) -> str:
        """Return the source of what it is compared by, if it is known."""
        if self.sort == "duration":
            return f"{self.text}.seconds"
        if self.sort == "business_days":
            return f"{self.text}.count"
        return f"{self.text}.size" if self.sort in _LENGTHS else self.text


_LENGTHS = tuple(type.value for type in LENGTHS)


class Traits(NamedTuple):
    """What a cell can be: the marks, and whether it can be None."""

    marks: str
    may_be_absent: bool


@dataclass
class Scope:
    """What names mean where source is written.

    ``variables`` are those of cells, ``local`` those that hold what the current record has, ``asked`` the
    answers of questions about lists; ``records`` is the variable of the current record of each list, and
    ``this``, inside a question, that of the record for which it is asked. ``past`` are the names of instants
    that are hidden while they are still to come. ``exact`` are the names of amounts that are not rounded,
    ``calculated`` those of lengths of time that no case and no figure says, ``windows`` those of what answers
    a window.
    """

    variables: dict[str, str] = field(default_factory=dict)
    traits: dict[str, Traits] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    asked: dict[Aggregate, str] = field(default_factory=dict)
    constants: dict[str, Duration] = field(default_factory=dict)
    windows: dict[Window | Same, str] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    exact: set[str] = field(default_factory=set)
    calculated: set[str] = field(default_factory=set)
    this: str = ""

    # ---------- values

    def value(self, expr: Expr) -> Value:
        """Return the source of a value. Raises ValueError for what is no value of a folded Plan."""
        if expr == AS_OF:
            return Value("as_of", "", False, "instant")
        match expr:
            case Const(value, sort):
                return Value(self.literal(value), "", value is None, sort)
            case Read(name, listed, sort, this, midnight):
                marks, may_be_absent = self.traits[name]
                text = f"{self.variables[name]}[{self.this}]" if this else self._read(name, listed)
                if midnight:
                    return Value(f"MIDNIGHT({text})", marks, may_be_absent, sort)
                return Value(text, marks, may_be_absent, sort, name in self.past)
            case Aggregate(sort=sort):
                return Value(self._answer(expr), "UV", True, sort)
            case Compute("edge", (part, Const(str(text)))):
                subject = self.value(part)
                marks = "".join(dict.fromkeys(subject.marks.replace("C", "U")))
                return Value(f"EDGE({subject.text}, {text!r})", marks, subject.may_be_absent, "instant")
            case Compute("otherwise" | "latest" | "earliest" as op, args):
                values = [self.value(one) for one in args]
                texts = "".join(f"{one.text}, " for one in values)
                return Value(f"{op.upper()}(({texts}))", "UV", True, values[0].sort)
            case _:
                raise ValueError(f"no value of a folded plan: {expr}")

    def _read(self, name: str, listed: str | None) -> str:
        if listed is None:
            return self.variables[name]
        return self.local.get(name) or f"{self.variables[name]}[{self.records[listed]}]"

    def literal(self, value: object) -> str:
        """Return the source of a value; lengths of time are constants with a name."""
        if not isinstance(value, Duration):
            return repr(value)
        name = f"{value.unit.upper()}_{value.count}"
        self.constants[name] = value
        return name

    # ---------- conditions

    def condition(self, expr: Expr, depth: int = 0) -> Condition:
        """Return the source of a condition; ``depth`` keeps names of parts within parts apart.

        Raises ValueError for what is no condition of a folded Plan.
        """
        match expr:
            case Const(value, "truth"):
                return ALWAYS if value else NEVER
            case Apply("all" | "any" as op, args):
                return _joined(op, [self.condition(one, depth + 1) for one in args], depth)
            case Apply("not", (part,)):
                return _negated(self.condition(part, depth))
            case Apply("has", (part,)):
                return _has(self.value(part))
            case Apply(op, (Aggregate() as measured, *limits)) if measured.is_tally:
                answer = self._answer(measured)
                tests = [f"COMPARE({answer}, {op!r}, {self.value(one).text})" for one in limits]
                return _joined("any", [Condition(one, False) for one in tests], depth)
            case Apply(op, (Aggregate("count") as counted, *limits)):
                ways = [_in_range(self._answer(counted), op, self.value(one)) for one in limits]
                return _joined("any", ways, depth)
            case Apply("in", (left, *others)) if all(isinstance(one, Const) for one in others):
                return self._among(self.value(left), others)
            case Apply("during", (left, Const(str(season)))):
                subject = self.value(left)
                known = f"DURING[{subject.sort!r}]({subject.text}, {season!r})"
                return _settled((subject,), known, True)
            case Apply("le", (left, right)) if right == AS_OF and self.value(left).is_past:
                return _settled((self.value(left),), "True", True)
            case Apply(op, (left, *others)):
                subject = self.value(left)
                return _joined("any", [_compared(subject, op, self.value(one)) for one in others], depth)
            case Window(start=start, end=end, length=length, follows=follows):
                found = self.condition(follows)
                after = found.text if found.is_two_valued else f"{found.text} == 3"
                return self._asked_of(expr, (start, end, length), after)
            case Same(one=one, other=other):
                return self._asked_of(expr, (one, other))
            case Aggregate():
                return Condition(self._answer(expr), False)
            case _:
                raise ValueError(f"no condition of a folded plan: {expr}")

    def _asked_of(self, expr: Window | Same, parts: Iterable[Expr], *more: str) -> Condition:
        """Return the source of the answer of a function that is made for a window."""
        name = self.windows.setdefault(expr, f"WINDOW_{len(self.windows)}")
        values = [self.value(one) for one in parts]
        call = f"{name}({', '.join((*(one.text for one in values), *more))})"
        return (
            Condition(call, False) if any(one.marks for one in values) else Condition(f"({call} == 3)", True)
        )

    def _answer(self, question: Aggregate) -> str:
        """Return the source of the answer to a question that has been asked."""
        text = self.asked[question]
        if question.this is not None:
            text += f"[{self.this or self.records[question.this]}]"
        return f"{text}[{self.records[question.listed]}]" if question.is_of_record else text

    def _among(self, subject: Value, others: Iterable[Expr]) -> Condition:
        keys = {
            comparison_key(one.value) for one in others if isinstance(one, Const) and one.value is not None
        }
        text = ", ".join(repr(key) for key in sorted(keys, key=repr))
        return _settled((subject,), f"{subject.key} in ({text},)", subject.key != subject.text)


def _settled(values: Iterable[Value], known: str, needs_value: bool) -> Condition:
    """Return a test: false where a value is absent, undetermined where one is not known, else ``known``.

    ``needs_value``: ``known`` cannot be asked of None.
    """
    every = list(values)
    unknown = " or ".join(one.is_unknown for one in every if one.marks)
    perhaps = [one for one in every if one.may_be_absent] if needs_value else []
    if not unknown:
        tests = [f"{one.text} is not None" for one in perhaps] + ([] if known == "True" else [known])
        return Condition(f"({' and '.join(tests)})", True) if tests else ALWAYS
    absent = " or ".join(one.is_absent for one in perhaps)
    found = f"1 if {unknown} else " + ("3" if known == "True" else f"3 if {known} else 0")
    return Condition(f"(0 if {absent} else {found})" if absent else f"({found})", False)


def _compared(left: Value, op: Op, right: Value) -> Condition:
    is_equality = op in ("eq", "in")
    sign = "is" if right.text in ("True", "False") else _SIGNS[op]
    known = f"{left.key} {sign} {right.key}"
    # None is equal to no constant, so it need not be asked for; but it has no order, and equals itself.
    needs_value = not is_equality or right.may_be_absent or left.key != left.text or bool(right.marks)
    return _settled((left, right), known, needs_value)


def _has(value: Value) -> Condition:
    open_marks = [f"{value.text} is {mark}" for mark in value.marks if mark != "V"]
    if not open_marks:
        return Condition(f"({value.text} is not None)", True) if value.may_be_absent else ALWAYS
    unknown = " or ".join(open_marks)
    return Condition(f"(0 if {value.text} is None else 1 if {unknown} else 3)", False)


def _in_range(counted: str, op: Op, limit: Value) -> Condition:
    """Return a test of a number of records, of which the least and the most that it can be are known."""
    least, most, key = f"{counted}[0]", f"{counted}[1]", limit.text
    tests = {
        "ge": f"3 if {least} >= {key} else 1 if {most} >= {key} else 0",
        "gt": f"3 if {least} > {key} else 1 if {most} > {key} else 0",
        "le": f"3 if {most} <= {key} else 1 if {least} <= {key} else 0",
        "lt": f"3 if {most} < {key} else 1 if {least} < {key} else 0",
        "eq": f"0 if {key} < {least} or {key} > {most} else 3 if {least} == {most} else 1",
    }
    found = tests["eq" if op == "in" else op]
    unknown, absent = limit.is_unknown, limit.is_absent
    if unknown:
        found = f"1 if {unknown} else {found}"
    return Condition(f"(0 if {absent} else {found})" if absent else f"({found})", False)


def _negated(part: Condition) -> Condition:
    return (
        Condition(f"(not {part.text})", True) if part.is_two_valued else Condition(f"NOT[{part.text}]", False)
    )


def _joined(op: str, parts: list[Condition], depth: int) -> Condition:
    """Return a conjunction or disjunction: Python's own truths first, and no more than needed."""
    is_all = op == "all"
    word = " and " if is_all else " or "
    plain = [one.text for one in parts if one.is_two_valued and one is not (ALWAYS if is_all else NEVER)]
    numbers = [one.text for one in parts if not one.is_two_valued]
    if not numbers:
        if not plain:
            return ALWAYS if is_all else NEVER
        return Condition(plain[0] if len(plain) == 1 else f"({word.join(plain)})", True)
    chain = _conjunction(numbers, f"_{depth}") if is_all else _disjunction(numbers, f"_{depth}")
    if not plain:
        return Condition(chain, False)
    first = plain[0] if len(plain) == 1 else f"({word.join(plain)})"
    return Condition(f"({chain} if {first} else 0)" if is_all else f"(3 if {first} else {chain})", False)


def _conjunction(numbers: list[str], name: str) -> str:
    """Return Kleene's conjunction, which stops at the first that is false."""
    if len(numbers) == 1:
        return numbers[0]
    first, *between = numbers[:-1]
    steps = [f"({name} := {first})", *(f"({name} := {name} & {one})" for one in between)]
    return "(" + " and ".join((*steps, f"{name} & {numbers[-1]}")) + ")"


def _disjunction(numbers: list[str], name: str) -> str:
    """Return Kleene's disjunction, which stops at the first that is true."""
    if len(numbers) == 1:
        return numbers[0]
    first, *others = numbers
    steps = [f"({name} := {first}) == 3", *(f"({name} := {name} | {one}) == 3" for one in others)]
    return f"({name} if {' or '.join(steps)} else {name})"
