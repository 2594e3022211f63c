"""The mutation run finds a fault that no test notices, and none where the tests are complete."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it forks")

LIMITS = """
    def is_late(spent: int, limit: int, is_open: bool) -> bool:
        return is_open and spent > limit
    """
WEAK = """
    from toy.limits import is_late

    def test_late() -> None:
        assert is_late(3, 2, True) and not is_late(1, 2, True) and not is_late(3, 2, False)
    """
EDGE = """
    def test_the_limit_is_in_time() -> None:
        assert not is_late(2, 2, True)
    """
BOUNDARY = "spent > limit → spent >= limit"


def mutants(folder: Path, tests: str, equivalent: str = "", limits: str = LIMITS) -> tuple[int, str]:
    """Run the command on a project of one module and one file of tests."""
    for path, text in {
        "src/toy/__init__.py": "",
        "src/toy/limits.py": limits,
        "tests/test_limits.py": tests,
        "benchmarks/equivalent-mutants.toml": equivalent,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(dedent(text), encoding="utf-8")
    command = [
        sys.executable,
        str(ROOT / "benchmarks/mutants.py"),
        "--root",
        str(folder),
        "--module",
        "toy.limits",
    ]
    done = subprocess.run(
        [*command, "--map", str(folder / "map")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )
    assert not done.stderr, done.stderr
    assert (folder / "src/toy/limits.py").read_text(encoding="utf-8") == dedent(limits)
    return done.returncode, done.stdout


def entry(change: str, reason: str = "nobody waits so long") -> str:
    named = {"module": "toy.limits", "function": "is_late", "change": change, "reason": reason}
    return "\n".join(("[[equivalent]]", *(f'{key} = "{value}"' for key, value in named.items()), ""))


def test_a_fault_that_no_test_notices_survives_until_one_does(tmp_path: Path) -> None:
    code, found = mutants(tmp_path, WEAK)
    assert (
        code == 1 and f"is_late: {BOUNDARY}" in found and "| all | 2 | 2 | 1 | 0 | 0 | 1 | 50.0 % |" in found
    )
    code, found = mutants(tmp_path, WEAK + EDGE)
    assert code == 0 and "| all | 2 | 2 | 2 | 0 | 0 | 0 | 100.0 % |" in found


def test_the_list_of_equivalent_faults_is_checked(tmp_path: Path) -> None:
    code, found = mutants(tmp_path, WEAK, entry(BOUNDARY))
    assert code == 0 and "| all | 2 | 2 | 1 | 0 | 1 | 0 | 100.0 % |" in found
    code, found = mutants(tmp_path, WEAK + EDGE, entry(BOUNDARY))
    assert code == 1 and "called equivalent, but tests/test_limits.py::test_the_limit_is_in_time" in found
    code, found = mutants(tmp_path, WEAK, entry("spent < limit → spent <= limit") + entry(BOUNDARY, ""))
    assert code == 1 and "there is no such fault" in found and "no reason" in found


def test_a_fault_that_never_ends_is_stopped_and_counts_as_caught(tmp_path: Path) -> None:
    endless = """
        def down(number: int) -> int:
            while number > 0:
                number = number - 1
            return number
        """
    test = """
        from toy.limits import down

        def test_it_counts_down() -> None:
            assert down(3) == 0
        """
    code, found = mutants(tmp_path, test, limits=endless)
    assert code == 0 and "| all | 4 | 4 | 4 | 1 | 0 | 0 | 100.0 % |" in found
