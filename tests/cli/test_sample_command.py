"""``policyengine sample``: the same bytes everywhere, and what cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Run
from small_shop import write_shop


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write_shop(tmp_path / "shop")


def test_the_command_writes_the_same_everywhere(run: Run, shop: Path, tmp_path: Path) -> None:
    words = ("sample", str(shop), "-n", "20", "--seed", "7", "--from", "2024-01-01", "--to", "2024-12-31")
    printed = run(*words)
    assert printed.code == 0, printed.err
    assert len(printed.out.splitlines()) == 20
    assert "as_of" not in printed.out
    target = tmp_path / "cases.ndjson"
    assert run(*words, "--out", str(target)).code == 0
    assert target.read_text("utf-8") == printed.out
    later = run("sample", str(shop), "-n", "5", "--first", "16", *words[4:])
    assert later.out == "".join(printed.out.splitlines(keepends=True)[15:])
    assert '"as_of": "20' in run(*words, "--as-of").out
    judged = run(
        "evaluate", str(target), "--rules", str(shop), "--as-of", "2025-06-01 00:00", "--format", "json"
    )
    assert judged.code in (0, 3), judged.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "2024-13-01"), "not a day"),
        (("--from", "2024-02-01", "--to", "2024-01-01"), "--to is before --from"),
        (("--assume", "A-99=x"), "A-99"),
    ],
)
def test_what_cannot_be_made_is_told(run: Run, shop: Path, words: tuple[str, ...], told: str) -> None:
    found = run("sample", str(shop), *words)
    assert found.code == 2 and told in found.err and not found.out
