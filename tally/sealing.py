# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing a secret under a passphrase, in three lines of ASCII: docs/protocol.md §7.14.

Argon2id turns the passphrase into a key, XChaCha20-Poly1305 seals with it. The parameters stand in
the file so that other programs can open it, but none other than ours are obeyed.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Final

from nacl import bindings as sodium
from nacl import pwhash
from nacl.exceptions import CryptoError

from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.errors import Refusal, Unreadable
from tally.passphrase import normalise

MEMORY_KIB: Final = 19456
PASSES: Final = 2
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 24

KEPT_COPY: Final = (
    "reprenez votre copie de secours, ou la copie sur papier avec « evote-tally restore »"
)

Members = dict[str, JsonValue]


def seal(
    first_line: str,
    members: Members,
    plaintext: Secret[bytes],
    passphrase: Secret[str],
    rng: Rng = system_rng,
) -> bytes:
    """Return the three lines, with a new salt and nonce: docs/protocol.md §7.14.

    Args:
        first_line: what a person and a scanner recognise, ASCII without a newline.
        members: what the header says after ``nonce``, in order.
        plaintext: what is sealed.
        passphrase: normalised here.
        rng: where salt and nonce come from.
    """
    salt, nonce = rng(SALT_BYTES), rng(NONCE_BYTES)
    header: Members = {**_parameters(salt, nonce), **members}
    clear = first_line.encode("ascii") + b"\n" + encode_json(header) + b"\n"
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext.reveal(), clear, nonce, _derive(passphrase, salt).reveal()
    )
    return clear + b64encode(sealed) + b"\n"


def read_members(first_line: str, data: bytes) -> Members:
    """Return the members of the header after ``nonce``, not yet authenticated: §7.14.

    Raises:
        Unreadable: the file is not of this kind, was damaged, or has other parameters.
    """
    return _read(first_line, data)[0]


def unseal(first_line: str, data: bytes, passphrase: Secret[str]) -> tuple[Members, Secret[bytes]]:
    """Return the header's members after ``nonce``, authenticated, and what was sealed: §7.14.

    Raises:
        Unreadable: the file is not of this kind, was damaged, or has other parameters.
        Refusal: the passphrase is not the one, or a byte of the file was changed.
    """
    members, clear, salt, nonce, sealed = _read(first_line, data)
    try:
        plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed, clear, nonce, _derive(passphrase, salt).reveal()
        )
    except CryptoError as cause:
        raise Refusal(
            "ce n'est pas la bonne phrase secrète : la clé secrète reste fermée",
            "vérifiez l'orthographe et l'ordre des mots sur votre papier",
        ) from cause
    return members, Secret(plaintext)


def _parameters(salt: bytes, nonce: bytes) -> Members:
    return {
        "kdf": "argon2id",
        "memory_kib": MEMORY_KIB,
        "passes": PASSES,
        "lanes": 1,
        "salt": salt.hex(),
        "cipher": "xchacha20-poly1305",
        "nonce": nonce.hex(),
    }


def _derive(passphrase: Secret[str], salt: bytes) -> Secret[bytes]:
    # libsodium's Argon2id is version 1.3 with one lane, as the header says.
    return Secret(
        pwhash.argon2id.kdf(
            KEY_BYTES,
            normalise(passphrase.reveal()).encode("utf-8"),
            salt,
            opslimit=PASSES,
            memlimit=MEMORY_KIB * 1024,
        )
    )


def _read(first_line: str, data: bytes) -> tuple[Members, bytes, bytes, bytes, bytes]:
    lines = data.split(b"\n")
    if lines[0] != first_line.encode("ascii"):
        raise Unreadable(
            "ce fichier n'est pas un fichier secret de ce genre",
            "donnez votre fichier secret-N.key, tel que ce programme l'a écrit",
        )
    try:
        if len(lines) != 4 or lines[3]:
            raise MalformedError("not three lines", section="7.14")
        header = decode_canonical_json(lines[1])
        fields = Fields(header, where="header", section="7.14")
        salt = bytes.fromhex(fields.text("salt", 2 * SALT_BYTES))
        nonce = bytes.fromhex(fields.text("nonce", 2 * NONCE_BYTES))
        sealed = b64decode(lines[2], validate=True)
    except (MalformedError, ValueError, binascii.Error) as cause:
        raise _damaged() from cause
    expected = _parameters(salt, nonce)
    if not isinstance(header, dict) or (len(salt), len(nonce)) != (SALT_BYTES, NONCE_BYTES):
        raise _damaged()
    if list(header.items())[: len(expected)] != list(expected.items()):
        raise Unreadable(
            "cette clé secrète demande une protection que ce programme ne connaît pas", KEPT_COPY
        )
    members = {name: value for name, value in header.items() if name not in expected}
    return members, lines[0] + b"\n" + lines[1] + b"\n", salt, nonce, sealed


def _damaged() -> Unreadable:
    return Unreadable("le fichier de la clé secrète est abîmé", KEPT_COPY)
