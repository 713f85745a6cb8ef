# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file of a backup: two lines in clear, then a stream that only the recovery key opens.

    EVOTE-BACKUP-1 …                        what a person and a scanner recognise
    {"evote_backup":1,"kind":…,…}           canonical JSON, authenticated with every chunk
    chunks                                  secretstream of libsodium, XChaCha20-Poly1305

The stream's key is random and lies in the header, in a sealed box for the recovery key. Every chunk
but the last has 65,536 bytes of plaintext and 17 more on the disk; the last is marked as such, so a
file that was cut, lengthened, reordered or put together from two does not open (docs/adr/0016).
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from evote.backup.recovery import NotSealedToThis, RecoveryKey, RecoveryPublicKey
from evote.errors import Refusal, Unreadable
from protocol.bindings import MAX_TIME
from protocol.encoding import Fields, decode_canonical_json, encode_json
from protocol.errors import ProtocolError
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

FIRST_LINE: Final = b"EVOTE-BACKUP-1 sealed: the recovery key alone opens it\n"
CHUNK_BYTES: Final = 65_536
ID_BYTES: Final = 16
_OVERHEAD: Final = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_FINAL: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MESSAGE: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_KEY_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
_START_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MAX_HEADER: Final = 4096
_ANOTHER: Final = "prenez une autre sauvegarde, ou une autre copie de celle-ci"


class Kind(Enum):
    """Which of the two files of a backup it is."""

    DATA = "data"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Label:
    """What the header says in clear.

    Attributes:
        kind: rows or keys.
        backup: 32 hexadecimal digits that both files of one backup have in common.
        made_at: when its snapshot was taken, in seconds since 1970 UTC.
    """

    kind: Kind
    backup: str
    made_at: int


class Sink(Protocol):
    """What a file is written to."""

    def write(self, data: bytes, /) -> object:
        """Take some more bytes."""


class Source(Protocol):
    """What a file is read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer only at the end."""

    def readline(self, size: int, /) -> bytes:
        """Return what is left of a line, at most so many bytes."""


class SealedWriter:
    """Seals what it is given, piece by piece, into a stream; ``finish`` must be called.

    Args:
        stream: where the file is written, from its first byte.
        label: what its header says.
        to: the recovery key that will open it.
        rng: where the stream's key comes from.
    """

    def __init__(
        self, stream: Sink, label: Label, to: RecoveryPublicKey, rng: Rng = system_rng
    ) -> None:
        key = Secret(rng(_KEY_BYTES))
        self._stream = stream
        self._pending = bytearray()
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        start = sodium.crypto_secretstream_xchacha20poly1305_init_push(self._state, key.reveal())
        header = encode_json(
            {
                "evote_backup": 1,
                "kind": label.kind.value,
                "backup": label.backup,
                "made_at": label.made_at,
                "recovery": to.encode(),
                "key": b64encode(to.seal(key)).decode("ascii"),
                "stream": start.hex(),
            }
        )
        self._clear = FIRST_LINE + header + b"\n"
        stream.write(self._clear)

    def write(self, data: bytes) -> None:
        """Seal some more."""
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:  # the last chunk is never empty but in a void file
            self._push(bytes(self._pending[:CHUNK_BYTES]), _MESSAGE)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal what is left, and mark the end."""
        self._push(bytes(self._pending), _FINAL)
        self._pending.clear()

    def _push(self, plaintext: bytes, tag: int) -> None:
        self._stream.write(
            sodium.crypto_secretstream_xchacha20poly1305_push(
                self._state, plaintext, self._clear, tag
            )
        )


class SealedReader:
    """A file of a backup that is being opened. Its label is not authentic before the first chunk.

    Args:
        stream: at the file's first byte.
        name: of the file, for the person who is told what is wrong with it.

    Raises:
        Unreadable: not a file of a backup.
    """

    def __init__(self, stream: Source, name: str) -> None:
        self._stream = stream
        self._name = name
        first, line = stream.readline(_MAX_HEADER), stream.readline(_MAX_HEADER)
        if first != FIRST_LINE:
            raise Unreadable(
                f"« {name} » n'est pas une sauvegarde de evote backup",
                "donnez les deux fichiers d'une même sauvegarde : preau-….data et preau-….keys",
            )
        self._clear = first + line
        try:
            fields = Fields(decode_canonical_json(line[:-1]), where="header", section="2.1")
            fields.integer("evote_backup", 1, 1)
            self.label = Label(
                Kind(fields.text("kind")),
                fields.text("backup"),
                fields.integer("made_at", 0, MAX_TIME),
            )
            self.recovery = fields.text("recovery")
            self._sealed_key = b64decode(fields.text("key"), validate=True)
            self._start = bytes.fromhex(fields.text("stream", 2 * _START_BYTES))
            fields.finish()
            if len(self._start) != _START_BYTES:
                raise ValueError
        except (ProtocolError, ValueError, binascii.Error) as cause:
            raise self._damaged("son en-tête n'est pas lisible") from cause

    def chunks(self, key: RecoveryKey) -> Iterator[bytes]:
        """Give the plaintext, each part authenticated before it is given.

        What was given is the beginning of what was sealed; that it is all of it is known when the
        iterator ends without an error.

        Raises:
            Refusal: sealed to another recovery key.
            Unreadable: cut, altered, reordered, or longer than it was.
        """
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(
            state, self._start, self._stream_key(key).reveal()
        )
        tag = _MESSAGE
        chunk = self._stream.read(CHUNK_BYTES + _OVERHEAD)
        while tag != _FINAL:
            try:
                plaintext, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
                    state, chunk, self._clear
                )
            except (CryptoError, ValueError, RuntimeError) as cause:
                raise self._damaged("il a été coupé ou modifié") from cause
            chunk = self._stream.read(CHUNK_BYTES + _OVERHEAD)
            if bool(chunk) is (tag == _FINAL):
                raise self._damaged("il ne finit pas où il devrait")
            yield plaintext

    def _stream_key(self, key: RecoveryKey) -> Secret[bytes]:
        if self.recovery != key.public.encode():
            raise Refusal(
                f"« {self._name} » n'a pas été fermé pour cette clé de secours",
                f"donnez la clé de secours dont le contrôle est {self.recovery[-8:]}",
            )
        try:
            return key.open(self._sealed_key)
        except NotSealedToThis as cause:
            raise self._damaged("son en-tête a été modifié") from cause

    def _damaged(self, how: str) -> Unreadable:
        return Unreadable(f"la sauvegarde « {self._name} » est abîmée : {how}", _ANOTHER)
