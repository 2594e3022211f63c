"""Names as they are asked about on the command line, for tests that explain them."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.model.case import Key
from policyengine.model.lookup import RULES, Kind, Lookup, Unknown
from policyengine.outcome.decision import Decision


def find_key(decision: Decision, name: str, kinds: Sequence[Kind]) -> Key:
    """Return what a name means in a decision."""
    findings = decision.findings
    present = findings.rules if kinds == RULES else findings.states
    key = Lookup(decision.judged.rulebook).key(name, kinds, present)
    assert not isinstance(key, Unknown), key
    return key
