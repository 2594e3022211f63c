"""The pages show what the commands really print."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from policyengine.engines.durable.ruleset import durable_available

ROOT = Path(__file__).parent.parent
_SPEC = importlib.util.spec_from_file_location("readme", ROOT / "tools" / "readme.py")
assert _SPEC is not None and _SPEC.loader is not None
readme = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(readme)


@pytest.mark.skipif(
    not durable_available(), reason="the pages show the usual engine, without its replacement's note"
)
@pytest.mark.parametrize("name", readme.PAGES)
def test_a_page_is_up_to_date(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    page = (ROOT / name).read_text("utf-8")
    cache = tmp_path_factory.getbasetemp().parent / "cache-of-pages"
    assert readme.refresh(page, cache) == page, "run tools/readme.py"
