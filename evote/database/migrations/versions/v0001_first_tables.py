# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first tables: school, election and journal; the board's side; the roll's side."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of docs/adr/0010 and 0011."""
    _common()
    _of_the_board()
    _of_the_roll()


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


def _common() -> None:
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uai", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school"),
        sa.UniqueConstraint("uai", name="uq_school_uai"),
    )
    op.create_table(
        "election",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("archive_timestamp", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("setup_signatures", sa.LargeBinary(), nullable=True),
        sa.Column("head_height", sa.BigInteger(), nullable=True),
        sa.Column("head_hash", sa.String(length=64), nullable=True),
        sa.Column("head_kind", sa.String(length=24), nullable=True),
        sa.Column("journal_height", sa.BigInteger(), nullable=True),
        sa.Column("journal_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_election_school"),
        sa.PrimaryKeyConstraint("id", name="pk_election"),
        sa.UniqueConstraint("school_id", "id", name="uq_election_school_id_id"),
        sa.UniqueConstraint("uuid", name="uq_election_uuid"),
    )
    op.create_table(
        "journal_entry",
        *_of_election(),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("board_height", sa.BigInteger(), nullable=True),
        sa.Column("board_hash", sa.String(length=64), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        _tie("journal_entry"),
        sa.PrimaryKeyConstraint("election_id", "height", name="pk_journal_entry"),
    )


def _of_the_board() -> None:
    op.create_table(
        "ballot_alpha",
        *_of_election(),
        sa.Column("alpha", sa.String(length=64), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        _tie("ballot_alpha"),
        sa.PrimaryKeyConstraint("election_id", "alpha", name="pk_ballot_alpha"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_index",
        *_of_election(),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("credential", sa.String(length=64), nullable=False),
        sa.Column("ballot_hash", sa.String(length=64), nullable=False),
        sa.Column("tracker", sa.String(length=24), nullable=False),
        _tie("ballot_index"),
        sa.PrimaryKeyConstraint("election_id", "height", name="pk_ballot_index"),
        sa.UniqueConstraint(
            "election_id", "ballot_hash", name="uq_ballot_index_election_id_ballot_hash"
        ),
        sa.UniqueConstraint(
            "election_id", "credential", name="uq_ballot_index_election_id_credential"
        ),
    )
    op.create_index(
        "ix_ballot_index_election_id_tracker",
        "ballot_index",
        ["election_id", "tracker"],
        unique=False,
    )
    op.create_table(
        "board_data",
        *_of_election(),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _tie("board_data"),
        sa.PrimaryKeyConstraint("election_id", "height", "ordinal", name="pk_board_data"),
    )
    op.create_table(
        "board_event",
        *_of_election(),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        _tie("board_event"),
        sa.PrimaryKeyConstraint("election_id", "height", name="pk_board_event"),
    )
    op.create_table(
        "revoked_credential",
        *_of_election(),
        sa.Column("credential", sa.String(length=64), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        _tie("revoked_credential"),
        sa.PrimaryKeyConstraint("election_id", "credential", name="pk_revoked_credential"),
        sqlite_with_rowid=False,
    )


def _of_the_roll() -> None:
    op.create_table(
        "elector",
        *_of_election(),
        sa.Column("elector", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _tie("elector"),
        sa.PrimaryKeyConstraint("election_id", "elector", name="pk_elector"),
    )
    op.create_table(
        "outbox",
        *_of_election(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("elector", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        _tie("outbox"),
        sa.PrimaryKeyConstraint("election_id", "number", name="pk_outbox"),
    )
    op.create_table(
        "pin_watch",
        *_of_election(),
        sa.Column("ceiling", sa.Integer(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("unknown_codes", sa.Integer(), nullable=False),
        _tie("pin_watch"),
        sa.PrimaryKeyConstraint("election_id", name="pk_pin_watch"),
    )
    op.create_table(
        "roll_seal",
        *_of_election(),
        sa.Column("sealed_salt", sa.LargeBinary(), nullable=False),
        _tie("roll_seal"),
        sa.PrimaryKeyConstraint("election_id", name="pk_roll_seal"),
    )
    op.create_table(
        "sign_in",
        *_of_election(),
        sa.Column("sign_in_number", sa.String(length=32), nullable=False),
        sa.Column("elector", sa.Integer(), nullable=False),
        sa.Column("pin_mac", sa.LargeBinary(), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("signed_in_hour", sa.BigInteger(), nullable=True),
        _tie("sign_in"),
        sa.PrimaryKeyConstraint("election_id", "sign_in_number", name="pk_sign_in"),
        sa.UniqueConstraint("election_id", "elector", name="uq_sign_in_election_id_elector"),
        sqlite_with_rowid=False,
    )
