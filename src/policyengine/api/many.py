"""Judging many cases, one after the other or in several processes; answers come in the order of the cases."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from policyengine.api.answers import Answer, AnswerData
from policyengine.api.cases import NoCase, judged_at, read_given
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, error
from policyengine.diagnostics.span import Span
from policyengine.engines.choice import EngineName
from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.turns import TURN
from policyengine.processes import run_blocks
from policyengine.reading.case.reader import Settings
from policyengine.values.literals import local_time

if TYPE_CHECKING:
    from policyengine.api.decision import Decision
    from policyengine.api.rulebook import Rulebook
    from policyengine.engines.spot_check import SpotCheck

_BLOCK = 16
"""So many cases go to another process at once: one alone takes less time than the way there."""

_LOST = (
    'a process that judges was lost: a script that has several needs `if __name__ == "__main__":` around '
    "what it does; if memory ran out, give fewer `jobs`"
)


class CaseResult:
    """What came out for one of many cases: its answers, or the faults for which it was not judged.

    ``number`` counts the cases from 0. ``faults`` is empty where the case was judged. ``result[name]`` is the
    :class:`Answer` under the name of an outcome, as ``decision[name]`` is; other names and reasons are asked
    of ``decision``.
    """

    def __init__(
        self,
        number: int,
        case: Case | None,
        faults: tuple[Diagnostic, ...],
        as_of: int,
        judge: Callable[[Case, int], Decision],
        model: Model,
    ) -> None:
        """Made by ``Rulebook.evaluate_many``."""
        self.number = number
        self.case = case
        self.faults = faults
        self._as_of = as_of
        self._judge = judge
        self._model = model
        self._decision: Decision | None = None
        self._answers: dict[str, Answer] | None = None

    @property
    def case_id(self) -> str | None:
        """What the case calls itself; None where it could not be read."""
        return None if self.case is None else self.case.id

    @property
    def as_of(self) -> datetime:
        """The instant as of which it is judged."""
        return local_time(self._as_of, self._model.zone)

    @property
    def decision(self) -> Decision:
        """The whole decision. Raises FaultsFound where there is none.

        Of a case that was judged in another process it is found again in this one, when it is asked for.
        """
        if self.case is None:
            raise FaultsFound(self.faults)
        with TURN:
            if self._decision is None:
                self._decision = self._judge(self.case, self._as_of)
        return self._decision

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers of all outcomes by name; none where the case was not judged."""
        if self.case is None:
            return {}
        with TURN:
            if self._answers is None:
                self.take(answers_of(self.decision))
        assert self._answers is not None
        return self._answers

    def take(self, found: Iterable[AnswerData]) -> None:
        """Take over the answers that another process found."""
        book = self._model
        self._answers = {format_key(book, one.key): Answer(one, book, lambda: self.decision) for one in found}

    def __getitem__(self, name: str) -> Answer:
        """Return the answer under a name. Raises KeyError, and FaultsFound where the case was not judged."""
        found = self.answers.get(name)
        return self.decision[name] if found is None else found

    def __repr__(self) -> str:
        if self.case is None:
            return f"<CaseResult {self.number}: {len(self.faults)} faults>"
        return f"<CaseResult {self.number}: {self.case.id!r}>"


def answers_of(decision: Decision) -> tuple[AnswerData, ...]:
    """Return the answers of all outcomes."""
    return tuple(decision.answer_data((one.fact.path, one.record)) for one in decision.outcomes)


def read_results(
    rulebook: Rulebook, cases: Iterable[object], usual: int, settings: Settings
) -> Iterator[CaseResult]:
    """Read cases, one after the other: each says itself as of when, else the usual instant counts."""
    for number, one in enumerate(cases):
        with TURN:
            case, faults = _read(rulebook, one, settings, number)
        as_of = usual if case is None else judged_at(case, usual, False)
        yield CaseResult(number, case, tuple(faults), as_of, _judging(rulebook, settings), rulebook.model)


def _judging(rulebook: Rulebook, settings: Settings) -> Callable[[Case, int], Decision]:
    return lambda case, as_of: rulebook.judge(case, as_of, settings)


def _read(
    rulebook: Rulebook, given: object, settings: Settings, number: int
) -> tuple[Case | None, list[Diagnostic]]:
    name = f"cases[{number}]"
    try:
        return read_given(rulebook.reader, given, settings, name)
    except NoCase as fault:
        return None, [error("wrong-type", fault.what, Span(name), fault.help)]


def judge_here(results: Iterable[CaseResult], checker: SpotCheck) -> Iterator[CaseResult]:
    """Judge the cases in this process, each when it is asked for."""
    for one in results:
        if one.case is not None:
            checker.check(one.case, one.decision.as_of, one.decision.findings)
        yield one


def judge_elsewhere(
    rulebook: Rulebook, results: Iterable[CaseResult], engine: EngineName, jobs: int
) -> Iterator[CaseResult]:
    """Judge the cases in so many processes. Raises RuntimeError if one of them is lost."""
    import pickle
    from concurrent.futures.process import BrokenProcessPool
    from contextlib import closing
    from multiprocessing import current_process
    from tempfile import TemporaryDirectory

    # A process that is just starting runs the script again, and would wait for others for ever.
    if getattr(current_process(), "_inheriting", False):
        raise RuntimeError(_LOST)
    sent = (rulebook.model, dict(rulebook.readings), engine, rulebook.plan)
    waiting: list[list[CaseResult]] = []
    # In a file: whoever starts a process that ends at once would wait for ever to hand it so much.
    with TemporaryDirectory(prefix="policyengine-") as folder:
        task = _Task(os.path.join(folder, "rulebook"))
        with open(task.path, "wb") as file:
            pickle.dump(sent, file, pickle.HIGHEST_PROTOCOL)
        try:
            # Whoever asks no further lets the processes end before their file goes away.
            with closing(run_blocks(task, _blocks(results, waiting), jobs)) as done:
                for _, found in done:
                    for one, answers in zip(waiting.pop(0), found, strict=True):
                        if answers is not None:
                            one.take(answers)
                        yield one
        except BrokenProcessPool:
            raise RuntimeError(_LOST) from None


_Sent = tuple[Case | None, int]


def _blocks(results: Iterable[CaseResult], waiting: list[list[CaseResult]]) -> Iterator[list[_Sent]]:
    """Return what is sent of the cases, and keep the rest waiting here."""
    rest = iter(results)
    while block := list(islice(rest, _BLOCK)):
        waiting.append(block)
        yield [(one.case, one._as_of) for one in block]


class _Task(Frozen):
    """What another process needs to judge: a file that this one has just written, and nobody else may."""

    path: str

    def start(self) -> Callable[[list[_Sent]], list[tuple[AnswerData, ...] | None]]:
        """Return what judges a block."""
        import pickle

        from policyengine.api.rulebook import prepare

        with open(self.path, "rb") as file:
            model, readings, engine, plan = pickle.load(file)
        rulebook = prepare(model, readings, engine, plan, "many")
        checker = rulebook.spot_check(later=True)

        def answers(case: Case, as_of: int) -> tuple[AnswerData, ...]:
            decision = rulebook.judge(case, as_of)
            checker.check(case, as_of, decision.findings)
            return answers_of(decision)

        def judge(block: list[_Sent]) -> list[tuple[AnswerData, ...] | None]:
            return [None if case is None else answers(case, as_of) for case, as_of in block]

        return judge
