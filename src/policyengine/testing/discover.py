"""Which files of tests there are, and which rulebook each of them tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.reading.file_names import TESTS_ENDING, is_tests, rulebook_of
from policyengine.reading.rule_files import misnamed_tests
from policyengine.syntax.files import walk


def find_files(paths: Iterable[str]) -> tuple[list[tuple[str, str]], list[Diagnostic]]:
    """Return the test files below the paths, each with the folder of its rulebook, in the order of names."""
    found: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for path in paths:
        files = sorted(_below(path, faults)) if os.path.isdir(path) else [path]
        if not os.path.exists(path):
            what = message("there is no file or folder `{path}`", path=path)
            help = message("name a folder of rules, or a file that ends in {suffix}", suffix=TESTS_ENDING)
            faults.append(error("file-missing", what, Span(path), help))
            continue
        if os.path.isdir(path):
            faults += misnamed_tests(path)
        for file in files:
            rules = rulebook_of(file)
            if rules is None:
                what = message("no folder above `{path}` holds a rulebook.yaml", path=file)
                help = message("put the tests into the folder of the rules that they test")
                faults.append(error("file-missing", what, Span(file), help))
            else:
                found.setdefault(os.path.normpath(file), rules)
    return sorted(found.items()), faults


def tests_of(folder: str) -> tuple[list[str], list[Diagnostic]]:
    """Return the test files of the rulebook in a folder, without those of rulebooks inside it."""
    if not os.path.isdir(folder):
        return [], []
    found, faults = find_files([folder])
    return [path for path, rules in found if rules == os.path.normpath(folder)], faults


def _below(folder: str, faults: list[Diagnostic]) -> Iterator[str]:
    for place, _, names in walk(folder, faults):
        yield from (os.path.join(place, name) for name in names if is_tests(name))
