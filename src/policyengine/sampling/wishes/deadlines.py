"""Wishes for deadlines: that one runs, that it has a status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.model.conditions import Constant, Operand, Ref
from policyengine.model.rulebook import Deadline
from policyengine.sampling.draw import JUDGED, Draw, Limit, Sides, Want
from policyengine.sampling.operands import counting_of
from policyengine.sampling.wishes.combining import all_of, later, lazily, nothing, one_of
from policyengine.sampling.wishes.kind import Kind
from policyengine.sampling.wishes.limits import Bound, between
from policyengine.sampling.wishes.records import some_row


class Deadlines(Kind):
    """Makes wishes for deadlines and what is asked of them."""

    def there(self, ref: Ref, truth: bool) -> Want:
        """Return the wish that a deadline is settled, or else that it runs; or that it is not."""
        deadline, word = self._asked(ref)
        if word == "settled_at":
            return self.wishes.status(deadline, "met" if truth else "open")
        return self._exists(deadline, truth)

    def compared(self, ref: Ref, operator: str, than: Ref | Constant) -> Want:
        """Return the wish that a deadline has a status, or that it runs and what is compared is so."""
        deadline, word = self._asked(ref)
        if word == "status":
            return self.wishes.status(deadline, str(than.value)) if isinstance(than, Constant) else nothing
        return all_of([self._exists(deadline, True), super().compared(ref, operator, than)])

    def apart(self, ref: Ref, than: Ref | Constant) -> Want:
        """Return the wish that a deadline has another status."""
        deadline, word = self._asked(ref)
        if word != "status" or isinstance(than, Ref):
            return nothing
        others = [one for one in deadline.statuses if one != than.value]
        return one_of([self.wishes.status(deadline, one) for one in others])

    def _asked(self, ref: Ref) -> tuple[Deadline, str]:
        """Return the deadline of a name, and what the name says of it."""
        name, _, word = ref.name.rpartition(".")
        return self.words.book.deadlines[name], word

    def status(self, deadline: Deadline, status: str) -> Want:
        """Return the wish that a deadline has a status, of one of its records where none is looked at."""
        made, listed = lazily(lambda: self._status(deadline, status)), deadline.listed
        name = f"status {deadline.id}"

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if listed is None:
                record = None
            elif record is None:
                record = some_row(draw, listed)
            if draw.is_new(name, record):
                made(draw, record, this)

        return want

    def _status(self, deadline: Deadline, status: str) -> Want:
        if status == "not_started":
            return self.wishes.there(deadline.starts, False)
        runs, reached = self._runs(deadline), self._reached(deadline, status)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            runs(draw, record, record)
            reached(draw, record, this)

        return want

    def _reached(self, deadline: Deadline, status: str) -> Want:
        """Return the wish for what makes a deadline that runs have a status."""
        is_in_time = counting_of(deadline, self.words).end == "included"
        in_time, late = ("at_most", "more_than") if is_in_time else ("less_than", "at_least")
        undone, unstopped = (
            later(self._each(acts, False)) for acts in (deadline.met_by, deadline.stopped_by)
        )
        match status:
            case "met" if deadline.met_by:
                return all_of([self._one_act(deadline, deadline.met_by, in_time), unstopped])
            case "stopped" if deadline.stopped_by:
                return all_of([self._one_act(deadline, deadline.stopped_by, in_time), undone])
            case "open":
                return all_of([undone, unstopped, self._judged(deadline, in_time, is_last=True)])
            case "paused":
                return all_of([self._paused(deadline), undone])
            case _:
                missed = self._missed(deadline, late, undone)
                return all_of([missed, unstopped, self._judged(deadline, late)])

    def _missed(self, deadline: Deadline, late: str, undone: Want) -> Want:
        """Return the wish that nothing is done, or that it is done late."""
        if not deadline.met_by:
            return undone
        done = self._one_act(deadline, deadline.met_by, late)
        return lambda draw, record, this: (done if draw.random() < 0.4 else undone)(draw, record, this)

    def _exists(self, deadline: Deadline, truth: bool) -> Want:
        made = lazily(lambda: self._runs(deadline) if truth else self.wishes.there(deadline.starts, False))

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            if draw.is_new(f"runs {deadline.id}", record):
                made(draw, record, this)

        return want

    def _runs(self, deadline: Deadline) -> Want:
        """Return the wish that a deadline has begun."""
        return all_of([self.wishes.condition(deadline.when, True), self._each(deadline.measured, True)])

    def _each(self, operands: Iterable[Operand], truth: bool) -> Want:
        return all_of([self.wishes.there(one, truth) for one in operands])

    def _paused(self, deadline: Deadline) -> Want:
        """Return the wish that every pause has begun and goes on."""
        wish = self.wishes.there
        return all_of(
            [want for one in deadline.pauses for want in (wish(one.begin, True), wish(one.end, False))]
        )

    def _judged(self, deadline: Deadline, operator: str, is_last: bool = False) -> Want:
        """Return the wish that a case is judged on one side of the end; ``is_last``: nothing comes later."""
        bound = self._end(deadline, operator)

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            limit: Limit = lambda later: bound(later, record, this)  # noqa: E731
            draw.limit(JUDGED, limit)
            if is_last:
                draw.until.append(limit)

        return want

    def _end(self, deadline: Deadline, operator: str) -> Bound:
        """Return the limits of what is on one side of the end."""
        due = self.operands.due(deadline.id)

        def bound(draw: Draw, record: int | None, this: int | None) -> Sides | None:
            at = due(draw, record)
            return None if at is None else between(operator, at)

        return bound

    def _one_act(self, deadline: Deadline, acts: Sequence[Ref], operator: str) -> Want:
        """Return the wish that one of several acts is on one side of the end."""
        bound = self._end(deadline, operator)
        return one_of([self._act(act, bound) for act in acts])

    def _act(self, act: Ref, bound: Bound) -> Want:
        """Return the wish that an act is there, and within limits if it is an event or comes from one."""
        there, given = self.wishes.there(act, True), self.words.given
        is_given = act.name in given
        facts = [given[root] for root in ((act.name,) if is_given else self.words.roots((act,)))]
        events = [fact for fact in facts if fact.is_event]

        def want(draw: Draw, record: int | None, this: int | None) -> None:
            there(draw, record, this)
            for event in events:
                key = event.path, record if event.listed is not None else None
                if is_given or draw.present.get(key) is True:
                    draw.limit(key, lambda later: bound(later, record, this))
                    break

        return want
