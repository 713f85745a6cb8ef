# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many at once: one code, one PIN, many parents; two workers of one school: docs/adr/0010."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from evote.casting import Answer, Casting, CastRequest, Outcome
from evote.database.connection import open_database
from protocol.secret import Secret
from tests.db.school import School, audit


def test_fifty_different_ballots_of_one_code_at_once_record_one(
    school: School, url: str, tmp_path: Path
) -> None:
    requests = [school.request(0, school.ballot(0, i % 2, f"try {i}")) for i in range(50)]
    other = open_database(url)  # another worker
    castings = (school.casting, Casting(other, school.folder, school.clock, school.publisher))

    def cast(pair: tuple[int, CastRequest]) -> Answer:
        place, request = pair
        return castings[place % 2].cast(request)

    with ThreadPoolExecutor(16) as pool:
        outcomes = Counter(answer.outcome for answer in pool.map(cast, enumerate(requests)))
    other.close()
    assert outcomes == {Outcome.RECORDED: 1, Outcome.ALREADY_VOTED: 49}
    assert school.counts() == (1, 1)
    audit(school, tmp_path / "record")


def test_one_credential_with_many_sign_ins_at_once_records_one(school: School) -> None:
    requests = [school.request(i, school.ballot(0, i % 2, f"try {i}")) for i in range(12)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = Counter(answer.outcome for answer in pool.map(school.casting.cast, requests))
    desk = Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN
    assert outcomes == {Outcome.RECORDED: 1, desk: 11}
    assert school.counts() == (1, 1)


def test_the_same_ballot_many_times_at_once_is_recorded_once(school: School) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(school.casting.cast, [school.request(0)] * 12))
    assert {answer.outcome for answer in answers} == {Outcome.RECORDED}
    assert school.counts() == (1, 1)


def test_parents_at_once_are_all_recorded(school: School, tmp_path: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(school.casting.cast, [school.request(i) for i in range(12)]))
    assert {answer.outcome for answer in answers} == {Outcome.RECORDED}
    assert school.counts() == (12, 12)
    audit(school, tmp_path / "record")


def test_guesses_at_once_get_no_more_tries_than_one_after_the_other(school: School) -> None:
    guesses = [Secret(f"{n:06d}") for n in range(30)]

    def guess(pin: Secret[str]) -> Outcome:
        return school.casting.pre_check(school.uuid, school.number(0), pin)

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(guess, guesses)) == {Outcome.CODE_OR_PIN_WRONG}
    right = replace(school.request(0))
    assert school.casting.cast(right).outcome is Outcome.CODE_OR_PIN_WRONG
    assert school.cast(1).outcome is Outcome.RECORDED
