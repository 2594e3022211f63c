"""Measures how long judging takes, and how much memory; prints one Markdown table for each question.

python benchmarks/benchmark.py [--quick] [--only case|lines|start|growth|large|idle|memory]

All times are CPU time, the best of many rounds; what is compared takes turns within one run, because machines
are noisy. Trust the ratios more than the numbers.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from policyengine.api import Rulebook, prepare  # noqa: E402  # found by the line above
from policyengine.compile.fold import fold  # noqa: E402
from policyengine.compile.lower import lower_rulebook  # noqa: E402
from policyengine.diagnostics.i18n import Speech  # noqa: E402
from policyengine.engines.compiled.generate import generate  # noqa: E402
from policyengine.engines.durable.ruleset import durable_available  # noqa: E402
from policyengine.engines.memory import World  # noqa: E402
from policyengine.loading.load import load_model  # noqa: E402
from policyengine.model.case import Case  # noqa: E402
from policyengine.outcome.decision import Decision  # noqa: E402
from policyengine.render.json.decision import render_json  # noqa: E402
from policyengine.render.outcomes import render_outcomes  # noqa: E402
from policyengine.render.text import render_text  # noqa: E402
from policyengine.values.literals import ValueType, format_value  # noqa: E402

RULES = ROOT / "rules" / "taobao"
CASES = ROOT / "examples" / "cases"
MOMENT = "2012-03-16 18:00:01"
ENGINES: tuple[str, ...] = (*(("durable",) if durable_available() else ()), "compiled", "reference")
Row = Sequence[object]


def table(head: Row, rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def best_of(tasks: Mapping[str, Callable[[], object]], rounds: int, repeat: int) -> dict[str, float]:
    """Return the least CPU microseconds of each task, which take turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            started = time.process_time()
            for _ in range(repeat):
                task()
            best[name] = min(best[name], (time.process_time() - started) / repeat * 1e6)
    return best


def prepared(folder: Path, engine: str) -> Rulebook:
    """Return a rulebook for one of the engines. Raises ValueError for rules with errors."""
    loaded = load_model(str(folder), ())
    if loaded.rulebook is None:
        raise ValueError(f"{folder}: {loaded.diagnostics[0].message}")
    return prepare(loaded.rulebook, {}, engine)  # type: ignore[arg-type]  # one of ENGINES


def read(rulebook: Rulebook, text: str, name: str) -> Case:
    """Return the case of a JSON text. Raises ValueError for a faulty one."""
    case, faults = rulebook.read_case(text, name)
    if case is None:
        raise ValueError(f"{name}: {faults[0].message}")
    return case


def with_everything(decision: Decision) -> Decision:
    """Put together all parts of a decision."""
    _ = decision.outcomes, decision.clocks, decision.amounts, decision.next_steps, decision.assumptions
    return decision


# ---------- one case


def when_all_is_there(case: Case, rulebook: Rulebook) -> int:
    """Return the second after the last thing that a case tells: nobody judges it before."""
    facts = rulebook.model.facts
    events = [value for (name, _), value in case.values.items() if facts[name].type is ValueType.INSTANT]
    return max((value for value in events if isinstance(value, int)), default=0) + 1


def measure_case(rounds: int = 20, repeat: int = 10) -> str:
    """Return microseconds for a case of this rulebook, the mean over the example cases.

    Each is judged when everything that it tells has happened. Each engine alone is measured in processes of
    its own, as it is used; these take turns too.
    """
    rulebooks = {engine: prepared(RULES, engine) for engine in ENGINES}
    paths = sorted(CASES.glob("*.json"))
    sums = {f"{engine}: engine alone": spent for engine, spent in _engines_alone(rounds).items()}
    for path in paths:
        text = path.read_text("utf-8")
        for name, spent in best_of(_case_tasks(rulebooks, text), rounds, repeat).items():
            sums[name] = sums.get(name, 0.0) + spent / len(paths)
    unit = sums[f"{ENGINES[0]}: engine alone"]
    rows = [(name, f"{spent:.0f}", f"{spent / unit:.2f}") for name, spent in sums.items()]
    return table(("one case", "µs", "ratio"), rows)


def _engines_alone(rounds: int) -> dict[str, float]:
    """Return microseconds for a case of this rulebook, of each engine in processes of its own."""
    best = dict.fromkeys(ENGINES, float("inf"))
    for _ in range(3 if rounds > 1 else 1):
        for engine in ENGINES:
            words = [sys.executable, __file__, "--alone", engine, "--rounds", str(rounds)]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            best[engine] = min(best[engine], float(done.stdout))
    return best


def alone(engine: str, rounds: int) -> float:
    """Return microseconds for a case of this rulebook, the mean over the example cases, in this process."""
    rulebook = prepared(RULES, engine)
    # What has been loaded stays, and is looked through no more.
    gc.collect()
    gc.freeze()
    spent = []
    for path in sorted(CASES.glob("*.json")):
        case = read(rulebook, path.read_text("utf-8"), "case")
        run = partial(rulebook.engine.run, case, when_all_is_there(case, rulebook))
        spent.append(best_of({"run": run}, rounds, _REPEAT[engine])["run"])
    return sum(spent) / len(spent)


_REPEAT = {"durable": 20, "compiled": 200, "reference": 2}


def _case_tasks(rulebooks: Mapping[str, Rulebook], text: str) -> dict[str, Callable[[], object]]:
    first, many = next(iter(rulebooks.values())), rulebooks["compiled"]
    case = read(first, text, "case")
    as_of = when_all_is_there(case, first)
    decision = with_everything(first.judge(case, as_of))
    tasks: dict[str, Callable[[], object]] = {"reading the JSON": lambda: read(first, text, "case")}
    for name, rulebook in rulebooks.items():
        tasks[f"{name}: with all explanation data"] = lambda rulebook=rulebook: with_everything(
            rulebook.judge(case, as_of)
        )
    tasks["compiled: outcomes"] = lambda: render_outcomes(many.judge(case, as_of), "f", 1)
    tasks["compiled: outcomes, --quick"] = lambda: render_outcomes(
        many.judge(case, as_of, refine=False), "f", 1
    )
    tasks["rendering JSON"] = lambda: render_json(decision)
    tasks["rendering text"] = lambda: render_text(decision, Speech("en"))
    return tasks


# ---------- many cases


def measure_lines(cases: int = 2_000, rounds: int = 2) -> str:
    """Return CPU seconds of whole processes that judge a file of cases, each at its own instant."""
    rulebook = prepared(RULES, ENGINES[0])
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "cases.ndjson", Path(folder) / "apart.ndjson"
        path.write_text("".join(_lines(rulebook, cases)), "utf-8")
        other.write_text("".join(_lines(rulebook, cases, apart=61)), "utf-8")
        words = ["-m", "policyengine", "evaluate", "--rules", str(RULES), "--format"]
        base = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "POLICYENGINE_CACHE": f"{folder}/cache"}
        forms = {
            "json, durable-rules": ["json", "--engine", "durable", str(path)],
            "json": ["json", str(path)],
            "outcomes": ["outcomes", str(path)],
            "outcomes, --quick": ["outcomes", "--quick", str(path)],
            "outcomes, no two cases alike in time": ["outcomes", str(other)],
        }
        if "durable" not in ENGINES:
            del forms["json, durable-rules"]
        best = dict.fromkeys(forms, float("inf"))
        for _ in range(rounds):
            for name, more in forms.items():
                best[name] = min(best[name], _cpu_of([*words, *more], base))
    unit = next(iter(best.values()))
    rows = [
        (f"`--format {name}`", f"{spent:.1f}", f"{cases / spent:.0f}", f"{unit / spent:.1f}")
        for name, spent in best.items()
    ]
    return table((f"{cases} cases, one a line", "CPU s", "cases a second", "times as fast"), rows)


def _lines(rulebook: Rulebook, count: int, apart: int = 0) -> Iterator[str]:
    """Return lines with the example cases again and again, each so many seconds later than the one before."""
    texts = [path.read_text("utf-8") for path in sorted(CASES.glob("*.json"))]
    cases = [(json.loads(text), when_all_is_there(read(rulebook, text, "c"), rulebook)) for text in texts]
    zone = rulebook.model.zone
    for number in range(count):
        data, moment = cases[number % len(cases)]
        as_of = format_value(moment + number * apart, ValueType.INSTANT, zone)
        told = _later(data, timedelta(seconds=number * apart)) if apart else data
        assert isinstance(told, dict)
        yield json.dumps({**told, "case": f"case {number}", "as_of": as_of}, ensure_ascii=False) + "\n"


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def _later(data: object, by: timedelta) -> object:
    """Return the JSON of a case in which everything happens later."""
    if isinstance(data, dict):
        return {name: _later(part, by) for name, part in data.items()}
    if isinstance(data, list):
        return [_later(part, by) for part in data]
    is_instant = isinstance(data, str) and _INSTANT.fullmatch(data)
    return (datetime.fromisoformat(str(data)) + by).isoformat() if is_instant else data


# ---------- start


def measure_start(rounds: int = 15) -> str:
    """Return CPU milliseconds of whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        evaluate = [
            "-m",
            "policyengine",
            "evaluate",
            str(CASES / "late-dispatch.json"),
            "--rules",
            str(RULES),
        ]
        evaluate += ["--as-of", MOMENT, "--lang", "en"]
        base = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONPYCACHEPREFIX": f"{folder}/code"}
        base.pop("PYTHONDONTWRITEBYTECODE", None)
        cached = {**base, "POLICYENGINE_CACHE": f"{folder}/cache"}
        commands = {
            "python -c pass": (["-c", "pass"], base),
            'python -c "import click"': (["-c", "import click"], base),
            "policyengine version": (["-m", "policyengine", "version"], base),
            "policyengine evaluate": (evaluate, cached),
            "policyengine evaluate, no cache": (evaluate, {**base, "POLICYENGINE_CACHE": "off"}),
            "policyengine evaluate --engine reference": ([*evaluate, "--engine", "reference"], cached),
        }
        best = dict.fromkeys(commands, float("inf"))
        for turn in range(rounds + 1):
            for name, (arguments, environment) in commands.items():
                spent = _cpu_of(arguments, environment)
                if turn:  # the first turn compiles and fills the cache
                    best[name] = min(best[name], spent)
    unit = best["python -c pass"]
    rows = [(f"`{name}`", f"{spent * 1e3:.0f}", f"{spent / unit:.1f}") for name, spent in best.items()]
    return table(("process", "CPU ms", "ratio"), rows)


def _cpu_of(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    with subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


# ---------- memory


def measure_memory(cases: int = 200_000, every: int = 20_000) -> str:
    """Return the resident memory while many different cases are judged, every other one with explanation."""
    rulebook = prepared(RULES, ENGINES[0])
    as_of = rulebook.read_instant(MOMENT)
    texts = [path.read_text("utf-8") for path in sorted(CASES.glob("*.json"))]
    rows: list[Row] = []
    first = 0
    for number in range(1, cases + 1):
        text = texts[number % len(texts)].replace('"100.00"', f'"{number % 9973 + 100}.{number % 100:02}"')
        case = read(rulebook, text, f"case {number}")
        decision = rulebook.judge(case, as_of + number)
        if number % 2:
            with_everything(decision)
        if number % every == 0:
            del decision
            gc.collect()
            resident = _resident_kb()
            first = first or resident
            rows.append((number, resident, f"{resident - first:+}"))
    return table((f"cases ({ENGINES[0]})", "RSS kB", "since the first row"), rows)


def _resident_kb() -> int:
    with open("/proc/self/statm", encoding="ascii") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


# ---------- growth

_HEAD = """rulebook: grown
version: "1"
title: {zh: 题, en: title}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {one: {zh: 甲, en: one}}
"""
_TITLE = "title: {zh: 题, en: title}"


def grown_rules(folder: Path, count: int) -> str:
    """Write a rulebook with a number of rules, of which every fifth is an exception; return a case for it."""
    facts = [f"  in.a{n}: {{type: count, {_TITLE}}}" for n in range(10)]
    facts += [f"  out.f{n}: {{type: count, {_TITLE}, role: outcome}}" for n in range(count)]
    rules = []
    for n in range(count):
        target = n - 1 if n % 5 == 4 else n
        before = f"      out.f{n - 7}: known\n" if n > 7 else ""
        overrides = f"    overrides: [rule{n - 1}]\n" if target != n else ""
        rules.append(
            f"  rule{n}:\n    {_TITLE}\n    when:\n      in.a{n % 10}: {{at_least: {n % 4}}}\n"
            f"      in.a{(n + 3) % 10}: {{less_than: 9}}\n{before}"
            f"    then: {{out.f{target}: {n}}}\n{overrides}"
        )
    _write(folder, "facts:\n" + "\n".join(facts), "rules:\n" + "".join(rules))
    return '{"in": {' + ", ".join(f'"a{n}": {n % 6}' for n in range(10)) + "}}"


def grown_lists(folder: Path, count: int) -> str:
    """Write a rulebook that asks about a list; return a case with a number of records."""
    facts = f"""facts:
  out.some: {{type: boolean, {_TITLE}, role: outcome}}
  out.many: {{type: boolean, {_TITLE}, role: outcome}}
  out.first: {{type: boolean, {_TITLE}, role: outcome}}
lists:
  records:
    {_TITLE}
    dated_by: at
    facts:
      at: {{type: instant, {_TITLE}}}
      size: {{type: count, {_TITLE}}}
      late: {{type: boolean, {_TITLE}, role: outcome}}
"""
    policy = f"""deadlines:
  answer: {{{_TITLE}, for_each: records, who: one, starts: at, within: 24 hours}}
rules:
  some:
    {_TITLE}
    when: {{any_of: {{list: records, where: {{size: {{more_than: 98}}}}}}}}
    then: {{out.some: yes}}
  many:
    {_TITLE}
    when: {{count_of: {{list: records, where: {{size: {{at_least: 50}}}}, at_least: 5}}}}
    then: {{out.many: yes}}
  first:
    {_TITLE}
    when: {{first: {{list: records, where: {{size: {{at_least: 7}}}}, is: {{size: 7}}}}}}
    then: {{out.first: yes}}
  late:
    {_TITLE}
    for_each: records
    when: {{answer.status: ended, size: {{at_least: 3}}}}
    then: {{late: yes}}
"""
    _write(folder, facts, policy)
    records = (f'{{"at": "2012-03-{n % 28 + 1:02} 09:00", "size": {n % 100}}}' for n in range(count))
    return '{"records": [' + ", ".join(records) + "]}"


def _write(folder: Path, facts: str, policy: str) -> None:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(_HEAD, "utf-8")
    (folder / "facts.yaml").write_text(facts + "\n", "utf-8")
    (folder / "policies" / "p.yaml").write_text(f"policy: p\n{_TITLE}\n{policy}", "utf-8")


def measure_growth(
    rules: Sequence[int] = (10, 20, 50, 100, 200, 500), records: Sequence[int] = (10, 30, 100, 300, 1000)
) -> str:
    """Return microseconds for a case as rulebooks and lists grow."""
    os.environ["POLICYENGINE_CACHE"] = "off"
    head = ("size", *(f"{engine} {word}" for engine in ENGINES for word in ("µs", "µs each")))
    parts = []
    for name, sizes, write in (("rules", rules, grown_rules), ("records", records, grown_lists)):
        rows = [(f"{size} {name}", *_grown(write, size)) for size in sizes]
        parts.append(table(head, rows))
    return "\n\n".join(parts)


def _grown(write: Callable[[Path, int], str], size: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "rules"
        text = write(folder, size)
        rulebooks = {engine: prepared(folder, engine) for engine in ENGINES}
    case = read(next(iter(rulebooks.values())), text, "grown")
    as_of = next(iter(rulebooks.values())).read_instant("2012-06-01 00:00")
    tasks: dict[str, Callable[[], object]] = {
        name: lambda rulebook=rulebook: rulebook.engine.run(case, as_of)
        for name, rulebook in rulebooks.items()
    }
    for spent in best_of(tasks, 5, 3).values():
        yield f"{spent:.0f}"
        yield f"{spent / size:.1f}"


# ---------- large rulebooks


def measure_large(rules: Sequence[int] = (150, 500, 1_500), rounds: int = 3) -> str:
    """Return milliseconds to check, to compile and to generate source for rulebooks of many rules."""
    os.environ["POLICYENGINE_CACHE"] = "off"
    rows = []
    for size in rules:
        with tempfile.TemporaryDirectory() as base:
            folder = Path(base) / "rules"
            grown_rules(folder, size)
            loaded = load_model(str(folder), ())
            assert loaded.rulebook is not None and loaded.plan is not None
            book, plan = loaded.rulebook, loaded.plan
            folded, world = fold(plan, {}), World(book.zone, book.calendar)
            source = generate(folded, world).source
            tasks: dict[str, Callable[[], object]] = {
                "check": lambda folder=folder: load_model(str(folder), ()),
                "lower": lambda book=book: lower_rulebook(book),
                "generate": lambda folded=folded, world=world: generate(folded, world),
                "compile": lambda source=source: compile(source, "plan", "exec"),
            }
            spent = best_of(tasks, rounds, 1)
        rows.append((f"{size} rules", *(f"{one / 1e3:.0f}" for one in spent.values())))
    head = ("", "read and check ms", "to the Plan ms", "generate source ms", "compile source ms")
    return table(head, rows)


def measure_idle(policies: Sequence[int] = (1, 101), rules: int = 10) -> str:
    """Return microseconds for a case to which most policies do not apply, with their rules."""
    os.environ["POLICYENGINE_CACHE"] = "off"
    spent = {}
    for count in policies:
        with tempfile.TemporaryDirectory() as base:
            folder = Path(base) / "rules"
            _write_idle(folder, count, rules)
            rulebook = prepared(folder, "compiled")
            case = read(rulebook, '{"in": {"kind": "k0", "a": 1}}', "c")
            spent[count] = best_of({"run": partial(rulebook.engine.run, case, 0)}, 30, 100)["run"]
    each = (spent[policies[1]] - spent[policies[0]]) / ((policies[1] - policies[0]) * rules)
    rows = [(f"{count} policies of {rules} rules", f"{one:.1f}") for count, one in spent.items()]
    return table(("one policy applies", "µs"), [*rows, ("each rule that cannot apply", f"{each:.2f}")])


def _write_idle(folder: Path, policies: int, rules: int) -> None:
    kinds = ", ".join(f"k{n}: {{zh: k, en: k{n}}}" for n in range(policies))
    facts = [f"  in.kind: {{type: choice, {_TITLE}, values: {{{kinds}}}}}"]
    facts.append(f"  in.a: {{type: count, {_TITLE}}}")
    facts += [f"  out.f{n}: {{type: count, {_TITLE}, role: outcome}}" for n in range(policies * rules)]
    _write(folder, "facts:\n" + "\n".join(facts), "")
    (folder / "policies" / "p.yaml").unlink()
    for policy in range(policies):
        lines = [f"policy: p{policy}", _TITLE, f"applies_to: {{in.kind: k{policy}}}", "rules:"]
        for n in range(rules):
            when, then = f"{{in.a: {{at_least: {n % 3}}}}}", f"{{out.f{policy * rules + n}: {n}}}"
            lines.append(f"  r{policy}_{n}: {{{_TITLE}, when: {when}, then: {then}}}")
        (folder / "policies" / f"p{policy}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


# ---------- all


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and cases")
    parser.add_argument("--only", choices=("case", "lines", "start", "growth", "large", "idle", "memory"))
    parser.add_argument("--alone", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=10, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(alone(asked.alone, asked.rounds))
        return
    questions: dict[str, Callable[[], str]] = {
        "case": (lambda: measure_case(4, 5)) if asked.quick else measure_case,
        "lines": (lambda: measure_lines(100, 1)) if asked.quick else measure_lines,
        "start": (lambda: measure_start(3)) if asked.quick else measure_start,
        "growth": (lambda: measure_growth((10, 50), (10, 100))) if asked.quick else measure_growth,
        "large": (lambda: measure_large((50,), 1)) if asked.quick else measure_large,
        "idle": measure_idle,
        "memory": (lambda: measure_memory(4_000, 1_000)) if asked.quick else measure_memory,
    }
    print(f"Python {sys.version.split()[0]}, engines: {', '.join(ENGINES)}\n")
    for name, question in questions.items():
        if asked.only in (None, name):
            print(question(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
