"""The short way to a case makes what the long way makes, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from edits import load
from written_rulebooks import case_data, draw_case, write_rulebook

from policyengine.model.rulebook import Fact
from policyengine.reading.case.plain import PlainReader
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.case.shape import case_shape
from policyengine.reading.case.source import Source
from policyengine.syntax.json_reader import Number, read_json

SEEDS = range(8)
CASES = 40
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 3, [], {}, [1], [{}], {"x": 1}, "", " ", "\n", "a\tb", "a\rb", "\x00", "\x7f"),
    *("\ud800", "e\u0301", "é", "a", "b", " a", "A", "yes", "No", "是", "否", "true", "TRUE", "1", "0"),
    *map(
        Number, ("0", "-0", "1.0", "-0.00", "5", "-5", "1.5", "1e2", "1E-2", "1e999999", "-1e-999999", "NaN")
    ),
    *map(
        Number,
        (
            "12.30",
            "0.005",
            "1.0000001",
            "9" * 12,
            "9" * 13,
            "9" * 15,
            "9" * 16,
            "9" * 4300,
            "9" * 5000,
            "1" + "0" * 15,
        ),
    ),
    *(
        "12.30",
        "12.3",
        "12.",
        ".5",
        "-0",
        "-12.30",
        "+1",
        "01",
        "1,000",
        "1e2",
        "１２",
        "12元",
        "¥12",
        "USD 1",
    ),
    *("9" * 12, "9" * 13, "9" * 15, "9" * 16, "9" * 99, "9" * 101, "1" + "0" * 15, "999999999999999.99"),
    *(
        "5%",
        "0.5 %",
        "5％",
        "100000%",
        "48 hours",
        "2 days",
        "1 month",
        "3 business days",
        "2 business hours",
    ),
    *("2012-03-16", "2012-3-16", "2012-02-30", "0000-01-01", "1899-12-31", "2012年3月16日", "16.03.2012"),
    *(
        "2012-03-16 18:00",
        "2012-03-16T18:00:00+08:00",
        "2012-03-16T18:00:00Z",
        "2012-03-16t18:00",
        " 2012-03-16 18:00",
    ),
    *(
        "2012-03-16 24:00",
        "2012-03-16 24:01",
        "2012-03-16T18:00:00.0",
        "2012-03-16T18:00:00.5",
        "2012-03-16  18:00",
    ),
    *(
        "2012-03-11 02:30",
        "2012-11-04 01:30",
        "1927-12-31 23:54:08",
        "2200-12-31 23:59:59",
        "1900-01-01 00:00",
    ),
    *(
        "2024/8/16 9:00",
        "２０１２-03-16 18:00",
        "2012-03-16T18:00:00+0800",
        "2012-03-16T18:00+15:00",
        "20120316T1800",
    ),
    *("2012-W11-5T18:00", "Asia/Shanghai", "asia/shanghai", "Nowhere/Land", "UTC", "x" * 201, "x" * 200),
)
HEADERS = ("case", "as_of", "$schema", "notes", "note", "order", "a.b", "")


@pytest.fixture(scope="module", params=SEEDS)
def cases(request: pytest.FixtureRequest) -> _Cases:
    written = write_rulebook(request.param)
    book = load(written.files, written)
    assert book is not None
    return _Cases(CaseReader(book), [case_data(written, draw_case(written)) for _ in range(CASES)])


class _Cases:
    def __init__(self, reader: CaseReader, data: list[dict[str, Any]]) -> None:
        self.reader = reader
        self.data = data

    def agree(self, data: dict[str, Any]) -> bool:
        """Hold the short way against the long one; tell whether it was gone to its end."""
        closely, faults = self.reader._read_closely(data, Source("", "folder/c.json", 1), ())
        plainly = self.reader._plain.read(data, "folder/c.json")
        # As texts, for 1 is no True, and in their order.
        assert plainly is None or (repr(plainly) == repr(closely) and not faults)
        return plainly is not None

    def agree_in_text(self, text: str) -> bool:
        """Hold the short way from a text against the long one; tell whether it was gone to its end."""
        value, faults = read_json(text, "folder/c.json")
        if not faults and isinstance(value, dict):
            closely, faults = self.reader._read_closely(value, Source(text, "folder/c.json", 1), ())
        plainly = self.reader._plain.read_text(text, "folder/c.json")
        assert plainly is None or (not faults and repr(plainly) == repr(closely))
        return plainly is not None


def test_a_case_without_faults_by_names_goes_the_short_way(cases: _Cases) -> None:
    fine = [one for one in cases.data if not cases.reader.read_value(one, Source("", "c", 1))[1]]
    assert len(fine) > CASES // 4
    assert all(map(cases.agree, fine))


def test_what_is_changed_anywhere_is_read_alike(cases: _Cases) -> None:
    random = Random(5)
    gone = [cases.agree(_changed(random, cases.data)) for _ in range(400)]
    assert any(gone) and not all(gone)


def test_every_spelling_of_every_fact_is_read_alike(cases: _Cases) -> None:
    for fact in cases.reader.rulebook.facts.values():
        for value in VALUES:
            cases.agree(_only(fact, value))


@pytest.mark.parametrize("name", HEADERS)
def test_what_a_case_says_of_itself_is_read_alike(cases: _Cases, name: str) -> None:
    for value in VALUES:
        cases.agree({**cases.data[0], name: value})


def test_nothing_that_is_remembered_changes_what_comes_later(cases: _Cases) -> None:
    book = cases.reader.rulebook
    shape = case_shape(book)
    used = PlainReader(book, shape)
    for data in [*cases.data, *cases.data]:
        assert repr(used.read(data, "c")) == repr(PlainReader(book, shape).read(data, "c"))


def test_a_text_in_plain_form_goes_the_short_way(cases: _Cases) -> None:
    fine = [one for one in cases.data if not cases.reader.read_value(one, Source("", "c", 1))[1]]
    gone = [cases.agree_in_text(json.dumps(one, ensure_ascii=False)) for one in fine]
    assert sum(gone) > len(gone) // 2


def test_every_spelling_in_a_text_is_read_alike(cases: _Cases) -> None:
    for fact in cases.reader.rulebook.facts.values():
        for value in VALUES:
            cases.agree_in_text(_json(_only(fact, value), Random(1)))
    for name in HEADERS:
        for value in VALUES:
            cases.agree_in_text(_json({**cases.data[0], name: value}, Random(2)))


def test_a_text_that_is_changed_anywhere_is_read_alike(cases: _Cases) -> None:
    random = Random(6)
    gone = []
    for _ in range(400):
        text = _json(_changed(random, cases.data), random)
        gone.append(cases.agree_in_text(_marred(text, random) if random.random() < 0.5 else text))
    assert any(gone) and not all(gone)


def test_no_key_that_is_there_twice_is_lost(cases: _Cases) -> None:
    lost = 0
    for data in cases.data:
        text = _json(data, Random(0))
        keys = [found.end() for found in re.finditer(r'"[^"]*":', text)]
        for end in keys:
            begin = text.rindex('"', 0, end - 2)
            twice = f"{text[:begin]}{text[begin:end]}1,{text[begin:]}"
            assert cases.reader._plain.read_text(twice, "c") is None
            lost += 1
    assert lost > CASES


_MARRED = (
    '"',
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    " ",
    "\t",
    "\n",
    "\\",
    "\x7f",
    "\ufeff",
    "é",
    "0",
    "-",
    ".",
    "e",
    '":',
)


def _marred(text: str, random: Random) -> str:
    """Return a text with something put in or taken out."""
    place = random.randrange(len(text))
    return text[:place] + random.choice(_MARRED) + text[place + random.choice((0, 1)) :]


def _json(value: object, random: Random) -> str:
    """Return a value as JSON with space here and there, numbers in their own spelling."""
    space = random.choice(("", "", "", " ", "\n"))
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        parts = (f"{json.dumps(name)}{space}: {_json(one, random)}" for name, one in value.items())
        return "{" + f",{space}".join(parts).replace(f"{space}: ", random.choice((":", ": "))) + "}"
    if isinstance(value, list):
        return "[" + f",{space}".join(_json(one, random) for one in value) + "]"
    return json.dumps(value, ensure_ascii=random.random() < 0.3)


def _only(fact: Fact, value: object) -> dict[str, Any]:
    """Return a case that says one thing."""
    steps = fact.path.split(".")
    if fact.listed is not None:
        depth = fact.listed.count(".") + 1
        steps, value = steps[:depth], [{".".join(steps[depth:]): value}, {}]
    for step in reversed(steps):
        value = {step: value}
    assert isinstance(value, dict)
    return value


def _changed(random: Random, data: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one of the cases, with something else in a place or two."""
    found: dict[str, Any] = _copy(random.choice(data))
    for _ in range(random.choice((1, 1, 2))):
        level, name = random.choice([*_places(found)])
        match random.randrange(6):
            case 0:
                level.pop(name)
            case 1 if isinstance(level, dict):
                level[f"{name}x"] = level.pop(name)
            case 2:
                other, there = random.choice([*_places(found)])
                level[name], other[there] = _copy(other[there]), _copy(level[name])
            case _:
                level[name] = _copy(random.choice(VALUES))
        if not any(_places(found)):
            break
    return found


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, name
        if isinstance(one, dict | list):
            yield from _places(one)


# ---------- the text


@pytest.mark.parametrize(
    ("text", "read", "codes"),
    [
        ('{"a": 1, "b": {"a": 2}}', {"a": "1", "b": {"a": "2"}}, []),
        ('{"a": -0, "b": 1.0, "c": 1E5}', {"a": "-0", "b": "1.0", "c": "1E5"}, []),
        ('{"a": 1, "a": 2}', {"a": "1"}, ["duplicate-key"]),
        ('{"b": {"a": 1, "c": 3, "a": 2}}', {"b": {"a": "1", "c": "3"}}, ["duplicate-key"]),
        ('{"a": -Infinity, "b": NaN}', {"a": "-Infinity", "b": "NaN"}, ["json-number", "json-number"]),
    ],
)
def test_what_is_looked_at_again_is_the_same_value(text: str, read: object, codes: list[str]) -> None:
    value, faults = read_json(text, "c.json")
    assert value == read
    assert [one.code for one in faults] == codes
