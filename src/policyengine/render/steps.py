"""An amount as the sum that it is: terms, rate, rounding, floor and caps."""

from __future__ import annotations

from collections.abc import Callable

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.conditions import Constant, Operand
from policyengine.model.rulebook import Amount
from policyengine.outcome.decision import AmountView
from policyengine.render.naming import Naming
from policyengine.semantics.amounts import RAW_UNITS
from policyengine.semantics.findings import AmountFinding, Known, State, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import ValueType

_SIGNS = {"base": "", "plus": "+ ", "minus": "− "}
# Where the limit changes nothing, and where it is what counts.
_FLOORS = (marked("at least {limit}"), marked("at least {limit}: raised by {amount}"))
_CAPS = (marked("at most {limit}"), marked("at most {limit}: cut by {amount}"))
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
        """Return the floor and the caps as they apply one after the other, and by how much each binds."""
        lines = []
        value = _fen(finding.rounded)
        if amount.floor is not None and finding.floor is not None:
            shown = self._operand(amount.floor, finding.floor, ValueType.MONEY, readings)
            raised, value = _bound(value, _fen(finding.floor), max)
            lines.append(self._limit(_FLOORS, shown, raised))
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            if found.applies is Truth.FALSE:
                continue
            shown = self._operand(cap.limit, found.limit, ValueType.MONEY, readings)
            if found.applies is not Truth.TRUE:
                lines.append(self.say(_PERHAPS, limit=shown))
                value = None
                continue
            cut, value = _bound(value, _fen(found.limit), min)
            lines.append(self._limit(_CAPS, shown, cut))
        return lines

    def _limit(self, templates: tuple[str, str], shown: str, by: int) -> str:
        return self.say(templates[by > 0], limit=shown, amount=raw_text(by * RAW_UNITS))

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


def _fen(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


def _bound(value: int | None, limit: int | None, choose: Callable[[int, int], int]) -> tuple[int, int | None]:
    """Return by how much a limit changes a value, and what comes out; None where it is not known."""
    if value is None or limit is None:
        return 0, None
    bound = choose(value, limit)
    return abs(bound - value), bound


ROUNDINGS = {
    "half_up": marked("to the nearest fen, halves up"),
    "half_even": marked("to the nearest fen, halves to even"),
    "down": marked("down to the fen"),
    "up": marked("up to the fen"),
}
