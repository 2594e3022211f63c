"""What a tally says, as a page in the words of a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.diagnostics.diagnostic import marked, message
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.text import Text
from policyengine.impact.cause import Cause
from policyengine.impact.document import Block, Grid, Heading, Line, Pair
from policyengine.impact.examples import Explained
from policyengine.impact.mixture import Mixture
from policyengine.impact.parts import Kind, Part
from policyengine.impact.tally import BUCKETS, Example, Tally, Transition, cause_of_name
from policyengine.impact.truth import Share, scores
from policyengine.impact.view import BY_WEIGHT, ItemKind
from policyengine.model.key_names import format_key
from policyengine.model.lookup import Lookup
from policyengine.model.rulebook import STATUSES, Fact, Rulebook
from policyengine.render.naming import Naming
from policyengine.values.currencies import called
from policyengine.values.display import show_span
from policyengine.values.literals import ValueType, decimal_text

_STATUS = {
    "known": marked("decided"),
    "undetermined": marked("undetermined"),
    "conflict": marked("in conflict"),
    "not_applicable": marked("not applicable"),
    "judged": marked("judged"),
    "refused": marked("refused as faulty"),
    "duty": marked("a duty"),
}
_KINDS: dict[Kind, str] = {
    "rulebook": marked("time zone, calendar, currency or parties"),
    "assumption": marked("assumption “{title}”"),
    "policy": marked("policy “{title}”"),
    "parameter": marked("parameter “{title}”"),
    "set": marked("set “{title}”"),
    "list": marked("list “{title}”"),
    "fact": marked("fact “{title}”"),
    "deadline": marked("deadline “{title}”"),
    "amount": marked("amount “{title}”"),
    "table": marked("table “{title}”"),
    "row": marked("table row “{title}”"),
    "rule": marked("rule “{title}”"),
    "override": marked("what the rule “{title}” overrides"),
}
_CHANGES: dict[ItemKind, str] = {
    "outcome": marked("{count} with a different outcome"),
    "duty": marked("{count} in which only a duty changes"),
    "deadline": marked("{count} in which only a deadline moves"),
}
_WHATS = {
    "added": marked("new: {part}"),
    "removed": marked("gone: {part}"),
    "changed": marked("changed: {part}"),
}
_SHOWN_NEEDS = 20
_SHOWN_OF_CAUSE = 4
_SHOWN_MOVES = 12
_SHOWN_GROUPS = 50
_SHOWN_EXAMPLES = 10
_FEW_EXAMPLES = 3
_FEW_TRANSITIONS = 8


class ImpactWords:
    """Tells a tally in one language."""

    def __init__(self, mixture: Mixture, tally: Tally, say: Speech) -> None:
        """``say`` speaks the language of the reader."""
        self.mixture = mixture
        self.tally = tally
        self.numbers = tally.numbers
        self.say = say
        self.lookup = Lookup(mixture.new)
        self.old, self.new = Naming(mixture.old, say), Naming(mixture.new, say)

    # ---------- the page

    def page(self, examples: Sequence[Explained], many: bool = True) -> Iterator[Block]:
        """Return the whole page; without ``many`` with few examples, and no reasons."""
        say, numbers = self.say, self.numbers
        records, judged = numbers.number("records"), numbers.number("judged")
        yield Heading(
            say("What the edit would have done: {title}", title=self.new.text(self.mixture.new.title))
        )
        if not self.mixture.parts:
            yield Line(say("No case can change: what decisions rest on is the same."), True)
            return
        yield Line(self._headline(records, judged), True)
        yield from self._money()
        yield from self._refused()
        if numbers.number("cut"):
            words = marked(
                "{count} cases change at more moments than are tried; the last of them are left out"
            )
            yield Line(say(words, count=numbers.number("cut")), True)
        yield from self._causes()
        for path in sorted({place[0] for place, _ in numbers.under("matrix")}):
            yield from self._outcome(path)
        for id in sorted({place[0] for place, _ in numbers.under("deadline")}):
            yield from self._deadline(id)
        yield from self._duties()
        yield from self._needs()
        yield from self._groups()
        yield from self._truth()
        yield from self._examples(examples, many)

    def _headline(self, records: int, judged: int) -> str:
        """Tell how many cases come out how: what weighs most of each, the heaviest first."""
        counts = {kind: self.numbers.number("changes", kind) for kind in BY_WEIGHT}
        told = [
            self.say(_CHANGES[kind], count=count)
            for kind, count in counts.items()
            if count or kind == "outcome"
        ]
        told.append(self.say("{count} as before", count=judged - sum(counts.values())))
        return self.say("{records} cases: {what}", records=records, what=self.say(", ").join(told))

    def _money(self) -> Iterator[Block]:
        """Tell of the sums of money that differ, at the top."""
        for path in self._summed():
            if self._fact(path).type is ValueType.MONEY and ("difference", path) in self.numbers.sums:
                yield Line(self._totals(path))

    def _summed(self) -> list[str]:
        return sorted({place[1] for place in self.numbers.sums if place[0] in ("old", "new")})

    def _totals(self, path: str) -> str:
        was, now = (self.numbers.sums.get((side, path), 0) for side in ("old", "new"))
        judged = max(1, self.numbers.number("judged"))
        words = {
            "title": self._title(path),
            "old": self._value(path, was),
            "new": self._value(path, now),
            "difference": self._signed(path, now - was),
        }
        mean = self._mean(path, now - was, judged)
        if now != was and mean.startswith("±"):  # so little a case that the mean would say "nothing"
            return self.say("{title}: {old} → {new} in total ({difference})", **words)
        return self.say("{title}: {old} → {new} in total ({difference}; {mean} a case)", **words, mean=mean)

    def _refused(self) -> Iterator[Block]:
        say, numbers = self.say, self.numbers
        both = numbers.number("refused", "both")
        if both:
            yield Line(say("{count} cases are faulty under both versions", count=both))
        for side, template in (
            ("new", marked("{count} cases are refused by the new rules: {why}")),
            ("old", marked("{count} cases were refused by the old rules: {why}")),
        ):
            found = [*numbers.under("refused for", side)]
            if found:
                why = say(", ").join(f"{name} ({code}) × {count}" for (code, name), count in found)
                yield Line(say(template, count=numbers.number("refused", side), why=why), True)

    def _causes(self) -> Iterator[Block]:
        yield Heading(self.say("Which part of the edit does it"))
        counts: dict[Cause, int] = {
            cause_of_name(name[0]): count for name, count in self.numbers.under("cause")
        }
        rows = [
            (self.cause(cause), str(count), self._of_cause(cause))
            for cause, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]
        rows += [
            (self.part(part), "0", "")
            for number, part in enumerate(self.mixture.parts)
            if not any(number in cause for cause in counts)
        ]
        yield Grid((self.say("part"), self.say("cases"), self.say("what comes out differently")), tuple(rows))

    def _of_cause(self, cause: Cause) -> str:
        name = "+".join(map(str, cause))
        found = {place[1]: count for place, count in self.numbers.under("cause of", name)}
        ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        shown = [f"{self._title(one)} × {count}" for one, count in ordered[:_SHOWN_OF_CAUSE]]
        if len(ordered) > len(shown):
            shown.append(self.say("… and {count} more", count=len(ordered) - len(shown)))
        return self.say(", ").join(shown)

    def cause(self, cause: Cause) -> str:
        """Return the parts of a cause."""
        if not cause:
            return self.say("unexplained (a bug in the program: please report it)")
        names = [self.part(self.mixture.parts[number]) for number in cause]
        if len(names) == 1:
            return names[0]
        return self.say("only together: {parts}", parts=self.say(" + ").join(names))

    def part(self, part: Part) -> str:
        """Return what a part of the edit is called."""
        title = part.title.in_language(self.say.language) or part.id
        return self.say(_WHATS[part.what], part=self.say(_KINDS[part.kind], title=title))

    # ---------- outcomes

    def _outcome(self, path: str) -> Iterator[Block]:
        cells = self.matrix(path)
        differs = self.numbers.number("differs", path)
        if not differs:
            return
        yield Heading(self._title(path), path)
        if path in self._summed() and self._fact(path).type is not ValueType.MONEY:
            yield Line(self._totals(path))  # money is told at the top
        rows = sorted({before for before, _, _ in cells})
        columns = sorted({after for _, after, _ in cells})
        head = (self.say("before the edit ↓ after it →"), *(self._label(path, one) for one in columns))
        grid = []
        for before in rows:
            texts = [self._label(path, before)]
            for after in columns:
                same, other = (cells.get((before, after, word), 0) for word in ("same", "other"))
                text = str(same) if same or not other else ""
                if other:
                    text = (
                        self.say("{same} + {other} with a different value", same=same, other=other)
                        if same
                        else self.say("{other} with a different value", other=other)
                    )
                texts.append(text if same or other else "·")
            grid.append(tuple(texts))
        yield Grid(head, tuple(grid))
        yield from self._distribution(path)

    def matrix(self, path: str) -> dict[tuple[str, str, str], int]:
        """Return how many cases, or records, came out how before and now: the same, or with another value."""
        found = {(place[0], place[1], place[2]): count for place, count in self.numbers.under("matrix", path)}
        fact = self.mixture.new.facts.get(path) or self.mixture.old.facts[path]
        if fact.listed is None:
            rest = self.numbers.number("judged") - sum(found.values())
            if rest:
                key = ("not_applicable", "not_applicable", "same")
                found[key] = found.get(key, 0) + rest
        return found

    def _distribution(self, path: str) -> Iterator[Block]:
        found = {int(place[0]): count for place, count in self.numbers.under("bucket", path)}
        if found:
            rows = tuple((self._edges(number), str(found[number])) for number in sorted(found))
            yield Grid((self.say("difference a case"), self.say("cases")), rows, is_count=True)

    def _edges(self, number: int) -> str:
        currency = called(self.mixture.new.currency.code)
        if number == 0:
            words = message("{edge} {currency} or less", edge=BUCKETS[0], currency=currency)
        elif number >= len(BUCKETS):
            words = message("{edge} {currency} or more", edge=BUCKETS[-1], currency=currency)
        else:
            low, high = BUCKETS[number - 1], BUCKETS[number]
            words = message("from {low} to {high} {currency}", low=low, high=high, currency=currency)
        return self.say.message(words)

    # ---------- deadlines and duties

    def _deadline(self, id: str) -> Iterator[Block]:
        yield Heading(self._deadline_title(id), id)
        moved = {int(place[0]): count for place, count in self.numbers.under("moved", id)}
        if moved:
            shown = sorted(moved.items(), key=lambda one: (-one[1], one[0]))[:_SHOWN_MOVES]
            rows = [(self.move(seconds), str(count)) for seconds, count in shown]
            rest = sum(moved.values()) - sum(count for _, count in shown)
            if rest:
                rows.append((self.say("by other lengths of time"), str(rest)))
            yield Grid((self.say("its end moves"), self.say("cases")), tuple(rows), is_count=True)
        changed = [*self.numbers.under("status", id)]
        if changed:
            lines = (
                (self._label("", before), self._label("", after), str(count))
                for (before, after), count in sorted(changed, key=lambda one: (-one[1], one[0]))
            )
            yield Grid(
                (self.say("before the edit"), self.say("after the edit"), self.say("cases")),
                tuple(lines),
                is_count=True,
            )

    def move(self, seconds: int) -> str:
        """Return by how much an end moves, and which way."""
        span = show_span(abs(seconds), self.say.language)
        return self.say("{span} later", span=span) if seconds > 0 else self.say("{span} earlier", span=span)

    def _duties(self) -> Iterator[Block]:
        found = [*self.numbers.under("duty")]
        if not found:
            return
        yield Heading(self.say("Duties"))
        words = {
            "appears": self.say("appears"),
            "vanishes": self.say("disappears"),
            "moves": self.say("passes to another party"),
        }
        rows = []
        for (rule, who, what), count in sorted(found, key=lambda one: (-one[1], one[0])):
            parties = self.say(" → ").join(self._party(one) for one in who.split(","))
            rows.append((self._rule_title(rule), parties, words[what], str(count)))
        yield Grid(
            (self.say("by the rule"), self.say("whose"), self.say("what happens to it"), self.say("cases")),
            tuple(rows),
            is_count=True,
        )

    def _needs(self) -> Iterator[Block]:
        found = sorted(
            ((count, place[0]) for place, count in self.numbers.under("needs")),
            key=lambda one: (-one[0], one[1]),
        )
        if found:
            yield Heading(self.say("What the new rules ask for and cases do not give"))
            yield Grid(
                (self.say("missing"), self.say("name"), self.say("cases")),
                tuple((self._title_of_key(name), name, str(count)) for count, name in found[:_SHOWN_NEEDS]),
                is_count=True,
            )

    # ---------- groups and truth

    def _groups(self) -> Iterator[Block]:
        groups = sorted({place[0] for place, _ in self.numbers.under("by")})
        if not groups:
            return
        yield Heading(self.say("By groups"))
        paths = [path for path in self._summed() if ("difference", path) in self.numbers.sums]
        head = (
            self.say("group"),
            self.say("cases"),
            self.say("different"),
            *(self._title(path) for path in paths),
        )
        rows = []
        for group in groups[:_SHOWN_GROUPS]:
            judged, changed = (self.numbers.number("by", group, word) for word in ("judged", "changed"))
            sums = []
            for path in paths:
                was, now = (self.numbers.sums.get(("by", group, side, path), 0) for side in ("old", "new"))
                sums.append(f"{self._value(path, was)} → {self._value(path, now)}")
            rows.append((group or self.say("not known"), str(judged), str(changed), *sums))
        yield Grid(head, tuple(rows))

    def _truth(self) -> Iterator[Block]:
        counts = {place[0]: count for place, count in self.numbers.under("truth")}
        if not counts:
            return
        yield Heading(self.say("Compared with what was actually decided"))
        words = {
            "right": self.say("right before and after"),
            "mended": self.say("corrected"),
            "newly wrong": self.say("newly wrong"),
            "still wrong": self.say("still wrong"),
            "untold": self.say("the case does not say what was decided"),
        }
        yield Grid(
            ("", self.say("cases")),
            tuple((words[one], str(counts[one])) for one in words if one in counts),
            is_count=True,
        )
        for side, title in (
            ("old", self.say("rule, before the edit")),
            ("new", self.say("rule, after the edit")),
        ):
            rows = [
                (self._rule_title(one.rule), self._share(one.precision), self._share(one.recall))
                for one in scores(self.numbers, side)
            ]
            if rows:
                yield Grid(
                    (title, self.say("right where it decides"), self.say("decides where it should")),
                    tuple(rows),
                )

    def _share(self, share: Share) -> str:
        if not share.cases:
            return self.say("no case")
        shown = self.say(
            "{hits} of {cases} ({low}–{high} %)",
            hits=share.hits,
            cases=share.cases,
            low=f"{share.low / 10:.1f}",
            high=f"{share.high / 10:.1f}",
        )
        return shown if share.is_certain else self.say("{share}; too few cases to tell", share=shown)

    # ---------- examples

    def _examples(self, examples: Sequence[Explained], many: bool) -> Iterator[Block]:
        if examples:
            yield Heading(self.say("Examples, the simplest first"))
        shown = examples if many else examples[:_FEW_TRANSITIONS]
        for one in shown:
            yield Line(
                self.say(
                    "{transition} ({count} ×)", transition=self.transition(one.transition), count=one.count
                ),
                True,
            )
            rows = tuple(
                (self._example_name(each), f"{each.file}:{each.line}", before, after, self.cause(each.cause))
                for each, before, after in one.examples[: _SHOWN_EXAMPLES if many else _FEW_EXAMPLES]
            )
            yield Grid(
                (
                    self.say("case"),
                    self.say("place"),
                    self.say("before the edit"),
                    self.say("after the edit"),
                    self.say("by"),
                ),
                rows,
            )
            if many and one.texts is not None:
                titles = (
                    self.say("why before the edit ({case})", case=one.examples[0][0].case),
                    self.say("why after the edit"),
                )
                yield Pair(titles, one.texts)
        if len(shown) < len(examples):
            yield Line(
                self.say(
                    "… and {count} more; the formats html and json list all of them, with reasons",
                    count=len(examples) - len(shown),
                )
            )

    def _example_name(self, example: Example) -> str:
        """Return the name of a case, with the name of the record in which the difference is seen."""
        item = example.item
        if item.record is None:
            return example.case
        return f"{example.case} · {format_key(self._naming(item.name).book, (item.name, item.record))}"

    def transition(self, one: Transition) -> str:
        """Return from how to how something comes out."""
        if not one.name:
            return self.say(
                "{before} → {after}", before=self._label("", one.before), after=self._label("", one.after)
            )
        title = self._rule_title(one.name) if one.kind == "duty" else self._title(one.name)
        path = one.name if one.kind == "outcome" else ""
        before, after = self._label(path, one.before), self._label(path, one.after)
        if one.is_other and one.kind == "deadline":
            return self.say("{title}: {before}, with a different end", title=title, before=before)
        if one.is_other:
            return self.say("{title}: {before}, with a different value", title=title, before=before)
        return self.say("{title}: {before} → {after}", title=title, before=before, after=after)

    # ---------- names

    def _naming(self, name: str) -> Naming:
        book = self.mixture.new
        is_new = name in book.facts or name in book.deadlines or name in book.rules
        return self.new if is_new else self.old

    def _title(self, name: str) -> str:
        naming = self._naming(name)
        if name in naming.book.facts:
            return naming.text(naming.book.facts[name].title)
        return self._deadline_title(name) if name in naming.book.deadlines else self._rule_title(name)

    def _title_of_key(self, name: str) -> str:
        """Return the title of what a case lacks; the name beside it tells the record."""
        found = self.lookup.find(name, ("fact", "list", "parameter", "amount", "property"))
        return self.new.title(found[0].name) if found else name

    def _deadline_title(self, id: str) -> str:
        naming = self._naming(id)
        return naming.text(naming.book.deadlines[id].title)

    def _rule_title(self, id: str) -> str:
        naming = self._naming(id)
        rule = naming.book.rules.get(id)
        return id if rule is None else naming.text(rule.title)

    def _party(self, id: str) -> str:
        book: Rulebook = self.mixture.new if id in self.mixture.new.parties else self.mixture.old
        party = book.parties.get(id)
        return id if party is None else self.new.text(party.title)

    def _label(self, path: str, label: str) -> str:
        if not label.startswith("="):
            titles: dict[str, Text] = dict(STATUSES)
            return (
                self.say(_STATUS[label])
                if label in _STATUS
                else self.new.text(titles[label])
                if label in titles
                else label
            )
        value = label.removeprefix("=")
        naming = self._naming(path)
        choices = {one.name: naming.text(one.title) for one in naming.book.facts[path].choices}
        choices |= {"yes": self.say("yes"), "no": self.say("no")}
        return choices.get(value, value)

    def _value(self, path: str, value: int) -> str:
        naming = self._naming(path)
        return naming.typed(value, naming.book.facts[path].type)

    def _mean(self, path: str, total: int, count: int) -> str:
        if self._fact(path).type is not ValueType.COUNT:
            return self._signed(path, _rounded(total, count))
        hundredths = _rounded(100 * total, count)  # of whole things, whole means would say nothing
        return _sign(hundredths) + decimal_text(abs(hundredths), 2, 2)

    def _fact(self, path: str) -> Fact:
        return self._naming(path).book.facts[path]

    def _signed(self, path: str, value: int) -> str:
        return _sign(value) + self._value(path, abs(value))


def _sign(value: int) -> str:
    return "+" if value > 0 else "−" if value < 0 else "±"


def _rounded(total: int, count: int) -> int:
    """Return a mean in whole units, rounded half away from zero."""
    size = (2 * abs(total) + count) // (2 * count)
    return size if total >= 0 else -size
