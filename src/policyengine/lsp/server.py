"""The server that editors start: the Language Server Protocol over standard input and output (pygls)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path

from policyengine.diagnostics import Diagnostic
from policyengine.i18n import Language, Speech
from policyengine.load import load_model
from policyengine.lsp.completion import proposals, typed_word
from policyengine.lsp.index import Use
from policyengine.lsp.workspace import CannotRename, OpenRulebook, folder_of
from policyengine.render.cards import Cards
from policyengine.source import Span
from policyengine.values import printable
from policyengine.version import __version__

_PAUSE = 0.25  # seconds after the last key before the files are checked
_SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
_KINDS = {
    "fact": lsp.CompletionItemKind.Variable,
    "parameter": lsp.CompletionItemKind.Constant,
    "deadline": lsp.CompletionItemKind.Event,
    "amount": lsp.CompletionItemKind.Unit,
    "rule": lsp.CompletionItemKind.Function,
    "assumption": lsp.CompletionItemKind.Interface,
}


class RuleServer(LanguageServer):
    """A language server that knows the rulebooks whose files are open."""

    def __init__(self, language: Language) -> None:
        """``language`` is that of messages and titles."""
        super().__init__("policyengine", __version__, lsp.TextDocumentSyncKind.Full)
        self.say = Speech(language)
        self.books: dict[str, OpenRulebook] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}

    def book_of(self, uri: str) -> OpenRulebook | None:
        """Return the rulebook of a file, or None if the file is part of none."""
        folder = folder_of(path_of(uri))
        if folder is None:
            return None
        if folder not in self.books:
            self.books[folder] = OpenRulebook(folder)
            self.books[folder].refresh()
            self.books[folder].model = load_model(folder, ()).rulebook
        return self.books[folder]

    def hold(self, uri: str, text: str | None) -> OpenRulebook | None:
        """Take the text of a file that is open, None when it is closed, and check soon."""
        book = self.book_of(uri)
        if book is None:
            return None
        path = os.path.normpath(path_of(uri))
        if text is None:
            book.buffers.pop(path, None)
        else:
            book.buffers[path] = text.encode("utf-8", "surrogatepass")
        book.refresh()
        previous = self.waiting.pop(book.folder, None)
        if previous is not None:
            previous.cancel()
        self.waiting[book.folder] = asyncio.get_running_loop().create_task(self.check(book))
        return book

    async def check(self, book: OpenRulebook) -> None:
        """Read a rulebook again after a pause, and tell what is wrong with it."""
        await asyncio.sleep(_PAUSE)
        checked = await asyncio.get_running_loop().run_in_executor(None, book.check)
        for path, found in sorted(book.take(*checked).items()):
            lines = self.lines(book, path)
            told = [self.diagnostic(one, lines) for one in found]
            uri = from_fs_path(os.path.abspath(path)) or ""
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, told))

    def lines(self, book: OpenRulebook, path: str) -> list[str]:
        """Return the lines of a file with their ends, as the editor has them."""
        return book.text_of(path).decode("utf-8", "replace").splitlines(keepends=True)

    def diagnostic(self, one: Diagnostic, lines: Sequence[str]) -> lsp.Diagnostic:
        """Return a diagnostic as the protocol has it."""
        words = printable(self.say.message(one.message))
        if one.help is not None:
            words += "\n" + printable(self.say.message(one.help))
        return lsp.Diagnostic(
            range=self.range(one.span, lines),
            message=words,
            severity=_SEVERITIES[one.severity],
            code=one.code,
            source="policyengine",
        )

    def range(self, span: Span, lines: Sequence[str]) -> lsp.Range:
        """Return a stretch in the units that the editor counts in."""
        codec = self.workspace.position_codec
        ends = ((span.line, span.column), (span.end_line, span.end_column))
        start, end = (
            codec.position_to_client_units(lines, lsp.Position(line - 1, column - 1)) for line, column in ends
        )
        return lsp.Range(start, end)

    def use_at(self, uri: str, position: lsp.Position) -> tuple[OpenRulebook, Use] | None:
        """Return the name at a place of a file, with its rulebook."""
        book = self.book_of(uri)
        if book is None:
            return None
        path = os.path.normpath(path_of(uri))
        place = self.workspace.position_codec.position_from_client_units(self.lines(book, path), position)
        use = book.index.at(path, place.line + 1, place.character + 1)
        return None if use is None else (book, use)


def path_of(uri: str) -> str:
    """Return the path of a file, relative to the working directory where it is below it."""
    path = unquote(urlparse(uri).path)
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def make_server(language: Language) -> RuleServer:
    """Return a server with all that it can do."""
    server = RuleServer(language)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.hold(params.text_document.uri, params.text_document.text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.hold(uri, server.workspace.get_text_document(uri).source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.hold(uri, server.workspace.get_text_document(uri).source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.hold(params.text_document.uri, None)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        found = server.use_at(params.text_document.uri, params.position)
        if found is None:
            return None
        book, use = found
        card = None if book.model is None else Cards(book.model, server.say).of(use.symbol.name)
        if card is None:
            return None
        head, _, rest = card.partition("\n")
        text = f"**{_plain(head)}**\n\n" + "\n".join(f"{_plain(line)}  " for line in rest.splitlines())
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
        return lsp.Hover(content, server.range(use.span, server.lines(book, use.span.file)))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        found = server.use_at(params.text_document.uri, params.position)
        return None if found is None else _location(server, found[0], found[1].symbol.span)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        found = server.use_at(params.text_document.uri, params.position)
        if found is None:
            return []
        book, use = found
        spans = sorted({one.span for one in book.index.uses_of(use.symbol)})
        if not params.context.include_declaration:
            spans = [span for span in spans if span != use.symbol.span]
        return [_location(server, book, span) for span in spans]

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", ":", " ", "[", "{"])
    )
    def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        uri = params.text_document.uri
        book = server.book_of(uri)
        if book is None:
            return lsp.CompletionList(False, [])
        lines = server.lines(book, os.path.normpath(path_of(uri)))
        place = server.workspace.position_codec.position_from_client_units(lines, params.position)
        line = lines[place.line] if place.line < len(lines) else ""
        before = line[: place.character]
        word = typed_word(before)
        row, column = params.position.line, params.position.character
        edited = lsp.Range(lsp.Position(row, column - len(word)), lsp.Position(row, column))
        items = [
            lsp.CompletionItem(
                label=one.word,
                kind=_KINDS.get(one.kind or "", lsp.CompletionItemKind.Value),
                detail=one.title.in_language(server.say.language) or None,
                text_edit=lsp.TextEdit(edited, one.word),
            )
            for one in dict.fromkeys(proposals(book.index, lines, place.line, before))
        ]
        return lsp.CompletionList(False, items)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(params: lsp.PrepareRenameParams) -> lsp.Range | None:
        found = server.use_at(params.text_document.uri, params.position)
        return (
            None if found is None else server.range(found[1].span, server.lines(found[0], found[1].span.file))
        )

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        found = server.use_at(params.text_document.uri, params.position)
        if found is None:
            return None
        book, use = found
        try:
            edits = book.rename(use, params.new_name)
        except CannotRename as reason:
            raise JsonRpcInvalidParams(server.say.verbatim(str(reason))) from None
        changes: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            uri = from_fs_path(os.path.abspath(edit.span.file)) or ""
            lines = server.lines(book, edit.span.file)
            changes.setdefault(uri, []).append(lsp.TextEdit(server.range(edit.span, lines), edit.text))
        return lsp.WorkspaceEdit(changes=changes)

    return server


def _location(server: RuleServer, book: OpenRulebook, span: Span) -> lsp.Location:
    uri = from_fs_path(os.path.abspath(span.file)) or ""
    return lsp.Location(uri, server.range(span, server.lines(book, span.file)))


def _plain(line: str) -> str:
    """Return a line of which Markdown makes nothing else."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|~" else one for one in line)
