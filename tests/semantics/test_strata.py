"""What rests on what: all comes after what it depends on, and a cycle is always told the same way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_rulebooks import make_rulebook

from policyengine.semantics.strata import dependencies, find_cycle, layers, levels, rule_node

NODES = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(NODES, st.frozensets(NODES, max_size=3), min_size=1).map(
    lambda graph: {**{one: frozenset[str]() for ones in graph.values() for one in ones}, **graph}
)


@pytest.mark.parametrize("seed", range(40))
def test_every_node_comes_after_what_it_depends_on(seed: int) -> None:
    graph = dependencies(make_rulebook(seed).rulebook)
    seen: set[str] = set()
    for stratum in levels(graph):
        assert all(graph[node] <= seen for node in stratum)
        seen.update(stratum)
    assert seen == graph.keys()


@pytest.mark.parametrize("seed", range(40))
def test_a_layer_rests_on_rules_of_earlier_layers_only(seed: int) -> None:
    graph = dependencies(make_rulebook(seed).rulebook)
    known: set[str] = set()
    for layer in layers(graph):
        for name in layer.names:  # in an order of their own
            assert graph[name] <= known
            known.add(name)
        rules = {rule_node(one) for one in layer.rules}
        assert all(graph[one] <= known for one in rules)
        known |= rules
    assert known == graph.keys()


@given(GRAPHS, st.randoms())
def test_a_cycle_is_a_cycle_and_always_the_same_one(graph: dict[str, frozenset[str]], random) -> None:  # type: ignore[no-untyped-def]
    found = find_cycle(graph)
    names = [*graph]
    random.shuffle(names)
    assert find_cycle({name: graph[name] for name in names}) == found
    if found is None:
        assert sum(map(len, levels(graph))) == len(graph)
    else:
        assert found[0] == found[-1] == min(found)
        assert all(after in graph[one] for one, after in pairwise(found))
