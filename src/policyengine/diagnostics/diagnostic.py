"""What is wrong, where it stands and what to do: the one form in which user mistakes are told.

A user's mistake is a :class:`Diagnostic`, collected and reported with all the others.
An exception means that the program itself is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen

Severity = Literal["error", "warning"]


def marked(template: str) -> str:
    """Return a template as it is: the mark by which tools/catalogue.py finds those that stand in tables."""
    return template


class Listing(Frozen):
    """Words that a sentence lists; every language has its own comma."""

    words: tuple[str | Called, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.words))


CALLED = marked("`{title}` (`{name}`)")


class Called(Frozen):
    """Something of a rulebook by its title in the reader's language, with its name behind it."""

    title: Text
    name: str

    def __str__(self) -> str:
        template = CALLED if self.title_in("en") else "`{name}`"
        return template.format(title=self.title_in("en"), name=self.name)

    def title_in(self, language: str) -> str:
        """Return its title in a language, nothing if that is its name."""
        title = self.title.in_language(language)
        return "" if title == self.name else title


class Sample(Frozen):
    """An example in the words of a small shop, which a rulebook says in its own (``reading.samples``).

    ``before`` it stands what somebody wrote, which stays.
    """

    text: str
    before: str = ""

    def __str__(self) -> str:
        return self.before + self.text


class Message(Frozen):
    """A sentence of the program: its English template, which is the gettext message id, and arguments.

    An argument that is a message itself is translated too.
    """

    template: str
    arguments: tuple[tuple[str, Argument], ...] = ()

    def __str__(self) -> str:
        return fill(self.template, dict(self.arguments))


_QUOTED_PLACE = re.compile(r"“[^“”]*”")
_NAME = re.compile(r"\{(\w+)\}")
_INNER = str.maketrans("“”‘’", "‘’“”")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")


def fill(template: str, arguments: Mapping[str, object]) -> str:
    """Fill the ``{name}`` places of a template; quotes inside of “…” become ‘…’.

    What a template has between backticks stays as it is, so that it can be copied.
    """
    if any("“" in str(one) for one in arguments.values()):
        inner = {name for place in _QUOTED_PLACE.findall(template) for name in _NAME.findall(place)}
        arguments = {name: nested(str(one)) if name in inner else one for name, one in arguments.items()}
    return template.format(**arguments)


def nested(text: str) -> str:
    """Return a text as it stands between “ and ”: its own quotes are single ones, those in them double."""
    if "“" not in text:
        return text
    apostrophes = [one.start() for one in _APOSTROPHE.finditer(text)]
    swapped = [*text.translate(_INNER)]
    for place in apostrophes:
        swapped[place] = "’"
    return "".join(swapped)


Argument: TypeAlias = str | Message | Listing | Sample | Called


def message(template: str, **arguments: object) -> Message:
    """Make a message whose ``{name}`` places are filled after translation."""
    return Message(template, tuple((name, _argument(value)) for name, value in arguments.items()))


def _argument(value: object) -> Argument:
    return value if isinstance(value, Message | Listing | Sample | Called) else str(value)


def listing(words: Iterable[str]) -> Listing:
    """Return names of the rulebook or words of its language as a list for a sentence."""
    return Listing(tuple(f"`{word}`" for word in words))


class Diagnostic(Frozen):
    """One fault: a stable ``code`` such as ``unknown-fact``, a sentence, a place and what to do.

    ``path`` names the field of a case, such as ``order.items[0].price``, also where there is no file;
    ``title`` is what the rulebook calls it.
    """

    code: str
    severity: Severity
    message: Message
    span: Span
    help: Message | None = None
    path: str = ""
    title: Text = Text()

    @property
    def unnamed_path(self) -> str:
        """The field, unless the sentence names it anyway."""
        return "" if f"`{self.path}`" in str(self.message) else self.path

    @property
    def sentence(self) -> str:
        """What is wrong, in English, with the field."""
        return f"{self.unnamed_path}: {self.message}" if self.unnamed_path else str(self.message)

    def text(self, lang: Literal["zh", "en"] = "en") -> str:
        """Return what is wrong and what to do, in ``"zh"`` or ``"en"``, without the place."""
        from policyengine.diagnostics.i18n import Speech  # it says messages

        say = Speech(lang)
        what = say.message(self.message)
        return what if self.help is None else say("{fault}; {help}", fault=what, help=say.message(self.help))

    @property
    def order(self) -> tuple[str, int, int, str, str, str, str]:
        """Sort key: by place, then code, so that a report never depends on the order of the checks."""
        place = self.span.file, self.span.line, self.span.column
        return (*place, self.code, str(self.message), self.path, str(self.help))


def error(code: str, what: Message, span: Span, help: Message | None = None) -> Diagnostic:
    """Make a diagnostic that stops a rulebook or a case from being used."""
    return Diagnostic(code, "error", what, span, help)


def warning(code: str, what: Message, span: Span, help: Message | None = None) -> Diagnostic:
    """Make a diagnostic that is shown and does not stop anything."""
    return Diagnostic(code, "warning", what, span, help)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of the diagnostics is an error."""
    return any(one.severity == "error" for one in diagnostics)


class FaultsFound(ValueError):
    """Carries diagnostics to a caller of the public API that asked for a result and can get none.

    ``diagnostics`` are all of them, by place: each has a ``code``, a ``message``, a ``help``, a ``span`` and,
    in a case, the ``path`` of the field.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda one: one.order))
        super().__init__("\n".join(map(_for_programs, self.diagnostics)))

    def __reduce__(self) -> tuple[type[FaultsFound], tuple[tuple[Diagnostic, ...]]]:
        """Come out in another process as it went in: Python would make it from its text."""
        return type(self), (self.diagnostics,)


def _for_programs(fault: Diagnostic) -> str:
    """Return a fault with what to do, in the words of a Python program: it gave arguments, not options."""
    option, _, given = fault.span.file.partition(" ")
    place = f"{_ARGUMENTS[option]}: {given}" if option in _ARGUMENTS else str(fault.span)
    told = f"{place}: {fault.severity}[{fault.code}]: {fault.sentence}"
    return told if fault.help is None else f"{told}\n  help: {fault.help}"


_ARGUMENTS = {"--overlay": "overlays", "--set": "settings", "--assume": "assume"}
