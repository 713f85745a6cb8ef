# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps that bring a database to the tables of this version; they ship in the package."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from evote.database.connection import Database

STEPS: Final = Path(__file__).parent / "migrations"
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
    _require_upgradable(connection)
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_up_to_date(database: Database) -> bool:
    """Tell whether the database has the tables of this version."""
    with database.read() as connection:
        return schema_of(connection) == newest_schema()


def newest_schema() -> str:
    """Return the number of this version's tables."""
    newest = ScriptDirectory(str(STEPS)).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def schema_of(connection: Connection) -> str | None:
    """Return the number of the tables that a database has, None if it has none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(schema: str | None) -> bool:
    """Tell whether tables of this number are of this program or of one before it."""
    return schema in {step.revision for step in ScriptDirectory(str(STEPS)).walk_revisions()}


def _require_upgradable(connection: Connection) -> None:
    found = schema_of(connection)
    if found in (None, newest_schema()):
        return
    if not is_known(found):
        raise NotUpgraded(())
    going_on = "SELECT uuid FROM election WHERE state IN ('open', 'suspended') ORDER BY id"
    uuids = tuple(connection.scalars(text(going_on)))
    if uuids:
        raise NotUpgraded(uuids)
