# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup into an empty database and key folder: in one transaction, or not at all (ADR 16).

Before the commit, in this order: the rows; what outsiders have seen, compared; what is missing,
from records; sign-ins, or a suspension; the keys; the heads, which then say what was seen. So
whatever fails leaves nothing from which an election could be published anew at an older state.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from evote.backup.order import ordered_tables
from evote.backup.pace import ballots_of, remember_backup
from evote.backup.reading import OpenedBackup
from evote.backup.rows import store_rows
from evote.clock import Clock
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.database.migrating import migrate_tables
from evote.errors import Refusal
from evote.heads import HeadFile, Heads, HeadsUnavailable
from evote.keys import KeyFolder
from evote.restoring.brought import Brought
from evote.restoring.covering import account_for_all
from evote.restoring.damaged_heads import PUT_ASIDE
from evote.restoring.key_placing import RestoredKeys
from evote.restoring.one_election import Loaded, Restored, finish, load, too_short
from evote.restoring.published import move_heads, own_heads
from evote.restoring.standing import Confirm
from evote.restoring.whole import find_restored


@dataclass(frozen=True, slots=True)
class Target:
    """Where a backup is restored to."""

    database: Database
    folder: KeyFolder
    clock: Clock


class _Checked(Exception):
    """Everything was tried, and nothing is kept."""


def restore(
    target: Target,
    backup: OpenedBackup,
    brought: Brought,
    confirm: Confirm,
    *,
    check: bool = False,
) -> tuple[Restored, ...]:
    """Restore a backup; return every election that has a journal, as it is then.

    Args:
        target: an empty database, with our tables or with none.
        backup: that was read to its end.
        brought: what comes from outside.
        confirm: is asked, before anything is completed or kept, to stand by what nothing proves.
        check: whether nothing is kept.

    Raises:
        Refusal: the database is not empty, or a log would be shorter than it was published, or is
            another one, or nobody says how far it was published, or the backup lacks an election
            of which something was, or ``confirm`` refuses; nothing was changed.
        Unreadable: a file cannot be read, or a key not written; nothing was changed.
        HeadsUnavailable: it could not be written; nothing was changed.
        NotUpgraded: the database is of another program; nothing was changed.
        DatabaseUnavailable: if it was at the commit, whether that took place must be looked up.
    """
    keys = RestoredKeys(target.folder, backup.keys.files)
    heads = Heads(target.folder.heads)
    said = _read(heads)
    restored: tuple[Restored, ...] = ()
    try:
        with target.database.write() as connection:
            migrate_tables(connection)
            _require_empty(connection)
            store_rows(connection, backup.rows())
            # The pace goes on from here: what comes now is a pair with this backup.
            remember_backup(connection, backup.made_at, ballots_of(connection))
            loaded = [
                load(connection, held, keys, said, brought.notes, backup)
                for held in _with_journal(connection)
            ]
            confirm(account_for_all(connection, loaded, keys, said, brought))
            loaded = [each for each in loaded if each.held.uuid not in brought.without]
            restored = _finish(connection, loaded, brought, keys, target.clock())
            if check:
                raise _Checked
            with keys.placed():
                for each in loaded:
                    move_heads(each.server, heads, each.seen)
    except _Checked:
        return restored
    own_heads([each.server for each in loaded], heads, backup.number, target.clock())
    return restored


def _read(heads: Heads) -> HeadFile:
    try:
        return heads.read_all()
    except HeadsUnavailable as cause:
        raise Refusal(
            "le fichier heads.sqlite du dossier des clés ne peut pas être lu",
            f"voyez son mode et son propriétaire ; s'il est abîmé, {PUT_ASIDE}",
        ) from cause


def _finish(
    connection: Connection, loaded: list[Loaded], brought: Brought, keys: RestoredKeys, now: int
) -> tuple[Restored, ...]:
    short = {
        each.held.uuid: each.behind
        for each in loaded
        if each.behind and each.held.uuid not in brought.records
    }
    if short:
        raise too_short(short)
    return tuple(
        finish(
            connection,
            each,
            brought.records.get(each.held.uuid),
            brought.sign_ins.get(each.held.uuid),
            keys,
            now,
        )
        for each in loaded
    )


def _require_empty(connection: Connection) -> None:
    for table, _ in ordered_tables():
        if connection.scalar(select(func.count()).select_from(table)):
            raise Refusal(
                "la base où rétablir n'est pas vide : rien n'y a été changé",
                "si un rétablissement vient d'y être interrompu, il est complet : evote doctor, "
                "puis evote serve ; sinon donnez une base neuve dans PREAU_DATABASE_URL (pour "
                "SQLite, un fichier dans un autre dossier, vide), et laissez l'ancienne où elle "
                "est : de preau.db, preau.db-wal et preau.db-shm, aucun ne se déplace seul",
            )


def _with_journal(connection: Connection) -> list[HeldElection]:
    query = select(ElectionRow.uuid).where(ElectionRow.state != State.DRAFT.value)
    uuids = list(connection.scalars(query.order_by(ElectionRow.uuid)))
    return [find_restored(connection, uuid) for uuid in uuids]
