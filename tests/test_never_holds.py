"""What the checks say can never be is never so: on random rulebooks the reference engine finds no case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from random_rulebooks import make_case, make_instant, make_rulebook

from policyengine.checks import idle_override, never_holds
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Findings, Truth
from policyengine.semantics.reference import Reference

RULEBOOKS = 120
CASES = 6


def findings_of(seed: int) -> tuple[Rulebook, list[Findings]]:
    made = make_rulebook(seed)
    reference = Reference(made.rulebook, made.readings)
    found = []
    for _ in range(CASES):
        case, as_of = make_case(made)
        found += [reference.run(case, moment) for moment in (as_of, make_instant(made.random))]
    return made.rulebook, found


def told(
    check: Callable[[Rulebook], Iterator[Diagnostic]], book: Rulebook, words: str = ""
) -> list[dict[str, object]]:
    return [dict(one.message.arguments) for one in check(book) if words in one.message.template]


def test_what_can_never_hold_does_not() -> None:
    seen = 0
    for seed in range(RULEBOOKS):
        book, every = findings_of(seed)
        names = {one["name"] for one in told(never_holds.check, book)}
        seen += len(names)
        for findings in every:
            held = {id for (id, _), one in findings.rules.items() if one.truth is Truth.TRUE}
            held |= {id for (id, _), one in findings.deadlines.items() if one.exists is Truth.TRUE}
            held |= {id for (id, _), one in findings.amounts.items() if one.exists is Truth.TRUE}
            assert not names & held, f"seed {seed}: {sorted(map(str, names & held))}"
    assert seen > 20  # the check says something about random rulebooks


def test_rules_that_can_never_hold_together_do_not() -> None:
    seen = 0
    for seed in range(RULEBOOKS):
        book, every = findings_of(seed)
        pairs = {
            (str(one["rule"]), str(one["other"])) for one in told(idle_override.check, book, "hold together")
        }
        seen += len(pairs)
        for findings in every:
            held = {key for key, one in findings.rules.items() if one.truth is Truth.TRUE}
            together = [
                pair for pair in pairs for id, record in held if id == pair[0] and (pair[1], record) in held
            ]
            assert not together, f"seed {seed}: {together}"
    assert seen > 20
