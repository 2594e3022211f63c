"""What a decision takes grows with its records, not with their square: sizes and operations are counted."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from programs import Counting

from policyengine.api import Rulebook, load_rulebook
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.memory import WorkingMemory
from policyengine.outcome.decision import Decision
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.allowance import MOST_WORK
from policyengine.outcome.refine.refinement import Refinement
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.syntax.schemas import schema_text

ROOT = Path(__file__).parent.parent
_SPEC = importlib.util.spec_from_file_location("growth", ROOT / "benchmarks" / "growth.py")
assert _SPEC is not None and _SPEC.loader is not None
growth = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(growth)

# What is left out of every record: nothing, what its refund is computed from, whether it goes on.
MISSING = ("", "pay_to_seller", "claims_received", "seller_response")
FEW, MANY = 30, 60
MOST = 2.2


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(ROOT / "rules" / "taobao")


def judge(book: Rulebook, records: int, missing: str) -> Decision:
    return book.evaluate(growth.many_rounds(records, missing), as_of="2012-06-01 00:00:00")


def why_last(decision: Decision) -> str:
    last = len(decision.findings.records["refund.applications"] or ()) - 1
    return Chain(decision, Speech("en")).why(("refund.applications.refund", last))


FORMS: dict[str, Callable[[Decision], str]] = {
    "json": render_json,
    "text": lambda decision: render_text(decision, Speech("zh")),
    "why": why_last,
}


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("form", FORMS)
def test_output_grows_with_the_records(book: Rulebook, form: str, missing: str) -> None:
    few, many = (len(FORMS[form](judge(book, records, missing)).encode()) for records in (FEW, MANY))
    assert few < many <= MOST * few if form != "why" else many <= MOST * few


class Counted(dict[object, object]):
    """A mapping that counts how often it is read."""

    reads = 0

    def __getitem__(self, key: object) -> object:
        Counted.reads += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("missing", MISSING)
def test_judging_grows_with_the_records(
    book: Rulebook, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever conditions ask is read from the working memory: that of the engine, then the explanation."""
    begin, explain = WorkingMemory.__init__, Explanation.__init__

    def counting(self: WorkingMemory, *arguments: object) -> None:
        begin(self, *arguments)  # type: ignore[arg-type]
        self.values = Counted()  # type: ignore[assignment]

    def counting_too(self: Explanation, *arguments: object) -> None:
        explain(self, *arguments)  # type: ignore[arg-type]
        self.values = Counted(self.values)  # type: ignore[assignment]

    monkeypatch.setattr(WorkingMemory, "__init__", counting)
    monkeypatch.setattr(Explanation, "__init__", counting_too)
    reads = []
    for records in (FEW, MANY):
        Counted.reads = 0
        decision = judge(book, records, missing)
        render_json(decision)
        reads.append(Counted.reads)
    assert reads[0] > FEW and reads[1] <= MOST * reads[0], reads


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("records", [5, 20, 60, 120])
def test_the_search_does_no_more_for_many_records(
    book: Rulebook, records: int, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = judge(book, records, missing)
    assert decision.refinement is not None
    refiner, counted = decision.refinement.refiner, Counter[str]()
    whole = sum(len(one.cells) + len(one.rules) for one in book.plan.strata)
    monkeypatch.setattr(refiner, "_parts", {})
    monkeypatch.setattr(refiner, "engine", Counting(refiner.engine, counted, whole))
    render_json(decision)
    # Each kind of outcome, clock and notice may have its share, of the part of the rules behind it.
    kinds = len(decision.judged.rulebook.facts) + len(decision.judged.rulebook.rules)
    assert records * counted["runs"] <= MOST_WORK * kinds
    if records >= 60:
        assert records * counted["nodes"] <= MOST_WORK * whole


def test_what_is_allowed_depends_on_nothing_that_was_asked_before(book: Rulebook) -> None:
    answers = []
    for is_reversed in (False, True):
        decision = judge(book, 12, "pay_to_seller")
        keys = [(one.fact.path, one.record) for one in judge(book, 12, "pay_to_seller").undetermined]
        assert keys
        found = {}
        for key in sorted(keys, key=str, reverse=is_reversed):
            outcome = decision.outcome(key)
            found[key] = (outcome.exactness, outcome.possible, outcome.waits)
        answers.append(found)
    assert answers[0] == answers[1]


def test_every_record_is_told_of_once_and_referred_to(book: Rulebook) -> None:
    """Whatever is referred to is there; together that is everything that an outcome rests on."""
    for missing in MISSING:
        decision = judge(book, 8, missing)
        data = json.loads(render_json(decision))
        assert not list(Draft7Validator(json.loads(schema_text("decision"))).iter_errors(data))
        told = {one["id"]: one for one in data["shared"]}
        told |= {one["fact"]: one for one in data["outcomes"] if "record" not in one}
        assert len(data["shared"]) == len({one["id"] for one in data["shared"]})
        assert any(one.get("see") for one in data["outcomes"])
        for one, outcome in zip(data["outcomes"], decision.outcomes, strict=True):
            paths, waiting, seen = set(), [one], set()
            while waiting:
                entry = waiting.pop()
                paths |= {fact["path"] for fact in entry["facts"]}
                more = [id for id in entry.get("see", ()) if id not in seen]
                seen |= set(more)
                waiting += [told[id] for id in more]
            assert len(paths) == len(outcome.support.facts)


def test_the_search_for_few_records_is_as_thorough_as_ever(book: Rulebook) -> None:
    decision = judge(book, 3, "pay_to_seller")
    refinement = decision.refinement
    assert isinstance(refinement, Refinement)
    outcomes = [one for one in decision.undetermined if one.fact.path == "refund.applications.is_full_refund"]
    assert len(outcomes) == 3 and {one.exactness for one in outcomes} == {"exact"}


def test_a_timeline_explains_only_what_a_step_shows(book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is explained grows with the steps: a round of refusal is told of once, not at every later one."""
    from policyengine.outcome.timeline import make_timeline

    asked: list[int] = []
    leaves = Explanation.of_rule

    def counting(self, rule, record):  # type: ignore[no-untyped-def]
        asked[-1] += 1
        return leaves(self, rule, record)

    monkeypatch.setattr(Explanation, "of_rule", counting)
    end = book.read_instant("2012-06-01 00:00:00")
    for records in (10, 20):
        case = judge(book, records, "").case
        asked.append(0)
        make_timeline(book, case, end)
    assert asked[0] and asked[1] <= MOST * asked[0], asked
