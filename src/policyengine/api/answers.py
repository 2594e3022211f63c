"""One answer of a decision, in values of Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.parts import Status
from policyengine.values.literals import (
    SMALLEST_UNITS,
    Duration,
    Value,
    ValueType,
    format_value,
    fraction_text,
    kind_of_unit,
    local_time,
)

if TYPE_CHECKING:
    from policyengine.api.decision import Decision

PlainValue: TypeAlias = bool | int | str | Decimal | Fraction | datetime | date | timedelta
"""What a value is in Python."""

_DECIMALS = (ValueType.MONEY, ValueType.PERCENT, ValueType.NUMBER)


class AnswerData(Frozen):
    """What there is to tell of one answer: data that other processes can send."""

    key: Key
    type: ValueType
    status: Status
    value: Value | None
    possible: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    provisional: bool = False


class Answer:
    """What a decision says under one name.

    ``value`` is None unless ``status`` is ``known``. Its type follows from ``type``, its unit is ``unit``:

    ==================  =========================================  =========================
    ``type``            ``value``                                  ``unit``
    ==================  =========================================  =========================
    ``money``           ``Decimal``, in whole units                the currency, ``"CNY"``
    ``percent``         ``Decimal``: 5 for 5 %                     ``"%"``
    ``number``          ``Decimal``                                ``""``
    ``count``           ``int``                                    ``""``
    ``boolean``         ``bool``                                   ``""``
    ``instant``         ``datetime`` with the rulebook's zone      ``""``
    ``date``            ``date``                                   ``""``
    ``duration``        ``timedelta``                              ``""``
    ``business_days``   ``int``                                    ``"business_days"``
    ``months``          ``int`` (a year is 12)                     ``"months"``
    ``business_hours``  ``int``, in minutes                        ``"business_minutes"``
    ``choice``          ``str``, its name (``text()``: its title)  ``""``
    ``text``            ``str``                                    ``""``
    ``time_zone``       ``str``, such as ``"Asia/Shanghai"``       ``""``
    ==================  =========================================  =========================

    An exact step of a calculation that no decimal can hold is a ``Fraction``.
    """

    __slots__ = ("_book", "_data", "_decide")

    def __init__(self, data: AnswerData, book: Model, decide: Callable[[], Decision]) -> None:
        """Made by a decision; ``decide`` returns it, where reasons are asked for."""
        self._data = data
        self._book = book
        self._decide = decide

    @property
    def name(self) -> str:
        """The name, with the number of the record if there is one for each record of a list."""
        return format_key(self._book, self._data.key)

    @property
    def type(self) -> str:
        """The type of the value, in the word of the rulebook."""
        return self._data.type.value

    @property
    def status(self) -> Status:
        """``known``, ``undetermined`` (see ``missing``), ``not_applicable`` or ``conflict`` (of rules)."""
        return self._data.status

    @property
    def value(self) -> PlainValue | None:
        """The value; None unless the status is ``known``."""
        value = self._data.value
        return None if value is None else plain_value(value, self._data.type, self._book)

    @property
    def unit(self) -> str:
        """In what the value is counted, where its type in Python does not say it."""
        return _unit(self._data, self._book)

    @property
    def possible(self) -> tuple[PlainValue, ...]:
        """The values that an undetermined outcome can still take, as far as they can be told."""
        return tuple(plain_value(one, self._data.type, self._book) for one in self._data.possible)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it waits for, by the names under which a case or an overlay can give it."""
        return self._data.missing

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that give an outcome its value, or still could, by their names."""
        return self._data.rules

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The overlays whose unconfirmed figures it rests on."""
        return self._data.unconfirmed

    @property
    def provisional(self) -> bool:
        """Tell whether it rests on a calendar that is not published yet."""
        return self._data.provisional

    def title(self, lang: Language = "en") -> str:
        """Return what it is called, in ``"zh"`` or ``"en"``."""
        from policyengine.render.naming import Naming

        return Naming(self._book, speech(lang)).title(self._data.key[0])

    def text(self, lang: Language = "en") -> str:
        """Return the value for people, with its unit, or in a word why there is none."""
        from policyengine.render.naming import NO_VALUES, Naming

        say = speech(lang)
        if self._data.value is not None:
            return Naming(self._book, say).value(self._data.value, self._data.key[0])
        return say(NO_VALUES[self._data.status])

    def why(self, lang: Language = "en") -> str:
        """Return its reasons, step by step down to the case, as text that ends with a line feed."""
        return self._decide().why(self.name, lang)

    def __repr__(self) -> str:
        return f"<Answer {self.name} = {self.value!r}: {self.status}>"


def speech(lang: object) -> Speech:
    """Return the speech of a language. Raises ValueError, or TypeError for what is no text."""
    if not isinstance(lang, str):
        raise TypeError(f'a language is "zh" or "en", not a {type(lang).__name__}')
    if lang == "zh":
        return Speech("zh")
    if lang == "en":
        return Speech("en")
    raise ValueError(f'there are no sentences in {lang!r}: give "zh" or "en"')


def plain_value(value: Value, type: ValueType, book: Model) -> PlainValue:
    """Return a value of a type as Python has it."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Duration):
        is_duration = kind_of_unit(value.unit) is ValueType.DURATION
        return timedelta(seconds=value.seconds) if is_duration else value.size
    if isinstance(value, Fraction):
        exact = fraction_text(value, type, book.currency).removesuffix("%")
        return Fraction(exact) if "/" in exact else Decimal(exact)
    if type in _DECIMALS:
        return Decimal(str(format_value(value, type, book.zone, book.currency)).removesuffix("%"))
    match type:
        case ValueType.INSTANT:
            return local_time(value, book.zone)
        case ValueType.DATE:
            return date.fromordinal(value)
        case ValueType.DURATION:
            return timedelta(seconds=value)
        case _:
            return value


def _unit(data: AnswerData, book: Model) -> str:
    if data.type is ValueType.MONEY:
        return book.currency.code
    if data.type is ValueType.PERCENT:
        return "%"
    kind = kind_of_unit(data.value.unit) if isinstance(data.value, Duration) else data.type
    return "" if kind is ValueType.DURATION else SMALLEST_UNITS.get(kind, "")
