"""The colours of pages, by name: as the reader's screen is set, bright or dark; on paper always bright.

Pictures keep their own colours and stand on white paper, also on a dark screen: they are printed and sent as
they are, and their colours mean something.
"""

from __future__ import annotations

_BRIGHT = {
    "ink": "#1c2330",
    "faint": "#667080",
    "soft": "#4a5362",
    "line": "#d8dde4",
    "paper": "#ffffff",
    "head": "#f4f6f9",
    "accent": "#2f5d8a",
    "bar": "#4878a8",
    "quote": "#5a4a1a",
    "quote-paper": "#fdfbf4",
    "quote-line": "#c9b37a",
    "target": "#fdf3d7",
    "now": "#b3372b",
}
_DARK = {
    "ink": "#e3e7ee",
    "faint": "#9aa5b5",
    "soft": "#b7c0cd",
    "line": "#3a4250",
    "paper": "#151a21",
    "head": "#20262f",
    "accent": "#8fbbe8",
    "bar": "#5f93c7",
    "quote": "#e6d6a4",
    "quote-paper": "#232117",
    "quote-line": "#8f7c45",
    "target": "#3b3419",
    "now": "#ff9286",
}


def _named(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


COLOURS = f"""
:root {{ color-scheme: light; {_named(_BRIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {_named(_DARK)} }} }}
body {{ color: var(--ink); background: var(--paper); }}
svg {{ background: #ffffff; }}
"""
"""What a style sheet begins with: the colours by name, ``var(--ink)``, and those of the page."""
