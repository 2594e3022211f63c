"""Records of a list that an answer has nothing to do with take nothing from the search for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policyengine import load_rulebook

BOOK = """rulebook: two_lists
version: "1"
title: {en: Two lists}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [en]
parties: {buyer: {en: buyer}}
"""
FACTS = """facts:
  f: {type: boolean, title: {en: flag}}
  any_large: {type: boolean, role: outcome, title: {en: any large}}
  whole: {type: boolean, role: outcome, title: {en: whole}}
lists:
  mine:
    title: {en: mine}
    facts: {n: {type: count, title: {en: n}}, ok: {type: boolean, role: outcome, title: {en: ok}}}
  far: {title: {en: far}, facts: {n: {type: count, title: {en: n}}}}
"""
POLICY = """policy: p
title: {en: p}
rules:
  if_so: {title: {en: so}, for_each: mine, when: {f: yes}, then: {ok: yes}}
  if_not: {title: {en: not so}, for_each: mine, when: {f: no}, then: {ok: yes}}
  whole_so:
    title: {en: so}
    when: {f: yes, any_of: {list: mine, where: {n: {at_least: 1}}}}
    then: {whole: yes}
  whole_not:
    title: {en: not so}
    when: {f: no, any_of: {list: mine, where: {n: {at_least: 1}}}}
    then: {whole: yes}
  large: {title: {en: large}, when: {any_of: {list: far, where: {n: 7}}}, then: {any_large: yes}}
"""


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_records_of_another_list_change_nothing(tmp_path: Path, engine: Any) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK)
    (tmp_path / "facts.yaml").write_text(FACTS)
    (tmp_path / "policies" / "p.yaml").write_text(POLICY)
    book = load_rulebook(tmp_path, engine=engine)
    for count in (0, 3, 40, 1_000):
        case = {"case": "one", "mine": [{"n": 1}, {"n": 1}], "far": [{"n": 1}] * count}
        found = book.evaluate(case, as_of="2026-10-20 10:00")
        # Whatever the flag is, every way agrees.
        assert [found[name].value for name in ("mine[0].ok", "mine[1].ok", "whole")] == [True] * 3, count
