# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voter's code, how it is printed and what is derived from it: docs/protocol.md §13.1-§13.4."""

from typing import Final

from protocol.credentials import CREDENTIAL_CHARACTERS, format_credential
from protocol.crockford import MistypedCode, decode_groups, encode_groups
from protocol.encoding import BASE58_ALPHABET
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import CREDENTIAL_LABEL, SIGN_IN_LABEL, labelled_bytes, labelled_digest

__all__ = [
    "CODE_BYTES",
    "MistypedCode",
    "credential_from_code",
    "decode_code",
    "encode_code",
    "random_code",
    "sign_in_number",
]

CODE_BYTES: Final = 16
CODE_GROUPS: Final = (5, 5, 5, 5, 6)


def random_code(rng: Rng = system_rng) -> Secret[bytes]:
    """Return a new code of 128 bits: §13.1."""
    return Secret(rng(CODE_BYTES))


def encode_code(code: Secret[bytes]) -> Secret[str]:
    """Return the printed form, five groups joined by hyphens, 31 characters beside them: §13.2."""
    return Secret("-".join(encode_groups(code.reveal(), CODE_GROUPS)))


def decode_code(text: str) -> Secret[bytes]:
    """Read a code as it was typed: §13.2.

    Raises:
        MistypedCode: with the groups (1 to 5) that are not what was printed.
        MalformedError: too few or too many characters, and no group can be blamed.
    """
    return Secret(decode_groups(text, CODE_GROUPS, CODE_BYTES, section="13.2"))


def credential_from_code(uuid: str, code: Secret[bytes]) -> Secret[str]:
    """Return the private credential (§9.1) of a code in the election ``uuid``: §13.3."""
    digest = labelled_bytes(CREDENTIAL_LABEL, [uuid, code.reveal()])
    number, characters = int.from_bytes(digest, "big"), ""
    for _ in range(CREDENTIAL_CHARACTERS):
        number, digit = divmod(number, 58)
        characters += BASE58_ALPHABET[digit]
    return format_credential(Secret(characters))


def sign_in_number(uuid: str, code: Secret[bytes]) -> str:
    """Return the 32 hexadecimal digits by which the roll knows a code: §13.4."""
    return labelled_digest(SIGN_IN_LABEL, [uuid, code.reveal()])[:32]
