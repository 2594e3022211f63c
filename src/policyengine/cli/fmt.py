"""``policyengine fmt``: put rule files into their usual form."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import click

from policyengine.cli import codes, loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Diagnostic, has_errors
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.values.escaping import printable


@click.command(
    "fmt",
    short_help=say_help("Format rule files; comments are kept."),
    help=say_help(
        "Format the files of rulebooks: keys in order, even indentation; comments are kept. "
        "What the files say never changes."
    ),
)
@click.argument("paths", nargs=-1, type=click.Path())
@options.rules
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help=say_help("Change nothing; exit with code 1 if a file would change."),
)
@options.language
def command(paths: tuple[str, ...], rules: str | None, only_check: bool, language: Language) -> None:
    """Format files."""
    from policyengine.formatting.format import format_text, what_changes
    from policyengine.syntax.files import read_text

    say = options.speech(language)
    found: list[Diagnostic] = []
    changed = 0
    files = list(_files(paths or (options.find_rules(rules),), found, say))
    for kind, path in files:
        text, faults = read_text(path, regular=True)
        formatted, more = (None, []) if text is None else format_text(text, kind, path)
        found += [one for one in (*faults, *more) if one.severity == "error"]
        if text is None or formatted is None or formatted == text:
            continue
        if only_check:
            options.write(say("would change: {path}", path=printable(path)) + "\n")
        else:
            options.write_file(path, formatted)
            options.write(say("changed: {path}", path=printable(path)) + "\n")
        changed += 1
        listed = say(", ").join(say.message(one) for one in what_changes(text, formatted))
        options.tell(say("{path}: {changes}", path=printable(path), changes=listed))
    loading.tell(found, say)
    options.tell(say("files: {files}, changed: {changed}", files=len(files), changed=changed))
    fails = has_errors(found) or (only_check and changed)
    raise click.exceptions.Exit(codes.RULE_FAULTS if fails else codes.FINE)


def _files(paths: Iterable[str], found: list[Diagnostic], say: Speech) -> Iterator[tuple[str, str]]:
    """Return the files to format with their kinds: those that are named, or all of the rulebooks below."""
    from policyengine.lint.examine import find_places
    from policyengine.reading.rule_files import NAMED, collect_files
    from policyengine.testing.discover import tests_of

    for path in paths:
        places = find_places([path])
        found += places.faults
        if places.cases and not places.rulebooks:
            raise click.UsageError(say("`{path}` is not a YAML file of a rulebook", path=path))
        for folder in places.rulebooks:
            files, unread = collect_files(folder)
            tests, misnamed = tests_of(folder)
            found += (*unread, *misnamed)
            rule_files = (one for one in files if one.kind != NAMED and not one.faults)
            own = {os.path.normpath(file.path): file.kind for file in rule_files}
            own.update((test, "cases") for test in tests)
            named = os.path.normpath(path)
            yield from ((own[file], file) for file in sorted(own) if file == named or os.path.isdir(path))
