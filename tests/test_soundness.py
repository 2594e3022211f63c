"""Laws of judging hold for random rulebooks that are written as text; ``laws`` says what they are.

``benchmarks/soundness.py`` tries them as often as asked.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from laws import LAWS, Court, Trial, load, one_door, try_seed
from shrinking import shrink
from written_rulebooks import (
    TITLE,
    Given,
    Quoted,
    Told,
    Written,
    Yaml,
    case_data,
    draw_case,
    draw_moment,
    texts,
    write_rulebook,
)

from policyengine.api import load_rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Absent, Conflict, Known, Truth, Unknown

_SPEC = importlib.util.spec_from_file_location(
    "soundness", Path(__file__).parent.parent / "benchmarks" / "soundness.py"
)
assert _SPEC is not None and _SPEC.loader is not None
soundness = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(soundness)

SEEDS = 28
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
    assert [one for one in tried[law] if one][:3] == []
    assert len(tried[law]) >= SEEDS / 4, "hardly ever asked"


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_one_door(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    written = write_rulebook(seed)
    told = draw_case(written)
    assert not one_door(written, told, draw_moment(written, told), tmp_path)


# ---------- what was found once

AT = 1_332_432_000  # 2012-03-23 00:00 in Shanghai
ASKED = Given("asked", "instant", None, (), "unknown", None, ())
LATE = Given("late", "boolean", None, (), "unknown", None, ())
PAID = Given("paid", "instant", None, (), "absent", None, ())
NONE = {"if_missing": "none"}
OUTCOME = {"role": "outcome"}
LENGTH = {"long": {"when": {"late": "yes"}, "then": {"length": "24 hours"}}}
CLOCK = {"who": "buyer", "starts": "asked", "within": "length"}


def trial(law: str, facts: Yaml, parts: Yaml, given: dict[str, Given], told: Yaml, more: Yaml) -> Trial:
    """Return a trial of a small rulebook: one case, and the same case with more told."""
    names = {"title": TITLE}
    policy = {kind: {id: {**names, **one} for id, one in group.items()} for kind, group in parts.items()}
    files = {
        "rulebook.yaml": {
            "rulebook": "small", "version": Quoted("1"), **names, "time_zone": "Asia/Shanghai",
            "currency": "CNY", "calendar": "CN", "languages": ["zh", "en"], "parties": {"buyer": TITLE},
        },
        "facts.yaml": {"facts": {id: {**names, **one} for id, one in facts.items()}},
        "policies/p.yaml": {"policy": "p", **names, **policy},
    }  # fmt: skip
    zone = ZoneInfo("Asia/Shanghai")
    written = Written(files, zone, AT, given, {}, {}, (), (), Random(0), False)
    first = Told({(name, None): value for name, value in told.items()}, {})
    second = Told({**first.values, **{(name, None): value for name, value in more.items()}}, {})
    return Trial(law, written, first, AT, second, AT, ())


FOUND = {
    "a clock whose length has no value and whose start is unknown": trial(
        "sound",
        {"asked": {"type": "instant"}, "length": {"type": "duration", **NONE}},
        {"deadlines": {"clock": CLOCK}},
        {"asked": ASKED},
        {},
        {"asked": AT + 1},
    ),
    "an act exactly at the start of a clock that may turn out to have no length": trial(
        "sound",
        {
            "asked": {"type": "instant"}, "late": {"type": "boolean"}, "paid": {"type": "instant"},
            "length": {"type": "duration", **OUTCOME},
        },
        {"deadlines": {"clock": {**CLOCK, "met_by": "paid"}}, "rules": LENGTH},
        {"asked": ASKED, "late": LATE, "paid": PAID},
        {"asked": AT, "paid": AT},
        {"late": "no"},
    ),
    "a clock that starts later and may turn out to have no length": trial(
        "sound",
        {
            "asked": {"type": "instant"}, "late": {"type": "boolean"},
            "length": {"type": "duration", **OUTCOME},
        },
        {
            "deadlines": {"first": {**CLOCK, "within": "1 day"}, "second": {**CLOCK, "starts": "first.due"}},
            "rules": LENGTH,
        },
        {"asked": ASKED, "late": LATE},
        {"asked": AT},
        {"late": "no"},
    ),
    "a rule that holds, with a value that may turn out to be none": trial(
        "possible",
        {
            "asked": {"type": "instant"}, "late": {"type": "boolean"},
            "paid": {"type": "money", **OUTCOME},
        },
        {
            "amounts": {"sum": {"base": "1.00", "when": {"late": "yes"}}},
            "rules": {"copy": {"when": {"asked": "happened"}, "then": {"paid": "sum"}}},
        },
        {"asked": ASKED, "late": LATE},
        {"asked": AT},
        {"late": "no"},
    ),
    "a rule that may override with no value": trial(
        "possible",
        {
            "asked": {"type": "instant"}, "late": {"type": "boolean"}, "agreed": {"type": "count", **NONE},
            "points": {"type": "count", **OUTCOME},
        },
        {
            "rules": {
                "low": {"when": {"asked": "happened"}, "then": {"points": "2"}},
                "other": {"when": {"late": "yes"}, "then": {"points": "agreed"}, "overrides": ["low"]},
            }
        },
        {"asked": ASKED, "late": LATE},
        {"asked": AT},
        {"late": "yes"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOUND)
def test_what_was_found_once(what: str) -> None:
    found = FOUND[what]
    assert Court(found.written.files, {}).run(found) == ""


# ---------- a generator that makes only trivial rulebooks would prove nothing


def test_random_cases_reach_every_finding() -> None:
    states = [Known, Absent, Unknown, Conflict, *Truth]
    words = ["not_started", "open", "met", "missed", "lapsed", "ended", "stopped"]
    others = ["floor", "cap 1", "provisional", "unknown list", "overlay", "notice", "bound", "judged"]
    rare: list[object] = [*states, *words, *others, "no length", "chain"]
    reached: Counter[object] = Counter()
    for seed in range(10 * SEEDS):
        reached.update(_reached(seed))
        rare = [one for one in rare if reached[one] < 3]
        if not rare and seed > SEEDS:
            break
    assert rare == []
    assert reached["refused"] * 10 < reached["judged"]


def _reached(seed: int) -> Iterator[object]:
    written = write_rulebook(seed)
    court = Court(written.files, written.assume)
    yield from ("overlay" for _ in written.overlays)
    yield from ("bound" for one in written.given.values() if one.bounds)
    for _ in range(4):
        told = draw_case(written)
        as_of = draw_moment(written, told)
        for moment in (as_of, as_of + 30 * 86_400):
            yield from _found(court.judge(written, told, moment, written.overlays))


def _found(decision: Decision | None) -> Iterator[object]:
    yield "refused" if decision is None else "judged"
    if decision is None:
        return
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
    broken = [
        one for seed in range(40) for one, verdict in try_seed(seed, 2) if one.law == "later" and verdict
    ]
    smaller = shrink(min(broken, key=lambda one: len(str(texts(one.written.files)))))
    book = load(smaller.written.files, smaller.written.overlays)
    assert len(book.deadlines) <= 2 and len(book.rules) + len(book.amounts) <= 2


# ---------- the benchmark


def test_the_benchmark_counts_states_and_writes_what_breaks_a_law(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    tried = soundness.try_batch(range(1))
    assert tried.seed == 0 and soundness.compared(tried.counts) > 50
    trial = next(trial for trial, _ in try_seed(0, 1))
    how = soundness.write_trial(trial, tmp_path)
    assert how.count("policyengine evaluate") == 2
    assert {"rulebook.yaml", "facts.yaml", "first.json", "second.json"} <= {
        one.name for one in tmp_path.iterdir()
    }
    assert (
        load_rulebook(tmp_path, overlays=trial.written.overlays).model.facts.keys()
        >= trial.written.given.keys()
    )
