# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was kept is asked for again and again, in parts, so that a rewriting of the past is seen.

A small log is read again whole in every round; of a larger one a part, so that the whole is read
again about once an hour. The entries that are new are compared with the tiles.
"""

from __future__ import annotations

from audit.tree import HASH_BYTES, leaf_hash
from audit.watching import sentences, sentences_of_files
from audit.watching.agents import PHONE
from audit.watching.alarms import Alarms
from audit.watching.followed import Log
from audit.watching.judging import Judge
from audit.watching.site import Away, Site
from audit.watching.store import Store
from audit.watching.tiles import WIDTH, Tiles
from audit.watching.withholding import Withholding

PART = 2**18
ROUNDS_AN_HOUR = 60
TILES_A_ROUND = 8


class Rereader:
    """Of one log.

    Args:
        log: what is followed.
        store: what was kept of it.
        site: whence it comes.
        tiles: another way to its entries.
        judge: to whom entries are shown that differ.
        alarms: what is said.
        withholding: what is said of what is not given.
    """

    def __init__(
        self,
        log: Log,
        store: Store,
        site: Site,
        tiles: Tiles,
        judge: Judge,
        alarms: Alarms,
        withholding: Withholding,
    ) -> None:
        self._log = log
        self._store = store
        self._site = site
        self._tiles = tiles
        self._judge = judge
        self._alarms = alarms
        self._withholding = withholding
        self._from = 0  # the byte at which the next part begins
        self._compared = 0  # entries, with the tiles
        self._older = 0

    def read_again(self) -> None:
        """One part of what was kept.

        Raises:
            Away: it could not be had.
        """
        log = self._log
        if not log.kept_bytes:
            return
        length = max(PART, log.kept_bytes // ROUNDS_AN_HOUR + 1)
        start = self._from if self._from < log.kept_bytes else 0
        name = f"reading {log.name}"
        try:
            at = self._first_difference(start, min(length, log.kept_bytes - start))
        except Away as refusal:  # the same part is asked for again
            self._withholding.refused(name, sentences_of_files.second_reading(log.name), refusal)
            raise
        self._withholding.given(name)
        self._from = start + length
        if at is not None:
            self._differs(at)

    def _first_difference(self, start: int, length: int) -> int | None:
        """The first byte that is another now; None if there is none."""
        ours = b""
        kept = self._store.read(self._log.name, start)
        done = 0
        with self._site.get(self._log.path, PHONE, start) as given:
            skip = start - given.start
            for chunk in given.chunks or ():
                data, skip = chunk[max(0, skip) :], max(0, skip - len(chunk))
                data = data[: length - done]
                while len(ours) < len(data) and (more := next(kept, b"")):
                    ours += more
                if ours[: len(data)] != data:
                    return start + done + _common(ours, data)
                ours, done = ours[len(data) :], done + len(data)
                if done == length:
                    return None
        return start + done  # it ends before what it gave

    def _differs(self, at: int) -> None:
        """Look for an entry that is another now, which is evidence; else the bytes alone are.

        Raises:
            Unusable: what differs is what this machine's disk gives back, from what was kept.
        """
        log = self._log
        log.require_whole()
        try:
            whole = log.refetch(PHONE)
        except Away:
            self._rewritten(at)
            raise
        for index in range(log.kept):
            if index >= whole.size:
                self._judge.entry_elsewhere(index, b"")
                return
            if whole.leaf(index) != log.copy.leaf(index):
                self._judge.entry_elsewhere(index, whole.fresh.get(index, b""))
                return
        self._rewritten(at)

    def _rewritten(self, at: int) -> None:
        name = self._log.name
        self._alarms.sound("rewritten", sentences.rewritten(name, at), f"{name} {at}")

    def compare_tiles(self) -> list[Away]:
        """Those that were not given, those that have grown, one older one; what was not to be had.

        One that is not given is asked for again in each round, and keeps none of the others back.
        """
        size = self._log.kept
        tiles = -(-size // WIDTH)
        if not tiles:
            return []
        first = min(self._compared // WIDTH, tiles - 1)
        self._older = (self._older + 1) % tiles
        lacking = self._withholding.lacking(self._name)[:TILES_A_ROUND]
        wanted = [int(name) for name in lacking if name.isdecimal()]
        wanted += range(first, tiles)[:TILES_A_ROUND]
        away = []
        for number in dict.fromkeys((*wanted, min(self._older, first))):
            if number >= tiles:
                continue
            try:
                self._compare_tile(number, size)
            except Away as refusal:
                away.append(refusal)
                what = sentences_of_files.tile(self._log.name, number)
                if not self._withholding.refused(f"{self._name}{number}", what, refusal):
                    break
            else:
                self._withholding.given(f"{self._name}{number}")
            if number * WIDTH <= self._compared:
                self._compared = max(self._compared, min(size, (number + 1) * WIDTH))
        return away

    @property
    def _name(self) -> str:
        return f"tile {self._log.name} "

    def _compare_tile(self, number: int, size: int) -> None:
        log, first = self._log, number * WIDTH
        for index, entry in enumerate(self._tiles.entries(number, size), first):
            if leaf_hash(entry) != log.copy.leaf(index):
                self._judge.entry_elsewhere(index, entry)
                return
        last = min(size, first + WIDTH)
        if (
            self._tiles.hashes(number, size)
            != log.copy.leaves[HASH_BYTES * first : HASH_BYTES * last]
        ):
            self._alarms.sound(
                "rewritten", sentences.tile_differs(log.name, number), f"{log.name} tile {number}"
            )


def _common(ours: bytes, data: bytes) -> int:
    """How many bytes are the same at the start of both."""
    return next(
        (at for at, (a, b) in enumerate(zip(ours, data, strict=False)) if a != b), len(ours)
    )
