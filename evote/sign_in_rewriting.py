# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destroys what joins a sign-in to the ballot of the same transaction: docs/adr/0011.

All sign-in rows, of every election, are written anew in one transaction in the order of their
numbers; then the old pages and the log that still hold the old ones are dropped.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, String, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from evote.clock import HOUR
from evote.database.cells import DamagedText
from evote.database.connection import WAIT_SECONDS, Database
from evote.database.roll_tables import RewritingRow, SignInRow

# How long the rewriting waits for readers (SQLite: to empty the log); nobody votes meanwhile.
PATIENCE_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What was done: how many rows; whether the log of before is gone (if not, do it again)."""

    rows: int
    log_dropped: bool


def is_due(last: int | None, now: int) -> bool:
    """Tell whether an hour has passed since the last rewriting, or there was none.

    A time that is still to come says nothing: the clock was ahead, and was set back.
    """
    return last is None or not 0 <= now - last < HOUR


def rewrite_sign_ins(database: Database, now: int) -> Rewriting:
    """Write every sign-in row anew and drop what was there before: docs/adr/0011.

    That it was done ``now`` is written for ``evote doctor`` once the log of before is gone, so that
    whatever stops this in between, nothing says that it was done.

    Raises:
        DatabaseUnavailable: not now, or not surely: the rows are as they were, or rewritten, and
            the log may be there; do it again.
    """
    try:
        with database.write() as connection:
            rewrite = _rewrite_as_they_are if database.is_sqlite else _rewrite
            rows = rewrite(connection)
    except _BackupRuns:
        return Rewriting(0, log_dropped=False)
    with database.alone() as connection:
        drop = _drop_sqlite_log if database.is_sqlite else _drop_postgresql_log
        dropped = drop(connection)
    if dropped:
        _remember(database, now)
    return Rewriting(rows, dropped)


def _rewrite(connection: Connection) -> int:
    _lock_sign_ins(connection)
    table = SignInRow.__table__
    columns = [column.name for column in table.columns]
    query = select(table).order_by(SignInRow.sign_in_number, SignInRow.election_id)
    rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(query)]
    connection.execute(text("TRUNCATE sign_in"))  # new files for the table and its indexes
    if rows:
        connection.execute(insert(SignInRow), rows)
    return len(rows)


def _rewrite_as_they_are(connection: Connection) -> int:
    """Do so in SQLite, where a damaged cell may have any value: it stays, and keeps no other."""
    columns = SignInRow.__table__.columns
    names = ", ".join(column.name for column in columns)
    values = ", ".join(
        "CAST(? AS TEXT)" if isinstance(column.type, String) else "?" for column in columns
    )
    rows = [
        tuple(cell.data if isinstance(cell, DamagedText) else cell for cell in row)
        for row in connection.exec_driver_sql(
            f"SELECT {names} FROM sign_in ORDER BY sign_in_number, election_id"  # noqa: S608 -- ours
        )
    ]
    connection.execute(delete(SignInRow))
    if rows:
        connection.exec_driver_sql(f"INSERT INTO sign_in ({names}) VALUES ({values})", rows)  # noqa: S608 -- ours
    return len(rows)


def _remember(database: Database, now: int) -> None:
    """Write down the time for every election that has sign-ins."""
    with database.write() as connection:
        if not database.is_sqlite:  # where several may write at once
            connection.execute(text("LOCK TABLE last_rewriting IN SHARE ROW EXCLUSIVE MODE"))
        places = select(SignInRow.school_id, SignInRow.election_id).distinct()
        times = [{**row._mapping, "at": now} for row in connection.execute(places)]  # noqa: SLF001
        connection.execute(delete(RewritingRow))
        if times:
            connection.execute(insert(RewritingRow), times)
    if database.is_sqlite:
        with database.alone() as connection:
            _empty_sqlite_log(connection)  # of this time, which joins nothing: a reader may keep it


class _BackupRuns(Exception):
    """PostgreSQL: a backup reads the sign-ins, whose rows a TRUNCATE would take from it."""


def _lock_sign_ins(connection: Connection) -> None:
    # Those who vote hold the table for a moment, and wait behind this lock; a backup holds it long.
    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
    try:
        connection.execute(text("LOCK TABLE sign_in IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as cause:
        raise _BackupRuns from cause


def _drop_sqlite_log(connection: Connection) -> bool:
    connection.execute(text("VACUUM"))
    return _empty_sqlite_log(connection)


def _empty_sqlite_log(connection: Connection) -> bool:
    connection.execute(text(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}"))
    try:
        busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    finally:
        connection.execute(text(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}"))
    return not busy


def _drop_postgresql_log(connection: Connection) -> bool:
    # The checkpoint starts in the new segment, so it needs none of those before, and drops them.
    try:
        for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
            connection.execute(text(statement))
    except DBAPIError:  # the role may not: docs/operations.md
        return False
    recycle: str = connection.execute(text("SHOW wal_recycle")).scalar_one()
    return recycle == "off"
