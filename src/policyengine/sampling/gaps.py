"""What nobody has noted: a case that leaves out some of what it should say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.model.case import Key
from policyengine.sampling.draw import Draw
from policyengine.sampling.vocabulary import Vocabulary

_MOST = 3


class Gaps:
    """Leaves facts and lists out that are not known where a case does not say them."""

    def __init__(self, words: Vocabulary) -> None:
        """Find out what can be left out, and what goes with it."""
        self.words = words
        lists = words.book.lists
        dates = {one.dated_by for one in lists.values()}
        paths = [path for path, fact in words.given.items() if fact.is_required and path not in dates]
        self._can = frozenset(paths).union(path for path, one in lists.items() if one.is_required)
        self._fields = {
            path: [field for field in one.fields if field in words.given] for path, one in lists.items()
        }
        self._rest = self._resting()

    def _resting(self) -> Mapping[str, Sequence[str]]:
        """Return for each given fact those that cannot be said without it."""
        found: dict[str, list[str]] = {}
        for path in self.words.given:
            every = {path: None}
            waiting = [path]
            while waiting:
                before = waiting.pop()
                for other, needs in self.words.needs.items():
                    if other not in every and any(need.path == before for need in needs):
                        every[other] = None
                        waiting.append(other)
            found[path] = list(every)[1:]
        return found

    def forget(self, draw: Draw) -> None:
        """Leave out one to three of the things that are not known then."""
        can = [key for key in draw.values if key[0] in self._can and key[0] in draw.relevant]
        for _ in range(1 + draw.below(_MOST)):
            if not can:
                return
            key = can.pop(draw.below(len(can)))
            if key in draw.values:
                self._leave_out(draw, key)

    def _leave_out(self, draw: Draw, key: Key) -> None:
        values, (name, record) = draw.values, key
        del values[key]
        if name in self._fields:
            for path in self._fields[name]:
                for row in range(draw.counts[name]):
                    values.pop((path, row), None)
            draw.counts[name] = 0
            return
        for path in self._rest[name]:
            listed = self.words.given[path].listed
            if listed is None:
                values.pop((path, None), None)
            elif record is not None:
                values.pop((path, record), None)
            else:
                for row in range(draw.counts.get(listed, 0)):
                    values.pop((path, row), None)
