# SPDX-License-Identifier: AGPL-3.0-or-later
"""The checkpoints as they are published now; each is in the diary before it is judged. §18.3."""

from __future__ import annotations

from collections.abc import Callable

from audit.watching import sentences
from audit.watching.agents import PLAIN, Agent
from audit.watching.alarms import Alarms
from audit.watching.copies import BoardCopy
from audit.watching.followed import Log, Seen, Unsigned, read_note
from audit.watching.site import Away
from audit.watching.store import LOGS, Line, Store

_LOOKS = 3  # until both checkpoints are of one step


class Looker:
    """Looks at both logs.

    Args:
        logs: by name.
        store: of the diary.
        alarms: what is said.
        now: what time it is.
        away: what to do with what could not be had.
    """

    def __init__(
        self,
        logs: dict[str, Log],
        store: Store,
        alarms: Alarms,
        now: Callable[[], int],
        away: Callable[[Away], None],
    ) -> None:
        self._logs = logs
        self._store = store
        self._alarms = alarms
        self._now = now
        self._away = away
        self._count = 0

    def remember(self, line: Line) -> Seen:
        """A checkpoint that is in the diary."""
        seen = self._logs[line["seen"]].remember(line, self._count)
        self._count += 1
        return seen

    def look(self, agent: Agent) -> dict[str, list[Seen]]:
        """Both checkpoints, once more where a step came between them."""
        found: dict[str, list[Seen]] = {name: [] for name in LOGS}
        for _ in range(_LOOKS):
            board, journal = (self._look_at(name, agent) for name in LOGS)
            found["board"] += [board] if board else []
            found["journal"] += [journal] if journal else []
            if board is None or journal is None or board.stamp == journal.stamp:
                break
        return found

    def _look_at(self, name: str, agent: Agent) -> Seen | None:
        log, board = self._logs[name], self._logs["board"].copy
        server = board.server if isinstance(board, BoardCopy) else None
        if server is None:
            raise RuntimeError("a round begins with whose election it is")
        try:
            data = log.look(agent)
            known = log.by_text.get(data.decode("utf-8", "replace"))
            if known is not None:
                known.shown_at = self._now()
                return known
            checkpoint, stamp = read_note(data, server.log_key(name))
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
        return self.remember(line)

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
