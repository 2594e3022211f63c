"""An amount as the sum that it is: terms, factors or bands or a formula, rounding, floor and caps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import Amount, Rounding
from policyengine.outcome.parts import AmountView
from policyengine.render.naming import Naming
from policyengine.semantics.amounts import number_of, value_of, whole
from policyengine.semantics.findings import AmountFinding, Known, State, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import Number, ValueType, fraction_text

_SIGNS = {"base": "", "plus": "+ ", "minus": "− ", "times": "× ", "divided_by": "÷ "}
_TERMS = ("base", "plus", "minus")
# Where the limit changes nothing, and where it is what counts.
_FLOORS = (marked("at least {limit}"), marked("at least {limit}: raised by {amount}"))
_CAPS = (marked("at most {limit}"), marked("at most {limit}: cut by {amount}"))
_PERHAPS = marked("perhaps at most {limit}")


class Steps:
    """Puts the computation of amounts into words."""

    def __init__(self, naming: Naming) -> None:
        """``naming`` names operands in the reader's language."""
        self.naming = naming
        self.say = naming.say

    def lines(self, view: AmountView, readings: dict[str, str]) -> list[str]:
        """Return the computation, one step a line; what is computed in place is told of below them."""
        one = _One(self.naming, view, readings, names_computed=False)
        return [*one.computation(), *one.limits()]

    def line(self, view: AmountView, readings: dict[str, str]) -> str:
        """Return the computation in one line."""
        one = _One(self.naming, view, readings)
        terms, *product = one.computation()
        return self.say("; ").join([terms, *([" ".join(product)] if product else []), *one.limits()])


class _One:
    """One amount as it came out."""

    def __init__(
        self, naming: Naming, view: AmountView, readings: dict[str, str], names_computed: bool = True
    ) -> None:
        self.naming = naming
        self.names_computed = names_computed
        self.say = naming.say
        self.amount: Amount = view.amount
        self.finding: AmountFinding = view.finding
        self.readings = readings

    # ---------- up to the rounded amount

    def computation(self) -> list[str]:
        lines = [self._formula() if self.amount.formula is not None else self._terms(), *self._factors()]
        lines += self._bands()
        rounded = self.finding.rounded
        if self.finding.raw is not None and isinstance(rounded, Known):
            lines += self._result(self.finding.raw, number_of(rounded.value), len(lines) > 1)
        return lines

    def _result(self, raw: Fraction, rounded: Number, has_steps: bool) -> list[str]:
        shown = self._number(rounded)
        if raw != rounded:
            how = rounding_words(self.naming, self.amount.rounding, self.amount.type)
            return [
                self.say("= {raw}, rounded {how}: {amount}", raw=self._number(raw), how=how, amount=shown)
            ]
        # Without a factor the sum of the terms has said it.
        is_said = not has_steps and self.amount.formula is None
        return [] if is_said else [self.say("= {amount}", amount=shown)]

    def _terms(self) -> str:
        parts = [
            _SIGNS[word] + self._operand(operand, state, self.amount.type)
            for word, operand, state in self._named()
            if word in _TERMS and not (word != "base" and self._is_nothing(operand, state))
        ]
        total = "" if len(parts) == 1 else f" = {self._state(self.finding.subtotal)}"
        return " ".join(parts) + total

    def _named(self) -> Iterator[tuple[str, Operand, State]]:
        for (word, operand), (_, state) in zip(self.amount.terms, self.finding.terms, strict=True):
            yield word, operand, state

    def _formula(self) -> str:
        """Return a formula as it is written, and what its names came to."""
        assert self.amount.formula is not None
        met = [self._operand(operand, state, operand.type) for _, operand, state in self._named()]
        if not met:
            return self.amount.formula.text
        names = self.say(", ").join(met)
        return self.say("{formula}, with {names}", formula=self.amount.formula.text, names=names)

    def _factors(self) -> list[str]:
        lines = [
            _SIGNS[word] + self._operand(operand, state, operand.type)
            for word, operand, state in self._named()
            if word in ("times", "divided_by")
        ]
        if self.amount.rate is not None and self.finding.rate is not None:
            rate = self._operand(self.amount.rate, self.finding.rate, ValueType.PERCENT)
            lines.append(self.say("× {rate}", rate=rate))
        return lines

    def _bands(self) -> list[str]:
        """Return what each band makes of the sum, as far as it reaches."""
        subtotal = self.finding.subtotal
        base = number_of(subtotal.value) if isinstance(subtotal, Known) else None
        lines: list[str] = []
        reached: Number | None = None
        for band, found in zip(self.amount.bands, self.finding.bands, strict=True):
            rate = self._operand(band.rate, found.rate, ValueType.PERCENT)
            limit = _number_of(found.limit)
            part = None
            if base is not None and (band.limit is None or limit is not None):
                end = base if limit is None else min(base, limit)
                part = end - reached if reached is not None else end
                is_last = limit is None or base <= limit
                if self.amount.bands_apply_to == "the_whole":
                    part = base if is_last else 0
                reached = limit
                if part == 0 and not is_last:
                    continue
                lines.append(self._band(band.limit, found.limit, rate, part))
                if is_last:
                    break
            else:
                lines.append(self._band(band.limit, found.limit, rate, None))
        return lines

    def _band(self, limit: Operand | None, state: State | None, rate: str, part: Number | None) -> str:
        shown = self.say("above")
        if limit is not None and state is not None:
            shown = self.say("up to {limit}", limit=self._operand(limit, state, self.amount.type))
        if part is None:
            return self.say("{band}: {rate}", band=shown, rate=rate)
        return self.say("{band}: {part} × {rate}", band=shown, part=self._number(part), rate=rate)

    # ---------- floor and caps

    def limits(self) -> list[str]:
        """Return the floor and the caps as they apply one after the other, and by how much each binds."""
        lines = []
        amount, finding = self.amount, self.finding
        value = _number_of(finding.rounded)
        if amount.floor is not None and finding.floor is not None:
            shown = self._operand(amount.floor, finding.floor, amount.type)
            raised, value = _bound(value, _number_of(finding.floor), max)
            lines.append(self._limit(_FLOORS, shown, raised))
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            if found.applies is Truth.FALSE:
                continue
            shown = self._operand(cap.limit, found.limit, amount.type)
            if found.applies is not Truth.TRUE:
                lines.append(self.say(_PERHAPS, limit=shown))
                value = None
                continue
            cut, value = _bound(value, _number_of(found.limit), min)
            lines.append(self._limit(_CAPS, shown, cut))
        return lines

    def _limit(self, templates: tuple[str, str], shown: str, by: Number) -> str:
        return self.say(templates[by > 0], limit=shown, amount=self._number(by))

    # ---------- values

    def _is_nothing(self, operand: Operand, state: State) -> bool:
        """Tell whether a term changes nothing and has no name by which to tell it."""
        return not self._has_name(choose_operand(operand, self.readings)) and _number_of(state) == 0

    def _has_name(self, chosen: Operand) -> bool:
        return isinstance(chosen, Ref) and (chosen.kind != "computed" or self.names_computed)

    def _operand(self, operand: Operand, state: State, type: ValueType) -> str:
        chosen = choose_operand(operand, self.readings)
        shown = self.naming.no_value(state)
        if isinstance(state, Known):
            shown = self.naming.typed(state.value, type)
            if type is ValueType.MONEY:
                shown = self._plain(number_of(state.value), type)
        if not isinstance(chosen, Ref) or not self._has_name(chosen):
            return shown
        return self.say("{title} {value}", title=self.naming.title(chosen.name), value=shown)

    def _state(self, state: State) -> str:
        number = _number_of(state)
        return self.naming.no_value(state) if number is None else self._number(number)

    def _number(self, number: Number) -> str:
        """Return a step of the amount's own type."""
        number, type = whole(number), self.amount.type
        if type is ValueType.DURATION and isinstance(number, int):
            return self.naming.typed(value_of(number, type), type)
        return self._plain(number, type)

    def _plain(self, number: Number, type: ValueType) -> str:
        return fraction_text(number, type, self.naming.book.currency)


def _number_of(state: State | None) -> Number | None:
    return number_of(state.value) if isinstance(state, Known) else None


def _bound(
    value: Number | None, limit: Number | None, choose: Callable[..., Number]
) -> tuple[Number, Number | None]:
    """Return by how much a limit changes a value, and what comes out; None where it is not known."""
    if value is None or limit is None:
        return 0, None
    bound = choose(value, limit)
    return (bound - value if bound > value else value - bound), bound


def rounding_words(naming: Naming, rounding: Rounding, type: ValueType) -> str:
    """Return how an amount of a type is rounded, and to what."""
    if rounding.step == 0:
        return naming.say("not at all")
    if type is ValueType.MONEY and rounding.step == 1:
        return naming.say(_TO_THE_UNIT[rounding.how], unit=naming.typed(1, type))
    step = naming.typed(value_of(rounding.step, type), type)
    if type is ValueType.COUNT and rounding.step == 1:
        return naming.say(_TO_WHOLE[rounding.how])
    return naming.say(_TO_STEP[rounding.how], step=step)


_TO_THE_UNIT = {
    "half_up": marked("to the nearest {unit}, halves up"),
    "half_even": marked("to the nearest {unit}, halves to even"),
    "down": marked("down to the next {unit}"),
    "up": marked("up to the next {unit}"),
}
_TO_WHOLE = {
    "half_up": marked("to the nearest whole number, halves up"),
    "half_even": marked("to the nearest whole number, halves to even"),
    "down": marked("down to a whole number"),
    "up": marked("up to a whole number"),
}
_TO_STEP = {
    "half_up": marked("to the nearest multiple of {step}, halves up"),
    "half_even": marked("to the nearest multiple of {step}, halves to even"),
    "down": marked("down to a multiple of {step}"),
    "up": marked("up to a multiple of {step}"),
}
