# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing: ``EndBallots`` and the encrypted tally, in one append: docs/protocol.md §10.2, §11.2.

From here on nobody votes, and what the trustees decrypt is fixed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.election.box import Admit
from evote.election.opening import read_signatures
from evote.election.reading import binding_on_files
from evote.errors import Refusal
from protocol.board import Board
from protocol.counting import SizedTally, count_ballots
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import BoardState, EventKind
from tally.archive_file import NewEntry, append_entries
from tally.archive_lock import opened
from tally.boards import opened_board
from tally.errors import cite
from tally.french import count
from tally.subjects import subject
from tally.torn_tail import MENDED_KINDS, closing_interrupted, find_torn_tail

_ON_SERVER: Final = "le serveur clôt à l'heure, de lui-même ; ou : evote election finish {uuid}"


@dataclass(frozen=True, slots=True)
class Closed:
    """What the box held when it was closed."""

    ballots: int
    electors: int


def close_election(
    archive: Path, sign_ins: int | None = None, admit: Admit | None = None
) -> Closed:
    """Close the box and write the encrypted tally: docs/protocol.md §11.1, §11.2.

    Args:
        archive: the file; ``setup-signatures.json`` lies beside it.
        sign_ins: how many electors signed in; None where nothing counts them apart.
        admit: asked last, when nothing else stands against closing.

    Raises:
        Refusal: closed already, not opened, its archive torn or damaged, or the box and the
            sign-ins do not agree, or ``admit`` refuses; nothing was written.
    """
    _check_not_torn(archive)
    with opened_board(archive) as board:
        evote = binding_on_files(board, _ON_SERVER)
        _check_state(board, archive)
        signatures = read_signatures(archive.parent, board)
        try:
            counted = count_ballots(
                board.election.questions,
                board.credentials,
                (recorded.ballot for recorded in board.ballots()),
                final=True,
            )
        except ProtocolError as cause:
            raise Refusal(
                f"l'urne n'est pas en ordre : {subject(cause)} {cite(cause)}",
                "n'allez pas plus loin ; faites vérifier l'archive par evote-audit verify",
            ) from cause
        head = board.head
    _check_sign_ins(counted.num_tallied, sign_ins)
    if admit is not None:
        admit(evote)
    tally = counted.encrypted_tally.encode()
    sized = SizedTally(
        num_tallied=counted.num_tallied,
        total_weight=counted.total_weight,
        encrypted_tally=sha256_hex(tally),
        setup_signatures=signatures.signatures,
    )
    entries: list[NewEntry] = [
        (EventKind.END_BALLOTS, ()),
        (EventKind.ENCRYPTED_TALLY, (tally, sized.encode())),
    ]
    append_entries(archive, entries, expected=head)
    return Closed(counted.num_tallied, evote.electors)


def _check_not_torn(archive: Path) -> None:
    # A torn end is told apart from damage, because it has a remedy; it is not mended here.
    with opened(archive, "rb") as stream:
        torn = find_torn_tail(stream, archive)
    if torn.size and torn.head.kind not in MENDED_KINDS:
        raise closing_interrupted(archive)
    if torn.size:
        raise Refusal(
            f"un ajout interrompu a laissé {count(torn.size, 'octet')} à la fin de l'archive",
            "remettez dans l'urne, avec evote ballot record, le bulletin qui a été interrompu : "
            "ces octets seront mis de côté ; puis recommencez",
        )


def _check_state(board: Board, archive: Path) -> None:
    if board.state is BoardState.CLOSED and board.tally is None:
        raise closing_interrupted(archive)  # cut exactly between the two events of closing
    if board.state in (BoardState.CLOSED, BoardState.TALLIED):
        raise Refusal("le vote est déjà clos", "passez au dépouillement : evote-tally decrypt")


def _check_sign_ins(ballots: int, sign_ins: int | None) -> None:
    if sign_ins is not None and sign_ins != ballots:
        raise Refusal(
            f"il y a {count(ballots, 'bulletin')} dans l'urne et {count(sign_ins, 'émargement')}",
            "le vote n'a pas été clos ; cherchez d'où vient l'écart avant de continuer",
        )
