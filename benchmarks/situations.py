"""The ways in which ``hostile.py`` spoils a folder, each with what to run there."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

REPORTING = Path(__file__).resolve().parent.parent / "rules/taobao"
AS_OF = ("--as-of", "2026-03-05 12:00")
CASE = "book/cases/example.json"
POLICY = "book/policies/returns.yaml"
NAMES = ("book/rulebook.yaml", "book/facts.yaml", "book/assumptions.yaml", POLICY, "book/policies/x.yaml")
EVIL = (
    "::set-env name=A::b",
    " \t::add-mask::x",
    "##[add-path]/x",
    "##vso[task.setvariable]x",
    "a\n::error::x",
)
NO_XML = (
    "\ufffe",
    "\uffff",
    "\ud800",
    "\x00",
    "\x08",
    "\x1b[31m",
    "\x7f",
    "\u202e",
    "]]>",
    "<x>",
    "&",
    "$\\frac$",
)
FORMULAS = ("=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", " =1", "\t=1", "\n=1", "\u3000＝1")


class Command(NamedTuple):
    """Words of a command line, and how its process differs from others: see ``run_command``."""

    words: Sequence[str]
    closed: Sequence[int] = ()
    streams: Mapping[int, str] = {}
    environment: Mapping[str, str] = {}
    largest: int | None = None
    is_nobody: bool = False
    folder: str = "."


Situation = Callable[[Path, random.Random], list[Command]]
SITUATIONS: dict[str, Situation] = {}


def situation(make: Situation) -> Situation:
    """Enter a situation into the table: it spoils a folder, and returns what to run there."""
    SITUATIONS[make.__name__] = make
    return make


def everything(chance: random.Random, count: int = 4) -> list[Command]:
    """Return some of the commands that users run on a rulebook and a case."""
    book, rules = ["book"], ["--rules", "book"]
    known = [
        *(["check", *book, "--format", form] for form in ("text", "json", "github", "sarif", "junit")),
        ["check", CASE, *rules],
        ["fmt", *book],
        ["fmt", "--check", *book],
        ["test", *book],
        ["test", *book, "--junit", "out/j.xml"],
        ["test", *book, "--suggest"],
        ["evaluate", CASE, *rules, *AS_OF],
        ["evaluate", CASE, *rules, *AS_OF, "--format", "json"],
        *(["timeline", CASE, *rules, *AS_OF, "--format", form] for form in ("text", "json", "svg", "html")),
        ["book", *rules, "-o", "out/book.html"],
        ["book", *rules, "--format", "markdown"],
        ["show", "return_period", *rules],
        ["clauses", *rules],
        ["schema", "case", *rules],
        ["diff", "book", "book"],
        ["init", "made"],
        ["version"],
        ["check", "--help"],
    ]
    return [Command(words) for words in chance.sample(known, count)]


# ---------- files that are none


@situation
def pipes(place: Path, chance: random.Random) -> list[Command]:
    """A pipe without a writer, where a file is read or written."""
    name = chance.choice((*NAMES, CASE, "book/policies/x.cases.yaml", "out/book.html", "out/j.xml"))
    (place / name).unlink(missing_ok=True)
    os.mkfifo(place / name)
    return [*everything(chance), Command(["evaluate", name, "--rules", "book", "--ndjson"])]


@situation
def devices(place: Path, chance: random.Random) -> list[Command]:
    """A link to a device, or to what gives read errors, in the place of a file."""
    name = chance.choice((*NAMES, CASE, "out/book.html"))
    (place / name).unlink(missing_ok=True)
    (place / name).symlink_to(
        chance.choice(("/dev/zero", "/dev/null", "/dev/full", "/proc/self/mem", "/dev/tty"))
    )
    return everything(chance)


@situation
def folders(place: Path, chance: random.Random) -> list[Command]:
    """A folder in the place of a file, or a file in the place of a folder."""
    if chance.random() < 0.5:
        name = chance.choice((*NAMES, CASE, "out/book.html"))
        (place / name).unlink(missing_ok=True)
        (place / name).mkdir()
    else:
        shutil.rmtree(place / "book" / chance.choice(("policies", "cases")))
        (place / "book/policies").touch()
    return everything(chance)


@situation
def links(place: Path, chance: random.Random) -> list[Command]:
    """Links beside every file to one of the user, in all names that a draft could have; links to nothing."""
    for path in [path for path in (place / "book").rglob("*") if path.is_file()]:
        for name in (
            f"{path.name}.part",
            f"{path.name}.tmp",
            f".{path.name}.swp",
            f"{path.name}~",
            f".{path.name}",
        ):
            (path.parent / name).symlink_to(place / "victim")
    (place / "out/book.html.part").symlink_to(place / "victim")
    (place / "out/j.xml.part").symlink_to(place / "victim")
    text = (place / POLICY).read_text("utf-8")
    (place / POLICY).write_text(text.replace("    title:", "    title:  "), "utf-8")
    if chance.random() < 0.5:
        (place / "book/overlays").symlink_to(chance.choice(("nowhere", "overlays", "/", "..", "../victim")))
    more = (
        ["fmt", "book"],
        ["book", "--rules", "book", "-o", "out/book.html"],
        ["test", "book", "--junit", "out/j.xml"],
    )
    return [*(Command(words) for words in more), *everything(chance, 2)]


@situation
def rights(place: Path, chance: random.Random) -> list[Command]:
    """Files and folders that may not be read or written, for a user who is not root."""
    spoiled = [
        place / chance.choice((*NAMES[:4], CASE, "book", "book/policies", "book/cases", "out"))
        for _ in range(2)
    ]
    for path in spoiled:
        path.chmod(chance.choice((0o000, 0o444, 0o111, 0o555)))
    return [one._replace(is_nobody=True) for one in everything(chance)]


@situation
def names(place: Path, chance: random.Random) -> list[Command]:
    """Names of files that no writer of a program thinks of."""
    odd = chance.choice(
        ("a\nb", "::error::x", "-x", "\udcff", "\x1b[31m", " ", "x" * 240, "=1", "<b>", "a:b")
    )
    (place / "book/policies" / f"{odd}.yaml").write_text(
        chance.choice(("", "rules: [", "policy: x\n")), "utf-8"
    )
    (place / f"{odd}.json").write_text("{", "utf-8")
    ci = {"GITHUB_ACTIONS": "true"}
    more = [Command(["evaluate", "--rules", "book", "--", f"{odd}.json"], environment=ci)]
    return [*more, *(one._replace(environment=ci) for one in everything(chance))]


# ---------- contents


@situation
def encodings(place: Path, chance: random.Random) -> list[Command]:
    """Bytes that are no UTF-8 text, or texts in another encoding."""
    path = place / chance.choice((*NAMES[:4], CASE))
    text = path.read_text("utf-8")
    path.write_bytes(
        chance.choice(
            (
                text.encode("utf-16"),
                text.encode("gb18030", "replace"),
                text.encode() + b"\xff",
                b"\x00" * 100,
                b"",
                text.encode().replace(b"\n", chance.choice((b"\r", b"\r\n", b"\xe2\x80\xa8", b"\x0b"))),
                b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n",
            )
        )
    )
    return everything(chance)


@situation
def depth(place: Path, chance: random.Random) -> list[Command]:
    """Nesting beyond every stack, and aliases that would multiply."""
    path = place / chance.choice((*NAMES[:4], CASE))
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    path.write_text(
        chance.choice(
            ("[" * 100_000, "{a: " * 20_000, '{"a":' * 100_000, "- " * 50_000, "? " * 10_000, bomb)
        ),
        "utf-8",
    )
    return everything(chance)


@situation
def lines(place: Path, chance: random.Random) -> list[Command]:
    """Lines without end, lines that are too long, many broken lines; a good one after them."""
    data = chance.choice(
        (b"9" * 70_000_000, b"{\n" * 20_000, b"\xff\n" * 3_000, b'{"case": "' + b"x" * 5_000_000 + b'"}')
    )
    (place / "c.ndjson").write_bytes(data + b"\n{}\n")
    week = ["weekly_reviews", "--week", "2012-W27", "--rules", str(REPORTING)]
    return [
        Command(["evaluate", "c.ndjson", "--rules", "book", *AS_OF]),
        Command(
            ["check", "c.ndjson", "--rules", "book", "--format", chance.choice(("text", "junit", "sarif"))]
        ),
        Command(
            [
                "report",
                *week[:1],
                chance.choice(("c.ndjson", "/dev/zero", "book", "/proc/self/mem")),
                *week[1:],
            ]
        ),
    ]


@situation
def words(place: Path, chance: random.Random) -> list[Command]:
    """Words of cases and rules that command a CI system, break XML, or are formulas."""
    evil = chance.choice((*EVIL, *NO_XML, *FORMULAS))
    (place / CASE).write_text(
        json.dumps({"case": evil, evil: evil}, ensure_ascii=chance.random() < 0.5), "utf-8", "replace"
    )
    path = place / POLICY
    quoted = json.dumps(evil)
    path.write_text(
        re.sub(r"en: [^,}\n]+", lambda _: f"en: {quoted}", path.read_text("utf-8"), count=3), "utf-8"
    )
    review = {
        "case": evil,
        "customer": {
            "reviews": [{"created_at": "2012-07-03 10:00:00", "result": "bad", "stated_cause": evil}]
        },
    }
    (place / "c.ndjson").write_text(json.dumps(review) + "\n", "utf-8")
    week = ["report", "weekly_reviews", "c.ndjson", "--week", "2012-W27", "--rules", str(REPORTING)]
    ci = {"GITHUB_ACTIONS": "true"}
    found = [*everything(chance), Command([*week, "--format", chance.choice(("text", "csv", "json"))])]
    return [one._replace(environment=ci) for one in found]


@situation
def years(place: Path, chance: random.Random) -> list[Command]:
    """Deadlines that follow on each other beyond every calendar, and instants of no year."""
    count = chance.choice((1, 2, 90))
    form = "  d{0}: {{title: {{zh: 钟, en: clock}}, who: buyer, starts: {1}, within: {2}}}\n"
    lengths = ("36525 days", "10000 business days")
    chain = "".join(
        form.format(one, f"d{one - 1}.due" if one else "order.received_at", chance.choice(lengths))
        for one in range(count)
    )
    (place / "book/policies/x.yaml").write_text(
        f"policy: x\ntitle: {{zh: 题, en: x}}\ndeadlines:\n{chain}", "utf-8"
    )
    day = chance.choice(
        (
            "2026-03-01 10:00",
            "2200-12-31 23:59:59",
            "9999-12-31 23:59:59",
            "0001-01-01 00:00",
            "1900-01-01 00:00",
        )
    )
    (place / CASE).write_text(json.dumps({"order": {"received_at": day}}), "utf-8")
    return [*everything(chance), Command(["evaluate", CASE, "--rules", "book", "--as-of", day])]


# ---------- the process


@situation
def streams(place: Path, chance: random.Random) -> list[Command]:
    """Standard streams that are closed, full, or no files."""
    found = []
    for one in everything(chance, 5):
        closed = [number for number in range(3) if chance.random() < 0.3]
        full = {number: "/dev/full" for number in (1, 2) if number not in closed and chance.random() < 0.4}
        found.append(one._replace(closed=closed, streams=full))
    given = chance.choice(("/dev/null", "/dev/zero", "/proc/self/mem"))
    found.append(Command(["evaluate", "-", "--rules", "book", *AS_OF], streams={0: given}))
    return [*found, Command(["evaluate", "-", "--rules", "book"], closed=[0])]


@situation
def full_disk(place: Path, chance: random.Random) -> list[Command]:
    """No file can grow beyond some bytes, as on a disk that is full."""
    text = (place / POLICY).read_text("utf-8")
    (place / POLICY).write_text(text.replace("    title:", "    title:  "), "utf-8")
    more = (["fmt", "book"], ["book", "--rules", "book", "-o", "out/book.html"], ["init", "made"])
    found = [
        *(Command(words) for words in more),
        *everything(chance, 2),
        Command(["book", "--rules", "book", "-o", "/dev/full"]),
    ]
    return [one._replace(largest=chance.choice((0, 10, 2_000))) for one in found]


@situation
def no_folder(place: Path, chance: random.Random) -> list[Command]:
    """The working folder has been removed."""
    return [one._replace(folder="gone") for one in everything(chance)]


@situation
def caches(place: Path, chance: random.Random) -> list[Command]:
    """A cache that others have written, or that cannot be one."""
    cache = place / "cache"
    kind = chance.randrange(4)
    if kind == 0:
        cache.write_text("no folder")
    elif kind == 1:
        cache.symlink_to("/proc")
    else:
        cache.mkdir(mode=0o700 if kind == 2 else 0o777)
        (cache / "key").write_bytes(b"k" * chance.choice((0, 32, 100)))
        (cache / ("0" * 64 + ".rulebook")).write_bytes(b"x")
        os.mkfifo(cache / f"{1:064x}.rulebook")
    return [one._replace(environment={"POLICYENGINE_CACHE": str(cache)}) for one in everything(chance)]


@situation
def repositories(place: Path, chance: random.Random) -> list[Command]:
    """A repository of git that would run programs, leads elsewhere, or lacks what it names."""

    def git(*words: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    name = chance.choice((*NAMES[:4], "book/policies", "book/README", "book/overlays"))
    if chance.random() < 0.7:
        path = place / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        target = chance.choice(("/etc/passwd", "../../victim", "nowhere", path.name, "..", "../out"))
        path.symlink_to(target)
    (place / ".gitattributes").write_text(
        "book/policies export-ignore\n*.yaml export-subst eol=crlf filter=x\n"
    )
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    spy = f"touch {place}/RAN; cat"
    for key in (
        "core.fsmonitor",
        "filter.x.smudge",
        "filter.x.clean",
        "diff.external",
        "core.sshCommand",
        "core.pager",
    ):
        git("config", key, spy)
    for key, value in (
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", f"ext::sh -c touch% {place}/RAN"),
        ("protocol.allow", "always"),
        ("core.repositoryFormatVersion", "1"),
    ):
        git("config", key, value)
    if chance.random() < 0.3:
        objects = [one for one in (place / ".git/objects").rglob("*") if one.is_file()]
        chance.choice(objects).unlink()
    old = chance.choice(("git:main", "git:main:book", "git:main:.", "git:nowhere", "git:main:../x", "git:-x"))
    return [Command(["diff", old, "book", "--format", form]) for form in ("text", "json", "markdown")]
