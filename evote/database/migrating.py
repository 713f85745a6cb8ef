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
    """A vote is going on in a database of an older program: its rules do not change meanwhile."""

    def __init__(self, uuids: tuple[str, ...]) -> None:
        super().__init__("a vote is going on in a database of an older program")
        self.uuids = uuids


def migrate(database: Database) -> None:
    """Bring the database to the newest tables, in one transaction; nothing if it has them.

    Raises:
        NotUpgraded: it is of an older program, and a vote is open or suspended: docs/adr/0016.
    """
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _require_no_vote(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_up_to_date(database: Database) -> bool:
    """Tell whether the database has the tables of this version."""
    newest = ScriptDirectory(str(STEPS)).get_current_head()
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _require_no_vote(connection: Connection) -> None:
    newest = ScriptDirectory(str(STEPS)).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() in (None, newest):
        return
    going_on = "SELECT uuid FROM election WHERE state IN ('open', 'suspended') ORDER BY id"
    uuids = tuple(connection.scalars(text(going_on)))
    if uuids:
        raise NotUpgraded(uuids)
