# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an election was last saved, and its sign-ins last rewritten: docs/adr/0011 and 0016."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make both tables."""
    _make("last_backup", "made_at", "ballots")
    _make("last_rewriting", "at")


def _make(table: str, *numbers: str) -> None:
    op.create_table(
        table,
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
        sa.ForeignKeyConstraint(
            ["school_id", "election_id"],
            ["election.school_id", "election.id"],
            name=f"fk_{table}_election",
        ),
        sa.PrimaryKeyConstraint("election_id", name=f"pk_{table}"),
    )
