"""Checks of a parsed rulebook."""

from __future__ import annotations

from policyengine.diagnostics import Diagnostic
from policyengine.rulebook import Rulebook


def check_rulebook(rulebook: Rulebook) -> list[Diagnostic]:
    """Return everything that is wrong with a rulebook."""
    return []
