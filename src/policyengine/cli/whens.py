"""What ``--as-of`` of many cases names: an instant, ``own``, a fact, or a column."""

from __future__ import annotations

import time

import click

from policyengine.api import Rulebook
from policyengine.batch.columns import fact_of
from policyengine.batch.reading import When
from policyengine.cli import options
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.model.lookup import Lookup, Unknown
from policyengine.values.literals import ValueType

OWN = "own"


def read_when(rulebook: Rulebook, asked: str | None, say: Speech) -> tuple[When, str]:
    """Return when cases are judged, and the key or column that says so besides facts. Raises UsageError."""
    now = int(time.time())
    if asked is None:
        return When("told", now), "as_of"
    if asked == OWN:
        return When("own", now), "as_of"
    try:
        return When("given", rulebook.read_instant(asked)), "as_of"
    except FaultsFound as found:
        fault = found.diagnostics[0]
    if asked[:1].isdigit():  # no name begins so
        raise click.UsageError(options.refused("--as-of", fault.message, fault.help, say))
    lookup = Lookup(rulebook.model)
    if not lookup.find(asked, ("fact",)):
        return When("key", now, asked), asked
    key = lookup.key(asked, ("fact",))
    fact = fact_of(lookup, asked)
    if fact is None and isinstance(key, Unknown):
        raise click.UsageError(options.refused("--as-of", key.what, key.help, say))
    if fact is None or fact.type is not ValueType.INSTANT:
        raise click.UsageError(
            say(
                "--as-of takes an instant that cases give once; `{name}` is not one",
                name=asked,
            )
        )
    return When("fact", now, fact.path), "as_of"
