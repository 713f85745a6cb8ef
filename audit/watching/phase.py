# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the election is, by what is kept of it, and what must then still come. §18.7, §19.3.

Nothing of this is evidence: a server may show an old state, or tell what did not happen.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.binding import Hours
from audit.watching.amended import Amendments
from audit.watching.clock import AHEAD_SECONDS
from audit.watching.keeping import Keeper

_STEPS = ("opened", "suspended", "resumed", "closed", "cancelled")
_STEPPING = ("opened", "suspended", "resumed")


class Phase:
    """Of one election.

    Args:
        keeper: of what is kept.
        amendments: of the hours, too.
        now: what time it is.
    """

    def __init__(self, keeper: Keeper, amendments: Amendments, now: Callable[[], int]) -> None:
        self._keeper = keeper
        self._amendments = amendments
        self._now = now

    @property
    def stepping(self) -> bool:
        """Whether steps are made on a clock: from the opening to the closing (§18.7)."""
        told = self._told(*_STEPS)
        return bool(told) and told[-1] in _STEPPING

    @property
    def closed(self) -> int | None:
        """How many ballots there are, once the vote is closed."""
        end = self._keeper.board.end
        if end is None or end.position >= self._keeper.kept("board"):
            return None
        return len(self._keeper.board.ballots)

    @property
    def unopened(self) -> int | None:
        """When the vote was to open, if that is past and what is kept has no opening."""
        hours = self._hours()
        if hours is None or not self._keeper.pair or self._told("opened", "cancelled"):
            return None
        return hours.opens_at if self._now() > hours.opens_at + AHEAD_SECONDS else None

    @property
    def cancelled_until(self) -> int | None:
        """Once the election is cancelled: until when it is watched all the same.

        No member signs a ``cancelled``, so whoever runs the server can write one; ballots may be
        taken of others until the closing time and its grace are over.
        """
        hours = self._hours()
        if hours is None or not self._told("cancelled"):
            return None
        return hours.closes_at + hours.grace_seconds

    @property
    def over(self) -> bool:
        """Whether nothing more is to come but what ends the election's file (§19.3)."""
        if self._told("tallied"):
            return True
        until = self.cancelled_until
        return until is not None and self._now() > until

    def _hours(self) -> Hours | None:
        keeper = self._keeper
        return self._amendments.hours(keeper.board, keeper.journal, keeper.kept("journal"))

    def _told(self, *kinds: str) -> list[str]:
        keeper = self._keeper
        return [each.kind for each in keeper.journal.of_kind(*kinds, size=keeper.kept("journal"))]
