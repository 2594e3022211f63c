"""One record and the other: ``this.NAME``, ``other: LIST``, ``earlier: LIST``."""

# ruff: noqa: E501  (a line of a rulebook is easier to read in one line)

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_planned import BOOK

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.json.decision import decision_data
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import ABSENT, Known, Truth

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
FACTS = """facts:
  shop.code: {type: text, title: {zh: 店, en: shop}, if_missing: none}
  result.doubled: {type: boolean, role: outcome, title: {zh: 有重, en: doubled}}
lists:
  items:
    title: {zh: 件, en: items}
    facts:
      sku: {type: text, title: {zh: 货号, en: sku}, if_missing: none}
      new_sku: {type: text, title: {zh: 新货号, en: new sku}, if_missing: none}
      price: {type: money, title: {zh: 价, en: price}, if_missing: none}
      paid_in: {type: text, title: {zh: 单号, en: paid in}, if_missing: none}
      result: {type: boolean, role: outcome, title: {zh: 结果, en: result}}
  orders:
    title: {zh: 单, en: orders}
    dated_by: at
    facts:
      at: {type: instant, title: {zh: 时, en: at}}
      id: {type: text, title: {zh: 号, en: id}}
      total: {type: money, title: {zh: 额, en: total}}
      result: {type: boolean, role: outcome, title: {zh: 结果, en: result}}
"""


def write(folder: Path, when: str, listed: str = "items") -> Path:
    rule = f"  one: {{title: {{zh: 一, en: One}}, for_each: {listed}, when: {{{when}}}, then: {{result: yes}}}}\n"
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies/p.yaml").write_text(f"policy: p\ntitle: {{zh: 策, en: p}}\nrules:\n{rule}", "utf-8")
    return folder


def load(folder: Path, when: str, listed: str = "items") -> Rulebook:
    loaded = load_model(str(write(folder, when, listed)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def judge(rulebook: Rulebook, case: object, folder: Path, engine: EngineName = "reference") -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    return prepare(rulebook, {}, engine=engine).evaluate(str(path), "2024-06-01 00:00")


def results(decision: Decision, listed: str = "items") -> list[object]:
    records = decision.findings.records[listed] or ()
    states = [decision.findings.states[f"{listed}.result", record] for record in sorted(records)]
    return [one.value if isinstance(one, Known) else None if one == ABSENT else "?" for one in states]


def items(*rows: dict[str, str], orders: object = None) -> object:
    return {"items": [*rows], **({} if orders is None else {"orders": orders})}


A, B = {"sku": "A"}, {"sku": "B"}
AT = "2024-05-01 10:00"
ORDERS = [{"at": AT, "id": "1", "total": "5.00"}, {"at": AT, "id": "2", "total": "9.00"}]


@pytest.mark.parametrize(
    ("when", "case", "expected"),
    [
        # Q3, Q4: exactly the record itself is left out, and an equal one stays in.
        ("any_of: {other: items, where: {sku: this.sku}}", items(A, A, B), [True, True, None]),
        ("any_of: {list: items, where: {sku: this.sku}}", items(A, A, B), [True, True, True]),
        ("any_of: {earlier: items, where: {sku: this.sku}}", items(A, A, B), [None, True, None]),
        ("any_of: {other: items}", items(A), [None]),
        ("count_of: {other: items, where: {sku: this.sku}, at_least: 2}", items(A, A, B, A), [True, True, None, True]),
        ("count_of: {earlier: items, at_least: 2}", items(A, B, A), [None, None, True]),
        ("first: {other: items, is: {sku: this.sku}}", items(A, A, B), [True, True, None]),
        ("last: {earlier: items, is: {sku: this.sku}}", items(A, B, B), [None, None, True]),
        ("last: {earlier: items, where: {sku: this.sku}, is: {price: {less_than: this.price}}}",
         items({**A, "price": "3.00"}, B, {**A, "price": "4.00"}), [None, None, True]),
        # Q5: a neighbour beside this one.
        ("previous: {where: {sku: this.sku}, is: {price: {more_than: this.price}}}",
         items({**A, "price": "3.00"}, {**B, "price": "9.00"}, {**A, "price": "2.00"}), [None, None, True]),
        ("next: {where: {sku: this.sku}, is: {sku: known}}", items(A, B, A), [True, None, None]),
        # Q6: of the part itself, `this` is its record.
        ("new_sku: this.sku", items({"sku": "A", "new_sku": "A"}, {"sku": "A", "new_sku": "B"}), [True, None]),
        ("this.new_sku: A", items({"new_sku": "A"}, A), [True, None]),
        # Of another list, and within a question within a question.
        ("any_of: {list: orders, where: {id: this.paid_in, total: {at_least: this.price}}}",
         items({"paid_in": "1", "price": "5.00"}, {"paid_in": "1", "price": "5.01"}, {"paid_in": "3"}, orders=ORDERS),
         [True, None, None]),
        ("any_of: {list: orders, where: {id: items.paid_in}}", items({"paid_in": "2"}, A, orders=ORDERS), [True, None]),
        ("any_of: {list: orders, where: {id: this.paid_in, any_of: {other: items, where: {paid_in: this.paid_in}}}}",
         items({"paid_in": "1"}, {"paid_in": "1"}, {"paid_in": "2"}, orders=ORDERS), [True, True, None]),
        ("count_of: {list: orders, where: {id: this.paid_in}, at_least: 1}", items({"paid_in": "1"}), ["?"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("engine", ENGINES)
def test_a_record_and_the_others(
    tmp_path: Path, engine: EngineName, when: str, case: object, expected: list[object]
) -> None:
    assert results(judge(load(tmp_path / "book", when), case, tmp_path, engine)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_of_two_in_one_second_the_later_in_the_case_sees_the_earlier(
    tmp_path: Path, engine: EngineName
) -> None:
    """N2: never both each other."""
    book = load(tmp_path / "book", "any_of: {earlier: orders, where: {at: {not_after: this.at}}}", "orders")
    assert results(judge(book, {"orders": ORDERS}, tmp_path, engine), "orders") == [None, True]


def test_what_is_not_known_of_one_leaves_the_others_open(tmp_path: Path) -> None:
    book = load(tmp_path / "book", "any_of: {other: orders, where: {total: this.total}}", "orders")
    case = {"orders": [*ORDERS, {"at": AT, "id": "3"}]}
    decision = judge(book, case, tmp_path)
    assert results(decision, "orders") == ["?", "?", "?"]
    waits = [one.waits for one in decision.outcomes if one.record == 0]
    assert [(one.name, one.record) for one in waits[0]] == [("orders.total", 2)]
    told = decision.outcome(("orders.result", 0)).refined
    assert told is not None and told.exactness == "exact"


def test_the_reasons_name_the_record_and_the_other(tmp_path: Path) -> None:
    book = load(tmp_path / "book", "any_of: {other: items, where: {sku: this.sku}}")
    decision = judge(book, items(A, B, A), tmp_path)
    text = Chain(decision, Speech("en")).why(("items.result", 2))
    assert "“items (but this one)”" in text
    assert "sku is “A” (sku of this record)" in text or "sku is sku of this record (“A”)" in text
    assert "items[0]" in text and "items[1]" not in text
    data = next(one for one in decision_data(decision)["outcomes"] if one["record"] == 2)
    leaf = data["rules"][0]["because"][0]
    assert (leaf["test"], leaf["among"], leaf["truth"]) == ("any_of", "other", "true")


def test_it_is_said_in_words(tmp_path: Path) -> None:
    book = load(tmp_path / "book", "count_of: {earlier: items, where: {sku: this.sku}, at_least: 2}")
    told = {
        language: Statements(Naming(book, Speech(language))).conditions(book.rules["one"].when)
        for language in ("zh", "en")
    }
    assert told["en"] == (
        "the number of records of “items (before this one)” for which “sku” is “sku of this"
        " record” is at least 2"
    )
    assert "件（本条之前的）" in told["zh"] and "“本条的货号”" in told["zh"]


@pytest.mark.parametrize(
    ("when", "code", "help"),
    [
        ("new_sku: sku", "bad-value", 'write `this.sku` for the fact, or `"sku"` for the text'),
        ("any_of: {list: items, where: {sku: items.sku}}", "outside-list", "write `this.sku`, or `sku`"),
        ("any_of: {other: orders}", "outside-list", "use it in a part with `for_each: orders`, or write `list`"),
        ("any_of: {list: items, other: items}", "missing-key", "write for example `list: items`"),
        ("any_of: {where: {sku: A}}", "missing-key", "write for example `list: items`"),
        ("sku: this.skv", "unknown-name", "did you mean `sku`?"),
        ("sku: this.shop.code", "outside-list", "write `shop.code`"),
        ("sku: shop.cod", "unknown-name", "write `shop.code`, or put the text in quotes"),
        ("sku: shop.address", "unknown-name", 'put the text in quotes: `"shop.address"`'),
        ("sku: new_skv", "unknown-name", "or put the text in quotes"),
    ],
)  # fmt: skip
def test_what_could_be_meant_otherwise_is_refused(tmp_path: Path, when: str, code: str, help: str) -> None:
    found = [
        one
        for one in load_model(str(write(tmp_path / "book", when)), ()).diagnostics
        if one.severity == "error"
    ]
    assert [one.code for one in found] == [code]
    assert found[0].help is not None and help in Speech("en").message(found[0].help)


def test_without_a_record_there_is_no_this(tmp_path: Path) -> None:
    folder = write(tmp_path / "book", "sku: A")
    policy = folder / "policies/p.yaml"
    whole = "  two: {title: {zh: 二, en: Two}, when: {shop.code: this.sku}, then: {result.doubled: yes}}\n"
    policy.write_text(policy.read_text("utf-8") + whole, "utf-8")
    found = [one for one in load_model(str(folder), ()).diagnostics if one.severity == "error"]
    assert [one.code for one in found] == ["outside-list"]


def test_quotes_make_it_a_text(tmp_path: Path) -> None:
    book = load(tmp_path / "book", 'sku: "shop.address"')
    decision = judge(book, items({"sku": "shop.address"}), tmp_path)
    assert decision.truth_of(("one", 0)) is Truth.TRUE
