"""A decision with its doors for programs: answers by name, texts, data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from policyengine.api.answers import Answer, AnswerData, speech
from policyengine.diagnostics.i18n import Language
from policyengine.model.case import Case, Key
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision as Parts
from policyengine.outcome.decision import Judged
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.parts import Outcome, status_of
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.told import unconfirmed
from policyengine.outcome.turns import in_turn
from policyengine.semantics.findings import Findings, Known, Missing, State
from policyengine.semantics.findings import Unknown as Open
from policyengine.values.literals import Value, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policyengine.api.rulebook import Rulebook
    from policyengine.model.lookup import Unknown


class Decision(Parts):
    """The answer about one case at one instant.

    ``decision[name]`` is the :class:`Answer` under a name or title of the rulebook; going through a decision
    gives the names of all its outcomes. Whatever has a value can be asked for: outcomes, facts of the case,
    figures, amounts, and of a deadline its ``.status``, ``.due``, ``.settled_at`` and ``.left``.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        case: Case,
        as_of: int,
        judged: Judged,
        findings: Findings,
        explainer: Explainer,
        refinement: Refinement | None = None,
    ) -> None:
        """Made by ``Rulebook.evaluate``."""
        super().__init__(case, as_of, judged, findings, explainer, refinement)
        self.rulebook = rulebook

    @in_turn
    def __getitem__(self, name: str) -> Answer:
        """Return the answer under a name or title. Raises KeyError, which says what to write instead."""
        data = self.answer_data(self._key(name))
        return Answer(data, self.judged.rulebook, lambda: self)

    @in_turn
    def __contains__(self, name: object) -> bool:
        """Tell whether there is an answer under a name or title."""
        return isinstance(name, str) and isinstance(self._meant(name), tuple)

    def __iter__(self) -> Iterator[str]:
        """Return the names of the outcomes, in the order of the names."""
        return iter(self.keys())

    def keys(self) -> tuple[str, ...]:
        """Return the names of the outcomes: ``dict(decision)`` holds their answers."""
        return tuple(one.name for one in self.outcomes)

    @in_turn
    def why(self, name: str, lang: Language = "en") -> str:
        """Return the reasons of an answer, step by step down to the case, as text."""
        from policyengine.render.why.chain import Chain

        return Chain(self, speech(lang)).why(self._key(name))

    @in_turn
    def why_not(self, rule: str, lang: Language = "en") -> str:
        """Return what keeps a rule from holding, the nearest condition first, as text."""
        from policyengine.render.why.chain import Chain

        return Chain(self, speech(lang)).why_not(self._key(rule, is_rule=True))

    @in_turn
    def to_text(self, lang: Language = "en") -> str:
        """Return the whole decision as text for people, without colours; it ends with a line feed."""
        from policyengine.render.text import render_text

        return render_text(self, speech(lang))

    @in_turn
    def letter(self, to: str, lang: Language = "en") -> str:
        """Return the letter to a party of the rulebook, by its name or title, as text.

        It is empty where there is nothing to tell this party. Raises KeyError, which says what to write
        instead, for a party that is none.
        """
        from policyengine.outcome.letter import find_party, letter_content
        from policyengine.render.letter import render_letter

        if not isinstance(to, str):
            raise TypeError(f"a party of the rulebook is a str, not a {type(to).__name__}")
        found = find_party(self.judged.rulebook, to)
        if not isinstance(found, str):
            raise _no_key(found)
        content = letter_content(self, found)
        return "" if content.is_empty else render_letter(self, content, speech(lang))

    @in_turn
    def to_dict(self) -> dict[str, object]:
        """Return the whole decision as dictionaries, lists, texts, numbers and booleans.

        The form is that of ``policyengine schema decision``. Money and instants are texts, as in JSON.
        """
        from policyengine.render.json.decision import decision_data

        return decision_data(self)

    @in_turn
    def to_json(self, indent: int | None = 2) -> str:
        """Return the whole decision as JSON, without a line feed at its end; ``indent`` None: on one line."""
        from policyengine.render.json.decision import render_json

        return render_json(self, indent=indent)

    def answer_data(self, key: Key) -> AnswerData:
        """Return what there is to tell under a key of the findings."""
        from policyengine.render.naming import type_of

        book = self.judged.rulebook
        fact = book.facts.get(key[0])
        if fact is not None and fact.role != "given":
            return self._of_outcome(key, self.outcome(key))
        state = self.state_of(key)
        support, provisional = self.basis(key)
        return AnswerData(
            key,
            type_of(book, key[0]),
            status_of(state),
            _value(state),
            missing=self._names(state.waits if isinstance(state, Open) else ()),
            unconfirmed=unconfirmed(self, (support,)),
            provisional=provisional,
        )

    def _of_outcome(self, key: Key, outcome: Outcome) -> AnswerData:
        return AnswerData(
            key,
            outcome.fact.type,
            outcome.status,
            _value(outcome.state),
            outcome.possible,
            self._names(outcome.waits),
            tuple(dict.fromkeys(one.rule.id for one in outcome.reasons)),
            outcome.unconfirmed,
            outcome.provisional,
        )

    def _names(self, waits: Iterable[Missing]) -> tuple[str, ...]:
        """Return the names under which what is missing can be given: of what is still to come, its own."""
        book = self.judged.rulebook
        found = []
        for one in waits:
            fact = book.facts.get(one.name)
            name = one.name if fact is None or fact.foresees is None else fact.foresees
            found.append(format_key(book, (name, one.record)))
        return tuple(sorted({*found}))

    def _meant(self, name: str, is_rule: bool = False) -> Key | Unknown:
        from policyengine.model.lookup import RULES, VALUES  # commands that start fast ask for no name

        if is_rule:
            return self.rulebook.lookup.key(name, RULES, self.findings.rules)
        return self.rulebook.lookup.key(name, VALUES, self.findings.states)

    def _key(self, name: object, is_rule: bool = False) -> Key:
        if not isinstance(name, str):
            raise TypeError(f"a name of the rulebook is a str, not a {type(name).__name__}")
        found = self._meant(name, is_rule)
        if not isinstance(found, tuple):
            raise _no_key(found)
        return found

    def __repr__(self) -> str:
        book = self.judged.rulebook
        as_of = instant_text(self.as_of, book.zone)
        return f"<Decision about {self.case.id!r} as of {as_of}, by {book.id} {book.version}>"


def _no_key(unknown: Unknown) -> KeyError:
    """Return what says why a name is none, and what to write instead."""
    return KeyError(str(unknown.what) if unknown.help is None else f"{unknown.what}; {unknown.help}")


def _value(state: State) -> Value | None:
    """Return the value of a state that is known."""
    return state.value if isinstance(state, Known) else None
