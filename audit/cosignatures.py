# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures with a time: stamps of the log, co-signatures of witnesses. docs/protocol.md §18.6."""

from __future__ import annotations

from audit.arithmetic import signed_by
from audit.notes import COSIGNATURE, Checkpoint, VerifierKey
from audit.strict_json import INTEGER_BOUND
from audit.words import Malformed

TIME_BYTES = 8


def stamp_key(log: VerifierKey) -> VerifierKey:
    """The key of a log's stamps: its own name and public key, as the other type (§18.6)."""
    return VerifierKey.of(log.name, log.public, COSIGNATURE)


def cosigned_text(text: bytes, time: int) -> bytes:
    """What a co-signature signs: a word of its own, the time, the checkpoint's text (§18.6)."""
    return b"cosignature/v1\ntime %d\n" % time + text


def cosigned_at(checkpoint: Checkpoint, key: VerifierKey) -> int | None:
    """When the owner of this key co-signed, in seconds since 1970 UTC; None without such a line.

    Args:
        checkpoint: its own signature by the log is another question (``Checkpoint.signed_by``).
        key: of the type of co-signatures: a witness's, or ``stamp_key`` of the log's.

    Raises:
        Malformed: two lines of this key, or one that does not verify.
    """
    own = checkpoint.of(key)
    if not own:
        return None
    if len(own) > 1:
        raise _false("deux lignes de la même clé", "two lines of one key")
    time, signature = int.from_bytes(own[0][:TIME_BYTES], "big"), own[0][TIME_BYTES:]
    if time >= INTEGER_BOUND:
        raise _false("une heure hors des bornes", "a time out of range")
    if not signed_by(key.public, cosigned_text(checkpoint.text, time), signature):
        raise _false("une signature datée qui est fausse", "a signature with a time that fails")
    return time


def stamped_at(checkpoint: Checkpoint, log: VerifierKey) -> int | None:
    """When the log says that it published this, if one true stamp says it; otherwise None.

    The log's own signature does not cover the stamp: whoever kept it may have damaged that.
    """
    try:
        return cosigned_at(checkpoint, stamp_key(log))
    except Malformed:
        return None


def _false(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} (§18.6)", f"{en} (§18.6)")
