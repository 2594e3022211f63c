"""Settings that every test shares."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run; `pytest --hypothesis-profile explore` draws new ones.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("ci")

# Rulebooks are large and live long: looking through all of them again and again is a sixth of the time.
# So garbage is mostly collected between the files of tests, which are themselves looked at once.
gc.set_threshold(50_000, 20, 100)


def _give_back() -> None:
    """Give free memory back to the system, where the C library can: else it keeps what a large test had."""
    if os.name == "posix" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)


def pytest_collection_finish() -> None:
    """Take all tests of a run as there to stay."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Give back what a file of tests has left behind."""
    yield
    if nextitem is not None and nextitem.path != item.path:
        module = getattr(item, "module", None)
        for kept in vars(module).values() if module else ():
            if hasattr(kept, "cache_clear") and kept.__module__ == module.__name__:
                kept.cache_clear()
        gc.collect()
        _give_back()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let commands that tests start keep their bytecode in a folder of the run; else each compiles all."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared_by_workers(tmp_path_factory) / "code")


def shared_by_workers(factory: pytest.TempPathFactory) -> Path:
    """Return a folder of this run that is the same for every worker."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
