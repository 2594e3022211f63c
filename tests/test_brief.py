"""The one or two sentences at the head of a decision: what is told is so, and what is open is told as open."""

# ruff: noqa: E501  (a sentence is easier to read in one line)

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from frozen import FROZEN, RULES

from policyengine import load_rulebook
from policyengine.api import Rulebook
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import load_model
from policyengine.outcome.brief import MOST_OUTCOMES, brief_of
from policyengine.outcome.decision import Decision
from policyengine.render.brief import brief_text
from policyengine.render.json.decision import decision_data
from policyengine.semantics.findings import Known
from policyengine.testing.discover import find_files
from policyengine.testing.run import Runner

ROOT = Path(__file__).parent.parent
BOOKS = (ROOT / "rules" / "taobao", *sorted((ROOT / "examples" / "rulebooks").iterdir()))
EXAMPLES = FROZEN / "examples" / "cases"
TOLD = {
    ("late-dispatch", "2012-03-16 18:00:01"): (
        "卖家未按约定时间发货，已违约；投诉正由买家和卖家协商处理；卖家已及时主动赔付，不扣分；规则没有给出数字，无法确定：应赔金额。买家须在 3月18日 18:00 前确认是否得到妥善处理。",
        "The seller has broken the promise to dispatch; buyer and seller are negotiating; the seller compensated voluntarily in time, so no points are deducted; undetermined, because the rules give no figure: compensation due. Buyer must, by 18 March, 18:00: confirm whether it was handled properly.",
    ),
    ("late-dispatch", "2012-12-31 18:00"): (
        "卖家未按约定时间发货，已违约；投诉已完结；买家逾期未确认，视为满意；卖家已及时主动赔付，不扣分；规则没有给出数字，无法确定：应赔金额。",
        "The seller has broken the promise to dispatch; the complaint is closed; the silence of the buyer counts as satisfaction; the seller compensated voluntarily in time, so no points are deducted; undetermined, because the rules give no figure: compensation due.",
    ),
    ("late-dispatch", "2012-03-16 12:00"): (
        "卖家未按约定时间发货，已违约；投诉正由买家和卖家协商处理。卖家须在 3月17日 09:00 前处理投诉：主动赔付，或自判无责而拒绝。",
        "The seller has broken the promise to dispatch; buyer and seller are negotiating. Seller must, by 17 March, 09:00: handle the complaint: pay voluntarily, or reject it as not liable.",
    ),
    ("late-dispatch", "2012-03-13 10:00"): (
        "约定的发货时间未到，尚未违约。卖家须在 3月15日 10:00 前完成发货。",
        "The promised time is not over, so the promise is not broken yet. Seller must, by 15 March, 10:00: dispatch the order.",
    ),
    ("refund-refused", "2012-12-31 00:00"): (
        "退款关闭；卖家逾期未答复，协议自动达成。",
        "The refund is closed; the agreement came about because the seller did not answer.",
    ),
    ("parcel-signed-by-other", "2012-12-31 00:00"): (
        "过失方是物流公司。售后客服须：积极配合处理这一事故。",
        "The courier is at fault. After-sales agent must: help actively to settle the matter.",
    ),
}


@cache
def shipped() -> Rulebook:
    return load_rulebook(RULES, engine="compiled")


@pytest.mark.parametrize(("name", "as_of"), TOLD)
def test_they_read_as_a_colleague_would_say_it(name: str, as_of: str) -> None:
    decision = shipped().evaluate(EXAMPLES / f"{name}.json", as_of=as_of)
    assert tuple(brief_text(decision, Speech(one)) for one in ("zh", "en")) == TOLD[name, as_of]


def decisions(rules: Path, step: int) -> Iterator[Decision]:
    """Return what the tests of a rulebook judge, every so many."""
    runner = Runner()
    files, faults = runner.read(find_files([str(rules)])[0])
    assert not faults
    scenarios = [(file, one) for file in files for one in file.scenarios]
    for file, scenario in scenarios[::step]:
        for result in runner.run_scenario(file, scenario):
            if result.decision is not None:
                yield result.decision


@pytest.mark.parametrize("rules", BOOKS, ids=lambda path: path.name)
def test_what_is_told_is_so(rules: Path) -> None:
    seen = 0
    for decision in decisions(rules, 9):
        seen += 1
        brief = brief_of(decision)
        assert all(one.status in ("known", "conflict") for one in brief.decided)
        assert all(one.status == "undetermined" for one in brief.open)
        assert len(brief.decided) + len(brief.open) <= MOST_OUTCOMES
        for language in ("zh", "en"):
            text = brief_text(decision, Speech(language))
            assert text and "{" not in text and "\n" not in text
            own = "" if brief.awaited is None else brief.awaited.step.notice.text.get("zh")
            assert text.count("。") <= 2 + own.count("。")
            # Words for values that are not decided are not said.
            said = {one.fact.path for one in decision.outcomes if one.status == "known"}
            for outcome in decision.outcomes:
                if outcome.status == "undetermined" and outcome.fact.path not in said:
                    for words in outcome.fact.in_brief:
                        sure = words.text.in_language(language, language)
                        decided = text.partition("。" if language == "zh" else ". ")[0].lower()
                        decided = decided.partition("undetermined")[0].partition("确定：")[0]
                        assert "{" in sure or sure.lower() not in decided, (decision.case.id, sure)
            for outcome in brief.open:
                assert outcome.fact.title.in_language(language, language).lower() in text.lower()
        if brief.awaited is not None and isinstance(brief.awaited.step.due, Known):
            assert int(str(brief.awaited.step.due.value)) >= decision.as_of
    assert seen


def test_of_an_empty_decision_the_reason_is_told() -> None:
    decision = shipped().evaluate({"case": "nothing"}, as_of="2012-03-16 18:00:01")
    assert brief_text(decision, Speech("en")) == "Nothing is decided: the case gives no facts."


def test_json_has_it_in_both_languages() -> None:
    decision = shipped().evaluate(EXAMPLES / "refund-refused.json", as_of="2012-12-31 00:00")
    assert decision_data(decision)["summary"] == dict(
        zip(("zh", "en"), TOLD["refund-refused", "2012-12-31 00:00"], strict=True)
    )  # type: ignore[call-overload,index]


# ---------- as a rulebook says it

BOOK = """rulebook: small
version: "1"
title: {zh: 小, en: small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {shop: {zh: 店, en: shop}}
"""


def small(folder: Path, points: str, rule: str = "", type: str = "count") -> Rulebook:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(
        "facts:\n"
        "  order.late: {type: boolean, title: {zh: 迟, en: late}}\n"
        f"  points: {{type: {type}, role: outcome, title: {{zh: 分, en: points}}{points}}}\n"
        "  fee: {type: money, role: outcome, title: {zh: 费, en: fee}}\n",
        "utf-8",
    )
    (folder / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 策, en: policy}\nrules:\n"
        f"  late: {{title: {{zh: 迟, en: late}}, when: {{order.late: yes}}, then: {{points: 3, fee: 2.50}}{rule}}}\n"
        "  in_time: {title: {zh: 准, en: in time}, when: {order.late: no}, then: {points: 0, fee: 0.00}}\n",
        "utf-8",
    )
    return load_rulebook(folder)


@pytest.mark.parametrize(
    ("points", "rule", "late", "expected"),
    [
        ("", "", "yes", "Points: 3; fee: 2.50 CNY."),
        (', in_brief: {otherwise: {zh: "扣 {value} 分", en: "{value} points off"}}', "", "yes", "3 points off."),
        (", in_brief: {0: {zh: 不扣分, en: no points off}}", "", "no", "No points off."),
        # Nothing that is decided has words: all is told.
        (", in_brief: {0: {zh: 不扣分, en: no points off}}", "", "yes", "Points: 3; fee: 2.50 CNY."),
        # What one rule gives to two outcomes is told once.
        # A brace that is meant itself is written twice.
        (', in_brief: {otherwise: {zh: "{{{value}}}", en: "{{{value}}}"}}', "", "yes", "{3}."),
        ("", ", in_brief: {zh: 迟到扣分收费, en: late costs points and a fee}", "yes", "Late costs points and a fee."),
        (', in_brief: {otherwise: {zh: "扣 {value} 分", en: "{value} points off"}}', "", None, "Still undetermined: points. Missing: late."),
    ],
)  # fmt: skip
def test_words_of_the_rulebook(
    tmp_path: Path, points: str, rule: str, late: str | None, expected: str
) -> None:
    case = {} if late is None else {"order": {"late": late == "yes"}}
    decision = small(tmp_path, points, rule).evaluate({"case": "c", **case}, as_of="2024-01-01 00:00")
    assert brief_text(decision, Speech("en")) == expected


@pytest.mark.parametrize(
    ("points", "code", "words"),
    [
        (', in_brief: {otherwise: {zh: "{points}", en: "{points}"}}', "bad-value", "{value}"),
        (', in_brief: {otherwise: {zh: "{value", en: "{value"}}', "wrong-shape", "twice"),
        (", in_brief: {many: {zh: 多, en: many}}", "bad-value", ""),
        (", in_brief: {0: {zh: 无}}", "missing-language", "en"),
        (", in_brief: 3", "wrong-shape", ""),
    ],
)
def test_wrong_words_are_told(tmp_path: Path, points: str, code: str, words: str) -> None:
    if code == "missing-language":
        small(tmp_path, points)
        found = load_model(str(tmp_path), ()).diagnostics
    else:
        with pytest.raises(FaultsFound) as raised:
            small(tmp_path, points)
        found = raised.value.diagnostics
    assert found[0].code == code, found
    assert words in str(found[0].help) + str(found[0].message)


def test_a_fact_of_cases_is_not_decided(tmp_path: Path) -> None:
    book = small(tmp_path, "")
    assert book is not None
    facts = tmp_path / "facts.yaml"
    facts.write_text(
        facts.read_text("utf-8").replace("en: late}", "en: late}, in_brief: {yes: {zh: 迟, en: late}}"),
        "utf-8",
    )
    with pytest.raises(FaultsFound) as raised:
        load_rulebook(tmp_path)
    assert [str(one.message) for one in raised.value.diagnostics] == [
        "`order.late` is not decided: cases give it"
    ]


def test_no_rule_is_told_as_holding_of_which_that_is_open(tmp_path: Path) -> None:
    """Whether the order is late is not known, and either way it costs three points: not because it is late."""
    words = ", in_brief: {zh: 迟到扣三分, en: three points for being late}"
    book = small(tmp_path, ", otherwise: 3", words)
    policy = tmp_path / "policies" / "p.yaml"
    policy.write_text(re.sub(r"\n  in_time.*", "", policy.read_text("utf-8")), "utf-8")
    decision = load_rulebook(tmp_path).evaluate({"case": "c"}, as_of="2024-01-01 00:00")
    assert book is not None and brief_text(decision, Speech("en")).startswith(
        "Points: 3; still undetermined: fee."
    )


def test_an_end_that_nobody_has_confirmed_is_told_as_that(tmp_path: Path) -> None:
    small(tmp_path, "")
    (tmp_path / "facts.yaml").write_text(
        "facts:\n"
        "  order.paid_at: {type: instant, title: {zh: 付款, en: paid at}, if_missing: never}\n"
        "  order.sent_at: {type: instant, title: {zh: 寄出, en: sent at}, if_missing: never}\n"
        "  order.paid: {type: boolean, role: outcome, title: {zh: 已付, en: paid}}\n",
        "utf-8",
    )
    (tmp_path / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 策, en: policy}\n"
        "parameters:\n  time: {title: {zh: 时, en: time}, type: duration, values: []}\n"
        "deadlines:\n"
        "  sending: {title: {zh: 寄出, en: sending}, who: shop, starts: order.paid_at, within: time, met_by: order.sent_at}\n"
        "rules:\n"
        "  paid: {title: {zh: 付, en: paid}, when: {order.paid_at: {happened: yes}}, then: {order.paid: yes},"
        " notices: [{to: shop, kind: duty, text: {zh: 寄出, en: send it}, by: sending}]}\n",
        "utf-8",
    )
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "two_days.yaml").write_text(
        "overlay: two_days\ntitle: {zh: 两天, en: two days}\nconfirmed: no\n"
        "parameters: {time: {values: [{value: 2 days}]}}\n",
        "utf-8",
    )
    case = {"case": "c", "order": {"paid_at": "2024-12-30 00:00"}}
    decision = load_rulebook(tmp_path, overlays=["two_days"]).evaluate(case, as_of="2024-12-30 12:00")
    # A midnight is the end of the day before.
    assert brief_text(decision, Speech("en")) == (
        "Paid: yes. Shop must, by 31 December, 24:00: send it (by figures that nobody has confirmed)."
    )
    assert "店须在 12月31日 24:00 前寄出（按未经确认的数字）" in brief_text(decision, Speech("zh"))
