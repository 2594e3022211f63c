"""A decision as data: the form that ``schemas/decision.schema.json`` describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.conditions import Constant, Count, Operand, Pick, ReadingIs, Some, Test
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import MissingByReading, Rule
from policyengine.outcome.deciding import (
    ByChoice,
    Contradiction,
    Dated,
    Decider,
    Default,
    FromOverlay,
    InForce,
    Later,
    Scope,
    asks_for_days,
    choice,
    choices,
    deciders,
    key_of,
    scope_of,
)
from policyengine.outcome.decision import (
    AmountView,
    ClockView,
    Decision,
    NextStep,
    Outcome,
    PossibleStep,
    Reason,
    Taken,
    sort_missing,
)
from policyengine.outcome.emptiness import Nearly, why_empty
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.nearness import MOST_RECORDS, gap_of, in_order, shown_records, ways_in_order
from policyengine.outcome.refine import tree
from policyengine.outcome.support import Item, Label, Support
from policyengine.render.naming import MOST_WAITS, type_of
from policyengine.render.steps import raw_text
from policyengine.semantics.findings import Absent, Conflict, Known, Missing, State, Truth, Unknown, Waits
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import Value, ValueType, format_value

FORMAT = "policyengine.decision/1"

Json = dict[str, object]
_TRUTHS = ("false", "undetermined", "true")


def render_json(decision: Decision, extra: Mapping[str, object] | None = None, indent: int | None = 2) -> str:
    """Return the decision as JSON text without a line feed at its end; ``indent`` None gives one line."""
    return json.dumps({**decision_data(decision), **(extra or {})}, ensure_ascii=False, indent=indent)


def decision_data(decision: Decision) -> Json:
    """Return the decision as dictionaries, lists, strings, numbers and booleans."""
    return _Data(decision).whole()


class _Data:
    """The data of one decision. Keys are always written in the same order."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.book = decision.judged.rulebook
        self.explanation = decision.explanation
        self.shared = _Shared(self)
        self._unknowns: dict[Waits, Json] = {}

    def whole(self) -> Json:
        decision, judged, book = self.decision, self.decision.judged, self.book
        return {
            "format": FORMAT,
            "case": decision.case.id,
            "file": decision.case.file,
            "as_of": self._instant(decision.as_of),
            "rulebook": {
                "id": book.id,
                "version": book.version,
                "digest": book.digest,
                "title": text_data(book.title),
                "currency": book.currency,
                "time_zone": book.zone.key,
            },
            "engine": {"name": judged.engine, "version": judged.engine_version},
            "calendar": {
                "code": book.calendar.code,
                "version": book.calendar.version,
                "first_year": book.calendar.first_year,
                "last_year": book.calendar.last_year,
            },
            "overlays": [
                {"id": one.id, "title": text_data(one.title), "confirmed": one.confirmed}
                for one in book.overlays
                if one.active
            ],
            "settings": [{"path": path, "value": value} for path, value in judged.settings],
            "outcomes": [self._outcome(one) for one in decision.outcomes],
            "shared": [*self.shared.entries()],
            "deadlines": [self._deadline(one) for one in decision.clocks],
            "amounts": [self._amount(one) for one in decision.amounts],
            "next_steps": [self._next_step(one) for one in decision.next_steps],
            "possible_steps": [self._possible_step(one) for one in decision.possible_steps],
            "assumptions": [
                {
                    "id": one.id,
                    "title": text_data(book.assumptions[one.id].title),
                    "reading": one.reading,
                    "is_default": one.is_default,
                }
                for one in decision.assumptions
            ],
            "defaults": [self._default(one) for one in decision.defaults],
            "missing": [{**self._missing(one.missing), "answers": one.answers} for one in decision.wanted],
            "empty": self._empty(),
            "firings": [self._key(key, "rule") for key in decision.findings.firings],
        }

    def _empty(self) -> Json | None:
        """Return why there is no outcome and no next step."""
        empty = why_empty(self.decision)
        if empty is None:
            return None
        data: Json = {"reason": empty.why}
        if empty.first is not None:
            type = self.book.facts[empty.first[0]].type
            at = format_value(self.decision.case.values[empty.first], type, self.book.zone)
            data["first_event"] = {"path": format_key(self.book, empty.first), "at": at}
        if empty.policies:
            data["policies"] = [self._nearly(one) for one in empty.policies[:MOST_RECORDS]]
            data["policies_not_shown"] = max(0, len(empty.policies) - MOST_RECORDS)
        return data

    def _nearly(self, one: Nearly) -> Json:
        key = None if one.rule is None else (one.rule.id, one.record)
        return {**self.scope(one.scope), "nearest_rule": None if key is None else self.failed_rule(key)}

    # ---------- outcomes

    def _outcome(self, outcome: Outcome) -> Json:
        fact = outcome.fact
        type = fact.type
        data = {
            **self._key((fact.path, outcome.record), "fact"),
            "title": text_data(fact.title),
            "type": type.value,
            "status": outcome.status,
        }
        if isinstance(outcome.state, Known):
            data["value"] = self._value(outcome.state, type)
        if outcome.status == "undetermined":
            data["possible"] = [format_value(one, type, self.book.zone) for one in outcome.possible]
            data["may_be_other_value"] = outcome.has_unknown_value
            data["may_be_not_applicable"] = outcome.may_be_absent
            data["may_be_conflict"] = outcome.may_conflict
            data["not_ruled_out"] = [format_value(one, type, self.book.zone) for one in outcome.not_ruled_out]
            data["exactness"] = outcome.exactness
            data |= self._waits_for(outcome.waits)
        if outcome.refined is not None:
            data["completions"] = outcome.refined.completions
            data["depends_on"] = self._tree(outcome.refined.tree, type)
        return {
            **data,
            "rules": [self._reason(one, type) for one in outcome.reasons],
            "overridden": [rule.id for rule in outcome.overridden],
            **(self._all(outcome.support) if outcome.record is None else self.shared.told(outcome.support)),
            "unconfirmed": list(outcome.unconfirmed),
            "provisional": outcome.provisional,
        }

    # ---------- what it rests on

    def _all(self, support: Support) -> Json:
        """Return everything that an outcome of the whole case rests on: there are only so many of these."""
        return self.rests_on(support.items())

    def rests_on(self, items: Iterable[Item]) -> Json:
        """Return facts as the case says them, and the names of all else."""
        found: dict[str, list[Key]] = {}
        for kind, key in items:
            found.setdefault(kind, []).append(key)
        kinds = {kind: _sorted(keys) for kind, keys in found.items()}
        return {
            "facts": [self._fact(key) for key in kinds.get("fact", ())],
            "rests_on": {
                "rules": [self._key(key, "rule") for key in kinds.get("rule", ())],
                "deadlines": [self._key(key, "deadline") for key in kinds.get("deadline", ())],
                "amounts": [self._key(key, "amount") for key in kinds.get("amount", ())],
                "parameters": [self._parameter(id) for id, _ in kinds.get("parameter", ())],
                "assumptions": [id for id, _ in kinds.get("assumption", ())],
            },
        }

    def _reason(self, reason: Reason, type: ValueType) -> Json:
        return {
            **self._rule(reason.rule),
            "truth": _TRUTHS[reason.truth],
            "value": self._state(reason.value, type),
            "because": self.parts(reason.leaves),
        }

    def _rule(self, rule: Rule) -> Json:
        return {
            "rule": rule.id,
            "title": text_data(rule.title),
            "source": source_data(rule.source),
            **place_data(rule.span),
        }

    def _fact(self, key: Key) -> Json:
        if key[0] in self.book.lists:
            return {"path": key[0], "title": text_data(self.book.lists[key[0]].title), "value": None}
        fact = self.book.facts[key[0]]
        state = self.decision.findings.states[key]
        return {
            "path": format_key(self.book, key),
            "title": text_data(fact.title),
            "value": self._state(state, fact.type),
            **self._decided_by(key),
        }

    def _parameter(self, id: str) -> Json:
        parameter = self.book.parameters[id]
        state = self.decision.findings.states[id, None]
        return {
            "parameter": id,
            "title": text_data(parameter.title),
            "value": self._state(state, parameter.type),
            "unconfirmed": parameter.unconfirmed,
            **self._decided_by((id, None)),
            **place_data(parameter.span),
        }

    # ---------- tests

    def parts(self, parts: Iterable[Part]) -> list[Json]:
        """Return tests, and each either/or with its ways."""
        return [self.leaf(part) if isinstance(part, Leaf) else self._either(part) for part in parts]

    def _either(self, either: Either) -> Json:
        return {
            "truth": _TRUTHS[either.truth],
            "any": [self.parts(way) for way in ways_in_order(either)],
            **place_data(either.span),
        }

    def leaf(self, leaf: Leaf) -> Json:
        """Return one test with what it met."""
        data: Json = {"truth": _TRUTHS[leaf.truth], "negated": leaf.negated}
        match leaf.condition:
            case Test(ref, _, operands, spelling):
                key = (ref.name, leaf.record if ref.listed else None)
                data |= {"test": spelling, "name": ref.name, "path": format_key(self.book, key)}
                data["value"] = self._state(leaf.left, ref.type)
                data |= self._decided_by(key)
                data["expected"] = self._expected(leaf, operands, ref.type)
            case ReadingIs(assumption, readings):
                chosen = choice(self.explanation, assumption)
                data |= {"test": "reading", "name": assumption, "value": chosen.reading}
                data["decided_by"] = [self._decider(chosen, ValueType.TEXT)]
                data["expected"] = [{"value": reading} for reading in readings]
            case Count(listed, _, _, operands, spelling):
                least, most = leaf.number or (None, None)
                data |= {"test": f"count {spelling}", "name": listed, "least": least, "most": most}
                data["expected"] = self._expected(leaf, operands, ValueType.COUNT)
                data |= self._records(leaf)
            case Some(listed) | Pick(_, listed):
                word = leaf.condition.which if isinstance(leaf.condition, Pick) else "any_of"
                data |= {"test": word, "name": listed, **self._records(leaf)}
        return data | self._gap(leaf) | place_data(leaf.span)

    def _expected(self, leaf: Leaf, operands: Sequence[Operand], type: ValueType) -> list[Json]:
        pairs = zip(operands, leaf.right, strict=True)
        return [
            {**self._operand(operand, state, type), **self._operand_decided_by(operand, leaf.record)}
            for operand, state in pairs
        ]

    def _records(self, leaf: Leaf) -> Json:
        """Return the few records that explain a question about a list."""
        shown = shown_records(leaf)
        return {
            "records": [self._looked(leaf, one) for one in shown.records],
            "records_not_shown": shown.more,
        }

    def _looked(self, leaf: Leaf, looked: Looked) -> Json:
        assert not isinstance(leaf.condition, Test | ReadingIs)
        dated_by = self.book.lists[leaf.condition.listed].dated_by
        state = None if dated_by is None else self.explanation.values[dated_by, looked.record]
        type = ValueType.INSTANT if dated_by is None else self.book.facts[dated_by].type
        is_false = looked.truth is Truth.FALSE
        data: Json = {
            "record": looked.record,
            "dated": self._state(state, type),
            "truth": _TRUTHS[looked.truth],
            "because": self.parts(in_order(looked.parts) if is_false else looked.parts),
        }
        if looked.answer is not None:
            is_not = looked.answer is Truth.FALSE
            data["answer"] = _TRUTHS[looked.answer]
            data["asked"] = self.parts(in_order(looked.asked) if is_not else looked.asked)
        return data

    def _gap(self, leaf: Leaf) -> Json:
        """Return by how much a test fails, where that can be measured."""
        gap = gap_of(leaf)
        if gap is None:
            return {}
        by: object = gap.size
        if gap.dimension in ("money", "percent", "number"):
            by = format_value(gap.size, ValueType(gap.dimension), self.book.zone)
        return {
            "gap": {"dimension": gap.dimension, "by": by, "too_small": gap.short, "at_limit": gap.at_limit}
        }

    # ---------- what decides

    def _operand_decided_by(self, operand: Operand, record: int | None) -> Json:
        data = [self._decider(one, ValueType.TEXT) for one in choices(self.explanation, operand)]
        key = key_of(self.explanation, operand, record)
        if key is not None:
            data += self._deciders(key)
        return {"decided_by": data} if data else {}

    def _decided_by(self, key: Key) -> Json:
        """Return what decides the value of a name where the value alone does not say it; else nothing."""
        data = self._deciders(key)
        return {"decided_by": data} if data else {}

    def _deciders(self, key: Key) -> list[Json]:
        type = type_of(self.book, key[0])
        return [self._decider(one, type) for one in deciders(self.explanation, key)]

    def _decider(self, decider: Decider, type: ValueType) -> Json:
        match decider:
            case Default(state):
                return {"kind": "default", "value": self._state(state, type)}
            case Later(value):
                return {"kind": "later", "at": format_value(value, type, self.book.zone)}
            case Dated(name, record, at):
                path = format_key(self.book, (name, record))
                return {"kind": "dated", "name": path, "at": None if at is None else self._instant(at)}
            case InForce():
                return {"kind": "in_force", **self._in_force(decider)}
            case FromOverlay(overlay):
                return {"kind": "overlay", "overlay": overlay.id, "confirmed": overlay.confirmed}
            case ByChoice(id, reading, is_default):
                return {"kind": "reading", "assumption": id, "reading": reading, "is_default": is_default}
            case Contradiction(rules):
                sides = [{**self._named(rule), "value": self._state(state, type)} for rule, state in rules]
                return {"kind": "conflict", "rules": sides}

    def _named(self, rule: Rule) -> Json:
        return {"rule": rule.id, "title": text_data(rule.title), **place_data(rule.span)}

    def _in_force(self, days: InForce) -> Json:
        return {
            "act": days.act,
            "at": None if days.at is None else self._instant(days.at),
            "from": self._day(days.first),
            "until": self._day(days.last),
        }

    def _day(self, day: int | None) -> object:
        return None if day is None else format_value(day, ValueType.DATE, self.book.zone)

    # ---------- policies

    def scope(self, scope: Scope) -> Json:
        """Return whether a policy applies to the case: its days, and what else it demands."""
        return {
            "policy": scope.policy.id,
            "title": text_data(scope.policy.title),
            "truth": _TRUTHS[scope.truth],
            "is_in_force": _TRUTHS[scope.is_in_force],
            "days": None if scope.in_force is None else self._in_force(scope.in_force),
            "tests": self.parts(in_order(part for part in scope.parts if not asks_for_days(part))),
            **place_data(scope.policy.span),
        }

    def failed_rule(self, key: Key) -> Json:
        """Return why a rule does not give what it could: what its policy demands, then its own tests."""
        rule = self.book.rules[key[0]]
        truth = self.decision.findings.rules[key].truth
        scope = scope_of(self.explanation, rule)
        own, parts = self.explanation.leaves(rule.when, key[1])
        data = self._rule(rule) if key[1] is None else {**self._rule(rule), "record": key[1]}
        fails = truth is not Truth.TRUE
        return {
            **data,
            "truth": _TRUTHS[truth],
            "policy": self.scope(scope) if fails and scope.truth is truth else None,
            "tests": self.parts(in_order(parts)) if fails and own is truth else [],
        }

    def _operand(self, operand: Operand, state: State, type: ValueType) -> Json:
        chosen = choose_operand(operand, self.explanation.readings)
        data: Json = {"value": self._state(state, type)}
        return data if isinstance(chosen, Constant) else {**data, "name": chosen.name}

    # ---------- deadlines, amounts, steps

    def _deadline(self, view: ClockView) -> Json:
        deadline, finding = view.deadline, view.finding
        due = finding.due.value if isinstance(finding.due, Known) else None
        left = due - self.decision.as_of if isinstance(due, int) else None
        is_open = finding.status == Known("open")
        return {
            **self._key((deadline.id, view.record), "deadline"),
            "title": text_data(deadline.title),
            "who": deadline.who,
            "start": self._state(finding.start, ValueType.INSTANT),
            "length": self._state(finding.length, ValueType.DURATION),
            "due": self._state(finding.due, ValueType.INSTANT),
            "acted": self._state(finding.acted, ValueType.INSTANT),
            "stopped": self._state(finding.stopped, ValueType.INSTANT),
            "status": self._state(finding.status, ValueType.CHOICE),
            "settled_at": self._state(finding.settled, ValueType.INSTANT),
            "seconds_left": left if is_open else None,
            "provisional": view.provisional,
            "source": source_data(deadline.source),
            **place_data(deadline.span),
        }

    def _amount(self, view: AmountView) -> Json:
        amount, finding = view.amount, view.finding
        operands = (amount.base, *amount.plus, *amount.minus)
        terms = [
            {"role": role, **self._operand(operand, state, ValueType.MONEY)}
            for operand, (role, state) in zip(operands, finding.terms, strict=True)
        ]
        caps = [
            {"applies": _TRUTHS[found.applies], **self._operand(cap.limit, found.limit, ValueType.MONEY)}
            for cap, found in zip(amount.caps, finding.caps, strict=True)
        ]
        return {
            **self._key((amount.id, view.record), "amount"),
            "title": text_data(amount.title),
            "terms": terms,
            "subtotal": self._state(finding.subtotal, ValueType.MONEY),
            "rate": self._optional(amount.rate, finding.rate, ValueType.PERCENT),
            "raw": None if finding.raw is None else raw_text(finding.raw),
            "rounding": amount.rounding,
            "rounded": self._state(finding.rounded, ValueType.MONEY),
            "floor": self._optional(amount.floor, finding.floor, ValueType.MONEY),
            "caps": caps,
            "bound_by": finding.bound,
            "result": self._state(finding.result, ValueType.MONEY),
            "source": source_data(amount.source),
            **place_data(amount.span),
        }

    def _optional(self, operand: Operand | None, state: State | None, type: ValueType) -> Json | None:
        return None if operand is None or state is None else self._operand(operand, state, type)

    def _next_step(self, step: NextStep) -> Json:
        return {
            "to": step.notice.to,
            "kind": step.notice.kind,
            "text": text_data(step.notice.text),
            "deadline": step.notice.by,
            "due": None if step.due is None else self._state(step.due, ValueType.INSTANT),
            "otherwise": text_data(step.otherwise) or None,
            "assumption": step.assumption or None,
            **self._rule(step.rule),
        }

    def _possible_step(self, possible: PossibleStep) -> Json:
        return {
            **self._next_step(possible.step),
            "exactness": possible.refined.exactness,
            **self._waits_for(possible.waits),
            "depends_on": self._tree(possible.refined.tree, ValueType.BOOLEAN),
        }

    def _default(self, taken: Taken) -> Json:
        missing = taken.fact.if_missing
        return {
            "path": format_key(self.book, (taken.fact.path, taken.record)),
            "title": text_data(taken.fact.title),
            "value": format_value(taken.value, taken.fact.type, self.book.zone),
            "assumption": missing.assumption if isinstance(missing, MissingByReading) else None,
        }

    # ---------- decision trees

    def _tree(self, node: tree.Node, type: ValueType) -> Json:
        """Return a decision tree: what it asks, and what follows from each answer."""
        if isinstance(node, tree.Leaf):
            return {"answers": [self._answer(one, type) for one in node.answers]}
        asked = self._type_of(node.missing)
        return {
            **self._missing(node.missing),
            "branches": [
                {
                    "if": [self._cell(cell, asked) for cell in branch.cells],
                    "then": self._tree(branch.then, type),
                }
                for branch in node.branches
            ],
        }

    def _answer(self, answer: tree.Answer, type: ValueType) -> object:
        if isinstance(answer, tree.Spread):
            low, high = (format_value(end, type, self.book.zone) for end in (answer.low, answer.high))
            return {"from": low, "to": high}
        return self._state(answer, type)

    def _cell(self, cell: tree.Cell, type: ValueType) -> Json:
        def value(one: Value | None) -> object:
            return None if one is None else format_value(one, type, self.book.zone)

        match cell:
            case tree.Exactly(one):
                return {"is": value(one)}
            case tree.Between(low, high):
                return {"from": value(low), "to": value(high)}
            case tree.Later():
                return {"has_happened": False}
            case tree.OtherText():
                return {"is": None}
            case tree.Matching(least, most):
                return {"least": least, "most": most}

    def _type_of(self, missing: Missing) -> ValueType:
        if missing.kind == "parameter":
            return self.book.parameters[missing.name].type
        fact = self.book.facts.get(missing.name)
        return ValueType.COUNT if fact is None else fact.type

    def _waits_for(self, waits: Sequence[Missing]) -> Json:
        """Return what something waits for; of very much only the first, for `missing` has all of it once."""
        more = len(waits) - MOST_WAITS
        return {
            "waits_for": [self._missing(one) for one in waits[:MOST_WAITS]],
            **({"waits_for_not_shown": more} if more > 0 else {}),
        }

    def _missing(self, missing: Missing) -> Json:
        path = format_key(self.book, (missing.name, missing.record))
        fact = self.book.facts.get(missing.name)
        if fact is None or fact.foresees is None:
            return {"kind": missing.kind, "name": path, "title": text_data(self._title(missing.name))}
        # It stands for something that is still to come: that is what is missing.
        coming = self.book.facts[fact.foresees]
        return {
            "kind": missing.kind,
            "name": format_key(self.book, (coming.path, missing.record)),
            "title": text_data(coming.title),
            "dated_by": coming.dated_by,
            "what_if": path,
        }

    def _title(self, name: str) -> Text:
        return self.titled(name)[0]

    def titled(self, name: str) -> tuple[Text, Span]:
        """Return the title of what a name belongs to, and where that is written."""
        book = self.book
        for group in (book.facts, book.lists, book.parameters, book.amounts):
            if name in group:
                return group[name].title, group[name].span
        deadline = book.deadlines[name.rpartition(".")[0]]
        return deadline.title, deadline.span

    # ---------- values

    def _key(self, key: Key, word: str) -> Json:
        return {word: key[0]} if key[1] is None else {word: key[0], "record": key[1]}

    def _state(self, state: State | None, type: ValueType) -> object:
        """Return a known value as itself, and anything else as an object that says why there is none."""
        match state:
            case Known():
                return self._value(state, type)
            case Unknown(waits):
                return self._unknown(waits)
            case Conflict(rules):
                return {"conflict": list(rules)}
            case Absent() | None:
                return None

    def _unknown(self, waits: Waits) -> Json:
        """Return what a value waits for; of very much only the first, for `missing` has all of it once."""
        found = self._unknowns.get(waits)
        if found is None:
            missing = sort_missing(waits)
            more = len(missing) - MOST_WAITS
            paths = [format_key(self.book, (one.name, one.record)) for one in missing[:MOST_WAITS]]
            found = {"unknown": paths, **({"not_shown": more} if more > 0 else {})}
            self._unknowns[waits] = found
        return found

    def _value(self, state: Known, type: ValueType) -> object:
        return format_value(state.value, type, self.book.zone)

    def _instant(self, instant: int) -> object:
        return format_value(instant, ValueType.INSTANT, self.book.zone)


def failed_rule_data(decision: Decision, key: Key) -> Json:
    """Return why a rule does not give what it could, for ``--why-not``."""
    return _Data(decision).failed_rule(key)


class _Shared:
    """What outcomes of several records rest on: told once, and referred to (``see``)."""

    def __init__(self, data: _Data) -> None:
        self.data = data
        self._ids: dict[Label, str] = {}
        self._numbers: dict[str, int] = {}
        self._waiting: list[tuple[Label, Support]] = []
        outcomes = data.decision.outcomes
        self._told_there = {one.fact.path for one in outcomes if one.record is None}

    def told(self, support: Support) -> Json:
        """Return what something rests on by itself, and where the rest is told."""
        told = support.told()
        self._waiting += told.see
        return {
            **self.data.rests_on(told.items),
            "see": sorted({self._id(label) for label, _ in told.see}),
        }

    def entries(self) -> Iterator[Json]:
        """Return everything that was referred to and is not told as an outcome of the whole case."""
        found: dict[Label, list[Support]] = {}
        known: set[int] = set()
        for label, support in self._waiting:  # it grows: what is told apart refers to more
            if label.name not in self._told_there and not support.is_in(known):
                found.setdefault(label, []).append(support)
                self._waiting += support.told().see
        self._waiting = []
        yield from (self._entry(label, Support.union(parts)) for label, parts in found.items())

    def _entry(self, label: Label, support: Support) -> Json:
        title, span = self.data.titled(label.name)
        return {
            "id": self._id(label),
            "name": label.name,
            "title": text_data(title),
            **self.told(support),
            **place_data(label.place or span),
        }

    def _id(self, label: Label) -> str:
        """Return the name of a value, or that of a list and a number for a question about it."""
        if label.place is None:
            return label.name
        if label not in self._ids:
            self._numbers[label.name] = self._numbers.get(label.name, 0) + 1
            self._ids[label] = f"{label.name}#{self._numbers[label.name]}"
        return self._ids[label]


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: (key[0], -1 if key[1] is None else key[1]))


def text_data(text: Text) -> dict[str, str]:
    """Return a text of the rules by language."""
    return {language: words for language, words in (("zh", text.zh), ("en", text.en)) if words}


def place_data(span: Span) -> Json:
    """Return where something is written."""
    return {"file": span.file, "line": span.line}


def source_data(source: Source | None) -> Json | None:
    """Return a source, None for none."""
    if source is None:
        return None
    return {
        "document": source.document,
        "section": source.section,
        "clauses": list(source.clauses),
        "quote": source.quote,
    }
