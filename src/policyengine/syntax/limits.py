"""How much of a text is read: what is deeper or has more faults is nobody's work."""

from __future__ import annotations

MAX_DEPTH = 100
"""Nothing is read that stands in more than so many others."""

MAX_FAULTS = 1000
"""Nobody reads more, and each costs memory."""

BOM = "\ufeff"
"""The mark that some programs put before a text; it says nothing."""
