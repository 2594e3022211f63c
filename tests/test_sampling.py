"""Random past cases of a rulebook: that they are cases, the same every time, and stand at the edges."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from running import ROOT
from small_shop import write_shop
from written_rulebooks import texts, write_rulebook

from policyengine import load_rulebook
from policyengine.api import Rulebook, choose_readings
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook as Model
from policyengine.reading.case.reader import CaseReader
from policyengine.sampling.moot import moot_facts
from policyengine.sampling.sampler import Days, Sampler
from policyengine.semantics.findings import Known
from policyengine.values.literals import local_time

SITUATIONS = sorted((ROOT / "tests" / "situations").iterdir())
HOUSES = sorted((ROOT / "examples" / "rulebooks").iterdir())
TAOBAO = ROOT / "rules" / "taobao"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rulebook(write_shop(tmp_path_factory.mktemp("shop") / "rules"), engine="compiled")


def sampler(book: Model, seed: int = 7, days: Days | None = None) -> Sampler:
    return Sampler(book, choose_readings(book, {}), seed, days, judged=True)


@pytest.mark.parametrize("folder", [*SITUATIONS, *HOUSES, TAOBAO], ids=lambda one: one.name)
def test_all_cases_are_read(folder: Path) -> None:
    book = load_model(str(folder), ()).rulebook
    assert book is not None
    reader = CaseReader(book)
    lines = list(sampler(book).lines(range(1, 41)))
    for line in lines:
        case, faults = reader.read(line, "case")
        assert case is not None, (line, faults)
        assert case.as_of is not None
    again = sampler(book)
    assert lines[25:] == list(again.lines(range(26, 41)))
    assert lines[:10] == list(again.lines(range(1, 11)))
    assert all(json.loads(line)["case"] == f"S7-{number:07}" for number, line in enumerate(lines, 1))


def test_another_seed_gives_other_cases(shop: Rulebook) -> None:
    lines = [sampler(shop.model, seed).line(1) for seed in (-7, 0, 7, 8, 2**70)]
    assert len(set(lines)) == len(lines)


def test_cases_of_any_rulebook_are_read(tmp_path: Path) -> None:
    for seed in range(8):
        folder = tmp_path / str(seed)
        for name, text in texts(write_rulebook(seed).files).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        book = load_model(str(folder), ()).rulebook
        assert book is not None
        reader = CaseReader(book)
        for line in sampler(book, seed).lines(range(1, 31)):
            case, faults = reader.read(line, "case")
            assert case is not None, (seed, line, faults)


def test_edges_of_times_and_sums_are_hit(shop: Rulebook) -> None:
    times: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    known: Counter[bool] = Counter()
    for line in sampler(shop.model).lines(range(1, 1001)):
        case, _ = shop.read_case(line, "case")
        assert case is not None
        total, gift = (case.values.get((f"order.{name}", None)) for name in ("total", "gift"))
        assert gift is None or total is None or 0 <= int(str(gift)) <= int(str(total))
        known[total is None] += 1
        if isinstance(total, int) and abs(total - 9900) <= 1:
            sums[total - 9900] += 1
        assert case.as_of is not None
        clock = shop.engine.run(case, case.as_of).deadlines["sending", None]
        if isinstance(clock.due, Known) and isinstance(clock.due.value, int):
            sent = case.values.get(("order.sent_at", None))
            if isinstance(sent, int) and abs(sent - clock.due.value) <= 1:
                times[sent - clock.due.value] += 1
    assert all(times[offset] >= 8 for offset in (-1, 0, 1)), times
    assert all(sums[offset] >= 8 for offset in (-1, 0, 1)), sums
    assert known[True] >= 50 and known[False] >= 500


def test_hardly_a_rule_holds_in_no_case() -> None:
    book = load_rulebook(ROOT / "examples" / "rulebooks" / "airline-service", engine="compiled")
    held: set[str] = set()
    for line in sampler(book.model).lines(range(1, 181)):
        case, _ = book.read_case(line, "case")
        assert case is not None and case.as_of is not None
        held.update(name for name, _ in book.engine.run(case, case.as_of).firings)
    assert len(held.intersection(book.model.rules)) >= 0.8 * len(book.model.rules)


def test_cases_begin_on_the_days_and_by_day(shop: Rulebook) -> None:
    first = 738_521  # 2023-01-01
    days: set[int] = set()
    by_day = 0
    maker = sampler(shop.model, days=Days(first, first + 30))
    for number in range(1, 301):
        local = local_time(maker.draw(number).base, shop.model.zone)
        days.add(local.toordinal())
        by_day += 9 <= local.hour < 21
    assert days == set(range(first, first + 31))
    assert by_day > 220


def test_no_case_says_what_only_stands_in_for_something_else() -> None:
    """A promised time shows that there is a contract: whether there is one is said where there is no time."""
    book = load_model(str(TAOBAO), ()).rulebook
    assert book is not None
    moot = moot_facts(book)
    assert moot["order.dispatch_contract"] == {"order.promised_dispatch"}
    said = [json.loads(line).get("order", {}) for line in sampler(book).lines(range(1, 800))]
    times = [one for one in said if "promised_dispatch" in one]
    contracts = [one for one in said if "dispatch_contract" in one]
    assert len(times) > 50 and len(contracts) > 20
    assert not [one for one in times if "dispatch_contract" in one or "dispatched_as_agreed" in one]
