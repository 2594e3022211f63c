"""The edges that no scenario stands at, as scenarios for a clerk to confirm.

A suggestion starts from a scenario that comes near: the instant is moved to the edge of a deadline, or the
sum of money that the case gives is changed until the limit is reached. What the rules answer there is
written down as expected; whether that is right is for the clerk to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from policyengine.case import Key
from policyengine.compile.choose_readings import choose_operand
from policyengine.conditions import Operand, Ref, Test
from policyengine.decision import Decision
from policyengine.diagnostics import marked
from policyengine.document import to_plain
from policyengine.findings import Conflict, Known, State, Truth, Unknown
from policyengine.i18n import Speech
from policyengine.lookup import format_key, path_of
from policyengine.render.naming import Naming
from policyengine.testing.coverage import SIDES, Coverage, Target, compared, tests_of
from policyengine.testing.run import Result, Runner
from policyengine.testing.scenarios import Scenario, ScenarioFile
from policyengine.values import ValueType, format_value, instant_text

_SIDES = {
    "before": marked("one second before the end of “{title}”"),
    "at": marked("exactly at the end of “{title}”"),
    "after": marked("one second after the end of “{title}”"),
}
_LIMITS = {
    "before": marked("one less than the limit: {title}"),
    "at": marked("exactly the limit: {title}"),
    "after": marked("one more than the limit: {title}"),
}
_PLAIN = re.compile(r"[^\W_][\w.+-]*( [\w.+-]+(:[\w.+-]+)*)*%?")
_NULLS = ("null", "~")


class Suggestion(NamedTuple):
    """A scenario that stands at an edge; ``given`` is the whole case, ``expect`` what the rules answer."""

    file: ScenarioFile
    target: Target
    name: str
    given: Mapping[str, object]
    assume: Mapping[str, str]
    overlays: tuple[str, ...]
    as_of: str
    expect: tuple[tuple[str, str], ...]


def suggest(
    runner: Runner, results: Sequence[Result], coverage: Coverage, say: Speech
) -> tuple[list[Suggestion], list[Target]]:
    """Return a suggestion for each edge that nothing stands at, and the edges for which none was found."""
    maker = _Maker(runner, results, coverage, say)
    found: list[Suggestion] = []
    left: list[Target] = []
    for target in coverage.missing():
        if target.kind == "edge":
            suggestion = maker.suggestion(target)
            if suggestion is None:
                left.append(target)
            else:
                found.append(suggestion)
    return found, left


class _Try(NamedTuple):
    """A case and an instant that may stand at the edge."""

    result: Result
    given: Mapping[str, object]
    as_of: int


_WHOLE = 100_000_000
"""100 % in millionths of a percent, the unit of rates."""


class _Handle(NamedTuple):
    """A number that the case gives; the limited sum moves by ``rate`` of it (millionths of a percent)."""

    key: Key
    rate: int


class _Maker:
    """Looks for suggestions among the results of one run."""

    def __init__(self, runner: Runner, results: Sequence[Result], coverage: Coverage, say: Speech) -> None:
        self.runner = runner
        self.results = [one for one in results if one.decision is not None]
        self.coverage = coverage
        self.naming = Naming(coverage.book, say)
        self.say = say

    def suggestion(self, target: Target) -> Suggestion | None:
        is_deadline = target.name in self.coverage.book.deadlines
        tries = self._moved(target) if is_deadline else self._changed(target)
        for one in tries:
            scenario = one.result.scenario
            decision = self.runner.judge(one.result.file, scenario, one.given, one.as_of)
            if decision is not None and target in set(self.coverage.exercised(decision)):
                return self._written(target, one, decision)
        return None

    # ---------- deadlines: another instant

    def _moved(self, target: Target) -> Iterator[_Try]:
        """Return the edge of every clock of the deadline; those that nobody has met yet come first."""
        offset = next(number for number, side in SIDES.items() if side == target.side)
        found: list[tuple[bool, int, _Try]] = []
        for result in self.results:
            assert result.decision is not None
            for (id, _), finding in result.decision.findings.deadlines.items():
                due = _number(finding.due)
                if id == target.name and due is not None and finding.exists is Truth.TRUE:
                    met = _number(finding.acted)
                    given = _plain(result.scenario)
                    found.append((met is not None, len(found), _Try(result, given, due + offset)))
        yield from (one for _, _, one in sorted(found, key=lambda one: one[:2]))

    # ---------- limits: another sum of money

    def _changed(self, target: Target) -> Iterator[_Try]:
        """Return cases whose given money is moved so that the limit is just reached."""
        offset = next(number for number, side in SIDES.items() if side == target.side)
        for result in self.results:
            assert result.decision is not None
            for handle, distance in self._handles(result.decision, target):
                given = _with_number(result, handle, offset - distance)
                if given is not None:
                    yield _Try(result, given, result.decision.as_of)

    def _handles(self, decision: Decision, target: Target) -> Iterator[tuple[_Handle, int]]:
        """Return the given facts that move what is limited, and how far it is above its limit now."""
        book = decision.judged.rulebook
        for owner, leaf, listed in tests_of(book):
            if (owner, leaf.span) != (target.name, target.span) or not isinstance(leaf, Test):
                continue
            records: Iterable[int | None] = (
                (None,) if listed is None else decision.findings.records[listed] or ()
            )
            for record in records:
                for found, limit in compared(decision, leaf, record):
                    yield from ((one, found - limit) for one in self._moving(decision, leaf.ref, record))
        if target.name in book.amounts:
            yield from self._handles_of_amount(decision, target)

    def _handles_of_amount(self, decision: Decision, target: Target) -> Iterator[tuple[_Handle, int]]:
        amount = decision.judged.rulebook.amounts[target.name]
        for (id, record), finding in decision.findings.amounts.items():
            rounded = _number(finding.rounded)
            if id != target.name or rounded is None or finding.exists is not Truth.TRUE:
                continue
            limits = [] if finding.floor is None else [(amount.span, finding.floor)]
            limits += [(cap.span, found.limit) for cap, found in zip(amount.caps, finding.caps, strict=True)]
            for span, state in limits:
                limit = _number(state)
                if span == target.span and limit is not None:
                    distance = rounded - limit
                    yield from ((one, distance) for one in self._through(decision, (id, record)))

    def _moving(self, decision: Decision, operand: Operand, record: int | None) -> Iterator[_Handle]:
        """Return the given number that an operand is, or is computed from."""
        book = decision.judged.rulebook
        if not isinstance(operand, Ref):
            return
        key = (operand.name, record if operand.listed else None)
        if operand.kind == "amount":
            yield from self._through(decision, key)
        elif (
            operand.name in book.facts
            and key in decision.case.values
            and book.facts[operand.name].type in (ValueType.MONEY, ValueType.COUNT)
        ):
            yield _Handle(key, _WHOLE)

    def _through(self, decision: Decision, key: Key) -> Iterator[_Handle]:
        """Return the given sum that the base of an amount is, with the rate between the two."""
        finding = decision.findings.amounts[key]
        rate = _WHOLE if finding.rate is None else _number(finding.rate)
        base = choose_operand(decision.judged.rulebook.amounts[key[0]].base, decision.judged.readings)
        if rate:
            for handle in self._moving(decision, base, key[1]):
                yield handle._replace(rate=handle.rate * rate // _WHOLE)

    # ---------- writing down

    def _written(self, target: Target, one: _Try, decision: Decision) -> Suggestion:
        title = self._title(target)
        template = (_SIDES if target.name in self.coverage.book.deadlines else _LIMITS)[target.side]
        zone = decision.judged.rulebook.zone
        return Suggestion(
            file=one.result.file,
            target=target,
            name=self.say(template, title=title),
            given=one.given,
            assume=one.result.scenario.assume,
            overlays=one.result.scenario.overlays,
            as_of=instant_text(one.as_of, zone),
            expect=tuple(self._expected(target, decision)),
        )

    def _title(self, target: Target) -> str:
        book = self.coverage.book
        parts = (book.deadlines, book.amounts, book.rules, book.policies)
        found = next(group[target.name] for group in parts if target.name in group)
        return self.naming.text(found.title)

    def _expected(self, target: Target, decision: Decision) -> Iterator[tuple[str, str]]:
        told: set[Key] = set()
        for key in (*_concerned(target, decision), *_applicable(decision)):
            if key not in told:
                told.add(key)
                yield format_key(decision.judged.rulebook, key, dotted=True), self._literal(key, decision)

    def _literal(self, key: Key, decision: Decision) -> str:
        name = key[0]
        match decision.findings.states[key]:
            case Known(value):
                type = self.naming.type_of(name)
                zone = decision.judged.rulebook.zone
                if type is ValueType.INSTANT and isinstance(value, int):
                    return instant_text(value, zone)
                if isinstance(value, bool):
                    return "yes" if value else "no"
                return str(format_value(value, type, zone))
            case Unknown():
                return "undetermined"
            case Conflict():
                return "conflict"
            case _:
                return "not_applicable"


def _concerned(target: Target, decision: Decision) -> Iterator[Key]:
    """Return what the edge is about: the state of the deadline, the amount, or what the rule concludes."""
    book, states = decision.judged.rulebook, decision.findings.states
    names = [f"{target.name}.status"] if target.name in book.deadlines else []
    names += [target.name] if target.name in book.amounts else []
    if target.name in book.rules:
        names += [one.fact.name for one in book.rules[target.name].then]
    for name in names:
        yield from sorted((key for key in states if key[0] == name), key=lambda key: key[1] or 0)


def _applicable(decision: Decision) -> Iterator[Key]:
    for outcome in decision.outcomes:
        if outcome.status != "not_applicable":
            yield outcome.fact.path, outcome.record


def _number(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


def _plain(scenario: Scenario) -> Mapping[str, object]:
    plain = to_plain(scenario.given)
    assert isinstance(plain, dict)
    return plain


def _with_number(result: Result, handle: _Handle, change: int) -> Mapping[str, object] | None:
    """Return the case in which what is limited moves by ``change`` (fen, or a count); None below zero."""
    assert result.decision is not None and handle.rate
    book, value = result.decision.judged.rulebook, result.decision.case.values[handle.key]
    fact = book.facts[handle.key[0]]
    moved = change * _WHOLE // handle.rate
    if not isinstance(value, int) or value + moved < 0:
        return None
    root = json.loads(json.dumps(_plain(result.scenario)))
    level = root
    *steps, last = path_of(book, handle.key)
    for step in steps:
        level = level[step]
    level[last] = str(format_value(value + moved, fact.type, book.zone))
    return dict(root)


# ---------- as YAML


def render_suggestions(suggestions: Sequence[Suggestion], say: Speech) -> str:
    """Return the suggestions as the text of one ``*.cases.yaml`` file for each file that they belong to."""
    lines: list[str] = []
    for path in sorted({one.file.path for one in suggestions}):
        own = [one for one in suggestions if one.file.path == path]
        lines += ["---"] if lines else []
        lines.append("# " + say("Suggested beside {path}. This is what the rules answer now:", path=path))
        lines.append("# " + say("read every line, correct what is wrong, and move it into that file."))
        lines += [f"policy_cases: {own[0].file.policy}", "cases:"]
        for one in own:
            lines += _scenario(one)
    return "".join(f"{line}\n" for line in lines)


def _scenario(one: Suggestion) -> Iterator[str]:
    yield f"  - name: {_scalar(one.name)}"
    yield "    given:"
    yield from _mapping(one.given, 6)
    if one.assume:
        yield f"    assume: {{{', '.join(f'{id}: {reading}' for id, reading in sorted(one.assume.items()))}}}"
    if one.overlays:
        yield f"    overlays: [{', '.join(one.overlays)}]"
    yield "    checks:"
    yield f"      - as_of: {one.as_of}"
    yield "        expect:"
    for name, literal in one.expect:
        yield f"          {_scalar(name)}: {_scalar(literal)}"


def _mapping(value: Mapping[str, object], indent: int) -> Iterator[str]:
    for key, part in value.items():
        yield from _entry(f"{' ' * indent}{_scalar(key)}:", part, indent)


def _entry(head: str, value: object, indent: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield head
        yield from _mapping(value, indent + 2)
    elif isinstance(value, list):
        yield head if value else f"{head} []"
        for record in value:
            lines = list(_mapping(record, indent + 4))
            yield f"{' ' * (indent + 2)}- {lines[0].strip()}" if lines else f"{' ' * (indent + 2)}- {{}}"
            yield from lines[1:]
    else:
        yield f"{head} {_scalar(str(value))}"


def _scalar(text: str) -> str:
    """Return a text as YAML writes it: plain where that is safe, else in double quotes as JSON has it."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NULLS:
        return text
    return json.dumps(text, ensure_ascii=False)
