"""Imports point to lower layers only, and each outside library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "policyengine"

# The layers of ARCHITECTURE.md, the lowest first; a package stands for all its modules.
LAYERS = (
    (
        "source",
        "diagnostics",
        "words",
        "values",
        "calendar",
        "slips",
        "suggestions",
        "wordings",
        "zones",
        "i18n",
        "keys",
        "version",
        "resources",
    ),
    (
        "opening",
        "writing",
        "files",
        "lines",
        "folders",
        "revision",
        "yaml_syntax",
        "document",
        "json_text",
        "schema_parts",
        "shape_faults",
        "schemas",
        "mapping_reader",
    ),
    (
        "clauses",
        "conditions",
        "case",
        "report_definition",
        "rulebook",
        "findings",
        "readings",
        "key_names",
        "lookup",
    ),
    (
        "citations",
        "file_names",
        "rule_files",
        "parse",
        "case_reader",
        "case_schema",
        "range_patterns",
        "editor_schema",
        "dependencies",
        "resolution",
        "clocks",
        "sums",
        "reference",
    ),
    ("compile",),
    ("checks",),
    ("engines",),
    (
        "support",
        "leaves",
        "supports",
        "explain",
        "refine",
        "nearness",
        "deciding",
        "decision",
        "emptiness",
        "timeline",
        "render",
        "manual",
        "cache",
        "load",
    ),
    ("api",),
    ("testing", "reporting", "examine", "book", "changes", "formatting", "lsp"),
    ("cli", "__main__"),
)
DOORS = {
    "yaml": ("document",),
    "jsonschema": ("schemas", "shape_faults"),
    "durable_rules_engine": ("engines.durable_ruleset",),
    "durable": (),
    "holidays": ("calendar",),
    "click": ("cli",),
    "junitparser": ("render.junit",),
    "pytest": ("testing.pytest_plugin",),
    "watchfiles": ("cli.test",),
    "ruamel": ("formatting.layout",),
    "pygls": ("lsp",),
    "lsprotocol": ("lsp",),
    "matplotlib": ("reporting.chart",),
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(module: str) -> str:
    return module.removeprefix("policyengine.").partition(".")[0]


def level_of(module: str) -> int:
    room = room_of(module)
    return next(number for number, rooms in enumerate(LAYERS) if room in rooms)


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
