"""Deadlines and amounts, step by step."""

from __future__ import annotations

from policyengine.model.conditions import Operand
from policyengine.outcome.decision import AmountView, ClockView
from policyengine.render.json.parts import TRUTHS, Json, key_data, place_data, source_data, text_data
from policyengine.render.json.values import Values
from policyengine.render.steps import raw_text
from policyengine.semantics.findings import Known, State
from policyengine.values.literals import ValueType


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
            "due": self.values.state(finding.due, ValueType.INSTANT),
            "acted": self.values.state(finding.acted, ValueType.INSTANT),
            "stopped": self.values.state(finding.stopped, ValueType.INSTANT),
            "status": self.values.state(finding.status, ValueType.CHOICE),
            "settled_at": self.values.state(finding.settled, ValueType.INSTANT),
            "seconds_left": left if is_open else None,
            "provisional": view.provisional,
            "source": source_data(deadline.source),
            **place_data(deadline.span),
        }

    def amount(self, view: AmountView) -> Json:
        """Return an amount with every step of its calculation."""
        amount, finding = view.amount, view.finding
        operands = (amount.base, *amount.plus, *amount.minus)
        terms = [
            {"role": role, **self.values.operand(operand, state, ValueType.MONEY)}
            for operand, (role, state) in zip(operands, finding.terms, strict=True)
        ]
        caps = [
            {"applies": TRUTHS[found.applies], **self.values.operand(cap.limit, found.limit, ValueType.MONEY)}
            for cap, found in zip(amount.caps, finding.caps, strict=True)
        ]
        return {
            **key_data((amount.id, view.record), "amount"),
            "title": text_data(amount.title),
            "terms": terms,
            "subtotal": self.values.state(finding.subtotal, ValueType.MONEY),
            "rate": self._optional(amount.rate, finding.rate, ValueType.PERCENT),
            "raw": None if finding.raw is None else raw_text(finding.raw),
            "rounding": amount.rounding,
            "rounded": self.values.state(finding.rounded, ValueType.MONEY),
            "floor": self._optional(amount.floor, finding.floor, ValueType.MONEY),
            "caps": caps,
            "bound_by": finding.bound,
            "result": self.values.state(finding.result, ValueType.MONEY),
            "source": source_data(amount.source),
            **place_data(amount.span),
        }

    def _optional(self, operand: Operand | None, state: State | None, type: ValueType) -> Json | None:
        return None if operand is None or state is None else self.values.operand(operand, state, type)
