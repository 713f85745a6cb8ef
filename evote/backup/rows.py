# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every row of every table as a stream of bytes, the same for the same rows on either database.

    {"evote_rows":1,"schema":S,"tables":[{"table":T,"columns":[C…]}…]}
    [i,v…]            a row of table number i; bytes stand as {"bytes":n}, and follow the newline
    {"rows":[n…]}     the end: how many rows of each table there were

Each of these is canonical JSON, one a line. A value that its column cannot have, of a database that
is damaged, is given as bytes, so that it is there; no reader takes it for a text or a number. Where
a restore makes the cell anew in any case, the reader puts something without sense in its place.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from sqlalchemy import Boolean, Column, Connection, LargeBinary, String, Table, func, insert, select

from evote.backup.order import ordered_tables
from evote.database.cells import as_bytes, as_they_are, is_of_type
from evote.database.common_tables import ElectionRow
from evote.database.derived import is_derived, without_sense
from protocol.encoding import MAX_UUID, Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ROWS_A_TIME: Final = 500
MAX_LINE: Final = 2**16
MAX_BYTES_OF_VALUE: Final = 2**26
Value = int | str | bytes | None
_ELECTION: Final = cast("Table", ElectionRow.__table__)


def dump_rows(connection: Connection, schema: str) -> Iterator[bytes]:
    """Give all rows as this transaction sees them, in order, piece by piece."""
    tables = ordered_tables()
    named = _named(table for table, _ in tables)
    yield encode_json({"evote_rows": 1, "schema": schema, "tables": named}) + b"\n"
    counts: list[JsonValue] = []
    for place, (table, order) in enumerate(tables):
        count = 0
        for row in _read(connection, table, order):
            yield _encode(place, [_sound(*each) for each in zip(table.columns, row, strict=True)])
            count += 1
        counts.append(count)
    yield encode_json({"rows": counts}) + b"\n"


def _named(tables: Iterable[Table]) -> list[JsonValue]:
    return [{"table": each.name, "columns": list(each.columns.keys())} for each in tables]


def _read(
    connection: Connection, table: Table, order: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    # PostgreSQL sorts text as a language does, unless it is told otherwise.
    c_order = connection.dialect.name == "postgresql"
    by = [
        column.collate("C") if c_order and isinstance(column.type, String) else column
        for column in (table.columns[name] for name in order)
    ]
    query = select(*as_they_are(table)).order_by(*by).execution_options(yield_per=ROWS_A_TIME)
    with connection.execute(query) as rows:
        for row in rows:
            yield tuple(row)


def _sound(column: Column[object], value: object) -> Value:
    if is_of_type(column, value):
        return bool(value) if isinstance(column.type, Boolean) else cast("Value", value)
    return as_bytes(value)


def _encode(place: int, row: Sequence[Value]) -> bytes:
    values = [{"bytes": len(each)} if isinstance(each, bytes) else each for each in row]
    line = encode_json(cast("JsonValue", [place, *values]))
    return line + b"\n" + b"".join(each for each in row if isinstance(each, bytes))


@dataclass(frozen=True, slots=True)
class DumpedRow:
    """A row that was read: its table, and its values by column."""

    table: Table
    values: dict[str, Value]


class RowReader:
    """Reads what ``dump_rows`` gave, strictly.

    Args:
        chunks: its bytes, in pieces of any size.
        schema: the schema that this program has.

    Raises:
        MalformedError: other tables or columns, or not such a stream.
        OtherSchema: it is of another version of this program.
    """

    def __init__(self, chunks: Iterator[bytes], schema: str) -> None:
        self._stream = cast("BinaryIO", io.BufferedReader(_Pieces(chunks)))
        head = Fields(self._line(), where="rows", section="2.1")
        head.integer("evote_rows", 1, 1)
        found = head.text("schema")
        if found != schema:
            raise OtherSchema(found)
        self._tables = [table for table, _ in ordered_tables()]
        self._uuids: dict[object, str] = {}
        named = [
            {"table": each.name, "columns": list(each.columns.keys())} for each in self._tables
        ]
        if head.items("tables") != named:
            raise _malformed("the tables are not those of this schema")
        head.finish()

    def rows(self) -> Iterator[DumpedRow]:
        """Give every row, in the order in which they can be stored.

        Raises:
            NotOfType: a value that its column cannot have, and that no restore makes anew.
            MalformedError: a row that its table cannot have, a table out of its order, or fewer
                or more rows than the end says.
        """
        counts, last = [0] * len(self._tables), 0
        while isinstance(line := self._line(), list):
            place, values = line[0] if line else None, line[1:]
            if not isinstance(place, int) or not last <= place < len(self._tables):
                raise _malformed("a row is of no table, or out of its order")
            counts[place] += 1
            last = place
            row = DumpedRow(self._tables[place], self._values(self._tables[place], values))
            if row.table is _ELECTION:  # before all that is of elections
                self._uuids[row.values["id"]] = str(row.values["uuid"])[:MAX_UUID]
            yield row
        if line != {"rows": counts} or self._stream.read(1):
            raise _malformed("the rows are not as many as there were")

    def _values(self, table: Table, values: list[JsonValue]) -> dict[str, Value]:
        columns = list(table.columns)
        if len(values) != len(columns):
            raise _malformed(f"a row of {table.name} has not its columns")
        pairs = list(zip(columns, values, strict=True))
        try:
            return {column.name: self._value(column, value) for column, value in pairs}
        except NotOfType as damaged:
            damaged.uuid = self._uuid_of(table, {column.name: each for column, each in pairs})
            raise

    def _uuid_of(self, table: Table, cells: Mapping[str, JsonValue]) -> str:
        """Return of which election a row is that has a damaged cell; empty if that is not known."""
        if table is _ELECTION:
            uuid = cells["uuid"]
            return uuid[:MAX_UUID] if isinstance(uuid, str) else ""
        of = cells.get("election_id")
        return self._uuids.get(of, "") if type(of) is int else ""

    def _value(self, column: Column[object], value: JsonValue) -> Value:
        if value is None and column.nullable:
            return None
        size = _size_of_bytes(value)
        if isinstance(column.type, LargeBinary):
            if size is not None:
                return self._exactly(size)
        elif type(value) is _kind(column):
            return value
        elif size is not None and is_derived(column):
            return without_sense(column, self._exactly(size))
        raise NotOfType(f"a value of {column} is not of its type", cell=str(column))

    def _line(self) -> JsonValue:
        line = self._stream.readline(MAX_LINE)
        if not line.endswith(b"\n"):
            raise _malformed("a line is too long, or the end is missing")
        return decode_canonical_json(line[:-1])

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) != size:
            raise _malformed("a value ends too early")
        return data


def _size_of_bytes(value: JsonValue) -> int | None:
    size = value.get("bytes") if isinstance(value, dict) and len(value) == 1 else None
    return size if type(size) is int and 0 <= size <= MAX_BYTES_OF_VALUE else None


def _kind(column: Column[object]) -> type[str | int]:
    # A bool is an int in Python, and no number here.
    if isinstance(column.type, Boolean):
        return bool
    return str if isinstance(column.type, String) else int


class NotOfType(MalformedError):
    """A value that its column cannot have: of a damaged database, or of no database.

    Attributes:
        cell: the table and its column.
        uuid: of the election whose row it is, empty where that is not known.
    """

    def __init__(self, message: str, *, cell: str) -> None:
        super().__init__(message, section="2.1")
        self.cell = cell
        self.uuid = ""


class OtherSchema(Exception):
    """The rows are of another version of this program's tables: which one."""


class _Pieces(io.RawIOBase):
    """Pieces of any size, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        room = memoryview(buffer)
        size = min(len(room), len(self._left))
        room[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def store_rows(connection: Connection, rows: Iterator[DumpedRow]) -> None:
    """Store rows in empty tables, some at a time, each table before those that name it."""
    waiting: list[DumpedRow] = []
    for row in rows:
        if waiting and (row.table is not waiting[0].table or len(waiting) == ROWS_A_TIME):
            _store(connection, waiting)
            waiting = []
        waiting.append(row)
    if waiting:
        _store(connection, waiting)
    if connection.dialect.name == "postgresql":
        _advance_sequences(connection)


def _store(connection: Connection, rows: list[DumpedRow]) -> None:
    connection.execute(insert(rows[0].table), [row.values for row in rows])


def _advance_sequences(connection: Connection) -> None:
    # Numbers were stored as they were, so the next new one must come after them.
    for table, _ in ordered_tables():
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.scalar(select(func.max(column)))
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, section="2.1")
