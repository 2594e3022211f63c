"""What no scenario exercises, as scenarios for a clerk to confirm.

A suggestion starts from a scenario that comes near: the instant is moved to the edge of a deadline, the sum
of money or the number of records that the case gives is changed until the limit is reached, what a table asks
is changed until a row holds, all its times are moved to another day, another reading is chosen or an overlay
switched on. What the rules answer there is
written down as expected; whether that is right is for the clerk to say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import Message, marked, message
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.model.conditions import Operand, Ref, Test
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision
from policyengine.reading.file_names import TESTS_ENDING
from policyengine.render.naming import Naming
from policyengine.semantics.findings import Conflict, Known, State, Truth, Unknown
from policyengine.semantics.readings import choose_operand
from policyengine.testing.coverage import SIDES, Coverage
from policyengine.testing.rows import Rows
from policyengine.testing.run import Result, Runner
from policyengine.testing.scenarios import ScenarioFile
from policyengine.testing.targets import Target
from policyengine.testing.tries import (
    Try,
    at_other_times,
    at_times,
    given_of,
    on_day,
    put,
    read_as,
    switched_on,
    with_records,
)
from policyengine.testing.writing import scenario_lines
from policyengine.values.literals import ValueType, format_value, instant_text

_SIDES = {
    "before": marked("one second before the end of “{title}”"),
    "at": marked("exactly at the end of “{title}”"),
    "after": marked("one second after the end of “{title}”"),
}
_STANDING = {
    "none": marked("without a pause: {title}"),
    "over": marked("after a pause: {title}"),
    "open": marked("in a pause: {title}"),
}
_COUNTED = {
    "cut_off": {
        "moved": marked("after the cut-off: {title}"),
        "still": marked("before the cut-off: {title}"),
    },
    "ends_on_holiday": {
        "moved": marked("the last day would not be a business day: {title}"),
        "still": marked("the last day is a business day: {title}"),
    },
    "month_end": {
        "moved": marked("from the last day of a month to that of another: {title}"),
        "still": marked("from another day than the last of a month: {title}"),
    },
}
_LIMITS = {
    "before": marked("one less than the limit: {title}"),
    "at": marked("exactly the limit: {title}"),
    "after": marked("one more than the limit: {title}"),
}


_ROWS = {"holds": marked("it matches: {title}")}
_DAYS = {
    "first": marked("on {day}, the first day: {title}"),
    "before": marked("on {day}, the day before it begins: {title}"),
    "last": marked("on {day}, the last day: {title}"),
    "after": marked("on {day}, the day after it has ended: {title}"),
}


class Unreached(Frozen):
    """What no suggestion was found for, and why."""

    target: Target
    why: Message


class Suggestion(Frozen):
    """A scenario that stands at an edge; ``given`` is the whole case, ``expect`` what the rules answer."""

    file: ScenarioFile
    target: Target
    name: str
    given: Mapping[str, object]
    assume: Mapping[str, str]
    overlays: tuple[str, ...]
    as_of: str
    expect: tuple[tuple[str, str], ...]


_SUGGESTED = ("edge", "pause", "counting", "day", "reading", "figure")
"""The kinds for which a case can be made; what makes a rule hold that is no row of a table, somebody has to
think of.
"""


def suggest(
    runner: Runner, results: Sequence[Result], coverage: Coverage, say: Speech
) -> tuple[list[Suggestion], list[Unreached]]:
    """Return suggestions for what nothing exercises, where a case can be made; and what has none."""
    maker = _Maker(runner, results, coverage, say)
    found: list[Suggestion] = []
    left: list[Unreached] = []
    for target in coverage.missing():
        is_row = maker.rows.has(target)
        if is_row and target.name in maker.held:
            continue  # what is suggested for another row comes to this one, too
        if target.kind in _SUGGESTED or is_row:
            suggestion = maker.suggestion(target)
            if suggestion is None:
                left.append(Unreached(target, maker.why_none(target)))
            else:
                found.append(suggestion)
    return found, left


_WHOLE = 100_000_000
"""100 % in millionths of a percent, the unit of rates."""


class _Handle(Frozen):
    """A number that the case gives; the limited sum moves by ``rate`` of it (millionths of a percent)."""

    key: Key
    rate: int


class _Maker:
    """Looks for suggestions among the results of one run."""

    def __init__(self, runner: Runner, results: Sequence[Result], coverage: Coverage, say: Speech) -> None:
        self.runner = runner
        self.results = [one for one in results if one.decision is not None]
        self.coverage = coverage
        self.rows = Rows(self.results, coverage)
        self.held: set[str] = set()
        """The rules that hold in what has been suggested."""
        self.naming = Naming(coverage.book, say)
        self.say = say

    def suggestion(self, target: Target) -> Suggestion | None:
        self.tried = 0
        for one in self._tries(target):
            self.tried += 1
            decision = self.runner.judge(one.result.file, one.scenario, one.given, one.as_of)
            if decision is not None and self.coverage.exercises(decision, target):
                written = self._written(target, one, decision)
                if written.expect:  # a test has to expect something
                    self.held |= {one.name for one in self.coverage.rules_in(decision)}
                    return written
        return None

    def _tries(self, target: Target) -> Iterator[Try]:
        match target.kind:
            case "day":
                yield from (one for result in self.results for one in on_day(result, target, self.coverage))
            case "reading":
                yield from (one for result in self.results for one in read_as(result, target))
            case "figure":
                yield from (one for result in self.results for one in switched_on(result, target))
            case "pause":
                yield from self._standing(target)
            case "counting":
                yield from at_other_times(self.results, target)
            case "rule":
                yield from self.rows.tries(target)
            case _ if target.name in self.coverage.book.deadlines:
                yield from self._moved(target)
            case _:
                yield from self._changed(target)
                yield from (one for result in self.results for one in at_times(result, target, self.coverage))
                yield from (
                    one for result in self.results for one in with_records(result, target, self.coverage)
                )

    def why_none(self, target: Target) -> Message:
        """Say why the last target has no suggestion."""
        if self.tried:
            return message(
                "{count} cases were changed to reach it, and each reaches something else",
                count=self.tried,
            )
        match target.kind:
            case "pause":
                return message("no case has such a pause: write it by hand")
            case "day":
                return message("no case says when the act took place whose date decides it")
            case "reading" | "figure":
                return message("no case can be judged with it")
            case "rule":
                return message("no case to which the table applies can be changed so that it matches")
            case _ if target.name in self.coverage.book.deadlines:
                return message("its clock runs in none of the cases")
            case _ if any(self._is_compared(result, target) for result in self.results):
                return message("no case was found of which one number would have to change: write it by hand")
            case _:
                return message("no case to which the policy applies gives both sides of it")

    def _is_compared(self, result: Result, target: Target) -> bool:
        assert result.decision is not None
        amounts = result.decision.findings.amounts.items()
        return any(True for _ in self.coverage.distances(result.decision, target)) or any(
            id == target.name and one.exists is Truth.TRUE and isinstance(one.rounded, Known)
            for (id, _), one in amounts
        )

    # ---------- deadlines: another instant

    def _moved(self, target: Target) -> Iterator[Try]:
        """Return the edge of every clock of the deadline; those that nobody has met yet come first."""
        offset = next(number for number, side in SIDES.items() if side == target.side)
        found: list[tuple[bool, int, Try]] = []
        for result in self.results:
            assert result.decision is not None
            for (id, _), finding in result.decision.findings.deadlines.items():
                due = _number(finding.due)
                if id == target.name and due is not None and finding.exists is Truth.TRUE:
                    met = _number(finding.acted)
                    given = given_of(result.scenario)
                    found.append(
                        (met is not None, len(found), Try(result, result.scenario, given, due + offset))
                    )
        yield from (one for _, _, one in sorted(found, key=lambda one: one[:2]))

    def _standing(self, target: Target) -> Iterator[Try]:
        """Return the instants at which pauses begin and end, and the cases as they are."""
        for result in self.results:
            assert result.decision is not None
            given, whole = given_of(result.scenario), result.decision.findings.deadlines
            found = [one for (id, _), one in whole.items() if id == target.name]
            moments = {
                _number(one) for clock in found for pause in clock.pauses for one in (pause.begin, pause.end)
            }
            for moment in sorted(one for one in moments if one is not None):
                yield Try(result, result.scenario, given, moment)

    # ---------- limits: another sum of money

    def _changed(self, target: Target) -> Iterator[Try]:
        """Return cases whose given money is moved so that the limit is just reached."""
        offset = next(number for number, side in SIDES.items() if side == target.side)
        for result in self.results:
            assert result.decision is not None
            for handle, distance in self._handles(result.decision, target):
                given = _with_number(result, handle, offset - distance)
                if given is not None:
                    yield Try(result, result.scenario, given, result.decision.as_of)

    def _handles(self, decision: Decision, target: Target) -> Iterator[tuple[_Handle, int]]:
        """Return the given facts that move what is limited, and how far it is above its limit now."""
        book = decision.judged.rulebook
        for leaf, record, distance in self.coverage.distances(decision, target):
            if isinstance(leaf, Test):
                yield from ((one, distance) for one in self._moving(decision, leaf.ref, record))
        if target.name in book.amounts:
            yield from self._handles_of_amount(decision, target)

    def _handles_of_amount(self, decision: Decision, target: Target) -> Iterator[tuple[_Handle, int]]:
        amount = decision.judged.rulebook.amounts[target.name]
        for (id, record), finding in decision.findings.amounts.items():
            rounded = _number(finding.rounded)
            if id != target.name or rounded is None or finding.exists is not Truth.TRUE:
                continue
            limits: list[tuple[Span, int | None, State]] = []
            limits += [] if finding.floor is None else [(amount.span, rounded, finding.floor)]
            limits += [
                (cap.span, rounded, found.limit) for cap, found in zip(amount.caps, finding.caps, strict=True)
            ]
            limits += [
                (band.span, _number(finding.subtotal), found.limit)
                for band, found in zip(amount.bands, finding.bands, strict=True)
                if found.limit is not None
            ]
            for span, reached, state in limits:
                limit = _number(state)
                if span == target.span and limit is not None and reached is not None:
                    distance = reached - limit
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
        amount = decision.judged.rulebook.amounts[key[0]]
        if rate and amount.base is not None and not amount.times and not amount.divided_by:
            base = choose_operand(amount.base, decision.judged.readings)
            for handle in self._moving(decision, base, key[1]):
                yield replace(handle, rate=handle.rate * rate // _WHOLE)

    # ---------- writing down

    def _written(self, target: Target, one: Try, decision: Decision) -> Suggestion:
        zone = decision.judged.rulebook.zone
        return Suggestion(
            file=self._file(target, one.result.file),
            target=target,
            name=self._name(target),
            given=one.given,
            assume=one.scenario.assume,
            overlays=one.scenario.overlays,
            as_of=instant_text(one.as_of, zone),
            expect=tuple(self._expected(target, decision)),
        )

    def _file(self, target: Target, near: ScenarioFile) -> ScenarioFile:
        """Return the file of the policy that the target is of: there is one, or it is to be made."""
        book = self.coverage.book
        if target.kind in ("reading", "figure"):  # of no policy
            return near
        parts = (book.deadlines, book.amounts, book.rules, book.parameters, book.tables)
        policy = next((group[target.name].policy for group in parts if target.name in group), target.name)
        if near.policy == policy:
            return near
        there = [one.file for one in self.results if one.file.policy == policy]
        path = os.path.splitext(book.policies[policy].file)[0] + TESTS_ENDING
        return there[0] if there else ScenarioFile(path, near.rules, policy, ())

    def _name(self, target: Target) -> str:
        book, say = self.coverage.book, self.say
        if target.kind == "reading":
            assumption = book.assumptions[target.name]
            reading = next(one for one in assumption.readings if one.id == target.about)
            return say("{id} is read as: {reading}", id=target.name, reading=self.naming.text(reading.title))
        if target.kind == "figure":
            overlay = next(one for one in book.overlays if one.id == target.name)
            figures = self.naming.text(overlay.title)
            return say(
                "{title}: with the figures of {overlay}",
                title=self.naming.title(target.about),
                overlay=figures,
            )
        parts = (book.deadlines, book.amounts, book.rules, book.policies, book.parameters, book.tables)
        found = next(group[target.name] for group in parts if target.name in group)
        templates = _SIDES if target.name in book.deadlines else _LIMITS
        templates = {"day": _DAYS, "pause": _STANDING, "rule": _ROWS}.get(target.kind, templates)
        templates = _COUNTED[target.about] if target.kind == "counting" else templates
        return say(templates[target.side], title=self.naming.text(found.title), day=target.about)

    def _expected(self, target: Target, decision: Decision) -> Iterator[tuple[str, str]]:
        told: set[Key] = set()
        keys = (*_concerned(target, decision), *_applicable(decision)) or tuple(_silent(target, decision))
        for key in keys:
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
                return str(format_value(value, type, zone, decision.judged.rulebook.currency))
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
    names += [f"{target.name}.due"] if target.kind == "counting" else []
    names += [one for one in (target.name, target.about) if one in book.amounts or one in book.parameters]
    if target.name in book.rules:
        names += [one.fact.name for one in book.rules[target.name].then]
    if target.name in book.tables:
        names += [ref.name for ref in book.tables[target.name].gives]
    for name in names:
        yield from sorted((key for key in states if key[0] == name), key=lambda key: key[1] or 0)


def _applicable(decision: Decision) -> Iterator[Key]:
    for outcome in decision.outcomes:
        if outcome.status != "not_applicable":
            yield outcome.fact.path, outcome.record


def _silent(target: Target, decision: Decision) -> Iterator[Key]:
    """Return outcomes that do not apply, where nothing else can be expected: of a policy its own."""
    book = decision.judged.rulebook
    rules = [rule for rule in book.rules.values() if rule.policy == target.name] or book.rules.values()
    concluded = dict.fromkeys(one.fact.name for rule in rules for one in rule.then)
    for name in concluded:
        if (name, None) in decision.findings.states and book.facts[name].role == "outcome":
            yield name, None


def _number(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


def _with_number(result: Result, handle: _Handle, change: int) -> Mapping[str, object] | None:
    """Return the case in which what is limited moves by ``change`` smallest units; None below zero."""
    assert result.decision is not None and handle.rate
    book, value = result.decision.judged.rulebook, result.decision.case.values[handle.key]
    fact = book.facts[handle.key[0]]
    moved = change * _WHOLE // handle.rate
    if not isinstance(value, int) or value + moved < 0:
        return None
    root = given_of(result.scenario)
    put(
        root,
        result.decision,
        handle.key,
        str(format_value(value + moved, fact.type, book.zone, book.currency)),
    )
    return root


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
            lines += scenario_lines(one.name, one.given, one.as_of, one.expect, one.assume, one.overlays)
    return "".join(f"{line}\n" for line in lines)
