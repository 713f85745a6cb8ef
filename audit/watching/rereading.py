# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was kept is asked for again and again, in parts, so that a rewriting of the past is seen.

A small log is read again whole in every round; of a larger one a part, so that the whole is read
again about once an hour, and once an hour as a whole, since who asks for a part shows that it does
not ask as a browser. The entries that are new are compared with the tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from audit.tree import HASH_BYTES, leaf_hash
from audit.watching import sentences, sentences_of_files
from audit.watching.agents import Agent
from audit.watching.alarms import Alarms
from audit.watching.copy import Copy
from audit.watching.differing import first_difference
from audit.watching.followed import Log
from audit.watching.judging import Judge
from audit.watching.site import LONG_SECONDS, SHORT_SECONDS, Away, Site
from audit.watching.store import Store
from audit.watching.tiles import WIDTH, Tiles
from audit.watching.turns import ROUNDS_AN_HOUR, Turns
from audit.watching.withholding import Withholding

PART = 2**18
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
        turns: how far that has come.
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
        turns: Turns,
    ) -> None:
        self._log = log
        self._store = store
        self._site = site
        self._tiles = tiles
        self._judge = judge
        self._alarms = alarms
        self._withholding = withholding
        self._turns = turns
        self._differed = False

    def take_difference(self) -> bool:
        """Whether anything differed since this was asked last."""
        differed, self._differed = self._differed, False
        return differed

    def read_again(self, agent: Agent) -> None:
        """One part of what was kept.

        Raises:
            Away: it could not be had.
        """
        log, places = self._log, self._turns.places
        if not log.kept_bytes:
            return
        length = max(PART, log.kept_bytes // ROUNDS_AN_HOUR + 1)
        start = places.get(log.name, 0)
        start = start if start < log.kept_bytes else 0
        name = f"reading {log.name}"
        try:
            at = self._first_difference(start, min(length, log.kept_bytes - start), agent)
        except Away as refusal:  # the same part is asked for again
            what = sentences_of_files.second_reading(log.name)
            self._withholding.refused(name, what, refusal, agent)
            raise
        self._withholding.given(name, agent)
        places[log.name] = start + length if start + length < log.kept_bytes else 0
        if at is not None:
            self.differs(at, lambda: log.refetch(agent))

    def read_whole(self) -> None:
        """All that was kept, as whoever has nothing of it asks: once an hour, if one part is less.

        A browser asks for no part, and a server can tell who does. Whoever was refused it asks
        again before the hour is over, as do all others until then, in turn.

        Raises:
            Away: it could not be had.
        """
        log, name = self._log, f"{self._log.name} whole"
        if log.kept_bytes <= PART or not self._turns.is_due(name):
            return
        agent = self._turns.ask(name)
        try:
            at = self._first_difference(0, log.kept_bytes, agent, LONG_SECONDS)
        except Away as refusal:
            self._withholding.not_had(name, sentences_of_files.whole(log.name), refusal, agent)
            raise
        if self._withholding.given(name, agent):
            self._turns.had(name)
        if at is not None:
            self.differs(at, lambda: log.refetch(agent))

    def _first_difference(
        self, start: int, length: int, agent: Agent, patience: int = SHORT_SECONDS
    ) -> int | None:
        """The first byte that is another now; None if there is none."""
        log = self._log
        with self._site.get(log.path, agent, start, patience=patience) as given:
            chunks = _from(start - given.start, given.chunks or ())
            at = first_difference(self._store.read(log.name, start), chunks, length)
        return None if at is None else start + at

    def differs(self, at: int, again: Callable[[], Copy]) -> None:
        """Look for an entry that is another now, which is evidence; else the bytes alone are.

        Args:
            at: the first byte that is another.
            again: the log as it is given now.

        Raises:
            Away: it was not given again.
            Unusable: what differs is what this machine's disk gives back, from what was kept.
        """
        self._log.require_whole()
        self._differed = True
        try:
            whole = again()
        except Away:
            self._rewritten(at)
            raise
        if not self._judge.log_elsewhere(whole):
            self._rewritten(at)

    def _rewritten(self, at: int) -> None:
        name = self._log.name
        self._alarms.sound("rewritten", sentences.rewritten(name, at), f"{name} {at}")

    def compare_tiles(self, agent: Agent) -> list[Away]:
        """Those that were not given, those that have grown, one older one; what was not to be had.

        One that is not given is asked for again in each round, and keeps none of the others back.
        """
        size = self._log.kept
        tiles = -(-size // WIDTH)
        if not tiles:
            return []
        first = min(self._compared // WIDTH, tiles - 1)
        older = self._turns.rounds % tiles
        lacking = self._withholding.lacking(self._name)[:TILES_A_ROUND]
        wanted = [int(name) for name in lacking if name.isdecimal()]
        wanted += range(first, tiles)[:TILES_A_ROUND]
        away = []
        for number in dict.fromkeys((*wanted, min(older, first))):
            if number >= tiles:
                continue
            try:
                self._compare_tile(number, size, agent)
            except Away as refusal:
                away.append(refusal)
                what = sentences_of_files.tile(self._log.name, number)
                name = f"{self._name}{number}"
                if not self._withholding.refused(name, what, refusal, agent):
                    break
            else:
                self._withholding.given(f"{self._name}{number}", agent)
            if number * WIDTH <= self._compared:
                compared = max(self._compared, min(size, (number + 1) * WIDTH))
                self._turns.places[self._name] = compared
        return away

    @property
    def _compared(self) -> int:
        """How many entries were compared with the tiles."""
        return self._turns.places.get(self._name, 0)

    @property
    def _name(self) -> str:
        return f"tile {self._log.name} "

    def _compare_tile(self, number: int, size: int, agent: Agent) -> None:
        log, first = self._log, number * WIDTH
        for index, entry in enumerate(self._tiles.entries(number, size, agent), first):
            if leaf_hash(entry) != log.copy.leaf(index):
                self._judge.entry_elsewhere(index, entry)
                return
        last = min(size, first + WIDTH)
        if (
            self._tiles.hashes(number, size, agent)
            != log.copy.leaves[HASH_BYTES * first : HASH_BYTES * last]
        ):
            self._alarms.sound(
                "rewritten", sentences.tile_differs(log.name, number), f"{log.name} tile {number}"
            )


def _from(skip: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What follows so many bytes: a server need not take notice of where it is to begin."""
    for chunk in chunks:
        yield chunk[max(0, skip) :]
        skip -= len(chunk)
