# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of what was signed: as little as there are sizes, and enough to contradict by."""

from __future__ import annotations

from random import Random

import pytest

from audit.watching.signed import Seen, Signed

SIZES = 12


def states(random: Random, count: int) -> list[Seen]:
    """Some that an honest server could have signed, among some that it could not."""
    honest = random.random() < 0.5
    seen = []
    for number in range(count):
        stamp = random.randrange(200)
        size = stamp * SIZES // 200 if honest else random.randrange(SIZES)
        root = b"r%d" % (size if random.random() < 0.98 else -number)
        seen.append(Seen("", size, root, stamp if random.random() < 0.95 else None, 0, 0, 0))
    return seen


def rolled_back(before: list[Seen], seen: Seen) -> bool:
    """Whether any of those before contradicts this one by size and stamp."""
    return any(
        (each.stamp - seen.stamp) * (each.size - seen.size) < 0
        for each in before
        if each.stamp is not None and seen.stamp is not None
    )


@pytest.mark.parametrize("seed", range(60))
def test_what_contradicts_anything_seen_contradicts_what_is_kept(seed: int) -> None:
    random, signed, before = Random(seed), Signed(), list[Seen]()
    for seen in states(random, 150):
        if signed.find(seen.size, seen.root, seen.stamp) is not None:
            continue
        first = next((each for each in before if each.size == seen.size), seen)
        assert signed.other_root(seen) is (first if first.root != seen.root else None)
        larger, smaller = signed.larger_before(seen), signed.smaller_after(seen)
        assert (larger is not None or smaller is not None) == rolled_back(before, seen)
        for early, late in ((larger, seen), (seen, smaller)):
            if early is not None and late is not None:
                assert (early.stamp or 0) < (late.stamp or 0)
                assert early.size > late.size
        signed.add(seen)
        signed.show(seen)
        before.append(seen)
        assert len(list(signed)) <= 3 * SIZES + 1
        assert signed.holds(seen)
        for index in range(SIZES):
            stamps = [
                max((each.stamp or 0 for each in some if each.size <= index), default=0)
                for some in (before, signed)
            ]
            assert stamps[0] == stamps[1]  # what a promise is judged by


def test_a_rollback_is_beside_where_it_happens() -> None:
    """A log that grows again after it went back does so once, and not at each step."""
    signed, found = Signed(), []
    for stamp, size in enumerate([5, 8, 6, 6, 7, 9, 9, 6, 8], start=1):
        seen = Seen("", size, b"%d" % size, stamp, 0, 0, 0)
        found.append(signed.larger_just_before(seen) is not None)
        signed.add(seen)
        signed.show(seen)
    assert found == [False, False, True, False, False, False, False, True, False]


def test_one_second_may_have_two_steps() -> None:
    signed = Signed()
    for stamp, size in ((10, 5), (10, 7), (10, 6)):
        seen = Seen("", size, b"%d" % size, stamp, 0, 0, 0)
        assert signed.larger_before(seen) is signed.smaller_after(seen) is None
        assert signed.larger_just_before(seen) is signed.smaller_just_after(seen) is None
        signed.add(seen)
    later = Seen("", 6, b"6", 11, 0, 0, 0)
    assert signed.larger_just_before(later) is not None
