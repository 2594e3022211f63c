"""The fonts of pages and pictures, those of the language first: in others, quotation marks are too wide."""

from __future__ import annotations

from policyengine.diagnostics.i18n import Language

_CHINESE = ("'Noto Sans CJK SC'", "'Source Han Sans SC'", "'Microsoft YaHei'", "'PingFang SC'")
_LATIN = ("'Segoe UI'", "'Helvetica Neue'", "Arial")


def fonts(language: Language) -> str:
    """Return a list of fonts for CSS or an attribute; no character in it has to be escaped."""
    own, other = (_CHINESE, _LATIN) if language == "zh" else (_LATIN, _CHINESE)
    return ", ".join((*own, *other, "sans-serif"))
