# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of the roll, one file for each election, outside the database: docs/operations.md.

From the 32 bytes of the file come one key that encrypts names and addresses and one that
authenticates PINs. Who destroys the file destroys the roll, whatever backups there are.
"""

import hmac
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evote.secret_files import create_secret_file, destroy_secret_file, read_secret_file
from protocol.encoding import BASE58_ALPHABET
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

KEY_BYTES: Final = 32
KINDS: Final = ("key", "logs")  # of an election's secrets, each a file
FIRST_LINE: Final = "EVOTE-SERVER-SECRET-1 secret: never send, print or back up with the database"
_NONCE_BYTES: Final = 12
_ENCRYPTION_USE: Final = b"preau/server/1/encryption"
_MAC_USE: Final = b"preau/server/1/mac"
_FILE: Final = re.compile(re.escape(FIRST_LINE) + r"\n([0-9a-f]{64})\n")
_UUID: Final = re.compile(f"[{BASE58_ALPHABET}]{{14,64}}")


class KeyUnavailable(Exception):
    """The key of an election cannot be had, or does not fit: one lower-case sentence."""


class DoesNotOpen(KeyUnavailable):
    """A sealed value is of another key or place, or damaged."""


class ElectionKeys:
    """The key of one election, in use. Its text names nothing of it."""

    __slots__ = ("_cipher", "_mac_key")

    def __init__(self, master: Secret[bytes]) -> None:
        self._cipher = AESGCM(_derive(master, _ENCRYPTION_USE))
        self._mac_key = Secret(_derive(master, _MAC_USE))

    def seal(self, place: Sequence[str | int], plaintext: bytes, rng: Rng = system_rng) -> bytes:
        """Encrypt for one place, such as ("elector", 12): moved elsewhere it does not open."""
        nonce = rng(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, _frame(place))

    def open(self, place: Sequence[str | int], sealed: bytes) -> bytes:
        """Decrypt what was sealed for this place.

        Raises:
            DoesNotOpen: another key, another place, or damaged.
        """
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _frame(place))
        except (InvalidTag, ValueError) as cause:
            raise DoesNotOpen("a sealed value does not open with this key") from cause

    def mac(self, parts: Sequence[str | int]) -> bytes:
        """Return the HMAC-SHA256 of these parts, no two lists of which are taken for one."""
        return hmac.digest(self._mac_key.reveal(), _frame(parts), "sha256")


class KeyFolder:
    """The folder of the keys, readable by the server alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def create(self, uuid: str, rng: Rng = system_rng) -> ElectionKeys:
        """Make the key of a new election, durably.

        Raises:
            KeyUnavailable: there is one already, or the folder cannot be written.
        """
        key, path = rng(KEY_BYTES), self.file(uuid)
        try:
            create_secret_file(path, f"{FIRST_LINE}\n{key.hex()}\n".encode("ascii"))
        except OSError as cause:
            raise KeyUnavailable(f"the key {path} cannot be made ({cause.strerror})") from cause
        return ElectionKeys(Secret(key))

    def load(self, uuid: str) -> ElectionKeys:
        """Return the key of an election.

        Raises:
            KeyUnavailable: there is none, or it cannot be read.
        """
        path = self.file(uuid)
        try:
            return decode_key(read_secret_file(path), path.name)
        except OSError as cause:
            raise KeyUnavailable(f"the key {path} cannot be read") from cause

    def destroy(self, uuid: str) -> None:
        """Overwrite and remove the key of an election; nothing if there is none."""
        destroy_secret_file(self.file(uuid))

    @property
    def heads(self) -> Path:
        """Where the largest sizes ever signed are kept: docs/adr/0015."""
        return self._path / "heads.sqlite"

    def uuids(self) -> tuple[str, ...]:
        """Return the numbers of the elections that have a secret here, in their order.

        Raises:
            KeyUnavailable: the folder cannot be read.
        """
        try:
            names = [path.name.rpartition(".") for path in self._path.iterdir()]
        except OSError as cause:
            raise KeyUnavailable(f"the folder {self._path} cannot be read") from cause
        found = {uuid for uuid, _, kind in names if kind in KINDS and _UUID.fullmatch(uuid)}
        return tuple(sorted(found))

    def file(self, uuid: str, kind: str = "key") -> Path:
        """Return where an election's secrets of this kind lie.

        Raises:
            KeyUnavailable: no election can have this number.
        """
        if not _UUID.fullmatch(uuid):
            raise KeyUnavailable("this is not the number of an election")
        return self._path / f"{uuid}.{kind}"


def decode_key(data: Secret[bytes], name: str) -> ElectionKeys:
    """Read the file of an election's key.

    Raises:
        KeyUnavailable: it is not one.
    """
    found = _FILE.fullmatch(data.reveal().decode("ascii", "replace"))
    if found is None:
        raise KeyUnavailable(f"the file {name} is not the key of an election")
    return ElectionKeys(Secret(bytes.fromhex(found[1])))


def _derive(master: Secret[bytes], use: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=use).derive(master.reveal())


def _frame(parts: Sequence[str | int]) -> bytes:
    # Each part with its length before it.
    texts = [str(part).encode() for part in parts]
    return b"".join(len(text).to_bytes(8, "big") + text for text in texts)
