"""The server that editors start: the Language Server Protocol over standard input and output (pygls)."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.diagnostics.span import Span
from policyengine.loading.load import load_model
from policyengine.lsp.completion import proposals, typed_word
from policyengine.lsp.index import Use
from policyengine.lsp.workspace import CannotRename, OpenRulebook, folder_of
from policyengine.manual.address import address_of
from policyengine.render.cards import Cards
from policyengine.render.report import sentences
from policyengine.values.escaping import printable
from policyengine.version import __version__

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# Seconds after the last key before the file is read, and before all files are checked.
_PAUSE = 0.1
_LONG_PAUSE = 0.4
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
        self.edited: dict[str, None] = {}  # paths whose faults of reading have not been told yet
        # One check of all files at a time: a newer one waits until the older one has noticed that it is old.
        self.checker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="check")

    def book_of(self, uri: str) -> OpenRulebook | None:
        """Return the rulebook of a file, or None if the file is part of none."""
        folder = folder_of(path_of(uri))
        if folder is None:
            return None
        if folder not in self.books:
            self.books[folder] = OpenRulebook(folder)
            self.books[folder].model = load_model(folder, ()).rulebook
        return self.books[folder]

    def hold(self, uri: str, text: str | None) -> OpenRulebook | None:
        """Take the text of a file that is open, None when it is closed, and check soon."""
        book = self.book_of(uri)
        if book is None:
            return None
        path = path_of(uri)
        book.edit(path, None if text is None else text.encode("utf-8", "surrogatepass"))
        self.edited[path] = None
        previous = self.waiting.pop(book.folder, None)
        if previous is not None:
            previous.cancel()
        self.waiting[book.folder] = asyncio.get_running_loop().create_task(self.check(book))
        self.waiting[book.folder].add_done_callback(self._tell_bug)
        return book

    def _tell_bug(self, task: asyncio.Task[None]) -> None:
        """Say loudly that checking failed: nobody waits for the task."""
        bug = None if task.cancelled() else task.exception()
        if bug is None:
            return
        traceback.print_exception(bug, file=sys.stderr)
        words = self.say("internal error: {kind}: {text}", kind=type(bug).__name__, text=str(bug)[:500])
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, words))

    async def check(self, book: OpenRulebook) -> None:
        """Tell what is wrong with a rulebook after a pause: first with what was edited, then with all of it.

        The next edit cancels it.
        """
        await asyncio.sleep(_PAUSE)
        loop = asyncio.get_running_loop()
        for path in [one for one in self.edited if folder_of(one) == book.folder]:
            faults = book.take_file(path, await loop.run_in_executor(None, book.check_file, path))
            del self.edited[path]
            if faults is not None:
                self.publish(book, path, faults)
        await asyncio.sleep(_LONG_PAUSE)
        checked = await loop.run_in_executor(self.checker, book.check, book.edition)
        if checked is not None:
            for path, found in sorted(book.take(*checked).items()):
                self.publish(book, path, found)

    def publish(self, book: OpenRulebook, path: str, found: Sequence[Diagnostic]) -> None:
        """Tell the editor what is wrong with a file."""
        lines = self.lines(book, path)
        told = [self.diagnostic(one, lines) for one in found]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri_of(path), told))

    def lines(self, book: OpenRulebook, path: str) -> list[str]:
        """Return the lines of a file with their ends, as the editor has them."""
        # Not `splitlines`, which ends lines where neither YAML nor editors do.
        return _LINE.findall(book.text_of(path).decode("utf-8", "replace"))

    def diagnostic(self, one: Diagnostic, lines: Sequence[str]) -> lsp.Diagnostic:
        """Return a diagnostic as the protocol has it."""
        address = address_of(one.code, self.say.language)
        return lsp.Diagnostic(
            range=self.range(one.span, lines),
            message=sentences(one, self.say),
            severity=_SEVERITIES[one.severity],
            code=one.code,
            code_description=None if address is None else lsp.CodeDescription(address),
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

    def range_in(self, book: OpenRulebook, span: Span) -> lsp.Range:
        """Return a stretch of a file of a rulebook in the units that the editor counts in."""
        return self.range(span, self.lines(book, span.file))

    def use_at(self, uri: str, position: lsp.Position) -> tuple[OpenRulebook, Use] | None:
        """Return the name at a place of a file, with its rulebook."""
        book = self.book_of(uri)
        if book is None:
            return None
        path = path_of(uri)
        place = self.workspace.position_codec.position_from_client_units(self.lines(book, path), position)
        use = book.index.at(path, place.line + 1, place.character + 1)
        return None if use is None else (book, use)


def path_of(uri: str) -> str:
    """Return the normal path of a file, relative to the working directory where it is below it."""
    path = os.path.normpath(str(to_fs_path(uri)))
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def uri_of(path: str) -> str:
    """Return the URI of a file."""
    return str(from_fs_path(os.path.abspath(path)))


def make_server(language: Language) -> RuleServer:
    """Return a server with all that it can do; pygls hands each answer the server itself."""
    server = RuleServer(language)
    answers: list[tuple[str, object, Callable[..., object]]] = [
        (lsp.TEXT_DOCUMENT_DID_OPEN, None, _opened),
        (lsp.TEXT_DOCUMENT_DID_CHANGE, None, _changed),
        (lsp.TEXT_DOCUMENT_DID_SAVE, None, _changed),
        (lsp.TEXT_DOCUMENT_DID_CLOSE, None, _closed),
        (lsp.TEXT_DOCUMENT_HOVER, None, _hover),
        (lsp.TEXT_DOCUMENT_DEFINITION, None, _definition),
        (lsp.TEXT_DOCUMENT_REFERENCES, None, _references),
        (lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list(".: [{")), _completion),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, None, _prepare_rename),
        (lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True), _rename),
    ]
    for name, options, answer in answers:
        server.feature(name, options)(answer)
    return server


async def _opened(ls: RuleServer, params: lsp.DidOpenTextDocumentParams) -> None:
    ls.hold(params.text_document.uri, params.text_document.text)


async def _changed(
    ls: RuleServer, params: lsp.DidChangeTextDocumentParams | lsp.DidSaveTextDocumentParams
) -> None:
    uri = params.text_document.uri
    ls.hold(uri, ls.workspace.get_text_document(uri).source)


async def _closed(ls: RuleServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.hold(params.text_document.uri, None)


def _hover(ls: RuleServer, params: lsp.HoverParams) -> lsp.Hover | None:
    found = ls.use_at(params.text_document.uri, params.position)
    if found is None:
        return None
    book, use = found
    # The editor breaks lines as it has room.
    card = None if book.model is None else Cards(book.model, ls.say, columns=sys.maxsize).of(use.symbol.name)
    if card is None:
        return None
    head, _, rest = card.partition("\n")
    text = f"**{_plain(head)}**\n\n" + "\n".join(f"{_plain(line)}  " for line in rest.splitlines())
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), ls.range_in(book, use.span))


def _definition(ls: RuleServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    found = ls.use_at(params.text_document.uri, params.position)
    return None if found is None else _location(ls, found[0], found[1].symbol.span)


def _references(ls: RuleServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
    found = ls.use_at(params.text_document.uri, params.position)
    if found is None:
        return []
    book, use = found
    spans = sorted({one.span for one in book.index.uses_of(use.symbol)})
    if not params.context.include_declaration:
        spans = [span for span in spans if span != use.symbol.span]
    return [_location(ls, book, span) for span in spans]


def _completion(ls: RuleServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    uri = params.text_document.uri
    book = ls.book_of(uri)
    if book is None:
        return lsp.CompletionList(False, [])
    lines = ls.lines(book, path_of(uri))
    place = ls.workspace.position_codec.position_from_client_units(lines, params.position)
    line = lines[place.line] if place.line < len(lines) else ""
    before = line[: place.character]
    row, column = params.position.line, params.position.character
    edited = lsp.Range(lsp.Position(row, column - len(typed_word(before))), lsp.Position(row, column))
    items = [
        lsp.CompletionItem(
            label=one.word,
            kind=_KINDS.get(one.kind or "", lsp.CompletionItemKind.Value),
            detail=one.title.in_language(ls.say.language) or None,
            text_edit=lsp.TextEdit(edited, one.word),
        )
        for one in dict.fromkeys(proposals(book.index, lines, place.line, before))
    ]
    return lsp.CompletionList(False, items)


def _prepare_rename(ls: RuleServer, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    found = ls.use_at(params.text_document.uri, params.position)
    return None if found is None else ls.range_in(found[0], found[1].span)


def _rename(ls: RuleServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    found = ls.use_at(params.text_document.uri, params.position)
    if found is None:
        return None
    book, use = found
    try:
        edits = book.rename(use, params.new_name)
    except CannotRename as refusal:
        raise JsonRpcInvalidParams(printable(ls.say.message(refusal.reason))) from None
    changes: dict[str, list[lsp.TextEdit]] = {}
    for edit in edits:
        text_edit = lsp.TextEdit(ls.range_in(book, edit.span), edit.text)
        changes.setdefault(uri_of(edit.span.file), []).append(text_edit)
    return lsp.WorkspaceEdit(changes=changes)


def _location(ls: RuleServer, book: OpenRulebook, span: Span) -> lsp.Location:
    return lsp.Location(uri_of(span.file), ls.range_in(book, span))


def _plain(line: str) -> str:
    """Return a line of which Markdown makes nothing else."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|~" else one for one in line)
