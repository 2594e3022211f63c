"""From the files of a rulebook to the typed rulebook that they make."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from policyengine.diagnostics.diagnostic import Diagnostic, has_errors, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.model.rulebook import Rule, Rulebook
from policyengine.reading.parse import nodes
from policyengine.reading.parse.book import parse_assumptions, parse_book, parse_currency, parse_zone
from policyengine.reading.parse.clauses import parse_clauses
from policyengine.reading.parse.counting import parse_counting
from policyengine.reading.parse.letters import parse_letters
from policyengine.reading.parse.names import Names
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.overlays import apply_overlays, parse_overlay
from policyengine.reading.parse.policies import parse_policy
from policyengine.reading.parse.policy_names import declare_policy, settle_policy
from policyengine.reading.parse.reports import parse_report
from policyengine.reading.parse.sets import parse_sets
from policyengine.reading.parse.sound_parts import SoundParts, asks_for, sound_parts
from policyengine.reading.parse.sources import Sources
from policyengine.reading.parse.vocabulary import declare_vocabulary, parse_vocabulary
from policyengine.reading.rule_files import NAMED, Parsed, SourceFile, collect_files, digest_of
from policyengine.reading.samples import Samples
from policyengine.syntax.files import decode_text
from policyengine.syntax.schemas import read_shaped
from policyengine.syntax.yaml_tree import MappingNode
from policyengine.values.languages import tag_of

_Named = TypeVar("_Named")


def load_directory(directory: str, overlays: Sequence[str] = ()) -> Parsed:
    """Read, check the shape of, and parse the rulebook in a directory, with some overlays switched on."""
    files, faults = collect_files(directory)
    return parse_files(directory, files, faults, overlays)


def parse_files(
    directory: str, files: Sequence[SourceFile], faults: Sequence[Diagnostic], overlays: Sequence[str]
) -> Parsed:
    """Parse files that have been read; ``faults`` are those of reading them."""
    found = list(faults)
    trees: dict[str, list[MappingNode]] = {}
    for file in _rule_files(files):
        tree = _tree(file, found)
        if tree is not None:
            trees.setdefault(file.kind, []).append(tree)
    if has_errors(found):
        sound, more = _without_faulty(directory, files, faults, overlays)
        return Parsed(None, _told([*found, *more], sound), sound)
    digest = digest_of(directory, files)
    with nodes.speaking(_languages(trees)):
        rulebook = _parse(directory, digest, trees, overlays, found, _named(files))
    if has_errors(found):
        return Parsed(None, _told(found, rulebook), rulebook)
    return Parsed(rulebook, _told(found, rulebook))


# What cannot be told while a file is missing, because it may stand there.
_MAY_BE_ELSEWHERE = frozenset(
    f"unknown-{one}"
    for one in ("name", "rule", "list", "assumption", "reading", "party", "document", "overlay")
) | {"undated-policy"}
# What can be told of a name because its part has a fault.
_ASKING = _MAY_BE_ELSEWHERE | {"unknown-choice"}


def _without_faulty(
    directory: str, files: Sequence[SourceFile], faults: Sequence[Diagnostic], overlays: Sequence[str]
) -> tuple[Rulebook | None, Iterable[Diagnostic]]:
    """Return the parts that can be read while others cannot, and what is wrong with them."""
    trees: dict[str, list[MappingNode]] = {}
    lost: set[str] = set()
    is_whole = not has_errors(faults)  # else a file is not there, and nobody knows what it says
    for file in _rule_files(files):
        parts = _sound_parts(file)
        if parts is None:
            is_whole = False
        else:
            trees.setdefault(file.kind, []).append(parts.tree)
            lost |= parts.lost
    if "rulebook" not in trees:
        return None, ()
    told: list[Diagnostic] = []
    nothing = MappingNode((), Span(""))
    with nodes.speaking(_languages(trees)):
        sound = _parse(directory, "", {"facts": [nothing], **trees}, overlays, told, _named(files))
    more = [
        one for one in told if not _is_echo(one, lost) and (is_whole or one.code not in _MAY_BE_ELSEWHERE)
    ]
    return sound, more


def _is_echo(fault: Diagnostic, lost: Iterable[str]) -> bool:
    """Tell whether a fault follows from another: it asks for what only has a fault of its own."""
    return fault.code in _ASKING and asks_for(fault, lost)


def _languages(trees: Mapping[str, Sequence[MappingNode]]) -> tuple[str, ...]:
    """Return the languages of the titles, as ``parse_book`` reads them."""
    names = [one.text for book in trees["rulebook"][:1] for one in nodes.names(book.get("languages"))]
    return tuple(tag_of(name) or name for name in names)


def _rule_files(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the files that are YAML."""
    return [file for file in files if file.kind != NAMED]


def _named(files: Iterable[SourceFile]) -> dict[str, bytes]:
    """Return the contents of the files that rule files name, by the normal path."""
    return {
        os.path.normpath(file.path): file.data for file in files if file.kind == NAMED and not file.faults
    }


def _sound_parts(file: SourceFile) -> SoundParts | None:
    text = None if file.faults else decode_text(file.path, file.data)[0]
    if text is None:
        return None
    tree, _ = read_shaped(file.kind, text, file.path)
    return SoundParts(tree, frozenset()) if tree is not None else sound_parts(file.kind, text, file.path)


def _told(faults: Iterable[Diagnostic], rulebook: Rulebook | None) -> tuple[Diagnostic, ...]:
    """Return faults in the order of the files; their examples are of the rulebook, as far as it is read."""
    samples = None if rulebook is None else Samples(rulebook)
    return _sorted(faults if samples is None else map(samples.told, faults))


def _sorted(faults: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(set(faults), key=lambda one: one.order))


def _tree(file: SourceFile, faults: list[Diagnostic]) -> MappingNode | None:
    if file.faults:
        return None
    text, unreadable = decode_text(file.path, file.data)
    if text is None:
        faults += unreadable
        return None
    node, wrong = read_shaped(file.kind, text, file.path)
    faults += wrong
    return node


def _parse(
    directory: str,
    digest: str,
    trees: Mapping[str, Sequence[MappingNode]],
    overlays: Sequence[str],
    faults: list[Diagnostic],
    files: Mapping[str, bytes],
) -> Rulebook:
    names = Names(faults, files)
    book_node = trees["rulebook"][0]
    zone = parse_zone(book_node, names)
    scope = Scope(names, zone, parse_currency(book_node, names))
    book = parse_book(book_node, zone, scope)
    names.parties = tuple(party.id for party in book.parties)
    sources = Sources(book.documents)
    names.assumptions = parse_assumptions(next(iter(trees.get("assumptions", ())), None), sources, scope)
    counting = parse_counting(book_node.get("counting"), scope)
    declare_vocabulary(trees["facts"][0], scope)
    for node in trees.get("policy", ()):
        declare_policy(node, scope)
    for node in trees.get("policy", ()):
        settle_policy(node, scope)
    vocabulary = parse_vocabulary(trees["facts"][0], scope)
    names.sets = parse_sets(trees["facts"][0].get("sets"), scope)
    policies = [parse_policy(node, scope, sources, counting) for node in trees.get("policy", ())]
    _refuse_same([parts.policy.id for parts in policies], [parts.policy.span for parts in policies], scope)
    parameters = _merged(parts.parameters for parts in policies)
    layers = [parse_overlay(node, overlays, parameters, scope) for node in trees.get("overlay", ())]
    _refuse_same(
        [layer.overlay.id for layer in layers],
        [nodes.scalar(node.get("overlay")).span for node in trees.get("overlay", ())],
        scope,
    )
    scope = replace(scope, counting=counting)
    reports = [parse_report(node, sources, scope) for node in trees.get("report", ())]
    _refuse_same([one.id for one in reports], [one.span for one in reports], scope)
    letters = parse_letters(next(iter(trees.get("letters", ())), None), vocabulary.facts, scope)
    clauses = parse_clauses(next(iter(trees.get("clauses", ())), None), sources, scope)
    _refuse_unknown_overlays(overlays, [layer.overlay.id for layer in layers], scope)
    faults[:] = [
        one
        for one in faults
        if not (_is_echo(one, names.lost) or (one.code == "type-mismatch" and asks_for(one, names.doubtful)))
    ]
    return Rulebook(
        id=book.id,
        version=book.version,
        title=book.title,
        digest=digest,
        zone=zone,
        currency=book.currency,
        calendar=book.calendar,
        languages=book.languages,
        documents=book.documents,
        parties={party.id: party for party in book.parties},
        facts=_in_order(vocabulary.facts),
        lists=_in_order(vocabulary.lists),
        sets=_in_order(names.sets),
        assumptions=_in_order(names.assumptions),
        policies=_in_order({parts.policy.id: parts.policy for parts in policies}),
        parameters=apply_overlays(parameters, layers, scope),
        deadlines=_merged(parts.deadlines for parts in policies),
        amounts=_merged(parts.amounts for parts in policies),
        rules=_sound_overrides(_merged(parts.rules for parts in policies), faults),
        tables=_merged(parts.tables for parts in policies),
        overlays=tuple(layer.overlay for layer in layers),
        clauses=clauses,
        reports=_in_order({one.id: one for one in reports}),
        directory=directory,
        span=book.span,
        computed=_in_order(names.computed),
        letters=_in_order(letters),
    )


def _in_order(parts: Mapping[str, _Named]) -> dict[str, _Named]:
    return dict(sorted(parts.items()))


def _merged(parts: Iterable[Mapping[str, _Named]]) -> dict[str, _Named]:
    return _in_order({name: part for group in parts for name, part in group.items()})


def _sound_overrides(rules: dict[str, Rule], faults: Sequence[Diagnostic]) -> dict[str, Rule]:
    """Return rules that override none of which only the name is known, because the rest has a fault."""
    if not has_errors(faults):
        return rules
    return {
        id: replace(rule, overrides=tuple(one for one in rule.overrides if one in rules))
        for id, rule in rules.items()
    }


def _refuse_same(ids: Sequence[str], spans: Sequence[Span], scope: Scope) -> None:
    first: dict[str, Span] = {}
    for id, span in zip(ids, spans, strict=True):
        if id in first:
            what = message("`{name}` is defined twice", name=id)
            help = message("the other definition is at {place}", place=first[id])
            scope.fault("duplicate-name", what, span, help)
        first.setdefault(id, span)


def _refuse_unknown_overlays(asked: Sequence[str], known: Sequence[str], scope: Scope) -> None:
    for id in asked:
        if id not in known:
            what = message("there is no overlay `{name}`", name=id)
            help = did_you_mean(id, known) or (one_of(known) if known else _NO_OVERLAYS)
            scope.fault("unknown-overlay", what, Span(f"--overlay {id}"), help)


_NO_OVERLAYS = message("this rulebook has no overlays")
