"""Where the pages of the manual are published: one setting, for whoever publishes the documentation.

The program itself is at home nowhere: without the setting no address is made up, and a command is named that
prints the same page.
"""

from __future__ import annotations

import os

from policyengine.diagnostics.i18n import Language

VARIABLE = "POLICYENGINE_DOCS"
"""The variable of the environment that holds the address at which the site of this documentation begins."""


def address_of(code: str, language: Language) -> str | None:
    """Return the address of a code's page, or None where nobody says where the site is.

    The site is laid out by ``tools/build_site.py``: another language than English has a folder in it.
    """
    base = os.environ.get(VARIABLE, "").strip().rstrip("/")
    if not base:
        return None
    folder = "" if language == "en" else f"{language}/"
    return f"{base}/{folder}codes/{code}/"
