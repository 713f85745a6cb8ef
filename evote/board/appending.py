# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that adds to a board: docs/protocol.md §10.1, §10.2.

The caller has locked the election in this transaction, so the head it read is the head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, update

from evote.database.board_tables import AlphaRow, BallotRow, DatumRow, EventRow
from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection
from protocol.archive_entries import verify_data
from protocol.encoding import sha256_hex
from protocol.events import Event, EventKind, next_event
from protocol.merkle import leaf_hash

# Made once: a statement is costlier to put together than to run.
_EVENT, _DATUM = insert(EventRow), insert(DatumRow)
_BALLOT, _ALPHA = insert(BallotRow), insert(AlphaRow)
_HEAD = (
    update(ElectionRow)
    .where(ElectionRow.id == bindparam("at"))
    .values(
        head_height=bindparam("height"), head_hash=bindparam("hash"), head_kind=bindparam("kind")
    )
)


@dataclass(frozen=True, slots=True)
class NewBallot:
    """A proper ballot with what it is found by; group elements in their text form."""

    data: bytes
    credential: str
    alphas: tuple[str, ...]
    tracker: str


def append_event(
    connection: Connection, election: HeldElection, kind: EventKind, data: Sequence[bytes] = ()
) -> Event:
    """Add the next event with its data, the payload last: §10.1, §10.2.

    Raises:
        ProtocolError: the grammar or the payload does not allow it; nothing is written.
        IntegrityError: the head was not that of a locked election.
    """
    event = next_event(election.head, kind, sha256_hex(data[-1]) if data else None)
    verify_data(event, data)
    content, at = event.encode(), {**election.place, "height": event.height}
    digest = sha256_hex(content)
    seen = {"hash": digest, "leaf": leaf_hash(content).hex(), "event": content}
    connection.execute(_EVENT, {**at, "kind": kind.value, **seen})
    if data:
        rows = [{**at, "ordinal": place, "data": datum} for place, datum in enumerate(data)]
        connection.execute(_DATUM, rows)
    head = {"at": election.id, "height": event.height, "hash": digest, "kind": kind.value}
    connection.execute(_HEAD, head)
    return event


def append_ballot(connection: Connection, election: HeldElection, ballot: NewBallot) -> Event:
    """Add a ballot that may enter: §9.3, §11.1.

    Raises:
        IntegrityError: its credential, its bytes or one of its α stands on the board already.
    """
    event = append_event(connection, election, EventKind.BALLOT, (ballot.data,))
    at = {**election.place, "height": event.height}
    connection.execute(
        _BALLOT,
        {
            **at,
            "credential": ballot.credential,
            "ballot_hash": event.payload,
            "tracker": ballot.tracker,
        },
    )
    connection.execute(_ALPHA, [{**at, "alpha": alpha} for alpha in ballot.alphas])
    return event
