"""``quote-differs`` (warning): The quote beside a figure gives another figure of the same kind.

Whoever reads the decision sees both. Either the figure is mistyped, or it was changed and the quote is still
the old one: quote the sentence that is in force now.

Where a figure has several values, each with its days, a quote that gives one of them is wrong on the days of
the others, beside the figure itself as well as at every deadline and rule that rests on it. The sentence that
makes the change mostly gives both (“24 hours become 48 hours”): quote that one, or words without the
figure. A rule can also be written once for each time, with `effective` and the quote of that time.

Fails::

    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 9 days}]
        source: {section: "1", quote: 收货后7天内可以退货}

Passes::

    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 9 days}]
        source: {section: "1", quote: 收货后9天内可以退货}
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from policyengine.checks.figures import figures_of
from policyengine.checks.told_figures import size, told, type_of_figure
from policyengine.checks.worded import QUOTE_IS_STALE, Worded, say_stale, stale, worded
from policyengine.diagnostics.diagnostic import Diagnostic, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.model.clauses import Source
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import Value, ValueType

_A_RULE = message(
    "quote the sentence that makes the change, or words without the figure; or write the rule once for each "
    "time, with its days (`effective`) and its quote"
)
_ANOTHER = message("quote the sentence that makes the change, or words without the figure")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every figure that the quote of its own part contradicts."""
    for parameter in rulebook.parameters.values():
        if parameter.values and not parameter.unconfirmed:
            values = [one.value for one in parameter.values]
            yield from _compare(values, parameter.type, parameter.source, parameter.values[-1].span, rulebook)
    for deadline in rulebook.deadlines.values():
        if deadline.within is not None:
            yield from _compare_operand(deadline.within, None, deadline.source, rulebook)
    for amount in rulebook.amounts.values():
        yield from _compare_operand(amount.rate, ValueType.PERCENT, amount.source, rulebook)
        for limit in (amount.floor, *(cap.limit for cap in amount.caps)):
            yield from _compare_operand(limit, ValueType.MONEY, amount.source, rulebook)
    for one in worded(rulebook):
        yield from _tell_days(one, rulebook)


def _compare_operand(
    operand: Operand | None, type: ValueType | None, source: Source | None, rulebook: Rulebook
) -> Iterator[Diagnostic]:
    """Compare what a place can hold; what a parameter holds stands beside that parameter's own quote."""
    figures = [] if operand is None or isinstance(operand, Ref) else [*figures_of(operand, rulebook)]
    if figures:
        values = [one.value for one in figures]
        yield from _compare(
            values, type or type_of_figure(values[-1], ValueType.DURATION), source, figures[-1].span, rulebook
        )


def _compare(
    values: Collection[Value], type: ValueType, source: Source | None, span: Span, rulebook: Rulebook
) -> Iterator[Diagnostic]:
    """Compare values of one place with the figures of a quote; one of them is enough."""
    if source is None:
        return
    found = told(type, source.quote, rulebook.currency)
    if found and not {size(value) for value in values} & {*found.values()}:
        what = message("the quote beside this figure gives {figures}", figures=listing(found))
        help = message("correct the figure, or quote the sentence that is in force now")
        yield warning("quote-differs", what, span, help)


def _tell_days(one: Worded, rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell a quote that is true on some days only."""
    found = stale([one.quote.quote], one.holdings, rulebook) if one.quote is not None else None
    if found is not None and one.quote is not None:
        help = _A_RULE if one.is_rule else _ANOTHER
        yield warning("quote-differs", say_stale(QUOTE_IS_STALE, found, rulebook), one.quote.span, help)
