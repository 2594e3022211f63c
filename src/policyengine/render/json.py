"""A decision as data: the form that ``schemas/decision.schema.json`` describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from policyengine.case import Key
from policyengine.clauses import Source
from policyengine.compile.choose_readings import choose_operand
from policyengine.conditions import Constant, Count, Operand, Pick, ReadingIs, Some, Test
from policyengine.decision import (
    AmountView,
    ClockView,
    Decision,
    NextStep,
    Outcome,
    PossibleStep,
    Reason,
    Taken,
)
from policyengine.explain import Leaf
from policyengine.findings import Absent, Conflict, Known, Missing, State, Unknown
from policyengine.refine.tree import (
    Answer,
    Between,
    Cell,
    Exactly,
    Later,
    Matching,
    Node,
    OtherText,
    Spread,
)
from policyengine.refine.tree import (
    Leaf as TreeLeaf,
)
from policyengine.render.naming import case_path
from policyengine.render.steps import raw_text
from policyengine.rulebook import MissingByReading, Rule
from policyengine.source import Span
from policyengine.values import Value, ValueType, format_value
from policyengine.words import Text

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
            "firings": [self._key(key, "rule") for key in decision.findings.firings],
        }

    # ---------- outcomes

    def _outcome(self, outcome: Outcome) -> Json:
        fact, support = outcome.fact, outcome.support
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
            data["waits_for"] = [self._missing(one) for one in outcome.waits]
        if outcome.refined is not None:
            data["completions"] = outcome.refined.completions
            data["depends_on"] = self._tree(outcome.refined.tree, type)
        return {
            **data,
            "rules": [self._reason(one, type) for one in outcome.reasons],
            "overridden": [rule.id for rule in outcome.overridden],
            "facts": [self._fact(key) for key in _sorted(support.facts)],
            "rests_on": {
                "rules": [self._key(key, "rule") for key in _sorted(support.rules)],
                "deadlines": [self._key(key, "deadline") for key in _sorted(support.deadlines)],
                "amounts": [self._key(key, "amount") for key in _sorted(support.amounts)],
                "parameters": [self._parameter(id) for id in sorted(support.parameters)],
                "assumptions": sorted(support.assumptions),
            },
            "unconfirmed": list(outcome.unconfirmed),
            "provisional": outcome.provisional,
        }

    def _reason(self, reason: Reason, type: ValueType) -> Json:
        return {
            **self._rule(reason.rule),
            "truth": _TRUTHS[reason.truth],
            "value": self._state(reason.value, type),
            "because": [self.leaf(leaf) for leaf in reason.leaves],
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
            "path": case_path(self.book, key),
            "title": text_data(fact.title),
            "value": self._state(state, fact.type),
        }

    def _parameter(self, id: str) -> Json:
        parameter = self.book.parameters[id]
        state = self.decision.findings.states[id, None]
        return {
            "parameter": id,
            "title": text_data(parameter.title),
            "value": self._state(state, parameter.type),
            "unconfirmed": parameter.unconfirmed,
            **place_data(parameter.span),
        }

    # ---------- tests

    def leaf(self, leaf: Leaf) -> Json:
        """Return one test with what it met."""
        data: Json = {"truth": _TRUTHS[leaf.truth], "negated": leaf.negated}
        match leaf.condition:
            case Test(ref, _, operands, spelling):
                record = leaf.record if ref.listed else None
                data |= {"test": spelling, "name": ref.name, "path": case_path(self.book, (ref.name, record))}
                data["value"] = self._state(leaf.left, ref.type)
                data["expected"] = [
                    self._operand(*pair, ref.type) for pair in zip(operands, leaf.right, strict=True)
                ]
            case ReadingIs(assumption, readings):
                data |= {
                    "test": "reading",
                    "name": assumption,
                    "value": self.explanation.readings[assumption],
                }
                data["expected"] = [{"value": reading} for reading in readings]
            case Count(listed, _, _, operands, spelling):
                least, most = leaf.number or (None, None)
                data |= {"test": f"count {spelling}", "name": listed, "least": least, "most": most}
                pairs = zip(operands, leaf.right, strict=True)
                data["expected"] = [self._operand(*pair, ValueType.COUNT) for pair in pairs]
                data["records"] = [self.leaf(one) for one in leaf.inner]
            case Some(listed) | Pick(_, listed):
                word = leaf.condition.which if isinstance(leaf.condition, Pick) else "any_of"
                data |= {"test": word, "name": listed, "records": [self.leaf(one) for one in leaf.inner]}
        return data | place_data(leaf.condition.span)

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
            "waits_for": [self._missing(one) for one in possible.waits],
            "depends_on": self._tree(possible.refined.tree, ValueType.BOOLEAN),
        }

    def _default(self, taken: Taken) -> Json:
        missing = taken.fact.if_missing
        return {
            "path": case_path(self.book, (taken.fact.path, taken.record)),
            "title": text_data(taken.fact.title),
            "value": format_value(taken.value, taken.fact.type, self.book.zone),
            "assumption": missing.assumption if isinstance(missing, MissingByReading) else None,
        }

    # ---------- decision trees

    def _tree(self, node: Node, type: ValueType) -> Json:
        """Return a decision tree: what it asks, and what follows from each answer."""
        if isinstance(node, TreeLeaf):
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

    def _answer(self, answer: Answer, type: ValueType) -> object:
        if isinstance(answer, Spread):
            low, high = (format_value(end, type, self.book.zone) for end in (answer.low, answer.high))
            return {"from": low, "to": high}
        return self._state(answer, type)

    def _cell(self, cell: Cell, type: ValueType) -> Json:
        def value(one: Value | None) -> object:
            return None if one is None else format_value(one, type, self.book.zone)

        match cell:
            case Exactly(one):
                return {"is": value(one)}
            case Between(low, high):
                return {"from": value(low), "to": value(high)}
            case Later():
                return {"has_happened": False}
            case OtherText():
                return {"is": None}
            case Matching(least, most):
                return {"least": least, "most": most}

    def _type_of(self, missing: Missing) -> ValueType:
        if missing.kind == "parameter":
            return self.book.parameters[missing.name].type
        fact = self.book.facts.get(missing.name)
        return ValueType.COUNT if fact is None else fact.type

    def _missing(self, missing: Missing) -> Json:
        path = case_path(self.book, (missing.name, missing.record))
        return {"kind": missing.kind, "name": path, "title": text_data(self._title(missing.name))}

    def _title(self, name: str) -> Text:
        for group in (self.book.facts, self.book.lists, self.book.parameters):
            if name in group:
                return group[name].title
        raise KeyError(name)

    # ---------- values

    def _key(self, key: Key, word: str) -> Json:
        return {word: key[0]} if key[1] is None else {word: key[0], "record": key[1]}

    def _state(self, state: State | None, type: ValueType) -> object:
        """Return a known value as itself, and anything else as an object that says why there is none."""
        match state:
            case Known():
                return self._value(state, type)
            case Unknown(waits):
                missing = sorted(waits, key=lambda one: (one.kind, one.name, one.record or 0))
                return {"unknown": [case_path(self.book, (one.name, one.record)) for one in missing]}
            case Conflict(rules):
                return {"conflict": list(rules)}
            case Absent() | None:
                return None

    def _value(self, state: Known, type: ValueType) -> object:
        return format_value(state.value, type, self.book.zone)

    def _instant(self, instant: int) -> object:
        return format_value(instant, ValueType.INSTANT, self.book.zone)


def failed_rule_data(decision: Decision, rule: Rule, record: int | None, leaves: Sequence[Leaf]) -> Json:
    """Return why a rule does not give what it could, for ``--why-not``."""
    data = _Data(decision)
    finding = decision.findings.rules[rule.id, record]
    return {
        **data._rule(rule),
        "truth": _TRUTHS[finding.truth],
        "tests": [data.leaf(leaf) for leaf in leaves],
    }


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
