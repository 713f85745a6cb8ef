# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of a board and journal agree with each other: hashes, chain, data, story (§10, §19).

What the rows say of themselves is computed again: they may come from a backup that a stranger made,
or from a disk that gives back something else than it was given.
"""

import tempfile
from collections.abc import Callable

from sqlalchemy import Connection, select

from evote.board.export import recorded_archive
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from evote.lifecycle.story import read_story
from protocol.archive import read_archive
from protocol.errors import ProtocolError
from protocol.events import Head
from protocol.merkle import leaf_hash
from tally.errors import cite

_ROWS_A_TIME = 1000


class NotWhole(Exception):
    """The rows of an election's board or journal contradict each other.

    Attributes:
        rule: the one that they break, in brackets as ``cite`` writes it; empty if none is known.
    """

    def __init__(self, uuid: str, rule: str = "") -> None:
        super().__init__(f"election {uuid}: its board or journal contradicts itself {rule}".strip())
        self.rule = rule


def verify_whole(
    connection: Connection, held: HeldElection, at_each: Callable[[], None] = lambda: None
) -> None:
    """Check every event with its data, and every entry.

    Args:
        connection: in a transaction that sees one state.
        held: the election as that transaction sees it.
        at_each: called again and again on the way; what it raises ends the check.

    Raises:
        NotWhole: they contradict each other.
    """
    try:
        head = _read_board(connection, held, at_each)
        if head is None or head != held.head:
            raise NotWhole(held.uuid)
        read_story(connection, held)
        _require_leaves(connection, held, at_each)
    except ProtocolError as cause:
        raise NotWhole(held.uuid, cite(cause)) from cause


def _read_board(
    connection: Connection, held: HeldElection, at_each: Callable[[], None]
) -> Head | None:
    with tempfile.TemporaryFile() as stream:
        for chunk in recorded_archive(connection, held):
            at_each()
            stream.write(chunk)
        stream.seek(0)
        head = None
        for entry in read_archive(stream).entries():
            at_each()
            head = Head(entry.event.height, entry.hash, entry.event.kind)
    return head


def _require_leaves(
    connection: Connection, held: HeldElection, at_each: Callable[[], None]
) -> None:
    events = select(EventRow.event, EventRow.leaf).where(EventRow.election_id == held.id)
    entries = select(JournalRow.entry, JournalRow.leaf).where(JournalRow.election_id == held.id)
    for query in (events, entries):
        with connection.execute(query.execution_options(yield_per=_ROWS_A_TIME)) as rows:
            for data, leaf in rows:
                at_each()
                if leaf_hash(data).hex() != leaf:
                    raise NotWhole(held.uuid)
