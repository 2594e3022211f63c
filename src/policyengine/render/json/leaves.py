"""Tests with what they met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.model.conditions import Count, Operand, Pick, ReadingIs, Ref, Same, Some, Test, Window
from policyengine.model.key_names import format_key
from policyengine.outcome.deciding import choice
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.nearness import gap_of, in_order, shown_records, ways_in_order
from policyengine.outcome.windows import measured
from policyengine.render.json.deciders import Deciders
from policyengine.render.json.parts import TRUTHS, Json, place_data, season_data
from policyengine.render.json.values import Values
from policyengine.semantics.findings import Truth
from policyengine.values.literals import ValueType


class Leaves:
    """The tests of one decision."""

    def __init__(self, values: Values, deciders: Deciders) -> None:
        """A test says what was found, and what decided that."""
        self.values = values
        self.deciders = deciders
        self.book = values.book
        self.explanation = values.explanation

    def parts(self, parts: Iterable[Part]) -> list[Json]:
        """Return tests, and each either/or with its ways."""
        return [self._leaf(part) if isinstance(part, Leaf) else self._either(part) for part in parts]

    def _either(self, either: Either) -> Json:
        return {
            "truth": TRUTHS[either.truth],
            "any": [self.parts(way) for way in ways_in_order(either)],
            **place_data(either.span),
        }

    def _leaf(self, leaf: Leaf) -> Json:
        """Return one test with what it met."""
        data: Json = {"truth": TRUTHS[leaf.truth], "negated": leaf.negated}
        match leaf.condition:
            case Test(ref, _, operands, spelling, named=named):
                key = leaf.key_of(ref)
                data |= {"test": spelling, "name": ref.name, "path": format_key(self.book, key)}
                data["value"] = self.values.state(leaf.left, ref.type)
                data |= self.deciders.of_name(key)
                # Of a set its name is enough; those of its values that come or go are told one by one.
                data["expected"] = [] if spelling == "in" else self._expected(leaf, operands, ref.type)
                data |= {"set": named} if named else {}
                data |= season_data(leaf.condition.season)
            case Window(ref, how, _, side):
                data |= {
                    "test": how,
                    "side": side,
                    **self._time(leaf, ref),
                    **self._ends(leaf, leaf.condition),
                }
            case Same(ref, period):
                data |= {"test": "same", "period": period, **self._time(leaf, ref)}
            case ReadingIs(assumption, readings):
                chosen = choice(self.explanation, assumption)
                data |= {"test": "reading", "name": assumption, "value": chosen.reading}
                data["decided_by"] = [self.deciders.one(chosen, ValueType.TEXT)]
                data["expected"] = [{"value": reading} for reading in readings]
            case Count(listed, _, _, operands, spelling):
                least, most = leaf.number or (None, None)
                data |= {"test": f"count {spelling}", "name": listed, "least": least, "most": most}
                data["expected"] = self._expected(leaf, operands, ValueType.COUNT)
                data |= self._records(leaf)
            case Some(listed) | Pick(_, listed):
                word = leaf.condition.which if isinstance(leaf.condition, Pick) else "any_of"
                data |= {"test": word, "name": listed, **self._records(leaf)}
        among = getattr(leaf.condition, "among", "all")
        data |= {} if among == "all" else {"among": among}
        return data | self._gap(leaf) | place_data(leaf.span)

    def _time(self, leaf: Leaf, ref: Ref) -> Json:
        """Return the time that a window is about, and what it is compared with."""
        key = leaf.key_of(ref)
        data: Json = {"name": ref.name, "path": format_key(self.book, key)}
        data["value"] = self.values.state(leaf.left, ref.type)
        data |= {} if ref.kind == "now" else self.deciders.of_name(key)
        data["expected"] = [
            self.values.operand(operand, state, operand.type)
            | self.deciders.of_operand(leaf.explanation, operand, leaf.record)
            for operand, state in zip(leaf.limits, leaf.right, strict=True)
        ]
        return data

    def _ends(self, leaf: Leaf, window: Window) -> Json:
        """Return when the length of a window is reached, and when it is over."""
        found = measured(leaf.explanation, window, leaf.record)
        if found is None:
            return {}
        return {
            "reached": self.values.instant(found.ends.reached),
            "over": self.values.instant(found.ends.over),
            "provisional": found.ends.provisional,
        }

    def _expected(self, leaf: Leaf, operands: Sequence[Operand], type: ValueType) -> list[Json]:
        pairs = zip(operands, leaf.right, strict=True)
        return [
            self.values.operand(operand, state, type)
            | self.deciders.of_operand(leaf.explanation, operand, leaf.record)
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
        assert isinstance(leaf.condition, Some | Count | Pick)
        dated_by = self.book.lists[leaf.condition.listed].dated_by
        state = None if dated_by is None else self.explanation.values[dated_by, looked.record]
        type = ValueType.INSTANT if dated_by is None else self.book.facts[dated_by].type
        is_false = looked.truth is Truth.FALSE
        data: Json = {
            "record": looked.record,
            "dated": self.values.state(state, type),
            "truth": TRUTHS[looked.truth],
            "because": self.parts(in_order(looked.parts) if is_false else looked.parts),
        }
        if looked.answer is not None:
            is_not = looked.answer is Truth.FALSE
            data["answer"] = TRUTHS[looked.answer]
            data["asked"] = self.parts(in_order(looked.asked) if is_not else looked.asked)
        return data

    def _gap(self, leaf: Leaf) -> Json:
        """Return by how much a test fails, where that can be measured."""
        gap = gap_of(leaf)
        if gap is None:
            return {}
        by: object = gap.size
        if gap.dimension in ("money", "percent", "number"):
            by = self.values.value(gap.size, ValueType(gap.dimension))
        return {
            "gap": {"dimension": gap.dimension, "by": by, "too_small": gap.short, "at_limit": gap.at_limit}
        }
