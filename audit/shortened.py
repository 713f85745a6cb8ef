# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log of which the server signed less later on: docs/protocol.md §17.3, §21 (``rollback``)."""

from __future__ import annotations

from dataclasses import dataclass

from audit.moments import moment
from audit.words import Text, count

_LOGS = {  # the log, and what it is counted in
    "board": (Text("l'urne", "the board"), Text("événement signé", "event")),
    "journal": (Text("son journal", "its journal"), Text("ligne signée", "line")),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """How much of a log its sealed key signed, and when.

    Args:
        size: the number of events or entries.
        stamp: in seconds since 1970 UTC; None where no true stamp says it (§18.6).
    """

    size: int
    stamp: int | None


def shortened(log: str, one: Signed | None, other: Signed | None) -> Text | None:
    """What the server did, if the smaller of two was signed later; None if nothing shows that.

    Which of the two the reader called the earlier one makes no difference.
    """
    if one is None or other is None:
        return None
    larger, smaller = (one, other) if one.size > other.size else (other, one)
    before, after = larger.stamp, smaller.stamp
    if before is None or after is None:
        return None
    if not (before < after and smaller.size < larger.size):
        return None
    early, late = moment(before), moment(after)
    what, unit = _LOGS[log]
    size, least = count(larger.size, *unit), smaller.size
    return Text(
        f"le serveur a raccourci {what.fr} : {size.fr} {early.fr}, puis {least} seulement {late.fr}"
        " (§21)",
        f"the server shortened {what.en}: {size.en} signed {early.en}, then only {least} {late.en}"
        " (§21)",
    )
