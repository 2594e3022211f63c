"""Texts that the rules carry, in the languages of the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policyengine.frozen import Frozen


class Text(Frozen, eq=False):
    """One text in its languages: pairs of a BCP 47 tag and the words, in the order of the rulebook.

    The tag ``""`` stands for every language: a name, or words of a source. ``is_plain`` says that somebody
    wrote it without a language. Texts that say the same in another order of languages are equal.
    """

    words: tuple[tuple[str, str], ...] = ()
    is_plain: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and frozenset(self.words) == frozenset(other.words)

    def __ne__(self, other: object) -> bool:  # the one of `Struct` would still compare all fields
        return not self == other

    def __hash__(self) -> int:
        return hash(frozenset(self.words))

    def __bool__(self) -> bool:
        """Tell whether anything is said."""
        return bool(self.words)

    def get(self, language: str) -> str:
        """Return the words of a language and of no other, or nothing."""
        return next((words for tag, words in self.words if tag in (language, "")), "")

    def in_language(self, *languages: str) -> str:
        """Return the words of the first language in which there are some, else those that stand first.

        A language is also meant by one of which it is a variety: ``zh`` by ``zh-TW``, ``de-AT`` by ``de``.
        """
        for language in languages:
            for exact in (True, False):
                for tag, words in self.words:
                    if tag in (language, "") or (not exact and base_of(tag) == base_of(language)):
                        return words
        return self.words[0][1] if self.words else ""

    @property
    def all(self) -> tuple[str, ...]:
        """What it says in every language; the same words once."""
        return tuple(dict.fromkeys(words for _, words in self.words))

    def spelled(self, spell: Callable[[str, str], str]) -> Text:
        """Return a text made of it in each language, by the tag and the words."""
        return Text(tuple((tag, spell(tag, words)) for tag, words in self.words))

    @property
    def joined(self) -> str:
        """The text in all its languages, one after the other."""
        return " / ".join(self.all)


def bilingual(zh: str, en: str) -> Text:
    """Return a text of the program in its own languages."""
    return Text((("zh", zh), ("en", en)))


def unspoken(words: str) -> Text:
    """Return words that are the same in every language, such as a name."""
    return Text((("", words),)) if words else Text()


def everywhere(words: str, languages: Iterable[str]) -> Text:
    """Return a name as the text of each of these languages."""
    return Text(tuple((tag, words) for tag in languages))


def base_of(tag: str) -> str:
    """Return the language of a tag, without script and country."""
    return tag.partition("-")[0].lower()
