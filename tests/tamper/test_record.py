# SPDX-License-Identifier: AGPL-3.0-or-later
"""The set-up signatures beside an open vote, and what an earlier state showed: §17 (C12, C26)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.tamper.damage import SCHOOL, ids, said
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical
from tests.tamper.touches import (
    Touch,
    change,
    drop,
    put,
    repeat,
    reversed_members,
    spaced,
    swap,
    twice,
    with_member,
)
from tests.tamper.verifier import Report, verify


def open_vote(touch: dict[str, Touch] | None = None) -> tuple[bytes, bytes]:
    forge = Forge(SCHOOL, until="Ballot")
    archive = forge.archive()
    forge.touch |= touch or {}
    return archive, forge.setup_signatures_file()


def test_an_open_vote_with_its_signatures_is_accepted() -> None:
    archive, signatures = open_vote()
    report = verify(archive, signatures=signatures)
    assert said(report) == (0, [], [])
    assert report.outcomes["C12"] == "passed"


def test_an_archive_alone_says_that_they_were_not_given() -> None:
    report = verify(open_vote()[0])
    assert report.outcomes["C12"] == "not_applicable"


# ------------------------------------------------------------------ C12 in the record's file

FILES: dict[str, Touch] = {
    "a signature less than the threshold": drop("signatures", 1),
    "no signature": put("signatures", []),
    "one signature twice": change("signatures", lambda s: [s[0], s[0]]),
    "signatures in another order": swap("signatures", 0, 1),
    "another number on a signature": put("signatures", 1, "trustee", 3),
    "two signatures exchanged": change(
        "signatures",
        lambda s: [
            {**s[0], "signature": s[1]["signature"]},
            {**s[1], "signature": s[0]["signature"]},
        ],
    ),
    "another set-up event": put("setup_event", "0" * 64),
    "another uuid": put("uuid", "AnotherEleCtion"),
    "version 2 of the file": put("version", 2),
    "a member more": with_member,
    "a signature more, repeated": repeat("signatures"),
    "members in another order": reversed_members,
}
AS_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": lambda data: twice(json.loads(data)),
    "not canonical": lambda data: spaced(json.loads(data)),
    "cut short": lambda data: data[:-2],
    "empty": lambda _: b"",
}
PARTS: dict[str, Touch] = {
    "signed for another event": put(2, "0" * 64),
    "signed for another fingerprint": put(1, "A" * 43),
    "signed for another uuid": put(0, "AnotherEleCtion"),
    "signed under another number": put(3, "3"),
}


@pytest.mark.parametrize("phrase", FILES)
def test_a_changed_file_is_noticed(phrase: str) -> None:
    archive, signatures = open_vote()
    changed = canonical(FILES[phrase](json.loads(signatures)))
    assert said(verify(archive, signatures=changed)) == (1, ["C12"], [])


@pytest.mark.parametrize("phrase", AS_BYTES)
def test_another_writing_of_the_file_is_noticed(phrase: str) -> None:
    archive, signatures = open_vote()
    changed = AS_BYTES[phrase](signatures)
    assert said(verify(archive, signatures=changed)) == (1, ["C12"], [])


@pytest.mark.parametrize("phrase", PARTS)
def test_signatures_of_something_else_are_noticed(phrase: str) -> None:
    archive, signatures = open_vote({"setup 2": PARTS[phrase]})
    assert said(verify(archive, signatures=signatures)) == (1, ["C12"], [])


def test_both_the_file_and_the_board_are_checked() -> None:
    forge = Forge(SCHOOL)
    archive = forge.archive()
    signatures = forge.setup_signatures_file()
    assert said(verify(archive, signatures=signatures))[0] == 0
    changed = canonical(drop("signatures", 1)(json.loads(signatures)))
    assert said(verify(archive, signatures=changed)) == (1, ["C12"], [])
    spoilt = Forge(SCHOOL, {"setup signers": drop(1)}).archive()
    assert said(verify(spoilt, signatures=signatures)) == (1, ["C12"], [])


# ------------------------------------------------------------------ C26


def since(later: bytes, earlier: bytes) -> Report:
    return verify(later, since=earlier)


@pytest.mark.parametrize("state", ["Setup", "Ballot", "EndBallots", "EncryptedTally", "Result"])
def test_every_earlier_state_is_the_beginning_of_the_later_one(state: str) -> None:
    report = since(Forge(SCHOOL).archive(), Forge(SCHOOL, until=state).archive())
    assert said(report) == (0, [], [])
    assert report.outcomes["C26"] == "passed"


def earlier_of(touch: dict[str, Touch]) -> bytes:
    """What was shown once, of an election that is sound now."""
    return Forge(SCHOOL, touch, until="Ballot").archive()


EARLIER: dict[str, Callable[[], bytes]] = {
    "a ballot was there that is gone": lambda: earlier_of({"ballots": lambda b: [*b, b[0]]}),
    "ballots stood in another order": lambda: earlier_of({"ballots": lambda b: b[::-1]}),
    "a ballot was another": lambda: earlier_of({"randomness 1.0": lambda _: [1, 2, 3]}),
    "the credentials were others": lambda: earlier_of({"published credentials": drop(0)}),
    "the trustees were others": lambda: earlier_of(
        {"published trustees": put(0, 1, "threshold", 3)}
    ),
    "the result was already there": lambda: Forge(
        SCHOOL, {"votes": lambda _: [[0, 3, 0]]}
    ).archive(),
    "the later one was shown first": lambda: Forge(
        SCHOOL, {"append Result 0": lambda e: [*e, ("Result", b"{}")]}
    ).archive(),
}


def test_another_election_says_nothing_of_this_one() -> None:
    other = earlier_of({"evote": put("roll_commitment", "0" * 64)})
    assert said(since(Forge(SCHOOL).archive(), other)) == (2, [], ids("C26"))


@pytest.mark.parametrize("phrase", EARLIER)
def test_what_was_shown_once_stays(phrase: str) -> None:
    report = since(Forge(SCHOOL).archive(), EARLIER[phrase]())
    assert said(report) == (1, ids("C26"), [])
