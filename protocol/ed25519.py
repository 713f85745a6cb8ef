# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures of RFC 8032, for checkpoints alone: docs/protocol.md §18.3.

Trustees sign with proofs of the group (§6.7); a server's log signs as tools of others expect.
"""

from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError

from protocol.errors import ProofError
from protocol.group import Element
from protocol.secret import Secret

SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def public_key(seed: Secret[bytes]) -> Element:
    """Return the public key of a seed of 32 bytes: §18.2."""
    public, _ = sodium.crypto_sign_seed_keypair(seed.reveal())
    return Element.decode(public[::-1].hex())


def sign(message: bytes, seed: Secret[bytes]) -> bytes:
    """Return the signature, 64 bytes, always the same of the same message: §18.3."""
    _, secret_key = sodium.crypto_sign_seed_keypair(seed.reveal())
    return sodium.crypto_sign(message, secret_key)[:SIGNATURE_BYTES]


def verify(message: bytes, signature: bytes, key: Element) -> None:
    """Check a signature, without cofactor, S below q: §18.3.

    Raises:
        ProofError: it does not hold.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise ProofError("a signature has not 64 bytes", section="18.3")
    try:
        sodium.crypto_sign_open(signature + message, key.to_rfc8032())
    except BadSignatureError as cause:
        raise ProofError("a signature of a log does not hold", section="18.3") from cause
