"""All engines say the same about random rulebooks and cases: values, reasons and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from programs import compiled_of, durable_of, program_of
from random_rulebooks import TYPES, Made, make_case, make_instant, make_rulebook, without_some

from policyengine.compile.normal_form import MOST_ALTERNATIVES
from policyengine.engines.durable.lower import MOST_MATCHES, lower_rules
from policyengine.engines.durable.ruleset import durable_available
from policyengine.model import conditions as tree
from policyengine.model.conditions import All, Any, ByReading, Condition, Count, Not, Operand, Pick, Some
from policyengine.model.rulebook import Default, Rulebook
from policyengine.semantics.findings import (
    Absent,
    Concluded,
    Conflict,
    Engine,
    Findings,
    Known,
    State,
    Truth,
    Unknown,
)
from policyengine.semantics.reference import Reference
from policyengine.values.counting import Counting
from policyengine.values.literals import LENGTHS, comparison_key

RULEBOOKS = 160
CASES = 4
FINDINGS = (*Concluded.__struct_fields__, "provisional")
INSTANTS = 2


def difference(one: Findings, other: Findings) -> str:
    """Return the first difference in words, or nothing."""
    for name in FINDINGS:
        left, right = getattr(one, name), getattr(other, name)
        if left == right:
            continue
        if isinstance(left, tuple | frozenset):
            return f"{name}: {left} != {right}"
        keys = sorted({*left, *right}, key=repr)
        key = next(key for key in keys if left.get(key) != right.get(key))
        return f"{name}[{key}]: {left.get(key)} != {right.get(key)}"
    return ""


def compare(seed: int, cases: int = CASES, instants: int = INSTANTS) -> Iterator[Findings]:
    """Judge random cases of one rulebook with every engine; return the findings on which they agree."""
    made = make_rulebook(seed)
    reference = Reference(made.rulebook, made.readings)
    others: list[Engine] = [compiled_of(made.rulebook, made.readings)]
    others.append(compiled_of(made.rulebook, made.readings, few=1_000_000))
    if durable_available():
        others.append(durable_of(made.rulebook, made.readings))
    for number in range(cases):
        case, as_of = make_case(made)
        for moment in (as_of, *(make_instant(made.random) for _ in range(instants - 1))):
            expected = reference.run(case, moment)
            for engine in others:
                found = difference(expected, engine.run(case, moment))
                where = f"seed {seed}, case {number} at {moment}"
                assert not found, f"{where}: reference and {engine.name}: {found}"
            yield expected


def test_engines_agree() -> None:
    for seed in range(RULEBOOKS):
        for _ in compare(seed):
            pass


# ---------- nothing is guessed


def test_what_is_determined_stays_when_more_is_told() -> None:
    """Judges cases with facts left out, and then whole: what was told must not have been a guess."""
    told = 0
    for seed in range(RULEBOOKS):
        made = make_rulebook(seed)
        reference = Reference(made.rulebook, made.readings)
        for _ in range(2):
            case, as_of = make_case(made)
            before, after = reference.run(without_some(case, made), as_of), reference.run(case, as_of)
            for key, state in before.states.items():
                if not isinstance(state, Unknown):
                    assert is_same(state, after.states.get(key, state)), f"seed {seed}: {key}"
                    told += isinstance(after.states.get(key), Known)
            for key, rule in before.rules.items():
                if rule.truth is not Truth.UNDETERMINED:
                    assert after.rules.get(key, rule).truth is rule.truth, f"seed {seed}: rule {key}"
    assert told > RULEBOOKS


def is_same(one: State, other: State) -> bool:
    if isinstance(one, Known) and isinstance(other, Known):
        return comparison_key(one.value) == comparison_key(other.value)
    return type(one) is type(other)


# ---------- a generator that makes only trivial rulebooks would prove nothing


def test_random_cases_reach_every_finding() -> None:
    reached: Counter[object] = Counter()
    for seed in range(RULEBOOKS):
        made = make_rulebook(seed)
        reference = Reference(made.rulebook, made.readings)
        for _ in range(3):
            reached.update(found_out(reference.run(*make_case(made))))
    states = [Known, Absent, Unknown, Conflict, *Truth]
    statuses = [
        str(Known(word)) for word in ("not_started", "open", "met", "missed", "lapsed", "ended", "stopped")
    ]
    others = ["floor", "cap 1", "cap 2", "open", "provisional", "unknown list", "record fires", "fires"]
    rare = [one for one in [*states, *statuses, *others] if reached[one] < 3]
    assert not rare


def found_out(findings: Findings) -> Iterator[object]:
    for state in findings.states.values():
        yield type(state)
    yield from (rule.truth for rule in findings.rules.values())
    yield from (str(one.status) for one in findings.deadlines.values())
    yield from (one.bound for one in findings.amounts.values())
    yield from ("open" for one in findings.resolved.values() if one.winners and one.open)
    yield from ("provisional" for one in findings.deadlines.values() if one.provisional)
    yield from ("unknown list" for records in findings.records.values() if records is None)
    yield from ("fires" if record is None else "record fires" for _, record in findings.firings)


def test_random_rulebooks_reach_every_form() -> None:
    reached: Counter[object] = Counter()
    for seed in range(2 * RULEBOOKS):
        made = make_rulebook(seed)
        reached.update(forms(made.rulebook))
        reached.update(compiled_forms(made))
    conditions = ["Test", "ReadingIs", "All", "Any", "Not", "Some", "Count", "Pick", "empty All", "empty Any"]
    operators = ["is", "one_of", "at_least", "at_most", "more_than", "less_than", "known", "happened"]
    operators += ["every_year", "interlude", "season", "own act", "figure of a record", "length"]
    operands = ["Ref", "Constant", "ByReading", "fact", "parameter", "amount", "deadline"]
    facts = ["never", "default", "unknown", "dated", "dated by a conclusion", "undated list", *TYPES]
    facts += ["sum", "least", "greatest", "yes_if_any", "yes_if_all", "otherwise", "built by records"]
    rules = ["override", "several conclusions", "listed rule", "wide", "long", "question", "scope"]
    clocks = [*(("within", type) for type in LENGTHS), *Counting().__struct_fields__]
    amounts = ["formula", "bands", "factors", "exact step", "ends", "pause", "value or another"]
    asked = [
        ("asked", how)
        for how in (*get_args(tree.Sought), "latest", "earliest", "end_of", "start_of", "last_second_of")
    ]
    expected = [*conditions, *operators, *operands, *facts, *rules, *clocks, *amounts, *asked]
    rare = [one for one in expected if reached[one] < 3]
    assert not rare


def forms(book: Rulebook) -> Iterator[object]:
    for fact in book.facts.values():
        yield fact.type
        yield fact.combine
        yield "otherwise" if fact.otherwise is not None else "no otherwise"
        default = "default" if isinstance(fact.if_missing, Default) else "never"
        yield "unknown" if fact.if_missing is None else default
        if fact.dated_by is not None:
            yield "dated" if book.facts[fact.dated_by].role == "given" else "dated by a conclusion"
    for deadline in book.deadlines.values():
        yield "ends" if deadline.within is None else ("within", deadline.within.type)
        yield from ("pause" for _ in deadline.pauses)
        yield from (rule.aspect for rule in deadline.counting)
    for amount in book.amounts.values():
        ways = (amount.formula, amount.bands, amount.times or amount.divided_by)
        yield from (word for word, way in zip(("formula", "bands", "factors"), ways, strict=True) if way)
        yield "exact step" if amount.is_exact else "rounded"
    for computed in book.computed.values():
        value = computed.value
        if isinstance(value, tree.DayEdge):
            yield "asked", value.edge.side
        else:
            yield "value or another" if isinstance(value, tree.Otherwise) else ("asked", value.how)
    yield from ("undated list" for one in book.lists.values() if one.dated_by is None)
    for rule in book.rules.values():
        yield from ("override" for _ in rule.overrides)
        yield "several conclusions" if len(rule.then) > 1 else "one conclusion"
        yield "listed rule" if rule.listed else "rule"
        yield from ("built by records" for one in rule.then if one.fact.listed != rule.listed)
        yield "scope" if book.scope_of(rule) != All((), rule.span) else "no scope"
        yield from () if rule.by is None else ("own act",)
        yield from forms_of(rule.when)
    for parameter in book.parameters.values():
        yield from () if parameter.listed is None else ("figure of a record",)
        yield parameter.type.value
        for value in parameter.values:
            yield "season" if value.season else "interlude" if value.end else "value"


def forms_of(condition: Condition) -> Iterator[object]:
    yield type(condition).__name__
    match condition:
        case tree.Test(ref, operator, operands):
            yield from (operator, ref.kind)
            for operand in operands:
                yield from forms_of_operand(operand)
        case All(parts) | Any(parts):
            yield f"{'' if parts else 'empty '}{type(condition).__name__}"
            if len(parts) > MOST_ALTERNATIVES:
                yield "wide"
            for part in parts:
                yield from forms_of(part)
        case Not(part) | Some(_, part) | Count(_, part):
            yield from forms_of(part)
        case Pick(_, _, where, then):
            yield from forms_of(where)
            yield from forms_of(then)


def forms_of_operand(operand: Operand) -> Iterator[object]:
    yield type(operand).__name__
    if isinstance(operand, ByReading):
        for _, one in operand.readings:
            yield from forms_of_operand(one)


def compiled_forms(made: Made) -> Iterator[object]:
    for strata in lower_rules(program_of(made.rulebook, made.readings).plan).strata:
        for stratum in strata:
            for rule in stratum.rules:
                yield from ("long" for way in rule.ways if len(way) > MOST_MATCHES // 2)
                yield from ("question" for one in rule.attributes if one.attribute.startswith("q"))
