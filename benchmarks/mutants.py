"""Plants faults in the modules that decide, one at a time, and counts those that no test notices.

python benchmarks/mutants.py --module policyengine.timeline
python benchmarks/mutants.py --sample 20 --seed 1

A fault is one comparison, constant, `and`/`or`, `not`, sign or quantifier. Each is put before the quickest tests
that reach its line, then before the others, until one fails or the time is over; nothing of the work tree is changed.
Which tests reach which line is measured once and kept (`--map`). A fault that changes nothing that anybody can see is
named with its reason in `equivalent-mutants.toml`; an entry that names no fault of the text, or one that a test
catches, is an error. See docs/mutants.md.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import pickle
import random
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutation.faults import Fault, plant
from mutation.forks import Outcome, Reached, Server, map_file, run

HERE = Path(__file__).resolve().parent
EQUIVALENT = HERE / "equivalent-mutants.toml"
# Modules and packages that decide.
DECIDING = tuple(
    f"policyengine.{name}"
    for name in (
        "timeline", "case_reader", "clocks", "sums", "resolution", "calendar", "values", "conditions", "findings",
        "dependencies", "compile", "engines", "reference", "explain", "deciding", "decision", "refine", "parse",
    )
)  # fmt: skip
# They start other processes, in which there is no fault, or build the package.
LEFT_OUT = ("test_readme.py", "test_package.py", "test_session.py", "test_benchmarks.py", "test_mutants.py")
FEW = 12  # tests of the first round
PATIENCE = 3  # seconds of the processor that anything may take


@dataclass
class Tally:
    """What became of the faults of one module."""

    planted: int
    tried: int = 0
    caught: int = 0
    over_time: int = 0
    equivalent: int = 0
    survived: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    killers: set[str] = field(default_factory=set)

    @property
    def share(self) -> float:
        """The share that is caught of those that can be."""
        can_be = self.tried - self.equivalent
        return self.caught / can_be if can_be else 1.0


class Map:
    """Which tests reach a line, and at what price."""

    def __init__(self, root: Path, modules: dict[str, Path], store: Path, limit: float) -> None:
        self.root = root
        self.modules = modules
        self.store = store
        self.limit = limit
        self.tests: dict[str, Reached] = {}

    def measure(self, files: Iterable[Path]) -> None:
        """Measure each file that is not known as it is; a change of a module forgets all."""
        text = b"".join(path.read_bytes() for path in self.modules.values())
        known: dict[str, dict[str, Reached]] = {}
        if self.store.exists():
            known = pickle.loads(self.store.read_bytes())
        for file in files:
            name = file.relative_to(self.root).as_posix()
            key = f"{name} {hashlib.sha256(text + file.read_bytes()).hexdigest()}"
            if key not in known:
                start = time.monotonic()
                known[key] = map_file(self.root, name, self.modules, self.limit)
                if not known[key]:
                    raise SystemExit(f"{name}: no test could be run")
                print(f"  {name}: {len(known[key])} tests, {time.monotonic() - start:.0f} s", flush=True)
                self.store.write_bytes(pickle.dumps(known))
            self.tests.update(known[key])

    def reaching(self, fault: Fault) -> list[str]:
        """Return the tests that reach a fault; the quickest of each file first, then the others."""
        lines = {*fault.lines, fault.statement}
        price = {
            test: reached.price
            for test, reached in self.tests.items()
            if reached.price is not None and lines & set(reached.lines.get(fault.module, ()))
        }
        of_file: dict[str, int] = {}
        order = []
        for test in sorted(price, key=lambda one: (price[one], one)):
            file = test.split("::")[0]
            of_file[file] = of_file.get(file, -1) + 1
            order.append((of_file[file] // 3, price[test], test))
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


def try_fault(known: Map, server: Server, fault: Fault, seconds: float) -> Outcome:
    """Return how the tests that reach a fault end: a few first, then as many as the time allows.

    What survives, and what an import runs, is tried in a process that imports the faulty module.
    """
    tests = known.reaching(fault)
    path = known.modules[fault.module]
    outcome = Outcome()
    for chosen in (tests[:FEW], tests[FEW:]) if fault.is_late else ():
        if chosen and not outcome.is_caught:
            chosen, spent = known.affordable(chosen, seconds)
            outcome = server.run(fault.tree, path, chosen, PATIENCE + 3 * spent)
    if tests and not outcome.is_caught:
        chosen, spent = known.affordable(tests, seconds)
        outcome = run(known.root, fault.module, fault.tree, chosen, PATIENCE + 3 * spent)
    return outcome if outcome.is_caught else Outcome(ran=len(tests))


def try_module(
    known: Map,
    server: Server,
    faults: Sequence[Fault],
    chosen: Sequence[Fault],
    named: set[tuple],
    seconds: float,
) -> Tally:
    """Return what became of the chosen faults of a module."""
    tally = Tally(len(faults))
    for fault in chosen:
        outcome = try_fault(known, server, fault, seconds)
        tally.tried += 1
        tally.caught += outcome.is_caught
        tally.over_time += outcome.over_time
        if outcome.failed in known.tests:
            tally.killers.add(outcome.failed)
        if fault.name in named:
            tally.equivalent += not outcome.is_caught
            if outcome.is_caught:
                tally.wrong.append(
                    f"{fault}: called equivalent, but {outcome.failed or 'a time limit'} catches it"
                )
        elif not outcome.is_caught:
            tally.survived.append(f"{fault}: {outcome.ran or 'no'} tests reach it")
            print(f"  survived {tally.survived[-1]}", flush=True)
    _doubt(known, tally)
    return tally


def _doubt(known: Map, tally: Tally) -> None:
    """Run what caught a fault once more without one: it has to pass."""
    if tally.killers:
        tests, spent = known.affordable(sorted(tally.killers), 10**6)
        outcome = run(known.root, "", None, tests, 20 + 5 * spent)
        if outcome.is_caught or outcome.ran < len(tests):
            tally.wrong.append(
                f"without any fault, {outcome.failed or 'a time limit'} fails too: nothing is proved"
            )


def modules_of(root: Path, names: Iterable[str]) -> dict[str, Path]:
    """Return the files of modules and of all modules of packages, by their names."""
    found = {}
    for name in names:
        path = root / "src" / name.replace(".", "/")
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        for file in files:
            if not file.exists():
                raise SystemExit(f"there is no module {name}: mend DECIDING or --module")
            parts = file.relative_to(root / "src").with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def read_equivalent(path: Path, faults: dict[str, list[Fault]]) -> tuple[set[tuple], list[str]]:
    """Return the faults that are named as equivalent, and the entries that name none."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", []) if path.exists() else []
    names = [(one["module"], one["function"], one["change"], one.get("number", 1)) for one in entries]
    known = {fault.name for found in faults.values() for fault in found}
    stale = [f"{name}: there is no such fault" for name in names if name[0] in faults and name not in known]
    stale += [
        f"{name}: there is no such module"
        for name in names
        if name[0] not in faults
        and importlib.util.find_spec(name[0].split(".")[0])
        and not _exists(path, name[0])
    ]
    stale += [f"{name}: no reason" for name, one in zip(names, entries, strict=True) if not one.get("reason")]
    return set(names), stale


def _exists(path: Path, module: str) -> bool:
    file = path.parent.parent / "src" / module.replace(".", "/")
    return file.with_suffix(".py").exists() or (file / "__init__.py").exists()


def main() -> int:
    """Plant, test, print; 1 when too many survive or the list of equivalent ones is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--module", action="append", help="a module or package; can be given again")
    parser.add_argument("--sample", type=int, help="faults of each module, drawn by lot; without it, all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=10, help="what a round of tests may take for one fault"
    )
    parser.add_argument("--least", type=float, default=95, help="percent that have to be caught")
    parser.add_argument("--tests", action="append", help="files of tests; all but a few without it")
    parser.add_argument(
        "--map", type=Path, default=Path(".mutants-map"), help="where to keep what reaches what"
    )
    parser.add_argument("--root", type=Path, default=HERE.parent, help="the project")
    asked = parser.parse_args()
    root = asked.root.resolve()
    sys.path.insert(0, str(root / "src"))

    deciding = modules_of(root, asked.module or DECIDING)
    faults = {name: list(plant(name, path.read_text(encoding="utf-8"))) for name, path in deciding.items()}
    named, mistakes = read_equivalent(root / "benchmarks" / EQUIVALENT.name, faults)
    measured = modules_of(root, DECIDING) if (root / "src/policyengine").is_dir() else deciding
    known = Map(root, measured, asked.map, asked.seconds)
    print("Which tests reach what:")
    known.measure(
        [root / file for file in asked.tests]
        if asked.tests
        else [file for file in sorted((root / "tests").rglob("test_*.py")) if file.name not in LEFT_OUT]
    )
    slow = [test for test, reached in known.tests.items() if reached.price is None]
    print(f"{len(known.tests)} tests, of which {len(slow)} are too slow to choose, are left out, or fail")

    server = Server(root, sorted({test.split("::")[0] for test in known.tests}))
    print(
        "| module | faults | tried | caught | of these by time | equivalent | survived | caught of what can be |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    total = Tally(0)
    for name, found in faults.items():
        if not found:
            continue
        chosen = found
        if asked.sample is not None and asked.sample < len(found):
            lot = random.Random(f"{asked.seed} {name}").sample(range(len(found)), asked.sample)
            chosen = [found[number] for number in sorted(lot)]
        tally = try_module(known, server, found, chosen, named, asked.seconds)
        print(_row(name, tally), flush=True)
        mistakes += tally.wrong
        for part in ("planted", "tried", "caught", "over_time", "equivalent", "survived"):
            setattr(total, part, getattr(total, part) + getattr(tally, part))
    server.close()
    print(_row("all", total))
    for line in (*total.survived, *mistakes):
        print(line)
    return int(bool(mistakes) or total.share * 100 < asked.least)


def _row(name: str, tally: Tally) -> str:
    cells = (
        name,
        tally.planted,
        tally.tried,
        tally.caught,
        tally.over_time,
        tally.equivalent,
        len(tally.survived),
        f"{tally.share * 100:.1f} %",
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
