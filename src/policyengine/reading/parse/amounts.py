"""The amounts of a policy file: terms and factors, a formula, or bands; rounding and limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, cast

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, asdict
from policyengine.model.conditions import Formula, Operand
from policyengine.model.rulebook import Amount, Band, Cap, Rounding
from policyengine.reading.parse import nodes
from policyengine.reading.parse.conditions import parse_condition
from policyengine.reading.parse.formulas import is_whole, parse_formula
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.operands import PERCENT, Scope, Wanted, parse_constant, parse_operand
from policyengine.reading.parse.policy_scope import PolicyScope
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node
from policyengine.values.literals import ValueType, comparison_key

_FACTORS = Wanted((ValueType.COUNT, ValueType.NUMBER, ValueType.PERCENT))
# What a formula, and what bands, stand in place of.
_STRUCTURE = ("base", "plus", "minus", "times", "divided_by", "rate", "bands", "bands_apply_to")
_IN_PLACE_OF_BANDS = ("times", "divided_by", "rate")
HOWS = ("half_up", "half_even", "down", "up")


def amount_type(entry: Entry) -> ValueType:
    """Return the type that an amount is declared with, money where none is said."""
    return ValueType(nodes.text(nodes.mapping(entry.value).get("type"), "money"))


class Figures(Frozen):
    """Everything of an amount that is calculated with."""

    base: Operand | None
    plus: tuple[Operand, ...]
    minus: tuple[Operand, ...]
    times: tuple[Operand, ...]
    divided_by: tuple[Operand, ...]
    rate: Operand | None
    bands: tuple[Band, ...]
    bands_apply_to: Literal["each_part", "the_whole"] | None
    formula: Formula | None
    floor: Operand | None
    caps: tuple[Cap, ...]
    rounding: Rounding


def parse_amount(entry: Entry, policy: PolicyScope) -> Amount | None:
    """Return an amount, None after a fault that leaves none."""
    node, type = nodes.mapping(entry.value), amount_type(entry)
    scope = policy.within(node)
    if scope is None:
        return None
    figures = AmountParser(node, type, scope).parse(entry.key.span)
    when, source = policy.condition(entry, scope), policy.source(node)
    if figures is None:
        policy.scope.names.doubtful.add(entry.key.text)
        return None
    return Amount(
        id=entry.key.text,
        policy=policy.id,
        title=nodes.title(node.get("title")),
        source=source,
        when=when,
        listed=scope.listed,
        span=entry.key.span,
        type=type,
        **asdict(figures),
    )


class AmountParser:
    """Reads the figures of one amount."""

    def __init__(self, node: MappingNode, type: ValueType, scope: Scope) -> None:
        """``scope`` is that of the record, if the amount has ``for_each``."""
        self.node = node
        self.type = type
        self.scope = scope
        self.own = Wanted((type,))

    def parse(self, span: Span) -> Figures | None:
        """Return the figures, None after a fault that leaves no amount; ``span`` is that of its name."""
        node = self.node
        base = self._one("base", self.own)
        plus, minus = self._several("plus", self.own), self._several("minus", self.own)
        times, divided_by = self._several("times", _FACTORS), self._several("divided_by", _FACTORS)
        rate = self._one("rate", PERCENT)
        floor = self._one("at_least", self.own)
        caps = [self._cap(cap) for cap in nodes.items(node.get("at_most"))]
        rounding = self._rounding(node.get("rounding"))
        if rounding.step:
            self._tell_fractions(floor, caps)
        bands = tuple(self._bands())
        formula, written = None, node.get("formula")
        if self._is_mixed():
            return None
        if written is not None:
            formula = parse_formula(nodes.scalar(written), self.type, self.scope)
            if formula is None:
                return None
            self._tell_fraction(formula, written)
        elif base is None:
            if node.get("base") is None:
                what = message("the amount says neither `base` nor `formula`")
                self.scope.fault("missing-key", what, span, message("add `base: …`"))
            return None
        return Figures(
            base=base,
            plus=plus,
            minus=minus,
            times=times,
            divided_by=divided_by,
            rate=rate,
            bands=bands,
            bands_apply_to=self._bands_apply_to(span),
            formula=formula,
            floor=floor,
            caps=tuple(cap for cap in caps if cap is not None),
            rounding=rounding,
        )

    def _tell_fractions(self, floor: Operand | None, caps: Iterable[Cap | None]) -> None:
        """Tell a limit that is not rounded: what is rounded before its limits would not be so after them."""
        if floor is not None:
            is_fraction(floor, nodes.present(self.node.get("at_least")).span, self.scope)
        for cap in caps:
            if cap is not None:
                is_fraction(cap.limit, cap.span, self.scope)

    # ---------- terms

    def _one(self, word: str, wanted: Wanted) -> Operand | None:
        node = self.node.get(word)
        return None if node is None else parse_operand(node, wanted, self.scope)

    def _several(self, word: str, wanted: Wanted) -> tuple[Operand, ...]:
        found = (parse_operand(term, wanted, self.scope) for term in nodes.items(self.node.get(word)))
        return tuple(term for term in found if term is not None)

    def _cap(self, node: Node) -> Cap | None:
        written, condition = node, None
        if isinstance(node, MappingNode) and node.get("limit") is not None:
            written, condition = nodes.present(node.get("limit")), node.get("when")
        limit = parse_operand(written, self.own, self.scope)
        when = parse_condition(condition, self.scope)
        return None if limit is None else Cap(limit, when, node.span)

    def _is_mixed(self) -> bool:
        """Tell keys that exclude each other: two ways to say how the amount is calculated."""
        for way, others in (("formula", _STRUCTURE), ("bands", _IN_PLACE_OF_BANDS)):
            if self.node.get(way) is None:
                continue
            mixed = next((one for one in self.node.entries if one.key.text in others), None)
            if mixed is not None:
                what = message("`{way}` takes the place of `{word}`", way=way, word=mixed.key.text)
                help = message("keep one of the two, or give a part of it an amount of its own")
                self.scope.fault("bad-formula", what, mixed.key.span, help)
                return True
        return False

    # ---------- bands

    def _bands(self) -> Iterator[Band]:
        written = nodes.items(self.node.get("bands"))
        for number, one in enumerate(written, 1):
            node = nodes.mapping(one)
            limit_node = node.get("up_to")
            if limit_node is None and number < len(written):
                what = message("a band without `up_to` has no end, so nothing lies above it")
                self.scope.fault("missing-key", what, one.span, message("add `up_to`, or make it the last"))
            limit = None if limit_node is None else parse_operand(limit_node, self.own, self.scope)
            rate = parse_operand(nodes.present(node.get("rate")), PERCENT, self.scope)
            if rate is not None and (limit is not None or limit_node is None):
                yield Band(limit, rate, one.span)

    def _bands_apply_to(self, span: Span) -> Literal["each_part", "the_whole"] | None:
        written = self.node.get("bands_apply_to")
        if (written is None) is (self.node.get("bands") is None):
            return None if written is None else cast(Literal["each_part"], nodes.text(written))
        if written is None:
            what = message("the bands do not say to what a rate applies")
            self.scope.fault("missing-key", what, span, _APPLY_TO)
        else:
            what = message("there are no `bands` that could apply to anything")
            self.scope.fault("missing-key", what, written.span, message("add `bands`"))
        return None

    # ---------- rounding

    def _rounding(self, node: Node | None) -> Rounding:
        if not isinstance(node, MappingNode):
            word = nodes.text(node, "half_up")
            if word == "none" and self.type is ValueType.COUNT:
                what = message("a count is whole, so it is rounded")
                self.scope.fault("bad-value", what, nodes.scalar(node).span, message("say `type: number`"))
            return Rounding(step=0) if word == "none" else Rounding(cast(Literal["up"], word))
        how = cast(Literal["up"], nodes.text(node.get("how"), "half_up"))
        to = parse_constant(nodes.present(node.get("to")), self.own, self.scope)
        if to is None:
            return Rounding(how)
        step = comparison_key(to.value)
        if not isinstance(step, int) or step <= 0:
            what = message("rounding to a multiple of `0` is not possible")
            self.scope.fault("bad-value", what, to.span, message("write a step such as `0.05`"))
            return Rounding(how)
        return Rounding(how, step)

    def _tell_fraction(self, formula: Formula, written: Node) -> None:
        """Refuse a count that a formula could make a fraction, where nothing says how it is rounded."""
        if self.type is not ValueType.COUNT or self.node.get("rounding") is not None:
            return
        if not is_whole(formula.term):
            what = message("a count is whole, and the formula can give a fraction")
            self.scope.fault("bad-formula", what, written.span, _SAY_ROUNDING)


_APPLY_TO: Message = message(
    "add `bands_apply_to: each_part` (each part of the sum by its own rate) or `the_whole` (all of it by one)"
)
_SAY_ROUNDING: Message = message("say `rounding: up`, `down` or `half_up`, or `type: number`")
