# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout is counted by the hour, and sign-ins say no more when they were used: docs/adr/0011.

The table of sign-ins is made anew, in the order of numbers: a column that is only dropped leaves
its values in the rows that there were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_KEPT = ("school_id", "election_id", "sign_in_number", "elector", "pin_mac", "wrong_pins")
_BEFORE = sa.table("sign_in", *(sa.column(name) for name in (*_KEPT, "signed_in_hour")))


def upgrade() -> None:
    """Count the hours, then make the sign-ins without them."""
    op.create_table(
        "turnout",
        *_of_election(),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("signed_in", sa.Integer(), nullable=False),
        _tie("turnout"),
        sa.PrimaryKeyConstraint("election_id", "hour", name="pk_turnout"),
    )
    op.execute(
        "INSERT INTO turnout (school_id, election_id, hour, signed_in)"
        " SELECT school_id, election_id, signed_in_hour, count(*) FROM sign_in"
        " WHERE signed_in_hour IS NOT NULL GROUP BY school_id, election_id, signed_in_hour"
    )
    used = _BEFORE.c.signed_in_hour.is_not(None).label("used")
    query = sa.select(*(_BEFORE.c[name] for name in _KEPT), used)
    query = query.order_by(_BEFORE.c.sign_in_number, _BEFORE.c.election_id)
    rows = [dict(row) for row in op.get_bind().execute(query).mappings()]
    op.drop_table("sign_in")
    op.bulk_insert(_make_sign_ins(), rows)


def _make_sign_ins() -> sa.Table:
    return op.create_table(
        "sign_in",
        *_of_election(),
        sa.Column("sign_in_number", sa.String(length=32), nullable=False),
        sa.Column("elector", sa.Integer(), nullable=False),
        sa.Column("pin_mac", sa.LargeBinary(), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        _tie("sign_in"),
        sa.PrimaryKeyConstraint("election_id", "sign_in_number", name="pk_sign_in"),
        sa.UniqueConstraint("election_id", "elector", name="uq_sign_in_election_id_elector"),
        sqlite_with_rowid=False,
    )


def _of_election() -> tuple[sa.Column[int], sa.Column[int]]:
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
