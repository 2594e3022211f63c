"""Laws of the width of a page: what is broken into lines says the same, fits, and is read as a sentence."""

from __future__ import annotations

import io
from functools import cache

import pytest
from frozen import FROZEN
from hypothesis import given, settings
from hypothesis import strategies as st

from policyengine import Decision, load_rulebook
from policyengine.cli import options
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.model.key_names import format_key
from policyengine.model.lookup import VALUES
from policyengine.render.layout import Paint, Row, table, width, wrap
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain

CLOSING = "，。；：、！？）」』】》,.;:!?)]”’"
OPENING = "（「『【《([“‘"
WORDS = st.text(alphabet="ab 案件规则，。；（）「」“”(),. ", max_size=90)
MANY = settings(max_examples=200, deadline=None)


def bare(text: str) -> str:
    return "".join(text.split())


@given(text=WORDS, columns=st.integers(12, 60), hang=st.integers(0, 4))
@MANY
def test_a_wrapped_text_says_the_same_and_breaks_as_people_do(text: str, columns: int, hang: int) -> None:
    first, *more = lines = wrap(text, columns, hang)
    assert bare("".join(lines)) == bare(text)
    for line, room in ((first, columns), *((one, columns - hang) for one in more)):
        is_whole = not wrap(line, 1)[1:]  # nowhere to break
        assert width(line) <= room or is_whole
    # After a space a sign stands alone already, as it was written.
    for line in more:
        assert line[:1] not in CLOSING or not line
    for line in lines[:-1]:
        assert not line or line[-1] not in OPENING or " " in text


CELLS = st.lists(WORDS.map(str.strip), min_size=3, max_size=3)


@given(rows=st.lists(CELLS, min_size=1, max_size=4), columns=st.integers(40, 120))
@MANY
def test_a_table_keeps_every_word_in_its_order(rows: list[list[str]], columns: int) -> None:
    made = [Row(*((cell, "plain") for cell in one), below=one[:1]) for one in rows]
    lines = table(made, Paint(False, columns))
    assert bare("".join(lines)) == bare("".join(cell for one in rows for cell in (*one, one[0])))
    assert table(made, Paint(False)) == table(made, Paint(False, 10_000))


@cache
def decisions() -> tuple[Decision, ...]:
    book = load_rulebook(FROZEN / "rules/taobao")
    paths = sorted((FROZEN / "examples/cases").glob("*.json"))
    return tuple(book.evaluate(str(path), as_of="2012-03-16 18:00:01") for path in paths[:4])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_page_fits_and_says_the_same_at_any_width(language: Language, columns: int) -> None:
    say = Speech(language)
    for decision in decisions():
        outcome = decision.outcomes[0]
        key = (outcome.fact.path, outcome.record)
        pages = (
            (render_text(decision, say), render_text(decision, say, columns=columns)),
            (Chain(decision, say).why(key), Chain(decision, say, columns=columns).why(key)),
        )
        for whole, broken in pages:
            assert bare(whole) == bare(broken)
            for line in broken.splitlines():
                words = line.strip()
                # Deep in a chain a line keeps the room in which it can still be read.
                assert width(line) <= columns or width(words) <= 32 or not wrap(words, 1)[1:]


def test_every_name_on_the_page_can_be_asked_about() -> None:
    for decision in decisions():
        rows = [line.split("  ") for line in render_text(decision, Speech("en")).splitlines()]
        words = {cell.strip() for row in rows for cell in row}
        for outcome in decision.outcomes:
            name = format_key(decision.judged.rulebook, (outcome.fact.path, outcome.record))
            assert name in words or outcome.status == "not_applicable"
        for view in decision.clocks:
            if view.is_set:
                assert view.deadline.id in words
                (found,) = decision.rulebook.lookup.find(view.deadline.id, VALUES)
                assert found.name == f"{view.deadline.id}.status"


def test_what_a_reader_can_give_stands_before_what_only_the_rules_could() -> None:
    book = load_rulebook(FROZEN / "rules/taobao")
    case = {
        "case": "x",
        "order": {"total": "100.00", "paid_at": "2012-03-12 10:00", "promised_dispatch": "72 hours"},
        "complaint": {"filed_at": "2012-03-16 09:00", "reason": "not dispatched when agreed"},
    }
    for decision in (*decisions(), book.evaluate(case, as_of="2012-03-18 10:00")):
        kinds = [one.missing.kind for one in decision.wanted if one.missing.kind in ("fact", "parameter")]
        assert kinds == sorted(kinds)
        lines = render_text(decision, Speech("en")).splitlines()
        heads = ("Missing", "Missing: figures that the rules do not give")
        assert [one for one in heads if one in lines] == [one for one in lines if one in heads]
        assert (heads[1] in lines) == ("parameter" in kinds)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def test_a_pipe_has_no_width_and_a_terminal_has_one() -> None:
    assert options.columns(None, io.StringIO()) is None
    assert options.columns(72, io.StringIO()) == options.columns(72, _Terminal()) == 72
    assert options.columns(None, _Terminal()) == 80  # one that does not say how wide it is
