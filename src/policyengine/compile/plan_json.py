"""A Plan as JSON: data that can be stored and read by other programs, and can make nothing happen.

A node is an object with one member, whose name is that of its class and whose value is the list of its fields
in their order; a tuple is a list, a length of time is ``{"Duration": [24, "hours"]}``. Everything else is a
JSON value as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from policyengine.compile import plan as nodes
from policyengine.compile.plan import Plan
from policyengine.frozen import Frozen
from policyengine.values.literals import Duration
from policyengine.values.seasons import Season

FORMAT = "policyengine.plan/1"

_KINDS: tuple[type[Frozen], ...] = (
    nodes.Const,
    nodes.Unsaid,
    nodes.Read,
    nodes.Chosen,
    nodes.Apply,
    nodes.Window,
    nodes.Same,
    nodes.Choose,
    nodes.Aggregate,
    nodes.Compute,
    nodes.Given,
    nodes.Candidate,
    nodes.Derived,
    Season,
    nodes.Dated,
    nodes.Parameter,
    nodes.Pause,
    nodes.Due,
    nodes.Status,
    nodes.Cap,
    nodes.Band,
    nodes.Amount,
    nodes.Computed,
    nodes.Rule,
    nodes.Policy,
    nodes.RecordList,
    nodes.Stratum,
    nodes.Plan,
)
_MAKERS: Mapping[str, Callable[..., object]] = {
    **{one.__name__: one for one in _KINDS},
    Duration.__name__: Duration,
}
_FIELDS: Mapping[type, tuple[str, ...]] = {kind: kind.__struct_fields__ for kind in _KINDS}


def write_plan(plan: Plan, indent: int | None = None) -> str:
    """Return the JSON of a Plan."""
    separators = (",", ":") if indent is None else None
    whole = {"format": FORMAT, "plan": _encoded(plan)}
    return json.dumps(whole, ensure_ascii=False, indent=indent, separators=separators)


def read_plan(text: str) -> Plan:
    """Return the Plan of a JSON text. Raises ValueError for one that is none."""
    try:
        whole = json.loads(text, object_hook=_decoded)
    except (TypeError, KeyError, RecursionError) as fault:
        raise ValueError(f"not a plan: {fault}") from None
    plan = whole.get("plan") if isinstance(whole, dict) and whole.get("format") == FORMAT else None
    if not isinstance(plan, Plan):
        raise ValueError(f"not a plan of the format {FORMAT}")
    return plan


def _encoded(part: object) -> Any:
    if isinstance(part, Duration):
        return {"Duration": [part.count, part.unit]}
    if isinstance(part, tuple):
        return [_encoded(one) for one in part]
    names = _FIELDS.get(type(part))
    if names is None:
        return part
    return {type(part).__name__: [_encoded(getattr(part, name)) for name in names]}


def _decoded(found: dict[str, Any]) -> object:
    if len(found) != 1:
        return found
    ((kind, parts),) = found.items()
    return _MAKERS[kind](*map(_tupled, parts))


def _tupled(part: object) -> object:
    return tuple(map(_tupled, part)) if isinstance(part, list) else part
