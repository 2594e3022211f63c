"""The shape of rule files: real files pass, and every mistake is told in one sentence at its place."""

# ruff: noqa: E501  (sentences are kept whole, so that they can be found by searching)

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.frozen import replace
from policyengine.resources import data_directory
from policyengine.syntax.limits import MAX_FAULTS
from policyengine.syntax.schemas import KINDS, MAX_LEVELS, check_shape, schema_text
from policyengine.syntax.shape_faults.forms import FORMS
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode

ROOT = Path(__file__).parents[1]
RULE_FILES = sorted(ROOT.glob("rules/**/*.yaml"))

POLICY = "policy: p\ntitle: {en: P}\n"
RULE = POLICY + "rules:\n  r:\n    title: {en: R}\n"
THEN = "    then: {x: 1}\n"


def kind_of(path: Path) -> str:
    if path.name.endswith(".cases.yaml"):
        return "cases"
    return {"policies": "policy", "overlays": "overlay", "reports": "report"}.get(path.parent.name, path.stem)


def read(text: str) -> Node:
    node, faults = read_yaml(text, "f.yaml")
    assert faults == []
    assert node is not None
    return node


def check(kind: str, text: str) -> list[Diagnostic]:
    return check_shape(kind, read(text))


def told(found: list[Diagnostic]) -> list[tuple[str, int, int, str, str | None]]:
    return [
        (
            one.code,
            one.span.line,
            one.span.column,
            str(one.message),
            None if one.help is None else str(one.help),
        )
        for one in found
    ]


# ---------- the schemas themselves


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid(kind: str) -> None:
    Draft7Validator.check_schema(json.loads(schema_text(kind)))


def parts(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts(part)


@pytest.mark.parametrize("kind", KINDS)
def test_every_title_and_description_is_in_both_languages(kind: str) -> None:
    for part in parts(json.loads(schema_text(kind))):
        for word in ("title", "description"):
            if isinstance(part.get(word), str):
                assert re.search("[\u4e00-\u9fff].* / .*[A-Za-z]|^zh .* / zh ", part[word]), part[word]


@pytest.mark.parametrize("kind", KINDS)
def test_every_mapping_is_closed_and_every_pattern_has_a_help(kind: str) -> None:
    for part in parts(json.loads(schema_text(kind))):
        if part.get("type") == "object" and "properties" in part and "required" not in part.get("if", {}):
            assert "additionalProperties" in part or set(part) == {"type", "required", "properties"}
        if isinstance(part.get("pattern"), str):
            assert part["pattern"] in FORMS


def test_shared_definitions_are_the_same_in_every_schema() -> None:
    known: dict[str, object] = {}
    for kind in KINDS:
        for name, definition in json.loads(schema_text(kind))["definitions"].items():
            assert known.setdefault(name, definition) == definition, (kind, name)


def test_the_schemas_are_found_in_the_checkout() -> None:
    assert Path(data_directory("schemas")) == ROOT / "schemas"
    with pytest.raises(FileNotFoundError, match="nowhere"):
        data_directory("nowhere")


# ---------- files that are right


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_a_real_file_has_the_right_shape(path: Path) -> None:
    assert told(check(kind_of(path), path.read_text(encoding="utf-8"))) == []


RIGHT = [
    RULE + "    when: {a: {A-01: {x: b, y: {A-02: {z: 1, w: 2}}}}}\n" + THEN,
    RULE + "    when: {a: known, b: {known: no}, c: happened, A-06: platform, A-07: [x, y]}\n" + THEN,
    RULE + "    when: {a: {between: [1, 5], is_not: 2, none_of: [3, b]}}\n" + THEN,
    RULE
    + "    effective: {by: a, until: 2020-01-01}\n    when: {a: {every_year: {from: 11-01, until: 01-10}}}\n"
    + THEN,
    POLICY + "parameters:\n  n: {title: {en: N}, by: a, values: [{until: 2020-01-01, value: 1,"
    " every_year: {from: 11-01, until: 12-31}}]}\n",
    RULE + "    when: {not: {any: [{all: [{a: b}]}]}, last: {list: l, is: {a: b}}}\n    for_each: l\n" + THEN,
    RULE + "    when: {count_of: {list: l, where: {a: b}, at_least: 6}, any_of: {list: l}}\n" + THEN,
    RULE + "    when: {a: b}\n    notices:\n      - {to: b, kind: duty, text: {en: t},"
    " otherwise: {A-01: {x: {en: t}, y: {zh: 无}}}}\n",
    POLICY + "amounts:\n  m: {title: {en: M}, base: a, plus: [b, {A-01: {x: 1}}], minus: c,"
    " at_most: [c, {A-01: {x: 1}}, {limit: 5, when: {a: b}}], rounding: half_even, for_each: l}\n",
    POLICY + "amounts:\n  m: {title: {en: M}, base: a, at_most: {limit: 5, when: {a: b}}}\n",
    POLICY + "deadlines:\n  d: {title: {en: D}, who: b, starts: {A-01: {x: a}}, within: 24 hours,"
    " met_by: [a, b], counting: {end: {A-01: {x: included}}, hours: continuous}}\n",
    POLICY + "effective: {by: a, from: 2010-01-01}\nparameters:\n  n: {title: {en: N}, type: percent}\n",
    POLICY + 'parameters:\n  n: {title: {en: N}, type: text, values: [{value: ""}]}\n',
]


@pytest.mark.parametrize("text", RIGHT)
def test_every_form_of_the_language_is_allowed(text: str) -> None:
    assert told(check("policy", text)) == []


# ---------- files that are wrong

# fmt: off
WRONG: list[tuple[str, str, list[tuple[str, int, int, str, str | None]]]] = [
    # ---------- keys
    ("policy", POLICY + "rulez: {}\n", [
        ("unknown-key", 3, 1, "`rulez` is not a key of this kind of file", "did you mean `rules`?"),
    ]),
    ("policy", POLICY + "colour: red\n", [
        ("unknown-key", 3, 1, "`colour` is not a key of this kind of file", "the keys are `policy`, `title`, `applies_to`, `effective`, `parameters`, `deadlines`, `amounts`, `rules`, `tables`"),
    ]),
    ("policy", RULE + "    when:\n      a: {at_leats: 5}\n    then: {x: 1}\n", [
        ("unknown-key", 7, 11, "`at_leats` is not a key of `a`", "did you mean `at_least`?"),
    ]),
    ("policy", RULE + "    when: {complaint: {stage: filed}}\n    then: {x: 1}\n", [
        ("unknown-key", 6, 24, "`stage` is not a key of `complaint`", "a fact is written `complaint.stage`; a comparison is one of `is`, `is_not`, `at_least`, `at_most`, `more_than`, `less_than`, `within`, `before`, `after`, `not_before`, `not_after`, `same`, `as`, `one_of`, `none_of`, `in`, `not_in`, `between`, `known`, `happened`, `every_year`"),
    ]),
    ("policy", RULE + "    when:\n      a: b\n      then:\n        x: 1\n", [
        ("unknown-key", 8, 7, "`then` is not a key of `when`", "move it out: `then` belongs beside `when`"),
    ]),
    ("policy", RULE + "    when:\n      a: b\n      notices:\n        - {to: b, kind: duty, text: {en: t}}\n", [
        ("unknown-key", 8, 7, "`notices` is not a key of `when`", "move it out: `notices` belongs beside `when`"),
    ]),
    ("policy", RULE + "    when: {a: b}\n    source: {section: s, quote: q, notices: []}\n", [
        ("unknown-key", 7, 36, "`notices` is not a key of `source`", "move it out: `notices` belongs beside `source`"),
    ]),
    ("policy", RULE + "    when: {a: b}\n    then: {x: 1}\n    quote: q\n", [
        ("unknown-key", 8, 5, "`quote` is not a key of `r`", "`quote` belongs inside `source`"),
    ]),
    ("policy", RULE + "    when: {first: {list: l, where: {a: known, is: {a: b}}}}\n    then: {x: 1}\n", [
        ("unknown-key", 6, 47, "`is` is not a key of `where`", "move it out: `is` belongs beside `where`"),
    ]),
    ("facts", "facts:\n  c: {type: money, title: {en: C}, values: {a: {en: A}}}\n", [
        ("unknown-key", 2, 36, "`values` does not belong to a fact of this type", "remove it, or write `type: choice`"),
    ]),
    ("policy", RULE + "    when: {count_of: {list: l, known: yes}}\n    then: {x: 1}\n", [
        ("unknown-key", 6, 32, "`known` is not a key of `count_of`", "the keys are `list`, `other`, `earlier`, `where`, `different`, `is`, `is_not`, `at_least`, `at_most`, `more_than`, `less_than`, `one_of`, `none_of`, `between`"),
    ]),
    ("overlay", "overlay: 5pct\ntitle: {en: O}\nparameters: {a: {value: 5}}\n", [
        ("unknown-key", 3, 18, "`value` is not a key of `a`", "write `values`"),
    ]),
    # ---------- missing keys
    ("policy", RULE + "    when: {a: b}\n", [
        ("missing-key", 4, 3, "`r` has neither `then` nor `notices`", "say what follows (`then`), or who is told what (`notices`)"),
    ]),
    ("policy", POLICY + "deadlines:\n  d: {title: {en: D}, starts: a}\n", [
        ("missing-key", 4, 3, "`d` has neither `within` nor `ends`", "say how long it runs (`within`), or when it ends (`ends`)"),
        ("missing-key", 4, 3, "`d` lacks `who`", "add for example `who: buyer`"),
    ]),
    ("policy", POLICY + "tables:\n  t: {title: {en: T}, asks: a, gives: b}\n", [
        ("missing-key", 4, 3, "`t` lacks one of `rows`, `file`, `versions`", "write one of them"),
    ]),
    ("policy", POLICY + "tables:\n  t: {title: {en: T}, asks: a, gives: b, rows: [[1, 2]], file: t.csv}\n", [
        ("wrong-shape", 4, 58, "`rows` and `file` exclude each other", "keep one of them"),
    ]),
    ("policy", POLICY + "tables:\n  t: {title: {en: T}, asks: a, gives: b, versions: [{from: 2020-01-01}]}\n", [
        ("missing-key", 4, 53, "`versions[1]` has neither `rows` nor `file`", "write `rows` or `file`"),
    ]),
    ("overlay", "{}\n", [
        ("missing-key", 1, 1, "the file lacks `overlay`, `title`, `parameters`", "add for example `overlay: lower_fee`"),
    ]),
    ("rulebook", "rulebook: t\nversion: 1\ntitle: {zh: 书}\ncurrency: CNY\nlanguages: [zh]\n", [
        ("missing-key", 1, 1, "the file lacks `time_zone`, `calendar`, `parties`", "add for example `time_zone: Asia/Shanghai`"),
    ]),
    ("facts", "facts:\n  b: {type: choice, title: {en: B}}\n", [
        ("missing-key", 2, 3, "`b` lacks `values`", "add for example `values: {unwanted: {zh: 不想要了, en: unwanted}}`"),
    ]),
    ("policy", POLICY + "amounts:\n  m: {title: {en: M}, base: a, at_most: [{limit: 3}]}\n", [
        ("missing-key", 4, 42, "`at_most[1]` lacks `when`", "add for example `when: {order.total: {at_least: 100.00}}`"),
    ]),
    # ---------- shapes
    ("overlay", "- a\n", [
        ("wrong-shape", 1, 1, "the file must be a mapping of keys to values", "write lines such as `title: {zh: …, en: …}`"),
    ]),
    ("policy", POLICY + "rules:\n", [
        ("wrong-shape", 3, 1, "`rules` has no value", "write a value, or leave the line out"),
    ]),
    ("policy", POLICY + "rules: []\n", [
        ("wrong-shape", 3, 1, "`rules` must be a mapping of keys to values", "write lines such as `name: …`, indented, below it"),
    ]),
    ("policy", RULE + "    when: yes\n    then: {x: [1]}\n", [
        ("wrong-shape", 6, 5, "`when` must be a mapping of keys to values", "write for example `when: {order.total: {at_least: 100.00}}`"),
        ("wrong-shape", 7, 12, "`x` must be a single value or a mapping", "write for example `x: order.received_at`"),
    ]),
    ("policy", RULE + "    when: {all: [a, {}], b: [], c: {between: [1]}}\n    then: {}\n", [
        ("wrong-shape", 6, 18, "`all[1]` must be a mapping of keys to values", "write for example `- {order.total: {at_least: 100.00}}`"),
        ("wrong-shape", 6, 21, "`all[2]` must not be empty", "write for example `- {order.total: {at_least: 100.00}}`"),
        ("wrong-shape", 6, 26, "`b` must not be empty", "write for example `b: [defective, unwanted]`"),
        ("wrong-shape", 6, 37, "`between` must have exactly 2 values", "write for example `between: [1, 5]`"),
        ("wrong-shape", 7, 5, "`then` must not be empty", "write for example `then: {return.refund: 0.00}`"),
    ]),
    ("policy", RULE + "    when: {A-01: {x: 1}, b: [{c: d}]}\n    overrides: other\n    then: {x: }\n", [
        ("wrong-shape", 6, 12, "`A-01` must be a single value or a list", "write for example `A-01: generous`"),
        ("wrong-shape", 6, 30, "`b[1]` must be a single value", "write for example `- 24 hours`"),
        ("wrong-shape", 7, 5, "`overrides` must be a list", "write `overrides: [other]`"),
        ("wrong-shape", 8, 12, "`x` has no value", "write for example `x: order.received_at`"),
    ]),
    ("policy", RULE + "    when: {b: {A-01: {x: 1}, A-02: {x: 1}}}\n    then: {x: {A-01: }}\n", [
        ("wrong-shape", 6, 12, "`b` can depend on one assumption only", "keep one, and write its readings below it"),
        ("wrong-shape", 7, 16, "`A-01` has no value", "write for example `A-01: {generous: order.shipping, strict: 0.00}`"),
    ]),
    ("policy", RULE + "    when: {a: b}\n    notices: [{to: b, kind: duty, text: t, otherwise: {A-01: {x: t}}}]\n", [
        
    ]),
    ("policy", POLICY + "deadlines:\n  d: {title: 标题, who: [b], starts: [a], within: 1 day, met_by: {a: b}}\n", [
        ("wrong-shape", 4, 18, "`who` must be a single value", "write for example `who: buyer`"),
        ("wrong-shape", 4, 28, "`starts` must be a single value or a mapping", "write for example `starts: order.received_at`"),
        ("unknown-key", 4, 65, "`a` is not a key of `met_by`", "the keys are `value`, `otherwise`, `latest`, `earliest`, `end_of`, `start_of`, `last_second_of`, `of`, `after`, `not_before`, `total_of`, `least_of`, `greatest_of`, `only`, `position_of`, `share_of`, `count_of`, `first`, `last`, `next`, `previous`"),
    ]),
    ("facts", "facts: {d: {type: text, title: {}}, e: }\nlists: {l: {title: {en: ''}, facts: {}}}\n", [
        ("wrong-shape", 1, 25, "`title` must not be empty", "write for example `title: {zh: 标题, en: Title}`"),
        ("wrong-shape", 1, 37, "`e` has no value", "write for example `e: {type: money, title: {zh: 交易金额, en: order total}}`"),
        ("wrong-shape", 2, 21, "`en` must not be empty", "write for example `en: Title`"),
        ("wrong-shape", 2, 30, "`facts` must not be empty", "write for example `facts: {sent_at: {type: instant, title: {zh: 发货时间, en: sent at}}}`"),
    ]),
    ("rulebook", "{rulebook: t, version: '1', title: {en: T}, time_zone: UTC, currency: CNY, calendar: CN,\n languages: [zh, en, zh], parties: {}}\n", [
        ("wrong-shape", 2, 22, "`languages` says the same twice", "remove one of them"),
        ("wrong-shape", 2, 27, "`parties` must not be empty", "write for example `parties: {buyer: {zh: 买家, en: buyer}}`"),
    ]),
    ("cases", "policy_cases: p\ncases:\n  - {name: , given: {a: [1]}, checks: []}\n  - {name: n, given: {}, checks: [{as_of: t, expect: {a: [b]}}]}\n", [
        ("wrong-shape", 3, 6, "`name` has no value", "write for example `name: asked in time`"),
        ("wrong-shape", 3, 26, "`a[1]` must be a mapping of keys to values", "write lines such as `name: …`, indented, below it"),
        ("wrong-shape", 3, 31, "`checks` must not be empty", "leave the line out, or write what belongs here"),
        ("wrong-shape", 4, 55, "`a` must be a single value", "write for example `a: 24 hours`"),
    ]),
    ("assumptions", "assumptions:\n  A-01: {title: {en: A}, readings: {a: x}, default: [a]}\n", [
        ("wrong-shape", 2, 44, "`default` must be a single value", "write for example `default: generous`"),
    ]),
    # ---------- words
    ("policy", RULE + "    when: {a: b}\n    notices: [{to: b, kind: dutty, text: {en: t}}]\n", [
        ("unknown-word", 7, 29, "`kind` cannot be `dutty`", "did you mean `duty`? the allowed values are `duty`, `permission`, `advice`, `warning`"),
    ]),
    ("policy", POLICY + "deadlines:\n  d: {title: {en: D}, who: b, starts: a, within: 1 day, counting: {end: includd, days: {A-01: {x: y}}}}\n", [
        ("unknown-word", 4, 73, "`end` cannot be `includd`", "did you mean `included`? the allowed values are `included`, `excluded`"),
        ("unknown-word", 4, 99, "`x` cannot be `y`", "the allowed values are `rolling`, `calendar`"),
    ]),
    ("facts", "facts: {a: {type: moneyy, title: {en: A}}}\nlists: {l: {title: {en: L}, if_missing: never, facts: {a: {type: text, title: {en: A}}}}}\n", [
        ("unknown-word", 1, 19, "`type` cannot be `moneyy`", "did you mean `money`? the allowed values are `money`, `percent`, `count`, `number`, `boolean`, `instant`, `date`, `duration`, `business_days`, `months`, `business_hours`, `choice`, `text`, `time_zone`"),
        ("unknown-word", 2, 41, "`if_missing` cannot be `never`", "the allowed values are `empty`"),
    ]),
    ("overlay", "overlay: o\ntitle: {en: O}\nconfirmed: maybe\nparameters: {a: {values: [{value: 5}]}}\n", [
        ("unknown-word", 3, 12, "`confirmed` cannot be `maybe`", "the allowed values are `yes`, `no`, `true`, `false`, `是`, `否`"),
    ]),
    # ---------- names
    ("policy", "policy: Late\ntitle: {en: P}\n", [
        ("bad-name", 1, 9, "`Late` is not a name", "use small letters, digits and underscores, a letter first, such as `return_in_time`"),
    ]),
    ("policy", RULE + "    when: {Big: 5, a: {A-1: {x: 1}}}\n    then: {x.Y: 1}\n", [
        ("bad-name", 6, 12, "`Big` is not a name", "write a name such as `order.received_at`, or an assumption such as `A-01`"),
        ("bad-name", 6, 24, "`A-1` is not the id of an assumption", "write a capital letter, a hyphen and two digits or more, such as `A-01`"),
        ("bad-name", 7, 12, "`x.Y` is not a name", "use small letters, digits and underscores, and dots between words, such as `order.received_at`"),
    ]),
    ("facts", "facts: {a..b: {type: text, title: {en: A}}}\nlists: {l: {title: {en: L}, facts: {a.b: {type: text, title: {en: A}}}}}\n", [
        ("bad-name", 1, 9, "`a..b` is not a name", "use small letters, digits and underscores, and dots between words, such as `order.received_at`"),
        ("bad-name", 2, 37, "`a.b` is not a name", "use small letters, digits and underscores, a letter first, such as `return_in_time`"),
    ]),
    ("facts", "facts: {\"a\\n\": {type: text, title: {en: A}}}\n", [
        ("bad-name", 1, 9, "`a\\n` is not a name", "use small letters, digits and underscores, and dots between words, such as `order.received_at`"),
    ]),
    ("assumptions", "assumptions:\n  A1: {title: {en: A}, readings: {a: {en: A}}, default: a}\n", [
        ("bad-name", 2, 3, "`A1` is not the id of an assumption", "write a capital letter, a hyphen and two digits or more, such as `A-01`"),
    ]),
    ("rulebook", "{rulebook: t, version: '1', title: {en: T}, time_zone: UTC, currency: 元, calendar: CN, languages: [zh],\n parties: {b: {en: B}}, documents: {d: {title: {en: D}, digest: sha256:5}}}\n", [
        ("bad-name", 1, 71, "`元` is not the code of a currency", "write three capital letters, such as `EUR`"),
        ("bad-name", 2, 65, "`sha256:5` is not a digest", "write what `policyengine digest FILE` prints for this document, or leave the digest out"),
    ]),
    ("overlay", "overlay: 5%\ntitle: {en: O}\nparameters: {a: {values: [{value: 5}]}}\n", [
        ("bad-name", 1, 10, "`5%` is not a name", "use small letters, digits and underscores, such as `unwanted`"),
    ]),
]
# fmt: on


@pytest.mark.parametrize(("kind", "text", "expected"), WRONG)
def test_a_mistake_is_told(
    kind: str, text: str, expected: list[tuple[str, int, int, str, str | None]]
) -> None:
    assert told(check(kind, text)) == expected


@pytest.mark.parametrize(("opening", "closing"), [("{not: ", "}"), ("{all: [", "]}"), ("[", "]")])
def test_deep_nesting_is_told_and_no_traceback(opening: str, closing: str) -> None:
    levels = 45
    text = POLICY + "applies_to: " + opening * levels + "{a: b}" + closing * levels
    assert [one.code for one in check("policy", text)] == ["wrong-shape"]
    assert f"more than {MAX_LEVELS} deep" in str(check("policy", text)[0].message)


def test_nesting_to_the_limit_is_allowed() -> None:
    levels = MAX_LEVELS - 2
    assert check("policy", POLICY + "applies_to: " + "{not: " * levels + "{a: b}" + "}" * levels) == []


def test_many_faults_are_cut() -> None:
    text = POLICY + "".join(f"k{number}: 1\n" for number in range(3_000))
    assert len(check("policy", text)) == MAX_FAULTS


# ---------- any change of a real file


def nodes(node: Node) -> Iterator[tuple[Node, tuple[int, ...]]]:
    yield node, ()
    children = node.items if isinstance(node, SequenceNode) else ()
    if isinstance(node, MappingNode):
        children = tuple(entry.value for entry in node.entries)
    for position, child in enumerate(children):
        for one, path in nodes(child):
            yield one, (position, *path)


def replaced(node: Node, path: tuple[int, ...], new: Node) -> Node:
    if not path:
        return new
    if isinstance(node, SequenceNode):
        items = list(node.items)
        items[path[0]] = replaced(items[path[0]], path[1:], new)
        return replace(node, items=tuple(items))
    assert isinstance(node, MappingNode)
    entries = list(node.entries)
    entry = entries[path[0]]
    entries[path[0]] = replace(entry, value=replaced(entry.value, path[1:], new))
    return replace(node, entries=tuple(entries))


def mutated(root: Node, chance: random.Random) -> Node:
    every = list(nodes(root))
    old, path = chance.choice(every)
    other = chance.choice(every)[0]
    choices: list[Node] = [
        other,
        Scalar("", old.span, False),
        Scalar("x", old.span, False),
        SequenceNode((other,), old.span),
        SequenceNode((), old.span),
        MappingNode((), old.span),
    ]
    if isinstance(old, MappingNode) and old.entries:
        entries = list(old.entries)
        where = chance.randrange(len(entries))
        key = chance.choice([entries[where].key.text + "x", "A-01", "then", "source", "Übel\n", "zh", "is"])
        renamed = replace(entries[where], key=replace(entries[where].key, text=key))
        choices.append(replace(old, entries=(*entries[:where], *entries[where + 1 :])))
        if all(key != entry.key.text for entry in entries):
            choices.append(replace(old, entries=(*entries[:where], renamed, *entries[where + 1 :])))
    return replaced(root, path, chance.choice(choices))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_no_change_of_a_real_file_makes_the_check_fail(path: Path) -> None:
    root = read(path.read_text(encoding="utf-8"))
    chance = random.Random(path.name)
    for _ in range(15):
        node = mutated(mutated(root, chance), chance)
        found = check_shape(kind_of(path), node)
        assert found == check_shape(kind_of(path), copy.deepcopy(node))
        assert found == sorted(found, key=lambda one: one.order)
        for one in found:
            assert one.severity == "error"
            assert one.span.file == "f.yaml"
            assert not re.search("schema|instance|property|is not of type|None", str(one.message))


DEADLINE = POLICY + "deadlines:\n  d: {title: {en: D}, who: b, starts: a, within: %s}\n"
PARAMETER = POLICY + "parameters:\n  p: {title: {en: D}, values: %s}\n"


@pytest.mark.parametrize(
    ("kind", "text", "code", "help"),
    [
        ("policy", DEADLINE % "{hours: 24}", "wrong-shape", "write `within: 24 hours`"),
        ("policy", DEADLINE % "{A-1: {x: 1 day}}", "bad-name", "write a capital letter"),
        ("policy", RULE + "    when: {a: b}\n    then: {a: {b: 5}}\n", "wrong-shape", "the name of a fact has dots: `a.b`"),
        ("assumptions", "assumptions:\n  late: {title: {en: A}, readings: {x: {en: X}}, default: x}\n", "bad-name", "write a capital letter"),
        ("policy", "policy: p\ntitle: {zh: 甲, en: Late, or never}\n", "unknown-key", "a comma ends a text inside braces: put the whole text in quotes, `en: \"Late, or never\"`"),
        ("policy", PARAMETER % "48 hours", "wrong-shape", "write `values: [{value: 48 hours}]`"),
        ("policy", PARAMETER % "[48 hours]", "wrong-shape", "write `- {value: 48 hours}`"),
        ("policy", PARAMETER % "{value: 48 hours}", "wrong-shape", "write `values: [{value: 48 hours}]`"),
        ("policy", PARAMETER % "{from: 2010-01-01, value: 3}", "wrong-shape", "write `values: [{from: 2010-01-01, value: 3}]`"),
    ],
)  # fmt: skip
def test_the_first_message_says_the_whole_right_form(kind: str, text: str, code: str, help: str) -> None:
    found = check(kind, text)
    assert [one.code for one in found] == [code]
    assert str(found[0].help).startswith(help)


def test_what_is_advised_for_values_is_right() -> None:
    for value in ("[{value: 48 hours}]", "[{from: 2010-01-01, value: 3}]"):
        assert check("policy", PARAMETER % value) == []


def test_no_digest_of_another_document_is_handed_out() -> None:
    text = schema_text("rulebook")
    digests = re.findall("sha256:[0-9a-f]{64}", text)
    book = (ROOT / "rules/taobao/rulebook.yaml").read_text("utf-8")
    lacking = re.sub(r"(?m)^ *digest: .*\n", "", book)
    assert not check("rulebook", lacking)  # a document may be named without one
    assert not any(digest in book for digest in digests)
    (found,) = check("rulebook", re.sub("digest: sha256:.*", "digest: later", book))
    assert "policyengine digest FILE" in str(found.help)
    assert not any(digest in str(found.help) for digest in digests)
