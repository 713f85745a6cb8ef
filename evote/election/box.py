# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot box on a file: docs/protocol.md §9.3, §10.2, §11.1, §13.5.

It accepts exactly what the verifier accepts. Whether a ballot is proper by itself is checked apart
(``read_proper_ballot``), so that many processors can share that work; whether it may still enter
is decided here, together with the append.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias

from evote.election.opening import read_signatures, require_signatures
from evote.election.reading import OnServer, binding_on_files
from evote.errors import Refusal
from protocol.ballot import Ballot, BallotContext, verify_ballot
from protocol.bindings import EvoteBinding
from protocol.board import Board
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import BoardState, EventKind, Head
from protocol.group import Element
from tally.archive_file import HeadMoved, append_entries
from tally.boards import opened_board
from tally.errors import cite
from tally.subjects import subject
from tally.torn_tail import TornTail, set_aside_torn_tail

# How often a ballot is tried again while other processes add to the same archive.
ATTEMPTS: Final = 5
_ON_SERVER: Final = "l'électeur vote sur la page du serveur, avec le lien de sa lettre"


class Outcome(Enum):
    """What became of a proper ballot."""

    RECORDED = "recorded"
    ALREADY_RECORDED = "already recorded"
    CREDENTIAL_USED = "credential used"
    RESERVE = "reserve credential"
    UNKNOWN_CREDENTIAL = "unknown credential"
    COPIED = "copied ciphertext"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ProperBallot:
    """A ballot whose form, proofs and signature hold: §9.3. ``data`` are the bytes to append."""

    data: bytes
    credential: Element
    alphas: tuple[Element, ...]
    tracker: str


def read_proper_ballot(data: bytes, context: BallotContext) -> ProperBallot:
    """Read a ballot and check everything it shows by itself: docs/protocol.md §9.2 to §9.4.

    Raises:
        MalformedError: not the bytes of a ballot of this election.
        ProofError: a proof, the signature or the election does not hold.
    """
    ballot = Ballot.decode(data, context.questions)
    verify_ballot(ballot, context)
    return _proper(data, ballot)


class BallotBox:
    """The box of one archive, and what has been put into it.

    One process at a time appends: if the file has moved since it was read, nothing is written.
    """

    def __init__(self, path: Path) -> None:
        """Read the archive, up to its last event.

        Raises:
            Refusal: the vote has not been opened, or something is wrong in the archive.
            Unreadable: not an archive that can be read.
        """
        self._path = path
        with opened_board(path) as board:
            binding_on_files(board, _ON_SERVER)
            read_signatures(path.parent, board)
            self.context = board.election.context
            self.evote = board.election.evote
            self.state = board.state
            self._head: Head = board.head
            self._credentials = frozenset(board.credentials.keys())
            self._reserves = _reserves(board)
            self._hashes: set[str] = set()
            self._used: set[Element] = set()
            self._alphas: set[Element] = set()
            for recorded in board.ballots():
                self._remember(_proper(recorded.data, recorded.ballot))

    def outcome(self, ballot: ProperBallot) -> Outcome:
        """Say what would become of this ballot, now: §10.2, §11.1, §13.5."""
        alphas = set(ballot.alphas)
        closed = self.state not in (BoardState.SET_UP, BoardState.OPEN)
        # In the order in which a voter is told: a retry is not a refusal, whatever came after.
        obstacles = (
            (sha256_hex(ballot.data) in self._hashes, Outcome.ALREADY_RECORDED),
            (closed, Outcome.CLOSED),
            (ballot.credential not in self._credentials, Outcome.UNKNOWN_CREDENTIAL),
            (ballot.credential in self._reserves, Outcome.RESERVE),
            (ballot.credential in self._used, Outcome.CREDENTIAL_USED),
            (len(alphas) < len(ballot.alphas) or bool(alphas & self._alphas), Outcome.COPIED),
        )
        return next((outcome for stands, outcome in obstacles if stands), Outcome.RECORDED)

    def record(self, ballots: Sequence[ProperBallot]) -> list[Outcome]:
        """Append those that may enter, in this order, durably and all together.

        Raises:
            HeadMoved: the file has moved since it was read; nothing was written.
            Unreadable: it could not be written; it is as it was before.

        After an error this box is out of date: read the archive again.
        """
        outcomes: list[Outcome] = []
        entering: list[ProperBallot] = []
        for ballot in ballots:
            outcomes.append(self.outcome(ballot))
            if outcomes[-1] is Outcome.RECORDED:
                self._remember(ballot)
                entering.append(ballot)
        if entering:
            entries = [(EventKind.BALLOT, (ballot.data,)) for ballot in entering]
            self._head = append_entries(self._path, entries, expected=self._head)
            self.state = BoardState.OPEN
        return outcomes

    def _remember(self, ballot: ProperBallot) -> None:
        self._hashes.add(sha256_hex(ballot.data))
        self._used.add(ballot.credential)
        self._alphas.update(ballot.alphas)


def set_aside_interrupted(path: Path) -> TornTail | None:
    """Set aside what an interrupted addition left at the end of an open vote's archive: §10.2.

    Nothing else mends an archive. What is not the torn end of an addition is never touched.

    Raises:
        Refusal: the vote has not been opened or is closed, or the archive is damaged; nothing was
            changed.
        Unreadable: not an archive, or it cannot be written.
    """
    try:
        require_signatures(path.parent)
    except Refusal:
        _require_on_files(path)  # a served election has none beside it either
        raise
    return set_aside_torn_tail(path)


def _require_on_files(path: Path) -> None:
    try:
        with opened_board(path) as board:
            binding_on_files(board, _ON_SERVER)
    except OnServer:
        raise
    except Refusal:
        return  # torn or damaged: whoever asks has something else to say


Admit: TypeAlias = Callable[[EvoteBinding], None]
"""Asked before a ballot enters, when it could; raises Refusal if it may not now."""


def record_ballot(path: Path, data: bytes, admit: Admit | None = None) -> tuple[Outcome, str]:
    """Put one ballot into the box of this archive; return the outcome and the tracker.

    Raises:
        Refusal: the ballot is not proper, ``admit`` refuses it, or others keep adding to the
            archive.
        Unreadable: the archive cannot be read or written.
    """
    for _ in range(ATTEMPTS):
        with contextlib.suppress(HeadMoved):
            return _record_once(BallotBox(path), data, admit)
    return _record_once(BallotBox(path), data, admit)


def _record_once(box: BallotBox, data: bytes, admit: Admit | None) -> tuple[Outcome, str]:
    try:
        ballot = read_proper_ballot(data, box.context)
    except ProtocolError as cause:
        raise Refusal(
            f"ce bulletin est refusé : {subject(cause)} {cite(cause)}",
            "l'urne n'a pas changé ; refaites le bulletin avec evote ballot make",
        ) from cause
    if admit is not None and box.evote is not None and box.outcome(ballot) is Outcome.RECORDED:
        admit(box.evote)
    return box.record([ballot])[0], ballot.tracker


def _proper(data: bytes, ballot: Ballot) -> ProperBallot:
    alphas = tuple(choice.alpha for answer in ballot.unsigned.answers for choice in answer.choices)
    return ProperBallot(data, ballot.credential, alphas, ballot.tracker())


def _reserves(board: Board) -> frozenset[Element]:
    evote = board.election.evote
    return frozenset(evote.reserves if evote else ())
