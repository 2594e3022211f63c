"""What a case may be given as: a mapping, a text, or the name of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TypeAlias

from policyengine.diagnostics.diagnostic import Diagnostic, Message, message
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.reading.case.reader import CaseReader, Settings

GivenCase: TypeAlias = Case | Mapping[str, object] | str | bytes | os.PathLike[str]
"""A case that was read; a mapping; a text (a str that begins with ``{`` or has several lines, or bytes); or
the path of a file (any other str, or a ``Path``)."""

_WHAT_TO_GIVE = message("give a mapping, the text of a case, or the path to a file")


_LINE_OF_YAML = r"[^\s/\\:]+:(\s|$)"
_HOW_TO_GIVE_A_LINE = message(
    "this reads like a line of a case: end it with a line feed, for a text of one line names a file"
)


class NoCase(Exception):
    """What was given can be no case at all: a mistake of whoever wrote the program."""

    def __init__(self, kind: type[TypeError] | type[ValueError], what: Message) -> None:
        """``kind`` is the exception of Python that it is."""
        super().__init__(str(what))
        self.what = what
        self.help = _WHAT_TO_GIVE
        self.python = kind(f"{what}: {self.help}")


def read_given(
    reader: CaseReader, given: object, settings: Settings = (), name: str = "case"
) -> tuple[Case | None, list[Diagnostic]]:
    """Return the case that is given in some form, or None, and everything that is wrong with it.

    ``name`` stands for the file where there is none. Raises NoCase.
    """
    match given:
        case Case():
            if settings:
                what = message(
                    "settings replace facts of a case as written, and this one has already been read"
                )
                raise NoCase(ValueError, what)
            return given, []
        case Mapping():
            return reader.read_plain(given, name, settings)
        case bytes() | bytearray():
            return _read_bytes(reader, bytes(given), settings, name)
        case str() if _is_text(given):
            return reader.read(given, name, settings=settings)
        case str() | os.PathLike():
            case, faults = _read_file(reader, os.fsdecode(given), settings)
            if isinstance(given, str) and re.match(_LINE_OF_YAML, given):
                faults = [
                    replace(one, help=_HOW_TO_GIVE_A_LINE) if one.code == "file-missing" else one
                    for one in faults
                ]
            return case, faults
    what = message("a case cannot be a value of the Python type `{type}`", type=type(given).__name__)
    raise NoCase(TypeError, what)


def judged_at(case: Case, usual: int, is_asked: bool) -> int:
    """Return the instant as of which a case is judged: its own, unless the usual one was asked for."""
    return usual if is_asked or case.as_of is None else case.as_of


def _is_text(given: str) -> bool:
    """Tell a case from the name of a file. Raises NoCase for what is neither."""
    if not given.strip():
        raise NoCase(ValueError, message("the case is empty"))
    return given.lstrip("\ufeff \t\r\n").startswith(("{", "[")) or "\n" in given


def _read_bytes(
    reader: CaseReader, data: bytes, settings: Settings, name: str
) -> tuple[Case | None, list[Diagnostic]]:
    from policyengine.syntax.files import decode_text  # only for callers who give bytes

    text, faults = decode_text(name, data)
    return (None, faults) if text is None else reader.read(text, name, settings=settings)


def _read_file(reader: CaseReader, path: str, settings: Settings) -> tuple[Case | None, list[Diagnostic]]:
    from policyengine.syntax.files import read_text  # only for callers who name files

    text, faults = read_text(path)
    return (None, faults) if text is None else reader.read(text, path, settings=settings)
