"""Small random rulebooks, written as YAML, of which every case can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

from policyengine.loading.load import load_model
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Findings
from policyengine.semantics.reference import Reference

KINDS = ("a", "b", "c")
NUMBERS = range(5)
STAGES = ("s0", "s1", "s2")

_BOOK = """rulebook: small
version: "1"
title: {zh: 小, en: small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
"""


def _choices(names: tuple[str, ...]) -> str:
    return "{" + ", ".join(f"{name}: {{zh: {name}, en: {name}}}" for name in names) + "}"


_FACTS = f"""facts:
  order.kind: {{type: choice, title: {{zh: 种, en: kind}}, if_missing: none, values: {_choices(KINDS)}}}
  order.number: {{type: count, title: {{zh: 数, en: number}}, if_missing: none}}
  flow.stage: {{type: choice, role: derived, title: {{zh: 阶段, en: stage}}, values: {_choices(STAGES)}}}
  flow.level: {{type: count, role: derived, title: {{zh: 级, en: level}}}}
  flow.answer: {{type: count, role: outcome, title: {{zh: 果, en: answer}}}}
"""


def make_model(folder: Path, rules: dict[str, tuple[str, str, list[str]]], more: str = "") -> Rulebook:
    """Return the rulebook with these rules: by name, what each demands, gives and overrides."""
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(_BOOK)
    (folder / "facts.yaml").write_text(_FACTS)
    lines = [
        f"  {id}: {{title: {{zh: {id}, en: {id}}}, when: {{{when}}}, then: {{{then}}}"
        + (f", overrides: [{', '.join(below)}]}}" if below else "}")
        for id, (when, then, below) in rules.items()
    ]
    (folder / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 策, en: p}\n" + more + "rules:\n" + "\n".join(lines) + "\n"
    )
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def draw_model(folder: Path, seed: int) -> Rulebook:
    """Return a random one; rules override only rules that come later, so there is no circle."""
    random = Random(seed)
    drawn = [(_condition(random, 0), f"flow.stage: {random.choice(STAGES)}") for _ in range(3)]
    drawn += [(_condition(random, 1), f"flow.level: {random.randrange(3)}") for _ in range(2)]
    drawn += [(_condition(random, 2), f"flow.answer: {random.randrange(3)}") for _ in range(5)]
    rules = {}
    for number, (when, then) in enumerate(drawn):
        later = [f"r{other}" for other in range(number + 1, len(drawn))]
        rules[f"r{number}"] = (when, then, [id for id in later if random.random() < 0.35])
    return make_model(folder, rules)


def _condition(random: Random, depth: int) -> str:
    """Return one to three tests; those of later depths also ask what earlier rules conclude."""
    ways = [_kind, _number, *([_stage] if depth else []), *([_level] if depth > 1 else [])]
    chosen = random.sample(ways, random.randint(1, min(3, len(ways))))
    tests = ", ".join(way(random) for way in chosen)
    if random.random() < 0.25:
        return f"not: {{{tests}}}"
    if random.random() < 0.25:
        return f"any: [{{{tests}}}, {{{random.choice(ways)(random)}}}]"
    return tests


def _kind(random: Random) -> str:
    one = random.choice(KINDS)
    return random.choice(
        [f"order.kind: {one}", f"order.kind: {{one_of: [{one}, c]}}", "order.kind: {known: no}"]
    )


def _number(random: Random) -> str:
    limit = random.choice(NUMBERS)
    word = random.choice(["at_least", "at_most", "more_than", "less_than", "is"])
    return f"order.number: {{{word}: {limit}}}"


def _stage(random: Random) -> str:
    one = random.choice(STAGES)
    return random.choice([f"flow.stage: {one}", f"not: {{flow.stage: {one}}}", "flow.stage: {known: no}"])


def _level(random: Random) -> str:
    return f"flow.level: {{{random.choice(['at_least', 'less_than', 'is'])}: {random.randrange(3)}}}"


def every_finding(model: Rulebook) -> Iterator[Findings]:
    """Return what is found out about every case, also of those that leave something out."""
    reference = Reference(model, {})
    for kind, number in product((None, *KINDS), (None, *NUMBERS)):
        told = {("order.kind", None): kind, ("order.number", None): number}
        values = {key: value for key, value in told.items() if value is not None}
        yield reference.run(Case("", "", values, {}), 0)
