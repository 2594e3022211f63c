"""The rules and examples as the pages show them, in docs/frozen.

Tests of what the program says about a figure or a sentence use these: whoever changes a rule in rules/
changes the cases beside it, and no other test. `tools/readme.py --freeze` takes over what has changed.
"""

from __future__ import annotations

from pathlib import Path

FROZEN = Path(__file__).resolve().parent.parent / "docs" / "frozen"
RULES = FROZEN / "rules" / "taobao"
