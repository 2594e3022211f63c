"""A case that has been judged goes away with the last who asks about it, and waits for no collection."""

from __future__ import annotations

import gc
from collections.abc import Iterable

import pytest
from edits import load
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import prepare
from policyengine.engines.choice import EngineName
from policyengine.outcome.leaves import leaves_of
from policyengine.outcome.parts import Reason
from policyengine.render.outcomes import render_outcomes


def test_a_judged_case_leaves_no_garbage() -> None:
    judged = 0
    for seed in range(4):
        written = write_rulebook(seed)
        model = load(written.files, written)
        assert model is not None
        rulebook = prepare(model, written.assume, "compiled", load="many")
        for turn in range(12):
            told = draw_case(written)
            case, _ = rulebook.reader.read_plain(case_data(written, told), "c")
            as_of = draw_moment(written, told)
            gc.collect()
            if case is not None:
                render_outcomes(rulebook.judge(case, as_of, refine=False), "c", 1)
                assert gc.collect() == 0 or not turn  # the first makes ready what stays
                judged += turn > 0
    assert judged > 20


def told(reasons: Iterable[Reason]) -> list[object]:
    """Return what the tests of reasons met."""
    leaves = [leaf for one in reasons for leaf in leaves_of(one.leaves)]
    looked = [[(one.record, one.truth) for one in leaf.looked_at] for leaf in leaves]
    return [(leaf.condition, leaf.truth, leaf.left, leaf.right, leaf.number) for leaf in leaves] + [*looked]


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_decision_that_has_been_explained_leaves_no_garbage_and_its_reasons_still_tell(
    engine: EngineName,
) -> None:
    explained = reasons_told = 0
    for seed in range(4):
        written = write_rulebook(seed)
        model = load(written.files, written)
        assert model is not None
        rulebook = prepare(model, written.assume, engine)
        for turn in range(8):
            drawn = draw_case(written)
            case, _ = rulebook.reader.read_plain(case_data(written, drawn), "c")
            as_of = draw_moment(written, drawn)
            if case is None:
                continue
            decision = rulebook.judge(case, as_of, refine=False)
            assert decision.assumptions is not None and decision.to_json()
            gc.collect()
            del decision
            assert gc.collect() == 0 or not turn  # the first makes ready what stays
            decision = rulebook.judge(case, as_of, refine=False)
            outcomes = decision.outcomes
            before = told(reason for one in outcomes for reason in one.reasons)
            del decision
            assert told(reason for one in outcomes for reason in one.reasons) == before
            explained += turn > 0
            reasons_told += len(before)
    assert explained > 12 and reasons_told > 20
