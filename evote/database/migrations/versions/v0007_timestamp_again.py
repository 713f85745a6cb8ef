# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time in the headers of an archive stands twice: docs/protocol.md §10.3.

Nothing else of an election would show that it is another, and what was published before would be.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, with what the first one says."""
    op.add_column(
        "election",
        sa.Column("archive_timestamp_again", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.execute("UPDATE election SET archive_timestamp_again = archive_timestamp")
