"""Measures `batch`: from file to file, beside other ways to judge a file, and how its cost grows.

python benchmarks/batch.py [--only peers|cases|rules|records] [--cases 20000] [--most 100000]

Times are CPU time of one core; those of the command hold its start, the others no loading. All that judge
answer the rules of `benchmarks/peers.py`, and give the right answers on its samples, or nothing is measured.
What is not installed is left out (`pip install .[peers] duckdb orjson`). Growth runs `batch` in a process of
its own, and tells the most memory that it had.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from benchmark import table  # found by the line above
from growth import many_rounds
from peer_programs import PEERS
from peer_rules import AS_OF, Book, judge_by_hand, make_book, make_samples, write_rulebook
from peers import Ours, check_answers, installed, load_engines

TAOBAO = Path(__file__).resolve().parent.parent / "rules" / "taobao"
RULES = 150
SAMPLES = 240
FEWER = 10


# ---------- one file, many ways


def write_cases(book: Book, count: int, folder: Path) -> tuple[Path, Path]:
    """Write cases one a line: nested as a case is, and flat as peers take them."""
    samples = make_samples(book, SAMPLES)
    paths = folder / "nested.ndjson", folder / "flat.ndjson"
    for path, told in zip(paths, ("native", "flat"), strict=True):
        lines = [json.dumps(getattr(one, told), default=str) + "\n" for one in samples]
        with path.open("w", encoding="utf-8") as stream:
            stream.writelines(lines[number % SAMPLES] for number in range(count))
    return paths


def line_by_line(path: Path, out: Path, judge: Callable[[Any], Any], read: Any, write: Any) -> None:
    """Judge each line of a file by itself."""
    with path.open("rb") as stream, out.open("wb") as made:
        for line in stream:
            made.write(write(judge(read(line))) + b"\n")


def written(answers: Any) -> bytes:
    """Return answers as JSON."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()


Way = tuple[str, Callable[[Path], None], int]


def ways(book: Book, rules: Path, every: tuple[Path, Path], few: tuple[Path, Path]) -> Iterator[Way]:
    """Return each way from file to file, and how many times fewer cases it is given, a slow one."""
    nested, flat = every
    yield "policyengine batch --jobs 1", lambda out: run_batch(nested, rules, out), 1
    yield "the same, --quick", lambda out: run_batch(nested, rules, out, "--quick"), 1
    if installed("durable-rules"):
        ours = Ours(book, "durable")
        yield (
            "policyengine, durable engine, one case at a time",
            lambda out: line_by_line(
                few[0], out, lambda case: ours.whole(_Sample(case)), json.loads, written
            ),
            FEWER,
        )
    for name in ("GoRules ZEN", "CLIPS"):
        distribution, load = PEERS[name]
        if installed(distribution):
            judge = load(book)
            yield (
                name,
                lambda out, judge=judge: line_by_line(few[1], out, judge, json.loads, written),
                FEWER,
            )
    if installed("orjson"):
        import orjson

        yield (
            "orjson and Python by hand",
            lambda out: line_by_line(
                flat, out, lambda one: dict(judge_by_hand(book, one)), orjson.loads, orjson.dumps
            ),
            1,
        )
    if installed("duckdb"):
        yield "DuckDB copies the file and judges nothing", lambda out: copy(nested, out), 1


class _Sample:
    """What :class:`peers.Ours` takes."""

    def __init__(self, native: Any) -> None:
        self.native = native


def copy(path: Path, out: Path) -> None:
    """Read a file and write it again."""
    import duckdb

    with duckdb.connect() as base:
        base.execute("SET threads = 1")
        base.execute(f"COPY (SELECT * FROM read_json_auto('{path}')) TO '{out}' (FORMAT json)")


def run_batch(path: Path, rules: Path, out: Path, *more: str) -> None:
    """Run the command in this process."""
    from policyengine import cli

    words = ["batch", str(path), "--rules", str(rules), "--out", f"{out}.ndjson", "--jobs", "1", *more]
    with open(os.devnull, "w") as nowhere:
        before, sys.stdout = sys.stdout, nowhere
        try:
            cli.main([*words, "--as-of", str(AS_OF)])
        except SystemExit as ending:
            assert ending.code == 0, ending.code
        finally:
            sys.stdout = before


def first_lines(path: Path, count: int) -> Path:
    """Return a file of the first lines of another one."""
    made = path.with_suffix(f".{count}.ndjson")
    with path.open("rb") as stream, made.open("wb") as out:
        out.writelines(line for _, line in zip(range(count), stream, strict=False))
    return made


def measure_peers(cases: int) -> str:
    """Return a table of all ways, and how many times as long as `batch` each takes for a case."""
    rows: list[list[object]] = []
    book = make_book(RULES, every=False)
    samples = make_samples(book, SAMPLES)
    check_answers(load_engines(book, samples), samples)
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        rules = folder / "rules"
        write_rulebook(book, rules)
        every = write_cases(book, cases, folder)
        few = first_lines(every[0], cases // FEWER), first_lines(every[1], cases // FEWER)
        run_batch(few[0], rules, folder / "warm")  # fills the cache of rulebooks
        spent: dict[str, float] = {}
        for name, judge, fewer in ways(book, rules, every, few):
            started = time.process_time()
            judge(folder / "out")
            spent[name] = (time.process_time() - started) / (cases / fewer)
        unit = spent["policyengine batch --jobs 1"]
        for name, seconds in spent.items():
            rows.append([name, f"{seconds * 1e6:.0f} µs", f"{1 / seconds:,.0f}", f"{seconds / unit:.2f} ×"])
    head = ["from file to file, one core", "a case", "cases a second", "of batch"]
    return f"{cases} cases, {RULES} rules\n\n{table(head, rows)}"


# ---------- growth


def in_process(path: Path, rules: Path, *more: str) -> tuple[float, float, int]:
    """Run `batch` with one process; return seconds by the clock, CPU seconds, and the most megabytes."""
    words = [sys.executable, "-m", "policyengine", "batch", str(path), "--rules", str(rules), "--jobs", "1"]
    with tempfile.TemporaryDirectory() as base:
        out = Path(base) / "rows.ndjson"
        started = time.perf_counter()
        script = [*words, "--out", str(out), "--rejects", f"{out}.rejects", *more]
        made = subprocess.Popen(script, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(made.pid, 0)
        made.returncode = os.waitstatus_to_exitcode(status)
        clock = time.perf_counter() - started
    assert made.returncode == 0, made.returncode
    return clock, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def grown(head: str, steps: Iterable[tuple[object, int, Path, Path, tuple[str, ...]]]) -> str:
    """Return a table of steps: what grows, how many cases, their file, the rulebook, options."""
    rows: list[list[object]] = []
    for what, cases, path, rules, more in steps:
        clock, cpu, megabytes = in_process(path, rules, *more)
        rows.append(
            [what, f"{clock:.1f} s", f"{cpu:.1f} s", f"{cpu / cases * 1e6:.0f} µs", f"{megabytes} MB"]
        )
        print(rows[-1], file=sys.stderr)
    return table([head, "by the clock", "CPU", "CPU a case", "most memory"], rows)


def measure_cases(most: int, quick: bool) -> str:
    """Return how cost grows with cases: random ones of the Taobao book."""
    from policyengine.batch.records import PER_BLOCK

    with tempfile.TemporaryDirectory() as base:
        path = Path(base) / "cases.ndjson"
        few = min(most, 10 * PER_BLOCK)
        words = [sys.executable, "-m", "policyengine", "sample", str(TAOBAO), "-n", str(few), "--seed", "7"]
        subprocess.run([*words, "--out", str(path)], check=True, stdout=subprocess.DEVNULL)
        lines = path.read_bytes().splitlines(keepends=True)
        steps = []
        count = 1_000
        while count <= most:
            some = Path(base) / f"cases{count}.ndjson"
            with some.open("wb") as stream:
                stream.writelines(lines[number % few] for number in range(count))
            more = ("--as-of", "2025-06-01 00:00", *(["--quick"] if quick else []))
            steps.append((f"{count:,}", count, some, TAOBAO, more))
            count *= 10
        title = "cases of the Taobao book" + (", --quick" if quick else "")
        return grown(title, steps)


def measure_rules(cases: int, sizes: tuple[int, ...] = (10, 50, 150, 500, 1500)) -> str:
    """Return how cost grows with rules, of which one policy in many applies."""
    with tempfile.TemporaryDirectory() as base:
        steps = []
        for size in sizes:
            folder = Path(base) / str(size)
            folder.mkdir()
            book = make_book(size, every=False)
            write_rulebook(book, folder / "rules")
            nested, _ = write_cases(book, cases, folder)
            steps.append((size, cases, nested, folder / "rules", ("--as-of", str(AS_OF))))
        return grown(f"rules, {cases} cases", steps)


def measure_records(cases: int, sizes: tuple[int, ...] = (0, 1, 5, 20, 50)) -> str:
    """Return how cost grows with records of a list."""
    with tempfile.TemporaryDirectory() as base:
        steps = []
        for size in sizes:
            path = Path(base) / f"{size}.ndjson"
            line = json.dumps(many_rounds(size), ensure_ascii=False) + "\n"
            path.write_text(line * cases, "utf-8")
            steps.append((size, cases, path, TAOBAO, ("--as-of", "2012-05-01 00:00", "--quick")))
        return grown(f"records, {cases} cases of the Taobao book, --quick", steps)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", choices=["peers", "cases", "rules", "records"])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="growth of cases without the search")
    asked = parser.parse_args()
    parts: dict[str, Callable[[], str]] = {
        "peers": lambda: measure_peers(asked.cases),
        "cases": lambda: measure_cases(asked.most, asked.quick),
        "rules": lambda: measure_rules(asked.cases // 2),
        "records": lambda: measure_records(asked.cases // 20),
    }
    for name, measure in parts.items():
        if asked.only in (None, name):
            print(measure(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
