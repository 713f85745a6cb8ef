# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether what the server signed is what it gives, and what it signed before. §18.3, §18.5, §21.

A checkpoint is compared with the entries that came in. Where they differ, the whole log is asked
for once more, then its tiles, so that a fork can be told from a wrong answer, and be proved. Where
the log is not given the tiles are asked all the same.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.evidence_kinds import fork_proof
from audit.tree import HASH_BYTES, earlier_roots
from audit.watching import sentences
from audit.watching.agents import AGENTS, PLAIN, Agent
from audit.watching.alarms import Alarms, magnitude
from audit.watching.comparing import Comparer
from audit.watching.copy import Copy
from audit.watching.followed import Log
from audit.watching.signed import Seen
from audit.watching.site import Away, Stopped
from audit.watching.tiles import Tiles

CACHED_SECONDS = 30  # an answer older than what was seen so long ago came from no cache
TRIES = 3
TRY_SECONDS = 2


class Judge:
    """Of one log.

    Args:
        log: what is followed.
        tiles: another way to its entries.
        comparer: of what was signed of it.
        alarms: what is said.
        pause: wait so many seconds.
    """

    def __init__(
        self,
        log: Log,
        tiles: Tiles,
        comparer: Comparer,
        alarms: Alarms,
        pause: Callable[[float], None],
    ) -> None:
        self._log = log
        self._tiles = tiles
        self._comparer = comparer
        self._alarms = alarms
        self._pause = pause

    def judge(self, seen: Seen, agent: Agent = PLAIN) -> None:
        """Judge one checkpoint, unless it was judged.

        Raises:
            Away: what it needs could not be had; it is judged another time.
        """
        if seen.judged:
            if seen.good:
                self._backwards(seen)
            return
        log = self._log
        for attempt in range(TRIES):
            if seen.size <= log.copy.size:
                break
            if attempt:
                self._pause(TRY_SECONDS)
            try:
                log.fetch(agent)
            except Away:
                if not self._forked_by_tiles(seen):
                    raise
                return
        if seen.size <= log.copy.size and log.copy.root(seen.size) == seen.root:
            log.accept(seen)
            self._backwards(seen)
            return
        self.differs(seen)
        seen.judged = True

    # ------------------------------------------------------------ of the log, but older

    def _backwards(self, seen: Seen) -> None:
        """Less than was seen: rolled back, or an old answer."""
        log, best = self._log, self._log.best
        if best is None or seen.size >= best.size:
            return
        before = self._earlier_but_larger(seen)
        if before is None and any(
            each.good and each.size > seen.size and seen.shown_at - each.at > CACHED_SECONDS
            for each in log.seen
        ):
            text = sentences.old_again(log.name, best.size, seen.size)
            key = f"{log.name} {seen.size} {magnitude(best.size - seen.size)}"
            self._alarms.sound("old-again", text, key)

    def _earlier_but_larger(self, seen: Seen) -> Seen | None:
        if seen.stamp is None:
            return None
        return next(
            (
                each
                for each in reversed(self._log.seen)
                if each.size > seen.size and each.stamp is not None and each.stamp < seen.stamp
            ),
            None,
        )

    # ------------------------------------------------------------ not of the log

    def differs(self, seen: Seen) -> None:
        """Sound what follows from a checkpoint that is not of the log that came in."""
        log, best = self._log, self._log.best
        if best is not None and seen.size <= best.size:
            if not self._alarms.forked(log.name, seen.size, seen.root):
                self._fork(seen, best, log.copy)
        elif not self._alarms.any_of("fork", log.name):  # whose log is followed no more
            self._investigate(seen, best)

    def _fork(self, first: Seen, second: Seen, of_second: Copy | bytes) -> None:
        leaves = of_second if isinstance(of_second, bytes) else of_second.leaves
        self._comparer.fork(first, second, fork_proof(leaves, first.size, second.size))

    def _investigate(self, seen: Seen, best: Seen | None) -> None:
        """A larger checkpoint, of another log or of other entries than came in."""
        log = self._log
        try:
            whole = log.refetch(PLAIN)
        except Away:
            if not self._forked_by_tiles(seen):
                raise
            return
        if whole.size >= seen.size and whole.root(seen.size) == seen.root:
            if best is not None and whole.root(best.size) != best.root:
                self._fork(best, seen, whole)
            else:
                self._first_answer_was_wrong(seen, whole)
            return
        leaves = self._leaves_of_tiles(seen)
        if self._shows_fork(seen, leaves):
            return
        index = self._place(seen, whole, leaves)
        if index == whole.lost_at and self._is_signed_so(whole, index, leaves):
            self._garbled(whole, index)
        else:
            self._unlike(seen, whole, index)

    def _forked_by_tiles(self, seen: Seen) -> bool:
        """Whether the tiles alone prove a fork, where the log itself is not given."""
        log = self._log
        if log.best is None or seen.size <= log.best.size:
            return False  # what is kept judges it
        if self._alarms.any_of("fork", log.name):
            return False  # whose log is followed no more
        seen.judged = self._shows_fork(seen, self._leaves_of_tiles(seen))
        return seen.judged

    def _shows_fork(self, seen: Seen, leaves: bytes | None) -> bool:
        """Whether these leaves, which were signed, are not those of what was signed before."""
        best = self._log.best
        if leaves is None or best is None or _root(leaves, best.size) == best.root:
            return False
        self._fork(best, seen, leaves)
        return True

    def _is_signed_so(self, whole: Copy, index: int, leaves: bytes | None) -> bool:
        """Whether the entry that cannot be read is the one that was signed."""
        log, best = self._log, self._log.best
        if index >= whole.size:
            return False
        if best is not None and index < best.size:
            return log.copy.leaf(index) == whole.leaf(index)
        known = leaves and leaves[HASH_BYTES * index : HASH_BYTES * (index + 1)]
        return known == whole.leaf(index)

    def _garbled(self, whole: Copy, index: int) -> None:
        """It signed something that is no entry, so nothing after it is followed."""
        name = self._log.name
        why = next(text for place, text in whole.faults if place == index)
        text = sentences.out_of_order(name, index, why)
        self._alarms.sound("out-of-order", text, f"{name} {index}")

    def _first_answer_was_wrong(self, seen: Seen, whole: Copy) -> None:
        """Asked once more it gives what it signed: what came in before was another."""
        log = self._log
        index = next(
            (
                index
                for index in range(min(log.copy.size, seen.size))
                if whole.leaf(index) != log.copy.leaf(index)
            ),
            min(log.copy.size, seen.size - 1),
        )
        entry = log.copy.fresh.get(index, b"")
        self._sound_unlike(seen, index, entry)
        log.drop_pending()

    def _leaves_of_tiles(self, seen: Seen) -> bytes | None:
        """All leaves as the tiles have them for somebody, if they are what was signed."""
        for agent in AGENTS:
            try:
                leaves = self._tiles.leaves(seen.size, agent)
            except Stopped:
                raise  # the tiles may prove more, another time
            except Away:
                continue
            if _root(leaves, seen.size) == seen.root:
                return leaves
        return None

    def _place(self, seen: Seen, whole: Copy, leaves: bytes | None) -> int:
        """The first entry that differs, as well as it can be known."""
        log = self._log
        for index in range(min(whole.size, seen.size)):
            known = log.copy.leaf(index) if index < log.kept else None
            if leaves is not None:
                known = leaves[HASH_BYTES * index : HASH_BYTES * (index + 1)]
            if known is not None and whole.leaf(index) != known:
                return index
        if whole.lost_at is not None:
            return min(whole.lost_at, seen.size - 1)
        return whole.size if whole.size < seen.size else min(log.kept, seen.size - 1)

    def _unlike(self, seen: Seen, whole: Copy, index: int) -> None:
        entry = whole.fresh.get(index) or self._log.copy.fresh.get(index, b"")
        self._sound_unlike(seen, index, entry if index < whole.size else b"")
        self._log.drop_pending()

    def _sound_unlike(self, seen: Seen, index: int, entry: bytes) -> None:
        name = self._log.name
        members = {
            "log": name,
            "checkpoint": seen.text,
            "index": index,
            "entry": entry.decode("utf-8", "replace"),
        }
        self._alarms.sound(
            "unlike-checkpoint", sentences.unlike(name, index), f"{name} {index}", members
        )

    # ------------------------------------------------------------ entries seen elsewhere

    def log_elsewhere(self, whole: Copy) -> bool:
        """The server gave these entries for those that were kept; whether one is another."""
        log = self._log
        for index in range(log.kept):
            if index >= whole.size:
                self.entry_elsewhere(index, b"")
                return True
            if whole.leaf(index) != log.copy.leaf(index):
                self.entry_elsewhere(index, whole.fresh.get(index, b""))
                return True
        return False

    def entry_elsewhere(self, index: int, entry: bytes) -> None:
        """The server gave this entry, elsewhere, in the place of the one that it signed."""
        best = self._log.best
        if best is not None and index < best.size:
            self._sound_unlike(best, index, entry)


def _root(leaves: bytes, size: int) -> bytes | None:
    return earlier_roots(leaves, [size]).get(size)
