"""``policyengine impact``: what an edit would have done to past cases, and which part of it does it."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Sequence

import click

from policyengine.api import Rulebook, prepare
from policyengine.batch.columns import ColumnFinder, Named
from policyengine.batch.inputs import Form, Input
from policyengine.batch.reading import When
from policyengine.batch.records import check_heads, read_blocks
from policyengine.batch.shipment import Shipment
from policyengine.cli import codes, loading, many, options
from policyengine.cli.progress import Progress
from policyengine.cli.speech import say as say_help
from policyengine.cli.versions import Version, load_version, refuse_bare_revision
from policyengine.cli.whens import read_when
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.impact.comparison import Comparison
from policyengine.impact.document import html_of, markdown_of, text_of
from policyengine.impact.examples import Examples, scenarios
from policyengine.impact.failing import Condition, parse_condition
from policyengine.impact.mixture import Mixture
from policyengine.impact.tally import Tally
from policyengine.impact.words import ImpactWords
from policyengine.model.lookup import Lookup
from policyengine.model.rulebook import Fact
from policyengine.model.rulebook import Rulebook as Model
from policyengine.processes import cores, run_blocks


@click.command(
    "impact",
    short_help=say_help("Say what an edit would have done to past cases, and why."),
    help=say_help(
        "Say what an edit would have done to past cases, and which part of the edit does it. "
        "OLD and NEW are folders; OLD may also be a git revision such as git:main. If NEW is "
        "left out, it is the rulebook here."
    ),
)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path(), required=False)
@click.option(
    "--cases",
    "-c",
    multiple=True,
    required=True,
    metavar="FILE",
    type=click.Path(),
    help=say_help("Files with cases, as for `batch`; can be given several times."),
)
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help(
        "Judge as of this instant; or the fact or column that gives it. If left out: what the "
        "case gives as `as_of`, else the last event that it tells of."
    ),
)
@click.option(
    "--moments",
    is_flag=True,
    help=say_help(
        "Compare at every moment at which a case changes: a deadline that moves is seen even "
        "where the final result is the same."
    ),
)
@click.option("--by", metavar="FACT", help=say_help("Also count by the values of a fact."))
@click.option(
    "--truth",
    metavar="OUTCOME=FACT",
    help=say_help("Compare an outcome with the fact that says what was actually decided."),
)
@options.assume
@options.overlays
@options.quick
@click.option(
    "--fail-on",
    multiple=True,
    metavar="CONDITION",
    help=say_help(
        "Exit with code 1 if this happens in any case, such as 'NAME increases'; can be given several times."
    ),
)
@click.option(
    "--save",
    metavar="FILE",
    type=options.OutputFile(),
    help=say_help("Write one example of each change as tests (*.cases.yaml)."),
)
@many.jobs
@many.input_form
@many.id_name
@many.ignore
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    help=say_help("Output format."),
)
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    type=options.OutputFile(stdout=True),
    help=say_help("Write to a file instead of standard output."),
)
@options.language
def command(
    old: str,
    new: str | None,
    cases: tuple[str, ...],
    as_of: str | None,
    moments: bool,
    by: str | None,
    truth: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    quick: bool,
    fail_on: tuple[str, ...],
    save: str | None,
    jobs: int | None,
    input_form: Form | None,
    id_name: str,
    ignore: tuple[str, ...],
    form: str,
    out: str | None,
    language: Language,
) -> None:
    """Compare two versions on past cases."""
    say = options.speech(language)
    folder = options.find_rules(new)
    refuse_bare_revision(old, folder, say)
    # The folder first: if it is wrong, so is the name that a revision of it has.
    after = load_version(folder, folder, overlays, say)
    versions = load_version(old, folder, overlays, say), after
    asked = options.pairs(assumed, "--assume")
    known = {id for one in versions for id in one.model.assumptions}
    books = _prepared(versions[0], asked, known, say), _prepared(versions[1], asked, known, say)
    when, as_of_name = (
        (When("last", int(time.time())), "as_of") if as_of is None else read_when(books[1], as_of, say)
    )
    task = Comparison(
        _shipment(versions[0], overlays, asked),
        _shipment(versions[1], overlays, asked),
        Named(id_name, as_of_name, ignore),
        when,
        "all" if moments else "one",
        None if by is None else _by(books[1], by, say),
        None if truth is None else _truth(books[1], truth, say),
        not quick,
    )
    mixture = Mixture(versions[0].model, versions[1].model)
    conditions = [_condition(books[1].model, one, say) for one in fail_on]
    tally = Tally()
    sources = many.sources(cases, say, input_form)  # also where no case can change: a wrong name is told
    many.refuse_overwriting(sources, [("--out", out), ("--save", save)], say)
    if mixture.parts:
        tally = _run(task, books[1], sources, jobs or cores(), say)
    _show(mixture, tally, books, form, out, say)
    if save is not None:
        _save(save, tally, books, task.new, say)
    failing = [one for one in conditions if one.holds(tally)]
    for one in failing:
        options.tell(say("--fail-on: {condition}", condition=one.written))
    if failing:
        raise click.exceptions.Exit(codes.RULE_FAULTS)
    is_faulty = tally.numbers.number("unread") or tally.numbers.number("refused", "both")
    raise click.exceptions.Exit(codes.CASE_FAULTS if is_faulty else codes.FINE)


def _prepared(
    version: Version, asked: Sequence[tuple[str, str]], known: Collection[str], say: Speech
) -> Rulebook:
    """Return a version ready to judge; assumptions ``known`` to the other version alone are left to that."""
    own = {id: reading for id, reading in asked if id in version.model.assumptions or id not in known}
    try:
        return prepare(version.model, own, "compiled", version.plan, "few")
    except FaultsFound as found:
        raise loading.refused(found.diagnostics, say) from None


def _shipment(version: Version, overlays: Sequence[str], asked: Sequence[tuple[str, str]]) -> Shipment:
    readings = tuple((id, reading) for id, reading in asked if id in version.model.assumptions)
    return Shipment(version.directory, version.files, tuple(overlays), readings, version.model.digest)


def _by(rulebook: Rulebook, name: str, say: Speech) -> str:
    fact = _fact(rulebook.model, "--by", name, say)
    if fact.listed is not None:
        raise click.UsageError(
            say("--by takes a fact that a case has once; `{name}` belongs to a list", name=name)
        )
    return fact.path


def _fact(book: Model, option: str, name: str, say: Speech) -> Fact:
    from policyengine.model.lookup import Unknown

    found = Lookup(book).key(name, ("fact",))
    if isinstance(found, Unknown):
        raise click.UsageError(options.refused(option, found.what, found.help, say))
    return book.facts[found[0]]


def _truth(rulebook: Rulebook, written: str, say: Speech) -> tuple[str, str]:
    ((name, other),) = options.pairs([written], "--truth")
    outcome, fact = (_fact(rulebook.model, "--truth", one, say) for one in (name, other))
    if outcome.role == "given" or fact.role != "given" or outcome.listed or fact.listed:
        raise click.UsageError(say("--truth takes an outcome and a fact that cases give: OUTCOME=FACT"))
    if outcome.type is not fact.type:
        raise click.UsageError(
            say(
                "--truth: `{one}` has the type {type}, and `{other}` the type {other_type}",
                one=outcome.path,
                type=outcome.type.value,
                other=fact.path,
                other_type=fact.type.value,
            )
        )
    return outcome.path, fact.path


def _condition(book: Model, written: str, say: Speech) -> Condition:
    found = parse_condition(written, book)
    if isinstance(found, Condition):
        return found
    raise click.UsageError(options.refused("--fail-on", found, None, say))


def _run(task: Comparison, rulebook: Rulebook, sources: Sequence[Input], jobs: int, say: Speech) -> Tally:
    """Compare all cases. Raises Exit and UsageError."""
    tally = Tally()
    columns = ColumnFinder(Lookup(rulebook.model), task.named)
    with many.told_faults(say), Progress(sources, say) as progress:
        check_heads(sources, columns)
        faulty = many.Faulty(progress, say)
        for _, done in run_blocks(task, read_blocks(sources, columns, progress.read), jobs):
            tally.merge(done.tally)
            progress.show(tally.numbers.number("records"))
            faulty.take(done.faulty)
    faulty.end(tally.numbers.number("refused", "both"))
    return tally


def _show(
    mixture: Mixture, tally: Tally, books: tuple[Rulebook, Rulebook], form: str, out: str | None, say: Speech
) -> None:
    words = ImpactWords(mixture, tally, say)
    explained = Examples(*books, say).explained(tally, form in ("html", "json"))
    if form == "json":
        from policyengine.impact.data import render_impact_json

        text = render_impact_json(mixture, tally, words, explained)
    elif form == "markdown":
        text = markdown_of(words.page(explained, many=False))
    elif form == "html":
        text = html_of(words.page(explained), say)
    else:
        text = text_of(
            words.page(explained, many=False),
            out in (None, options.STANDARD_OUTPUT) and options.has_color(sys.stdout),
        )
    options.put(out, text)


def _save(path: str, tally: Tally, books: tuple[Rulebook, Rulebook], judging: Shipment, say: Speech) -> None:
    """Write the examples as tests that judge as they were judged: with the same readings and overlays."""
    from policyengine.testing.writing import scenario_lines

    book = books[1].model
    lines = ["# " + say("What the rules answer now, one case for each change: read every line.")]
    lines += [f"policy_cases: {min(book.policies)}", "cases:"]
    for one in scenarios(tally, Examples(*books, say)):
        asked = dict(judging.readings), judging.overlays
        lines += scenario_lines(one.name, one.given, one.as_of, one.expect, *asked)
    options.write_file(path, "".join(f"{line}\n" for line in lines))
