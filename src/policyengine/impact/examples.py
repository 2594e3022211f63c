"""Examples of transitions, explained under both rulebooks, and as tests that can be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.api import Rulebook
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.impact.tally import Example, Tally, Transition
from policyengine.impact.view import Item, Seen
from policyengine.model.case import Case, Key
from policyengine.model.key_names import format_key, path_of
from policyengine.model.rulebook import Rulebook as Model
from policyengine.outcome.decision import Decision
from policyengine.render.naming import Naming
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import Conflict, Known, Unknown, by_name
from policyengine.syntax.keys import Path
from policyengine.values.literals import Value, ValueType, format_value


class Explained(Frozen):
    """The examples of a transition, each with its value before and now; why, of the first, side by side.

    ``count`` is how often it came about.
    """

    transition: Transition
    count: int
    examples: tuple[tuple[Example, str, str], ...]
    texts: tuple[str, str] | None


class Scenario(Frozen):
    """A case with what is expected of it at an instant, as tests are written."""

    name: str
    given: dict[str, object]
    as_of: str
    expect: tuple[tuple[str, str], ...]


class Examples:
    """Explains what a tally has kept."""

    def __init__(self, old: Rulebook, new: Rulebook, say: Speech) -> None:
        """``say`` speaks the language of the reader."""
        self.books = old, new
        self.say = say

    def explained(self, tally: Tally, with_why: bool) -> list[Explained]:
        """Return the examples of every transition: of outcomes, then of duties, the most frequent first."""
        order = {"outcome": 0, "duty": 1, "deadline": 2}
        transitions = sorted(
            tally.examples,
            key=lambda one: (order[one.kind], -tally.transitions[one], one.name, one.before, one.after),
        )
        return [self._explained(one, tally, with_why) for one in transitions]

    def _explained(self, transition: Transition, tally: Tally, with_why: bool) -> Explained:
        examples = tally.examples[transition]
        shown = tuple(
            (one, self._value(0, one.item, one.before), self._value(1, one.item, one.after))
            for one in examples
        )
        why = self._why(examples[0]) if with_why and transition.name else None
        return Explained(transition, tally.transitions[transition], shown, why)

    def _value(self, side: int, item: Item, seen: Seen) -> str:
        book = self.books[side].model
        naming = Naming(book, self.say)
        if item.kind == "outcome" and seen.value is not None:
            return naming.value(seen.value, item.name)
        if item.kind == "deadline" and seen.due is not None:
            return naming.end(seen.due)
        return self.say("undetermined") if seen.status == "undetermined" else "—"

    def _why(self, example: Example) -> tuple[str, str]:
        one, other = (self._chain(decision, example.item) for decision in self.decisions(example))
        return one, other

    def _chain(self, decision: Decision, item: Item) -> str:
        chain = Chain(decision, self.say)
        if item.kind == "duty":
            key = (item.name, item.record)
            return (
                chain.why_not(key).rstrip()
                if key in decision.findings.rules
                else self.say("there is no such rule")
            )
        name = f"{item.name}.status" if item.kind == "deadline" else item.name
        key = (name, item.record)
        return (
            chain.why(key).rstrip()
            if key in decision.findings.states
            else self.say("there is nothing of that kind")
        )

    def decisions(self, example: Example) -> tuple[Decision, Decision]:
        """Return the decisions about an example, judged again."""
        one, other = (
            book.judge(case, example.as_of) for book, case in zip(self.books, example.cases, strict=True)
        )
        return one, other


def scenarios(tally: Tally, examples: Examples) -> Iterator[Scenario]:
    """Return the first example of every transition of an outcome as a test of what is decided now."""
    meant: list[tuple[Example, list[Key]]] = []
    for transition in sorted(tally.examples, key=lambda one: (one.kind, one.name, one.before, one.after)):
        if transition.kind != "outcome" or not transition.name:
            continue
        example = tally.examples[transition][0]
        keys = next((keys for one, keys in meant if one.cases == example.cases), None)
        if keys is None:
            keys = []
            meant.append((example, keys))
        keys.append((example.item.name, example.item.record))
    for example, keys in meant:
        decision = examples.decisions(example)[1]
        book = decision.judged.rulebook
        as_of = str(format_value(example.as_of, ValueType.INSTANT, book.zone))
        given = given_of(example.cases[1], book)
        yield Scenario(example.case, given, as_of, tuple(_expected(decision, keys)))


def given_of(case: Case, book: Model) -> dict[str, object]:
    """Return what a case says, nested as in its JSON, in literals."""
    root: dict[str, object] = {}
    for path, count in sorted(case.records.items()):
        put_at(root, tuple(path.split(".")), [{} for _ in range(count)])
    for key in sorted(case.values, key=by_name):
        fact = book.facts[key[0]]
        put_at(root, path_of(book, key), literal(case.values[key], fact.type, book))
    return root


def put_at(root: dict[str, object], path: Path, value: object) -> None:
    """Put a value at a place of nested mappings and lists that are there."""
    level: object = root
    for step in path[:-1]:
        if isinstance(level, dict):
            level = level.setdefault(step, {})
        else:
            assert isinstance(level, list) and isinstance(step, int)
            level = level[step]
    assert isinstance(level, dict)
    level[path[-1]] = value


def literal(value: Value, type: ValueType, book: Model) -> str:
    """Return the literal of a value for a YAML file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(format_value(value, type, book.zone, book.currency))


def _expected(decision: Decision, meant: Sequence[Key]) -> Iterator[tuple[str, str]]:
    """Return all outcomes of the whole case that apply, and those that are meant even if they do not."""
    book = decision.judged.rulebook
    for fact in decision.explanation.explainer.outcomes:
        listed = sorted((key for key in meant if key[0] == fact.path), key=by_name)
        for key in [(fact.path, None)] if fact.listed is None else listed:
            state = decision.state_of(key) if key in decision.findings.states else None
            name = format_key(book, key, dotted=True)
            if isinstance(state, Known):
                yield name, literal(state.value, fact.type, book)
            elif isinstance(state, Unknown):
                yield name, "undetermined"
            elif isinstance(state, Conflict):
                yield name, "conflict"
            elif state is not None and key in meant:
                yield name, "not_applicable"
