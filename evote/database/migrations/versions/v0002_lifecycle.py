# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycle: the journal, the server's facts of an election, decryptions as they come.

Elections of before have neither server keys nor a journal, and no release ever made one: a
database that holds any is refused rather than upgraded to something that cannot be verified.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of docs/adr/0013."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM election")).scalar_one():
        raise ValueError("elections of an unreleased version are here: begin with a new database")
    op.drop_table("journal_entry")
    op.create_table(
        "journal_entry",
        *_of_election(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        _tie("journal_entry"),
        sa.PrimaryKeyConstraint("election_id", "number", name="pk_journal_entry"),
    )
    op.create_table(
        "decryption",
        *_of_election(),
        sa.Column("trustee", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        _tie("decryption"),
        sa.PrimaryKeyConstraint("election_id", "trustee", name="pk_decryption"),
    )
    for name in ("journal_height", "journal_hash"):
        op.drop_column("election", name)
    messages = sa.Column("messages", sa.Integer(), nullable=False, server_default="0")
    op.add_column("pin_watch", messages)
    for name in ("server", "booth"):
        op.add_column("election", sa.Column(name, sa.LargeBinary(), nullable=True))


def _of_election() -> tuple["sa.Column[int]", "sa.Column[int]"]:
    return (
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
    )


def _tie(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["school_id", "election_id"],
        ["election.school_id", "election.id"],
        name=f"fk_{table}_election",
    )
