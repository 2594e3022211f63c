"""Judge marketplace cases by rules in YAML: a decision with its reasons, or what is missing.

>>> import policyengine
>>> rulebook = policyengine.load_rulebook()
>>> decision = rulebook.evaluate("examples/cases/late-dispatch.json", as_of="2012-03-16 18:00:01")
>>> decision["penalty.points"].value
0
>>> decision["compensation.due"].missing
('compensation_cap', 'compensation_floor', 'compensation_rate')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.version import __version__

if TYPE_CHECKING:
    from policyengine.api.answers import Answer
    from policyengine.api.decision import Decision
    from policyengine.api.many import CaseResult
    from policyengine.api.rulebook import Rulebook, load_rulebook
    from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound
    from policyengine.engines.durable.ruleset import EngineUnavailable
    from policyengine.outcome.parts import Outcome

__all__ = [
    "Answer",
    "CaseResult",
    "Decision",
    "Diagnostic",
    "EngineUnavailable",
    "FaultsFound",
    "Outcome",
    "Rulebook",
    "__version__",
    "load_rulebook",
]

_HOMES = {
    "Answer": "api.answers",
    "CaseResult": "api.many",
    "Rulebook": "api.rulebook",
    "load_rulebook": "api.rulebook",
    "Decision": "api.decision",
    "Outcome": "outcome.decision",
    "Diagnostic": "diagnostics.diagnostic",
    "EngineUnavailable": "engines.durable.ruleset",
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
