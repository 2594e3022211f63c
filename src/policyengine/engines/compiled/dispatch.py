"""Many rules that ask the same names for constants and conclude the same: found at once, not one by one.

The rows of a table are such rules, and so is a price list that is written as rules. The constants that are
compared with a name cut its values into classes; which rules each class lets hold is one number, a bit for
each rule. So a case is judged by looking up one number for each name and by what these have in common.

Truths are two numbers here: the rules that certainly hold, and those that possibly do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from policyengine.compile.dependencies import expressions_of, names_of, parts_of, rule_name
from policyengine.compile.plan import AS_OF, Amount, Apply, Cell, Const, Derived, Expr, Plan, Read, Rule
from policyengine.compile.plan import Candidate as ByRule
from policyengine.engines.compiled.marks import PENDING, TRUE, TRUTHS, C, Mark, Raw, U, V, drop, lift
from policyengine.engines.program import defeats_of, unknown_as
from policyengine.frozen import Frozen
from policyengine.model.rulebook import otherwise_name
from policyengine.semantics.findings import NOTHING, Truth
from policyengine.semantics.overriding import Candidate, resolve
from policyengine.values.literals import comparison_key

FEWEST = 24
"""So few rules are as fast one by one."""
_REMEMBERED = 1_024

Hits = tuple[int, int]
"""The rules that certainly hold and those that possibly do (among them those that certainly do)."""
NO_HITS: Hits = (0, 0)


class Dispatch(Frozen):
    """Rules of one policy and list that are answered together; ``columns`` are the names that they ask."""

    name: str
    policy: str
    listed: str | None
    rules: tuple[Rule, ...]
    columns: tuple[Read, ...]


Step = Cell | Rule | Dispatch
"""What is computed in one place."""


def steps_of(plan: Plan) -> list[Step]:
    """Return the cells and rules of a plan, in its order, with those rules together that can be."""
    nodes = [node for stratum in plan.strata for node in (*stratum.cells, *stratum.rules)]
    found = _dispatches(nodes)
    homes = {rule.name: one for one in found for rule in one.rules}
    steps: dict[int, Step] = {}
    for node in nodes:
        step: Step = homes.get(node.name, node) if isinstance(node, Rule) else node
        steps.setdefault(id(step), step)
    return list(steps.values())


def names_given(step: Step) -> tuple[str, ...]:
    """Return the names of variables that a step gives values to."""
    return (step.name,) if isinstance(step, Dispatch) else names_of(step)


def names_told(step: Step) -> tuple[str, ...]:
    """Return the names of values and rules of which a step finds out how they come out."""
    return (
        tuple(rule_name(rule.name) for rule in step.rules) if isinstance(step, Dispatch) else names_of(step)
    )


def exprs_of(step: Step) -> tuple[Expr, ...]:
    """Return the expressions of a step."""
    return step.columns if isinstance(step, Dispatch) else tuple(expressions_of(step))


def _dispatches(nodes: Sequence[Cell | Rule]) -> list[Dispatch]:
    concluded: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, Derived):
            for candidate in node.candidates:
                concluded.setdefault(candidate.rule, []).append(node.name)
    # Between two of its units a step that is not rounded can be anything.
    exact = {node.name for node in nodes if isinstance(node, Amount) and node.step == 0}
    groups: dict[tuple[str, str | None, tuple[str, ...]], list[Rule]] = {}
    for node in nodes:
        if not isinstance(node, Rule) or node.name not in concluded:
            continue
        tests = _tests(node.when)
        if tests is not None and not any(read.name in exact for read in tests):
            key = (node.policy, node.listed, tuple(concluded[node.name]))
            groups.setdefault(key, []).append(node)
    return [
        Dispatch(f"table {number}", policy, listed, tuple(rules), _columns(rules))
        for number, ((policy, listed, _), rules) in enumerate(
            (key, rules) for key, rules in groups.items() if len(rules) >= FEWEST
        )
    ]


def _columns(rules: Sequence[Rule]) -> tuple[Read, ...]:
    return tuple(dict.fromkeys(read for rule in rules for read in _tests(rule.when) or ()))


def _tests(when: Expr) -> dict[Read, list[Expr]] | None:
    """Return what is asked of each name, None where a part asks of several, or of none."""
    found: dict[Read, list[Expr]] = {}
    for part in when.args if isinstance(when, Apply) and when.op == "all" else (when,):
        reads = {one for one in parts_of(part) if isinstance(one, Read)}
        if len(reads) != 1 or AS_OF in reads or not _is_simple(part):
            return None
        found.setdefault(reads.pop(), []).append(part)
    return found


def _is_simple(expr: Expr) -> bool:
    """Tell whether a condition only asks for a value, or compares names with constants."""
    match expr:
        case Apply("all" | "any" | "not", args):
            return all(map(_is_simple, args))
        case Apply("has", (Read(),)):
            return True
        case Apply("eq" | "in" | "ge" | "le" | "gt" | "lt", (Read() as read, *limits)):
            # A date can be compared with an instant, too.
            return all(isinstance(one, Const) and one.sort == read.sort for one in limits)
        case _:
            return False


# ---------- looking up


class Index:
    """Which rules hold, by the values of what they ask."""

    def __init__(self, dispatch: Dispatch) -> None:
        """Prepare the columns of some rules."""
        asked = [_tests(rule.when) or {} for rule in dispatch.rules]
        self.every = (1 << len(asked)) - 1
        self.columns: list[Callable[[Raw], Hits]] = [
            _column(read, [one.get(read, []) for one in asked]) for read in dispatch.columns
        ]

    def __call__(self, *values: Raw) -> Hits:
        """Return the rules that certainly hold, and those that possibly do."""
        certain = possible = self.every
        for column, value in zip(self.columns, values, strict=True):
            sure, perhaps = column(value)
            possible &= perhaps
            if not possible:
                return NO_HITS
            certain &= sure
        return certain, possible


def truth_of(hits: Hits, bit: int) -> int:
    """Return the truth of one rule, as the source holds truths."""
    certain, possible = hits
    return TRUE if certain >> bit & 1 else possible >> bit & 1


def bits_of(mask: int) -> Iterator[int]:
    """Return the numbers of the bits that are set, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _column(read: Read, cells: Sequence[Sequence[Expr]]) -> Callable[[Raw], Hits]:
    """Return the function that tells for a value of a name which rules ask for such a value."""
    whole = [_all(cell) for cell in cells]
    marked = {mark: _marked(whole, mark) for mark in (None, U, V, C)}
    known: Callable[[Any], int] = (
        _texts(whole) if read.sort in ("text", "choice", "time_zone") else _numbers(whole)
    )
    has_lengths = read.sort not in _PLAIN

    def find(value: Raw) -> Hits:
        if value is None or type(value) is Mark:
            return marked[value]
        found = known(comparison_key(value) if has_lengths else value)
        return found, found

    return find


_PLAIN = ("money", "percent", "count", "number", "boolean", "instant", "date", "text", "choice", "time_zone")
"""The sorts whose values compare by themselves."""


def _all(parts: Sequence[Expr]) -> Expr | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Apply("all", tuple(parts))


def _marked(cells: Sequence[Expr | None], mark: Raw) -> Hits:
    """Return the rules that hold where there is no value, or one that is not known."""
    truths = [3 if cell is None else _truth_of_mark(cell, mark) for cell in cells]
    certain = sum(1 << number for number, truth in enumerate(truths) if truth == TRUE)
    return certain, sum(1 << number for number, truth in enumerate(truths) if truth)


def _truth_of_mark(cell: Expr, mark: Raw) -> int:
    match cell:
        case Apply("all", args):
            return min(_truth_of_mark(one, mark) for one in args)
        case Apply("any", args):
            return max(_truth_of_mark(one, mark) for one in args)
        case Apply("not", (part,)):
            return (TRUE, 1, 1, 0)[_truth_of_mark(part, mark)]
        case Apply("has"):
            return 0 if mark is None else TRUE if mark is V else 1
        case _:
            return 0 if mark is None else 1


def _holds(cell: Expr, key: int | str | None) -> bool:
    """Tell whether a cell holds of a value; None stands for a text that it does not name."""
    match cell:
        case Apply("all", args):
            return all(_holds(one, key) for one in args)
        case Apply("any", args):
            return any(_holds(one, key) for one in args)
        case Apply("not", (part,)):
            return not _holds(part, key)
        case Apply("has"):
            return True
        case Apply(op, (_, *limits)):
            return any(_compares(op, key, one) for one in limits if isinstance(one, Const))
        case _:
            raise ValueError(f"no test of one name: {cell}")


def _compares(op: str, key: int | str | None, limit: Const) -> bool:
    if limit.value is None:
        return False
    other = comparison_key(limit.value)
    if op in ("eq", "in"):
        return key == other
    assert isinstance(key, int) and isinstance(other, int)
    return {"ge": key >= other, "le": key <= other, "gt": key > other, "lt": key < other}[op]


def _keys(cell: Expr | None) -> set[int | str]:
    if cell is None:
        return set()
    constants = (one.value for one in parts_of(cell) if isinstance(one, Const) and one.sort != "truth")
    keys = (comparison_key(value) for value in constants if value is not None)
    return {key for key in keys if isinstance(key, int | str)}


def _texts(cells: Sequence[Expr | None]) -> Callable[[str], int]:
    """Return the function that finds the rules for a text: one that a cell names, or any other."""
    others = sum(1 << number for number, cell in enumerate(cells) if cell is None or _holds(cell, None))
    found: dict[int | str, int] = {}
    for number, cell in enumerate(cells):
        for key in _keys(cell):
            assert cell is not None
            bit = 1 << number
            mask = found.get(key, others)
            found[key] = mask | bit if _holds(cell, key) else mask & ~bit
    return lambda text: found.get(text, others)


def _numbers(cells: Sequence[Expr | None]) -> Callable[[int], int]:
    """Return the function that finds the rules for a number: those of its class."""
    first = 0  # the rules that hold of numbers below all that are named
    changes: dict[int, int] = {}
    for number, cell in enumerate(cells):
        bit = 1 << number
        if cell is None:
            first |= bit
            continue
        keys = sorted(key for key in _keys(cell) if isinstance(key, int))
        holds = _holds(cell, keys[0] - 1) if keys else _holds(cell, 0)
        first |= bit if holds else 0
        for key in sorted({at for one in keys for at in (one, one + 1)}):
            if _holds(cell, key) is not holds:
                holds = not holds
                changes[key] = changes.get(key, 0) ^ bit
    starts = sorted(changes)
    masks = [first]
    for start in starts:
        masks.append(masks[-1] ^ changes[start])
    return lambda key: masks[bisect_right(starts, key)]


# ---------- what rules conclude that are answered together


class Places(Frozen):
    """Where the truths of the rules stand that may conclude a fact.

    ``tables`` are dispatches, each with the numbers of its rules among the candidates; ``alone`` are the
    numbers of candidates with a truth of their own.
    """

    tables: tuple[tuple[Dispatch, tuple[int, ...]], ...]
    alone: tuple[int, ...]


def places_of(cell: Derived, homes: Mapping[str, Dispatch]) -> Places:
    """Return where the truths of its candidates stand; ``homes`` are the dispatches of rules."""
    numbers = {one.rule: number for number, one in enumerate(cell.candidates)}
    tables = {id(homes[rule]): homes[rule] for rule in numbers if rule in homes}
    return Places(
        tuple((one, tuple(numbers[rule.name] for rule in one.rules)) for one in tables.values()),
        tuple(number for rule, number in numbers.items() if rule not in homes),
    )


class TableResolver:
    """Which rule gives a fact its value, where many rules are answered together."""

    def __init__(self, cell: Derived, places: Places) -> None:
        """Take the candidates of a fact."""
        self.candidates = cell.candidates
        self.places = places
        self.defeats = defeats_of(cell)
        self.named = named_values(cell.candidates)
        self.name = otherwise_name(cell.name)
        self.rest = None if cell.otherwise is None else unknown_as(self.name, cell.otherwise)
        self.value = lru_cache(_REMEMBERED)(self._value)

    def _value(
        self, hits: tuple[Hits, ...], truths: tuple[int, ...], named: tuple[Raw, ...], rest: Raw = None
    ) -> Raw:
        """Return the value, by the rules that hold and by the values that candidates name.

        ``rest`` is what counts where no rule holds.
        """
        values: dict[Expr, Raw] = dict(zip(self.named, named, strict=True))
        live: list[tuple[int, Truth]] = []
        for (_, numbers), (certain, possible) in zip(self.places.tables, hits, strict=True):
            for bit in bits_of(possible):
                live.append((numbers[bit], Truth.TRUE if certain >> bit & 1 else Truth.UNDETERMINED))
        for number, truth in zip(self.places.alone, truths, strict=True):
            if truth:
                live.append((number, TRUTHS[truth]))
        claims = []
        for number, truth in sorted(live):
            one = self.candidates[number]
            value = one.value.value if isinstance(one.value, Const) else values[one.value]
            known_by, is_listed = unknown_as(one.rule, one.value)
            token = (known_by, 0 if is_listed else None)
            claims.append(Candidate(one.rule, truth, PENDING, lift(value), token))
        otherwise = None
        if self.rest is not None:
            token = (self.rest[0], 0 if self.rest[1] else None)
            otherwise = Candidate(self.name, Truth.TRUE, NOTHING, lift(rest), token)
        return drop(resolve(claims, self.defeats, otherwise).state)


def named_values(candidates: Iterable[ByRule]) -> list[Read]:
    """Return the names among the values of some candidates."""
    return list(dict.fromkeys(one.value for one in candidates if isinstance(one.value, Read)))


Contribution = tuple[int, int, Raw, "int | None"]
"""The place of a rule among the candidates, whether it holds, its value, and the record it speaks of."""
MANY = -1
"""Stands for the records of a list that is not known."""


class TableParts:
    """What the rules of one dispatch give to a fact that several rules build."""

    def __init__(self, cell: Derived, numbers: Sequence[int]) -> None:
        """``numbers`` are the places of its rules among the candidates."""
        candidates = [cell.candidates[number] for number in numbers]
        named = {one: place for place, one in enumerate(named_values(candidates))}
        self.parts = [
            (number, None, named[one.value]) if isinstance(one.value, Read) else (number, _constant(one), -1)
            for number, one in zip(numbers, candidates, strict=True)
        ]
        self.bits_by_scope = {
            scope: [bit for bit, one in enumerate(candidates) if one.applies == scope]
            for scope in scopes_of(candidates)
        }

    def given(self, hits: Hits, named: Sequence[Raw], record: int | None) -> list[Contribution]:
        """Return the contributions of the rules that hold or could; ``named`` are the values of names."""
        certain, possible = hits
        found: list[Contribution] = []
        for bit in bits_of(possible):
            number, value, place = self.parts[bit]
            found.append(
                (number, 3 if certain >> bit & 1 else 1, value if place < 0 else named[place], record)
            )
        return found

    def of_any(self, scope: int, named: Sequence[Raw]) -> list[Contribution]:
        """Return what any number of records may give, of the rules with that scope (by its number)."""
        bits = [*self.bits_by_scope.values()][scope]
        parts = [self.parts[bit] for bit in bits]
        return [(number, 1, value if place < 0 else named[place], MANY) for number, value, place in parts]


def _constant(candidate: ByRule) -> Raw:
    assert isinstance(candidate.value, Const)
    return candidate.value.value


def scopes_of(candidates: Iterable[ByRule]) -> list[Expr]:
    """Return whether each of the rules may give something while its list is not known, each once."""
    return list(dict.fromkeys(one.applies for one in candidates))


def rows_of(cell: Derived, places: Places) -> dict[int, Raw]:
    """Return the value of each rule of the one table, by its bit, where all values are constants."""
    if len(places.tables) != 1 or named_values(cell.candidates):
        return {}
    _, numbers = places.tables[0]
    values = [cell.candidates[number].value for number in numbers]
    return {1 << bit: value.value for bit, value in enumerate(values) if isinstance(value, Const)}
