# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes the record: board and journal of one step, together. docs/protocol.md §18.4, §18.7.

Only what a signed and stamped checkpoint of each log covers; so the record is one that the verifier
takes at any time.
"""

from __future__ import annotations

from collections.abc import Iterator

from audit.board import Posted
from audit.journal import Entry
from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.copies import BoardCopy, JournalCopy
from audit.watching.followed import Log
from audit.watching.signed import Seen
from audit.watching.store import LOGS, Store
from audit.watching.telling import Telling
from audit.words import Text

_TOLD = (("end", "closed"), ("result", "tallied"))


class Keeper:
    """Puts what is sure into the store.

    Args:
        store: where the record is.
        logs: by name.
        alarms: what the server signed is not always in order.
    """

    def __init__(self, store: Store, logs: dict[str, Log], alarms: Alarms) -> None:
        self._store = store
        self._logs = logs
        self._alarms = alarms
        self.pair: dict[str, Seen] = {}
        self._looked = dict.fromkeys(LOGS, 0)  # entries, since this program was started
        self._at_fault = False
        self._telling: Telling | None = None

    @property
    def board(self) -> BoardCopy:
        """The board that is followed."""
        copy = self._logs["board"].copy
        assert isinstance(copy, BoardCopy)  # noqa: S101 (of which kind a log is does not change)
        return copy

    @property
    def journal(self) -> JournalCopy:
        """The journal that is followed."""
        copy = self._logs["journal"].copy
        assert isinstance(copy, JournalCopy)  # noqa: S101
        return copy

    def kept(self, log: str) -> int:
        """How many entries of a log are kept."""
        return self._logs[log].kept

    def smallest_after(self, time: int) -> int | None:
        """The smallest size of the board that was signed with a stamp later than this."""
        seen = self._logs["board"].seen
        sizes = (each.size for each in seen if each.good and (each.stamp or 0) > time)
        return min(sizes, default=None)

    @property
    def in_order(self) -> bool:
        """Whether all that is kept was looked through since the start, and nothing was wrong."""
        return not self._at_fault and all(
            self._looked[name] == log.kept for name, log in self._logs.items()
        )

    def keep(self, candidates: dict[str, list[Seen]]) -> bool:
        """Keep the latest step of which both checkpoints were seen in this round; is there one."""
        for log in self._logs.values():
            self._look_through(log)  # what was kept before this program was started
        pair = self._latest(candidates)
        if pair is None:
            return False
        if not self._is_more(pair):
            self._show(pair)
            return True
        for log in self._logs.values():
            log.write(pair[log.name])
            log.keep(pair[log.name].size)
        sizes = {name: log.copy.length(pair[name].size) for name, log in self._logs.items()}
        self._store.note(
            kept=[pair[name].number for name in LOGS],
            bytes=[sizes[name] for name in LOGS],
            sums=[log.copy.sum(pair[name].size) for name, log in self._logs.items()],
        )
        self._show(pair)
        for log in self._logs.values():
            log.kept_now(pair[log.name].size)
        for log in self._logs.values():
            self._look_through(log)
        return True

    def _is_more(self, pair: dict[str, Seen]) -> bool:
        """Whether the diary has to say so: not of the same, nor of a later stamp without room."""
        if all(pair[name].size == log.kept for name, log in self._logs.items()):
            return pair != self.pair and all(each.number is not None for each in pair.values())
        return True

    def require_whole(self) -> None:
        """What is kept is what was kept; its checkpoints, which the diary has, are put there again.

        Raises:
            Unusable: the disk gives back something else.
        """
        for log in self._logs.values():
            log.require_whole()
        self._show(self.pair)

    def resume(self, pair: dict[str, Seen]) -> None:
        """Go on from what the diary says; the record may lack the last checkpoints."""
        self._show(pair)

    def _show(self, pair: dict[str, Seen]) -> None:
        self._store.show({name: seen.text for name, seen in pair.items()})
        self.pair = pair

    def _latest(self, candidates: dict[str, list[Seen]]) -> dict[str, Seen] | None:
        pairs = [
            {"board": board, "journal": journal}
            for board in candidates["board"]
            for journal in candidates["journal"]
            if self._is_step(board, journal)
        ]
        return max(
            pairs,
            key=lambda pair: (pair["board"].stamp or 0, pair["board"].size, pair["journal"].size),
            default=None,
        )

    def _is_step(self, board: Seen, journal: Seen) -> bool:
        """Both are sure, of one step, and not before what was kept."""
        if not (board.good and journal.good) or board.stamp is None:
            return False
        if board.stamp != journal.stamp:
            return False
        if self.pair and board.stamp < (self.pair["board"].stamp or 0):
            return False
        if board.size < self._logs["board"].kept or journal.size < self._logs["journal"].kept:
            return False
        return self._agree(board.size, journal.size)

    def _agree(self, events: int, entries: int) -> bool:
        """Two steps of one second have one stamp: what the one log has, the other tells (§19.3)."""
        copy, told = self.board, self.journal
        last = told.entries[entries - 1] if entries else None
        if last is not None and last.size > events:
            return False
        for place, kind in _TOLD:
            there: Posted | None = getattr(copy, place)
            if (
                there is not None
                and there.position < events
                and not told.of_kind(kind, size=entries)
            ):
                return False
        return True

    # ------------------------------------------------------------ what is not in order

    def _look_through(self, log: Log) -> None:
        """Sound what is wrong in what was signed and was not looked through since the start."""
        before, self._looked[log.name] = self._looked[log.name], log.kept
        found = [each for each in log.copy.faults if before <= each[0] < log.kept]
        if log.name == "journal":
            found += self._of_journal(before, log.kept)
        self._at_fault = self._at_fault or bool(found)
        for index, why in found:
            key = f"{log.name} {index}"
            if not self._alarms.known("out-of-order", key):
                text = sentences.out_of_order(log.name, index, why)
                self._alarms.sound("out-of-order", text, key)
                return  # one is enough: the verifier lists all

    def _of_journal(self, before: int, kept: int) -> Iterator[tuple[int, Text]]:
        entries = self.journal.entries
        if before >= kept:
            return  # perhaps nobody knows yet whose story it is
        if self._telling is None:
            self._telling = Telling(self._logs)
        for index in range(before, kept):
            entry, last = entries[index], entries[index - 1] if index else None
            if entry is None:
                return
            for why in (*self._of_entry(index, entry, last), *self._telling.next(entry)):
                yield index, why

    def _of_entry(self, index: int, entry: Entry, last: Entry | None) -> Iterator[Text]:
        """As C27 has it: the next number, of this election, of the board as it was (§19.1)."""
        if entry.uuid != self._store.uuid or entry.index != index:
            yield Text("une autre entrée que la suivante (§19.1)", "not the next entry (§19.1)")
        if last is not None and (entry.at < last.at or entry.size < last.size):
            yield Text("avant celle qui la précède (§19.1)", "before the one before it (§19.1)")
        board = self.board
        if entry.size > board.size or board.root(entry.size).hex() != entry.root:
            yield Text("l'urne était autre (§19.2)", "the board was another (§19.2)")
