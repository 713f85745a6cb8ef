# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every hash that becomes a challenge, a key or a commitment: docs/protocol.md §2.5 and §3.

Two kinds, never mixed. The texts of Belenios are joined with ``|`` and ``,`` as that format fixes
them, each part decoded before. Ours carry one label per use and length-prefixed parts.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from protocol.group import Scalar
from protocol.rng import Rng

__all__ = ["Rng", "hash_to_scalar", "labelled_bytes", "labelled_digest", "labelled_scalar"]

# §3: the first word of each text that Belenios hashes.
POK_PREFIX: Final = "pok"
PROVE_PREFIX: Final = "prove"
BLANK_PREFIX: Final = "bproof0"
OVERALL_PREFIX: Final = "bproof1"
DECRYPT_PREFIX: Final = "decrypt"
SIGNATURE_PREFIX: Final = "sig"
MESSAGE_PREFIX: Final = "sigmsg"
CREDENTIAL_PREFIX: Final = "derive_credential"

# §3: our labels, one a use; each module that hashes under another label of ours names it
# ``…_LABEL`` at its top, and a test compares them all.
BOUND_DECRYPTION_LABEL: Final = "evote/v1/bound-decryption"
NONCE_LABEL: Final = "evote/v1/nonce"
RANDOMNESS_LABEL: Final = "evote/v1/randomness"
CREDENTIAL_LABEL: Final = "evote/v1/credential"
SIGN_IN_LABEL: Final = "evote/v1/sign-in"


def hash_to_scalar(text: str) -> Scalar:
    """Return SHA-256 of the UTF-8 text, read big-endian, modulo q: §3, the hashes of Belenios."""
    return Scalar.reduce(hashlib.sha256(text.encode("utf-8")).digest())


def labelled_scalar(label: str, parts: Sequence[str | bytes]) -> Scalar:
    """Return SHA-512 of label and parts (§2.5), its 64 bytes read big-endian, modulo q."""
    return Scalar.reduce(labelled_bytes(label, parts))


def labelled_digest(label: str, parts: Sequence[str | bytes]) -> str:
    """Return SHA-256 of label and parts (§2.5) as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(_frame(label, parts)).hexdigest()


def labelled_bytes(label: str, parts: Sequence[str | bytes]) -> bytes:
    """Return SHA-512 of label and parts (§2.5), 64 bytes."""
    return hashlib.sha512(_frame(label, parts)).digest()


def _frame(label: str, parts: Sequence[str | bytes]) -> bytes:
    # LP(label) || LP(part 1) || ... : each length on 8 bytes, big-endian, so no two lists of
    # parts give the same bytes.
    return b"".join(map(_length_prefixed, (label, *parts)))


def _length_prefixed(part: str | bytes) -> bytes:
    data = part.encode("utf-8") if isinstance(part, str) else part
    return len(data).to_bytes(8, "big") + data
