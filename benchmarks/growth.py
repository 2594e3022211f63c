"""Measures what a decision about many records takes: seconds, memory, and the bytes of each form.

python benchmarks/growth.py [--records 10 100 1000 10000] [--missing FACT] [--timeline 10 100]

The case is a refund in which the buyer applied again and again, and the seller refused each time. Each row is
measured in a process of its own, so that memory is that of this row. ``--missing`` leaves a fact out of every
record, so that it is open what it comes to; ``--timeline`` asks for the whole life of the case instead.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

RULES = ROOT / "rules" / "taobao"
RECORDS = (10, 30, 100, 300, 1_000, 3_000, 10_000)
HEAD = ("records", "JSON bytes", "text bytes", "`--why` bytes", "seconds", "megabytes")
OF_TIMELINES = ("records", "steps", "text bytes", "seconds", "megabytes")
FIRST = datetime(2012, 4, 1, 8)


def many_rounds(records: int, missing: str = "") -> dict[str, object]:
    """Return a case with so many applications for a refund, one an hour."""
    applications = []
    for number in range(records):
        applied = FIRST + timedelta(hours=number)
        application: dict[str, object] = {
            "applied_at": str(applied),
            "claims_received": True,
            "pay_to_seller": "0.00",
            "reason": "质量问题",
            "seller_responded_at": str(applied + timedelta(minutes=5)),
            "seller_response": "refused",
            "refusal_reason": "商品没有问题",
        }
        application.pop(missing, None)
        applications.append(application)
    return {
        "case": "growth",
        "order": {
            "total": "25.00",
            "paid_at": "2012-03-28 20:15:00",
            "dispatched_at": "2012-03-29 11:00:00",
            "payment_channel": "alipay",
            "goods_received": True,
        },
        "refund": {"applications": applications},
    }


def measure(records: int, missing: str) -> list[object]:
    """Return one row: the bytes of each form, CPU seconds, and the most memory there was."""
    from policyengine import load_rulebook
    from policyengine.diagnostics.i18n import Speech
    from policyengine.render.json.decision import render_json
    from policyengine.render.text import render_text
    from policyengine.render.why.chain import Chain

    book = load_rulebook(RULES)
    started = time.process_time()
    decision = book.evaluate(many_rounds(records, missing), as_of="2016-01-01 00:00:00")
    data = len(render_json(decision).encode())
    text = len(render_text(decision, Speech("en")).encode())
    why = len(Chain(decision, Speech("en")).why(("refund.applications.refund", records - 1)).encode())
    return [records, data, text, why, _seconds(started), _megabytes()]


def measure_timeline(records: int, missing: str) -> list[object]:
    """Return one row about a timeline."""
    from policyengine import load_rulebook
    from policyengine.diagnostics.i18n import Speech
    from policyengine.outcome.timeline import make_timeline
    from policyengine.render.timeline_text import render_timeline

    book = load_rulebook(RULES, engine="compiled")  # as the command does
    case = book.evaluate(many_rounds(records, missing), as_of="2012-03-01 00:00:00").case
    started = time.process_time()
    timeline = make_timeline(book, case, book.read_instant("2016-01-01 00:00:00"))
    text = len(render_timeline(timeline, Speech("en"), False).encode())
    return [records, len(timeline.steps), text, _seconds(started), _megabytes()]


def _seconds(started: float) -> str:
    return f"{time.process_time() - started:.2f}"


def _megabytes() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, nargs="+", default=RECORDS)
    parser.add_argument("--missing", default="", help="a fact that every record leaves out")
    parser.add_argument("--timeline", type=int, nargs="+", help="measure timelines of so many records")
    parser.add_argument("--row", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.row is not None:
        found = (measure if asked.timeline is None else measure_timeline)(asked.row, asked.missing)
        print("| " + " | ".join(map(str, found)) + " |")
        return
    head = HEAD if asked.timeline is None else OF_TIMELINES
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head), flush=True)
    for records in asked.timeline or asked.records:
        kind = [] if asked.timeline is None else ["--timeline", "0"]
        command = [sys.executable, __file__, "--row", str(records), "--missing", asked.missing, *kind]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
