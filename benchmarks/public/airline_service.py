"""Calls of an airline's agents, judged by the rulebook that was written from the agents' policy alone.

python benchmarks/public/airline_service.py [FOLDER] [--calls]     the calls of tau-bench, read in place

Each call, with the state before it, becomes a case: facts only. What the rulebook needs and the call does not
say stays unknown. Prints how many calls are allowed, denied, or wait for something; then what denies, what
is waited for, and each expected call of the two label sets that the policy denies. With --calls, what is said
about every call that is not simply allowed: to the customer, to the agent, and what to ask next.

The exit code is 1 if a label that is not known to break its own text is denied.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2] / "src")]

from actions import Verdict, verdict  # noqa: E402  # found by the line above
from published import RULEBOOKS, Row, find_or_leave, read_rows  # noqa: E402  # found by the line above

from policyengine.api import Rulebook, load_rulebook  # noqa: E402

RULES = RULEBOOKS / "airline-service"
CALLS = "calls.ndjson"
LABELS = {"v1": "gold-v1.ndjson", "verified": "gold-tau2-verified.ndjson"}
NOW = "2024-05-15 15:00"
BREAKS_ITS_TEXT = {("verified", "33", 5): "2 bags are charged; a gold member has 3 free bags in economy"}
"""Labels that the policy contradicts, by label set, task and call."""
KINDS = {
    "book_reservation": "book",
    "cancel_reservation": "cancel",
    "send_certificate": "send_certificate",
    "update_reservation_baggages": "change_bags",
    "update_reservation_flights": "change_flights",
    "update_reservation_passengers": "change_passengers",
}
Case = dict[str, object]


def case_of(call: Row) -> Case:
    """Return a call and the state before it as a case; what neither says is left out."""
    case: Case = {"action": {"kind": KINDS[call["tool"]]}, "request": _request(call["arguments"])}
    if "flights" in call["arguments"]:
        case["flights"] = [_flight(flight) for flight in call["arguments"]["flights"]]
    case["payments"] = list(_payments(call["arguments"]))
    if call["user"] is not None:
        case["user"] = {"membership": call["user"]["membership"]}
        case["profile"] = [
            _present({"id": id, "source": method["source"], "balance": method.get("amount")})
            for id, method in call["user"]["payment_methods"].items()
        ]
    if call["reservation"] is not None:
        case |= _reservation(call["reservation"])
    return case


def _request(arguments: Row) -> Case:
    return _present(
        {
            "cabin": arguments.get("cabin"),
            "passengers": arguments.get("passengers"),
            "bags": arguments.get("total_baggages"),
            "charged_bags": arguments.get("nonfree_baggages"),
            "insurance": _yes(arguments.get("insurance")),
            "certificate": arguments.get("amount"),
        }
    )


def _payments(arguments: Row) -> Iterator[Case]:
    if "payment_id" in arguments:
        yield {"method": arguments["payment_id"]}
    for payment in arguments.get("payment_methods", ()):
        yield {"method": payment["payment_id"], "amount": payment["amount"]}


def _reservation(reservation: Row) -> Case:
    return {
        "reservation": {
            "trip_type": reservation["flight_type"],
            "origin": reservation["origin"],
            "destination": reservation["destination"],
            "cabin": reservation["cabin"],
            "passengers": reservation["passengers"],
            "created_at": reservation["created_at"],
            "bags": reservation["total_baggages"],
            "charged_bags": reservation["nonfree_baggages"],
            "insured": _yes(reservation["insurance"]),
        },
        "segments": [
            {name: value for name, value in _flight(flight).items() if name not in ("origin", "destination")}
            for flight in reservation["flights"]
        ],
        "paid": [{"method": one["payment_id"], "amount": one["amount"]} for one in reservation["payments"]],
    }


def _flight(flight: Row) -> Case:
    return _present(
        {
            "number": flight["flight_number"],
            "date": flight["date"],
            "origin": flight["origin"],
            "destination": flight["destination"],
            "status": flight.get("status"),
            "price": flight.get("price"),
        }
    )


def _present(facts: Mapping[str, object]) -> Case:
    return {name: value for name, value in facts.items() if value is not None}


def _yes(word: str | None) -> bool | None:
    return None if word is None else word == "yes"


class Judged(NamedTuple):
    """A call and what the policy says about it."""

    call: Row
    verdict: Verdict


def judge(rules: Rulebook, path: Path) -> list[Judged]:
    """Judge every call of a file."""
    return [Judged(call, verdict(rules.evaluate(case_of(call), NOW))) for call in read_rows(path)]


def print_calls(calls: Sequence[Judged]) -> None:
    """Print how many calls of each kind are allowed, denied, or wait for something."""
    counted = Counter(
        (one.call["tool"], bool(one.call["tool_accepted"]), one.verdict.answer) for one in calls
    )
    print("| call | the tool | calls | allowed | denied | undetermined |\n|---|---|---:|---:|---:|---:|")
    for tool, accepted in sorted({key[:2] for key in counted}, key=lambda key: (key[0], not key[1])):
        numbers = [counted[tool, accepted, answer] for answer in ("allowed", "denied", "undetermined")]
        word = "accepted" if accepted else "refused"
        print(f"| {tool} | {word} | {sum(numbers)} | {' | '.join(str(number) for number in numbers)} |")


def print_clauses(rules: Rulebook, calls: Sequence[Judged]) -> None:
    """Print how many calls each rule denies, and how many wait for what."""
    denied = Counter(rule for one in calls for rule in one.verdict.rules)
    print("\n| denied by | clauses | calls |\n|---|---|---:|")
    for rule, number in sorted(denied.items(), key=lambda item: (-item[1], item[0])):
        source = rules.model.rules[rule].source
        print(f"| {rule} | {', '.join(source.clauses) if source else ''} | {number} |")
    waiting = Counter(one.verdict.questions for one in calls if one.verdict.questions)
    print("\n| undetermined until somebody says | calls |\n|---|---:|")
    for questions, number in sorted(waiting.items(), key=lambda item: (-item[1], item[0])):
        print(f"| {'; '.join(questions)} | {number} |")


def print_label(name: str, calls: Sequence[Judged]) -> int:
    """Print what the policy says about the calls that a label set expects; return how many it denies."""
    counted = Counter(one.verdict.answer for one in calls)
    print(f"\nLabels {name}: {', '.join(f'{counted[answer]} {answer}' for answer in sorted(counted))}")
    unexplained = 0
    for one in calls:
        if one.verdict.answer == "denied":
            place = name, str(one.call["task"]), one.call["call"]
            why = BREAKS_ITS_TEXT.get(place)
            unexplained += name == "verified" and why is None
            clauses = ", ".join(one.verdict.clauses)
            print(f"  task {place[1]} call {place[2]}: {'; '.join(one.verdict.rules)} ({clauses})", end="")
            print(f"\n    breaks its own text: {why}" if why else "")
    return unexplained


def print_sentences(calls: Sequence[Judged]) -> None:
    """Print what is said about each call that is not simply allowed."""
    for one in calls:
        if one.verdict.answer != "allowed":
            place = f"conversation {one.call['conversation']}, call {one.call['call']}"
            print(f"\n{place}: {one.call['tool']}: {one.verdict.answer}")
            for party, sentence in one.verdict.said:
                print(f"  to the {party}: {sentence}")
            if one.verdict.questions:
                print(f"  ask: {'; '.join(one.verdict.questions)}")


def main() -> int:
    """Judge the calls and the labels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", help=f"the folder with {CALLS}")
    parser.add_argument("--calls", action="store_true", help="tell what is said about each call, too")
    chosen = parser.parse_args()
    folder = find_or_leave("tau-airline", chosen.folder)
    began = time.process_time()
    rules = load_rulebook(RULES, engine="compiled")
    calls = judge(rules, folder / CALLS)
    labels = {name: judge(rules, folder / file) for name, file in LABELS.items()}
    seconds = time.process_time() - began
    print_calls(calls)
    print_clauses(rules, calls)
    unexplained = sum(print_label(name, judged) for name, judged in labels.items())
    judged = len(calls) + sum(len(one) for one in labels.values())
    print(f"\n{judged} calls in {seconds:.2f} s of processor time, reading of the rulebook included")
    if chosen.calls:
        print_sentences(calls)
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
