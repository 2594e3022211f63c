"""What cases can be about: the rules and deadlines of a rulebook, each with the facts that it asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from policyengine.sampling.draw import Want
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.sampling.wishes import Wishes
from policyengine.semantics.readings import choose_condition, is_false


class Subject(NamedTuple):
    """What a case can be about: what is wished then, or what just misses it, and the facts asked for."""

    want: Want
    nearly: Want
    asked: frozenset[str]


def all_subjects(words: Vocabulary, wishes: Wishes) -> Sequence[Sequence[Subject]]:
    """Return what cases can be about, in groups that come up equally often.

    A group for each fact that rules conclude, for each rule and for each deadline; of a table, one for all
    its rows.
    """
    book = words.book
    asked: dict[str, frozenset[str]] = {}
    groups: dict[str, list[Subject]] = {}
    for deadline in book.deadlines.values():
        acts = (*deadline.met_by, *deadline.stopped_by)
        about = words.asked((deadline.when,), (*deadline.measured, *acts))
        wants = [wishes.status(deadline, status) for status in deadline.statuses]
        groups[f"deadline {deadline.id}"] = [Subject(want, want, about) for want in wants]
    for rule in book.rules.values():
        if is_false(choose_condition(rule.when, words.readings)):
            continue  # it is for another reading
        known = f"{rule.policy} {rule.table or rule.id}"
        if known not in asked:
            asked[known] = words.asked((rule.when, book.scope_of(rule)), [one.value for one in rule.then])
        about = asked[known] | words.asked((rule.when,)) if rule.table else asked[known]
        subject = Subject(wishes.rule(rule), wishes.nearly(rule), about)
        groups.setdefault(f"rule {rule.table or rule.id}", []).append(subject)
        for one in rule.then:
            if book.facts[one.fact.name].role == "outcome":
                groups.setdefault(f"fact {one.fact.name}", []).append(subject)
    return [groups[name] for name in sorted(groups)]


def head_of(path: str) -> str:
    """Return the group to which a fact or a list belongs."""
    return path.partition(".")[0]


def heads_of(paths: Collection[str]) -> frozenset[str]:
    """Return the groups to which facts and lists belong."""
    return frozenset(map(head_of, paths))
