"""A policy file: its parameters, deadlines, amounts and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal, TypeVar, cast

from policyengine.diagnostics.diagnostic import Message, listing, marked, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import Condition, Constant, Operand, Ref, Test
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import (
    Amount,
    Conclusion,
    DatedValue,
    Deadline,
    Notice,
    NoticeKind,
    Parameter,
    Policy,
    Rule,
    Table,
    TextByReading,
    otherwise_name,
)
from policyengine.reading.parse import nodes
from policyengine.reading.parse.amounts import AmountParser, amount_type
from policyengine.reading.parse.briefs import parse_words
from policyengine.reading.parse.conditions import join, parse_condition, parse_season
from policyengine.reading.parse.counting import has_zone, parse_counting, parse_zone
from policyengine.reading.parse.ends import parse_end, settle_left
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import (
    INSTANT,
    MOMENT,
    Scope,
    Wanted,
    find_assumption,
    in_own_days,
    parse_constant,
    parse_operand,
    parse_readings,
    parse_ref,
    wanted_by,
)
from policyengine.reading.parse.sources import Sources
from policyengine.reading.parse.tables import DaysOfRows, RawTable, TableParser, declare_table
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode
from policyengine.values.literals import LENGTHS, ValueType, start_of_day
from policyengine.values.numbers import percent_readings
from policyengine.values.parse import guess_type

_Part = TypeVar("_Part")


class PolicyParts(Frozen):
    """What one policy file adds to the rulebook."""

    policy: Policy
    parameters: dict[str, Parameter]
    deadlines: dict[str, Deadline]
    amounts: dict[str, Amount]
    rules: dict[str, Rule]
    tables: dict[str, Table]


def declare_policy(node: MappingNode, scope: Scope) -> None:
    """Give every parameter, deadline, amount and rule of the file its name."""
    for entry in nodes.entries(node.get("parameters")):
        type = _parameter_type(entry, scope)
        scope.names.declare(Symbol(entry.key.text, "parameter", type, None, (), entry.key.span))
        scope.names.titles[entry.key.text] = nodes.title_texts(nodes.mapping(entry.value).get("title"))
    for entry in nodes.entries(node.get("deadlines")):
        stands = nodes.mapping(entry.value).get("pauses") is not None
        scope.names.declare_deadline(entry.key.text, _for_each(entry, scope), entry.key.span, stands)
    for entry in nodes.entries(node.get("amounts")):
        listed, type = _for_each(entry, scope), amount_type(entry)
        if nodes.mapping(entry.value).get("rounding") == Scalar("none", entry.key.span, False):
            scope.names.exact.add(entry.key.text)
        scope.names.declare(Symbol(entry.key.text, "amount", type, listed, (), entry.key.span))
        scope.names.titles[entry.key.text] = nodes.title_texts(nodes.mapping(entry.value).get("title"))
    for entry in nodes.entries(node.get("rules")):
        _declare_rule(entry, scope)
    for entry in nodes.entries(node.get("tables")):
        if _declare_rule(entry, scope):
            _declare_rows(entry, declare_table(entry, scope), scope)


def _declare_rule(entry: Entry, scope: Scope) -> bool:
    """Give a rule or a table its name; tell whether it was free."""
    first = scope.names.rules.setdefault(entry.key.text, entry.key.span)
    if first is entry.key.span:
        return True
    what = message("`{name}` is defined twice", name=entry.key.text)
    help = message("the other definition is at {place}", place=first)
    scope.fault("duplicate-name", what, entry.key.span, help)
    return False


def _declare_rows(entry: Entry, table: RawTable, scope: Scope) -> None:
    scope.names.tables[entry.key.text] = table
    scope.names.rules.update((rule, entry.key.span) for rule in table.rules)


def settle_policy(node: MappingNode, scope: Scope) -> None:
    """Settle what the names of the file are that depends on other names, once all are declared."""
    for entry in nodes.entries(node.get("deadlines")):
        settle_left(entry, scope)
    _settle_records(node, scope)


def _settle_records(node: MappingNode, scope: Scope) -> None:
    """Give each record of a list its own value of the figures that an instant of the record chooses.

    The instant may belong to another file. A figure that names it itself follows it even where its values
    have no dates, so that an overlay can give them some.
    """
    symbols = scope.names.symbols
    of_policy = nodes.mapping(node.get("effective")).get("by")
    for entry in nodes.entries(node.get("parameters")):
        parameter = nodes.mapping(entry.value)
        act = symbols.get(nodes.text(parameter.get("by") or of_policy))
        symbol = symbols.get(entry.key.text)
        if act is None or act.listed is None or symbol is None or symbol.span is not entry.key.span:
            continue
        dated = (
            nodes.mapping(item).get(word) for item in nodes.items(parameter.get("values")) for word in _DAYS
        )
        if parameter.get("by") or any(dated):
            symbols[symbol.name] = replace(symbol, listed=act.listed)


_DAYS = ("from", "until", "every_year")
"""What says when a value is in force."""


def _for_each(entry: Entry, scope: Scope) -> str | None:
    """Return the list of whose records a part speaks; an unknown one is told where the part is read."""
    written = nodes.mapping(entry.value).get("for_each")
    return nodes.text(written) if written is not None and nodes.text(written) in scope.names.lists else None


def _parameter_type(entry: Entry, scope: Scope) -> ValueType:
    node = nodes.mapping(entry.value)
    declared = node.get("type")
    if declared is not None:
        return ValueType(nodes.text(declared))
    written = [nodes.text(nodes.mapping(value).get("value")) for value in nodes.items(node.get("values"))]
    guesses = [guessed for text in written if (guessed := guess_type(text)) is not None]
    if guesses:
        # What was 7 days can be 3 business days from a day on; no other type changes.
        is_mixed = len(set(guesses)) > 1 and set(guesses).issubset(LENGTHS)
        return ValueType.LENGTH if is_mixed else guesses[0]
    what = message("the type of `{name}` cannot be told from its values", name=entry.key.text)
    help = message("add `type: {types}`", types=" | ".join(_PARAMETER_TYPES))
    readings = next(filter(None, map(percent_readings, written)), None)
    if readings is not None:
        help = message("{help}; a percentage has its sign: {readings}", help=help, readings=readings)
    scope.fault("parameter-type", what, entry.key.span, help)
    return ValueType.TEXT


# One whole sentence for each kind, because a translation cannot be put together from pieces.
_NO_FACT = {
    "parameter": marked("a rule can only conclude a fact, and `{name}` is a parameter"),
    "deadline": marked("a rule can only conclude a fact, and `{name}` is given by a deadline"),
    "amount": marked("a rule can only conclude a fact, and `{name}` is an amount"),
}
_NAME_A_RULE = message("name a rule of this or another policy")
_PARAMETER_TYPES = (
    "money",
    "percent",
    "count",
    "number",
    "duration",
    "business_days",
    "months",
    "business_hours",
    "length",
    "boolean",
    "date",
    "instant",
    "text",
    "time_zone",
)


class PolicyParser:
    """Reads one policy file whose names have been declared."""

    def __init__(
        self, node: MappingNode, scope: Scope, sources: Sources, counting: tuple[CountingRule, ...]
    ) -> None:
        """``counting`` is the rulebook's way to count time, from which deadlines may depart."""
        self.node = node
        self.scope = replace(scope, counting=counting)
        self.sources = sources
        self.counting = counting
        self.id = nodes.text(node.get("policy"))
        effective = nodes.mapping(self.node.get("effective"))
        self.by = _act(effective.get("by"), self.scope)
        self.is_dated = effective.get("by") is not None
        self.listed = None if self.by is None else self.by.listed
        self.first_day, self.last_day = (_day(effective, word, self.scope) for word in ("from", "until"))
        self.days = self._in_force(self.by, self.first_day, self.last_day)
        self.scope = replace(self.scope, act=self.by, first_day=_ordinal(self.first_day))
        applies = self.node.get("applies_to")
        of_case = replace(self.scope, act=None) if self.listed else self.scope
        self.applies = [] if applies is None else [parse_condition(applies, of_case)]

    def parse(self) -> PolicyParts:
        """Return all that the file says."""
        span = nodes.scalar(self.node.get("policy")).span
        title = nodes.title(self.node.get("title"))
        scope = join([*self.applies, *(() if self.listed else self.days)], self.node.span)
        days = _ordinal(self.first_day), _ordinal(self.last_day)
        tables = [*self._tables()]
        return PolicyParts(
            Policy(self.id, title, self.node.span.file, *days, scope, span, self.by),
            self._all("parameters", self._parameter),
            self._all("deadlines", self._deadline),
            self._all("amounts", self._amount),
            {**self._all("rules", self._rule), **{rule.id: rule for _, rules in tables for rule in rules}},
            {table.id: table for table, _ in tables},
        )

    def _all(self, key: str, parse: Callable[[Entry], _Part | None]) -> dict[str, _Part]:
        parsed = {entry.key.text: parse(entry) for entry in nodes.entries(self.node.get(key))}
        return {name: part for name, part in parsed.items() if part is not None}

    def _tables(self) -> Iterator[tuple[Table, list[Rule]]]:
        parser = TableParser(self.id, self.scope, self.sources, self._overrides, self._tell_undated)
        for entry in nodes.entries(self.node.get("tables")):
            raw = self.scope.names.tables.get(entry.key.text)
            sound, listed = self._listed(nodes.mapping(entry.value))
            if raw is None or raw.node is not entry.value or not sound:
                continue  # another one has its name, or its list is not there: told already
            found = parser.parse(entry, raw, listed, self._days_of_table(entry, listed))
            if found is not None:
                yield found

    def _days_of_table(self, entry: Entry, listed: str | None) -> DaysOfRows:
        effective = nodes.mapping(nodes.mapping(entry.value).get("effective"))
        scope, written = self.scope.within(listed), effective.get("by")
        by = None if written is None else parse_ref(written, MOMENT, scope)
        if written is None:
            self._is_of_record(entry, listed)
        first, last = (_day(effective, word, scope) for word in ("from", "until"))
        tests = tuple(self._days_of_rule(by, first, last))
        return DaysOfRows(by, by or self.by, tests, _ordinal(first), _ordinal(last))

    def _tell_undated(self, span: Span) -> None:
        what = message("the versions have dates, and nothing says which act's date counts")
        self.scope.fault("undated-policy", what, span, _say_which_act(self.scope))

    # ---------- scope of the policy

    def _in_force(self, by: Ref | None, first: Constant | None, last: Constant | None) -> list[Condition]:
        """Return the tests of an act for its days; ``until`` is the last day that counts."""
        found: list[Condition] = []
        for word, operator, day, after in (("from", "at_least", first, 0), ("until", "less_than", last, 1)):
            if day is None or by is None or not isinstance(day.value, int):
                continue
            instant = start_of_day(day.value + after, self.scope.zone)
            constant = Constant(instant, ValueType.INSTANT, day.span)
            found.append(Test(by, cast(Literal["at_least"], operator), (constant,), word, day.span))
        return found

    def _listed(self, node: MappingNode) -> tuple[bool, str | None]:
        """Return whether ``for_each`` is sound, and its list."""
        written = node.get("for_each")
        if written is None:
            return True, None
        name = nodes.scalar(written)
        if name.text in self.scope.names.lists:
            return True, name.text
        what = message("there is no list `{name}`", name=name.text)
        known = self.scope.names.lists
        self.scope.fault("unknown-list", what, name.span, did_you_mean(name.text, known) or one_of(known))
        return False, None

    def _in_scope(self, entry: Entry, scope: Scope) -> Condition:
        """Return the ``when`` of a deadline or amount together with what the policy demands."""
        node = nodes.mapping(entry.value)
        self._is_of_record(entry, scope.listed)
        own = node.get("when")
        limits = [*self.applies, *self.days]
        parts = limits if own is None else [*limits, parse_condition(own, scope)]
        return join(parts, node.span)

    def _is_of_record(self, entry: Entry, listed: str | None) -> None:
        """Report a part that has no record, where an instant of the record tells the days of the policy."""
        if self.listed not in (None, listed):
            what = message(
                "the days of this policy are those of a record of `{list}`, and `{name}` has none",
                list=self.listed,
                name=entry.key.text,
            )
            help = message("add `for_each: {list}`, or write it in another policy file", list=self.listed)
            self.scope.fault("outside-list", what, entry.key.span, help)

    # ---------- parameters

    def _parameter(self, entry: Entry) -> Parameter | None:
        node = nodes.mapping(entry.value)
        symbol = self.scope.names.symbols.get(entry.key.text)
        # The name belongs to something else, which has been told; its type may be another.
        if symbol is None or symbol.span != entry.key.span:
            return None
        values, by = node.get("values"), node.get("by")
        return Parameter(
            id=entry.key.text,
            policy=self.id,
            title=nodes.title(node.get("title")),
            type=symbol.type,
            values=parse_dated_values(values, symbol, self.is_dated or by is not None, self.scope),
            by=self.by if by is None else _act(by, self.scope),
            source=self.sources.parse(node.get("source"), self.scope),
            left_open=isinstance(values, SequenceNode) and not values.items,
            unconfirmed="",
            span=entry.key.span,
            listed=symbol.listed,
        )

    # ---------- deadlines

    def _deadline(self, entry: Entry) -> Deadline | None:
        node = nodes.mapping(entry.value)
        sound, listed = self._listed(node)
        if not sound:
            return None  # all short names would be told as unknown
        scope = self.scope.within(listed)
        who = self._party(node.get("who"))
        starts = self._operand(node.get("starts"), MOMENT, scope)
        end = parse_end(node, scope)
        acts = self._events(node.get("met_by"), scope)
        stops = self._events(node.get("stopped_by"), scope)
        ends = self._events(node.get("owed_until"), scope)
        is_right = self._is_right(node)
        if ends:
            self._is_owed(node, is_right)
        when = self._in_scope(entry, scope)
        own = parse_counting(node.get("counting"), scope)
        zone = parse_zone(node.get("counting"), scope)
        source = self.sources.parse(node.get("source"), self.scope)
        if starts is None or end is None or is_fraction(end.within, entry.key.span, scope):
            return None
        own_days = in_own_days(starts, scope) if has_zone(node.get("counting")) else starts
        if own_days is None:
            return None
        departed = {rule.aspect for rule in own}
        counting = (*own, *(rule for rule in self.counting if rule.aspect not in departed))
        return Deadline(
            id=entry.key.text,
            policy=self.id,
            title=nodes.title(node.get("title")),
            source=source,
            who=who,
            starts=own_days,
            within=end.within,
            met_by=acts,
            stopped_by=stops,
            owed_until=ends,
            is_right=is_right,
            when=when,
            counting=tuple(sorted(counting, key=lambda rule: rule.aspect)),
            listed=listed,
            span=entry.key.span,
            ends=end.ends,
            pauses=end.pauses,
            zone=zone,
        )

    def _events(self, node: Node | None, scope: Scope) -> tuple[Ref, ...]:
        found = (self._event(event, scope) for event in nodes.items(node))
        return tuple(event for event in found if event is not None)

    def _event(self, node: Node, scope: Scope) -> Ref | None:
        """Return the name of an act or event; a question about a list gives one, too."""
        if not isinstance(node, MappingNode):
            return parse_ref(node, INSTANT, scope)
        found = parse_operand(node, INSTANT, scope)
        return found if isinstance(found, Ref) else None

    def _is_right(self, node: MappingNode) -> bool:
        """Tell whether somebody may act, and need not; nobody can use a right that nothing meets."""
        kind = node.get("kind")
        if nodes.text(kind, "duty") != "right":
            return False
        if node.get("met_by") is None and kind is not None:
            what = message("nothing says when the right is used")
            help = message(
                "add `met_by` with the instant of the act, or leave `kind` out: then it is a period"
            )
            self.scope.fault("wrong-kind", what, kind.span, help)
        return True

    def _is_owed(self, node: MappingNode, is_right: bool) -> None:
        """Report `owed_until` of what nobody owes: a right, or a period that no act meets."""
        if is_right or node.get("met_by") is None:
            entry = next(entry for entry in node.entries if entry.key.text == "owed_until")
            what = message("`owed_until` says until when a duty is owed, and this is not a duty")
            help = message(
                "leave `owed_until` out, or make it a duty: with `met_by` and without `kind: right`"
            )
            self.scope.fault("wrong-kind", what, entry.key.span, help)

    def _operand(self, node: Node | None, wanted: Wanted, scope: Scope) -> Operand | None:
        return None if node is None else parse_operand(node, wanted, scope)

    def _party(self, node: Node | None) -> str:
        written = nodes.scalar(node)
        if written.text not in self.scope.names.parties:
            what = message("there is no party `{name}`", name=written.text)
            known = self.scope.names.parties
            self.scope.fault(
                "unknown-party", what, written.span, did_you_mean(written.text, known) or one_of(known)
            )
        return written.text

    # ---------- amounts

    def _amount(self, entry: Entry) -> Amount | None:
        node = nodes.mapping(entry.value)
        sound, listed = self._listed(node)
        if not sound:
            return None
        scope = self.scope.within(listed)
        type = amount_type(entry)
        figures = AmountParser(node, type, scope).parse(entry.key.span)
        when = self._in_scope(entry, scope)
        source = self.sources.parse(node.get("source"), self.scope)
        if figures is None:
            return None
        return Amount(
            id=entry.key.text,
            policy=self.id,
            title=nodes.title(node.get("title")),
            source=source,
            base=figures.base,
            plus=figures.plus,
            minus=figures.minus,
            rate=figures.rate,
            floor=figures.floor,
            caps=figures.caps,
            rounding=figures.rounding,
            when=when,
            listed=listed,
            span=entry.key.span,
            type=type,
            times=figures.times,
            divided_by=figures.divided_by,
            bands=figures.bands,
            bands_apply_to=figures.bands_apply_to,
            formula=figures.formula,
        )

    # ---------- rules

    def _rule(self, entry: Entry) -> Rule | None:
        node = nodes.mapping(entry.value)
        sound, listed = self._listed(node)
        if not sound:
            return None
        scope = self.scope.within(listed)
        effective = nodes.mapping(node.get("effective"))
        written = effective.get("by")
        by = None if written is None else parse_ref(written, MOMENT, scope)
        if written is None:
            self._is_of_record(entry, listed)
        scope = replace(scope, act=by or self.by)
        first, last = (_day(effective, word, scope) for word in ("from", "until"))
        when = node.get("when")
        return Rule(
            id=entry.key.text,
            policy=self.id,
            title=nodes.title(node.get("title")),
            source=self.sources.parse(node.get("source"), self.scope),
            when=join(
                [
                    *self._days_of_rule(by, first, last),
                    *(() if when is None else [parse_condition(when, scope)]),
                ],
                nodes.mapping(when).span,
            ),
            then=tuple(self._conclusions(node.get("then"), scope)),
            in_brief=parse_words(node.get("in_brief"), scope),
            overrides=tuple(self._overrides(node.get("overrides"), entry.key.text)),
            notices=tuple(self._notice(notice, scope) for notice in nodes.items(node.get("notices"))),
            listed=listed,
            span=entry.key.span,
            by=by,
            first_day=_ordinal(first),
            last_day=_ordinal(last),
        )

    def _days_of_rule(
        self, by: Ref | None, first: Constant | None, last: Constant | None
    ) -> Iterator[Condition]:
        """Return the tests for the days of a rule, which its policy does not make of the case already."""
        act = by or self.by
        for day in (first, last):
            if day is not None and act is None and not self.is_dated:
                what = message("the rule has dates, and nothing says which act's date counts")
                self.scope.fault("undated-policy", what, day.span, _say_which_act(self.scope))
                break
        if by is not None:
            yield from self._in_force(by, self.first_day, self.last_day)
        elif self.listed is not None:
            yield from self.days
        yield from self._in_force(act, first, last)

    def _conclusions(self, node: Node | None, scope: Scope) -> list[Conclusion]:
        found: list[Conclusion] = []
        for entry in nodes.entries(node):
            symbol = scope.names.resolve(entry.key.text, scope.listed, entry.key.span)
            if symbol is None:
                continue
            if symbol.kind != "fact":
                what = message(_NO_FACT[symbol.kind], name=symbol.name)
                scope.fault(
                    "wrong-conclusion",
                    what,
                    entry.key.span,
                    message("remove it, or conclude a fact that asks about it"),
                )
                continue
            if symbol.name in scope.names.given:
                what = message("a rule cannot conclude `{name}`: cases give it", name=symbol.name)
                help = message("conclude another fact, or declare this one with `role: derived`")
                scope.fault("wrong-conclusion", what, entry.key.span, help)
                continue
            is_combined = symbol.listed is None and symbol.name in scope.names.combined
            if symbol.listed != scope.listed and not is_combined:
                what = message("a rule for each record can only conclude facts of that record")
                help = message(
                    "conclude a fact of `{list}`, or drop `for_each` and ask `any_of`", list=scope.listed
                )
                if symbol.listed is None:
                    what = message(
                        "a rule for each record gives `{name}` as many values as there are records",
                        name=symbol.name,
                    )
                    help = message(
                        "say at the fact how they become one, such as `combine: sum` or"
                        " `combine: yes_if_any`, or conclude a fact of `{list}`",
                        list=scope.listed,
                    )
                scope.fault("wrong-conclusion", what, entry.key.span, help)
                continue
            # In a record's rule a fact has a short name and a full one, so the keys need not be the same.
            if any(one.fact.name == symbol.name for one in found):
                what = message("the rule concludes `{name}` twice", name=symbol.name)
                scope.fault("wrong-conclusion", what, entry.key.span, message("keep one of the two"))
                continue
            value = parse_operand(entry.value, wanted_by(symbol), scope)
            if value is not None and not is_fraction(value, entry.value.span, scope):
                found.append(Conclusion(symbol.ref(entry.key.span), value, entry.value.span))
        return found

    def _overrides(self, node: Node | None, own: str) -> list[str]:
        found: list[str] = []
        for written in nodes.names(node):
            if written.text == own:
                what = message("a rule cannot override itself")
                self.scope.fault("unknown-rule", what, written.span, message("remove it from `overrides`"))
            elif written.text in self.scope.names.tables:
                found += self.scope.names.tables[written.text].rules
            elif written.text.endswith(otherwise_name("")):
                what = message("the `otherwise` value already gives way to every rule")
                self.scope.fault("unknown-rule", what, written.span, message("remove it from `overrides`"))
            elif written.text not in self.scope.names.rules:
                what = message("there is no rule `{name}`", name=written.text)
                help = did_you_mean(written.text, self.scope.names.rules) or _NAME_A_RULE
                self.scope.fault("unknown-rule", what, written.span, help)
            else:
                found.append(written.text)
        return found

    def _notice(self, node: Node, scope: Scope) -> Notice:
        notice = nodes.mapping(node)
        return Notice(
            kind=cast(NoticeKind, nodes.text(notice.get("kind"))),
            to=self._party(notice.get("to")),
            text=nodes.title(notice.get("text")),
            by=self._deadline_name(notice.get("by"), scope),
            otherwise=self._text(notice.get("otherwise")),
            span=node.span,
        )

    def _deadline_name(self, node: Node | None, scope: Scope) -> str | None:
        if node is None:
            return None
        written = nodes.scalar(node)
        symbol = scope.names.symbols.get(f"{written.text}.due")
        if symbol is None or symbol.kind != "deadline":
            what = message("there is no deadline `{name}`", name=written.text)
            symbols = scope.names.symbols.values()
            known = [one.name[: -len(".due")] for one in symbols if _is_due(one)]
            help = did_you_mean(written.text, known) or message("name a deadline of a policy")
            scope.fault("unknown-name", what, written.span, help)
            return None
        if symbol.listed not in (None, scope.listed):
            scope.names.resolve(symbol.name, scope.listed, written.span)
            return None
        return written.text

    def _text(self, node: Node | None) -> Text | TextByReading:
        """Return a text, or one for each reading."""
        if node is None:
            return Text()
        if isinstance(node, Scalar):
            return nodes.title(node)
        first = nodes.mapping(node).entries[0]
        if not isinstance(first.value, MappingNode):
            return nodes.title(node)
        assumption = find_assumption(first.key, self.scope)
        if assumption is None:
            return Text()
        chosen = parse_readings(first.value, assumption, self.scope)
        return TextByReading(assumption.id, tuple((reading, nodes.title(text)) for reading, text in chosen))


def _is_due(symbol: Symbol) -> bool:
    return symbol.kind == "deadline" and symbol.name.endswith(".due")


_DATE = Wanted((ValueType.DATE,))


def _say_which_act(scope: Scope) -> Message:
    """Return where to write the date of which act counts, and which acts there are."""
    given = (scope.names.symbols.get(name) for name in scope.names.given)
    acts = sorted(one.name for one in given if one and one.type in _TIMES and not one.listed)
    if not acts:
        return message("add `effective: {{by: …}}` with an instant or a date to the policy")
    return message(
        "add a line `effective: {{by: {example}}}` below the title of the policy; the times are {names}",
        example=acts[0],
        names=listing(acts[:_MOST_ACTS]),
    )


_MOST_ACTS = 12
_TIMES = (ValueType.INSTANT, ValueType.DATE)


def _act(node: Node | None, scope: Scope) -> Ref | None:
    """Return the act whose date says what is in force: an instant or a date of the case, or of a record."""
    if node is None:
        return None
    symbol = scope.names.symbols.get(nodes.text(node))
    return parse_ref(node, MOMENT, scope.within(None if symbol is None else symbol.listed))


def _day(node: MappingNode, word: str, scope: Scope) -> Constant | None:
    written = node.get(word)
    return None if written is None else parse_constant(written, _DATE, scope)


def _ordinal(day: Constant | None) -> int | None:
    return None if day is None else int(str(day.value))


def parse_dated_values(
    node: Node | None, symbol: Symbol, is_dated: bool, scope: Scope
) -> tuple[DatedValue, ...]:
    """Return the values of a parameter, the earliest first.

    ``is_dated`` tells whether its policy says the date of which act counts.
    """
    found = []
    for item in nodes.items(node):
        written = nodes.mapping(item)
        value = parse_constant(written.get("value") or item, Wanted((symbol.type,)), scope)
        first, last = (_day(written, word, scope) for word in ("from", "until"))
        yearly = written.get("every_year")
        season = None if yearly is None else parse_season(nodes.mapping(yearly), scope)
        days = (("from", first), ("until", last), ("every_year", season))
        if value is None or any(written.get(word) is not None and day is None for word, day in days):
            continue
        dated = next((written.get(word) for word in _DAYS if written.get(word) is not None), None)
        if dated is not None and not is_dated:
            what = message("the values have dates, and nothing says which act's date counts")
            scope.fault("undated-policy", what, dated.span, _say_which_act(scope))
        found.append(DatedValue(_ordinal(first), value.value, item.span, _ordinal(last), season))
    found.sort(key=lambda one: (one.start is not None, one.start or 0, one.span))
    for number, later in enumerate(found):
        earlier = next((one for one in found[:number] if _overlap(one, later)), None)
        if earlier is not None:
            scope.fault("overlapping-values", _what_overlaps(later), later.span, _instead(earlier, later))
    return tuple(found)


def _overlap(one: DatedValue, other: DatedValue) -> bool:
    """Tell whether nothing says which of two values is in force where both are."""
    if one.season is None or other.season is None:
        return one.season is None and other.season is None and one.start == other.start
    if not one.season.meets(other.season):
        return False
    starts = [day for day in (one.start, other.start) if day is not None]
    ends = [day for day in (one.end, other.end) if day is not None]
    if not starts or not ends or min(ends) - max(starts) > _LONGEST_YEAR:
        return True
    days = range(max(starts), min(ends) + 1)
    return any(one.season.holds_on(day) and other.season.holds_on(day) for day in days)


_LONGEST_YEAR = 366


def _what_overlaps(later: DatedValue) -> Message:
    if later.season is not None:
        return message("two values of every year are in force on the same days")
    if later.start is None and later.end is None:
        return message("two values have no date, so nothing says which is in force")
    if later.start is None:
        return message("two values have no first day, so nothing says which is in force")
    return message("two values are in force from the same day")


def _instead(earlier: DatedValue, later: DatedValue) -> Message:
    if later.season is not None:
        return message(
            "let one end on the day before the other begins; the other is at {place}", place=earlier.span
        )
    ends = [one.end for one in (earlier, later) if one.end is not None]
    if later.start is None and ends:
        day = date.fromordinal(min(ends) + 1)
        return message(
            "what follows begins on a day: write `from: {day}` for it; the other is at {place}",
            day=day,
            place=earlier.span,
        )
    return message("remove one, or give it another `from`; the other is at {place}", place=earlier.span)
