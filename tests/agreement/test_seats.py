# SPDX-License-Identifier: AGPL-3.0-or-later
"""§12: the organiser's seats and the verifier's, ties by age and lots included."""

import random
from datetime import date
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.binding import CandidateList as AuditList
from audit.seats import expected_seats
from audit.words import Malformed
from protocol.bindings import CandidateList
from tally.elected import encode_result_seats
from tally.seats import TieUndecided, allocate

SMALL = st.integers(min_value=0, max_value=4)


@st.composite
def elections(draw: st.DrawFn) -> tuple[int, list[int], list[int], list[int]]:
    """Few votes, few names and few dates, so that ties of every kind come often."""
    count = draw(st.integers(min_value=1, max_value=5))
    votes = draw(st.lists(SMALL, min_size=count, max_size=count))
    names = draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
    years = draw(st.lists(st.integers(1970, 1972), min_size=count, max_size=count))
    return draw(st.integers(1, 7)), votes, names, years


def organised(
    seats: int, votes: list[int], lists: list[CandidateList], births: dict[int, date], seed: int
) -> dict[str, Any]:
    names = [len(each.candidates) for each in lists]
    lots: list[int] = []
    try:
        allocation = allocate(seats, votes, names=names, births=births)
    except TieUndecided as tie:
        lots = random.Random(seed).sample(list(tie.lists), len(tie.lists))
        allocation = allocate(seats, votes, names=names, births=births, lots=lots)
    return cast("dict[str, Any]", encode_result_seats(lists, allocation, births))


@given(elections(), st.integers(0, 10))
def test_both_give_the_same_seats_and_ask_for_the_same_dates_and_lots(
    election: tuple[int, list[int], list[int], list[int]], seed: int
) -> None:
    seats, votes, names, years = election
    lists = [
        CandidateList(f"L{j}", tuple(f"L{j}-{k}" for k in range(n))) for j, n in enumerate(names)
    ]
    births = {j: date(year, 1, 1) for j, year in enumerate(years)}
    recorded = organised(seats, votes, lists, births, seed)
    ours = [AuditList(each.label, each.candidates) for each in lists]
    assert expected_seats(ours, votes, seats, recorded) == recorded
    for surplus in ({"births": {"L0": "1970-01-01"}}, {"lots": ["L0", "L1"]}):
        if not surplus.keys() & recorded.keys():
            with pytest.raises(Malformed):
                expected_seats(ours, votes, seats, {**recorded, **surplus})
    for needed in ("births", "lots"):
        if needed in recorded:
            rest = {name: value for name, value in recorded.items() if name != needed}
            with pytest.raises(Malformed):
                expected_seats(ours, votes, seats, rest)
