# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole school's receipts, verified offline in one process; a ballot taken away is told."""

from __future__ import annotations

import socket
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from audit.published import open_published
from audit.receipt_rulings import rule_receipt
from audit.receipts import decode_receipt, verify_receipt
from audit.rulings import Ruling
from protocol.events import EventKind
from tests.simulator import FAMILIES, LABELS, SimulatedElection
from tests.tamper.forge.logs import LogKey
from tests.tamper.forge.papers import extra, receipt, stamped
from tests.unit.audit.receipts import LATER, Tell

VOTES = 1000
CHOICES = (0, 1, None, 2, 0)
ELECTION = SimulatedElection(
    votes=tuple(CHOICES[n % len(CHOICES)] for n in range(VOTES)), electors=VOTES, server=True
)
GONE = 500  # the place of the ballot that a server takes away


def key() -> LogKey:
    """The board's key, as the forge signs with it."""
    own = ELECTION.log_key("board")
    return LogKey(own.name, own.seed.reveal())


def events(election: SimulatedElection) -> list[bytes]:
    return [event.encode() for event in election.events(EventKind.BALLOT)]


@pytest.fixture(scope="module")
def receipts() -> list[bytes]:
    board, ballots = events(ELECTION), [ballot.encode() for ballot in ELECTION.ballots]
    return [receipt(board, index, ballots[index - 1], key()) for index in range(1, VOTES + 1)]


def record(path: Path, election: SimulatedElection) -> Path:
    """The archive and the checkpoint that a server would publish while the vote is open."""
    path.mkdir()
    (path / "election.bel").write_bytes(election.archive(EventKind.BALLOT))
    (path / "board.checkpoint").write_bytes(stamped(events(election), key()))
    return path


def test_all_receipts_of_a_school_hold_offline(
    receipts: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    for data in receipts:
        verify_receipt(decode_receipt(data))
    with open_published(record(tmp_path / "record", ELECTION)) as published:
        rulings = [rule_receipt(decode_receipt(data), published, LATER).ruling for data in receipts]
    assert rulings == [Ruling.HOLDS] * VOTES


def test_a_ballot_taken_away_is_told_by_its_receipt_and_all_after_it(
    receipts: list[bytes], tmp_path: Path, tell: Tell
) -> None:
    kept = [n for n in range(VOTES) if n != GONE - 1]
    votes = tuple(ELECTION.votes[n] for n in kept)
    fewer = record(tmp_path / "record", replace(ELECTION, votes=votes, voters=tuple(kept)))
    with open_published(fewer) as published:
        rulings = [rule_receipt(decode_receipt(data), published, LATER).ruling for data in receipts]
    assert rulings[: GONE - 1] == [Ruling.HOLDS] * (GONE - 1)  # their ballots are still there
    assert rulings[GONE - 1 : -1] == [Ruling.CONVICTS] * (VOTES - GONE)
    assert rulings[-1] is Ruling.WAITS  # while the vote is open the board may still reach it
    (tmp_path / "r").write_bytes(receipts[GONE - 1])
    status, out = tell("receipt", tmp_path / "r", fewer)
    assert (status, out[:27]) == (1, "CE REÇU CONVAINC LE SERVEUR")


def test_no_receipt_says_who_voted_or_what(receipts: list[bytes]) -> None:
    """Each is what anyone computes from the public board, and names nothing else."""
    board, vkey = events(ELECTION), key().vkey
    hidden = [*LABELS, *FAMILIES, *(code.reveal().hex() for code in ELECTION.codes)]
    for index, (data, ballot) in enumerate(zip(receipts, ELECTION.ballots, strict=True), 1):
        kept = b64decode(data.split(b"\n")[1].removeprefix(b"extra ")).decode()
        lines = extra(board[index], ballot.encode(), vkey)
        assert kept == "".join(f"{line}\n" for line in lines)
        assert not [word for word in hidden if word in kept]
    of_length: dict[int, set[object]] = {}
    for index, data in enumerate(receipts[99:999], 100):  # places of three digits
        of_length.setdefault(len(data), set()).add(ELECTION.votes[index - 1])
    assert all(len(choices) > 1 for choices in of_length.values())
