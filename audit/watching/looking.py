# SPDX-License-Identifier: AGPL-3.0-or-later
"""The checkpoints as they are published now; each is in the diary before it is judged. §18.3."""

from __future__ import annotations

from collections.abc import Callable

from audit.log_sizes import MOST_ENTRIES
from audit.server import Server
from audit.watching import sentences
from audit.watching.agents import PLAIN, Agent
from audit.watching.alarms import Alarms, magnitude
from audit.watching.comparing import Comparer
from audit.watching.copies import BoardCopy
from audit.watching.followed import Log
from audit.watching.read_notes import Read, Unsigned, read_note
from audit.watching.signed import Seen
from audit.watching.site import Away
from audit.watching.store import LOGS, Line, Store

_LOOKS = 3  # until both checkpoints are of one step
MOST_BYTES = 2**28  # of notes in the diary: months of an honest server's
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
        self._comparers = {name: Comparer(log, alarms) for name, log in logs.items()}

    def remember(self, line: Line, number: int) -> Seen:
        """A checkpoint that is in the diary, compared with those before it as it was then."""
        name = line["seen"]
        log = self._logs[name]
        seen = log.remember(line, number)
        if not self._is_oversized(name, seen):
            self._comparers[name].compare(seen)
            log.signed.add(seen)
            log.signed.show(seen)
        return seen

    def remember_lines(self, line: Line) -> None:
        """A checkpoint of the diary came again, with more signatures."""
        signed = self._logs[line["cosigned"]].signed
        seen = signed.find(line["size"], bytes.fromhex(line["root"]), line["stamp"])
        if seen is not None:
            seen.text = line["note"]

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
        different = {id(each) for seen in found.values() for each in seen}
        if len(different) == len(LOGS) and all(each.stamp for each in found["board"]):
            board, journal = (found[name][-1] for name in LOGS)
            if journal.stamp is not None:
                text = sentences.split(board.stamp or 0, journal.stamp)
                apart = magnitude(journal.stamp - (board.stamp or 0))
                self._alarms.sound("split", text, apart)

    @property
    def _server(self) -> Server:
        board = self._logs["board"].copy
        server = board.server if isinstance(board, BoardCopy) else None
        if server is None:
            raise RuntimeError("a round begins with whose election it is")
        return server

    def _look_at(self, name: str, agent: Agent) -> Seen | None:
        log = self._logs[name]
        asked_at = self._now()
        try:
            return self.take(name, log.look(agent), asked_at)
        except Unsigned as trouble:
            self._away(trouble)
            self._another_election()
            return None
        except Away as trouble:
            self._away(trouble)
            return None

    def take(self, name: str, data: bytes, asked_at: int) -> Seen:
        """A checkpoint that was given, wherever it stood.

        Raises:
            Unsigned: it is none of this log.
        """
        log = self._logs[name]
        read = read_note(data, self._server, name)
        seen = log.signed.find(read.size, read.root, read.stamp)
        if seen is None:
            seen = self._new(name, read)
        elif Seen.lines_of(read.text) > seen.lines:
            seen.text = read.text
            if self._has_room(seen):
                log.write_lines(seen)
        seen.asked_at, seen.shown_at = asked_at, self._now()
        if seen.size <= self._most(name):
            log.signed.show(seen)
        return seen

    def _new(self, name: str, read: Read) -> Seen:
        """Into the diary, then compared with what else was signed, then kept with it."""
        log, now = self._logs[name], self._now()
        seen = Seen(read.text, read.size, read.root, read.stamp, now, now, now)
        if self._is_oversized(name, seen):
            return seen
        if log.signed.matters(seen) and (self._has_room(seen) or log.signed.is_new_size(seen.size)):
            log.write(seen)
        self._comparers[name].compare(seen)
        log.signed.add(seen)
        log.unjudged.append(seen)
        return seen

    def _is_oversized(self, name: str, seen: Seen) -> bool:
        """Whether no log of this election can be so long; then it is said, and no more is done."""
        most = self._most(name)
        if seen.size <= most:
            return False
        seen.judged = True
        self._comparers[name].oversized(seen, most)
        return True

    def _most(self, name: str) -> int:
        board = self._logs["board"].copy
        if name != "board" or not isinstance(board, BoardCopy):
            return MOST_ENTRIES
        return board.most or 0

    def _has_room(self, seen: Seen) -> bool:
        """Whether the diary takes more than it must; once it does not, that is said."""
        if self._store.signed_bytes + len(seen.text) <= MOST_BYTES:
            return True
        self._alarms.sound("crowded", sentences.crowded())
        return False

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
