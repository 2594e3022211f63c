"""What is written to a party about a case: which outcomes it is told, and the paragraphs of its letter."""

from __future__ import annotations

from typing import Literal, get_args

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, Placed
from policyengine.model.conditions import Ref
from policyengine.values.literals import Value

Part = Literal["decided", "open", "must", "may", "should", "notes", "waiting"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What a letter can tell: what is decided, what is open, what the reader must, may or should do, what to
note, and until when others act."""

WORDS = ("case", "as_of", "party", "rulebook", "documents", "version", "time_zone")
"""What the text of a letter can name beside what has a value in the rulebook."""


class InBrief(Frozen):
    """How a sentence tells a value; ``value`` is None for every other one."""

    value: Value | None
    text: Text


class Paragraph(Placed):
    """A text, or one of the ``PARTS`` below a ``title``; ``if_none`` is said where that part is empty.

    ``names`` are the values that its text names: where one of them is not known, the paragraph is left out.
    """

    part: Part | None
    text: Text
    title: Text
    if_none: Text
    names: tuple[Ref, ...]
    span: Span


class Letter(Placed):
    """The letter to a party.

    ``tells`` are the outcomes that it is told, and the deadlines of others of which it is told until when
    they run; None leaves that to the program. ``words`` are how it tells the values of outcomes, by the path
    of each. Without ``paragraphs`` it has those of the program.
    """

    party: str
    tells: tuple[str, ...] | None
    words: tuple[tuple[str, tuple[InBrief, ...]], ...]
    paragraphs: tuple[Paragraph, ...]
    span: Span
