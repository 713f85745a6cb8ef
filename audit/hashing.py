# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests, and every hash input: docs/protocol.md §2.3, §2.5 and §3.

The first kind joins ASCII texts as Belenios does. The second, ours, is labelled and gives every
part its length. A function takes the one or the other.
"""

from __future__ import annotations

import base64
import hashlib

from audit.arithmetic import Q

BOUND_DECRYPTION_LABEL = "evote/v1/bound-decryption"  # §6.6
COEFFICIENTS_LABEL = "evote/v1/coefficients"  # §7.11
CEREMONY_LABEL = "evote/v1/ceremony"  # §7.12
SETUP_LABEL = "evote/v1/setup"  # §7.13
JOURNAL_LABEL = "evote/v2/journal"  # §19.4


def sha256_hex(data: bytes) -> str:
    """SHA-256 in 64 lower-case hexadecimal digits (§2.3)."""
    return hashlib.sha256(data).hexdigest()


def unpadded_base64(data: bytes) -> str:
    """Standard base64 without padding (§2.3)."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def sha256_base64(data: bytes) -> str:
    """SHA-256 in 43 characters of base64 (§2.3): fingerprints, ``signature.hash``."""
    return unpadded_base64(hashlib.sha256(data).digest())


def joined_scalar(text: str) -> int:
    """H(text) of §3: SHA-256 as a big-endian integer modulo q."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big") % Q


def _frame(label: str, parts: tuple[str, ...]) -> bytes:
    """LP(label) ‖ LP(p1) ‖ … ‖ LP(pk) (§2.5)."""
    encoded = [part.encode("utf-8") for part in (label, *parts)]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)


def labelled_scalar(label: str, *parts: str) -> int:
    """H512 of §2.5: SHA-512 of the frame as a big-endian integer modulo q."""
    return int.from_bytes(hashlib.sha512(_frame(label, parts)).digest(), "big") % Q


def labelled_digest(label: str, *parts: str) -> str:
    """H256 of §2.5: SHA-256 of the frame in hexadecimal."""
    return hashlib.sha256(_frame(label, parts)).hexdigest()
