"""Checks of a parsed rulebook: one module for each fault, named after its code, whose docstring tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policyengine.checks import (
    cap_below_zero,
    clause_section,
    clause_without_rule,
    contradictory_bounds,
    dependency_cycle,
    extra_language,
    falling_bands,
    floor_above_cap,
    idle_counting,
    idle_override,
    impossible_time,
    known_given,
    missing_clauses,
    missing_language,
    missing_source,
    missing_value,
    never_concluded,
    never_holds,
    no_calendar,
    override_across_lists,
    override_cycle,
    path_clash,
    possible_conflict,
    quote_differs,
    reserved_name,
    reversed_dates,
    sum_of_nothing,
    table_gap,
    table_overlap,
    title_differs,
    unimplemented_clause,
    unknown_clause,
    unused,
    unused_counting,
    value_gap,
    wrong_language,
)
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.model.rulebook import Rulebook

CHECKS: tuple[Callable[[Rulebook], Iterator[Diagnostic]], ...] = (
    cap_below_zero.check,
    clause_section.check,
    clause_without_rule.check,
    contradictory_bounds.check,
    dependency_cycle.check,
    extra_language.check,
    falling_bands.check,
    floor_above_cap.check,
    idle_counting.check,
    idle_override.check,
    impossible_time.check,
    known_given.check,
    missing_clauses.check,
    missing_language.check,
    missing_source.check,
    missing_value.check,
    never_concluded.check,
    never_holds.check,
    no_calendar.check,
    override_across_lists.check,
    override_cycle.check,
    path_clash.check,
    possible_conflict.check,
    quote_differs.check,
    reserved_name.check,
    reversed_dates.check,
    sum_of_nothing.check,
    table_gap.check,
    table_overlap.check,
    title_differs.check,
    unimplemented_clause.check,
    unknown_clause.check,
    unused.check,
    unused_counting.check,
    value_gap.check,
    wrong_language.check,
)
"""Every check; each yields what it finds, in any order, and changes nothing."""


OF_ONE_PART = (
    contradictory_bounds.check,
    impossible_time.check,
    missing_language.check,
    reserved_name.check,
    reversed_dates.check,
    wrong_language.check,
)
"""Checks that look at one part at a time: what they find stays true whatever other parts say."""


def check_sound_parts(rulebook: Rulebook) -> list[Diagnostic]:
    """Return what is wrong with the parts of a rulebook of which others could not be read."""
    return [diagnostic for check in OF_ONE_PART for diagnostic in check(rulebook)]


def check_rulebook(rulebook: Rulebook) -> list[Diagnostic]:
    """Return everything that is wrong with a rulebook, in the order of its files."""
    found = {diagnostic for check in CHECKS for diagnostic in check(rulebook)}
    return sorted(found, key=lambda one: one.order)
