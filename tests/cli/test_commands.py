"""Every command with its options: exit codes, what goes where, and the same bytes everywhere."""

from __future__ import annotations

import errno
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from frozen import FROZEN, RULES
from running import AS_OF, CASE, ROOT, Run, spawn

from policyengine import cli

REJECTED = "examples/cases/late-dispatch-rejected.json"
ALL_CASES = sorted(str(path.relative_to(FROZEN)) for path in (FROZEN / "examples/cases").glob("*.json"))


def compact(path: str) -> str:
    return json.dumps(json.loads((FROZEN / path).read_text("utf-8")), ensure_ascii=False)


@pytest.fixture
def ndjson(tmp_path: Path) -> Path:
    """Three cases, one a line, and a blank line."""
    path = tmp_path / "cases.ndjson"
    path.write_text("\n".join([compact(CASE), "", compact(REJECTED), compact(CASE)]) + "\n", "utf-8")
    return path


# ---------- the commands


def test_help_names_every_command_and_option() -> None:
    told = spawn("--help")
    assert told.returncode == 0 and not told.stderr
    for name in (b"check", b"completion", b"evaluate", b"init", b"schema", b"version", b"--lang"):
        assert name in told.stdout
    options = spawn("evaluate", "--help").stdout.decode()
    for name in ("--rules", "--as-of", "--assume", "--overlay", "--set", "--why", "--why-not", "--trace"):
        assert name in options
    for name in ("--strict", "--ndjson", "--format", "--engine", "--lang"):
        assert name in options


@pytest.mark.parametrize(
    "words", [("--lang", "zh", "--help"), ("--lang=zh", "evaluate", "-h"), ("evaluate", "--lang", "zh", "-h")]
)
def test_help_in_chinese_before_and_after_the_command(words: tuple[str, ...]) -> None:
    told = spawn(*words)
    assert told.returncode == 0
    assert "用法" in told.stdout.decode("utf-8")


def test_the_language_before_the_command_holds_unless_one_stands_after_it(run: Run) -> None:
    assert "结论" in run("--lang", "zh", "evaluate", CASE, *AS_OF).out
    assert "Outcomes" in run("--lang", "zh", "evaluate", CASE, *AS_OF, "--lang", "en").out
    told = spawn("--lang", "en", "evaluate", "--lang", "zh")  # click's own sentence
    assert told.returncode == 2 and "用法" in told.stderr.decode("utf-8")


def test_version(run: Run) -> None:
    told = run("version", "--lang", "en")
    assert told.code == 0 and told.out.startswith("policyengine ") and "engine: " in told.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    told = run("completion", shell)
    assert told.code == 0 and "_POLICYENGINE_COMPLETE" in told.out and not told.err
    assert run("completion", "csh").code == 2


def test_completion_answers_the_shell() -> None:
    told = spawn(
        env={
            "_POLICYENGINE_COMPLETE": "bash_complete",
            "COMP_WORDS": "policyengine evaluate --why",
            "COMP_CWORD": "2",
        }
    )
    assert told.returncode == 0
    assert told.stdout.decode().splitlines() == ["plain,--why", "plain,--why-not"]


@pytest.mark.parametrize(
    "kind", ["rulebook", "facts", "assumptions", "policy", "overlay", "cases", "case", "decision"]
)
def test_schema(run: Run, kind: str) -> None:
    told = run("schema", kind)
    assert told.code == 0 and not told.err
    assert "$schema" in json.loads(told.out)


def test_the_schema_of_cases_needs_a_rulebook(run: Run, tmp_path: Path) -> None:
    told = run("schema", "case", "--rules", str(tmp_path / "none"))
    assert told.code == 1 and not told.out and "error[file-missing]" in told.err


def test_check(run: Run, broken_rules: Path) -> None:
    told = run("check", "rules/taobao", "--lang", "en")
    assert told.code == 0 and "errors: 0" in told.err
    data = json.loads(run("check", "rules/taobao", "--format", "json").out)
    assert data["format"] == "policyengine.diagnostics/1"
    wrong = run("check", "rules/taobao", str(broken_rules), "--lang", "en")
    assert wrong.code == 1 and "error[unknown-name]" in wrong.out and "errors: " in wrong.err
    data = json.loads(run("check", str(broken_rules), "--format", "json").out)
    assert {one["code"] for one in data["diagnostics"]} == {"unknown-name"}
    assert run("check", "--rules", "rules/taobao", "--overlay", "nosuch").code == 1


def test_init_makes_a_rulebook_that_is_fine(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("init", str(folder)).code == 0
    assert run("check", str(folder)).code == 0


# ---------- evaluate


def test_evaluate_takes_the_rulebook_here_or_below_rules_or_the_shipped_one(run: Run, tmp_path: Path) -> None:
    shown = run("evaluate", CASE, *AS_OF, "--lang", "en").out
    assert shown.startswith("Case LD-2012-031, judged as of 2012-03-16 18:00:01, by Taobao dispute rules")
    assert run("evaluate", CASE, *AS_OF, "--lang", "en", "--rules", "rules/taobao").out == shown
    case = str(FROZEN / CASE)
    assert spawn("evaluate", case, *AS_OF, cwd=RULES).stdout.decode() == shown
    shipped = run("evaluate", CASE, *AS_OF, "--lang", "en", "--rules", str(ROOT / "rules/taobao")).out
    assert spawn("evaluate", case, *AS_OF, cwd=tmp_path).stdout.decode() == shipped
    env = {"POLICYENGINE_RULES": str(RULES)}
    assert spawn("evaluate", case, *AS_OF, cwd=tmp_path, env=env).stdout.decode() == shown


def test_several_rulebooks_are_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(RULES, tmp_path / "rules" / name)
    told = spawn("evaluate", str(FROZEN / CASE), cwd=tmp_path)
    assert told.returncode == 2 and b"--rules" in told.stderr


def test_as_of(run: Run) -> None:
    early = run("evaluate", CASE, "--as-of", "2012-03-16 18:00:01").out
    assert run("evaluate", CASE, "--as-of", "2012-03-16T10:00:01Z").out == early
    assert run("evaluate", CASE, "--as-of", "2012-03-20 18:00:01").out != early
    assert run("evaluate", CASE).code == 0


def test_assumptions_and_overlays(run: Run) -> None:
    usual = run("evaluate", CASE, *AS_OF, "--format", "json").out
    other = run("evaluate", CASE, *AS_OF, "--format", "json", "--assume", "A-13=closed_at_payment")
    assert other.code == 0 and other.out != usual
    due = run("evaluate", CASE, *AS_OF, "--overlay", "late_5pct_1_30", "--lang", "en").out
    assert "compensation due" in due and "4.75" in due
    both = run("evaluate", CASE, *AS_OF, "--overlay", "late_5pct_1_30", "--overlay", "points_3")
    assert both.code == 0


def test_set_replaces_adds_and_takes_out(run: Run) -> None:
    usual = run("evaluate", CASE, *AS_OF, "--lang", "en").out
    dearer = run("evaluate", CASE, *AS_OF, "--lang", "en", "--set", "order.total=900.00").out
    assert "900.00" in dearer and "900.00" not in usual
    gone = run("evaluate", CASE, *AS_OF, "--lang", "en", "--set", "order.promised_dispatch=").out
    assert "(order.dispatch_contract)" in gone and "(order.dispatch_contract)" not in usual
    # What is not there may be taken out, and a new group may come in.
    assert run("evaluate", CASE, *AS_OF, "--set", "review.remedy_proposed_at=").code == 0
    assert run("evaluate", CASE, *AS_OF, "--set", "item.defective=yes").code == 0
    assert "Case X" in run("evaluate", CASE, *AS_OF, "--lang", "en", "--set", "case=X").out
    late = ("--set", "complaint.seller_responded_at=2012-03-17 09:00:01")
    assert run("evaluate", CASE, "--as-of", "2012-03-18 09:00:00", *late).code == 0


def test_set_reaches_records(run: Run) -> None:
    words = ("evaluate", REJECTED, "--as-of", "2012-03-22 10:00:00", "--format", "json")
    usual, changed = run(*words), run(*words, "--set", "complaint.evidence.0.kind=photo")
    assert changed.code == 0 and "photo" in changed.out and "photo" not in usual.out
    late = run(*words, "--set", "complaint.evidence.0.submitted_at=2012-03-21 00:00")
    assert late.code == 0 and late.out != usual.out
    none = run(*words, "--set", "complaint.evidence=")
    assert none.code == 0 and none.out != usual.out


def test_why_and_why_not(run: Run) -> None:
    why = run("evaluate", CASE, *AS_OF, "--lang", "en", "--why", "penalty.points")
    assert why.code == 0 and "timely_compensation_costs_no_points" in why.out and "Deadlines" not in why.out
    rule = "timely_compensation_costs_no_points"
    late = ("--set", "complaint.seller_responded_at=2012-03-17 09:00:01")
    why_not = run("evaluate", CASE, "--as-of", "2012-03-18 09:00", *late, "--lang", "en", "--why-not", rule)
    assert why_not.code == 0 and "1 second" in why_not.out
    both = run("evaluate", CASE, *AS_OF, "--why", "penalty.points", "--why", "dispatch.breach")
    assert both.code == 0 and len(both.out) > len(why.out)
    data = run("evaluate", CASE, "--as-of", "2012-03-18 09:00", *late, "--format", "json", "--why-not", rule)
    assert json.loads(data.out)["why_not"]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("option", ["--why", "--why-not"])
def test_a_name_that_is_not_there_is_told_with_a_suggestion(run: Run, option: str, form: str) -> None:
    name = {"--why": "penalty.pionts", "--why-not": "timely_compensation_costs_no_point"}[option]
    told = run("evaluate", CASE, *AS_OF, "--format", form, option, name)
    assert told.code == 2 and not told.out
    assert {"--why": "penalty.points", "--why-not": "costs_no_points"}[option] in told.err


def test_trace(run: Run) -> None:
    usual = run("evaluate", CASE, *AS_OF).out
    traced = run("evaluate", CASE, *AS_OF, "--trace").out
    assert traced.startswith(usual) and "timely_compensation_costs_no_points" in traced[len(usual) :]


def test_strict(run: Run) -> None:
    assert run("evaluate", CASE, *AS_OF).code == 0
    told = run("evaluate", CASE, *AS_OF, "--strict")
    assert told.code == 4 and told.out == run("evaluate", CASE, *AS_OF).out
    assert run("evaluate", "examples/cases/review-remedy.json", "--strict").code in (0, 4)


def test_strict_does_not_take_an_empty_decision_for_a_fine_one(run: Run) -> None:
    """At the first event of the case something is decided, a second before it nothing is."""
    case = "examples/cases/parcel-signed-by-other.json"
    assert run("evaluate", case, "--as-of", "2012-06-30 12:00", "--strict").code == 0
    early = run("evaluate", case, "--as-of", "2012-01-01 00:00", "--strict", "--lang", "en")
    assert early.code == 4 and "Nothing is decided yet" in early.out
    assert run("evaluate", case, "--as-of", "2012-01-01 00:00").code == 0


def test_why_not_in_data_keeps_either_or_and_records(run: Run) -> None:
    told = run("evaluate", CASE, *AS_OF, "--format", "json", "--why-not", "asking_is_possible")
    (rule,) = json.loads(told.out)["why_not"]
    ways = rule["policy"]["tests"][1]
    assert rule["policy"]["policy"] == "refund" and "refund.applications" in str(ways)
    assert [test["test"] for test in rule["tests"]] == ["any_of", "last"]


def test_one_object_or_one_line_a_case(run: Run, ndjson: Path, tmp_path: Path) -> None:
    single = run("evaluate", CASE, *AS_OF, "--format", "json").out
    assert single.startswith("{\n") and json.loads(single)["case"] == "LD-2012-031"
    lines = run("evaluate", str(ndjson), *AS_OF, "--format", "json").out.splitlines()
    assert [json.loads(line)["case"] for line in lines] == ["LD-2012-031", "LD-2012-032", "LD-2012-031"]
    several = run("evaluate", CASE, REJECTED, *AS_OF, "--format", "json").out.splitlines()
    assert [json.loads(line)["outcomes"] for line in several] == [
        json.loads(line)["outcomes"] for line in lines[:2]
    ]
    # The form must not depend on how many lines there happen to be.
    one = tmp_path / "one.jsonl"
    one.write_text(compact(CASE), "utf-8")
    for words in ((), ("--ndjson",)):
        (line,) = run("evaluate", str(one), *AS_OF, "--format", "json", *words).out.splitlines()
        assert line.replace(str(one), str(ndjson)) == lines[0]


def test_ndjson_under_another_name(run: Run, ndjson: Path) -> None:
    other = ndjson.rename(ndjson.with_suffix(".txt"))
    assert run("evaluate", str(other), *AS_OF).code == 3
    told = run("evaluate", str(other), *AS_OF, "--ndjson", "--lang", "en")
    assert told.code == 0 and told.out.count("Case LD-") == 3


def test_faults_of_one_case_leave_the_others(run: Run, ndjson: Path) -> None:
    lines = ndjson.read_text("utf-8").split("\n")
    lines[2] = '{"case": "bad", "order": {"total": "x"}}'
    ndjson.write_text("\n".join([*lines, "{"]), "utf-8")
    told = run("evaluate", str(ndjson), "none.json", *AS_OF, "--lang", "en")
    assert told.code == 3 and told.out.count("Case LD-") == 2
    assert f"{ndjson}:3:36: error[bad-value]" in told.err and "3 | {" in told.err
    assert f"{ndjson}:6:2: error[json-syntax]" in told.err
    assert "none.json:1:1: error[file-missing]" in told.err


def test_standard_input() -> None:
    told = spawn("evaluate", "-", *AS_OF, given=(FROZEN / CASE).read_bytes())
    assert told.returncode == 0 and b"LD-2012-031" in told.stdout
    lines = f"{compact(CASE)}\n{{\n".encode()
    wrong = spawn("evaluate", "-", "--ndjson", *AS_OF, "--format", "json", given=lines)
    assert wrong.returncode == 3 and b"<stdin>:2:2: error[json-syntax]" in wrong.stderr
    sound, faulty = map(json.loads, wrong.stdout.splitlines())
    assert sound["case"] == "LD-2012-031" and [one["code"] for one in faulty["faults"]] == ["json-syntax"]
    assert b"2 | {" in wrong.stderr


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_engines_say_the_same_but_for_their_names(run: Run, form: str, language: str) -> None:
    words = ("evaluate", *ALL_CASES, "--as-of", "2012-07-09 12:00", "--format", form, "--lang", language)
    durable, reference = run(*words, "--engine", "durable"), run(*words, "--engine", "reference")
    if "durable-rules" in durable.err:
        pytest.skip("durable-rules cannot run here")
    assert durable.code == reference.code == 0
    if form == "text":
        assert durable.out == reference.out
        return
    for one, other in zip(durable.out.splitlines(), reference.out.splitlines(), strict=True):
        first, second = json.loads(one), json.loads(other)
        assert first.pop("engine")["name"] == "durable-rules"
        assert second.pop("engine")["name"] == "reference"
        assert json.dumps(first) == json.dumps(second)


def test_both_languages(run: Run) -> None:
    english, chinese = (run("evaluate", CASE, *AS_OF, "--lang", one).out for one in ("en", "zh"))
    assert "Outcomes" in english and "结论" in chinese
    assert spawn("evaluate", CASE, *AS_OF, env={"LANG": "zh_CN.UTF-8"}).stdout.decode() == chinese


# ---------- exit codes, streams, terminals


def test_usage(run: Run) -> None:
    for words in (
        (),
        ("nosuch",),
        ("evaluate",),
        ("evaluate", CASE, "--nosuch"),
        ("evaluate", CASE, "--engine", "x"),
        ("evaluate", CASE, "--lang", "fr"),
        ("--lang", "fr", "version"),
        ("schema",),
    ):
        told = run(*words)
        assert told.code == 2 and not told.out, words


def test_rule_faults(run: Run, broken_rules: Path) -> None:
    told = run("evaluate", CASE, "--rules", str(broken_rules))
    assert told.code == 1 and not told.out and "error[unknown-name]" in told.err
    assert "did you mean `seller_handling_period`?" in told.err
    assert run("schema", "case", "--rules", str(broken_rules)).code == 1


def test_a_bug_is_told_without_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("policyengine.cli.loading._read_case", broken)
    told = run("evaluate", CASE)
    assert told.code == 70 and not told.out
    assert "ZeroDivisionError" in told.err and "boom" in told.err and "broken" in told.err


def test_the_traceback_of_a_bug_is_one_variable_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("policyengine.cli.loading._read_case", broken)
    monkeypatch.setenv("POLICYENGINE_DEBUG", "1")
    monkeypatch.chdir(FROZEN)
    with pytest.raises(SystemExit, match="70"):
        cli.main(["evaluate", CASE])
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policyengine.cli.loading._read_case", interrupted)
    told = run("evaluate", CASE, "--engine", "reference")
    assert told.code == 130 and not told.out and not told.err


def test_a_closed_pipe(tmp_path: Path) -> None:
    many = tmp_path / "many.ndjson"
    many.write_text((compact(CASE) + "\n") * 300, "utf-8")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "policyengine",
            "evaluate",
            str(many),
            *AS_OF,
            "--format",
            "json",
            "--engine",
            "reference",
        ],
        cwd=FROZEN,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141


def test_data_and_messages_are_apart(run: Run) -> None:
    told = run("evaluate", CASE, *AS_OF, "none.json")
    assert told.code == 3 and "LD-2012-031" in told.out and "none.json" in told.err
    assert "none.json" not in told.out and "LD-2012-031" not in told.err
    assert not run("evaluate", CASE, *AS_OF, "--engine", "reference").err


def on_terminal(*words: str, **environment: str) -> bytes:
    """Run a command whose output is a terminal, and return what the terminal got."""
    reader, writer = pty.openpty()
    keep = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(
        [sys.executable, "-m", "policyengine", *words],
        cwd=FROZEN,
        env={**keep, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", **environment},
        stdout=writer,
        stderr=subprocess.DEVNULL,
    ):
        os.close(writer)
        parts = []
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError as fault:
                assert fault.errno == errno.EIO  # how Linux tells the end
                break
            if not part:
                break
            parts.append(part)
    os.close(reader)
    return b"".join(parts).replace(b"\r\n", b"\n")


def test_colours_only_on_a_terminal_that_wants_them() -> None:
    words = ("evaluate", CASE, *AS_OF, "--lang", "en", "--width", "80")
    plain = spawn(*words).stdout
    assert b"\x1b" not in plain
    assert b"\x1b[" in on_terminal(*words)
    assert on_terminal(*words, NO_COLOR="1") == plain
    assert on_terminal(*words, TERM="dumb") == plain


def test_the_brief_sentences_keep_to_the_width(run: Run) -> None:
    words = ("evaluate", CASE, *AS_OF, "--brief", "--lang", "en")
    whole, narrow = run(*words).out, run(*words, "--width", "60").out
    assert whole.count("\n") == 1 < narrow.count("\n")
    assert max(map(len, narrow.split("\n"))) <= 60 and narrow.split() == whole.split()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_same_bytes_whatever_the_locale_and_the_hash_seed(language: str, form: str) -> None:
    words = ("evaluate", CASE, REJECTED, *AS_OF, "--lang", language, "--format", form, "--trace")
    first = spawn(*words, env={"PYTHONHASHSEED": "0"})
    assert first.returncode == 0
    for environment in (
        {"PYTHONHASHSEED": "1", "LANG": "zh_CN.UTF-8"},
        {"PYTHONHASHSEED": "2", "LANG": "zh_CN.GBK", "PYTHONIOENCODING": "gbk", "TZ": "America/New_York"},
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    ):
        assert spawn(*words, env=environment).stdout == first.stdout
    uncached = spawn(*words, env={"POLICYENGINE_CACHE": "off"})
    assert uncached.stdout == first.stdout


def test_help_and_messages_are_utf8_whatever_the_locale() -> None:
    narrow = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"}
    told = spawn("evaluate", "--lang", "zh", "--help", env=narrow)
    assert told.returncode == 0 and "用法" in told.stdout.decode("utf-8")
    wrong = spawn("evaluate", "没有.json", "--lang", "zh", env={"PYTHONIOENCODING": "gbk"})
    assert wrong.returncode == 3 and "没有.json" in wrong.stderr.decode("utf-8")


def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(bytes(tmp_path) + b"/\xff.json")
    told = spawn("evaluate", name)
    assert told.returncode == 3 and b"error[file-missing]" in told.stderr
    try:
        shutil.copy(FROZEN / CASE, name)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert spawn("evaluate", name, *AS_OF).returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_a_full_disk() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "policyengine", "evaluate", CASE, *AS_OF, "--engine", "reference"],
            cwd=FROZEN,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 74 and done.stderr.count(b"\n") == 1 and b"internal" not in done.stderr


def test_every_schema_that_is_shipped_is_printed(run: Run) -> None:
    for path in sorted((ROOT / "schemas").glob("*.schema.json")):
        kind = path.name.removesuffix(".schema.json")
        done = run("schema", kind)
        assert done.code == 0, kind
        # That of cases is made from the rulebook in use.
        assert kind == "case" or json.loads(done.out) == json.loads(path.read_text("utf-8"))
