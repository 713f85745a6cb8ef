# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of an SQLite file that its disk gives back with one bit changed: no row of it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from evote.database.connection import Database
from tests.db.school import School

_OF = "FROM {table} JOIN election ON election.id = election_id WHERE uuid = :uuid"


@contextmanager
def torn(school: School, table: str, column: str = "leaf") -> Iterator[None]:
    """Within the block, the page of the second row that this table has of an election is torn."""
    database = school.database
    # The leaf of a first entry is a root, too, and stands elsewhere.
    second = f"SELECT {column} {_OF.format(table=table)} ORDER BY {table}.rowid LIMIT 1 OFFSET 1"
    with database.read() as connection:
        cell = connection.execute(text(second), {"uuid": school.uuid}).scalar_one()
    content = cell.encode() if isinstance(cell, str) else cell
    with database.alone() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    _flip(database, content)
    try:
        yield
    finally:
        _flip(database, content)


def _flip(database: Database, content: bytes) -> None:
    file = Path(str(database.engine.url.database))
    database.engine.dispose()  # what its connections have read before is forgotten
    data = file.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    page = data.index(content) // size * size
    with file.open("r+b") as changing:
        changing.seek(page)
        changing.write(bytes([data[page] ^ 0x10]))  # what the page is
