"""Loading what a command works on; what is wrong is told on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from policyengine.api import Rulebook, prepare
from policyengine.cli import codes, options
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.choice import EngineName, Load

if TYPE_CHECKING:
    from policyengine.compile.plan import Plan
    from policyengine.loading.load import Loaded
    from policyengine.model.rulebook import Rulebook as Model
    from policyengine.testing.exercised import Part
    from policyengine.testing.run import Runner
    from policyengine.testing.scenarios import ScenarioFile

# Faults of what the user asked for on the command line, not of the rules.
_ASKED_WRONGLY = ("unknown-overlay", "overlay-conflict", "unknown-assumption", "unknown-reading")


class Tested(NamedTuple):
    """A rulebook, the cases beside it, and the names of those that exercise each of its parts."""

    model: Model
    tests: Sequence[ScenarioFile]
    exercised: Mapping[Part, Sequence[str]]


def load(
    path: str,
    assumed: Sequence[str],
    overlays: Sequence[str],
    engine: EngineName,
    say: Speech,
    load: Load = "one",
) -> Rulebook:
    """Return the rulebook in a folder, ready to judge. Raises UsageError and Exit."""
    from policyengine.engines.durable.ruleset import EngineUnavailable

    readings = dict(options.pairs(assumed, "--assume"))
    model, plan = load_model(path, overlays, say)
    try:
        rulebook = prepare(model, readings, engine, plan, load)
    except FaultsFound as found:
        raise refused(found.diagnostics, say) from None
    except EngineUnavailable as reason:
        words = say("--engine durable: {reason}", reason=say.message(reason.message))
        raise click.UsageError(words) from None
    if rulebook.notice is not None:
        options.tell(say("note: {text}", text=say.message(rulebook.notice)))
    return rulebook


def load_model(path: str, overlays: Sequence[str], say: Speech) -> tuple[Model, Plan]:
    """Return the model of the rulebook in a folder, with its Plan. Raises Exit."""
    from policyengine.loading import load as loader

    return model_of(loader.load_model(path, tuple(overlays)), say)


def model_of(loaded: Loaded, say: Speech, texts: Mapping[str, str] | None = None) -> tuple[Model, Plan]:
    """Return the model of what was loaded, with its Plan. Raises Exit.

    ``texts`` holds the files that are not on disk.
    """
    if loaded.rulebook is None or loaded.plan is None:
        raise refused(loaded.diagnostics, say, texts)
    return loaded.rulebook, loaded.plan


def load_tested(path: str, overlays: Sequence[str], say: Speech) -> Tested:
    """Return the rulebook in a folder with the cases beside it, which are run. Raises Exit."""
    from policyengine.testing.discover import tests_of
    from policyengine.testing.run import Runner

    model, _ = load_model(path, overlays, say)
    runner = Runner()
    files, faults = tests_of(path)
    tests, more = runner.read((file, path) for file in files)
    tell([*faults, *more], say)
    return Tested(model, tests, _exercised(runner, tests, model, files))


def _exercised(
    runner: Runner, tests: Sequence[ScenarioFile], model: Model, files: Sequence[str]
) -> Mapping[Part, Sequence[str]]:
    """Return what the tests exercise; kept while neither rules nor tests change, for it takes seconds."""
    from policyengine.loading.cache import entry_name, read_entry, write_entry
    from policyengine.syntax.files import read_text
    from policyengine.testing.exercised import exercised_parts

    texts = [read_text(file)[0] for file in files]
    name = entry_name([b"exercised", model.digest.encode(), *(text.encode() for text in texts if text)])
    # What cannot be read has been told, and what rests on it is not kept.
    found = read_entry(name) if all(texts) else None
    if isinstance(found, dict):
        return found
    exercised = exercised_parts(runner.run(tests))
    if all(texts):
        write_entry(name, exercised)
    return exercised


def refused(
    diagnostics: Iterable[Diagnostic], say: Speech, texts: Mapping[str, str] | None = None
) -> click.exceptions.Exit:
    """Tell what is wrong with the rulebook, or with what was asked of it, and return how to leave."""
    found = list(diagnostics)
    tell(found, say, texts)
    asked_wrongly = all(one.code in _ASKED_WRONGLY for one in found if one.severity == "error")
    return click.exceptions.Exit(codes.USAGE if asked_wrongly else codes.RULE_FAULTS)


def instant(rulebook: Rulebook, option: str, text: str | None, say: Speech) -> int:
    """Return the instant that an option names (epoch seconds), now for none. Raises UsageError."""
    try:
        return rulebook.read_instant(text)
    except FaultsFound as found:
        fault = found.diagnostics[0]
        raise click.UsageError(options.refused(option, fault.message, fault.help, say)) from None


def tell(diagnostics: Iterable[Diagnostic], say: Speech, texts: Mapping[str, str] | None = None) -> None:
    """Write diagnostics to standard error; ``texts`` holds files that are not on disk."""
    from policyengine.render.report import Excerpt, render_report  # only for faults

    found = list(dict.fromkeys(diagnostics))
    if found:
        excerpts = {file: Excerpt(1, text.split("\n")) for file, text in (texts or {}).items()}
        options.tell(
            render_report(
                found, say, options.has_color(sys.stderr), excerpts, options.columns(None, sys.stderr)
            )
        )


def tell_of_case(
    diagnostics: Iterable[Diagnostic], file: str, text: str, say: Speech, first_line: int = 1
) -> None:
    """Write what is wrong with a case to standard error, with the lines of its text."""
    from policyengine.render.report import Excerpt, render_report

    excerpt = {file: Excerpt(first_line, text.split("\n"))}
    options.tell(
        render_report(
            diagnostics, say, options.has_color(sys.stderr), excerpt, options.columns(None, sys.stderr)
        )
    )
