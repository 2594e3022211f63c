"""``policyengine evaluate``: judge cases and say why."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from policyengine.api import judged_at
from policyengine.cli import codes, loading, options
from policyengine.cli.examples import OfEvaluate
from policyengine.cli.loading import CaseText
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Diagnostic, message
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.engines.choice import EngineName, Load
from policyengine.engines.spot_check import EnginesDiffer, SpotCheck
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import why_empty
from policyengine.syntax.files import shown_name
from policyengine.syntax.lines import NDJSON, read_lines
from policyengine.values.escaping import printable

# What a run of many cases ends with, the gravest first.
_GRAVEST = (codes.CASE_FAULTS, codes.USAGE, codes.UNDETERMINED)

if TYPE_CHECKING:
    from policyengine.model.lookup import Kind


class _Asked(Frozen):
    """What is to be shown of every decision."""

    say: Speech
    form: str
    why: tuple[str, ...]
    why_not: tuple[str, ...]
    trace: bool
    brief: bool
    is_single: bool
    is_many: bool
    columns: int | None


@click.command(
    "evaluate",
    cls=OfEvaluate,
    short_help=say_help("Judge cases: what was decided, and why."),
    help=say_help(
        "Judge the cases in YAML or JSON files (- is standard input; .ndjson files hold one case a line)."
    ),
)
@click.argument("cases", nargs=-1, required=True, type=click.Path())
@options.rules
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help(
        "Judge as of this instant; if left out: what the case gives as `as_of`, else now. Of many cases "
        "(NDJSON), those that give none."
    ),
)
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
@click.option("--brief", is_flag=True, help=say_help("Print only the one or two sentences at the head."))
@options.quick
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
    type=click.Choice(["text", "json", "outcomes"]),
    default="text",
    help=say_help("Output format; `outcomes` is one line of JSON per case, without reasons."),
)
@options.engine
@options.width
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
    brief: bool,
    quick: bool,
    strict: bool,
    ndjson: bool,
    form: str,
    engine: EngineName,
    width: int | None,
    language: Language,
) -> None:
    """Judge cases."""
    say = options.speech(language)
    if brief and (form != "text" or why or why_not or trace):
        raise click.UsageError(say("--brief prints sentences and nothing else: leave the other options out"))
    load: Load = "many" if ndjson or any(case.endswith(NDJSON) for case in cases) else "one"
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, engine, say, load)
    usual = loading.instant(rulebook, "--as-of", as_of, say)
    # Of many cases each says when; one is judged when whoever asks says.
    is_asked = as_of is not None and load == "one"
    changes = options.pairs(settings, "--set")
    is_single = len(cases) == 1 and not ndjson and not cases[0].endswith(NDJSON)
    asked = _Asked(
        say, form, why, why_not, trace, brief, is_single, load == "many", options.columns(width, sys.stdout)
    )
    found: set[int] = set()
    checker = rulebook.spot_check() if load == "many" else None
    is_more_ready = all(map(options.is_file, cases)) and not sys.stdout.isatty()  # a pipe may be slow
    for number, text in enumerate(_texts(cases, ndjson, say)):
        try:
            read = loading.read_case(rulebook, text, changes, say)
        except loading.CaseRefused as refused:
            if form != "text" and load == "many":
                options.write(_show_faults(refused.diagnostics, text))
            found.add(refused.exit_code)
            continue
        decision = rulebook.judge(read, judged_at(read, usual, is_asked), changes, refine=not quick)
        if checker is not None:
            _check(checker, decision, text, say)
        options.write(
            ("\n" if number and form == "text" and not brief else "") + _show(decision, text, asked),
            is_more_ready=is_more_ready,
        )
        if strict and (decision.undetermined or why_empty(decision) is not None):
            found.add(codes.UNDETERMINED)
    raise click.exceptions.Exit(next((code for code in _GRAVEST if code in found), codes.FINE))


def _check(checker: SpotCheck, decision: Decision, text: CaseText, say: Speech) -> None:
    """Judge some cases again with another engine. Raises Exit where the two differ, and keeps the case."""
    try:
        checker.check(decision.case, decision.as_of, decision.findings)
    except EnginesDiffer as fault:
        from policyengine.syntax.writing import write_whole  # as it should be, none do

        what = say("two engines judge a case differently: {difference}", difference=fault.difference)
        options.tell(f"{text.file}:{text.first_line}: {what}")
        name = f"engines-differ-{decision.as_of}.json"
        write_whole(name, (text.text or "").encode())
        options.tell(say("the case is in {path}; this is a bug in the program: please report it", path=name))
        raise click.exceptions.Exit(codes.INTERNAL) from None


# ---------- reading


def _texts(paths: Iterable[str], ndjson: bool, say: Speech) -> Iterator[CaseText]:
    """Return the text of one case after the other; files of many cases are never held as a whole."""
    for path in paths:
        if ndjson or path.endswith(NDJSON):
            name = shown_name(path)
            is_empty = True
            for line in read_lines(path):
                is_empty = False
                yield CaseText(name, line.text, line.faults, line.number, is_line=True)
            if is_empty:
                options.tell(say("{path} holds no case", path=name))
        else:
            yield loading.case_text(path)


# ---------- showing


def _show(decision: Decision, text: CaseText, asked: _Asked) -> str:
    if asked.form == "json":
        return _show_json(decision, text, asked)
    if asked.form == "outcomes":
        from policyengine.render.outcomes import render_outcomes

        return render_outcomes(decision, text.file, text.first_line) + "\n"
    if asked.brief:
        from policyengine.render.brief import brief_text
        from policyengine.render.layout import Paint

        words = brief_text(decision, asked.say)
        told = words if asked.is_single else f"{printable(decision.case.id)}: {words}"
        return "\n".join(Paint(False, asked.columns).lines(told, hang=0)) + "\n"
    color = options.has_color(sys.stdout)
    if asked.why or asked.why_not:
        return _explain(decision, asked, color)
    from policyengine.render.text import render_text, render_trace

    page = render_text(decision, asked.say, color, asked.columns)
    return page + "\n" + render_trace(decision, asked.say, color, asked.columns) if asked.trace else page


def _show_faults(faults: Sequence[Diagnostic], text: CaseText) -> str:
    from policyengine.render.outcomes import render_faults

    return render_faults(faults, text.file, text.first_line) + "\n"


def _explain(decision: Decision, asked: _Asked, color: bool) -> str:
    from policyengine.render.why.chain import Chain

    chain = Chain(decision, asked.say, color, asked.columns)
    parts = [chain.why(key) for key in _asked_why(decision, asked)]
    parts += [chain.why_not(key) for key in _asked_why_not(decision, asked)]
    return "\n".join(parts)


def _asked_why(decision: Decision, asked: _Asked) -> list[Key]:
    return [_named(decision, "--why", one, asked) for one in asked.why]


def _asked_why_not(decision: Decision, asked: _Asked) -> list[Key]:
    return [_named(decision, "--why-not", one, asked) for one in asked.why_not]


def _named(decision: Decision, option: str, name: str, asked: _Asked) -> Key:
    """Return what a name or title means to one of the two options that ask for reasons. Raises UsageError."""
    from policyengine.model.lookup import RULES, VALUES, Lookup, Unknown

    lookup, findings = Lookup(decision.judged.rulebook), decision.findings
    takes: dict[str, tuple[tuple[Kind, ...], Collection[Key]]] = {
        "--why": (VALUES, findings.states),
        "--why-not": (RULES, findings.rules),
    }
    kinds, present = takes.pop(option)
    found = lookup.key(name, kinds, present)
    if not isinstance(found, Unknown):
        return found
    ((other, (kinds_of_other, there)),) = takes.items()
    word = None if lookup.find(name, kinds) else lookup.present(name, kinds_of_other, there)
    if word is not None:
        what = message("to ask about `{name}`, use {option}", name=name, option=other)
        found = Unknown(what, message("write `{option} {word}`", option=other, word=word))
    raise click.UsageError(options.refused(option, found.what, found.help, asked.say))


def _show_json(decision: Decision, text: CaseText, asked: _Asked) -> str:
    from policyengine.render.json.decision import render_json

    _asked_why(decision, asked)  # the data explains every name already
    indent = 2 if asked.is_single else None
    more = _why_not_data(decision, asked)
    if asked.is_many:
        more["line"] = text.first_line
    return render_json(decision, more, indent) + "\n"


def _why_not_data(decision: Decision, asked: _Asked) -> dict[str, object]:
    if not asked.why_not:
        return {}
    from policyengine.render.json.decision import failed_rule_data

    return {"why_not": [failed_rule_data(decision, key) for key in _asked_why_not(decision, asked)]}
