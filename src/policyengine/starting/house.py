"""Whose rulebook it is to be: its language, currency, time zone, calendar and parties.

What is possible is not said here: :func:`faults_of` lets the reader of rulebooks judge, so that every value
gets the very answer that ``check`` would give.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypedDict

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.starting.names import one_line, slug
from policyengine.starting.words import party_titles, starter_title
from policyengine.values.currencies import codes, currency_of
from policyengine.values.languages import tag_of

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "territories.json")
_ELSEWHERE = "US"

FIELDS = ("language", "title", "currency", "zone", "calendar", "party")
"""What a house is asked for, in the order of asking: the names of the options."""
_KEYS = {
    "languages": "language",
    "title": "title",
    "currency": "currency",
    "time_zone": "zone",
    "calendar": "calendar",
    "parties": "party",
}


class _Usual(TypedDict):
    """Where a language is first thought of, and the currency and zone of most people there."""

    languages: dict[str, str]
    territories: dict[str, tuple[str, str]]


@cache
def _usual() -> _Usual:
    with open(_FILE, encoding="utf-8") as file:
        found: _Usual = json.load(file)
    return found


class House(Frozen):
    """What a new rulebook is made for. Parties are pairs of a name and a title."""

    id: str
    language: str
    title: str
    currency: str
    zone: str
    calendar: str
    parties: tuple[tuple[str, str], ...]


class Said(Frozen):
    """What somebody has said of a house; None where nothing was said. ``id`` names it for want of a title."""

    language: str | None = None
    title: str | None = None
    currency: str | None = None
    zone: str | None = None
    calendar: str | None = None
    party: tuple[str, ...] | None = None
    id: str = ""


class WrongParty(ValueError):
    """What was said of a party cannot be one."""

    def __init__(self, written: str) -> None:
        """Hold what is to be told."""
        super().__init__(written)
        what = message("`{word}` is not a party, or is given twice", word=one_line(written))
        help = message("write a name such as `buyer`, or a name with a title: `buyer=Buyer`")
        self.fault = error("bad-name", what, Span(""), help)


def house_of(said: Said, language: str) -> House:
    """Return a house as it was said, and else as is usual where the language is spoken. Raises WrongParty.

    ``language`` is the one of whoever said nothing of it.
    """
    spoken = said.language or language
    currency, zone, calendar = defaults(spoken)
    titles = party_titles(spoken)
    parties: list[tuple[str, str]] = []
    for written in said.party or ():  # each must differ from those before it
        parties.append(party(written, titles, [name for name, _ in parties]))
    title = one_line(said.title or "")
    return House(
        id=slug(title) or said.id or "returns",
        language=spoken,
        title=title or starter_title(spoken),
        currency=said.currency or currency,
        zone=said.zone or zone,
        calendar=said.calendar or calendar,
        parties=tuple(parties or titles.items()),
    )


def places_of(currency: str) -> int:
    """Return how many decimals the minor unit of a currency has; two where there is none."""
    return currency_of(currency).places if currency in codes() else 2


def defaults(language: str) -> tuple[str, str, str]:
    """Return the currency, the time zone and the calendar of those who speak a language (BCP 47)."""
    parts = language.replace("_", "-").split("-")
    named = next((one.upper() for one in parts[1:] if len(one) == 2 and one.isalpha()), "")
    known = _usual()["territories"]
    spoken = ("-".join(parts[:2]).lower(), parts[0].lower())  # the script may tell the country
    usual = next((_usual()["languages"][one] for one in spoken if one in _usual()["languages"]), _ELSEWHERE)
    territory = named if named in known else usual
    currency, zone = known[territory]
    return currency, zone, territory


def language_there(environment: Mapping[str, str]) -> str | None:
    """Return the language for which a machine is set up (``LANG=de_AT.UTF-8``), None if it names none.

    Where it is spoken is said only if it is not where the language is first thought of.
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            tag = tag_of(re.split("[.@]", environment[name])[0])
            primary = None if tag is None else tag.partition("-")[0]
            is_usual = primary is None or tag is None or defaults(primary) == defaults(tag)
            return primary if is_usual else tag
    return None


def party(written: str, known: Mapping[str, str], taken: Sequence[str]) -> tuple[str, str]:
    """Return the name and the title of a party that is written ``name``, ``Title`` or ``name=Title``.

    ``known`` holds titles of common names. Raises WrongParty for one that says nothing or is there twice.
    """
    name, separator, title = (one_line(one) for one in written.partition("="))
    if not separator:
        is_name = bool(name) and name == slug(name)
        titles = {title: name for name, title in known.items()}
        title = known.get(name, name.replace("_", " ")) if is_name else name
        name = name if is_name else titles.get(title) or slug(name) or (name and f"party_{len(taken) + 1}")
    if not name or not title or slug(name) != name or name in taken:
        raise WrongParty(written)
    return name, title


def faults_of(files: Mapping[str, str]) -> dict[str, Diagnostic]:
    """Return what is wrong with each field of the house by the files of its rulebook, as ``check`` says it.

    Under an empty name stands what is wrong elsewhere, which is a fault of the program.
    """
    from policyengine.loading.load import load_files
    from policyengine.reading.rule_files import SourceFile

    kinds = {"rulebook.yaml": "rulebook", "facts.yaml": "facts", "assumptions.yaml": "assumptions"}
    sources = [
        SourceFile(kinds.get(path, "policy"), path, text.encode("utf-8"), ())
        for path, text in sorted(files.items())
        if path in kinds or (path.startswith("policies/") and not path.endswith(".cases.yaml"))
    ]
    loaded = load_files("", sources, (), (), is_saved=False)
    lines = files["rulebook.yaml"].split("\n")
    found: dict[str, Diagnostic] = {}
    for one in loaded.diagnostics:
        if one.severity == "error":
            field = _field_at(lines, one.span.line) if one.span.file == "rulebook.yaml" else ""
            found.setdefault(field, one)
    return found


def _field_at(lines: Sequence[str], line: int) -> str:
    """Return the field to whose key a line belongs."""
    for text in reversed(lines[:line]):
        key = text.partition(":")[0]
        if key in _KEYS:
            return _KEYS[key]
    return ""
