"""Exit codes, which tell apart what went wrong; README documents them."""

from __future__ import annotations

FINE = 0
RULE_FAULTS = 1
USAGE = 2
CASE_FAULTS = 3
UNDETERMINED = 4
INTERNAL = 70
OUTPUT_FAILED = 74
INTERRUPTED = 130
PIPE_CLOSED = 141
