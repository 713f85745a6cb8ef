# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys that a backup must have: those that were sealed, and that open each roll: ADR 16.

A file of the right name with another content brings no election back.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection, RowDamaged, State, find_election
from evote.database.roll_tables import RollSealRow
from evote.keys import KeyUnavailable, decode_key
from evote.log_keys import decode_log_keys
from evote.publishing.signed import server_of
from evote.roll.electors import read_salt
from protocol.errors import ProtocolError
from protocol.secret import Secret
from protocol.server_binding import ServerBinding, decode_server_file


def unfit_keys(connection: Connection, files: Mapping[str, Secret[bytes]]) -> Iterator[str]:
    """Give the name of each file that an election needs and that is missing, or another one."""
    rolls = select(RollSealRow.election_id)
    query = select(ElectionRow.uuid, ElectionRow.id.in_(rolls).label("has_roll"))
    for row in connection.execute(query.order_by(ElectionRow.uuid)).all():
        try:
            held = find_election(connection, row.uuid, drafts=True)
        except RowDamaged:
            continue  # which is said of the database's cells
        if row.has_roll and not _opens_roll(connection, held, files):
            yield f"{row.uuid}.key"
        if not _signs(connection, held, files):
            yield f"{row.uuid}.logs"


def _opens_roll(
    connection: Connection, held: HeldElection, files: Mapping[str, Secret[bytes]]
) -> bool:
    name = f"{held.uuid}.key"
    if name not in files:
        return False
    try:
        read_salt(connection, held, decode_key(files[name], name))
    except KeyUnavailable:
        return False
    return True


def _signs(connection: Connection, held: HeldElection, files: Mapping[str, Secret[bytes]]) -> bool:
    name = f"{held.uuid}.logs"
    if name not in files:
        return False
    try:
        keys = decode_log_keys(files[name], name)
    except KeyUnavailable:
        return False
    sealed = _sealed(connection, held)
    return sealed is None or keys.are_of(sealed)


def _sealed(connection: Connection, held: HeldElection) -> ServerBinding | None:
    """Return what names the keys, None where it cannot be read: that is said of the board."""
    try:
        if held.state is State.DRAFT:
            return decode_server_file(held.server or b"")[1]
        return server_of(connection, held)
    except (ProtocolError, ValueError):
        return None
