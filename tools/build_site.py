"""Builds the documentation as a site, each language in a tree of its own, with Zensical.

python tools/build_site.py            build into build/site
python tools/build_site.py --assemble only put the pages together, in build/pages

Zensical is no part of what is installed: pip install '.[docs]'. The pages are those of docs/, and the
architecture and its kin; what only English has is shown in English. The list of the pages is ``CONTENTS``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from page_links import anchors, relative, rewritten

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LANGUAGES = ("en", "zh")
_TONGUES = ("English", "中文")
_SWITCH = "\x01"
# Pages that code hosts look for at the top.
_AT_THE_TOP = {
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
# What the site says beside the pages.
_WORDS = {
    "en": {
        "site": "policyengine",
        "Begin": "Begin",
        "Use": "Use",
        "Rules": "Write rules",
        "Reference": "Reference",
        "Inside": "Inside",
        "Diagnostics": "Diagnostics",
        "english": "",
    },
    "zh": {
        "site": "policyengine 规则引擎",
        "Begin": "入门",
        "Use": "使用",
        "Rules": "编写规则",
        "Reference": "参考",
        "Inside": "内部",
        "Diagnostics": "诊断",
        "english": "> 本页只有英文。\n\n",
    },
}
CONTENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Begin", ("index", "tutorial", "clerk-story", "recipes")),
    (
        "Use",
        (
            "cases",
            "decision",
            "reasons",
            "letter",
            "possible",
            "timeline",
            "reports",
            "batch",
            "sample",
            "impact",
            "ci",
            "install",
        ),
    ),
    ("Rules", ("rules", "language", "language/*", "examples")),
    ("Reference", ("cli", "formats", "api", "codes/index")),
    (
        "Inside",
        ("architecture", "compiled-forms", "performance", "peers", "mutants", "contributing", "changelog"),
    ),
)


def sources(language: str) -> dict[str, Path]:
    """Return the file of each page by its place in the site: that of the language, or else the English one."""
    found = {name: ROOT / top for top, name in _AT_THE_TOP.items()}
    for path in sorted(DOCS.rglob("*.md")):
        if "frozen" in path.relative_to(DOCS).parts or path.name.endswith(".zh.md"):
            continue
        own = path.with_suffix("").with_suffix(f".{language}.md")
        found[path.relative_to(DOCS).as_posix()] = own if own.exists() else path
    return found


def assemble(language: str, folder: Path) -> None:
    """Put the pages of a language together in a folder, with what they show."""
    pages = sources(language)
    places = {path.resolve(): name for name, path in pages.items()}
    # A link to a page in the other language leads to the page in this one.
    for name, path in sources("en").items():
        places.setdefault(path.resolve(), name)
    for name, path in sources("zh").items():
        places.setdefault(path.resolve(), name)
    for top in ("README.md", "README.zh.md"):
        places[ROOT / top] = "index.md"
    for name, path in pages.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8")
        if language != "en" and not path.name.endswith(f".{language}.md"):
            text = _WORDS[language]["english"] + text
        target.write_text(_linked(text, path, target, pages, places), "utf-8")


def _linked(text: str, source: Path, target: Path, pages: dict[str, Path], places: dict[Path, str]) -> str:
    """Return a page with its links as they lead from its place in the site."""
    here = next(name for name, path in pages.items() if path == source)
    folder = target.parents[here.count("/")]

    def change(head: str, words: str, link: str) -> str:
        if words in _TONGUES:
            return _SWITCH
        name, mark, anchor = link.partition("#")
        if not name:
            return f"{head}{link})"
        meant = (source.parent / name).resolve()
        if meant in places:
            shown = pages[places[meant]]
            # An English page shown among others may name a heading that is called otherwise there.
            place = f"#{anchor}" if mark and anchor in anchors(shown.read_text("utf-8")) else ""
            return f"{head}{relative(target, folder / places[meant])}{place})"
        if meant.is_file():  # not a page: a schema, a case, a picture
            copied = folder / "files" / meant.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(meant, copied)
            return f"{head}{relative(target, copied)})"
        return f"`{meant.relative_to(ROOT).as_posix()}`" if words.strip("`") in link else words

    # The site has a switch of its own for the language.
    return rewritten(text, change).replace(f"\n{_SWITCH}\n", "")


def listed(language: str) -> list[tuple[str, list[str]]]:
    """Return the sections of the contents with the places of their pages."""
    pages = list(sources(language))
    return [(section, list(_named(names, pages))) for section, names in CONTENTS]


def _named(names: tuple[str, ...], pages: list[str]) -> Iterator[str]:
    for name in names:
        if name.endswith("/*"):
            yield from (page for page in pages if page.startswith(name.removesuffix("*")))
        else:
            yield f"{name}.md"


def _settings(language: str, pages: Path) -> str:
    """Return the settings of Zensical. Paths are written as JSON strings, which are strings of TOML."""
    words = _WORDS[language]
    sections = [
        f"  {{ {json.dumps(words[name], ensure_ascii=False)} = {json.dumps(places)} }},"
        for name, places in listed(language)
    ]
    codes = sorted(path.relative_to(pages).as_posix() for path in pages.glob("codes/*.md"))
    sections.append(f"  {{ {json.dumps(words['Diagnostics'], ensure_ascii=False)} = {json.dumps(codes)} }},")
    other = {"en": "../" if language == "zh" else "./", "zh": "./" if language == "zh" else "zh/"}
    lines = [
        "[project]",
        f"site_name = {json.dumps(words['site'], ensure_ascii=False)}",
        f"docs_dir = {json.dumps(f'pages/{language}')}",
        f"site_dir = {json.dumps('site' if language == 'en' else f'site/{language}')}",
        "nav = [",
        *sections,
        "]",
        "[project.theme]",
        f'language = "{language}"',
        "font = false  # nothing is fetched from elsewhere",
        "features = ["
        '"navigation.sections", "navigation.indexes", "navigation.top", "search.highlight", "content.code.copy"]',
        "[project.markdown_extensions]",
        "tables = {}",
        "pymdownx.superfences = {}",
        "pymdownx.highlight = {}",
        "sane_lists = {}",
        "[project.markdown_extensions.toc]",
        "permalink = true",
        "[project.markdown_extensions.toc.slugify]",
        'object = "pymdownx.slugs.slugify"',
        'kwds = { case = "lower" }',
        "[project.extra]",
        "generator = false",
    ]
    for one, title in (("en", "English"), ("zh", "中文")):
        lines += [
            "[[project.extra.alternate]]",
            f'name = "{title}"',
            f'link = "{other[one]}"',
            f'lang = "{one}"',
        ]
    return "\n".join(lines) + "\n"


def build(folder: Path) -> None:
    """Build the site of every language in a folder. Raises CalledProcessError."""
    shutil.rmtree(folder / "pages", ignore_errors=True)
    shutil.rmtree(folder / "site", ignore_errors=True)
    for language in LANGUAGES:
        assemble(language, folder / "pages" / language)
        (folder / f"{language}.toml").write_text(_settings(language, folder / "pages" / language), "utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", f"{language}.toml"]
        subprocess.run(command, cwd=folder, check=True)


def main(arguments: list[str]) -> int:
    """Build the site, or only put its pages together; return the exit code."""
    folder = ROOT / "build"
    if "--assemble" in arguments:
        shutil.rmtree(folder / "pages", ignore_errors=True)
        for language in LANGUAGES:
            assemble(language, folder / "pages" / language)
        return 0
    try:
        build(folder)
    except subprocess.CalledProcessError as fault:
        print("the site cannot be built; is Zensical there? pip install '.[docs]'", file=sys.stderr)
        return fault.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
