"""``known-given`` (error): `known` is asked of something that always has a value, said or not.

`known` asks whether there is a value, and `none` whether there is not. A fact that a case leaves out has
one all the same, unless `if_missing` says that there is none (`none`; of an instant or a date `never`): the
case only does not say it. What were concluded from its silence could be taken back by the next fact that is
filled in. So it is with parameters.

Fails::

    # facts.yaml
    facts:
      return.note: {type: text, title: {zh: 退货说明, en: note}}
      return.has_note: {type: boolean, title: {zh: 有说明, en: there is a note}, role: outcome}
    # policies/returns.yaml
    rules:
      note_is_there:
        title: {zh: 有退货说明, en: There is a note}
        source: {section: "4", quote: 赠品不退}
        when: {return.note: known}
        then: {return.has_note: yes}

Passes::

    # facts.yaml
    facts:
      return.note: {type: text, title: {zh: 退货说明, en: note}, if_missing: none}
      return.has_note: {type: boolean, title: {zh: 有说明, en: there is a note}, role: outcome}
    # policies/returns.yaml
    rules:
      note_is_there:
        title: {zh: 有退货说明, en: There is a note}
        source: {section: "4", quote: 赠品不退}
        when: {return.note: known}
        then: {return.has_note: yes}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Ref, Test, parts_of
from policyengine.model.rulebook import Default, Fact, Rulebook
from policyengine.values.literals import ValueType


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every `known` of a given fact that is not declared to have no value when it is missing."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Test) and part.operator == "known":
                help = _help(rulebook, part.ref)
                if help is not None:
                    what = message(
                        "`{word}` is asked of `{name}`, which always has a value",
                        word=part.spelling,
                        name=part.ref.name,
                    )
                    yield error("known-given", what, part.span, help)


def _help(rulebook: Rulebook, ref: Ref) -> Message | None:
    if ref.kind == "parameter":
        return message("leave the test out: where the rules give no figure, the figure is not known")
    fact = rulebook.facts.get(ref.name)
    if fact is None or fact.role != "given" or fact.has_none_if_missing:
        return None
    if fact.dated_by is not None:  # before that has happened it has no value
        return None
    if isinstance(fact.if_missing, Default):
        return message("leave the test out: `if_missing` gives a value where the case gives none")
    return _declare(fact)


def _declare(fact: Fact) -> Message:
    if fact.type in (ValueType.INSTANT, ValueType.DATE):
        return message(
            "add `if_missing: never` to the fact if a case that leaves it out says that it has not happened"
        )
    return message(
        "add `if_missing: none` to the fact if a case that leaves it out says that there is none;"
        " else ask the case with a fact of its own, such as a `boolean`"
    )
