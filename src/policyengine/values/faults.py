"""What is told of a text that is no value of the type asked for."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.values.escaping import shorten


class LiteralError(Exception):
    """A text that is no value of the type asked for: what is wrong with it and what to write instead."""

    def __init__(self, message: Message, help: Message | None = None) -> None:
        """Hold the two sentences; the exception's own text is the English one."""
        super().__init__(str(message))
        self.message = message
        self.help = help


# One whole sentence for each type, because a translation cannot be put together from pieces.
_NOT_A = {
    "money": message("`{text}` is not an amount of money"),
    "percent": message("`{text}` is not a percentage"),
    "count": message("`{text}` is not a whole number"),
    "number": message("`{text}` is not a number"),
    "boolean": message("`{text}` is neither yes nor no"),
    "instant": message("`{text}` is not an instant"),
    "date": message("`{text}` is not a date"),
    "day of the year": message("`{text}` is not a day of the year"),
    "duration": message("`{text}` is not a length of time"),
    "length": message("`{text}` is not a length of time"),
    "business_days": message("`{text}` is not a number of business days"),
    "months": message("`{text}` is not a number of months or years"),
    "time_zone": message("`{text}` is not the name of a time zone"),
    "business_hours": message("`{text}` is not a number of business hours"),
}


def not_a(kind: str, text: str, help: Message) -> LiteralError:
    """Return what to raise for a text that is no value of a type, given by its word."""
    return LiteralError(message(_NOT_A[kind].template, text=shorten(text)), help)
