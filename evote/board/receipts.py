# SPDX-License-Identifier: AGPL-3.0-or-later
"""The receipt of a published ballot: docs/protocol.md §20.2. Everything in it is public."""

from sqlalchemy import Connection, select

from evote.board.published import read_published
from evote.board.tiles import subtrees_of_log
from evote.database.board_tables import BallotRow, EventRow
from evote.database.elections import HeldElection
from protocol.events import Event
from protocol.merkle_proofs import prove_inclusion
from protocol.notes import VerifierKey
from protocol.receipts import Receipt
from protocol.server_binding import BOARD


def receipt_of(
    connection: Connection, election: HeldElection, key: VerifierKey, tracker: str
) -> Receipt | None:
    """Return the receipt of the ballot with this tracker, None while it is not published.

    Args:
        connection: a transaction that sees one state.
        election: of this ballot.
        key: with which the board's checkpoints verify.
        tracker: in its one form, §9.5.

    Raises:
        NothingPublished: before the first step.
    """
    board = read_published(connection, election).board
    query = (
        select(EventRow.event)
        .join(BallotRow, BallotRow.height == EventRow.height)
        .where(EventRow.election_id == election.id, BallotRow.election_id == election.id)
        .where(BallotRow.tracker == tracker, BallotRow.height < board.size)
        .order_by(BallotRow.height)
        .limit(1)
    )
    found = connection.scalar(query)
    if found is None:
        return None
    event = Event.decode(found)
    proof = prove_inclusion(event.height, board.size, subtrees_of_log(connection, election, BOARD))
    return Receipt.of(tracker, event, key, proof, board.note)
