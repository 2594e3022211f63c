"""What is prepared once for a rulebook says of a case what is found by asking everything of it."""

from __future__ import annotations

from collections import Counter

import pytest
from programs import compiled_of
from random_rulebooks import make_case, make_rulebook

from policyengine.compile.lower import lower_rulebook
from policyengine.engines.program import interpret
from policyengine.frozen import replace
from policyengine.model.rulebook import Rule
from policyengine.outcome.explain import Explanation
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.leaves import Either, Leaf, Part
from policyengine.outcome.prepared import Plain
from policyengine.outcome.support import Item
from policyengine.semantics.findings import Findings, Truth


class Unprepared(Explainer):
    """Finds everything anew for each case."""

    def plainly_held(self, rule: Rule) -> Plain | None:
        """Return nothing: each test is asked what it looks at."""
        return None


def rests(explanation: Explanation, findings: Findings) -> dict[object, frozenset[Item]]:
    """Return what everything rests on."""
    found: dict[object, frozenset[Item]] = {}
    for key in findings.states:
        found[key] = explanation.support(*key).items()
    for rule, finding in findings.rules.items():
        if finding.truth is not Truth.FALSE:
            found["rule", rule] = explanation.support_of_rule(*rule).items()
    return found


@pytest.mark.parametrize("first", [0, 60])
def test_reasons_and_supports_are_those_that_are_found_step_by_step(first: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(first, first + 60):
        made = make_rulebook(seed)
        book, plan = made.rulebook, lower_rulebook(made.rulebook)
        case, as_of = make_case(made)
        engine = compiled_of(book, made.readings)
        explainer, unprepared = (kind(book, made.readings, plan) for kind in (Explainer, Unprepared))
        findings, exact = engine.run(case, as_of), interpret(engine.program, case, as_of)
        short = Explanation(explainer, case, as_of, findings)
        long = Explanation(unprepared, case, as_of, exact)
        assert rests(short, findings) == rests(long, exact), seed
        assert findings.firings == exact.firings and findings.open_rules == exact.open_rules
        for key in exact.deadlines:
            assert findings.existence(key) is exact.existence(key), (seed, key)
        for id, record in exact.firings:
            rule = book.rules[id]
            parts = [*long.leaves(book.scope_of(rule), None)[1], *long.leaves(rule.when, record)[1]]
            truth, found = short.of_rule(rule, record)
            assert truth is Truth.TRUE
            assert [at(one, long) for one in found] == [at(one, long) for one in parts], (seed, id, record)
            met["rules"] += 1
            met["plain"] += explainer.plainly_held(rule) is not None
    assert min(met["rules"] - met["plain"], met["plain"]) > 30, met


def at(part: Part, explanation: Explanation) -> Part:
    """Return a test as one of an explanation: those of two findings are not equal."""
    match part:
        case Leaf(explanation=own):
            return replace(
                part, explanation=explanation.standing_at(own.this) if own.this is not None else explanation
            )
        case Either(ways=ways):
            return replace(part, ways=tuple(tuple(at(one, explanation) for one in way) for way in ways))
