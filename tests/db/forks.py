# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether everything that a server ever said of its logs fits together: no fork, no step back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from evote.board.leaves import read_leaves
from evote.board.published import find_published
from protocol.cosignatures import SeenCheckpoint, verify_seen
from protocol.merkle import TreeHasher
from protocol.promises import Promise, verify_promise
from protocol.server_binding import BOARD, JOURNAL
from tests.db.school import School


@dataclass
class Said:
    """Notes of both logs, and promises, in the order in which they were given out."""

    school: School
    notes: dict[str, list[bytes]] = field(default_factory=lambda: {BOARD: [], JOURNAL: []})
    promises: list[bytes] = field(default_factory=list)

    def hear(self, board: bytes, journal: bytes) -> None:
        self.notes[BOARD].append(board)
        self.notes[JOURNAL].append(journal)

    def look(self) -> None:
        """Hear what the database has now."""
        with self.school.database.read() as connection:
            now = find_published(connection, self.school.held())
        if now is not None:
            self.hear(now.board.note, now.journal.note)

    def check(self) -> int:
        """Fail on a fork, a step back or a broken promise; return how many trees were compared."""
        keys = self.school.publisher.keys(self.school.uuid)
        roots = {log: self._roots(log) for log in (BOARD, JOURNAL)}
        compared = 0
        for log, key in ((BOARD, keys.board), (JOURNAL, keys.journal)):
            seen = [verify_seen(note, key.verifier_key) for note in self.notes[log]]
            for each in seen:
                assert each.checkpoint.root == roots[log][each.checkpoint.size], (log, each)
            require_forward(seen)
            compared += len(seen)
        for note in self.promises:
            self._require_kept(verify_promise(note, keys.board.verifier_key))
        return compared

    def _roots(self, log: str) -> list[bytes]:
        """The root over the first entries that there are now, for every number of them."""
        hasher = TreeHasher()
        roots = [hasher.root()]
        with self.school.database.read() as connection:
            for leaf in read_leaves(connection, self.school.held(), log, 0):
                hasher.append_leaf(leaf)
                roots.append(hasher.root())
        return roots

    def _require_kept(self, promise: Promise) -> None:
        with self.school.database.read() as connection:
            leaves = list(read_leaves(connection, self.school.held(), BOARD, 0))
        assert leaves[promise.index].hex() == promise.event


def require_forward(seen: Iterable[SeenCheckpoint]) -> None:
    """Whatever is stamped later is as large: docs/protocol.md §21, ``rollback``."""
    by_stamp = sorted(seen, key=lambda each: (each.stamped_at or 0, each.checkpoint.size))
    sizes = [each.checkpoint.size for each in by_stamp]
    assert sizes == sorted(sizes)
