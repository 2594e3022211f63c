"""Conditions are compared by what they ask: their kind and parts, and not where they are written."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from policyengine.diagnostics.span import Span
from policyengine.lint.examine import examine_rulebook
from policyengine.model import conditions as tree
from policyengine.model.conditions import All, Any, Not, Ref, Some
from policyengine.values.literals import ValueType

HERE, THERE = Span("a.yaml", 1, 1), Span("b.yaml", 7, 3)


def asked(span: Span, spelling: str = "at_least") -> tree.Test:
    return tree.Test(Ref("x", "fact", ValueType.MONEY, None, span), "at_least", (), spelling, span)


def test_places_and_spellings_make_no_difference() -> None:
    one, other = asked(HERE), asked(THERE, "not_before")
    assert one == other and hash(one) == hash(other)
    assert Some("items", All((one,), HERE), HERE) == Some("items", All((other,), THERE), THERE)


def test_kinds_with_the_same_parts_are_different() -> None:
    part = asked(HERE)
    kinds = (All((part,), HERE), Any((part,), HERE), Not(part, HERE), part, (part,))
    assert len(set(kinds)) == len(kinds)
    assert All((), HERE) != Any((), HERE) and All((), HERE) != ()


def test_a_mended_warning_goes_and_comes_back_in_one_process(tmp_path: Path) -> None:
    """An editor checks one text after the other; nothing may be remembered by how it looks."""
    head = """
        rulebook: small
        version: "1"
        title: {en: Small}
        time_zone: Asia/Shanghai
        currency: CNY
        calendar: CN
        languages: [en]
        parties: {seller: {en: seller}}
        """
    facts = """
        facts:
          ok: {type: boolean, title: {en: ok}, role: outcome}
        lists:
          items:
            title: {en: items}
            facts: {x: {type: boolean, title: {en: X}}, y: {type: boolean, title: {en: Y}}}
        """
    policy = """
        policy: p
        title: {en: P}
        rules:
          r:
            title: {en: R}
            when:
              any_of: {list: items, where: {all: [{x: yes}, {y: yes}]}}
              not: {any_of: {list: items, where: {all: [{x: yes}, {y: yes}]}}}
            then: {ok: yes}
        """
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(dedent(head), "utf-8")
    (tmp_path / "facts.yaml").write_text(dedent(facts), "utf-8")
    path = tmp_path / "policies" / "p.yaml"
    path.write_text(dedent(policy), "utf-8")
    mended = dedent(policy).replace("where: {all:", "where: {any:", 1)

    def codes(text: str) -> list[str]:
        found = examine_rulebook(str(tmp_path), (), {str(path): text.encode()}).diagnostics
        return [one.code for one in found]

    assert "never-holds" in codes(dedent(policy))
    assert "never-holds" not in codes(mended)
    assert "never-holds" in codes(dedent(policy))
