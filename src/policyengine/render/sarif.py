"""Diagnostics as SARIF 2.1.0 (OASIS Standard, 2020), which code hosts show beside the lines of a change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.manual.address import address_of
from policyengine.manual.pages import Page, pages
from policyengine.render.places import Root
from policyengine.render.report import sentences
from policyengine.version import __version__

Json = dict[str, object]
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(diagnostics: Sequence[Diagnostic], say: Speech) -> str:
    """Return diagnostics as a SARIF log with one run; its rules are pages of the manual."""
    manual, root = pages(), Root()
    codes = sorted({one.code for one in diagnostics})
    driver: Json = {
        "name": "policyengine",
        "semanticVersion": __version__,
        "language": "zh-CN" if say.language == "zh" else "en-US",
        "rules": [_rule(manual[code], say) for code in codes],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code), root, say) for one in diagnostics],
    }
    log: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(page: Page, say: Speech) -> Json:
    help = say("Run `policyengine explain-code {code}` for examples.", code=page.code)
    whole = " ".join(say.verbatim(text) for text in (page.summary, *page.paragraphs))
    address = address_of(page.code, say.language)
    return {
        "id": page.code,
        **({} if address is None else {"helpUri": address}),
        "shortDescription": {"text": say.verbatim(page.summary)},
        "fullDescription": {"text": whole},
        "help": {"text": help},
        "defaultConfiguration": {"level": page.severity},
    }


def _result(diagnostic: Diagnostic, index: int, root: Root, say: Speech) -> Json:
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": {"text": sentences(diagnostic, say)},
        "locations": [{"physicalLocation": _location(diagnostic.span, root), **_field(diagnostic.path)}],
    }


def _field(path: str) -> Json:
    """Return the field of a case that a fault is about, if it is about one."""
    return {"logicalLocations": [{"fullyQualifiedName": path}]} if path else {}


def _location(span: Span, root: Root) -> Json:
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {
        "artifactLocation": {"uri": root.uri(span.file)},
        "region": region,
    }
