"""That ways differ is seen by a few of them; whether all agree comes out as by searching them all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from edits import load
from test_tables import judge
from test_tables import load as load_book
from written_rulebooks import case_data, draw_case, draw_moment, write_rulebook

from policyengine.api import prepare
from policyengine.outcome.refine.allowance import Limits
from policyengine.semantics.findings import Known

CASES = 8


@pytest.mark.parametrize("first", [0, 20])
def test_it_is_what_the_whole_search_says(first: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(first, first + 20):
        written = write_rulebook(seed)
        model = load(written.files, written)
        assert model is not None
        rulebook = prepare(model, written.assume, "compiled")
        rulebook._refiner.limits = Limits(16, 40)
        for _ in range(CASES):
            told = draw_case(written)
            case, _ = rulebook.reader.read_plain(case_data(written, told), "c.json")
            if case is None:
                continue
            as_of = draw_moment(written, told)
            whole, few = (rulebook.judge(case, as_of) for _ in range(2))
            for key in whole.findings.states:
                state, agreed = whole.state_of(key), few.agreed(key)
                is_open = whole.findings.is_unknown(key)
                met[type(state).__name__] += is_open
                assert type(state) is type(agreed)
                assert state == agreed or type(state).__name__ == "Unknown"
            for rule in whole.findings.rules:
                assert few.holds(rule) == (whole.truth_of(rule).name == "TRUE")
    assert met["Known"] + met["Absent"] > 20 and met["Unknown"] > 100, met


def test_what_decides_is_told_where_all_ways_agree(tmp_path: Path) -> None:
    rules = "".join(
        f"  r{answer}: {{title: {{zh: 例, en: R}}, when: {{loud: {answer}}}, then: {{word: same}}}}\n"
        for answer in ("yes", "no")
    )
    book = load_book(tmp_path, f"rules:\n{rules}")
    decision = judge(book, {}, tmp_path, "compiled")
    assert decision.findings.is_unknown(("word", None))
    assert decision.state_of(("word", None)) == Known("same")
    reasons = decision.outcome(("word", None)).reasons
    assert decision.deciding(("word", None)) == tuple((one.rule.id, one.record) for one in reasons)
    assert decision.deciding(("fee", None)) == ()
