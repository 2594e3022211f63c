"""The sentences that click itself says, listed so that the catalogue has them; no other module reads this.

Those of releases 8.1 to 8.5. One that click words anew is shown in English.
"""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import marked


def plural(one: str, more: str) -> tuple[str, str]:
    """Mark a sentence that speaks of one thing or of several."""
    return one, more


SENTENCES = (
    marked("Aborted!"),
    marked("Commands"),
    marked("Could not open file {filename!r}: {message}"),
    marked("Error: {message}"),
    marked("Invalid value for {param_hint}: {message}"),
    marked("Invalid value: {message}"),
    marked("Missing argument"),
    marked("Missing command."),
    marked("Missing option"),
    marked("Missing parameter"),
    marked("No such command {name!r}."),
    marked("No such option {name!r}."),
    marked("No such option: {name}"),
    marked("Option {name!r} does not take a value."),
    marked("Options"),
    marked("Positional arguments"),
    marked("Show this message and exit."),
    marked("Try '{command} {option}' for help."),
    marked("Usage:"),
    marked("default: {default}"),
    marked("env var: {var}"),
    marked("required"),
    marked("{name} {filename!r} does not exist."),
    marked("{value!r} is not a valid {number_type}."),
    marked("{value} is not in the range {range}."),
)
PLURALS = (
    plural("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    plural("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
