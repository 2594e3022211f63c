"""What the files of a rulebook are: at sight, where they have their names, as by looking closely."""

from __future__ import annotations

from random import Random

import pytest

from policyengine.reading import file_names, rule_files
from policyengine.reading.rule_files import SourceFile

NAMES = "rulebook facts policies policy overlay Case cases test .yaml .yml .cases .YAML .txt ~ _ - 中 ſ .json"
LINES = "policy policy_cases cases lists facts file holidays case # x { , - : ： \" ' \n \t \r \v \ufeff 中"
NAMING = ("\n", " ", "file: a.csv", 'holidays : "b: c"', "\nfile:", "policy:", "\ncases: ", "\n'facts':")


def texts(random: Random, parts: tuple[str, ...], most: int) -> list[str]:
    return ["".join(random.choices(parts, k=random.randint(1, most))) for _ in range(1500)]


def test_names_are_told_at_sight_as_by_their_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(1)
    names = texts(random, tuple(NAMES.split(" ")), 4)
    at_sight = [(file_names.spelling(one), file_names.near(one, file_names.FOLDERS)) for one in names]
    assert sum(map(file_names._is_plain, names)) > 50
    monkeypatch.setattr(file_names, "_is_plain", lambda stem: False)
    monkeypatch.setattr(file_names, "_may_be_alike", lambda one, other: True)
    closely = [(file_names.spelling(one), file_names.near(one, file_names.FOLDERS)) for one in names]
    assert at_sight == closely


def kinds(text: str) -> tuple[object, ...]:
    data = text.encode()
    named = rule_files._paths_named(SourceFile("facts", "d/facts.yaml", data, ()))
    return *(file_names.kind_told(name, data) for name in ("a.yaml", "b.json", "c.json.yaml")), *named


def test_texts_are_told_at_sight_as_by_their_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(2)
    written = texts(random, (*LINES.split(" "), " ", *NAMING), 9)
    at_sight = [kinds(one) for one in written]
    plain = [one for one in written if file_names._key_at_sight(one.encode())]
    assert len(plain) > 20 and len({str(one) for one in at_sight}) > 10
    monkeypatch.setattr(file_names, "_key_at_sight", lambda data: None)
    monkeypatch.setattr(rule_files, "_may_name", lambda word, data: True)
    assert at_sight == [kinds(one) for one in written]
