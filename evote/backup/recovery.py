# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recovery key: backups are sealed to its public half; its secret half stays off the server.

The secret half lies under a passphrase, in the three lines of docs/protocol.md §7.14 with another
first line. The public half is one line of text with a check, which may lie anywhere.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from evote.errors import Refusal, Unreadable
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.files import read_file
from tally.sealing import seal, unseal

FIRST_LINE: Final = "EVOTE-RECOVERY-SECRET-1 secret: opens every backup; keep it off the server"
PUBLIC_SUFFIX: Final = ".pub"
KEY_BYTES: Final = 32
CHECK_DIGITS: Final = 8
_PUBLIC: Final = re.compile(r"EVOTE-RECOVERY-PUBLIC-1 ([0-9a-f]{64}) ([0-9a-f]{8})\n?")
_CHECK_LABEL: Final = b"evote/v1/recovery-key\n"
_WHICH: Final = "donnez le fichier que evote backup key a écrit, tel quel"


class NotSealedToThis(Exception):
    """The recovery key is not the one to which this was sealed, or it was altered."""


@dataclass(frozen=True, slots=True)
class RecoveryPublicKey:
    """What a backup is sealed to: 32 bytes of X25519."""

    key: bytes

    @classmethod
    def decode(cls, text: str) -> "RecoveryPublicKey":
        """Read the line of a ``.pub`` file.

        Raises:
            Unreadable: not such a line, a digit is wrong, or nothing can be sealed to it.
        """
        found = _PUBLIC.fullmatch(text)
        if found is not None and (public := cls(bytes.fromhex(found[1]))).check == found[2]:
            return public
        raise Unreadable(
            "ce n'est pas la clé publique d'une clé de secours, ou elle est mal recopiée",
            "donnez le fichier .pub que evote backup key a écrit, tel quel",
        )

    @property
    def check(self) -> str:
        """Eight digits by which people compare two keys, and by which a copy is known good."""
        return hashlib.sha256(_CHECK_LABEL + self.key).hexdigest()[:CHECK_DIGITS]

    def encode(self) -> str:
        """Return the line, without its newline."""
        return f"EVOTE-RECOVERY-PUBLIC-1 {self.key.hex()} {self.check}"

    def seal(self, plaintext: Secret[bytes]) -> bytes:
        """Return a sealed box of libsodium's, which the secret half alone opens.

        Raises:
            Unreadable: nothing can be sealed to this key.
        """
        try:
            return SealedBox(PublicKey(self.key)).encrypt(plaintext.reveal())
        except (CryptoError, RuntimeError) as cause:  # a point of small order
            raise Unreadable("rien ne peut être fermé avec cette clé publique", _WHICH) from cause


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryKey:
    """The secret half."""

    secret: Secret[bytes]

    @property
    def public(self) -> RecoveryPublicKey:
        """The public half."""
        return RecoveryPublicKey(bytes(PrivateKey(self.secret.reveal()).public_key))

    def open(self, sealed: bytes) -> Secret[bytes]:
        """Open what was sealed to the public half.

        Raises:
            NotSealedToThis: to another, or it was altered.
        """
        try:
            return Secret(SealedBox(PrivateKey(self.secret.reveal())).decrypt(sealed))
        except (CryptoError, RuntimeError, ValueError) as cause:
            raise NotSealedToThis from cause


def make_recovery_key(rng: Rng = system_rng) -> RecoveryKey:
    """Draw a new recovery key."""
    return RecoveryKey(Secret(rng(KEY_BYTES)))


def encode_recovery_key(key: RecoveryKey, passphrase: Secret[str], rng: Rng = system_rng) -> bytes:
    """Return the file of the secret half: docs/protocol.md §7.14 with another first line."""
    return seal(FIRST_LINE, {"public": key.public.encode()}, key.secret, passphrase, rng)


def decode_recovery_key(data: bytes, passphrase: Secret[str]) -> RecoveryKey:
    """Open the file of the secret half.

    Raises:
        Unreadable: another kind of file, or a damaged one.
        Refusal: not its passphrase.
    """
    try:
        members, plaintext = unseal(FIRST_LINE, data, passphrase)
    except Unreadable as cause:
        raise Unreadable(
            "ce n'est pas le fichier d'une clé de secours, ou il est abîmé", _WHICH
        ) from cause
    except Refusal as cause:
        raise Refusal(
            "ce n'est pas la bonne phrase secrète, ou ce fichier a été modifié : la clé de "
            "secours reste fermée",
            "vérifiez l'orthographe et l'ordre des mots sur votre papier",
        ) from cause
    key = RecoveryKey(plaintext)
    if len(plaintext.reveal()) != KEY_BYTES or members != {"public": key.public.encode()}:
        raise Unreadable("le fichier de la clé de secours se contredit", _WHICH)
    return key


def read_public_key(path: Path) -> RecoveryPublicKey:
    """Read a ``.pub`` file.

    Raises:
        Unreadable: no such file, or another kind of file.
    """
    return RecoveryPublicKey.decode(read_file(path, limit=1024).decode("utf-8", "replace"))
