"""Laws of explanations, on random rulebooks: they agree with the findings, and nothing is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator

from jsonschema import Draft7Validator
from random_rulebooks import make_case, make_rulebook, without_some

from policyengine.api import prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import replace
from policyengine.outcome.decision import Decision
from policyengine.outcome.leaves import Either, Leaf, Part
from policyengine.outcome.nearness import gap_of, in_order, shown_records, ways_in_order
from policyengine.render.json.decision import failed_rule_data, render_json
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import Known, Truth
from policyengine.syntax.schemas import schema_text

RULEBOOKS = 40


def decisions() -> Iterator[Decision]:
    for seed in range(RULEBOOKS):
        made = make_rulebook(seed)
        model = replace(made.rulebook, digest="sha256:" + 64 * "0")
        book = prepare(model, made.readings, "reference")
        case, as_of = make_case(made)
        yield book.judge(case, as_of)
        yield book.judge(without_some(case, made), as_of)


def parts_of(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Either):
            for way in part.ways:
                yield from parts_of(way)
        else:
            for looked in part.looked_at:
                yield from parts_of((*looked.parts, *looked.asked))


def reasons(decision: Decision) -> Iterator[tuple[Truth, tuple[Part, ...]]]:
    book, explanation = decision.judged.rulebook, decision.explanation
    for (name, record), finding in decision.findings.rules.items():
        truth, parts = explanation.of_rule(book.rules[name], record)
        assert truth is finding.truth
        yield truth, parts


def test_what_decided_has_the_truth_that_it_decided() -> None:
    """A conjunction holds by all of its tests and fails by those that fail; each way of an either/or, too."""
    for decision in decisions():
        for truth, parts in reasons(decision):
            assert all(part.truth is truth for part in parts)
            for part in parts_of(parts):
                if isinstance(part, Either):
                    assert len(part.ways) > 1 and all(part.ways)
                    assert all(one.truth is part.truth for way in part.ways for one in way)


def test_ordering_loses_nothing_and_puts_smaller_gaps_first() -> None:
    for decision in decisions():
        for truth, parts in reasons(decision):
            ordered = in_order(parts)
            assert len(ordered) == (0 if truth is Truth.TRUE else len(parts))
            sizes: dict[str, list[int]] = {}
            for part in ordered:
                gap = gap_of(part) if isinstance(part, Leaf) else None
                if gap is not None:
                    assert gap.size > 0
                    sizes.setdefault(gap.dimension, []).append(gap.size)
            assert all(one == sorted(one) for one in sizes.values())
            for part in parts_of(parts):
                if isinstance(part, Either):
                    assert len(ways_in_order(part)) == len(part.ways)


def test_no_more_than_a_few_records_are_told() -> None:
    for decision in decisions():
        for _, parts in reasons(decision):
            for part in parts_of(parts):
                if isinstance(part, Leaf):
                    shown = shown_records(part)
                    assert len(shown.records) <= 5 and len(shown.records) + shown.more <= len(part.looked_at)


def test_nothing_is_silent_and_data_follow_their_schema() -> None:
    checker = Draft7Validator(json.loads(schema_text("decision")))
    for decision in decisions():
        data = {"why_not": [failed_rule_data(decision, key) for key in decision.findings.rules]}
        faults = list(checker.iter_errors(json.loads(render_json(decision, data))))
        assert not faults, faults[0].message
        for say in (Speech("zh"), Speech("en")):
            for key, state in decision.findings.states.items():
                told = Chain(decision, say).why(key)
                assert isinstance(state, Known) or told.count("\n") > 1, told
            for key, finding in decision.findings.rules.items():
                told = Chain(decision, say).why_not(key)
                # Only an `any` of nothing fails without a test that fails.
                _, parts = decision.explanation.of_rule(decision.judged.rulebook.rules[key[0]], key[1])
                assert told.count("\n") > 1 or finding.truth is Truth.TRUE or not parts, told
