"""Formulas: one line of arithmetic, as in the cell of a spreadsheet, with its dimensions checked.

``+ - * /``, brackets, names, literals and a few functions; no condition and no loop. What is multiplied and
added must fit: money and lengths of time are quantities, everything else is a pure number. A number that is
written without a sign is a number or money, whichever fits.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Literal

from policyengine.diagnostics.diagnostic import Message, Sample, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import (
    Calculation,
    Constant,
    Formula,
    Operand,
    Operation,
    Ref,
    Term,
    is_end,
    leaves_of_term,
)
from policyengine.reading.parse.names import NAME
from policyengine.reading.parse.operands import NOW, Scope, at_midnight
from policyengine.syntax.yaml_tree import Scalar
from policyengine.values.display import TYPE_WORDS
from policyengine.values.faults import LiteralError
from policyengine.values.lengths import unit_of
from policyengine.values.literals import ValueType
from policyengine.values.parse import parse_literal

Dimension = Literal["number", "money", "length", "instant", "date"]

_DIMENSIONS: dict[ValueType, Dimension] = {
    ValueType.MONEY: "money",
    ValueType.PERCENT: "number",
    ValueType.COUNT: "number",
    ValueType.NUMBER: "number",
    ValueType.DURATION: "length",
    ValueType.INSTANT: "instant",
    ValueType.DATE: "date",
}
_WORDS: dict[Dimension, Message] = {
    "number": message("a number"),
    "money": message("money"),
    "length": message("a length of time"),
    "instant": message("an instant"),
    "date": message("a date"),
}
_FUNCTIONS: dict[str, tuple[Operation, int | None]] = {
    "least": ("least", None),
    "greatest": ("greatest", None),
    "up": ("up", 1),
    "down": ("down", 1),
    "whole_days": ("whole_days", 2),
    "whole_months": ("whole_months", 2),
    "whole_years": ("whole_years", 2),
    "business_days": ("business_days", 2),
}
_BETWEEN: dict[Operation, Operation] = {
    "whole_days": "whole_days",
    "whole_months": "months_between_days",
    "whole_years": "years_between_days",
    "business_days": "business_days_between_days",
}
"""What counts from one time to another, each with what it is between two dates."""
# What people write for these.
_MEANT = {
    "min": "least", "max": "greatest", "ceil": "up", "ceiling": "up", "roundup": "up", "round_up": "up",
    "floor": "down", "trunc": "down", "int": "down", "rounddown": "down", "round_down": "down",
    "days": "whole_days", "months": "whole_months", "years": "whole_years", "age": "whole_years",
    "datedif": "whole_months", "networkdays": "business_days", "workdays": "business_days",
}  # fmt: skip
_SIGNS = {
    "×": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "（": "(",
    "）": ")",
    "，": ",",
    "＋": "+",
    "＊": "*",
    "／": "/",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)(?:(?P<percent>\s*%)|\s*(?P<unit>[^\W\d_]+))?"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|(?P<sign>[-+*/(),×÷−–（），＋＊／])|(?P<odd>\S))"
)
_DEEPEST = 50
_NOW = NOW.ref(Span(""))


class _Token(Frozen):
    kind: str
    text: str
    at: int


class _Found(Frozen):
    """A part of a formula with what it measures.

    ``is_bare``: it stands for money as well, because a number in it is written without any sign.
    ``is_percent``: percentages only.
    """

    term: Term
    dimension: Dimension
    at: int
    is_bare: bool = False
    is_percent: bool = False


class _Fault(Exception):
    def __init__(self, code: str, what: Message, at: int, help: Message | None = None) -> None:
        super().__init__(what)
        self.code, self.what, self.at, self.help = code, what, at, help


def parse_formula(written: Scalar, type: ValueType, scope: Scope) -> Formula | None:
    """Return the formula of an amount of a type, None after a fault."""
    parser = _Parser(written, scope)
    try:
        found = parser.whole()
        term = _as_type(found, type, parser.places)
    except _Fault as fault:
        # Of what a name measures that stands for nothing, nobody knows whether it fits.
        if not (parser.is_faulty and fault.code == "type-mismatch"):
            scope.fault(fault.code, fault.what, parser.span(fault.at), fault.help)
        parser.tell_rest()
        return None
    return None if parser.is_faulty else Formula(written.text, term, written.span)


def is_whole(term: Term) -> bool:
    """Tell whether a term is a whole number whatever its names stand for."""
    match term:
        case Calculation(op, args):
            if op in ("up", "down", *_BETWEEN, *_BETWEEN.values()):
                return True
            return op in ("add", "sub", "mul", "neg", "least", "greatest") and all(map(is_whole, args))
        case Constant(value, ValueType.NUMBER):
            return isinstance(value, int) and value % 10**6 == 0
        case _:
            return term.type in (ValueType.COUNT, ValueType.DATE, ValueType.INSTANT)


class _Parser:
    """Recursive descent over one line (Aho, Sethi, Ullman, Compilers, 1986, section 2.4)."""

    def __init__(self, written: Scalar, scope: Scope) -> None:
        self.written = written
        self.scope = scope.asking()  # the instant of the judgement has a name here, as in conditions
        self.places = scope.currency.places
        self.is_faulty = False
        self.tokens = list(_tokens(written.text))
        self.next = 0
        self.depth = 0

    def span(self, at: int) -> Span:
        """Return the place of a character of the formula, if it stands in one line; else of the whole."""
        span = self.written.span
        if span.end_line != span.line:
            return span
        column = span.column + at + self.written.quoted
        return Span(span.file, span.line, column, span.line, column + 1)

    # ---------- tokens

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def take(self, *texts: str) -> _Token | None:
        """Take the next token if it is one of these signs."""
        token = self.token
        if token.kind == "sign" and token.text in texts:
            self.next += 1
            return token
        return None

    def whole(self) -> _Found:
        """Return the whole formula. Raises _Fault."""
        odd = next((one for one in self.tokens if one.kind == "odd"), None)
        if odd is not None:
            raise _odd(odd)
        found = self._sum()
        if self.token.kind != "end":
            what = message("`{text}` is not expected here", text=self.token.text)
            raise _Fault("bad-formula", what, self.token.at, _FORM)
        return found

    def tell_rest(self) -> None:
        """Tell of the names that stand for nothing in the part that was not read."""
        for token, after in itertools.pairwise(self.tokens[self.next :]):
            is_function = after.kind == "sign" and after.text == "("
            if token.kind == "name" and not is_function and NAME.fullmatch(token.text):
                self.scope.resolve(Scalar(token.text, self.span(token.at), False))

    # ---------- the grammar

    def _sum(self) -> _Found:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Fault("bad-formula", message("the formula is nested too deeply"), self.token.at, _SPLIT)
        found = self._product()
        while sign := self.take("+", "-"):
            found = _added(found, self._product(), sign, self.places)
        self.depth -= 1
        return found

    def _product(self) -> _Found:
        found = self._factor()
        while sign := self.take("*", "/"):
            found = self._multiplied(found, self._factor(), sign)
        return found

    def _factor(self) -> _Found:
        if sign := self.take("-"):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise _Fault("bad-formula", message("the formula is nested too deeply"), sign.at, _SPLIT)
            found = self._factor()
            self.depth -= 1
            _quantity(found)
            term = Calculation("neg", (found.term,), self.span(sign.at))
            return _Found(term, found.dimension, sign.at, found.is_bare, found.is_percent)
        if bracket := self.take("("):
            found = self._sum()
            self._close(bracket)
            return found
        return self._atom()

    def _close(self, bracket: _Token) -> None:
        if self.take(")") is None:
            what = message("the bracket that opens here is not closed")
            raise _Fault("bad-formula", what, bracket.at, message("add `)`"))

    def _atom(self) -> _Found:
        token = self.token
        if token.kind in ("number", "percent", "length"):
            self.next += 1
            return self._literal(token)
        if token.kind == "name":
            self.next += 1
            if self.take("("):
                return self._function(token)
            return self._name(token)
        if token.kind == "end":
            raise _Fault(
                "bad-formula", message("the formula ends where a value is expected"), token.at, _FORM
            )
        what = message("`{text}` stands where a value is expected", text=token.text)
        raise _Fault("bad-formula", what, token.at, _FORM)

    def _literal(self, token: _Token) -> _Found:
        type = {"number": ValueType.NUMBER, "percent": ValueType.PERCENT, "length": ValueType.DURATION}[
            token.kind
        ]
        try:
            value = parse_literal(token.text, type, self.scope.zone, self.scope.currency)
        except LiteralError as fault:
            raise _Fault("bad-value", fault.message, token.at, fault.help) from None
        constant = Constant(value, type, self.span(token.at))
        is_bare, is_percent = type is ValueType.NUMBER, type is ValueType.PERCENT
        return _Found(constant, _DIMENSIONS[type], token.at, is_bare, is_percent)

    def _name(self, token: _Token) -> _Found:
        name = token.text
        if not NAME.fullmatch(name):
            what = message("`{text}` is not a name", text=name)
            raise _Fault("bad-formula", what, token.at, message("names are small words joined by dots"))
        written = Scalar(name, self.span(token.at), False)
        ref = self.scope.resolve(written)
        if ref is None:
            self.is_faulty = True
            return _Found(Constant(0, ValueType.NUMBER, written.span), "number", token.at, True)
        dimension = _DIMENSIONS.get(ref.type)
        if dimension is None:
            what = message(
                "`{name}` has the type {type}, which cannot be used in a calculation",
                name=name,
                type=TYPE_WORDS[ref.type],
            )
            raise _Fault("type-mismatch", what, token.at, _CALCULATED)
        return _Found(ref, dimension, token.at, is_percent=ref.type is ValueType.PERCENT)

    def _function(self, token: _Token) -> _Found:
        if token.text not in _FUNCTIONS:
            what = message("there is no function `{name}`", name=token.text)
            meant = _MEANT.get(token.text) or _MEANT.get(token.text.lower())
            help = message("did you mean `{word}`?", word=meant) if meant else None
            raise _Fault(
                "bad-formula",
                what,
                token.at,
                help or did_you_mean(token.text, _FUNCTIONS) or one_of(tuple(_FUNCTIONS)),
            )
        op, count = _FUNCTIONS[token.text]
        args = [self._sum()]
        while self.take(","):
            args.append(self._sum())
        self._close(_Token("sign", "(", token.at + len(token.text)))
        if (count is not None and len(args) != count) or (count is None and len(args) < 2):
            what = message("`{name}` takes {count} values", name=token.text, count=count or "2…")
            raise _Fault("bad-formula", what, token.at)
        return self._applied(op, args, token)

    def _applied(self, op: Operation, args: Sequence[_Found], token: _Token) -> _Found:
        span = self.span(token.at)
        if op in ("up", "down"):
            if args[0].dimension != "number":
                measured = _WORDS[args[0].dimension]
                what = message("`{word}` makes a number whole, and this is {what}", word=op, what=measured)
                help = message(
                    "divide first, for example `{example}`", example=Sample("(delay / 1 hour)", op)
                )
                raise _Fault("type-mismatch", what, args[0].at, help)
            return _Found(Calculation(op, (args[0].term,), span), "number", token.at)
        if op in _BETWEEN:
            return self._between(op, args, span, token)
        found = args[0]
        for one in args[1:]:
            found = _alike(found, one, op, span, token.at, self.places)
        return found

    def _between(self, op: Operation, args: Sequence[_Found], span: Span, token: _Token) -> _Found:
        """Return a number of days, months or years from one time to another."""
        first, last = (self._instant(one) for one in args)
        are_days = [one.dimension == "date" for one in args]
        if are_days[0] is not are_days[1] and any(one.term == _NOW for one in args):
            # A date beside the instant of the judgement is the beginning of its day, as in conditions.
            first, last = (
                at_midnight(one) if isinstance(one, Ref) and is_day else one
                for one, is_day in zip((first, last), are_days, strict=True)
            )
            are_days = [False, False]
        if are_days[0] is not are_days[1]:
            what = message("one of the two is an instant, and the other a date")
            raise _Fault("type-mismatch", what, args[1].at, message("take two instants, or two dates"))
        if op == "whole_days" and are_days[0]:
            return _Found(Calculation("sub", (last, first), span), "number", token.at)
        if op == "business_days" and not are_days[0]:
            first, last = map(_of_its_day, (first, last))
        return _Found(
            Calculation(_BETWEEN[op] if are_days[0] else op, (first, last), span), "number", token.at
        )

    def _instant(self, found: _Found) -> Term:
        if found.dimension not in ("instant", "date"):
            what = message("an instant or a date is needed, and this is {what}", what=_WORDS[found.dimension])
            raise _Fault("type-mismatch", what, found.at)
        return found.term

    def _multiplied(self, left: _Found, right: _Found, sign: _Token) -> _Found:
        for one in (left, right):
            _quantity(one)
        is_product = sign.text == "*"
        span = self.span(sign.at)
        op: Operation = "mul" if is_product else "div"
        measured = [one for one in (left, right) if one.dimension != "number"]
        if not is_product and right.dimension != "number":
            if left.dimension == "number" and left.is_bare and right.dimension == "money":
                left = _money(left, self.places)
            if left.dimension != right.dimension:
                what = message(
                    "{left} cannot be divided by {right}",
                    left=_WORDS[left.dimension],
                    right=_WORDS[right.dimension],
                )
                raise _Fault("type-mismatch", what, sign.at, _DIVIDE)
            return _Found(Calculation(op, (left.term, right.term), span), "number", left.at)
        if len(measured) == 2:
            what = message(
                "{left} cannot be multiplied by {right}",
                left=_WORDS[left.dimension],
                right=_WORDS[right.dimension],
            )
            raise _Fault("type-mismatch", what, sign.at, _ONE_QUANTITY)
        dimension = measured[0].dimension if measured else "number"
        is_bare = dimension == "number" and (left.is_bare or (is_product and right.is_bare))
        if is_product or right.dimension == "number":
            return _Found(Calculation(op, (left.term, right.term), span), dimension, left.at, is_bare)
        raise AssertionError("a quotient of quantities has been seen to")


def _tokens(text: str) -> Sequence[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        at = match.start(kind if kind not in ("percent", "unit") else "number")
        if match["number"] is not None:
            found += _number_tokens(match, at)
        elif match["name"] is not None:
            found.append(_Token("name", match["name"], at))
        elif match["sign"] is not None:
            found.append(_Token("sign", _SIGNS.get(match["sign"], match["sign"]), at))
        elif match["odd"] is not None:
            found.append(_Token("odd", match["odd"], at))
    return [*found, _Token("end", "", len(text))]


def _number_tokens(match: re.Match[str], at: int) -> list[_Token]:
    digits, unit = match["number"], match["unit"]
    if match["percent"]:
        return [_Token("percent", f"{digits}%", at)]
    if unit is None:
        return [_Token("number", digits, at)]
    if unit_of(unit) is not None:
        return [_Token("length", f"{digits} {unit}", at)]
    return [_Token("number", digits, at), _Token("name", unit, match.start("unit"))]


def _odd(token: _Token) -> _Fault:
    what = message("`{text}` has no meaning in a formula", text=token.text)
    help = {
        "^": message("a power is written as a product, `x * x`"),
        "<": message("a formula calculates; a test is written in `when`"),
        ">": message("a formula calculates; a test is written in `when`"),
        "=": message("a formula calculates; a test is written in `when`"),
        "¥": message("leave the sign of the currency out: `5.00`"),
        "￥": message("leave the sign of the currency out: `5.00`"),
        "$": message("leave the sign of the currency out: `5.00`"),
        "€": message("leave the sign of the currency out: `5.00`"),
    }.get(token.text, _FORM)
    return _Fault("bad-formula", what, token.at, help)


# ---------- dimensions


def _quantity(found: _Found) -> None:
    """Refuse an instant: it is neither multiplied nor negated."""
    if found.dimension in ("instant", "date"):
        what = message("{what} cannot be multiplied, divided or negated", what=_WORDS[found.dimension])
        raise _Fault("type-mismatch", what, found.at, message("take the time between two: `a - b`"))


def _money(found: _Found, places: int) -> _Found:
    """Return a bare number as money: in the minor unit of the currency, which has so many decimals."""
    units = Constant(10**places, ValueType.COUNT, found.term.span)
    return _Found(Calculation("mul", (found.term, units), found.term.span), "money", found.at)


def _of_its_day(instant: Term) -> Term:
    """Return an instant of the day for which an instant stands: where a clock ends at 24:00, that day."""
    is_day_over = not isinstance(instant, Calculation) and is_end(instant)
    return Calculation("ended", (instant,), instant.span) if is_day_over else instant


def _added(left: _Found, right: _Found, sign: _Token, places: int) -> _Found:
    span = left.term.span
    if {left.dimension, right.dimension} <= {"instant", "date"}:
        if sign.text == "+":
            what = message("two instants cannot be added")
            raise _Fault("type-mismatch", what, sign.at, message("take the time between two: `a - b`"))
        if left.dimension == right.dimension == "date":
            days = Calculation("sub", (left.term, right.term), span)
            return _Found(Calculation("days", (days,), span), "length", left.at)
        # A date beside an instant is the beginning of its day, as in conditions.
        instants = (_as_instant(one.term) if one.dimension == "date" else one.term for one in (left, right))
        return _Found(Calculation("sub", tuple(instants), span), "length", left.at)
    _tell_percent_of_what(left, right, sign)
    return _alike(left, right, "add" if sign.text == "+" else "sub", span, sign.at, places)


def _as_instant(date: Term) -> Term:
    """Return a date, or the earliest or latest of several, as the instant at which that day begins."""
    match date:
        case Ref():
            return at_midnight(date)
        case Calculation(args=args):
            return replace(date, args=tuple(map(_as_instant, args)))
        case _:
            raise AssertionError("dates have names, and only the least and greatest of them are dates")


def _tell_percent_of_what(left: _Found, right: _Found, sign: _Token) -> None:
    """Refuse ``price + 5%``: of what, the formula does not say."""
    for one, other in ((left, right), (right, left)):
        is_literal = isinstance(one.term, Constant) and one.is_percent
        names = [leaf for leaf in leaves_of_term(other.term) if not isinstance(leaf, Constant)]
        if is_literal and not other.is_percent and names:
            what = message("a percentage is added to something else: what is it a percentage of?")
            help = message("multiply, for example `{name} * (100% + 5%)`", name=_name_of(names[0]))
            raise _Fault("type-mismatch", what, sign.at, help)


def _name_of(operand: Operand) -> str:
    return operand.name if isinstance(operand, Ref) else "price"


def _alike(left: _Found, right: _Found, op: Operation, span: Span, at: int, places: int) -> _Found:
    """Return two parts joined that must measure the same."""
    if left.dimension != right.dimension:
        if left.is_bare and right.dimension == "money":
            left = _money(left, places)
        elif right.is_bare and left.dimension == "money":
            right = _money(right, places)
    if left.dimension != right.dimension:
        what = message(
            "{left} and {right} cannot be added or compared",
            left=_WORDS[left.dimension],
            right=_WORDS[right.dimension],
        )
        raise _Fault("type-mismatch", what, at, _MATCH)
    if left.dimension in ("instant", "date") and op in ("add", "sub"):
        raise AssertionError("a difference of instants has been seen to")
    is_bare = left.is_bare and right.is_bare and left.dimension == "number"
    return _Found(
        Calculation(op, (left.term, right.term), span),
        left.dimension,
        left.at,
        is_bare,
        left.is_percent and right.is_percent,
    )


def _as_type(found: _Found, type: ValueType, places: int) -> Term:
    """Return a formula as the calculation of an amount of a type."""
    wanted = _DIMENSIONS[type]
    if wanted == "money" and found.is_bare:
        found = _money(found, places)
    if found.dimension != wanted:
        what = message(
            "the formula gives {found}, and the amount has the type {type}",
            found=_WORDS[found.dimension],
            type=TYPE_WORDS[type],
        )
        meant = next((name for name, one in _TYPES.items() if one == found.dimension), None)
        help = message("say `type: {type}`, or change the formula", type=meant) if meant else _DIVIDE
        raise _Fault("type-mismatch", what, found.at, help)
    return found.term


_TYPES: dict[str, Dimension] = {"money": "money", "number": "number", "duration": "length"}
_FORM = message("write for example `{example}`", example=Sample("order.total * 5% + 2.00"))
_SPLIT = message("give a part of it an amount of its own")
_CALCULATED = message("calculations use money, numbers, counts, percentages and lengths of time")
_MATCH = message(
    "write the unit (`30 minutes`, `{sum}`), or divide to get a number: `{example}`",
    sum=Sample("5.00"),
    example=Sample("delay / 1 hour"),
)
_DIVIDE = message("divide to get a number, for example `{example}`", example=Sample("delay / 1 hour"))
_ONE_QUANTITY = message("money or a length of time is multiplied by a number")
