"""The colours of pages: what is written can be read, on a bright and on a dark screen."""

from __future__ import annotations

import re

import pytest

from policyengine.book import html as book_html
from policyengine.render import colours, html_page, timeline_html

_WRITTEN = {"ink", "faint", "soft", "accent", "quote", "now"}
_BEHIND = {"paper", "head", "quote-paper", "target"}


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


SCHEMES = [dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in colours.COLOURS.split("@media")]


@pytest.mark.parametrize("scheme", SCHEMES, ids=("bright", "dark"))
def test_what_is_written_can_be_read(scheme: dict[str, str]) -> None:
    assert scheme.keys() == SCHEMES[0].keys() >= _WRITTEN | _BEHIND
    for text in _WRITTEN:
        for paper in ("paper", "head"):
            assert contrast(scheme[text], scheme[paper]) >= 4.5, (text, paper)
    for paper in _BEHIND:
        assert contrast(scheme["quote"], scheme[paper]) >= 4.5, paper


def test_a_dark_screen_is_no_dark_paper() -> None:
    assert re.findall(r"@media ([^{]*)", colours.COLOURS) == ["screen and (prefers-color-scheme: dark) "]
    for style in (html_page.STYLE, timeline_html._STYLE, book_html._STYLE):
        assert not re.search(r"#[0-9a-f]{3,6}\b(?=[;} ])", style), "a colour without a name has no dark one"
        assert set(re.findall(r"var\(--([\w-]+)\)", style)) <= SCHEMES[0].keys()
