"""Every sentence of the program is in the Chinese catalogue, whole and in Chinese punctuation."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest
from test_broken_rulebooks import DIRECTORIES, find_faults

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.i18n import Speech

ROOT = Path(__file__).parents[1]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "tools" / "catalogue.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogue"] = module
    spec.loader.exec_module(module)
    return module


catalogue = load_tool()
HAN = "\u3400-\u9fff"
HALF_WIDTH = re.compile(
    f"[{HAN}”」）][,:;!?][ ]?[{HAN}“「（]|[{HAN}][,:;](?![a-zA-Z0-9`])|[{HAN}]\\([^)]|\\.$"
)


def pairs() -> Iterator[tuple[str, str]]:
    """Yield every sentence with its translation."""
    for one in catalogue.merge(catalogue.extract()):
        if one.id and isinstance(one.id, str):
            yield one.id, one.string
        elif one.id:  # with a plural: Chinese has one form, which stands for several
            yield one.id[1], one.string[0]


PAIRS = sorted(pairs())


def places(template: str) -> set[tuple[str, str | None, str | None]]:
    return {(name, spec, kind) for _, name, spec, kind in Formatter().parse(template) if name is not None}


def test_one_thing_has_one_word() -> None:
    """The glossary of CONTRIBUTING.md."""
    refused = re.compile("「|」|未[定]|未经证[实]|测试用例|叠加文件|读法|规则书")
    assert [zh for _, zh in PAIRS if refused.search(zh)] == []


def test_the_catalogue_is_in_step() -> None:
    assert catalogue.check() == []


def quoted(template: str) -> set[str]:
    """Return what stands between backticks: what a reader is to type, or has typed."""
    return set(re.findall("`([^`]*)`", template)) - {'"key": value', '"键": 值', "是", "否"}


def test_places_and_quoted_words_are_the_same() -> None:
    wrong = [one for one, other in PAIRS if places(one) != places(other) or quoted(one) != quoted(other)]
    assert wrong == []


def test_punctuation_is_chinese() -> None:
    words = [re.sub("`[^`]*`", "x", translation) for _, translation in PAIRS]
    assert [one for one in words if HALF_WIDTH.search(one)] == []


def test_a_missing_translation_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path / "policyengine.po")
    monkeypatch.setattr(catalogue, "COMPILED", tmp_path / "policyengine.mo")
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    monkeypatch.setattr(catalogue, "PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text('message("late by {days}", days=1)\n')
    assert "no translation: late by {days}" in catalogue.refresh()
    text = (tmp_path / "policyengine.po").read_text("utf-8")
    (tmp_path / "policyengine.po").write_text(
        text.replace('msgstr ""\n\n', "") + 'msgstr "逾期 {days}"\n', "utf-8"
    )
    (tmp_path / "a.py").write_text('message("late by {days} days", days=1)\n')
    assert any(line.startswith(("fuzzy", "no translation")) for line in catalogue.check())


def test_arguments_are_translated_too() -> None:
    words = message("{first} or {second}", first=message("a list"), second=message("a text"))
    asked = message("write one of: {words}", words=listing(["a", "b"]))
    assert (str(words), str(asked)) == ("a list or a text", "write one of: `a`, `b`")
    say = Speech("zh")
    assert (say.message(words), say.message(asked)) == ("列表或文本", "可写：`a`、`b`")


def templates(what: Message) -> Iterator[str]:
    yield what.template
    for _, value in what.arguments:
        if isinstance(value, Message):
            yield from templates(value)


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_no_sentence_escapes_the_extraction(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {sentence for sentence, _ in PAIRS}
    monkeypatch.chdir(tmp_path)
    for one in find_faults(directory):
        assert set(templates(one.message)) <= known
        assert one.help is None or set(templates(one.help)) <= known
