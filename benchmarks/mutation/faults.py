"""The faults that are planted: one comparison, constant, `and`/`or`, `not`, sign or quantifier each."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}
_Tree = TypeVar("_Tree", bound=ast.AST)
_LONGEST = 160  # characters of an expression in the name of a fault
# What these say is checked by mypy or decides nothing.
_LEFT_OUT = {"decorator_list", "annotation", "returns", "type_params"}


@dataclass(frozen=True)
class Fault:
    """One planted fault. Module, function, change and number name it however the lines move.

    ``is_late``: it stands in the body of a function, so nothing of it happens when the module is imported.
    """

    module: str
    function: str
    change: str
    number: int
    lines: range
    statement: int
    is_late: bool
    whole: ast.Module
    node: ast.AST
    replacement: ast.expr

    @property
    def tree(self) -> ast.Module:
        """The faulty module."""
        return ast.fix_missing_locations(_replaced(self.whole, self.node, self.replacement))

    @property
    def name(self) -> tuple[str, str, str, int]:
        """What a list of known faults calls it."""
        return self.module, self.function, self.change, self.number

    def __str__(self) -> str:
        again = f" (the {self.number}. of these)" if self.number > 1 else ""
        return f"{self.module}:{self.lines.start} {self.function}: {self.change}{again}"


@dataclass(frozen=True)
class _Place:
    """An expression, the expression or statement around it, and where both stand."""

    node: ast.AST
    parent: ast.AST
    field: str
    function: str
    statement: int
    is_late: bool


def plant(module: str, source: str) -> Iterator[Fault]:
    """Return every fault of a module's source, in the order of the text."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    for place in _places(tree, _Place(tree, tree, "", "", 0, False)):
        shown = place.parent if isinstance(place.node, ast.Constant | ast.Name) else place.node
        for replacement in _replacements(place):
            change = f"{_text(shown)} → {_text(_replaced(shown, place.node, replacement))}"
            seen[place.function, change] += 1
            yield Fault(
                module,
                place.function or "(module)",
                change,
                seen[place.function, change],
                range(place.node.lineno, (place.node.end_lineno or place.node.lineno) + 1),  # type: ignore[attr-defined]
                place.statement,
                place.is_late,
                tree,
                place.node,
                replacement,
            )


def _places(node: ast.AST, around: _Place) -> Iterator[_Place]:
    """Return every expression below a node, from the place of the node."""
    function, statement = around.function, around.statement
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}" if function else node.name
    if isinstance(node, ast.stmt):
        statement = node.lineno
        # An assertion decides nothing: it only makes a fault of the program loud.
        if (
            isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)
            or _is_text(node)
            or _is_for_types(node)
        ):
            return
    for name, value in ast.iter_fields(node):
        if name in _LEFT_OUT:
            continue
        is_body = name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST) and not _is_assertion(child):
                place = _Place(child, node, name, function, statement, around.is_late or is_body)
                if isinstance(child, ast.expr):
                    yield place
                yield from _places(child, place)


def _is_assertion(node: ast.AST) -> bool:
    """Whether it is `strict=True` of `zip`: it only makes a fault of the program loud."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _is_for_types(node: ast.stmt) -> bool:
    """Whether it is what only a type checker reads: nothing of it ever runs."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _replacements(place: _Place) -> Iterator[ast.expr]:
    node = place.node
    if isinstance(node, ast.Compare):
        for at, asked in enumerate(node.ops):
            ops = [_COMPARISONS[type(asked)]() if at == n else op for n, op in enumerate(node.ops)]
            yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        yield ast.BinOp(node.left, _SIGNS[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Name) and place.field == "func" and node.id in _NAMES:
        yield ast.Name(_NAMES[node.id], ast.Load())
    if _is_question(place):
        assert isinstance(node, ast.expr)
        yield ast.UnaryOp(ast.Not(), node)


def _is_question(place: _Place) -> bool:
    """Whether an expression decides a way by itself, without a comparison that has a fault of its own."""
    if isinstance(place.node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant | ast.NamedExpr):
        return False
    return place.field in ("test", "ifs")


def _replaced(tree: _Tree, node: ast.AST, replacement: ast.expr) -> _Tree:
    """Return a copy of a tree in which one node is another."""
    return copy.deepcopy(tree, {id(node): ast.copy_location(copy.deepcopy(replacement), node)})


def _text(node: ast.AST) -> str:
    """Return the text of an expression, or of the first line of a statement, on one line."""
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
