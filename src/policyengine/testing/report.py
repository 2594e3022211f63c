"""What the scenarios came to, for people: failures with expected, got and why; then what is covered."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic, marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision
from policyengine.render.layout import Paint, Row, Tone, table
from policyengine.render.naming import NO_VALUES, Naming
from policyengine.render.report import render_report
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import State, Unknown
from policyengine.syntax.files import read_text
from policyengine.testing.coverage import Coverage
from policyengine.testing.read import expected_value
from policyengine.testing.run import Extra, Failure, NotBecause, NotRefused, Refused, Result, Unexpected
from policyengine.testing.scenarios import Expectation, Scenario, ScenarioFile
from policyengine.testing.suggest import Unreached
from policyengine.testing.targets import Covered, Target
from policyengine.values.escaping import printable
from policyengine.values.literals import instant_text

_KINDS = {
    "rule": marked("rules that held"),
    "condition": marked("conditions both ways"),
    "edge": marked("edges of deadlines and limits"),
    "pause": marked("deadlines with and without a pause"),
    "counting": marked("counting options, both ways"),
    "day": marked("days on which something begins or ends"),
    "reading": marked("readings of assumptions"),
    "figure": marked("figures of overlays"),
}
_MISSING = {
    ("rule", "holds"): marked("no case in which `{name}` holds"),
    ("rule", "otherwise"): marked("no case in which no rule gives `{about}` its value"),
    ("rule", "alone"): marked("no case in which `{name}` alone counts for `{about}`"),
    ("rule", "together"): marked("no case in which `{name}` counts for `{about}` together with another rule"),
    ("condition", "yes"): marked("`{name}`: no case in which this is true: {text}"),
    ("condition", "no"): marked("`{name}`: no case in which this is false: {text}"),
    ("deadline", "before"): marked("`{name}`: no case one second before its end"),
    ("deadline", "at"): marked("`{name}`: no case exactly at its end"),
    ("deadline", "after"): marked("`{name}`: no case one second after its end"),
    ("edge", "before"): marked("`{name}`: no case one below the limit: {text}"),
    ("edge", "at"): marked("`{name}`: no case exactly at the limit: {text}"),
    ("edge", "after"): marked("`{name}`: no case one above the limit: {text}"),
    ("pause", "none"): marked("`{name}`: no case in which its clock is not paused"),
    ("pause", "over"): marked("`{name}`: no case in which its clock runs on after a pause"),
    ("pause", "open"): marked("`{name}`: no case in which its clock is paused"),
    ("counting", "moved"): marked("`{name}`: no case in which `{about}` moves its end"),
    ("counting", "still"): marked("`{name}`: no case in which `{about}` leaves its end as it is"),
    ("day", "first"): marked("`{name}`: no case on {about}, the first day"),
    ("day", "before"): marked("`{name}`: no case on {about}, the day before it begins"),
    ("day", "last"): marked("`{name}`: no case on {about}, the last day"),
    ("day", "after"): marked("`{name}`: no case on {about}, the day after it has ended"),
    ("reading", "read"): marked("`{name}`: no case that rests on the reading `{about}`"),
    ("figure", "used"): marked("`{name}`: no case that rests on its figure of `{about}`"),
}


class Reporter:
    """Puts results into words."""

    def __init__(self, say: Speech, color: bool = False, verbose: bool = False) -> None:
        """``verbose`` also names the scenarios that hold."""
        self.say = say
        self.paint = Paint(color)
        self.color = color
        self.verbose = verbose

    # ---------- results

    def results(self, results: Sequence[Result]) -> str:
        """Return the failures by file and scenario, and a line that counts."""
        lines: list[str] = []
        for file, scenarios in _grouped(results):
            shown = [line for one, checks in scenarios for line in self._scenario(one, checks)]
            if shown:
                lines += [self.paint(os.path.normpath(file.path), "title"), *shown, ""]
        return "".join(f"{line}\n" for line in [*lines, self._count(results)])

    def _count(self, results: Sequence[Result]) -> str:
        scenarios = {(one.file.path, one.scenario.span) for one in results}
        failed = {(one.file.path, one.scenario.span) for one in results if one.failures}
        words = self.say(
            "cases: {cases}, checks: {checks}, failed: {failed}",
            cases=len(scenarios),
            checks=len(results),
            failed=len(failed),
        )
        return self.paint(words, "bad" if failed else "good")

    def _scenario(self, scenario: Scenario, results: Sequence[Result]) -> Iterator[str]:
        failing = [one for one in results if one.failures]
        name = printable(scenario.name)
        if not failing:
            if self.verbose:
                yield self.paint(f"  ✔ {name}", "good")
            return
        yield self.paint(f"  ✘ {name}", "bad") + self.paint(self._place(scenario.span.line), "faint")
        for result in failing:
            yield from self._check(result)

    def _place(self, line: int) -> str:
        return self.say("  (line {line})", line=line)

    def _check(self, result: Result) -> Iterator[str]:
        if result.check is not None and result.decision is not None:
            zone = result.decision.judged.rulebook.zone
            moment = instant_text(result.check.as_of, zone)
            yield self.say("      as of {instant}", instant=moment) + self.paint(
                self._place(result.check.span.line), "faint"
            )
        for failure in result.failures:
            yield from (f"        {line}" for line in self.failure(result, failure))

    def failure(self, result: Result, failure: Failure) -> list[str]:
        """Return one failure: what was expected, what came out, and why."""
        match failure:
            case Unexpected(expectation, got):
                assert result.decision is not None
                return list(self._unexpected(result.decision, expectation, got))
            case NotBecause():
                assert result.decision is not None
                return list(self._not_because(result.decision, failure))
            case Extra(key, got):
                assert result.decision is not None
                naming = self._naming(result.decision)
                path = format_key(result.decision.judged.rulebook, key)
                return [
                    self.say(
                        "{name}: not expected, and it is {value}",
                        name=path,
                        value=self._state(naming, got, key[0]),
                    )
                ]
            case Refused(diagnostics):
                return [self.say("the case has errors:"), *self._diagnostics(diagnostics)]
            case NotRefused(wanted, found):
                return [
                    self.say("the case should be refused for: {codes}", codes=", ".join(wanted)),
                    self.say("it is refused for: {codes}", codes=", ".join(found) or self.say("nothing")),
                ]

    def _diagnostics(self, diagnostics: Iterable[Diagnostic]) -> list[str]:
        return [f"  {line}" for line in render_report(diagnostics, self.say, self.color).splitlines()]

    def _naming(self, decision: Decision) -> Naming:
        return Naming(decision.judged.rulebook, self.say)

    def _unexpected(self, decision: Decision, expectation: Expectation, got: State | None) -> Iterator[str]:
        naming = self._naming(decision)
        title = naming.title(expectation.key[0])
        yield f"{expectation.written}  {title}" if title != expectation.written else title
        yield "  " + self.say("expected: {value}", value=self._expected(decision, expectation))
        if got is None:
            yield "  " + self.say("got: there is no such record at that time")
            return
        value = self._state(naming, got, expectation.key[0])
        yield "  " + self.paint(self.say("got: {value}", value=value), "bad")
        if expectation.key in decision.findings.states:
            why = Chain(decision, self.say, self.color).why(expectation.key).splitlines()
            yield from (f"  {line}" for line in why[1:])

    def _expected(self, decision: Decision, expectation: Expectation) -> str:
        if expectation.literal in NO_VALUES:
            return self.say(NO_VALUES[expectation.literal])
        value = expected_value(decision.judged.rulebook, expectation)
        return self._naming(decision).value(value, expectation.key[0])

    def _state(self, naming: Naming, state: State, name: str) -> str:
        if isinstance(state, Unknown):
            return self.say("undetermined; {waits}", waits=naming.waits(state.waits))
        words = {"Absent": self.say("not applicable"), "Conflict": self.say("conflict")}
        return words.get(type(state).__name__) or naming.state(state, name)

    def _not_because(self, decision: Decision, failure: NotBecause) -> Iterator[str]:
        book, named = decision.judged.rulebook, failure.because.rule
        rule = book.tables[named] if named in book.tables else book.rule(named)
        title = self._naming(decision).text(rule.title)
        yield self.say(
            "because of `{rule}` ({title}): it does not hold", rule=failure.because.written, title=title
        )
        if not rule.policy:  # another rule gives the value, as expectations tell
            return
        for key in failure.keys[:3]:
            why = Chain(decision, self.say, self.color).why_not(key).splitlines()
            yield from (f"  {line}" for line in why[1:])

    # ---------- coverage

    def coverage(self, coverages: Sequence[Coverage], details: bool) -> str:
        """Return how much is covered of each rulebook, and in detail what is not."""
        lines: list[str] = []
        for one in coverages:
            lines += [
                "",
                self.say("Coverage of {title}", title=Naming(one.book, self.say).text(one.book.title)),
            ]
            lines += table((self._covered(kind) for kind in one.summary()), self.paint)
            if details:
                lines += self._missing(one)
        return "".join(f"{line}\n" for line in lines)

    def _covered(self, covered: Covered) -> Row:
        tone: Tone = "good" if covered.is_complete else "open"
        return Row(
            (self.say(_KINDS[covered.kind]), "plain"),
            (f"{covered.covered}/{covered.total}", "plain"),
            (percent(covered), tone),
        )

    def _missing(self, coverage: Coverage) -> Iterator[str]:
        texts = _Lines()
        for target in coverage.missing():
            yield self._place_of(target) + "  " + self._told(coverage, target, texts)

    def unreached(self, coverage: Coverage, left: Sequence[Unreached]) -> str:
        """Return what no case could be suggested for, each with the reason."""
        texts = _Lines()
        lines = (
            self.say(
                "{place}  {what}; none is suggested: {why}",
                place=self._place_of(one.target),
                what=self._told(coverage, one.target, texts),
                why=self.say.message(one.why),
            )
            for one in left
        )
        return "".join(f"{line}\n" for line in lines)

    def _place_of(self, target: Target) -> str:
        return self.paint(f"  {os.path.normpath(target.span.file)}:{target.span.line}", "faint")

    def _told(self, coverage: Coverage, target: Target, texts: _Lines) -> str:
        is_end = target.kind == "edge" and target.name in coverage.book.deadlines
        template = _MISSING["deadline" if is_end else target.kind, target.side]
        return self.say(template, name=target.name, about=target.about, text=texts.told(target))


def percent(covered: Covered) -> str:
    """Return the share as a percentage with one place, never rounded up to 100."""
    permille = covered.covered * 1000 // covered.total if covered.total else 1000
    return f"{permille // 10}.{permille % 10} %"


def _grouped(
    results: Sequence[Result],
) -> Iterator[tuple[ScenarioFile, list[tuple[Scenario, list[Result]]]]]:
    files: dict[str, tuple[ScenarioFile, dict[int, tuple[Scenario, list[Result]]]]] = {}
    for one in results:
        _, scenarios = files.setdefault(one.file.path, (one.file, {}))
        scenarios.setdefault(id(one.scenario), (one.scenario, []))[1].append(one)
    for file, scenarios in files.values():
        yield file, list(scenarios.values())


class _Lines:
    """The lines of rule files, each file read once."""

    def __init__(self) -> None:
        self._files: dict[str, Sequence[str]] = {}

    def text(self, target: Target) -> str:
        """Return what is written where a target stands, on its first line."""
        span = target.span
        lines = self._files.get(span.file)
        if lines is None:
            lines = self._files[span.file] = (read_text(span.file, regular=True)[0] or "").splitlines()
        line = lines[span.line - 1] if span.line <= len(lines) else ""
        end = span.end_column - 1 if span.end_line == span.line else None
        return printable(line[span.column - 1 : end].strip())

    def told(self, target: Target) -> str:
        """Return the name of what is asked about and what it is compared with."""
        written = self.text(target)
        if not target.about or not written or written in target.about:
            return target.about or written
        return f"{target.about}: {written}"
