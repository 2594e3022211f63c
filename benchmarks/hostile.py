"""Runs the commands in hostile surroundings; looks for internal faults, hangs, and files that are not theirs.

python benchmarks/hostile.py --rounds 200 --seed 1

Each round makes a folder with the starter rulebook, spoils it in one of the ways of ``situations.py``, and
runs some commands on it, with a limit of time and of memory. It fails on a code that is not documented,
code 70, a traceback, a command that does not end, a file changed outside the rulebook, a program of the
repository that ran, a text that commands a CI system, and a document that is not well-formed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from situations import SITUATIONS, Command

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "src/policyengine/starter"
HANG = 300  # seconds of a clock on a busy machine: suggestions for 90 deadlines in a chain took 44
MEMORY = 2_500_000_000  # bytes of addresses
DOCUMENTED = {0, 1, 2, 3, 4, 74, 130, 141}
VICTIM = "precious\n"


def run_command(place: Path, command: Command) -> tuple[int | None, bytes, bytes]:
    """Run a command in its surroundings; the code is None if it did not end."""
    folder = place / command.folder
    folder.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place / "home"),
        "POLICYENGINE_CACHE": "off",
        # Where files are cut off at a size, Python itself would leave half a module for all who come later.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }
    # The shell opens and closes streams, so that the program finds them as it would in life.
    closing = "".join(f" {number}>&-" for number in command.closed)
    opening = "".join(
        f" {number}{'<' if number == 0 else '>'}{path}" for number, path in command.streams.items()
    )
    gone = f"rmdir '{folder}'; " if command.folder != "." else ""
    script = f'{gone}exec "$@"{closing}{opening}'

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if command.largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (command.largest, command.largest))

    try:
        run = subprocess.run(
            [
                "sh",
                "-c",
                script,
                "sh",
                *_without_rights(command),
                sys.executable,
                "-m",
                "policyengine",
                *command.words,
            ],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT / "src"), **command.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=HANG,
            preexec_fn=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return None, late.stdout or b"", late.stderr or b""
    return run.returncode, run.stdout, run.stderr


def _without_rights(command: Command) -> list[str]:
    """Return what takes from root the right to read and write everything."""
    if not command.is_nobody or os.geteuid() != 0 or shutil.which("setpriv") is None:
        return []
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]


def faults_of(place: Path, command: Command, code: int | None, out: bytes, err: bytes) -> list[str]:
    """Return what is wrong with how a command ended."""
    found = []
    if code is None:
        found.append(f"does not end within {HANG} seconds")
    elif code not in DOCUMENTED:
        found.append(f"code {code}: {err.decode('utf-8', 'replace').strip()[-300:]}")
    if b"Traceback" in err or b"internal error" in err:
        found.append("a traceback or an internal error")
    if (place / "victim").read_text() != VICTIM or (place / "RAN").exists():
        found.append("wrote outside, or ran what the folder names")
    form = command.words[-1]
    if code in (0, 1) and form in ("svg", "junit") and out:
        try:
            ElementTree.fromstring(out)
        except ElementTree.ParseError as fault:
            found.append(f"not well-formed: {fault}")
    printed = (out + b"\n" + err).replace(b"\r", b"\n")
    is_ci = "GITHUB_ACTIONS" in command.environment and form != "github"
    if is_ci and re.search(rb"(?m)^\s*::|##(\[|vso)", printed):
        found.append("commands the CI system")
    return found


def run_round(
    number: int, chance: random.Random, told: Callable[[str], None], name: str = ""
) -> Counter[str]:
    """Do one round; return how the commands ended, under the name of the situation."""
    name = name or chance.choice(sorted(SITUATIONS))
    codes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        place = Path(temporary).resolve()
        shutil.copytree(STARTER, place / "book", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        (place / "out").mkdir()
        (place / "home").mkdir()
        (place / "victim").write_text(VICTIM)
        commands = SITUATIONS[name](place, chance)
        for command in commands:
            code, out, err = run_command(place, command)
            codes[f"{name}: {code}"] += 1
            for fault in faults_of(place, command, code, out, err):
                codes["failures"] += 1
                told(f"round {number}, {name}: {' '.join(command.words)} {command[1:]}: {fault}")
        for path in (place, *place.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
    return codes


def main() -> int:
    """Run the rounds; return 1 if anything was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", choices=sorted(SITUATIONS), default="", help="only this situation")
    asked = arguments.parse_args()
    codes: Counter[str] = Counter()
    started = time.monotonic()
    for number in range(asked.rounds):
        chance = random.Random(f"{asked.seed} {number}")
        codes += run_round(number, chance, lambda text: print(text, flush=True), asked.only)
    failures = codes.pop("failures", 0)
    for name in sorted(codes):
        print(f"{codes[name]:6} {name}")
    seconds = time.monotonic() - started
    print(f"rounds: {asked.rounds}, commands: {codes.total()}, failures: {failures}, {seconds:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
