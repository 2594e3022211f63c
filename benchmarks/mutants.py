"""Plants faults in the modules that decide, one at a time, and counts those that no test notices.

python benchmarks/mutants.py --module policyengine.outcome.timeline
python benchmarks/mutants.py --sample 20 --seed 1

A fault is one comparison, constant, `and`/`or`, `not`, sign or quantifier. Each is put before the quickest
tests that reach its line, then before the others, until one fails or the time is over; nothing of the work
tree is changed. Which tests reach which line is measured once and kept (`--map`). A fault that changes
nothing that anybody can see is named with its reason in `equivalent-mutants.toml`; an entry that names no
fault of the text, or one that a test catches, is an error. See docs/mutants.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutation.faults import Fault, plant
from mutation.forks import Outcome, Server, run
from mutation.reach import Map

HERE = Path(__file__).resolve().parent
EQUIVALENT = "equivalent-mutants.toml"
Name = tuple[str, str, str, int]
# Modules and packages that decide.
DECIDING = [
    "policyengine.semantics",
    "policyengine.compile",
    "policyengine.engines",
    "policyengine.outcome",
    "policyengine.reading",
    "policyengine.values",
    "policyengine.model.conditions",
]
# They start other processes, in which there is no fault, or build the package.
LEFT_OUT = ("test_readme.py", "test_package.py", "test_session.py", "test_benchmarks.py", "test_mutants.py")
FEW = 12  # tests of the first round


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


@dataclass(frozen=True)
class Tries:
    """With what faults are tried: the map, the process that runs tests, the equivalent ones, the times."""

    known: Map
    server: Server
    named: set[Name]
    seconds: float
    patience: int


def try_fault(tries: Tries, fault: Fault) -> Outcome:
    """Return how the tests that reach a fault end: a few first, then as many as the time allows.

    What survives, and what an import runs, is tried in a process that imports the faulty module. A fault that
    is named as equivalent meets the few only: who claims it has looked.
    """
    known = tries.known
    tests = known.reaching(fault)
    if fault.name in tries.named:
        tests = tests[:FEW]
        if fault.is_late:
            chosen, spent = known.affordable(tests, tries.seconds)
            return tries.server.run(
                fault.module, fault.tree, known.modules[fault.module], chosen, tries.patience + 3 * spent
            )
    for chosen in (tests[:FEW], tests[FEW:]) if fault.is_late else ():
        if chosen:
            chosen, spent = known.affordable(chosen, tries.seconds)
            path = known.modules[fault.module]
            outcome = tries.server.run(fault.module, fault.tree, path, chosen, tries.patience + 3 * spent)
            if outcome.is_caught:
                return outcome
    if tests:
        chosen, spent = known.affordable(tests, tries.seconds)
        outcome = run(known.root, fault.module, fault.tree, chosen, tries.patience + 3 * spent)
        if outcome.is_caught:
            return outcome
    return Outcome(ran=len(tests))


def try_module(tries: Tries, faults: Sequence[Fault], chosen: Sequence[Fault]) -> Tally:
    """Return what became of the chosen faults of a module."""
    tally = Tally(len(faults))
    for fault in chosen:
        outcome = try_fault(tries, fault)
        tally.tried += 1
        tally.caught += outcome.is_caught
        tally.over_time += outcome.over_time
        if outcome.failed in tries.known.tests:
            tally.killers.add(outcome.failed)
        if fault.name in tries.named:
            tally.equivalent += not outcome.is_caught
            if outcome.is_caught:
                who = outcome.failed or "a time limit"
                tally.wrong.append(f"{fault}: called equivalent, but {who} catches it")
        elif not outcome.is_caught:
            tally.survived.append(f"{fault}: {outcome.ran or 'no'} tests reach it")
            print(f"  survived {tally.survived[-1]}", flush=True)
    _doubt(tries.known, tally)
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


def read_equivalent(root: Path, faults: Mapping[str, Sequence[Fault]]) -> tuple[set[Name], list[str]]:
    """Return the faults that are named as equivalent, and what is wrong with the list."""
    path = root / "benchmarks" / EQUIVALENT
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", []) if path.exists() else []
    known = {fault.name for found in faults.values() for fault in found}
    names: set[Name] = set()
    wrong = []
    for one in entries:
        name = (one["module"], one["function"], one["change"], one.get("number", 1))
        names.add(name)
        file = root / "src" / name[0].replace(".", "/")
        if name[0] in faults and name not in known:
            wrong.append(f"{name}: there is no such fault")
        elif not (file.with_suffix(".py").exists() or (file / "__init__.py").exists()):
            wrong.append(f"{name}: there is no such module")
        if not one.get("reason"):
            wrong.append(f"{name}: no reason")
    return names, wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--module", action="append", help="a module or package; can be given again")
    parser.add_argument("--sample", type=int, help="faults of each module, drawn by lot; without it, all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, help="only faults that survived a run that printed this file")
    parser.add_argument("--seconds", type=float, default=10, help="what one round of tests may take")
    parser.add_argument("--patience", type=int, default=3, help="seconds that anything may take besides")
    parser.add_argument("--least", type=float, default=95, help="percent that have to be caught")
    parser.add_argument("--tests", action="append", help="files of tests; all but a few without it")
    parser.add_argument(
        "--map", type=Path, default=Path(".mutants-map"), help="what reaches what is kept here"
    )
    parser.add_argument("--root", type=Path, default=HERE.parent, help="the project")
    return parser.parse_args()


def main() -> int:
    """Plant, test, print; 1 when too many survive or the list of equivalent ones is wrong."""
    asked = _options()
    root = asked.root.resolve()
    sys.path.insert(0, str(root / "src"))
    faults = {
        name: list(plant(name, path.read_text(encoding="utf-8")))
        for name, path in modules_of(root, asked.module or DECIDING).items()
    }
    named, mistakes = read_equivalent(root, faults)
    known = _measured(root, asked, list(faults))
    server = Server(root, sorted({test.split("::")[0] for test in known.tests}))
    print("| module | faults | tried | caught | by time | equivalent | survived | share caught |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    tries = Tries(known, server, named, asked.seconds, asked.patience)
    tallies = []
    for name, found in faults.items():
        if found:
            chosen = drawn(found, asked.sample, f"{asked.seed} {name}")
            if asked.again:
                before = asked.again.read_text(encoding="utf-8")
                chosen = [one for one in chosen if f" {one.function}: {one.change}:" in before]
            tallies.append(try_module(tries, found, chosen))
            print(_row(name, tallies[-1]), flush=True)
    server.close()
    total = _sum(tallies)
    print(_row("all", total))
    for line in (*total.survived, *mistakes, *total.wrong):
        print(line)
    return int(bool(mistakes or total.wrong) or total.share * 100 < asked.least)


def drawn(faults: Sequence[Fault], count: int | None, seed: str) -> Sequence[Fault]:
    """Return some of the faults, drawn by lot, in their order; None: all."""
    if count is None or count >= len(faults):
        return faults
    lot = random.Random(seed).sample(range(len(faults)), count)
    return [faults[number] for number in sorted(lot)]


def _measured(root: Path, asked: argparse.Namespace, modules: Sequence[str]) -> Map:
    """Return which tests reach what, of everything that decides, so that it can be kept for other modules."""
    own = HERE.parent == root
    known = Map(root, modules_of(root, [*DECIDING, *modules] if own else modules), asked.map, asked.seconds)
    print("Which tests reach what:")
    if asked.tests:
        known.measure(root / file for file in asked.tests)
    else:
        files = sorted((root / "tests").rglob("test_*.py"))
        known.measure(file for file in files if file.name not in LEFT_OUT)
    slow = sum(reached.price is None for reached in known.tests.values())
    print(f"{len(known.tests)} tests, of which {slow} are too slow to choose, are left out, or fail")
    return known


def _sum(tallies: Sequence[Tally]) -> Tally:
    total = Tally(0)
    for one in tallies:
        total.planted += one.planted
        total.tried += one.tried
        total.caught += one.caught
        total.over_time += one.over_time
        total.equivalent += one.equivalent
        total.survived += one.survived
        total.wrong += one.wrong
    return total


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
