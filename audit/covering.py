# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a checkpoint is that of a whole log, by its sealed key. docs/protocol.md §18.4."""

from __future__ import annotations

from audit.as_given import LINE_ENDS, has_line_ends_of_others
from audit.cosignatures import cosigned_at, stamp_key
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.words import Malformed, Text

_NO_STAMP = Text(
    "l'heure que le serveur signe y manque (§18.6) ; reprenez le dossier, et si elle manque encore,"
    " dites-le au bureau : sans elle, il ne pourrait pas être prouvé que le serveur l'a raccourci"
    " ensuite",
    "the time that the server signs is not there (§18.6); take the record again, and if it stays"
    " so, tell the committee: without it, a later shortening by the server could not be proved",
)


def covering(
    data: bytes | None, key: VerifierKey, size: int, root: bytes
) -> tuple[Checkpoint, int]:
    """The checkpoint of this log, of exactly this size and root, and its one stamp (§18.4, §18.6).

    The stamp is in seconds since 1970 UTC.

    Raises:
        Malformed: anything else.
    """
    checkpoint = covering_unstamped(data, key, size, root)
    stamp = cosigned_at(checkpoint, stamp_key(key))
    if stamp is None:
        raise Malformed(*_NO_STAMP)
    return checkpoint, stamp


def covering_unstamped(data: bytes | None, key: VerifierKey, size: int, root: bytes) -> Checkpoint:
    """The same, whatever its stamp: the log's own signature does not cover that (§18.6).

    Raises:
        Malformed: anything else.
    """
    if data is None:
        raise Malformed("manque (§17.1)", "is missing (§17.1)")
    if has_line_ends_of_others(data):
        raise Malformed(*LINE_ENDS)
    checkpoint = decode_checkpoint(data)
    if checkpoint.origin != key.name:
        raise Malformed("d'un autre journal ou d'une autre urne (§18.4)", "of another log (§18.4)")
    if not checkpoint.signed_by(key):
        raise Malformed(
            "pas signé par la clé scellée (§18.3)", "not signed by the sealed key (§18.3)"
        )
    if (checkpoint.size, checkpoint.root) != (size, root):
        raise Malformed(
            f"il couvre {checkpoint.size}, pas ces {size} (§18.4)",
            f"it covers {checkpoint.size}, not these {size} (§18.4)",
        )
    return checkpoint
