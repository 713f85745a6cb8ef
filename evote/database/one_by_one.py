# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is read of all elections at once, and of each by itself where the whole cannot be read.

A page of one election that a disk does not give any more ends a statement that passes over it, and
would so hold up all others.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select, text

from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable

T = TypeVar("T")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


def of_one(query: Query, uuid: str | None) -> Query:
    """Return a query of all elections as one of the election with this number; of all if None."""
    return query if uuid is None else query.where(ElectionRow.uuid == uuid)


def read_of_all(
    database: Database,
    read: Callable[[Connection, str | None], tuple[T, ...]],
    unread: Callable[[str], tuple[T, ...]],
) -> tuple[T, ...]:
    """Return what ``read`` gives of all elections, ``unread`` of those that cannot be read.

    Args:
        database: the server's.
        read: of the election with this number, of all if it is None.
        unread: what stands for one that cannot be read where others may.

    Raises:
        DatabaseUnavailable: not even their numbers can be read, as where the page of one is damaged
            on PostgreSQL.
    """
    try:
        with database.read() as connection:
            return read(connection, None)
    except DatabaseUnavailable:
        with database.read() as connection:  # SQLite has them in an index, too
            uuids = connection.scalars(select(ElectionRow.uuid)).all()
    found: list[T] = []
    for uuid in uuids:
        try:
            with database.read() as connection:
                found += read(connection, uuid)
        except DatabaseUnavailable:
            found += unread(uuid)
    return tuple(found)


def require_answer(database: Database) -> None:
    """Ask the database for nothing that it contains.

    Raises:
        DatabaseUnavailable: it does not answer.
    """
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
