"""Parts of a JSON Schema that the program itself wrote: where they are, and which values they take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from policyengine.frozen import Frozen

Schema = Mapping[str, Any]

MAPPING, LIST, SINGLE = "mapping", "list", "single"
_SHAPE_OF_TYPE = {"object": MAPPING, "array": LIST}


def shape_of(value: object) -> str | None:
    """Return the shape of a value, or None for no value."""
    if value is None:
        return None
    if isinstance(value, dict):
        return MAPPING
    return LIST if isinstance(value, list) else SINGLE


class Place(Frozen):
    """A part of a schema that stands for a mapping of the file, and how deep in the file it is."""

    depth: int
    schema: Schema


class SchemaReader:
    """Finds parts of a schema."""

    def __init__(self, root: Schema) -> None:
        """``root`` is the schema of a kind of file."""
        self.root = root

    def resolve(self, schema: Any) -> Any:
        """Return what a reference stands for, or the part itself."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self.root["definitions"][schema["$ref"].rpartition("/")[2]]
        return schema

    def shapes(self, schema: Any) -> tuple[str, ...]:
        """Return the shapes that a value can have, in alphabetical order."""
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping):
            return ()
        if "type" in schema:
            types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            return tuple(sorted({_SHAPE_OF_TYPE.get(type, SINGLE) for type in types}))
        return tuple(sorted({shape for part in schema.get("anyOf", ()) for shape in self.shapes(part)}))

    def keys(self, schema: Any) -> tuple[str, ...]:
        """Return the keys that a mapping can have by name, also where it is one of several shapes."""
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping):
            return ()
        if "anyOf" in schema and "properties" not in schema:
            return tuple(key for part in schema["anyOf"] for key in self.keys(part))
        return tuple(schema.get("properties", ()))

    def example(self, schema: Any) -> str | None:
        """Return an example of a value as one would write it, or None."""
        while isinstance(schema, Mapping):
            if schema.get("examples"):
                return flow(schema["examples"][0])
            if "$ref" not in schema:
                return None
            schema = self.root["definitions"][schema["$ref"].rpartition("/")[2]]
        return None

    def along(self, steps: Sequence[str | int]) -> tuple[Any, list[Place]]:
        """Return the part of the schema at the end of the steps, and the mappings passed on the way."""
        current: Any = self.resolve(self.root)
        passed = [Place(0, current)]
        depth, position = 0, 0
        while position < len(steps):
            step = steps[position]
            if step == "propertyNames":
                break
            taken = 1 if step in ("items", "additionalProperties", "then", "else", "if") else 2
            if position + taken >= len(steps):
                break  # the last step is the keyword that failed
            for key in steps[position : position + taken]:
                current = current[key]
            current = self.resolve(current)
            depth += step in ("items", "additionalProperties", "properties", "patternProperties")
            position += taken
            if isinstance(current, Mapping) and "properties" in current:
                passed.append(Place(depth, current))
        return current, passed


def flow(value: object) -> str:
    """Return an example in one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(part) for part in value) + "]"
    text = str(value)
    return f'"{text}"' if re.search(r"[,\[\]{}]|: ", text) else text
