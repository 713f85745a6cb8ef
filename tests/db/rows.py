# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every row of every table, so that what a request has changed is seen, or that it changed none."""

from __future__ import annotations

from sqlalchemy import select

from evote.database.base import Base
from evote.database.connection import Database

Rows = dict[str, list[str]]
# What a wrong pair of code and PIN adds to, and nothing else does: evote/pins.py.
COUNTERS = (
    *("sign_in.wrong_pins", "pin_watch.hour"),
    *("pin_watch.wrong_pins", "pin_watch.unknown_codes"),
)


def all_rows(database: Database, *, but: tuple[str, ...] = ()) -> Rows:
    """The rows by table, without the columns ``but``, which are named ``table.column``."""
    with database.read() as connection:
        return {
            name: sorted(
                repr(tuple(row))
                for row in connection.execute(
                    select(*(each for each in table.columns if f"{name}.{each.name}" not in but))
                )
            )
            for name, table in Base.metadata.tables.items()
        }


class Unchanged:
    """Every row of a database as it was; a class, so that no failure prints them all."""

    def __init__(self, database: Database) -> None:
        self._database, self._rows = database, all_rows(database)

    def check(self) -> None:
        assert all_rows(self._database) == self._rows
