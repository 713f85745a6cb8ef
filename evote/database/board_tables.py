# SPDX-License-Identifier: AGPL-3.0-or-later
"""The side of the board: what was cast, by which credential. Never imported by ``evote.roll``."""

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evote.database.base import Base, OfElection, of_election


class EventRow(Base, OfElection):
    """An event of the board, its exact bytes, their hash and their leaf: §10.1, §18.1."""

    __tablename__ = "board_event"
    __table_args__ = (of_election(),)

    height: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    hash: Mapped[str] = mapped_column(String(64))
    leaf: Mapped[str] = mapped_column(String(64))
    event: Mapped[bytes] = mapped_column(LargeBinary)


class DatumRow(Base, OfElection):
    """A datum that stands before an event in the archive: docs/protocol.md §10.2."""

    __tablename__ = "board_data"
    __table_args__ = (of_election(),)

    height: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class BallotRow(Base, OfElection):
    """What a ballot on the board is found by; a credential has one at most: §11.1."""

    __tablename__ = "ballot_index"
    __table_args__ = (
        UniqueConstraint("election_id", "credential"),
        UniqueConstraint("election_id", "ballot_hash"),
        Index(None, "election_id", "tracker"),
        of_election(),
    )

    height: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    credential: Mapped[str] = mapped_column(String(64))
    ballot_hash: Mapped[str] = mapped_column(String(64))
    tracker: Mapped[str] = mapped_column(String(24))


class AlphaRow(Base, OfElection):
    """The α of one choice of one ballot: none stands twice on a board: §11.1."""

    __tablename__ = "ballot_alpha"
    __table_args__ = (of_election(), {"sqlite_with_rowid": False})

    alpha: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(BigInteger)


class RevokedRow(Base, OfElection):
    """A credential that was replaced by a reserve before anybody used it."""

    __tablename__ = "revoked_credential"
    __table_args__ = (of_election(), {"sqlite_with_rowid": False})

    credential: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(BigInteger)


class DecryptionRow(Base, OfElection):
    """A member's decryption message, verified when it came; counted when t are there: §17.4."""

    __tablename__ = "decryption"
    __table_args__ = (of_election(),)

    trustee: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[bytes] = mapped_column(LargeBinary)
