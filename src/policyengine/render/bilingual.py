"""Sentences in several languages at once, for pages that show them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policyengine.diagnostics.diagnostic import Message
from policyengine.diagnostics.i18n import LANGUAGES, Speech, spoken
from policyengine.diagnostics.text import Text
from policyengine.model.conditions import Condition, Operand
from policyengine.model.rulebook import (
    Amount,
    Conclusion,
    DatedValue,
    Deadline,
    Notice,
    Parameter,
    Rule,
    Rulebook,
    Table,
    ValueSet,
)
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.values.literals import Value, ValueType


class Bilingual:
    """Speaks about one rulebook in several languages: those of the program, or those of the rulebook.

    Sentences of the program are in Chinese for the varieties of Chinese, and in English for all others.
    """

    def __init__(self, book: Rulebook, languages: Sequence[str] = LANGUAGES) -> None:
        """Titles and texts are those of the rulebook."""
        self.book = book
        self._voices = {tag: Statements(Naming(book, Speech(spoken(tag)), tag)) for tag in languages}

    def stated(self, state: Callable[[Statements], str]) -> Text:
        """Return what statements say in each language."""
        return Text(tuple((tag, words) for tag, voice in self._voices.items() if (words := state(voice))))

    def both(self, template: str, **arguments: object) -> Text:
        """Return a sentence of the program; a text among the arguments is taken in the same language."""

        def sentence(voice: Statements) -> str:
            inner = {
                name: voice.naming.text(value) if isinstance(value, Text) else value
                for name, value in arguments.items()
            }
            return voice.say(template, **inner)

        return self.stated(sentence)

    def message(self, message: Message) -> Text:
        """Return a message."""
        return self.stated(lambda one: one.say.message(message))

    def title(self, name: str) -> Text:
        """Return the title of what has a value."""
        return self.stated(lambda one: one.naming.title(name))

    def value(self, value: Value, type: ValueType) -> Text:
        """Return a value of a type."""
        return self.stated(lambda one: one.naming.typed(value, type))

    def operand(self, operand: Operand, name: str = "") -> Text:
        """Return a value of a place; ``name`` is what it is compared with or given to."""
        return self.stated(lambda one: one.operand(operand, name, operand.type))

    def conditions(self, condition: Condition) -> Text:
        """Return a condition."""
        return self.stated(lambda one: one.conditions(condition))

    def conclusion(self, conclusion: Conclusion) -> Text:
        """Return what a rule concludes."""
        return self.stated(lambda one: one.conclusion(conclusion))

    def notice(self, notice: Notice) -> Text:
        """Return what a rule tells somebody."""
        return self.stated(lambda one: one.notice(notice))

    def rule(self, rule: Rule) -> Text:
        """Return a rule as a sentence, and one more that tells its exceptions apart."""
        return self.stated(lambda one: one.rule(rule))

    def table(self, table: Table) -> Text:
        """Return what a table asks and gives."""
        return self.stated(lambda one: one.table(table))

    def deadline(self, deadline: Deadline) -> Text:
        """Return a deadline as a sentence."""
        return self.stated(lambda one: one.deadline(deadline))

    def amount(self, amount: Amount) -> Text:
        """Return an amount as a sum."""
        return self.stated(lambda one: one.amount(amount))

    def value_set(self, found: ValueSet) -> Text:
        """Return the values of a set in one line."""
        return self.stated(lambda one: one.say("; ").join(one.value_set(found)))

    def dated(self, value: DatedValue, parameter: Parameter) -> Text:
        """Return a value of a parameter with the days on which it is in force."""
        return self.stated(lambda one: one.dated(value, parameter))

    def parameter(self, parameter: Parameter) -> Text:
        """Return the values of a parameter in one line."""
        return self.stated(lambda one: one.say("; ").join(one.parameter(parameter)))
