"""The old version of a rulebook is what was committed: nothing else is read, and nothing is run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policyengine import cli
from policyengine.reading.rule_files import collect_from
from policyengine.syntax.revision import RevisionUnknown, open_revision

STARTER = Path(__file__).parent.parent / "src/policyengine/starter"
POLICY = "policies/returns.yaml"
BOOK = "rules/returns"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and scripts are others there")

Diff = Callable[..., tuple[int, str, str]]


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    run = subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    root = tmp_path / "repository"
    shutil.copytree(STARTER, root / BOOK)
    git(root, "init", "-q", "-b", "main")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def diff(capfd: pytest.CaptureFixture[str]) -> Diff:
    def run(old: str = "git:main") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ending:
            cli.main(["diff", old, BOOK, "--lang", "en"])
        assert isinstance(ending.value.code, int)
        return (ending.value.code, *capfd.readouterr())

    return run


SAME = (0, "The rules say the same.\n", "")


def test_the_files_of_a_revision(root: Path, diff: Diff) -> None:
    commit(root)
    path = root / BOOK / POLICY
    path.write_text(path.read_text("utf-8").replace("7 days}]", "9 days}]"), "utf-8")
    with open_revision("git:main", BOOK) as revision:
        files, faults = collect_from(revision, revision.directory)
    assert not faults and {file.path for file in files} == {
        f"git:main:{BOOK}/{name}" for name in ("assumptions.yaml", "facts.yaml", POLICY, "rulebook.yaml")
    }
    code, out, _ = diff()
    assert code == 0 and "7 days → 9 days" in out
    assert diff("git:HEAD:rules/../rules/returns")[1] == out == diff("git:main^{/one}")[1]


@pytest.mark.parametrize(
    "written", ["git:nowhere", "git:", "git:--output=x", "git:main:rules/none", "git:main:../x", "git:ma\nin"]
)
def test_what_git_does_not_know(root: Path, written: str) -> None:
    commit(root)
    with pytest.raises(RevisionUnknown), open_revision(written, BOOK):
        raise AssertionError("it was opened")


def test_a_repository_that_is_a_rulebook(root: Path, monkeypatch: pytest.MonkeyPatch, diff: Diff) -> None:
    git(root / BOOK, "init", "-q", "-b", "main")
    commit(root / BOOK)
    assert diff() == SAME


def test_nothing_that_the_repository_names_is_run(root: Path, diff: Diff) -> None:
    """Filters, hooks, monitors, helpers: each would leave a file."""
    commit(root)
    spy = root / "spy"
    spy.write_text('#!/bin/sh\ntouch "$(dirname "$0")/RUN-$1"\ncat\n', "utf-8")
    spy.chmod(0o755)
    for name in (
        "core.fsmonitor", "diff.external", "filter.x.smudge", "filter.x.clean", "filter.x.process",
        "core.pager", "diff.x.textconv", "tar.tar.command", "core.sshCommand", "core.editor", "gpg.program",
        "credential.helper",
    ):  # fmt: skip
        git(root, "config", name, f"{spy} {name}")
    (root / ".git/info/attributes").write_text("*.yaml filter=x diff=x\n", "utf-8")
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(spy, root / ".git/hooks" / hook)
    assert diff() == SAME
    assert not list(root.rglob("RUN-*"))


def test_nothing_is_fetched(root: Path, diff: Diff) -> None:
    """A partial clone whose missing objects would be fetched by a command of its configuration."""
    commit(root)
    blob = git(root, "rev-parse", f"main:{BOOK}/{POLICY}")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", f"ext::sh -c touch% {root}/RUN-ext"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
    ):
        git(root, "config", name, value)
    code, _, err = diff()
    assert code == 1 and f"`git:main:{BOOK}/{POLICY}` is not in this copy of the repository" in err
    assert not list(root.rglob("RUN-*"))


def test_attributes_change_nothing(root: Path, diff: Diff) -> None:
    (root / ".gitattributes").write_text(
        f"{BOOK}/policies export-ignore\n*.yaml export-subst eol=crlf\n", "utf-8"
    )
    commit(root)
    assert diff() == SAME


def test_other_ends_of_lines_are_no_change(root: Path, diff: Diff) -> None:
    commit(root)
    for path in (root / BOOK).rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert diff() == SAME


def test_links_inside_the_repository_are_followed(root: Path, diff: Diff) -> None:
    (root / "common").mkdir()
    shutil.move(root / BOOK / "facts.yaml", root / "common/facts.yaml")
    shutil.move(root / BOOK / "policies", root / "common/policies")
    (root / BOOK / "facts.yaml").symlink_to("../../common/facts.yaml")
    (root / BOOK / "policies").symlink_to("../../common/policies")
    commit(root)
    assert diff() == SAME
    path = root / "common" / POLICY
    path.write_text(path.read_text("utf-8").replace("7 days}]", "9 days}]"), "utf-8")
    assert "7 days → 9 days" in diff()[1]


@pytest.mark.parametrize(
    ("name", "target", "told"),
    [
        ("facts.yaml", "/etc/passwd", "is a link that leaves the repository"),
        ("assumptions.yaml", "../../../outside.yaml", "is a link that leaves the repository"),
        (POLICY, "../nowhere.yaml", "is a link that leads nowhere"),
        (POLICY, "returns.yaml", "is a link that leads nowhere"),
        ("policies", "../../../outside", "is a link that leaves the repository"),
        ("overlays", "nowhere", "is a link that leads nowhere"),
    ],
)
def test_links_that_leave_it_are_told(root: Path, diff: Diff, name: str, target: str, told: str) -> None:
    path = root / BOOK / name
    kept = root / "kept"
    if path.exists():
        path.rename(kept)
    path.symlink_to(target)
    commit(root)
    path.unlink()
    if kept.exists():
        kept.rename(path)
    code, out, err = diff()
    assert code == 1 and not out and f"`git:main:{BOOK}/{name}` {told}" in err


def test_a_link_that_nothing_reads_does_no_harm(root: Path, diff: Diff) -> None:
    (root / BOOK / "README.link").symlink_to("/etc/passwd")
    (root / BOOK / "shared").symlink_to("../../../../shared")
    commit(root)
    assert diff() == SAME


def pointer(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


@pytest.mark.parametrize("place", ["store", "today", "nowhere"])
def test_pointers_of_git_lfs(root: Path, diff: Diff, place: str) -> None:
    path = root / BOOK / POLICY
    data = path.read_bytes()
    path.write_bytes(pointer(data))
    commit(root)
    digest = hashlib.sha256(data).hexdigest()
    if place == "store":
        stored = root / ".git/lfs/objects" / digest[:2] / digest[2:4] / digest
        stored.parent.mkdir(parents=True)
        stored.write_bytes(data)
    path.write_bytes(data if place == "today" else data.replace(b"7 days}]", b"9 days}]"))
    code, out, err = diff()
    if place == "nowhere":
        assert code == 1 and "pointer of Git LFS" in err and "git lfs pull" in err
    else:
        assert code == 0 and ("7 days → 9 days" in out) == (place == "store")


def test_a_pointer_in_the_place_of_a_rule_file_is_told(root: Path, diff: Diff) -> None:
    commit(root)
    path = root / BOOK / POLICY
    path.write_bytes(pointer(path.read_bytes()))
    code, _, err = diff()
    assert code == 1 and "pointer of Git LFS" in err


def test_what_is_wrong_is_told_with_its_line(root: Path, diff: Diff) -> None:
    path = root / BOOK / POLICY
    text = path.read_text("utf-8")
    path.write_text(text + "nonsense: 1\n", "utf-8")
    commit(root)
    path.write_text(text, "utf-8")
    code, _, err = diff()
    line = text.count("\n") + 1
    assert code == 1 and f"git:main:{BOOK}/{POLICY}:{line}:1: error[unknown-key]" in err
    assert f"{line} | nonsense: 1" in err


def test_links_that_lead_back_are_not_walked_through(root: Path, diff: Diff) -> None:
    """In folders that are called nearly as those of a rulebook, misnamed parts are looked for."""
    (root / BOOK / "Policies").mkdir()
    for name in ("more", "again"):
        (root / BOOK / "Policies" / name).symlink_to("../Policies")
    commit(root)
    assert diff() == SAME
    with open_revision("git:main", BOOK) as revision:
        assert revision.is_link(f"{revision.directory}/Policies/more")
        assert not revision.is_link(f"{revision.directory}/policies")
