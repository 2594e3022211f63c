"""Runs tests in a fork of this process, which has imported the libraries but nothing of what is tested.

A fork ends with everything it did; so a fault that hangs, eats memory or breaks the interpreter breaks
nothing else, and the work tree is never touched: a faulty module exists only in the fork's memory.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import marshal
import os
import pickle
import resource
import signal
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from coverage import Coverage

OF_A_FILE = 10  # times what one test may take is measured of a file
MEMORY = 2_000_000_000  # bytes that a fork may take


class TooSlow(BaseException):
    """A test took longer than it may; not an Exception, so that nothing that is tested catches it."""


@dataclass
class Reached:
    """What one test touches, and its price in seconds of the processor; None if it failed or was stopped."""

    price: float | None
    lines: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a fork ended: the first test that failed, or why there is none."""

    failed: str = ""
    ran: int = 0
    over_time: bool = False

    @property
    def is_caught(self) -> bool:
        """Whether somebody noticed."""
        return bool(self.failed) or self.over_time


@dataclass(frozen=True)
class Broken:
    """An error of this program, not of what it runs."""

    trace: str


class _Faulty(importlib.abc.MetaPathFinder):
    """Imports one module from a tree instead of from its file."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.module = module
        self.tree = tree

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the usual place of the module, with the tree in place of its code."""
        if name != self.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.origin is not None
        loader = importlib.machinery.SourceFileLoader(name, spec.origin)
        code = compile(self.tree, spec.origin, "exec")
        loader.get_code = lambda fullname: code  # type: ignore[method-assign]
        spec.loader = loader
        return spec


class _Watch:
    """Sends the first test that fails, and does not look for a smaller counterexample."""

    def __init__(self, send: Callable[[Outcome], None]) -> None:
        self.send = send
        self.ran = 0

    def pytest_sessionstart(self) -> None:
        """Let Hypothesis stop at the first counterexample."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", phases=phases)
        hypothesis.settings.load_profile("mutants")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of tests that cannot be imported has noticed."""
        if report.failed:
            self.send(Outcome(report.nodeid or "collection", self.ran))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails has noticed: nothing else is asked."""
        self.ran += report.when == "call"
        if report.failed:
            self.send(Outcome(report.nodeid, self.ran))


class _Chosen(_Watch):
    """Lets pytest run the chosen tests only, in the order chosen."""

    def __init__(self, tests: Sequence[str], send: Callable[[Outcome], None]) -> None:
        super().__init__(send)
        self.place = {test: number for number, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen ones, in order."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid]
        )


class _Served(_Watch):
    """Collects tests once; for each request, runs some in a fork in which functions are others."""

    def __init__(self, root: Path, line: Connection) -> None:
        super().__init__(self._refuse)
        self.root = root
        self.line = line

    def _refuse(self, outcome: Outcome) -> None:
        raise RuntimeError(f"{outcome.failed} cannot be collected")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer requests until there are no more."""
        items = {item.nodeid: item for item in session.items}
        self.line.send(None)
        try:
            while (request := self.line.recv()) is not None:
                module, code, tests, limit = request
                self.line.send(self._answer(module, code, [items[test] for test in tests], limit))
        except BaseException:  # pytest would tell nobody
            self.line.send(Broken(traceback.format_exc()))
            raise
        return True

    def _answer(self, module: str, code: bytes, items: Sequence[pytest.Item], limit: float) -> Outcome:
        def work(send: Callable[[Any], None]) -> None:
            self.send = send
            importlib.import_module(module)  # which a command may do only when it needs it
            replace_functions(marshal.loads(code))
            for item, following in zip(items, [*items, None][1:], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            send(Outcome("", self.ran))

        return _outcome(*_fork(self.root, work, limit))


def replace_functions(module: types.CodeType) -> None:
    """Give every function of a module that exists the code that it has in another version of the module."""
    codes: dict[tuple[str, int], types.CodeType] = {}
    waiting = [module]
    while waiting:
        code = waiting.pop()
        codes[code.co_qualname, code.co_firstlineno] = code
        waiting += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    replaced = 0
    for found in gc.get_objects():
        if isinstance(found, types.FunctionType) and found.__code__.co_filename == module.co_filename:
            code = codes.get((found.__code__.co_qualname, found.__code__.co_firstlineno))
            if code is not None:
                found.__code__ = code
                replaced += 1
    if not replaced:
        raise RuntimeError(f"no test imports {module.co_filename}")


class Server:
    """A process that has collected the tests, for faults that are in no code that an import runs.

    What the tests make of a rulebook while they are collected is made without the fault: that can hide a
    fault, and never make one seem caught.
    """

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self._line, line = Pipe()
        self._child = os.fork()
        if self._child == 0:
            self._line.close()
            _quiet(root)
            try:
                _pytest(list(files), _Served(root, line))
            except BaseException:
                line.send(Broken(traceback.format_exc()))
            os._exit(0)
        line.close()
        self._answer()

    def run(self, module: str, fault: ast.Module, path: Path, tests: Sequence[str], limit: float) -> Outcome:
        """Return how some tests end, in their order, with the functions of a faulty module."""
        self._line.send((module, marshal.dumps(compile(fault, str(path), "exec")), list(tests), limit))
        answer = self._answer()
        assert isinstance(answer, Outcome)
        return answer

    def _answer(self) -> object:
        answer = self._line.recv()
        if isinstance(answer, Broken):
            raise RuntimeError(answer.trace)
        return answer

    def close(self) -> None:
        """End the process."""
        self._line.send(None)
        os.waitpid(self._child, 0)


class _Mapped:
    """Notes what each test of a session reaches; stops one that takes too long, and a file of many such."""

    def __init__(self, coverage: Coverage, limit: float) -> None:
        self.coverage = coverage
        self.limit = limit
        self.left = OF_A_FILE * limit
        self.found: dict[str, Reached] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure one test."""
        signal.signal(signal.SIGPROF, _stop)
        self.coverage.switch_context(item.nodeid)
        self.found[item.nodeid] = Reached(0.0)
        start = _processor()
        signal.setitimer(signal.ITIMER_PROF, self.limit)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.coverage.switch_context("")
            spent = _processor() - start
            self.left -= spent
            if self.left < 0:
                item.session.shouldstop = "enough of this file is measured"
            if self.found[item.nodeid].price is not None:
                self.found[item.nodeid].price = spent

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What fails or is left out without a fault tells nothing of one."""
        if not report.passed:
            self.found[report.nodeid].price = None


def _stop(number: int, frame: types.FrameType | None) -> None:
    """Stop a test; not inside of what measures it, which may hold a lock."""
    inner = frame
    while inner is not None:
        if f"{os.sep}coverage{os.sep}" in inner.f_code.co_filename:
            signal.setitimer(signal.ITIMER_PROF, 0.01)
            return
        inner = inner.f_back
    raise TooSlow


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def map_file(root: Path, file: str, modules: dict[str, Path], limit: float) -> dict[str, Reached]:
    """Return what each test of a file reaches of some modules.

    What is imported, or made once for several tests, is reached by all of them.
    """

    def work(send: Callable[[Any], None]) -> None:
        coverage = Coverage(
            data_file=None, include=[str(path) for path in modules.values()], config_file=False
        )
        mapped = _Mapped(coverage, limit)
        coverage.start()
        _pytest([file], mapped)
        coverage.stop()
        data = coverage.get_data()
        for module, path in modules.items():
            for line, tests in data.contexts_by_lineno(str(path)).items():
                for test in set(tests) & set(mapped.found):
                    mapped.found[test].lines.setdefault(module, []).append(line)
        send(mapped.found)

    found, _ = _fork(root, work, 0)
    return found if isinstance(found, dict) else {}


def run(root: Path, module: str, tree: ast.Module | None, tests: Sequence[str], limit: float) -> Outcome:
    """Return how some tests end, in their order, when a module has a fault; None: as it is.

    Args:
        root: The project, with `src` and `tests`.
        module: The name of the module.
        tree: The faulty module.
        tests: The ids of the tests, the quickest first.
        limit: Seconds of the processor; who takes longer hangs, which is noticed.
    """

    def work(send: Callable[[Any], None]) -> None:
        chosen = _Chosen(tests, send)
        try:
            if tree is not None:
                sys.meta_path.insert(0, _Faulty(module, tree))
                # Now: the import hook of pytest would come first.
                importlib.import_module(module)
            _pytest(list(dict.fromkeys(test.split("::")[0] for test in tests)), chosen)
        except Exception as error:
            # Without a fault, this is an error of ours.
            if tree is None:
                raise
            send(Outcome(f"the import: {error!r}"))
        send(Outcome("", chosen.ran))

    return _outcome(*_fork(root, work, limit))


def _outcome(found: object, is_killed: bool) -> Outcome:
    if isinstance(found, Outcome):
        return found
    return Outcome(over_time=True) if is_killed else Outcome("the interpreter")


def _pytest(files: list[str], plugin: object) -> None:
    # Hypothesis is imported already, on purpose.
    quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    options = [*quiet, "-q", "-x", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:xdist"]
    if isinstance(plugin, _Mapped):
        options.remove("-x")
    pytest.main([*options, *files], plugins=[plugin])


def _fork(root: Path, work: Callable[[Callable[[Any], None]], None], limit: float) -> tuple[Any, bool]:
    """Return what the work of a fork sends first, and whether its time was over."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(root, work, limit, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (
        signal.SIGXCPU,
        signal.SIGKILL,
        signal.SIGALRM,
    )
    found = pickle.loads(data) if data else None
    if isinstance(found, Broken):
        raise RuntimeError(found.trace)
    return found, is_killed


def _work(root: Path, work: Callable[[Callable[[Any], None]], None], limit: float, writing: int) -> None:
    """Be the fork: quiet, in a group of its own, and with limits."""

    def send(found: object) -> None:
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(found, stream)
        os._exit(0)

    try:
        os.setpgid(0, 0)
        _quiet(root)
        if limit:
            used = int(time.process_time())
            resource.setrlimit(resource.RLIMIT_CPU, (used + int(limit) + 1, used + int(limit) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            # One that sleeps or waits uses no processor.
            signal.alarm(int(limit) * 10 + 30)
        work(send)
    except BaseException:
        send(Broken(traceback.format_exc()))
    finally:
        os._exit(70)


def _quiet(root: Path) -> None:
    """Print nothing, be in the project, and use no cache of what was read before: its key knows no faults."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    os.chdir(root)
    os.environ["POLICYENGINE_CACHE"] = "off"
