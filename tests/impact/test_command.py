"""The command `impact`, on a small shop: what a clerk reads after an edit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from edited_house import case, lines, write
from jsonschema import Draft7Validator
from running import ROOT, Ran

from policyengine import cli

LONGER = ("value: 24 hours", "value: 48 hours")
DEARER = ("value: 3}]", "value: 6}]")
CASES = (
    case(1, 5),
    case(2, 30),
    case(3, 24),
    case(4, 50, really=6),
    case(5, 60, None),
    case(6, None),
    case(7, 48, region="north", really=0),
    {**case(8, None), "as_of": "2024-03-02 20:00"},
)


@pytest.fixture
def impact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Any:
    """Run `impact` on the old shop and one that is edited."""
    monkeypatch.chdir(tmp_path)

    def call(
        *words: str,
        edit: tuple[tuple[str, str], ...] = (LONGER, DEARER),
        before: tuple[tuple[str, str], ...] = (),
        cases: tuple[Any, ...] = CASES,
        command: str = "impact",
    ) -> Ran:
        write(tmp_path / "old", *before)
        write(tmp_path / "new", *edit)
        path = lines(tmp_path / "c.ndjson", *cases)
        with pytest.raises(SystemExit) as ending:
            cli.main([command, "old", "new", "--cases", path, "--lang", "en", *words])
        out, err = capsysbinary.readouterr()
        assert isinstance(ending.value.code, int)
        return Ran(ending.value.code, out.decode(), err.decode())

    return call


def data(ran: Ran) -> Any:
    schema = json.loads((ROOT / "schemas/impact.schema.json").read_text("utf-8"))
    found = json.loads(ran.out)
    Draft7Validator(schema).validate(found)
    return found


def outcome(found: Any, path: str) -> dict[tuple[str, str, bool], int]:
    (one,) = (one for one in found["outcomes"] if one["path"] == path)
    return {(cell["before"], cell["now"], cell["other_value"]): cell["count"] for cell in one["matrix"]}


def test_every_case_stands_in_the_matrix(impact: Any) -> None:
    found = data(impact("--format", "json"))
    kinds = {"other_outcome": 6, "only_duties": 0, "only_deadlines": 2}
    assert found["cases"] == {"records": 8, "judged": 8, "changed": 8, "cut": 0, **kinds}
    assert outcome(found, "fine.points") == {
        ("0", "0", False): 2,
        ("3", "0", False): 2,
        ("3", "6", False): 3,
        ("3", "not_applicable", False): 1,
    }
    assert outcome(found, "fine.fee") == {
        ("known", "known", False): 4,
        ("known", "known", True): 2,
        ("known", "not_applicable", False): 1,
        ("undetermined", "undetermined", False): 1,
    }
    (fee,) = (one for one in found["outcomes"] if one["path"] == "fine.fee")
    assert fee["total"] == {"old": "10.00", "new": "4.00"}
    assert fee["difference"]["total"] == "-6.00"


def test_deadlines_that_move_and_duties(impact: Any) -> None:
    found = data(impact("--format", "json"))
    (sending,) = found["deadlines"]
    assert sending["moved"] == [{"seconds": 86_400, "count": 8}]
    assert sending["status"] == [
        {"before": "missed", "now": "met", "count": 2},
        {"before": "missed", "now": "open", "count": 1},
    ]
    assert found["duties"] == [{"rule": "send_it", "parties": ["seller"], "what": "appears", "cases": 1}]


def test_each_difference_has_its_cause(impact: Any) -> None:
    found = data(impact("--format", "json"))
    names = [(one["kind"], one["id"]) for one in found["parts"]]
    assert names == [("parameter", "points_if_late"), ("parameter", "time_to_send")]
    causes = {tuple(one["parts"]): one["cases"] for one in found["causes"]}
    assert causes == {(0,): 3, (1,): 8}


def test_what_is_new_brings_along_what_it_rests_on(impact: Any) -> None:
    """A figure that is new says nothing by itself: it comes along with the rule that asks for it."""
    rule = (
        "  send_it:\n",
        "  no_points_for_small_orders:\n    title: {zh: 小单不扣分, en: Small orders cost no points}\n"
        "    when: {sending.status: missed, order.total: {at_most: small_order}}\n"
        "    then: {fine.points: 1}\n    overrides: [late_costs_points]\n  send_it:\n",
    )
    limit = (
        "parameters:\n",
        "parameters:\n  small_order: {title: {zh: 小单, en: small}, type: money, values: [{value: 15.00}]}\n",
    )
    cheaper = ("rate: 10%", "rate: 20%")
    found = data(
        impact(
            "--format",
            "json",
            edit=(rule, limit, cheaper),
            cases=(case(1, 30, "15.00"), case(2, 30, "15.01")),
        )
    )
    parts = [(one["kind"], one["what"], one["id"]) for one in found["parts"]]
    assert ("rule", "added", "no_points_for_small_orders") in parts
    assert ("amount", "changed", "late_fee") in parts
    (points,) = (one for one in found["outcomes"] if one["path"] == "fine.points")
    assert points["differs"] == 1
    causes = {tuple(parts[number][2] for number in one["parts"]): one["cases"] for one in found["causes"]}
    assert causes == {("late_fee",): 2, ("no_points_for_small_orders",): 1}


def test_an_edit_of_words_only(impact: Any) -> None:
    ran = impact(edit=(("en: Late costs points", "en: Who is late gets points"), ("# no", "# no")))
    assert ran.out.splitlines() == [
        "What the edit would have done: A small shop",
        "No case can change: what decisions rest on is the same.",
    ]
    assert ran.code == 0


def test_cases_that_the_new_rules_refuse(impact: Any) -> None:
    found = data(
        impact(
            "--format",
            "json",
            edit=(("title: {zh: 总额, en: total}}", "title: {zh: 总额, en: total}, at_most: 10.00}"),),
        )
    )
    assert found["refused"]["new"] == 7
    assert found["refused"]["why"] == [
        {"by": "new", "code": "out-of-bounds", "path": "order.total", "cases": 7}
    ]
    # The part of the edit is known that does it, and a gate that lets no change through does not open.
    causes = [(one["cases"], one["parts"]) for one in found["causes"]]
    assert [count for count, _ in causes] == [7] and all(parts for _, parts in causes)
    edit = (("title: {zh: 总额, en: total}}", "title: {zh: 总额, en: total}, at_most: 10.00}"),)
    told = impact("--fail-on", "anything changes", edit=edit)
    assert told.code == 1 and "unexplained" not in told.out


def test_what_the_new_rules_ask_for(impact: Any) -> None:
    found = data(
        impact(
            "--format",
            "json",
            edit=(
                (
                    "when: {sending.status: missed}",
                    "when: {sending.status: missed, order.total: {at_least: 1.00}}",
                ),
            ),
        )
    )
    assert found["needs"] == [{"name": "order.total", "cases": 1}]
    assert outcome(found, "fine.points")["3", "undetermined", False] == 1


def test_every_moment(impact: Any) -> None:
    """A case that ends alike was judged otherwise on the way."""
    late = ({**case(1, None), "as_of": "2024-03-09 10:00"},)
    assert "points" not in impact(edit=(LONGER,), cases=late).out
    found = data(impact("--moments", "--format", "json", edit=(LONGER,), cases=late))
    assert outcome(found, "fine.points") == {("3", "not_applicable", False): 1}
    (points,) = (one for one in found["examples"] if one["name"] == "fine.points")
    assert points["cases"][0]["as_of"] == "2024-03-02T10:00:01+01:00"


def test_a_fact_whose_type_changes(impact: Any) -> None:
    """What a case says under it is of the type of the rulebook that asks."""
    edit = (
        ("order.region: {type: choice", "order.region: {type: text"),
        ("\n                 values: {north: {zh: 北, en: north}, south: {zh: 南, en: south}}}", "}"),
        ("if_missing: none,}", "if_missing: none}"),
        LONGER,
        DEARER,
    )
    found = data(impact("--format", "json", edit=edit))
    assert found["cases"]["judged"] == 8
    assert {tuple(one["parts"]) for one in found["causes"]} <= {(0,), (1,), (2,)}


SETS = (
    "facts:",
    "sets: {far: {title: {zh: 远, en: far}, values: [north]}}\n"
    "lists:\n  parcels:\n    title: {zh: 包裹, en: parcels}\n    if_missing: empty\n    facts:\n"
    "      to: {type: text, title: {zh: 寄往, en: sent to}}\nfacts:",
)
RULE = ("when: {sending.status: missed}", "when: {sending.status: missed, order.region: {in: far}}")
QUESTION = ("fine.points: points_if_late", "fine.points: {count_of: {list: parcels, where: {to: {in: far}}}}")


@pytest.mark.parametrize("asks", [RULE, QUESTION])
def test_a_set_comes_with_what_holds_its_values(impact: Any, asks: tuple[str, str]) -> None:
    """A condition holds the values of a set, one within a value under a name that does not tell them."""
    wider = ("values: [north]", "values: [north, south]")
    late = {**case(1, 60, region="south"), "parcels": [{"to": "south"}]}
    found = data(impact("--format", "json", before=(SETS, asks), edit=(SETS, asks, wider), cases=(late,)))
    assert [(one["kind"], one["id"]) for one in found["parts"]] == [("set", "far")]
    assert [(tuple(one["parts"]), one["cases"]) for one in found["causes"]] == [((0,), 1)]


def test_a_file_that_ends_too_early(impact: Any, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('[{"order": {"paid_at": "2024-03-01 10:00"}}, {"order": ', "utf-8")
    ran = impact("--cases", str(tmp_path / "d.json"))
    assert ran.code == 3
    assert "1 cases are faulty under both versions" in ran.out


def test_by_groups_and_against_the_truth(impact: Any) -> None:
    found = data(impact("--by", "地区", "--truth", "fine.points=order.really", "--format", "json"))
    assert [(one["group"], one["judged"], one["changed"]) for one in found["groups"]] == [
        (None, 7, 7),
        ("north", 1, 1),
    ]
    assert found["truth"]["cases"] == {"mended": 2, "untold": 6}
    (late,) = (one for one in found["truth"]["rules"]["new"] if one["rule"] == "late_costs_points")
    assert (late["precision"]["hits"], late["precision"]["cases"], late["precision"]["enough"]) == (
        1,
        1,
        False,
    )


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("fine.points increases", 1),
        ("points decreases", 1),
        ("fine.late becomes no", 1),
        ("fine.late becomes yes", 0),
        ("fine.fee increases", 0),
        ("fine.points becomes undetermined", 0),
        ("fine.points becomes -1", 0),
        ("anything changes", 1),
    ],
)
def test_conditions_that_fail(impact: Any, condition: str, code: int) -> None:
    assert impact("--fail-on", condition).code == code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--fail-on", "fine.points rises"), "write `NAME increases`"),
        (("--fail-on", "fine.pionts changes"), "did you mean `fine.points`?"),
        (("--fail-on", "fine.late increases"), "is not a number"),
        (("--fail-on", "fine.late becomes late"), "cannot be `late`"),
        (("--fail-on", "fine.fee becomes 5.00"), "cannot be `5.00`"),
        (("--truth", "fine.points=order.total"), "has the type count"),
        (("--truth", "fine.points"), "takes NAME=VALUE"),
        (("--by", "order.regoin"), "did you mean `order.region`?"),
        (("--save", "c.ndjson"), "--save would overwrite the cases"),
        (("--assume", "A-01=x"), "there is no assumption `A-01`"),
    ],
)
def test_what_cannot_be_asked(impact: Any, words: tuple[str, str], told: str) -> None:
    ran = impact(*words)
    assert ran.code == 2
    assert told in ran.err


def test_examples_are_saved_as_tests_that_pass(
    impact: Any, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    impact("--save", "new/policies/sending.cases.yaml")
    with pytest.raises(SystemExit) as ending:
        cli.main(["test", "new", "--lang", "en"])
    assert ending.value.code == 0
    assert b"failed: 0" in capsysbinary.readouterr().out


EACH = (
    (
        "facts:",
        "lists:\n  parcels:\n    title: {zh: 包裹, en: parcels}\n    if_missing: empty\n    facts:\n"
        "      to: {type: text, title: {zh: 寄往, en: sent to}}\n"
        "      free: {type: boolean, role: outcome, title: {zh: 免运费, en: sent for nothing}}\nfacts:",
    ),
    (
        "  send_it:",
        "  late_is_free:\n    title: {zh: 迟发免运费, en: Late goes for nothing}\n"
        "    for_each: parcels\n    when: {sending.status: missed, parcels.to: far}\n"
        "    then: {parcels.free: yes}\n  send_it:",
    ),
)


def test_of_a_case_whose_records_change_alike_one_is_shown_and_each_is_saved(
    impact: Any, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Also where several cases stand in one line."""
    sent = [{**case(number, 30), "parcels": [{"to": "near"}, *[{"to": "far"}] * number]} for number in (2, 3)]
    (tmp_path / "cases.json").write_text(json.dumps(sent), "utf-8")
    asked = ("--cases", "cases.json", "--format", "json", "--save", "new/policies/sending.cases.yaml")
    found = data(impact(*asked, cases=(), before=EACH, edit=(*EACH, LONGER)))
    (free,) = (one for one in found["examples"] if one["name"] == "parcels.free")
    assert free["count"] == 5
    assert [(one["case"], one["record"]) for one in free["cases"]] == [("order 2", 1), ("order 3", 1)]
    saved = (tmp_path / "new/policies/sending.cases.yaml").read_text("utf-8")
    assert saved.count("parcels.1.free: not_applicable") == 1
    with pytest.raises(SystemExit) as ending:
        cli.main(["test", "new", "--lang", "en"])
    assert ending.value.code == 0 and b"failed: 0" in capsysbinary.readouterr().out


def test_forms(impact: Any) -> None:
    text, markdown, page = (impact("--format", form).out for form in ("text", "markdown", "html"))
    for shown in (text, markdown, page):
        assert "It has to be sent" in shown
        assert "time to send" in shown
    assert "| before the edit ↓ after it → |" in markdown
    assert "<h2>fee <code>fine.fee</code></h2>" in page
    assert "<summary>why before the edit (order 2) · why after the edit</summary>" in page
    assert '<td class="bar"><div style="width:100.0%">' in page


IN_YUAN = ("currency: EUR", "currency: CNY")


@pytest.mark.parametrize(
    ("language", "bucket", "fee"),
    [("en", "from -10 to -1 CNY", "−2.00 CNY"), ("zh", "-10 至 -1 元", "−2.00 元")],
)
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_ends_and_sums_are_told_as_in_a_decision(
    impact: Any, form: str, language: str, bucket: str, fee: str
) -> None:
    """A midnight that ends a deadline is that of the day before; yuan have a word of their own in Chinese."""
    paid = {**case(9, None), "order": {"paid_at": "2024-03-01 00:00", "sent_at": "2024-03-01 09:00"}}
    asked = ("--format", form, "--lang", language)
    shown = impact(*asked, before=(IN_YUAN,), edit=(IN_YUAN, LONGER, DEARER), cases=(CASES[1], paid)).out
    assert bucket in shown and fee in shown
    assert "2024-03-01 24:00:00" in shown and "2024-03-02 24:00:00" in shown
    assert "2024-03-02 00:00:00" not in shown and "2024-03-03 00:00:00" not in shown
    assert ("CNY" in shown) == (language == "en")


def test_diff_with_cases_is_the_same(impact: Any) -> None:
    assert impact(command="diff").out == impact().out


def test_a_revision_of_git(impact: Any, tmp_path: Path) -> None:
    impact()
    git = ("git", "-C", str(tmp_path / "new"), "-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    policy = tmp_path / "new/policies/sending.yaml"
    policy.write_text(policy.read_text("utf-8").replace("value: 48 hours", "value: 24 hours"), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "policyengine", "impact", "git:HEAD", "new", "-c", "c.ndjson", "--lang", "en"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=True,
    )
    assert "8 cases: 3 with a different outcome" in ran.stdout.decode()


@pytest.mark.parametrize("edit", [(), (LONGER,)])
@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "没有文件或文件夹 `nosuch`"), ("en", "there is no file and no folder `nosuch`")],
)
def test_cases_that_are_not_there_are_told_also_where_none_can_change(
    impact: Any, edit: tuple[tuple[str, str], ...], language: str, told: str
) -> None:
    ran = impact("--cases", "nosuch", "--lang", language, edit=edit)
    assert ran.code == 3 and told in ran.err
