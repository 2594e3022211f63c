"""The compiled form of a rulebook: what engines run, for one rulebook and one choice of readings.

Attributes are flat integer properties of the one fact that stands for a case (or for one record of a list).
They hold values (``v…``), answers of questions that are answered beside the engine (``q…``: 1 true, 0 false)
and whether a policy applies (``p…``). An attribute that is undetermined is missing, and no comparison holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from policyengine.calendar import Counting
from policyengine.compile.closures import Evaluate, Lookup, Memory
from policyengine.rulebook import Amount, Deadline, Fact, Parameter, Rule, Rulebook
from policyengine.values import ValueType

ABSENT_VALUE = -(2**63 - 1)
"""Stands for a known absence: smaller than every value, and equal to none."""

MatchOperator = Literal["==", "!=", "<", "<=", ">", ">="]


class Match(NamedTuple):
    """A comparison of an attribute with an integer."""

    attribute: str
    operator: MatchOperator
    value: int


class ValueAttribute(NamedTuple):
    """An attribute that holds the value of a name; texts and choices by their number, 0 if they have none."""

    attribute: str
    name: str
    listed: str | None
    type: ValueType


class QuestionAttribute(NamedTuple):
    """An attribute that holds the answer of a condition."""

    attribute: str
    answer: Evaluate


Attribute = ValueAttribute | QuestionAttribute


class CompiledRule(NamedTuple):
    """A rule: the ways in which it holds, the attributes that these look at, and its whole meaning.

    ``number`` is its place among the rules; engines know a rule by ``r<number>``.
    """

    rule: Rule
    number: int
    policy: int
    ways: tuple[tuple[Match, ...], ...]
    attributes: tuple[Attribute, ...]
    when: Evaluate


class Stratum(NamedTuple):
    """Rules that do not depend on each other, of the case (``listed`` None) or of each record of a list."""

    listed: str | None
    rules: tuple[CompiledRule, ...]


class CompiledConclusion(NamedTuple):
    """What a rule gives a fact; ``unknown_as`` names an unknown value and tells whether it is listed."""

    rule: str
    value: Lookup
    unknown_as: tuple[str, bool]


class CompiledFact(NamedTuple):
    """A fact: its declaration, the rules that conclude it, and which of them overrides which.

    ``dating`` finds the instant by which it is dated.
    """

    fact: Fact
    dating: Lookup | None
    conclusions: tuple[CompiledConclusion, ...]
    defeats: Mapping[str, frozenset[str]]


class CompiledParameter(NamedTuple):
    """A parameter; ``by`` finds the act that says which value is in force, None if one value always is."""

    parameter: Parameter
    by: Lookup | None


Follows = Callable[[Memory, "int | None"], bool]


class CompiledSpan(NamedTuple):
    """The time that a deadline gives; ``follows`` tells whether it starts where another ran out."""

    deadline: Deadline
    follows: Follows
    exists: Evaluate
    start: Lookup
    length: Lookup
    counting: Counting


class CompiledDeadline(NamedTuple):
    """What meets a deadline and what stops it; ``span`` is computed before it."""

    span: CompiledSpan
    acts: tuple[Lookup, ...]
    stops: tuple[Lookup, ...]


class CompiledPart(NamedTuple):
    """A term, rate or limit of an amount; ``name`` is that of a fact that may have bounds, or empty."""

    state: Lookup
    name: str
    is_listed: bool


class CompiledAmount(NamedTuple):
    """An amount with its parts as functions; ``caps`` are pairs of a condition and a limit."""

    amount: Amount
    exists: Evaluate
    base: CompiledPart
    plus: tuple[CompiledPart, ...]
    minus: tuple[CompiledPart, ...]
    rate: CompiledPart | None
    floor: CompiledPart | None
    caps: tuple[tuple[Evaluate, CompiledPart], ...]


Node = CompiledFact | CompiledParameter | CompiledSpan | CompiledDeadline | CompiledAmount


class Layer(NamedTuple):
    """What can be computed once the earlier layers are known: first values, in this order, then rules."""

    nodes: tuple[Node, ...]
    strata: tuple[Stratum, ...]


class Program(NamedTuple):
    """A rulebook compiled under a choice of readings. ``scopes`` says, for each policy, when it applies."""

    rulebook: Rulebook
    readings: Mapping[str, str]
    scopes: tuple[Evaluate, ...]
    layers: tuple[Layer, ...]
    texts: Mapping[str, int]
