"""The template of a letter as sentences: whom it goes to, what that party is told, and its paragraphs."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.letters import Letter, Paragraph, Part
from policyengine.render.statements import Statements

_PARTS: dict[Part, str] = {
    "decided": marked("what is decided, each outcome with its reason and clause"),
    "open": marked("what is not decided yet, and what it waits for"),
    "must": marked("what the reader must do, until when, and what follows otherwise"),
    "may": marked("what the reader may do"),
    "should": marked("what the reader is advised to do"),
    "notes": marked("what the reader is to note"),
    "waiting": marked("the deadlines of others, with their ends"),
}


def paragraph(written: Paragraph, statements: Statements) -> str:
    """Return what a paragraph says."""
    say, text = statements.naming.say, statements.naming.text
    if written.part is None:
        return say("“{words}”", words=text(written.text))
    told = say(_PARTS[written.part])
    if written.title:
        told = say("“{title}”: {what}", title=text(written.title), what=told)
    if written.if_none:
        told = say("{what}; if there is nothing: “{words}”", what=told, words=text(written.if_none))
    return told


def tells(letter: Letter, statements: Statements) -> str:
    """Return what a party is told, by titles."""
    say, naming = statements.naming.say, statements.naming
    if letter.tells is None:
        return say("It tells the outcomes of the policies that address the party.")
    deadlines = naming.book.deadlines
    titles = [
        naming.text(deadlines[one].title) if one in deadlines else naming.title(one) for one in letter.tells
    ]
    return say("It tells: {titles}.", titles=say("; ").join(titles))


def wordings(letter: Letter, statements: Statements) -> str:
    """Return in which words the letter tells the values of outcomes, by their titles."""
    say, naming = statements.naming.say, statements.naming
    return say("; ").join(
        say(
            "how it tells “{title}”: {words}",
            title=naming.title(path),
            words=statements.words_of_values(path, words),
        )
        for path, words in letter.words
    )
