"""``python -m policyengine`` is the command ``policyengine``."""

from __future__ import annotations

from policyengine.cli import run_process

if __name__ == "__main__":
    run_process()
