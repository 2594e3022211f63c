"""Who must or may do what, and who perhaps must."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.model.rulebook import Notice, Rule, TextByReading
from policyengine.outcome.assembly.ways import Ways
from policyengine.outcome.parts import NextStep, PossibleStep
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.target import Target
from policyengine.outcome.support import Support
from policyengine.semantics.findings import Known, State, Truth, Unknown


class Steps:
    """The next steps of one case."""

    def __init__(self, ways: Ways) -> None:
        """``ways`` are the findings, explained."""
        self.ways = ways
        self.book = ways.book
        self.findings = ways.findings
        self.explanation = ways.explanation

    def sure(self) -> Iterator[NextStep]:
        """Return those that are to be taken, duties first, by due instant."""
        steps = []
        for key in self.findings.firings:
            rule = self.book.rules[key[0]]
            steps += [self._step(notice, rule, key[1]) for notice in rule.notices]
        for key, refined in self._open_rules():
            if refined is not None and refined.state == Known(True):
                rule = self.book.rules[key[0]]
                steps += [self._step(notice, rule, key[1]) for notice in rule.notices]
        yield from sorted(steps, key=_by_due)

    def possible(self) -> Iterator[PossibleStep]:
        """Return those of which that is open, duties first."""
        found = []
        for key, refined in self._open_rules():
            if refined is not None and isinstance(refined.state, Unknown):
                rule = self.book.rules[key[0]]
                for notice in rule.notices:
                    step = self._step(notice, rule, key[1])
                    found.append(PossibleStep(replace(step, due=self._due_if_so(step, refined)), refined))
        yield from sorted(found, key=lambda one: _by_due(one.step))

    def _due_if_so(self, step: NextStep, refined: Refined) -> State | None:
        """Return until when a step is due in every way in which it is; unknown where they differ."""
        if step.notice.by is None or isinstance(step.due, Known):
            return step.due
        listed = self.book.deadlines[step.notice.by].listed
        name, record = f"{step.notice.by}.due", step.record if listed else None
        rule = (step.rule.id, step.record)
        dues = {
            findings.states[name, record]
            for _, findings in refined.leaves
            if findings.rules[rule].truth is Truth.TRUE
        }
        return dues.pop() if len(dues) == 1 else step.due

    def _open_rules(self) -> Iterator[tuple[Key, Refined | None]]:
        """Return the rules that tell somebody something and of which it is open whether they hold."""
        for key in self.findings.open_rules:
            if self.book.rules[key[0]].notices:
                yield key, self.ways.refined(Target("rule", key))

    def _step(self, notice: Notice, rule: Rule, record: int | None) -> NextStep:
        due: State | None = None
        if notice.by is not None:
            listed = self.book.deadlines[notice.by].listed
            due = self.findings.states[f"{notice.by}.due", record if listed else None]
        otherwise, assumption = notice.otherwise, ""
        if isinstance(otherwise, TextByReading):
            assumption = otherwise.assumption
            reading = self.explanation.readings[assumption]
            otherwise = next(text for name, text in otherwise.readings if name == reading)
        return NextStep(notice, rule, record, due, otherwise, assumption)

    def support_of(self, step: NextStep) -> Support:
        """Return what it rests on, in any way that was tried, that a step is to be taken."""
        key = (step.rule.id, step.record)
        support = self.explanation.support_of_rule(*key)
        if self.findings.rules[key].truth is Truth.TRUE:
            return support.leaning(self.explanation.leaning_of_rule(key))
        refined = self.ways.refined(Target("rule", key))
        explained = () if refined is None else self.ways.leaves(refined)
        united = self.ways.united([support, *(one.support_of_rule(*key) for one in explained)])
        if refined is None or isinstance(refined.state, Unknown):
            united = united.leaning(self.explanation.leaning_of_rule(key))
        return united.leaning(self.ways.leaning_of_rule(key))


_KINDS = ("duty", "permission", "warning", "advice")


def _by_due(step: NextStep) -> tuple[int, bool, int, str, int]:
    """Order next steps: duties first, then by due instant."""
    due = step.due.value if isinstance(step.due, Known) and isinstance(step.due.value, int) else 0
    return _KINDS.index(step.notice.kind), not due, due, step.rule.id, step.record or 0
