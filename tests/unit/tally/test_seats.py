# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seats, ties and names elected: docs/protocol.md §12."""

from datetime import date

import pytest

from protocol.bindings import CandidateList
from tally.elected import Elected, elect_names, encode_result_seats
from tally.seat_steps import STEP_CODES, describe_allocation, describe_undecided
from tally.seats import SeatsError, Tie, TieUndecided, allocate, share_out

# The worked cases of the electoral rule: seats, votes, quotient parts, result. Case 3 is known by
# its percentages; case 9 is a full tie and stands below.
WORKED = {
    "1: published note of a prefecture": (3, [7, 5, 3], [1, 1, 0], [1, 1, 1]),
    "2: 77/7 beats 75/7": (7, [20, 41, 11, 34], [1, 2, 0, 2], [1, 3, 1, 2]),
    "3: 74.2 % and 25.8 %": (6, [742, 258], [4, 1], [4, 2]),
    "4: plain": (8, [60, 40], [4, 3], [5, 3]),
    "5: under one quotient": (7, [120, 66, 24], [4, 2, 0], [4, 2, 1]),
    "6: fractions": (6, [50, 30, 20], [3, 1, 1], [3, 2, 1]),
    "7: equal remainders, more votes": (5, [60, 30, 10], [3, 1, 0], [3, 2, 0]),
    "8: equal remainders, one takes all": (2, [30, 10], [1, 0], [2, 0]),
    "10: more seats than names": (9, [101, 54], [5, 3], [6, 3]),
    "11: one list, one vote": (5, [1], [5], [5]),
}


@pytest.mark.parametrize("case", WORKED.values(), ids=WORKED.keys())
def test_worked_case(case: tuple[int, list[int], list[int], list[int]]) -> None:
    seats, votes, base, result = case
    allocation = allocate(seats, votes)
    assert list(allocation.apportionment.base) == base
    assert list(allocation.seats_by_list) == result
    assert allocation.decision is None


def test_worked_case_3_only_six_seats_give_four_and_two() -> None:
    found = {n: allocate(n, [742, 258]).seats_by_list for n in (5, 6, 7)}
    assert found == {5: (4, 1), 6: (4, 2), 7: (5, 2)}


def test_worked_case_9_is_decided_by_age() -> None:
    assert share_out(3, [40, 40]).tie == Tie((0, 1), 2, 1)
    births = {0: date(1985, 3, 2), 1: date(1979, 12, 31)}
    allocation = allocate(3, [40, 40], births=births)
    assert allocation.seats_by_list == (1, 2)
    assert allocation.decision is not None
    assert allocation.decision.births == (0, 1)
    assert allocation.decision.lots == ()


def test_tie_without_birth_dates_names_the_lists_that_lack_one() -> None:
    with pytest.raises(TieUndecided) as refusal:
        allocate(3, [40, 40], births={1: date(1979, 12, 31)})
    assert refusal.value.lists == (0,)
    assert not refusal.value.by_lot


def test_equal_birth_dates_call_for_lots() -> None:
    births = {0: date(1980, 1, 1), 1: date(1980, 1, 1)}
    with pytest.raises(TieUndecided) as refusal:
        allocate(3, [40, 40], births=births)
    assert refusal.value.by_lot
    assert refusal.value.lists == (0, 1)
    assert allocate(3, [40, 40], births=births, lots=[1, 0]).seats_by_list == (1, 2)


def test_equal_birth_dates_that_decide_nothing_need_no_lots() -> None:
    # Two seats for three tied lists; the two oldest share a birthday and both win.
    births = {0: date(1980, 1, 1), 1: date(1990, 1, 1), 2: date(1980, 1, 1)}
    allocation = allocate(2, [10, 10, 10], births=births)
    assert allocation.seats_by_list == (1, 0, 1)
    assert allocation.decision is not None
    assert allocation.decision.lots == ()


def test_lots_fall_only_among_those_born_the_same_day() -> None:
    births = {0: date(1990, 1, 1), 1: date(1970, 1, 1), 2: date(1990, 1, 1)}
    with pytest.raises(TieUndecided) as refusal:
        allocate(2, [10, 10, 10], births=births)
    assert refusal.value.lists == (0, 2)
    allocation = allocate(2, [10, 10, 10], births=births, lots=[2, 0])
    assert allocation.seats_by_list == (0, 1, 1)


@pytest.mark.parametrize("lots", [[0], [0, 0], [0, 1, 2], [1, 2]])
def test_lots_of_other_lists_settle_nothing(lots: list[int]) -> None:
    births = {0: date(1980, 1, 1), 1: date(1980, 1, 1)}
    with pytest.raises(TieUndecided):
        allocate(3, [40, 40, 0], births=births, lots=lots)


def test_tie_that_decides_no_seat_needs_no_ages() -> None:
    # B and C are equal, but both gain a seat; D and E are equal, and neither does.
    assert allocate(5, [50, 20, 20, 5, 5]).seats_by_list == (3, 1, 1, 0, 0)


def test_list_without_a_candidate_for_the_seat_comes_after_those_that_have_one() -> None:
    allocation = allocate(3, [40, 40], names=[1, 4])
    assert allocation.seats_by_list == (1, 2)
    assert allocation.decision is not None
    assert allocation.decision.births == ()


def test_lists_without_a_candidate_for_the_seat_are_drawn() -> None:
    with pytest.raises(TieUndecided) as refusal:
        allocate(3, [40, 40], names=[1, 1])
    assert refusal.value.by_lot
    assert allocate(3, [40, 40], names=[1, 1], lots=[0, 1]).seats_by_list == (2, 1)


def test_age_is_compared_only_between_lists_that_have_a_candidate() -> None:
    births = {0: date(1985, 1, 1), 2: date(1970, 1, 1)}
    allocation = allocate(1, [10, 10, 10], names=[2, 0, 2], births=births)
    assert allocation.seats_by_list == (0, 0, 1)
    assert allocation.decision is not None
    assert allocation.decision.births == (0, 2)


def test_nobody_is_elected_without_votes() -> None:
    assert allocate(7, [0, 0, 0]).seats_by_list == (0, 0, 0)


def test_list_without_votes_gains_nothing() -> None:
    assert allocate(7, [1, 0]).seats_by_list == (7, 0)


@pytest.mark.parametrize(
    ("seats", "votes"),
    [(0, [1]), (-1, [1]), (1001, [1]), (1, []), (1, [-1]), (1, [2**53])],
)
def test_senseless_numbers_are_refused(seats: int, votes: list[int]) -> None:
    with pytest.raises(SeatsError):
        allocate(seats, votes)


@pytest.mark.parametrize("names", [[1], [1, -1]])
def test_numbers_of_names_that_do_not_fit_are_refused(names: list[int | None]) -> None:
    with pytest.raises(SeatsError):
        allocate(3, [40, 40], names=names)


NAMES = tuple("abcdefghij")


@pytest.mark.parametrize(
    ("names", "seats", "elected"),
    [
        (NAMES[:6], 2, Elected(("a", "b"), ("c", "d"), 0)),
        (NAMES[:3], 2, Elected(("a", "b"), ("c",), 0)),
        (NAMES[:2], 2, Elected(("a", "b"), (), 0)),
        (NAMES[:2], 6, Elected(("a", "b"), (), 4)),
        (NAMES[:2], 0, Elected((), (), 0)),
    ],
)
def test_names_are_taken_in_order(names: tuple[str, ...], seats: int, elected: Elected) -> None:
    assert elect_names(names, seats) == elected


def test_result_publishes_births_only_where_they_were_compared() -> None:
    lists = [CandidateList("A", ("a1", "a2")), CandidateList("B", ("b1", "b2", "b3"))]
    births = {0: date(1985, 3, 2), 1: date(1979, 12, 31)}
    plain = encode_result_seats(lists, allocate(3, [60, 20], births=births), births)
    assert list(plain) == ["lists"]
    tied = encode_result_seats(lists, allocate(3, [40, 40], births=births), births)
    assert tied == {
        "lists": [
            {
                "label": "A",
                "votes": 40,
                "seats": 1,
                "titulaires": ["a1"],
                "suppleants": ["a2"],
                "unfilled": 0,
            },
            {
                "label": "B",
                "votes": 40,
                "seats": 2,
                "titulaires": ["b1", "b2"],
                "suppleants": ["b3"],
                "unfilled": 0,
            },
        ],
        "births": {"A": "1985-03-02", "B": "1979-12-31"},
    }


def test_result_publishes_the_draw() -> None:
    lists = [CandidateList("A", ("a1",)), CandidateList("B", ("b1",))]
    allocation = allocate(3, [40, 40], names=[1, 1], lots=[1, 0])
    member = encode_result_seats(lists, allocation)
    assert list(member) == ["lists", "lots"]
    assert member["lots"] == ["B", "A"]


def test_result_of_other_lists_is_refused() -> None:
    with pytest.raises(SeatsError):
        encode_result_seats([CandidateList("A", ())], allocate(1, [1, 0]))


def _codes(seats: int, votes: list[int], births: dict[int, date] | None = None) -> list[str]:
    labels = [chr(65 + j) for j in range(len(votes))]
    known = births or {}
    allocation = allocate(seats, votes, births=known)
    steps = describe_allocation(allocation, labels, names=[None] * len(votes), births=known)
    assert {step.code for step in steps} <= set(STEP_CODES)
    return [step.code for step in steps]


def test_steps_of_a_plain_case() -> None:
    assert _codes(3, [7, 5, 3]) == [
        "quotient",
        "whole_quotients",
        "whole_quotients",
        "whole_quotients",
        "seats_left",
        "largest_remainder",
        "result",
    ]


def test_steps_say_that_votes_told_equal_remainders_apart() -> None:
    assert "equal_remainders" in _codes(5, [60, 30, 10])
    assert "equal_remainders" not in _codes(8, [60, 40])


def test_steps_say_that_there_is_no_vote() -> None:
    assert _codes(5, [0, 0]) == ["no_votes", "result"]


def test_steps_tell_the_tie_and_the_oldest() -> None:
    codes = _codes(3, [40, 40], {0: date(1985, 3, 2), 1: date(1979, 12, 31)})
    assert codes[-3:] == ["tie", "oldest_candidate", "result"]


def _told(names: list[int], births: dict[int, date], lots: list[int]) -> list[tuple[str, str]]:
    labels = [chr(65 + j) for j in range(len(names))]
    votes = [40] * len(names)
    allocation = allocate(len(names) + 2, votes, names=names, births=births, lots=lots)
    steps = describe_allocation(allocation, labels, names=names, births=births)
    codes = [step.code for step in steps]
    settled = steps[codes.index("tie") + 1 : codes.index("result")]
    return [(step.code, step.text) for step in settled]


def test_steps_tell_who_wins_by_age_and_who_by_lot() -> None:
    births = {0: date(1980, 1, 1), 1: date(1970, 5, 17), 2: date(1980, 1, 1)}
    assert _told([9, 9, 9], births, [2, 0]) == [
        ("oldest_candidate", "« B » prend le siège : son candidat est né le 17/05/1970."),
        (
            "drawn",
            "Le bureau a tiré au sort, dans cet ordre : « C » et « A ». « C » prend un siège.",
        ),
    ]


def test_steps_tell_who_has_no_candidate_and_who_is_drawn() -> None:
    assert _told([1, 9, 1], {}, [2, 0]) == [
        ("no_candidate", "Pas de candidat en 2e position : « A » et « C »."),
        (
            "drawn",
            "Le bureau a tiré au sort, dans cet ordre : « C » et « A ». « C » prend un siège.",
        ),
    ]
    assert _told([9, 9, 1], {}, []) == [
        ("no_candidate", "Pas de candidat en 2e position : « C »."),
    ]


def test_figures_of_steps_are_exact() -> None:
    allocation = allocate(9, [101, 54])
    steps = describe_allocation(allocation, ["A", "B"], names=[2, 18], births={}, kind="eple")
    by_code = {step.code: dict(step.figures) for step in steps}
    assert by_code["quotient"]["quotient"] == "155/9"
    assert by_code["largest_remainder"] == {"list": "A", "remainder": "134/9"}
    assert by_code["unfilled"] == {"list": "A", "names": 2, "seats": 6, "unfilled": 4}
    assert "restent vides" in steps[-1].text


def test_undecided_tie_is_told_with_its_lists() -> None:
    with pytest.raises(TieUndecided) as refusal:
        allocate(3, [40, 40])
    steps = describe_undecided(share_out(3, [40, 40]), refusal.value, ["Nord", "Sud"])
    assert steps[-1].code == "needs_births"
    assert "« Nord » et « Sud »" in steps[-1].text
    assert "2e position" in steps[-1].text
