"""Natural wrong words: each is told what to write, and never the opposite."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from policyengine.diagnostics import wordings
from policyengine.diagnostics.wordings import advice, misspelt, right_word
from policyengine.model.rulebook import STATUSES
from policyengine.reading.case.header import HEADER
from policyengine.syntax.schemas import KINDS, check_shape, schema_text
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode
from policyengine.testing.read import NO_VALUE

OPERATORS = json.loads(schema_text("policy"))["definitions"]["operators"]["properties"]
CONDITIONS = json.loads(schema_text("policy"))["definitions"]["condition"]["properties"]
UP = ("greater_than", "gt", ">", "higher_than", "above", "exceeds", "大于", "超过")
DOWN = ("lower_than", "lt", "<", "smaller_than", "below", "fewer_than", "less", "小于", "低于")


def words_of_schemas() -> set[str]:
    """Return every key and every word of an enumeration."""

    def walk(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            yield from part.get("properties", {})
            yield from (one for one in part.get("enum", ()) if isinstance(one, str))
            for inner in part.values():
                yield from walk(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from walk(inner)

    return {word for kind in KINDS for word in walk(json.loads(schema_text(kind)))}


def help_of(rule: str) -> str:
    """Return the help of the only fault of a rule."""
    text = f"policy: p\ntitle: {{zh: 甲, en: A}}\nrules:\n  r:\n    title: {{zh: 甲, en: A}}\n{rule}\n"
    node, faults = read_yaml(text, "p.yaml")
    assert isinstance(node, MappingNode), faults
    found = check_shape("policy", node)
    assert len(found) == 1, found
    return str(found[0].help)


def when(condition: str) -> str:
    return help_of(f"    when: {condition}\n    then: {{a: 1}}")


def test_every_word_to_write_is_one_of_the_language() -> None:
    known = words_of_schemas() | {"included", "excluded", "business_days_only"}
    known |= {name for name, _ in STATUSES} | {*NO_VALUE} | {*HEADER}
    assert {right for right, _ in wordings._MEANT} <= known
    assert {place for place, _, _ in wordings._ADVICE} <= known
    for _, words in wordings._MEANT:
        assert all(word == wordings.plain(word) for word in words.split())


@pytest.mark.parametrize("word", UP)
def test_up_is_never_down(word: str) -> None:
    assert right_word(word, OPERATORS) == "more_than"
    assert when(f'{{a.b: {{"{word}": 5}}}}') == "write `more_than`"


@pytest.mark.parametrize("word", DOWN)
def test_down_is_never_up(word: str) -> None:
    assert right_word(word, OPERATORS) == "less_than"
    assert when(f'{{a.b: {{"{word}": 5}}}}') == "write `less_than`"


@pytest.mark.parametrize(
    ("condition", "help"),
    [
        ("{a.b: {among: [x, y]}}", "write `one_of`"),
        ("{a.b: {member_of: x}}", "write `in`"),
        ("{a.b: {any_of: [x, y]}}", "write `one_of`"),
        ("{a.b: {notin: [x, y]}}", "write `none_of`"),
        ("{a.b: {outside_of: x}}", "write `not_in`"),
        ("{a.b: {not: x}}", "write `is_not`"),
        ("{a.b: {equals: x}}", "write `is`"),
        ("{a.b: {不超过: 5}}", "write `at_most`"),
        ("{a.b: {不少于: 5}}", "write `at_least`"),
        ("{a.b: {早于: c.d}}", "write `before`"),
        ("{a.b: {since: c.d}}", "write `not_before`"),
        ("{a.b: {until: c.d}}", "write `not_after`"),
        ("{a.b: {missing: yes}}", "write `known: no`"),
        ("{a.b: {in_the_last: 24 hours}}", "write how long, and before or after what"),
        ("{a.b: {older_than: 18 years}}", "write how long ago"),
        ("{or: [{a.b: x}, {c.d: y}]}", "write `any`"),
        ("{and: [{a.b: x}, {c.d: y}]}", "write `all`"),
        ("{all_of: [{a.b: x}, {c.d: y}]}", "write `all`"),
        ("{one_of: [{a.b: x}, {c.d: y}]}", "write `any`"),
        ("{none_of: [{a.b: x}, {c.d: y}]}", "write `not: {any: […]}`"),
        ("{unless: {c.d: {e.f: y}}}", "write `not`"),
        ("{或者: [{a.b: x}, {c.d: y}]}", "write `any`"),
        ("{count: {list: a.b, where: {c: d}, at_least: 1}}", "write `count_of`"),
        ("{every: {list: a.b, where: {c: d}}}", "write `not: {any_of: {list: …, where: {not: {…}}}}`"),
        ("{a.b: {at_lest: 5}}", "did you mean `at_least`?"),
        ("{a.b: {lowr_than: 5}}", "did you mean `less_than`?"),
    ],
)
def test_a_condition(condition: str, help: str) -> None:
    assert when(condition).startswith(help)


@pytest.mark.parametrize(
    ("rule", "help"),
    [
        ("    if: {a.b: c}\n    then: {a: 1}", "write `when`"),
        ("    如果: {a.b: c}\n    then: {a: 1}", "write `when`"),
        ("    when: {a.b: c}\n    conclude: {a: 1}", "write `then`"),
        ("    when: {a.b: c}\n    then: {a: 1}\n    else: {a: 2}", "there is no `else`"),
        ("    unless: {a.b: c}\n    then: {a: 1}", "write `when: {not: {…}}`"),
        ("    when: {a.b: c}\n    zzz: 3\n    then: {a: 1}", "the keys are"),
        ("    when: {a.b: c}\n    then: {a: 1}\n    exceptions: [q]", "write `overrides`"),
    ],
)
def test_a_rule(rule: str, help: str) -> None:
    assert help_of(rule).startswith(help)


def test_an_amount_and_a_deadline() -> None:
    text = (
        "policy: p\ntitle: {zh: 甲, en: A}\namounts:\n"
        "  a: {title: {zh: 甲, en: A}, base: b.c, percentage: 5%, max: 3.00}\n"
        "deadlines:\n  d: {title: {zh: 甲, en: A}, who: buyer, from: b.c, hours: 24}\n"
    )
    node, _ = read_yaml(text, "p.yaml")
    assert isinstance(node, MappingNode)
    helps = [str(one.help) for one in check_shape("policy", node)]
    assert helps == [
        "write `rate`",
        "write `at_most`",
        "write `starts`",
        "write `within` with number and unit, such as `within: 24 hours`",
    ]


def test_a_type() -> None:
    facts = (
        "facts:\n  a.b: {type: string, title: {zh: 甲, en: A}}\n  a.c: {type: 日期, title: {zh: 甲, en: A}}\n"
    )
    node, _ = read_yaml(facts, "facts.yaml")
    assert node is not None
    helps = [str(one.help) for one in check_shape("facts", node)]
    assert helps[0].startswith("did you mean `text`?") and helps[1].startswith("did you mean `date`?")


def test_no_slip_of_a_natural_word_is_told_as_its_opposite() -> None:
    """Leave out one letter of each natural comparison: what is advised means the same, or nothing is."""
    opposite = {
        "more_than": "less_than",
        "less_than": "more_than",
        "at_least": "at_most",
        "at_most": "at_least",
    }
    tried = 0
    for right, words in wordings._MEANT[:4]:
        for word in words.split():
            for cut in range(len(word)):
                slip = word[:cut] + word[cut + 1 :]
                near = right_word(slip, OPERATORS) or misspelt(slip, OPERATORS)
                plainly = right_word(slip, OPERATORS) is not None or slip in OPERATORS
                tried += 1
                if not plainly and word.isascii():
                    assert near != opposite[right], (word, slip, near)
    assert tried > 500


def test_two_words_alike_that_exclude_each_other_are_not_guessed() -> None:
    assert misspelt("at_xxst", ["at_least", "at_most"]) is None
    assert misspelt("no_ater", ["not_before", "not_after"]) == "not_after"
    assert advice("zebra", OPERATORS) is None


def test_what_is_a_fact_is_no_natural_word() -> None:
    assert right_word("review.or", CONDITIONS) is None
