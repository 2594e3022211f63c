"""What has changed of the letters: whom they tell what, and in which words."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.changes.change import Sides
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.text import Text
from policyengine.model.letters import InBrief, Letter, Paragraph
from policyengine.render.bilingual import Bilingual


def letter_details(sides: Sides, old: Letter, new: Letter) -> Iterator[Text]:
    """Tell what a letter tells now or no longer, and which of its paragraphs are others."""
    was, now = (frozenset(one.tells or ()) for one in (old, new))
    for name in sorted(now - was):
        yield sides.both("it now tells: {title}", title=_title(sides.now, name))
    for name in sorted(was - now):
        yield sides.both("it no longer tells: {title}", title=_title(sides.was, name))
    if (old.tells is None) != (new.tells is None):
        yield sides.both(_LEFT if new.tells is None else _CHOSEN)
    for path in dict.fromkeys(path for letter in (old, new) for path, _ in letter.words):
        was_said, now_said = (dict(one.words).get(path, ()) for one in (old, new))
        if was_said != now_said:
            before, after = _words(sides.was, path, was_said), _words(sides.now, path, now_said)
            title = _title(sides.now if now_said else sides.was, path)
            yield sides.both(_WORDS, title=title, old=before, new=after)
    if len(old.paragraphs) == len(new.paragraphs) and set(old.paragraphs) != set(new.paragraphs):
        yield from _reworded(sides, old, new)
        return
    gone = [one for one in old.paragraphs if one not in new.paragraphs]
    added = [one for one in new.paragraphs if one not in old.paragraphs]
    for paragraph in gone:
        yield sides.both("paragraph that is gone: {text}", text=_said(sides.was, paragraph))
    for paragraph in added:
        yield sides.both("new paragraph: {text}", text=_said(sides.now, paragraph))
    if not gone and not added and old.paragraphs != new.paragraphs:
        yield sides.both("its paragraphs stand in another order")


def _reworded(sides: Sides, old: Letter, new: Letter) -> Iterator[Text]:
    """Tell of each paragraph that has changed what it was, in the languages in which it is another."""
    for number, (was, now) in enumerate(zip(old.paragraphs, new.paragraphs, strict=True), 1):
        if was != now:
            before, after = _said(sides.was, was), _said(sides.now, now)
            if before == after:  # a part, of which only what is said where it is empty has changed
                before, after = was.if_none, now.if_none
            yield sides.renamed(_REWORDED, before, after, name=str(number))


_WORDS = marked("how it tells “{title}”: {old} → {new}")
_REWORDED = marked("paragraph {name}: {old} → {new}")
_LEFT = marked("what it tells is now up to the program")
_CHOSEN = marked("what it tells is now chosen by the rulebook")


def letter_whole(side: Bilingual, letter: Letter) -> Iterator[Text]:
    """Tell what a letter tells, and its paragraphs."""
    for name in letter.tells or ():
        yield side.both("it tells: {title}", title=_title(side, name))
    for path, words in letter.words:
        yield side.both(
            "how it tells “{title}”: {words}", title=_title(side, path), words=_words(side, path, words)
        )
    for paragraph in letter.paragraphs:
        yield side.both("paragraph: {text}", text=_said(side, paragraph))


def _words(side: Bilingual, path: str, words: tuple[InBrief, ...]) -> Text:
    return side.stated(lambda one: one.words_of_values(path, words)) if words else side.both("none")


def _title(side: Bilingual, name: str) -> Text:
    deadline = side.book.deadlines.get(name)
    return side.title(name) if deadline is None else deadline.title


def _said(side: Bilingual, paragraph: Paragraph) -> Text:
    if paragraph.part is None:
        return paragraph.text
    if not paragraph.title:
        return side.both("`part: {part}`", part=paragraph.part)
    return side.both("`part: {part}`, “{title}”", part=paragraph.part, title=paragraph.title)
