"""``policyengine test``: run the cases that stand beside the policies."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from policyengine.cli import codes, loading, options
from policyengine.cli.examples import OfTest
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Diagnostic, has_errors
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.engines.choice import EngineName
from policyengine.frozen import Frozen

if TYPE_CHECKING:
    from policyengine.testing.coverage import Coverage
    from policyengine.testing.report import Reporter
    from policyengine.testing.run import Result, Runner


class _Asked(Frozen):
    """What the user asked for."""

    paths: tuple[str, ...]
    only: tuple[str, ...]
    engine: EngineName
    say: Speech
    verbose: bool
    coverage: bool
    least: Decimal | None
    junit: str | None
    suggest: bool


class _Percent(click.ParamType[Decimal]):
    """A percentage as people write it: 90, 92.5 or 90%."""

    name = "percent"

    def convert(self, value: object, param: object, context: object) -> Decimal:
        """Return the percentage from 0 to 100, exactly."""
        text = str(value).removesuffix("%").strip()
        if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
            found = Decimal(text)
            if found <= 100:
                return found
        return self.fail(say_help("`{word}` is not a percentage from 0 to 100", word=value))


@click.command(
    "test",
    cls=OfTest,
    short_help=say_help("Run the test cases beside the policies."),
    help=say_help("Run the cases in *.cases.yaml files; exit with code 1 when something is not as expected."),
)
@click.argument("paths", nargs=-1, type=click.Path())
@options.rules
@click.option(
    "-k",
    "--only",
    multiple=True,
    metavar="WORDS",
    help=say_help("Run only cases whose name, policy or file contains these words."),
)
@click.option("-v", "--verbose", is_flag=True, help=say_help("Also name the cases that pass."))
@click.option("--coverage", is_flag=True, help=say_help("List what no case exercises."))
@click.option(
    "--min-coverage",
    "least",
    type=_Percent(),
    metavar="PERCENT",
    help=say_help("Exit with code 1 when rules, conditions or edges are covered by less than this."),
)
@click.option(
    "--suggest", is_flag=True, help=say_help("Write the missing edge cases, for somebody to confirm.")
)
@click.option(
    "--junit",
    type=options.OutputFile(),
    metavar="FILE",
    help=say_help("Also write the results as JUnit XML."),
)
@click.option("--watch", is_flag=True, help=say_help("Run again whenever a file of the rules changes."))
@options.engine
@options.language
def command(
    paths: tuple[str, ...],
    rules: str | None,
    only: tuple[str, ...],
    verbose: bool,
    coverage: bool,
    least: Decimal | None,
    suggest: bool,
    junit: str | None,
    watch: bool,
    engine: EngineName,
    language: Language,
) -> None:
    """Run the cases of a rulebook."""
    say = options.speech(language)
    places = paths or (options.find_rules(rules),)
    asked = _Asked(places, only, engine, say, verbose, coverage, least, junit, suggest)
    if not watch:
        raise click.exceptions.Exit(_run(asked))
    for _ in _changes(places, say):
        _run(asked)


def _changes(paths: Sequence[str], say: Speech) -> Iterator[None]:
    """Return once now, and again whenever something below the paths has changed."""
    try:
        from watchfiles import watch
    except ImportError:
        words = say("--watch needs the package watchfiles: pip install 'dispute-policyengine[watch]'")
        raise click.UsageError(words) from None
    yield None
    # Ctrl-C must end the program, not only the watching.
    for changed in watch(*_folders(paths), raise_interrupt=True):
        names = ", ".join(sorted({path for _, path in changed})[:3])
        options.tell("\n" + say("— changed: {names}", names=names))
        yield None


def _folders(paths: Sequence[str]) -> list[str]:
    from policyengine.testing.discover import find_files

    files, _ = find_files(paths)
    return sorted({rules for _, rules in files}) or list(paths)


def _run(asked: _Asked) -> int:
    from policyengine.testing.discover import find_files
    from policyengine.testing.report import Reporter
    from policyengine.testing.run import Runner

    runner = Runner(asked.engine)
    files, faults = find_files(asked.paths)
    scenarios, more = runner.read(files)
    faults += more
    results = list(
        runner.run(scenarios, lambda file, one: _is_wanted(asked.only, file.path, file.policy, one.name))
    )
    loading.tell(faults, asked.say)
    coverages = _coverages(runner, results)
    reporter = Reporter(asked.say, options.has_color(sys.stdout), asked.verbose)
    if asked.suggest:
        _suggest(runner, results, coverages, reporter)
    else:
        text = reporter.results(results)
        if coverages and (asked.coverage or asked.least is not None or not asked.only):
            text += reporter.coverage(coverages, asked.coverage)
        options.write(text)
    if asked.junit is not None:
        _write_junit(asked.junit, results, faults, asked.say)
    return _code(asked, faults, results, coverages)


def _is_wanted(only: Sequence[str], *names: str) -> bool:
    return not only or any(words.lower() in name.lower() for words in only for name in names)


def _coverages(runner: Runner, results: Sequence[Result]) -> list[Coverage]:
    from policyengine.testing.coverage import Coverage

    found: dict[str, Coverage] = {}
    for result in results:
        model, _ = runner.model(result.file.rules)
        if model is None or result.decision is None:
            continue
        coverage = found.get(result.file.rules)
        if coverage is None:
            coverage = found[result.file.rules] = Coverage(model)
        coverage.add(result.decision)
    return [found[rules] for rules in sorted(found)]


def _suggest(
    runner: Runner, results: Sequence[Result], coverages: Sequence[Coverage], reporter: Reporter
) -> None:
    from policyengine.testing.suggest import render_suggestions, suggest

    say = reporter.say
    for coverage in coverages:
        own = [one for one in results if one.file.rules == coverage.book.directory]
        found, left = suggest(runner, own, coverage, say)
        options.write(render_suggestions(found, say))
        options.tell(say("suggested: {count}", count=len(found)))
        if left:
            options.tell(reporter.unreached(coverage, left))


def _write_junit(path: str, results: Sequence[Result], faults: Sequence[Diagnostic], say: Speech) -> None:
    from policyengine.testing.junit import render_results

    options.write_file(path, render_results(results, faults, say))


def _code(
    asked: _Asked, faults: Sequence[Diagnostic], results: Sequence[Result], coverages: Sequence[Coverage]
) -> int:
    if has_errors(faults) or any(one.failures for one in results):
        return codes.RULE_FAULTS
    if not results:
        options.tell(asked.say("no case was run"))
        return codes.RULE_FAULTS
    return codes.RULE_FAULTS if _is_too_little(asked, coverages) else codes.FINE


def _is_too_little(asked: _Asked, coverages: Sequence[Coverage]) -> bool:
    if asked.least is None:
        return False
    low = [
        one
        for coverage in coverages
        for one in coverage.summary()
        if one.covered * 100 < asked.least * one.total
    ]
    if low:
        options.tell(asked.say("coverage is below {least} %", least=asked.least))
    return bool(low)
