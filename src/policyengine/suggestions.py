"""What was probably meant by a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

_LEAST_LIKENESS = 0.6
_LONGEST_WORD = 100  # comparing takes the square of the length
_SHORTEST_PART = 3  # shorter parts of words match too much


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, or None if none is close.

    The order of ``known`` does not matter. Tried in turn: the same word in another spelling (``Seller-Acts``
    for ``seller_acts``), a path that ends in the same words (``filed_at`` for ``complaint.filed_at``), a
    similar word, a word that has this one as its beginning or end.
    """
    if not word or len(word) > _LONGEST_WORD:
        return None
    words = sorted(set(known) - {word}, key=lambda one: (len(one), one))
    plain = _plain(word)
    same = [one for one in words if _plain(one) == plain]
    tails = [one for one in words if one.endswith("." + plain) or plain.endswith("." + one)]
    for found in (same, tails):
        if found:
            return found[0]
    return _similar(plain, words) or _with_part(plain, words)


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def _similar(word: str, words: list[str]) -> str | None:
    import difflib  # only needed for a mistake, and slow to import

    found = difflib.get_close_matches(word, words, n=1, cutoff=_LEAST_LIKENESS)
    return found[0] if found else None


def _with_part(word: str, words: list[str]) -> str | None:
    """Return the shortest word of which a step of its path begins or ends with this one."""
    if len(word) < _SHORTEST_PART:
        return None
    for one in words:
        steps = one.split(".")
        if one.startswith(word) or any(step.startswith(word) or step.endswith(word) for step in steps):
            return one
    return None
