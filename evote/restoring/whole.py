# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of a board and journal agree with each other: hashes, chain, data, story (§10, §19).

A backup is authentic for whoever made it. The public half of the recovery key is enough to make
one, so what its rows say of themselves is computed again before anything rests on it.
"""

import tempfile

from sqlalchemy import Connection, select

from evote.board.export import recorded_archive
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from evote.errors import Refusal
from evote.lifecycle.story import read_story
from protocol.archive import read_archive
from protocol.errors import ProtocolError
from protocol.events import Head
from protocol.merkle import leaf_hash
from tally.errors import cite

_ROWS_A_TIME = 1000


def require_whole(connection: Connection, held: HeldElection) -> None:
    """Check every event with its data, and every entry.

    Raises:
        Refusal: they contradict each other.
    """
    try:
        head = _read_board(connection, held)
        read_story(connection, held)
        _require_leaves(connection, held)
    except (ProtocolError, _Contradiction) as cause:
        rule = f" {cite(cause)}" if isinstance(cause, ProtocolError) else ""
        raise _refused(held, rule) from cause
    if head != held.head:
        raise _refused(held, "")


class _Contradiction(Exception):
    """A row says another hash than that of what it holds."""


def _read_board(connection: Connection, held: HeldElection) -> Head | None:
    with tempfile.TemporaryFile() as stream:
        for chunk in recorded_archive(connection, held):
            stream.write(chunk)
        stream.seek(0)
        head = None
        for entry in read_archive(stream).entries():
            head = Head(entry.event.height, entry.hash, entry.event.kind)
    return head


def _require_leaves(connection: Connection, held: HeldElection) -> None:
    events = select(EventRow.event, EventRow.leaf).where(EventRow.election_id == held.id)
    entries = select(JournalRow.entry, JournalRow.leaf).where(JournalRow.election_id == held.id)
    for query in (events, entries):
        with connection.execute(query.execution_options(yield_per=_ROWS_A_TIME)) as rows:
            if any(leaf_hash(data).hex() != leaf for data, leaf in rows):
                raise _Contradiction


def _refused(held: HeldElection, rule: str) -> Refusal:
    return Refusal(
        f"élection {held.uuid} : l'urne ou le journal de cette sauvegarde se contredit{rule}",
        "ne la rétablissez pas ; prenez une autre sauvegarde, et demandez d'où vient celle-ci",
    )
