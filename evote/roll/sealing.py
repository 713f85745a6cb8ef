# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed roll and the commitment to it: docs/protocol.md §13.6.

The commitment is published, the roll is not: whoever holds roll and salt can show later that this
roll was the one, and nobody without the salt can test a name against it.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evote.roll.model import Elector
from protocol.encoding import JsonValue, encode_json, sha256_hex
from protocol.errors import MalformedError, ProofError
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

SALT_BYTES: Final = 32
_SECTION: Final = "13.6"


@dataclass(frozen=True, slots=True)
class SealedRoll:
    """The electors in the order of the sealed roll: §13.6. The first one is elector number 1."""

    electors: tuple[Elector, ...]

    def canonical(self) -> bytes:
        """Return R, the bytes that are committed to: docs/protocol.md §13.6."""
        entries: list[JsonValue] = [
            {
                "elector": number,
                "surname": _nfc(elector.surname),
                "given_name": _nfc(elector.given_name),
            }
            for number, elector in enumerate(self.electors, 1)
        ]
        return encode_json(entries)

    def digest(self) -> str:
        """Return the SHA-256 of R, which ties codes to their roll: docs/protocol.md §13.6.

        It has no salt: it stays in the desk's files and is never published.
        """
        return sha256_hex(self.canonical())


def seal_roll(electors: Iterable[Elector]) -> SealedRoll:
    """Put the electors in their final order: docs/protocol.md §13.6.

    By surname, then given name, code point by code point in NFC; homonyms by their first lines,
    so that the same file always gives the same numbers.
    """
    return SealedRoll(tuple(sorted(electors, key=_order)))


def new_salt(rng: Rng = system_rng) -> Secret[bytes]:
    """Return a fresh salt of ``SALT_BYTES`` bytes, to be kept and destroyed with the roll."""
    return Secret(rng(SALT_BYTES))


def commit_to_roll(sealed: SealedRoll, salt: Secret[bytes]) -> str:
    """Return SHA-256(salt ‖ R) as 64 lower-case hexadecimal digits: docs/protocol.md §13.6.

    Raises:
        MalformedError: the salt has not ``SALT_BYTES`` bytes.
    """
    key = salt.reveal()
    if len(key) != SALT_BYTES:
        raise MalformedError(f"a salt has not {SALT_BYTES} bytes", section=_SECTION)
    return hashlib.sha256(key + sealed.canonical()).hexdigest()


def verify_roll_commitment(commitment: str, sealed: SealedRoll, salt: Secret[bytes]) -> None:
    """Check that this roll and salt are those committed to: docs/protocol.md §13.6.

    Raises:
        MalformedError: the salt has not ``SALT_BYTES`` bytes.
        ProofError: they are not.
    """
    if not hmac.compare_digest(commitment.encode(), commit_to_roll(sealed, salt).encode()):
        raise ProofError("the roll is not the one committed to", section=_SECTION)


def _order(elector: Elector) -> tuple[str, str, tuple[int, ...]]:
    return _nfc(elector.surname), _nfc(elector.given_name), elector.rows


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
