"""``policyengine digest``: the digest by which rulebook.yaml knows a source document."""

from __future__ import annotations

import click

from policyengine.cli import codes, options
from policyengine.cli.loading import tell
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language


@click.command(
    "digest",
    short_help=say_help("Print the digest of a source document."),
    help=say_help(
        "Print the digest of a document, to be written below its name in rulebook.yaml (`digest: sha256:…`)."
    ),
)
@click.argument("file", type=click.Path())
@options.language
def command(file: str, language: Language) -> None:
    """Print the SHA-256 of the bytes of a file."""
    import hashlib

    from policyengine.syntax.files import read_bytes

    data, faults = read_bytes(file)
    if data is None:
        tell(faults, options.speech(language))
        raise click.exceptions.Exit(codes.USAGE)
    options.write(f"sha256:{hashlib.sha256(data).hexdigest()}\n")
