"""What a ``*.cases.yaml`` file says: cases, and what must come out of them at which instant."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.syntax.yaml_tree import MappingNode


class Expectation(Frozen):
    """What a name must be: a literal of its type, or ``undetermined``, ``not_applicable``, ``conflict``."""

    written: str
    key: Key
    literal: str
    span: Span


class Because(Frozen):
    """A rule that must hold; without a record, for some record."""

    written: str
    rule: str
    record: int | None
    span: Span


class Check(Frozen):
    """What is expected at one instant (epoch seconds). ``strict``: no other outcome may apply."""

    as_of: int
    expect: tuple[Expectation, ...]
    because: tuple[Because, ...]
    strict: bool
    span: Span


class Scenario(Frozen):
    """One case with its checks, or with the ``faults`` (codes) for which it must be refused.

    ``given`` is the case as a tree, the shared fixture and the differences put together.
    """

    name: str
    given: MappingNode
    assume: Mapping[str, str]
    overlays: tuple[str, ...]
    checks: tuple[Check, ...]
    faults: tuple[str, ...]
    span: Span


class ScenarioFile(Frozen):
    """One ``*.cases.yaml`` file; ``rules`` is the folder of the rulebook that it tests."""

    path: str
    rules: str
    policy: str
    scenarios: tuple[Scenario, ...]
