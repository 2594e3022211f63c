"""Why a decision is empty, as lines of its page."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.decision import Decision
from policyengine.diagnostics import marked
from policyengine.emptiness import Empty
from policyengine.i18n import Speech
from policyengine.nearness import MOST_RECORDS
from policyengine.render.naming import case_path
from policyengine.render.why import Chain

_HEADS = {
    "no_facts": marked("Nothing is decided: the case gives no facts."),
    "not_in_force": marked("Nothing is decided: no policy is in force for this case."),
    "no_rule_applies": marked("Nothing is decided: no rule that gives an outcome or a next step applies."),
}


def empty_lines(decision: Decision, empty: Empty, say: Speech, color: bool) -> Iterator[str]:
    """Return why a decision is empty: what it is judged before, or what keeps the nearest policies out."""
    chain = Chain(decision, say, color)
    if empty.first is not None:
        value = decision.case.values[empty.first]
        yield say(
            "Nothing is decided yet: the case begins only later, with “{title}” ({name}) on {instant}.",
            title=chain.naming.title(empty.first[0]),
            name=case_path(chain.book, empty.first),
            instant=chain.naming.value(value, empty.first[0]),
        )
        return
    yield say(_HEADS[empty.why])
    for one in empty.policies[:MOST_RECORDS]:
        yield from chain.nearly(one, 1)
    if len(empty.policies) > MOST_RECORDS:
        yield "  " + say("and {count} more policies", count=len(empty.policies) - MOST_RECORDS)
