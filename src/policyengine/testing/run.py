"""Running scenarios: judge each case at each instant, and say what came out otherwise than expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from policyengine.api import Rulebook, prepare
from policyengine.diagnostics.diagnostic import Diagnostic, has_errors
from policyengine.diagnostics.span import Span
from policyengine.engines.choice import EngineName
from policyengine.frozen import Frozen
from policyengine.loading.load import Loaded, load_model
from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Decision
from policyengine.reading.case.reader import CaseReader
from policyengine.semantics.findings import Absent, Conflict, Known, State, Truth, Unknown
from policyengine.testing.read import expected_value, read_scenarios
from policyengine.testing.scenarios import Because, Check, Expectation, Scenario, ScenarioFile
from policyengine.values.literals import comparison_key


class Unexpected(Frozen):
    """An expectation that does not hold, and what came out; None where there is no such record."""

    expectation: Expectation
    got: State | None


class NotBecause(Frozen):
    """A rule that should hold and does not; ``keys`` are the rule for each record that is seen."""

    because: Because
    keys: tuple[Key, ...]


class Extra(Frozen):
    """An outcome that applies and is not expected by a strict check."""

    key: Key
    got: State


class Refused(Frozen):
    """A case that should be judged and has faults."""

    diagnostics: tuple[Diagnostic, ...]


class NotRefused(Frozen):
    """A case that should be refused for some faults; ``found`` are the codes that it has."""

    wanted: tuple[str, ...]
    found: tuple[str, ...]


Failure = Unexpected | NotBecause | Extra | Refused | NotRefused


class Result(Frozen):
    """One check of a scenario that was run; a scenario that expects faults has no check and no decision."""

    file: ScenarioFile
    scenario: Scenario
    check: Check | None
    decision: Decision | None
    failures: tuple[Failure, ...]

    @property
    def span(self) -> Span:
        """Where the check is written."""
        return self.scenario.span if self.check is None else self.check.span


Filter = Callable[[ScenarioFile, Scenario], bool]


class Runner:
    """Runs scenarios; rulebooks are loaded once for each choice of overlays and readings."""

    def __init__(self, engine: EngineName = "auto") -> None:
        """``engine`` judges the cases."""
        self.engine: EngineName = engine
        self._loaded: dict[tuple[str, tuple[str, ...]], Loaded] = {}
        self._books: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], Rulebook] = {}

    def model(self, rules: str, overlays: tuple[str, ...] = ()) -> tuple[Model | None, list[Diagnostic]]:
        """Return the rulebook in a folder, or None when it has errors, and what is wrong with it."""
        loaded = self._load(rules, overlays)
        return loaded.rulebook, [] if loaded.rulebook else list(loaded.diagnostics)

    def _load(self, rules: str, overlays: tuple[str, ...]) -> Loaded:
        found = self._loaded.get((rules, overlays))
        if found is None:
            found = load_model(rules, overlays)
            # What is faulty now may have been mended when it is asked for again.
            if found.rulebook is not None:
                self._loaded[rules, overlays] = found
        return found

    def read(self, files: Iterable[tuple[str, str]]) -> tuple[list[ScenarioFile], list[Diagnostic]]:
        """Return the scenarios of files, given with the folders of their rulebooks, and what is wrong."""
        found: list[ScenarioFile] = []
        faults: list[Diagnostic] = []
        broken: set[str] = set()
        for path, rules in files:
            model, wrong = self.model(rules)
            if model is None:
                faults += [] if rules in broken else wrong
                broken.add(rules)
                continue
            file, wrong = read_scenarios(path, rules, model)
            faults += wrong
            if file is not None:
                found.append(file)
        return found, faults

    def run(self, files: Iterable[ScenarioFile], wanted: Filter | None = None) -> Iterator[Result]:
        """Run the scenarios that are wanted, in the order in which they are written."""
        for file in files:
            for scenario in file.scenarios:
                if wanted is None or wanted(file, scenario):
                    yield from self.run_scenario(file, scenario)

    def run_scenario(self, file: ScenarioFile, scenario: Scenario) -> Iterator[Result]:
        """Run one scenario: a result for each of its checks."""
        model, faults = self.model(file.rules, scenario.overlays)
        if model is None:
            yield Result(file, scenario, None, None, (Refused(tuple(faults)),))
            return
        case, faults = CaseReader(model).read_tree(scenario.given, scenario.name)
        if scenario.faults or case is None:
            yield _refusal(file, scenario, faults)
            return
        book = self._book(model, file.rules, scenario)
        for check in scenario.checks:
            decision = book.judge(case, check.as_of)
            yield Result(file, scenario, check, decision, tuple(_failures(decision, check)))

    def judge(
        self, file: ScenarioFile, scenario: Scenario, given: Mapping[str, object], as_of: int
    ) -> Decision | None:
        """Return the decision about another case than the scenario's own, None for one with faults."""
        model, _ = self.model(file.rules, scenario.overlays)
        if model is None:
            return None
        case, _ = CaseReader(model).read_plain(given, scenario.name)
        return None if case is None else self._book(model, file.rules, scenario).judge(case, as_of)

    def _book(self, model: Model, rules: str, scenario: Scenario) -> Rulebook:
        key = (rules, scenario.overlays, tuple(sorted(scenario.assume.items())))
        found = self._books.get(key)
        if found is None:
            plan = self._load(rules, scenario.overlays).plan
            found = self._books[key] = prepare(model, dict(scenario.assume), self.engine, plan, load="few")
        return found


def _refusal(file: ScenarioFile, scenario: Scenario, faults: Iterable[Diagnostic]) -> Result:
    found = tuple(faults)
    codes = tuple(sorted({one.code for one in found if one.severity == "error"}))
    failures: tuple[Failure, ...] = ()
    if not scenario.faults and has_errors(found):
        failures = (Refused(found),)
    elif scenario.faults and codes != tuple(sorted(set(scenario.faults))):
        failures = (NotRefused(scenario.faults, codes),)
    return Result(file, scenario, None, None, failures)


# ---------- what a check demands


def _failures(decision: Decision, check: Check) -> Iterator[Failure]:
    for expectation in check.expect:
        key = expectation.key
        got = decision.state_of(key) if key in decision.findings.states else None
        if got is None or not _is_so(decision, expectation, got):
            yield Unexpected(expectation, got)
    for because in check.because:
        keys = _rule_keys(decision, because)
        book = decision.judged.rulebook
        if because.rule not in book.rules and because.rule not in book.tables:
            if not _is_otherwise(decision, because):
                yield NotBecause(because, keys)
        elif not any(decision.truth_of(key) is Truth.TRUE for key in keys):
            yield NotBecause(because, keys)
    if check.strict:
        expected = {one.key for one in check.expect}
        for outcome in decision.outcomes:
            key = (outcome.fact.path, outcome.record)
            if outcome.status != "not_applicable" and key not in expected:
                yield Extra(key, outcome.state)


def _is_otherwise(decision: Decision, because: Because) -> bool:
    """Tell whether a fact has its value because no rule holds."""
    fact = decision.judged.rulebook.rule(because.rule).then[0].fact.name
    return any(
        (because.rule, key[1]) in resolved.winners
        and because.record in (None, key[1])
        and not isinstance(decision.state_of(key), Unknown)
        for key, resolved in decision.findings.resolved.items()
        if key[0] == fact
    )


def _rule_keys(decision: Decision, because: Because) -> tuple[Key, ...]:
    table = decision.judged.rulebook.tables.get(because.rule)
    names = {because.rule} if table is None else {*table.rules}
    keys = (key for key in decision.findings.rules if key[0] in names)
    return tuple(sorted((key for key in keys if because.record in (None, key[1])), key=_by_record))


def _by_record(key: Key) -> int:
    return -1 if key[1] is None else key[1]


def _is_so(decision: Decision, expectation: Expectation, got: State) -> bool:
    match expectation.literal:
        case "undetermined":
            return isinstance(got, Unknown)
        case "not_applicable":
            return isinstance(got, Absent)
        case "conflict":
            return isinstance(got, Conflict)
    if not isinstance(got, Known):
        return False
    expected = expected_value(decision.judged.rulebook, expectation)
    return comparison_key(got.value) == comparison_key(expected)
