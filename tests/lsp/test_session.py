"""A session with the language server, as an editor has it: over its standard input and output."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from frozen import RULES
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60  # seconds; only a server that hangs needs them


class Editor:
    """A client that remembers what it was told about each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient("test", "1")
        self.told: dict[str, list[lsp.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.version = 0

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _told(params: lsp.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = list(params.diagnostics)
            self.news.set()

    async def start(self, language: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "C.UTF-8"}
        await self.client.start_io(
            sys.executable,
            "-m",
            "policyengine",
            "lsp",
            "--stdio",
            "--lang",
            language,
            cwd=self.folder.parent,
            env=environment,
        )
        await self.client.initialize_async(
            lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=self.folder.as_uri())
        )
        self.client.initialized(lsp.InitializedParams())

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        server = self.client._server
        assert server is not None and await asyncio.wait_for(server.wait(), 60) == 0
        await self.client.stop()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str) -> str:
        text = (self.folder / name).read_text("utf-8")
        item = lsp.TextDocumentItem(self.uri(name), "yaml", 0, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return text

    def type(self, name: str, text: str) -> None:
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri(name))
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async def wait() -> None:
            while not is_so():
                self.news.clear()
                await self.news.wait()

        await asyncio.wait_for(wait(), PATIENCE)

    def codes(self, name: str) -> list[str]:
        return [str(one.code) for one in self.told.get(self.uri(name), [])]


def place(text: str, word: str, after: int = 0, inside: int = 1) -> lsp.Position:
    """Return the place in the first occurrence of a word behind an offset, in UTF-16 units."""
    at = text.index(word, after) + inside
    row = text.count("\n", 0, at)
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return lsp.Position(row, len(line.encode("utf-16-le")) // 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "returns"
    shutil.copytree(ROOT / "src/policyengine/starter", target)
    return target


def session(folder: Path, talk: Callable[[Editor], Awaitable[None]], language: str = "en") -> None:
    async def whole() -> None:
        editor = Editor(folder)
        await editor.start(language)
        try:
            await talk(editor)
        finally:
            await editor.stop()

    asyncio.run(asyncio.wait_for(whole(), 2 * PATIENCE))


POLICY = "policies/returns.yaml"


def test_faults_are_told_while_typing_and_taken_back(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        await editor.until(lambda: editor.uri(POLICY) in editor.told)
        assert editor.codes(POLICY) == []
        editor.type(POLICY, text.replace("asking.status: met", "askin.status: met"))
        await editor.until(lambda: editor.codes(POLICY) != [])
        (fault,) = editor.told[editor.uri(POLICY)]
        assert (fault.code, fault.source, fault.severity) == ("unknown-name", "policyengine", 1)
        assert "did you mean `asking.status`?" in fault.message
        row = text[: text.index("asking.status: met")].count("\n")
        assert fault.range == lsp.Range(lsp.Position(row, 6), lsp.Position(row, 18))
        editor.type(POLICY, "rules: [")
        await editor.until(lambda: "yaml-syntax" in editor.codes(POLICY))
        editor.type(POLICY, text)
        await editor.until(lambda: editor.codes(POLICY) == [])

    session(folder, talk)


def test_a_fault_in_another_file_is_told_there(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open("facts.yaml")
        editor.type("facts.yaml", text.replace("order.custom_made:", "order.bespoke:"))
        await editor.until(lambda: "unknown-name" in editor.codes(POLICY))

    session(folder, talk)


def test_columns_count_as_the_editor_counts(folder: Path) -> None:
    """A character beyond the basic plane is two units of UTF-16 and one of ours."""
    path = folder / POLICY
    path.write_text(
        path.read_text("utf-8").replace("title: {zh: 退货, en: Returns}", "title: {zh: 退货🎁, wrong: x}"),
        "utf-8",
    )

    async def talk(editor: Editor) -> None:
        editor.open(POLICY)
        await editor.until(lambda: "unknown-key" in editor.codes(POLICY))
        fault = next(one for one in editor.told[editor.uri(POLICY)] if one.code == "unknown-key")
        assert fault.range.start == lsp.Position(1, len("title: {zh: 退货") + 2 + 2)

    session(folder, talk)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Custom-made goods cannot be returned"), ("zh", "定制商品不可退货")]
)
def test_hover_shows_the_sentence_and_the_clause(folder: Path, language: str, words: str) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        document = lsp.TextDocumentIdentifier(editor.uri(POLICY))
        rule = await editor.client.text_document_hover_async(
            lsp.HoverParams(document, place(text, "custom_made_cannot_be_returned"))
        )
        assert rule is not None and isinstance(rule.contents, lsp.MarkupContent)
        assert words in rule.contents.value and "定制商品除外" in rule.contents.value
        deadline = await editor.client.text_document_hover_async(
            lsp.HoverParams(document, place(text, "asking.status"))
        )
        assert deadline is not None and isinstance(deadline.contents, lsp.MarkupContent)
        assert "收货后7天内可以退货" in deadline.contents.value
        _, _, lines = deadline.contents.value.partition("\n\n")
        assert len(lines.split("  \n")) == 3, (
            "the clause, the sentence, how it is counted: the editor breaks lines"
        )
        nothing = await editor.client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(0, 0)))
        assert nothing is None

    session(folder, talk, language)


def test_definitions_are_found_across_files(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        document = lsp.TextDocumentIdentifier(editor.uri(POLICY))
        for word, file, line in (
            ("order.custom_made: yes", "facts.yaml", "  order.custom_made:"),
            ("handling_rate\n", POLICY, "  handling_rate:"),
            ("return_in_time]", POLICY, "  return_in_time:"),
            ("asking.status", POLICY, "  asking:"),
        ):
            found = await editor.client.text_document_definition_async(
                lsp.DefinitionParams(document, place(text, word))
            )
            assert isinstance(found, lsp.Location) and found.uri == editor.uri(file)
            target = (folder / file).read_text("utf-8").split("\n")[found.range.start.line]
            assert target.startswith(line)

    session(folder, talk)


def test_references_are_found_in_tests_too(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open("facts.yaml")
        found = await editor.client.text_document_references_async(
            lsp.ReferenceParams(
                lsp.ReferenceContext(False),
                lsp.TextDocumentIdentifier(editor.uri("facts.yaml")),
                place(text, "return.allowed"),
            )
        )
        assert found is not None
        files = {one.uri.rpartition("/")[2] for one in found}
        assert files == {"returns.yaml", "returns.cases.yaml"}

    session(folder, talk)


async def completed(editor: Editor, text: str, at: lsp.Position) -> dict[str, str | None]:
    editor.type(POLICY, text)
    found = await editor.client.text_document_completion_async(
        lsp.CompletionParams(lsp.TextDocumentIdentifier(editor.uri(POLICY)), at)
    )
    assert isinstance(found, lsp.CompletionList)
    return {one.label: one.detail for one in found.items}


def test_paths_and_choices_are_completed(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        row = text.count("\n")
        paths = await completed(
            editor, text + "  new_rule:\n    when:\n      order.", lsp.Position(row + 2, 12)
        )
        assert paths["order.total"] == "order total" and "asking.status" in paths
        choices = await completed(
            editor, text + "  new_rule:\n    when: {asking.status: ", lsp.Position(row + 1, 26)
        )
        assert list(choices) == ["not_started", "open", "met", "missed", "lapsed", "ended", "stopped"]
        answers = await completed(
            editor, text + "  new_rule:\n    when: {order.custom_made: y", lsp.Position(row + 1, 30)
        )
        assert list(answers) == ["yes", "no"]
        rules = await completed(
            editor, text + "  new_rule:\n    overrides: [return_too_late, ", lsp.Position(row + 1, 33)
        )
        assert "return_in_time" in rules and "order.total" not in rules
        items = await completed(
            editor, text + "  new_rule:\n    overrides:\n      - re", lsp.Position(row + 2, 10)
        )
        assert "return_in_time" in items
        readings = await completed(editor, text + "  new_rule:\n    when: {A-01: ", lsp.Position(row + 1, 17))
        assert readings == {
            "included": "asking exactly at the end is in time",
            "excluded": "asking exactly at the end is late",
        }

    session(folder, talk)


def applied(folder: Path, edit: lsp.WorkspaceEdit) -> None:
    """Write the edits into the files."""
    assert edit.changes is not None
    for uri, edits in edit.changes.items():
        path = Path(uri.removeprefix("file://"))
        lines = path.read_text("utf-8").split("\n")
        for one in sorted(
            edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True
        ):
            row = one.range.start.line
            raw = lines[row].encode("utf-16-le")
            start, end = one.range.start.character * 2, one.range.end.character * 2
            lines[row] = (raw[:start] + one.new_text.encode("utf-16-le") + raw[end:]).decode("utf-16-le")
        path.write_text("\n".join(lines), "utf-8")


@pytest.mark.parametrize(
    ("word", "new", "gone"),
    [
        ("asking.status", "request", "asking."),
        ("return_period\n", "time_to_return", "return_period"),
        ("handling_fee\n", "fee", "handling_fee"),
        ("return_in_time]", "in_time", "return_in_time"),
        ("order.custom_made", "bespoke", "custom_made:"),
        ("return.allowed", "return.granted", "return.allowed"),
        ("buyer\n", "customer", "buyer:"),
    ],
)
def test_rename_changes_every_place(folder: Path, word: str, new: str, gone: str) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        edit = await editor.client.text_document_rename_async(
            lsp.RenameParams(lsp.TextDocumentIdentifier(editor.uri(POLICY)), place(text, word), new)
        )
        assert edit is not None
        applied(folder, edit)

    session(folder, talk)
    files = [path for path in folder.rglob("*.yaml")]
    assert all(gone not in path.read_text("utf-8") for path in files)
    from policyengine.lint.examine import examine_rulebook
    from policyengine.testing.run import Runner

    assert examine_rulebook(str(folder)).diagnostics == ()
    runner = Runner()
    tests, _ = runner.read([(str(folder / "policies/returns.cases.yaml"), str(folder))])
    assert all(not result.failures for result in runner.run(tests))


@pytest.mark.parametrize(
    ("word", "new"),
    [
        ("asking.status", "Asking"),
        ("order.custom_made", "goods.custom_made"),
        ("asking.status", "handling_fee"),
    ],
)
def test_a_rename_that_would_break_the_rules_is_refused(folder: Path, word: str, new: str) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        with pytest.raises(JsonRpcException):
            await editor.client.text_document_rename_async(
                lsp.RenameParams(lsp.TextDocumentIdentifier(editor.uri(POLICY)), place(text, word), new)
            )

    session(folder, talk)


def test_a_file_outside_a_rulebook_is_left_alone(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "other.yaml").write_text("a: b\n", "utf-8")

    async def talk(editor: Editor) -> None:
        uri = (tmp_path / "other.yaml").as_uri()
        item = lsp.TextDocumentItem(uri, "yaml", 0, "a: b\n")
        editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        found = await editor.client.text_document_hover_async(
            lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(0, 0))
        )
        assert found is None

    session(folder, talk)


def test_lists_are_renamed_with_the_paths_of_their_facts(tmp_path: Path) -> None:
    folder = tmp_path / "taobao"
    shutil.copytree(RULES, folder)

    async def talk(editor: Editor) -> None:
        text = editor.open("facts.yaml")
        document = lsp.TextDocumentIdentifier(editor.uri("facts.yaml"))
        edit = await editor.client.text_document_rename_async(
            lsp.RenameParams(document, place(text, "  refund.applications:", inside=4), "requests")
        )
        assert edit is not None
        applied(folder, edit)

    session(folder, talk)
    assert "applications" not in "".join(path.read_text("utf-8") for path in folder.rglob("*.yaml")).replace(
        "application_", ""
    )


def test_a_document_and_an_assumption_are_renamed_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / "taobao"
    shutil.copytree(RULES, folder)

    async def talk(editor: Editor) -> None:
        for name, word, new in (
            ("rulebook.yaml", "  seed:", "source"),
            ("assumptions.yaml", "  A-13:", "A-77"),
        ):
            text = editor.open(name)
            document = lsp.TextDocumentIdentifier(editor.uri(name))
            edit = await editor.client.text_document_rename_async(
                lsp.RenameParams(document, place(text, word, inside=3), new)
            )
            assert edit is not None
            applied(folder, edit)

    session(folder, talk)
    from policyengine.lint.examine import examine_rulebook

    assert examine_rulebook(str(folder)).diagnostics == ()


def test_a_refusal_is_in_the_language_of_the_reader(folder: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        document = lsp.TextDocumentIdentifier(editor.uri(POLICY))
        for new, words in (("Asking", "小写字母"), ("handling_fee", "定义了两次")):
            with pytest.raises(JsonRpcException, match=words):
                await editor.client.text_document_rename_async(
                    lsp.RenameParams(document, place(text, "asking.status"), new)
                )

    session(folder, talk, "zh")


def test_after_fast_typing_the_last_text_is_told(folder: Path) -> None:
    """What was typed before is not worked off: the newest text is what is told about."""

    async def talk(editor: Editor) -> None:
        text = editor.open(POLICY)
        await editor.until(lambda: editor.uri(POLICY) in editor.told)
        for count in range(60):
            editor.type(POLICY, text.replace("asking.status: met", f"askin{count}.status: met"))
        await editor.until(lambda: editor.codes(POLICY) != [])
        (fault,) = editor.told[editor.uri(POLICY)]
        assert "askin59.status" in fault.message
        editor.type(POLICY, text)
        await editor.until(lambda: editor.codes(POLICY) == [])

    session(folder, talk)


def test_the_words_of_a_pause_are_no_names(tmp_path: Path) -> None:
    """The record's fact is called like the key: only the fact is renamed."""
    folder = tmp_path / "pauses"
    shutil.copytree(Path(__file__).parents[1] / "language" / "pauses", folder)

    async def talk(editor: Editor) -> None:
        text = editor.open("facts.yaml")
        document = lsp.TextDocumentIdentifier(editor.uri("facts.yaml"))
        edit = await editor.client.text_document_rename_async(
            lsp.RenameParams(document, place(text, "      from:", inside=7), "begun_at")
        )
        assert edit is not None
        applied(folder, edit)

    session(folder, talk)
    rules = (folder / "policies" / "repairs.yaml").read_text("utf-8")
    assert "pauses: {list: waits, from: begun_at, until: until, where: {what_for: customer}}" in rules


@pytest.mark.parametrize(
    ("concept", "old", "new", "written"),
    [
        ("calculations", "  parcel.length:", "parcel.reach", "formula: parcel.reach * parcel.width"),
        ("calculations", "  order.quantity:", "order.pieces", '"greatest(exact_fifth * order.pieces, 1.00)"'),
        ("questions", "      weight:", "mass", "{total_of: {list: bags, of: mass, more_than: 100}}"),
        ("questions", "      by_whom:", "who", "{count_of: {list: reports, different: who, at_least: 3}}"),
        ("questions", "  trip.coupon:", "trip.voucher", "{share_of: {amount: trip.voucher, by: price}}"),
    ],
)
def test_names_in_formulas_and_questions_are_renamed(
    tmp_path: Path, concept: str, old: str, new: str, written: str
) -> None:
    folder = tmp_path / concept
    shutil.copytree(Path(__file__).parents[1] / "language" / concept, folder)

    async def talk(editor: Editor) -> None:
        text = editor.open("facts.yaml")
        document = lsp.TextDocumentIdentifier(editor.uri("facts.yaml"))
        where = place(text, old, inside=len(old) - 2)
        edit = await editor.client.text_document_rename_async(lsp.RenameParams(document, where, new))
        assert edit is not None
        applied(folder, edit)

    session(folder, talk)
    assert written in (folder / "policies" / f"{concept}.yaml").read_text("utf-8")
