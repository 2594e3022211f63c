"""How often garbage is collected: seldom, for rulebooks are many objects and hardly any garbage."""

from __future__ import annotations

import gc

_BETWEEN_COLLECTIONS = 100_000
"""So many more objects are made than given back before garbage is looked for; usual are 700."""


def collect_seldom() -> None:
    """Let the garbage of this process be collected seldom: loading makes none, and each case a little.

    Never to collect would cost no less time and, over many cases, all memory.
    """
    gc.set_threshold(_BETWEEN_COLLECTIONS)
