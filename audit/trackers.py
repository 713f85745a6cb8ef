# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trackers of ballots: docs/protocol.md §9.5."""

from __future__ import annotations

import base64
import re

from audit.hashing import sha256_base64
from audit.strict_json import decode, encode, read_text
from audit.words import Malformed

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # §13.2
BYTES = 10
_TRACKER = re.compile(f"[{_CROCKFORD}]{{4}}(-[{_CROCKFORD}]{{4}}){{3}}", re.ASCII)


def tracker(digest: str) -> str:
    """The first 80 bits of the digest behind ``signature.hash``, in four groups (§9.5)."""
    return tracker_text(base64.b64decode(digest + "=")[:BYTES])


def tracker_text(data: bytes) -> str:
    """The one writing of these 80 bits (§9.5)."""
    bits = int.from_bytes(data, "big")
    text = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def tracker_of(ballot: bytes) -> str | None:
    """The tracker of a whole ballot, from what was signed and not from what it says of itself.

    None for bytes that are no ballot.
    """
    try:
        value = decode(ballot)
    except Malformed:
        return None
    if not isinstance(value, dict) or "signature" not in value:
        return None
    del value["signature"]
    return tracker(sha256_base64(encode(value)))


def read_tracker(value: object) -> str:
    """The one writing of a tracker, or Malformed."""
    text = read_text(value, "tracker")
    if not _TRACKER.fullmatch(text):
        raise Malformed("un suivi mal formé (§9.5)", "a malformed tracker (§9.5)")
    return text
