"""Whether a YAML file has the shape that its kind of file must have, told in the words of the language.

The JSON Schemas under ``schemas/`` serve editors too. What jsonschema finds is told anew here: its own
sentences speak of schemas, and a clerk writes rules.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from policyengine.diagnostics.diagnostic import Diagnostic, error, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.resources import data_directory
from policyengine.syntax.limits import MAX_FAULTS
from policyengine.syntax.schema_parts import Schema
from policyengine.syntax.shape_faults.tell import tell
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

KINDS = ("rulebook", "facts", "assumptions", "clauses", "letters", "policy", "overlay", "report", "cases")
"""The kinds of YAML files."""

OUTPUTS = (
    "batch-reject",
    "batch-row",
    "batch-summary",
    "changes",
    "clause-index",
    "decision",
    "diagnostics",
    "outcomes",
    "report-result",
    "timeline",
)
"""The kinds of JSON that the program writes."""

# No rule is nested as deep; every level takes the validator some frames of Python's stack.
MAX_LEVELS = 40


def schema_text(kind: str) -> str:
    """Return a JSON Schema as it stands under ``schemas/``: of one of ``KINDS``, or of ``OUTPUTS``."""
    with open(os.path.join(data_directory("schemas"), f"{kind}.schema.json"), encoding="utf-8") as stream:
        return stream.read()


def read_shaped(kind: str, text: str, path: str) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Return the tree of the text of a file of a kind, None when it has errors, and all that is wrong."""
    node, faults = _read_shaped(kind, text, path)
    return node, list(faults)


# An editor asks again after every key, and of all files only one has changed; trees are never changed.
@functools.lru_cache(maxsize=64)
def _read_shaped(kind: str, text: str, path: str) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    node, faults = read_yaml(text, path)
    if node is not None and not has_errors(faults):
        faults = [*faults, *check_shape(kind, node)]
    sound = node if isinstance(node, MappingNode) and not has_errors(faults) else None
    return sound, tuple(faults)


def check_shape(kind: str, node: Node) -> list[Diagnostic]:
    """Return what is wrong with the shape of a file of a kind, one of ``KINDS``, in the order of the file.

    Codes: ``unknown-key``, ``missing-key``, ``wrong-shape``, ``unknown-word``, ``bad-name``.
    """
    too_deep = _too_deep(node)
    if too_deep is not None:
        what = message("mappings and lists are nested more than {limit} deep", limit=MAX_LEVELS)
        return [error("wrong-shape", what, too_deep, message("split the condition into several rules"))]
    validator = _validator(kind)
    faults = list(itertools.islice(validator.iter_errors(_plain(node)), MAX_FAULTS))
    return tell(validator.schema, node, faults)


@functools.cache
def _validator(kind: str) -> Any:
    # Not at the top: importing jsonschema takes 145 ms, and most commands read no rule files of their own.
    import json

    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, pattern: str, text: object, schema: Schema) -> Iterator[ValidationError]:
        # The library searches, and `$` of Python also matches before a line end: match the whole text.
        if isinstance(text, str) and not re.fullmatch(pattern, text):
            yield ValidationError("")

    strict = cast(Any, extend)(Draft7Validator, {"pattern": pattern})  # the library does not type it
    return strict(json.loads(schema_text(kind)))


def _plain(node: Node) -> object:
    """Return the tree as :func:`to_plain` does, but nothing where nothing is written, as editors see it."""
    if isinstance(node, Scalar):
        return node.text if node.text or node.quoted else None
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    return {entry.key.text: _plain(entry.value) for entry in node.entries}


def _too_deep(node: Node, level: int = 0) -> Span | None:
    """Return the place of the first node that is nested too deep."""
    if isinstance(node, Scalar):
        return None
    if level >= MAX_LEVELS:
        return node.span
    inner = node.items if isinstance(node, SequenceNode) else (entry.value for entry in node.entries)
    return next((span for one in inner if (span := _too_deep(one, level + 1)) is not None), None)
