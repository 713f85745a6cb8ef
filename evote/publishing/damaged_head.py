# SPDX-License-Identifier: AGPL-3.0-or-later
"""A line of the head file that contradicts a signed note, and is itself what is wrong: ADR 15.

Two histories have roots that are as good as drawn by lot. So a root that differs from the signed
one, of the same size, in a few of its 64 digits is that one, and damaged: nobody can find two trees
of which it is true. One that differs in more may be of a second history, and is not excused.
"""

from typing import Final

from protocol.merkle import LogPosition

# One bit, or byte, of the file is one digit. With four the other 240 bits still agree.
MAX_DAMAGED_DIGITS: Final = 4


def is_damaged(head: LogPosition, signed: LogPosition) -> bool:
    """Tell whether a head is what was signed, but for some digits of its root.

    Args:
        head: what the head file says of a log.
        signed: what a note says of it under the sealed key.
    """
    pairs = zip(head.root, signed.root, strict=True)
    differing = sum(one != other for one, other in pairs)
    return head.size == signed.size and 0 < differing <= MAX_DAMAGED_DIGITS
