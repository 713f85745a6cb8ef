# SPDX-License-Identifier: AGPL-3.0-or-later
"""The members' decryptions, each stored when it comes, and the result: §11.3 to §11.7, §19.4.

Who decrypts signs the closing in the same file. With t of them, one transaction writes the entry
``closing-signed``, the partial decryptions, the result and the entry ``tallied``.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, insert, select

from evote.board.appending import append_event
from evote.clock import Clock
from evote.database.board_tables import DecryptionRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.lifecycle.boards import hosted_board
from evote.lifecycle.states import find_held, locked
from evote.lifecycle.story import move, read_story, tell
from protocol.board import Board
from protocol.events import Head
from protocol.journal_bodies import ClosingSigned, Tallied
from protocol.merkle import LogPosition
from protocol.result import Result
from tally.boards import member_names, verify_whole_board
from tally.combine import (
    Gathered,
    Rejected,
    closing_of,
    combine,
    gather_decryptions,
    new_entries,
)
from tally.count import TieBreak
from tally.messages import DecryptionMessage
from tally.senders import Files

_WHAT: Final = "on ne dépouille qu'un vote clos, une seule fois"


@dataclass(frozen=True, slots=True)
class Decryptions:
    """Whose decryptions are here and whose are not, by name; how many are needed."""

    here: tuple[str, ...]
    missing: tuple[str, ...]
    needed: int
    rejected: tuple[Rejected, ...] = ()

    @property
    def are_enough(self) -> bool:
        """Whether the result can be made."""
        return len(self.here) >= self.needed


def take_decryptions(database: Database, uuid: str, files: Files) -> Decryptions:
    """Verify each file against this count, store the valid ones, and say who is missing: §11.3.

    Raises:
        NotNow: the vote is not closed, or its result is published.
    """
    held = find_held(database, uuid, {State.CLOSED}, _WHAT)
    closing = _closing(database, held)
    with hosted_board(database, uuid) as board:
        gathered = gather_decryptions(board, files, closing)
    bad = {each.label for each in gathered.rejected}
    messages = [DecryptionMessage.decode(data) for name, data in files.items() if name not in bad]
    valid = {message.owner: message.encode() for message in reversed(messages)}
    with database.write() as connection:
        held = locked(connection, uuid, {State.CLOSED}, _WHAT)
        stored = _stored(connection, held)
        new = [{"trustee": i, "message": valid[i]} for i in sorted(valid) if i not in stored]
        if new:
            connection.execute(insert(DecryptionRow), [{**held.place, **row} for row in new])
    return _say(board, {*stored, *valid}, gathered.rejected)


def decryptions_of(database: Database, uuid: str) -> Decryptions:
    """Say whose decryptions are here and whose are not."""
    held = find_held(database, uuid, {State.CLOSED}, _WHAT)
    with database.read() as connection:
        stored = _stored(connection, held)
    with hosted_board(database, uuid) as board:
        return _say(board, set(stored), ())


def tally_votes(
    database: Database, uuid: str, clock: Clock, tie_break: TieBreak | None = None
) -> Result:
    """Publish the result, from the decryptions that are here: §11.4 to §11.7.

    Raises:
        NotNow: the vote is not closed, or its result is published.
        Refusal: too few decryptions (naming who is missing), a tie that nothing settles, or
            something wrong on the board; nothing was changed.
    """
    held = find_held(database, uuid, {State.CLOSED}, _WHAT)
    with database.read() as connection:
        stored = _stored(connection, held)
    messages = {f"decryption-{index}.json": data for index, data in stored.items()}
    closing = _closing(database, held)
    with hosted_board(database, uuid) as board:
        verify_whole_board(board)
        gathered = gather_decryptions(board, messages, closing)
        # Everything costly, and every refusal, before the lock.
        combine(board, gathered, tie_break, LogPosition(0, "0" * 64))
        with database.write() as connection:
            held = locked(connection, uuid, {State.CLOSED}, _WHAT)
            return _publish(connection, held, board, gathered, tie_break, clock())


def _publish(
    connection: Connection,
    held: HeldElection,
    board: Board,
    gathered: Gathered,
    tie_break: TieBreak | None,
    now: int,
) -> Result:
    story = read_story(connection, held)
    story = tell(connection, story, now, closing_of(story.told), gathered.signatures)
    result = combine(board, gathered, tie_break, story.told.position)
    for kind, data in new_entries(gathered, result):
        event = append_event(connection, story.held, kind, data)
        story = story.at(replace(story.held, head=Head.of(event)))
    head = story.held.head
    if head is None:
        raise RuntimeError("a board that was counted has events")
    move(connection, tell(connection, story, now, Tallied(head.hash)), State.TALLIED)
    return result


def _closing(database: Database, held: HeldElection) -> ClosingSigned:
    with database.read() as connection:
        return closing_of(read_story(connection, held).told)


def _stored(connection: Connection, held: HeldElection) -> dict[int, bytes]:
    mine = DecryptionRow.election_id == held.id
    query = select(DecryptionRow.trustee, DecryptionRow.message).where(mine)
    return {row.trustee: row.message for row in connection.execute(query)}


def _say(board: Board, here: set[int], rejected: tuple[Rejected, ...]) -> Decryptions:
    names = member_names(board)
    return Decryptions(
        tuple(name for index, name in enumerate(names, 1) if index in here),
        tuple(name for index, name in enumerate(names, 1) if index not in here),
        board.trustees.threshold_parameters().threshold,
        rejected,
    )
