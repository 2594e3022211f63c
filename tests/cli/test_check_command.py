"""``policyengine check``: which files it looks at, and the forms of what it tells."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as Tree
from pathlib import Path

import jsonschema
import pytest
from running import ROOT, Run

SARIF = json.loads((ROOT / "tests/data/sarif-2.1.0-rtm.5.json").read_text("utf-8"))


@pytest.fixture
def warned(tmp_path: Path) -> Path:
    """A rulebook with a warning and nothing worse."""
    folder = tmp_path / "warned"
    shutil.copytree(ROOT / "src/policyengine/starter", folder)
    facts = folder / "facts.yaml"
    extra = "  order.weight: {type: number, title: {zh: 重量, en: weight}}\n"
    facts.write_text(facts.read_text("utf-8") + extra, "utf-8")
    return folder


def test_every_rulebook_below_a_folder_is_checked(run: Run, broken_rules: Path, warned: Path) -> None:
    found = run("check", str(broken_rules.parent))
    assert found.code == 1
    assert "unknown-name" in found.out and "unused" in found.out


@pytest.mark.parametrize(
    "part", ["facts.yaml", "policies", "policies/complaint.yaml", "policies/complaint.cases.yaml"]
)
def test_a_part_of_a_rulebook_stands_for_all_of_it(run: Run, broken_rules: Path, part: str) -> None:
    found = run("check", str(broken_rules / part))
    assert (found.code, found.out.count("error[unknown-name]")) == (1, 1)


def test_a_rulebook_named_twice_is_told_once(run: Run, broken_rules: Path) -> None:
    found = run("check", str(broken_rules / "facts.yaml"), str(broken_rules / "rulebook.yaml"))
    assert found.out.count("error[unknown-name]") == 1


def test_cases_are_checked_against_a_rulebook(run: Run, tmp_path: Path) -> None:
    assert run("check", "examples/cases").code == 0
    lines = tmp_path / "many.ndjson"
    lines.write_text('{"case": "1"}\n{"case": "2", "ordr": {}}\n{"case": []}\n', "utf-8")
    found = run("check", str(lines), "--lang", "en")
    assert found.code == 1
    assert "many.ndjson:2:15: error[unknown-fact]" in found.out
    assert "many.ndjson:3:10: error[" in found.out


def test_cases_in_a_broken_rulebook_are_not_told_as_unknown(
    run: Run, broken_rules: Path, tmp_path: Path
) -> None:
    case = tmp_path / "case.json"
    case.write_text('{"case": "1", "ordr": {}}', "utf-8")
    found = run("check", str(case), "--rules", str(broken_rules))
    assert "unknown-name" in found.out and "unknown-fact" not in found.out


@pytest.mark.parametrize("name", ["nowhere", "README.md", "tests/data"])
def test_a_path_that_is_no_rule_is_told(run: Run, name: str, tmp_path: Path) -> None:
    found = run("check", str(tmp_path / name) if name == "nowhere" else name, "--lang", "en")
    assert found.code == 1
    assert "error[" in found.out


def test_strict_fails_for_warnings(run: Run, warned: Path) -> None:
    assert run("check", str(warned)).code == 0
    assert run("check", str(warned), "--strict").code == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sarif_is_valid(run: Run, broken_rules: Path, warned: Path, language: str) -> None:
    found = run("check", str(broken_rules.parent), "--format", "sarif", "--lang", language)
    log = json.loads(found.out)
    jsonschema.validate(log, SARIF)
    (only,) = log["runs"]
    rules = [one["id"] for one in only["tool"]["driver"]["rules"]]
    assert rules == sorted(rules)
    assert {(one["ruleId"], one["level"]) for one in only["results"]} >= {
        ("unknown-name", "error"),
        ("unused", "warning"),
    }
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in only["results"])
    region = next(one for one in only["results"] if one["ruleId"] == "unused")["locations"][0][
        "physicalLocation"
    ]
    assert region["artifactLocation"]["uri"].endswith("/facts.yaml")
    assert region["region"] == {"startLine": 13, "startColumn": 3, "endLine": 13, "endColumn": 15}


def test_a_fault_of_a_case_names_the_field_in_every_form(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"order": {"total": "x"}}', "utf-8")
    told = {
        form: run("check", str(path), "--rules", "rules/taobao", "--format", form, "--lang", "en").out
        for form in ("text", "json", "sarif")
    }
    assert "\n  path: order total (order.total)\n" in told["text"]
    assert json.loads(told["json"])["diagnostics"][0]["path"] == "order.total"
    (result,) = json.loads(told["sarif"])["runs"][0]["results"]
    jsonschema.validate(json.loads(told["sarif"]), SARIF)
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "order.total"}]


def test_sarif_of_nothing_wrong_is_valid(run: Run) -> None:
    found = run("check", "rules/taobao", "--format", "sarif")
    jsonschema.validate(json.loads(found.out), SARIF)
    assert json.loads(found.out)["runs"][0]["results"] == []


def test_annotations_hold_one_command_a_line(run: Run, warned: Path) -> None:
    policy = warned / "policies" / "a,b:100%.yaml"
    policy.write_text("policy: more\ntitle: {zh: 更多, en: More}\nrules: {r: 5}\n", "utf-8")
    found = run("check", str(warned), "--format", "github", "--lang", "en")
    lines = found.out.splitlines()
    assert len(lines) >= 1 and all(line.startswith(("::error ", "::warning ")) for line in lines)
    assert any("a%2Cb%3A100%25.yaml,line=3,endLine=3" in line for line in lines)
    assert all("%0A" in line.rpartition("::")[2] for line in lines)


def test_junit_fails_for_errors_only(run: Run, warned: Path, broken_rules: Path) -> None:
    suites = Tree.fromstring(run("check", str(warned.parent), "--format", "junit", "--lang", "en").out)
    cases = {(one.get("name"), one.find("failure") is not None) for one in suites.iter("testcase")}
    assert ("unused (13:3)", False) in cases
    assert ("no error", False) in cases
    assert any(str(name).startswith("unknown-name") and failed for name, failed in cases)


def test_json_is_as_its_schema_says(run: Run, warned: Path) -> None:
    schema = json.loads((ROOT / "schemas/diagnostics.schema.json").read_text("utf-8"))
    data = json.loads(run("check", str(warned), "--format", "json").out)
    jsonschema.validate(data, schema)
    assert [one["code"] for one in data["diagnostics"]] == ["unused"]


def test_what_a_user_wrote_cannot_command_a_terminal(run: Run, warned: Path) -> None:
    escape = "\x1b[31m"
    case = warned / "case.json"
    case.write_text(json.dumps({"case": "1", "order": {f"to{escape}tal": "<script>"}}), "utf-8")
    for form in ("text", "github", "sarif", "junit"):
        found = run("check", str(case), "--rules", str(warned), "--format", form)
        assert "json-text" in found.out
        assert "\x1b" not in found.out
        assert form == "text" or "<script>" not in found.out


def test_a_code_is_explained(run: Run) -> None:
    page = run("explain-code", "error[never-holds]:", "--lang", "en")
    assert page.code == 0 and page.out.startswith("never-holds (warning)\n") and "Fails:" in page.out
    chinese = run("explain-code", "never-holds", "--lang", "zh")
    assert "出错：" in chinese.out and "不可能同时成立" in chinese.out
    contents = run("explain-code", "--lang", "en")
    assert "unknown-name" in contents.out
    unknown = run("explain-code", "never-hold", "--lang", "en")
    assert unknown.code == 2 and "never-holds" in unknown.err


@pytest.mark.parametrize(
    ("new", "help"),
    [
        ("x.yaml", "move it to `policies/x.yaml` if it is part of the rulebook"),
        ("drafts/x.yaml", "move it to `policies/x.yaml` if it is part of the rulebook"),
    ],
)
def test_a_file_that_nothing_reads_is_told(run: Run, warned: Path, new: str, help: str) -> None:
    (warned / new).parent.mkdir(exist_ok=True)
    (warned / "policies/returns.yaml").rename(warned / new)
    found = run("check", str(warned), "--lang", "en")
    assert "warning[stray-file]" in found.out and help in found.out


def test_a_file_of_which_nothing_is_known_is_told(run: Run, warned: Path) -> None:
    (warned / "mkdocs.yml").write_text("site: x\n", "utf-8")
    found = run("check", str(warned), "--lang", "en")
    assert "warning[stray-file]" in found.out and "a rulebook has `rulebook.yaml`" in found.out


def test_tests_of_a_broken_rulebook_are_looked_at_too(run: Run, broken_rules: Path) -> None:
    """Their shape is told; their names are not, because the broken file may declare them."""
    (broken_rules / "policies/refund.cases.yaml").write_text("policy_cases: refund\ncases: 5\n", "utf-8")
    (broken_rules / "policies/x.cases.yaml").write_text("- a\n", "utf-8")
    found = run("check", str(broken_rules), "--lang", "en")
    assert "refund.cases.yaml:2:1: error[wrong-shape]" in found.out
    assert "x.cases.yaml:1:1: error[wrong-shape]" in found.out
    assert found.out.count("error[") == 3


def test_a_case_in_a_rulebook_is_checked_against_that_one(run: Run, warned: Path) -> None:
    """Not against the one that is shipped; ``--rules`` says otherwise."""
    case = str(warned / "cases/example.json")
    assert run("check", case).code == 0
    assert "unknown-fact" in run("check", case, "--rules", "rules/taobao").out


def test_many_places_of_one_fault_are_listed(run: Run, warned: Path) -> None:
    path = warned / "policies/returns.yaml"
    before = path.read_text("utf-8").rstrip("\n")
    rule = (
        "\n  heavy_{one}:\n    title: {{zh: 重物, en: Heavy}}\n    when: {{order.wieght: {{more_than: 20}}}}"
        "\n    then: {{return.allowed: no}}"
    )
    path.write_text(before + "".join(rule.format(one=one) for one in range(5)) + "\n", "utf-8")
    found = run("check", str(warned), "--lang", "en")
    first, *others = (before.count("\n") + 4 + 4 * one for one in range(5))
    assert found.out.count("nothing is named `order.wieght`") == 1
    assert f"returns.yaml:{first}:12: error[unknown-name]" in found.out
    assert f"returns.yaml:{', '.join(map(str, others))}" in " ".join(found.out.split())
    assert "errors: 5" in found.err
    told = json.loads(run("check", str(warned), "--format", "json").out)["diagnostics"]
    assert [one["code"] for one in told].count("unknown-name") == 5


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "此处没有规则库：检查自带的 `taobao`"),
        ("en", "there is no rulebook here: checking `taobao`, which is included"),
    ],
)
def test_in_an_empty_folder_it_is_told_what_is_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    """Else somebody in the wrong folder reads that nothing is wrong."""
    monkeypatch.chdir(tmp_path)
    assert run("check", "--lang", language).err.startswith(f"{told}\n")
    shutil.copytree(ROOT / "src/policyengine/starter", tmp_path / "rules")
    assert told not in run("check", "--lang", language).err
