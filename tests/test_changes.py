"""``policyengine diff``: every edit that changes what the rules say is told, and nothing else is."""

# ruff: noqa: E501  (a sentence is easier to read in one line)

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from policyengine.changes.compare import compare
from policyengine.changes.render import render_changes, render_changes_json, render_changes_markdown
from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.rule_files import collect_files

ROOT = Path(__file__).parent.parent
STARTER = ROOT / "src/policyengine/starter"
POLICY, FACTS, BOOK, READINGS = "policies/returns.yaml", "facts.yaml", "rulebook.yaml", "assumptions.yaml"


def load(folder: Path) -> Rulebook:
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def edited(folder: Path, file: str, old: str, new: str) -> Rulebook:
    target = folder / "new"
    shutil.copytree(STARTER, target, ignore=shutil.ignore_patterns("*.cases.yaml"))
    path = target / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return load(target)


EDITS = [
    (POLICY, "[{value: 7 days}]", "[{value: 9 days}]", "7 days → 9 days"),
    (POLICY, "title: {zh: 退货, en: Returns}", "title: {zh: 退货, en: Returns}\neffective: {by: order.received_at, from: 2026-01-01}", "in force from no day → 2026-01-01"),
    (POLICY, "custom_made: yes\n    then", "custom_made: yes\n      order.total: {more_than: 5.00}\n    then", "it now also requires that “order total” is more than 5.00 CNY"),
    (POLICY, "      asking.status: met\n", "      asking.status: met\n      order.custom_made: no\n", "it now also requires that “custom-made” is “no”"),
    (POLICY, "      asking.status: missed\n", "      asking.status: [missed, ended]\n", "it no longer requires that state of “Asking for a return” is “missed”"),
    (POLICY, "return.refund: refund", "return.refund: 0.00", "“refund” is “Refund” → “refund” is 0.00 CNY"),
    (POLICY, "    overrides: [return_in_time]  # the exception says what it is an exception to\n", "", "it no longer takes precedence over “A return in time is allowed”"),
    (POLICY, "kind: permission", "kind: duty", "it now says: buyer must: ask for a return"),
    (POLICY, "    at_most: 20.00", "    at_most: 30.00", "at most 20.00 CNY → “order total” × “Rate of the handling fee”"),
    (POLICY, "    rate: handling_rate", "    rate: handling_rate\n    when: {order.custom_made: no}", "it now also requires that “custom-made” is “no”"),
    (POLICY, "who: buyer", "who: shop", "who must act: buyer → shop"),
    (POLICY, "    within: return_period\n", "    within: 8 days\n", "within: “Time to return” → 8 days"),
    (POLICY, "    within: return_period\n", "    within: return_period\n    counting: {days: calendar}\n", "days end at midnight"),
    (POLICY, "en: Handling fee", "en: Fee", "title: Handling fee → Fee"),
    (POLICY, "return_too_late:", "too_late:", "A late return is not allowed has been removed"),
    (POLICY, "return.allowed: yes\n  return_too", "return.allowed: no\n  return_too", "it can no longer be “yes”"),
    (FACTS, "{type: money, title: {zh: 订单金额", "{type: money, if_missing: 1.00, title: {zh: 订单金额", "when a case leaves it out: unknown → 1.00"),
    (FACTS, "at_least: 0.00", "at_least: 1.00", "limits: at_least 0.00 CNY → at_least 1.00 CNY"),
    (READINGS, "default: included", "default: excluded", "default: asking exactly at the end is in time → asking exactly at the end is late"),
    (BOOK, "time_zone: Asia/Shanghai", "time_zone: Asia/Tokyo", "time zone: Asia/Shanghai → Asia/Tokyo"),
    (BOOK, 'version: "1.0"', 'version: "1.1"', "version: 1.0 → 1.1"),
    (BOOK, "shop: {zh: 店铺, en: shop}", "shop: {zh: 店铺, en: store}", "party shop: shop → store"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), EDITS, ids=lambda one: one[:24].strip())
def test_an_edit_is_told(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    before, after = load(STARTER), edited(tmp_path, file, old, new)
    changes = compare(before, after)
    text = render_changes(changes, Speech("en"))
    assert words in " ".join(text.split())
    schema = json.loads((ROOT / "schemas/changes.schema.json").read_text("utf-8"))
    data = json.loads(render_changes_json(before, after, changes))
    jsonschema.validate(data, schema)
    assert data["changes"] and all(one["details"] or one["what"] != "changed" for one in data["changes"])
    assert render_changes_markdown(changes, Speech("zh")).startswith("## ")
    assert render_changes(changes, Speech("zh")).count("\n") == len(
        render_changes(changes, Speech("zh")).splitlines()
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (POLICY, "rules:  ", "# a comment\nrules:  "),
        (POLICY, "overrides: [return_in_time]", "overrides: [ return_in_time ]"),
        (POLICY, "7 days", "7 Days"),
        (POLICY, "      asking.status: met\n", "      all: [{asking.status: met}]\n"),
    ],
)
def test_another_spelling_is_no_change(tmp_path: Path, file: str, old: str, new: str) -> None:
    assert compare(load(STARTER), edited(tmp_path, file, old, new)) == []


def test_dated_values_are_told_with_the_day(tmp_path: Path) -> None:
    old = "effective: {by: order.received_at}\nparameters:                      # the numbers that change; with dates: `effective: {by: …}` above, and `from: 2026-01-01` here\n  return_period:\n    title: {zh: 退货期, en: Time to return}\n    values: [{value: 72 hours}]"
    text = (STARTER / POLICY).read_text("utf-8")
    start, end = (
        text.index("parameters:"),
        text.index('    source: {section: "1", quote: 收货后7天内可以退货}\n  handling_rate'),
    )
    books = []
    for name, values in (
        ("a", "[{value: 72 hours}]"),
        ("b", "[{value: 72 hours}, {from: 2024-03-25, value: 48 hours}]"),
    ):
        folder = tmp_path / name
        shutil.copytree(STARTER, folder)
        (folder / POLICY).write_text(
            text[:start] + old.replace("[{value: 72 hours}]", values) + "\n" + text[end:], "utf-8"
        )
        books.append(load(folder))
    told = details(*books, "parameter", "return_period")
    assert told == ["72 hours → 48 hours from 2024-03-25", "the date of “received at” decides which value is in force"]  # fmt: skip
    assert "no longer 48 hours from 2024-03-25" in render_changes(compare(*reversed(books)), Speech("en"))


def test_figures_of_overlays_are_compared(tmp_path: Path) -> None:
    books = []
    for name, value in (("a", "3"), ("b", "4")):
        folder = tmp_path / name
        shutil.copytree(ROOT / "rules/taobao", folder)
        path = folder / "overlays/points_3.yaml"
        path.write_text(path.read_text("utf-8").replace("value: 3", f"value: {value}"), "utf-8")
        books.append(load(folder))
    assert "liable_points: 3 → 4" in render_changes(compare(*books), Speech("en"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(STARTER, root / "rules" / "returns")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    path = root / "rules/returns" / POLICY
    path.write_text(path.read_text("utf-8").replace("7 days}]", "9 days}]"), "utf-8")
    return root


def test_the_commands_of_diff(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from policyengine import cli

    monkeypatch.chdir(repository)
    for words, code, told in (
        (["diff", "git:main", "--lang", "en"], 0, "7 days → 9 days"),
        (
            ["diff", "git:main", "rules/returns", "--format", "markdown", "--lang", "en"],
            0,
            "  - 7 days → 9 days",
        ),
        (["diff", "git:nowhere", "--lang", "en"], 2, "git says"),
        (["diff", "nowhere", "rules/returns", "--lang", "en"], 1, "file-missing"),
        (["diff", "git:main", "rules", "--lang", "en"], 1, "did you mean `rules/returns`?"),
        (["diff", "git:main:rules", "rules/returns"], 1, "`git:main:rules/returns`"),
        (
            ["impact", "git:main", "rules", "--cases", "none", "--lang", "zh"],
            1,
            "是不是想写 `rules/returns`？",
        ),
        (["diff", "main", "--lang", "en"], 2, "write `git:main`"),
        (["diff", "HEAD", "--lang", "zh"], 2, "请写 `git:HEAD`"),
    ):
        with pytest.raises(SystemExit) as ending:
            cli.main(words)
        assert ending.value.code == code
        found = capsys.readouterr()
        assert told in found.out + found.err
        assert "facts.yaml" not in found.err  # one fault, not one for each file that is looked for


def test_a_folder_of_several_rulebooks_is_told_with_their_names(tmp_path: Path) -> None:
    for name in ("a", "b", ".hidden"):
        shutil.copytree(STARTER, tmp_path / name)
    (tmp_path / "c").mkdir()
    files, [fault] = collect_files(str(tmp_path))
    assert not files and fault.help is not None
    assert str(fault.help) == f"write one of: `{tmp_path}/a`, `{tmp_path}/b`"
    # One with a misspelt name is a rulebook, whatever lies below it.
    (tmp_path / "Rulebook.yaml").write_text("rulebook: x\n")
    _, faults = collect_files(str(tmp_path))
    assert "rename `Rulebook.yaml` to `rulebook.yaml`" in [str(one.help) for one in faults]


def test_what_a_policy_demands_is_told_once(tmp_path: Path) -> None:
    new = edited(
        tmp_path,
        POLICY,
        "title: {zh: 退货, en: Returns}",
        "title: {zh: 退货, en: Returns}\napplies_to: {order.total: {more_than: 1.00}}",
    )
    (change,) = compare(load(STARTER), new)
    assert (change.kind, change.id) == ("policy", "returns")
    assert [one.get("en") for one in change.details] == [
        "it now also requires that “order total” is more than 1.00 CNY"
    ]


def details(old: Rulebook, new: Rulebook, kind: str, id: str) -> list[str]:
    (found,) = [one for one in compare(old, new) if (one.kind, one.id) == (kind, id)]
    assert all(one.get("zh") and one.get("zh") != one.get("en") for one in found.details)
    # All three forms say the same.
    data = json.loads(render_changes_json(old, new, [found]))["changes"][0]["details"]
    text, markdown = render_changes([found], Speech("en")), render_changes_markdown([found], Speech("en"))
    assert [one["en"] for one in data] == [one.get("en") for one in found.details]
    assert all(one.get("en") in " ".join(text.split()) for one in found.details)
    assert markdown.count("\n  - ") == len(found.details)
    return [one.get("en") for one in found.details]


EFFECTIVE = "effective: {by: order.received_at, from: 2026-01-01, until: 2026-12-31}"
SCOPED = f"title: {{zh: 退货, en: Returns}}\napplies_to: {{order.total: {{more_than: 1.00}}}}\n{EFFECTIVE}"
PLAIN = "title: {zh: 退货, en: Returns}"
WHERE = [
    "it applies if “order total” is more than 1.00 CNY",
    "in force from 2026-01-01 until 2026-12-31, by the day of “received at”",
]


@pytest.mark.parametrize(
    ("old", "new", "kind", "id"),
    [
        ("rules:  ", "rules:\n  gift:\n    title: {zh: 赠品, en: Gift}\n    when: {order.total: 0.00}\n    then: {return.refund: 0.00}\n#", "rule", "gift"),
        ("kind: permission", "kind: duty", "rule", "buyer_may_still_ask"),
        ("who: buyer", "who: shop", "deadline", "asking"),
        ("    at_most: 20.00", "    at_most: 30.00", "amount", "handling_fee"),
    ],
)  # fmt: skip
def test_what_is_new_or_changed_says_for_what_and_from_when_it_applies(
    tmp_path: Path, old: str, new: str, kind: str, id: str
) -> None:
    for name in ("a", "b"):
        shutil.copytree(STARTER, tmp_path / name, ignore=shutil.ignore_patterns("*.cases.yaml"))
        path = tmp_path / name / POLICY
        text = path.read_text("utf-8").replace(PLAIN, SCOPED)
        assert old in text
        path.write_text(text.replace(old, new, 1) if name == "b" else text, "utf-8")
    assert details(load(tmp_path / "a"), load(tmp_path / "b"), kind, id)[-2:] == WHERE


NEW_POLICY = f"""policy: gifts
title: {{zh: 赠品, en: Gifts}}
applies_to: {{order.total: {{more_than: 1.00}}}}
{EFFECTIVE}
rules:
  gift:
    title: {{zh: 赠品, en: Gift}}
    when: {{order.custom_made: no}}
    then: {{return.refund: 0.00}}
"""


def test_a_new_policy_says_it_once(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    shutil.copytree(STARTER, folder)
    for text, where in (
        (NEW_POLICY, WHERE),
        (NEW_POLICY.replace(", until: 2026-12-31", ""), [WHERE[0], WHERE[1].replace("until 2026-12-31", "on")]),
        ("".join(one for one in NEW_POLICY.splitlines(True) if not one.startswith(("applies", "effective"))), ["it applies to every case"]),
    ):  # fmt: skip
        (folder / "policies/gifts.yaml").write_text(text, "utf-8")
        new = load(folder)
        assert details(load(STARTER), new, "policy", "gifts") == where
        assert len(details(load(STARTER), new, "rule", "gift")) == 1
        assert details(new, load(STARTER), "policy", "gifts") == where


REQUIRED = (
    "cases that do not give it, open ones too, become undetermined where rules ask for it:"
    " use `if_missing` to say what it is then"
)
FACT = "  order.total:"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{type: boolean, title: {zh: 甲, en: a}}", ["type: `boolean`", "when a case leaves it out: unknown", REQUIRED]),
        ("{type: boolean, title: {zh: 甲, en: a}, if_missing: no}", ["type: `boolean`", "when a case leaves it out: no"]),
        ("{type: money, title: {zh: 甲, en: a}, if_missing: none, at_least: 0.00, at_most: 9.00}", ["type: `money`", "when a case leaves it out: none", "limits: at_least 0.00 CNY; at_most 9.00 CNY"]),
        ("{type: choice, title: {zh: 甲, en: a}, values: {x: {zh: 乙, en: ex}, y: {zh: 丙, en: why}}, if_missing: x}", ["type: `choice`", "values: ex; why", "when a case leaves it out: x"]),
        ("{type: instant, title: {zh: 甲, en: a}, if_missing: never, by: buyer, dated_by: order.received_at}", ["type: `instant`", "when a case leaves it out: none", "dated by: order.received_at", "whose act it is: buyer"]),
        ("{type: boolean, title: {zh: 甲, en: a}, role: derived}", ["type: `boolean`", "role: derived"]),
        ("{type: boolean, title: {zh: 甲, en: a}, if_missing: {A-01: {included: no, excluded: unknown}}}", ["type: `boolean`", "when a case leaves it out: no (where asking exactly at the end is in time); unknown (where asking exactly at the end is late)", REQUIRED]),
    ],
)  # fmt: skip
def test_a_new_fact_is_told_whole(tmp_path: Path, written: str, told: list[str]) -> None:
    new = edited(tmp_path, FACTS, FACT, f"  order.new: {written}\n{FACT}")
    assert details(load(STARTER), new, "fact", "order.new") == told


def test_a_fact_that_is_no_longer_supplied_is_told_as_a_new_one(tmp_path: Path) -> None:
    supplied = edited(
        tmp_path,
        FACTS,
        "{type: money, title: {zh: 订单金额",
        "{type: money, if_missing: 1.00, title: {zh: 订单金额",
    )
    assert REQUIRED in details(supplied, load(STARTER), "fact", "order.total")
    assert REQUIRED not in details(load(STARTER), supplied, "fact", "order.total")


REPORT = """
report: weekly
title: {zh: 周报, en: Weekly}
dated_by: order.received_at
where: {order.total: {more_than: 0.00}}
counts:
  made: {title: {zh: 定制, en: custom-made}, by: order.custom_made}
"""
LISTS = """
lists:
  visits:
    title: {zh: 来访, en: visits}
    dated_by: made_at
    facts:
      made_at: {type: instant, title: {zh: 时间, en: made at}}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("en: custom-made}, by", "en: bespoke}, by", "part made: custom-made → bespoke"),
        ("by: order.custom_made", "by: return.allowed", "custom-made counts or lists something else"),
        ("more_than: 0.00", "more_than: 9.00", "different cases are counted"),
        ("  made:", "  tailored:", "removed part: custom-made"),
        ("    dated_by: made_at\n", "", "dated by: visits.made_at → –"),
        (
            "    dated_by: made_at\n",
            "    dated_by: made_at\n    if_missing: empty\n",
            "when a case leaves it out: unknown → no records",
        ),
        (
            "{type: instant, title: {zh: 时间, en: made at}}",
            "{type: instant, by: buyer, title: {zh: 时间, en: made at}}",
            "whose act it is: – → buyer",
        ),
    ],
)
def test_reports_and_lists_are_told_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    books = []
    for name, change in (("a", None), ("b", (old, new))):
        folder = tmp_path / name
        shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("*.cases.yaml"))
        (folder / "reports").mkdir()
        texts = {"reports/weekly.yaml": REPORT, FACTS: (folder / FACTS).read_text("utf-8") + LISTS}
        for file, text in texts.items():
            (folder / file).write_text(text.replace(*change) if change else text, "utf-8")
        books.append(load(folder))
    told = render_changes(compare(*books), Speech("en"))
    assert words in told and "something else about it" not in told


@pytest.mark.parametrize(
    ("old", "new", "en", "zh"),
    [
        ("{zh: 甲, en: a}", "{zh: 甲, en: b}", "title: a → b", "标题：en: a → en: b"),
        ("{zh: 甲, en: a}", "{zh: 乙, en: b}", "title: a → b", "标题：甲 → 乙"),
        ("{zh: 甲, en: a}", "{zh: 乙, en: a}", "title: zh: 甲 → zh: 乙", "标题：甲 → 乙"),
        ("{en: a, de: x}", "{en: a, de: y}", "title: de: x → de: y", "标题：de: x → de: y"),
        ("{en: a}", "{en: a, de: x}", "title: de: – → de: x", "标题：de: – → de: x"),
        ("{en: a, de: x}", "{en: a}", "title: de: x → de: –", "标题：de: x → de: –"),
        (
            "{de: x}",
            "{de: y, en: b}",
            "title: en: –, de: x → en: b, de: y",
            "标题：en: –、de: x → en: b、de: y",
        ),
        ("{de: x}", "{de: y}", "title: x → y", "标题：x → y"),
    ],
)
def test_a_new_title_is_told_in_the_language_in_which_it_is_new(
    tmp_path: Path, old: str, new: str, en: str, zh: str
) -> None:
    shutil.copytree(STARTER, tmp_path / "both")
    book = tmp_path / "both" / BOOK
    book.write_text(book.read_text("utf-8").replace("[zh, en]", "[zh, en, de]"), "utf-8")
    facts = (STARTER / FACTS).read_text("utf-8")
    books = []
    for title in (old, new):
        text = facts.replace("title: {zh: 订单金额, en: order total}", f"title: {title}")
        (tmp_path / "both" / FACTS).write_text(text, "utf-8")
        books.append(load(tmp_path / "both"))
    (change,) = compare(*books)
    assert [(one.get("en"), one.get("zh")) for one in change.details] == [(en, zh)]
