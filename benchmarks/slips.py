"""Makes the slips that people make in rule files, and counts how near to the slip the first fault is told.

python benchmarks/slips.py --slips 500 --seed 1

Each round makes one slip in one line of rules/taobao: a line is lost, doubled, moved or indented, a colon, a
space, a quote or a bracket is lost, a word is misspelt, a character is full-width, a value is gone. Then the
rulebook is checked. A slip is told `here` (within three lines), `elsewhere` (where a name is used that is
gone, say), or `not`. What is not told may be right: a title, another figure, a case less; `--show` lists it.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from policyengine.lint.examine import examine_rulebook
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import to_plain

RULES = Path(__file__).resolve().parent.parent / "rules/taobao"
NEAR = 3  # lines

Lines = list[str]
Slip = Callable[[Lines, int, random.Random], None]


def _lost(lines: Lines, at: int, chance: random.Random) -> None:
    del lines[at]


def _lines_lost(lines: Lines, at: int, chance: random.Random) -> None:
    del lines[at : at + chance.randrange(2, 8)]


def _doubled(lines: Lines, at: int, chance: random.Random) -> None:
    lines.insert(at, lines[at])


def _pasted(lines: Lines, at: int, chance: random.Random) -> None:
    start = chance.randrange(len(lines))
    lines[at:at] = lines[start : start + chance.randrange(1, 8)]


def _swapped(lines: Lines, at: int, chance: random.Random) -> None:
    lines[at : at + 2] = reversed(lines[at : at + 2])


def _indented(lines: Lines, at: int, chance: random.Random) -> None:
    lines[at] = " " * chance.choice((1, 2)) + lines[at]


def _moved_left(lines: Lines, at: int, chance: random.Random) -> None:
    lines[at] = lines[at].removeprefix(" " * chance.choice((1, 2)))


def _misspelt(lines: Lines, at: int, chance: random.Random) -> None:
    words = list(re.finditer("[A-Za-z_]{3,}", lines[at]))
    if words:
        word = chance.choice(words)
        one = chance.randrange(word.start(), word.end() - 1)
        line = lines[at]
        lines[at] = line[:one] + line[one + 1] + line[one] + line[one + 2 :]


def _character_lost(lines: Lines, at: int, chance: random.Random) -> None:
    one = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:one] + lines[at][one + 1 :]


def _mark_lost(marks: str) -> Slip:
    def slip(lines: Lines, at: int, chance: random.Random) -> None:
        places = [place for place, character in enumerate(lines[at]) if character in marks]
        if places:
            one = chance.choice(places)
            lines[at] = lines[at][:one] + lines[at][one + 1 :]

    return slip


def _space_lost(lines: Lines, at: int, chance: random.Random) -> None:
    lines[at] = lines[at].replace(": ", ":", 1)


def _full_width(lines: Lines, at: int, chance: random.Random) -> None:
    wide = dict(zip(':,"01-.(', "：，“０１－。（", strict=True))
    places = [place for place, character in enumerate(lines[at]) if character in wide]
    if places:
        one = chance.choice(places)
        lines[at] = lines[at][:one] + wide[lines[at][one]] + lines[at][one + 1 :]


def _value_gone(lines: Lines, at: int, chance: random.Random) -> None:
    lines[at] = re.sub(": .*", ":", lines[at], count=1)


def _number_changed(lines: Lines, at: int, chance: random.Random) -> None:
    numbers = list(re.finditer("[0-9]+", lines[at]))
    if numbers:
        one = chance.choice(numbers)
        lines[at] = lines[at][: one.start()] + chance.choice(("0", "7", "99", "")) + lines[at][one.end() :]


SLIPS: dict[str, Slip] = {
    "line lost": _lost,
    "lines lost": _lines_lost,
    "line doubled": _doubled,
    "lines pasted": _pasted,
    "lines swapped": _swapped,
    "indented": _indented,
    "moved left": _moved_left,
    "word misspelt": _misspelt,
    "character lost": _character_lost,
    "colon lost": _mark_lost(":"),
    "space lost": _space_lost,
    "quote or bracket lost": _mark_lost("\"'[]{}"),
    "full-width": _full_width,
    "value gone": _value_gone,
    "number changed": _number_changed,
}


def slipped(text: str, slip: Slip, chance: random.Random) -> tuple[str, int]:
    """Return the text with one slip, and its line (from 1)."""
    lines = text.splitlines()
    written = [
        place for place, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")
    ]
    at = chance.choice(written)
    slip(lines, at, chance)
    return "\n".join(lines) + "\n", at + 1


def told(folder: Path, path: Path, line: int) -> str:
    """Return where the fault is told that is nearest to a line of a file."""
    found = examine_rulebook(str(folder)).diagnostics
    here = [one.span for one in found if Path(one.span.file) == path]
    if any(abs(span.line - line) <= NEAR for span in here):
        return "here"
    return "elsewhere" if found else "not"


def survey(rounds: int, seed: int, show: bool = False) -> dict[str, Counter[str]]:
    """Return for each kind of slip how often it is told where; slips that change nothing are not counted."""
    chance = random.Random(seed)
    counts: dict[str, Counter[str]] = {name: Counter() for name in SLIPS}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "book"
        shutil.copytree(RULES, folder)
        files = sorted(folder.rglob("*.yaml"))
        while rounds > sum(map(Counter.total, counts.values())):
            path, kind = chance.choice(files), chance.choice(list(SLIPS))
            original = path.read_text("utf-8")
            text, line = slipped(original, SLIPS[kind], chance)
            before, after = read_yaml(original, "")[0], read_yaml(text, "")[0]
            assert before is not None
            if after is not None and to_plain(before) == to_plain(after):
                continue
            path.write_text(text, "utf-8")
            where = told(folder, path, line)
            path.write_text(original, "utf-8")
            counts[kind][where] += 1
            if show and where == "not":
                was, now = original.splitlines()[line - 1], text.splitlines()[line - 1 : line]
                print(f"{path.relative_to(folder)}:{line}: {kind}\n  - {was}\n  + {''.join(now)}")
    return counts


def table(counts: dict[str, Counter[str]]) -> str:
    """Return the counts as a table in Markdown."""
    lines = ["| slip | told here | elsewhere | not |", "|---|---|---|---|"]
    whole: Counter[str] = Counter()
    for kind, found in counts.items():
        whole += found
        lines.append(f"| {kind} | {found['here']} | {found['elsewhere']} | {found['not']} |")
    lines.append(f"| all | {whole['here']} | {whole['elsewhere']} | {whole['not']} |")
    return "\n".join(lines)


def main() -> None:
    """Make slips and print where they are told."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--slips", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", action="store_true", help="list what is not told")
    asked = arguments.parse_args()
    os.environ["POLICYENGINE_CACHE"] = "off"
    print(table(survey(asked.slips, asked.seed, asked.show)))


if __name__ == "__main__":
    sys.exit(main())
