# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the last backup of an election could bring it back: docs/adr/0016.

Nobody looked when those of before were made; they are taken for whole, as they were then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "last_backup",
        sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
