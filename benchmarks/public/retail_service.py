"""Calls expected of a shop's agents, judged by the rulebook that was written from the agents' policy alone.

python benchmarks/public/retail_service.py [FOLDER] [--calls]     the labels of tau2-bench, read in place

Each call, with the state before it, becomes a case: facts only. Prints how many calls of each kind are
allowed, denied, or wait for something, what the rules compute, and each expected call that the policy denies.
With --calls, what is said about those: to the customer and to the agent.

The exit code is 1 if a label that is not known to break its own text is denied, or waits for something.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "src")]

from actions import Verdict, verdict  # noqa: E402  # found by the line above
from published import RULEBOOKS, Row, find_or_leave, read_rows  # noqa: E402  # found by the line above

from policyengine.api import Rulebook, load_rulebook  # noqa: E402
from policyengine.outcome.decision import Decision  # noqa: E402
from policyengine.semantics.findings import Known  # noqa: E402

RULES = RULEBOOKS / "retail-service"
LABELS = "gold-tau2-verified.ndjson"
NOW = "2024-05-15 15:00"
KINDS = {
    "cancel_pending_order": "cancel",
    "exchange_delivered_order_items": "exchange",
    "modify_pending_order_address": "change_address",
    "modify_pending_order_items": "change_items",
    "modify_pending_order_payment": "change_payment",
    "modify_user_address": "change_user_address",
    "return_delivered_order_items": "return",
}
CHANGES = {"modify_pending_order_address", "modify_pending_order_items", "modify_pending_order_payment"}
BREAKS_ITS_TEXT = {
    ("18", 5): "the new item is not available",
    ("64", 7): "the order is pending; only a delivered one can be exchanged",
    ("64", 8): "the order is in the state after that exchange; in the one before it, the call is allowed",
    ("91", 2): "the new item is not available",
    ("105", 1): "the gift card has 17.00; the difference is 21.10",
}
"""Labels that the policy contradicts, by task and call."""
Case = dict[str, object]


class Judged(NamedTuple):
    """A call, what the policy says about it, and the decision."""

    call: Row
    verdict: Verdict
    decision: Decision


def case_of(call: Row, was_changed: bool) -> Case:
    """Return a call and the state before it as a case; what neither says is left out.

    ``was_changed`` says whether an earlier call of the conversation modified this order.
    """
    arguments = call["arguments"]
    case: Case = {"action": {"kind": KINDS[call["tool"]]}, "request": _request(arguments)}
    if "order" in call:
        case |= _order(call["order"], was_changed)
    if "user" in call:
        case["profile"] = [_method(*item) for item in call["user"]["payment_methods"].items()]
    if "item_ids" in arguments:
        case["chosen"] = [*_chosen(arguments)]
    if "new_items" in call:
        case["offers"] = [
            {"id": one["item_id"], **{name: one[name] for name in ("product", "price", "available")}}
            for one in call["new_items"]
        ]
    return case


def _request(arguments: Row) -> Case:
    named = {"payment_method": arguments.get("payment_method_id"), "reason": arguments.get("reason")}
    return {name: value.replace(" ", "_") for name, value in named.items() if value is not None}


def _order(order: Row, was_changed: bool) -> Case:
    return {
        "order": {"status": order["status"].replace(" ", "_"), "was_changed": was_changed},
        "items": [
            {"id": one["item_id"], "product": one["product"], "price": one["price"]} for one in order["items"]
        ],
        "paid": [{"method": one["payment_method"], "kind": one["type"]} for one in order["payments"]],
    }


def _method(id: str, method: Row) -> Case:
    found: Case = {"id": id, "source": method["source"]}
    return found | ({"balance": method["balance"]} if "balance" in method else {})


def _chosen(arguments: Row) -> Iterator[Case]:
    if "new_item_ids" not in arguments:
        yield from ({"item": item} for item in arguments["item_ids"])
        return
    for item, new in zip(arguments["item_ids"], arguments["new_item_ids"], strict=True):
        yield {"item": item, "new_item": new}


def judge(rules: Rulebook, path: Path) -> list[Judged]:
    """Judge every call of a file."""
    changed: defaultdict[tuple[str, str | None], bool] = defaultdict(bool)
    judged = []
    for call in read_rows(path):
        order = call["task"], call["arguments"].get("order_id")
        decision = rules.evaluate(case_of(call, changed[order]), NOW)
        judged.append(Judged(call, verdict(decision), decision))
        changed[order] |= call["tool"] in CHANGES
    return judged


def judge_without(rules: Rulebook, path: Path, task: str, left_out: int, call: int) -> Verdict:
    """Judge a call in the state before another one of its conversation, as if that one were not made."""
    rows = {row["call"]: row for row in read_rows(path) if row["task"] == task}
    case = case_of({**rows[call], "order": rows[left_out]["order"]}, was_changed=False)
    return verdict(rules.evaluate(case, NOW))


def value_of(judged: Judged, name: str) -> object:
    """Return a result of a decision, None where there is none."""
    state = judged.decision.findings.states[name, None]
    return state.value if isinstance(state, Known) else None


def print_calls(calls: Sequence[Judged]) -> None:
    """Print how many calls of each kind are allowed, denied, or wait for something."""
    counted = Counter((one.call["tool"], one.verdict.answer) for one in calls)
    print("| call | calls | allowed | denied | undetermined |\n|---|---:|---:|---:|---:|")
    for tool in sorted(KINDS):
        numbers = [counted[tool, answer] for answer in ("allowed", "denied", "undetermined")]
        print(f"| {tool} | {sum(numbers)} | {' | '.join(str(number) for number in numbers)} |")


def print_sums(calls: Sequence[Judged]) -> None:
    """Print what the rules compute for the calls that are allowed."""
    allowed = [one for one in calls if one.verdict.answer == "allowed"]
    print("\n| what is computed | calls | sum in USD |\n|---|---:|---:|")
    for name, words in (("refund.amount", "refunds"), ("change.price", "price differences")):
        sums = [value for one in allowed if isinstance(value := value_of(one, name), int)]
        print(f"| {words} | {len(sums)} | {Decimal(sum(sums)) / 100} |")
    for name in ("refund.time", "order.status_after"):
        counted = Counter(str(value) for one in allowed if (value := value_of(one, name)) is not None)
        for value, number in sorted(counted.items()):
            print(f"| {name}: {value} | {number} | |")


def print_denied(calls: Sequence[Judged], sentences: bool) -> int:
    """Print each label that the policy does not allow; return how many of them are not explained."""
    unexplained = 0
    for one in calls:
        if one.verdict.answer == "allowed":
            continue
        place = str(one.call["task"]), one.call["call"]
        why = BREAKS_ITS_TEXT.get(place)
        unexplained += why is None
        said = "; ".join(one.verdict.rules or one.verdict.questions)
        clauses = ", ".join(one.verdict.clauses)
        print(f"task {place[0]} call {place[1]}: {one.verdict.answer}: {said} ({clauses})")
        print(f"  breaks its own text: {why}" if why else "  not explained")
        if sentences:
            for party, sentence in one.verdict.said:
                print(f"  to the {party}: {sentence}")
    return unexplained


def main() -> int:
    """Judge the labels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", help=f"the folder with {LABELS}")
    parser.add_argument("--calls", action="store_true", help="tell what is said about each denied call, too")
    chosen = parser.parse_args()
    path = find_or_leave("tau-retail", chosen.folder) / LABELS
    began = time.process_time()
    rules = load_rulebook(RULES, engine="compiled")
    calls = judge(rules, path)
    seconds = time.process_time() - began
    print_calls(calls)
    print_sums(calls)
    print(f"\n{len(calls)} calls in {seconds:.2f} s of processor time, reading of the rulebook included\n")
    unexplained = print_denied(calls, chosen.calls)
    without = judge_without(rules, path, "64", left_out=7, call=8)
    print(f"task 64 call 8 without call 7: {without.answer}")
    stricter = load_rulebook(RULES, assume={"A-03": "any_change"}, engine="compiled")
    other = Counter(one.verdict.answer for one in judge(stricter, path))
    print(f"read as any change (A-03): {', '.join(f'{other[answer]} {answer}' for answer in sorted(other))}")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
