"""An impact as JSON, as ``schemas/impact.schema.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policyengine.impact.examples import Explained
from policyengine.impact.mixture import Mixture
from policyengine.impact.tally import Tally, cause_of_name
from policyengine.impact.truth import Share, scores
from policyengine.impact.view import BY_WEIGHT
from policyengine.impact.words import ImpactWords
from policyengine.model.rulebook import Rulebook
from policyengine.render.json.parts import Json, text_data
from policyengine.values.literals import ValueType, format_value

FORMAT = "policyengine.impact/1"


def render_impact_json(
    mixture: Mixture, tally: Tally, words: ImpactWords, examples: Sequence[Explained]
) -> str:
    """Return everything as JSON that ends with a line feed."""
    return json.dumps(_Data(mixture, tally, words).whole(examples), ensure_ascii=False, indent=2) + "\n"


class _Data:
    def __init__(self, mixture: Mixture, tally: Tally, words: ImpactWords) -> None:
        self.mixture = mixture
        self.numbers = tally.numbers
        self.words = words

    def whole(self, examples: Sequence[Explained]) -> Json:
        numbers = self.numbers
        return {
            "format": FORMAT,
            "old": _book(self.mixture.old),
            "new": _book(self.mixture.new),
            "cases": self._cases(),
            "refused": self._refused(),
            "parts": [
                {"kind": one.kind, "what": one.what, "id": one.id, "title": text_data(one.title)}
                for one in self.mixture.parts
            ],
            "causes": [self._cause(name[0], count) for name, count in numbers.under("cause")],
            "outcomes": [self._outcome(path) for path in self._named("matrix")],
            "deadlines": [self._deadline(id) for id in self._named("deadline")],
            "duties": [
                {"rule": rule, "parties": who.split(","), "what": what, "cases": count}
                for (rule, who, what), count in numbers.under("duty")
            ],
            "needs": [{"name": name[0], "cases": count} for name, count in numbers.under("needs")],
            "groups": self._groups(),
            "truth": self._truth(),
            "examples": [self._examples(one) for one in examples],
        }

    def _cases(self) -> Json:
        found: Json = {name: self.numbers.number(name) for name in ("records", "judged", "changed", "cut")}
        names = {"outcome": "other_outcome", "duty": "only_duties", "deadline": "only_deadlines"}
        return found | {names[kind]: self.numbers.number("changes", kind) for kind in BY_WEIGHT}

    def _named(self, kind: str) -> list[str]:
        return sorted({place[0] for place, _ in self.numbers.under(kind)})

    def _refused(self) -> Json:
        found: Json = {side: self.numbers.number("refused", side) for side in ("old", "new", "both")}
        found["why"] = [
            {"by": side, "code": code, "path": name, "cases": count}
            for (side, code, name), count in self.numbers.under("refused for")
        ]
        return found

    def _cause(self, name: str, count: int) -> Json:
        return {
            "parts": list(cause_of_name(name)),
            "cases": count,
            "of": [
                {"kind": kind, "name": of, "cases": number}
                for (kind, of), number in self.numbers.under("cause of", name)
            ],
        }

    def _outcome(self, path: str) -> Json:
        data: Json = {
            "path": path,
            "differs": self.numbers.number("differs", path),
            "matrix": [
                {
                    "before": before.removeprefix("="),
                    "now": after.removeprefix("="),
                    "other_value": word == "other",
                    "count": count,
                }
                for (before, after, word), count in sorted(self.words.matrix(path).items())
            ],
        }
        sums = {side: self.numbers.sums.get((side, path)) for side in ("old", "new")}
        if any(one is not None for one in sums.values()):
            data["total"] = {side: self._value(path, one or 0) for side, one in sums.items()}
        difference = ("difference", path)
        if difference in self.numbers.sums:
            parts = {
                "total": self.numbers.sums,
                "least": self.numbers.least,
                "greatest": self.numbers.greatest,
            }
            data["difference"] = {name: self._value(path, found[difference]) for name, found in parts.items()}
        return data

    def _value(self, path: str, value: int) -> object:
        new, old = self.mixture.new, self.mixture.old
        book = new if path in new.facts else old
        return format_value(value, book.facts[path].type, book.zone, book.currency)

    def _deadline(self, id: str) -> Json:
        return {
            "id": id,
            "differs": self.numbers.number("deadline", id),
            "moved": [
                {"seconds": int(place[0]), "count": count}
                for place, count in sorted(self.numbers.under("moved", id), key=lambda one: int(one[0][0]))
            ],
            "status": [
                {"before": before, "now": now, "count": count}
                for (before, now), count in self.numbers.under("status", id)
            ],
        }

    def _groups(self) -> list[Json]:
        found = []
        for group in self._named("by"):
            data: Json = {"group": group or None}
            data |= {word: self.numbers.number("by", group, word) for word in ("judged", "changed")}
            data["totals"] = [
                {"path": place[3], "side": place[2], "total": self._value(place[3], total)}
                for place, total in sorted(self.numbers.sums.items())
                if place[:2] == ("by", group)
            ]
            found.append(data)
        return found

    def _truth(self) -> Json | None:
        counts = {place[0]: count for place, count in self.numbers.under("truth")}
        if not counts:
            return None
        sides: Json = {
            side: [
                {"rule": one.rule, "precision": _share(one.precision), "recall": _share(one.recall)}
                for one in scores(self.numbers, side)
            ]
            for side in ("old", "new")
        }
        return {"cases": counts, "rules": sides}

    def _examples(self, explained: Explained) -> Json:
        transition = explained.transition
        return {
            "kind": transition.kind,
            "name": transition.name,
            "before": transition.before.removeprefix("="),
            "now": transition.after.removeprefix("="),
            "other_value": transition.is_other,
            "count": explained.count,
            "why": None if explained.texts is None else list(explained.texts),
            "cases": [
                {
                    "case": one.case,
                    "file": one.file,
                    "line": one.line,
                    "record": one.item.record,
                    "as_of": format_value(one.as_of, ValueType.INSTANT, self.mixture.new.zone),
                    "before": before,
                    "now": now,
                    "cause": list(one.cause),
                }
                for one, before, now in explained.examples
            ],
        }


def _book(book: Rulebook) -> Json:
    return {"id": book.id, "version": book.version, "digest": book.digest}


def _share(share: Share) -> Json:
    return {
        "hits": share.hits,
        "cases": share.cases,
        "low": share.low / 1000,
        "high": share.high / 1000,
        "enough": share.is_certain,
    }
