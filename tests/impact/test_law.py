"""What an impact says is what judging each case twice says; and causes do what they are said to do."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from edits import cases_of, edits, shipment
from written_rulebooks import Files, Written

from policyengine.api import Rulebook, prepare
from policyengine.batch.columns import Named
from policyengine.batch.reading import When
from policyengine.batch.records import Text, Texts
from policyengine.impact.comparison import Comparison
from policyengine.impact.mixture import Mixture
from policyengine.impact.tally import Tally, cause_of_name
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Absent, Conflict, Known
from policyengine.values.literals import identity_key, instant_text

CASES = 12


def judged(book: Rulebook, text: str) -> tuple[Case, Decision] | None:
    case, _ = book.read_case(text, "c.ndjson")
    if case is None:
        return None
    assert case.as_of is not None
    return case, book.judge(case, case.as_of)


def states(decision: Decision) -> dict[tuple[str, int | None], object]:
    """Return every outcome as it is told, without what it waits for."""
    return {
        (one.fact.path, one.record): (one.status, getattr(one.state, "value", None))
        for one in decision.outcomes
        if one.status != "not_applicable"
    }


def ends(decision: Decision) -> dict[tuple[str, int | None], object]:
    return {
        (one.deadline.id, one.record): (
            getattr(one.finding.status, "value", "undetermined"),
            getattr(decision.state_of((f"{one.deadline.id}.due", one.record)), "value", None),
        )
        for one in decision.clocks
    }


def comparison(written: Written, new_files: Files, old: Model, new: Model) -> Comparison:
    sent = shipment(written.files, written, old), shipment(new_files, written, new)
    return Comparison(*sent, Named(), When("told", 0), "one", None, None, True)


def lines_of(written: Written) -> list[str]:
    cases = cases_of(written, CASES)
    return [json.dumps({**data, "as_of": instant_text(as_of, written.zone)}) for data, as_of in cases]


def reference(written: Written, book: Model) -> Rulebook:
    return prepare(
        book, {id: way for id, way in written.assume.items() if id in book.assumptions}, "reference"
    )


def tally_of(task: Comparison, lines: list[str]) -> Tally:
    block = (Texts("c.ndjson", tuple(Text(number, line) for number, line in enumerate(lines, 1))),)
    return task.start()(block).tally


@pytest.mark.parametrize("seed", range(6))
def test_numbers_are_those_of_judging_each_case_twice(seed: int) -> None:
    for written, new_files, old, new in edits(seed, 2):
        task = comparison(written, new_files, old, new)
        books = [reference(written, one) for one in (old, new)]
        lines = lines_of(written)
        tally = tally_of(task, lines)
        found: Counter[str] = Counter()
        weights: Counter[str] = Counter()
        matrix: Counter[tuple[str, bool]] = Counter()
        for line in lines:
            before, after = (judged(book, line) for book in books)
            if before is None or after is None:
                found["refused"] += before is not None or after is not None
                continue
            found["judged"] += 1
            was, now = states(before[1]), states(after[1])
            for key in {*was, *now}:
                matrix[key[0], was.get(key) != now.get(key)] += 1
            duties = [
                {
                    (one.rule.id, one.record, one.notice.to)
                    for one in each[1].next_steps
                    if one.notice.kind == "duty"
                }
                for each in (before, after)
            ]
            is_other = was != now, duties[0] != duties[1], ends(before[1]) != ends(after[1])
            if any(is_other):
                weights[("outcome", "duty", "deadline")[is_other.index(True)]] += 1
            found["changed"] += was != now or ends(before[1]) != ends(after[1]) or duties[0] != duties[1]
        numbers = tally.numbers
        assert numbers.number("judged") == found["judged"]
        assert numbers.number("changed") == found["changed"], (seed, old.digest)
        assert {place[0]: count for place, count in numbers.under("changes")} == weights
        assert numbers.number("refused", "old") + numbers.number("refused", "new") == found["refused"]
        differs = {place[0]: count for place, count in numbers.under("differs")}
        assert differs == {path: count for (path, other), count in matrix.items() if other}
        assert numbers.number("cause", "") == 0, "something is unexplained"


@pytest.mark.parametrize("seed", range(100, 104))
def test_all_parts_together_are_the_new_rulebook_and_none_the_old(seed: int) -> None:
    for written, _, old, new in edits(seed, 2):
        mixture = Mixture(old, new)
        pairs = ((old, frozenset[int]()), (new, frozenset(range(len(mixture.parts)))))
        for book, parts in pairs:
            whole, mixed = (reference(written, one) for one in (book, mixture.book(parts)))
            for data, as_of in cases_of(written, 6):
                case, _ = whole.reader.read_plain(data, "c.json")
                if case is not None:
                    assert states(whole.judge(case, as_of)) == states(mixed.judge(case, as_of))
                    assert ends(whole.judge(case, as_of)) == ends(mixed.judge(case, as_of))


@pytest.mark.parametrize("seed", range(200, 204))
def test_a_cause_brings_its_difference_about(seed: int) -> None:
    for written, new_files, old, new in edits(seed, 2):
        task = comparison(written, new_files, old, new)
        lines = lines_of(written)
        mixture = Mixture(old, new)
        for transition, examples in tally_of(task, lines).examples.items():
            for one in examples:
                if transition.kind != "outcome" or not transition.name:
                    continue
                assert one.cause, "unexplained"
                book = mixture.book(frozenset(one.cause))
                case = mixture.case(one.cases, frozenset(one.cause))
                decision = reference(written, book).judge(case, one.as_of)
                state = decision.state_of((one.item.name, one.item.record))
                if one.after.status == "known":
                    assert isinstance(state, Known) and identity_key(state.value) == one.after.identity
                elif one.after.status in ("conflict", "not_applicable"):
                    assert isinstance(state, Conflict if one.after.status == "conflict" else Absent)


def test_a_cause_is_named_by_its_parts() -> None:
    assert cause_of_name("3+5") == (3, 5)
    assert cause_of_name("") == ()
