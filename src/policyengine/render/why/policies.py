"""Why a policy does not apply."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.outcome.deciding import Scope, asks_for_days
from policyengine.outcome.nearness import in_order
from policyengine.render.naming import place
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.walk import MARKS, Walk

_POLICIES = (
    marked("the policy “{title}” is not in force for this case ({place})"),
    marked("it is not known whether the policy “{title}” is in force for this case ({place})"),
)
_SAID_OF_POLICY = (
    marked("the policy “{title}” does not apply, as explained above"),
    marked("it is not known whether the policy “{title}” applies, as explained above"),
)
_SCOPES = (
    marked("the policy “{title}” does not apply to this case ({place})"),
    marked("it is not known whether the policy “{title}” applies to this case ({place})"),
)


class Policies:
    """Tells the policies of one decision."""

    def __init__(self, walk: Walk, leaves: Leaves) -> None:
        """``leaves`` tells what a policy demands."""
        self.walk = walk
        self.leaves = leaves
        self.say = walk.say
        self.naming = walk.naming

    def scope(self, scope: Scope, depth: int, deep: bool = True) -> Iterator[str]:
        """Tell why a policy does not apply to the case, or may not: its days, then what else it demands."""
        title = self.naming.text(scope.policy.title)
        if self.walk.has_told("policy", scope.policy.id):
            yield self.walk.line(depth, self.say(_SAID_OF_POLICY[scope.truth], title=title), "faint")
            return
        if scope.in_force is not None and scope.is_in_force is scope.truth:
            mark, tone = MARKS[scope.is_in_force]
            words = self.say(_POLICIES[scope.is_in_force], title=title, place=place(scope.policy.span))
            yield self.walk.line(depth, f"{mark} {words}", tone)
            yield self.walk.line(depth + 1, self.walk.sentences.policy_days(scope.in_force))
            if not self.walk.is_given(scope.in_force.act) and scope.in_force.at is None and deep:
                yield from self.walk.explain((scope.in_force.act, None), depth + 1)
        parts = in_order(part for part in scope.parts if not asks_for_days(part))
        if parts:
            mark, tone = MARKS[scope.truth]
            words = self.say(_SCOPES[scope.truth], title=title, place=place(scope.policy.span))
            yield self.walk.line(depth, f"{mark} {words}", tone)
            yield from self.leaves.parts(parts, depth + 1, deep=deep)
