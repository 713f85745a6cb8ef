# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one secret that this package ever holds: the key of a witness. docs/protocol.md §18.6, §22.

Its file has two lines: one that a person and a scanner both recognise, and the key as the tools of
signed notes write it. It has no passphrase, because a witness starts by itself; its mode is 0600.
"""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

from nacl.signing import SigningKey

from audit.cosignatures import TIME_BYTES, cosigned_text
from audit.notes import COSIGNATURE, SignatureLine, VerifierKey, decode_base64, encode_key, is_name
from audit.system import explained, open_regular, sync_folder
from audit.words import Malformed, Text, Unusable

FIRST_LINE = "EVOTE-WITNESS-SECRET-1 secret: never send, print or copy this file"
_PREFIX = "PRIVATE+KEY"
_SEED_BYTES = 32
_MOST = 4096
_LONGEST_NAME = 255
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MAKE = Text(
    "faites-en une : evote-audit witness key --name NOM --out FICHIER",
    "make one: evote-audit witness key --name NAME --out FILE --lang en",
)


class WitnessKey:
    """A witness's name and secret key; nothing shows the secret but ``write_key``."""

    __slots__ = ("_signing", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        self._signing = SigningKey(seed)
        self.verifier = VerifierKey.of(name, bytes(self._signing.verify_key), COSIGNATURE)

    def __repr__(self) -> str:
        return f"WitnessKey({self.verifier.name!r}, …)"

    @property
    def vkey(self) -> str:
        """The public key, as an election names it (§8.3)."""
        return encode_key(self.verifier, COSIGNATURE)

    def cosign(self, text: bytes, time: int) -> bytes:
        """The line that says: at this time this was the largest tree that I had seen (§18.6)."""
        signature = self._signing.sign(cosigned_text(text, time)).signature
        blob = time.to_bytes(TIME_BYTES, "big") + signature
        return SignatureLine(self.verifier.name, self.verifier.id, blob).encode()

    def _written(self) -> bytes:
        kept = base64.b64encode(COSIGNATURE + bytes(self._signing)).decode("ascii")
        name, key_id = self.verifier.name, self.verifier.id.hex()
        return f"{FIRST_LINE}\n{_PREFIX}+{name}+{key_id}+{kept}\n".encode()


def make_key(name: str) -> WitnessKey:
    """A new key of this name, from the system's own randomness."""
    if not is_name(name) or len(name) > _LONGEST_NAME or "://" in name:
        raise Unusable(
            "ce nom ne peut pas être celui d'une clé : ni espace, ni signe +, ni https://",
            "this name cannot be a key's: no space, no plus sign, no https://",
            Text("par exemple : temoin.exemple.fr", "for instance: witness.example.org"),
        )
    return WitnessKey(name, os.urandom(_SEED_BYTES))


def write_key(key: WitnessKey, path: Path) -> None:
    """Write the secret file, which must not exist, for its owner's eyes alone.

    Raises:
        Unusable: it exists, or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key._written())  # noqa: SLF001 (the one place that shows the secret)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except FileExistsError as error:
        raise Unusable(
            "ce fichier existe déjà, et une clé ne s'écrase pas",
            "this file exists already, and a key is not overwritten",
            Text("donnez un autre nom à --out", "give --out another name"),
        ) from error
    except OSError as error:
        raise Unusable(*explained(error)) from error


def read_key(path: Path) -> WitnessKey:
    """The key of a secret file.

    Raises:
        Unusable: it cannot be read, is something else, or others may read it.
    """
    try:
        with open_regular(path) as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST)
    except OSError as error:
        raise Unusable(*explained(error), _MAKE) from error
    if os.name == "posix" and mode & _OTHERS:
        raise Unusable(
            "d'autres que vous peuvent lire cette clé secrète",
            "others than you can read this secret key",
            Text("retirez-leur ce droit : chmod 600", "take that right from them: chmod 600"),
        )
    try:
        return _decode(data.decode("utf-8"))
    except (UnicodeDecodeError, Malformed) as error:
        raise Unusable(
            "ce fichier n'est pas la clé d'un témoin", "this file is no witness's key", _MAKE
        ) from error


def _decode(text: str) -> WitnessKey:
    first, line, *rest = [*text.split("\n"), ""]
    head, plus, kept = line.removeprefix(f"{_PREFIX}+").partition("+")
    key_id, again, secret = kept.partition("+")
    if first != FIRST_LINE or rest != ["", ""] or not (plus and again) or not is_name(head):
        raise Malformed("", "no witness's key")
    typed = decode_base64(secret)
    if typed[:1] != COSIGNATURE or len(typed) != 1 + _SEED_BYTES:
        raise Malformed("", "no witness's key")
    key = WitnessKey(head, typed[1:])
    if key.verifier.id.hex() != key_id or not line.startswith(f"{_PREFIX}+"):
        raise Malformed("", "no witness's key")
    return key
