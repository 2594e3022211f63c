"""That everything matters is seen by a few ways; where it is, the whole search says the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from programs import compiled_of
from random_rulebooks import make_case, make_rulebook
from test_possible import YES_OR_NO, book
from test_refine import refiner_of, targets

from policyengine.api import load_rulebook
from policyengine.outcome.refine import refiner
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.target import Target
from policyengine.sampling.sampler import Sampler
from policyengine.semantics.findings import Missing, Unknown

FACTS = YES_OR_NO.rstrip() + "\n"
OK = Target("state", ("result.ok", None))


@pytest.fixture(autouse=True)
def _from_the_first_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refiner, "FEW", 0)


def compare(one: Refinement, other: Refinement, where: str) -> Counter[str]:
    """Hold every open answer, as a few ways show it, against that of the whole search."""
    met: Counter[str] = Counter()
    for target in targets(one.findings):
        assert one.state_of(target) == other.of(target).state, f"{where}: {target}"
        met["seen" if target in one._waiting else "searched"] += 1
    return met


def test_what_is_seen_is_what_is_found() -> None:
    met: Counter[str] = Counter()
    for seed in range(800, 816):
        made = make_rulebook(seed)
        engine = compiled_of(made.rulebook, made.readings)
        seen, searched = refiner_of(made, engine), refiner_of(made, engine)
        for _ in range(2):
            case, as_of = make_case(made)
            findings = engine.run(case, as_of)
            pair = (Refinement(one, case, as_of, findings) for one in (seen, searched))
            met += compare(*pair, f"seed {seed}")
    assert min(met["seen"], met["searched"]) > 40, met


def test_what_is_seen_of_the_shipped_rulebook_is_what_is_found() -> None:
    rulebook, alone = (load_rulebook("rules/taobao", engine="compiled") for _ in range(2))
    met: Counter[str] = Counter()
    for line in Sampler(rulebook.model, rulebook.readings, 11, judged=True).lines(range(1, 9)):
        case, _ = rulebook.reader.read(line, "c.json")
        assert case is not None and case.as_of is not None
        one, other = (each.judge(case, case.as_of).refinement for each in (rulebook, alone))
        assert one is not None and other is not None
        met += compare(one, other, line)
    assert min(met["seen"], met["searched"]) > 50, met


def refinement(folder: Path, facts: str, policy: str, case: dict[str, object]) -> Refinement:
    found = book(folder, facts, policy).evaluate(case, as_of="2012-03-23 12:00").refinement
    assert found is not None
    return found


def waits(*names: str) -> Unknown:
    return Unknown(frozenset(Missing("fact", name, None) for name in names))


def test_what_decides_with_others_only_is_seen_from_where_these_are_so(tmp_path: Path) -> None:
    """From where all is true, and from where all is false, changing one fact alone changes nothing."""
    facts = FACTS + "      c: {type: boolean, title: {zh: 丙, en: C}}\n"
    policy = """
        rules:
          one: {title: {zh: 一, en: 1}, when: {a: yes, b: no, c: no}, then: {result.ok: yes}}
          two: {title: {zh: 二, en: 2}, when: {a: yes, b: yes, c: yes}, then: {result.ok: yes}}
        """
    found = refinement(tmp_path, facts, policy, {})
    assert found.state_of(OK) == waits("a", "b", "c") and OK in found._waiting


def test_where_rules_can_contradict_each_other_all_is_searched(tmp_path: Path) -> None:
    """That they do is not seen before both hold, and then the answer waits for that."""
    facts = FACTS + "      middle: {type: boolean, title: {zh: 中, en: middle}, role: derived}\n"
    policy = """
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes}, then: {middle: yes}}
          two: {title: {zh: 二, en: Two}, when: {b: yes}, then: {middle: no}}
          end: {title: {zh: 三, en: End}, when: {middle: yes}, then: {result.ok: yes}}
        """
    found = refinement(tmp_path, facts, policy, {})
    state = found.state_of(OK)
    assert isinstance(state, Unknown) and Missing("conflict", "middle", None) in state.waits
    assert state == found.of(OK).state and OK not in found._waiting


def test_what_is_tied_by_bounds_is_not_changed_alone(tmp_path: Path) -> None:
    """As if each were free, both would matter: but of what is at most 3 nothing can be 5."""
    facts = FACTS + (
        "      few: {type: count, title: {zh: 少, en: few}, at_most: 3}\n"
        "      less: {type: count, title: {zh: 更少, en: less}, at_most: few}\n"
    )
    policy = """
        rules:
          one:
            title: {zh: 一, en: One}
            when: {less: {at_least: 2}, few: {at_most: 1}}
            then: {result.ok: yes}
        """
    found = refinement(tmp_path, facts, policy, {})
    assert found.state_of(OK) == found.of(OK).state != waits("few", "less")
    assert OK not in found._waiting


def test_what_is_dated_by_what_is_missing_comes_up_later(tmp_path: Path) -> None:
    """Until it is known when it was, nobody asks what it was."""
    facts = FACTS + (
        "      asked_at: {type: instant, title: {zh: 时, en: asked at}}\n"
        "      kind: {type: boolean, title: {zh: 类, en: kind}, dated_by: asked_at}\n"
    )
    policy = """
        rules:
          one: {title: {zh: 一, en: One}, when: {kind: yes, a: yes}, then: {result.ok: yes}}
        """
    found = refinement(tmp_path, facts, policy, {})
    assert found.state_of(OK) == found.of(OK).state == waits("a", "asked_at", "kind")
    assert OK not in found._waiting
