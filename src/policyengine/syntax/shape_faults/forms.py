"""What to tell of a text that does not match a pattern of a schema."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import Message, marked, message
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
        message("use small letters, digits and underscores, a letter first, such as `late_dispatch`"),
    ),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": Form(
        marked("`{word}` is not a name"),
        message(
            "use small letters, digits and underscores, and dots between words, such as `complaint.filed_at`"
        ),
    ),
    r"^.*\S.*$": Form(
        marked("`{word}` is not a name"),
        message("write a name such as `penalty.points`, for a record of a list `seller_answer.0.status`"),
    ),
    r"^([a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*|[A-Z]-[0-9]{2,})$": Form(
        marked("`{word}` is not a name"),
        message("write a name such as `complaint.filed_at`, or an assumption such as `A-01`"),
    ),
    "^[a-z0-9][a-z0-9_]*$": Form(
        marked("`{word}` is not a name"),
        message("use small letters, digits and underscores, such as `points_3`"),
    ),
    "^[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$": Form(
        marked("`{word}` is not the id of a clause"),
        message("begin with a capital letter; then letters, digits and hyphens, such as `S2-STAGES`"),
    ),
    ASSUMPTION: Form(
        marked("`{word}` is not the id of an assumption"),
        message("write a capital letter, a hyphen and two digits or more, such as `A-01`"),
    ),
    "^sha256:[0-9a-f]{64}$": Form(marked("`{word}` is not a digest"), DIGEST_HELP),
    "^[A-Z]{3}$": Form(
        marked("`{word}` is not the code of a currency"),
        message("write three capital letters, such as `CNY`"),
    ),
}
"""What to tell, by the pattern that does not match."""
