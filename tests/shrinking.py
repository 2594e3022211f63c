"""Makes a trial that breaks a law smaller as long as the law stays broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice

from laws import Court, Trial, load
from written_rulebooks import Told, Yaml

from policyengine.model.case import Key

Path = tuple[str | int, ...]


def shrink(trial: Trial) -> Trial:
    """Return a trial from which nothing can be taken away without the law holding again."""
    kind = _kind(_says(trial))
    changed = True
    while changed:
        changed, place = False, 0
        # After a success the same place holds what comes next.
        while (smaller := next(islice(_smaller(trial), place, None), None)) is not None:
            if _breaks(smaller, kind):
                trial, changed = smaller, True
            else:
                place += 1
    return trial


def _says(trial: Trial) -> str:
    return Court(trial.written.files, trial.written.assume).run(trial) or ""


def _breaks(trial: Trial, kind: str) -> bool:
    try:
        for overlays in (trial.written.overlays, trial.other_overlays):
            load(trial.written.files, overlays)
    except (ValueError, KeyError):  # a file or a name is missing that is needed
        return False
    return _kind(_says(trial)) == kind


def _kind(verdict: str) -> str:
    """Return what a trial must go on to show: the same error, or that a law is broken."""
    if not verdict:
        return "holds"
    return ":".join(verdict.split(":")[:2]) if verdict.startswith("crash") else "broken"


def _smaller(trial: Trial) -> Iterator[Trial]:
    yield from (_with_told(trial, change) for change in _without_facts(trial))
    for path in sorted(_paths(trial.written.files, ()), key=len):
        yield trial._replace(written=trial.written._replace(files=_without(trial.written.files, path)))
    for path, inner in _parts(trial.written.files, ()):
        yield trial._replace(written=trial.written._replace(files=_with(trial.written.files, path, inner)))


def _without_facts(trial: Trial) -> Iterator[Callable[[Told], Told]]:
    for name in sorted(trial.told.records.keys() | trial.other.records.keys()):
        yield partial(_without_list, name)
    for key in sorted(trial.told.values.keys() | trial.other.values.keys(), key=repr):
        yield partial(_without_fact, key)


def _without_list(name: str, told: Told) -> Told:
    values = {key: value for key, value in told.values.items() if not key[0].startswith(f"{name}.")}
    return Told(values, {path: count for path, count in told.records.items() if path != name})


def _without_fact(key: Key, told: Told) -> Told:
    return told._replace(values={one: value for one, value in told.values.items() if one != key})


def _with_told(trial: Trial, change: Callable[[Told], Told]) -> Trial:
    return trial._replace(told=change(trial.told), other=change(trial.other))


def _paths(node: Yaml, path: Path) -> Iterator[Path]:
    """Return where something stands that could be taken away."""
    entries: Iterator[tuple[str | int, Yaml]] = iter(())
    if isinstance(node, Mapping):
        entries = iter(node.items())
    elif isinstance(node, list):
        entries = iter(enumerate(node))
    for key, inner in entries:
        if key not in ("title", "zh", "en"):
            yield (*path, key)
            yield from _paths(inner, (*path, key))


def _without(node: Yaml, path: Path) -> Yaml:
    first, *rest = path
    if isinstance(node, list):
        return [
            _without(one, tuple(rest)) if place == first else one
            for place, one in enumerate(node)
            if place != first or rest
        ]
    return {
        key: _without(one, tuple(rest)) if key == first else one
        for key, one in node.items()
        if key != first or rest
    }


def _parts(node: Yaml, path: Path) -> Iterator[tuple[Path, Yaml]]:
    """Return where something stands that could be one of its parts, and the part."""
    if isinstance(node, Mapping):
        for key, inner in node.items():
            if key == "not":
                yield path, inner
            if key in ("all", "any"):
                yield from ((path, one) for one in inner)
            if str(key)[:2] in ("A-",) and isinstance(inner, Mapping):
                yield from ((path, one) for one in inner.values())
            yield from _parts(inner, (*path, key))
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from _parts(inner, (*path, place))


def _with(node: Yaml, path: Path, part: Yaml) -> Yaml:
    if not path:
        return part
    first, rest = path[0], path[1:]
    if isinstance(node, list):
        return [_with(one, rest, part) if place == first else one for place, one in enumerate(node)]
    return {key: _with(one, rest, part) if key == first else one for key, one in node.items()}
