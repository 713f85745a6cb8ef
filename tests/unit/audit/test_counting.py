# SPDX-License-Identifier: AGPL-3.0-or-later
"""§8.4: a credential is an element of the group because its ballot shows it, or is looked at."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from audit import workers
from audit.arithmetic import base_power, element_text
from audit.ballots import BallotFaults
from audit.counting import KEY_BATCH, Census, outsiders
from audit.election import Credentials
from audit.words import Text
from audit.workers import Job, Pool
from tests.unit.audit.annex import BAD, wire

KEYS = [element_text(base_power(number)) for number in range(2, 8)]
OUTSIDE = wire(BAD[0])
FAULT = [Text("faux", "false")]


def found(keys: list[str], census: Census | None, tmp_path: Path) -> list[int]:
    (tmp_path / "a").touch()
    credentials = Credentials({key: n for n, key in enumerate(keys)}, array("Q", [1] * len(keys)))
    return outsiders(credentials, census, Job(tmp_path / "a", None), Pool(1))


def test_an_outsider_has_its_number_in_the_list_whoever_has_voted(tmp_path: Path) -> None:
    keys = [KEYS[0], KEYS[1], OUTSIDE, KEYS[2]]
    voted = Census(2, last={KEYS[0]: 0, KEYS[2]: 1})
    assert found(keys, None, tmp_path) == found(keys, voted, tmp_path) == [2]


@pytest.mark.parametrize("kind", ["form", "signature", "proofs"])
def test_a_ballot_at_fault_shows_nothing_of_its_credential(kind: str, tmp_path: Path) -> None:
    at_fault = {0: BallotFaults(**{kind: FAULT})}
    assert found([KEYS[0], OUTSIDE], Census(1, at_fault, {OUTSIDE: 0}), tmp_path) == [1]


def test_only_the_credentials_without_a_faultless_ballot_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def is_member(key: bytes) -> bool:
        looked_at.append(element_text(key))
        return False

    monkeypatch.setattr(workers, "is_member", is_member)
    voted = Census(2, {1: BallotFaults(proofs=FAULT)}, {KEYS[0]: 0, KEYS[1]: 1})
    assert found(KEYS, voted, tmp_path) == [1, 2, 3, 4, 5]
    assert looked_at == KEYS[1:]


def test_numbers_hold_across_batches(tmp_path: Path) -> None:
    keys = [element_text(base_power(number)) for number in range(2, 2 * KEY_BATCH + 4)]
    keys[KEY_BATCH] = OUTSIDE
    keys[-1] = wire(BAD[1])
    voted = Census(1, last={keys[3]: 0})
    assert found(keys, voted, tmp_path) == [KEY_BATCH, len(keys) - 1]
