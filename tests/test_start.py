"""A command starts with what it needs, and ends without giving everything back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from policyengine import cli
from policyengine.cli import codes, leaving
from policyengine.loading.load import load_model

ROOT = Path(__file__).parents[1]
RULES = ROOT / "src" / "policyengine" / "starter"
CASE = RULES / "cases" / "example.json"

# What judging one case must not import, each with all below it: what only parsing, faults, other commands or
# many cases need, and what is slow to import wherever it comes from.
OURS = """
    api.many batch book changes checks compile.plan_json compile.plan_text
    engines.compiled.generate engines.compiled.run engines.compiled.support
    engines.compiled.ways formatting outcome.refine.far outcome.refine.footprint outcome.refine.search
    outcome.refine.slices
    impact lint lsp manual model.lookup outcome.deciding outcome.nearness
    outcome.timeline outcome.letter processes reading.case.checks reading.case.names reading.case.titles
    reading.parse render.json render.report render.why reporting sampling semantics.reference starting
    syntax.mapping_reader syntax.schemas syntax.shape_faults syntax.writing syntax.yaml_reader
    syntax.yaml_tree testing values.loose values.numbers values.parse values.zones
"""
OTHERS = """
    _hashlib argparse asyncio attr babel concurrent csv dataclasses dateutil difflib email glob graphlib
    hashlib hmac holidays html http importlib.metadata importlib.resources jsonschema logging lzma
    multiprocessing pathlib pickletools pydoc random referencing ruamel select selectors shlex shutil signal
    socket ssl statistics string subprocess tempfile traceback urllib xml yaml zipfile
"""
TOLD = "import sys; from policyengine.cli import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules)"


def start(*words: str, code: str = TOLD, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], input=given, capture_output=True, text=True, check=False
    )


def is_below(module: str, others: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in others.split())


def test_judging_a_case_imports_nothing_that_it_does_not_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", str(tmp_path / "cache"))
    assert load_model(str(RULES), ()).rulebook is not None  # from now on it is in the cache
    told = start("evaluate", "--rules", str(RULES), str(CASE))
    assert told.returncode == 0, told.stderr
    imported = told.stdout.splitlines()[-1].split()
    assert "policyengine.render.text" in imported and "policyengine.outcome.refine.refinement" in imported
    assert [one for one in imported if is_below(one.removeprefix("policyengine."), OURS)] == []
    assert [one for one in imported if is_below(one, OTHERS)] == []


def test_what_is_to_be_done_at_the_end_is_done_and_all_is_written() -> None:
    code = (
        "import atexit, sys\nfrom policyengine.cli import run_process\n"
        "atexit.register(print, 'last', end='')\nsys.argv = ['policyengine', *sys.argv[1:]]\nrun_process()"
    )
    told = start("explain-code", "unknown-name", "--lang", "en", code=code)
    assert told.returncode == 0 and told.stdout.endswith("last") and "unknown-name" in told.stdout
    told = start("explain-code", "no-such-code", code=code)
    assert told.returncode == 2 and told.stdout == "last" and "no-such-code" in told.stderr


def test_who_looks_on_sees_the_end() -> None:
    """A profiler prints what it has seen when the program has raised SystemExit."""
    words = [sys.executable, "-m", "cProfile", "-m", "policyengine", "version"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 0 and "function calls" in told.stdout


def test_within_another_program_a_command_ends_as_programs_end(monkeypatch: pytest.MonkeyPatch) -> None:
    frame: FrameType | None = sys._getframe()
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    monkeypatch.setattr(sys, "getprofile", lambda: None)
    assert not leaving.is_alone(frame) and leaving.is_alone(None)
    leaving.leave(0)  # and here we still are


def test_who_interrupts_the_start_is_not_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "policyengine.cli.program":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "policyengine.cli.program", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as ending:
        cli.main(["version"])
    assert ending.value.code == codes.INTERRUPTED
