# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run by Alembic alone: takes the connection that ``evote.database.migrating`` has opened."""

from alembic import context

import evote.database.board_tables
import evote.database.common_tables
import evote.database.roll_tables  # noqa: F401 - the three imports fill Base.metadata
from evote.database.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
