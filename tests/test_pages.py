"""The pages: every local link leads somewhere, each is in the contents of the site and in both languages."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from running import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import build_site
import page_links

DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("e*/**/*.md"))
    if "frozen" not in path.parts and "node_modules" not in path.parts
)


@lru_cache(maxsize=1000)
def _anchors(path: Path) -> set[str]:
    return page_links.anchors(path.read_text("utf-8"))


def _broken(path: Path) -> Iterator[str]:
    for link in page_links.links(path.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        meant = (path.parent / name).resolve() if name else path
        is_there = meant.exists() and ROOT in (meant, *meant.parents)
        if not is_there or (anchor and meant.suffix == ".md" and anchor not in _anchors(meant)):
            yield link


def test_every_local_link_leads_somewhere() -> None:
    found = {path.relative_to(ROOT).as_posix(): list(_broken(path)) for path in PAGES}
    assert not {name: links for name, links in found.items() if links}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[a](b.md) and ![picture](c.svg)", ["b.md", "c.svg"]),
        ("[a](https://example.com/x.md), `[no](code.md)`", []),
        ("```\n[no](code.md)\n```\n[a [b] c](d.md#e)", ["d.md#e"]),
        ("| [x](y.md) | `code` |", ["y.md"]),
    ],
)
def test_what_a_link_is(text: str, wanted: list[str]) -> None:
    assert list(page_links.links(text)) == wanted
    changed = page_links.rewritten(text, lambda head, words, target: f"{head}<{target}>)")
    assert [one for one in wanted if f"(<{one}>)" not in changed] == [] and "<code.md>" not in changed
    assert page_links.rewritten(text, lambda head, words, target: f"{head}{target})") == text


def test_what_a_heading_is_called() -> None:
    text = "# A `b` & c\n\n## 做法：谁不作声\n\n```\n# no heading\n```\n### [x](y.md) z\n"
    assert page_links.anchors(text) == {"a-b--c", "做法谁不作声", "x-z"}


def test_each_page_is_in_both_languages() -> None:
    names = {path.relative_to(DOCS).as_posix() for path in PAGES if DOCS in path.parents}
    english = {name for name in names if not name.endswith(".zh.md")}
    assert {name.replace(".zh.md", ".md") for name in names - english} == english


def test_each_page_leads_to_the_other_language_at_its_top() -> None:
    for path in PAGES:
        other = path.with_name(path.name.replace(".zh.md", ".md"))
        tongue = "English"
        if path == other:
            other, tongue = path.with_suffix(".zh.md"), "中文"
        if other in PAGES:
            assert path.read_text("utf-8").split("\n")[1:4] == ["", f"[{tongue}]({other.name})", ""], path


@pytest.fixture(scope="module", params=build_site.LANGUAGES)
def assembled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param) / "pages" / request.param
    build_site.assemble(request.param, folder)
    return request.param, folder


def test_the_links_of_the_site_lead_to_its_own_pages(assembled: tuple[str, Path]) -> None:
    _, folder = assembled
    broken = {}
    for path in folder.rglob("*.md"):
        if "files" in path.relative_to(folder).parts:
            continue
        for link in page_links.links(path.read_text("utf-8")):
            name, _, anchor = link.partition("#")
            meant = (path.parent / name).resolve() if name else path
            is_there = meant.is_file() and folder in meant.parents and not meant.name.endswith(".zh.md")
            if not is_there or (anchor and anchor not in _anchors(meant)):
                broken[link] = path.name
    assert not broken
    for path in folder.rglob("*.md"):
        text = path.read_text("utf-8")
        assert "\x01" not in text and "\n[English](" not in text and "\n[中文](" not in text, path
    assert (folder / "codes" / "unknown-name.md").exists() and (folder / "index.md").exists()


def test_the_contents_name_every_page_and_no_other(assembled: tuple[str, Path]) -> None:
    language, folder = assembled
    listed = [name for _, names in build_site.listed(language) for name in names]
    assert len(listed) == len(set(listed))
    there = set(build_site.sources(language))
    assert set(listed) <= there
    assert {name for name in there if not name.startswith("codes/")} <= set(listed)
    settings = tomllib.loads(build_site._settings(language, folder))["project"]
    navigation = [name for section in settings["nav"] for names in section.values() for name in names]
    assert set(navigation) == there
    assert settings["theme"]["language"] == language and settings["theme"]["font"] is False
