"""Everything that a rulebook asks and names, for checks that look at all of it."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.asked import conditions_of
from policyengine.model.conditions import (
    ByReading,
    Count,
    Operand,
    Pick,
    ReadingIs,
    Ref,
    Some,
    Test,
    Window,
    operands_in,
    parts_of,
)
from policyengine.model.conditions import operands_of as operands_of_computed
from policyengine.model.letters import Letter
from policyengine.model.rulebook import Amount, Deadline, MissingByReading, Rule, Rulebook, TextByReading
from policyengine.semantics.strata import lists_of_computed, refs_of_operand

Titled = tuple[str, Text, Span]


def operands_of(rulebook: Rulebook) -> Iterator[Operand]:
    """Return the values in conditions and in every other place that takes one, names that are tested too."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            yield from operands_in(part)
    for computed in rulebook.computed.values():
        yield from operands_of_computed(computed.value)
    for rule in rulebook.rules.values():
        for conclusion in rule.then:
            yield conclusion.value
    for table in rulebook.tables.values():
        yield from table.asks  # a column of `any` alone is asked, too
    for deadline in rulebook.deadlines.values():
        yield from _of_deadline(deadline)
    for amount in rulebook.amounts.values():
        yield from _of_amount(amount)
    for parameter in rulebook.parameters.values():
        if parameter.by is not None:
            yield parameter.by
    for fact in rulebook.facts.values():
        for bound in fact.bounds:
            yield bound.operand
        if fact.otherwise is not None:
            yield fact.otherwise
    for report in rulebook.reports.values():
        yield report.dated_by
        yield from (count.by for count in report.counts)
        yield from (repeats.by for repeats in report.repeats)
        for listed in report.lists:
            yield from listed.columns
    for letter in rulebook.letters.values():
        for paragraph in letter.paragraphs:
            yield from paragraph.names


def _of_deadline(deadline: Deadline) -> Iterator[Operand]:
    yield from deadline.measured
    yield from deadline.instants_of_pauses
    yield from deadline.met_by
    yield from deadline.stopped_by
    yield from deadline.owed_until


def _of_amount(amount: Amount) -> Iterator[Operand]:
    yield from amount.operands
    for cap in amount.caps:
        yield cap.limit


def refs_of(rulebook: Rulebook) -> Iterator[Ref]:
    """Return every name that is used, but for those that rules conclude."""
    for operand in operands_of(rulebook):
        yield from refs_of_operand(operand)


def lists_of(rulebook: Rulebook) -> Iterator[str]:
    """Return the lists that are asked about or gone through."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Some | Count | Pick):
                yield part.listed
    for computed in rulebook.computed.values():
        yield from lists_of_computed(computed)
    loops = [rule.listed for rule in rulebook.rules.values()]
    loops += [deadline.listed for deadline in rulebook.deadlines.values()]
    loops += [amount.listed for amount in rulebook.amounts.values()]
    yield from (listed for listed in loops if listed is not None)


def sets_of(rulebook: Rulebook) -> Iterator[str]:
    """Return the sets that are asked for."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Test) and part.named:
                yield part.named


def assumptions_of(rulebook: Rulebook) -> Iterator[str]:
    """Return the assumptions on which something depends."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, ReadingIs):
                yield part.assumption
            if isinstance(part, Window):
                yield from (rule.assumption for rule in part.counting if rule.assumption is not None)
    for operand in operands_of(rulebook):
        yield from assumptions_of_operand(operand)
    for deadline in rulebook.deadlines.values():
        yield from (rule.assumption for rule in deadline.counting if rule.assumption is not None)
    for fact in rulebook.facts.values():
        if isinstance(fact.if_missing, MissingByReading):
            yield fact.if_missing.assumption
    for rule in rulebook.rules.values():
        for notice in rule.notices:
            if isinstance(notice.otherwise, TextByReading):
                yield notice.otherwise.assumption


def assumptions_of_operand(operand: Operand) -> Iterator[str]:
    """Return the assumptions whose readings say what an operand is."""
    if isinstance(operand, ByReading):
        yield operand.assumption
        for _, inner in operand.readings:
            yield from assumptions_of_operand(inner)


def texts_of(rulebook: Rulebook) -> Iterator[Titled]:
    """Return every text for people, with the name of what it belongs to and the place of that."""
    yield from _texts_of_book(rulebook)
    yield from _texts_of_vocabulary(rulebook)
    for parameter in rulebook.parameters.values():
        yield parameter.id, parameter.title, parameter.span
    for deadline in rulebook.deadlines.values():
        yield deadline.id, deadline.title, deadline.span
    for amount in rulebook.amounts.values():
        yield amount.id, amount.title, amount.span
    for rule in rulebook.written_rules:
        yield from _texts_of_rule(rule)
    for table in rulebook.tables.values():
        yield table.id, table.title, table.span
    for clause in rulebook.clauses.values():
        if clause.status != "rule":
            yield clause.id, clause.why, clause.span
    for report in rulebook.reports.values():
        yield report.id, report.title, report.span
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.counts)
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.lists)
        yield from ((f"{report.id}: {one.id}", one.title, one.span) for one in report.repeats)
    for letter in rulebook.letters.values():
        yield from _texts_of_letter(letter)


def _texts_of_book(rulebook: Rulebook) -> Iterator[Titled]:
    yield rulebook.id, rulebook.title, rulebook.span
    for party in rulebook.parties.values():
        yield party.id, party.title, rulebook.span
    for document in rulebook.documents:
        yield document.id, document.title, document.span
        for section in document.sections:
            yield f"{document.id}: {section.name}", section.title, section.span
    for assumption in rulebook.assumptions.values():
        yield assumption.id, assumption.title, assumption.span
        for reading in assumption.readings:
            yield f"{assumption.id}: {reading.id}", reading.title, assumption.span
    for policy in rulebook.policies.values():
        yield policy.id, policy.title, policy.span
    for overlay in rulebook.overlays:
        yield overlay.id, overlay.title, Span(overlay.file)


def _texts_of_vocabulary(rulebook: Rulebook) -> Iterator[Titled]:
    for path, fact in rulebook.facts.items():
        yield path, fact.title, fact.span
        if fact.note:
            yield f"{path}: note", fact.note, fact.span
        if fact.happened:
            yield f"{path}: happened", fact.happened, fact.span
        for choice in fact.choices:
            yield f"{path}: {choice.name}", choice.title, choice.span
        for brief in fact.in_brief:
            yield f"{path}: in_brief", brief.text, fact.span
    for path, listed in rulebook.lists.items():
        yield path, listed.title, listed.span
    for id, found in rulebook.sets.items():
        yield id, found.title, found.span


def _texts_of_rule(rule: Rule) -> Iterator[Titled]:
    yield rule.id, rule.title, rule.span
    if rule.in_brief:
        yield f"{rule.id}: in_brief", rule.in_brief, rule.span
    for notice in rule.notices:
        yield f"{rule.id}: text", notice.text, notice.span
        if isinstance(notice.otherwise, TextByReading):
            for reading, text in notice.otherwise.readings:
                yield f"{rule.id}: otherwise: {reading}", text, notice.span
        elif notice.otherwise != Text():
            yield f"{rule.id}: otherwise", notice.otherwise, notice.span


def _texts_of_letter(letter: Letter) -> Iterator[Titled]:
    for path, words in letter.words:
        yield from ((f"letters: {letter.party}: {path}", one.text, letter.span) for one in words)
    for number, paragraph in enumerate(letter.paragraphs, 1):
        for word, text in (
            ("text", paragraph.text),
            ("title", paragraph.title),
            ("if_none", paragraph.if_none),
        ):
            if text:
                yield f"letters: {letter.party}: {number}: {word}", text, paragraph.span
