"""All engines that `benchmarks/peers.py` compares give the same answers, however fast they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "peers", Path(__file__).parent.parent / "benchmarks" / "peers.py"
)
assert _SPEC is not None and _SPEC.loader is not None
peers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(peers)

SHAPES = pytest.mark.parametrize("every", [False, True], ids=["one policy applies", "every policy applies"])


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")


@SHAPES
@pytest.mark.parametrize("size", [10, 40])
def test_ours(every: bool, size: int) -> None:
    book = peers.make_book(size, every)
    samples = peers.make_samples(book, 200)
    peers.check_answers(dict(peers.our_engines(book, samples)), samples)


@SHAPES
@pytest.mark.parametrize("name", peers.PEERS)
# durable-rules asks for the time in a way that Python 3.12 warns of.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_peer(name: str, every: bool) -> None:
    distribution, load = peers.PEERS[name]
    if peers.installed(distribution) is None:
        pytest.skip(f"{distribution} is not installed")
    book = peers.make_book(40, every)
    judge = load(book)
    samples = peers.make_samples(book, 200)
    peers.check_answers({name: peers.Engine(lambda sample: judge(sample.flat))}, samples)


def test_a_wrong_answer_is_told() -> None:
    book = peers.make_book(10, False)
    samples = peers.make_samples(book, 20)
    with pytest.raises(peers.Disagreement, match="nobody about"):
        peers.check_answers({"nobody": peers.Engine(lambda sample: {})}, samples)


def test_the_cases_show_every_outcome_and_every_exception() -> None:
    book = peers.make_book(10, False)
    answers = [one.answers for one in peers.make_samples(book, peers.CASES)]
    assert {one.get("refund") for one in answers} == {None, "granted", "refused"}
    assert {one.get("points") for one in answers} > {None, 0} and {} in answers
    bounds = {sum for one in book.policies for sum in (one.floor, one.cap)}
    assert bounds < {one.get("compensation") for one in answers}
