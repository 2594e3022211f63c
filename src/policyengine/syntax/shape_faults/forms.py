"""What to tell of a text that does not match a pattern of a schema."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import Message, Sample, marked, message
from policyengine.frozen import Frozen

DIGEST_HELP = message(
    "write what `policyengine digest FILE` prints for this document, or leave the digest out"
)
"""How a digest is made: an example would be the digest of another document."""


class Form(Frozen):
    """What to tell of a text that does not match a pattern."""

    what: str
    help: Message


ASSUMPTION = "^[A-Z]-[0-9]{2,}$"
"""The form of the id of an assumption."""

FORMS: Mapping[str, Form] = {
    "^[a-z][a-z0-9_]*$": Form(
        marked("`{word}` is not a name"),
        message(
            "use small letters, digits and underscores, a letter first, such as `{example}`",
            example=Sample("return_in_time"),
        ),
    ),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": Form(
        marked("`{word}` is not a name"),
        message(
            "use small letters, digits and underscores, and dots between words, such as `{example}`",
            example=Sample("order.received_at"),
        ),
    ),
    r"^.*\S.*$": Form(
        marked("`{word}` is not a name"),
        message(
            "write a name such as `{example}`, for a record of a list `{record}`",
            example=Sample("return.refund"),
            record=Sample("order.items.0.price"),
        ),
    ),
    r"^([a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*|[A-Z]-[0-9]{2,})$": Form(
        marked("`{word}` is not a name"),
        message(
            "write a name such as `{example}`, or an assumption such as `{assumption}`",
            example=Sample("order.received_at"),
            assumption=Sample("A-01"),
        ),
    ),
    "^[a-z0-9][a-z0-9_]*$": Form(
        marked("`{word}` is not a name"),
        message("use small letters, digits and underscores, such as `{example}`", example=Sample("unwanted")),
    ),
    "^[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$": Form(
        marked("`{word}` is not the id of a clause"),
        message(
            "begin with a capital letter; then letters, digits and hyphens, such as `{example}`",
            example=Sample("T-1"),
        ),
    ),
    ASSUMPTION: Form(
        marked("`{word}` is not the id of an assumption"),
        message(
            "write a capital letter, a hyphen and two digits or more, such as `{example}`",
            example=Sample("A-01"),
        ),
    ),
    "^sha256:[0-9a-f]{64}$": Form(marked("`{word}` is not a digest"), DIGEST_HELP),
    "^[A-Z]{3}$": Form(
        marked("`{word}` is not the code of a currency"),
        message("write three capital letters, such as `EUR`"),
    ),
}
"""What to tell, by the pattern that does not match."""
