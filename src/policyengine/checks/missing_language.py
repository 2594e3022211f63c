"""``missing-language`` (warning): A text lacks a language of the rulebook.

A rulebook with `languages: [zh, en]` promises its readers both. Where one is missing, they are shown the
other.

Fails::

    # policies/returns.yaml
    title: {en: Returns}

Passes::

    # policies/returns.yaml
    title: {zh: 退货, en: Returns}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics import Diagnostic, marked, message, warning
from policyengine.rulebook import Rule, Rulebook, TextByReading
from policyengine.source import Span
from policyengine.words import Text

Titled = tuple[str, Text, Span]

# Whole sentences, because a translation cannot be put together from pieces.
_LACKS = {
    "zh": marked("`{name}` has no text in Chinese"),
    "en": marked("`{name}` has no text in English"),
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every text that lacks a language, at what it belongs to."""
    for name, text, span in _texts(rulebook):
        for language in rulebook.languages:
            if not (text.zh if language == "zh" else text.en):
                what = message(_LACKS[language], name=name)
                yield warning("missing-language", what, span, message("add `{key}: …`", key=language))


def _texts(rulebook: Rulebook) -> Iterator[Titled]:
    yield from _of_book(rulebook)
    yield from _of_vocabulary(rulebook)
    for parameter in rulebook.parameters.values():
        yield parameter.id, parameter.title, parameter.span
    for deadline in rulebook.deadlines.values():
        yield deadline.id, deadline.title, deadline.span
    for amount in rulebook.amounts.values():
        yield amount.id, amount.title, amount.span
    for rule in rulebook.rules.values():
        yield from _of_rule(rule)
    for clause in rulebook.clauses.values():
        if clause.status != "rule":
            yield clause.id, clause.why, clause.span
    for report in rulebook.reports.values():
        yield report.id, report.title, report.span
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.counts)
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.lists)
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.repeats)


def _of_book(rulebook: Rulebook) -> Iterator[Titled]:
    yield rulebook.id, rulebook.title, rulebook.span
    for party in rulebook.parties.values():
        yield party.id, party.title, rulebook.span
    for document in rulebook.documents:
        yield document.id, document.title, document.span
    for assumption in rulebook.assumptions.values():
        yield assumption.id, assumption.title, assumption.span
        for reading in assumption.readings:
            yield f"{assumption.id}: {reading.id}", reading.title, assumption.span
    for policy in rulebook.policies.values():
        yield policy.id, policy.title, policy.span
    for overlay in rulebook.overlays:
        yield overlay.id, overlay.title, Span(overlay.file)


def _of_vocabulary(rulebook: Rulebook) -> Iterator[Titled]:
    for path, fact in rulebook.facts.items():
        yield path, fact.title, fact.span
        for choice in fact.choices:
            yield f"{path}: {choice.name}", choice.title, fact.span
    for path, listed in rulebook.lists.items():
        yield path, listed.title, listed.span


def _of_rule(rule: Rule) -> Iterator[Titled]:
    yield rule.id, rule.title, rule.span
    for notice in rule.notices:
        yield f"{rule.id}: text", notice.text, notice.span
        if isinstance(notice.otherwise, TextByReading):
            for reading, text in notice.otherwise.readings:
                yield f"{rule.id}: otherwise: {reading}", text, notice.span
        elif notice.otherwise != Text():
            yield f"{rule.id}: otherwise", notice.otherwise, notice.span
