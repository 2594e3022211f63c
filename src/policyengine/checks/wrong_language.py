"""``wrong-language`` (warning): A text is not in the language under whose key it stands.

Chinese and English are easily written under each other's key, and a Chinese keyboard leaves full-width
punctuation in English. Chinese words that an English sentence quotes are not an error.

Fails::

    # policies/returns.yaml
    title: {zh: Returns of goods, en: 退货}

Passes::

    # policies/returns.yaml
    title: {zh: 退货, en: Returns of goods}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policyengine.checks import walk
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Rulebook

_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[A-Za-z]{2,}")
_WIDE = re.compile("[\u3001\u3002\uff01-\uff5e]")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every text that is in another language, or has the punctuation of another, at its owner."""
    for name, text, span in walk.texts_of(rulebook):
        english, chinese = text.get("en"), text.get("zh")
        wide = _WIDE.search(english)
        if _is_chinese(english) or _is_english(chinese):
            what = message("a text of `{name}` is not in the language of its key", name=name)
            help = message("write Chinese after `zh:` and English after `en:`")
            yield warning("wrong-language", what, span, help)
        elif wide:
            what = message(
                "the English text of `{name}` holds the full-width character `{character}`",
                name=name,
                character=wide[0],
            )
            yield warning("wrong-language", what, span, message("write it in ASCII"))


def _is_chinese(text: str) -> bool:
    return len(_HAN.findall(text)) > len(_WORD.findall(text))


def _is_english(text: str) -> bool:
    return not _HAN.search(text) and len(_WORD.findall(text)) > 1
