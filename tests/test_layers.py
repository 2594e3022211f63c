"""Imports point to lower layers only, and each outside library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyengine.loading import cache

PACKAGE = Path(__file__).parent.parent / "src" / "policyengine"

# The packages of ARCHITECTURE.md, the lowest first: each imports only itself and those before it.
LAYERS = (
    "version",
    "resources",
    "collecting",
    "processes",
    "frozen",
    "diagnostics",
    "values",
    "syntax",
    "model",
    "semantics",
    "reading",
    "compile",
    "checks",
    "engines",
    "loading",
    "outcome",
    "manual",
    "render",
    "api",
    "testing",
    "sampling",
    "batch",
    "reporting",
    "lint",
    "book",
    "changes",
    "impact",
    "formatting",
    "starting",
    "lsp",
    "cli",
    "__main__",
)
DOORS = {
    "yaml": ("syntax.yaml_events",),
    "jsonschema": ("syntax.schemas", "syntax.shape_faults"),
    "durable_rules_engine": ("engines.durable.ruleset",),
    "durable": (),
    "msgspec": ("frozen", "reading.case.plain", "batch.encoding"),  # data, and JSON to and fro
    "holidays": ("values.calendar",),
    "click": ("cli",),
    "pytest": ("testing.pytest_plugin",),
    "watchfiles": ("cli.test",),
    "ruamel": ("formatting.layout",),
    "pygls": ("lsp",),
    "lsprotocol": ("lsp",),
    "pyarrow": ("batch.parquet", "batch.encoding", "batch.inputs"),
    "pyspark": ("batch.spark",),
    "py4j": ("batch.spark",),
    "pandas": ("batch.spark",),
    "matplotlib": ("reporting.chart",),
    "resvg_py": ("render.timeline_png",),
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(module: str) -> str:
    return module.removeprefix("policyengine.").partition(".")[0]


def level_of(module: str) -> int:
    return LAYERS.index(room_of(module))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    own = level_of(name_of(path))
    for module in imports(path):
        if module.startswith("policyengine."):
            assert level_of(module) <= own, f"{name_of(path)} imports {module}, which is in a higher layer"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_libraries_have_one_door(path: Path) -> None:
    for module in imports(path):
        doors = DOORS.get(module.partition(".")[0])
        if doors is not None:
            assert name_of(path).startswith(doors) and doors, f"{name_of(path)} imports {module}"


def test_every_package_has_its_place_and_says_what_it_is_for() -> None:
    rooms = {name_of(path).partition(".")[0] for path in MODULES}
    assert rooms == set(LAYERS)
    for path in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_the_cache_knows_the_code_that_makes_a_rulebook() -> None:
    rooms = {*cache._ROOMS, "loading"}
    for path in MODULES:
        if room_of(name_of(path)) in rooms:
            ours = (one for one in imports(path) if one.startswith("policyengine."))
            assert {room_of(one) for one in ours} <= rooms, name_of(path)


def test_the_oracle_shares_nothing_with_the_compiler() -> None:
    assert LAYERS.index("semantics") < LAYERS.index("compile")
    assert "compile" not in str([*imports(PACKAGE / "semantics" / "reference.py")])
