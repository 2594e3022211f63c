"""The benchmark runs and gives numbers; how large they are is not a matter of tests."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest


def loaded(name: str) -> ModuleType:
    """Return a module of the folder of benchmarks."""
    spec = importlib.util.spec_from_file_location(
        name, Path(__file__).parent.parent / "benchmarks" / f"{name}.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


benchmark, tables = loaded("benchmark"), loaded("tables")


def numbers(table: str) -> list[float]:
    """Return the numbers of all cells below the heads."""
    return [float(cell) for cell in re.findall(r"\| ([0-9.]+) (?=\|)", table)]


def test_one_case() -> None:
    found = benchmark.measure_case(1, 1)
    assert "reference: engine alone" in found and len(numbers(found)) >= 10 and min(numbers(found)) > 0


def test_start() -> None:
    found = benchmark.measure_start(1)
    assert found.count("policyengine evaluate") == 3 and min(numbers(found)) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory() -> None:
    assert len(numbers(benchmark.measure_memory(20, 10))) >= 4


def test_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    found = benchmark.measure_growth((3, 12), (3, 12))
    assert found.count("rules") == 2 and found.count("records") == 2 and min(numbers(found)) > 0


@pytest.mark.parametrize("kind", tables.KINDS)
def test_tables(kind: str) -> None:
    found = tables.measure(30, kind)
    assert len(found) == 4 and min(found) > 0
