"""``policyengine init``: a rulebook to start from, in the clerk's language, or for cases that are there."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import Frozen, replace
from policyengine.starting.house import (
    FIELDS,
    House,
    Said,
    WrongParty,
    faults_of,
    house_of,
    language_there,
)
from policyengine.starting.names import one_line
from policyengine.starting.starter import AS_OF, EXAMPLE, starter_files
from policyengine.starting.words import spoken
from policyengine.syntax.writing import refuse_unmakable

_COMMA = re.compile("[,，、]")
_TRADITIONAL = re.compile("zh-(hant.*|tw|hk|mo)", re.IGNORECASE)


class _Made(Frozen):
    """The files of a new rulebook, whose it is, and the command that judges its cases."""

    files: Mapping[str, str]
    house: House
    judge: str
    notes: tuple[str, ...] = ()


@click.command(
    "init",
    short_help=say_help("Make a small rulebook to start from, in a new folder."),
    help=say_help(
        "Make a small commented rulebook and a case in a new folder. In a terminal, it asks "
        "for what no option gives. With --from, it proposes a vocabulary for cases that you "
        "have."
    ),
)
@click.argument("folder", type=click.Path())
@click.option(
    "--language", "tag", metavar="TAG", help=say_help("Language of the rulebook, such as en or zh.")
)
@click.option("--title", metavar="TEXT", help=say_help("What the rulebook is called."))
@click.option("--currency", metavar="CODE", help=say_help("Currency of its amounts, such as EUR."))
@click.option("--zone", metavar="NAME", help=say_help("Time zone of its times, such as Europe/Berlin."))
@click.option(
    "--calendar", metavar="CODE", help=say_help("Country whose business days and holidays count, such as DE.")
)
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="NAME",
    help=say_help("Who acts, or is told something: a name, a title, or NAME=TITLE; several times."),
)
@click.option(
    "--from",
    "source",
    type=click.Path(),
    metavar="FILE",
    help=say_help("Propose a vocabulary for the cases in a .csv, .json or .ndjson file."),
)
@options.language
def command(
    folder: str,
    tag: str | None,
    title: str | None,
    currency: str | None,
    zone: str | None,
    calendar: str | None,
    parties: tuple[str, ...],
    source: str | None,
    language: Language,
) -> None:
    """Make a rulebook to start from."""
    say = options.speech(language)
    said = Said(tag, title, currency, zone, calendar, parties or None)
    usual = language if _is_chosen() else language_there(os.environ) or language
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise click.UsageError(say("{path} already exists and is not an empty folder", path=folder))
        refuse_unmakable(folder)  # before anything is asked
        if source is None:
            made = _starter(folder, said, usual, say)
        else:
            made = _from_cases(folder, source, said, usual, say)
        _write_whole(folder, made.files)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        reason = options.reason_of(fault)
        options.tell(say("{path} cannot be created: {reason}", path=folder, reason=reason))
        raise click.exceptions.Exit(codes.USAGE) from None
    options.write(_report(folder, made, say))


def _is_chosen() -> bool:
    """Tell whether ``--lang`` says in which language the program is to speak; else the environment does."""
    here: click.Context | None = click.get_current_context()
    while here is not None:
        if here.get_parameter_source("language") is click.core.ParameterSource.COMMANDLINE:
            return True
        here = here.parent
    return False


def _starter(folder: str, said: Said, language: str, say: Speech) -> _Made:
    house = _settled(said, language, say)
    judge = f'evaluate {os.path.join(folder, EXAMPLE)} --rules {folder} --as-of "{AS_OF}"'
    return _Made(starter_files(house), house, judge, tuple(_borrowed(house.language, say)))


def _borrowed(language: str, say: Speech) -> Iterator[str]:
    """Yield what is to be told where the texts of the starter are not those of the language itself."""
    if spoken(language) == "en" and not language.lower().startswith("en"):
        yield say("the texts are English, to be translated: `{language}` has none yet", language=language)
    if _TRADITIONAL.fullmatch(language):
        yield say("the texts are in simplified characters: `{language}` has none yet", language=language)


def _from_cases(folder: str, source: str, said: Said, language: str, say: Speech) -> _Made:
    """Return a rulebook for the cases of a file. Raises UsageError, or Exit for a faulty file."""
    from policyengine.cli import loading
    from policyengine.starting.guess import Ground
    from policyengine.starting.proposal import CASES, propose, usual
    from policyengine.starting.samples import read_samples
    from policyengine.values.currencies import currency_of

    samples, faults = read_samples(source)
    if samples is None:
        loading.tell(faults, say)
        raise click.exceptions.Exit(codes.CASE_FAULTS)
    name = one_line(os.path.splitext(os.path.basename(source))[0])
    house = _settled(usual(samples, said, name), language, say)
    made = propose(samples, house, Ground(ZoneInfo(house.zone), currency_of(house.currency)))
    judge = f"evaluate {os.path.join(folder, CASES)} --rules {folder}"
    notes = [f"  {name}: {say.message(doubt)}" for name, doubt in made.doubts]
    head = [say("please check these; each is also a comment in facts.yaml:")] if notes else []
    return _Made(made.files, house, judge, (*head, *notes))


def _settled(said: Said, language: str, say: Speech) -> House:
    """Return whose rulebook it is to be: as the options say, as is answered, or as is usual there.

    ``language`` is that of whoever says nothing of it.
    """
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        said = _answered(said, language, say)
    return _check(said, FIELDS, language, say)


def _refused(field: str, fault: Diagnostic, say: Speech) -> click.UsageError:
    return click.UsageError(options.refused(f"--{field}", fault.message, fault.help, say))


def _answered(said: Said, language: str, say: Speech) -> Said:
    """Ask for each thing that is not said."""
    for field in FIELDS:
        if getattr(said, field) is None:
            said = _ask(said, field, language, say)
    return said


def _ask(said: Said, field: str, language: str, say: Speech) -> Said:
    """Ask for one thing; an answer that cannot be is told, and asked for again."""
    house = house_of(said, language)
    titles = say(", ").join(title for _, title in house.parties)
    usual = titles if field == "party" else getattr(house, field)

    def take(answer: str) -> Said:
        if answer == usual:
            return said
        words = tuple(filter(None, map(str.strip, _COMMA.split(answer)))) if field == "party" else answer
        taken = replace(said, **{field: words})
        _check(taken, [field], language, say)
        return taken

    found: Said = click.prompt(_question(field, say), default=usual, value_proc=take, err=True)
    return found


def _check(said: Said, fields: Sequence[str], language: str, say: Speech) -> House:
    """Return the house of what was said. Raises UsageError for the first of the fields that cannot be."""
    try:
        house = house_of(said, language)
    except WrongParty as wrong:
        raise _refused("party", wrong.fault, say) from None
    faults = faults_of(starter_files(house))
    for field in fields:
        if field in faults:
            raise _refused(field, faults[field], say)
    return house


def _question(field: str, say: Speech) -> str:
    return {
        "language": say("Language of the rulebook"),
        "title": say("What it is called"),
        "currency": say("Currency"),
        "zone": say("Time zone"),
        "calendar": say("Country of the business days"),
        "party": say("Who acts, separated by commas"),
    }[field]


def _write_whole(folder: str, files: Mapping[str, str]) -> None:
    """Write the files beside their place and move them there, so that nothing is ever half written."""
    target = os.path.abspath(folder)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    draft = tempfile.mkdtemp(prefix=".policyengine-", dir=os.path.dirname(target))
    try:
        inner = os.path.join(draft, "rulebook")
        for path, text in files.items():
            place = os.path.join(inner, *path.split("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        os.replace(inner, target)  # over an empty folder too
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _report(folder: str, made: _Made, say: Speech) -> str:
    house = made.house
    lines = [say("made in {path}:", path=folder)]
    lines += [f"  {os.path.join(folder, *path.split('/'))}" for path in sorted(made.files)]
    lines.append("  " + ", ".join((house.language, house.currency, house.zone, house.calendar)))
    lines += made.notes
    lines += [say("try next:"), f"  policyengine check {folder}", f"  policyengine {made.judge}"]
    return "\n".join(lines) + "\n"
