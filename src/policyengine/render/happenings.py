"""What has happened, in the words of the rulebook: its `happened`, else its title without “at”."""

from __future__ import annotations

import re

from policyengine.model.braces import filled, names_in
from policyengine.outcome.timeline import Event
from policyengine.render.naming import Naming
from policyengine.semantics.findings import State

# A title of an instant names the time (“paid at”, “付款时间”); what happened is what is left of it.
_OF_TIME = re.compile(r"(?:的?(?:时间|时刻|日期)| (?:at|on)|,? (?:time|date))$")


def happening(event: Event, naming: Naming) -> str:
    """Return in a few words what has happened."""
    return _said(event, naming) or _titled(naming.text(event.fact.title))


def _said(event: Event, naming: Naming) -> str:
    """Return the words of the rulebook, or nothing if the case does not say what they name."""
    states: dict[str, State] = {fact.path: state for fact, state in event.values}
    names = names_in(event.fact.happened)
    if not event.fact.happened or not all(name in states for name in names):
        return ""
    said = {name: naming.state(states[name], name) for name in names}
    return begun(filled(naming.text(event.fact.happened), said))


def _titled(title: str) -> str:
    return begun(_OF_TIME.sub("", title) or title)


def begun(words: str) -> str:
    """Return words with which a line can begin; the names of a rulebook may begin small."""
    return words[:1].upper() + words[1:]
