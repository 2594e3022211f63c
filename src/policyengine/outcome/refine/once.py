"""Methods that find out once: what they ask of never changes, and is asked of again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

Of = TypeVar("Of")
Found = TypeVar("Found")
Given = ParamSpec("Given")


def once(method: Callable[Concatenate[Of, Given], Found]) -> Callable[Concatenate[Of, Given], Found]:
    """Return a method that remembers for each of its arguments what it found, as long as its object lives."""
    name = f"found once by {method.__name__}"

    def remembered(one: Of, /, *args: Given.args, **named: Given.kwargs) -> Found:
        known = one.__dict__.get(name)
        if known is None:
            known = one.__dict__[name] = {}
        if args not in known:
            known[args] = method(one, *args, **named)
        found: Found = known[args]
        return found

    return update_wrapper(remembered, method)
