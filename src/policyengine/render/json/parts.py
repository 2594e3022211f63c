"""Parts of the data that are the same everywhere: texts, places, sources, names of rules."""

from __future__ import annotations

from policyengine.diagnostics.i18n import LANGUAGES
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Rule
from policyengine.syntax.shown_paths import place_path
from policyengine.values.seasons import Season, year_day_text

Json = dict[str, object]
"""An object of JSON."""

TRUTHS = ("false", "undetermined", "true")
"""What a truth is called, by its number."""


def text_data(text: Text) -> dict[str, str]:
    """Return a text of the rules by language; a name is the same in those of the program."""
    return {one: words for tag, words in text.words for one in ((tag,) if tag else LANGUAGES)}


def place_data(span: Span) -> Json:
    """Return where something is written."""
    return {"file": place_path(span.file), "line": span.line}


def season_data(season: Season | None) -> Json:
    """Return days of every year, nothing for none."""
    if season is None:
        return {}
    return {"every_year": {"from": year_day_text(season.first), "until": year_day_text(season.last)}}


def source_data(source: Source | None) -> Json | None:
    """Return a source, None for none."""
    if source is None:
        return None
    return {
        "document": source.document,
        "section": source.section,
        "clauses": list(source.clauses),
        "quote": source.quote,
    }


def key_data(key: Key, word: str) -> Json:
    """Return a name with its record, if it has one; ``word`` says what kind of name it is."""
    return {word: key[0]} if key[1] is None else {word: key[0], "record": key[1]}


def rule_data(rule: Rule) -> Json:
    """Return a rule with its title, its source and its place."""
    return {
        "rule": rule.id,
        "title": text_data(rule.title),
        "source": source_data(rule.source),
        **place_data(rule.span),
    }


def named_data(rule: Rule) -> Json:
    """Return a rule with its title and its place."""
    return {"rule": rule.id, "title": text_data(rule.title), **place_data(rule.span)}
