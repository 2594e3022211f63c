"""Small rulebooks that stand for the language: each situation and each page of its docs has one.

`tests/situations` holds rules of refunds, service clocks and strikes as houses publish them; `tests/language`
holds the examples of the pages in `docs/language`, one folder a page. Every engine must give what their cases
expect, and a page may show nothing that its rulebook does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyengine.api import EngineName
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.testing.discover import find_files
from policyengine.testing.report import Reporter
from policyengine.testing.run import Runner

TESTS = Path(__file__).parent
PAGES = TESTS.parent / "docs" / "language"
INDEXES = {end: TESTS.parent / "docs" / f"language{end}" for end in (".md", ".zh.md")}
EXAMPLES = TESTS / "language"
RULEBOOKS = sorted(
    path.parent for folder in ("situations", "language") for path in (TESTS / folder).glob("*/rulebook.yaml")
)
ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_every_engine_gives_what_the_cases_expect(rules: Path) -> None:
    for engine in ENGINES:
        runner = Runner(engine)
        files, faults = find_files([str(rules)])
        scenarios, more = runner.read(files)
        assert not faults + more
        results = list(runner.run(scenarios))
        assert results, "a rulebook without cases shows nothing"
        assert not any(one.failures for one in results), Reporter(Speech("en")).results(results)


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong_with_them(rules: Path) -> None:
    found = examine(find_places([str(rules)]), {}).diagnostics
    assert not [one for one in found if one.severity == "error"]


def blocks(page: Path) -> Iterator[list[str]]:
    """Return the lines of each block of YAML on a page, without the blank ones and without indentation."""
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        yield [line.strip() for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_a_page_shows_what_its_rulebook_holds(page: Path) -> None:
    concept = page.name.partition(".")[0]
    held = [
        "\n".join(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
        for path in sorted((EXAMPLES / concept).rglob("*.yaml"))
    ]
    for block in blocks(page):
        shown = "\n".join(block)
        assert any(shown in text for text in held), f"no file of {EXAMPLES / concept} holds:\n{shown}"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_a_page_is_there_in_both_languages(page: Path) -> None:
    concept = page.name.partition(".")[0]
    assert (PAGES / f"{concept}.md").is_file() and (PAGES / f"{concept}.zh.md").is_file()


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_the_index_has_every_page(page: Path) -> None:
    """Under its own heading, or the beginning of it, so that who follows the link is where he meant to be."""
    index = INDEXES[".zh.md" if page.name.endswith(".zh.md") else ".md"]
    found = re.search(rf"\[([^\]]+)\]\(language/{re.escape(page.name)}\)", index.read_text("utf-8"))
    assert found, f"{index.name} has no line for {page.name}"
    assert page.read_text("utf-8").startswith(f"# {found[1]}"), (
        f"its heading does not begin with “{found[1]}”"
    )


def anchors(page: Path) -> set[str]:
    """Return what a link can name of a page: its headings, as GitHub spells them."""
    heads = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", [*INDEXES.values(), *sorted(PAGES.glob("*.md"))], ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.zh.md")), ids=lambda path: path.name)
def test_a_chinese_page_leads_to_chinese_pages(page: Path) -> None:
    text = page.read_text("utf-8").replace("[English](", "", 1)  # the same page in English
    links = re.findall(r"\]\(([a-z_-]+)(\.zh)?\.md", text)
    assert not [name for name, chinese in links if not chinese]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.zh.md")), ids=lambda path: path.name)
def test_both_languages_show_the_same_examples(page: Path) -> None:
    assert list(blocks(page)) == list(blocks(PAGES / page.name.replace(".zh.md", ".md")))


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_a_page_has_a_recipe_and_says_what_is_not_possible(page: Path) -> None:
    recipe, limits = (
        ("## 做法：", "## 做不到") if page.name.endswith(".zh.md") else ("## Recipe: ", "## What is not")
    )
    text = page.read_text("utf-8")
    assert recipe in text
    assert limits in text or page.name.startswith("limits."), (
        "it says not what cannot be, and what to do instead"
    )
