"""Where the files lie that belong to the program and are not Python: schemas, example rules."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def data_directory(name: str) -> str:
    """Return the folder of that name: inside the installed package, else in the checkout.

    Raises FileNotFoundError if there is neither.
    """
    installed = os.path.join(_PACKAGE, "_data", name)
    checkout = os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), name)
    for folder in (installed, checkout):
        if os.path.isdir(folder):
            return folder
    raise FileNotFoundError(f"the program's folder {name!r} is neither at {installed} nor at {checkout}")
