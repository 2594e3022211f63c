"""An amount as the sum that it is: terms, rate, rounding, floor and caps."""

from __future__ import annotations

from policyengine.compile.choose_readings import choose_operand
from policyengine.conditions import Constant, Operand
from policyengine.decision import AmountView
from policyengine.diagnostics import marked
from policyengine.findings import AmountFinding, Known, State, Truth
from policyengine.render.naming import Naming
from policyengine.rulebook import Amount
from policyengine.sums import RAW_UNITS
from policyengine.values import ValueType

_SIGNS = {"base": "", "plus": "+ ", "minus": "− "}
# Where the limit changes nothing, and where it is what counts.
_FLOORS = (marked("at least {limit}"), marked("at least {limit}: raised to it"))
_CAPS = (marked("at most {limit}"), marked("at most {limit}: cut down to it"))
_PERHAPS = marked("perhaps at most {limit}")
_RAW_PLACES = 10  # 10^-8 fen are 10^-10 of the currency unit


def raw_text(raw: int) -> str:
    """Return an exact product (in 10^-8 fen) as a decimal of the currency unit, without needless zeros."""
    whole, rest = divmod(abs(raw), RAW_UNITS * 100)
    digits = f"{rest:0{_RAW_PLACES}}".rstrip("0").ljust(2, "0")
    return f"{'-' if raw < 0 else ''}{whole}.{digits}"


class Steps:
    """Puts the computation of amounts into words."""

    def __init__(self, naming: Naming) -> None:
        """``naming`` names operands in the reader's language."""
        self.naming = naming
        self.say = naming.say

    def lines(self, view: AmountView, readings: dict[str, str]) -> list[str]:
        """Return the computation, one step a line."""
        return [
            *self._computation(view.amount, view.finding, readings),
            *self._limits(view.amount, view.finding, readings),
        ]

    def line(self, view: AmountView, readings: dict[str, str]) -> str:
        """Return the computation in one line."""
        terms, *product = self._computation(view.amount, view.finding, readings)
        limits = self._limits(view.amount, view.finding, readings)
        return self.say("; ").join([terms, *([" ".join(product)] if product else []), *limits])

    def _computation(self, amount: Amount, finding: AmountFinding, readings: dict[str, str]) -> list[str]:
        lines = [self._terms(amount, finding, readings)]
        if amount.rate is not None and finding.rate is not None:
            lines.append(
                self.say(
                    "× {rate}", rate=self._operand(amount.rate, finding.rate, ValueType.PERCENT, readings)
                )
            )
        if finding.raw is not None and isinstance(finding.rounded, Known):
            lines += self._result(amount, raw_text(finding.raw), self._money(finding.rounded))
        return lines

    def _result(self, amount: Amount, raw: str, rounded: str) -> list[str]:
        if raw != rounded:
            how = self.say(ROUNDINGS[amount.rounding])
            return [self.say("= {raw}, rounded {how}: {amount}", raw=raw, how=how, amount=rounded)]
        # Without a rate the sum of the terms has said it.
        return [] if amount.rate is None else [self.say("= {amount}", amount=rounded)]

    def _terms(self, amount: Amount, finding: AmountFinding, readings: dict[str, str]) -> str:
        operands = (amount.base, *amount.plus, *amount.minus)
        parts = [
            _SIGNS[role] + self._operand(operand, state, ValueType.MONEY, readings)
            for operand, (role, state) in zip(operands, finding.terms, strict=True)
        ]
        total = "" if len(parts) == 1 else f" = {self._money(finding.subtotal)}"
        return " ".join(parts) + total

    def _limits(self, amount: Amount, finding: AmountFinding, readings: dict[str, str]) -> list[str]:
        lines = []
        if amount.floor is not None and finding.floor is not None:
            limit = self._operand(amount.floor, finding.floor, ValueType.MONEY, readings)
            binds = finding.bound == "floor" or self._was_raised(finding)
            lines.append(self.say(_FLOORS[binds], limit=limit))
        for number, (cap, found) in enumerate(zip(amount.caps, finding.caps, strict=True), 1):
            if found.applies is Truth.FALSE:
                continue
            limit = self._operand(cap.limit, found.limit, ValueType.MONEY, readings)
            binds = finding.bound == f"cap {number}"
            template = _CAPS[binds] if found.applies is Truth.TRUE else _PERHAPS
            lines.append(self.say(template, limit=limit))
        return lines

    def _was_raised(self, finding: AmountFinding) -> bool:
        floor, rounded = finding.floor, finding.rounded
        if not isinstance(floor, Known) or not isinstance(rounded, Known):
            return False
        return int(str(floor.value)) > int(str(rounded.value))

    def _operand(self, operand: Operand, state: State, type: ValueType, readings: dict[str, str]) -> str:
        chosen = choose_operand(operand, readings)
        shown = self.naming.no_value(state)
        if isinstance(state, Known):
            shown = self._money(state) if type is ValueType.MONEY else self.naming.typed(state.value, type)
        if isinstance(chosen, Constant):
            return shown
        return self.say("{title} {value}", title=self.naming.title(chosen.name), value=shown)

    def _money(self, state: State) -> str:
        if not isinstance(state, Known):
            return self.naming.no_value(state)
        return raw_text(int(str(state.value)) * RAW_UNITS)


ROUNDINGS = {
    "half_up": marked("to the nearest fen, halves up"),
    "half_even": marked("to the nearest fen, halves to even"),
    "down": marked("down to the fen"),
    "up": marked("up to the fen"),
}
