"""The schemas for editors know a rulebook's names, and refuse nothing that the plain ones allow."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.editor_schema import KINDS, editor_schema
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar

RULES = Path(__file__).parent.parent / "rules/taobao"
STARTER = RULES.parent.parent / "src/policyengine/starter"
FILES = [
    ("policy", path)
    for path in sorted((RULES / "policies").glob("*.yaml"))
    if not path.name.endswith(".cases.yaml")
]
FILES += [("overlay", path) for path in sorted((RULES / "overlays").glob("*.yaml"))]
FILES += [("cases", path) for path in sorted((RULES / "policies").glob("*.cases.yaml"))]


@pytest.fixture(scope="module")
def book() -> Rulebook:
    loaded = load_model(str(RULES), ())
    assert loaded.rulebook is not None
    return loaded.rulebook


def plain(node: Node) -> object:
    """Return a tree as an editor's YAML 1.2 parser reads it."""
    if isinstance(node, Scalar):
        words: dict[str, object] = {"true": True, "false": False}
        return node.text if node.quoted else words.get(node.text, node.text)
    if isinstance(node, MappingNode):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    return [plain(item) for item in node.items]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(book: Rulebook, kind: str) -> None:
    Draft7Validator.check_schema(editor_schema(book, kind))


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda one: one.name if isinstance(one, Path) else one)
def test_real_files_are_valid(book: Rulebook, kind: str, path: Path) -> None:
    node, _ = read_yaml(path.read_text("utf-8"), str(path))
    assert node is not None
    faults = list(Draft7Validator(editor_schema(book, kind)).iter_errors(plain(node)))
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_offered_where_there_is_nothing_to_offer(kind: str) -> None:
    small = load_model(str(STARTER), ()).rulebook
    assert small is not None
    waiting: list[object] = [editor_schema(small, kind)]
    while waiting:
        part = waiting.pop()
        assert not isinstance(part, dict) or part.get("enum") != []
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def test_names_and_choices_are_offered(book: Rulebook) -> None:
    schema = editor_schema(book, "policy")
    condition = schema["definitions"]["condition"]["properties"]
    assert condition["complaint.reason"]["anyOf"][0]["enum"][0] == "late_dispatch"
    assert "投诉理由" in condition["complaint.reason"]["title"]
    assert "met" in condition["seller_handling.status"]["anyOf"][0]["enum"]
    assert "platform" in schema["definitions"]["notice"]["properties"]["to"]["anyOf"][0]["enum"]
    assert "penalty.points" in schema["definitions"]["rule"]["properties"]["then"]["properties"]
    assert "complaint.filed_at" not in schema["definitions"]["rule"]["properties"]["then"]["properties"]


def test_what_dates_a_policy_is_offered_among_instants(book: Rulebook) -> None:
    schema = editor_schema(book, "policy")
    offered = schema["properties"]["effective"]["properties"]["by"]["anyOf"][0]["enum"]
    assert {"complaint.filed_at", "seller_handling.due"} <= {*offered}
    assert not {"order.total", "complaint.reason", "seller_handling.status"} & {*offered}
