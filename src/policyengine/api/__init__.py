"""The library's door: load a rulebook, judge cases, ask decisions.

rulebook (what judges) rests on cases (what a case may be given as), decision and answers (what comes out, in
values of Python), and many (very many cases, in several processes).
"""

from __future__ import annotations

from policyengine.api.cases import judged_at
from policyengine.api.rulebook import Rulebook, choose_readings, load_rulebook, prepare, read_settings
from policyengine.engines.choice import EngineName

__all__ = [
    "EngineName",
    "Rulebook",
    "choose_readings",
    "judged_at",
    "load_rulebook",
    "prepare",
    "read_settings",
]
