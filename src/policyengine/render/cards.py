"""One part of a rulebook on a card: its sentence, its clause, where it is written, who uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.clauses import Clause, Source
from policyengine.model.letters import Letter
from policyengine.model.rulebook import DEADLINE_PROPERTIES, Assumption, Fact, RecordList, Rulebook, Table
from policyengine.render.clause_index import STATUSES
from policyengine.render.layout import Paint, columns, wrap
from policyengine.render.letter_template import paragraph, tells, wordings
from policyengine.render.naming import Naming, place
from policyengine.render.statements import Statements
from policyengine.values.display import TYPE_WORDS

WIDTH = 98
"""Columns of a line where nobody says how many."""


class Cards:
    """Writes the cards of one rulebook."""

    def __init__(self, book: Rulebook, say: Speech, color: bool = False, columns: int = WIDTH) -> None:
        """``say`` speaks the reader's language; lines have at most so many ``columns``."""
        self.book = book
        self.say = say
        self.paint = Paint(color, columns)
        self.columns = columns
        self.naming = Naming(book, say)
        self.statements = Statements(self.naming)

    def names(self) -> Iterator[str]:
        """Return everything that has a card."""
        book = self.book
        groups: tuple[Iterable[str], ...] = (book.rules, book.facts, book.lists, book.sets, book.parameters)
        for group in (*groups, book.deadlines, book.amounts):
            yield from group
        yield from book.assumptions
        yield from book.clauses
        yield from book.policies
        yield from book.tables
        yield from book.letters

    def of(self, name: str) -> str | None:
        """Return the card of a name, or None if nothing has it; a deadline's property means the deadline."""
        lines = [*self._lines(name)]
        deadline, _, property = name.rpartition(".")
        if not lines and deadline in self.book.deadlines and property in DEADLINE_PROPERTIES:
            lines = [*self._lines(deadline)]
        return "".join(f"{line}\n" for line in lines) if lines else None

    def _lines(self, name: str) -> Iterator[str]:
        # The name of a rule may be that of a fact too: then both are shown.
        book = self.book
        if name in book.rules:
            rule = book.rules[name]
            scope = self.statements.scope(book.policies[rule.policy])
            yield from self._card(self.say("rule {id}", id=name), rule.title, rule.span, rule.source)
            yield from self._paragraphs(self.statements.rule(rule), scope)
            if rule.in_brief:
                words = self.naming.text(rule.in_brief)
                yield from self._paragraphs(self.say("In brief: {words}", words=words))
        if name in book.tables:
            yield from self._table(book.tables[name])
        if name in book.deadlines:
            deadline = book.deadlines[name]
            yield from self._card(
                self.say("deadline {id}", id=name), deadline.title, deadline.span, deadline.source
            )
            counted = self.say("Counting: {how}.", how=self.statements.counting(deadline))
            yield from self._paragraphs(self.statements.deadline(deadline), counted)
        if name in book.amounts:
            amount = book.amounts[name]
            yield from self._card(self.say("amount {id}", id=name), amount.title, amount.span, amount.source)
            yield from self._paragraphs(self.statements.amount(amount))
        if name in book.parameters:
            parameter = book.parameters[name]
            head = self.say("parameter {id}", id=name)
            yield from self._card(head, parameter.title, parameter.span, parameter.source)
            for line in self.statements.parameter(parameter):
                yield from self._line(line)
        if name in book.facts:
            yield from self._fact(book.facts[name])
        if name in book.lists:
            yield from self._list(book.lists[name])
        if name in book.sets:
            found = book.sets[name]
            yield from self._card(self.say("set {id}", id=name), found.title, found.span, None)
            yield from self._paragraphs(*self.statements.value_set(found))
        if name in book.assumptions:
            yield from self._assumption(book.assumptions[name])
        if name in book.clauses:
            yield from self._clause(book.clauses[name])
        if name in book.policies:
            policy = book.policies[name]
            yield from self._card(self.say("policy {id}", id=name), policy.title, policy.span, None)
            yield from self._paragraphs(self.statements.scope(policy))
        if name in book.letters:
            yield from self._letter(book.letters[name])

    def _letter(self, letter: Letter) -> Iterator[str]:
        head = self.say("letter to {id}", id=letter.party)
        yield from self._card(head, self.book.parties[letter.party].title, letter.span, None)
        yield from self._paragraphs(tells(letter, self.statements))
        if letter.words:
            yield from self._paragraphs(wordings(letter, self.statements))
        if not letter.paragraphs:
            yield from self._paragraphs(self.say("Its paragraphs are those of the program."))
        for number, one in enumerate(letter.paragraphs, 1):
            yield from self._line(f"{number}. {paragraph(one, self.statements)}")

    def _table(self, table: Table) -> Iterator[str]:
        yield from self._card(self.say("table {id}", id=table.id), table.title, table.span, table.source)
        scope = self.statements.scope(self.book.policies[table.policy])
        yield from self._paragraphs(self.statements.table(table), scope)
        for version in table.versions:
            days = self.statements.conditions(version.days)
            if days:
                yield from self._paragraphs(self.say("Where {conditions}:", conditions=days))
            names = [self.naming.title(ref.name) for ref in (*table.asks, *table.gives)]
            rows = [(*row.asked, *row.given) for row in version.rows]
            numbers = [row.rule.rpartition(" ")[2] for row in version.rows]
            yield from (f"  {line}" for line in columns(("", *names), zip(numbers, rows, strict=True)))

    def _card(self, head: str, title: Text, span: Span, source: Source | None) -> Iterator[str]:
        words = self.say("{head}: {title}", head=head, title=self.naming.text(title))
        yield self.paint(words, "title") + self.paint(f"  {place(span)}", "faint")
        if source is not None:
            lines = wrap(self.naming.citation(source), self.columns - 2)
            yield from (self.paint(f"  {line}", "faint") for line in lines)

    def _paragraphs(self, *texts: str) -> Iterator[str]:
        for text in texts:
            yield from (f"  {line}" for line in wrap(text, self.columns - 2) if line)

    def _line(self, text: str) -> Iterator[str]:
        """Return a line of a list; what does not fit hangs further to the right."""
        yield from self.paint.lines(text, indent=2)

    def _fact(self, fact: Fact) -> Iterator[str]:
        yield from self._card(self.say("fact {id}", id=fact.path), fact.title, fact.span, None)
        role = {"given": self.say("the case gives it"), "derived": self.say("rules conclude it")}
        type = self.say.message(TYPE_WORDS[fact.type])
        yield "  " + self.say(
            "{type}; {role}", type=type, role=role.get(fact.role, self.say("an outcome: rules conclude it"))
        )
        if fact.note:
            yield from self._paragraphs(self.naming.text(fact.note))
        if fact.for_record:
            yield "  " + self.say("kept for the record: no rule uses it")
        if fact.happened:
            yield from self._paragraphs(
                self.say("when it has happened: {words}", words=self.naming.text(fact.happened))
            )
        for choice in fact.choices:
            title = self.naming.text(choice.title)
            yield from self._line(self.say("{name}: {title}", name=choice.name, title=title))
        yield from self._paragraphs(*self.statements.building(fact))
        if fact.in_brief:
            words = self.statements.in_brief(fact)
            yield from self._paragraphs(self.say("In brief: {words}", words=words))
        concluding = [
            rule for rule in self.book.written_rules if fact.path in [one.fact.name for one in rule.then]
        ]
        for rule in concluding:
            title = self.naming.text(rule.title)
            yield from self._line(self.say("concluded by rule {id}: {title}", id=rule.id, title=title))
        for table in self.book.tables.values():
            if fact.path in [one.name for one in table.gives]:
                title = self.naming.text(table.title)
                yield from self._line(self.say("concluded by table {id}: {title}", id=table.id, title=title))

    def _list(self, listed: RecordList) -> Iterator[str]:
        yield from self._card(self.say("list {id}", id=listed.path), listed.title, listed.span, None)
        for path in listed.fields:
            yield from self._line(self.say("{name}: {title}", name=path, title=self.naming.title(path)))

    def _assumption(self, assumption: Assumption) -> Iterator[str]:
        head = self.say("assumption {id}", id=assumption.id)
        yield from self._card(head, assumption.title, assumption.span, assumption.source)
        for reading in assumption.readings:
            words = self.say("{name}: {title}", name=reading.id, title=self.naming.text(reading.title))
            is_default = reading.id == assumption.default
            yield from self._line(self.say("{words} (default)", words=words) if is_default else words)

    def _clause(self, clause: Clause) -> Iterator[str]:
        head = self.say("clause {id}", id=clause.id)
        yield self.paint(head, "title") + self.paint(f"  {place(clause.span)}", "faint")
        if clause.quote:
            yield from self._paragraphs(
                self.say("“{quote}” {section}", quote=clause.quote, section=clause.section)
            )
        if clause.status != "rule":
            why = self.naming.text(clause.why)
            status = self.say(STATUSES[clause.status])
            yield from self._line(self.say("{status}: {why}", status=status, why=why))
