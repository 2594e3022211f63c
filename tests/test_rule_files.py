"""The rule files under ``rules/`` are readable text and quote their source to the letter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode, to_plain

ROOT = Path(__file__).parents[1]
RULE_FILES = sorted(ROOT.glob("rules/**/*.yaml"))
CASES = sorted(ROOT.glob("examples/cases/*.json"))
SOURCE = ROOT.parent / "shared" / "domain" / "seed.txt"


def read(path: Path) -> Node:
    node, faults = read_yaml(path.read_text(encoding="utf-8"), path.name)
    assert faults == []
    assert node is not None
    return node


def quotes(node: Node) -> Iterator[Scalar]:
    if isinstance(node, MappingNode):
        for entry in node.entries:
            if entry.key.text == "quote" and isinstance(entry.value, Scalar):
                yield entry.value
            else:
                yield from quotes(entry.value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from quotes(item)


def test_there_are_rule_files_and_example_cases() -> None:
    assert RULE_FILES
    assert CASES


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_a_rule_file_reads_without_a_fault(path: Path) -> None:
    assert isinstance(read(path), MappingNode)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_an_example_case_names_itself(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8"))["case"]


@pytest.mark.skipif(not SOURCE.exists(), reason="the source document is not copied into the repository")
def test_every_quote_is_verbatim_in_the_document_that_the_rulebook_names() -> None:
    source = SOURCE.read_bytes()
    rulebook = to_plain(read(ROOT / "rules" / "taobao" / "rulebook.yaml"))
    assert isinstance(rulebook, dict)
    assert rulebook["documents"]["seed"]["digest"] == "sha256:" + hashlib.sha256(source).hexdigest()
    found = [quote for path in RULE_FILES for quote in quotes(read(path))]
    assert found
    assert [str(quote.span) for quote in found if quote.text not in source.decode("utf-8")] == []
