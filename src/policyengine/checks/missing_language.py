"""``missing-language`` (warning): A text lacks a language of the rulebook.

A rulebook with `languages: [zh, en]` promises its readers both. Where one is missing, they are shown the
other.

Fails::

    # policies/returns.yaml
    title: {en: Returns}

Passes::

    # policies/returns.yaml
    title: {zh: 退货, en: Returns}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks import walk
from policyengine.diagnostics.diagnostic import Diagnostic, marked, message, warning
from policyengine.model.rulebook import Rulebook
from policyengine.syntax.schema_parts import flow
from policyengine.values.escaping import printable

# Whole sentences, because a translation cannot be put together from pieces.
_LACKS = {
    "zh": marked("`{name}` has no text in Chinese"),
    "en": marked("`{name}` has no text in English"),
}
_LACKS_OTHER = marked("`{name}` has no text in the language `{language}`")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every text that lacks a language, at what it belongs to."""
    for name, text, span in walk.texts_of(rulebook):
        lacking = [language for language in rulebook.languages if not text.get(language)]
        for language in lacking[:1] if text.is_plain else lacking:
            what = message(_LACKS_OTHER, name=name, language=language)
            if language in _LACKS:
                what = message(_LACKS[language], name=name)
            help = message("add `{key}: …`", key=language)
            if text.is_plain:  # braces have to be written as well
                said = {tag: printable(text.get(tag)) or "…" for tag in rulebook.languages}
                help = message("write `{example}`", example=flow(said))
            yield warning("missing-language", what, span, help)
