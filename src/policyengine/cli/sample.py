"""``policyengine sample``: make past cases of a rulebook, to try changes of it on."""

from __future__ import annotations

from collections.abc import Iterator

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.sampling.sampler import Days, Sampler
from policyengine.values.faults import LiteralError
from policyengine.values.instants import parse_date

_LINES_AT_ONCE = 200


@click.command(
    "sample",
    short_help=say_help("Make random past cases to try changes on."),
    help=say_help(
        "Make random past cases of a rulebook, one per line (NDJSON), to try changes to its "
        "rules on. They are made from its vocabulary and its limits, and never copied; the "
        "same seed gives the same bytes."
    ),
)
@click.argument("rulebook", type=click.Path(), required=False)
@click.option(
    "-n",
    "--number",
    type=options.WholeNumber(0),
    default=1000,
    show_default=True,
    help=say_help("How many cases."),
)
@click.option(
    "--seed",
    type=options.WholeNumber(),
    default=1,
    show_default=True,
    help=say_help("Seed: another one gives other cases."),
)
@click.option(
    "--first",
    type=options.WholeNumber(1),
    default=1,
    show_default=True,
    help=say_help("The number of the first case: a case is the same however many are made."),
)
@click.option(
    "--from",
    "first_day",
    metavar="DAY",
    help=say_help(
        "The first day on which a case begins; if left out, half a year before the first change of a figure."
    ),
)
@click.option(
    "--to",
    "last_day",
    metavar="DAY",
    help=say_help(
        "The last day on which a case begins; if left out, half a year after the last change of a figure."
    ),
)
@click.option(
    "--as-of",
    "judged",
    is_flag=True,
    help=say_help("Let each case give the instant as of which it is to be judged (as_of)."),
)
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    default="-",
    type=options.OutputFile(stdout=True),
    help=say_help("Where the cases go: a file, or - for standard output."),
)
@options.assume
@options.overlays
@options.language
def command(
    rulebook: str | None,
    number: int,
    seed: int,
    first: int,
    first_day: str | None,
    last_day: str | None,
    judged: bool,
    out: str,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    language: Language,
) -> None:
    """Make past cases."""
    from policyengine.api import choose_readings

    say = options.speech(language)
    model, _ = loading.load_model(options.find_rules(rulebook), overlays, say)
    try:
        readings = choose_readings(model, dict(options.pairs(assumed, "--assume")))
    except FaultsFound as found:
        raise loading.refused(found.diagnostics, say) from None
    days = _days(Sampler.usual_days(model, readings), first_day, last_day, say)
    sampler = Sampler(model, readings, seed, days, judged)
    numbers = range(first, first + number)
    if out == "-":
        for part in _parts(sampler, numbers):
            options.write(part)
    else:
        options.write_file_in_parts(out, (part.encode() for part in _parts(sampler, numbers)))


def _parts(sampler: Sampler, numbers: range) -> Iterator[str]:
    """Return the lines of the cases, so many at once as are written at once."""
    for start in range(0, len(numbers), _LINES_AT_ONCE):
        yield "".join(f"{line}\n" for line in sampler.lines(numbers[start : start + _LINES_AT_ONCE]))


def _days(usual: Days, first: str | None, last: str | None, say: Speech) -> Days:
    """Return the days on which cases begin, a year where only one end of them is told. Raises UsageError."""
    begin = None if first is None else _day("--from", first, say)
    end = None if last is None else _day("--to", last, say)
    if begin is None and end is None:
        return usual
    if begin is None:
        assert end is not None
        begin = end - 365
    if end is None:
        end = begin + 365
    if end < begin:
        raise click.UsageError(say("--to is before --from"))
    return Days(begin, end)


def _day(option: str, text: str, say: Speech) -> int:
    try:
        return parse_date(text)
    except LiteralError as fault:
        raise click.UsageError(options.refused(option, fault.message, fault.help, say)) from None
