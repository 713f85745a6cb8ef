# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published of a log is made of its entries and keys: a restore drops it and makes it anew.

So a cell there that says what its column cannot keeps nothing from being saved, looked at and
restored. It then says nothing; only a note, which its key has signed, speaks for itself wherever it
stands: docs/adr/0015, docs/adr/0016.
"""

from typing import Any, Final, cast

from sqlalchemy import Column, LargeBinary, String, Table

from evote.database.common_tables import PublishedRow

_TABLE: Final = cast("Table", PublishedRow.__table__)
_LOG: Final = _TABLE.columns["log"]
# Of which election a row is, nothing else says.
_PLACE: Final = frozenset({"school_id", "election_id"})
_APART: Final = 4  # bytes by which the names of both logs differ, damaged or not


def is_derived(column: Column[Any]) -> bool:
    """Tell whether a restore makes the cells of this column anew."""
    return column.table is _TABLE and column.name not in _PLACE


def without_sense(column: Column[Any], data: bytes) -> int | str | bytes:
    """Return what stands for a derived cell whose column cannot have its value.

    It is of the column's type: 0, the empty text, or the bytes themselves; and, for the name of a
    log, one that no log has and that is not the same for both.

    Args:
        column: a derived one.
        data: what the cell has, as bytes.
    """
    if isinstance(column.type, LargeBinary):
        return data
    if column is _LOG:
        return data[:_APART].hex()
    return "" if isinstance(column.type, String) else 0
