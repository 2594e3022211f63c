"""Sets (``sets: {eu: …}``): values that have one name, of versions by the day of the act, and asked for by ``in``."""

# ruff: noqa: E501  (a line of a rulebook is easier to read in one line)

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from test_planned import BOOK

from policyengine.api import EngineName, prepare
from policyengine.changes.compare import compare
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import SetValue, SetVersion, ValueSet
from policyengine.reading.parse.sets import groups_of
from policyengine.render.cards import Cards
from policyengine.render.json.decision import render_json
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import Truth

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
HOLDS, DOES_NOT, OPEN = Truth.TRUE, Truth.FALSE, Truth.UNDETERMINED
FACTS = """facts:
  order.at: {type: instant, title: {zh: 下单, en: ordered at}}
  order.country: {type: text, if_missing: none, title: {zh: 国家, en: country}}
  order.port: {type: text, title: {zh: 港口, en: port}}
  order.kind: {type: choice, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}, c: {zh: 丙, en: c}}}
  order.parts: {type: count, title: {zh: 件, en: parts}}
  result.ok: {type: boolean, role: outcome, title: {zh: 可, en: ok}}
sets:
  near: {title: {zh: 近处, en: near}, values: [DE, FR, "São"]}
  ports: {title: {zh: 港口表, en: ports}, file: ports.txt}
  kinds: {title: {zh: 种类, en: kinds}, values: [a, b]}
  packs: {title: {zh: 包装, en: packs}, values: [1, 6, 12]}
  eu:
    title: {zh: 欧盟, en: the EU}
    versions:
      - {until: 2020-01-31, values: [DE, FR, GB]}
      - {from: 2020-02-01, values: [DE, FR]}
"""
PORTS = "\ufeff# of the north\nHamburg\n  Kiel  \n\nA Coruña\n"


def write(folder: Path, when: str, facts: str = FACTS, effective: str = "effective: {by: order.at}\n") -> str:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(facts, "utf-8")
    (folder / "ports.txt").write_text(PORTS, "utf-8")
    rule = f"rules:\n  one: {{title: {{zh: 一, en: One}}, when: {{{when}}}, then: {{result.ok: yes}}}}\n"
    (folder / "policies" / "p.yaml").write_text(
        f"policy: p\ntitle: {{zh: 策, en: p}}\n{effective}{rule}", "utf-8"
    )
    return str(folder)


def case(at: str | None = "2021-05-01 10:00", **order: str) -> dict[str, object]:
    return {"order": {**order, **({} if at is None else {"at": at})}}


BEFORE, AFTER = "2020-01-31 23:59:59", "2020-02-01 00:00:00"


@pytest.mark.parametrize(
    ("when", "told", "truth"),
    [
        ("order.country: {in: near}", case(country="DE"), HOLDS),
        ("order.country: {in: near}", case(country="de"), DOES_NOT),  # exact, no folding of case
        ("order.country: {in: near}", case(country="Sa\u0303o"), HOLDS),  # one text, spelled in two ways
        ("order.country: {in: near}", case(), DOES_NOT),  # no value
        ("order.country: {not_in: near}", case(), HOLDS),
        ("order.port: {in: ports}", case(), OPEN),
        ("order.port: {not_in: ports}", case(), OPEN),
        ("order.port: {in: ports}", case(port="Hamburg"), HOLDS),
        ("order.port: {in: ports}", case(port="Kiel"), HOLDS),
        ("order.port: {in: ports}", case(port="A Coruña"), HOLDS),
        ("order.port: {in: ports}", case(port="# of the north"), DOES_NOT),
        ("order.kind: {in: kinds}", case(kind="b"), HOLDS),
        ("order.kind: {not_in: kinds}", case(kind="c"), HOLDS),
        ("order.parts: {in: packs}", case(parts="6"), HOLDS),
        ("order.parts: {in: packs}", case(parts="7"), DOES_NOT),
        ("order.country: {in: near, is_not: FR}", case(country="FR"), DOES_NOT),
        # The day of the act says which version counts; what both hold does not wait for it.
        ("order.country: {in: eu}", case(BEFORE, country="GB"), HOLDS),
        ("order.country: {in: eu}", case(AFTER, country="GB"), DOES_NOT),
        ("order.country: {not_in: eu}", case(AFTER, country="GB"), HOLDS),
        ("order.country: {in: eu}", case(AFTER, country="DE"), HOLDS),
        ("order.country: {in: eu}", case(None, country="DE"), HOLDS),
        ("order.country: {in: eu}", case(None, country="CH"), DOES_NOT),
        ("order.country: {in: eu}", case(None, country="GB"), OPEN),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_belongs_to_a_set(
    tmp_path: Path, engine: EngineName, when: str, told: dict[str, object], truth: Truth
) -> None:
    loaded = load_model(write(tmp_path / "book", when), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    path = tmp_path / "case.json"
    path.write_text(json.dumps(told), "utf-8")
    decision = prepare(loaded.rulebook, {}, engine=engine).evaluate(str(path), "2024-06-01 00:00")
    assert decision.truth_of(("one", None)) is truth


@pytest.mark.parametrize("seed", range(300))
def test_the_values_of_a_day_are_those_of_the_version_that_began_last(seed: int) -> None:
    random = Random(seed)
    start = date(2020, 1, 1).toordinal()
    firsts = random.sample([None, *range(start, start + 8)], random.randint(1, 4))
    versions = []
    for first in firsts:
        last = random.choice((None, (first or start) + random.randrange(6)))
        texts = random.sample("abcd", random.randint(1, 3))
        versions.append(SetVersion(first, last, tuple(SetValue(one, Span("")) for one in texts), Span("")))
    found = ValueSet("s", Text(), tuple(sorted(versions, key=lambda one: one.first_day or 0)), Span(""))
    groups = groups_of(found)
    for day in range(start - 2, start + 16):
        begun = [
            one
            for one in versions
            if (one.first_day is None or one.first_day <= day)
            and (one.last_day is None or day <= one.last_day)
        ]
        latest = max(begun, key=lambda one: one.first_day or 0, default=None)
        expected = {one.text for one in latest.values} if latest else set()
        told = {
            value.text
            for runs, values in groups.items()
            for value in values
            for first, last in runs
            if (first is None or first <= day) and (last is None or day <= last)
        }
        assert told == expected


@pytest.mark.parametrize(
    ("when", "code", "help"),
    [
        ("order.country: {in: [DE, FR]}", "wrong-test", "write `one_of: [a, b]` for values"),
        ("order.country: {not_in: [DE, FR]}", "wrong-test", "write `none_of: [a, b]` for values"),
        ("order.country: {in: EU}", "unknown-set", "did you mean `eu`?"),
        ("order.country: {in: DE}", "unknown-set", "one of"),
        ("order.country: near", "bad-value", 'ask `{in: near}`, or put the text in quotes: `"near"`'),
        ("order.country: [DE, in near]", "bad-value", "ask `{in: near}`"),
        ("order.country: not in near", "bad-value", "ask `{not_in: near}`"),
        ("order.kind: kinds", "bad-value", "ask `{in: kinds}`"),
        ("order.kind: {in: near}", "unknown-choice", "one of"),
        ("order.parts: {in: near}", "bad-value", "write digits only"),
    ],
)
def test_a_wrong_guess_is_answered(tmp_path: Path, when: str, code: str, help: str) -> None:
    (fault,) = load_model(write(tmp_path / "book", when), ()).diagnostics[:1]
    assert fault.code == code
    assert fault.help is not None and help in Speech("en").message(fault.help)


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        ("near: {title: {en: n, zh: n}, values: [DE, DE]}", "duplicate-value"),
        ('near: {title: {en: n, zh: n}, values: ["S\u00e3o", "Sa\u0303o"]}', "duplicate-value"),
        ("near: {title: {en: n, zh: n}, values: [DE, none]}", "bad-value"),
        ("near: {title: {en: n, zh: n}, file: port.txt}", "file-missing"),
        ("order.at: {title: {en: n, zh: n}, values: [DE]}", "bad-name"),
        ("near: {title: {en: n, zh: n}, values: [DE], file: ports.txt}", "wrong-shape"),
        ("near: {title: {en: n, zh: n}}", "missing-key"),
        ("near: {title: {en: n, zh: n}, versions: [{values: [DE]}, {values: [FR]}]}", "overlapping-values"),
        (
            "near: {title: {en: n, zh: n}, versions: [{from: 2020-02-01, until: 2020-01-01, values: [DE]}]}",
            "overlapping-values",
        ),
        ("near: {title: {en: n, zh: n}, versions: [{from: 2020-02-01, values: [DE]}]}", "missing-value"),
    ],
)
def test_a_faulty_set_is_refused(tmp_path: Path, sets: str, code: str) -> None:
    facts = FACTS.partition("sets:")[0] + f"sets:\n  {sets}\n"
    found = load_model(write(tmp_path / "book", "order.country: {in: near}", facts), ()).diagnostics
    assert code in [one.code for one in found], found


def test_versions_need_the_day_of_an_act(tmp_path: Path) -> None:
    found = load_model(write(tmp_path / "book", "order.country: {in: eu}", effective=""), ()).diagnostics
    assert "undated-policy" in [one.code for one in found]


def test_a_set_may_begin_with_its_policy(tmp_path: Path) -> None:
    facts = FACTS.replace("{until: 2020-01-31, values", "{from: 2010-01-01, until: 2020-01-31, values")
    day = "effective: {by: order.at, from: 2010-01-01}\n"
    assert (
        load_model(write(tmp_path / "book", "order.country: {in: eu}", facts, day), ()).rulebook is not None
    )


def test_it_is_said_by_its_title(tmp_path: Path) -> None:
    loaded = load_model(write(tmp_path / "book", "not: {order.country: {in: eu}}"), ())
    assert loaded.rulebook is not None
    sentences = [
        Statements(Naming(loaded.rulebook, Speech(one))).conditions(loaded.rulebook.rules["one"].when)
        for one in ("zh", "en")
    ]
    assert sentences == ["“国家”不属于“欧盟”", "“country” is not in “the EU”"]
    card = Cards(loaded.rulebook, Speech("en")).of("eu")
    assert card is not None and card.splitlines()[1:] == [
        "  DE, FR, GB until 2020-01-31",
        "  DE, FR from 2020-02-01",
    ]


def test_a_decision_tells_the_set_and_the_day(tmp_path: Path) -> None:
    loaded = load_model(write(tmp_path / "book", "order.country: {not_in: eu}"), ())
    assert loaded.rulebook is not None
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case(AFTER, country="GB")), "utf-8")
    decision = prepare(loaded.rulebook, {}).evaluate(str(path), "2024-06-01 00:00")
    told = Chain(decision, Speech("en")).why(("result.ok", None))
    assert "country is not in “the EU” — found: GB" in told
    assert "ordered at is not before 2020-02-01 00:00:00 — found: 2020-02-01 00:00:00" in told
    assert '"set": "eu"' in render_json(decision)


def test_only_the_set_has_changed(tmp_path: Path) -> None:
    old = load_model(write(tmp_path / "old", "order.country: {in: near}"), ()).rulebook
    facts = FACTS.replace('[DE, FR, "São"]', "[DE, FR, IT]")
    new = load_model(write(tmp_path / "new", "order.country: {in: near}", facts), ()).rulebook
    assert old is not None and new is not None
    (change,) = compare(old, new)
    assert (change.kind, change.id) == ("set", "near")
    assert [one.in_language("en") for one in change.details] == ["new value: IT", "removed value: São"]


def test_a_file_of_values_is_part_of_the_rulebook(tmp_path: Path) -> None:
    folder = write(tmp_path / "book", "order.port: {in: ports}")
    before = load_model(folder, ()).rulebook
    (tmp_path / "book" / "ports.txt").write_text("Kiel\n", "utf-8")
    after = load_model(folder, ()).rulebook
    assert before is not None and after is not None and before.digest != after.digest
    assert [one.text for one in after.sets["ports"].versions[0].values] == ["Kiel"]
