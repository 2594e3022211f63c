"""What cases can be about: the rules and deadlines of a rulebook, each with the facts that it asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from policyengine.sampling.draw import Want
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.sampling.wishes.wishes import Wishes
from policyengine.semantics.readings import choose_condition, is_false


class Subject(NamedTuple):
    """What a case can be about: what is wished then, or what just misses it, and the facts asked for.

    ``wider`` are also those for which everything asks that may apply to such a case.
    """

    want: Want
    nearly: Want
    asked: frozenset[str]
    wider: frozenset[str]


class Subjects(NamedTuple):
    """Groups of subjects that come up equally often: one for each outcome, and one for each other part."""

    outcomes: Sequence[Sequence[Subject]]
    parts: Sequence[Sequence[Subject]]


def all_subjects(words: Vocabulary, wishes: Wishes) -> Subjects:
    """Return what cases can be about.

    A part is a rule or a deadline; of a table, all rows are one.
    """
    book = words.book
    policies = _Policies(words)
    outcomes: dict[str, list[Subject]] = {}
    parts: dict[str, list[Subject]] = {}
    for deadline in book.deadlines.values():
        acts = (*deadline.met_by, *deadline.stopped_by)
        asked = words.asked((deadline.when,), (*deadline.measured, *acts))
        wider = policies.wider(asked)
        wants = [wishes.status(deadline, status) for status in deadline.statuses]
        parts[f"deadline {deadline.id}"] = [Subject(want, want, asked, wider) for want in wants]
    of_tables: dict[str, frozenset[str]] = {}
    for rule in book.rules.values():
        if is_false(choose_condition(rule.when, words.readings)):
            continue  # it is for another reading
        known = f"{rule.policy} {rule.table or rule.id}"
        if known not in of_tables:
            of_tables[known] = words.asked((rule.when, book.scope_of(rule)), [one.value for one in rule.then])
        asked = of_tables[known] | words.asked((rule.when,)) if rule.table else of_tables[known]
        subject = Subject(wishes.rule(rule), wishes.nearly(rule), asked, policies.wider(asked))
        parts.setdefault(f"rule {rule.table or rule.id}", []).append(subject)
        for one in rule.then:
            if book.facts[one.fact.name].role == "outcome":
                outcomes.setdefault(one.fact.name, []).append(subject)
    for fact in book.facts.values():
        otherwise = fact.otherwise_rule
        if fact.role == "outcome" and otherwise is not None:
            asked = words.asked([rule.when for rule, _ in words.concluded[fact.path]])
            want = wishes.rule(otherwise)
            outcomes.setdefault(fact.path, []).append(Subject(want, want, asked, policies.wider(asked)))
    return Subjects(*([groups[name] for name in sorted(groups)] for groups in (outcomes, parts)))


class _Policies:
    """Which facts policies ask for, and of which they make it depend whether they apply."""

    def __init__(self, words: Vocabulary) -> None:
        asked: dict[str, frozenset[str]] = {}
        for rule in words.book.written_rules:
            found = words.asked((rule.when,), [one.value for one in rule.then])
            asked[rule.policy] = asked.get(rule.policy, frozenset()) | found
        self._policies = [
            (words.asked((policy.scope,)), asked.get(policy.id, frozenset()))
            for policy in words.book.policies.values()
        ]
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def wider(self, asked: frozenset[str]) -> frozenset[str]:
        """Return these facts and those for which policies ask that depend on any of them."""
        if asked not in self._known:
            found = asked
            for scope, inner in self._policies:
                if not scope.isdisjoint(asked):
                    found |= scope | inner
            self._known[asked] = found
        return self._known[asked]


def head_of(path: str) -> str:
    """Return the group to which a fact or a list belongs."""
    return path.partition(".")[0]


def heads_of(paths: Collection[str]) -> frozenset[str]:
    """Return the groups to which facts and lists belong."""
    return frozenset(map(head_of, paths))
