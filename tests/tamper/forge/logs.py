# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree, the server's keys and checkpoints of docs/protocol.md §18, by their definitions."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from nacl.signing import SigningKey

from tests.tamper.forge.texts import Json

HOST = "vote.exemple.fr:8443"
STAMPED_AT = 1_791_603_600


def root(entries: Sequence[bytes]) -> bytes:
    """§18.1, as the recursion that it is."""
    n = len(entries)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = split(n)
    return sha256(b"\1" + root(entries[:k]) + root(entries[k:])).digest()


def split(count: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(entries: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that one entry is in the tree of all: §18.5, as the recursion that it is."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if index < k:
        return [*inclusion(entries[:k], index), root(entries[k:])]
    return [*inclusion(entries[k:], index - k), root(entries[:k])]


def consistency(entries: Sequence[bytes], first: int, *, known: bool = True) -> list[bytes]:
    """The proof that the tree of all begins with that of the first so many: §18.5."""
    if first == len(entries):
        return [] if known else [root(entries)]
    k = split(len(entries))
    if first <= k:
        return [*consistency(entries[:k], first, known=known), root(entries[k:])]
    return [*consistency(entries[k:], first - k, known=False), root(entries[:k])]


def position(entries: Sequence[bytes]) -> Json:
    """`{"size":n,"root":hash}`."""
    return {"size": len(entries), "root": root(entries).hex()}


@dataclass(frozen=True)
class NoteKey:
    """A key that signs notes, of one type: §18.2."""

    name: str
    seed: bytes
    type: ClassVar[bytes]

    @property
    def public(self) -> bytes:
        return bytes(SigningKey(self.seed).verify_key)

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.type + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        kept = b64encode(self.type + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{kept}"

    def line_of(self, blob: bytes) -> bytes:
        """A line with whatever it signs with."""
        return f"\u2014 {self.name} {b64encode(self.id + blob).decode()}\n".encode()


class LogKey(NoteKey):
    """A key of the server's, whose name is the origin of a log: §18.2."""

    type = b"\x01"

    def line(self, text: bytes) -> bytes:
        """A signature line of §18.3."""
        return self.line_of(SigningKey(self.seed).sign(text).signature)

    @property
    def stamper(self) -> Cosigner:
        """Whoever stamps this log's checkpoints: §18.6."""
        return Cosigner(self.name, self.seed)

    def checkpoint(self, entries: Sequence[bytes], *, origin: str = "") -> bytes:
        """§18.3."""
        text = checkpoint_text(origin or self.name, len(entries), root(entries))
        return text + b"\n" + self.line(text)


class Cosigner(NoteKey):
    """A key that signs with a time: a witness's, or a log's for its stamps: §18.6."""

    type = b"\x04"

    def line(self, text: bytes, time: int = STAMPED_AT) -> bytes:
        """The line on a checkpoint's text."""
        signature = SigningKey(self.seed).sign(b"cosignature/v1\ntime %d\n" % time + text).signature
        return self.line_of(time.to_bytes(8, "big") + signature)


def checkpoint_text(origin: str, size: int, hashed: bytes) -> bytes:
    return f"{origin}\n{size}\n{b64encode(hashed).decode()}\n".encode()


def board_key(uuid: str, host: str = HOST) -> LogKey:
    return LogKey(f"{host}/{uuid}/board", sha256(b"board" + uuid.encode()).digest())


def journal_key(uuid: str, host: str = HOST) -> LogKey:
    return LogKey(f"{host}/{uuid}/journal", sha256(b"journal" + uuid.encode()).digest())


def verifier_keys(uuid: str) -> dict[str, Json]:
    """The last members of `election.evote` in version 2."""
    return {"board_key": board_key(uuid).vkey, "journal_key": journal_key(uuid).vkey}
