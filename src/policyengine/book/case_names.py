"""What test cases are called in each language of a book.

A name is written once, in one language; in the others the program says what the case expects.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.diagnostics.text import Text, unspoken
from policyengine.model.rulebook import Rulebook
from policyengine.render.bilingual import Bilingual
from policyengine.render.naming import NO_VALUES
from policyengine.testing.read import expected_value
from policyengine.testing.scenarios import Expectation, Scenario, ScenarioFile
from policyengine.values.languages import language_of
from policyengine.values.literals import ValueType

# By the script of a name its language is told; among these two there is no doubt.
_SCRIPTS = ("zh", "en")


class CaseNames:
    """Names the cases of a rulebook in the languages of a book."""

    def __init__(self, book: Rulebook, voice: Bilingual, languages: Sequence[str]) -> None:
        """``voice`` speaks these languages."""
        self.book = book
        self.voice = voice
        self.languages = languages

    def of(self, file: ScenarioFile, number: int, scenario: Scenario) -> Text:
        """Return what a case is called, which is the one of a number in its file."""
        is_eastern = language_of(scenario.name, _SCRIPTS) == "zh"
        own = [tag for tag in self.languages if tag.startswith("zh") == is_eastern]
        if len(own) == len(self.languages):
            return unspoken(scenario.name)
        told = dict(self._told(file, number, scenario).words)
        return Text(
            tuple((tag, scenario.name if tag in own else told.get(tag, "")) for tag in self.languages)
        )

    def short(self, file: ScenarioFile, number: int, scenario: Scenario) -> Text:
        """Return a short name where the case is only referred to."""
        title = self._policy(file)
        told = dict(self.voice.both("{policy}, case {number}", policy=title, number=number).words)
        name = self.of(file, number, scenario)
        if not name.get(""):
            said = ((tag, words if words == scenario.name else told[tag]) for tag, words in name.words)
            return Text(tuple(said))
        return name

    def _policy(self, file: ScenarioFile) -> Text:
        policy = self.book.policies.get(file.policy)
        return unspoken(file.policy) if policy is None else policy.title

    def _told(self, file: ScenarioFile, number: int, scenario: Scenario) -> Text:
        both, title = self.voice.both, self._policy(file)
        if scenario.faults:
            codes = ", ".join(scenario.faults)
            return both(
                "{policy}, case {number}: refused ({codes})", policy=title, number=number, codes=codes
            )
        found = [(check.as_of, one) for check in scenario.checks for one in check.expect]
        telling = [one for one in found if one[1].literal != "not_applicable"] or found
        if not telling:
            return both("{policy}, case {number}", policy=title, number=number)
        as_of, expectation = telling[-1]
        return both(
            "{policy}, case {number}: {title} is {value} as of {instant}",
            policy=title,
            number=number,
            title=self.voice.title(expectation.key[0]),
            value=expected_text(self.book, self.voice, expectation),
            instant=self.voice.value(as_of, ValueType.INSTANT),
        )


def expected_text(book: Rulebook, voice: Bilingual, expectation: Expectation) -> Text:
    """Return the value that a case expects."""
    if expectation.literal in NO_VALUES:
        return voice.both(NO_VALUES[expectation.literal])
    value = expected_value(book, expectation)
    return voice.stated(lambda one: one.naming.value(value, expectation.key[0]))
