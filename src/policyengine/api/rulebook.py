"""A rulebook that judges cases, and how it is loaded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from policyengine.api.cases import GivenCase, NoCase, judged_at, read_given
from policyengine.api.decision import Decision
from policyengine.compile.plan import Plan
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.diagnostics.span import Span
from policyengine.engines.choice import ENGINES, ChosenEngine, EngineName, Load, choose_engine
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Judged
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.refiner import Refiner
from policyengine.outcome.refine.remembered import Remembered
from policyengine.outcome.turns import TURN, in_turn, kept
from policyengine.reading.case.reader import CaseReader, Settings
from policyengine.reading.case.values import parse_written
from policyengine.semantics.findings import Engine
from policyengine.values.faults import LiteralError
from policyengine.values.instants import check_instant
from policyengine.values.literals import ValueType

if TYPE_CHECKING:
    from policyengine.api.many import CaseResult
    from policyengine.engines.spot_check import SpotCheck
    from policyengine.model.lookup import Lookup


class Rulebook:
    """A rulebook that is ready to judge cases, under one choice of readings.

    Many threads can use one at a time, and the decisions that it gives: they take turns. ``jobs`` of
    :meth:`evaluate_many` uses more than one core.
    """

    def __init__(
        self,
        model: Model,
        chosen: ChosenEngine,
        readings: Mapping[str, str],
        plan: Plan,
        asked: EngineName = "auto",
        shared: Remembered | None = None,
    ) -> None:
        """Made by :func:`load_rulebook`; ``shared`` is what other rulebooks remember, too."""
        self.model = model
        self.engine = chosen.engine
        self.engine_version = chosen.version
        self.notice = chosen.notice
        self.readings = readings
        self.plan = plan
        self.reader = CaseReader(model)
        self._asked = asked
        self._explainer = Explainer(model, readings, plan)
        self._refiner = Refiner(self._explainer, chosen.engine, shared)
        self._for_many: Rulebook | None = None

    @property
    def id(self) -> str:
        """The name of the rulebook."""
        return self.model.id

    @property
    def version(self) -> str:
        """The version that the rulebook gives itself."""
        return self.model.version

    @property
    def digest(self) -> str:
        """What tells these rules from all others, overlays included."""
        return self.model.digest

    @property
    def lookup(self) -> Lookup:
        """What names and titles mean."""
        return self.reader.lookup

    @in_turn
    def evaluate(
        self,
        case: GivenCase,
        as_of: int | str | datetime | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Decision:
        """Return the decision about a case.

        ``case`` is a mapping, a text in JSON or YAML (a str that begins with ``{`` or has several lines, or
        bytes), the path of a file, or a case that was read. A mapping is nested as in JSON and may hold
        ``Decimal``, ``datetime`` (without a zone: in the rulebook's), ``date``, ``timedelta``, ``bool``,
        ``int`` and ``str``; a ``float`` is refused, for it is not exact. ``as_of`` is a datetime, a text
        (``2012-03-16 18:00``, read in the rulebook's zone) or whole seconds since 1970; without it the
        instant that the case gives under ``as_of`` counts, else now. ``settings`` replace facts, each under
        its name or title; an empty text takes one out.

        Raises FaultsFound, a ValueError, with all faults of the case, each with the field in its ``path``;
        TypeError and ValueError for arguments that cannot be meant.
        """
        usual = self.read_instant(as_of)
        changes = read_settings(settings)
        try:
            read, faults = read_given(self.reader, case, changes)
        except NoCase as fault:
            raise fault.python from None
        if read is None:
            raise FaultsFound(faults)
        return self.judge(read, judged_at(read, usual, as_of is not None), changes)

    def evaluate_many(
        self,
        cases: Iterable[GivenCase],
        as_of: int | str | datetime | None = None,
        settings: Mapping[str, object] | None = None,
        jobs: int | None = 1,
    ) -> Iterator[CaseResult]:
        """Judge many cases and return what came out for each, in their order, as it is asked for.

        The cases may come from anything that can be gone through, and are not held: with one process one is
        read at a time, else a few blocks. Faults of a case are in its result and do not stop the others. Each
        is judged as of what it says under ``as_of``, else as of the argument, else now (the same for all).
        ``jobs`` is how many processes judge; None is as many as there are cores. The compiled engine judges,
        unless :func:`load_rulebook` was asked for another.

        A script that asks for more than one process needs ``if __name__ == "__main__":`` around what it does,
        as Python's ``multiprocessing`` says.
        """
        from policyengine.api.many import judge_elsewhere, judge_here, read_results
        from policyengine.processes import cores

        if isinstance(cases, str | bytes | Mapping | Case | os.PathLike) or not isinstance(cases, Iterable):
            raise TypeError(f"cases are several, and this is one {type(cases).__name__}: give a list")
        if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int)):
            raise TypeError(f"jobs is a whole number or None, not a {type(jobs).__name__}")
        if jobs is not None and jobs < 1:
            raise ValueError(f"jobs is at least 1, not {jobs}")
        usual = self.read_instant(as_of)
        changes = read_settings(settings)
        rulebook = self.for_many()
        results = read_results(rulebook, cases, usual, changes)
        if jobs == 1:
            return judge_here(results, rulebook.spot_check(later=True))
        return judge_elsewhere(rulebook, results, rulebook._asked, jobs or cores())

    def for_many(self) -> Rulebook:
        """Return this rulebook with the engine that judges many cases fastest, unless one was asked for."""
        if self._asked != "auto":
            return self
        with TURN:
            if self._for_many is None:
                self._for_many = prepare(self.model, self.readings, "compiled", self.plan, "many")
        return self._for_many

    @kept
    def _judged(self) -> Judged:
        """How cases are judged of which nothing is set otherwise than they say."""
        return Judged(self.model, self.readings, (), self.engine.name, self.engine_version)

    @in_turn
    def judge(self, case: Case, as_of: int, settings: Settings = (), refine: bool = True) -> Decision:
        """Return the decision about a case that has been read, at an instant in epoch seconds.

        ``refine`` finds out what is still possible where something is undetermined, by trying what the case
        could still say; without it, more stays undetermined than has to.
        """
        findings = self.engine.run(case, as_of)
        judged = self._judged
        if settings:
            changes = tuple((self.reader.name_of(name), literal) for name, literal in settings)
            judged = replace(judged, settings=changes)
        refinement = Refinement(self._refiner, case, as_of, findings) if refine else None
        return Decision(self, case, as_of, judged, findings, self._explainer, refinement)

    def part(self, nodes: Iterable[str], shared: Remembered | None = None) -> Rulebook:
        """Return this rulebook for questions about some nodes only; it may find out nothing about others.

        ``nodes`` are those of :mod:`policyengine.semantics.strata`. Rulebooks with the same ``shared`` find
        out once what is the same in all of them.
        """
        behind = frozenset[str]().union(*map(self._refiner.footprints.nodes, nodes))
        chosen = ChosenEngine(self.engine.part(behind), self.engine_version, self.notice)
        return Rulebook(self.model, chosen, self.readings, self.plan, self._asked, shared)

    def spot_check(self, later: bool = False) -> SpotCheck:
        """Return what judges some of many cases again with another engine: the first, unless ``later``."""

        def make() -> Engine:
            try:
                return choose_engine(self.model, self.readings, self.plan, "durable", "one").engine
            except EngineUnavailable:
                return choose_engine(self.model, self.readings, self.plan, "reference", "one").engine

        from policyengine.engines.durable.ruleset import EngineUnavailable
        from policyengine.engines.spot_check import SpotCheck

        return SpotCheck(make, later)

    def read_instant(self, text: int | str | datetime | None) -> int:
        """Return an instant in epoch seconds; None is now. Raises FaultsFound and TypeError."""
        if text is None:
            return int(time.time())
        if isinstance(text, bool) or not isinstance(text, int | str | date):
            raise TypeError(
                f"an instant is not a {type(text).__name__}: give a datetime, a text such as "
                "'2012-03-16 18:00', or whole seconds since 1970"
            )
        try:
            if isinstance(text, int):
                return check_instant(text, self.model.zone)
            value = parse_written(str(text), ValueType.INSTANT, self.model)
        except LiteralError as fault:
            raise FaultsFound([error("bad-value", fault.message, Span("as_of"), fault.help)]) from None
        assert isinstance(value, int)
        return value

    def read_case(
        self,
        text: str,
        file: str,
        first_line: int = 1,
        settings: Settings = (),
        is_line: bool = False,
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a text in JSON or YAML, or None, and everything that is wrong with it.

        ``is_line``: it is one of many in its file, and so JSON.
        """
        return self.reader.read(text, file, first_line, settings, is_line)

    def __repr__(self) -> str:
        digest = self.digest.partition(":")[2][:12]
        return f"<Rulebook {self.id} {self.version} ({digest}), judged by {self.engine.name}>"


def read_settings(settings: Mapping[str, object] | None) -> tuple[tuple[str, str], ...]:
    """Return settings as pairs of names and literals, by name. Raises TypeError and FaultsFound."""
    if settings is None:
        return ()
    if not isinstance(settings, Mapping):
        raise TypeError(f"settings are a mapping of names to values, not a {type(settings).__name__}")
    from policyengine.syntax.mapping_reader import MappingReader  # not for commands

    reader = MappingReader("settings", of_program=True)
    read = reader.read(settings)
    assert isinstance(read, dict)
    changes = {}
    for name, value in read.items():
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, str):
            changes[name] = str(value)
        elif not reader.faults:
            what = message(
                "a setting is a single value, and this has the Python type `{type}`",
                type=type(value).__name__,
            )
            help = message("give a text; an empty one removes the fact")
            reader.faults.append(replace(error("wrong-type", what, reader.span, help), path=name))
    if reader.faults:
        raise FaultsFound(reader.faults)
    return tuple(sorted(changes.items()))


def load_rulebook(
    path: str | os.PathLike[str] | None = None,
    *,
    assume: Mapping[str, str] | None = None,
    overlays: Iterable[str] = (),
    engine: EngineName = "auto",
) -> Rulebook:
    """Load the rulebook in a folder, ready to judge cases; without a folder, the one that is shipped.

    ``assume`` chooses other readings than the defaults (``{"A-11": "intervention"}``), ``overlays`` switches
    overlay files on. ``engine``: by itself durable-rules where it can be imported, else the compiled engine,
    with a RuntimeWarning. Raises FaultsFound, a ValueError, with everything that is wrong with the files;
    ValueError and TypeError for arguments that cannot be meant; EngineUnavailable for an engine that cannot
    run here.
    """
    if isinstance(overlays, Iterable) and not isinstance(overlays, str):
        overlays = tuple(overlays)  # it may be gone through only once
    _check_asked(path, assume, overlays, engine)
    from policyengine.loading.load import load_model  # reading rule files is slow, and often a cache answers

    loaded = load_model(_shipped() if path is None else os.fspath(path), tuple(overlays))
    if loaded.rulebook is None:
        raise FaultsFound(loaded.diagnostics)
    rulebook = prepare(loaded.rulebook, assume or {}, engine, loaded.plan)
    if rulebook.notice is not None:
        import warnings  # hardly ever needed

        warnings.warn(str(rulebook.notice), RuntimeWarning, stacklevel=2)
    return rulebook


def _check_asked(path: object, assume: object, overlays: object, engine: object) -> None:
    """Raise TypeError or ValueError for arguments of `load_rulebook` that cannot be meant."""
    if path is not None and not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"a rulebook is named by the str or Path of its folder, not by a {type(path).__name__}"
        )
    if assume is not None and not isinstance(assume, Mapping):
        raise TypeError(
            f'assume is a mapping such as {{"A-11": "intervention"}}, not a {type(assume).__name__}'
        )
    if assume is not None and not all(isinstance(one, str) for pair in assume.items() for one in pair):
        raise TypeError('assume names readings by texts, such as {"A-11": "intervention"}')
    if isinstance(overlays, str):
        raise TypeError(f"overlays are names in a list, such as [{overlays!r}]")
    if not isinstance(overlays, Iterable) or not all(isinstance(one, str) for one in overlays):
        raise TypeError('overlays are names in a list, such as ["late_5pct_1_30"]')
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; choose from {', '.join(ENGINES)}")


def _shipped() -> str:
    """Return the folder of the rulebook that is shipped."""
    from policyengine.reading.file_names import rulebooks_in
    from policyengine.resources import data_directory

    (only,) = rulebooks_in(data_directory("rules"))
    return only


def prepare(
    model: Model,
    assume: Mapping[str, str],
    engine: EngineName = "auto",
    plan: Plan | None = None,
    load: Load = "one",
) -> Rulebook:
    """Return a typed rulebook ready to judge cases. Raises FaultsFound for readings that do not exist.

    ``plan`` is that of the rulebook, where it has been made already; ``load`` is how much is to be judged.
    """
    readings = choose_readings(model, assume)
    if plan is None:
        from policyengine.compile.lower import lower_rulebook

        plan = lower_rulebook(model)
    return Rulebook(model, choose_engine(model, readings, plan, engine, load), readings, plan, engine)


def choose_readings(model: Model, assume: Mapping[str, str]) -> dict[str, str]:
    """Return the reading of every assumption: the default, or the one asked for. Raises FaultsFound."""
    faults = [
        fault for id, reading in sorted(assume.items()) for fault in _reading_faults(model, id, reading)
    ]
    if faults:
        raise FaultsFound(faults)
    return {id: assume.get(id, one.default) for id, one in model.assumptions.items()}


def _reading_faults(model: Model, id: str, reading: str) -> list[Diagnostic]:
    place = Span(f"--assume {id}={reading}")
    assumption = model.assumptions.get(id)
    if assumption is None:
        what = message("there is no assumption `{name}`", name=id)
        return [
            error(
                "unknown-assumption",
                what,
                place,
                message("choose from: {words}", words=", ".join(model.assumptions)),
            )
        ]
    known = [one.id for one in assumption.readings]
    if reading in known:
        return []
    what = message("{id} has no reading `{reading}`", id=id, reading=reading)
    help = did_you_mean(reading, known) or message("write one of: {words}", words=", ".join(known))
    return [error("unknown-reading", what, place, help)]
