# SPDX-License-Identifier: AGPL-3.0-or-later
"""Co-signatures whose time cannot be right beside the time of the publication signed. §18.6.

They hold all the same, and nobody is accused: of two clocks one was wrong. A checkpoint is stamped
again and again while nothing grows, and the line of a witness that has become silent stays: only
what is older than the result can be told of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.layout import enumerated
from audit.words import Text, shown

APART_SECONDS = 1800  # of two clocks that go
ABSURD_SECONDS = 366 * 86_400
LONGEST_NAME = 200
_WRONG = Text(
    "une horloge, celle du témoin ou celle du serveur, était fausse ; la signature compte",
    "a clock, the witness's or the server's, was wrong; the signature counts",
)


def told_times(stamp: int, witnessed: Mapping[str, int], counted: int | None) -> Text | None:
    """Which witnesses signed at a time that cannot be; None where all may be right.

    Args:
        stamp: when the server says that it published, in seconds since 1970 UTC.
        witnessed: when each witness says that it signed that, by its name.
        counted: when the journal says that the result was, which is in what they signed; None
            before.
    """
    earliest = stamp - ABSURD_SECONDS
    if counted is not None:
        earliest = max(earliest, min(counted, stamp) - APART_SECONDS)
    before = [_named(name) for name, at in witnessed.items() if at < earliest]
    after = [_named(name) for name, at in witnessed.items() if at > stamp + ABSURD_SECONDS]
    said = [
        *(Text(f"{name} avant ce qu'il signe", f"{name} before what it signs") for name in before),
        *(Text(f"{name} plus d'un an après", f"{name} over a year after it") for name in after),
    ]
    if not said:
        return None
    those = enumerated(said)
    return Text(f"{those.fr} : {_WRONG.fr}", f"{those.en}: {_WRONG.en}")


def _named(name: str) -> str:
    return shown(name, LONGEST_NAME)
