"""Letters: what one party is told, never what is open, never what concerns others alone."""

# ruff: noqa: E501  (sentences are kept whole)

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from frozen import FROZEN, RULES
from running import AS_OF, CASE
from small_shop import write_shop

from policyengine import load_rulebook
from policyengine.api import Rulebook
from policyengine.api.decision import Decision
from policyengine.changes.compare import compare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.loading.load import load_model
from policyengine.model.lookup import Unknown
from policyengine.outcome.letter import find_party, letter_content
from policyengine.reading.parse.load import load_directory
from policyengine.render.letter import render_letter
from policyengine.render.naming import Naming
from policyengine.semantics.findings import Known

CASES = sorted((FROZEN / "examples" / "cases").glob("*.json"))
MOMENTS = ("2012-03-16 09:00:01", "2012-03-16 18:00:01", "2012-03-21 12:00:00", "2012-10-01 08:00:00")
"""While the seller must act, while the buyer must confirm, while the platform decides, and late."""
NOT_DECIDED: Mapping[Language, str] = {"zh": "尚无法确定。", "en": "not decided yet."}


@cache
def shipped(*overlays: str) -> Rulebook:
    return load_rulebook(str(RULES), overlays=overlays)


@cache
def judged(path: Path, as_of: str) -> Decision:
    return shipped().evaluate(path.read_text("utf-8"), as_of=as_of)


def letter(decision: Decision, party: str, language: Language) -> str:
    return render_letter(decision, letter_content(decision, party), Speech(language))


def readers() -> list[str]:
    """Return the parties to whom a letter can go: what the members of a group must do is not the same."""
    return [id for id, one in shipped().model.parties.items() if not one.members]


def every() -> Iterator[tuple[Decision, str, Language, str]]:
    """Yield every decision of the examples with every letter about it."""
    for path in CASES:
        for moment in MOMENTS:
            decision = judged(path, moment)
            for party in readers():
                for language in LANGUAGES:
                    yield decision, party, language, letter(decision, party, language)


def reaches(decision: Decision, to: str, party: str) -> bool:
    return to == party or party in decision.judged.rulebook.parties[to].members


def day_of(seconds: int, language: Language) -> str:
    """Return the day of the end of a period as a letter writes it, by other means than the program."""
    zone = shipped().model.zone
    at = datetime.fromtimestamp(seconds, zone)
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        at = datetime.fromtimestamp(seconds - 1, zone)
    return f"{at.year}年{at.month}月{at.day}日" if language == "zh" else at.strftime("%-d %B %Y")


# ---------- laws, over every example, party and language


def test_what_is_open_is_told_as_open_and_with_what_it_waits_for() -> None:
    count = 0
    for decision, party, language, text in every():
        naming = Naming(decision.judged.rulebook, Speech(language))
        for outcome in decision.undetermined:
            title, colon = naming.text(outcome.fact.title), "：" if language == "zh" else ": "
            said = re.findall(rf"^\d+\. {re.escape(title)}{colon}(.*)$", text, re.M | re.I)
            assert said in ([], [NOT_DECIDED[language]]), (party, text)
            count += len(said)
            for one in outcome.waits if said else ():
                assert naming.title(naming.asked_for(one)[0]) in text
    assert count > 50


def test_every_duty_of_the_reader_is_told_with_its_end() -> None:
    count = 0
    for decision, party, language, text in every():
        naming = Naming(decision.judged.rulebook, Speech(language))
        for step in decision.next_steps:
            if step.notice.kind != "duty" or not reaches(decision, step.notice.to, party):
                continue
            words = naming.text(step.notice.text)[1:]
            line = next(one for one in text.splitlines() if words in one)
            if isinstance(step.due, Known) and isinstance(step.due.value, int):
                assert day_of(step.due.value, language) in line
                count += 1
            if step.otherwise:
                assert naming.text(step.otherwise)[1:] in text
    assert count > 20


def test_a_duty_that_is_late_is_told_once_with_the_end_that_was_missed() -> None:
    """The duty that a rule gives because a deadline was missed, and the deadline, are one thing to do."""
    count = 0
    for decision, party, language, text in every():
        content, naming = letter_content(decision, party), Naming(decision.judged.rulebook, Speech(language))
        for duty, late in content.late:
            due, title = late.clock.finding.due, naming.text(late.clock.deadline.title)
            assert isinstance(due, Known) and isinstance(due.value, int)
            about = next(one for one in text.split("\n\n") if naming.text(duty.notice.text)[1:] in one)
            assert not [one for one in text.splitlines() if re.match(rf"\d+\. {title}", one, re.I)]
            assert day_of(due.value, language) in about
            assert late not in content.clocks
            count += 1
    assert count >= 6


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "zh",
            "1. 处理投诉（已逾期；规则没有规定逾期的后果）。\n   期限已于2012年3月26日 24:00届满。\n   依据：",
        ),
        (
            "en",
            "1. Decide the complaint (it is late; the rules say nothing about that).\n"
            "   The time for it was over on 26 March 2012, 24:00.\n   Basis: ",
        ),
    ],
)
def test_the_platform_is_told_once_that_it_is_late(language: Language, told: str) -> None:
    (path,) = (one for one in CASES if one.stem == "late-dispatch-silent")
    text = letter(judged(path, "2012-04-20 18:00:00"), "platform", language)
    (part,) = (one for one in text.split("\n\n") if told in one)
    assert "2. " not in part


def test_a_deadline_that_another_clause_sets_is_named_with_its_duty(tmp_path: Path) -> None:
    """Who is fined for being late still has to act, which the fine does not say."""
    policy = write_shop(tmp_path) / "policies" / "sending.yaml"
    fine = "then: {order.late: yes}, notices: [{to: seller, kind: duty, text: pay the fine}]}"
    policy.write_text(policy.read_text("utf-8").replace("then: {order.late: yes}}", fine), "utf-8")
    decision = load_rulebook(str(tmp_path)).evaluate(PAID, as_of="2026-03-05 11:00:00")
    text = letter(decision, "seller", "en")
    ended = "Sending: the time for it was over on 4 March 2026, 10:00, and it is still asked for."
    assert f"\n1. Pay the fine.\n   {ended}\n" in text and "\n2. " not in text.partition("must do")[2]


def test_sections_are_named_in_the_language_of_the_reader() -> None:
    for _, _, language, text in every():
        sections = re.findall(r"(part \d, )?(篇.)[)）]", text)
        assert all(bool(title) is (language == "en") for title, _ in sections), text


def test_nothing_is_told_that_others_alone_are_told() -> None:
    count = 0
    for decision, party, language, text in every():
        naming = Naming(decision.judged.rulebook, Speech(language))
        steps = [*decision.next_steps, *(one.step for one in decision.possible_steps)]
        own = " ".join(
            naming.text(one.notice.text) for one in steps if reaches(decision, one.notice.to, party)
        )
        for step in steps:
            words = naming.text(step.notice.text)[1:]
            if words not in own:  # a clause that is quoted, or a deadline of the other, may sound the same
                assert not [one for one in text.splitlines() if one.rstrip("。.").endswith(words)]
                count += 1
    assert count > 100


def test_what_is_decided_comes_with_its_clause() -> None:
    count = 0
    for decision, party, _, text in every():
        for outcome in letter_content(decision, party).decided:
            assert outcome.status == "known" and outcome.reasons
            for reason in outcome.reasons:
                assert reason.rule.source is not None and f"“{reason.rule.source.quote}”" in text
                count += 1
    assert count > 200


def test_no_name_of_the_rulebook_and_no_path_is_in_a_letter() -> None:
    model = shipped().model
    names = [*model.facts, *model.parameters, *model.deadlines, *model.amounts, *model.rules, *model.policies]
    inner = re.compile("|".join(re.escape(one) for one in names if "." in one or "_" in one))
    for _, _, _, text in every():
        assert not inner.search(text) and ".yaml" not in text and "[0]" not in text
        assert "{" not in text and "}" not in text


def test_a_party_is_told_only_what_its_letter_may_tell() -> None:
    buyer = shipped().model.letters["buyer"].tells
    assert buyer is not None and "penalty.points" not in buyer
    for decision, party, _, _ in every():
        content = letter_content(decision, party)
        told = {one.fact.path for one in (*content.decided, *content.open)}
        if party == "buyer":
            assert told <= {*buyer}


def test_nothing_is_said_not_to_be_asked_where_something_may_be() -> None:
    reassuring = ("没有必须办理", "There is nothing that you")
    found = set()
    for decision, party, _, text in every():
        content = letter_content(decision, party)
        duties = [one for one in content.steps if one.step.notice.kind == "duty"]
        is_said = any(one in text for one in reassuring)
        assert not (is_said and (duties or content.perhaps))
        found.add((is_said, bool(duties)))
    assert {(True, False), (False, True)} <= found


def test_a_letter_reads_as_one_that_is_sent() -> None:
    """No nested quotes or brackets of one kind, no sentence without an end, no word of ours for the rules."""
    for _, _, language, text in every():
        assert not re.search("“[^”]*“|（[^）]*（|[“”][。.]?[“”]", text), text
        items = [line for line in text.splitlines() if re.match(r"\d+\. ", line)]
        assert all(re.search("[。？！.?!][”’]?$", one) for one in items), items
        if language == "zh":
            own = re.sub("“[^”]*”（", "", text)
            assert "原文" not in own and "「" not in own and not re.search("[\u4e00-\u9fff][,;:]", own), own


@pytest.mark.parametrize("party", ["buyer", "seller"])
def test_both_parties_are_greeted_and_thanked(party: str) -> None:
    decision = judged(FROZEN / CASE, AS_OF[1])
    zh, en = (letter(decision, party, one) for one in LANGUAGES)
    assert "\n\n尊敬的" in zh and "，您好：\n\n感谢您" in zh and zh.endswith("感谢您的理解与支持！\n")
    assert (
        "\n\nDear " in en
        and "\n\nThank you for " in en
        and en.endswith("Thank you for your understanding.\n")
    )


def test_what_a_case_decides_is_told_in_sentences_to_the_reader() -> None:
    rejected = FROZEN / "examples/cases/late-dispatch-rejected.json"
    zh = letter(judged(rejected, MOMENTS[3]), "seller", "zh")
    assert "1. 您未按约定时间发货，已构成违约。\n" in zh and "4. 淘宝裁定您有责。\n" in zh
    assert "\n7. 双方提交的凭证第3条（2012年3月19日 20:00:01）：不予考虑。\n" in zh
    assert "是否违约：是" not in zh and "责任方：" not in zh
    refund = judged(FROZEN / "examples/cases/refund-refused.json", "2012-04-03 09:01")
    assert "（退款申请及历次修改第2条，2012年4月3日 09:00）。\n" in letter(refund, "seller", "zh")
    early = judged(FROZEN / CASE, "2012-03-15 09:00:00")
    assert "1. 约定的发货时间未到，尚未违约。\n" in letter(early, "buyer", "zh")


def test_a_duty_rests_on_the_clause_that_sets_its_end() -> None:
    text = letter(judged(FROZEN / CASE, "2012-03-15 09:00:00"), "seller", "zh")
    assert (
        "完成发货。\n   否则：逾期即违约，买家可投诉“未按约定时间发货”。\n   依据：“承诺给买家72小时内完成发货”（篇二）\n"
    ) in text


def test_the_document_is_named_once_and_the_time_zone_as_people_do() -> None:
    zh, en = (letter(judged(FROZEN / CASE, AS_OF[1]), "platform", one) for one in LANGUAGES)
    assert "\n\n致淘宝：\n\n根据《淘宝介入处理流程》，截至2012年3月16日 18:00:01（北京时间），" in zh
    assert "Under “How Taobao handles disputes”, this case stands" in en and "(Beijing time)" in en
    assert zh.count("《") == 1 and en.count("How Taobao") == 1


# ---------- right answers


def test_a_letter_to_the_seller() -> None:
    decision = judged(FROZEN / CASE, AS_OF[1])
    text = letter(decision, "seller", "zh")
    assert text.startswith("案件编号：LD-2012-031\n\n尊敬的卖家，您好：\n\n")
    assert "截至2012年3月16日 18:00:01（北京时间）" in text
    assert (
        "3. 本次投诉不扣您的分。\n   依据：24小时内主动赔付不扣分——“卖家可在买家发起投诉的24小时内,根据实际的情况进行主动赔付,"
        "按照此流程,投诉完结对卖家不扣分”（篇二）\n"
    ) in text
    assert (
        "\n\n尚无法确定\n1. 应赔金额：尚无法确定。\n   规则没有写明：最高赔付、最低赔付、赔付比例。\n\n您目前没有必须办理的事项。\n\n"
    ) in text
    assert "其他各方的期限\n1. 买家确认：至2012年3月18日 18:00。\n" in text


def test_a_letter_to_the_buyer() -> None:
    text = letter(judged(FROZEN / CASE, AS_OF[1]), "buyer", "en")
    assert (
        "What you need to do\n"
        "1. By 18 March 2012, 18:00 at the latest: confirm whether it was handled properly.\n"
        "   Otherwise silence counts as satisfaction, and the complaint is closed.\n"
        "   The rules leave open what follows; this is how they are read.\n"
        "   Basis: “买家也要在48小时内确认是否得到妥善处理” (part 2, 篇二)\n"
    ) in text
    assert "oints deducted" not in text and "take complaints seriously" not in text


def test_a_period_that_ends_with_a_day_ends_at_24_hours() -> None:
    path = FROZEN / "examples/cases/late-dispatch-rejected.json"
    decision = judged(path, "2012-03-21 12:00:00")
    assert "至2012年3月23日 24:00" in letter(decision, "seller", "zh")
    assert "until 23 March 2012, 24:00" in letter(decision, "seller", "en")


def test_figures_that_nobody_has_confirmed_are_marked() -> None:
    text = (FROZEN / CASE).read_text("utf-8")
    tried = shipped("late_5pct_1_30").evaluate(text, as_of=AS_OF[1])
    page = letter(tried, "seller", "en")
    assert page.startswith(
        "DRAFT, not to be sent as it stands:\n- it rests on figures that nobody has confirmed: "
    )
    assert "You owe the buyer 4.75 CNY [NOT CONFIRMED].\n" in page
    assert "Calculation: order total 100.00 − shipping included in the total 5.00 = 95.00; × Rate" in page
    plain = letter(judged(FROZEN / CASE, AS_OF[1]), "seller", "en")
    assert "DRAFT" not in plain and "CONFIRMED" not in plain and "4.75" not in plain


def test_a_period_that_nobody_has_confirmed_is_marked_where_it_is_told() -> None:
    returned = {
        "refund.applications[1].seller_response": "agreed",
        "refund.applications[1].seller_responded_at": "2012-04-04 09:00:00",
        "refund.returned_at": "2012-04-06 10:00:00",
    }
    text = (FROZEN / "examples/cases/refund-refused.json").read_text("utf-8")
    tried = shipped("seller_confirmation_10d").evaluate(text, as_of="2012-04-07 10:00:00", settings=returned)
    page = letter(tried, "seller", "en")
    assert (
        "it rests on figures that nobody has confirmed: The seller confirms a return within 10 days" in page
    )
    assert "\n1. By 16 April 2012, 10:00 [NOT CONFIRMED] at the latest: once the return has arrived" in page


def test_what_was_only_supposed_is_no_letter_to_be_sent() -> None:
    text = (FROZEN / CASE).read_text("utf-8")
    what_if = {"complaint.seller_response": "rejected"}
    page = letter(shipped().evaluate(text, as_of=AS_OF[1], settings=what_if), "seller", "zh")
    assert page.startswith(
        "【草稿，不得直接发出】\n- 在案情之外作了假设：卖家首次处理方式 = 拒绝处理（自判无责）\n\n"
    )


# ---------- a letter in the words of a rulebook


PARAGRAPHS = """letters:
  seller:
    paragraphs:
      - text: "Order over {order.total}, {{as agreed}}, to {party}."
      - text: "Sent by {order.courier}."
      - text: "Due on {sending.due}."
      - part: decided
        title: "Found about {order.courier}"
      - part: must
        if_none: Nothing.
"""
PAID = '{"case": "S-1", "order": {"paid_at": "2026-03-02 10:00:00", "total": "120.00"}}'


def shop(folder: Path, letters: str) -> Rulebook:
    write_shop(folder)
    if letters:
        (folder / "letters.yaml").write_text(letters, "utf-8")
    return load_rulebook(str(folder))


def test_a_paragraph_of_which_something_is_not_known_is_left_out(tmp_path: Path) -> None:
    book = shop(tmp_path, PARAGRAPHS)
    decision = book.evaluate(PAID, as_of="2026-03-02 11:00:00")
    assert letter(decision, "seller", "en") == (
        "Order over 120.00 CNY, {as agreed}, to seller.\n\n"
        "Due on 4 March 2026, 10:00.\n\n"
        "1. Sending: until 4 March 2026, 10:00.\n"
    )
    sent = PAID.replace('"total"', '"sent_at": "2026-03-02 12:00:00", "courier": "SF", "total"')
    assert letter(book.evaluate(sent, as_of="2026-03-05 11:00:00"), "seller", "en") == (
        "Order over 120.00 CNY, {as agreed}, to seller.\n\n"
        "Sent by SF.\n\n"
        "Due on 4 March 2026, 10:00.\n\n"
        "Found about SF\n1. Free postage: yes.\n   Why: Free\n\n"
        "Nothing.\n"
    )


WORDS = """letters:
  seller:
    words:
      order.late:
        yes: you sent it late, {value}
      order.free:
        otherwise: "free postage is {value}"
    paragraphs:
      - part: decided
"""


def test_a_rulebook_says_how_its_letters_tell_an_outcome(tmp_path: Path) -> None:
    book = shop(tmp_path, WORDS)
    assert letter(book.evaluate(PAID, as_of="2026-03-05 11:00:00"), "seller", "en") == (
        "1. You sent it late, yes.\n   Why: Late\n2. Free postage is yes.\n   Why: Free\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("order.late:", "order.lat:", "unknown-name"),
        ("order.late:", "order.total:", "unknown-name"),
        ("yes: you", "maybe: you", "bad-value"),
        ("late, {value}", "late, {valu}", "bad-value"),
    ],
)
def test_wrong_words_are_told_where_they_stand(tmp_path: Path, old: str, new: str, code: str) -> None:
    write_shop(tmp_path)
    (tmp_path / "letters.yaml").write_text(WORDS.replace(old, new), "utf-8")
    faults = load_directory(str(tmp_path), ()).diagnostics
    assert [one.code for one in faults] == [code]
    line = 1 + WORDS[: WORDS.index(old)].count("\n")
    assert faults[0].span.file.endswith("letters.yaml") and faults[0].span.line == line


def test_a_rulebook_without_letters_has_letters(tmp_path: Path) -> None:
    page = letter(shop(tmp_path, "").evaluate(PAID, as_of="2026-03-05 11:00:00"), "seller", "en")
    assert page == (
        "Case S-1\n\nTo: seller\n\n"
        "Under “Shop”, this case stands as follows on 5 March 2026, 11:00 (Beijing time).\n\n"
        "What is decided\n1. Late: yes.\n   Why: Late\n2. Free postage: yes.\n   Why: Free\n\n"
        "What you must do\n1. Sending: the time for it was over on 4 March 2026, 10:00, and it is still asked for.\n\n"
        "If a fact is told wrongly here, or something is missing, please reply and name the case.\n"
    )


@pytest.mark.parametrize(
    ("line", "code", "column", "what", "help"),
    [
        ('      - text: "To {cas}"', "unknown-name", 19, "nothing is named `cas`", "did you mean `case`?"),
        ("      - text: To {order.totl}", "unknown-name", 18, "nothing is named `order.totl`", "did you mean `order.total`?"),
        ('      - text: "a { b"', "wrong-shape", 18, "a brace stands alone", "write it twice if the brace itself is meant; a name stands between `{` and `}`"),
        ("      - {part: must, text: a}", "wrong-shape", 9, "a paragraph has either `text` or `part`", None),
        ("      - {text: a, title: b}", "wrong-shape", 19, "`title` belongs to a paragraph with `part`", None),
        ("      - part: mst", "unknown-word", 15, "`part` cannot be `mst`", None),
        ("    tells: [order.lat]", "unknown-name", 13, "`order.lat` is neither an outcome nor a deadline", "did you mean `order.late`?"),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_their_place(
    tmp_path: Path, line: str, code: str, column: int, what: str, help: str | None
) -> None:
    start = "" if "tells" in line else "    paragraphs:\n"
    fault = only_fault(tmp_path, f"letters:\n  seller:\n{start}{line}\n")
    assert (fault.code, fault.span.line, fault.span.column) == (code, 4 if start else 3, column)
    assert str(fault.message) == what and (help is None or str(fault.help) == help)


def test_a_letter_to_nobody_is_told(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, "letters:\n  sellr: {tells: [order.late]}\n")
    assert (fault.code, fault.span.line, fault.span.column) == ("unknown-party", 2, 3)
    assert str(fault.help) == "did you mean `seller`?"


def only_fault(folder: Path, letters: str) -> Diagnostic:
    write_shop(folder)
    (folder / "letters.yaml").write_text(letters, "utf-8")
    (fault,) = load_directory(str(folder)).diagnostics
    return fault


def test_a_fact_of_a_record_has_no_place_in_a_text(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    shutil.copytree(RULES, folder)
    path = folder / "letters.yaml"
    path.write_text(path.read_text("utf-8").replace("{case}", "{complaint.evidence.kind}", 1), "utf-8")
    (fault,) = load_directory(str(folder)).diagnostics
    assert fault.code == "outside-list" and "`tells`" in str(fault.help)


def test_a_changed_letter_is_a_change(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    edited = PARAGRAPHS.replace("Sent by", "Carried by").replace(
        "    paragraphs", "    tells: [order.late]\n    paragraphs"
    )
    for folder, text in ((old, PARAGRAPHS), (new, edited)):
        shop(folder, text)
    before, after = (load_model(str(one), ()).rulebook for one in (old, new))
    assert before is not None and after is not None
    (change,) = compare(before, after)
    assert (change.kind, change.what, change.id) == ("letter", "changed", "seller")
    assert [one.get("en") for one in change.details] == [
        "it now tells: late",
        "what it tells is now chosen by the rulebook",
        "paragraph 2: Sent by {order.courier}. → Carried by {order.courier}.",
    ]
    assert compare(before, before) == [] and before.digest != after.digest


def test_a_deadline_with_a_fault_of_its_own_is_told_once(tmp_path: Path) -> None:
    write_shop(tmp_path)
    (tmp_path / "letters.yaml").write_text("letters: {seller: {tells: [sending]}}\n", "utf-8")
    path = tmp_path / "policies" / "sending.yaml"
    path.write_text(path.read_text("utf-8").replace("order.sent_at", "order.snt_at"), "utf-8")
    (fault,) = load_directory(str(tmp_path)).diagnostics
    assert "order.snt_at" in str(fault.message)


def test_a_letter_from_python() -> None:
    decision = judged(FROZEN / CASE, AS_OF[1])
    assert decision.letter("买家", lang="zh") == letter(decision, "buyer", "zh")
    assert decision.letter("courier") == ""
    with pytest.raises(KeyError, match=r"there is no party `selr`; did you mean `seller`\?"):
        decision.letter("selr")


def test_a_group_is_no_reader() -> None:
    found = find_party(shipped().model, "买卖双方")
    assert isinstance(found, Unknown) and "is a group" in str(found.what) and "`buyer`" in str(found.help)


def test_what_no_clause_says_is_told_as_a_reading() -> None:
    decision = judged(FROZEN / "examples/cases/late-dispatch-rejected.json", "2012-10-01 08:00:00")
    text = letter(decision, "seller", "en")
    late = text[text.index("it is not considered.") :]
    assert late.index("They are read so: only evidence from") < late.index("\n\n")
    assert "They are read so" not in letter(judged(FROZEN / CASE, MOMENTS[0]), "agent", "en")


def test_a_case_without_a_number_is_no_letter_to_be_sent() -> None:
    case = {
        key: value for key, value in json.loads((FROZEN / CASE).read_text("utf-8")).items() if key != "case"
    }
    text = letter(shipped().evaluate(case, as_of=AS_OF[1]), "buyer", "en")
    assert text.startswith("DRAFT") and "no number of its own" in text


def test_the_time_of_another_who_is_asked_for_is_told() -> None:
    text = letter(judged(FROZEN / CASE, "2012-03-15 09:00:00"), "buyer", "en")
    assert "Dispatch as promised: until 15 March 2012, 10:00" in text


DUTY_BOOK = """rulebook: duty
version: "1"
title: {zh: 退款, en: refunds}
languages: [zh, en]
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
parties: {store: {zh: 商家, en: store}}
"""
DUTY_FACTS = """facts:
  asked_at: {type: instant, title: {zh: 申请, en: request}, if_missing: never}
  opened: {type: boolean, title: {zh: 已拆封, en: opened}}
  place: {type: time_zone, title: {zh: 时区, en: time zone}}
  made_at: {type: instant, title: {zh: 退款, en: refund}, if_missing: never}
  given_up_at: {type: instant, title: {zh: 放弃, en: waiver}}
  result: {type: boolean, role: outcome, title: {zh: 可退, en: returnable}}
"""
DUTY_POLICY = """policy: p
title: {zh: 退款, en: refunds}
deadlines:
  refunding:
    title: {zh: 退款, en: refunding}
    who: store
    starts: asked_at
    within: 3 days
    met_by: made_at
    when: {opened: no}
%s
rules:
  one: {title: {zh: 可退, en: returnable}, when: {opened: no}, then: {result: yes}}
"""
NOTHING = "There is nothing that you must do at present."
PERHAPS = "Whether there is more that you must do is not decided yet."


@pytest.mark.parametrize(
    ("more", "case", "as_of", "told"),
    [
        ("", {}, "2024-08-12 10:00", PERHAPS),
        ("", {}, "2024-08-20 10:00", PERHAPS),  # perhaps it is overdue
        ("", {"opened": True}, "2024-08-20 10:00", NOTHING),
        ("", {"opened": False}, "2024-08-12 10:00", "Refunding: until"),
        ("", {"opened": False}, "2024-08-20 10:00", "is still asked for"),
        ("", {"opened": False, "made_at": "2024-08-11 10:00"}, "2024-08-20 10:00", NOTHING),
        # The end is not known, the duty is.
        (
            "    counting: {days: calendar, time_zone: place}",
            {"opened": False},
            "2024-08-12 10:00",
            "Refunding: until when is not decided yet.",
        ),
        # It was missed; whether it is still asked for is not known.
        ("    owed_until: given_up_at", {"opened": False}, "2024-08-20 10:00", PERHAPS),
    ],
)
def test_nothing_is_to_be_done_only_where_that_is_certain(
    tmp_path: Path, more: str, case: dict[str, object], as_of: str, told: str
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(DUTY_BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(DUTY_FACTS, "utf-8")
    (tmp_path / "policies" / "p.yaml").write_text(DUTY_POLICY % more, "utf-8")
    given = {"case": "T-1", "asked_at": "2024-08-10 10:00", **case}
    text = letter(load_rulebook(tmp_path).evaluate(given, as_of=as_of), "store", "en")
    assert told in text, text
    assert (NOTHING in text) is (told == NOTHING)
