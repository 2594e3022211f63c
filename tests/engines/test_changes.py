"""Between two judgements of a case nothing changes that is not said to have changed, by any engine."""

from __future__ import annotations

import pytest
from programs import compiled_of
from random_rulebooks import make_case, make_instant, make_rulebook

from policyengine.semantics.findings import Engine, Findings, Unknown
from policyengine.semantics.reference import Reference

CASES = 4


def unnoticed(now: Findings, before: Findings) -> list[object]:
    """Return what is another than before, or open, and is not told."""
    changes = now.changed_since(before)
    kinds = (
        (before.states, now.states, changes.values),
        (before.deadlines, now.deadlines, changes.deadlines),
    )
    found = [key for was, is_, told in kinds for key in was if key not in told and was[key] != is_[key]]
    found += [
        key for key, one in now.states.items() if isinstance(one, Unknown) and key not in changes.values
    ]
    found += [
        key
        for key, one in now.deadlines.items()
        if isinstance(one.status, Unknown) and key not in changes.deadlines
    ]
    return found


@pytest.mark.parametrize("seed", range(60))
def test_what_changes_is_told(seed: int) -> None:
    made = make_rulebook(seed)
    engines: list[Engine] = [
        compiled_of(made.rulebook, made.readings),
        Reference(made.rulebook, made.readings),
    ]
    for _ in range(CASES):
        case, as_of = make_case(made)
        first, second = sorted((as_of, make_instant(made.random)))
        for engine in engines:
            assert not unnoticed(engine.run(case, second), engine.run(case, first)), engine.name
