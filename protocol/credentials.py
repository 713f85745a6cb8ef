# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a private credential to the key that signs a ballot: docs/protocol.md §9.1."""

import re
from hashlib import sha256
from typing import Final

from protocol.encoding import BASE58_ALPHABET, random_base58
from protocol.errors import MalformedError
from protocol.group import Element, Scalar, generator_power
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import CREDENTIAL_PREFIX

CREDENTIAL_CHARACTERS: Final = 22

_C: Final = f"[{BASE58_ALPHABET}]"
_PRIVATE_CREDENTIAL: Final = re.compile(f"{_C}{{5}}-{_C}{{6}}-{_C}{{5}}-{_C}{{6}}")


def random_credential(rng: Rng = system_rng) -> Secret[str]:
    """Return a new private credential, ``XXXXX-XXXXXX-XXXXX-XXXXXX``: §9.1."""
    return format_credential(Secret(random_base58(CREDENTIAL_CHARACTERS, rng)))


def format_credential(characters: Secret[str]) -> Secret[str]:
    """Return the 22 base-58 characters in their four groups: §9.1."""
    text = characters.reveal()
    return Secret("-".join((text[:5], text[5:11], text[11:16], text[16:])))


def decode_credential(text: str) -> Secret[str]:
    """Read a private credential as a person gives it; MalformedError unless exact: §9.1."""
    if _PRIVATE_CREDENTIAL.fullmatch(text) is None:
        raise MalformedError("a private credential is not in its form", section="9.1")
    return Secret(text)


def derive_credential(uuid: str, credential: Secret[str]) -> Secret[Scalar]:
    """Return the secret x of a private credential in the election ``uuid``: §9.1."""
    # derive_credential|uuid|i|c, for i = 0 and 1: 512 bits, big-endian, modulo q.
    text = credential.reveal()
    digests = (sha256(f"{CREDENTIAL_PREFIX}|{uuid}|{i}|{text}".encode()).digest() for i in range(2))
    return Secret(Scalar.reduce(b"".join(digests)))


def public_credential(secret: Secret[Scalar]) -> Element:
    """Return the public credential g^x, the one that the board lists: §9.1."""
    return generator_power(secret.reveal())
