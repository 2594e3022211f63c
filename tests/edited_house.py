"""A small shop with one deadline, points and a fee, and cases of it, for tests of edits."""

from __future__ import annotations

import json
from pathlib import Path

BOOK = """rulebook: shop
version: "1"
title: {zh: 小店, en: A small shop}
time_zone: Europe/Berlin
currency: EUR
calendar: none
languages: [zh, en]
parties: {seller: {zh: 卖家, en: seller}, buyer: {zh: 买家, en: buyer}}
"""
FACTS = """facts:
  order.paid_at: {type: instant, title: {zh: 付款, en: paid at}, by: buyer}
  order.sent_at: {type: instant, title: {zh: 发货, en: sent at}, by: seller, not_before: order.paid_at,
                  if_missing: never}
  order.total: {type: money, title: {zh: 总额, en: total}}
  order.region: {type: choice, title: {zh: 地区, en: region}, if_missing: none,
                 values: {north: {zh: 北, en: north}, south: {zh: 南, en: south}}}
  order.really: {type: count, title: {zh: 实际扣分, en: points that were really given}, if_missing: none}
  fine.points: {type: count, role: outcome, title: {zh: 扣分, en: points}}
  fine.fee: {type: money, role: outcome, title: {zh: 罚款, en: fee}}
  fine.late: {type: boolean, role: outcome, title: {zh: 迟发, en: late}}
"""
POLICY = """policy: sending
title: {zh: 发货, en: Sending}
applies_to: {order.paid_at: happened}
parameters:
  time_to_send: {title: {zh: 发货时限, en: time to send}, values: [{value: 24 hours}]}
  points_if_late: {title: {zh: 迟发扣分, en: points if late}, values: [{value: 3}], type: count}
deadlines:
  sending: {title: {zh: 发货, en: sending}, who: seller, starts: order.paid_at, within: time_to_send,
            met_by: order.sent_at}
amounts:
  late_fee: {title: {zh: 迟发费, en: late fee}, base: order.total, rate: 10%, at_most: 5.00}
rules:
  late_costs_points:
    title: {zh: 迟发扣分, en: Late costs points}
    when: {sending.status: missed}
    then: {fine.points: points_if_late, fine.fee: late_fee, fine.late: yes}
  in_time_is_fine:
    title: {zh: 按时不扣分, en: In time costs nothing}
    when: {sending.status: met}
    then: {fine.points: 0, fine.fee: 0.00, fine.late: no}
  send_it:
    title: {zh: 要发货, en: It has to be sent}
    when: {sending.status: open}
    notices:
      - {to: seller, kind: duty, text: {zh: 请发货, en: send it}, by: sending,
         otherwise: {zh: 扣分, en: points}}
"""


def write(folder: Path, *changes: tuple[str, str]) -> str:
    """Write the rulebook with texts replaced; return its folder."""
    for name, text in (("rulebook.yaml", BOOK), ("facts.yaml", FACTS), ("policies/sending.yaml", POLICY)):
        for old, new in changes:
            text = text.replace(old, new)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return str(folder)


def case(number: int, hours: float | None, total: str | None = "20.00", **more: object) -> dict[str, object]:
    """Return an order that was sent so many hours after it was paid, judged three days later."""
    order: dict[str, object] = {"paid_at": "2024-03-01 10:00", **more}
    if total is not None:
        order["total"] = total
    if hours is not None:
        day, hour = divmod(10 * 60 + round(hours * 60), 24 * 60)
        order["sent_at"] = f"2024-03-{1 + day:02} {hour // 60:02}:{hour % 60:02}"
    return {"case": f"order {number}", "as_of": "2024-03-04 10:00", "order": order}


def lines(path: Path, *cases: dict[str, object]) -> str:
    """Write cases, one a line; return the path."""
    path.write_text("".join(json.dumps(one) + "\n" for one in cases), "utf-8")
    return str(path)
