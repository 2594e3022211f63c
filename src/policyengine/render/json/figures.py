"""Deadlines and amounts, step by step."""

from __future__ import annotations

from policyengine.model.conditions import Operand
from policyengine.model.rulebook import Amount
from policyengine.outcome.parts import AmountView, ClockView
from policyengine.render.json.parts import TRUTHS, Json, key_data, place_data, source_data, text_data
from policyengine.render.json.values import Values
from policyengine.semantics.amounts import value_of
from policyengine.semantics.findings import Known, Pause, State
from policyengine.values.literals import ValueType, fraction_text


class Figures:
    """The deadlines and amounts of one decision."""

    def __init__(self, values: Values) -> None:
        """``values`` tells their parts."""
        self.values = values
        self.decision = values.decision

    def deadline(self, view: ClockView) -> Json:
        """Return a deadline with its clock."""
        deadline, finding = view.deadline, view.finding
        due = finding.due.value if isinstance(finding.due, Known) else None
        left = due - self.decision.as_of if isinstance(due, int) else None
        is_open = finding.status == Known("open")
        return {
            **key_data((deadline.id, view.record), "deadline"),
            "title": text_data(deadline.title),
            "who": deadline.who,
            "start": self.values.state(finding.start, ValueType.INSTANT),
            "length": self.values.state(finding.length, ValueType.DURATION),
            "ends": self.values.state(finding.ends, ValueType.INSTANT),
            "time_zone": self.values.state(finding.zone, ValueType.TIME_ZONE),
            "pauses": [self._pause(one) for one in finding.pauses],
            "due": self.values.state(finding.due, ValueType.INSTANT),
            "acted": self.values.state(finding.acted, ValueType.INSTANT),
            "stopped": self.values.state(finding.stopped, ValueType.INSTANT),
            "status": self.values.state(finding.status, ValueType.CHOICE),
            "settled_at": self.values.state(finding.settled, ValueType.INSTANT),
            "left": self.values.state(finding.left, ValueType.DURATION),
            "seconds_left": left if is_open else None,
            "provisional": view.provisional,
            "source": source_data(deadline.source),
            **place_data(deadline.span),
        }

    def _pause(self, pause: Pause) -> Json:
        return {
            "applies": TRUTHS[pause.applies],
            "from": self.values.state(pause.begin, ValueType.INSTANT),
            "until": self.values.state(pause.end, ValueType.INSTANT),
        }

    def amount(self, view: AmountView) -> Json:
        """Return an amount with every step of its calculation."""
        amount, finding = view.amount, view.finding
        type = amount.type
        currency = self.values.book.currency
        terms = [
            {"role": role, **self.values.operand(operand, state, operand.type)}
            for (role, operand), (_, state) in zip(amount.terms, finding.terms, strict=True)
        ]
        caps = [
            {"applies": TRUTHS[found.applies], **self.values.operand(cap.limit, found.limit, type)}
            for cap, found in zip(amount.caps, finding.caps, strict=True)
        ]
        bands = [
            {
                "up_to": self._optional(band.limit, found.limit, type),
                "rate": self.values.operand(band.rate, found.rate, ValueType.PERCENT),
            }
            for band, found in zip(amount.bands, finding.bands, strict=True)
        ]
        return {
            **key_data((amount.id, view.record), "amount"),
            "title": text_data(amount.title),
            **({} if type is ValueType.MONEY else {"type": type.value}),
            **({} if amount.formula is None else {"formula": amount.formula.text}),
            "terms": terms,
            "subtotal": self.values.state(finding.subtotal, type),
            "rate": self._optional(amount.rate, finding.rate, ValueType.PERCENT),
            **({"bands_apply_to": amount.bands_apply_to, "bands": bands} if bands else {}),
            "raw": None if finding.raw is None else fraction_text(finding.raw, type, currency),
            "rounding": self._rounding(amount),
            "rounded": self.values.state(finding.rounded, type),
            "floor": self._optional(amount.floor, finding.floor, type),
            "caps": caps,
            "bound_by": finding.bound,
            "result": self.values.state(finding.result, type),
            "source": source_data(amount.source),
            **place_data(amount.span),
        }

    def _rounding(self, amount: Amount) -> object:
        """Return how it is rounded: a word, or the step too where it is not the smallest unit."""
        how, step = amount.rounding.how, amount.rounding.step
        if step == 1:
            return how
        return (
            {"to": self.values.value(value_of(step, amount.type), amount.type), "how": how}
            if step
            else "none"
        )

    def _optional(self, operand: Operand | None, state: State | None, type: ValueType) -> Json | None:
        return None if operand is None or state is None else self.values.operand(operand, state, type)
