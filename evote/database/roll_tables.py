# SPDX-License-Identifier: AGPL-3.0-or-later
"""The side of the roll: who may vote, who signed in. Never imported by ``evote.board``."""

from sqlalchemy import BigInteger, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evote.database.base import Base, OfElection, of_election


class RollSealRow(Base, OfElection):
    """The salt of the roll's commitment (docs/protocol.md §13.6), under the election's key."""

    __tablename__ = "roll_seal"
    __table_args__ = (of_election(),)

    sealed_salt: Mapped[bytes] = mapped_column(LargeBinary)


class ElectorRow(Base, OfElection):
    """An elector by number; name and addresses are under the election's key."""

    __tablename__ = "elector"
    __table_args__ = (of_election(),)

    elector: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SignInRow(Base, OfElection):
    """What the roll knows of a code: §13.4; rewritten so that nothing joins it to a ballot.

    ``used`` says that a ballot was cast with it, and nothing says when; ``wrong_pins`` are those
    typed for this sign-in number since its PIN was made.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        UniqueConstraint("election_id", "elector"),
        of_election(),
        {"sqlite_with_rowid": False},
    )

    sign_in_number: Mapped[str] = mapped_column(String(32), primary_key=True)
    elector: Mapped[int]
    pin_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrong_pins: Mapped[int] = mapped_column(default=0)
    used: Mapped[bool] = mapped_column(default=False)


class TurnoutRow(Base, OfElection):
    """How many signed in within an hour: a count, so that no hour stands beside an elector."""

    __tablename__ = "turnout"
    __table_args__ = (of_election(),)

    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    signed_in: Mapped[int]


class RewritingRow(Base, OfElection):
    """When the sign-ins were last rewritten, and the log of before was dropped: docs/adr/0011."""

    __tablename__ = "last_rewriting"
    __table_args__ = (of_election(),)

    at: Mapped[int] = mapped_column(BigInteger)


class PinWatchRow(Base, OfElection):
    """How many PINs were wrong, and codes unknown, in the last hour in which any was.

    ``messages`` were posted ever: rows of the outbox vanish, their numbers do not return.
    """

    __tablename__ = "pin_watch"
    __table_args__ = (of_election(),)

    ceiling: Mapped[int]
    hour: Mapped[int] = mapped_column(BigInteger, default=0)
    wrong_pins: Mapped[int] = mapped_column(default=0)
    unknown_codes: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0, server_default="0")


class OutboxRow(Base, OfElection):
    """A message to an elector that has not been handed over yet, under the election's key."""

    __tablename__ = "outbox"
    __table_args__ = (of_election(),)

    number: Mapped[int] = mapped_column(primary_key=True)
    elector: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[int] = mapped_column(BigInteger, default=0)
