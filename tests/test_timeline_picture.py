"""The picture of a timeline: everything is in it, nothing overlaps, colours tell how clocks stand now."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from policyengine import load_rulebook
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.diagnostics.text import Text
from policyengine.frozen import replace
from policyengine.outcome.timeline import ClockStep, Event, Timeline, Turn, make_timeline
from policyengine.render.boxes import Box, lines_of, put, text_width
from policyengine.render.happenings import happening
from policyengine.render.naming import Naming
from policyengine.render.timeline_html import render_timeline_html
from policyengine.render.timeline_layout import MARGIN, WIDE, _wide, layout_of
from policyengine.render.timeline_scale import scale_of
from policyengine.render.timeline_svg import STANDINGS, picture, render_timeline_svg
from policyengine.syntax.files import read_text

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "examples" / "cases").glob("*.json"))
RULES = ROOT / "rules" / "taobao"
LATE, REFUSED, RIGHTS = (
    ROOT / "examples" / "cases" / f"{name}.json"
    for name in ("late-dispatch", "refund-refused", "rights-case")
)
AS_OF = ("2012-03-16 18:00:01", "2012-04-03 09:01:00", "2012-09-28 00:00")


@cache
def lived(path: Path, as_of: str) -> Timeline:
    rulebook = load_rulebook(RULES, engine="compiled")
    text, _ = read_text(str(path))
    assert text is not None
    read, faults = rulebook.read_case(text, path.name)
    assert read is not None, faults
    return make_timeline(rulebook, read, rulebook.read_instant(as_of))


def told(case: dict[str, Any], as_of: str) -> Timeline:
    rulebook = load_rulebook(RULES, engine="compiled")
    read, faults = rulebook.read_case(json.dumps(case), "case.json")
    assert read is not None, faults
    return make_timeline(rulebook, read, rulebook.read_instant(as_of))


def texts(root: Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter("text")]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_step_is_in_the_picture(path: Path) -> None:
    for as_of in AS_OF:
        timeline = lived(path, as_of)
        root = picture(timeline, Speech("en"))
        shown: dict[str, set[int]] = {"event": set(), "clock": set(), "turn": set()}
        for group in root.iter("g"):
            if group.get("class") in shown:
                shown[group.attrib["class"]] |= {int(one) for one in group.attrib["data-steps"].split()}
        kinds = {"event": Event, "clock": ClockStep, "turn": Turn}
        for kind, type in kinds.items():
            wanted = {n for n, step in enumerate(timeline.steps) if isinstance(step.what, type)}
            assert shown[kind] == wanted, (as_of, kind)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nothing_overlaps_and_all_is_on_the_page(path: Path) -> None:
    for as_of in AS_OF:
        for language in get_args(Language):
            layout = layout_of(lived(path, as_of), Speech(language))
            boxes = [item.box for item in layout.items]
            for number, box in enumerate(boxes):
                assert not any(box.overlaps(other) for other in boxes[:number])
                assert box.x >= layout.left and box.x + box.wide <= WIDE - MARGIN + 0.5
            labels = [tick.box for tick in layout.ticks]
            for number, box in enumerate(labels):
                assert not any(box.overlaps(other) for other in labels[:number])
            for lane in layout.lanes:
                for item in layout.items:
                    if item.lane == lane.id:
                        assert lane.top <= item.box.y and item.box.y + item.box.high <= lane.bottom
            for item in layout.items:
                for row, line in enumerate(item.lines):
                    y = item.label[1] + 15 * row
                    assert item.box.y <= y and y + 11 <= item.box.y + item.box.high
                    end = item.label[0] + line.indent + text_width(line.text, 10.5 if line.faint else 12)
                    assert end <= item.box.x + item.box.wide + 0.5


def standings(timeline: Timeline) -> dict[str, tuple[str, set[str]]]:
    """Return for each clock how it is said to stand, and the colours of its bar."""
    found = {}
    for item, group in zip(
        layout_of(timeline, Speech("en")).items,
        [one for one in picture(timeline, Speech("en")).iter("g") if one.get("data-steps") is not None],
        strict=True,
    ):
        if item.clock is not None:
            edges = {str(one.get("stroke")) for one in group.iter("rect") if one.get("class") == "bar"}
            found[item.clock.deadline.id] = (group.attrib["data-standing"], edges)
    return found


def test_a_bar_has_the_colour_of_its_state_now() -> None:
    case = json.loads(LATE.read_text("utf-8"))
    silent = {
        "order": case["order"],
        "complaint": {"reason": "late_dispatch", "filed_at": case["complaint"]["filed_at"]},
    }
    before = standings(told(silent, "2012-03-16 12:00:00"))
    assert before["dispatch"] == ("missed", {STANDINGS["missed"][1]})
    assert before["seller_handling"] == ("open", {STANDINGS["open"][1]})  # it will be missed, and is not yet
    assert before["evidence"] == ("upcoming", {STANDINGS["upcoming"][1]})
    after = standings(told(silent, "2012-03-17 09:00:01"))
    assert after["seller_handling"] == ("missed", {STANDINGS["missed"][1]})
    assert after["voluntary_payment"] == ("lapsed", {STANDINGS["lapsed"][1]})
    assert standings(lived(LATE, AS_OF[0]))["voluntary_payment"][0] == "met"


@pytest.mark.parametrize("language", get_args(Language))
def test_the_legend_explains_what_is_drawn(language: Language) -> None:
    root = picture(lived(LATE, AS_OF[0]), Speech(language))
    legend = " ".join("".join(one.itertext()) for one in root.iter("g") if one.get("class") == "legend")
    wanted = {
        "zh": ("已发生", "结论有变", "进行中", "已履行", "已逾期", "若无人行动"),
        "en": ("it happened", "an outcome changes", "runs", "done in time", "missed", "if nobody acts"),
    }
    assert all(one in legend for one in wanted[language])
    assert not any(one in legend for one in ("逾期未行使", "lapsed unused"))  # there is none


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_place_of_a_file_is_told(path: Path) -> None:
    for language in get_args(Language):
        for page in (render_timeline_svg, render_timeline_html):
            text = page(lived(path, AS_OF[2]), Speech(language))
            assert ".yaml" not in text and str(ROOT) not in text and "site-packages" not in text


def test_numbers_lead_to_clauses_that_open_and_are_printed() -> None:
    page = render_timeline_html(lived(REFUSED, AS_OF[1]), Speech("zh"))
    linked = re.findall(r'href="#(note-\d+)"', page)
    places = re.findall(r'<details><summary><strong>\d+</strong>[^<]+</summary><p id="(note-\d+)">', page)
    assert len(places) == len(set(places)) > 5
    assert set(linked) == set(places)
    printed = re.findall(r"<li><strong>(\d+) ", page)
    assert [f"note-{one}" for one in printed] == places
    assert "size: A4 landscape" in page
    assert "href" not in render_timeline_svg(
        lived(REFUSED, AS_OF[1]), Speech("zh")
    )  # it has no notes to lead to


def test_what_happened_is_said_in_words() -> None:
    late = texts(picture(lived(LATE, AS_OF[0]), Speech("zh")))
    assert "买家已付款" in late and "卖家首次处理：主动赔付" in late
    english = texts(picture(lived(REFUSED, AS_OF[1]), Speech("en")))
    assert "The seller marked the" in english and "order as shipped" in english


@pytest.mark.parametrize(
    ("language", "own"), [("zh", "现在 2013年1月5日 00:00"), ("en", "now, 5 Jan 2013, 00:00")]
)
def test_the_present_is_told_with_its_year_where_that_is_another(language: Language, own: str) -> None:
    root = picture(lived(LATE, "2013-01-05 00:00:00"), Speech(language))
    assert own in texts(root)
    same = " ".join(texts(picture(lived(LATE, AS_OF[0]), Speech("en"))))
    assert "now, 16 Mar, 18:00:01" in same and same.count("2012,") == 1  # said once, at the first moment


def test_the_fonts_of_the_language_come_first() -> None:
    for language, first in (("zh", "'Noto Sans CJK SC'"), ("en", "'Segoe UI'")):
        assert picture(lived(LATE, AS_OF[0]), Speech(language)).attrib["font-family"].startswith(first)
        assert f"1.6 {first}" in render_timeline_html(lived(LATE, AS_OF[0]), Speech(language))


def test_without_words_of_its_own_an_event_is_called_by_its_title() -> None:
    timeline = lived(LATE, AS_OF[0])
    events = [step.what for step in timeline.steps if isinstance(step.what, Event)]
    paid = next(one for one in events if one.fact.path == "order.paid_at")
    bare = replace(paid, fact=replace(paid.fact, happened=Text()))
    book = timeline.now.judged.rulebook
    assert happening(bare, Naming(book, Speech("zh"))) == "付款"
    assert happening(bare, Naming(book, Speech("en"))) == "Paid"


def test_a_value_that_is_not_known_is_not_said() -> None:
    case = json.loads(LATE.read_text("utf-8"))
    del case["complaint"]["reason"]
    timeline = told(case, AS_OF[0])
    events = [step.what for step in timeline.steps if isinstance(step.what, Event)]
    filed = next(one for one in events if one.fact.path == "complaint.filed_at")
    assert happening(filed, Naming(timeline.now.judged.rulebook, Speech("zh"))) == "买家发起投诉"


def test_a_scale_keeps_the_order_and_folds_what_is_long() -> None:
    day = 86_400
    scale = scale_of([0, 60, day, 2 * day, 400 * day], 100.0, 900.0)
    assert scale.places[0] == 100.0 and scale.places[-1] == pytest.approx(900.0)
    assert [*scale.places] == sorted(scale.places)
    assert all(gap.stop - gap.start >= 29.9 for gap in scale.gaps)
    assert [gap.folded for gap in scale.gaps] == [False, False, False, True]
    first, second = scale.gaps[1:3]  # two days are as long as each other, but for the minute
    assert first.stop - first.start == pytest.approx(second.stop - second.start, rel=0.01)
    assert scale.at(day // 2) == pytest.approx((scale.places[1] + scale.places[2]) / 2, abs=1)
    assert scale_of([5], 0.0, 90.0).at(5) == 30.0
    assert scale_of([], 0.0, 90.0).at(5) == 0.0


def test_a_long_word_leaves_the_other_lines_as_they_are() -> None:
    lines = lines_of(f"the case with {'X' * 300} in it", 200.0, 12.0)
    assert lines == ["the case with", "X" * 300, "in it"]
    assert all(text_width(one, 12.0) <= 60.0 for one in lines_of("买家申请（修改）退款", 60.0, 12.0))


def test_lines_break_between_words_where_they_can() -> None:
    assert lines_of("退款状态：退款协议等待卖家确认中", 170.0, 12.0) == [
        "退款状态：",
        "退款协议等待卖家确认中",
    ]
    assert lines_of("买家申请（修改）退款（第 1 条）", 130.0, 12.0) == ["买家申请（修改）退款", "（第 1 条）"]
    assert lines_of("达成后退给买家：25.00 元", 120.0, 12.0) == ["达成后退给买家：", "25.00 元"]
    assert lines_of("退款协议等待卖家确认中", 122.0, 12.0) == ["退款协议等待", "卖家确认中"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_label_lies_across_the_present(path: Path) -> None:
    for as_of in (*AS_OF, "2012-03-17 12:00:00", "2012-03-18 18:00:00", "2012-04-05 09:00:00"):
        for language in get_args(Language):
            layout = layout_of(lived(path, as_of), Speech(language))
            for item in layout.items:
                last = item.label[0] + max(_wide(line) for line in item.lines)
                assert not item.label[0] < layout.now - 1 < last - 1, (as_of, item.lines)


def test_a_label_on_the_left_ends_at_its_mark_in_every_font() -> None:
    """How wide words are is told by the font: what begins far enough on the left would leave a gap."""
    timeline = lived(RIGHTS, "2012-09-28 18:00:00")
    items = layout_of(timeline, Speech("en")).items
    groups = [one for one in picture(timeline, Speech("en")).iter("g") if one.get("data-steps") is not None]
    on_the_left = 0
    for item, group in zip(items, groups, strict=True):
        lines = [one for one in group.iter("text") if one.get("text-anchor") != "middle"]
        for line, text in zip(item.lines, lines, strict=True):
            is_left = item.label[0] < item.start - 20
            on_the_left += is_left
            assert text.get("text-anchor", "start") == ("end" if is_left else "start")
            if is_left:
                assert float(text.attrib["x"]) == pytest.approx(item.start - 10 - line.indent, abs=0.1)
    assert on_the_left >= 4


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("as_of", ["2012-03-12 10:00:00", "2012-03-16 18:00:01", "2012-03-18 18:00:00"])
def test_the_words_at_the_present_are_on_the_page(language: Language, as_of: str) -> None:
    root = picture(lived(LATE, as_of), Speech(language))
    (now,) = (one for one in root.iter("g") if one.get("class") == "now")
    for text in now.iter("text"):
        wide = text_width("".join(text.itertext()), 10.5)
        first = float(text.attrib["x"]) - (wide if text.get("text-anchor") == "end" else 0)
        assert first >= 0 and first + wide <= WIDE, text.text


def test_the_number_of_a_record_is_not_divided() -> None:
    found = lines_of("Seller answers the application (no. 2): lapsed unused", 215.0, 12.0)
    assert found == ["Seller answers the application", "(no. 2): lapsed unused"]


def test_boxes_are_put_as_high_as_they_can() -> None:
    first = put(Box(0, 0, 50, 10), [])
    second = put(Box(40, 0, 50, 10), [first])
    third = put(Box(120, 0, 50, 10), [first, second])
    assert (first.y, third.y) == (0, 0) and second.y > 10


def test_a_case_of_which_nothing_is_known_has_a_picture_too() -> None:
    timeline = told({"order": {"total": "5.00"}}, "2012-03-16 18:00:00")
    root = ElementTree.fromstring(render_timeline_svg(timeline, Speech("zh")).encode())
    assert "案件" in "".join(root.itertext())


@pytest.mark.skipif(importlib.util.find_spec("resvg_py") is None, reason="needs the extra `png`")
def test_an_image_is_drawn_without_a_browser() -> None:
    from policyengine.render.timeline_png import render_timeline_png

    image = render_timeline_png(lived(LATE, AS_OF[0]), Speech("zh"))
    assert image.startswith(b"\x89PNG") and int.from_bytes(image[16:20], "big") == 2 * WIDE
