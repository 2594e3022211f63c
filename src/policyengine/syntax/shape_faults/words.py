"""Words and names that cannot stand where they do."""

from __future__ import annotations

import re

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Message, Sample, message
from policyengine.diagnostics.did_you_mean import allowed
from policyengine.diagnostics.wordings import advice, right_word
from policyengine.syntax.keys import Path
from policyengine.syntax.shape_faults.fault import Fault, label
from policyengine.syntax.shape_faults.forms import ASSUMPTION, FORMS
from policyengine.syntax.shape_faults.keys import follows_another_rest, rest_of_text
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.syntax.yaml_tree import MappingNode, Scalar, node_at
from policyengine.values.escaping import shorten
from policyengine.values.literals import UNIT_SECONDS

_NEARLY_ASSUMPTION = r"[A-Za-z]{1,3}[-_ –.]?[0-9]+|[0-9]+[A-Za-z]?"
_OF_ASSUMPTIONS = ("assumptions", "assume")  # mappings that are of assumptions, and never a value
# The words of values that are computed in place.
COMPUTED = (
    "total_of", "least_of", "greatest_of", "count_of", "position_of", "share_of",
    "latest", "earliest", "end_of", "start_of", "last_second_of", "otherwise",
)  # fmt: skip
_VALUE_WORDS = ("value", "is", "equals", "of", "amount", "fact", "default", "text", "fixed")


def tell_unknown_word(telling: Telling, fault: Fault) -> None:
    """Tell of a word that is none of those that can stand there."""
    if not isinstance(fault.instance, str):
        return  # of the wrong shape, which is told too
    words = [word for word in fault.value if isinstance(word, str)]
    name = label(fault.path)
    what = message("`{name}` cannot be `{word}`", name=name, word=shorten(fault.instance))
    telling.error("unknown-word", what, telling.value_span(fault.path), allowed(fault.instance, words))


def tell_bad_name(telling: Telling, fault: Fault) -> None:
    """Tell of a text, or of a key, that has not the form of its kind of name."""
    is_key = "propertyNames" in fault.steps
    span = telling.key_span(fault.path, fault.instance) if is_key else telling.value_span(fault.path)
    form = FORMS[fault.value]
    is_value_due = is_key and fault.value == ASSUMPTION and fault.path[-1] not in _OF_ASSUMPTIONS
    if is_value_due and not re.fullmatch(_NEARLY_ASSUMPTION, fault.instance):
        _tell_mapping(telling, fault)
        return
    if is_key and follows_another_rest(telling, fault.path, fault.instance):
        telling.slipped.add((*fault.path, fault.instance))
        return
    slip = _slip_of_key(telling, fault) if is_key else None
    if slip is not None:
        telling.slipped.add((*fault.path, fault.instance))
    words = telling.schema.along(fault.steps)[1][-1].schema["properties"] if is_key else ()
    slip = slip or (advice(fault.instance, words) if "count_of" in words else None)
    telling.error("bad-name", message(form.what, word=shorten(fault.instance)), span, slip or form.help)


def _slip_of_key(telling: Telling, fault: Fault) -> Message | None:
    """Return what to do about a key that is the rest of a text, has spaces or lacks its colon."""
    key = fault.instance
    rest = rest_of_text(telling, fault.path, key)
    node = node_at(telling.root, (*fault.path, key))[0]
    joined = re.sub(r"\s+", "_", key.strip().lower())
    # What has lines of its own below is a name; a single value after two words lacks a colon between them.
    has_space = re.search(r"\S\s+\S", key) is not None
    if rest is None and has_space and isinstance(node, MappingNode) and re.search(fault.value, joined):
        return message("a name has no spaces and no capitals: write `{name}`", name=joined)
    return rest or slips.in_name(key)


def _tell_mapping(telling: Telling, fault: Fault) -> None:
    """Tell of a mapping where a value is due, which only the readings of an assumption can be."""
    key = fault.instance
    if (*fault.path, key) in telling.displaced:
        return  # told of with another word of the same value
    telling.displaced.add((*fault.path, key))
    node = node_at(telling.root, fault.path)[0]
    inner = node.get(key) if isinstance(node, MappingNode) else None
    if isinstance(inner, MappingNode) and right_word(key, (_YEARLY,)) is not None:
        telling.no_key(fault.path, key, message("write `{word}`", word=_YEARLY))
        return
    what = message("`{name}` must be a single value", name=label(fault.path))
    help = message(
        "write the value itself; a mapping here begins with an assumption, such as `{example}`",
        example=Sample("A-01"),
    )
    name = fault.path[-1]
    computed = advice(key, COMPUTED)
    if is_computed_otherwise(telling, fault.path):  # all of it is told of by its first word
        telling.displaced.update((*fault.path, one) for one in telling.keys_at(fault.path))
        help = _NOT_COMPUTED
    elif computed is not None:
        help = computed
    elif isinstance(inner, Scalar) and inner.text and isinstance(name, str):
        if key in UNIT_SECONDS or key in _VALUE_WORDS:
            own = f"{shorten(name)}: {_length_of(key, inner.text)}"
            help = message("write `{example}`", example=own)
        elif "then" in fault.path[-2:-1]:
            help = message("the name of a fact has dots: `{path}`", path=shorten(f"{name}.{key}"))
    telling.error("wrong-shape", what, telling.key_span(fault.path, key), help)


_OTHERWISE = "otherwise"
_CALCULATED = ("formula", "value", "base", "times", "first", "last", "next", "previous", "only")
_NOT_COMPUTED = message(
    "nothing is computed in `otherwise`: compute it in an amount, or let a rule give it to a fact, and write"
    " its name"
)
_YEARLY = "every_year"
"""The only word of a test below which there is a mapping."""


def is_computed_otherwise(telling: Telling, path: Path) -> bool:
    """Tell whether something is computed in an ``otherwise``, which takes a value, a name or readings."""
    words = telling.keys_at(path) if path and path[-1] == _OTHERWISE else ()
    return any(one in COMPUTED or one in _CALCULATED or advice(one, COMPUTED) is not None for one in words)


def _length_of(key: str, text: str) -> str:
    """Return a value that was written below a word: ``{hours: 24}`` is ``24 hours``."""
    return shorten(f"{text} {key}" if key in UNIT_SECONDS and text.isdecimal() else text)
