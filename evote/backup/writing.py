# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup of a running server: two files, of one snapshot of its database: docs/adr/0016.

Nobody who votes waits for it. Both files are complete and on the disk before either has its name.
Its number, which both files have sealed in them, is first of all put into the head file: so a copy
of that one which was made before the backup is known at a restore.
"""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select, text

from evote.backup.key_files import KeyFiles, read_key_files
from evote.backup.needed_keys import unfit_keys
from evote.backup.new_file import NewFile, name_files, new_file
from evote.backup.pace import ballots_of
from evote.backup.recovery import RecoveryPublicKey
from evote.backup.rows import dump_rows
from evote.backup.sealed_stream import ID_BYTES, Kind, Label, SealedWriter
from evote.clock import Clock
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database
from evote.database.migrating import newest_schema
from evote.heads import Heads, HeadsUnavailable
from evote.keys import KeyFolder
from protocol.rng import Rng, system_rng

ID_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of the two files; they may be the same one."""

    data: Path
    keys: Path


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written.

    Attributes:
        data: the file of rows.
        keys: the file of keys.
        made_at: when the snapshot was taken.
        ballots: how many each election had, by its number in the database.
        is_marked: whether the head file, if there is one, has its number.
        unfit: keys that elections of this snapshot need, and that are missing or other ones.
        ignored: what lies in the key folder and is no key.
    """

    data: Path
    keys: Path
    made_at: int
    ballots: Mapping[int, int]
    is_marked: bool
    unfit: tuple[str, ...]
    ignored: tuple[str, ...]


def write_backup(
    database: Database,
    keys: KeyFolder,
    to: RecoveryPublicKey,
    places: Places,
    clock: Clock,
    rng: Rng = system_rng,
) -> Backup:
    """Write both files of a backup.

    Args:
        database: of the server, with the tables of this version.
        keys: the server's key folder.
        to: the recovery key that will open them.
        places: existing folders.
        clock: of the server.
        rng: for the backup's number and the keys of its streams.

    Raises:
        DatabaseUnavailable: see there; nothing is written.
        Refusal: the key folder holds more than a restore would read; nothing is written.
        Unreadable: the key folder cannot be read, or a file not written; neither is there then.
    """
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(new_file(places.data))
        sealed_keys = stack.enter_context(new_file(places.keys))
        identity = rng(ID_BYTES).hex()
        is_marked = _mark(keys, identity, clock())
        with database.snapshot() as connection:
            _begin(connection)
            ballots = ballots_of(connection)
            made_at = clock()
            # After the snapshot's beginning: the keys of whatever it has were made before.
            files, ignored = read_key_files(keys.path)
            label = Label(Kind.DATA, identity, made_at)
            unfit = tuple(unfit_keys(connection, files))
            _seal(data, label, to, dump_rows(connection, newest_schema()), rng)
        content = KeyFiles(identity, data.sha256(), files).encode()
        _seal(sealed_keys, Label(Kind.KEYS, identity, made_at), to, [content.reveal()], rng)
        name = _name(identity, made_at)
        paths = places.data / f"{name}.data", places.keys / f"{name}.keys"
        name_files([(data, paths[0]), (sealed_keys, paths[1])])
    return Backup(*paths, made_at, ballots, is_marked, unfit, ignored)


def _mark(keys: KeyFolder, identity: str, now: int) -> bool:
    """Mark the head file; where that cannot be, the backup is worth having all the same."""
    try:
        Heads(keys.heads).mark(identity, now)
    except HeadsUnavailable:
        return False
    return True


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # A TRUNCATE takes rows out of older snapshots too, so the rewriting of the sign-ins must
        # not come between: it is locked out before the snapshot is taken (docs/adr/0011).
        connection.execute(text("LOCK TABLE sign_in IN ACCESS SHARE MODE"))
    connection.execute(select(ElectionRow.id).limit(1))


def _seal(
    file: NewFile, label: Label, to: RecoveryPublicKey, pieces: Iterable[bytes], rng: Rng
) -> None:
    writer = SealedWriter(file, label, to, rng)
    for piece in pieces:
        writer.write(piece)
    writer.finish()


def _name(identity: str, made_at: int) -> str:
    time = datetime.fromtimestamp(made_at, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"preau-{time}-{identity[:ID_SHOWN]}"
