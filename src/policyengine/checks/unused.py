"""``unused`` (warning): Something is declared that nothing refers to.

It has no effect on any decision: it is a leftover, or a rule that should ask about it is missing. Outcomes
are results and need no use; facts of the type text are there for people to read, as are those that are kept
`for_record`. The title of a section that no source names is shown nowhere. A fixture of a test file that no
case takes is told, too.

Fails::

    # facts.yaml
    facts:
      order.weight: {type: number, title: {zh: 重量, en: weight}}

Passes::

    # facts.yaml
    facts:
      order.weight: {type: number, title: {zh: 重量, en: weight}}
    # policies/returns.yaml
    rules:
      heavy_is_kept:
        title: {zh: 重物不退, en: Heavy goods are kept}
        when: {order.weight: {more_than: 20}}
        then: {return.refund: 0.00}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks import walk
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.diagnostics.span import Span
from policyengine.model.rulebook import Rulebook, Section
from policyengine.reading.citations import citing
from policyengine.semantics.strata import name_of_node, node_of
from policyengine.values.literals import ValueType


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every fact, list, set, parameter, deadline, amount and assumption that is not used."""
    used = {name_of_node(node_of(ref), rulebook) for ref in walk.refs_of(rulebook)}
    used.update(walk.lists_of(rulebook))
    used.update(walk.sets_of(rulebook))
    used.update(walk.assumptions_of(rulebook))
    used.update(one.by for rule in rulebook.rules.values() for one in rule.notices if one.by is not None)
    used.update(fact.dated_by for fact in rulebook.facts.values() if fact.dated_by is not None)
    used.update(fact.foresees for fact in rulebook.facts.values() if fact.foresees is not None)
    used.update(listed.dated_by for listed in rulebook.lists.values() if listed.dated_by is not None)
    for name, span in _declared(rulebook):
        lists = rulebook.facts[name].listed if name in rulebook.facts else None
        # The facts of a list that nobody asks about are not told one by one.
        if name not in used and (lists is None or lists in used):
            what = message("nothing uses `{name}`", name=name)
            help = message("remove it, or check whether a rule that should ask about it is missing")
            yield warning("unused", what, span, help)
    for section in _unquoted(rulebook):
        what = message("no source and no clause names the section `{name}`", name=section.name)
        help = message("write the section as the sources do, or remove its title")
        yield warning("unused", what, section.span, help)


def _unquoted(rulebook: Rulebook) -> Iterator[Section]:
    """Return the sections of documents that have a title and from which nothing is quoted."""
    quoted = {(one.source.document, one.source.section) for one in citing(rulebook) if one.source}
    quoted |= {(one.document, one.section) for one in rulebook.clauses.values()}
    for document in rulebook.documents:
        yield from (one for one in document.sections if (document.id, one.name) not in quoted)


def _declared(rulebook: Rulebook) -> Iterator[tuple[str, Span]]:
    for path, fact in rulebook.facts.items():
        if fact.role != "outcome" and fact.type is not ValueType.TEXT and not fact.for_record:
            yield path, fact.span
    yield from (
        (path, listed.span) for path, listed in rulebook.lists.items() if not _has_outcome(rulebook, path)
    )
    yield from ((id, one.span) for id, one in rulebook.sets.items())
    yield from ((id, parameter.span) for id, parameter in rulebook.parameters.items())
    yield from ((id, deadline.span) for id, deadline in rulebook.deadlines.items())
    yield from ((id, amount.span) for id, amount in rulebook.amounts.items())
    yield from ((id, assumption.span) for id, assumption in rulebook.assumptions.items())


def _has_outcome(rulebook: Rulebook, listed: str) -> bool:
    return any(rulebook.facts[field].role == "outcome" for field in rulebook.lists[listed].fields)
