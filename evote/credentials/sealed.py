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
from protocol.codes import decode_code, encode_code
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_json, encode_json
from protocol.errors import ProtocolError
from protocol.group import Element
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.sealing import seal, unseal

DESK_FIRST_LINE: Final = "EVOTE-DESK-SECRET-1 secret: never send, print or copy this file"


@dataclass(frozen=True, slots=True, eq=False)
class DeskMemory:
    """What stays at the desk: credentials of electors 1 … N in order, and the reserve codes.

    The electors have the numbers of the roll that ``roll_sha256`` names: §13.6.
    """

    uuid: str
    roll_sha256: str
    credentials: tuple[Element, ...]
    reserves: tuple[Secret[bytes], ...]


def seal_desk(codes: Codes, passphrase: Secret[str], rng: Rng = system_rng) -> bytes:
    """Return the desk's sealed file: §7.14 with the first line of the desk."""
    keys: list[JsonValue] = [entry.key.encode() for entry in codes.electors]
    reserves: list[JsonValue] = [encode_code(entry.code).reveal() for entry in codes.reserves]
    plaintext = Secret(
        encode_json({"roll_sha256": codes.roll_sha256, "credentials": keys, "reserves": reserves})
    )
    return seal(DESK_FIRST_LINE, {"uuid": codes.uuid}, plaintext, passphrase, rng)


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
        )
    except ProtocolError as cause:
        raise Unreadable(
            "le fichier scellé du bureau des codes est abîmé",
            "reprenez la copie que le bureau des codes en a gardée",
        ) from cause
