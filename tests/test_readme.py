"""The pages show what the commands really print."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from policyengine.engines.durable.ruleset import durable_available

ROOT = Path(__file__).parent.parent
# Where links lead, less the headings, whose names are of the language.
_LINK = re.compile(r"\]\(([^)#]+)")
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
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


@pytest.mark.parametrize("name", readme.PICTURES)
def test_a_picture_is_up_to_date(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.getbasetemp().parent / "cache-of-pages"
    assert readme.drawn(readme.PICTURES[name], cache) == (ROOT / name).read_text("utf-8"), (
        "run tools/readme.py"
    )


@pytest.mark.parametrize(
    ("name", "right", "held"),
    [
        ("docs/clerk-story.md", "errors: 0, warnings: 0", "failed: 0"),
        ("docs/clerk-story.zh.md", "0 个错误，0 个警告", "未通过的案例 0 个"),
    ],
)
def test_what_the_story_of_a_clerk_commits_is_right(name: str, right: str, held: str) -> None:
    last = _CONSOLE.findall((ROOT / name).read_text("utf-8"))[-1]
    assert right in last and held in last and "edit.cases.yaml" in last


def test_the_first_page_is_short_and_the_same_in_both_languages() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    assert max(len(english.splitlines()), len(chinese.splitlines())) <= 126
    for mark in ("\n## ", "\n$ ", "\n| ", "\n```", "!["):
        assert english.count(mark) == chinese.count(mark), mark
    links = [_LINK.findall(page.replace(".zh.", ".")) for page in (english, chinese)]
    assert links[0] == links[1]
