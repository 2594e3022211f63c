"""The measurement of exactness runs, on the starter and its own cases."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
_SPEC = importlib.util.spec_from_file_location("exactness", BENCHMARKS / "exactness.py")
assert _SPEC is not None and _SPEC.loader is not None
exactness = importlib.util.module_from_spec(_SPEC)
sys.modules["exactness"] = exactness
_SPEC.loader.exec_module(exactness)
STARTER = str(Path(__file__).parent.parent / "src/policyengine/starter")


def test_every_open_outcome_of_the_starter_is_told_exactly() -> None:
    counts, violations = exactness.measure(exactness.Asked(STARTER, 0, 1, 2, 3, 1))
    assert violations == []
    for dropped in (1, 2):
        assert counts[dropped, "open"] == counts[dropped, "exact"] > 0
        assert counts[dropped, "completions"] > 0
