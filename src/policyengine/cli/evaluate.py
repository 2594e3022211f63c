"""``policyengine evaluate``: judge cases and say why."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from policyengine.api import EngineName, Rulebook
from policyengine.case import Key
from policyengine.cli import codes, loading, options
from policyengine.cli.examples import OfEvaluate
from policyengine.cli.speech import say as say_help
from policyengine.decision import Decision
from policyengine.diagnostics import Diagnostic
from policyengine.emptiness import why_empty
from policyengine.files import STANDARD_INPUT, read_text
from policyengine.i18n import Language, Speech
from policyengine.json_text import NDJSON, split_ndjson


class _Asked(NamedTuple):
    """What is to be shown of every decision."""

    say: Speech
    is_json: bool
    why: tuple[str, ...]
    why_not: tuple[str, ...]
    trace: bool
    is_single: bool


class _Text(NamedTuple):
    """The JSON text of one case, and the line of its file where it begins."""

    file: str
    first_line: int
    text: str


@click.command(
    "evaluate",
    cls=OfEvaluate,
    help=say_help("Judge the cases in JSON files (- is standard input; .ndjson files hold one case a line)."),
)
@click.argument("cases", nargs=-1, required=True, type=click.Path())
@options.rules
@click.option("--as-of", metavar="TIME", help=say_help("Judge as of this instant; now if left out."))
@options.assume
@options.overlays
@options.settings
@click.option(
    "--why",
    multiple=True,
    metavar="NAME",
    help=say_help("Explain an outcome, step by step down to the case."),
)
@click.option(
    "--why-not",
    multiple=True,
    metavar="RULE",
    help=say_help("Explain why a rule does not hold, nearest condition first."),
)
@click.option("--trace", is_flag=True, help=say_help("Show the rules in the order in which they fired."))
@click.option(
    "--quick",
    is_flag=True,
    help=say_help("Do not try what the case could still say: faster, and more stays undetermined."),
)
@click.option(
    "--strict",
    is_flag=True,
    help=say_help("Exit with code 4 when an outcome is undetermined, or nothing at all is decided."),
)
@click.option(
    "--ndjson", is_flag=True, help=say_help("Read one case from each line, whatever the file is called.")
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Form of the output."),
)
@options.engine
@options.language
def command(
    cases: tuple[str, ...],
    rules: str | None,
    as_of: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    settings: tuple[str, ...],
    why: tuple[str, ...],
    why_not: tuple[str, ...],
    trace: bool,
    quick: bool,
    strict: bool,
    ndjson: bool,
    form: str,
    engine: EngineName,
    language: Language,
) -> None:
    """Judge cases."""
    say = options.speech(language)
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, engine, say)
    instant = loading.instant(rulebook, "--as-of", as_of, say)
    changes = options.pairs(settings, "--set")
    texts, faults = _read(cases, ndjson)
    is_single = len(cases) == 1 and not ndjson and not cases[0].endswith(NDJSON)
    asked = _Asked(say, form == "json", why, why_not, trace, is_single)
    code = codes.FINE
    gc.enable()
    for number, text in enumerate(texts):
        read, wrong = rulebook.read_case(text.text, text.file, text.first_line, changes)
        if read is None:
            faults.append((text, wrong))
            continue
        decision = rulebook.judge(read, instant, changes, refine=not quick)
        options.write(("\n" if number and not asked.is_json else "") + _show(decision, asked))
        if strict and (decision.undetermined or why_empty(decision) is not None):
            code = codes.UNDETERMINED
    if faults:
        _tell_all(faults, say)
        code = codes.USAGE if changes and _are_fine(faults, rulebook) else codes.CASE_FAULTS
    raise click.exceptions.Exit(code)


def _are_fine(faults: _Faults, rulebook: Rulebook) -> bool:
    """Tell whether the cases have no faults as they stand, only with what ``--set`` puts into them."""
    return all(rulebook.read_case(one.text, one.file, one.first_line)[0] is not None for one, _ in faults)


# ---------- reading


_Faults = list[tuple[_Text, list[Diagnostic]]]


def _read(paths: Iterable[str], ndjson: bool) -> tuple[list[_Text], _Faults]:
    """Return the texts of all cases, and the faults of files that cannot be read."""
    texts: list[_Text] = []
    faults: _Faults = []
    for path in paths:
        text, wrong = read_text(path)
        if text is None:
            faults.append((_Text(path, 1, ""), wrong))
        else:
            name = "<stdin>" if path == STANDARD_INPUT else path
            texts += _split(text, name, ndjson or path.endswith(NDJSON))
    return texts, faults


def _split(text: str, name: str, is_ndjson: bool) -> Iterator[_Text]:
    if not is_ndjson:
        yield _Text(name, 1, text)
        return
    for line, part in split_ndjson(text):
        yield _Text(name, line, part)


# ---------- showing


def _tell_all(faults: _Faults, say: Speech) -> None:
    for text, diagnostics in faults:
        loading.tell_of_case(diagnostics, text.file, text.text, say, text.first_line)


def _show(decision: Decision, asked: _Asked) -> str:
    if asked.is_json:
        return _show_json(decision, asked)
    color = options.has_color(sys.stdout)
    if asked.why or asked.why_not:
        return _explain(decision, asked, color)
    from policyengine.render.text import render_text, render_trace

    text = render_text(decision, asked.say, color)
    return text + "\n" + render_trace(decision, asked.say, color) if asked.trace else text


def _explain(decision: Decision, asked: _Asked, color: bool) -> str:
    from policyengine.render.why import Chain, find_rule

    chain = Chain(decision, asked.say, color)
    parts = [chain.why(_named(decision, name, asked)) for name in asked.why]
    for name in asked.why_not:
        key = find_rule(decision, name)
        if key is None:
            raise _unknown(asked.say, "--why-not", name, [name for name, _ in decision.findings.rules])
        parts.append(chain.why_not(key))
    return "\n".join(parts)


def _named(decision: Decision, name: str, asked: _Asked) -> Key:
    from policyengine.render.why import find_name

    key = find_name(decision, name)
    if key is None:
        raise _unknown(asked.say, "--why", name, [name for name, _ in decision.findings.states])
    return key


def _unknown(say: Speech, option: str, name: str, known: Iterable[str]) -> click.UsageError:
    from policyengine.suggestions import closest

    found = closest(name, known)
    if found is None:
        return click.UsageError(
            say("{option}: nothing is named `{name}` in this case", option=option, name=name)
        )
    return click.UsageError(
        say(
            "{option}: nothing is named `{name}` in this case, did you mean `{word}`?",
            option=option,
            name=name,
            word=found,
        )
    )


def _show_json(decision: Decision, asked: _Asked) -> str:
    from policyengine.render.json import render_json

    for name in asked.why:
        _named(decision, name, asked)  # the data explains every name already
    indent = 2 if asked.is_single else None
    return render_json(decision, _why_not_data(decision, asked), indent) + "\n"


def _why_not_data(decision: Decision, asked: _Asked) -> dict[str, object]:
    if not asked.why_not:
        return {}
    from policyengine.render.json import failed_rule_data
    from policyengine.render.why import find_rule

    data = []
    for name in asked.why_not:
        key = find_rule(decision, name)
        if key is None:
            raise _unknown(asked.say, "--why-not", name, [name for name, _ in decision.findings.rules])
        data.append(failed_rule_data(decision, key))
    return {"why_not": data}
