"""What is wrong with the texts of a YAML file, or looks as if it were."""

from __future__ import annotations

import re
from collections.abc import Callable

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Diagnostic, Message, message, warning
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.syntax.yaml_faults import Faults, shortened
from policyengine.syntax.yaml_text import DIRECTIONS
from policyengine.syntax.yaml_tree import Node, Scalar

Level = Callable[[str, Message, Span, Message], Diagnostic]
"""What makes a diagnostic: an error or a warning."""

_ODD_AT_END = f"^[{slips.ODD_SPACE}]|[{slips.ODD_SPACE}]$"
_BAD_IN_SCALAR = f"[{DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"


def check_key(faults: Faults, key: Scalar, span: Span) -> None:
    """Refuse a plain key with a colon or a space that nobody sees is another one."""
    if "：" in key.text:
        what = message("the key `{key}` holds a full-width colon", key=shortened(key.text))
        help = message("write an ASCII colon and a space (`: `); quote the key if the colon is meant")
        faults.error("yaml-colon", what, span, help)
    odd = re.search(slips.ODD_SPACES, key.text)
    if odd and not re.search(_ODD_AT_END, key.text):  # those at the ends are already reported
        _tell_odd_space(faults, odd[0], span)


def check_plain(faults: Faults, text: str, span: Span) -> None:
    """Refuse odd space around a plain text, and warn of a quote that is alone."""
    odd = re.search(_ODD_AT_END, text)
    if odd:
        _tell_odd_space(faults, odd[0], span)
    alone = slips.quote_without_partner(text)
    if alone is not None:
        what = message("the quote `{quote}` in this text has no partner", quote=alone)
        help = message("remove it, or put the whole text in a pair of ASCII quotes")
        faults.found.append(warning("yaml-quote", what, span, help))


def check_quoted(faults: Faults, text: str, span: Span) -> None:
    """Refuse what an escape puts into a text, and no text can hold."""
    bad = re.search(_BAD_IN_SCALAR, text)
    if bad:
        code = f"U+{ord(bad[0]):04X}"
        what = message("the text holds the character {code}, which is not text", code=code)
        faults.error("yaml-text", what, span, message("remove the escape"))


_DIGEST = r"sha256:[0-9a-f]{64}"
"""Long enough for tools to put it on a line of its own."""


def check_value(faults: Faults, key: Scalar, value: Node) -> None:
    """Warn of a value that begins below its key and looks like keys whose colons are wrong."""
    if isinstance(value, Scalar) and not value.quoted and value.span.line > key.span.end_line:
        tell_missing_colon(faults, value, warning)


def check_item(faults: Faults, item: Node) -> None:
    """Warn of an item whose lines look like keys."""
    # One line such as "注意：..." is a sentence; several lines that all look so are keys.
    if isinstance(item, Scalar) and not item.quoted and item.span.end_line > item.span.line:
        matches = len(re.findall(slips.FULL_WIDTH_COLON, item.text)) + item.text.count("：")
        if matches > item.span.end_line - item.span.line:
            tell_missing_colon(faults, item, warning)


def tell_missing_colon(faults: Faults, scalar: Scalar, level: Level) -> None:
    """Tell of a text that begins like a key whose colon is none."""
    span = replace(scalar.span, end_line=scalar.span.line, end_column=scalar.span.column)
    if re.search(slips.FULL_WIDTH_COLON, scalar.text):
        what = message("this line is read as one text, because its colon is full-width")
        help = message("write an ASCII colon and a space (`: `); quote the text if it is meant")
    elif re.search(slips.MISSING_SPACE, scalar.text) and not re.fullmatch(_DIGEST, scalar.text):
        what = message("this line is read as one text, because there is no space after its colon")
        help = message("put a space after the colon; quote the text if it is meant")
    else:
        return
    faults.found.append(level("yaml-colon", what, span, help))


def _tell_odd_space(faults: Faults, character: str, span: Span) -> None:
    code = f"U+{ord(character):04X}"
    what = message("there is an invisible character {code} in this text or next to it", code=code)
    help = message("replace it by ordinary spaces, or put the text in quotes if it is meant")
    faults.error("yaml-space", what, span, help)
