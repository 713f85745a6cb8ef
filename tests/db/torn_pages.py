# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page that the disk gives no more: no row of it is read, be it the data of one election."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from evote.database.connection import Database
from tests.db.postgresql import Server
from tests.db.school import School

_OF = "SELECT data FROM board_data JOIN election ON election.id = election_id"
_SETUP = text(f"{_OF} WHERE uuid = :uuid AND height = 0 ORDER BY ordinal LIMIT 1")


def tear_setup(school: School) -> None:
    """Tear the page of what was sealed of an election; close the database, to be opened anew."""
    with school.database.read() as connection:
        data: bytes = connection.execute(_SETUP, {"uuid": school.uuid}).scalar_one()
    tear(school.database, data[:200])


@contextmanager
def torn_data(server: Server, election: int) -> Iterator[None]:
    """Let a PostgreSQL give none of this election's data, by its number, as of a damaged page."""
    names = {"database": "preau"}
    server.execute(
        "ALTER TABLE board_data RENAME TO board_data_whole",
        "CREATE FUNCTION torn(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF $1 = "
        f"{election} THEN RAISE 'invalid page' USING ERRCODE = 'data_corrupted'; END IF; "
        "RETURN true; END $$",
        "CREATE VIEW board_data AS SELECT * FROM board_data_whole WHERE torn(election_id)",
        **names,
    )
    try:
        yield
    finally:
        server.execute(
            "DROP VIEW board_data",
            "DROP FUNCTION torn",
            "ALTER TABLE board_data_whole RENAME TO board_data",
            **names,
        )


def tear(database: Database, content: bytes) -> None:
    """Tear the page on which these bytes stand; close the database, to be opened anew."""
    file = Path(str(database.engine.url.database))
    with database.alone() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    data = bytearray(file.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[data.index(content) // size * size] ^= 0x10  # what the page is
    file.write_bytes(data)
