"""Runs every command that a page shows and writes down what it printed, so that the page stays true.

python tools/readme.py           refresh the pages and their pictures
python tools/readme.py --check   exit 1 if a page shows something else than the commands print
python tools/readme.py --freeze  take over rules/ and examples/ as they are now, then refresh the pages

A ``console`` block is a shell session: lines that begin with ``$ `` are commands, the lines after them what
they print (both streams, in the order of standard output first). The blocks of a page run one after another
in a folder of their own, so a page can edit files and show the effect. There, rules/ and examples/ are those
of docs/frozen: whoever changes a rule need not change the pages, and does not break their tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "README.md",
    "README.zh.md",
    "docs/batch.md",
    "docs/batch.zh.md",
    "docs/cases.md",
    "docs/cases.zh.md",
    "docs/compiled-forms.md",
    "docs/compiled-forms.zh.md",
    "docs/impact.md",
    "docs/impact.zh.md",
    "docs/letter.md",
    "docs/letter.zh.md",
    "docs/possible.md",
    "docs/possible.zh.md",
    "docs/reasons.md",
    "docs/reasons.zh.md",
    "docs/sample.md",
    "docs/sample.zh.md",
    "docs/clerk-story.md",
    "docs/clerk-story.zh.md",
    "docs/decision.md",
    "docs/decision.zh.md",
    "docs/reports.md",
    "docs/reports.zh.md",
    "docs/rules.md",
    "docs/rules.zh.md",
    "docs/tutorial.md",
    "docs/tutorial.zh.md",
    "docs/timeline.md",
    "docs/timeline.zh.md",
)
# What makes each picture that the pages show.
_PICTURE = 'timeline examples/cases/late-dispatch.json --as-of "2012-03-16 18:00:01" --format svg'
PICTURES = {
    "docs/pictures/late-dispatch.svg": f"policyengine {_PICTURE} --lang en",
    "docs/pictures/late-dispatch.zh.svg": f"policyengine {_PICTURE} --lang zh",
}
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FROZEN = ROOT / "docs" / "frozen"
_TAKEN_OVER = ("rules", "examples/cases", "examples/reviews")


def refresh(page: str, cache: Path) -> str:
    """Return the text of a page with the output of its commands as it is now.

    What is compiled for one page is kept in the folder ``cache`` for the others.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FROZEN, folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "schemas", Path(folder) / "schemas")
        environment = _environment(Path(folder), cache)
        return _BLOCK.sub(lambda found: _block(found[1], folder, environment), page)


def drawn(command: str, cache: Path) -> str:
    """Return a picture as its command draws it now."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FROZEN, folder, dirs_exist_ok=True)
        environment = _environment(Path(folder), cache)
        return subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout


def freeze() -> None:
    """Take over the rules and the examples as they are now."""
    shutil.rmtree(FROZEN, ignore_errors=True)
    for name in _TAKEN_OVER:
        shutil.copytree(ROOT / name, FROZEN / name)


def _environment(folder: Path, cache: Path) -> dict[str, str]:
    """Return an environment that is the same everywhere, with ``policyengine`` as a command."""
    commands = folder / ".commands"
    commands.mkdir()
    command = commands / "policyengine"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m policyengine "$@"\n')
    command.chmod(0o755)
    return {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONPYCACHEPREFIX": str(cache / "code"),
        "POLICYENGINE_CACHE": str(cache / "rulebooks"),
    }


def _block(session: str, folder: str, environment: dict[str, str]) -> str:
    lines = ["```console"]
    for command in (line for line in session.splitlines() if line.startswith("$ ")):
        done = subprocess.run(
            ["bash", "-c", command[2:]], cwd=folder, env=environment, capture_output=True, encoding="utf-8"
        )
        lines.append(command)
        lines += (done.stdout + done.stderr).rstrip("\n").split("\n") if done.stdout or done.stderr else []
    return "\n".join([*lines, "```"])


def main(arguments: list[str]) -> int:
    """Refresh or check the pages; return the exit code."""
    if "--freeze" in arguments:
        freeze()
    stale = []
    with tempfile.TemporaryDirectory() as cache:
        for name in (*PAGES, *PICTURES):
            path = ROOT / name
            old = path.read_text("utf-8") if path.exists() else ""
            new = drawn(PICTURES[name], Path(cache)) if name in PICTURES else refresh(old, Path(cache))
            if new != old:
                stale.append(name)
                if "--check" not in arguments:
                    path.write_text(new, "utf-8")
    for name in stale:
        print(f"{name}: {'out of date' if '--check' in arguments else 'refreshed'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
