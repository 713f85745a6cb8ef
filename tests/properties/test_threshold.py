# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any t of n open the same votes; fewer open nothing, whatever stands beside: §11.3, §11.4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.blame import TrusteeFault
from protocol.combination import ThresholdNotMet, verify_partial_decryptions
from protocol.decryption import PartialDecryption, make_partial_decryption
from protocol.group import Scalar
from protocol.result import Votes, compute_votes
from protocol.secret import Secret
from tests.simulator import SimulatedElection

SIZES = [(3, 2), (4, 3), (4, 4), (5, 3)]

Owned = list[tuple[int, PartialDecryption]]


@cache
def election(size: int, threshold: int, seed: str = "") -> SimulatedElection:
    return SimulatedElection(size=size, threshold=threshold, seed=seed)


@cache
def partial(of: SimulatedElection, trustee: int) -> PartialDecryption:
    return PartialDecryption.decode(of.decryption(trustee), of.count.encrypted_tally)


def open_box(of: SimulatedElection, owned: Owned) -> Votes:
    """Verify what has come and count it, as an organiser does."""
    verify_partial_decryptions(of.trustees, of.context, owned)
    factors = {owner: each.factors for owner, each in owned}
    return compute_votes(of.count.encrypted_tally, of.trustees, factors, of.count.total_weight)


@pytest.mark.parametrize(("size", "threshold"), SIZES)
def test_any_t_of_n_and_more_open_the_same_votes(size: int, threshold: int) -> None:
    of = election(size, threshold)
    for count in range(threshold, size + 1):
        for owners in combinations(range(1, size + 1), count):
            assert open_box(of, [(i, partial(of, i)) for i in owners]) == ((1, 2, 1, 0),)


@pytest.mark.parametrize(("size", "threshold"), SIZES)
def test_t_less_one_open_nothing_and_the_others_are_named(size: int, threshold: int) -> None:
    of = election(size, threshold)
    for owners in combinations(range(1, size + 1), threshold - 1):
        with pytest.raises(ThresholdNotMet) as error:
            open_box(of, [(i, partial(of, i)) for i in owners])
        assert error.value.have == owners
        assert error.value.need == threshold
        assert set(error.value.missing) == set(range(1, size + 1)) - set(owners)


Beside = Callable[[SimulatedElection, int, int], tuple[int, PartialDecryption]]


def with_another_key(of: SimulatedElection, _: int, absent: int) -> tuple[int, PartialDecryption]:
    key = Secret(Scalar.from_int(absent))
    return absent, make_partial_decryption(key, of.context, absent)


def of_another_board(of: SimulatedElection, _: int, absent: int) -> tuple[int, PartialDecryption]:
    context = replace(of.context, tally_event="0" * 64)  # of the same product, all the same
    return absent, make_partial_decryption(of.decryption_key(absent), context, absent)


# What somebody could put beside the t - 1 partial decryptions of ``present`` to reach t.
KINDS: dict[str, Beside] = {
    "repeated": lambda of, present, _: (present, partial(of, present)),
    "another's, under a new number": lambda of, present, absent: (absent, partial(of, present)),
    "another's factors with these proofs": lambda of, present, absent: (
        absent,
        replace(partial(of, absent), factors=partial(of, present).factors),
    ),
    "of no trustee": lambda of, present, _: (of.size + 1, partial(of, present)),
    "number 0": lambda of, present, _: (0, partial(of, present)),
    "of another election": lambda of, _, absent: (
        absent,
        partial(election(of.size, of.threshold, "other"), absent),
    ),
    "made with another key": with_another_key,
    "of another board": of_another_board,
}


@pytest.mark.parametrize("beside", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_nothing_beside_t_less_one_opens_the_box(beside: Beside, data: st.DataObject) -> None:
    of = election(*data.draw(st.sampled_from(SIZES)))
    owners = data.draw(st.permutations(range(1, of.size + 1)))
    present, absent = owners[: of.threshold - 1], owners[of.threshold - 1]
    owned = [(i, partial(of, i)) for i in present]
    added = beside(of, present[0], absent)
    owned.insert(data.draw(st.integers(0, len(owned))), added)
    with pytest.raises(TrusteeFault) as fault:
        open_box(of, owned)
    assert fault.value.trustee == added[0]


@given(data=st.data())
def test_a_false_surplus_is_refused_beside_enough_good_ones(data: st.DataObject) -> None:
    of = election(5, 3)
    owners = data.draw(st.permutations(range(1, 6)))
    beside = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    false = beside(of, owners[0], owners[4])
    with pytest.raises(TrusteeFault):
        open_box(of, [*((i, partial(of, i)) for i in owners[:3]), false])
