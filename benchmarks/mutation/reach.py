"""Which tests reach which line of the modules, and at what price; kept in a file."""

from __future__ import annotations

import difflib
import hashlib
import pickle
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation.faults import Fault
from mutation.forks import Reached, map_file


@dataclass(frozen=True)
class Kept:
    """What was measured of a file of tests, and the texts of the modules then."""

    digest: str
    texts: dict[str, str]
    tests: dict[str, Reached]


class Map:
    """Which tests reach a line, and at what price."""

    def __init__(self, root: Path, modules: dict[str, Path], store: Path, limit: float) -> None:
        self.root = root
        self.modules = modules
        self.store = store
        self.limit = limit
        self.tests: dict[str, Reached] = {}

    def measure(self, files: Iterable[Path]) -> None:
        """Measure each file that is not known as it is; lines of modules are followed to where they are."""
        texts = {name: path.read_text(encoding="utf-8") for name, path in self.modules.items()}
        kept: dict[str, Kept] = pickle.loads(self.store.read_bytes()) if self.store.exists() else {}
        for file in files:
            name = file.relative_to(self.root).as_posix()
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            known = kept.get(name)
            if known is None or known.digest != digest or not texts.keys() <= known.texts.keys():
                start = time.monotonic()
                known = Kept(digest, texts, map_file(self.root, name, self.modules, self.limit))
                # A file has none if it needs what is not installed; that is said, so that it is not missed.
                print(f"  {name}: {len(known.tests)} tests, {time.monotonic() - start:.0f} s", flush=True)
                kept[name] = known
                self.store.write_bytes(pickle.dumps(kept))
            for module, text in texts.items():
                if known.texts[module] != text:
                    _follow(known.tests.values(), module, known.texts[module], text)
            self.tests.update(known.tests)

    def reaching(self, fault: Fault) -> list[str]:
        """Return the tests that reach a fault: those of its module alone first, and of these the quickest.

        What an import runs is reached by whatever reaches the module.
        """
        lines = {*fault.lines, fault.statement}
        order = []
        for test, reached in self.tests.items():
            touched = reached.lines.get(fault.module, [])
            if reached.price is not None and (lines.intersection(touched) if fault.is_late else touched):
                share = len(touched) / sum(map(len, reached.lines.values()))
                order.append((-round(share, 1), reached.price, test))
        return [test for _, _, test in sorted(order)]

    def affordable(self, tests: Sequence[str], seconds: float) -> tuple[list[str], float]:
        """Return the first of some tests that take so long together, and what they take."""
        chosen, spent = [], 0.0
        for test in tests:
            price = self.tests[test].price or 0.0
            if spent + price <= seconds or not chosen:
                chosen.append(test)
                spent += price
        return chosen, spent


def _follow(tests: Iterable[Reached], module: str, old: str, new: str) -> None:
    """Say of the lines of a changed module what was said of those that stood in their place.

    It is a guess, and only of which tests to try.
    """
    place: dict[int, range] = {}
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        for line in range(start, end):
            moved = line - start + new_start
            place[line + 1] = (
                range(moved + 1, moved + 2) if kind == "equal" else range(new_start + 1, new_end + 1)
            )
    for reached in tests:
        lines = reached.lines.get(module, ())
        reached.lines[module] = [now for line in lines for now in place.get(line, ())]
