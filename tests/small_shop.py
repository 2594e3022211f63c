"""A small shop as a rulebook: one clock, one limit, one bound."""

from __future__ import annotations

from pathlib import Path

RULEBOOK = """
rulebook: shop
version: "1"
title: Shop
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [en]
parties: {seller: seller}
counting: {end: included, hours: continuous, days: rolling, business_days: from_next_day}
"""
FACTS = """
facts:
  order.paid_at: {type: instant, title: paid at}
  order.total: {type: money, title: total, at_least: 0.00}
  order.gift: {type: money, title: gift within the total, at_least: 0.00, at_most: order.total}
  order.sent_at: {type: instant, title: sent at, if_missing: never, not_before: order.paid_at}
  order.courier: {type: text, title: courier, if_missing: none, dated_by: order.sent_at}
  order.late: {type: boolean, title: late, role: outcome}
  order.free: {type: boolean, title: free postage, role: outcome}
"""
POLICY = """
policy: sending
title: Sending
deadlines:
  sending: {title: Sending, who: seller, starts: order.paid_at, within: 48 hours, met_by: order.sent_at}
rules:
  late: {title: Late, when: {sending.status: missed}, then: {order.late: yes}}
  free: {title: Free, when: {order.total: {at_least: 99.00}}, then: {order.free: yes}}
"""


def write_shop(folder: Path) -> Path:
    """Write the rulebook into a folder and return it."""
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(RULEBOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies" / "sending.yaml").write_text(POLICY, "utf-8")
    return folder
