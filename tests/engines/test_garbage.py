"""A case that has been judged goes away with the last who asks about it, and waits for no collection."""

from __future__ import annotations

import gc

from edits import load
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import prepare
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
