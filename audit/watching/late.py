# SPDX-License-Identifier: AGPL-3.0-or-later
"""A promised ballot that is published, and too late: docs/protocol.md §20.1, §21 ``promise-late``.

Between two publications nothing signed proves that there was none; so this is an observation. It
rests on no clock of this machine: when the server still showed a board without the ballot is
reckoned back from the stamp of the first that has it, and on from its own stamp by how long it
was shown: the earlier counts, so that a server's clock that is set forward in between accuses
nobody. A server that was away, or whose machine slept, has shown nothing meanwhile, and what it
shows for a moment when it is back does not count.
"""

from __future__ import annotations

from collections.abc import Iterable

from audit.evidence_parts import LATE_SECONDS
from audit.moments import moment
from audit.promises import Promise
from audit.watching.alarms import Alarms
from audit.watching.asking import Standing
from audit.watching.signed import Seen
from audit.words import Text


def judge_lateness(
    promise: Promise, seen: Iterable[Seen], stood: Iterable[Standing], alarms: Alarms
) -> None:
    """Sound it if the board stood still without the ballot after the time that was promised.

    Args:
        promise: of a ballot that is published now.
        seen: what the board's key signed.
        stood: the stamps that stood still for long.
        alarms: what is said.
    """
    stamped = [each for each in seen if each.stamp is not None]
    covering = [each for each in stamped if each.size > promise.index]
    first = min(covering, key=lambda each: each.stamp or 0, default=None)
    if first is None or first.stamp is None:
        return
    for standing in stood:
        before = next((each for each in stamped if each.stamp == standing.stamp), None)
        if before is None or before.size > promise.index:
            continue
        reckoned_back = first.stamp - max(0, first.at - standing.last)
        reckoned_on = standing.stamp + standing.last - standing.since
        if min(reckoned_back, reckoned_on) > promise.until + LATE_SECONDS:
            members = {
                "promise": promise.text,
                "before": before.text,
                "checkpoint": first.text,
            }
            alarms.sound("promise-late", _late(promise, first.stamp), promise.leaf.hex(), members)
            return


def _late(promise: Promise, stamp: int) -> Text:
    until, when = moment(promise.until), moment(stamp)
    return Text(
        f"un bulletin promis à la place {promise.index} au plus tard {until.fr} n'a paru que dans"
        f" une publication signée {when.fr} ; jusque-là le serveur en montrait une plus ancienne",
        f"a ballot promised at place {promise.index} {until.en} at the latest came only in a"
        f" publication signed {when.en}; until then the server showed an older one",
    )
