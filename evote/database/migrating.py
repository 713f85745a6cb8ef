# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps that bring a database to the tables of this version; they ship in the package.

Alembic takes them. Where none is to be taken it is not loaded: that is a fifth of what each command
of a server does before it begins.
"""

from importlib import import_module
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from evote.database.connection import Database

STEPS: Final = Path(__file__).parent / "migrations"
# The numbers of the steps, in their order.
SCHEMAS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
# PostgreSQL: two workers that start together migrate one after the other.
_LOCK: Final = 0x70726561


class NotUpgraded(Exception):
    """A vote is going on in a database of an older program: its rules do not change meanwhile.

    Or, where ``uuids`` is empty, the database is of a later program than this one.
    """

    def __init__(self, uuids: tuple[str, ...]) -> None:
        super().__init__("the tables of this database stay as they are")
        self.uuids = uuids


def migrate(database: Database) -> None:
    """Bring the database to the newest tables, in one transaction; nothing if it has them.

    Raises:
        NotUpgraded: it is of an older program, and a vote is open or suspended, or of a later
            program than this one: docs/adr/0016.
    """
    with database.write() as connection:
        migrate_tables(connection)


def migrate_tables(connection: Connection) -> None:
    """Do what ``migrate`` does, within the caller's writing transaction. Raises what it does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = schema_of(connection)
    if found != newest_schema():
        _require_upgradable(connection, found)
        config = import_module("alembic.config").Config()
        config.set_main_option("script_location", str(STEPS))
        config.attributes["connection"] = connection
        import_module("alembic.command").upgrade(config, newest_schema())


def is_up_to_date(database: Database) -> bool:
    """Tell whether the database has the tables of this version."""
    with database.read() as connection:
        return schema_of(connection) == newest_schema()


def newest_schema() -> str:
    """Return the number of this version's tables."""
    return SCHEMAS[-1]


def schema_of(connection: Connection) -> str | None:
    """Return the number of the tables that a database has, None if it has none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_known(schema: str | None) -> bool:
    """Tell whether tables of this number are of this program or of one before it."""
    return schema in SCHEMAS


def _require_upgradable(connection: Connection, found: str | None) -> None:
    if found is None:
        return
    if not is_known(found):
        raise NotUpgraded(())
    going_on = "SELECT uuid FROM election WHERE state IN ('open', 'suspended') ORDER BY id"
    uuids = tuple(connection.scalars(text(going_on)))
    if uuids:
        raise NotUpgraded(uuids)
