"""Mutates the bytes of rule, test and case files, and looks for a traceback, a hang or unbounded memory.

python benchmarks/fuzz.py --seconds 60 --seed 1

Each round changes one file of the starter rulebook, and runs what a clerk, CI and an editor would run on it:
`check` in every form, `fmt`, the index and the completion of the language server, and the case reader. A
round that takes longer than five seconds is a hang. Inputs that fail are written to the working directory.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from policyengine.diagnostics.i18n import Speech
from policyengine.formatting.format import format_text
from policyengine.lint.examine import examine, find_places
from policyengine.lsp.completion import proposals
from policyengine.lsp.workspace import OpenRulebook
from policyengine.render.annotations import render_annotations
from policyengine.render.report import render_report, render_report_json
from policyengine.render.report_junit import render_report_junit
from policyengine.render.sarif import render_sarif
from policyengine.syntax.files import decode_text

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "src/policyengine/starter"
FILES = {
    "rulebook.yaml": "rulebook",
    "facts.yaml": "facts",
    "assumptions.yaml": "assumptions",
    "policies/returns.yaml": "policy",
    "policies/returns.cases.yaml": "cases",
    "cases/example.json": "case",
}
HANG = 5  # seconds
MEMORY = 1_500_000_000  # bytes
PIECES = [
    b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"\r\n", b"\t", b"\xe3\x80\x80", b"\xc2\xa0", b"\xef\xbc\x9a",
    b"&a ", b"*a", b"<<: ", b"!!python/object:os.system ", b"? ", b"- ", b"{", b"}", b"[", b"]", b"|\n",
    b">\n", b'"', b"'", b"#", b"%", b"---\n", b"...\n", b"NO", b"0o17", b"1e999", b"NaN", b"null", b"~",
    b"\x1b[31m", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"9" * 400, b"{" * 200, b"[" * 200, b"a: " * 100,
    b"\\ud800", b"known", b"happened", b"A-01", b"for_each",
]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with one to six changes."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at = chance.randrange(len(found) + 1)
        kind = chance.randrange(7)
        if kind == 0 and found:
            found[at % len(found)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del found[at : at + chance.choice((1, 1, 2, 8, 64))]
        elif kind == 2:
            found[at:at] = chance.choice(PIECES)
        elif kind == 3:
            start = chance.randrange(len(found) + 1)
            found[at:at] = found[start : start + chance.choice((1, 4, 16, 120))]
        elif kind == 4:
            found[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice((1, 3))))
        elif kind == 5:
            lines = bytes(found).split(b"\n")
            chance.shuffle(lines) if chance.random() < 0.1 else lines.insert(
                chance.randrange(len(lines) + 1), chance.choice(lines)
            )
            found = bytearray(b"\n".join(lines))
        else:
            found[at : at + 1] = chance.choice(PIECES) * chance.choice((1, 1, 50))
    return bytes(found)


def run(folder: Path, name: str, data: bytes, chance: random.Random) -> Counter[str]:
    """Do with a changed file what users do; return the codes that were told."""
    path = folder / name
    path.write_bytes(data)
    case = str(folder / "cases/example.json")
    examined = examine(find_places([str(folder), case]), {case: str(folder)})
    say = Speech(chance.choice(("zh", "en")))
    found = examined.diagnostics
    texts = [
        render_report(found, say),
        render_report_json(found),
        render_sarif(found, say),
        render_annotations(found, say),
        render_report_junit(examined.files, found, say),
    ]
    if any("\x1b" in text for text in texts):
        raise AssertionError("an escape sequence reached the output")
    if name != "cases/example.json":
        text, _ = decode_text(name, data)
        if text is not None:
            formatted, _ = format_text(text, FILES[name], name)
            if formatted is not None and format_text(formatted, FILES[name], name)[0] != formatted:
                raise AssertionError("formatting twice is not formatting once")
            book = OpenRulebook(str(folder))
            lines = text.splitlines()
            for row in chance.sample(range(len(lines)), min(3, len(lines))):
                proposals(book.index, lines, row, lines[row][: chance.randrange(len(lines[row]) + 1)])
                book.index.at(str(path), row + 1, 3)
    return Counter(one.code for one in found)


def _hang(signal_number: int, frame: object) -> None:
    raise TimeoutError(f"longer than {HANG} seconds")


def main() -> int:
    """Fuzz for a while; return 1 if anything was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    os.environ["POLICYENGINE_CACHE"] = "off"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _hang)
    chance = random.Random(asked.seed)
    codes: Counter[str] = Counter()
    rounds, failures, longest = 0, 0, 0.0
    ending = time.monotonic() + asked.seconds
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "book"
        shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        while time.monotonic() < ending:
            rounds += 1
            name = chance.choice(list(FILES))
            original = (STARTER / name).read_bytes()
            data = mutated(original, chance)
            started = time.monotonic()
            signal.alarm(HANG)
            try:
                codes += run(folder, name, data, chance)
            except Exception:
                failures += 1
                Path(f"fuzz-{rounds}-{Path(name).name}").write_bytes(data)
                traceback.print_exc()
            finally:
                signal.alarm(0)
                (folder / name).write_bytes(original)
            longest = max(longest, time.monotonic() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"rounds: {rounds}, failures: {failures}, codes seen: {len(codes)}")
    print(f"longest: {longest:.2f} s, peak: {peak} MB")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
