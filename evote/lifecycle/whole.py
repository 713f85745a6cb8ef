# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of an election agree with each other: hashes, chain, data, story, and what repeats them.

What the rows say of themselves is computed again: they may come from a backup that a stranger made,
or from a disk that gives back something else than it was given.
"""

import tempfile
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, select

from evote.board.export import recorded_archive
from evote.board.journal import read_entries
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow, SchoolRow
from evote.database.elections import HeldElection
from evote.lifecycle.board_index import compared_index, is_revoked_as_told
from evote.lifecycle.in_force import is_in_force
from evote.lifecycle.story import read_story
from protocol.archive import read_archive
from protocol.election import Election
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import Event, Head
from protocol.journal import JournalEntry
from protocol.merkle import leaf_hash
from tally.errors import cite

BOARD_OR_JOURNAL: Final = "l'urne ou le journal"
INDEX: Final = "la table par laquelle les bulletins se retrouvent"
_ROWS_A_TIME = 1000


class NotWhole(Exception):
    """What the rows of an election say is not what its board and journal say.

    Attributes:
        what: of the election is wrong, in French, with its article.
        rule: the one that is broken, in brackets as ``cite`` writes it; empty if none is known.
    """

    def __init__(self, uuid: str, what: str = BOARD_OR_JOURNAL, rule: str = "") -> None:
        super().__init__(f"election {uuid}: {what} {rule}".strip())
        self.what = what
        self.rule = rule


def verify_whole(
    connection: Connection, held: HeldElection, at_each: Callable[[], None] = lambda: None
) -> None:
    """Check every event with its data, every entry, and what is derived from them.

    Args:
        connection: in a transaction that sees one state.
        held: the election as that transaction sees it.
        at_each: called again and again on the way; what it raises ends the check.

    Raises:
        NotWhole: they contradict each other.
    """
    try:
        head, is_indexed = _read_board(connection, held, at_each)
        if head is None or head != held.head:
            raise NotWhole(held.uuid)
        story = read_story(connection, held)
        _require_derived(connection, held, at_each)
        if not is_indexed:
            raise NotWhole(held.uuid, INDEX)
        if not is_revoked_as_told(connection, held, story.told):
            raise NotWhole(held.uuid, "la liste des codes remplacés")
        if not is_in_force(held, story.told, read_entries(connection, held)):
            raise NotWhole(held.uuid, "ce que la base dit de ses heures, de sa page ou de son état")
        _require_school(connection, held, story.sealed)
    except ProtocolError as cause:
        raise NotWhole(held.uuid, rule=cite(cause)) from cause


def _read_board(
    connection: Connection, held: HeldElection, at_each: Callable[[], None]
) -> tuple[Head | None, bool]:
    """Return the head of the board, and whether the index is that of its ballots."""
    with tempfile.TemporaryFile() as stream, compared_index(connection, held) as index:
        for chunk in recorded_archive(connection, held):
            at_each()
            stream.write(chunk)
        stream.seek(0)
        head, is_indexed = None, True
        for entry in read_archive(stream).entries():
            at_each()
            head = Head(entry.event.height, entry.hash, entry.event.kind)
            is_indexed = is_indexed and index.is_of(entry)
        return head, is_indexed and index.is_over()


def _require_derived(
    connection: Connection, held: HeldElection, at_each: Callable[[], None]
) -> None:
    events = (
        select(EventRow.event, EventRow.leaf, EventRow.kind, EventRow.hash)
        .where(EventRow.election_id == held.id)
        .execution_options(yield_per=_ROWS_A_TIME)
    )
    with connection.execute(events) as rows:
        for data, leaf, kind, digest in rows:
            at_each()
            derived = (leaf_hash(data).hex(), Event.decode(data).kind.value, sha256_hex(data))
            if derived != (leaf, kind, digest):
                raise NotWhole(held.uuid)
    entries = (
        select(JournalRow.entry, JournalRow.leaf, JournalRow.kind)
        .where(JournalRow.election_id == held.id)
        .execution_options(yield_per=_ROWS_A_TIME)
    )
    with connection.execute(entries) as lines:
        for data, leaf, kind in lines:
            at_each()
            if (leaf_hash(data).hex(), JournalEntry.decode(data).kind.value) != (leaf, kind):
                raise NotWhole(held.uuid)


def _require_school(connection: Connection, held: HeldElection, sealed: Election) -> None:
    uai = connection.scalar(select(SchoolRow.uai).where(SchoolRow.id == held.school_id))
    if sealed.evote is None or sealed.evote.school.uai != uai:
        raise NotWhole(held.uuid, "l'école que la base lui donne")
