# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps that bring a database to the tables of this version; they ship in the package."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evote.database.connection import Database

STEPS: Final = Path(__file__).parent / "migrations"
# PostgreSQL: two workers that start together migrate one after the other.
_LOCK: Final = 0x70726561


def migrate(database: Database) -> None:
    """Bring the database to the newest tables, in one transaction; nothing if it has them."""
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_up_to_date(database: Database) -> bool:
    """Tell whether the database has the tables of this version."""
    newest = ScriptDirectory(str(STEPS)).get_current_head()
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
