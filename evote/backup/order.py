# SPDX-License-Identifier: AGPL-3.0-or-later
"""In which order the rows of each table are exported: by what they are about, never by when.

The order in which a database keeps its rows tells in which order they were written, and so which
sign-in belongs to which ballot (docs/adr/0011). A table without an order here is not exported, and
a test fails.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Table

from evote.database import board_tables, common_tables, roll_tables
from evote.database.base import Base

# Imported so that every table is known here, whoever asks.
SIDES: Final = (board_tables, common_tables, roll_tables)

ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "school": ("uai",),
    "election": ("uuid",),
    "journal_entry": ("election_id", "number"),
    "published_log": ("election_id", "log"),
    "board_event": ("election_id", "height"),
    "board_data": ("election_id", "height", "ordinal"),
    "ballot_index": ("election_id", "height"),
    "ballot_alpha": ("election_id", "alpha"),
    "revoked_credential": ("election_id", "credential"),
    "decryption": ("election_id", "trustee"),
    "roll_seal": ("election_id",),
    "elector": ("election_id", "elector"),
    "sign_in": ("election_id", "sign_in_number"),
    "turnout": ("election_id", "hour"),
    "pin_watch": ("election_id",),
    "last_backup": ("election_id",),
    "last_rewriting": ("election_id",),
    "outbox": ("election_id", "number"),
}


class NoOrder(Exception):
    """A table has no order here: a fault of this program."""


def ordered_tables() -> tuple[tuple[Table, tuple[str, ...]], ...]:
    """Return every table with its order, each after those that its rows name.

    Raises:
        NoOrder: a table was added, or removed, and its order was not.
    """
    tables = Base.metadata.sorted_tables
    if {table.name for table in tables} != set(ORDER):
        raise NoOrder("the orders are not those of the tables")
    return tuple((table, ORDER[table.name]) for table in tables)
