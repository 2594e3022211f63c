"""The rules of a policy are loaded when it first applies; comparisons mean the same before and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import durable_of
from small_rulebooks import make_model

from policyengine.engines.durable import engine
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.case import Case
from policyengine.semantics.reference import Reference

pytestmark = pytest.mark.skipif(not durable_available(), reason="durable-rules cannot run here")
OTHER = """policy: q
title: {zh: 另, en: other}
applies_to: {order.number: {at_least: 3}}
rules:
  s0: {title: {zh: s, en: s}, when: {order.kind: b}, then: {flow.level: 1}}
"""


def test_policies_that_compare_the_same_text_are_loaded_before_it_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model(tmp_path, {"r0": ("order.kind: a", "flow.stage: s0", [])})
    (tmp_path / "policies" / "q.yaml").write_text(OTHER)
    book = load_model(str(tmp_path), ()).rulebook
    assert book is not None
    loaded: list[int] = []
    load = engine.load_ruleset
    monkeypatch.setattr(engine, "load_ruleset", lambda found: loaded.append(1) or load(found))
    judging, reference = durable_of(book, {}), Reference(book, {})
    for number, count in ((1, 1), (3, 2), (1, 2), (3, 2)):
        for kind in ("b", "a", "c"):
            case = Case("x", "", {("order.kind", None): kind, ("order.number", None): number}, {})
            found, expected = judging.run(case, 0), reference.run(case, 0)
            assert dict(found.rules) == dict(expected.rules), (number, kind)
        assert len(loaded) == count
