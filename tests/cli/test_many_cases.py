"""Many cases, one a line: every line is answered by a line, whatever is wrong with it, and at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from frozen import FROZEN
from jsonschema import Draft7Validator
from running import ROOT, Run

from policyengine.engines import spot_check
from policyengine.engines.compiled.engine import CompiledEngine
from policyengine.model.case import Case, Key
from policyengine.semantics.findings import Concluded, Findings, Known, State
from policyengine.syntax.schemas import schema_text

LATE: dict[str, object] = {
    "case": "late",
    "order": {"total": "100.00", "shipping": "0.00"},
    "complaint": {"reason": "late_dispatch", "filed_at": "2012-03-15 18:00"},
}
LATER = "2012-03-16 18:00:01"


def lines(path: Path, *cases: object) -> str:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in cases]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return str(path)


def outcomes(text: str) -> list[dict[str, object]]:
    checker = Draft7Validator(json.loads(schema_text("outcomes")))
    found = [json.loads(line) for line in text.splitlines()]
    for one, line in zip(found, text.splitlines(), strict=True):
        checker.validate(one)
        assert line == json.dumps(one, ensure_ascii=False, separators=(",", ":"))
    return found


def test_every_line_is_answered_by_a_line(run: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", LATE, "", {"order": {"totl": "1.00"}}, "{", {**LATE, "case": "again"})
    told = run("evaluate", path, "--as-of", LATER, "--format", "outcomes", "--lang", "en")
    found = outcomes(told.out)
    assert [one["line"] for one in found] == [1, 3, 4, 5] and told.code == 3
    assert found[0]["case"] == "late" and found[3]["outcomes"] == found[0]["outcomes"]
    known = found[0]["outcomes"]
    assert isinstance(known, dict)
    assert known["complaint.stage"] == {"status": "known", "value": "platform"}
    assert known["compensation.due"]["status"] == "undetermined"
    assert "compensation_rate" in known["compensation.due"]["waits_for"]
    assert "rights.may_file" not in known, "what is not applicable is left out"
    assert found[1]["faults"] == [
        {
            "code": "unknown-fact",
            "message": "there is no fact `order.totl`",
            "path": "order.totl",
            "line": 3,
            "column": 12,
        }
    ]
    assert "did you mean `order.total`?" in told.err


def test_outcomes_are_those_of_the_whole_decision(run: Run) -> None:
    cases = sorted(str(path) for path in (FROZEN / "examples" / "cases").glob("*.json"))
    words = ("evaluate", *cases, "--as-of", LATER, "--format")
    few = outcomes(run(*words, "outcomes").out)
    whole = [json.loads(line) for line in run(*words, "json").out.splitlines()]
    for one, decision in zip(few, whole, strict=True):
        shown = {each["fact"]: each for each in decision["outcomes"] if each["status"] != "not_applicable"}
        found = one["outcomes"]
        assert isinstance(found, dict)
        assert {name: each["status"] for name, each in found.items()} == {
            name: each["status"] for name, each in shown.items()
        }
        known = {name: each["value"] for name, each in found.items() if each["status"] == "known"}
        assert known == {name: each["value"] for name, each in shown.items() if each["status"] == "known"}


def test_each_line_says_when_it_is_judged(run: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", {**LATE, "as_of": "2012-03-15 18:00"}, LATE)
    found = outcomes(run("evaluate", path, "--as-of", LATER, "--format", "outcomes").out)
    assert [one["as_of"] for one in found] == ["2012-03-15T18:00:00+08:00", "2012-03-16T18:00:01+08:00"]
    (line, _) = run("evaluate", path, "--as-of", LATER, "--format", "json").out.splitlines()
    assert (json.loads(line)["line"], json.loads(line)["as_of"]) == (1, "2012-03-15T18:00:00+08:00")


def test_one_case_is_judged_when_it_says_unless_another_instant_is_asked(run: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.json", {**LATE, "as_of": "2012-03-15 18:00"})
    assert "judged as of 2012-03-15 18:00:00" in run("evaluate", path, "--lang", "en").out
    asked = run("evaluate", path, "--as-of", LATER, "--lang", "en")
    assert "judged as of 2012-03-16 18:00:01" in asked.out


@pytest.mark.parametrize(
    ("written", "code"), [(1331805600, "wrong-type"), ("yesterday", "bad-value"), (None, "wrong-type")]
)
def test_an_instant_that_is_none(run: Run, tmp_path: Path, written: object, code: str) -> None:
    path = lines(tmp_path / "c.json", {**LATE, "as_of": written})
    told = run("evaluate", path, "--lang", "en")
    assert told.code == 3 and f"error[{code}]" in told.err and "as_of" in told.err


def test_the_first_answer_comes_before_the_end_of_the_input() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "policyengine", "evaluate", "-", "--ndjson", "--format", "outcomes"],
        cwd=FROZEN,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for number in (1, 2):
            process.stdin.write(json.dumps(LATE).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["line"] == number
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


# ---------- a fault of an engine


class Forgetful(CompiledEngine):
    """An engine that finds no rule."""

    def run(self, case: Case, as_of: int) -> Findings:
        """Return what another engine finds, without a rule."""
        found = super().run(case, as_of)
        rules = {key: one for number, (key, one) in enumerate(found.rules.items()) if number}
        return Concluded(
            dict(found.states),
            dict(found.values),
            dict(found.resolved),
            rules,
            dict(found.deadlines),
            dict(found.amounts),
            found.firings,
            found.records,
        )


@pytest.mark.parametrize(("every", "told_at"), [(1, 1), (2, 1)])
def test_engines_that_differ_stop_the_run_and_the_case_is_kept(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int, told_at: int
) -> None:
    path = lines(tmp_path / "c.ndjson", LATE, LATE)
    monkeypatch.setattr(spot_check, "EVERY", every)
    monkeypatch.setattr("policyengine.engines.compiled.engine.CompiledEngine", Forgetful)
    rules = str(FROZEN / "rules" / "taobao")
    monkeypatch.chdir(tmp_path)
    told = run("evaluate", path, "--rules", rules, "--as-of", LATER, "--format", "outcomes", "--lang", "en")
    assert told.code == 70 and not told.out
    assert f"c.ndjson:{told_at}: two engines judge a case differently: rules (" in told.err
    kept = json.loads((tmp_path / "engines-differ-1331892001.json").read_text("utf-8"))
    assert kept == LATE


def test_one_case_in_a_thousand_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    class Other:
        name = "other"

        def run(self, case: Case, as_of: int) -> Findings:
            judged.append(case.id)
            return nothing

    nothing = Concluded({}, {}, {}, {}, {}, {}, (), {})
    checker = spot_check.SpotCheck(Other)
    for number in range(2_001):
        checker.check(Case(str(number), "", {}, {}), 0, nothing)
    assert judged == ["0", "1000", "2000"]


def test_the_first_thing_in_which_two_engines_differ_is_named() -> None:
    def found(**states: int) -> Concluded:
        known: dict[Key, State] = {(name, None): Known(value) for name, value in states.items()}
        return Concluded(known, known, {}, {}, {}, {}, (), {})

    class Other:
        name = "other"

        def run(self, case: Case, as_of: int) -> Findings:
            return found(a=1, b=3, c=4)

    with pytest.raises(spot_check.EnginesDiffer) as raised:
        spot_check.SpotCheck(Other).check(Case("c", "", {}, {}), 0, found(a=1, b=2, c=4))
    assert "states ('b', None): Known(value=2) and Known(value=3)" in str(raised.value)


def test_a_case_over_many_lines_is_told_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('\n{\n  "case": "A",\n  "order": {}\n}\n', "utf-8")
    ran = run("evaluate", str(path), "--ndjson", "--lang", "en")
    assert ran.code == 3
    assert ran.err.count("error[") == 1
    assert "c.json:2:1: error[json-syntax]: the first line only opens a case" in ran.err
    assert "leave out `--ndjson`" in ran.err


def test_a_file_without_cases_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.ndjson"
    path.write_text("\n\n", "utf-8")
    ran = run("evaluate", str(path), "--lang", "en")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"{path} holds no case\n"
