# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed roll on disk, with its salt: docs/protocol.md §13.6.

Whoever has this file can show that the roll is the one that was sealed. It holds names: it stays
at the school, readable by its owner alone, and the salt is destroyed with it.
"""

from dataclasses import dataclass
from typing import Final

from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError
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


@dataclass(frozen=True, slots=True, eq=False)
class SealedRollFile:
    """What the file says. ``names`` are surname and given name of the electors 1 … N, in order."""

    uuid: str
    commitment: str
    salt: Secret[bytes]
    names: tuple[tuple[str, str], ...]


def decode_sealed_roll(data: bytes) -> SealedRollFile:
    """Read the file; whether it opens its commitment is for the caller to check: §13.6.

    Raises:
        MalformedError: not the file that ``encode_sealed_roll`` writes.
    """
    fields = Fields(decode_canonical_json(data), where="sealed roll", section="13.6")
    fields.integer("version", 1, 1)
    uuid, commitment = fields.text("uuid"), fields.text("roll_commitment")
    salt, entries = fields.text("salt"), fields.items("roll")
    fields.finish()
    names = tuple(_name(number, entry) for number, entry in enumerate(entries, 1))
    try:
        return SealedRollFile(uuid, commitment, Secret(bytes.fromhex(salt)), names)
    except ValueError as cause:
        raise MalformedError("the salt of a roll is not hexadecimal", section="13.6") from cause


def _name(number: int, entry: JsonValue) -> tuple[str, str]:
    fields = Fields(entry, where="elector", section="13.6")
    fields.integer("elector", number, number)
    name = fields.text("surname"), fields.text("given_name")
    fields.finish()
    return name
