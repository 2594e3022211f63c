"""Overlay files: figures that are off unless somebody switches them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.rulebook import DatedValue, Overlay, Parameter
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.parameters import parse_dated_values
from policyengine.syntax.yaml_tree import MappingNode
from policyengine.values.literals import TRUTH


class OverlayParts(Frozen):
    """One overlay file and the parameter values that it sets, each with its place."""

    overlay: Overlay
    values: Mapping[str, tuple[DatedValue, ...]]
    places: Mapping[str, Span]


def parse_overlay(
    node: MappingNode, active: Sequence[str], parameters: Mapping[str, Parameter], scope: Scope
) -> OverlayParts:
    """Return an overlay; it can only set parameters that a policy declares."""
    id = nodes.text(node.get("overlay"))
    confirmed = TRUTH[nodes.text(node.get("confirmed"), "no")]
    values: dict[str, tuple[DatedValue, ...]] = {}
    places: dict[str, Span] = {}
    for entry in nodes.entries(node.get("parameters")):
        name = entry.key.text
        parameter = parameters.get(name)
        if parameter is None:
            what = message("no policy declares a parameter `{name}`", name=name)
            help = did_you_mean(name, parameters) or message("an overlay only sets what a policy declares")
            scope.fault("unknown-name", what, entry.key.span, help)
            continue
        symbol = scope.names.symbols[name]
        listed = nodes.mapping(entry.value).get("values")
        values[name] = parse_dated_values(listed, symbol, parameter.by is not None, scope)
        places[name] = entry.key.span
        act = parameter.by
        of_record = act is not None and act.listed is not None and parameter.listed is None
        if act is not None and of_record and any(one.is_dated for one in values[name]):
            what = message(
                "the values of `{name}` have no dates in its policy: every record has the same", name=name
            )
            help = message(
                "leave the dates out here, or write `by: {act}` at the figure in its policy", act=act.name
            )
            scope.fault("outside-list", what, entry.key.span, help)
    title = nodes.title(node.get("title"))
    overlay = Overlay(id, title, node.span.file, confirmed, id in active, tuple(sorted(values.items())))
    return OverlayParts(overlay, values, places)


def apply_overlays(
    parameters: Mapping[str, Parameter], overlays: Sequence[OverlayParts], scope: Scope
) -> dict[str, Parameter]:
    """Return the parameters with the values of the active overlays; two for one parameter are a fault."""
    applied = dict(parameters)
    setters: dict[str, Span] = {}
    for parts in overlays:
        if not parts.overlay.active:
            continue
        for name, values in parts.values.items():
            first = setters.setdefault(name, parts.places[name])
            if first is not parts.places[name]:
                what = message("two overlays that are switched on set `{name}`", name=name)
                help = message("switch one of them off; the other sets it at {place}", place=first)
                scope.fault("overlay-conflict", what, parts.places[name], help)
                continue
            mark = "" if parts.overlay.confirmed else parts.overlay.id
            applied[name] = replace(applied[name], values=values, unconfirmed=mark)
    return applied
