"""What was probably meant by an unknown word."""

from __future__ import annotations

import random

import pytest

from policyengine.diagnostics.did_you_mean import closest, did_you_mean

FACTS = [
    "order.total",
    "order.paid_at",
    "complaint.filed_at",
    "complaint.seller_responded_at",
    "complaint.seller_response",
    "review.created_at",
    "seller_handling.due",
]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("seller_responded_at", "complaint.seller_responded_at"),
        ("case.order.total", "order.total"),
        ("order.totl", "order.total"),
        ("Order.Total", "order.total"),
        ("order.paid-at", "order.paid_at"),
        ("handling", "seller_handling.due"),
        ("total", "order.total"),
        ("zzz", None),
        ("at", None),
        ("", None),
        ("x" * 101, None),
    ],
)
def test_the_closest_word(word: str, meant: str | None) -> None:
    assert closest(word, FACTS) == meant


def test_a_known_word_itself_is_no_suggestion() -> None:
    assert closest("is", ["is", "is_not"]) != "is"


def test_nothing_is_close_to_nothing() -> None:
    assert closest("order.total", []) is None


@pytest.mark.parametrize("word", ["ab", "ba", "aab", "b.a", "a_b"])
def test_the_order_of_the_known_words_does_not_matter(word: str) -> None:
    known = ["abc", "abd", "acb", "bac", "x.ab", "y.ab", "ab.x", "ab.y", "bab"]
    shuffled = list(known)
    random.Random(1).shuffle(shuffled)
    assert closest(word, known) == closest(word, shuffled) == closest(word, reversed(known))


@pytest.mark.parametrize(
    ("word", "fitting", "meant"),
    [
        ("reservation.made_at", ["reservation.created_at"], "reservation.created_at"),  # nearly as like
        ("reservation.made_at", [], "reservation.id"),
        ("reservation.idd", ["reservation.created_at"], "reservation.id"),  # much more like than what fits
        ("made", ["reservation.id"], None),
    ],
)
def test_of_two_names_the_one_is_meant_that_fits(word: str, fitting: list[str], meant: str | None) -> None:
    help = did_you_mean(word, ["reservation.id", "reservation.created_at"], fitting)
    assert (help and str(help)) == (meant and f"did you mean `{meant}`?")
