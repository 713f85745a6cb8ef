# SPDX-License-Identifier: AGPL-3.0-or-later
"""§12: the worked allocations of the notes on the law, ties by age, lots, names."""

from __future__ import annotations

from typing import Any

import pytest

from audit.binding import CandidateList
from audit.seats import expected_seats, quota
from audit.words import Malformed

WORKED = {
    "Gironde": (3, [7, 5, 3], [1, 1, 1]),
    "exact fractions": (7, [20, 41, 11, 34], [1, 3, 1, 2]),
    "Toulouse": (6, [742, 258], [4, 2]),
    "plain": (8, [60, 40], [5, 3]),
    "under one quotient": (7, [120, 66, 24], [4, 2, 1]),
    "thirds": (6, [50, 30, 20], [3, 2, 1]),
    "equal remainders, more votes": (5, [60, 30, 10], [3, 2, 0]),
    "equal remainders, takes all": (2, [30, 10], [2, 0]),
    "one list, one vote": (5, [1], [5]),
    "nobody voted": (4, [0, 0], [0, 0]),
    "a list without votes": (3, [5, 0], [3, 0]),
}


def lists(*sizes: int) -> list[CandidateList]:
    return [
        CandidateList(f"L{number}", tuple(f"L{number}-{place}" for place in range(size)))
        for number, size in enumerate(sizes)
    ]


def allotted(expected: dict[str, Any]) -> list[int]:
    return [row["seats"] for row in expected["lists"]]


@pytest.mark.parametrize(("seats", "votes", "result"), WORKED.values(), ids=WORKED)
def test_worked_allocations(seats: int, votes: list[int], result: list[int]) -> None:
    expected = expected_seats(lists(*[20] * len(votes)), votes, seats, {"lists": []})
    assert allotted(expected) == result
    assert list(expected) == ["lists"]


def test_names_follow_the_list_and_gaps_stay() -> None:
    rows = expected_seats(lists(2, 18), [101, 54], 9, {"lists": []})["lists"]
    assert [row["seats"] for row in rows] == [6, 3]
    assert (rows[0]["titulaires"], rows[0]["suppleants"]) == (["L0-0", "L0-1"], [])
    assert [row["unfilled"] for row in rows] == [4, 0]
    assert rows[1]["titulaires"] == ["L1-0", "L1-1", "L1-2"]
    assert rows[1]["suppleants"] == ["L1-3", "L1-4", "L1-5"]


def test_a_full_tie_goes_to_the_eldest() -> None:
    for births, result in (
        ({"L0": "1980-02-01", "L1": "1980-01-31"}, [1, 2]),
        ({"L0": "1979-12-31", "L1": "1980-01-31"}, [2, 1]),
    ):
        recorded = {"lists": [], "births": births}
        expected = expected_seats(lists(4, 4), [40, 40], 3, recorded)
        assert allotted(expected) == result
        assert expected["births"] == births


def test_a_list_without_a_name_for_the_seat_leaves_it_to_one_that_has() -> None:
    assert allotted(expected_seats(lists(2, 1), [40, 40], 3, {"lists": []})) == [2, 1]
    recorded = {"lists": [], "births": {"L0": "2000-01-01"}}
    with pytest.raises(Malformed):
        expected_seats(lists(2, 1), [40, 40], 3, recorded)


def test_lists_without_a_name_for_the_seat_draw_lots() -> None:
    recorded = {"lists": [], "lots": ["L1", "L0"]}
    assert allotted(expected_seats(lists(1, 1), [40, 40], 3, recorded)) == [1, 2]
    with pytest.raises(Malformed):
        expected_seats(lists(1, 1), [40, 40], 3, {"lists": []})
    with pytest.raises(Malformed):
        expected_seats(lists(4, 4), [40, 40], 2, recorded)


def test_lots_decide_between_equal_dates() -> None:
    births = dict.fromkeys(("L0", "L1"), "1980-01-01")
    recorded = {"lists": [], "births": births, "lots": ["L1", "L0"]}
    expected = expected_seats(lists(4, 4), [40, 40], 3, recorded)
    assert allotted(expected) == [1, 2]
    assert list(expected) == ["lists", "births", "lots"]


def test_a_tie_that_changes_nothing_asks_for_no_dates() -> None:
    share = quota([40, 40], 2)
    assert (share.base, share.tied) == ((1, 1), ())
    assert quota([3, 3, 1], 1).tied == (0, 1)


WRONG = {
    "no dates": {},
    "a date too many": {"births": {"L0": "1980-01-01", "L1": "1980-01-02", "L2": "1980-01-03"}},
    "a date too few": {"births": {"L0": "1980-01-01"}},
    "dates out of order": {"births": {"L1": "1980-01-01", "L0": "1980-01-02"}},
    "no such day": {"births": {"L0": "1980-02-30", "L1": "1980-01-02"}},
    "another form of date": {"births": {"L0": "19800101", "L1": "1980-01-02"}},
    "a number as date": {"births": {"L0": 19800101, "L1": "1980-01-02"}},
    "no lots": {"births": {"L0": "1980-01-01", "L1": "1980-01-01"}},
    "lots of one": {"births": {"L0": "1980-01-01", "L1": "1980-01-01"}, "lots": ["L0"]},
    "lots twice": {"births": {"L0": "1980-01-01", "L1": "1980-01-01"}, "lots": ["L0", "L0"]},
    "lots without need": {"births": {"L0": "1980-01-01", "L1": "1980-01-02"}, "lots": ["L0", "L1"]},
}


@pytest.mark.parametrize("members", WRONG.values(), ids=WRONG)
def test_dates_and_lots_are_exactly_those_needed(members: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        expected_seats(lists(4, 4, 4), [40, 40, 0], 3, {"lists": [], **members})
