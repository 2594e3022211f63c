"""Hostile surroundings end with a documented code. The long run is ``benchmarks/hostile.py``."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
if os.name == "nt":
    pytest.skip("pipes, links and streams are others there", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
_SPEC = importlib.util.spec_from_file_location("hostile", BENCHMARKS / "hostile.py")
assert _SPEC is not None and _SPEC.loader is not None
hostile = importlib.util.module_from_spec(_SPEC)
sys.modules["hostile"] = hostile
_SPEC.loader.exec_module(hostile)


@pytest.mark.parametrize("name", sorted(hostile.SITUATIONS))
def test_every_situation_ends_with_a_documented_code(name: str) -> None:
    told: list[str] = []
    codes = hostile.run_round(1, random.Random(name), told.append, name)
    assert not told and codes.total() > 2


def test_what_it_looks_for_is_found(tmp_path: Path) -> None:
    """A run that finds nothing is worth something only if it would find something."""
    (tmp_path / "victim").write_text("changed")
    ci = hostile.Command(["timeline", "--format", "svg"], environment={"GITHUB_ACTIONS": "true"})
    found = hostile.faults_of(tmp_path, ci, 0, b"<svg>\x0b</svg>\n ::x", b"Traceback")
    assert len(found) == 4
    assert len(hostile.faults_of(tmp_path, ci, None, b"", b"")) == 2
    assert len(hostile.faults_of(tmp_path, ci, 70, b"", b"")) == 2
