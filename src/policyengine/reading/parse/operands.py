"""Places that take a value: a literal of the type that is wanted, a name, or one of these by reading."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import Diagnostic, Message, Sample, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.wordings import right_word
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import AS_OF, ByReading, Constant, DayEdge, Operand, Ref, operands_of
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Assumption
from policyengine.reading.parse import nodes
from policyengine.reading.parse.names import NAME, Names, Symbol
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar
from policyengine.values.currencies import Currency
from policyengine.values.display import TYPE_WORDS
from policyengine.values.faults import LiteralError
from policyengine.values.literals import LENGTHS, TRUTH, ValueType, start_of_day
from policyengine.values.parse import guess_type, parse_literal


class Wanted(Frozen):
    """The types that a place takes; for a choice also the values that it can have.

    ``with_dates``: where an instant is taken, a date stands for the instant at which its day begins.
    """

    types: tuple[ValueType, ...]
    choices: tuple[str, ...] = ()
    with_dates: bool = False


MONEY = Wanted((ValueType.MONEY,))
PERCENT = Wanted((ValueType.PERCENT,))
COUNT = Wanted((ValueType.COUNT,))
TIME_ZONE = Wanted((ValueType.TIME_ZONE,))
INSTANT = Wanted((ValueType.INSTANT,))
MOMENT = Wanted((ValueType.INSTANT,), with_dates=True)
EITHER_TIME = Wanted((ValueType.DATE, ValueType.INSTANT))
LENGTH = Wanted(LENGTHS)


def wanted_by(symbol: Symbol) -> Wanted:
    """Return what can be compared with, or given to, a symbol."""
    return Wanted((symbol.type,), symbol.choices)


_THIS = "this."
NOW = Symbol(AS_OF, "now", ValueType.INSTANT, None, (), Span(""))
"""The instant of the judgement, which has a name in conditions and formulas only."""
_NO_THIS = message("`this` is the record of `for_each`: write it in a part that has one")


class Scope(Frozen):
    """Where a name or a literal is read: all names, the zone of naive times, the currency of sums, and whose
    record is spoken of.

    ``this`` is the list of the record at which ``for_each`` stands, ``listed`` that of the record which is
    spoken of: inside a question (``is_inside``) the one that is looked at. ``act`` is the instant whose day
    says what is in force, and ``first_day`` (an ordinal) the day before which the policy is not.
    ``counting`` is how lengths are counted here; ``asks``: a condition is read, in which the instant of the
    judgement has a name.
    ``takes_records``: facts that are kept for the record can be named, as in a report.
    """

    names: Names
    zone: ZoneInfo
    currency: Currency
    listed: str | None = None
    this: str | None = None
    is_inside: bool = False
    act: Ref | None = None
    first_day: int | None = None
    counting: tuple[CountingRule, ...] = ()
    asks: bool = False
    takes_records: bool = False

    @property
    def faults(self) -> list[Diagnostic]:
        """Where faults are collected."""
        return self.names.faults

    def within(self, listed: str | None) -> Scope:
        """Return the scope of a part for each record of a list, or for the case."""
        return replace(self, listed=listed, this=listed)

    def inside(self, listed: str) -> Scope:
        """Return the scope of a record that a question looks at."""
        return replace(self, listed=listed, is_inside=True)

    def asking(self) -> Scope:
        """Return the scope of a condition, in which the instant of the judgement has a name."""
        return self if self.asks else replace(self, asks=True)

    def find(self, name: str) -> Symbol | None:
        """Return what a name stands for here."""
        if name == AS_OF and self.asks:
            return NOW
        if name.startswith(_THIS):
            own = None if self.this is None else self.names.find(name.removeprefix(_THIS), self.this)
            return own if own is not None and own.listed == self.this else None
        return self.names.find(name, self.listed)

    def resolve(self, written: Scalar) -> Ref | None:
        """Return what a name refers to; an unknown one, or one of another record, is a fault."""
        named = self.named(written.text, written.span)
        return None if named is None else named[0].ref(written.span, named[1])

    def named(self, name: str, span: Span, types: tuple[ValueType, ...] = ()) -> tuple[Symbol, bool] | None:
        """Return what a name stands for, and whether the record is meant that asks a question.

        ``types`` are those that the place takes.
        """
        found = self._named(name, span, types)
        if found is not None and not self.takes_records and found[0].name in self.names.for_record:
            self.names.tell_for_record(name, span)
            return None
        return found

    def _named(self, name: str, span: Span, types: tuple[ValueType, ...]) -> tuple[Symbol, bool] | None:
        if name == AS_OF and self.asks:
            return NOW, False
        if name == AS_OF:
            what = message("`{name}` is the instant of the judgement, and has no place here", name=name)
            self.fault("unknown-name", what, span, message("ask for it in a condition"))
            return None
        if name.startswith(_THIS):
            return self._of_this(name.removeprefix(_THIS), span)
        found = self.names.find(name, self.listed)
        if found is not None and self.is_inside and found.listed is not None and found.listed == self.this:
            # The full name of a fact of the record that asks; of the same list it could be either.
            if found.listed != self.listed:
                return found, True
            if name.startswith(f"{found.listed}."):
                short = name.removeprefix(f"{found.listed}.")
                what = message("`{name}` could be of this record or of the one that is looked at", name=name)
                help = message(
                    "write `this.{short}`, or `{short}` for the one that is looked at", short=short
                )
                self.fault("outside-list", what, span, help)
                return None
        symbol = self.names.resolve(name, self.listed, span, types)
        return None if symbol is None else (symbol, False)

    def _of_this(self, name: str, span: Span) -> tuple[Symbol, bool] | None:
        if self.this is None:
            what = message("`{name}` is written where there is no record", name=_THIS + name)
            self.fault("outside-list", what, span, _NO_THIS)
            return None
        symbol = self.names.resolve(name, self.this, span)
        if symbol is not None and symbol.listed is None:
            what = message("`{name}` belongs to the case and not to a record", name=name)
            self.fault("outside-list", what, span, message("write `{name}`", name=name))
            return None
        return None if symbol is None else (symbol, self.is_inside)

    def fault(self, code: str, what: Message, span: Span, help: Message | None = None) -> None:
        """Tell an error."""
        self.names.faults.append(error(code, what, span, help))


def parse_operand(node: Node, wanted: Wanted, scope: Scope) -> Operand | None:
    """Return the value of a place, or None after a fault."""
    if isinstance(node, MappingNode):
        from policyengine.reading.parse.computed import is_computed, parse_computed  # these hold values

        return parse_computed(node, wanted, scope) if is_computed(node) else _by_reading(node, wanted, scope)
    written = nodes.scalar(node)
    if _is_set(written, wanted, scope):
        return None
    if _is_name_of_text(written, wanted, scope):
        return None if _is_bare(written, scope) else _named(written, wanted, scope)
    if wanted.types == (ValueType.TEXT,) and not written.quoted and _looks_like_a_name(written, scope):
        return None
    constant = _constant(written, wanted, scope)
    if isinstance(constant, Constant):
        return constant
    answers = (is_answer(written, scope) and not wanted.choices) or _is_odd_answer(written, wanted, scope)
    if not written.quoted and NAME.fullmatch(written.text) and not answers:
        return _named(written, wanted, scope)
    if _is_calculation(written, scope):
        what = message("`{text}` is a calculation, and a value or a name is needed here", text=written.text)
        formula = message('write `formula: "{text}"` in an amount, and here its name', text=written.text)
        scope.fault("bad-value", what, written.span, formula)
        return None
    help = _edge_help(written.text) if wanted.types == (ValueType.INSTANT,) else None
    scope.fault("bad-value", constant.message, written.span, help or constant.help)
    return None


_A_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
_PERIOD_END = re.compile(
    r"(?:the )?end of (?:the |this )?(day|week|month|year)|(?:本|当|该)?(日|周|月|年)[底末]"
)
_PERIODS = {"日": "day", "周": "week", "月": "month", "年": "year"}


def _edge_help(text: str) -> Message | None:
    """Return how an instant is said that was meant by a day or by the end of a period, or None."""
    text = text.strip().casefold()
    if _A_DATE.fullmatch(text):
        if not _is_day(text):
            return None
        return message(
            "add the time of day: `{day} 00:00` is the beginning of that day; its end is `{{end_of: {day}}}`",
            day=text,
        )
    if _OF_YEAR.fullmatch(text) and _is_day(f"2000-{text}"):
        return message(
            "for days of every year write `{days}`; for the end of one of them `{end}`",
            days="every_year: {from: 11-01, until: 12-31}",
            end=Sample(f"{{end_of: {text}, after: order.received_at}}"),
        )
    found = _PERIOD_END.fullmatch(text)
    if found is None:
        return None
    period = found[1] or _PERIODS[found[2]]
    word = period if period == "day" else f"calendar_{period}"
    return for_example(f"{{end_of: {word}, of: order.received_at}}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def for_example(text: str) -> Message:
    """Return what to write for example, in the words of a small shop."""
    return message("write for example `{example}`", example=Sample(text))


_BETWEEN_PARTS = re.compile(r"\s*[-+*/×÷−()]\s*")


def _is_calculation(written: Scalar, scope: Scope) -> bool:
    """Tell whether names are calculated with, as formulas do."""
    parts = [one for one in _BETWEEN_PARTS.split(written.text) if one]
    return len(parts) > 1 and any(NAME.fullmatch(one) and scope.find(one) is not None for one in parts)


def _is_set(written: Scalar, wanted: Wanted, scope: Scope) -> bool:
    """Refuse the name of a set where a value is due; with ``in`` before it, it is the cell of a table."""
    words = written.text.split()
    if written.quoted or not words or words[-1] not in scope.names.sets or written.text in wanted.choices:
        return False
    if words[:-1] not in ([], ["in"], ["not", "in"]) or (scope.find(written.text) is not None):
        return False
    name = words[-1]
    what = message("`{name}` is a set, and a value is needed here", name=name)
    word = "not_in" if words[0] == "not" else "in"
    help = message(
        "ask `{{{word}: {name}}}`; beside other values `any: [{{FACT: {{in: {name}}}}}, {{FACT: …}}]`",
        word=word,
        name=name,
    )
    if wanted.types == (ValueType.TEXT,):
        help = message(
            'ask `{{{word}: {name}}}`, or put the text in quotes: `"{text}"`',
            word=word,
            name=name,
            text=written.text,
        )
    scope.fault("bad-value", what, written.span, help)
    return True


def _is_name_of_text(written: Scalar, wanted: Wanted, scope: Scope) -> bool:
    """Tell whether the name of a text is meant: every spelling is a text, so quotes make the difference."""
    symbol = None if written.quoted else scope.find(written.text)
    return wanted.types == (ValueType.TEXT,) and symbol is not None and symbol.type is ValueType.TEXT


def _is_bare(written: Scalar, scope: Scope) -> bool:
    """Refuse the short name of a record's text: it is a text itself, and could be either record's."""
    symbol, text = scope.find(written.text), written.text
    if symbol is None or symbol.listed is None or text == symbol.name or text.startswith(_THIS):
        return False
    what = message("`{name}` could be a text, or the fact of the record", name=text)
    help = message('write `this.{name}` for the fact, or `"{name}"` for the text', name=text)
    if symbol.listed != scope.this:
        help = message('write `{path}` for the fact, or `"{name}"` for the text', path=symbol.name, name=text)
    scope.fault("bad-value", what, written.span, help)
    return True


def _looks_like_a_name(written: Scalar, scope: Scope) -> bool:
    """Tell a bare word that was meant as a name, though every spelling is a text."""
    text = written.text
    if not NAME.fullmatch(text):
        return False
    if text.startswith(_THIS):
        return scope.named(text, written.span) is None
    texts = [name for name, one in scope.names.symbols.items() if one.type is ValueType.TEXT]
    guess = did_you_mean(text, texts) if "." in text or "_" in text else None
    if "." not in text and guess is None:
        return False
    what = message("`{name}` looks like a name, and nothing is named so", name=text)
    help = message('put a text that looks like a name in quotes: `"{text}"`', text=text)
    if guess is not None:
        meant = dict(guess.arguments)["word"]
        help = message('write `{name}`, or put the text in quotes: `"{text}"`', name=meant, text=text)
    scope.fault("unknown-name", what, written.span, help)
    return True


def is_answer(written: Scalar, scope: Scope) -> bool:
    """Tell whether yes or no is said where neither can be, and not the name of something."""
    return written.text.lower() in TRUTH and scope.find(written.text) is None


def _is_odd_answer(written: Scalar, wanted: Wanted, scope: Scope) -> bool:
    """Tell whether a word such as ``maybe`` was meant as yes or no, and not as a name."""
    is_name = scope.find(written.text) is not None
    return wanted.types == (ValueType.BOOLEAN,) and "." not in written.text and not is_name


def parse_constant(node: Node, wanted: Wanted, scope: Scope) -> Constant | None:
    """Return a literal, or None after a fault."""
    written = nodes.scalar(node)
    constant = _constant(written, wanted, scope)
    if isinstance(constant, Constant):
        return constant
    scope.fault("bad-value", constant.message, written.span, constant.help)
    return None


def parse_ref(node: Node, wanted: Wanted, scope: Scope) -> Ref | None:
    """Return a name, or None after a fault."""
    return _named(nodes.scalar(node), wanted, scope)


def _constant(written: Scalar, wanted: Wanted, scope: Scope) -> Constant | LiteralError:
    type = wanted.types[0]
    if wanted == EITHER_TIME:
        type = ValueType.INSTANT if ":" in written.text else ValueType.DATE
    elif len(wanted.types) > 1:
        guessed = guess_type(written.text)
        type = guessed if guessed in wanted.types else type
    first = _literal(written, type, wanted, scope)
    others = (_literal(written, one, wanted, scope) for one in wanted.types if one is not type)
    return (
        first
        if isinstance(first, Constant)
        else next((one for one in others if isinstance(one, Constant)), first)
    )


def _literal(written: Scalar, type: ValueType, wanted: Wanted, scope: Scope) -> Constant | LiteralError:
    try:
        value = parse_literal(written.text, type, scope.zone, scope.currency, wanted.choices)
    except LiteralError as fault:
        return fault
    return Constant(value, type, written.span)


def _named(written: Scalar, wanted: Wanted, scope: Scope) -> Ref | None:
    if wanted.choices and scope.find(written.text) is None and not written.text.startswith(_THIS):
        _unknown_choice(written, wanted, scope)
        return None
    dates = (ValueType.DATE,) if wanted.with_dates else ()
    named = scope.named(written.text, written.span, (*wanted.types, *dates))
    if named is None:
        return None
    symbol, this = named
    if symbol.type is ValueType.DATE and wanted.with_dates and symbol.type not in wanted.types:
        return at_midnight(symbol.ref(written.span, this))
    if symbol.type not in wanted.types:
        what = message(
            "`{name}` has the type {found}, and {wanted} is needed here",
            name=written.text,
            found=TYPE_WORDS[symbol.type],
            wanted=_A_LENGTH if wanted == LENGTH else _either([TYPE_WORDS[type] for type in wanted.types]),
        )
        scope.fault("type-mismatch", what, written.span, _defined_at(symbol, wanted))
        return None
    strange = [choice for choice in symbol.choices if choice not in wanted.choices]
    if strange and wanted.choices:
        what = message(
            "`{name}` can be `{value}`, which is not possible here", name=written.text, value=strange[0]
        )
        scope.fault("type-mismatch", what, written.span, one_of(wanted.choices))
        return None
    return symbol.ref(written.span, this)


def at_midnight(ref: Ref) -> Ref:
    """Return a date as the instant at which its day begins."""
    return replace(ref, type=ValueType.INSTANT, midnight=True)


def in_own_days(operand: Operand, scope: Scope) -> Operand | None:
    """Return a time with every date in it as the day that it is: each clock has its own beginning of a day.

    None after a fault: in a computed value a day has become an instant already.
    """
    match operand:
        case ByReading(_, readings):
            found = [(reading, in_own_days(one, scope)) for reading, one in readings]
            sound = tuple((reading, one) for reading, one in found if one is not None)
            return replace(operand, readings=sound) if len(sound) == len(found) else None
        case Ref(kind="computed") as ref if _has_midnight(ref, scope):
            what = message("days in a computed value begin and end by the clock of the rulebook")
            help = message(
                "begin with a date alone, or with instants: this deadline counts "
                "by the clock of another place"
            )
            scope.fault("type-mismatch", what, ref.span, help)
            return None
        case Ref(midnight=True) as ref:
            return replace(ref, type=ValueType.DATE, midnight=False)
        case _:
            return operand


def _has_midnight(ref: Ref, scope: Scope) -> bool:
    """Tell whether a date is in a computed value as the instant at which its day begins."""
    if ref.kind != "computed":
        return ref.midnight
    value = scope.names.computed[ref.name].value
    if isinstance(value, DayEdge):
        return True
    found = operands_of(value)
    return any(_has_midnight(one, scope) for one in found if isinstance(one, Ref))


def has_instant(operand: Operand) -> bool:
    """Tell whether a time is an instant, under some reading."""
    if isinstance(operand, ByReading):
        return any(has_instant(one) for _, one in operand.readings)
    return operand.type is ValueType.INSTANT


def in_instants(operand: Operand, scope: Scope) -> Operand:
    """Return a time with every date in it as the instant at which its day begins."""
    match operand:
        case ByReading(_, readings):
            return replace(
                operand, readings=tuple((reading, in_instants(one, scope)) for reading, one in readings)
            )
        case Ref(type=ValueType.DATE):
            return at_midnight(operand)
        case Constant(int(day), ValueType.DATE, span):
            return Constant(start_of_day(day, scope.zone), ValueType.INSTANT, span)
        case _:
            return operand


_A_LENGTH = message("a length of time")


def _either(words: list[Message]) -> Message:
    """Return one of two words, of which no other place takes more."""
    return message("{first} or {second}", first=words[0], second=words[1]) if len(words) > 1 else words[0]


def _unknown_choice(written: Scalar, wanted: Wanted, scope: Scope) -> None:
    what = message("`{value}` is not one of the values", value=written.text)
    natural = right_word(written.text, wanted.choices)
    help = did_you_mean(written.text, wanted.choices) or one_of(wanted.choices)
    if natural is not None:
        help = message("did you mean `{word}`?", word=natural)
    scope.fault("unknown-choice", what, written.span, help)


def _defined_at(symbol: Symbol, wanted: Wanted) -> Message:
    example = _EXAMPLES.get(wanted.types[0])
    if symbol.kind == "parameter" and example is not None:
        return message(
            "its value is at {place}: write it like `{example}`", place=symbol.span, example=example
        )
    if wanted == INSTANT and symbol.type is ValueType.DATE:
        return message(
            "a day is not an instant: write `{{start_of: {name}}}`, `{{end_of: {name}}}`, "
            "which is 24:00, or `{{last_second_of: {name}}}`",
            name=symbol.name,
        )
    if wanted == TIME_ZONE and symbol.type is ValueType.TEXT:
        return message("it is defined at {place}: give it `type: time_zone`", place=symbol.span)
    return message("it is defined at {place}", place=symbol.span)


# What the value of a parameter looks like from which its type is told.
_EXAMPLES = {
    ValueType.PERCENT: "5%",
    ValueType.MONEY: "5.00",
    ValueType.DURATION: "72 hours",
    ValueType.BUSINESS_DAYS: "4 business days",
    ValueType.MONTHS: "6 months",
    ValueType.BUSINESS_HOURS: "4 business hours",
    ValueType.COUNT: "3",
}


def _by_reading(node: MappingNode, wanted: Wanted, scope: Scope) -> Operand | None:
    entry = node.entries[0]
    assumption = find_assumption(entry.key, scope)
    if assumption is None:
        return None
    chosen = parse_readings(entry.value, assumption, scope)
    operands = [(reading, parse_operand(value, wanted, scope)) for reading, value in chosen]
    complete = tuple((reading, operand) for reading, operand in operands if operand is not None)
    if len(complete) < len(assumption.readings):
        return None
    return ByReading(assumption.id, complete, node.span)


def find_assumption(key: Scalar, scope: Scope) -> Assumption | None:
    """Return the assumption of that name; an unknown one is a fault."""
    found = scope.names.assumptions.get(key.text)
    if found is None:
        what = message("there is no assumption `{name}`", name=key.text)
        help = did_you_mean(key.text, scope.names.assumptions) or message("declare it in assumptions.yaml")
        scope.fault("unknown-assumption", what, key.span, help)
    return found


def parse_readings(node: Node, assumption: Assumption, scope: Scope) -> list[tuple[str, Node]]:
    """Return what a mapping gives for each reading of the assumption, in the order of its readings."""
    given = {entry.key.text: entry for entry in nodes.entries(node)}
    known = [reading.id for reading in assumption.readings]
    for name in given:
        if name not in known:
            unknown_reading(given[name].key, assumption, scope)
    missing = [name for name in known if name not in given]
    if missing:
        what = message(
            "nothing is said for the reading `{reading}` of `{id}`", reading=missing[0], id=assumption.id
        )
        scope.fault(
            "missing-reading", what, node.span, message("add a line `{reading}: …`", reading=missing[0])
        )
    return [(name, given[name].value) for name in known if name in given]


def unknown_reading(written: Scalar, assumption: Assumption, scope: Scope) -> None:
    """Tell that an assumption has no such reading."""
    known = [reading.id for reading in assumption.readings]
    what = message("`{id}` has no reading `{reading}`", id=assumption.id, reading=written.text)
    scope.fault("unknown-reading", what, written.span, did_you_mean(written.text, known) or one_of(known))
