"""How lengths of time are counted, as a rulebook says it or a part of it that departs from that."""

from __future__ import annotations

from policyengine.diagnostics.span import Span
from policyengine.frozen import Placed
from policyengine.values.counting import Aspect


class CountingRule(Placed):
    """How lengths are counted: each entry a fixed choice or one that depends on a reading."""

    aspect: Aspect
    assumption: str | None
    choices: tuple[tuple[str, str], ...]
    span: Span
