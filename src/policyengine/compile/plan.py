"""The Plan: the neutral compiled form of a rulebook, from which every engine starts.

A Plan is like a spreadsheet: *cells* in an order in which they can be computed, and rules between them, each
with *expressions* of a few node types. Names are resolved, the scope of a policy stands once, overriding is
kept for each fact by itself, and there are no titles, places or notices in it: a name leads back to the typed
rulebook for these. Nothing in it can be called, so it can be printed, stored, compared and translated.

One Plan serves all readings of assumptions: where something depends on one, the Plan asks ``Chosen``.
:func:`policyengine.compile.fold.fold` puts the chosen readings in; engines run the folded Plan.

Values are held as everywhere (:data:`policyengine.values.literals.Value`): money in minor units, percent in
millionths of a percent, instants in epoch seconds, dates as ordinals, lengths of time as they are written.
"""

from __future__ import annotations

from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.conditions import Operation
from policyengine.values.counting import Aspect
from policyengine.values.literals import Value
from policyengine.values.seasons import Season

Sort = str
"""The word of a :class:`policyengine.values.literals.ValueType`, or ``truth``, ``season`` or ``edge``."""
TRUTH: Sort = "truth"
SEASON: Sort = "season"
EDGE: Sort = "edge"


# ---------- expressions


class Const(Frozen):
    """A value; None: known to have no value."""

    value: Value | None
    sort: Sort


class Unsaid(Frozen):
    """What is not known because nobody has said it."""


class Read(Frozen):
    """The value of a cell; with ``listed``, of the current record of that list.

    ``as_of`` is the instant of the judgement. ``this``: inside a question, of the record for which the cell
    or rule is computed that asks it, and not of the record that is looked at. ``midnight``: of a date, the
    instant at which that day begins in the zone of the Plan.
    """

    name: str
    listed: str | None
    sort: Sort
    this: bool = False
    midnight: bool = False


class Chosen(Frozen):
    """Whether one of these readings is chosen for the assumption; never undetermined."""

    assumption: str
    readings: tuple[str, ...]


Op = Literal["all", "any", "not", "eq", "in", "ge", "le", "gt", "lt", "has", "during"]
"""``in``: the first equals one of the others; ``has``: it has a value, whatever it is; ``during``: the day of
an instant, by the clock of the zone, or a date is one of the days of every year that a constant of the sort
``season`` says (:attr:`policyengine.values.seasons.Season.text`).

All but ``has`` are Kleene's: a comparison with what has no value is false, with what is not known it is
undetermined.
"""


class Apply(Frozen):
    """An operation on expressions; all give a truth."""

    op: Op
    args: tuple[Expr, ...]


class Window(Frozen):
    """Whether it is as long from ``start`` to ``end`` as ``length``, counted as ``counting`` says.

    It is false if ``end`` is before ``start``, or at the same instant where it ``is_strict``. ``follows``
    tells whether the start is where a clock ran out, which matters at midnight. It gives a truth.
    """

    how: Literal["within", "at_least", "more_than", "less_than"]
    is_strict: bool
    start: Expr
    end: Expr
    length: Expr
    counting: tuple[tuple[Aspect, Expr], ...]
    follows: Expr


class Same(Frozen):
    """Whether two times lie in the same period of the calendar; it gives a truth."""

    period: Literal["calendar_year", "calendar_month", "calendar_week", "day"]
    one: Expr
    other: Expr


class Choose(Frozen):
    """The value of the first branch whose condition holds; conditions ask for readings, and one holds."""

    branches: tuple[tuple[Expr, Expr], ...]


How = Literal[
    "any", "count", "different", "total", "position",
    "least", "greatest", "first", "last", "next", "previous", "only", "share",
]  # fmt: skip
MEASURED = ("count", "different", "total", "position")
"""What has a least and a greatest while some of it is not known."""


class Aggregate(Frozen):
    """A question about the records of a list that satisfy ``where``.

    ``any``: whether there is one. ``count``: how many, ``different``: with how many values of ``of``,
    ``total``: the sum of these, ``position``: the place of the record that asks in their order. The others:
    what ``of`` is for the record that is picked, false or no value if there is none; ``next`` and
    ``previous`` look after and before the current record of the same list, the nearest first. ``share`` is
    the part of ``amount`` that belongs to the record that asks, in proportion to ``of``. ``among`` leaves out
    the record for which it is asked, or it and all that come after it. ``this`` is the list of that record
    where the answer depends on it. ``sort`` is that of the answer.
    """

    how: How
    listed: str
    where: Expr
    of: Expr
    among: Literal["all", "other", "earlier"] = "all"
    this: str | None = None
    sort: Sort = TRUTH
    descending: bool = False
    amount: Expr | None = None

    @property
    def is_of_record(self) -> bool:
        """Tell whether the answer depends on where the current record stands, and no more than that."""
        return self.how in ("next", "previous") and self.sort == TRUTH

    @property
    def is_tally(self) -> bool:
        """Tell whether it is answered by a value, or by a range, and not by a truth or a plain number."""
        return self.sort != TRUTH or self.how in ("different", "total", "position")


class Compute(Frozen):
    """An operation of arithmetic (:func:`policyengine.semantics.formulas.calculate`) on values.

    None of its operands may be absent, else it has no value. ``otherwise``: the second, where the first is;
    ``latest`` and ``earliest`` of instants, of which the last leaves out what never comes; ``edge``: where a
    day or period begins or ends, by an instant and what the second says
    (:attr:`policyengine.values.edges.Edge.text`).
    """

    op: Operation | Literal["otherwise", "latest", "earliest", "edge"]
    args: tuple[Expr, ...]


Expr = Const | Unsaid | Read | Chosen | Apply | Window | Same | Choose | Aggregate | Compute
ALWAYS = Const(True, TRUTH)
NEVER = Const(False, TRUTH)
AS_OF = Read("as_of", None, "instant")


# ---------- cells; ``listed`` is the list of which each record has one, None for the whole case


Bound = tuple[Literal["at_least", "at_most"], Const | Read]


class Given(Frozen):
    """What the case says, seen from the instant of the judgement.

    ``dated_by`` is the instant with which it came, ``missing`` what it is where the case is silent.
    ``bounds`` are the limits that the case is held to and that can be seen at all times. ``planned``: it is
    known before it comes.
    """

    name: str
    listed: str | None
    sort: Sort
    dated_by: Read | None
    missing: Expr
    bounds: tuple[Bound, ...]
    planned: bool = False

    @property
    def is_event(self) -> bool:
        """Return whether it tells when something happened: what may be still to come."""
        return self.sort in ("instant", "date") and not self.planned


class Candidate(Frozen):
    """The value that a rule gives a fact.

    ``each`` is the list of whose records each gives one to a fact of the whole case; ``applies`` tells
    whether the rule may, as long as that list is not known.
    """

    rule: str
    value: Expr
    each: str | None = None
    applies: Expr = NEVER


Overrides = tuple[tuple[str, tuple[str, ...]], ...]
"""Which rule overrides which directly; through these it overrides others, too."""
Combine = Literal["sum", "least", "greatest", "yes_if_any", "yes_if_all"]


class Derived(Frozen):
    """What rules conclude. ``overrides``: which of the rules overrides which, of records each in its own, but
    where a rule of the whole case stands between them.

    ``combine``: the rules that are left build the value together. ``otherwise`` counts where none holds.
    """

    name: str
    listed: str | None
    sort: Sort
    candidates: tuple[Candidate, ...]
    overrides: Overrides
    combine: Combine | None = None
    otherwise: Expr | None = None


class Dated(Frozen):
    """A value of a figure, in force from the day ``start`` to the day ``end`` (ordinals, both included; None:
    without limit), with a ``season`` on these days of every year only.
    """

    value: Value
    start: int | None
    end: int | None
    season: Season | None


class Parameter(Frozen):
    """A figure and its values, the earliest first.

    ``by`` is the act whose day says which counts, None where the last one always does; it may be of a record.
    Of the values in force one of every year comes first, then the one that began last. Before all of them,
    and without values, it is unknown; later, where none is in force, it has no value.
    """

    name: str
    listed: str | None
    sort: Sort
    values: tuple[Dated, ...]
    by: Read | None


class Pause(Frozen):
    """A time in which a clock stands still: from ``begin`` until ``end``, which is no part of it.

    With a ``question`` there is one for each record that satisfies it, and both are of that record.
    """

    begin: Expr
    end: Expr
    question: Aggregate | None


class Due(Frozen):
    """When a deadline ends: ``length`` after ``start``, counted as ``counting`` says, without ``pauses``.

    With ``ends`` it is that instant, or the latest from which ``length`` ends there or before it. There is
    one where the policy, if any, applies and ``when`` holds. ``follows`` tells whether it starts where
    another clock ran out, which matters at midnight. ``zone`` is by whose clock days are counted, None for
    that of the rulebook.
    """

    deadline: str
    policy: str | None
    listed: str | None
    when: Expr
    start: Expr
    length: Expr | None
    counting: tuple[tuple[Aspect, Expr], ...]
    follows: Expr
    ends: Expr | None = None
    pauses: tuple[Pause, ...] = ()
    zone: Expr | None = None

    @property
    def name(self) -> str:
        """Return the name of its value."""
        return f"{self.deadline}.due"


class Status(Frozen):
    """What a deadline has come to (``NAME.status``) and when (``NAME.settled_at``).

    ``acts`` meet it and ``stops`` stop it; ``end`` is how its last instant counts, ``over`` its status once
    its time is over. ``stands``: it can stand still, so that something is left of it (``NAME.left``).
    """

    name: str
    listed: str | None
    acts: tuple[Expr, ...]
    stops: tuple[Expr, ...]
    end: Expr
    over: Literal["missed", "lapsed", "ended"]
    stands: bool = False


class Cap(Frozen):
    """An upper limit of an amount, where ``when`` holds."""

    when: Expr
    limit: Expr


class Band(Frozen):
    """A rate up to a limit, which belongs to the band; None: without end."""

    limit: Expr | None
    rate: Expr


class Amount(Frozen):
    """``(base + plus - minus) * times / divided_by * rate``, rounded, not below the floor, not above a cap.

    There is one where the policy, if any, applies and ``when`` holds. ``bands`` stand in place of the
    factors, ``formula`` in place of everything before rounding; then there is no base. It is rounded to a
    multiple of ``step``, of the smallest unit of its sort; 0: not at all.
    """

    name: str
    policy: str | None
    listed: str | None
    when: Expr
    base: Expr | None
    plus: tuple[Expr, ...]
    minus: tuple[Expr, ...]
    rate: Expr | None
    floor: Expr | None
    caps: tuple[Cap, ...]
    rounding: Literal["half_up", "half_even", "down", "up"]
    step: int = 1
    sort: Sort = "money"
    times: tuple[Expr, ...] = ()
    divided_by: tuple[Expr, ...] = ()
    bands: tuple[Band, ...] = ()
    of_the_whole: bool = False
    formula: Expr | None = None

    @property
    def parts(self) -> tuple[Expr, ...]:
        """Everything that it is calculated from, but for its caps."""
        bands = (one for band in self.bands for one in (band.limit, band.rate))
        terms = (self.base, *self.plus, *self.minus, *self.times, *self.divided_by)
        every = (*terms, self.rate, *bands, self.formula, self.floor)
        return tuple(one for one in every if one is not None)

    @property
    def limits(self) -> tuple[Expr, ...]:
        """The limits of its caps."""
        return tuple(cap.limit for cap in self.caps)


class Computed(Frozen):
    """A value that is computed where the rule file needs it."""

    name: str
    listed: str | None
    sort: Sort
    value: Expr


Cell = Given | Derived | Parameter | Due | Status | Amount | Computed


# ---------- rules and the whole


class Rule(Frozen):
    """A rule holds where its policy applies and its condition holds."""

    name: str
    policy: str
    listed: str | None
    when: Expr


class Policy(Frozen):
    """When a policy applies to a case; ``NAME without its days``: but for the days on which it counts."""

    name: str
    when: Expr


class RecordList(Frozen):
    """A list of records; ``dated_by`` is the instant that hides and orders them.

    ``is_empty_if_missing``: a case that leaves it out says that there are none.
    """

    name: str
    dated_by: str | None
    is_empty_if_missing: bool


class Stratum(Frozen):
    """Cells that rest on rules of earlier strata only, in an order of their own, and rules that follow."""

    cells: tuple[Cell, ...]
    rules: tuple[Rule, ...]


class Plan(Frozen, dict=True):
    """A compiled rulebook. ``readings`` are the assumptions with the reading of each that is the default.

    What has been found out of a Plan is kept with it (``fold``, ``dependencies.relations_of``).

    ``calendar`` and ``zone`` name what lengths of time are counted by. A sum is a whole number of minor units
    of the ``currency``, which has so many decimal ``places``.
    """

    rulebook: str
    digest: str
    zone: str
    calendar: str
    currency: str
    places: int
    lists: tuple[RecordList, ...]
    readings: tuple[tuple[str, str], ...]
    policies: tuple[Policy, ...]
    strata: tuple[Stratum, ...]
