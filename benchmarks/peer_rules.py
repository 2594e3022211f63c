"""What `peers.py` has judged: policies of one small table, cases, the right answers, and the rulebook.

Each policy has five rules: a seller who acts late is in breach; a breach costs points and compensation (a
share of the goods with a floor and a cap); paying of one's own accord costs no points, an exception; who
rejects a complaint after a breach has to refund, unless the goods were made to order, an exception.

A case is written down twice. `native` is what our users write: instants, sums in yuan. `flat` is what the
peers are handed: whole cents, and the seconds that the seller took, so that none has to compute with dates.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

RULES_OF_A_POLICY = 5
AS_OF = datetime(2024, 3, 29, 12)
RESPONSES = ("compensated", "rejected", "silent")
Answers = Mapping[str, "bool | int | str"]
"""The outcomes that apply, by name; the others are left out."""


Flat = dict[str, bool | int | str]


class Policy(NamedTuple):
    """The figures of one policy: ``rate`` in percent, ``floor`` and ``cap`` in cents."""

    reason: str
    hours: int
    points: int
    rate: int
    floor: int
    cap: int

    @property
    def seconds(self) -> int:
        """How long the seller may take."""
        return self.hours * 3_600


class Book(NamedTuple):
    """Policies: only that of a complaint's reason applies, or ``every`` one, with outcomes of its own."""

    policies: Sequence[Policy]
    every: bool

    def name(self, outcome: str, policy: Policy) -> str:
        """Return the name of an outcome of a policy."""
        return f"{outcome}_{policy.reason}" if self.every else outcome


class Sample(NamedTuple):
    """A case in both forms, and what is right."""

    native: Mapping[str, Mapping[str, object]]
    flat: Flat
    answers: Answers


def make_book(rules: int, every: bool) -> Book:
    """Return policies with so many rules, a multiple of five."""
    hours, points, rates = (24, 48, 72, 120, 168, 360), (3, 6, 2, 12), (5, 10, 30, 1, 20)
    floors, caps = (100, 500, 0), (3_000, 50_000, 10_000, 2_000)
    return Book(
        [
            Policy(f"r{n}", hours[n % 6], points[n % 4], rates[n % 5], floors[n % 3], caps[n % 4])
            for n in range(rules // RULES_OF_A_POLICY)
        ],
        every,
    )


def judge_by_hand(book: Book, flat: Flat) -> Answers:
    """Return the right answers: what somebody who needs no rule engine writes."""
    found: dict[str, bool | int | str] = {}
    reason, waited, response = flat["reason"], int(flat["waited"]), flat["response"]
    goods = int(flat["total"]) - int(flat["shipping"])
    for policy in book.policies:
        if (not book.every and policy.reason != reason) or waited <= policy.seconds:
            continue
        share = (goods * policy.rate + 50) // 100  # half of a cent is rounded up
        found[book.name("breach", policy)] = True
        found[book.name("points", policy)] = 0 if response == "compensated" else policy.points
        found[book.name("compensation", policy)] = min(max(share, policy.floor), policy.cap)
        if response == "rejected":
            found[book.name("refund", policy)] = "refused" if flat["custom_made"] else "granted"
    return found


# ---------- cases


def make_samples(book: Book, count: int, seed: int = 7) -> list[Sample]:
    """Return cases; of every third the seller took as long as he may, a second less or a second more."""
    chance = random.Random(seed)
    return [_sample(book, chance, number) for number in range(count)]


def _sample(book: Book, chance: random.Random, number: int) -> Sample:
    policy = book.policies[number % len(book.policies)]
    waited = policy.seconds + (chance.randint(-1, 1) if number % 3 == 0 else chance.randint(-80_000, 80_000))
    total = chance.choice((chance.randint(0, 5_000), chance.randint(0, 2_000_000)))
    shipping = chance.randint(0, min(total, 2_000))
    response, custom_made = chance.choice(RESPONSES), chance.random() < 0.3
    # A seller who has not acted has waited until the judgement.
    acted = response != "silent" or chance.random() < 0.5
    paid_at = AS_OF - timedelta(seconds=waited + (chance.randint(0, 90_000) if acted else 0))
    seller = {"response": response}
    if acted:
        seller["acted_at"] = str(paid_at + timedelta(seconds=waited))
    native: dict[str, Mapping[str, object]] = {
        "order": {
            "paid_at": str(paid_at),
            "total": _yuan(total),
            "shipping": _yuan(shipping),
            "custom_made": custom_made,
        },
        "complaint": {"reason": policy.reason},
        "seller": seller,
    }
    flat: Flat = {
        "reason": policy.reason,
        "waited": waited,
        "response": response,
        "total": total,
        "shipping": shipping,
        "custom_made": custom_made,
    }
    return Sample(native, flat, judge_by_hand(book, flat))


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


# ---------- our rulebook

_HEAD = """rulebook: peers
version: "1"
title: {zh: 题, en: title}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {seller: {zh: 卖家, en: seller}}
"""
_TITLE = "title: {zh: 题, en: title}"
OUTCOMES = {
    "breach": "type: boolean",
    "points": "type: count",
    "compensation": "type: money",
    "refund": "type: choice, values: {granted: {zh: 准, en: granted}, refused: {zh: 拒, en: refused}}",
}


def write_rulebook(book: Book, folder: Path) -> None:
    """Write the policies as a rulebook in the language of this project, a file each."""
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(_HEAD, "utf-8")
    (folder / "facts.yaml").write_text(_facts(book), "utf-8")
    for policy in book.policies:
        path = folder / "policies" / f"{policy.reason}.yaml"
        path.write_text(_policy(book, policy), "utf-8")


def _facts(book: Book) -> str:
    reasons = ", ".join(f"{one.reason}: {{zh: 因, en: {one.reason}}}" for one in book.policies)
    responses = ", ".join(f"{one}: {{zh: 答, en: {one}}}" for one in RESPONSES)
    outcomes = {book.name(name, one): kind for one in book.policies for name, kind in OUTCOMES.items()}
    lines = [
        "facts:",
        f"  order.paid_at: {{type: instant, {_TITLE}}}",
        f"  order.total: {{type: money, {_TITLE}, at_least: 0.00}}",
        f"  order.shipping: {{type: money, {_TITLE}, at_least: 0.00, at_most: order.total}}",
        f"  order.custom_made: {{type: boolean, {_TITLE}}}",
        f"  complaint.reason: {{type: choice, {_TITLE}, values: {{{reasons}}}}}",
        f"  seller.acted_at: {{type: instant, {_TITLE}, if_missing: never}}",
        f"  seller.response: {{type: choice, {_TITLE}, values: {{{responses}}}}}",
        *(f"  answer.{name}: {{{kind}, {_TITLE}, role: outcome}}" for name, kind in outcomes.items()),
    ]
    return "\n".join(lines) + "\n"


def _policy(book: Book, one: Policy) -> str:
    id = one.reason
    breach, points, compensation, refund = (f"answer.{book.name(name, one)}" for name in OUTCOMES)
    scope = "" if book.every else f"applies_to: {{complaint.reason: {id}}}\n"
    return f"""policy: {id}
{_TITLE}
{scope}deadlines:
  acting_{id}:
    {_TITLE}
    who: seller
    starts: order.paid_at
    within: {one.hours} hours
    met_by: seller.acted_at
amounts:
  share_{id}:
    {_TITLE}
    base: order.total
    minus: order.shipping
    rate: {one.rate}%
    at_least: {_yuan(one.floor)}
    at_most: {_yuan(one.cap)}
rules:
  late_{id}:
    {_TITLE}
    when: {{acting_{id}.status: missed}}
    then: {{{breach}: yes}}
  costs_{id}:
    {_TITLE}
    when: {{{breach}: yes}}
    then: {{{points}: {one.points}, {compensation}: share_{id}}}
  paid_{id}:
    {_TITLE}
    when: {{{breach}: yes, seller.response: compensated}}
    then: {{{points}: 0}}
    overrides: [costs_{id}]
  rejected_{id}:
    {_TITLE}
    when: {{{breach}: yes, seller.response: rejected}}
    then: {{{refund}: granted}}
  made_to_order_{id}:
    {_TITLE}
    when: {{{breach}: yes, seller.response: rejected, order.custom_made: yes}}
    then: {{{refund}: refused}}
    overrides: [rejected_{id}]
"""
