# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness of one growing log, and requests to it, for the tests of what it answers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from audit.notes import COSIGNATURE, VerifierKey, decode_key
from audit.witness import TEXT, Answer, Witness
from audit.witness_key import WitnessKey
from audit.witness_store import Store
from tests.tamper.forge.logs import (
    STAMPED_AT,
    Cosigner,
    LogKey,
    board_key,
    checkpoint_text,
    consistency,
    journal_key,
    root,
)

LOG, OTHER_LOG = board_key("WitnessedLog14"), journal_key("WitnessedLog14")
STRANGER = board_key("AnotherEleCtion")
SIGNER = Cosigner("temoin.exemple.fr", b"w" * 32)
KEY = decode_key(SIGNER.vkey, COSIGNATURE)
ENTRIES = [f"entry {n}".encode() for n in range(40)]
OTHERS = [b"other", *ENTRIES[1:]]
"""Another log of the same key, from the first entry on."""


NAME = sha256(LOG.name.encode()).hexdigest()
THIEF = LogKey(LOG.name, b"t" * 32)
"""Another key that bears the log's name."""

STORES: list[Store] = []


class Clock:
    """A time that tests set."""

    def __init__(self) -> None:
        self.now = STAMPED_AT

    def __call__(self) -> int:
        return self.now


def logs() -> list[VerifierKey]:
    return [decode_key(LOG.vkey), decode_key(OTHER_LOG.vkey)]


def witness(folder: Path, clock: Clock | None = None, store: Store | None = None) -> Witness:
    """A witness of both logs; ``close_stores`` closes its folder."""
    memory = store or Store(folder)
    STORES.append(memory)
    return Witness(WitnessKey(SIGNER.name, SIGNER.seed), logs(), memory, clock or Clock())


def text_of(size: int, entries: Sequence[bytes] = ENTRIES) -> bytes:
    """The text of the log's checkpoint at this size."""
    return checkpoint_text(LOG.name, size, root(entries[:size]))


def refused(answer: Answer, status: int) -> bool:
    """Whether it answers so, in words and without any signature."""
    return answer.status == status and answer.kind == TEXT and b"\xe2\x80\x94" not in answer.body


def close_stores() -> None:
    while STORES:
        STORES.pop().close()


def body(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """A request as it is sent (§22)."""
    lines = [f"old {old}", *(b64encode(p).decode() for p in proof)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + checkpoint


def grown(old: int, size: int, entries: Sequence[bytes] = ENTRIES, log: object = LOG) -> bytes:
    """The honest request to co-sign the first ``size`` entries, after the first ``old``."""
    assert isinstance(log, type(LOG))
    proof = consistency(entries[:size], old) if 0 < old < size else []
    return body(old, proof, log.checkpoint(entries[:size]))
