"""A timeline as an image (PNG), drawn from its SVG without a browser; needs the extra `png`."""

from __future__ import annotations

from policyengine.diagnostics.i18n import Speech
from policyengine.outcome.timeline import Timeline
from policyengine.render.timeline_svg import render_timeline_svg

SCALE = 2
"""How many points of the image one unit of the picture takes: enough for paper and fine screens."""


def render_timeline_png(timeline: Timeline, say: Speech) -> bytes:
    """Return the timeline as an image in the fonts of this system. Raises ImportError without the extra."""
    from resvg_py import svg_to_bytes

    return bytes(svg_to_bytes(svg_string=render_timeline_svg(timeline, say), zoom=SCALE))
