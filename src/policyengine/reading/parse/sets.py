"""Sets: values that have one name (``sets: {eu: …}``), and the tests that ask for them (``{in: eu}``).

A set whose values change on a day is spelled out where it is asked for: what it always holds is asked for as
it is, what comes or goes together with the days of the act. So nothing after reading knows of versions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.model.conditions import All, Any, Condition, Constant, Ref, Test
from policyengine.model.rulebook import SetValue, SetVersion, ValueSet
from policyengine.reading.parse import nodes
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, Wanted, parse_constant, wanted_by
from policyengine.reading.rule_files import named_path
from policyengine.syntax.files import decode_text
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar
from policyengine.values.escaping import shorten
from policyengine.values.literals import ValueType, comparison_key, start_of_day

SET_WORDS = ("in", "not_in")
"""The words that ask whether a value belongs to a set."""

_COMMENT = "#"
_DATE = Wanted((ValueType.DATE,))
_Run = tuple[int | None, int | None]


# ---------- declarations


def parse_sets(node: Node | None, scope: Scope) -> dict[str, ValueSet]:
    """Return the sets of facts.yaml by name."""
    reader = _Reader(scope)
    return {entry.key.text: reader.read(entry) for entry in nodes.entries(node)}


class _Reader:
    """Reads the sets of one rulebook."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def read(self, entry: Entry) -> ValueSet:
        node = nodes.mapping(entry.value)
        self._refuse_several(node, ("values", "file", "versions"), entry.key)
        written = node.get("versions")
        parts = [node] if written is None else [nodes.mapping(one) for one in nodes.items(written)]
        for part in parts if written is not None else ():
            self._refuse_several(part, ("values", "file"), entry.key)
        versions = sorted(
            (self._version(one) for one in parts), key=lambda one: (one.first_day or 0, one.span)
        )
        self._refuse_same(versions)
        return ValueSet(entry.key.text, nodes.title(node.get("title")), tuple(versions), entry.key.span)

    def _refuse_several(self, node: MappingNode, words: Sequence[str], name: Scalar) -> None:
        """Refuse a set or version that says its values in several ways, or not at all."""
        said = [word for word in words if node.get(word) is not None]
        if len(said) == 1:
            return
        help = message("write one of {words}", words=listing(words))
        what = message("`{name}` says in two ways which values it holds", name=name.text)
        if not said:
            what = message("`{name}` does not say which values it holds", name=name.text)
        span = node.span if said or node.span.line != name.span.line else name.span
        self.scope.fault("wrong-shape" if said else "missing-key", what, span, help)

    def _version(self, node: MappingNode) -> SetVersion:
        first, last = (self._day(node.get(word)) for word in ("from", "until"))
        if first is not None and last is not None and last < first:
            what = message("this version ends before it begins")
            self.scope.fault("overlapping-values", what, node.span, message("swap `from` and `until`"))
        values = tuple(self._distinct(self._values(node)))
        return SetVersion(first, last, values, node.span)

    def _day(self, node: Node | None) -> int | None:
        day = None if node is None else parse_constant(node, _DATE, self.scope)
        return None if day is None else int(str(day.value))

    def _values(self, node: MappingNode) -> Iterator[SetValue]:
        written = node.get("file")
        if written is not None:
            yield from self._values_of_file(nodes.scalar(written))
        for one in nodes.names(node.get("values")):
            if one.text == "none" and not one.quoted:
                what = message("a set holds values, and `none` says that there is no value")
                help = message("ask for it beside the set: `any: [{{FACT: none}}, {{FACT: {{in: SET}}}}]`")
                self.scope.fault("bad-value", what, one.span, help)
            else:
                yield SetValue(_plain(one.text), one.span)

    def _values_of_file(self, written: Scalar) -> Iterator[SetValue]:
        path = named_path(written.span.file, written.text)
        data = self.scope.names.files.get(path)
        if data is None:
            what = message("there is no file `{path}`", path=path)
            help = message("the path starts from the folder of this file; the file holds one value per line")
            self.scope.fault("file-missing", what, written.span, help)
            return
        text, faults = decode_text(path, data)
        self.scope.faults.extend(faults)
        found = [
            SetValue(_plain(line), Span(path, number, 1, number, 1 + len(line)))
            for number, line in enumerate((text or "").split("\n"), 1)
            if line.strip() and not line.lstrip().startswith(_COMMENT)
        ]
        if text is not None and not found:
            what = message("the file `{path}` holds no value", path=path)
            self.scope.fault("missing-value", what, written.span, message("write one value per line"))
        yield from found

    def _distinct(self, values: Iterable[SetValue]) -> Iterator[SetValue]:
        first: dict[str, SetValue] = {}
        for value in values:
            if value.text in first:
                what = message("`{value}` stands in the set twice", value=shorten(value.text))
                help = message("remove one; the other is at {place}", place=first[value.text].span)
                self.scope.fault("duplicate-value", what, value.span, help)
            else:
                first[value.text] = value
                yield value

    def _refuse_same(self, versions: Sequence[SetVersion]) -> None:
        first: dict[int | None, SetVersion] = {}
        for one in versions:
            if one.first_day in first:
                what = message("two versions are in force from the same day")
                if one.first_day is None:
                    what = message("two versions have no `from`, so nothing says which is in force")
                place = first[one.first_day].span
                help = message("remove one, or give it another `from`; the other is at {place}", place=place)
                self.scope.fault("overlapping-values", what, one.span, help)
            first.setdefault(one.first_day, one)


def _plain(text: str) -> str:
    """Return a value in the one form in which texts are compared."""
    return unicodedata.normalize("NFC", text.strip())


# ---------- tests


def in_set(symbol: Symbol, ref: Ref, entry: Entry, scope: Scope) -> Condition | None:
    """Return the condition that a value belongs to the set that ``in: SET`` or ``not_in: SET`` names.

    None after a fault. Of ``not_in`` it is what is denied.
    """
    if not isinstance(entry.value, Scalar):
        _tell_list(entry, scope)
        return None
    return of_named_set(symbol, ref, entry.value, scope)


def of_named_set(symbol: Symbol, ref: Ref, written: Scalar, scope: Scope) -> Condition | None:
    """Return the condition that a value belongs to the set of that name; None after a fault."""
    found = scope.names.sets.get(written.text)
    if found is None:
        _tell_unknown(written, scope)
        return None
    if found.is_dated and (scope.act is None or not _covers(found, written, scope)):
        if scope.act is None:
            what = message("`{name}` has versions, and nothing says which act's date counts", name=found.id)
            help = message("add `effective: {{by: …}}` with an instant or a date to the policy")
            scope.fault("undated-policy", what, written.span, help)
        return None
    groups = groups_of(found)
    constants = _constants(found, groups, wanted_by(symbol), scope)
    if constants is None:
        return None
    return _spelled_out(found, groups, constants, ref, written.span, scope)


def _constants(
    found: ValueSet, groups: Mapping[tuple[_Run, ...], Sequence[SetValue]], wanted: Wanted, scope: Scope
) -> dict[str, Constant] | None:
    """Return the values of a set read as values of a type, None if one of them is none."""
    constants: dict[str, Constant] = {}
    keys: dict[object, str] = {}
    for value in (one for group in groups.values() for one in group):
        written = Scalar(value.text, value.span, True)
        if wanted.choices and value.text not in wanted.choices:
            what = message(
                "`{value}` of the set `{name}` is not one of the values",
                value=shorten(value.text),
                name=found.id,
            )
            help = did_you_mean(value.text, wanted.choices) or one_of(wanted.choices)
            scope.fault("unknown-choice", what, value.span, help)
            return None
        constant = parse_constant(written, wanted, scope)
        if constant is None:
            return None
        constants[value.text] = constant
        key = comparison_key(constant.value)
        if keys.setdefault(key, value.text) != value.text:
            what = message(
                "`{value}` and `{other}` of the set `{name}` are the same",
                value=value.text,
                other=keys[key],
                name=found.id,
            )
            scope.fault("duplicate-value", what, value.span, message("remove one"))
            return None
    return constants


def _spelled_out(
    found: ValueSet,
    groups: Mapping[tuple[_Run, ...], Sequence[SetValue]],
    constants: Mapping[str, Constant],
    ref: Ref,
    span: Span,
    scope: Scope,
) -> Condition:
    ways: list[Condition] = []
    for runs, values in groups.items():
        is_always = runs == (_ALWAYS,)
        operands = tuple(constants[one.text] for one in values)
        test = Test(ref, "one_of", operands, "in" if is_always else "one_of", span, found.id)
        if is_always:
            ways.append(test)
        else:
            days = tuple(_on_days(run, scope, span, found.id) for run in runs)
            ways.append(All((days[0] if len(days) == 1 else Any(days, span), test), span))
    return ways[0] if len(ways) == 1 else Any(tuple(ways), span)


def _on_days(run: _Run, scope: Scope, span: Span, named: str) -> Condition:
    """Return that the act lies on one of the days of a run."""
    assert scope.act is not None
    act = replace(scope.act, this=scope.is_inside and scope.act.listed is not None)
    first, last = run
    tests = []
    if first is not None:
        tests.append(Test(act, "at_least", (_day(first, scope, span),), "from", span, named))
    if last is not None:
        tests.append(Test(act, "less_than", (_day(last + 1, scope, span),), "until", span, named))
    return tests[0] if len(tests) == 1 else All(tuple(tests), span)


def _day(day: int, scope: Scope, span: Span) -> Constant:
    """Return the beginning of a day as a value of the type of the act."""
    assert scope.act is not None
    is_date = scope.act.type is ValueType.DATE
    return Constant(day if is_date else start_of_day(day, scope.zone), scope.act.type, span)


# ---------- which values count on which days

_ALWAYS: _Run = (None, None)


def groups_of(found: ValueSet) -> dict[tuple[_Run, ...], list[SetValue]]:
    """Return the values by the runs of days on which they belong to the set, in the order of the versions.

    Of the versions of which a day is part, the one that began last counts: one with an ``until`` is an
    interlude, after which the earlier one is back.
    """
    cuts = sorted({cut for one in found.versions for cut in _cuts(one)})
    runs: dict[str, list[_Run]] = {}
    values: dict[str, SetValue] = {}
    for first, after in zip([None, *cuts], [*cuts, None], strict=True):
        version = _in_force(found, first)
        for value in version.values if version is not None else ():
            values.setdefault(value.text, value)
            _extend(runs.setdefault(value.text, []), first, None if after is None else after - 1)
    groups: dict[tuple[_Run, ...], list[SetValue]] = {}
    for text, own in runs.items():
        groups.setdefault(tuple(own), []).append(values[text])
    return dict(sorted(groups.items(), key=lambda one: one[0] != (_ALWAYS,)))


def _cuts(version: SetVersion) -> Iterator[int]:
    if version.first_day is not None:
        yield version.first_day
    if version.last_day is not None:
        yield version.last_day + 1


def _in_force(found: ValueSet, day: int | None) -> SetVersion | None:
    """Return the version of a day; None stands for the days before every cut."""
    fitting = [one for one in found.versions if _holds(one, day)]
    return max(fitting, key=lambda one: -1 if one.first_day is None else one.first_day, default=None)


def _holds(version: SetVersion, day: int | None) -> bool:
    if day is None:
        return version.first_day is None
    begun = version.first_day is None or version.first_day <= day
    return begun and (version.last_day is None or day <= version.last_day)


def _extend(runs: list[_Run], first: int | None, last: int | None) -> None:
    """Add a run of days, to the one before where it follows that without a gap."""
    if runs and first is not None and runs[-1][1] is not None and runs[-1][1] + 1 == first:
        runs[-1] = (runs[-1][0], last)
    else:
        runs.append((first, last))


def _covers(found: ValueSet, written: Scalar, scope: Scope) -> bool:
    """Refuse a set of which nothing says what it held on a day on which the policy is in force already."""
    first = found.versions[0].first_day
    if first is None or (scope.first_day is not None and scope.first_day >= first):
        return True
    day = date.fromordinal(first).isoformat()
    what = message("nothing says what `{name}` held before {day}", name=found.id, day=day)
    help = message(
        "leave `from` of the first version out, or let the policy begin then: `effective: {{from: {day}}}`",
        day=day,
    )
    scope.fault("missing-value", what, written.span, help)
    return False


# ---------- what was meant instead


def _tell_list(entry: Entry, scope: Scope) -> None:
    word = "one_of" if entry.key.text == "in" else "none_of"
    what = message("`{word}` names one set, and no values", word=entry.key.text)
    help: Message = message("write `{word}: [a, b]` for values, `any` for several sets", word=word)
    scope.fault("wrong-test", what, entry.key.span, help)


def _tell_unknown(written: Scalar, scope: Scope) -> None:
    known = scope.names.sets
    what = message("there is no set `{name}`", name=shorten(written.text))
    help = did_you_mean(written.text, known)
    if help is None and known:
        help = one_of(known)
    scope.fault("unknown-set", what, written.span, help or _DECLARE)


_DECLARE = message(
    "declare it in facts.yaml: `sets: {{NAME: {{title: …, values: [a, b]}}}}`, or list values with `one_of`"
)
