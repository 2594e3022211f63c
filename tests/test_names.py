"""Laws of names: what is printed or proposed can be written back, with brackets, with dots and by titles."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyengine import Decision, FaultsFound, Rulebook, load_rulebook
from policyengine.cli import main
from policyengine.diagnostics.diagnostic import Message
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.lsp.index import Index
from policyengine.model.case import Key
from policyengine.model.key_names import format_key, path_of
from policyengine.model.lookup import RULES, VALUES, Kind, Lookup, Unknown
from policyengine.reading.case.reader import CaseReader
from policyengine.render.naming import Naming
from policyengine.render.text import render_text
from policyengine.syntax.keys import format_path, numbered, parse_name, splits
from policyengine.syntax.schemas import read_shaped
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode
from policyengine.testing.read import check_scenarios

ROOT = Path(__file__).parents[1]
FILES = {
    "rulebook.yaml": """
rulebook: shop
version: "1.0"
title: {zh: 店规, en: Shop rules}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
documents:
  terms:
    title: {zh: 须知, en: Terms}
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
counting: {end: included}
""",
    "facts.yaml": """
facts:
  order.total: {type: money, title: {zh: 交易金额, en: order total}}
  order.note: {type: text, title: {zh: 备注, en: remark}, if_missing: none}
  other.note: {type: text, title: {zh: 备注, en: remark}, if_missing: none}
  o.any: {type: boolean, title: {zh: 有差评, en: some bad}, role: outcome}
lists:
  buyer.reviews:
    title: {zh: 评价, en: reviews}
    dated_by: at
    facts:
      at: {type: instant, title: {zh: 评价时间, en: reviewed at}}
      stars: {type: count, title: {zh: 星级, en: stars}}
      reply_at: {type: instant, title: {zh: 回复时间, en: replied at}, if_missing: never}
      bad: {type: boolean, title: {zh: 差, en: bad}, role: outcome}
""",
    "policies/p.yaml": """
policy: p
title: {zh: 规, en: P}
deadlines:
  reply:
    title: {zh: 回复期, en: Time to reply}
    who: buyer
    for_each: buyer.reviews
    starts: at
    within: 24 hours
    met_by: reply_at
    source: {section: "1", quote: 期内}
rules:
  some:
    title: {zh: 有差, en: Some}
    source: {section: "1", quote: 期内}
    when: {any_of: {list: buyer.reviews, where: {stars: {at_most: 2}}}}
    then: {o.any: yes}
  each_bad:
    title: {zh: 每条, en: Each}
    source: {section: "1", quote: 期内}
    for_each: buyer.reviews
    when: {stars: {at_most: 2}}
    then: {bad: yes}
""",
}
CASE = {
    "case": "REC-1",
    "order": {"total": "5.00"},
    "buyer": {"reviews": [{"at": "2024-01-01 00:00", "stars": 5}, {"at": "2024-01-02 00:00"}]},
}
AS_OF = "2024-01-03 00:00"
EXACT = settings(max_examples=200, deadline=None, derandomize=True)


@cache
def folder() -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp())
    (path / "policies").mkdir()
    for name, text in FILES.items():
        (path / name).write_text(text, "utf-8")
    return path


@cache
def book() -> Rulebook:
    return load_rulebook(folder())


@cache
def decisions() -> tuple[Decision, ...]:
    taobao = load_rulebook(ROOT / "rules/taobao")
    paths = [*ROOT.glob("examples/cases/*.json"), *ROOT.glob("examples/reviews/*.json")]
    own = (taobao.evaluate(str(path), as_of="2012-07-01 00:00") for path in sorted(paths))
    return book().evaluate(CASE, as_of=AS_OF), *own


def keys(decision: Decision) -> Iterator[tuple[Key, Sequence[Kind], Collection[Key]]]:
    findings = decision.findings
    yield from ((key, VALUES, findings.states) for key in findings.states)
    yield from ((key, RULES, findings.rules) for key in findings.rules)


# ---------- the grammar


@EXACT
@given(
    head=st.from_regex("[a-z][a-z_]{0,5}(\\.[a-z][a-z_0-9]{0,5}){0,2}", fullmatch=True),
    record=st.integers(0, 999_999_999),
    tail=st.from_regex("([a-z][a-z_0-9]{0,5})?", fullmatch=True),
    dotted=st.booleans(),
)
def test_a_name_that_is_put_together_is_taken_apart_again(
    head: str, record: int, tail: str, dotted: bool
) -> None:
    found = parse_name(numbered(head, record, tail, dotted))
    assert (found.head, found.record, found.tail) == (head, record, tail)


@pytest.mark.parametrize(
    "written", ["a", "a.b", "a[x]", "a[-1]", "a[1]b", "[1]", "a[1].", "a[1234567890]", "a.1b", ""]
)
def test_what_numbers_no_record_is_one_name(written: str) -> None:
    assert [one.record for one in splits(written)] == [None]


# ---------- what there is


def test_every_name_is_read_in_both_forms() -> None:
    for decision in decisions():
        lookup = Lookup(decision.judged.rulebook)
        for key, kinds, present in keys(decision):
            for dotted in (False, True):
                written = format_key(decision.judged.rulebook, key, dotted)
                assert lookup.key(written, kinds, present) == key, written


def test_every_title_that_is_printed_is_read() -> None:
    for decision in decisions():
        model = decision.judged.rulebook
        lookup = Lookup(model)
        for (name, record), kinds, _ in keys(decision):
            for language in LANGUAGES:
                naming = Naming(model, Speech(language))
                title = naming.text(model.rules[name].title) if kinds == RULES else naming.title(name)
                written = title if record is None else f"{title} [{record}]"
                assert (name, record) in {one.key for one in lookup.find(written, kinds)}, written


def test_what_is_missing_can_be_given_under_its_name() -> None:
    decision = book().evaluate(CASE, as_of=AS_OF)
    text = render_text(decision, Speech("en"))
    names = set(re.findall(r"missing: .*?\((.*?)\)", text))
    assert names == {"buyer.reviews[1].stars"}
    for name in names:
        told = book().evaluate(CASE, as_of=AS_OF, settings={name: "1"})
        assert not told.undetermined
        assert told.judged.settings == ((name, "1"),)


@pytest.mark.parametrize(
    "written",
    [
        "buyer.reviews[1].stars",
        "buyer.reviews.1.stars",
        "买家.评价[1].星级",
        "评价[1].星级",
        "reviews.1.stars",
        "buyer.评价[1].stars",
        "stars [1]",
        "星级[1]",
        "评价［1］。星级",
        "STARS [1]",
    ],
)
def test_a_fact_of_a_record_has_many_spellings_and_one_name(written: str) -> None:
    decision = book().evaluate(CASE, as_of=AS_OF, settings={written: "1"})
    assert decision.judged.settings == (("buyer.reviews[1].stars", "1"),)
    present = decision.findings.states
    assert Lookup(book().model).key(written, VALUES, present) == ("buyer.reviews.stars", 1)


@pytest.mark.parametrize(
    "written", ["reply[0].status", "Time to reply [0]", "回复期[0]", "回复期[0].status", "reply.0"]
)
def test_the_title_of_a_clock_stands_for_its_state(written: str) -> None:
    decision = book().evaluate(CASE, as_of=AS_OF)
    assert Lookup(book().model).key(written, VALUES, decision.findings.states) == ("reply.status", 0)


# ---------- what is refused


def told(found: Key | Unknown) -> tuple[str, str]:
    assert isinstance(found, Unknown), found
    return str(found.what), str(found.help or "")


def proposed(help: Message | None) -> list[str]:
    return [] if help is None else re.findall("`([^`]*)`", str(help))


@pytest.mark.parametrize(
    ("written", "kinds", "what", "help"),
    [
        (
            "each_bad",
            RULES,
            "for each record of `buyer.reviews`",
            "write `each_bad[0]` or `each_bad[1]`",
        ),
        ("每条", RULES, "for each record", "write `each_bad[0]` or `each_bad[1]`"),
        (
            "each_bad[9]",
            RULES,
            "no `each_bad[9]`; records of `buyer.reviews` here: 2",
            "write `each_bad[0]` or",
        ),
        ("each_bad.9", RULES, "no `each_bad[9]`", "write `each_bad[0]` or"),
        ("some[0]", RULES, "does not belong to a record", "write `some`"),
        ("buyer.reviews[0]", VALUES, "a whole record", "`buyer.reviews[0].stars`"),
        ("buyer.reviews[1].bed", VALUES, "nothing is named", "did you mean `buyer.reviews[1].bad`?"),
        ("备注", VALUES, "means several things", "write one of: `order.note`, `other.note`"),
        ("有差平", VALUES, "nothing is named", "did you mean `o.any`?"),
    ],
)
def test_what_cannot_be_meant_says_what_can(
    written: str, kinds: Sequence[Kind], what: str, help: str
) -> None:
    findings = book().evaluate(CASE, as_of=AS_OF).findings
    present = findings.rules if kinds == RULES else findings.states
    said = told(Lookup(book().model).key(written, kinds, present))
    assert what in said[0] and help in said[1]


def misspelt() -> st.SearchStrategy[str]:
    """Names and titles with a letter too few, too many, or another one; with another number or none."""
    names = [
        format_key(one.judged.rulebook, key, dotted)
        for one in decisions()[:3]
        for key, _, _ in keys(one)
        for dotted in (False, True)
    ]
    titles = [*names, "评价[0].星级", "Time to reply", "stars [7]", "交易金额", "buyer.reviews"]

    def change(draw: st.DrawFn) -> str:
        name = draw(st.sampled_from(titles))
        position = draw(st.integers(0, len(name)))
        letter = draw(st.sampled_from(["", "x", "_", ".", "[1]", ".3", "s", "评"]))
        return name[:position] + letter + name[position + draw(st.integers(0, 2)) :]

    return st.composite(change)()


@EXACT
@given(written=misspelt(), number=st.integers(0, 2), dotted=st.booleans())
def test_nothing_is_proposed_that_is_refused(written: str, number: int, dotted: bool) -> None:
    decision = decisions()[number]
    lookup = Lookup(decision.judged.rulebook)
    for kinds, present in ((VALUES, decision.findings.states), (RULES, decision.findings.rules)):
        for there in (present, None):
            found = lookup.key(written, kinds, there, dotted)
            for name in proposed(found.help) if isinstance(found, Unknown) else ():
                assert not isinstance(lookup.key(name, kinds, there), Unknown), (written, name)


@EXACT
@given(written=misspelt())
def test_a_setting_proposes_nothing_that_is_refused(written: str) -> None:
    try:
        book().evaluate(CASE, as_of=AS_OF, settings={written: "2024-01-01 00:00"})
    except FaultsFound as found:
        for one in found.diagnostics:
            for name in proposed(one.help) if one.code == "unknown-fact" else ():
                _, faults = CaseReader(book().model).read(json.dumps(CASE), "c.json", settings=((name, ""),))
                assert not any(fault.code == "unknown-fact" for fault in faults), (written, name)


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (("--why", "each_bad"), "write `--why-not each_bad[0]`"),
        (("--why-not", "o.any"), "write `--why o.any`"),
        (("--why-not", "有差评"), "write `--why o.any`"),
    ],
)
def test_an_option_leads_to_the_other_one(
    words: tuple[str, ...], help: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = evaluate(tmp_path, capfd, *words)
    assert help in told
    again = help.removeprefix("write `").removesuffix("`").split(" ")
    assert "Error" not in evaluate(tmp_path, capfd, *again)


def evaluate(folder_of_case: Path, capfd: pytest.CaptureFixture[str], *words: str) -> str:
    path = folder_of_case / "c.json"
    path.write_text(json.dumps(CASE), "utf-8")
    with pytest.raises(SystemExit):
        main(["evaluate", str(path), "--rules", str(folder()), "--as-of", AS_OF, "--lang", "en", *words])
    out, err = capfd.readouterr()
    return out + err


@pytest.mark.parametrize(
    "name", ["buyer.reviews[1].stars", "评价[1].星级", "each_bad[0]", "每条", "buyer.reviews[0]", "回复期"]
)
def test_show_takes_every_name_that_is_printed(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["show", name, "--rules", str(folder()), "--lang", "en"])
    assert ending.value.code == 0, capfd.readouterr().err


# ---------- tests of clerks, and editors

CHECKS = """
policy_cases: p
cases:
  - name: two reviews
    given: {buyer: {reviews: [{at: 2024-01-01 00:00, stars: 1}, {at: 2024-01-02 00:00, stars: 5}]}}
    checks:
      - as_of: 2024-01-03 00:00
        expect:
          %s: yes
        because: [%s]
"""


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("buyer.reviews[0].bad", "each_bad.0"),
        ("buyer.reviews.0.bad", "'each_bad[0]'"),
        ("评价.0.差", "每条"),
        ("有差评", "有差"),
    ],
)
def test_a_check_takes_names_and_titles(name: str, rule: str, tmp_path: Path) -> None:
    text = (CHECKS % (name, rule)).encode()
    assert check_scenarios(str(tmp_path / "p.cases.yaml"), book().model, text) == []


def test_a_check_is_proposed_what_it_takes(tmp_path: Path) -> None:
    for wrong in ("buyer.reviews.bad", "差", "buyer.reviews[0].bed", "buyer.reviews[0]"):
        text = (CHECKS % (wrong, "some")).encode()
        (fault,) = check_scenarios(str(tmp_path / "p.cases.yaml"), book().model, text)
        names = proposed(fault.help)
        assert "buyer.reviews.0.bad" in names
        for name in names:
            again = (CHECKS % (name, "some")).replace(f"{name}: yes", f"{name}: undetermined").encode()
            assert check_scenarios(str(tmp_path / "p.cases.yaml"), book().model, again) == []


def test_an_editor_knows_a_title_in_a_check() -> None:
    trees = [
        (kind, read_shaped(kind, FILES[file], file)[0])
        for kind, file in (("facts", "facts.yaml"), ("policy", "policies/p.yaml"))
    ]
    cases = read_shaped("cases", CHECKS % ("评价.0.差", "每条"), "p.cases.yaml")[0]
    index = Index([(kind, tree) for kind, tree in (*trees, ("cases", cases)) if tree is not None])
    found = {(use.symbol.kind, use.symbol.name) for use in index.uses if use.by_title}
    assert found == {("fact", "buyer.reviews.bad"), ("rule", "each_bad")}


# ---------- keys of a case

FLAT = (
    ('{"order.total": "3.00"}', '{"order": {"total": …}}'),
    ('{"buyer.reviews": []}', '{"buyer": {"reviews": …}}'),
    ('{"buyer.reviews.1.stars": 3}', '{"buyer": {"reviews": [{"stars": …}]}}'),
    ('{"buyer.reviews[0].stars": 3}', '{"buyer": {"reviews": [{"stars": …}]}}'),
    ('{"total": "3.00"}', '{"order": {"total": …}}'),
)


@pytest.mark.parametrize(("text", "nested"), FLAT)
def test_a_flat_key_is_told_to_be_nested_wherever_it_is_written(text: str, nested: str) -> None:
    reader = CaseReader(book().model)
    given = yaml_of(text)
    for _, faults in (
        reader.read(text, "c.json"),
        reader.read(text, "c.ndjson", 7),
        reader.read_plain(json.loads(text), "case"),
        reader.read_tree(given, "c"),
    ):
        (fault,) = faults
        forms = (nested, nested.replace('"', "")[1:-1])  # as JSON and as YAML
        assert fault.code == "unknown-fact" and any(one in str(fault.help) for one in forms)


def yaml_of(text: str) -> MappingNode:
    tree, faults = read_yaml(text, "c.yaml")
    assert isinstance(tree, MappingNode), faults
    return tree


def test_the_path_of_a_key_is_its_name() -> None:
    decision = book().evaluate(CASE, as_of=AS_OF)
    model = book().model
    for key in decision.case.values:
        assert format_path(path_of(model, key)) == format_key(model, key)
