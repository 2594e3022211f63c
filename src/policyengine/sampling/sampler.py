"""Cases of one rulebook, each made by its number alone: so that work can be divided, and begun anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from policyengine.model.rulebook import Rulebook
from policyengine.sampling.anchors import Anchors
from policyengine.sampling.draw import JUDGED, Draw, Want
from policyengine.sampling.figures import Figures, changing_days
from policyengine.sampling.gaps import Gaps
from policyengine.sampling.hours import Hours
from policyengine.sampling.judgement import Judgement
from policyengine.sampling.makers import Makers
from policyengine.sampling.moot import leave_out_moot, moot_facts
from policyengine.sampling.operands import Operands
from policyengine.sampling.spelling import Spelling
from policyengine.sampling.steps import Steps
from policyengine.sampling.subjects import Subject, all_subjects, head_of, heads_of
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.sampling.wishes.wishes import Wishes
from policyengine.values.literals import SECONDS_PER_DAY

_USUAL = date(2024, 1, 1).toordinal(), date(2024, 12, 31).toordinal()
"""The days on which cases begin where nobody says so and no figure has days."""
_BEFORE_AND_AFTER = 180
_MOST_DAYS = 5 * 365
_SUBJECTS = (1, 1, 1, 2, 2, 3)
_ON_A_CHANGE = 0.12
_WITH_GAPS = 0.3
_OUTCOMES = 0.5
"""How often a case is about an outcome, each as often as any other, and not about some rule or deadline."""
_WIDE = 0.4
"""How often a case says also what anything asks for that may apply to it."""
_ATTEMPTS = 2
_NEARLY = 0.25
"""How often a rule that is picked is not to hold, for one thing only."""


class Days(NamedTuple):
    """The first and the last day (ordinals) on which cases begin."""

    first: int
    last: int


class _About(NamedTuple):
    """A subject with the places of the steps that it calls for, and of others in the same groups."""

    want: Want
    nearly: Want
    asked: frozenset[str]
    places: frozenset[int]
    beside: Sequence[int]
    heads: frozenset[str]


class Sampler:
    """Makes the cases of one rulebook."""

    def __init__(
        self,
        book: Rulebook,
        readings: Mapping[str, str],
        seed: int,
        days: Days | None = None,
        judged: bool = False,
    ) -> None:
        """``days``: on which cases begin. ``judged``: each says at which instant it is to be judged."""
        words = Vocabulary(book, readings)
        operands, figures, self.hours = Operands(words), Figures(words), Hours(book.zone)
        anchors = Anchors(words, operands, figures)
        self.seed = seed
        # Each case has a stream of its own; negative seeds have other ones than positive.
        self._stream = (2 * abs(seed) + (seed < 0)) << 64
        self.judged = judged
        self.days = _usual_days(words) if days is None else days
        self._changes = changing_days(words, self.days.first, self.days.last)
        self._steps = Steps(words, Makers(words, operands, figures, self.hours, anchors), anchors)
        self._gaps = Gaps(words)
        self._moot = moot_facts(book)
        self._judgement = Judgement(words, operands)
        self._spelling = Spelling(book, self.hours)
        names = [*self._steps.home, *book.lists]
        self._place_of = {name: self._steps.places[self._steps.home.get(name, name)] for name in names}
        by_head: dict[str, set[int]] = {}
        for name, place in self._steps.places.items():
            by_head.setdefault(head_of(name), set()).add(place)

        def about(subject: Subject) -> tuple[_About, _About]:
            found = []
            for asked in (subject.asked, subject.wider):
                heads = heads_of(asked)
                places = frozenset(self._place_of[one] for one in asked)
                beside = set[int]().union(*(by_head.get(one, ()) for one in heads)) - places
                found.append(_About(subject.want, subject.nearly, asked, places, sorted(beside), heads))
            return found[0], found[1]

        subjects = all_subjects(words, Wishes(words, operands))
        self._outcomes, self._parts = (
            [[about(one) for one in group] for group in groups] for groups in subjects
        )

    @staticmethod
    def usual_days(book: Rulebook, readings: Mapping[str, str]) -> Days:
        """Return the days on which cases begin where nobody says so."""
        return _usual_days(Vocabulary(book, readings))

    def lines(self, numbers: range) -> Iterator[str]:
        """Return the cases with these numbers (from 1 on) as JSON, each on a line."""
        for number in numbers:
            yield self.line(number)

    def line(self, number: int) -> str:
        """Return the case with a number as JSON on one line."""
        return self._spelling.line(f"S{self.seed}-{number:07}", self.draw(number), self.judged)

    def draw(self, number: int) -> Draw:
        """Return the case with a number as it was drawn."""
        chance = Random(self._stream + number)
        draw, places = self._wish(chance, self._base(chance.random))
        steps = self._steps.steps
        for place in sorted(places):
            steps[place](draw)
        leave_out_moot(draw, self._moot)
        if draw.random() < _WITH_GAPS:
            self._gaps.forget(draw)
        draw.values[JUDGED] = self._judgement.choose(draw)
        return draw

    def _wish(self, chance: Random, base: int) -> tuple[Draw, set[int]]:
        """Choose what a case is about and wish it; return also the places of the steps that are to be taken.

        Ways to the same end can contradict each other: the attempt with the fewest contradictions counts.
        """
        random = chance.random
        is_wide = random() < _WIDE
        abouts: list[tuple[_About, bool]] = []
        for _ in range(_SUBJECTS[int(random() * len(_SUBJECTS))]):
            groups = self._outcomes if self._outcomes and random() < _OUTCOMES else self._parts
            if groups:
                group = groups[int(random() * len(groups))]
                abouts.append((group[int(random() * len(group))][is_wide], random() < _NEARLY))
        draw = self._attempt(chance, base, abouts)
        for _ in range(_ATTEMPTS - 1):
            if draw.clashes:
                other = self._attempt(chance, base, abouts)
                draw = other if other.clashes < draw.clashes else draw
        draw.relevant, draw.heads, places = self._called(abouts)
        place_of, random, every = self._place_of, draw.random, len(self._steps.steps)
        for name, _ in draw.present:
            place = place_of.get(name)
            if place is not None:
                places.add(place)
        for about, _ in abouts:
            beside = about.beside
            for _ in range(len(beside) // 3):  # what else is said of the same things
                places.add(beside[int(random() * len(beside))])
        for _ in range(int(random() * 4)):  # what belongs to nothing else
            places.add(int(random() * every))
        return draw, places

    def _called(
        self, abouts: Sequence[tuple[_About, bool]]
    ) -> tuple[frozenset[str], frozenset[str], set[int]]:
        """Return the facts that are asked for, their groups, and the places of the steps that draw them."""
        if not abouts:
            return frozenset(), frozenset(), set()
        (first, _), *others = abouts
        asked, heads, places = first.asked, first.heads, set(first.places)
        for about, _ in others:
            asked |= about.asked
            heads |= about.heads
            places |= about.places
        return asked, heads, places

    def _attempt(self, chance: Random, base: int, abouts: Sequence[tuple[_About, bool]]) -> Draw:
        draw = Draw(chance, base)
        for about, is_near in abouts:
            (about.nearly if is_near else about.want)(draw, None, None)
        for want, record, this in draw.later:
            want(draw, record, this)
        return draw

    def _base(self, random: Callable[[], float]) -> int:
        """Return the instant about which a case begins."""
        first, last = self.days
        if self._changes and random() < _ON_A_CHANGE:
            day = self._changes[int(random() * len(self._changes))] - int(random() * 2)
            if random() < 0.3:  # the first or the last second of the day
                start = self.hours.start_of(day)
                return start if random() < 0.5 else start + SECONDS_PER_DAY - 1
        else:
            day = first + int(random() * (last - first + 1))
        return self.hours.some_time(min(max(day, first), last), random)


def _usual_days(words: Vocabulary) -> Days:
    """Return the days about those on which figures change, of at most the last five years of these."""
    first, last = date(1980, 1, 1).toordinal(), date(2100, 12, 31).toordinal()
    found = changing_days(words, first, last, seasons=False)
    if not found:
        return Days(*_USUAL)
    return Days(max(found[0], found[-1] - _MOST_DAYS) - _BEFORE_AND_AFTER, found[-1] + _BEFORE_AND_AFTER)
