# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every row of a database, to be put back later: what a careless restore does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from evote.database.base import Base
from evote.database.connection import Database

Dump = dict[str, list[dict[str, Any]]]


def dump(database: Database) -> Dump:
    """The rows by table."""
    with database.read() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def put_back(database: Database, kept: Dump) -> None:
    """Let every table have these rows, and no other."""
    tables = Base.metadata.sorted_tables
    with database.write() as connection:
        for table in reversed(tables):
            connection.execute(delete(table))
        for table in tables:
            if kept[table.name]:
                connection.execute(insert(table), kept[table.name])
