"""The policy book: everything of the rulebook is in it, and every link leads somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policyengine.book.blocks import Document
from policyengine.book.content import policy_book
from policyengine.book.flow import flow_of
from policyengine.book.html import render_book_html
from policyengine.book.markdown import escaped, render_book_markdown
from policyengine.diagnostics.text import bilingual
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook
from policyengine.testing.discover import find_files
from policyengine.testing.exercised import exercised_parts
from policyengine.testing.run import Runner

RULES = str(Path(__file__).parent.parent / "rules/taobao")


@pytest.fixture(scope="module")
def made() -> tuple[Rulebook, Document]:
    runner = Runner()
    book, _ = runner.model(RULES)
    assert book is not None
    tests, _ = runner.read(find_files([RULES])[0])
    return book, policy_book(book, tests, exercised_parts(runner.run(tests)))


class Page(HTMLParser):
    """Collects anchors, links, and whatever would be loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name == "href":
                self.links.add(str(value))
            elif name == "src":
                self.loaded.append(str(value))
        if tag in ("script", "link", "img", "iframe"):
            self.loaded.append(tag)


def test_the_page_is_whole_and_needs_nothing_else(made: tuple[Rulebook, Document]) -> None:
    book, document = made
    page = Page()
    page.feed(render_book_html(document))
    assert page.loaded == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    for kind, names in (
        ("rule", book.rules),
        ("deadline", book.deadlines),
        ("amount", book.amounts),
        ("parameter", book.parameters),
        ("clause", book.clauses),
        ("fact", book.facts),
        ("assumption", book.assumptions),
        ("policy", book.policies),
    ):
        assert {f"{kind}-{name}" for name in names} <= set(page.ids)
    assert sum(id.startswith("case-") for id in page.ids) > 100


def test_markdown_links_lead_somewhere(made: tuple[Rulebook, Document]) -> None:
    text = render_book_markdown(made[1])
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)
    assert text.count("```mermaid") == text.count("flowchart LR") > 0


def test_the_book_is_the_same_every_time(made: tuple[Rulebook, Document]) -> None:
    assert render_book_html(made[1]) == render_book_html(made[1])


def test_what_a_rule_file_says_is_no_html(made: tuple[Rulebook, Document]) -> None:
    book, _ = made
    evil = "<script>alert(1)</script>"
    name = next(iter(book.rules))
    rules = {**book.rules, name: replace(book.rules[name], title=bilingual("题", evil))}
    document = policy_book(replace(book, rules=rules), [], {})
    assert evil not in render_book_html(document)
    assert evil not in render_book_markdown(document)
    assert escaped("a|b `c` [d](e) <f>") == r"a\|b \`c\` \[d\](e) \<f\>"


def test_facts_flow_from_left_to_right(made: tuple[Rulebook, Document]) -> None:
    book, _ = made
    for policy in book.policies:
        flow = flow_of(book, policy)
        columns = {node.name: node.column for node in flow.nodes}
        assert all(columns[before] < columns[after] for before, after in flow.edges)
        assert len({(node.column, node.row) for node in flow.nodes}) == len(flow.nodes)


def test_cases_of_one_name_have_places_of_their_own(made: tuple[Rulebook, Document]) -> None:
    runner = Runner()
    runner.model(RULES)
    tests, _ = runner.read(find_files([RULES])[0])
    first = tests[0]
    twin = replace(
        first,
        scenarios=tuple(
            replace(one, span=one.span._replace(line=one.span.line + 5000)) for one in first.scenarios
        ),
    )
    page = Page()
    page.feed(render_book_html(policy_book(made[0], [first, twin], {})))
    ids = [one for one in page.ids if one.startswith("case-")]
    assert len(ids) == len(set(ids)) == 2 * len(first.scenarios)
