"""``dependency-cycle`` (error): Something depends on itself.

A rule, deadline or amount needs a value that, through others, needs its own result. Nothing on the circle
can be concluded first, so no decision would ever be reached.

Fails::

    # policies/returns.yaml
    rules:
      allowed_when_refunded:
        title: {zh: 已退款, en: Refunded}
        when: {return.refund: {more_than: 0.00}}
        then: {return.allowed: yes}

Passes::

    # policies/returns.yaml
    rules:
      allowed_when_free:
        title: {zh: 免费, en: Free}
        when: {order.total: 0.00}
        then: {return.allowed: yes}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.model.rulebook import Amount, Deadline, Fact, Parameter, Rulebook
from policyengine.semantics.strata import dependencies, find_cycle, name_of_node, rule_node


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell one cycle; after it is broken the next one is told."""
    cycle = find_cycle(dependencies(rulebook))
    if cycle is not None:
        what = message("this depends on itself: `{path}`", path=" → ".join(cycle))
        help = _short_name(rulebook, cycle) or message(
            "break the cycle: let one of them ask about something that comes earlier"
        )
        yield error("dependency-cycle", what, _place(rulebook, cycle), help)


def _short_name(rulebook: Rulebook, cycle: Sequence[str]) -> Message | None:
    """Return what to do where a short name of a record hides something of the case that was meant."""
    for node in cycle:
        fact = rulebook.facts.get(node)
        if fact is None or fact.listed is None:
            continue
        short = node.removeprefix(f"{fact.listed}.")
        hidden = next((group[short] for group in _named_like(rulebook) if short in group), None)
        if hidden is not None:
            return message(
                "in a part for each record, `{short}` is `{path}`; the other `{short}`, at "
                "{place}, cannot be named there: give one of the two another name",
                short=short,
                path=node,
                place=hidden.span,
            )
    return None


def _named_like(rulebook: Rulebook) -> tuple[Mapping[str, Amount | Deadline | Fact | Parameter], ...]:
    return rulebook.amounts, rulebook.parameters, rulebook.deadlines, rulebook.facts


def _place(rulebook: Rulebook, cycle: Sequence[str]) -> Span:
    """Return where the first rule, deadline or amount is written, or the first of anything else."""
    made = {rule_node(id): rule.span for id, rule in rulebook.rules.items()}
    made.update((id, deadline.span) for id, deadline in rulebook.deadlines.items())
    made.update((id, amount.span) for id, amount in rulebook.amounts.items())
    places = [made[name] for name in (name_of_node(node, rulebook) for node in cycle) if name in made]
    places += [rulebook.facts[node].span for node in cycle if node in rulebook.facts]
    return places[0] if places else rulebook.span
