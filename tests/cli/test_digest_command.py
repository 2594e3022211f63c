"""``policyengine digest`` and documents without one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from running import Run
from test_planned import BOOK, FACTS, POLICY

from policyengine.loading.load import load_model


def test_it_prints_what_rulebook_yaml_takes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "terms.txt"
    file.write_bytes(b"all sales are final")
    done = run("digest", str(file))
    assert done.code == 0
    assert done.out == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"
    assert run("digest", str(tmp_path / "none.txt"), "--lang", "en").code == 2


def test_a_document_needs_no_digest(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    documents = "documents: {terms: {title: {zh: 条款, en: terms}}}\n"
    (tmp_path / "rulebook.yaml").write_text(BOOK + documents, "utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, "utf-8")
    (tmp_path / "policies" / "p.yaml").write_text(POLICY, "utf-8")
    loaded = load_model(str(tmp_path), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    assert [one.digest for one in loaded.rulebook.documents] == [""]
