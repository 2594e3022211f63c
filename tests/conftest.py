"""Settings that every test shares."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run; `pytest --hypothesis-profile explore` draws new ones.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("ci")
