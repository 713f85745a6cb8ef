# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether each log of an earlier copy agrees with itself, and what of it was signed. §17.3.

Whoever keeps a copy may have damaged or altered it. Only what the sealed keys signed is shown by
the copy to have been published; the rest is one person's file against another's. Each log is read
by itself: a fault of one takes nothing from what the other shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.board import read_board
from audit.cosignatures import stamped_at
from audit.covering import covering_unstamped
from audit.journal import decode_journal
from audit.record import CHECKPOINTS, JOURNAL, Record
from audit.server import Server
from audit.shortened import Signed
from audit.tree import HASH_BYTES, earlier_roots
from audit.words import Malformed, Text, Unreadable, Unsupported


class OtherElection(Malformed):
    """The copy's archive is of another election: nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log of a record, as far as it was given.

    Args:
        record: whose it is.
        name: ``board`` or ``journal``.
        leaves: 32 bytes an event or entry (§18.1); None of a journal that was not given.
    """

    record: Record
    name: str
    leaves: bytes | bytearray | None

    @property
    def size(self) -> int:
        """The number of events or entries."""
        return len(self.leaves or b"") // HASH_BYTES


def read_copied(record: Record, log: str, election: bytes) -> Log:
    """One log of a copy: ``board`` after C01, C02, C03, C05, ``journal`` after its form (§19.1).

    Args:
        record: the copy.
        log: which of the two.
        election: the hash of the election that it is to be of, 32 bytes.

    Raises:
        OtherElection: the archive is sound, and of another one.
        Malformed: that file contradicts itself, or is none.
    """
    return _read_board(record, election) if log == "board" else _read_journal(record)


def _read_board(record: Record, election: bytes) -> Log:
    try:
        with record.archive.open("rb") as file:
            board = read_board(file)
    except (Unreadable, Unsupported) as refusal:
        raise Malformed(*refusal.text) from refusal
    framing = board.framing
    found = (*framing.faults, *framing.name_faults, *board.chain.faults, *board.data_faults)
    if found:
        raise Malformed(*found[0])
    theirs = board.setup_datum("election")
    if theirs is None:
        raise Malformed("pas d'élection (§10.2)", "no election (§10.2)")
    if theirs.digest != election:
        raise OtherElection("d'une autre élection (§17.3)", "of another election (§17.3)")
    return Log(record, "board", board.leaves)


def _read_journal(record: Record) -> Log:
    if record.journal is None:
        return Log(record, "journal", None)
    journal = decode_journal(record.journal)
    if journal.faults:
        raise Malformed(*journal.faults[0].at(_file(JOURNAL)))
    return Log(record, "journal", journal.leaves)


def signed_log(log: Log, server: Server | None) -> Signed | None:
    """What the sealed key signed of a log as it stands; None without checkpoint.

    A stamp that is not once there and true shows no time, and takes nothing from the signature.

    Args:
        log: of a record or a copy.
        server: whose keys the election seals; None of an election that seals none (§8.3).

    Raises:
        Malformed: a checkpoint that is not that of the log beside it (§18.4); a journal or a
            checkpoint beside an election that has none (§17.1).
    """
    record, leaves = log.record, log.leaves
    data = record.board_checkpoint if log.name == "board" else record.journal_checkpoint
    if server is None:
        _require_none(log, data)
    if server is None or data is None or leaves is None:
        return None
    key = server.log_key(log.name)
    root = earlier_roots(leaves, [log.size])[log.size]
    try:
        checkpoint = covering_unstamped(data, key, log.size, root)
    except Malformed as refusal:
        raise Malformed(*refusal.text.at(_file(CHECKPOINTS[log.name]))) from refusal
    return Signed(log.size, stamped_at(checkpoint, key))


def _require_none(log: Log, checkpoint: bytes | None) -> None:
    """Neither journal nor checkpoint is beside an election without a server's keys (§17.1)."""
    surplus = checkpoint is not None or (log.name == "journal" and log.leaves is not None)
    if surplus:
        none = Text("cette élection n'en a pas (§17.1)", "this election has none (§17.1)")
        raise Malformed(*none.at(_file(JOURNAL if checkpoint is None else CHECKPOINTS[log.name])))


def _file(name: str) -> Text:
    return Text(name, name)
