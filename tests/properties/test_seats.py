# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every allocation: docs/protocol.md §12.1."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from tally.elected import elect_names
from tally.seats import allocate, share_out

SEATS = st.integers(1, 40)
VOTES = st.lists(st.integers(0, 60) | st.integers(0, 10**12), min_size=1, max_size=8)


def _births(votes: list[int]) -> dict[int, date]:
    return {j: date(1960, 1, 1) + timedelta(days=j) for j in range(len(votes))}


def _reference(seats: int, votes: list[int], births: dict[int, date]) -> list[int]:
    """The rule of the law, word for word, with fractions and one seat at a time."""
    total = sum(votes)
    if total == 0:
        return [0] * len(votes)
    quotient = Fraction(total, seats)
    won = [int(v / quotient) for v in votes]
    remainder = {j: v - won[j] * quotient for j, v in enumerate(votes)}
    while sum(won) < seats:
        best = max(remainder, key=lambda j: (remainder[j], votes[j], -births[j].toordinal()))
        won[best] += 1
        del remainder[best]
    return won


@given(SEATS, VOTES)
def test_equals_the_rule_word_for_word(seats: int, votes: list[int]) -> None:
    births = _births(votes)
    found = allocate(seats, votes, births=births).seats_by_list
    assert list(found) == _reference(seats, votes, births)


@given(SEATS, VOTES)
def test_all_seats_are_given_within_the_quota(seats: int, votes: list[int]) -> None:
    assume(sum(votes) > 0)
    found = allocate(seats, votes, births=_births(votes)).seats_by_list
    assert sum(found) == seats
    for got, v in zip(found, votes, strict=True):
        exact = Fraction(v * seats, sum(votes))
        assert abs(got - exact) < 1


@given(SEATS, VOTES, st.randoms(use_true_random=False))
def test_order_of_the_lists_changes_nothing(seats: int, votes: list[int], random: Random) -> None:
    births = _births(votes)
    order = list(range(len(votes)))
    random.shuffle(order)
    plain = allocate(seats, votes, births=births).seats_by_list
    moved = allocate(
        seats, [votes[j] for j in order], births={k: births[j] for k, j in enumerate(order)}
    ).seats_by_list
    assert [plain[j] for j in order] == list(moved)


@given(SEATS, VOTES, st.integers(2, 1000))
def test_only_proportions_matter(seats: int, votes: list[int], factor: int) -> None:
    births = _births(votes)
    scaled = [v * factor for v in votes]
    assume(max(scaled) < 2**53)
    assert (
        allocate(seats, votes, births=births).seats_by_list
        == allocate(seats, scaled, births=births).seats_by_list
    )


@given(SEATS, st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_ages_are_asked_only_where_they_change_something(seats: int, votes: list[int]) -> None:
    forward = _births(votes)
    backward = {j: forward[len(votes) - 1 - j] for j in forward}
    first = allocate(seats, votes, births=forward).seats_by_list
    second = allocate(seats, votes, births=backward).seats_by_list
    assert (share_out(seats, votes).tie is not None) == (first != second)


@given(st.integers(0, 40), st.integers(0, 80))
def test_names_never_exceed_seats_nor_titular_members(seats: int, names: int) -> None:
    elected = elect_names([f"n{k}" for k in range(names)], seats)
    assert len(elected.titulaires) + elected.unfilled == seats
    assert len(elected.suppleants) <= len(elected.titulaires)
    assert len(elected.suppleants) == min(len(elected.titulaires), names - len(elected.titulaires))
