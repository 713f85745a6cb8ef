# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published of each log, and the leaf of each event: docs/protocol.md §18.1, §18.7.

Nothing of an election of before is published yet: the first step of this version does it.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
EVENTS_A_TIME = 1000


def upgrade() -> None:
    """Make the tables of docs/adr/0015."""
    op.create_table(
        "published_log",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("log", sa.String(length=8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("stepped_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "election_id"],
            ["election.school_id", "election.id"],
            name="fk_published_log_election",
        ),
        sa.PrimaryKeyConstraint("election_id", "log", name="pk_published_log"),
    )
    op.add_column("board_event", sa.Column("leaf", sa.String(length=64), nullable=True))
    _fill_leaves(op.get_bind())
    with op.batch_alter_table("board_event") as table:
        table.alter_column("leaf", existing_type=sa.String(length=64), nullable=False)


def _fill_leaves(connection: sa.Connection) -> None:
    # A leaf is SHA-256(00 ‖ event): §18.1. A migration keeps to what was true when it was written.
    events = sa.table(
        "board_event",
        *(sa.column(name) for name in ("election_id", "height", "event", "leaf")),
    )
    change = (
        sa.update(events)
        .where(events.c.election_id == sa.bindparam("of"), events.c.height == sa.bindparam("at"))
        .values(leaf=sa.bindparam("found"))
    )
    query = sa.select(events.c.election_id, events.c.height, events.c.event)
    rows = connection.execute(query).all()
    for start in range(0, len(rows), EVENTS_A_TIME):
        connection.execute(
            change,
            [
                {"of": of, "at": at, "found": hashlib.sha256(b"\x00" + event).hexdigest()}
                for of, at, event in rows[start : start + EVENTS_A_TIME]
            ],
        )
