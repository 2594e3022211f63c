"""The cache of rulebooks answers only with what this user stored for exactly these files."""

from __future__ import annotations

import enum
import hashlib
import io
import os
import pickle
import shutil
import subprocess
import sys
import typing
import zoneinfo
from pathlib import Path

import pytest

from policyengine.compile.dependencies import find_relations
from policyengine.compile.fold import fold_as_usual
from policyengine.frozen import Frozen
from policyengine.loading import cache, load
from policyengine.loading.load import Loaded, Stored
from policyengine.model.asked import find_asks_this
from policyengine.semantics.strata import find_dependencies

ROOT = Path(__file__).parent.parent
RULES = ROOT / "src" / "policyengine" / "starter"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("POLICYENGINE_CACHE", str(folder))
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record each time that files are really parsed."""
    seen: list[str] = []
    parse = load._parse

    def record(directory: str, *rest: object) -> Loaded:
        seen.append(directory)
        return parse(directory, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "_parse", record)
    return seen


def test_what_is_found_out_of_a_rulebook_comes_with_it(folder: Path, rules: Path, parsed: list[str]) -> None:
    first = load.load_model(str(rules), ())
    again = load.load_model(str(rules), ())
    assert len(parsed) == 1 and again.rulebook is not None and again.plan is not None
    assert first.rulebook is not None and first.plan is not None
    for find in (find_dependencies, find_asks_this):
        assert again.rulebook.__dict__[find.__name__] == find(first.rulebook)
    for find in (fold_as_usual, find_relations):
        assert again.plan.__dict__[find.__name__] == find(first.plan)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.rulebook"))


def test_an_unchanged_rulebook_is_not_parsed_again(folder: Path, rules: Path, parsed: list[str]) -> None:
    first = load.load_model(str(rules), ())
    second = load.load_model(str(rules), ())
    assert len(parsed) == 1 and first == second and second.rulebook is not None
    assert second.rulebook.zone is first.rulebook.zone  # type: ignore[union-attr]


def test_a_changed_file_or_overlay_is_another_entry(folder: Path, tmp_path: Path, parsed: list[str]) -> None:
    rules = shutil.copytree(ROOT / "rules" / "taobao", tmp_path / "with_overlays")
    load.load_model(str(rules), ())
    load.load_model(str(rules), ("points_3",))
    facts = rules / "facts.yaml"
    facts.write_text(facts.read_text("utf-8") + "# changed\n", "utf-8")
    load.load_model(str(rules), ())
    assert len(parsed) == 3 and len(entries(folder)) == 3


def test_other_data_of_the_time_zone_are_another_reading(
    folder: Path, rules: Path, parsed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times in rules are kept as instants, which rest on when clocks are changed there."""
    loaded = load.load_model(str(rules), ())
    assert loaded.rulebook is not None
    place = tmp_path / "zones" / loaded.rulebook.zone.key
    place.parent.mkdir(parents=True)
    data = Path(cache._zone_file(loaded.rulebook.zone.key) or "").read_bytes()
    place.write_bytes(data)
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "zones"),))
    for _ in range(2):
        load.load_model(str(rules), ())
    assert len(parsed) == 2
    place.write_bytes(data + b"\n")
    for _ in range(2):
        load.load_model(str(rules), ())
    assert len(parsed) == 3 and len(entries(folder)) == 1


def test_a_faulty_rulebook_is_not_stored(folder: Path, rules: Path) -> None:
    (rules / "facts.yaml").write_text("facts: [", "utf-8")
    assert load.load_model(str(rules), ()).rulebook is None
    assert entries(folder) == []


@pytest.mark.parametrize("position", [0, 40, -1])
def test_a_changed_entry_is_not_believed(folder: Path, rules: Path, parsed: list[str], position: int) -> None:
    load.load_model(str(rules), ())
    entry = entries(folder)[0]
    data = bytearray(entry.read_bytes())
    data[position] ^= 1
    entry.write_bytes(bytes(data))
    assert load.load_model(str(rules), ()).rulebook is not None
    assert len(parsed) == 2


def test_an_entry_under_another_name_is_not_believed(folder: Path, rules: Path, parsed: list[str]) -> None:
    load.load_model(str(rules), ())
    plain = entries(folder)[0].read_bytes()
    load.load_model(str(rules), ("points_3",))
    for entry in entries(folder):
        entry.write_bytes(plain)
    load.load_model(str(rules), ("points_3",))
    assert len(parsed) == 3


@pytest.mark.skipif(os.name == "nt", reason="folders have no mode there")
@pytest.mark.parametrize("target", ["", "key"])
def test_what_others_could_write_is_not_used(
    folder: Path, rules: Path, parsed: list[str], target: str
) -> None:
    load.load_model(str(rules), ())
    (folder / target).chmod(0o770 if not target else 0o644)
    load.load_model(str(rules), ())
    assert len(parsed) == 2


class Bomb:
    """An object that would run a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo exploded >&2",)


def test_nothing_but_our_own_classes_is_made_even_with_the_right_key(
    folder: Path, rules: Path, parsed: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    load.load_model(str(rules), ())
    entry, key = entries(folder)[0], (folder / "key").read_bytes()
    body = pickle.dumps(Bomb())
    tag = hashlib.blake2b(entry.stem.encode() + b"\0" + body, key=key, digest_size=32).digest()
    entry.write_bytes(tag + body)
    assert load.load_model(str(rules), ()).rulebook is not None
    assert len(parsed) == 2 and "exploded" not in capfd.readouterr().err


def classes_of(hint: object, found: set[type]) -> set[type]:
    """Return the classes of this package that a value of this type can hold."""
    for inner in typing.get_args(hint):
        classes_of(inner, found)
    if isinstance(hint, type) and hint.__module__.startswith("policyengine.") and hint not in found:
        found.add(hint)
        has_parts = issubclass(hint, tuple | Frozen)
        for inner in typing.get_type_hints(hint).values() if has_parts else ():
            classes_of(inner, found)
    return found


def test_the_table_holds_exactly_the_classes_of_a_rulebook() -> None:
    """Whoever adds a class to the model adds it to the table; otherwise no entry could be read."""
    derived = classes_of(Stored, set())
    assert {(module, name) for module, names in cache._CLASSES.items() for name in names} == {
        (one.__module__, one.__qualname__) for one in derived
    }
    for one in derived:  # nothing that makes one of them runs any code
        assert not {"__post_init__", "__reduce__", "__reduce_ex__", "__del__"} & set(vars(one))
        assert issubclass(one, enum.Enum | Frozen) or (issubclass(one, tuple) and hasattr(one, "_fields"))
        assert not {"__init__", "__setstate__"} & set(vars(one))


def named(module: str, name: str) -> bytes:
    """Return the pickle of something that a module names."""
    words = (b"\x8c" + bytes([len(one)]) + one.encode() for one in (module, name))
    return b"\x80\x04" + b"".join(words) + b"\x93."


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("policyengine.loading.cache", "write_entry"),
        ("policyengine.loading.cache", "os.system"),
        ("policyengine.syntax.revision", "subprocess.Popen"),
        ("policyengine.model.rulebook", "Rulebook._make"),
        ("policyengine.model.rulebook", "NamedTuple"),
        ("policyengine.values.literals", "Enum"),
        ("policyengine.values.literals", "ZoneInfo"),
        ("policyengine.syntax.opening", "open_bytes"),
        ("builtins", "getattr"),
        ("copyreg", "_reconstructor"),
    ],
)
def test_nothing_else_can_be_named(module: str, name: str) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not part of a rulebook"):
        cache._Unpickler(io.BytesIO(named(module, name))).load()


def test_what_is_in_the_table_can_be_named() -> None:
    assert cache._Unpickler(io.BytesIO(named("policyengine.loading.load", "Stored"))).load() is Stored


@pytest.mark.parametrize("word", ["off", "0", ""])
def test_it_can_be_switched_off(
    rules: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", word)
    monkeypatch.chdir(rules)
    load.load_model(str(rules), ())
    load.load_model(str(rules), ())
    assert len(parsed) == 2 and not list(rules.glob("*.rulebook"))


def test_a_folder_that_cannot_be_made_is_no_fault(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", str(rules / "facts.yaml" / "below"))
    assert load.load_model(str(rules), ()).rulebook is not None


def test_many_writers_leave_whole_entries(folder: Path, rules: Path) -> None:
    program = (
        "import sys; from policyengine.loading.load import load_model;"
        " assert load_model(sys.argv[1], ()).rulebook"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(rules)]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert len(entries(folder)) == 1 and isinstance(cache.read_entry(entries(folder)[0].stem), Stored)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_old_entries_are_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST_ENTRIES", 3)
    for number in range(6):
        cache.write_entry(f"{number:064x}", Loaded(None, ()))
        path = folder / f"{number:064x}.rulebook"
        os.utime(path, (number, number)) if path.exists() else None
    assert [entry.stem[-1] for entry in entries(folder)] == ["3", "4", "5"]
