# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round ends, however slowly the server answers: each question has half of the time left.

So two rounds are never so far apart that they would not count as asking (``clock.py``), and each
begins with the checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from audit.watching.agents import Agent
from audit.watching.site import SHORT_SECONDS, Answer, Site, too_slow

ROUND_SECONDS = 540


class Patience:
    """A site that is asked for no longer than a round may last.

    Args:
        site: that is asked.
        now: what time it is.
    """

    def __init__(self, site: Site, now: Callable[[], int]) -> None:
        self._site = site
        self._now = now
        self._until = now() + ROUND_SECONDS

    def begin(self) -> None:
        """A round begins."""
        self._until = self._now() + ROUND_SECONDS

    @contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = SHORT_SECONDS
    ) -> Iterator[Answer]:
        """As ``Site.get``."""
        left = self._until - self._now()
        if left <= 0:
            raise too_slow()
        with self._site.get(path, agent, start, patience=min(patience, left // 2 + 1)) as answer:
            yield answer
