# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was kept of both logs is asked for once more: in parts, as tiles, at one go, in the zip."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from audit.watching.agents import Agent
from audit.watching.attempts import Attempts
from audit.watching.looking import Looker
from audit.watching.record_reading import RecordReader
from audit.watching.rereading import Rereader
from audit.watching.signed import Seen


class SecondReading:
    """Of one election.

    Args:
        rereaders: of each log.
        record: of the zip.
        looker: at what is signed now.
        attempts: of this round.
        judge: what to do with the checkpoints of a log, by its name.
        now: what time it is.
    """

    def __init__(
        self,
        rereaders: dict[str, Rereader],
        record: RecordReader,
        looker: Looker,
        attempts: Attempts,
        judge: Callable[[str, list[Seen]], None],
        now: Callable[[], int],
    ) -> None:
        self._rereaders = rereaders
        self._record = record
        self._looker = looker
        self._attempts = attempts
        self._judge = judge
        self._now = now

    def read_logs(self, again: Agent, other: Agent) -> None:
        """In parts and as tiles; once an hour at one go.

        Args:
            again: who asks for tiles.
            other: who asks for a part, and for the checkpoints after what differs.
        """
        attempts = self._attempts
        for rereader in self._rereaders.values():
            attempts.attempt(partial(rereader.read_again, other))
            attempts.troubles += rereader.compare_tiles(again)
        for rereader in self._rereaders.values():
            attempts.attempt(rereader.read_whole)
        self._look_again(other)

    def read_record(self, other: Agent) -> None:
        """In the zip, once an hour.

        Args:
            other: who asks for the checkpoints after what differs.
        """
        self._attempts.attempt(self._compare_record)
        self._look_again(other)

    def _compare_record(self) -> None:
        asked_at = self._now()
        for name, data in self._record.read().items():
            self._judge(name, [self._looker.take(name, data, asked_at)])

    def _look_again(self, agent: Agent) -> None:
        """What differs was perhaps signed, for whoever asks so."""
        differed = [each.take_difference() for each in self._rereaders.values()]
        if any(differed):
            for name, shown in self._looker.look(agent).items():
                self._judge(name, shown)
