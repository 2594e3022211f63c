"""Keeps the Chinese sentences in step with the program: finds its sentences, merges, compiles.

python tools/catalogue.py          refresh policyengine.po and policyengine.mo
python tools/catalogue.py --check  exit 1 if a sentence has no translation, or a file is out of step

To translate: run it, fill in what is empty or marked fuzzy in the .po file, run it again. A sentence whose
English has changed keeps its old translation, marked fuzzy; remove the mark once the translation is right.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from policyengine.manual.pages import pages
from policyengine.starting.starter import comments_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "policyengine"
CATALOGUE = PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "policyengine.po"
COMPILED = CATALOGUE.with_suffix(".mo")

# The functions whose first argument is a sentence; `plural` has one for several things after it.
_WORDS = ("both", "marked", "message", "say", "say_help")
_PLURAL = "plural"
_HEADERS = [
    ("Project-Id-Version", "policyengine"),
    ("Language", "zh"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Plural-Forms", "nplurals=1; plural=0;"),
]
_COMMENT = "# The sentences of policyengine in Chinese; kept in step by tools/catalogue.py."

Sentence = str | tuple[str, str]


class _Catalogue(Catalog):
    """A catalogue whose headers are the same whenever and wherever it is written."""

    mime_headers = property(lambda self: _HEADERS, lambda self, headers: None)
    header_comment = property(lambda self: _COMMENT, lambda self, text: None)


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a module; one that is put together when the program runs is left out."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
        match texts:
            case [str(one), *_] if name in _WORDS:
                yield one
            case [str(one), str(more)] if name == _PLURAL:
                yield one, more


def extract() -> Catalog:
    """Return all sentences of the program, each with the files where it stands."""
    template = _Catalogue("zh", fuzzy=False)
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for sentence in sentences(path.read_text("utf-8")):
            template.add(sentence, locations=[(place, 0)])
    for path in sorted((PACKAGE / "starter").rglob("*.yaml")):
        for comment in comments_of(path.read_text("utf-8")):
            template.add(comment, locations=[("src/policyengine/starter", 0)])
    for page in pages().values():
        for paragraph in (page.summary, *page.paragraphs):
            template.add(paragraph, locations=[("src/policyengine/manual", 0)])
    return template


def merge(template: Catalog) -> Catalog:
    """Return the catalogue with every sentence of the program and no other."""
    merged = _Catalogue("zh", fuzzy=False)
    if CATALOGUE.exists():
        for one in read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh"):
            if one.id:
                merged.add(one.id, one.string, flags=one.flags, user_comments=one.user_comments)
    merged.update(template)
    return merged


def faults(catalogue: Catalog) -> list[str]:
    """Return the sentences that no reader of Chinese would understand."""
    found = []
    for one in catalogue:
        if one.id and not _is_translated(one):
            found.append(f"no translation: {one.id}")
        elif one.id and one.fuzzy:
            found.append(f"fuzzy: {one.id}")
    return sorted(found)


def _is_translated(one: Message) -> bool:
    strings = one.string if isinstance(one.string, tuple | list) else (one.string,)
    return all(strings)


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Return the bytes of the .po and of the .mo file."""
    source, compiled = io.BytesIO(), io.BytesIO()
    write_po(source, catalogue, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    write_mo(compiled, catalogue)
    return source.getvalue(), compiled.getvalue()


def check() -> list[str]:
    """Return everything that is wrong with the catalogue on disk."""
    merged = merge(extract())
    found = faults(merged)
    for path, data in zip((CATALOGUE, COMPILED), written(merged), strict=True):
        if not path.exists() or path.read_bytes() != data:
            found.append(f"{path.relative_to(ROOT).as_posix()} is out of step: run tools/catalogue.py")
    return found


def refresh() -> list[str]:
    """Write both files and return what is still to be translated."""
    merged = merge(extract())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    for path, data in zip((CATALOGUE, COMPILED), written(merged), strict=True):
        path.write_bytes(data)
    return faults(merged)


def main(arguments: list[str]) -> int:
    """Refresh or check the catalogue; return the exit code."""
    is_check = arguments == ["--check"]
    found = check() if is_check else refresh()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found and is_check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
