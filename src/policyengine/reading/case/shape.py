"""The names that the cases of a rulebook can use, nested as in a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policyengine.frozen import Frozen
from policyengine.model.rulebook import Fact, RecordList, Rulebook


class Shape(Frozen):
    """The names that a case can use at one level: facts, lists, or deeper levels."""

    parts: Mapping[str, Shape | Fact | RecordList]


def case_shape(rulebook: Rulebook) -> Shape:
    """Return the nested names of everything that a case can say."""
    root: dict[str, Shape | Fact | RecordList] = {}
    for fact in rulebook.facts.values():
        if fact.listed is None:
            _insert(root, fact.path.split("."), fact)
    for listed in rulebook.lists.values():
        _insert(root, listed.path.split("."), listed)
    return Shape(root)


def fitting(shape: Shape, value: object) -> Iterator[str]:
    """Return the names at a level that fit a value: groups for an object, else facts and lists."""
    for name, part in shape.parts.items():
        is_derived = isinstance(part, Fact) and part.role != "given"
        if isinstance(part, Shape) == isinstance(value, dict) and not is_derived:
            yield name


def _insert(root: dict[str, Shape | Fact | RecordList], path: list[str], leaf: Fact | RecordList) -> None:
    level = root
    for step in path[:-1]:
        inner = level.setdefault(step, Shape({}))
        if not isinstance(inner, Shape):
            raise ValueError(f"{leaf.path} is below {inner.path}, which has a value of its own")
        assert isinstance(inner.parts, dict)
        level = inner.parts
    level[path[-1]] = leaf
