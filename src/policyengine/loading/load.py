"""The model of a rulebook's directory: parsed, checked, and complete, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.compile.dependencies import Relations, find_relations
from policyengine.compile.fold import fold_as_usual
from policyengine.compile.plan import Plan
from policyengine.diagnostics.diagnostic import Diagnostic, has_errors
from policyengine.frozen import Frozen, keep, kept
from policyengine.loading.cache import entry_name, read_entry, write_entry
from policyengine.model.asked import find_asks_this
from policyengine.model.rulebook import Rulebook
from policyengine.reading.rule_files import SourceFile, collect_files
from policyengine.semantics.strata import find_dependencies


class Loaded(Frozen):
    """A rulebook with its Plan, None for both when there are errors, and all that is wrong with its files."""

    rulebook: Rulebook | None
    diagnostics: tuple[Diagnostic, ...]
    plan: Plan | None = None


class Stored(Frozen):
    """What the cache holds of a rulebook without errors: all that would be found out anew for each case."""

    rulebook: Rulebook
    dependencies: Mapping[str, frozenset[str]]
    diagnostics: tuple[Diagnostic, ...]
    plan: Plan
    folded: Plan
    relations: Relations
    asks_this: bool


def load_model(directory: str, overlays: tuple[str, ...]) -> Loaded:
    """Return the rulebook in a directory with some overlays switched on, None when there are errors.

    A rulebook that has not changed comes from the cache.
    """
    return load_files(directory, *collect_files(directory), overlays)


def load_files(
    directory: str,
    files: Sequence[SourceFile],
    faults: Sequence[Diagnostic],
    overlays: tuple[str, ...],
    is_saved: bool = True,
) -> Loaded:
    """Return the rulebook of files that have been read; the cache is for what is saved."""
    if has_errors(faults) or not is_saved:
        return _parse(directory, files, faults, overlays)
    name = entry_name(
        [part for file in files for part in (file.kind.encode(), _bytes(file.path), file.data)]
        + [_bytes(directory), *(_bytes(overlay) for overlay in overlays)]
    )
    found = read_entry(name)
    if isinstance(found, Stored):
        return _restored(found)
    loaded = _parse(directory, files, faults, overlays)
    if loaded.rulebook is not None and loaded.plan is not None:
        write_entry(name, _to_store(loaded.rulebook, loaded.diagnostics, loaded.plan))
    return loaded


def _to_store(book: Rulebook, diagnostics: tuple[Diagnostic, ...], plan: Plan) -> Stored:
    return Stored(
        book,
        kept(book, find_dependencies),
        diagnostics,
        plan,
        kept(plan, fold_as_usual),
        kept(plan, find_relations),
        kept(book, find_asks_this),
    )


def _restored(found: Stored) -> Loaded:
    keep(found.rulebook, find_dependencies, found.dependencies)
    keep(found.rulebook, find_asks_this, found.asks_this)
    keep(found.plan, fold_as_usual, found.folded)
    keep(found.plan, find_relations, found.relations)
    return Loaded(found.rulebook, found.diagnostics, found.plan)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _parse(
    directory: str, files: Sequence[SourceFile], faults: Sequence[Diagnostic], overlays: tuple[str, ...]
) -> Loaded:
    # Imported when needed: reading YAML and checking schemas is most of the start-up time.
    from policyengine.checks import check_rulebook, check_sound_parts
    from policyengine.compile.lower import lower_rulebook
    from policyengine.reading.parse.load import parse_files

    loaded = parse_files(directory, files, faults, overlays)
    if loaded.rulebook is None:
        more = [] if loaded.sound is None else check_sound_parts(loaded.sound)
        told_of = {one.span for one in loaded.diagnostics}  # what follows from a fault is not told as well
        told = {*loaded.diagnostics, *(one for one in more if one.span not in told_of)}
        return Loaded(None, tuple(sorted(told, key=lambda one: one.order)))
    found = tuple(sorted((*loaded.diagnostics, *check_rulebook(loaded.rulebook)), key=lambda one: one.order))
    if has_errors(found):
        return Loaded(None, found)
    return Loaded(loaded.rulebook, found, lower_rulebook(loaded.rulebook))
