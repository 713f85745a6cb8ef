# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the election is, by what is kept of it, and what must then still come. §18.7, §19.3.

Nothing of this is evidence: a server may show an old state, or tell what did not happen.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.binding import Hours
from audit.journal import Entry
from audit.promises import LONGEST
from audit.watching.amended import Amendments
from audit.watching.clock import AHEAD_SECONDS
from audit.watching.keeping import Keeper
from audit.watching.witnessed import Witnessed

# After closing and grace: until the last promise was due, by up to 960 seconds (§20.1), and the
# hour after which it is overdue (§21) is over, too.
MARGIN_SECONDS = 5400
_STEPS = ("opened", "suspended", "resumed", "closed", "cancelled")
_STEPPING = ("opened", "suspended", "resumed")


class Phase:
    """Of one election.

    Args:
        keeper: of what is kept.
        amendments: of the hours, too.
        witnessed: whether witnesses are waited for.
        now: what time it is.
    """

    def __init__(
        self,
        keeper: Keeper,
        amendments: Amendments,
        witnessed: Witnessed,
        now: Callable[[], int],
    ) -> None:
        self._keeper = keeper
        self._amendments = amendments
        self._witnessed = witnessed
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
    def unclosed(self) -> int | None:
        """When the vote was to be over, if ballots came after that, by the server's own stamps.

        No rule forbids it to the server, which closes when the committee says so: a ballot of the
        last moment is published within a promise's longest time (§20.1), and these came later.
        """
        hours, keeper = self._hours(), self._keeper
        if hours is None:
            return None
        over = hours.closes_at + hours.grace_seconds
        first = keeper.smallest_after(over + LONGEST)
        end = keeper.board.end
        ballots_end = (
            keeper.kept("board") if end is None else min(end.position, keeper.kept("board"))
        )
        return over if first is not None and ballots_end > first else None

    @property
    def cancelled_until(self) -> int | None:
        """Once the election is cancelled: until when it is watched all the same."""
        return self._until() if self._told("cancelled") else None

    @property
    def ended(self) -> bool:
        """Whether there is the result that the journal names, and its story holds (§19.3).

        No member signs a ``tallied``, either: alone it is a word of whoever runs the server.
        """
        board, told = self._keeper.board.result, self._last("tallied")
        if board is None or told is None or board.position >= self._keeper.kept("board"):
            return False
        return self._keeper.in_order and told.body["result_event"] == board.event_hash

    @property
    def over(self) -> bool:
        """Whether nothing more is to come but what ends the election's file (§19.3).

        A true result ends it, with the lines of witnesses that were waited for. An end that only
        the server tells does not: ballots may be taken of others until the closing time and its
        grace are over, and what was promised of them is judged until after that.
        """
        if self.ended:
            return not self._witnessed.waiting
        until = self._until()
        told = self._told("tallied", "cancelled")
        return bool(told) and until is not None and self._now() > until

    def _until(self) -> int | None:
        hours = self._hours()
        return None if hours is None else hours.closes_at + hours.grace_seconds + MARGIN_SECONDS

    def _last(self, kind: str) -> Entry | None:
        keeper = self._keeper
        return next(iter(keeper.journal.of_kind(kind, size=keeper.kept("journal"))), None)

    def _hours(self) -> Hours | None:
        keeper = self._keeper
        return self._amendments.hours(keeper.board, keeper.journal, keeper.kept("journal"))

    def _told(self, *kinds: str) -> list[str]:
        keeper = self._keeper
        return [each.kind for each in keeper.journal.of_kind(*kinds, size=keeper.kept("journal"))]
