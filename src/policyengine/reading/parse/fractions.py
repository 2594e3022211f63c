"""Exact steps of a calculation (``rounding: none``): fractions, which nothing may be that people are told."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import Operand, operands_of
from policyengine.reading.parse.operands import Scope
from policyengine.semantics.strata import refs_of_operand


def is_fraction(value: Operand | None, span: Span, scope: Scope) -> bool:
    """Tell an exact step where a rounded value is needed, also one that is asked for in place."""
    exact = next(_exact(value, scope), None)
    if exact is not None:
        what = message("`{name}` is not rounded, and is only calculated with", name=exact)
        help = message("leave out `rounding: none`, or give it an amount of its own that is rounded")
        scope.fault("type-mismatch", what, span, help)
    return exact is not None


def _exact(value: Operand | None, scope: Scope) -> Iterator[str]:
    """Return the exact steps that can be the value."""
    for ref in refs_of_operand(value):
        if ref.kind == "computed":
            for inner in operands_of(scope.names.computed[ref.name].value):
                yield from _exact(inner, scope)
        elif ref.name in scope.names.exact:
            yield ref.name
