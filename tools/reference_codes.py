"""The pages of the diagnostics, from the manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.diagnostics.i18n import Speech
from policyengine.manual.pages import Page, pages

_INTRODUCTION = (
    "Everything that is wrong with a rulebook, a test or a case is told with its place, with what to do, and with a"
    " code. This is what each code means, with an example that fails and one that passes; at the terminal,"
    " `policyengine explain-code CODE` says the same."
)
_ZH = {
    "Diagnostics": "诊断",
    _INTRODUCTION: "规则库、测试、案件中的每个问题，都会给出位置、办法和一个代码。这里逐一说明"
    "各个代码的含义，各有一个通不过和一个通得过的例子；在终端里，`policyengine explain-code 代码` 说的是同样的内容。",
    "All diagnostics": "全部诊断",
    "code": "代码",
    "what it means": "含义",
}


def code_pages(say: Speech, ending: str) -> dict[str, str]:
    """Return the text of each page by its code, and of the list of all."""
    manual = pages()
    return {"index": _index(manual.values(), say, ending)} | {
        code: "\n".join(_page(page, say, ending)) for code, page in manual.items()
    }


def _said(text: str, say: Speech) -> str:
    return _ZH[text] if say.language == "zh" else text


def _page(page: Page, say: Speech, ending: str) -> Iterator[str]:
    severity = say("error") if page.severity == "error" else say("warning")
    yield f"# {page.code}"
    yield ""
    yield f"*{severity}* · [{_said('All diagnostics', say)}](index{ending})"
    for paragraph in (page.summary, *page.paragraphs):
        yield f"\n{say.verbatim(paragraph)}"
    for heading, example in ((say("Fails:"), page.failing), (say("Passes:"), page.passing)):
        yield f"\n{heading}\n\n```yaml\n{example}\n```"
    yield f"\n{say('The examples change the rulebook that `policyengine init` makes.')}"


def _index(manual: Iterable[Page], say: Speech, ending: str) -> str:
    lines = [f"# {_said('Diagnostics', say)}", "", _said(_INTRODUCTION, say), ""]
    lines += [f"| {_said('code', say)} | | {_said('what it means', say)} |", "|---|---|---|"]
    for page in manual:
        severity = say("error") if page.severity == "error" else say("warning")
        summary = say.verbatim(page.summary).replace("|", "\\|")
        lines.append(f"| [{page.code}]({page.code}{ending}) | {severity} | {summary} |")
    return "\n".join(lines)
