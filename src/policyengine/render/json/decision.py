"""The whole of a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import get_args

from policyengine.diagnostics.i18n import Language, Speech
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Fact, MissingByReading
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import Nearly, why_empty
from policyengine.outcome.nearness import MOST_RECORDS
from policyengine.outcome.parts import NextStep, PossibleStep, Taken
from policyengine.render.brief import brief_text
from policyengine.render.json.deciders import Deciders
from policyengine.render.json.figures import Figures
from policyengine.render.json.leaves import Leaves
from policyengine.render.json.outcomes import Outcomes
from policyengine.render.json.parts import Json, key_data, rule_data, text_data
from policyengine.render.json.policies import Policies
from policyengine.render.json.supports import Supports
from policyengine.render.json.trees import Trees
from policyengine.render.json.values import Values
from policyengine.values.literals import ValueType

FORMAT = "policyengine.decision/1"
"""The name of the form."""


def render_json(decision: Decision, extra: Mapping[str, object] | None = None, indent: int | None = 2) -> str:
    """Return the decision as JSON text without a line feed at its end; ``indent`` None gives one line."""
    return json.dumps({**decision_data(decision), **(extra or {})}, ensure_ascii=False, indent=indent)


def decision_data(decision: Decision) -> Json:
    """Return the decision as dictionaries, lists, strings, numbers and booleans."""
    return _Data(decision).whole()


def failed_rule_data(decision: Decision, key: Key) -> Json:
    """Return why a rule does not give what it could, for ``--why-not``."""
    values = Values(decision)
    return Policies(Leaves(values, Deciders(values))).failed_rule(key)


class _Data:
    """The data of one decision."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.book = decision.judged.rulebook
        self.values = Values(decision)
        self.trees = Trees(self.values)
        self.figures = Figures(self.values)
        deciders = Deciders(self.values)
        leaves = Leaves(self.values, deciders)
        self.policies = Policies(leaves)
        self.outcomes = Outcomes(leaves, Supports(self.values, deciders), self.trees)

    def whole(self) -> Json:
        """Return everything."""
        later = self.decision.first_later_event
        decision, judged, book = self.decision, self.decision.judged, self.book
        return {
            "format": FORMAT,
            "case": decision.case.id,
            "file": decision.case.file,
            "as_of": self.values.instant(decision.as_of),
            "rulebook": {
                "id": book.id,
                "version": book.version,
                "digest": book.digest,
                "title": text_data(book.title),
                "currency": book.currency.code,
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
            "summary": {language: brief_text(decision, Speech(language)) for language in get_args(Language)},
            "outcomes": [self.outcomes.outcome(one) for one in decision.outcomes],
            "shared": [*self.outcomes.shared.entries()],
            "deadlines": [self.figures.deadline(one) for one in decision.clocks],
            "amounts": [self.figures.amount(one) for one in decision.amounts],
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
            "missing": [
                {**self.values.missing(one.missing), "answers": one.answers} for one in decision.wanted
            ],
            "empty": self._empty(),
            "begins_later": None if later is None else self._event(later),
            "firings": [key_data(key, "rule") for key in decision.findings.firings],
            **({"notes": decision.case.notes} if decision.case.notes else {}),
        }

    def _empty(self) -> Json | None:
        """Return why there is no outcome and no next step."""
        empty = why_empty(self.decision)
        if empty is None:
            return None
        data: Json = {"reason": empty.why}
        if empty.first is not None:
            data["first_event"] = self._event(empty.first)
        if empty.policies:
            data["policies"] = [self._nearly(one) for one in empty.policies[:MOST_RECORDS]]
            data["policies_not_shown"] = max(0, len(empty.policies) - MOST_RECORDS)
        return data

    def _event(self, key: Key) -> Json:
        at = self.values.value(self.decision.case.values[key], self.book.facts[key[0]].type)
        return {"path": format_key(self.book, key), "at": at}

    def _nearly(self, one: Nearly) -> Json:
        nearest = None if one.rule is None else self.policies.failed_rule((one.rule.id, one.record))
        return {**self.policies.scope(one.scope), "nearest_rule": nearest}

    def _next_step(self, step: NextStep) -> Json:
        return {
            "to": step.notice.to,
            "kind": step.notice.kind,
            "text": text_data(step.notice.text),
            "deadline": step.notice.by,
            "due": None if step.due is None else self.values.state(step.due, ValueType.INSTANT),
            "otherwise": text_data(step.otherwise) or None,
            "assumption": step.assumption or None,
            **rule_data(step.rule),
        }

    def _possible_step(self, possible: PossibleStep) -> Json:
        return {
            **self._next_step(possible.step),
            "exactness": possible.refined.exactness,
            **self.values.waits_for(possible.waits),
            "depends_on": self.trees.data(possible.refined.tree, ValueType.BOOLEAN),
        }

    def _default(self, taken: Taken) -> Json:
        fact = taken.fact
        value, missing = None, None
        if isinstance(fact, Fact):
            missing = fact.if_missing
            value = None if taken.value is None else self.values.value(taken.value, fact.type)
        return {
            "path": format_key(self.book, (fact.path, taken.record)),
            "title": text_data(fact.title),
            "value": value,
            "assumption": missing.assumption if isinstance(missing, MissingByReading) else None,
        }
