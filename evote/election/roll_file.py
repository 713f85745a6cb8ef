# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed roll on disk, with its salt: docs/protocol.md §13.6.

Whoever has this file can show that the roll is the one that was sealed. It holds names: it stays
at the school, readable by its owner alone, and the salt is destroyed with it.
"""

from typing import Final

from protocol.encoding import decode_canonical_json, encode_json
from protocol.secret import Secret

ROLL_NAME: Final = "roll-sealed.json"


def encode_sealed_roll(uuid: str, commitment: str, salt: Secret[bytes], roll: bytes) -> bytes:
    """Return the file: the canonical roll R, its salt, and the commitment that the board shows."""
    return encode_json(
        {
            "version": 1,
            "uuid": uuid,
            "roll_commitment": commitment,
            "salt": salt.reveal().hex(),
            "roll": decode_canonical_json(roll),
        }
    )
