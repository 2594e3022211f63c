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
COUNTING = """
    def down(number: int) -> int:
        while number > 0:
            number = number - 1
        return number
    """
COUNTED = """
    from toy.limits import down

    def test_it_counts_down() -> None:
        assert down(3) == 0
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
        [*command, "--map", str(folder / "map"), "--patience", "1"],
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


def test_what_no_test_notices_survives_and_what_never_ends_is_caught(tmp_path: Path) -> None:
    code, found = mutants(tmp_path, WEAK + COUNTED, limits=LIMITS + COUNTING)
    assert code == 1 and f"is_late: {BOUNDARY}: 1 tests reach it" in found
    # Six faults: of the counting, all four are noticed, one of them because it counts for ever.
    assert "| all | 6 | 6 | 5 | 1 | 0 | 1 | 83.3 % |" in found


def test_faults_that_change_nothing_can_be_named_and_the_list_is_checked(tmp_path: Path) -> None:
    either = "is_open and spent > limit → is_open or spent > limit"
    stale = "spent < limit → spent <= limit"
    code, found = mutants(tmp_path, WEAK, entry(BOUNDARY) + entry(either, "") + entry(stale))
    assert code == 1 and "| all | 2 | 2 | 1 | 0 | 1 | 0 | 100.0 % |" in found
    assert "called equivalent, but tests/test_limits.py::test_late catches it" in found
    assert f"{stale}', 1): there is no such fault" in found and f"{either}', 1): no reason" in found


def test_a_complete_test_lets_none_survive_and_lines_are_followed(tmp_path: Path) -> None:
    assert mutants(tmp_path, WEAK + EDGE)[0] == 0
    code, found = mutants(tmp_path, WEAK + EDGE, limits=f"\n    # A line more.{LIMITS}")
    assert code == 0 and "test_limits.py:" not in found and "| all | 2 | 2 | 2 | 0 | 0 | 0 |" in found


def test_a_module_that_a_test_imports_only_when_it_needs_it_is_tried_like_others(tmp_path: Path) -> None:
    late = dedent(WEAK + EDGE).replace("from toy.limits import is_late\n", "")
    late = late.replace("() -> None:\n", "() -> None:\n    from toy.limits import is_late\n\n")
    code, found = mutants(tmp_path, late)
    assert code == 0 and "| all | 2 | 2 | 2 | 0 | 0 | 0 |" in found


def test_a_named_fault_that_no_test_reaches_is_no_error(tmp_path: Path) -> None:
    late = dedent(WEAK + EDGE).replace("from toy.limits import is_late\n", "")
    late = late.replace("() -> None:\n", "() -> None:\n    from toy.limits import is_late\n\n")
    named = entry("number + 1 → number - 1").replace('"is_late"', '"never"')
    code, found = mutants(
        tmp_path,
        late,
        named + entry("number + 1 → number + 2").replace('"is_late"', '"never"'),
        limits=LIMITS + "\n    def never(number: int) -> int:\n        return number + 1\n",
    )
    assert code == 0 and "| all | 4 | 4 | 2 | 0 | 2 | 0 | 100.0 % |" in found, found
