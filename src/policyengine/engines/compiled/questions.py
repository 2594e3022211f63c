"""Questions about lists as loops, each with one variable that holds its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from policyengine.compile.dependencies import parts_of
from policyengine.compile.plan import ALWAYS, Aggregate, Expr
from policyengine.engines.compiled.scheduling import Group
from policyengine.engines.compiled.source import Source


class Questions:
    """Writes the answers of questions where they are first needed, once for each block that can read them."""

    def __init__(self, source: Source) -> None:
        """``source`` is written to."""
        self.source = source
        self._answers: dict[Group, dict[Aggregate, str]] = {}

    def new(self, exprs: Iterable[Expr], group: Group) -> list[Aggregate]:
        """Return the questions in expressions that have no variable yet, those within others first."""
        found: dict[Aggregate, None] = {}
        for expr in exprs:
            for part in parts_of(expr):
                if isinstance(part, Aggregate) and part not in self._asked(group):
                    found[part] = None
        return list(found)

    def _asked(self, group: Group) -> Mapping[Aggregate, str]:
        """Return the answers that can be read in a policy's block: its own, and those of all."""
        return {**self._answers.get((None, None), {}), **self._answers.get(group, {})}

    def ask(self, exprs: Iterable[Expr], group: Group) -> None:
        """Write the answers of the questions in expressions, and let their variables be read."""
        for question in self.new(exprs, group):
            self.source.scope.asked = dict(self._asked(group))
            self._answers.setdefault(group, {})[question] = self._question(question)
        self.source.scope.asked = dict(self._asked(group))

    def _question(self, question: Aggregate) -> str:
        if question.this is None:
            return self._asked_once(question)
        scope, answers = self.source.scope, self.source.names.new(f"{question.how}_of_each")
        self.source.write(f"{answers} = {self.source.empty('None', question.this)}")
        with self.source.each(question.this, ()) as record:
            scope.this = record
            self.source.write(f"{answers}[{record}] = {self._asked_once(question)}")
            scope.this = ""
        return answers

    def _asked_once(self, question: Aggregate) -> str:
        if question.is_tally:
            return self._tally(question, self.source.names.new(question.how))
        answer = self.source.names.new({"any": "some", "count": "number"}.get(question.how, question.how))
        match question.how:
            case "any":
                return self._some(question, answer)
            case "count":
                return self._count(question, answer)
            case "next" | "previous":
                return self._neighbours(question, answer)
            case _:
                return self._picked(question, answer)

    def _order(self, question: Aggregate) -> str:
        """Return the source of the records of a list that is known which a question is about."""
        records, this = self.source.lists[question.listed], self.source.scope.this
        match question.among:
            case "other":
                return f"[one for one in {records} if one != {this}]"
            case "earlier":
                return f"{records}[:{records}.index({this})]"
            case _:
                return self.source.records(question.listed)

    @contextmanager
    def _unless_unknown(self, question: Aggregate, answer: str, unknown: str) -> Iterator[None]:
        if not self.source.may_be_unknown[question.listed]:
            yield
            return
        self.source.write(f"if {self.source.lists[question.listed]} is None: {answer} = {unknown}")
        with self.source.block("else:"):
            yield

    def _some(self, question: Aggregate, answer: str) -> str:
        with self._unless_unknown(question, answer, "1"):
            self.source.write(f"{answer} = 0")
            with self.source.each(question.listed, [question.where], order=self._order(question)):
                where = self.source.scope.condition(question.where)
                if where.is_two_valued:
                    with self.source.block(f"if {where.text}:"):
                        self.source.write(f"{answer} = 3")
                        self.source.write("break")
                else:
                    self.source.write(f"{answer} |= {where.text}")
                    self.source.write(f"if {answer} == 3: break")
        return answer

    def _count(self, question: Aggregate, answer: str) -> str:
        with self._unless_unknown(question, answer, "MANY"):
            sure, possible = self.source.names.new("sure"), self.source.names.new("possible")
            self.source.write(f"{sure} = {possible} = 0")
            with self.source.each(question.listed, [question.where], order=self._order(question)):
                truth = self.source.truth(question.where)
                with self.source.block(f"if {truth}:"):
                    self.source.write(f"{possible} += 1")
                    self.source.write(f"if {truth} == 3: {sure} += 1")
            self.source.write(f"{answer} = ({sure}, {possible})")
        return answer

    def _tally(self, question: Aggregate, answer: str) -> str:
        """Write what a question comes to that gives a value: its records are collected, and then judged."""
        number, this = self.source.tallies[question], self.source.scope.this or "None"
        order, asked = self._order(question), self.source.names.new("asked")
        with self._unless_unknown(question, answer, f"slow.of_unknown_list({number})"):
            self.source.write(f"{asked} = []")
            with self.source.each(question.listed, [question.where, question.of], order=order) as record:
                truth = self.source.truth(question.where)
                of = "1" if question.of == ALWAYS else self.source.scope.value(question.of).text
                self.source.write(f"if {truth}: {asked}.append(({record}, {truth}, {of}))")
            amount = "None" if question.amount is None else self._amount(question)
            self.source.write(f"{answer} = slow.tally({number}, {asked}, {order}, {this}, {amount})")
        return answer

    def _amount(self, question: Aggregate) -> str:
        """Return the source of what is shared: a value of the record that asks, or of the case."""
        assert question.amount is not None
        scope = self.source.scope
        before, scope.records = scope.records, {**scope.records, question.listed: scope.this}
        text = scope.value(question.amount).text
        scope.records = before
        return text

    def _picked(self, question: Aggregate, answer: str) -> str:
        order = self.source.lists[question.listed] if question.among == "all" else self._order(question)
        order = order if question.how == "first" else f"{order}[::-1]"
        with self._unless_unknown(question, answer, "1"):
            before = self.source.names.new("before")
            self.source.write(f"{before}, {answer} = None, 0")
            with self.source.each(question.listed, [question.where, question.of], order=order):
                where, of = (self.source.scope.condition(one) for one in (question.where, question.of))
                if where.is_two_valued:
                    with self.source.block(f"if {where.text}:"):
                        self.source.write(f"{answer} = {of.as_number}")
                        self.source.write("break")
                else:
                    truth, then = self.source.truth(question.where), self.source.names.new("then")
                    self.source.write(f"if not {truth}: continue")
                    self.source.write(f"{then} = {of.as_number}")
                    with self.source.block(f"if {truth} == 3:"):
                        self.source.write(f"{answer} = {then}")
                        self.source.write("break")
                    self.source.write(f"{before} = {then} if {before} is None or {before} == {then} else 1")
            self.source.write(f"if {before} is not None and {before} != {answer}: {answer} = 1")
        return answer

    def _neighbours(self, question: Aggregate, answer: str) -> str:
        order = self.source.records(question.listed)
        order = f"({order})[::-1]" if question.how == "next" else order
        last = self.source.names.new("last")
        self.source.write(f"{answer}, {last} = [0] * {self.source.sizes[question.listed]}, 0")
        with self.source.each(question.listed, [question.where, question.of], order=order) as record:
            self.source.write(f"{answer}[{record}] = {last}")
            truth = self.source.truth(question.where)
            of = self.source.scope.condition(question.of).as_number
            self.source.write(f"if {truth} == 3: {last} = {of}")
            with self.source.block(f"elif {truth}:"):
                self.source.write(f"if {last} != ({of}): {last} = 1")
        return answer
