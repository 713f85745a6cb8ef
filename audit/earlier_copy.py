# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether an earlier copy agrees with itself, and what of it the server signed. §17.3.

Whoever keeps a copy may have damaged or altered it. Only what the sealed keys signed is shown by
the copy to have been published; the rest is one person's file against another's.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.board import Board, read_board
from audit.cosignatures import cosigned_at, stamp_key
from audit.covering import covering
from audit.journal import Journal, decode_journal
from audit.record import CHECKPOINTS, JOURNAL, Record
from audit.server import Server
from audit.shortened import Signed
from audit.tree import HASH_BYTES, earlier_roots
from audit.words import Malformed, Text, Unreadable, Unsupported


@dataclass(frozen=True, slots=True)
class State:
    """A record, and its two logs as they can be read: the journal only if it was given."""

    record: Record
    board: Board
    journal: Journal | None

    def leaves(self, log: str) -> bytes | bytearray | None:
        """The leaves of ``board`` or ``journal``, 32 bytes each, as far as it was given (§18.1)."""
        if log == "board":
            return self.board.leaves
        return None if self.journal is None else self.journal.leaves


def read_copy(record: Record) -> State:
    """The copy, after the checks C01, C02, C03 and C05 and the form of its journal (§19.1).

    Raises:
        Malformed: it contradicts itself, or is no archive.
    """
    try:
        with record.archive.open("rb") as file:
            board = read_board(file)
    except (Unreadable, Unsupported) as refusal:
        raise Malformed(*refusal.text) from refusal
    framing = board.framing
    found = (*framing.faults, *framing.name_faults, *board.chain.faults, *board.data_faults)
    journal = None if record.journal is None else decode_journal(record.journal)
    if journal is not None:
        found += tuple(fault.at(Text(JOURNAL, JOURNAL)) for fault in journal.faults)
    if found:
        raise Malformed(*found[0])
    return State(record, board, journal)


def signed_log(state: State, log: str, server: Server) -> Signed | None:
    """What the sealed key signed of ``board`` or ``journal`` as it stands; None without checkpoint.

    Raises:
        Malformed: a checkpoint that is not that of the log beside it (§18.4).
    """
    record, leaves = state.record, state.leaves(log)
    data = record.board_checkpoint if log == "board" else record.journal_checkpoint
    if data is None or leaves is None:
        return None
    key, size = server.log_key(log), len(leaves) // HASH_BYTES
    try:
        checkpoint = covering(data, key, size, earlier_roots(leaves, [size])[size])
    except Malformed as refusal:
        name = Text(CHECKPOINTS[log], CHECKPOINTS[log])
        raise Malformed(*refusal.text.at(name)) from refusal
    return Signed(size, cosigned_at(checkpoint, stamp_key(key)))
