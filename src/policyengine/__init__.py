"""Judge marketplace cases by rules in YAML: a decision with its reasons, or what is missing.

>>> import policyengine
>>> rulebook = policyengine.load_rulebook("rules/taobao")
>>> decision = rulebook.evaluate("examples/cases/late-dispatch.json", as_of="2012-03-16 18:00:01")
>>> for outcome in decision.outcomes:
...     if outcome.fact.path == "penalty.points":
...         print(outcome.status, outcome.state.value, outcome.reasons[0].rule.id)
known 0 timely_compensation_costs_no_points
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.version import __version__

if TYPE_CHECKING:
    from policyengine.api import Rulebook, load_rulebook
    from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound
    from policyengine.outcome.decision import Decision, Outcome

__all__ = ["Decision", "Diagnostic", "FaultsFound", "Outcome", "Rulebook", "__version__", "load_rulebook"]

_HOMES = {
    "Rulebook": "api",
    "load_rulebook": "api",
    "Decision": "outcome.decision",
    "Outcome": "outcome.decision",
    "Diagnostic": "diagnostics.diagnostic",
    "FaultsFound": "diagnostics.diagnostic",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    # Imported when asked for: every module of the package runs this file, and commands must start fast.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
