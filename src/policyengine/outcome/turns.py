"""Threads take turns: what decisions of one rulebook share is found out by one of them at a time.

There is one lock for the whole process. A thread that judges holds nothing else that another could wait for,
and Python runs one thread at a time anyway: whoever wants more cores judges in more processes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from threading import RLock
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

Of = TypeVar("Of")
Found = TypeVar("Found")
Given = ParamSpec("Given")

TURN = RLock()
"""Held by the thread that judges, or puts a decision together."""


def in_turn(method: Callable[Concatenate[Of, Given], Found]) -> Callable[Concatenate[Of, Given], Found]:
    """Return a method that waits until no other thread judges."""

    def taken(one: Of, /, *args: Given.args, **named: Given.kwargs) -> Found:
        with TURN:
            return method(one, *args, **named)

    return update_wrapper(taken, method)


class kept(Generic[Found]):
    """A property that is found out in turn when it is first asked for, and then stays.

    Not a ``cached_property``: in Python 3.11 that has a lock of its own, which a thread would take before its
    turn, and wait for ever.
    """

    def __init__(self, find: Callable[[Any], Found]) -> None:
        """``find`` is the method below the mark."""
        self.find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, one: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, one: object, owner: type | None = None) -> Found: ...

    def __get__(self, one: object | None, owner: type | None = None) -> Self | Found:
        if one is None:
            return self
        with TURN:
            if self.name not in one.__dict__:
                one.__dict__[self.name] = self.find(one)
            found: Found = one.__dict__[self.name]
            return found
