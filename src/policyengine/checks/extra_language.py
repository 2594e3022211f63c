"""``extra-language`` (warning): A text is written in a language that the rulebook does not have.

Nobody is shown it: pages have the languages that rulebook.yaml lists under `languages`, in their order.
Either a tag is misspelt, or a language is missing from the list.

Fails::

    # policies/returns.yaml
    title: {zh: 退货, en: Returns, de: Rückgabe}

Passes::

    # policies/returns.yaml
    title: {zh: 退货, en: Returns}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks import walk
from policyengine.diagnostics.diagnostic import Diagnostic, listing, message, warning
from policyengine.model.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every text with a language that is none of the rulebook's, once for each owner."""
    for name, text, span in walk.texts_of(rulebook):
        extra = [tag for tag, _ in text.words if tag and tag not in rulebook.languages]
        if extra:
            what = message(
                "`{name}` has a text in `{tag}`, which is not a language of the rulebook",
                name=name,
                tag=extra[0],
            )
            help = message(
                "the languages are {tags}: correct the tag, or add it to `languages`",
                tags=listing(rulebook.languages),
            )
            yield warning("extra-language", what, span, help)
