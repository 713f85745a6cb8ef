# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a cell of a table holds, and whether its column can have it.

PostgreSQL keeps to types by itself. SQLite gives whatever stands in its file: a number for a text,
or bytes that are no text; and no damaged cell may make every other one unreadable.
"""

from typing import Any, Self

from sqlalchemy import Boolean, Column, ColumnElement, LargeBinary, String, Table, type_coerce
from sqlalchemy.types import NULLTYPE

from protocol.encoding import MAX_INTEGER


class DamagedText(str):
    """A text of SQLite's that is not UTF-8, with a sign of its own for each part that is none.

    Attributes:
        data: its exact bytes.
    """

    __slots__ = ("data",)
    data: bytes

    def __new__(cls, data: bytes) -> Self:
        """Take the bytes."""
        text = super().__new__(cls, data.decode(errors="replace"))
        text.data = data
        return text


def read_text(data: bytes) -> str:
    """Return the text of a cell of SQLite's."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return DamagedText(data)


def is_of_type(column: Column[Any], value: object) -> bool:
    """Tell whether a column can have this value, by its type; no number of ours has 54 bits."""
    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, LargeBinary):
        return isinstance(value, bytes)
    if isinstance(column.type, String):
        return isinstance(value, str) and not isinstance(value, DamagedText)
    # A bool is an int in Python, and no number here; SQLite keeps one as 0 or 1.
    if isinstance(column.type, Boolean):
        return type(value) is bool or (type(value) is int and value in (0, 1))
    return type(value) is int and abs(value) <= MAX_INTEGER


def as_bytes(value: object) -> bytes:
    """Return a value that its column cannot have as the bytes that are kept of it."""
    if isinstance(value, DamagedText):
        return value.data
    return value if isinstance(value, bytes) else str("" if value is None else value).encode()


def as_they_are(table: Table) -> list[ColumnElement[Any]]:
    """Return the columns of a table to select, whose values then come as the database gives them.

    A truth value of SQLite's comes as the number that stands for it.
    """
    return [type_coerce(column, NULLTYPE) for column in table.columns]
