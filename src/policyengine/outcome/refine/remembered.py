"""Answers of cases that are alike, found out once; rulebooks that an edit lies between can share them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, TypeVar

Answer = TypeVar("Answer")

MOST_REMEMBERED = 4_096
"""So many answers of cases that are alike are remembered, the last ones."""

MOST_DEFINITIONS = 32_768
"""So many definitions are told apart, the last ones: of nodes of rulebooks, and of what is behind answers."""


class Remembered:
    """What is remembered: answers by all that they depend on, and numbers for definitions that are long."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._answers: dict[Hashable, Any] = {}
        self._numbers: dict[Hashable, int] = {}
        self._next = count()
        self._last: tuple[Hashable, Any] = (None, None)

    def answer(self, alike: Hashable, find: Callable[[], Answer]) -> Answer:
        """Return the answer of cases that are alike in all that it depends on."""
        found: Answer
        if alike in self._answers:
            found = self._answers[alike]
            return found
        found = find()
        if len(self._answers) >= MOST_REMEMBERED:
            del self._answers[next(iter(self._answers))]
        self._answers[alike] = found
        return found

    def last(self, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """Return what was found for a question, if it was the last one asked, of one case."""
        if self._last[0] != question:
            self._last = (question, find())
        found: Answer = self._last[1]
        return found

    def number(self, definition: Hashable) -> int:
        """Return a number that stands for a definition, the same for all that are equal.

        One that has been forgotten gets another, so that less is shared; no number is given twice.
        """
        found = self._numbers.get(definition)
        if found is None:
            if len(self._numbers) >= MOST_DEFINITIONS:
                del self._numbers[next(iter(self._numbers))]
            found = self._numbers[definition] = next(self._next)
        return found
