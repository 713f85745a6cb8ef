# SPDX-License-Identifier: AGPL-3.0-or-later
"""A check sum at the end of what a watcher writes for itself: a disk that lies accuses no server.

Against damage alone: who can write into the folder can also write a sum. A line without one, of an
earlier version, is taken as it is.
"""

from __future__ import annotations

import re
from zlib import crc32

_SUM = re.compile(rb',?"crc":"([0-9a-f]{8})"\}$')


def summed(data: bytes) -> bytes:
    """A JSON object with a last member more, the sum of what it was without it."""
    comma = b"" if data == b"{}" else b","
    return data[:-1] + comma + b'"crc":"%08x"}' % crc32(data)


def unsummed(data: bytes) -> bytes:
    """The object as it was before it was summed.

    Raises:
        ValueError: it is another one.
    """
    found = _SUM.search(data)
    if found is None:
        return data
    before = data[: found.start()] + b"}"
    if crc32(before) != int(found[1], 16):
        raise ValueError("a check sum is wrong")
    return before
