"""Every expectation in the cases beside the policies holds, in the reference and in the durable engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from policyengine.case_reader import CaseReader
from policyengine.compile.lower import compile_rulebook
from policyengine.document import read_yaml, to_plain
from policyengine.engines.durable import DurableEngine
from policyengine.engines.durable_ruleset import durable_available
from policyengine.findings import Absent, Conflict, Engine, Findings, Known, State, Truth, Unknown
from policyengine.parse.load import load_directory
from policyengine.reference import Reference
from policyengine.rulebook import STATUSES, Rulebook
from policyengine.values import ValueType, comparison_key, parse_literal

ROOT = Path(__file__).parent.parent
RULEBOOKS = (ROOT / "rules" / "taobao", ROOT / "src" / "policyengine" / "starter")


@lru_cache
def rulebook_with(rules: Path, overlays: tuple[str, ...]) -> Rulebook:
    loaded = load_directory(str(rules), overlays)
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


@lru_cache(maxsize=64)
def engines_for(
    rules: Path, overlays: tuple[str, ...], assume: tuple[tuple[str, str], ...]
) -> tuple[Engine, ...]:
    rulebook = rulebook_with(rules, overlays)
    readings = {id: one.default for id, one in rulebook.assumptions.items()} | dict(assume)
    engines: list[Engine] = [Reference(rulebook, readings)]
    if durable_available():
        engines.append(DurableEngine(compile_rulebook(rulebook, readings)))
    return tuple(engines)


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def cases() -> Iterator[Any]:
    for path in sorted(path for rules in RULEBOOKS for path in rules.glob("policies/*.cases.yaml")):
        node, faults = read_yaml(path.read_text("utf-8"), str(path))
        assert node is not None and not faults
        plain: Any = to_plain(node)
        for case in plain["cases"]:
            for number, check in enumerate(case["checks"], 1):
                given = dict(case["given"])
                used = given.pop("use", None)
                given = merge(plain.get("fixtures", {}).get(used, {}), given)
                rules = path.parent.parent
                yield pytest.param(
                    rules, case, given, check, id=f"{plain['policy_cases']}: {case['name']} {number}"
                )


def shows(state: State, expected: str, name: str, rulebook: Rulebook) -> bool:
    match expected:
        case "undetermined":
            return isinstance(state, Unknown)
        case "not_applicable":
            return isinstance(state, Absent)
        case "conflict":
            return isinstance(state, Conflict)
    fact = rulebook.facts.get(name)
    choices = [choice.name for choice in fact.choices] if fact else [word for word, _ in STATUSES]
    type = fact.type if fact else rulebook.parameters[name].type if name in rulebook.parameters else None
    if type is None:
        type = ValueType.CHOICE if name.endswith(".status") else ValueType.INSTANT
        type = ValueType.MONEY if name in rulebook.amounts else type
    value = parse_literal(expected, type, rulebook.zone, choices)
    return isinstance(state, Known) and comparison_key(state.value) == comparison_key(value)


@pytest.mark.parametrize(("rules", "case", "given", "check"), list(cases()))
def test_expectations_hold(
    rules: Path, case: dict[str, Any], given: dict[str, Any], check: dict[str, Any]
) -> None:
    overlays = tuple(case.get("overlays", ()))
    rulebook = rulebook_with(rules, overlays)
    read, faults = CaseReader(rulebook).read_plain(given, case["name"])
    assert read is not None, faults
    as_of = parse_literal(check["as_of"], ValueType.INSTANT, rulebook.zone)
    assert isinstance(as_of, int)
    findings: Findings | None = None
    for engine in engines_for(rules, overlays, tuple(sorted(case.get("assume", {}).items()))):
        findings = engine.run(read, as_of)
        for name, expected in check.get("expect", {}).items():
            state = findings.states[name, None]
            assert shows(state, expected, name, rulebook), f"{engine.name}: {name} is {state}"
        for rule in check.get("because", ()):
            held = [key for key, one in findings.rules.items() if key[0] == rule and one.truth is Truth.TRUE]
            assert held, f"{engine.name}: {rule} does not hold"
    assert findings is not None
