"""The JSON Schema of a kind of file together with the names of a rulebook, so that editors can complete them.

It allows whatever the plain schema allows: names and choices are offered, and ``policyengine check`` says
which of them are wrong, with better words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from policyengine.diagnostics.i18n import spoken
from policyengine.diagnostics.text import Text
from policyengine.model.rulebook import STATUSES, Rulebook
from policyengine.reading.samples import Samples
from policyengine.syntax.schemas import schema_text
from policyengine.values.literals import ValueType

KINDS = ("policy", "overlay", "cases")
"""The kinds of files that speak of names which other files declare."""

Schema = dict[str, Any]
_ANSWERS = ("yes", "no")


def editor_schema(rulebook: Rulebook, kind: str) -> Schema:
    """Return the draft-07 schema of a kind, one of ``KINDS``, that knows the names of a rulebook."""
    schema: Schema = _in_languages(json.loads(schema_text(kind)), rulebook)
    schema = cast(Schema, _with_own_examples(schema, Samples(rulebook)))
    if kind == "policy":
        _fill_policy(schema, rulebook)
    elif kind == "overlay":
        names = {id: one.title for id, one in rulebook.parameters.items()}
        _know(schema["properties"]["parameters"], names)
    else:
        check = schema["definitions"]["check"]["properties"]
        values = _values(rulebook)
        _know(check["expect"], {name: title for name, (title, _) in values.items()}, values)
        _offer_items(check["because"], _rules(rulebook))
    return schema


def _in_languages(schema: Schema, rulebook: Rulebook) -> Schema:
    """Leave in titles and descriptions what is said in a language of the rulebook; files have ``zh / en``."""
    spoken_here = {spoken(tag) for tag in rulebook.languages}
    if len(spoken_here) > 1:
        return schema
    part = 0 if "zh" in spoken_here else -1

    def kept(node: object) -> object:
        if isinstance(node, list):
            return [kept(one) for one in node]
        if not isinstance(node, dict):
            return node
        return {
            key: value.split(" / ")[part]
            if key in ("title", "description") and isinstance(value, str)
            else kept(value)
            for key, value in node.items()
        }

    return cast(Schema, kept(schema))


def _with_own_examples(node: object, samples: Samples) -> object:
    """Return a schema whose examples are of the rulebook."""
    if isinstance(node, list):
        return [_with_own_examples(one, samples) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: [samples.value(one) for one in value]
        if key == "examples" and isinstance(value, list)
        else _with_own_examples(value, samples)
        for key, value in node.items()
    }


def _fill_policy(schema: Schema, rulebook: Rulebook) -> None:
    definitions = schema["definitions"]
    values = _values(rulebook)
    titles = {name: title for name, (title, _) in values.items()}
    _know(definitions["condition"], titles, values, {"$ref": "#/definitions/test"})
    for id, assumption in rulebook.assumptions.items():
        definitions["condition"]["properties"][id] = {
            "title": assumption.title.joined,
            "anyOf": [
                {"enum": [one.id for one in assumption.readings]},
                *definitions["condition"]["patternProperties"].values(),
            ],
        }
    rule = definitions["rule"]["properties"]
    concluded = {path: fact for path, fact in rulebook.facts.items() if fact.role != "given"}
    _know(rule["then"], {path: fact.title for path, fact in concluded.items()}, values)
    _offer_items(rule["overrides"], _rules(rulebook))
    table = definitions["table"]["properties"]
    _offer_items(table["overrides"], _rules(rulebook))
    for part, key in (("deadline", "who"), ("notice", "to")):
        _offer(definitions[part]["properties"], key, rulebook.parties)
    _offer(definitions["notice"]["properties"], "by", rulebook.deadlines)
    for word in ("in", "not_in"):
        _offer(definitions["operators"]["properties"], word, rulebook.sets)
    for part in ("rule", "table", "deadline", "amount"):
        _offer(definitions[part]["properties"], "for_each", rulebook.lists)
    instants = [path for path, fact in rulebook.facts.items() if fact.type is ValueType.INSTANT]
    instants += [f"{id}.{property}" for id in rulebook.deadlines for property in ("due", "settled_at")]
    _offer(schema["properties"]["effective"]["properties"], "by", instants)
    _offer(rule["effective"]["properties"], "by", instants)
    _offer(definitions["parameter"]["properties"], "by", instants)
    for place in ("starts", "ends"):
        _offer(definitions["deadline"]["properties"], place, instants)
    source = definitions["source"]["properties"]
    _offer(source, "document", [one.id for one in rulebook.documents])
    _offer_items(source["clauses"], rulebook.clauses)


def _rules(rulebook: Rulebook) -> list[str]:
    """Return the names of rules and tables; a row is named by its table and number."""
    return sorted((*(rule.id for rule in rulebook.written_rules), *rulebook.tables))


def _values(rulebook: Rulebook) -> dict[str, tuple[Text, list[object]]]:
    """Return every name that has a value with its title and, for choices and answers, its values."""
    found: dict[str, tuple[Text, list[object]]] = {}
    for path, fact in rulebook.facts.items():
        words: list[object] = [choice.name for choice in fact.choices]
        words += [*_ANSWERS, True, False] if fact.type is ValueType.BOOLEAN else []
        words += ["happened", "known", "none"] if fact.type is ValueType.INSTANT else []
        found[path] = fact.title, words
    for id, amount in rulebook.amounts.items():
        found[id] = amount.title, []
    for id, parameter in rulebook.parameters.items():
        found[id] = parameter.title, []
    for id, deadline in rulebook.deadlines.items():
        for property in deadline.properties:
            states = [name for name, _ in STATUSES] if property == "status" else []
            found[f"{id}.{property}"] = deadline.title, list[object](states)
    return dict(sorted(found.items()))


def _know(
    schema: Schema,
    names: Mapping[str, Text],
    values: Mapping[str, tuple[Text, list[object]]] | None = None,
    otherwise: Schema | None = None,
) -> None:
    """Let a mapping of free names know some of them; what it allows for others it allows for these too."""
    allowed = otherwise or schema["additionalProperties"]
    properties = schema.setdefault("properties", {})
    for name, title in sorted(names.items()):
        words = (values or {}).get(name, (title, []))[1]
        ways = [{"enum": words}, allowed] if words else [allowed]
        properties[name] = {"title": title.joined, "anyOf": ways}


def _offer(properties: Schema, key: str, words: Iterable[str]) -> None:
    """Offer words for a key without refusing others."""
    known = sorted(words)
    if key in properties and known:
        plain = properties[key]
        kept = {word: plain[word] for word in ("title", "description", "examples") if word in plain}
        properties[key] = {**kept, "anyOf": [{"enum": known}, plain]}


def _offer_items(schema: Schema, words: Iterable[str]) -> None:
    _offer(schema, "items", words)
