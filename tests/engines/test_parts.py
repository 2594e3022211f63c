"""A part of a Plan comes out as in the whole; rulebooks between which an edit lies share what is the same."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from edits import cases_of, edits
from programs import compiled_of, program_of
from random_rulebooks import make_case, make_rulebook
from test_refine import refiner_of, targets

from policyengine.api import prepare
from policyengine.compile.dependencies import Dependencies, names_of
from policyengine.engines.compiled.engine import CompiledEngine
from policyengine.engines.program import Interpreter, listed_of
from policyengine.outcome.refine import refiner
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.remembered import Remembered
from policyengine.semantics.findings import Findings


def said(findings: Findings, keys: Findings) -> dict[object, object]:
    """Return everything that findings say of what is in others."""
    found: dict[object, object] = {("state", key): findings.states[key] for key in keys.states}
    found |= {("value", key): findings.values[key] for key in keys.values}
    found |= {("rule", key): findings.rules[key] for key in keys.rules}
    found |= {("resolved", key): findings.resolved[key] for key in keys.resolved}
    found |= {("deadline", key): findings.deadlines[key] for key in keys.deadlines}
    found |= {("amount", key): findings.amounts[key] for key in keys.amounts}
    return found


@pytest.mark.parametrize("first", [0, 30])
def test_a_part_is_as_in_the_whole(first: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(first, first + 30):
        made = make_rulebook(seed)
        engines = (
            compiled_of(made.rulebook, made.readings),
            Interpreter(program_of(made.rulebook, made.readings)),
        )
        footprints = refiner_of(made, engines[0]).footprints
        case, as_of = make_case(made)
        whole = engines[0].run(case, as_of)
        nodes = [target.node(made.rulebook) for target in targets(whole)]
        for node in Random(seed).sample(nodes, min(len(nodes), 4)):
            behind = footprints.nodes(node)
            for engine in engines:
                part = engine.part(behind)
                for few in (1, 0):  # then by generated source
                    if isinstance(part, CompiledEngine):
                        part.left = few
                    found = part.run(case, as_of)
                    assert said(found, found) == said(whole, found)
                    assert found.records == whole.records
                met[engine.name] += 1
                met["smaller"] += len(found.states) < len(whole.states)
    assert min(met["compiled"], met["plan"]) > 40 and met["smaller"] > 80, met


def test_rulebooks_that_remember_together_come_to_what_each_finds_alone() -> None:
    met: Counter[str] = Counter()
    random = Random(7)
    for written, _, *books in (one for seed in range(4) for one in edits(seed, 2)):
        shared = Remembered()
        assume = [{id: way for id, way in written.assume.items() if id in book.assumptions} for book in books]
        alone = [prepare(book, chosen, "compiled") for book, chosen in zip(books, assume, strict=True)]
        nodes = [[*book.facts, *book.deadlines, *book.amounts] for book in books]
        together = [one.part(own, shared) for one, own in zip(alone, nodes, strict=True)]
        for data, as_of in cases_of(written, 6):
            for name in random.sample([*data], len(data) // 2):
                del data[name]
            for one, other in zip(alone, together, strict=True):
                case, _ = one.reader.read_plain(data, "c.json")
                if case is None:
                    continue
                before = len(shared._answers)
                decision, same = one.judge(case, as_of), other.judge(case, as_of)
                for key in [key for key in decision.findings.states if decision.findings.is_unknown(key)]:
                    assert same.agreed(key) == decision.agreed(key), (key, data)
                    met["open"] += 1
                met["found"] += len(shared._answers) - before
    assert met["open"] > met["found"] + 20 > 40, met


def test_how_many_parts_are_kept_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found by a part that is kept no longer is not taken for what another one finds."""
    asked = 0
    for seed in range(40, 60):
        made = make_rulebook(seed)
        engine = compiled_of(made.rulebook, made.readings)
        case, as_of = make_case(made)
        findings = engine.run(case, as_of)
        found = []
        for most in (256, 1):
            monkeypatch.setattr(refiner, "MOST_PARTS", most)
            refinement = Refinement(refiner_of(made, engine), case, as_of, findings)
            found.append([refinement.of(target).state for target in targets(findings)])
        assert found[0] == found[1], seed
        asked += len(found[0])
    assert asked > 60


def test_findings_tell_the_same_whichever_engine_found_them() -> None:
    """A part goes over from the Plan to its source within one search, which compares what both found."""
    told = 0
    for seed in range(60):
        made = make_rulebook(seed)
        case, as_of = make_case(made)
        program = program_of(made.rulebook, made.readings)
        whole = compiled_of(made.rulebook, made.readings).run(case, as_of)
        plan = Interpreter(program).run(case, as_of)
        nodes = Dependencies(program.plan).nodes
        names = [(name, listed_of(node)) for node in nodes for name in names_of(node)]
        assert whole.told(names) == plan.told(names), seed
        told += len(names)
    assert told > 200
