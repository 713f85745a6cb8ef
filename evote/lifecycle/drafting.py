# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before anything is sealed: a draft on the server, with the keys that it will sign with: §8.3.

A draft has no journal. To cancel it is to delete it.
"""

from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select

from evote.database.common_tables import BackupRow, ElectionRow, SchoolRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.election.config import ElectionConfig
from evote.errors import Refusal
from evote.heads import Heads
from evote.keys import KeyFolder
from evote.lifecycle.states import locked
from evote.log_keys import create_log_keys, destroy_log_keys, has_log_keys
from protocol.bindings import School
from protocol.rng import Rng, system_rng
from protocol.server_binding import BoothFile, ServerBinding, encode_server_file, uuid_of_key


def make_draft(
    database: Database,
    folder: KeyFolder,
    uuid: str,
    config: ElectionConfig,
    public_url: str,
    booth: tuple[BoothFile, ...],
    rng: Rng = system_rng,
) -> bytes:
    """Begin an election on this server; return its ``server.json``, to be sealed: §17.4.

    Raises:
        Refusal: an election of this number is here already, or the keys of one are.
    """
    with database.write() as connection:
        here = connection.scalar(select(ElectionRow.id).where(ElectionRow.uuid == uuid))
        if here or has_log_keys(folder, uuid):
            raise Refusal(
                f"une élection a déjà le numéro {uuid} ici",
                "tirez-en un autre : evote election id",
            )
        keys = create_log_keys(folder, uuid, host_of(public_url), rng)
        try:
            binding = ServerBinding(booth, keys.board.verifier_key, keys.journal.verifier_key)
            binding.verify(uuid)
            server = encode_server_file(uuid, binding)
            connection.execute(insert(ElectionRow), _row(connection, uuid, config, server))
        except BaseException:
            destroy_log_keys(folder, uuid)
            raise
    return server


def delete_draft(database: Database, folder: KeyFolder, uuid: str) -> None:
    """Forget a draft and its keys.

    Raises:
        NotNow: it is no draft any more.
        Refusal: something of it was published from here; its keys stay.
        HeadsUnavailable: that cannot be known.
    """
    if uuid in {uuid_of_key(origin) for origin in Heads(folder.heads).origins()}:
        raise Refusal(
            f"l'élection {uuid} a déjà été publiée d'ici : la base, qui n'en a qu'un brouillon, "
            "est d'avant",
            "n'effacez rien : ses clés sont les seules qui signent pour elle ; evote doctor",
        )
    with database.write() as connection:
        election = locked(connection, uuid, {State.DRAFT}, "elle n'est plus un brouillon")
        drop_draft_rows(connection, election)
    destroy_log_keys(folder, uuid)


def drop_draft_rows(connection: Connection, draft: HeldElection) -> None:
    """Take a draft's rows out: its own, and that which tells of its last backup."""
    connection.execute(delete(BackupRow).where(BackupRow.election_id == draft.id))
    connection.execute(delete(ElectionRow).where(ElectionRow.id == draft.id))


def host_of(public_url: str) -> str:
    """Return the host, and port, that the keys of an election name: §8.3."""
    return urlsplit(public_url).netloc.lower()


def school_number(connection: Connection, school: School) -> int:
    """Return the number of a school in the database, by its UAI; made if it is new."""
    known = select(SchoolRow.id).where(SchoolRow.uai == school.uai)
    found = connection.scalar(known)
    if found is None:
        row = {"uai": school.uai, "name": school.name, "kind": school.kind}
        connection.execute(insert(SchoolRow), row)
        found = connection.execute(known).scalar_one()
    return found


def _row(
    connection: Connection, uuid: str, config: ElectionConfig, server: bytes
) -> dict[str, object]:
    return {
        "school_id": school_number(connection, config.school),
        "uuid": uuid,
        "state": State.DRAFT.value,
        "archive_timestamp": 0,
        "archive_timestamp_again": 0,
        "opens_at": config.opens_at,
        "closes_at": config.closes_at,
        "grace_seconds": config.grace_seconds,
        "server": server,
    }
