"""Loading a version of a rulebook: a folder, or a revision of git."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from policyengine.cli import loading
from policyengine.compile.plan import Plan
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rulebook
from policyengine.reading.rule_files import SourceFile
from policyengine.values.escaping import printable


class Version(Frozen):
    """A version of a rulebook, and the files that it was read from."""

    model: Rulebook
    plan: Plan
    directory: str
    files: tuple[SourceFile, ...]


def load_version(path: str, folder: str, overlays: Sequence[str], say: Speech) -> Version:
    """Return the rulebook in a folder or, of the one in ``folder``, a revision. Raises UsageError, Exit."""
    from policyengine.loading.load import load_files

    directory, files, faults = _files(path, folder, say)
    loaded = load_files(directory, files, faults, tuple(overlays))
    texts = {file.path: file.data.decode("utf-8", "replace") for file in files}
    model, plan = loading.model_of(loaded, say, texts)
    return Version(model, plan, directory, tuple(files))


def _files(path: str, folder: str, say: Speech) -> tuple[str, Sequence[SourceFile], Sequence[Diagnostic]]:
    from policyengine.reading.rule_files import collect_files, collect_from
    from policyengine.syntax.revision import RevisionUnknown, is_revision, open_revision

    if not is_revision(path):
        return path, *collect_files(path)
    try:
        with open_revision(path, folder) as revision:
            return revision.directory, *collect_from(revision, revision.directory)
    except RevisionUnknown as reason:
        words = say("{path}: git says: {reason}", path=printable(path), reason=printable(str(reason)))
        raise click.UsageError(words) from None


def refuse_bare_revision(path: str, folder: str, say: Speech) -> None:
    """Raise UsageError for a word that is no folder, and a revision of git: it is plain what was meant."""
    from policyengine.syntax.revision import PREFIX, is_revision, names_revision

    if not is_revision(path) and not os.path.exists(path) and names_revision(path, folder):
        words = say(
            "there is no folder `{path}`, but a revision of git: write `{written}`",
            path=path,
            written=f"{PREFIX}{path}",
        )
        raise click.UsageError(words)
