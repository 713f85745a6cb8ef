# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiles: another way to the entries of a log, and to their hashes. docs/protocol.md §18.8."""

from __future__ import annotations

from audit.tree import HASH_BYTES
from audit.watching.agents import Agent
from audit.watching.site import Away, Site

WIDTH = 256
_LENGTH_BYTES = 2
_LARGEST_ENTRIES = WIDTH * (2**16 - 1 + _LENGTH_BYTES)


def tile_name(number: int, width: int) -> str:
    """``x001/234``, with ``.p/W`` where it is not full."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    name = "/".join(reversed(groups))
    return name if width == WIDTH else f"{name}.p/{width}"


class Tiles:
    """Of one log."""

    def __init__(self, prefix: str, site: Site) -> None:
        self._prefix = prefix
        self._site = site

    def entries(self, number: int, size: int, agent: Agent) -> list[bytes]:
        """The entries of a tile of a tree of this size.

        Raises:
            Away: there is none, or it is none.
        """
        width = min(WIDTH, size - number * WIDTH)
        path = f"{self._prefix}tile/entries/{tile_name(number, width)}"
        with self._site.get(path, agent) as given:
            data = given.whole(_LARGEST_ENTRIES)
        entries: list[bytes] = []
        at = 0
        while at < len(data) and len(entries) < width:
            length = int.from_bytes(data[at : at + _LENGTH_BYTES], "big")
            at += _LENGTH_BYTES
            entries.append(data[at : at + length])
            at += length
        if at != len(data) or len(entries) != width:
            raise _malformed()
        return entries

    def hashes(self, number: int, size: int, agent: Agent) -> bytes:
        """The leaves of a tile of a tree of this size, joined.

        Raises:
            Away: there is none, or it is none.
        """
        width = min(WIDTH, size - number * WIDTH)
        path = f"{self._prefix}tile/0/{tile_name(number, width)}"
        with self._site.get(path, agent) as given:
            data = given.whole(WIDTH * HASH_BYTES)
        if len(data) != width * HASH_BYTES:
            raise _malformed()
        return data

    def leaves(self, size: int, agent: Agent) -> bytes:
        """All leaves of a tree of this size. Raises ``Away``, too."""
        tiles = range(-(-size // WIDTH))
        return b"".join(self.hashes(number, size, agent) for number in tiles)


def _malformed() -> Away:
    return Away("une de ses tuiles est mal formée", "one of its tiles is malformed")
