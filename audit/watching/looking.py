# SPDX-License-Identifier: AGPL-3.0-or-later
"""The checkpoints as they are published now; each is in the diary before it is judged. §18.3."""

from __future__ import annotations

from collections.abc import Callable

from audit.watching import sentences
from audit.watching.agents import PLAIN, Agent
from audit.watching.alarms import Alarms, magnitude
from audit.watching.comparing import Comparer
from audit.watching.copies import BoardCopy
from audit.watching.followed import Log, Seen, Unsigned, read_note
from audit.watching.site import Away
from audit.watching.store import LOGS, Line, Store

_LOOKS = 3  # until both checkpoints are of one step
MOST_BYTES = 2**28  # of notes kept: months of an honest server's
_STEP_SECONDS = 2  # what a server needs to show a step of both


class Looker:
    """Looks at both logs.

    Args:
        logs: by name.
        store: of the diary.
        alarms: what is said.
        now: what time it is.
        pause: wait so many seconds.
        away: what to do with what could not be had.
    """

    def __init__(
        self,
        logs: dict[str, Log],
        store: Store,
        alarms: Alarms,
        now: Callable[[], int],
        pause: Callable[[float], None],
        away: Callable[[Away], None],
    ) -> None:
        self._logs = logs
        self._store = store
        self._alarms = alarms
        self._now = now
        self._pause = pause
        self._away = away
        self._comparers = {name: Comparer(name, alarms) for name in LOGS}
        self._count = 0
        self._bytes = 0

    def remember(self, line: Line) -> Seen:
        """A checkpoint that is in the diary."""
        seen = self._logs[line["seen"]].remember(line, self._count)
        self._count += 1
        self._bytes += len(seen.text)
        return seen

    def compare_stored(self) -> None:
        """What the diary has, with each other."""
        for name, log in self._logs.items():
            for seen in log.seen:
                self._comparers[name].compare(seen)

    def comparer(self, name: str) -> Comparer:
        """Of one log."""
        return self._comparers[name]

    def look(self, agent: Agent) -> dict[str, list[Seen]]:
        """Both checkpoints, once more where a step came between them."""
        found: dict[str, list[Seen]] = {name: [] for name in LOGS}
        for number in range(_LOOKS):
            if number:
                self._pause(_STEP_SECONDS)
            board, journal = (self._look_at(name, agent) for name in LOGS)
            found["board"] += [board] if board else []
            found["journal"] += [journal] if journal else []
            if board is None or journal is None or board.stamp == journal.stamp:
                return found
        self._split(found)
        return found

    def _split(self, found: dict[str, list[Seen]]) -> None:
        """Both stay as they are, and are not of one time: they are of no step (§18.7)."""
        numbers = {each.number for seen in found.values() for each in seen}
        if len(numbers) == len(LOGS) and all(each.stamp for each in found["board"]):
            board, journal = (found[name][-1] for name in LOGS)
            if journal.stamp is not None:
                text = sentences.split(board.stamp or 0, journal.stamp)
                apart = magnitude(journal.stamp - (board.stamp or 0))
                self._alarms.sound("split", text, apart)

    def _look_at(self, name: str, agent: Agent) -> Seen | None:
        log, board = self._logs[name], self._logs["board"].copy
        server = board.server if isinstance(board, BoardCopy) else None
        if server is None:
            raise RuntimeError("a round begins with whose election it is")
        asked_at = self._now()
        try:
            data = log.look(agent)
            known = log.by_text.get(data.decode("utf-8", "replace"))
            if known is not None:
                known.asked_at, known.shown_at = asked_at, self._now()
                return known
            checkpoint, stamp = read_note(data, server.log_key(name))
            self._require_room(len(data))
        except Unsigned as trouble:
            self._away(trouble)
            self._another_election()
            return None
        except Away as trouble:
            self._away(trouble)
            return None
        line = {
            "seen": name,
            "at": self._now(),
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "stamp": stamp,
            "note": data.decode("utf-8"),
        }
        self._store.note(**line)
        seen = self.remember(line | {"asked_at": asked_at})
        self._comparers[name].compare(seen)
        return seen

    def _require_room(self, size: int) -> None:
        """Whoever signs without end fills neither disk nor memory, and is said."""
        if self._bytes + size > MOST_BYTES:
            self._alarms.sound("crowded", sentences.crowded())
            raise Away("il signe plus que ce qui peut être gardé", "it signs more than can be kept")

    def _another_election(self) -> None:
        """The address may give another set-up than it gave: then it is said so."""
        log = self._logs["board"]
        if not log.kept or self._alarms.known("unlike-checkpoint", "board 0"):
            return
        try:
            whole = log.refetch(PLAIN)
        except Away as trouble:
            self._away(trouble)
            return
        if whole.size and whole.leaf(0) != log.copy.leaf(0) and log.best is not None:
            members = {
                "log": "board",
                "checkpoint": log.best.text,
                "index": 0,
                "entry": whole.fresh.get(0, b"").decode("utf-8", "replace"),
            }
            text = sentences.another_election()
            self._alarms.sound("unlike-checkpoint", text, "board 0", members)
