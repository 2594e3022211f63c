"""What each file in the folder of a rulebook is: by its name, and, where that is misspelt, by what it says.

One home for it, so that all commands read, or tell, the same files. Names are compared letter by letter with
those that the folder lists, whatever the file system takes for the same name.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence

from policyengine.frozen import Frozen

ENDINGS = (".yaml", ".yml")
TESTS_ENDING = ".cases.yaml"

NEEDED = ("rulebook", "facts")
OPTIONAL = ("assumptions", "clauses", "letters")
FOLDERS = {"policies": "policy", "overlays": "overlay", "reports": "report"}
_HOMES = {kind: folder for folder, kind in FOLDERS.items()}
_SINGULAR = {
    "rulebooks": "rulebook",
    "fact": "facts",
    "assumption": "assumptions",
    "clause": "clauses",
    "letter": "letters",
    "policy": "policies",
    "overlay": "overlays",
    "report": "reports",
}

# The top-level key that tells each kind, the surest first: reports have `lists`, too.
_KEYS = {
    "rulebook": "rulebook",
    "policy_cases": "cases",
    "policy": "policy",
    "overlay": "overlay",
    "report": "report",
    "assumptions": "assumptions",
    "clauses": "clauses",
    "letters": "letters",
    "facts": "facts",
    "lists": "facts",
}
_LINES = {key: f"\n{key}".encode() for key in _KEYS}
_BOM = b"\xef\xbb\xbf"
# Patterns are compiled when they are first needed: where all files have their names, none is.
_TOP_LEVEL = rf"(?m)^[\"']?({'|'.join(_KEYS)})[\"']?\s*[:：]"
_TOP_LEVEL_CASE = r"(?m)^[\"']?case[\"']?\s*[:：]"
# What editors and systems hang on a name: `.yaml.txt`, `.yaml~`, `.yaml.bak`.
_HUNG_ON = r"(\.(txt|bak|old|orig|tmp|swp)|~)$"
_SPELT_ENDING = r"\.(yaml|yml|yam|yalm|yaml_|json)$"
_TESTS = r"[._ -](cases?|tests?)$"
_PLAIN_ENDING = ".yaml"
_PLAIN_TESTS = ".cases"
_BACKUP = r"(~|\.(bak|old|orig|tmp|swp))$"
_ALIKE = 0.8  # less is another word: `pack` and `facts`


class Spelling(Frozen):
    """A name with its letters made plain: ``Returns.Cases.YAML.txt`` is ``returns.cases``, YAML, tests of
    ``returns``.
    """

    stem: str
    ending: str
    tested: str | None


def is_yaml(name: str) -> bool:
    """Tell whether files of this name are read as YAML."""
    return name.endswith(ENDINGS)


def is_tests(name: str) -> bool:
    """Tell whether a file of this name holds tests."""
    return name.endswith(tuple(f".cases{ending}" for ending in ENDINGS))


def spelling(name: str) -> Spelling:
    """Return what a name of a file says if letters, width and what was hung on it do not matter."""
    stem = name.removesuffix(_PLAIN_ENDING)
    tested = stem.removesuffix(_PLAIN_TESTS)
    if _is_plain(tested):
        return Spelling(stem, name[len(stem) :], _tested_by(stem) if tested == stem else tested)
    plain = unicodedata.normalize("NFKC", name).replace("。", ".").strip().casefold()
    while (shorter := re.sub(_HUNG_ON, "", plain)) != plain:
        plain = shorter
    ending = ""
    while (found := re.search(_SPELT_ENDING, plain)) is not None:
        plain, ending = plain[: found.start()], found[0]
    tested = re.sub(_TESTS, "", plain)
    return Spelling(plain, ending, None if tested == plain else tested)


def _is_plain(stem: str) -> bool:
    """Tell at sight of most names that nothing about them has to be made plain."""
    return stem.isascii() and stem.replace("_", "").replace("-", "").isalnum() and stem == stem.lower()


def _tested_by(stem: str) -> str | None:
    """Return what is tested by a file with a plain name, as `_TESTS` tells it."""
    for word in ("cases", "case", "tests", "test"):
        if stem.endswith((f"_{word}", f"-{word}")):
            return stem[: -len(word) - 1]
    return None


def kind_told(name: str, data: bytes) -> str | None:
    """Return the kind of file that a text is by its surest top-level key, None if it has none of them."""
    is_json = spelling(name).ending == ".json"
    key = None if is_json else _key_at_sight(data)
    if key is not None:
        return _KEYS.get(key)
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    found = _keys_of_json(text) if is_json else set(re.findall(_TOP_LEVEL, text))
    return next((kind for key, kind in _KEYS.items() if key in found), None)


def _keys_of_json(text: str) -> set[str]:
    try:
        keys = json.loads(text)
    except (ValueError, RecursionError):
        return set()
    return set(keys) if isinstance(keys, dict) and "case" not in keys else set()


def _key_at_sight(data: bytes) -> str | None:
    """Return the surest top-level key of a YAML text, nothing if it has none; None if one is not plain."""
    whole = b"\n" + data
    if b'\n"' in whole or b"\n'" in whole or data.startswith(_BOM):
        return None
    for key, start in _LINES.items():
        place = whole.find(start)
        while place >= 0:
            end = place + len(start)
            follows = whole[end : end + 1]
            if follows == b":":
                return key
            if not (follows.isalnum() or follows == b"_"):
                return None
            place = whole.find(start, end)
    return ""


def tells_case(data: bytes) -> bool:
    """Tell whether a YAML text is that of a case by its top-level keys."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return re.search(_TOP_LEVEL_CASE, text) is not None


def is_rulebook(folder: str) -> bool:
    """Tell whether a folder holds a rulebook, be the name of its rulebook.yaml misspelt or the file missing.

    A rulebook of which that file cannot be found must be told, and no other may judge in its place.
    """
    try:
        return names_rulebook(os.listdir(folder))
    except OSError:
        return False


def rulebooks_in(folder: str) -> list[str]:
    """Return the folder if it is a rulebook, or else the rulebooks directly in it. Raises OSError."""
    if is_rulebook(folder):
        return [folder]
    inner = (os.path.join(folder, name) for name in sorted(os.listdir(folder)))
    return [path for path in inner if is_rulebook(path)]


def names_rulebook(names: Sequence[str]) -> bool:
    """Tell whether the files of a folder, by their names, are those of a rulebook."""
    if any(is_yaml(name) and name.rpartition(".")[0] == "rulebook" for name in names):
        return True
    stems = {one.stem for one in map(spelling, names) if one.ending and one.tested is None}
    folders = {name.casefold() for name in names}
    parts = "facts" in stems and bool(folders & {"policies", "policy"})
    return parts or any(_is_spelt_rulebook(one) for one in names)


def rulebook_of(file: str) -> str | None:
    """Return the nearest folder above a file that holds a rulebook, or None."""
    folder = os.path.normpath(os.path.dirname(file) or ".")
    while True:
        if is_rulebook(folder):
            return folder
        above = os.path.normpath(os.path.join(folder, ".."))
        if os.path.abspath(above) == os.path.abspath(folder):
            return None
        folder = above


def _is_spelt_rulebook(name: str) -> bool:
    spelt = spelling(name)
    return spelt.stem == "rulebook" and spelt.ending in ENDINGS


def right_place(inside: str, data: bytes) -> str | None:
    """Return the path that a misnamed part of a rulebook should have, or None if it is not plainly one.

    ``inside`` is the path below the folder of the rulebook, with slashes. Its name must come near that of a
    part; and unless only letters or endings differ, what it says must fit.
    """
    folder, _, name = inside.rpartition("/")
    spelt, told = spelling(name), kind_told(name, data)
    is_yaml_test = spelt.tested is not None and spelt.ending in ENDINGS and "." in spelt.stem
    if told == "cases" or (told is None and is_yaml_test):
        return f"{folder}/{spelt.tested or spelt.stem}{TESTS_ENDING}".lstrip("/")
    if not folder:
        stem = near(spelt.stem, (*NEEDED, *OPTIONAL))
        plain = stem == spelt.stem and spelt.ending in ENDINGS
        return f"{stem}.yaml" if stem is not None and (plain or told == stem) else None
    return _home(spelt, told) if near(folder.partition("/")[0], FOLDERS) is not None else None


def home_told(inside: str, data: bytes) -> str | None:
    """Return the path that a file should have by what it says alone, or None if it says nothing of a kind."""
    name = inside.rpartition("/")[2]
    return _home(spelling(name), kind_told(name, data))


def _home(spelt: Spelling, told: str | None) -> str | None:
    return f"{_HOMES[told]}/{spelt.stem}.yaml" if told in _HOMES else None


def near(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a word nearly is: other letters, the singular, a slip of the keyboard."""
    plain = unicodedata.normalize("NFKC", word).strip().casefold().replace("-", "_")
    names = list(known)
    plain = _SINGULAR.get(plain, plain) if plain not in names else plain
    if plain in names:
        return plain
    names = [one for one in names if _may_be_alike(plain, one)]
    if not names:
        return None
    import difflib  # only needed for a mistake, and slow to import

    return next(iter(difflib.get_close_matches(plain, names, n=1, cutoff=_ALIKE)), None)


def _may_be_alike(one: str, other: str) -> bool:
    """Tell whether two words have letters enough in common, in whatever order, to be alike."""
    shared = sum(min(one.count(letter), other.count(letter)) for letter in set(one))
    return 2 * shared >= _ALIKE * (len(one) + len(other))


def may_be_part(name: str, names: Iterable[str]) -> bool:
    """Tell whether a file that nothing reads is worth a look at what it says; ``names`` lie beside it."""
    spelt = spelling(name)
    is_named = bool(spelt.ending) or spelt.tested is not None
    return is_named and not name.startswith(".") and not is_backup(name, names)


def is_backup(name: str, names: Iterable[str]) -> bool:
    """Tell whether a file is the copy that an editor keeps of another one beside it."""
    return bool(re.search(_BACKUP, name)) and re.sub(_BACKUP, "", name) in set(names)
