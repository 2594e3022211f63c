"""What is shipped: the files inside the wheel, and the pinned versions of what it depends on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from policyengine.version import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DURABLE = [Requirement(line) for line in PROJECT["optional-dependencies"]["durable"]]
PAGES = [Requirement(line) for line in PROJECT["optional-dependencies"]["docs"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Not through pip or build: they would fetch the backend into an environment of its own.
    folder = tmp_path_factory.mktemp("dist")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def shipped(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what an installation puts beside other packages."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_has_the_version_of_the_package(wheel: Path) -> None:
    assert wheel.name == f"dispute_policyengine-{__version__}-py3-none-any.whl"


@pytest.mark.parametrize(
    ("folder", "pattern", "inside"),
    [
        ("schemas", "*.json", "policyengine/_data/schemas"),
        ("rules", "taobao/**/*.yaml", "policyengine/_data/rules"),
        ("src/policyengine", "py.typed", "policyengine"),
        ("src/policyengine", "**/*.py", "policyengine"),
        ("src/policyengine", "manual/pages/*.txt", "policyengine"),
    ],
)
def test_the_wheel_has_every_file(shipped: set[str], folder: str, pattern: str, inside: str) -> None:
    files = [path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).glob(pattern)]
    assert files
    assert {f"{inside}/{file}" for file in files} <= shipped


def test_the_wheel_has_the_catalogues_of_translations(shipped: set[str]) -> None:
    package = ROOT / "src"
    assert {path.relative_to(package).as_posix() for path in package.glob("*/locale/**/*.mo")} <= shipped


def test_the_wheel_has_nothing_else(shipped: set[str]) -> None:
    tops = {name.partition("/")[0] for name in shipped}
    assert tops == {"policyengine", f"dispute_policyengine-{__version__}.dist-info"}
    assert not [name for name in shipped if "tests/" in name or "/test_" in name or "__pycache__" in name]


def test_the_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    metadata = f"dispute_policyengine-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        assert b"policyengine = policyengine.cli:run_process" in archive.read(f"{metadata}/entry_points.txt")
        assert archive.read(f"{metadata}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], "errors: 0, warnings: 0"),
        (
            ["show", "timely_compensation_costs_no_points"],
            "If state of “Voluntary payment within 24 hours” is “met”",
        ),
        (["explain-code", "yaml-colon"], "policy：more"),
        (["schema", "case"], '"R-001"'),
        (["clauses", "--section", "篇四"], "S4-HEADING"),
        (["test", "-k", "T0"], "failed: 0"),
        (["init", "mine"], "mine"),
        (["book", "-o", "book.html"], ""),
        (["fmt", "--check"], "changed: 0"),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else "",
)
def test_the_wheel_works_from_an_empty_folder(
    site: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    """Schemas, rules, pages and catalogues are found without the checkout."""
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(site),
        "PYTHONPYCACHEPREFIX": str(site.parent / "code"),
        "LANG": "C.UTF-8",
    }
    run = subprocess.run(
        [sys.executable, "-P", "-m", "policyengine", *words, "--lang", "en"],
        cwd=empty,
        env={**environment, "HOME": str(tmp_path), "POLICYENGINE_CACHE": str(site.parent / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert told in run.stdout + run.stderr


class Lock:
    """A lock file: the version of every package, and which packages the project itself asked for."""

    def __init__(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        self.versions: dict[str, str] = {}
        self.direct: set[str] = set()
        self.unhashed: list[str] = []
        for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
            package, version = entry.split()[0].split("==")
            self.versions[package] = version
            if f"{PROJECT['name']} (pyproject.toml)" in entry:
                self.direct.add(package)
            if "--hash=sha256:" not in entry:
                self.unhashed.append(package)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("requirements.lock", RUNTIME),
        ("requirements-durable.lock", DURABLE),
        ("requirements-docs.lock", RUNTIME + PAGES),
        ("requirements-dev.lock", RUNTIME + DEVELOPMENT),
    ],
)
def test_a_lock_pins_what_the_project_asks_for(name: str, asked: list[Requirement]) -> None:
    lock = Lock(name)
    assert lock.direct == {canonicalize_name(one.name) for one in asked}
    assert not [one for one in asked if lock.versions[canonicalize_name(one.name)] not in one.specifier]
    assert not lock.unhashed


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    tested = Lock("requirements-dev.lock").versions.items()
    for name in ("requirements.lock", "requirements-durable.lock"):
        assert Lock(name).versions.items() <= tested


def test_the_site_is_built_with_the_versions_that_users_get() -> None:
    assert Lock("requirements.lock").versions.items() <= Lock("requirements-docs.lock").versions.items()
