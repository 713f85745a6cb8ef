# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of an SQLite file of which the disk has changed one bit: SQLite reads no row of it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from evote.database.connection import Database
from tests.db.school import School

_OF = "SELECT data FROM board_data JOIN election ON election.id = election_id"
_SETUP = text(f"{_OF} WHERE uuid = :uuid AND height = 0 ORDER BY ordinal LIMIT 1")


def tear_setup(school: School) -> None:
    """Tear the page of what was sealed of an election; close the database, to be opened anew."""
    with school.database.read() as connection:
        data: bytes = connection.execute(_SETUP, {"uuid": school.uuid}).scalar_one()
    tear(school.database, data[:200])


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
