"""What all parts of a policy file share: where names are read, and what the policy demands of a case."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import message
from policyengine.frozen import Frozen, replace
from policyengine.model.clauses import Source
from policyengine.model.conditions import Condition, Ref
from policyengine.model.counting import CountingRule
from policyengine.reading.parse import nodes
from policyengine.reading.parse.conditions import join, parse_condition
from policyengine.reading.parse.effective import (
    Day,
    InForce,
    ordinal,
    parse_act,
    parse_days,
    tell_undated,
    tests_of_days,
)
from policyengine.reading.parse.operands import MOMENT, Scope, parse_ref
from policyengine.reading.parse.sources import Sources
from policyengine.syntax.yaml_tree import Entry, MappingNode


class PolicyScope(Frozen):
    """What all parts of a policy file share.

    ``by`` is the act whose day counts; ``is_dated``: the file names one, even if there is none of that name.
    ``days`` are the tests that it lies on a day of the policy, ``applies`` what else is demanded of a case.
    """

    id: str
    scope: Scope
    sources: Sources
    by: Ref | None
    is_dated: bool
    first: Day | None
    last: Day | None
    days: tuple[Condition, ...]
    applies: tuple[Condition, ...]

    @property
    def listed(self) -> str | None:
        """The list of whose records each has its own days, None where the case has."""
        return None if self.by is None else self.by.listed

    def within(self, node: MappingNode) -> Scope | None:
        """Return the scope of a part, of each record where it says so; None where there is no such list."""
        written = node.get("for_each")
        if written is None:
            return self.scope.within(None)
        name = nodes.scalar(written)
        return self.scope.within(name.text) if self.scope.names.is_list(name) else None

    def source(self, node: MappingNode) -> Source | None:
        """Return which clause says a part."""
        return self.sources.parse(node.get("source"), self.scope)

    def condition(self, entry: Entry, scope: Scope) -> Condition:
        """Return the ``when`` of a deadline or amount together with what the policy demands."""
        node = nodes.mapping(entry.value)
        self._tell_without_record(entry, scope)
        own = node.get("when")
        limits = [*self.applies, *self.days]
        return join(limits if own is None else [*limits, parse_condition(own, scope)], node.span)

    def in_force(self, entry: Entry, scope: Scope) -> InForce:
        """Return when a rule, or the rows of a table, count: tests that the policy does not make already."""
        effective = nodes.mapping(nodes.mapping(entry.value).get("effective"))
        written = effective.get("by")
        by = None if written is None else parse_ref(written, MOMENT, scope)
        if written is None:
            self._tell_without_record(entry, scope)
        first, last = parse_days(effective, scope)
        act, dated = by or self.by, first or last
        if dated is not None and act is None and not self.is_dated:
            what = message("the rule has dates, and nothing says which act's date counts")
            tell_undated(what, dated.span, self.scope)
        tests = [*tests_of_days(act, first, last, scope)]
        if by is not None:
            tests = [*tests_of_days(by, self.first, self.last, scope), *tests]
        elif self.listed is not None:
            tests = [*self.days, *tests]
        return InForce(by, act, tuple(tests), ordinal(first), ordinal(last))

    def _tell_without_record(self, entry: Entry, scope: Scope) -> None:
        """Tell a part that has no record, where an instant of the record tells the days of the policy."""
        if self.listed not in (None, scope.listed):
            what = message(
                "the days of this policy are those of a record of `{list}`, and `{name}` has none",
                list=self.listed,
                name=entry.key.text,
            )
            help = message("add `for_each: {list}`, or write it in another policy file", list=self.listed)
            self.scope.fault("outside-list", what, entry.key.span, help)


def parse_policy_scope(
    node: MappingNode, scope: Scope, sources: Sources, counting: tuple[CountingRule, ...]
) -> PolicyScope:
    """Return what the parts of a policy file share.

    ``counting`` is the rulebook's way to count time, from which deadlines may depart.
    """
    scope = replace(scope, counting=counting)
    effective = nodes.mapping(node.get("effective"))
    written, applies = effective.get("by"), node.get("applies_to")
    by = parse_act(written, scope)
    first, last = parse_days(effective, scope)
    scope = replace(scope, act=by, first_day=ordinal(first))
    of_case = scope if by is None or by.listed is None else replace(scope, act=None)
    return PolicyScope(
        id=nodes.text(node.get("policy")),
        scope=scope,
        sources=sources,
        by=by,
        is_dated=written is not None,
        first=first,
        last=last,
        days=tuple(tests_of_days(by, first, last, scope)),
        applies=() if applies is None else (parse_condition(applies, of_case),),
    )
