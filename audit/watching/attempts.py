# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one round asks for, and what of it could not be had. docs/protocol.md §18."""

from __future__ import annotations

from collections.abc import Callable

from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.site import Away, Stopped
from audit.words import Malformed, Unsupported


class Attempts:
    """Of one election.

    Args:
        alarms: what is said of an answer that follows no rule.
    """

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms
        self.troubles: list[Away] = []

    def begin(self) -> None:
        """A round begins."""
        self.troubles.clear()

    def attempt(self, step: Callable[[], object]) -> bool:
        """Whether it was done; what kept it from that is among the troubles, or an alarm."""
        try:
            step()
        except Away as away:
            self.troubles.append(away)
            return False
        except (Malformed, Unsupported) as refusal:
            why = refusal.text
            self._alarms.sound("out-of-order", sentences.refused(why), f"refused {why.en}")
            return False
        return True

    @property
    def stopped(self) -> bool:
        """Whether this program was told to stop meanwhile."""
        return any(isinstance(trouble, Stopped) for trouble in self.troubles)

    @property
    def answered(self) -> bool:
        """Whether the server answered all the same, where it gave nothing."""
        return all(trouble.answered for trouble in self.troubles)
