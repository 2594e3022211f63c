"""``python -m policyengine`` is the command ``policyengine``."""

from __future__ import annotations

from policyengine.cli import main

if __name__ == "__main__":
    main()
