"""Random edits of random rulebooks, written as YAML, and the naive answer to what an edit does."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from written_rulebooks import Files, Written, case_data, draw_case, draw_moment, texts, write_rulebook

from policyengine.batch.shipment import Shipment
from policyengine.loading.load import load_files
from policyengine.model.rulebook import Rulebook
from policyengine.reading.rule_files import SourceFile

_KINDS = {"policies": "policy", "overlays": "overlay"}


def sources_of(files: Files) -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(_KINDS.get(name.split("/")[0], name.removesuffix(".yaml")), name, text.encode(), ())
        for name, text in sorted(texts(files).items())
    )


def load(files: Files, written: Written) -> Rulebook | None:
    return load_files("", sources_of(files), (), written.overlays, is_saved=False).rulebook


def shipment(files: Files, written: Written, book: Rulebook) -> Shipment:
    readings = tuple(sorted((id, one) for id, one in written.assume.items() if id in book.assumptions))
    return Shipment("", sources_of(files), written.overlays, readings, book.digest)


def edited(files: Files, random: Random, count: int) -> Files:
    """Return the files with some random edits in policies and facts; it may be no rulebook any more."""
    made: dict[str, Any] = copy.deepcopy(dict(files))
    for _ in range(count):
        name = random.choice(sorted(one for one in made if one.startswith(("policies", "facts"))))
        _edit(made[name], random)
    return made


def _edit(tree: Any, random: Random) -> None:
    leaves = list(_leaves(tree))
    rules = tree.get("rules") if isinstance(tree, dict) else None
    if isinstance(rules, dict) and len(rules) > 1 and random.random() < 0.2:
        del rules[random.choice(sorted(rules))]
    elif leaves:
        holder, key = random.choice(leaves)
        holder[key] = _other(holder[key], random)


def _leaves(node: Any) -> Iterator[tuple[Any, Any]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in items:
        if key in ("title", "source", "type", "policy", "rulebook"):
            continue
        if isinstance(part, dict | list):
            yield from _leaves(part)
        elif isinstance(part, bool | int | str):
            yield node, key


def _other(value: Any, random: Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice((-1, 1, 2))
    digits = [place for place, sign in enumerate(value) if sign.isdigit()]
    if digits:
        place = random.choice(digits)
        return type(value)(value[:place] + random.choice("123456789") + value[place + 1 :])
    swaps = {"at_least": "at_most", "yes": "no", "no": "yes", "happened": "not_happened"}
    return swaps.get(value, value)


def edits(seed: int, wanted: int) -> Iterator[tuple[Written, Files, Rulebook, Rulebook]]:
    """Return rulebooks with an edit of each: what was written, the new files, the old and the new one."""
    random = Random(seed)
    while wanted > 0:
        written = write_rulebook(random.randrange(10**6))
        old = load(written.files, written)
        new_files = edited(written.files, random, random.randint(3, 12))
        new = load(new_files, written)
        if old is not None and new is not None:
            wanted -= 1
            yield written, new_files, old, new


def cases_of(written: Written, count: int) -> list[tuple[Mapping[str, object], int]]:
    return [
        (case_data(written, (told := draw_case(written))), draw_moment(written, told)) for _ in range(count)
    ]
