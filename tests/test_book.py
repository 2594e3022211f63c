"""The policy book: everything of the rulebook is in it, and every link leads somewhere."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policyengine.book import graphviz
from policyengine.book.blocks import Document, Picture
from policyengine.book.content import policy_book
from policyengine.book.flow import drawn_flow, flow_of
from policyengine.book.html import render_book_html
from policyengine.book.languages import only
from policyengine.book.markdown import escaped, render_book_markdown
from policyengine.book.svg import WIDEST, picture
from policyengine.diagnostics.text import bilingual
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook
from policyengine.render.boxes import Box
from policyengine.testing.discover import find_files
from policyengine.testing.exercised import exercised_parts
from policyengine.testing.run import Runner
from policyengine.values.languages import language_of

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
        if tag in ("link", "img", "iframe"):
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
        assert len({node.name for node in flow.nodes}) == len(flow.nodes)


def test_cases_of_one_name_have_places_of_their_own(made: tuple[Rulebook, Document]) -> None:
    runner = Runner()
    runner.model(RULES)
    tests, _ = runner.read(find_files([RULES])[0])
    first = tests[0]
    twin = replace(
        first,
        scenarios=tuple(
            replace(one, span=replace(one.span, line=one.span.line + 5000)) for one in first.scenarios
        ),
    )
    page = Page()
    page.feed(render_book_html(policy_book(made[0], [first, twin], {})))
    ids = [one for one in page.ids if one.startswith("case-")]
    assert len(ids) == len(set(ids)) == 2 * len(first.scenarios)


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
def test_a_book_is_in_one_language_alone(made: tuple[Rulebook, Document], language: str, other: str) -> None:
    runner = Runner()
    runner.model(RULES)
    tests, _ = runner.read(find_files([RULES])[0])
    book = made[0]
    page = render_book_html(policy_book(book, tests[:2], {}, [language]))
    assert f'lang="{other}"' not in page and 'class="said' not in page and "languages" not in page[-2000:]
    for fact in book.facts.values():
        assert escape(fact.title.get(language), quote=False) in page
    headings = re.findall(r'<h5 id="case-\d+">(?:<span class="name place">[^<]*</span>)?<span>([^<]*)', page)
    assert len(headings) > 20
    for name in headings:
        assert (language_of(name, ("zh", "en")) == "zh") == (language == "zh"), name
    markdown = render_book_markdown(policy_book(book, tests[:2], {}, [language]))
    assert " · " not in markdown.split("\n", 3)[2]


@pytest.mark.parametrize(("language", "title"), [("zh", "函件"), ("en", "Letters")])
def test_letters_are_in_the_book(made: tuple[Rulebook, Document], language: str, title: str) -> None:
    book, document = made
    page = render_book_html(only(document, [language]))
    assert re.search(rf'id="letters"><span[^>]*>{title}<', page)
    for party, letter in book.letters.items():
        assert f'id="letter-{party}"' in page
        for one in letter.paragraphs:
            assert escape((one.title or one.text).get(language), quote=False) in page


def test_a_book_can_be_searched_from_a_file(made: tuple[Rulebook, Document]) -> None:
    page = render_book_html(made[1])
    assert page.count("<script>") == 1 and "fetch" not in page and "http" not in page.split("<script>")[1]
    assert '<input type="search" id="search"' in page


def test_no_name_of_this_machine_is_in_a_book(made: tuple[Rulebook, Document]) -> None:
    home = str(Path(RULES).parent.parent)
    assert home not in render_book_html(made[1]) and home not in render_book_markdown(made[1])


def test_a_picture_tells_no_way_twice_and_leads_where_the_flow_does(made: tuple[Rulebook, Document]) -> None:
    book, _ = made
    for policy in book.policies:
        whole, shown = flow_of(book, policy), drawn_flow(flow_of(book, policy))
        anchors = {one.anchor for one in shown.nodes} | {a for one in shown.nodes for a, _ in one.more}
        assert anchors == {one.anchor for one in whole.nodes}
        assert set(shown.edges) <= set(whole.edges)
        boxes = {one.name: {one.anchor, *(a for a, _ in one.more)} for one in shown.nodes}
        named = {one.name: one.anchor for one in whole.nodes}
        ends = {end for _, end in whole.edges}
        for end in ends:  # what leads to it in the flow leads to it in the picture
            assert _before(named[end], [(named[a], named[b]) for a, b in whole.edges]) == _before(
                named[end], [(a, named[d]) for c, d in shown.edges for a in boxes[c]]
            )


def _before(end: str, edges: list[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    waiting = [end]
    while waiting:
        one = waiting.pop()
        for start, stop in edges:
            if stop == one and start not in found:
                found.add(start)
                waiting.append(start)
    return found


@pytest.mark.skipif(not graphviz.is_there(), reason="Graphviz draws the diagrams")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_diagram_fits_on_a_screen(made: tuple[Rulebook, Document], language: str) -> None:
    drawn = [
        picture(one.flow, (language,))
        for one in only(made[1], (language,)).blocks
        if isinstance(one, Picture)
    ]
    assert all(one is not None for one in drawn)
    for one in drawn:
        assert one is not None
        assert float(one.attrib["viewBox"].split()[2]) <= WIDEST + 30
        boxes = []
        for group in one.iter("g"):
            rect = group.find("rect")
            if group.get("class") == "node" and rect is not None:
                boxes.append(Box(*(float(rect.attrib[key]) for key in ("x", "y", "width", "height"))))
        assert len(boxes) == len([group for group in one.iter("g") if group.get("class") == "node"])
        for number, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:number])
        heads = [group.findall("path") for group in one.iter("g") if group.get("class") == "arrow"]
        for curve, head in heads:  # an arrow ends where its curve does
            x, y = curve.attrib["d"].split()[-1].split(",")
            assert head.attrib["transform"].startswith(f"translate({x} {y}) rotate(")
        kinds = {str(group.get("data-kind")) for group in one.iter("g") if group.get("class") == "node"}
        assert len([group for group in one.iter("g") if group.get("class") == "legend"]) == len(kinds)


def test_without_graphviz_a_book_has_no_diagrams(
    made: tuple[Rulebook, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphviz.shutil, "which", lambda name: None)
    page = Page()
    page.feed(render_book_html(made[1]))
    assert not [one for one in page.ids if one.startswith("flow-")]
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
