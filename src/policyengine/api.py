"""The public door of the library: load a rulebook, evaluate cases."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from policyengine.compile.plan import Plan
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.diagnostics.span import Span
from policyengine.engines.choice import ENGINES, ChosenEngine, EngineName, Load, choose_engine
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Decision, Judged
from policyengine.outcome.explain import Explainer, Explanation
from policyengine.outcome.refine.search import Refinement, Refiner
from policyengine.reading.case.reader import CaseReader, Settings
from policyengine.semantics.findings import Engine
from policyengine.values.faults import LiteralError
from policyengine.values.instants import check_instant
from policyengine.values.literals import ValueType
from policyengine.values.parse import parse_literal

if TYPE_CHECKING:
    from policyengine.engines.spot_check import SpotCheck


class Rulebook:
    """A rulebook that is ready to judge cases, under one choice of readings."""

    def __init__(self, model: Model, chosen: ChosenEngine, readings: Mapping[str, str], plan: Plan) -> None:
        """Made by :func:`load_rulebook`."""
        self.model = model
        self.engine = chosen.engine
        self.engine_version = chosen.version
        self.notice = chosen.notice
        self.readings = readings
        self.plan = plan
        self._reader = CaseReader(model)
        self._explainer = Explainer(model, readings, plan)
        self._refiner = Refiner(self._explainer, chosen.engine.run)

    def evaluate(
        self,
        case: Case | Mapping[str, object] | str | os.PathLike[str],
        as_of: int | str | datetime | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Decision:
        """Return the decision about a case: the path of a JSON file, a mapping as JSON has it, or a read one.

        ``as_of`` is an instant in epoch seconds or as a literal (``2012-03-16 18:00``, read in the rulebook's
        zone) or as a datetime; without it, now. ``settings`` replace facts of the case, each under its name
        or title. A mapping may hold dates, datetimes (without a zone: in the rulebook's) and decimals. Raises
        FaultsFound; a fault in a case names the field in its ``path``.
        """
        instant = self.read_instant(as_of)
        changes = read_settings(settings or {})
        return self.judge(self._read(case, changes), instant, changes)

    def judge(self, case: Case, as_of: int, settings: Settings = (), refine: bool = True) -> Decision:
        """Return the decision about a case that has been read, at an instant in epoch seconds.

        ``refine`` finds out what is still possible where something is undetermined, by trying what the case
        could still say; without it, more stays undetermined than has to.
        """
        findings = self.engine.run(case, as_of)
        changes = tuple((self._reader.name_of(name), literal) for name, literal in settings)
        judged = Judged(self.model, self.readings, changes, self.engine.name, self.engine_version)
        explanation = Explanation(self._explainer, case, as_of, findings)
        refinement = Refinement(self._refiner, case, as_of, findings) if refine else None
        return Decision(case, as_of, judged, findings, explanation, refinement)

    def spot_check(self) -> SpotCheck:
        """Return what judges one of many cases again with another engine, and the first."""

        def make() -> Engine:
            try:
                return choose_engine(self.model, self.readings, self.plan, "durable", "one").engine
            except EngineUnavailable:
                return choose_engine(self.model, self.readings, self.plan, "reference", "one").engine

        from policyengine.engines.durable.ruleset import EngineUnavailable
        from policyengine.engines.spot_check import SpotCheck

        return SpotCheck(make)

    def read_instant(self, text: int | str | datetime | None) -> int:
        """Return an instant in epoch seconds; None is now. Raises FaultsFound."""
        if text is None:
            return int(time.time())
        if isinstance(text, bool) or not isinstance(text, int | str | date):
            what = message(
                "an instant cannot be a value of the Python type `{type}`", type=type(text).__name__
            )
            help = message("give whole seconds since 1970, a text such as `2012-03-16 18:00`, or a datetime")
            raise FaultsFound([error("wrong-type", what, Span("as_of"), help)])
        try:
            if isinstance(text, int):
                return check_instant(text, self.model.zone)
            value = parse_literal(str(text), ValueType.INSTANT, self.model.zone, self.model.currency)
        except LiteralError as fault:
            raise FaultsFound([error("bad-value", fault.message, Span("as_of"), fault.help)]) from None
        assert isinstance(value, int)
        return value

    def read_case(
        self, text: str, file: str, first_line: int = 1, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a JSON text, or None, and everything that is wrong with it."""
        return self._reader.read(text, file, first_line, settings)

    def _read(self, case: Case | Mapping[str, object] | str | os.PathLike[str], settings: Settings) -> Case:
        if isinstance(case, Case):
            return case
        if isinstance(case, os.PathLike):
            case = os.fspath(case)
        if isinstance(case, str):
            from policyengine.syntax.files import read_text  # only for callers who name files

            text, faults = read_text(case)
            read, more = (None, []) if text is None else self.read_case(text, case, settings=settings)
            faults = [*faults, *more]
        else:
            read, faults = self._reader.read_plain(case, "case", settings)
        if read is None:
            raise FaultsFound(faults)
        return read


def read_settings(settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return settings as pairs of names and literals, by name. Raises FaultsFound."""
    from policyengine.syntax.mapping_reader import MappingReader  # not for commands

    reader = MappingReader("settings")
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
                "a setting is one value, and this is of the Python type `{type}`", type=type(value).__name__
            )
            help = message("give a text; an empty one takes the fact out")
            reader.faults.append(replace(error("wrong-type", what, reader.span, help), path=name))
    if reader.faults:
        raise FaultsFound(reader.faults)
    return tuple(sorted(changes.items()))


def load_rulebook(
    path: str | os.PathLike[str],
    *,
    assume: Mapping[str, str] | None = None,
    overlays: Sequence[str] = (),
    engine: EngineName = "auto",
) -> Rulebook:
    """Load the rulebook in a directory, ready to judge cases.

    ``assume`` chooses other readings than the defaults (``{"A-11": "intervention"}``), ``overlays`` switches
    overlay files on. ``engine``: by itself durable-rules where it can be imported, else the compiled engine,
    with a RuntimeWarning; whoever judges many cases asks for ``"compiled"``. Raises ValueError for an engine
    that does not exist, TypeError for ``overlays`` that are one text, EngineUnavailable for an engine that
    cannot run here, and FaultsFound with everything that is wrong with the files.
    """
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; choose from {', '.join(ENGINES)}")
    if isinstance(overlays, str):
        raise TypeError(f"overlays are names in a list, such as [{overlays!r}]")
    from policyengine.loading.load import load_model  # reading rule files is slow, and often a cache answers

    loaded = load_model(os.fspath(path), tuple(overlays))
    if loaded.rulebook is None:
        raise FaultsFound(loaded.diagnostics)
    rulebook = prepare(loaded.rulebook, assume or {}, engine, loaded.plan)
    if rulebook.notice is not None:
        import warnings  # hardly ever needed

        warnings.warn(str(rulebook.notice), RuntimeWarning, stacklevel=2)
    return rulebook


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
    return Rulebook(model, choose_engine(model, readings, plan, engine, load), readings, plan)


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
