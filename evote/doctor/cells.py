# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cells of the database that say what their column cannot: of which election, and in which table.

Such an election is looked at no further, so that all the others are. One of which only cells are
damaged that a restore makes anew is looked at like the others: its board and journal may be whole.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Table, func, select

from evote.backup.order import ordered_tables
from evote.database.cells import as_they_are, is_of_type
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.derived import is_derived
from evote.database.elections import damaged_columns
from evote.database.one_by_one import require_answer
from evote.doctor.findings import ELSEWHERE, MADE_ANEW, Finding, ok, serious, to_see
from evote.doctor.unread import WHAT_TO_DO
from tally.french import count

# For all tables together: those of 20,000 ballots take a second.
LONGEST_SECONDS: Final = 60
_ROWS_A_TIME: Final = 1000
_ELECTION: Final = ElectionRow.__tablename__
_UUID: Final = f"{_ELECTION}.uuid"
_BLOB, _NULL = "blob", "null"  # what SQLite says of it, so that it need not be read


@dataclass(frozen=True, slots=True)
class Cells:
    """What was found.

    Attributes:
        findings: one for each election and column, or one that all is well.
        harmed: the elections that are not to be looked at further, by their numbers in the
            database; a restore takes none of them.
        names_are_known: whether the database says of which elections it is.
    """

    findings: tuple[Finding, ...]
    harmed: frozenset[int]
    names_are_known: bool


class _TooLong(Exception):
    """The time is over."""


def check_cells(database: Database, seconds: float = LONGEST_SECONDS) -> Cells:
    """Read every cell that may say what it cannot, for so many seconds in all."""
    until = time.monotonic() + seconds
    damaged: Counter[tuple[int | None, Column[Any]]] = Counter()
    findings: list[Finding] = []
    try:
        # PostgreSQL keeps to its types; what is written there may still be no word of ours.
        for table, _ in ordered_tables():
            if database.is_sqlite or table.name == _ELECTION:
                with database.read() as connection:
                    damaged.update(_damaged_in(connection, table, until))
    except _TooLong:
        findings.append(_not_in_time())
    except DatabaseUnavailable:
        require_answer(database)
        findings.append(_unread())
    with database.read() as connection:
        uuids: dict[object, str] = {row.id: row.uuid for row in connection.execute(_UUIDS)}
    findings += [_tell(uuids.get(of), cell, rows) for (of, cell), rows in damaged.items()]
    return Cells(
        tuple(findings) or (ok("cells", "chaque case de la base contient ce qui peut y être"),),
        frozenset(of for of, cell in damaged if of is not None and not is_derived(cell)),
        all(str(cell) != _UUID for _, cell in damaged),
    )


_UUIDS: Final = select(ElectionRow.id, ElectionRow.uuid)


def _damaged_in(
    connection: Connection, table: Table, until: float
) -> Iterator[tuple[int | None, Column[Any]]]:
    """Give the election, None of a school, and the column of each cell that is damaged."""
    names = table.columns.keys()
    mine = "id" if table.name == _ELECTION else "election_id"
    place = names.index(mine) if mine in names else None
    query = select(*_to_read(table)).execution_options(yield_per=_ROWS_A_TIME)
    with connection.execute(query) as rows:
        for some in rows.partitions():
            if time.monotonic() >= until:
                raise _TooLong
            for row in some:
                of = None if place is None else row[place]
                for name in _damaged_columns(table, row):
                    yield of if type(of) is int else None, table.columns[name]


def _to_read(table: Table) -> list[ColumnElement[Any]]:
    cells = as_they_are(table)
    if table.name == _ELECTION:
        return cells
    return [
        func.typeof(column) if isinstance(column.type, LargeBinary) else cell
        for column, cell in zip(table.columns, cells, strict=True)
    ]


def _damaged_columns(table: Table, row: Sequence[object]) -> Iterable[str]:
    if table.name == _ELECTION:
        return damaged_columns(row)
    pairs = zip(table.columns, row, strict=True)
    return (column.name for column, value in pairs if not _is_sound(column, value))


def _is_sound(column: Column[Any], value: object) -> bool:
    if isinstance(column.type, LargeBinary):
        return value == _BLOB or (value == _NULL and bool(column.nullable))
    return is_of_type(column, value)


def _tell(uuid: str | None, cell: Column[Any], rows: int) -> Finding:
    lines = count(rows, "ligne")
    said = f"la base est abîmée : « {cell} » ({lines}) contient ce qui ne peut pas y être"
    if uuid is None:
        return serious("cells", said, ELSEWHERE)
    if is_derived(cell):
        return serious("signed", f"{uuid} : {said}", MADE_ANEW)
    said = f"{uuid} : {said} ; rien d'autre de cette élection n'est regardé"
    return replace(serious("cells", said, ELSEWHERE), uuid=uuid)


def _unread() -> Finding:
    return serious(
        "cells",
        "la base répond, mais ne donne pas toutes ses cases : une page en est sans doute abîmée",
        WHAT_TO_DO,
    )


def _not_in_time() -> Finding:
    return to_see(
        "cells",
        "les cases de la base n'ont pas toutes pu être relues à temps",
        "relancez evote doctor quand la machine est moins occupée",
    )
