"""The driver of the durable-rules extension against a plain evaluator, and its limits."""

from __future__ import annotations

import operator
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyengine.engines.durable import ruleset as durable_ruleset
from policyengine.engines.durable.ruleset import (
    ATTRIBUTES_PER_SHARD,
    COMPARISONS_PER_CONJUNCTION,
    CONJUNCTIONS_PER_SHARD,
    LARGEST_INTEGER,
    Comparison,
    Conjunction,
    EngineFailure,
    EngineLimit,
    EngineUnavailable,
    Ruleset,
    durable_available,
    durable_version,
)

needs_engine = pytest.mark.skipif(not durable_available(), reason="the extension cannot be imported here")

HOLDS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def oracle(conjunctions: Sequence[Conjunction], attributes: Mapping[str, int]) -> list[str]:
    return [
        one.name
        for one in conjunctions
        if all(
            test.attribute in attributes and HOLDS[test.operator](attributes[test.attribute], test.value)
            for test in one.comparisons
        )
    ]


def conjunction(*comparisons: tuple[str, Any, Any], name: str = "c") -> Conjunction:
    return Conjunction(name, tuple(Comparison(*one) for one in comparisons))


NAMES = st.sampled_from(["a", "b", "amount", "days_left", "a1", "A", "_x", "K", "Id"])
VALUES = st.one_of(
    st.integers(-2, 2),
    st.sampled_from([2**31, 2**53 + 1, -(2**53) - 1, LARGEST_INTEGER, -LARGEST_INTEGER, LARGEST_INTEGER - 1]),
    st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
)
COMPARISONS = st.builds(Comparison, NAMES, st.sampled_from(sorted(HOLDS)), VALUES)
POOL = st.lists(st.lists(COMPARISONS, min_size=1, max_size=4), min_size=1, max_size=12)
FACTS = st.lists(st.dictionaries(NAMES | st.just("unobserved"), VALUES), min_size=1, max_size=6)


@needs_engine
@settings(max_examples=300, deadline=None)
@given(pool=POOL, size=st.integers(1, 130), facts=FACTS)
def test_fires_what_a_plain_evaluator_finds(
    pool: list[list[Comparison]], size: int, facts: list[dict[str, int]]
) -> None:
    # The pool is repeated, so that the same conjunction stands several times in one shard and in others.
    conjunctions = [Conjunction(f"c{index}", tuple(pool[index % len(pool)])) for index in range(size)]
    ruleset = Ruleset(conjunctions)
    for fact in facts:
        assert ruleset.fire(fact) == oracle(conjunctions, fact)


@needs_engine
@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.integers(1, 130))
def test_many_different_conjunctions(data: st.DataObject, size: int) -> None:
    operators = data.draw(st.lists(st.sampled_from(sorted(HOLDS)), min_size=7, max_size=7))
    conjunctions = []
    for index in range(size):
        first, second = ("a", operators[index % 7], index // 2), ("b", operators[index % 5], index % 3)
        conjunctions.append(conjunction(first, second, name=f"c{index}"))
    ruleset = Ruleset(conjunctions)
    for fact in ({"a": data.draw(st.integers(-1, 70)), "b": data.draw(st.integers(-1, 3))}, {"a": 3}, {}):
        assert ruleset.fire(fact) == oracle(conjunctions, fact)


@needs_engine
@pytest.mark.parametrize("sign", sorted(HOLDS))
def test_missing_attribute_never_holds(sign: str) -> None:
    ruleset = Ruleset([conjunction(("a", sign, 0)), conjunction(("b", "==", 1), ("a", sign, 0))])
    assert ruleset.fire({}) == ruleset.fire({"b": 1}) == ruleset.fire({"other": 0}) == []


@needs_engine
def test_every_conjunction_of_three_full_shards_fires() -> None:
    count = 3 * CONJUNCTIONS_PER_SHARD
    conjunctions = [conjunction(("a", ">=", -index), name=f"c{index}") for index in range(count)]
    assert Ruleset(conjunctions).fire({"a": 0}) == [one.name for one in conjunctions]


@needs_engine
def test_names_may_repeat_and_no_conjunctions_fire_nothing() -> None:
    assert Ruleset([conjunction(("a", "==", 1)), conjunction(("a", "!=", 2))]).fire({"a": 1}) == ["c", "c"]
    assert Ruleset([]).fire({"a": 1}) == []


@needs_engine
def test_more_attributes_than_one_fact_can_carry() -> None:
    many = range(3 * ATTRIBUTES_PER_SHARD)
    wide = [conjunction((f"a{index}", "==", index), name=f"c{index}") for index in many]
    fact = {f"a{index}": index for index in many}
    assert Ruleset(wide).fire(fact) == [one.name for one in wide]
    places = range(COMPARISONS_PER_CONJUNCTION)
    longest = [
        conjunction(*((f"{name}{index}", "<=", index) for index in places), name=name)
        for name in ("x", "y", "z")
    ]
    fact = {f"{name}{index}": index for name in ("x", "y", "z") for index in places}
    ruleset = Ruleset(longest)
    assert ruleset.fire(fact) == ["x", "y", "z"]
    assert ruleset.fire({**fact, f"y{places[-1]}": LARGEST_INTEGER}) == ["x", "z"]


@pytest.mark.parametrize(
    ("conjunctions", "subject", "limit"),
    [
        ([conjunction()], "conjunction 'c'", "at least one"),
        ([conjunction(*[("a", "==", 1)] * (COMPARISONS_PER_CONJUNCTION + 1))], "conjunction 'c'", "at most"),
        ([conjunction(("a", "=", 1))], "'a'", "no operator '='"),
        ([conjunction(("a.b", "==", 1))], "'a.b'", "ASCII letters"),
        ([conjunction(("$x", "==", 1))], "'$x'", "ASCII letters"),
        ([conjunction(("金额", "==", 1))], "'金额'", "ASCII letters"),
        ([conjunction(("a\n", "==", 1))], r"'a\n'", "ASCII letters"),
        ([conjunction(("", "==", 1))], "''", "ASCII letters"),
        ([conjunction(("a" * 201, "==", 1))], "aaa", "at most 200"),
        ([conjunction(("id", "==", 1))], "'id'", "uses this name itself"),
        ([conjunction(("sid", "==", 1))], "'sid'", "uses this name itself"),
        ([conjunction(("k", "==", 1))], "'k'", "uses this name itself"),
        ([conjunction(("costarring", "==", 1), ("liquid", "==", 1))], "'liquid'", "'costarring'"),
        ([conjunction(("a", "==", LARGEST_INTEGER + 1))], "'a'", "constant"),
        ([conjunction(("a", "==", -LARGEST_INTEGER - 1))], "'a'", "constant"),
        ([conjunction(("a", "==", True))], "'a'", "constant"),
        ([conjunction(("a", "==", 1.0))], "'a'", "constant"),
        ([conjunction(("a", "==", "1"))], "'a'", "constant"),
    ],
)
def test_what_lies_outside_the_fragment_is_refused(
    conjunctions: list[Conjunction], subject: str, limit: str
) -> None:
    with pytest.raises(EngineLimit) as caught:
        Ruleset(conjunctions)
    assert subject in caught.value.subject
    assert limit in caught.value.limit


@needs_engine
@pytest.mark.parametrize("value", [True, 1.0, "1", None, LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1])
def test_value_outside_the_fragment_is_refused(value: Any) -> None:
    ruleset = Ruleset([conjunction(("a", ">=", 0))])
    with pytest.raises(EngineLimit, match="'a'"):
        ruleset.fire({"a": value})
    assert ruleset.fire({"a": 0}) == ["c"]


def test_constants_are_narrower_where_a_c_long_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_ruleset, "_largest_constant", lambda: 2**31 - 1)
    with pytest.raises(EngineLimit, match="2147483647"):
        Ruleset([conjunction(("a", "==", 2**31))])


class Faulty:
    """The extension, with one function replaced."""

    def __init__(self, real: Any, function: str, replacement: Any) -> None:
        self._real = real
        self.deleted = 0
        setattr(self, function, replacement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def delete_state(self, handle: int, session: str) -> None:
        self.deleted += 1
        self._real.delete_state(handle, session)


def raising(fault: BaseException) -> Any:
    def fail(*_: Any) -> Any:
        raise fault

    return fail


@needs_engine
@pytest.mark.parametrize(
    ("function", "replacement", "expected"),
    [
        ("assert_fact", raising(ValueError("broken")), EngineFailure),
        ("assert_fact", lambda *_: (2, 1), EngineFailure),
        ("assert_fact", lambda *_: (3, 0), EngineFailure),
        ("start_action_for_state", raising(MemoryError()), EngineFailure),
        ("start_action_for_state", lambda *_: ("{}", '{"stranger":[{}]}'), EngineFailure),
        ("start_action_for_state", lambda *_: ("{}", "nonsense"), EngineFailure),
        ("complete_and_start_action", raising(KeyboardInterrupt()), KeyboardInterrupt),
        ("complete_and_start_action", lambda *_: '{"r0":[{}]}', EngineFailure),
        ("retract_fact", lambda *_: (1, 0), EngineFailure),
    ],
)
def test_a_failure_leaves_no_state(function: str, replacement: Any, expected: type[BaseException]) -> None:
    conjunctions = [conjunction(("a", ">=", index), name=f"c{index}") for index in range(5)]
    ruleset = Ruleset(conjunctions)
    shard = ruleset._shards[0]
    real = shard._extension
    for _ in range(3):
        faulty = Faulty(real, function, replacement)
        shard._extension = faulty
        with pytest.raises(expected):
            ruleset.fire({"a": 2})
        assert faulty.deleted == 1
        shard._extension = real
        assert ruleset.fire({"a": 1}) == ["c0", "c1"]
        assert ruleset.fire({"a": -1}) == []


@needs_engine
def test_a_failure_before_there_is_a_session_is_told_as_itself() -> None:
    ruleset = Ruleset([conjunction(("a", ">=", 0))])
    shard = ruleset._shards[0]
    real = shard._extension
    shard._discard()
    shard._extension = Faulty(real, "assert_fact", raising(ValueError("broken")))
    with pytest.raises(EngineFailure, match="broken"):
        ruleset.fire({"a": 1})
    shard._extension = real
    assert ruleset.fire({"a": 1}) == ["c"]


def resident_kilobytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@needs_engine
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_memory_stays_flat() -> None:
    ruleset = Ruleset([conjunction(("a", ">=", index), name=f"c{index}") for index in range(70)])
    for value in range(100):
        ruleset.fire({"a": value})
    before = resident_kilobytes()
    for value in range(3_000):
        ruleset.fire({"a": value % 75 - 3})
    assert resident_kilobytes() - before < 5_000


@needs_engine
def test_starts_no_thread_and_leaves_the_python_host_alone() -> None:
    threads = threading.active_count()
    Ruleset([conjunction(("a", ">=", 0))]).fire({"a": 1})
    assert threading.active_count() == threads
    assert "durable.engine" not in sys.modules


@needs_engine
def test_one_ruleset_serves_several_threads() -> None:
    conjunctions = [conjunction(("a", ">=", index), name=f"c{index}") for index in range(70)]
    ruleset = Ruleset(conjunctions)
    wrong: list[int] = []

    def work(offset: int) -> None:
        for step in range(100):
            value = (offset * 17 + step) % 75
            if ruleset.fire({"a": value}) != oracle(conjunctions, {"a": value}):
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@needs_engine
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_goes_on() -> None:
    ruleset = Ruleset([conjunction(("a", ">=", 0))])
    child = os.fork()
    if child == 0:
        os._exit(0 if ruleset.fire({"a": 1}) == ["c"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ruleset.fire({"a": 1}) == ["c"]


def test_absent_extension_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert not durable_available()
    with pytest.raises(EngineUnavailable, match="durable-rules"):
        Ruleset([conjunction(("a", "==", 1))])


@needs_engine
def test_version_is_that_of_the_distribution() -> None:
    assert durable_version()[0].isdigit()
