# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of what belongs to a witness's memory: of each log, the SHA-256 of the note kept. §22.

Without it a note that was lost, or put back from an older copy, would be taken for a log of which
nothing, or less, had been co-signed. Text: a first line, then ``NAME HASH`` a log, in order. While
a note is being replaced its line has two hashes: of the one before, ``-`` if there was none, and of
the one after.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from audit.words import Malformed

NOTHING = "-"
FIRST_LINE = "evote-audit witness memory 1"
MOST_BYTES = 2**20
_LINE = re.compile("([0-9a-f]{64}) (?:([0-9a-f]{64}|-) )?([0-9a-f]{64})", re.ASCII)

Kept = Mapping[str, tuple[str, ...]]
"""By the name of a log: the digests one of which its note has."""


def digest(note: bytes | None) -> str:
    """How the list names a note, or that there is none."""
    return NOTHING if note is None else hashlib.sha256(note).hexdigest()


def encode(kept: Kept) -> bytes:
    """The list's file."""
    lines = (" ".join((name, *digests)) for name, digests in sorted(kept.items()))
    return "".join(f"{line}\n" for line in (FIRST_LINE, *lines)).encode()


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """What the list's file says.

    Raises:
        Malformed: it is none.
    """
    first, *lines = data.decode("latin-1").split("\n")
    found = [_LINE.fullmatch(line) for line in lines[:-1]]
    kept = {each[1]: tuple(filter(None, each.groups()[1:])) for each in found if each}
    if first != FIRST_LINE or encode(kept) != data:
        raise Malformed("", "no list of a witness's memory")
    return kept
