"""Writes the pages that say what the program itself knows: its commands, its diagnostics, its formats.

python tools/reference.py          refresh docs/cli.md, codes/, formats.md and recipes.md, in each language
python tools/reference.py --check  exit 1 if one of them is out of step

Commands come from click, diagnostics from the manual, formats from the schemas: nothing of it is written twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from reference_cli import cli_page
from reference_codes import code_pages
from reference_formats import formats_page
from reference_recipes import recipes_page

from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
_TONGUES = {"en": "English", "zh": "中文"}


def ending(language: Language) -> str:
    """Return how the names of the pages of a language end."""
    return ".md" if language == "en" else f".{language}.md"


def made(language: Language) -> dict[str, str]:
    """Return the text of every page by its place in docs/. The process must speak the language: see ``main``."""
    say, end = Speech(language), ending(language)
    pages = {f"codes/{name}": text for name, text in code_pages(say, end).items()}
    pages["cli"] = cli_page(say, end)
    pages["formats"] = formats_page(say, end)
    pages["recipes"] = recipes_page(say, end)
    return {f"{name}{end}": _with_switch(name, text, language) for name, text in pages.items()}


def _with_switch(name: str, text: str, language: Language) -> str:
    """Return a page with a link to the same page in the other language below its heading."""
    other: Language = "en" if language == "zh" else "zh"
    target = f"{name.rpartition('/')[2]}{ending(other)}"
    heading, _, rest = text.partition("\n")
    return f"{heading}\n\n[{_TONGUES[other]}]({target})\n{rest.rstrip()}\n"


def stale(pages: Mapping[str, str], language: Language) -> Iterator[Path]:
    """Yield the files that are not as they should be, and those that should not be."""
    for name, text in pages.items():
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            yield path
    for path in sorted((DOCS / "codes").glob("*.md")):
        is_zh = path.name.endswith(".zh.md")
        if is_zh == (language == "zh") and f"codes/{path.name}" not in pages:
            yield path


def write(pages: Mapping[str, str], old: Iterable[Path]) -> None:
    """Bring the files into step."""
    (DOCS / "codes").mkdir(exist_ok=True)
    for path in old:
        text = pages.get(path.relative_to(DOCS).as_posix())
        if text is None:
            path.unlink()
        else:
            path.write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    """Refresh or check the pages; return the exit code."""
    if "--lang" not in arguments:
        # Help is said in the language of the process: one for each.
        commands = ([sys.executable, __file__, *arguments, "--lang", one] for one in LANGUAGES)
        return max(subprocess.run(one, env={**os.environ, "COLUMNS": "100"}).returncode for one in commands)
    language: Language = "zh" if arguments[-1] == "zh" else "en"
    pages = made(language)
    old = list(stale(pages, language))
    is_check = "--check" in arguments
    if not is_check:
        write(pages, old)
    for path in old:
        print(f"{path.relative_to(ROOT).as_posix()}: {'out of step' if is_check else 'refreshed'}")
    return 1 if old and is_check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
