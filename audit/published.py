# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a record or an archive shows of a server's board, to judge receipts and promises by. §20.3.

Only as much of it is verified as that needs: its bytes and its chain, its election, and that its
checkpoint, if it has one, is signed and covers it. The ballots' proofs are for ``verify``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from audit.archive import read_exactly
from audit.binding import decode_binding
from audit.board import Board, read_board
from audit.cosignatures import cosigned_at, stamp_key
from audit.election import Election, decode_election
from audit.notes import VerifierKey, decode_checkpoint
from audit.record import Record, open_record
from audit.server import Server
from audit.trackers import tracker_of
from audit.tree import HASH_BYTES, earlier_roots
from audit.words import Malformed, Text, Unreadable

_VERIFY = Text(
    "vérifiez ce dossier : evote-audit verify DOSSIER",
    "verify this record: evote-audit verify RECORD --lang en",
)
_NO_SERVER = Text(
    "cette élection ne s'est pas tenue sur un serveur : elle n'a ni reçus ni promesses",
    "this election was not held on a server: it has neither receipts nor promises",
)
_FAULTY = Text("le dossier donné n'est pas en règle", "the record given is not in order")


@dataclass(frozen=True, slots=True)
class Published:
    """A board as a record shows it.

    Args:
        file: the archive, open.
        board: what one pass over it showed, without a fault of C01 to C05.
        election: and its server's keys.
        server: what version 2 of the bindings adds.
        closes_at: the sealed closing time, in seconds since 1970 UTC.
        signed: whether the record's own checkpoint is signed by the server and covers all of it.
        stamp: the time of that checkpoint, in seconds since 1970 UTC; None without one.
    """

    file: BinaryIO
    board: Board
    election: Election
    server: Server
    closes_at: int
    signed: bool
    stamp: int | None

    @property
    def key(self) -> VerifierKey:
        """The board's."""
        return self.server.board_key

    @property
    def size(self) -> int:
        """How many events there are."""
        return self.board.events

    @property
    def end(self) -> int | None:
        """The place of ``EndBallots``, from which on there is no ballot; None without it."""
        return None if self.board.end is None else self.board.end.position

    def leaf(self, index: int) -> bytes | None:
        """The leaf of the event at this place; None beyond the last."""
        if not 0 <= index < self.size:
            return None
        return bytes(self.board.leaves[HASH_BYTES * index : HASH_BYTES * (index + 1)])

    def root(self, size: int) -> bytes | None:
        """The root of the first so many events; None if there are fewer."""
        return earlier_roots(self.board.leaves, [size]).get(size)

    def ballot(self, index: int) -> tuple[str, str | None] | None:
        """The hash and the tracker of the ballot at this place; None where there is no ballot."""
        ballots = self.board.ballots
        number = bisect_left(ballots.heights, index)
        if number == len(ballots) or ballots.heights[number] != index:
            return None
        datum = ballots.datum(number)
        return datum.name, tracker_of(read_exactly(self.file, datum))


@contextmanager
def open_published(path: Path) -> Iterator[Published]:
    """The board of the record, archive or zip at ``path``, for as long as the context lasts.

    Raises:
        Unreadable: nothing to read, a record that is not in order, or an election without server.
        Unsupported: a group, version or question that is not known.
    """
    with open_record(path) as record, record.archive.open("rb") as file:
        board = read_board(file)
        datum = board.setup_datum("election")
        if not board.whole or datum is None:
            raise Unreadable(*_FAULTY, _VERIFY)
        try:
            election, evote = decode_election(read_exactly(file, datum), strict=True)
            binding = None if evote is None else decode_binding(evote, election.uuid)
            if binding is None or binding.server is None:
                raise Unreadable(*_NO_SERVER, _VERIFY)
            server, closes_at = binding.server, binding.hours.closes_at
            signed, stamp = _checkpoint(record, board, server.board_key)
        except Malformed as refusal:
            raise Unreadable(*refusal.text.at(_FAULTY), _VERIFY) from refusal
        yield Published(file, board, election, server, closes_at, signed, stamp)


def _checkpoint(record: Record, board: Board, key: VerifierKey) -> tuple[bool, int | None]:
    """Whether the record's checkpoint signs all of the board, and its stamp (§18.4)."""
    if record.board_checkpoint is None:
        return False, None
    checkpoint = decode_checkpoint(record.board_checkpoint)
    covered = (checkpoint.size, checkpoint.root)
    root = earlier_roots(board.leaves, [board.events])[board.events]
    own = checkpoint.origin == key.name and checkpoint.signed_by(key)
    if not own or covered != (board.events, root):
        raise Malformed(
            "son point de contrôle n'est pas le sien (§18.4)", "its checkpoint is another's (§18.4)"
        )
    return True, cosigned_at(checkpoint, stamp_key(key))
