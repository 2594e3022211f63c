"""How places are told: no path of the machine on which a decision is made, the same everywhere."""

from __future__ import annotations

import os
from functools import lru_cache

from policyengine.resources import data_directory

_ROOT = "rulebook.yaml"


def shown_path(path: str) -> str:
    """Return the path of a file of the program without the folder in which the program lies.

    Of what lies under the working folder the path from there; any other path as it was written.
    """
    return _shown(path, _working_folder()) if os.path.isabs(path) else os.path.normpath(path)


def place_path(path: str) -> str:
    """Return the path of a rule file as decisions and books tell it: never one from the root of a disk.

    What lies elsewhere is told from the folder of its rulebook.
    """
    return _placed(path, _working_folder()) if os.path.isabs(path) else os.path.normpath(path)


def _working_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return os.sep


@lru_cache(maxsize=4096)
def _shown(path: str, here: str) -> str:
    path, rules = os.path.normpath(path), _rules()
    if path.startswith(os.path.join(rules, "")):
        return os.path.relpath(path, os.path.dirname(rules))
    if here != os.sep and path.startswith(os.path.join(here, "")):
        return os.path.relpath(path, here)
    return path


@lru_cache(maxsize=4096)
def _placed(path: str, here: str) -> str:
    shown = _shown(path, here)
    if not os.path.isabs(shown):
        return shown
    folder = os.path.dirname(shown)
    while not os.path.isfile(os.path.join(folder, _ROOT)):
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.basename(shown)
        folder = above
    return os.path.relpath(shown, os.path.dirname(folder))


@lru_cache(maxsize=1)
def _rules() -> str:
    return data_directory("rules")
