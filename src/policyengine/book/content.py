"""From a rulebook and its tests to the blocks of a policy book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from policyengine.book.blocks import (
    Block,
    Cell,
    Document,
    Heading,
    Link,
    Links,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from policyengine.book.case_names import CaseNames, expected_text
from policyengine.book.flow import flow_of
from policyengine.book.languages import only
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text, unspoken
from policyengine.frozen import replace
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Amount, Deadline, Fact, Overlay, Parameter, Policy, Rule, Rulebook
from policyengine.model.rulebook import Table as RuleTable
from policyengine.reading.citations import citations
from policyengine.render.bilingual import Bilingual
from policyengine.render.clause_index import STATUSES
from policyengine.render.letter_template import paragraph, tells, wordings
from policyengine.render.naming import place
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode
from policyengine.testing.scenarios import Check, Scenario, ScenarioFile
from policyengine.values.currencies import currency_name
from policyengine.values.display import TYPE_WORDS
from policyengine.values.literals import ValueType

Exercised = Mapping[tuple[str, str], Sequence[str]]
_Part = TypeVar("_Part", Rule, Deadline, Amount, RuleTable)
_Spanned = TypeVar("_Spanned", Rule, Deadline, Amount, Parameter, RuleTable)
_MOST_CASES = 12
_ROLES = {"given": marked("given by the case"), "derived": marked("concluded"), "outcome": marked("outcome")}


def policy_book(
    book: Rulebook,
    tests: Iterable[ScenarioFile],
    exercised: Exercised,
    languages: Sequence[str] | None = None,
) -> Document:
    """Return the book of a rulebook; ``exercised`` names the cases that exercise each part.

    It is in all languages of the rulebook, or in those asked for alone.
    """
    spoken = tuple(languages or book.languages)
    document = Document(book.title, tuple(_Writer(book, list(tests), exercised, spoken).blocks()), spoken)
    return document if languages is None else only(document, spoken)


class _Writer:
    """Writes the blocks of one book."""

    def __init__(
        self, book: Rulebook, tests: Sequence[ScenarioFile], exercised: Exercised, languages: Sequence[str]
    ) -> None:
        self.book = book
        self.tests = tests
        self.exercised = exercised
        self.voice = Bilingual(book, languages)
        self.both = self.voice.both
        scenarios = [one for file in tests for one in file.scenarios]
        # Two files may have cases of one name: each has a place of its own, and links lead to the first.
        self.anchors = {one.span: f"case-{number}" for number, one in enumerate(scenarios)}
        self.cases = {one.name: self.anchors[one.span] for one in reversed(scenarios)}
        names = CaseNames(book, self.voice, languages)
        self.names = {
            one.span: names.of(file, number, one)
            for file in tests
            for number, one in enumerate(file.scenarios, 1)
        }
        self.called = {
            one.name: names.short(file, number, one)
            for file in reversed(self.tests)
            for number, one in reversed([*enumerate(file.scenarios, 1)])
        }

    def blocks(self) -> Iterator[Block]:
        yield from self._cover()
        for policy in self.book.policies.values():
            yield from self._policy(policy)
        yield from self._vocabulary()
        yield from self._assumptions()
        yield from self._overlays()
        yield from self._reports()
        yield from self._letters()
        yield from self._clauses()
        yield from self._tests()

    def _cover(self) -> Iterator[Block]:
        book = self.book
        yield Heading(1, "top", book.title)
        rows: list[tuple[Cell, ...]] = [
            (self.both("Version"), book.version),
            (self.both("Digest of the files"), book.digest),
            (self.both("Time zone"), book.zone.key),
            (self.both("Currency"), self._currency()),
            (self.both("Business days"), f"{book.calendar.code} ({book.calendar.version})"),
        ]
        for document in book.documents:
            rows.append((self.both("Source"), document.title))
            if document.digest:
                rows.append((self.both("Digest of the source"), document.digest))
        yield Table((), tuple(rows))
        counts = self.both(
            "{policies} policies, {rules} rules, {deadlines} deadlines, {amounts} amounts,"
            " {parameters} parameters, {clauses} clauses, {cases} test cases",
            policies=len(book.policies),
            rules=len([*book.written_rules]),
            deadlines=len(book.deadlines),
            amounts=len(book.amounts),
            parameters=len(book.parameters),
            clauses=len(book.clauses),
            cases=len(self.anchors),
        )
        yield Paragraph(counts)
        if book.tables:
            count = sum(1 for table in book.tables.values() for _ in table.rows)
            words = self.both("{tables} tables with {rows} rows", tables=len(book.tables), rows=count)
            yield Paragraph(words)

    def _currency(self) -> Text:
        code = self.book.currency.code
        return self.voice.stated(lambda one: f"{code} ({currency_name(code, one.naming.language)})")

    # ---------- policies

    def _policy(self, policy: Policy) -> Iterator[Block]:
        yield Heading(2, f"policy-{policy.id}", policy.title, policy.id, place(policy.span))
        scope = self.voice.stated(lambda one: one.scope(policy))
        if scope:
            yield Paragraph(scope)
        parameters = [one for one in self.book.parameters.values() if one.policy == policy.id]
        for title, parts in (
            ("Parameters", [self._parameter(one) for one in _written(parameters)]),
            ("Deadlines", [self._deadline(one) for one in _written(self._of(self.book.deadlines, policy))]),
            ("Amounts", [self._amount(one) for one in _written(self._of(self.book.amounts, policy))]),
            ("Tables", [self._table(one) for one in _written(self._of(self.book.tables, policy))]),
            ("Rules", [self._rule(one) for one in _written(self._rules_of(policy))]),
        ):
            if parts:
                yield Heading(3, f"{title.lower()}-{policy.id}", self.both(_PARTS[title]))
                for part in parts:
                    yield from part
        flow = flow_of(self.book, policy.id)
        if flow.edges:
            yield Picture(f"flow-{policy.id}", self.both("How facts flow"), flow)

    def _of(self, group: Mapping[str, _Part], policy: Policy) -> list[_Part]:
        return [one for one in group.values() if one.policy == policy.id]

    def _rules_of(self, policy: Policy) -> list[Rule]:
        return [one for one in self.book.written_rules if one.policy == policy.id]

    def _head(self, kind: str, id: str, title: Text, span: Span, source: Source | None) -> Iterator[Block]:
        yield Heading(4, f"{kind}-{id}", title, id, place(span))
        if source is not None:
            yield Quote(source.quote, source.section, tuple(self._clause_link(one) for one in source.clauses))

    def _clause_link(self, id: str) -> Link:
        return Link(unspoken(id), f"clause-{id}" if id in self.book.clauses else "")

    def _parameter(self, parameter: Parameter) -> Iterator[Block]:
        yield from self._head("parameter", parameter.id, parameter.title, parameter.span, parameter.source)
        yield Paragraph(self.both("Values: {values}", values=self.voice.parameter(parameter)))
        if parameter.unconfirmed:
            yield Paragraph(self.both("not confirmed: set by the overlay {id}", id=parameter.unconfirmed))
        yield from self._used_by("parameter", parameter.id)

    def _deadline(self, deadline: Deadline) -> Iterator[Block]:
        yield from self._head("deadline", deadline.id, deadline.title, deadline.span, deadline.source)
        yield Paragraph(self.voice.deadline(deadline))
        how = self.voice.stated(lambda one: one.counting(deadline))
        yield Paragraph(self.both("Counting: {how}.", how=how))
        yield from self._used_by("deadline", deadline.id)

    def _amount(self, amount: Amount) -> Iterator[Block]:
        yield from self._head("amount", amount.id, amount.title, amount.span, amount.source)
        yield Paragraph(self.voice.amount(amount))
        yield from self._used_by("amount", amount.id)

    def _rule(self, rule: Rule) -> Iterator[Block]:
        yield from self._head("rule", rule.id, rule.title, rule.span, rule.source)
        yield Paragraph(self.voice.stated(lambda one: one.rule(rule, with_precedence=False)))
        yield from self._precedence(rule)
        yield from self._used_by("rule", rule.id)

    def _precedence(self, rule: Rule) -> Iterator[Block]:
        below = self.book.overridden_by(rule)
        if below:
            yield Links(self.both("Takes precedence over"), self._rule_links(one.id for one in below))
        is_own = bool(rule.table)
        above = [
            one.id
            for one in self.book.rules.values()
            if rule.id in one.overrides and not (is_own and one.table == rule.table)
        ]
        if above:
            yield Links(self.both("Gives way to"), self._rule_links(above))

    def _table(self, table: RuleTable) -> Iterator[Block]:
        yield from self._head("table", table.id, table.title, table.span, table.source)
        yield Paragraph(self.voice.table(table))
        titles = [self.voice.title(ref.name) for ref in (*table.asks, *table.gives)]
        for version in table.versions:
            days = self.voice.conditions(version.days)
            if days.joined:
                yield Paragraph(self.both("Where {conditions}:", conditions=days))
            rows: list[tuple[Cell, ...]] = [
                (row.rule.rpartition(" ")[2], *row.asked, *row.given) for row in version.rows
            ]
            yield Table((self.both("Row"), *titles), tuple(rows))
        first = next(iter(table.rules), None)
        if first is not None:
            yield from self._precedence(self.book.rules[first])
        names = [name for rule in table.rules for name in self.exercised.get(("rule", rule), ())]
        yield from self._tested_by(list(dict.fromkeys(names)))

    def _rule_links(self, ids: Iterable[str]) -> tuple[Link, ...]:
        """Return links to rules; for rows to their table, each once."""
        return tuple(dict.fromkeys(map(self._rule_link, ids)))

    def _rule_link(self, id: str) -> Link:
        rule = self.book.rules.get(id)
        table = self.book.tables.get(id if rule is None else rule.table)
        if table is not None:
            return Link(table.title, f"table-{table.id}")
        return Link(self.book.rules[id].title, f"rule-{id}")

    def _used_by(self, kind: str, id: str) -> Iterator[Block]:
        yield from self._tested_by(self.exercised.get((kind, id), ()))

    def _tested_by(self, names: Sequence[str]) -> Iterator[Block]:
        links = [
            Link(self.called.get(name, unspoken(name)), self.cases.get(name, ""))
            for name in names[:_MOST_CASES]
        ]
        if len(names) > _MOST_CASES:
            links.append(Link(self.both("and {count} more", count=len(names) - _MOST_CASES), ""))
        if links:
            yield Links(self.both("Tested by"), tuple(links))

    # ---------- vocabulary

    def _vocabulary(self) -> Iterator[Block]:
        yield Heading(2, "facts", self.both("Facts"))
        concluding: dict[str, list[str]] = {}
        for rule in self.book.rules.values():
            for one in rule.then:
                concluding.setdefault(one.fact.name, []).append(rule.id)
        for fact in self.book.facts.values():
            yield from self._fact(fact, concluding.get(fact.path, ()))
        if self.book.sets:
            yield Heading(2, "sets", self.both("Sets of values"))
        for found in self.book.sets.values():
            yield Heading(5, f"set-{found.id}", found.title, found.id, place(found.span))
            yield Paragraph(self.both("Values: {values}", values=self.voice.value_set(found)))

    def _fact(self, fact: Fact, concluding: Sequence[str]) -> Iterator[Block]:
        yield Heading(5, f"fact-{fact.path}", fact.title, fact.path)
        type = self.voice.message(TYPE_WORDS[fact.type])
        yield Paragraph(self.both("{type}; {role}", type=type, role=self.both(_ROLES[fact.role])))
        if fact.for_record:
            yield Paragraph(self.both("kept for the record: no rule uses it"))
        if fact.note:
            yield Paragraph(fact.note)
        if fact.happened:
            yield Paragraph(self.both("when it has happened: {words}", words=fact.happened))
        if fact.choices:
            yield Table((), tuple((choice.name, choice.title) for choice in fact.choices))
        if fact.combine is not None or fact.otherwise is not None:
            yield Paragraph(self.voice.stated(lambda one: " ".join(one.building(fact))))
        if concluding:
            yield Links(self.both("Concluded by"), self._rule_links(concluding))

    def _assumptions(self) -> Iterator[Block]:
        if self.book.assumptions:
            yield Heading(2, "assumptions", self.both("Points that the source leaves open"))
        for one in self.book.assumptions.values():
            yield from self._head("assumption", one.id, one.title, one.span, one.source)
            rows = []
            for reading in one.readings:
                is_default = self.both("default") if reading.id == one.default else ""
                rows.append((reading.id, reading.title, is_default))
            yield Table((), tuple(rows))
            yield from self._used_by("assumption", one.id)

    def _overlays(self) -> Iterator[Block]:
        if not self.book.overlays:
            return
        yield Heading(2, "overlays", self.both("Figures that can be switched on"))
        rows: list[tuple[Cell, ...]] = []
        for overlay in self.book.overlays:
            confirmed = self.both("confirmed") if overlay.confirmed else self.both("not confirmed")
            rows += ((overlay.id, overlay.title, confirmed, *figure) for figure in self._figures(overlay))
        head = ("Name", "Title", "State", "Sets", "Values")
        yield Table(tuple(self.both(_HEADS[one]) for one in head), tuple(rows))

    def _figures(self, overlay: Overlay) -> Iterator[tuple[Cell, Cell]]:
        """Return the parameters that an overlay sets, with their values."""
        for name, values in overlay.values:
            parameter = self.book.parameters[name]
            shown = self.voice.parameter(replace(parameter, values=values))
            yield Link(parameter.title, f"parameter-{name}"), shown

    def _reports(self) -> Iterator[Block]:
        if self.book.reports:
            yield Heading(2, "reports", self.both("Reports"))
        for one in self.book.reports.values():
            yield from self._head("report", one.id, one.title, one.span, one.source)
            parts = [(part.id, part.title) for part in one.counts]
            parts += [(part.id, part.title) for part in one.lists]
            parts += [(part.id, part.title) for part in one.repeats]
            yield Table((), tuple(parts))

    def _letters(self) -> Iterator[Block]:
        if self.book.letters:
            yield Heading(2, "letters", self.both("Letters"))
        for party, letter in self.book.letters.items():
            title = self.book.parties[party].title
            yield Heading(5, f"letter-{party}", title, party, place(letter.span))
            yield Paragraph(self.voice.stated(partial(tells, letter)))
            if letter.words:
                yield Paragraph(self.voice.stated(partial(wordings, letter)))
            rows = [
                (str(number), self.voice.stated(partial(paragraph, one)))
                for number, one in enumerate(letter.paragraphs, 1)
            ]
            if rows:
                yield Table((), tuple(rows))
            else:
                yield Paragraph(self.both("Its paragraphs are those of the program."))

    # ---------- clauses and tests

    def _clauses(self) -> Iterator[Block]:
        if not self.book.clauses:
            return
        yield Heading(2, "clauses", self.both("Clauses of the source"))
        naming: dict[str, list[Link]] = {}
        for citation in citations(self.book):
            link = Link(citation.title, f"{citation.kind}-{citation.id}")
            for id in citation.source.clauses:
                naming.setdefault(id, []).append(link)
        section = ""
        for clause in self.book.clauses.values():
            if clause.section != section:
                section = clause.section
                yield Heading(3, f"section-{section}", unspoken(section))
            yield Heading(5, f"clause-{clause.id}", unspoken(clause.id), "", place(clause.span))
            if clause.quote:
                yield Quote(clause.quote, "", ())
            if clause.status != "rule":
                status = self.both(STATUSES[clause.status])
                yield Paragraph(self.both("{status}: {why}", status=status, why=clause.why))
            if clause.id in naming:
                yield Links(self.both("Implemented by"), tuple(dict.fromkeys(naming[clause.id])))

    def _tests(self) -> Iterator[Block]:
        if not self.cases:
            return
        yield Heading(2, "tests", self.both("Test cases"))
        for file in self.tests:
            title = (
                self.book.policies[file.policy].title
                if file.policy in self.book.policies
                else unspoken(file.policy)
            )
            yield Heading(3, f"tests-{file.policy}", title, file.policy, place(Span(file.path)))
            for scenario in file.scenarios:
                yield from self._scenario(scenario)

    def _scenario(self, scenario: Scenario) -> Iterator[Block]:
        name = self.names[scenario.span]
        yield Heading(5, self.anchors[scenario.span], name, "", place(scenario.span))
        given: list[tuple[Cell, ...]] = [*_flat(scenario.given, ""), *sorted(scenario.assume.items())]
        given += [(self.both("overlay"), one) for one in scenario.overlays]
        yield Table((self.both("Given"), self.both("Value")), tuple(given))
        rows = [row for check in scenario.checks for row in self._check(check)]
        if rows:
            yield Table((self.both("Judged as of"), self.both("Outcome"), self.both("Expected")), tuple(rows))
        if scenario.faults:
            words = self.both("This case is refused: {codes}", codes=", ".join(scenario.faults))
            yield Paragraph(words)

    def _check(self, check: Check) -> Iterator[tuple[Cell, ...]]:
        as_of = self.voice.value(check.as_of, ValueType.INSTANT)
        for expectation in check.expect:
            name, _ = expectation.key
            anchor = f"fact-{name}" if name in self.book.facts else ""
            yield (
                as_of,
                Link(self.voice.title(name), anchor),
                expected_text(self.book, self.voice, expectation),
            )


_HEADS = {
    "Name": marked("Name"),
    "Title": marked("Title"),
    "State": marked("State"),
    "Sets": marked("Sets"),
    "Values": marked("Values"),
}
_PARTS = {
    "Parameters": marked("Parameters"),
    "Deadlines": marked("Deadlines"),
    "Amounts": marked("Amounts"),
    "Rules": marked("Rules"),
    "Tables": marked("Tables"),
}


def _written(parts: Iterable[_Spanned]) -> list[_Spanned]:
    """Return parts in the order in which they are written."""
    return sorted(parts, key=lambda one: one.span)


def _flat(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """Return the values of a tree with their paths, as a case names them."""
    match node:
        case Scalar():
            yield path, node.text
        case MappingNode():
            for entry in node.entries:
                yield from _flat(entry.value, f"{path}.{entry.key.text}".lstrip("."))
        case SequenceNode():
            for number, item in enumerate(node.items):
                yield from _flat(item, f"{path}[{number}]")
