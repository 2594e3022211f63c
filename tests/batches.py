"""What tests of many cases share: cases, files of them, and what one decision after the other says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from policyengine import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import Outcome, sort_missing
from policyengine.semantics.findings import Conflict, Known, Unknown
from policyengine.values.literals import format_value

BOOK = Path(__file__).parent / "batch" / "book"
GIFT: dict[str, Any] = {
    "case": "gift",
    "as_of": "2024-05-03 12:00",
    "order": {
        "number": "N1",
        "paid": "80.00",
        "items": 2,
        "paid_at": "2024-05-01 10:00",
        "kind": "other",
        "is_gift": True,
        "day": "2024-06-01",
        "share": "12.5%",
        "weight": "1.25",
        "promised": "48 hours",
    },
    "returns": [
        {"amount": "20.00", "at": "2024-05-02 10:00"},
        {"amount": "70.00", "at": "2024-05-02 11:00"},
    ],
}
FOOD: dict[str, Any] = {
    "case": "food",
    "as_of": "2024-05-05 12:00",
    "order": {"paid": "30.00", "kind": "food", "paid_at": "2024-05-01 10:00", "is_gift": False},
}


def order(paid: int, **facts: object) -> dict[str, Any]:
    """Return a case of which the refund is what was paid."""
    return {"case": f"n{paid}", "order": {"paid": f"{paid}.00", "kind": "other", **facts}}


def lines(path: Path, *cases: object) -> Path:
    """Write cases one a line; a text stays as it is."""
    texts = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in cases)
    path.write_text("".join(f"{one}\n" for one in texts), "utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def some_cases(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return random cases, some of which say little."""
    random = Random(seed)
    made = []
    for number in range(count):
        facts: dict[str, Any] = {
            "paid": f"{random.randrange(200)}.{random.randrange(100):02}",
            "items": random.randint(1, 9),
            "paid_at": f"2024-05-{random.randint(1, 9):02} 10:00",
            "kind": random.choice(("food", "other")),
            "is_gift": random.random() < 0.5,
            "day": "2024-06-01",
            "share": "12.5%",
            "weight": str(random.randint(1, 99)),
            "number": random.choice(("N1", "=1+1", "纸箱")),
        }
        told = {name: value for name, value in facts.items() if random.random() < 0.8}
        case: dict[str, Any] = {"case": f"c{number}", "as_of": "2024-05-08 12:00", "order": told}
        if random.random() < 0.5:
            case["shop"] = {"answered_at": f"2024-05-{random.randint(1, 12):02} 09:00"}
        if random.random() < 0.7:
            prices = [f"{random.randrange(90)}.00" for _ in range(random.randrange(3))]
            case["returns"] = [{"amount": price, "at": "2024-05-04 10:00"} for price in prices]
        made.append(case)
    return made


# ---------- what a row is, said once more in another way


def naive_rows(book: Rulebook, cases: Sequence[Mapping[str, Any]], file: str) -> list[dict[str, Any]]:
    """Return the rows of cases that are judged one at a time, from the parts of their decisions."""
    found = []
    for line, case in enumerate(cases, 1):
        case = dict(case)
        decision = book.evaluate(case, case.pop("as_of"))
        found.append(naive_row(decision, file, line))
    return found


def naive_row(decision: Decision, file: str, line: int) -> dict[str, Any]:
    """Return the row of a decision, by the names of its columns."""
    model = decision.judged.rulebook
    row: dict[str, Any] = {"case": decision.case.id, "file": file, "line": line}
    row["as_of"] = _instant(decision, decision.as_of)
    missing = sorted({_name(one) for outcome in decision.outcomes for one in outcome.waits})
    if missing:
        row["missing"] = missing
    for outcome in decision.outcomes:
        if outcome.record is None:
            row |= _outcome_columns(decision, outcome, outcome.fact.path)
    for clock in decision.clocks:
        name, status, due = clock.deadline.id, clock.finding.status, clock.finding.due
        if isinstance(due, Known):
            row[f"{name}.due"] = _instant(decision, due.value)
        if isinstance(status, Known):
            row[f"{name}.status"] = status.value
        elif isinstance(status, Unknown):
            row[f"{name}.status"] = "undetermined"
            row[f"{name}.missing"] = [_name(one) for one in sort_missing(status.waits)]
    if decision.case.records.get("returns") is not None:
        row["returns"] = [
            {
                "record": number,
                **{
                    name: cell
                    for one in decision.outcomes
                    if one.record == number
                    for name, cell in _outcome_columns(decision, one, "accepted").items()
                },
            }
            for number in range(decision.case.records["returns"])
        ]
    assert set(model.lists) == {"returns"}
    return row


def _outcome_columns(decision: Decision, outcome: Outcome, name: str) -> dict[str, Any]:
    model = decision.judged.rulebook
    if outcome.status == "not_applicable":
        return {}
    row: dict[str, Any] = {f"{name}.status": outcome.status}
    match outcome.state:
        case Known(value):
            row[name] = format_value(value, outcome.fact.type, model.zone, model.currency)
            row[f"{name}.rule"] = list(dict.fromkeys(one.rule.id for one in outcome.reasons))
        case Conflict(rules):
            row[f"{name}.rule"] = list(rules)
        case Unknown():
            row[f"{name}.missing"] = [_name(one) for one in outcome.waits]
    return row


def _name(missing: Any) -> str:
    if missing.record is None:
        return str(missing.name)
    head, _, tail = missing.name.rpartition(".")
    return f"{head}[{missing.record}].{tail}"


def _instant(decision: Decision, value: Any) -> Any:
    from policyengine.values.literals import ValueType

    model = decision.judged.rulebook
    return format_value(value, ValueType.INSTANT, model.zone, model.currency)


def plain_numbers(cells: Iterable[object]) -> list[object]:
    """Return decimals without the zeros at their ends."""
    return [format(one.normalize(), "f") if isinstance(one, Decimal) else one for one in cells]
