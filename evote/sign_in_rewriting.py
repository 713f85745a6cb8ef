# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destroys what joins a sign-in to the ballot of the same transaction: docs/adr/0011.

All sign-in rows, of every election, are written anew in one transaction in the order of their
numbers; then the old pages and the log that still hold the old ones are dropped.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from evote.clock import HOUR
from evote.database.connection import WAIT_SECONDS, Database
from evote.database.roll_tables import SignInRow

# SQLite: how long emptying the log waits for readers; nobody votes meanwhile.
PATIENCE_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What was done: how many rows; whether the log of before is gone (if not, do it again)."""

    rows: int
    log_dropped: bool


def is_due(last: int | None, now: int) -> bool:
    """Tell whether an hour has passed since the last rewriting, or there was none."""
    return last is None or now - last >= HOUR


def rewrite_sign_ins(database: Database) -> Rewriting:
    """Write every sign-in row anew and drop what was there before: docs/adr/0011.

    Raises:
        DatabaseUnavailable: not now; the rows are as they were, or already rewritten.
    """
    with database.write() as connection:
        rows = _rewrite(connection, is_sqlite=database.is_sqlite)
    with database.alone() as connection:
        drop = _drop_sqlite_log if database.is_sqlite else _drop_postgresql_log
        return Rewriting(rows, drop(connection))


def _rewrite(connection: Connection, *, is_sqlite: bool) -> int:
    if not is_sqlite:
        connection.execute(text("LOCK TABLE sign_in IN ACCESS EXCLUSIVE MODE"))
    table = SignInRow.__table__
    columns = [column.name for column in table.columns]
    query = select(table).order_by(SignInRow.sign_in_number, SignInRow.election_id)
    rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(query)]
    if is_sqlite:
        connection.execute(delete(SignInRow))
    else:
        connection.execute(text("TRUNCATE sign_in"))  # new files for the table and its indexes
    if rows:
        connection.execute(insert(SignInRow), rows)
    return len(rows)


def _drop_sqlite_log(connection: Connection) -> bool:
    connection.execute(text("VACUUM"))
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
