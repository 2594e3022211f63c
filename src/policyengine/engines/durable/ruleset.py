"""Conjunctions of integer comparisons, matched by durable-rules' C extension.

This is the only module that imports ``durable_rules_engine``. It drives the extension directly: the
package's Python host starts background threads and swallows exceptions. The extension crashes or
answers wrongly outside a small fragment, so everything is checked here before it is handed over.
"""

from __future__ import annotations

import importlib
import itertools
import re
import struct
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple, Protocol, cast

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen

Operator = Literal["==", "!=", "<", "<=", ">", ">="]

TESTED_VERSION = "2.0.28"
"""The only release whose limits are known and tested; the package demands exactly it."""

LARGEST_INTEGER = 2**63 - 1
"""Values lie within plus or minus this number: the extension counts in 64 bits."""

CONJUNCTIONS_PER_SHARD = 60
"""The extension keeps at most 64 partly matched patterns; beyond that a fact is half processed."""

ATTRIBUTES_PER_SHARD = 250
"""A fact has at most 254 properties, of which ``id``, ``sid`` and ``k`` are ours."""

COMPARISONS_PER_CONJUNCTION = 200
"""So that one conjunction always fits a fact; tried up to 240."""

LONGEST_NAME = 200

_EXTENSION = "durable_rules_engine"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPELLING = {"==": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

# Names the extension or this module gives a meaning. They are compared by hash, hence the check against each.
_OWN_NAMES = ("id", "sid", "k", "m")
_RULE_WORDS = ("all", "any", "pri", "count", "cap", "dist", "name", "run")
_OPERATORS = ("eq", "neq", "lt", "lte", "gt", "gte", "mt", "imt", "iall", "iany", "ex", "nex", "or", "and")
_OTHERS = ("not", "add", "sub", "mul", "div", "forward", "s", "i", "m", "l", "r")
_RESERVED = (*_OWN_NAMES, *_RULE_WORDS, *(f"${word}" for word in (*_OPERATORS, *_OTHERS)))
_MISPRINTED_DIV_HASH = 130502  # what the extension's source compares with for $div

# Both texts name the only fact and the only session a native ruleset ever has.
_FACT_HEAD = '{"id":"f","sid":"c","k":1'
_BOOT_FACT = '{"id":"f","sid":"c","k":0}'
_RETRACTION = '{"id":"f","sid":"c"}'
_SESSION = "c"
_BOOT_RULE = "boot"

_HANDLED = 0
_NOT_OBSERVED = 1

_serial = itertools.count()  # two native rulesets must never share a name in one process


class Comparison(NamedTuple):
    """One test of an attribute against an integer constant; it never holds when the attribute is missing."""

    attribute: str
    operator: Operator
    value: int


class Conjunction(Frozen):
    """Comparisons, at least one, that must all hold. Several conjunctions may bear the same name."""

    name: str
    comparisons: tuple[Comparison, ...]


class EngineLimit(Exception):
    """Something lies outside the fragment in which the extension is safe: a fault of our compiler.

    ``limit`` says which limit, ``subject`` which conjunction or attribute broke it.
    """

    def __init__(self, limit: str, subject: str) -> None:
        """Keep both parts for the caller and join them for the message."""
        self.limit = limit
        self.subject = subject
        super().__init__(f"{subject}: {limit}")


class EngineFailure(Exception):
    """The extension answered something it never should; the session was thrown away."""


class EngineUnavailable(Exception):
    """The extension cannot be imported here; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Hold the sentence; the exception's own text is the English one."""
        super().__init__(str(message))
        self.message = message


class _Extension(Protocol):
    """The functions of the extension that are used."""

    def create_ruleset(self, name: str, rules: str) -> int: ...

    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]: ...

    def retract_fact(self, handle: int, fact: str) -> tuple[int, int]: ...

    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None: ...

    def complete_and_start_action(self, handle: int, state: int) -> str | None: ...

    def delete_state(self, handle: int, session: str) -> None: ...


def durable_available() -> bool:
    """Tell whether the extension can be imported here."""
    return why_unavailable() is None


def demand_extension() -> None:
    """Raise EngineUnavailable where the extension cannot be imported."""
    _extension()


def why_unavailable() -> Message | None:
    """Return why the extension cannot be imported here, None if it can."""
    try:
        _extension()
    except EngineUnavailable as fault:
        return fault.message
    return None


def durable_version() -> str:
    """Return the version of the installed durable-rules distribution.

    Raises EngineUnavailable when it is not installed.
    """
    # Imported when asked: it is slow to import and only reports need it.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("durable_rules")
    except PackageNotFoundError as fault:
        raise EngineUnavailable(message("durable-rules is not installed")) from fault


def _extension() -> _Extension:
    try:
        return cast(_Extension, importlib.import_module(_EXTENSION))
    except ImportError as fault:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise EngineUnavailable(
            message("durable-rules is not installed for Python {version}", version=python)
        ) from fault


def load_ruleset(conjunctions: tuple[Conjunction, ...]) -> Ruleset:
    """Return the ruleset of some conjunctions, loaded once in a process.

    The extension never gives the memory of a ruleset back, so nothing is saved by forgetting one. Raises as
    :class:`Ruleset` does.
    """
    _extension()  # what was loaded before does not make it available
    return _loaded(conjunctions)


@cache
def _loaded(conjunctions: tuple[Conjunction, ...]) -> Ruleset:
    return Ruleset(conjunctions)


class Ruleset:
    """Conjunctions loaded into the extension, spread over as many native rulesets as its limits ask for.

    One object may be used by several threads and in forked children.
    """

    def __init__(self, conjunctions: Sequence[Conjunction]) -> None:
        """Check every limit, then load.

        Raises EngineLimit, EngineUnavailable, or EngineFailure when loading goes wrong.
        """
        _check(conjunctions)
        extension = _extension()
        self._shards = [_Shard(extension, group) for group in _groups(conjunctions)]
        self._lock = threading.Lock()

    def fire(self, attributes: Mapping[str, int]) -> list[str]:
        """Return the names of the conjunctions that hold, in the order in which the extension fired them.

        That is the order in which they were given. Raises EngineLimit for a value that is no integer
        within ``LARGEST_INTEGER``, EngineFailure when the extension misbehaves.
        """
        for name, value in attributes.items():
            # An exact type: True, and integers that print as words, must not get into the fact's text.
            if type(value) is not int or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
                raise EngineLimit("a value must be an integer of 64 bits", f"attribute {name!r}")
        fired: list[str] = []
        with self._lock:
            for shard in self._shards:
                shard.fire(attributes, fired)
        return fired


class _Shard:
    """One native ruleset with its one session and, while it fires, its one fact.

    The session is kept and its single fact retracted after each use, which is safe with one fact. Deleting
    the session instead allocates and frees half a megabyte a case: measured with 10 and 50 conjunctions,
    14 and 52 microseconds against 9 and 30. With retraction nothing large is freed, so glibc's thresholds
    (``mallopt``) are left alone: raising them gained nothing, and the trim threshold alone, which turns the
    adaptive mmap threshold off, made deletion seven times slower.
    """

    def __init__(self, extension: _Extension, conjunctions: Sequence[Conjunction]) -> None:
        self._extension = extension
        self._names = {f"r{index}": one.name for index, one in enumerate(conjunctions)}
        observed = {comparison.attribute for one in conjunctions for comparison in one.comparisons}
        self._observed = [(name, f',"{name}":') for name in sorted(observed)]
        try:
            self._handle = extension.create_ruleset(f"policyengine{next(_serial)}", _definition(conjunctions))
        except Exception as fault:
            raise EngineFailure(f"the ruleset was not loaded: {fault}") from fault
        self._boot()

    def _boot(self) -> None:
        # Until a rule has fired once, deleting the session would free memory that was never set.
        if self._match(_BOOT_FACT) != [_BOOT_RULE]:
            raise EngineFailure("the boot rule did not fire")

    def fire(self, attributes: Mapping[str, int], fired: list[str]) -> None:
        """Add the names of the conjunctions that hold to ``fired``."""
        # What no comparison observes is left out, to keep the fact small: every firing copies it.
        known = [f"{key}{attributes[name]}" for name, key in self._observed if name in attributes]
        if known:
            names = self._names
            fired += [names[rule] for rule in self._match(f"{_FACT_HEAD}{''.join(known)}}}")]

    def _match(self, fact: str) -> list[str]:
        """Assert the fact, collect the names of the rules that fire and take the fact back."""
        try:
            code, state = self._extension.assert_fact(self._handle, fact)
            if code == _NOT_OBSERVED:  # no rule fires, and the fact was not stored
                return []
            if code != _HANDLED:  # 2: the last fact is still there; 3: queued, which we never ask for
                raise EngineFailure(f"assert_fact answered {code}")
            rules = self._drain(state)
            code, _ = self._extension.retract_fact(self._handle, _RETRACTION)
            if code != _HANDLED:
                raise EngineFailure(f"retract_fact answered {code}")
        except EngineFailure:
            self._discard()
            raise
        except Exception as fault:
            self._discard()
            raise EngineFailure(f"the extension failed: {fault}") from fault
        except BaseException:  # an interrupt must not leave half a case behind either
            self._discard()
            raise
        return rules

    def _drain(self, state: int) -> list[str]:
        rules: list[str] = []
        started = self._extension.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        while message:
            # A message is {"rule":…}: the name of the rule, then the fact, which we know already.
            rule = message[2 : message.index('"', 2)]
            if rule not in self._names and rule != _BOOT_RULE:
                raise EngineFailure(f"an unknown rule fired: {message[:80]}")
            rules.append(rule)
            if len(rules) > len(self._names):
                raise EngineFailure("a rule fired more than once")
            message = self._extension.complete_and_start_action(self._handle, state)
        return rules

    def _discard(self) -> None:
        """Delete the session; the next fact makes a new one in the same, initialised, place."""
        try:
            self._extension.delete_state(self._handle, _SESSION)
        except Exception as fault:
            if "error code: 309" not in str(fault):  # 309: there was no session
                raise EngineFailure(f"the session was not deleted: {fault}") from fault


def _definition(conjunctions: Sequence[Conjunction]) -> str:
    """Write the rules in the extension's JSON; names are safe, so nothing needs escaping."""
    rules = [f'"r{index}":{_pattern(one)}' for index, one in enumerate(conjunctions)]
    rules.append(f'"{_BOOT_RULE}":{{"all":[{{"m":{{"k":0}}}}]}}')
    return "{" + ",".join(rules) + "}"


def _pattern(conjunction: Conjunction) -> str:
    # The first test, k = 1, keeps the extension's own state fact (no k) and the boot fact (k = 0) out.
    # No test that an attribute exists is needed: a test is only reached through an attribute the fact has.
    tests = ['{"k":1}']
    for attribute, operator, value in conjunction.comparisons:
        tests.append(f'{{"{_SPELLING[operator]}":{{"{attribute}":{value}}}}}')
    return f'{{"all":[{{"m":{{"$and":[{",".join(tests)}]}}}}]}}'


def _groups(conjunctions: Sequence[Conjunction]) -> Iterator[list[Conjunction]]:
    """Cut the conjunctions, in order, into groups that one native ruleset can hold."""
    group: list[Conjunction] = []
    observed: set[str] = set()
    for one in conjunctions:
        wanted = observed.union(comparison.attribute for comparison in one.comparisons)
        if group and (len(group) == CONJUNCTIONS_PER_SHARD or len(wanted) > ATTRIBUTES_PER_SHARD):
            yield group
            group, wanted = [], {comparison.attribute for comparison in one.comparisons}
        group.append(one)
        observed = wanted
    if group:
        yield group


def _check(conjunctions: Sequence[Conjunction]) -> None:
    for one in conjunctions:
        subject = f"conjunction {one.name!r}"
        if not one.comparisons:
            raise EngineLimit("a conjunction needs at least one comparison", subject)
        if len(one.comparisons) > COMPARISONS_PER_CONJUNCTION:
            raise EngineLimit(f"at most {COMPARISONS_PER_CONJUNCTION} comparisons", subject)
        for comparison in one.comparisons:
            _check_comparison(comparison, subject)
    _check_hashes(comparison.attribute for one in conjunctions for comparison in one.comparisons)


def _check_comparison(comparison: Comparison, subject: str) -> None:
    where = f"{subject}, attribute {comparison.attribute!r}"
    if len(comparison.attribute) > LONGEST_NAME or not _NAME.fullmatch(comparison.attribute):
        raise EngineLimit(f"a name is at most {LONGEST_NAME} ASCII letters, digits and underscores", where)
    if comparison.operator not in _SPELLING:
        raise EngineLimit(f"there is no operator {comparison.operator!r}", where)
    largest = _largest_constant()
    if type(comparison.value) is not int or not -largest <= comparison.value <= largest:
        raise EngineLimit(f"a constant must be an integer within plus or minus {largest}", where)


def _largest_constant() -> int:
    """Return the largest constant of a rule: they are read as a C ``long``, of 32 bits on Windows."""
    return LARGEST_INTEGER if struct.calcsize("l") == 8 else 2**31 - 1


def _check_hashes(attributes: Iterator[str]) -> None:
    # The extension compares names by hash alone: two names with one hash would be one attribute.
    owners = {_hash(name): name for name in _RESERVED}
    owners[_MISPRINTED_DIV_HASH] = "$div"
    for name in dict.fromkeys(attributes):
        other = owners.setdefault(_hash(name), name)
        if name in _RESERVED:
            raise EngineLimit("the engine uses this name itself", f"attribute {name!r}")
        if other != name:
            raise EngineLimit(f"the name has the same hash as {other!r}", f"attribute {name!r}")


def _hash(name: str) -> int:
    """Return the 32-bit FNV-1a hash of an ASCII name."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value
