# SPDX-License-Identifier: AGPL-3.0-or-later
"""Schools, elections, the journal, what is published; nothing here names an elector or a ballot."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from evote.database.base import Base, OfElection, of_election


class SchoolRow(Base):
    """A school, by the number that the ministry gives it."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(primary_key=True)
    uai: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8))


class ElectionRow(Base):
    """An election: its state, its hours, and the last event of its board.

    What was sealed stands once, as the data of the board's first event. This row is also the lock:
    who changes anything of an election holds it. Hours and ``booth`` are those in force, amendments
    included (docs/protocol.md §19.3); ``server`` is the draft's ``server.json``: §17.4. The time in
    the archive's headers stands twice, for nothing that is hashed or signed repeats it: §10.3.
    """

    __tablename__ = "election"
    __table_args__ = (UniqueConstraint("school_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    uuid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    archive_timestamp: Mapped[int] = mapped_column(BigInteger)
    archive_timestamp_again: Mapped[int] = mapped_column(BigInteger)
    opens_at: Mapped[int] = mapped_column(BigInteger)
    closes_at: Mapped[int] = mapped_column(BigInteger)
    grace_seconds: Mapped[int]
    setup_signatures: Mapped[bytes | None] = mapped_column(LargeBinary)
    head_height: Mapped[int | None] = mapped_column(BigInteger)
    head_hash: Mapped[str | None] = mapped_column(String(64))
    head_kind: Mapped[str | None] = mapped_column(String(24))
    server: Mapped[bytes | None] = mapped_column(LargeBinary)
    booth: Mapped[bytes | None] = mapped_column(LargeBinary)


class JournalRow(Base, OfElection):
    """An entry of the journal, its exact bytes and their leaf hash: docs/protocol.md §18.1, §19."""

    __tablename__ = "journal_entry"
    __table_args__ = (of_election(),)

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    leaf: Mapped[str] = mapped_column(String(64))
    entry: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedRow(Base, OfElection):
    """What of a log is published, as its last step left it: docs/protocol.md §18.7, docs/adr/0015.

    ``hashes`` are the roots of its complete subtrees, largest first, joined. ``stamp`` is the time
    that was signed; ``stepped_at`` that of the step by the server's own clock, which may be less.
    """

    __tablename__ = "published_log"
    __table_args__ = (of_election(),)

    log: Mapped[str] = mapped_column(String(8), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    stamp: Mapped[int] = mapped_column(BigInteger)
    stepped_at: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[bytes] = mapped_column(LargeBinary)


class BackupRow(Base, OfElection):
    """When an election was last saved, with how many ballots, and whether it can come back so."""

    __tablename__ = "last_backup"
    __table_args__ = (of_election(),)

    made_at: Mapped[int] = mapped_column(BigInteger)
    ballots: Mapped[int] = mapped_column(BigInteger)
    is_whole: Mapped[bool] = mapped_column(default=True, server_default=true())
