# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round ends, however slowly the server answers.

So two rounds are never so far apart that they would not count as asking (``asking.py``), and each
begins with the checkpoints. Each question has half of the time left; the booth's files have a time
of their own, each an equal part of it and what others left over, so that nothing that comes before
takes it from them. The zip, which comes last, has what all else has left of the round, whatever
this machine does in between, and some of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from audit.watching.agents import Agent
from audit.watching.site import SHORT_SECONDS, Answer, Site, too_slow

ROUND_SECONDS = 540
BOOTH_SECONDS = 200
_AGAIN_SECONDS = 40  # to look once more at what may have changed meanwhile


class Patience:
    """A site that is asked for no longer than a round may last.

    Args:
        site: that is asked.
        now: what time it is.
    """

    def __init__(self, site: Site, now: Callable[[], int]) -> None:
        self._site = site
        self._now = now
        self._questions = 0
        self.begin()

    def begin(self) -> None:
        """A round begins."""
        self._over, self._left = self._now() + ROUND_SECONDS, ROUND_SECONDS
        self._until = self._over - BOOTH_SECONDS - _AGAIN_SECONDS
        self._questions = 0

    def share(self, questions: int) -> None:
        """So many questions about the booth follow, and have a time of their own."""
        self._until = self._now() + BOOTH_SECONDS
        self._questions = questions

    def again(self) -> None:
        """What follows was looked at in this round before."""
        self._until = self._now() + _AGAIN_SECONDS
        self._questions = 0

    def pause(self) -> None:
        """Nothing is asked for now, be it for long."""
        self._left = self._over - self._now()

    def rest(self) -> None:
        """The next question has all that was left of this round at that pause."""
        self._until = self._now() + max(self._left, _AGAIN_SECONDS)
        self._questions = 1

    @contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = SHORT_SECONDS
    ) -> Iterator[Answer]:
        """As ``Site.get``."""
        left = self._until - self._now()
        if left <= 0:
            raise too_slow().about(path)
        mine = left // self._questions if self._questions else left // 2
        self._questions = max(0, self._questions - 1)
        with self._site.get(path, agent, start, patience=min(patience, mine + 1)) as answer:
            yield answer
