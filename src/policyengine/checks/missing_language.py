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

# Whole sentences, because a translation cannot be put together from pieces.
_LACKS = {
    "zh": marked("`{name}` has no text in Chinese"),
    "en": marked("`{name}` has no text in English"),
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every text that lacks a language, at what it belongs to."""
    for name, text, span in walk.texts_of(rulebook):
        for language in rulebook.languages:
            if not (text.zh if language == "zh" else text.en):
                what = message(_LACKS[language], name=name)
                yield warning("missing-language", what, span, message("add `{key}: …`", key=language))
