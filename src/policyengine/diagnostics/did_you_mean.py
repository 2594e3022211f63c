"""What was probably meant by a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyengine.diagnostics.diagnostic import Listing, Message, listing, message

_LEAST_LIKENESS = 0.6
_FEW = 12  # words that a help can name
_SHOWN_CHOICES = 20
_LONGEST_WORD = 100  # comparing takes the square of the length
_SHORTEST_PART = 3  # shorter parts of words match too much
_NEARLY_AS_LIKE = 0.1


def did_you_mean(word: str, known: Iterable[str], fitting: Iterable[str] = ()) -> Message | None:
    """Return what to do about a word that nobody knows, if the known words tell what was meant.

    ``fitting`` are those that can stand there: one of them is meant if it is nearly as like as another.
    """
    from policyengine.diagnostics.typos import between_names  # not needed where no word is wrong

    words = set(known)
    several = between_names(word, words)
    if several is not None:
        return several
    found = _fitting(word, closest(word, words), set(fitting))
    return None if found is None else message("did you mean `{word}`?", word=found)


def _fitting(word: str, found: str | None, fitting: set[str]) -> str | None:
    """Return the word that was found, or one that fits if it is nearly as like as one that does not."""
    other = closest(word, fitting) if found not in fitting else None
    if found is None or other is None:
        return other or found
    return other if _likeness(word, other) > _likeness(word, found) - _NEARLY_AS_LIKE else found


def _likeness(one: str, other: str) -> float:
    import difflib  # only needed for a mistake, and slow to import

    # Not the same both ways round: what it finds depends on which of two equal parts it sees first.
    one, other = plain(one), plain(other)
    return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in ((one, other), (other, one)))


def one_of(words: Iterable[str]) -> Message:
    """Return the words that are allowed, as a help."""
    return message("write one of: {words}", words=listing(words))


def meant(word: str, known: Iterable[str]) -> Message | None:
    """Return what to do about a word that nobody knows: what was meant, or all known words if few."""
    words = list(known)
    few = one_of(words) if 0 < len(words) <= _FEW else None
    return did_you_mean(word, words) or few


def allowed(word: str, choices: Sequence[str]) -> Message:
    """Return the words of the language that a place takes, and first the one that a word means."""
    from policyengine.diagnostics.typos import between_names
    from policyengine.diagnostics.wordings import misspelt, right_word  # not needed where no word is wrong

    several = between_names(word, choices)
    if several is not None:
        return several
    shown = [f"`{one}`" for one in choices[:_SHOWN_CHOICES]]
    names = Listing((*shown, "…") if len(choices) > _SHOWN_CHOICES else tuple(shown))
    near = right_word(word, choices) or misspelt(word, choices)
    if near is None:
        return message("the allowed values are {choices}", choices=names)
    return message("did you mean `{near}`? the allowed values are {choices}", near=near, choices=names)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, or None if none is close.

    The order of ``known`` does not matter. Tried in turn: the same word in another spelling (``Buyer-Asks``
    for ``buyer_asks``), a path that ends in the same words (``received_at`` for ``order.received_at``), a
    similar word, a word that has this one as its beginning or end.
    """
    if not word or len(word) > _LONGEST_WORD:
        return None
    words = sorted(set(known) - {word}, key=lambda one: (len(one), one))
    forms: dict[str, str] = {}
    for one in words:
        forms.setdefault(plain(one), one)
    form = plain(word)
    if form in forms:
        return forms[form]
    tails = [one for one in forms if one.endswith("." + form) or form.endswith("." + one)]
    found = tails[0] if tails else _similar(form, list(forms)) or _with_part(form, list(forms))
    return None if found is None else forms[found]


def plain(word: str) -> str:
    """Return the form that all spellings of a word share: half width, small letters, underscores."""
    import unicodedata  # only needed for a mistake

    ascii_forms = unicodedata.normalize("NFKC", word).replace("。", ".")
    return ascii_forms.strip().lower().replace("-", "_").replace(" ", "_")


def _similar(word: str, words: list[str]) -> str | None:
    import difflib  # only needed for a mistake, and slow to import

    found = difflib.get_close_matches(word, words, n=3, cutoff=_LEAST_LIKENESS)
    # Of two letters one is soon found in any word.
    return next((one for one in found if len(one) > 2 or abs(len(one) - len(word)) <= 1), None)


def _with_part(word: str, words: list[str]) -> str | None:
    """Return the shortest word of which a step of its path begins or ends with this one."""
    if len(word) < _SHORTEST_PART:
        return None
    for one in words:
        steps = one.split(".")
        if one.startswith(word) or any(step.startswith(word) or step.endswith(word) for step in steps):
            return one
    return None
