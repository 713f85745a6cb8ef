# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock says of an election's announced hours: docs/protocol.md §8.3.

On the command line nobody but the organiser puts ballots into the box, so the hours are not
enforced here; whoever acts outside them is told so. The server enforces them.
"""

from evote.clock import Clock, system_clock
from protocol.bindings import EvoteBinding
from tally.describe import french_time


def remark_on_recording(evote: EvoteBinding, clock: Clock = system_clock) -> str | None:
    """Return a sentence if a ballot now would be outside the announced hours, grace included."""
    if evote.rehearsal or evote.opens_at <= clock() <= evote.closes_at + evote.grace_seconds:
        return None
    return (
        "Attention : ce bulletin est mis dans l'urne hors des heures annoncées "
        f"(du {french_time(evote.opens_at)} au {french_time(evote.closes_at)})."
    )


def remark_on_closing(evote: EvoteBinding, clock: Clock = system_clock) -> str | None:
    """Return a sentence if the vote is closed before the announced hour, grace included."""
    if evote.rehearsal or clock() >= evote.closes_at + evote.grace_seconds:
        return None
    return (
        "Attention : le vote est clos avant l'heure annoncée "
        f"({french_time(evote.closes_at)}) ; notez-en la raison au procès-verbal."
    )
