"""The whole texts that people read, in both languages.

After a change that is meant, write the expected texts anew and read their difference:

    POLICYENGINE_WRITE_GOLDEN=1 python -m pytest tests/render/test_text.py
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from asking import find_key
from frozen import FROZEN

from policyengine.api import prepare
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.model.lookup import RULES, VALUES
from policyengine.outcome.decision import Decision
from policyengine.reading.parse.load import load_directory
from policyengine.render.layout import Paint, Row, table, width
from policyengine.render.report import render_report
from policyengine.render.text import render_text, render_trace
from policyengine.render.why.chain import Chain

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
AS_OF = "2012-03-16 18:00:01"
COLOR = re.compile(r"\x1b\[[0-9]+m")


@cache
def decide(overlay: str = "") -> Decision:
    """Judge the example; places in the texts are relative to the root of the repository."""
    before = Path.cwd()
    os.chdir(FROZEN)
    try:
        loaded = load_directory("rules/taobao", (overlay,) if overlay else ())
        assert loaded.rulebook is not None
        return prepare(loaded.rulebook, {}).evaluate("examples/cases/late-dispatch.json", AS_OF)
    finally:
        os.chdir(before)


def explain(decision: Decision, say: Speech) -> str:
    key = find_key(decision, "penalty.points", VALUES)
    return Chain(decision, say).why(key)


def explain_amount(decision: Decision, say: Speech) -> str:
    key = find_key(decision, "compensation.due", VALUES)
    return Chain(decision, say).why(key)


def explain_failure(decision: Decision, say: Speech) -> str:
    key = find_key(decision, "silence_brings_the_platform_in", RULES)
    return Chain(decision, say).why_not(key)


TEXTS: dict[str, tuple[str, Callable[[Decision, Speech], str]]] = {
    "evaluate": ("", render_text),
    "trace": ("", render_trace),
    "why": ("", explain),
    "why_not": ("", explain_failure),
    "overlay": ("late_5pct_1_30", render_text),
    "overlay_why": ("late_5pct_1_30", explain_amount),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str, language: Language) -> None:
    overlay, render = TEXTS[name]
    decision = decide(overlay)
    text = render(decision, Speech(language))
    # The digest changes with every comment in a rule file.
    text = text.replace(decision.judged.rulebook.digest.partition(":")[2][:12], "0" * 12)
    golden = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("POLICYENGINE_WRITE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_colour_changes_nothing_else(language: Language) -> None:
    say = Speech(language)
    plain, colored = render_text(decide(), say), render_text(decide(), say, True)
    assert "\x1b" not in plain
    assert colored != plain and COLOR.sub("", colored) == plain


def test_columns_stand_under_each_other() -> None:
    rows = [Row(("卖家处理", "plain"), ("a", "plain")), Row(("ab", "plain"), ("b", "plain"))]
    first, second = table(rows, Paint(False))
    assert width(first.removesuffix("a")) == width(second.removesuffix("b"))


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("ab", 2), ("卖家", 4), ("ｅ́", 2), ("✔", 1), ("：", 2), ("a\u200bb", 2)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_report_points_at_the_word(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text('{"order": {"total": "十元", "totl": 1}}', "utf-8")
    reader = prepare(decide().judged.rulebook, {})
    text, file = (tmp_path / "case.json").read_text("utf-8"), str(tmp_path / "case.json")
    _, faults = reader.read_case(text, file)
    lines = render_report(faults, Speech("zh")).replace(str(tmp_path) + os.sep, "").splitlines()
    assert lines == [
        "case.json:1:21: 错误[bad-value]: `十元` 里的数字是汉字",
        '  1 | {"order": {"total": "十元", "totl": 1}}',
        "    |                     ^^^^^^",
        "  字段：交易金额（order.total）",
        "  提示：请用阿拉伯数字写：`10元`",
        "case.json:1:27: 错误[unknown-fact]: 没有名为 `order.totl` 的事实",
        '  1 | {"order": {"total": "十元", "totl": 1}}',
        "    |                             ^^^^^^",
        "  提示：是不是想写 `order.total`？",
    ]


def test_an_act_before_its_clock_is_not_called_early(tmp_path: Path) -> None:
    loaded = load_directory(str(FROZEN / "rules/taobao"), ())
    assert loaded.rulebook is not None
    case = tmp_path / "case.json"
    ruled = {"reason": "other", "filed_at": "2012-04-22 10:00:00", "decided_at": "2012-04-22 12:00:00"}
    case.write_text(json.dumps({"complaint": {**ruled, "decision": "seller"}}), "utf-8")
    decision = prepare(loaded.rulebook, {}).evaluate(str(case), "2012-04-22 13:00:00")
    for language, words in (
        ("zh", "，在期限开始之前"),
        ("en", "met at 2012-04-22 12:00:00, before it began"),
    ):
        lines = render_text(decision, Speech(language)).splitlines()
        assert any(words in line for line in lines if "2012-05-02 24:00:00" in line)
