"""The links of pages: where each of them leads, and how it is written once the pages lie elsewhere."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

_FENCE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
# `[words](target)` and `![words](target)`; no page here has a title in a link.
_LINK = re.compile(r"(?P<head>!?\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\()(?P<target>[^()\s]+)\)")
_OUTSIDE = re.compile(r"^(https?:|mailto:)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def rewritten(text: str, change: Callable[[str, str, str], str]) -> str:
    """Return a page with what ``change`` makes of each local link: of its head, its words and its target."""
    code: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"\0{len(code) - 1}\0"

    def change_link(found: re.Match[str]) -> str:
        if _OUTSIDE.match(found["target"]):
            return found[0]
        return change(found["head"], found["words"], found["target"])

    text = _FENCE.sub(put_aside, text)
    text = _CODE.sub(lambda found: put_aside(found) if "](" in found[0] else found[0], text)
    text = _LINK.sub(change_link, text)
    return re.sub("\0(\\d+)\0", lambda found: code[int(found[1])], text)


def links(text: str) -> Iterator[str]:
    """Yield the targets of the local links of a page; what stands in code is none."""
    for found in _LINK.finditer(_CODE.sub("`", _FENCE.sub("", text))):
        if not _OUTSIDE.match(found["target"]):
            yield found["target"]


def anchors(text: str) -> set[str]:
    """Return the names under which code hosts know the headings of a page."""
    return {slug(found[1]) for found in _HEADING.finditer(_FENCE.sub("", text))}


def slug(heading: str) -> str:
    """Return the name of a heading: letters and digits of any script, and hyphens for spaces."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    kept = (one for one in plain.lower() if unicodedata.category(one)[0] in "LNM" or one in " -_")
    return "".join(kept).replace(" ", "-")


def relative(source: Path, target: Path) -> str:
    """Return how a page names another file, with slashes."""
    return Path(os.path.relpath(target, source.parent)).as_posix()
