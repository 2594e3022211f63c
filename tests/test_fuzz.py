"""Whatever stands in a file: it is told, never raised. The long run is ``benchmarks/fuzz.py``."""

from __future__ import annotations

import importlib.util
import random
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policyengine.formatting.format import format_text
from policyengine.lint.examine import examine_rulebook
from policyengine.loading.load import load_model
from policyengine.lsp.index import Index
from policyengine.reading.case.reader import CaseReader
from policyengine.syntax.json_reader import read_json
from policyengine.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).parent.parent
_SPEC = importlib.util.spec_from_file_location("fuzz", ROOT / "benchmarks" / "fuzz.py")
assert _SPEC is not None and _SPEC.loader is not None
fuzz = importlib.util.module_from_spec(_SPEC)
sys.modules["fuzz"] = fuzz
_SPEC.loader.exec_module(fuzz)

KINDS = [kind for kind in fuzz.FILES.values() if kind != "case"]
# Words of the language beside any text: most of what comes out is nearly right.
WORDS = [
    "rules", "when", "then", "title", "zh", "en", "values", "value", "from", "facts", "type", "money",
    "all", "not", "any_of", "list", "where", "for_each", "overrides", "cases", "given", "checks",
    "expect", "as_of", "order.total", "known", "yes", "5.00", "7 days", "2012-03-16 10:00", "A-01",
]  # fmt: skip
# What a case can begin with: names, titles, and keys that are no facts.
HEADS = st.sampled_from(["case", "as_of", "notes", "$schema", "order", "order.total", "总"])
SCALARS = st.sampled_from(WORDS) | st.text(max_size=8)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4),
    max_leaves=25,
)


def flow(tree: object) -> str:
    """Return a tree as YAML in braces, every text in double quotes."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(flow(one) for one in tree) + "]"
    text = str(tree)
    plain = text in WORDS
    return text if plain else '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'


@pytest.fixture(scope="module")
def reader() -> CaseReader:
    book = load_model(str(fuzz.STARTER), ()).rulebook
    assert book is not None
    return CaseReader(book)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    target = tmp_path / "book"
    shutil.copytree(fuzz.STARTER, target)
    return target


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, name=st.sampled_from([name for name, kind in fuzz.FILES.items() if kind != "case"]))
def test_any_tree_in_any_file_is_answered(folder: Path, tree: object, name: str) -> None:
    path = folder / name
    original = path.read_bytes()
    path.write_text(flow(tree) + "\n", "utf-8")
    try:
        found = examine_rulebook(str(folder)).diagnostics
        assert all(one.code and one.span.line >= 1 and str(one.message) for one in found)
    finally:
        path.write_bytes(original)


@settings(max_examples=150, deadline=None)
@given(text=st.text() | TREES.map(flow), kind=st.sampled_from(KINDS))
def test_any_text_is_formatted_or_told(text: str, kind: str) -> None:
    formatted, faults = format_text(text, kind, "x.yaml")
    assert formatted is not None or faults
    node, _ = read_yaml(text, "x.yaml")
    if node is not None:
        Index([(kind, node)]).at("x.yaml", 1, 1)


@settings(max_examples=150, deadline=None)
@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "replace")))
def test_any_text_as_a_case_is_read_or_told(text: str) -> None:
    value, faults = read_json(text, "case.json")
    assert value is not None or faults or text.strip() == "null"


@settings(max_examples=150, deadline=None)
@given(text=st.text() | TREES.map(flow) | st.dictionaries(HEADS, TREES, max_size=4).map(flow))
def test_any_text_as_a_case_in_yaml_is_read_or_told(reader: CaseReader, text: str) -> None:
    case, faults = reader.read(text, "case.yaml")
    assert case is not None or any(one.severity == "error" for one in faults)
    assert all(one.span.line >= 1 and str(one.message) for one in faults)


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_are_answered(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        name = chance.choice(list(fuzz.FILES))
        original = (fuzz.STARTER / name).read_bytes()
        fuzz.run(folder, name, fuzz.mutated(original, chance), chance)
        (folder / name).write_bytes(original)
