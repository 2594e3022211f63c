"""Each pass with its input beside its output: small rulebooks and all their compiled forms.

To take over what the passes give now:
POLICYENGINE_WRITE_GOLDEN=1 python -m pytest tests/compile/test_forms.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from policyengine.api import choose_readings
from policyengine.compile.fold import fold
from policyengine.compile.plan import Plan
from policyengine.compile.plan_json import read_plan, write_plan
from policyengine.compile.plan_text import plan_text
from policyengine.engines.compiled.generate import generate
from policyengine.engines.durable.text import durable_text
from policyengine.engines.world import World
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook

FOLDER = Path(__file__).parent / "forms"
RULEBOOKS = sorted(path.name for path in FOLDER.iterdir())
FORMS: dict[str, Callable[[Plan, Plan, Rulebook], str]] = {
    "plan.txt": lambda plan, folded, book: plan_text(plan),
    "folded.txt": lambda plan, folded, book: plan_text(folded),
    "durable.txt": lambda plan, folded, book: durable_text(folded),
    "python.txt": lambda plan, folded, book: generate(folded, World(book.zone, book.calendar)).source,
}


def plans_of(name: str) -> tuple[Plan, Plan, Rulebook]:
    loaded = load_model(str(FOLDER / name), ())
    assert loaded.rulebook is not None and loaded.plan is not None, loaded.diagnostics
    return loaded.plan, fold(loaded.plan, choose_readings(loaded.rulebook, {})), loaded.rulebook


@pytest.mark.parametrize("name", RULEBOOKS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_as_it_was(name: str, form: str) -> None:
    made = FORMS[form](*plans_of(name))
    golden = FOLDER / name / form
    if os.environ.get("POLICYENGINE_WRITE_GOLDEN"):
        golden.write_text(made, "utf-8")
    assert made == golden.read_text("utf-8")


@pytest.mark.parametrize("name", RULEBOOKS)
def test_a_plan_is_the_same_after_it_was_json(name: str) -> None:
    for plan in plans_of(name)[:2]:
        assert read_plan(write_plan(plan)) == plan == read_plan(write_plan(plan, indent=2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format":"policyengine.plan/1","plan":{}}',
        '{"format":"policyengine.plan/1","plan":{"Const":[1,"count"]}}',
        '{"format":"policyengine.plan/2","plan":{"Plan":["a","b","c","d",[],[],[],[]]}}',
        '{"format":"policyengine.plan/1","plan":{"Plan":[1]}}',
        '{"format":"policyengine.plan/1","plan":{"Popen":["ls"]}}',
        '{"format":"policyengine.plan/1","plan":{"Plan":{"a":1}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a plan|Expecting"):
        read_plan(text)
