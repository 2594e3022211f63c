"""Laws of judging hold for random rulebooks that are written as text; ``laws`` says what they are.

``benchmarks/soundness.py`` tries them as often as asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from laws import LAWS, Court, load, one_door, try_seed
from shrinking import shrink
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.decision import Decision
from policyengine.engines.durable_ruleset import durable_available
from policyengine.findings import Absent, Conflict, Known, Truth, Unknown

SEEDS = 32
CASES = 4


@pytest.fixture(scope="module")
def tried() -> dict[str, list[str]]:
    """Return for each law what it says of the trials: nothing, or what breaks it."""
    found: dict[str, list[str]] = {name: [] for name in LAWS}
    for seed in range(SEEDS):
        for number, (trial, verdict) in enumerate(try_seed(seed, CASES)):
            if verdict is not None:
                found[trial.law].append(verdict and f"seed {seed}, trial {number}: {verdict}")
    return found


@pytest.mark.parametrize("law", LAWS)
def test_the_law_holds(law: str, tried: dict[str, list[str]]) -> None:
    if law == "engines" and not durable_available():
        pytest.skip("durable-rules cannot run on this Python")
    assert [one for one in tried[law] if one][:3] == []
    assert len(tried[law]) >= SEEDS / 2, "hardly ever asked"


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_one_door(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    written = write_rulebook(seed)
    told = draw_case(written)
    assert not one_door(written, told, draw_moment(written, told), tmp_path)


# ---------- a generator that makes only trivial rulebooks would prove nothing


def test_random_cases_reach_every_finding() -> None:
    reached: Counter[object] = Counter()
    for seed in range(2 * SEEDS):
        reached.update(_reached(seed))
    states = [Known, Absent, Unknown, Conflict, *Truth]
    words = ["not_started", "open", "met", "missed", "ended", "floor", "cap 1", "provisional", "unknown list"]
    others = ["overlay", "notice", "bound", "judged", "no length", "chain"]
    assert [one for one in (*states, *words, *others) if reached[one] < 3] == []
    assert reached["refused"] * 10 < reached["judged"]


def _reached(seed: int) -> Iterator[object]:
    written = write_rulebook(seed)
    court = Court(written.files, written.assume)
    yield from ("overlay" for _ in written.overlays)
    yield from ("bound" for one in written.given.values() if one.bounds)
    for _ in range(4):
        told = draw_case(written)
        decision = court.judge(written, told, draw_moment(written, told), written.overlays)
        yield "refused" if decision is None else "judged"
        if decision is None:
            continue
        findings = decision.findings
        yield from (type(state) for state in findings.states.values())
        yield from (rule.truth for rule in findings.rules.values())
        yield from (one.bound for one in findings.amounts.values())
        yield from ("notice" for _ in decision.next_steps)
        yield from ("unknown list" for seen in findings.records.values() if seen is None)
        for key, clock in findings.deadlines.items():
            yield from (clock.status.value,) if isinstance(clock.status, Known) else ()
            yield from ("provisional",) if clock.provisional else ()
            yield from ("no length",) if isinstance(clock.length, Absent) else ()
            start = decision.judged.rulebook.deadlines[key[0]].starts
            yield from ("chain",) if getattr(start, "kind", "") == "deadline" else ()


def test_a_seed_is_a_rulebook_with_its_cases() -> None:
    one, two = write_rulebook(3), write_rulebook(3)
    assert one.files == two.files
    assert case_data(one, draw_case(one)) == case_data(two, draw_case(two))


def test_what_breaks_a_law_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks a law on purpose: no clock is ever met."""

    def never_met(one: Decision, two: Decision) -> str:
        return "met" if any(clock.status == Known("met") for clock in one.findings.deadlines.values()) else ""

    monkeypatch.setitem(LAWS, "later", never_met)
    trial = next(
        trial for seed in range(9) for trial, verdict in try_seed(seed, 3) if trial.law == "later" and verdict
    )
    smaller = shrink(trial)
    book = load(smaller.written.files, smaller.written.overlays)
    assert len(book.deadlines) <= 2 and len(book.rules) + len(book.amounts) <= 2
