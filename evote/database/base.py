# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all tables share: names of their constraints, and the school and election they are of."""

from sqlalchemy import ForeignKeyConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The tables of this program."""

    metadata = MetaData(naming_convention=NAMES)


class OfElection:
    """A table whose every row belongs to one election of one school."""

    school_id: Mapped[int] = mapped_column(sort_order=-2)
    election_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


def of_election() -> ForeignKeyConstraint:
    """Return the key that ties a row to its election and to that election's school."""
    return ForeignKeyConstraint(["school_id", "election_id"], ["election.school_id", "election.id"])
