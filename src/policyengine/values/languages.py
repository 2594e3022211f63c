"""The languages in which a rulebook can be written: tags of BCP 47, by the Unicode CLDR through Babel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

_NAMES = {
    **{"cn": "zh", "chinese": "zh", "中文": "zh", "english": "en", "german": "de", "deutsch": "de"},
    **{"french": "fr", "spanish": "es", "japanese": "ja", "jp": "ja", "日本語": "ja", "korean": "ko"},
    **{"kr": "ko", "portuguese": "pt", "italian": "it", "dutch": "nl", "thai": "th", "ua": "uk"},
    **{"russian": "ru", "arabic": "ar", "cz": "cs", "dk": "da", "se": "sv", "vn": "vi", "gr": "el"},
}
"""What people write for a language, and its tag."""


_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wy-z0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE,
)
"""A language, script, region, and what else RFC 5646 lets a tag say: variants, extensions, private use."""


def tag_of(written: str) -> str | None:
    """Return the tag of a language in its usual spelling (``pt-BR``), None if there is no such language.

    Languages are those that the CLDR names in English; of one with an older code it is the newer one.
    """
    found = _TAG.fullmatch(_NAMES.get(written.strip().lower(), written.strip().replace("_", "-")))
    language = None if found is None else _language(found["language"].lower())
    if found is None or language is None:
        return None
    parts = [language]
    parts += [found["script"].title()] if found["script"] else []
    parts += [found["region"].upper()] if found["region"] else []
    return "-".join(parts) + found["rest"].lower()


@cache
def _language(code: str) -> str | None:
    """Return the code of a language, None if there is none: that of an older code is the newer one."""
    from babel import Locale, UnknownLocaleError, localedata

    # Whether a file is there costs nothing; reading the names of all languages takes 50 ms.
    if localedata.exists(code) or code in Locale("en").languages:
        return code
    try:
        return Locale.parse(code).language
    except (UnknownLocaleError, ValueError):
        return None


_KANA, _HANGUL, _HAN = (re.compile(one) for one in ("[\u3040-\u30ff]", "[\uac00-\ud7af]", "[\u3400-\u9fff]"))
_EASTERN = {"ja": (_KANA, _HAN), "ko": (_HANGUL,), "zh": (_HAN,), "yue": (_HAN,)}


def language_of(text: str, languages: Sequence[str]) -> str:
    """Return in which of some languages a text is likely to be written, by its script; else the first."""
    bases = {tag: tag.partition("-")[0].lower() for tag in languages}
    for script in (_KANA, _HANGUL, _HAN):
        if script.search(text):
            fitting = [tag for tag, base in bases.items() if script in _EASTERN.get(base, ())]
            return next(iter(fitting), languages[0])
    return next((tag for tag, base in bases.items() if base not in _EASTERN), languages[0])


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in another, such as ``German``; in itself if both are the same."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(tag, sep="-").get_display_name(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag
