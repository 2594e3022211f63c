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
from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.reading.case.reader import Settings
from policyengine.syntax.files import read_text, shown_name
from policyengine.syntax.lines import NDJSON

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


class CaseText(Frozen):
    """The text of one case, or None and why it is none, and the line of its file where it begins.

    ``is_line``: it is one of many in its file.
    """

    file: str
    text: str | None
    faults: Sequence[Diagnostic]
    first_line: int = 1
    is_line: bool = False


class CaseRefused(click.exceptions.Exit):
    """A case is not judged: what is wrong with it, or with what was set in it, has been told."""

    def __init__(self, code: int, diagnostics: Sequence[Diagnostic]) -> None:
        """``code`` is that of the program's end."""
        super().__init__(code)
        self.diagnostics = diagnostics


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
    from policyengine.loading.cache import is_news

    readings = dict(options.pairs(assumed, "--assume"))
    model, plan = load_model(path, overlays, say)
    try:
        rulebook = prepare(model, readings, engine, plan, load)
    except FaultsFound as found:
        raise refused(found.diagnostics, say) from None
    except EngineUnavailable as reason:
        words = say("--engine durable: {reason}", reason=say.message(reason.message))
        raise click.UsageError(words) from None
    if rulebook.notice is not None and is_news(str(rulebook.notice)):
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
    from policyengine.testing.exercised import exercised_parts

    texts = [read_text(file)[0] for file in files]
    name = entry_name([b"exercised", model.digest.encode(), *(text.encode() for text in texts if text)], True)
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


def case_text(path: str) -> CaseText:
    """Return the text of the only case in a file."""
    return CaseText(shown_name(path), *read_text(path))


def only_case(path: str, needs: str, say: Speech) -> CaseText:
    """Return the text of the only case in a file; ``needs`` says that it has to be the only one.

    Raises UsageError for a file of one case a line.
    """
    if path.endswith(NDJSON):
        words = say(
            "{needs}, and {path} holds one case a line: write that case in a file of its own",
            needs=needs,
            path=path,
        )
        raise click.UsageError(words)
    return case_text(path)


def read_case(rulebook: Rulebook, text: CaseText, changes: Settings, say: Speech) -> Case:
    """Return the case of a text, with changes. Raises CaseRefused after telling what is wrong."""
    read, faults = _read_case(rulebook, text, changes)
    if read is not None:
        return read
    tell_of_case(faults, text.file, text.text or "", say, text.first_line)
    is_fine = changes and _read_case(rulebook, text, ())[0] is not None
    raise CaseRefused(codes.USAGE if is_fine else codes.CASE_FAULTS, faults)


def _read_case(
    rulebook: Rulebook, text: CaseText, changes: Settings
) -> tuple[Case | None, Sequence[Diagnostic]]:
    if text.text is None:
        return None, text.faults
    return rulebook.read_case(text.text, text.file, text.first_line, changes, text.is_line)


def tell(diagnostics: Iterable[Diagnostic], say: Speech, texts: Mapping[str, str] | None = None) -> None:
    """Write diagnostics to standard error; ``texts`` holds files that are not on disk."""
    found = list(dict.fromkeys(diagnostics))
    if found:
        _tell(found, {file: (1, text) for file, text in (texts or {}).items()}, say)


def tell_of_case(
    diagnostics: Iterable[Diagnostic], file: str, text: str, say: Speech, first_line: int = 1
) -> None:
    """Write what is wrong with a case to standard error, with the lines of its text."""
    _tell(diagnostics, {file: (first_line, text)}, say)


def _tell(diagnostics: Iterable[Diagnostic], texts: Mapping[str, tuple[int, str]], say: Speech) -> None:
    """Write diagnostics with lines of texts, which begin at some line of their file."""
    from policyengine.render.report import Excerpt, render_report  # only for faults

    excerpts = {file: Excerpt(first, text.split("\n")) for file, (first, text) in texts.items()}
    color, columns = options.has_color(sys.stderr), options.columns(None, sys.stderr)
    options.tell(render_report(diagnostics, say, color, excerpts, columns))
