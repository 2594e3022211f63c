"""A fault of jsonschema, and how the place of one is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from policyengine.frozen import Frozen
from policyengine.syntax.keys import Path
from policyengine.values.escaping import shorten

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class Fault(Frozen):
    """A fault of jsonschema as far as it is needed to tell it anew."""

    keyword: str | None
    value: Any
    instance: Any
    path: Path
    schema: Any
    steps: tuple[str | int, ...]


def fault_of(found: ValidationError) -> Fault:
    """Return what is needed of a fault as the library tells it."""
    return Fault(
        cast("str | None", found.validator),
        found.validator_value,
        found.instance,
        tuple(found.absolute_path),
        found.schema,
        tuple(found.absolute_schema_path),
    )


def label(path: Path) -> str:
    """Return the last key of a path, with the position (from 1) of an item in it."""
    name = ""
    for step in path:
        name = f"{name}[{step + 1}]" if isinstance(step, int) else shorten(step)
    return name
