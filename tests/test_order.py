"""The order in which things are declared changes nothing: neither an answer nor a byte of its text."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from policyengine.api import prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook
from policyengine.reading.parse import load
from policyengine.reading.parse.load import load_directory
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, SequenceNode

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "examples" / "cases").glob("*.json"))
MOMENTS = ("2012-03-16 18:00:01", "2012-03-19 20:00:01", "2012-06-30 12:00")
# What is declared under these keys has names of its own, so it has no order.
DECLARED = (
    "facts",
    "lists",
    "parameters",
    "deadlines",
    "amounts",
    "rules",
    "assumptions",
    "parties",
    "documents",
)


def shuffled(node: Node, random: Random, is_declared: bool = False) -> Node:
    """Return the tree with declarations and keys in another order; what it says is at the same places."""
    if isinstance(node, SequenceNode):
        return replace(node, items=tuple(shuffled(item, random) for item in node.items))
    if not isinstance(node, MappingNode):
        return node
    entries = [
        Entry(entry.key, shuffled(entry.value, random, entry.key.text in DECLARED)) for entry in node.entries
    ]
    if is_declared:
        random.shuffle(entries)
    return replace(node, entries=tuple(entries))


@pytest.fixture
def rulebooks(monkeypatch: pytest.MonkeyPatch) -> tuple[Rulebook, Rulebook]:
    """Return the rulebook as it is written, and in another order."""
    written = rulebook()
    random, tree = Random(7), load._tree

    def other_tree(*arguments: object) -> MappingNode | None:
        node = tree(*arguments)  # type: ignore[arg-type]
        found = None if node is None else shuffled(node, random)
        assert found is None or isinstance(found, MappingNode)
        return found

    monkeypatch.setattr(load, "_tree", other_tree)
    return written, rulebook()


def rulebook() -> Rulebook:
    loaded = load_directory(str(ROOT / "rules" / "taobao"), ("late_5pct_1_30",))
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def test_order_changes_no_byte(rulebooks: tuple[Rulebook, Rulebook]) -> None:
    plain, other = (prepare(one, {}) for one in rulebooks)
    for case in CASES:
        for moment in MOMENTS:
            one, two = plain.evaluate(str(case), as_of=moment), other.evaluate(str(case), as_of=moment)
            assert render_json(one) == render_json(two)
            assert render_text(one, Speech("zh")) == render_text(two, Speech("zh"))
