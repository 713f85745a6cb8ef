# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the journal amended of what is sealed: the booth's files and the hours. §19.3, §19.4."""

from __future__ import annotations

from audit.binding import Hours
from audit.checks.c29_members import answered_for
from audit.journal import AMENDMENTS, Entry
from audit.watching.copies import BoardCopy, JournalCopy
from audit.watching.telling import committee


class Amendments:
    """Of one election; whether members signed one is verified once."""

    def __init__(self) -> None:
        self._verified: dict[int, bool] = {}  # by their entry's index

    def in_order(self, board: BoardCopy, journal: JournalCopy, size: int) -> list[Entry]:
        """Among the first so many entries, the next amendment each, and signed.

        One that is told a second time has a number that is over, and amends nothing.
        """
        found: list[Entry] = []
        for entry in journal.of_kind(*AMENDMENTS, size=size):
            if entry.body["amendment"] == len(found) + 1 and self._is_signed(board, entry):
                found.append(entry)
        return found

    def hours(self, board: BoardCopy, journal: JournalCopy, size: int) -> Hours | None:
        """The hours in force (§19.3); None before the set-up is known."""
        if board.binding is None:
            return None
        hours = board.binding.hours
        for entry in self.in_order(board, journal, size):
            if entry.kind == "hours-changed":
                told = (entry.body[name] for name in ("opens_at", "closes_at", "grace_seconds"))
                hours = Hours(*told)
        return hours

    def _is_signed(self, board: BoardCopy, entry: Entry) -> bool:
        """Whether at least t members signed it, and nobody falsely (§19.4)."""
        if entry.index not in self._verified:
            self._verified[entry.index] = _answered_for(board, entry)
        return self._verified[entry.index]


def _answered_for(board: BoardCopy, entry: Entry) -> bool:
    item = committee(board)
    if item is None or board.election is None:
        return False
    return not answered_for(board.election, item, entry)[1]
