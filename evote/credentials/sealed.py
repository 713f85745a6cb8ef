# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desk keeps until closing, under a passphrase: docs/protocol.md §13.7, §7.14.

The form is that of a trustee's key file with another first line. Inside: the hash of the roll, each
elector's public credential (so that a lost letter's credential can be revoked) and the reserve
codes. The electors' own codes are on the letters and nowhere else.
"""

from dataclasses import dataclass
from typing import Final

from evote.credentials.desk import Codes
from evote.errors import Unreadable
from evote.roll.sign_in_file import number_text
from protocol.codes import decode_code, encode_code
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_json, encode_json
from protocol.errors import ProtocolError
from protocol.group import Element
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.sealing import seal, unseal

DESK_FIRST_LINE: Final = "EVOTE-DESK-SECRET-1 secret: never send, print or copy this file"


@dataclass(frozen=True, slots=True)
class ReplacedCode:
    """What an elector had before a reserve: §13.7."""

    elector: int
    credential: Element
    sign_in: str

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §13.7."""
        key = self.credential.encode()
        return {"elector": self.elector, "credential": key, "sign_in": self.sign_in}


@dataclass(frozen=True, slots=True, eq=False)
class DeskMemory:
    """What stays at the desk: credentials of electors 1 … N in order, and the reserve codes.

    The electors have the numbers of the roll that ``roll_sha256`` names: §13.6. ``reserves`` are
    those left; ``replaced`` tells, in order, what the others have replaced.
    """

    uuid: str
    roll_sha256: str
    credentials: tuple[Element, ...]
    reserves: tuple[Secret[bytes], ...]
    replaced: tuple[ReplacedCode, ...] = ()


def seal_desk(codes: Codes, passphrase: Secret[str], rng: Rng = system_rng) -> bytes:
    """Return the desk's sealed file: §7.14 with the first line of the desk."""
    memory = DeskMemory(
        codes.uuid,
        codes.roll_sha256,
        tuple(entry.key for entry in codes.electors),
        tuple(entry.code for entry in codes.reserves),
    )
    return seal_memory(memory, passphrase, rng)


def seal_memory(memory: DeskMemory, passphrase: Secret[str], rng: Rng = system_rng) -> bytes:
    """Return the desk's sealed file for what it knows now: §13.7."""
    members: dict[str, JsonValue] = {
        "roll_sha256": memory.roll_sha256,
        "credentials": [key.encode() for key in memory.credentials],
        "reserves": [encode_code(code).reveal() for code in memory.reserves],
    }
    if memory.replaced:
        members["replaced"] = [each.encode() for each in memory.replaced]
    plaintext = Secret(encode_json(members))
    return seal(DESK_FIRST_LINE, {"uuid": memory.uuid}, plaintext, passphrase, rng)


def open_desk(data: bytes, passphrase: Secret[str]) -> DeskMemory:
    """Open the desk's sealed file.

    Raises:
        Unreadable: another kind of file, or a damaged one.
        Refusal: not the passphrase.
    """
    members, plaintext = unseal(DESK_FIRST_LINE, data, passphrase)
    try:
        header = Fields(members, where="header", section="7.14")
        fields = Fields(decode_json(plaintext.reveal()), where="desk", section="13.7")
        return DeskMemory(
            header.text("uuid"),
            hash_text(fields, "roll_sha256"),
            tuple(map(Element.decode, fields.items("credentials"))),
            tuple(decode_code(str(text)) for text in fields.items("reserves")),
            tuple(map(_replaced, fields.optional_items("replaced") or ())),
        )
    except ProtocolError as cause:
        raise Unreadable(
            "le fichier scellé du bureau des codes est abîmé",
            "reprenez la copie que le bureau des codes en a gardée",
        ) from cause


def _replaced(item: JsonValue) -> ReplacedCode:
    fields = Fields(item, where="replaced code", section="13.7")
    return ReplacedCode(
        fields.integer("elector", 1, 2**31 - 1),
        Element.decode(fields.raw("credential")),
        number_text(fields, "sign_in"),
    )
