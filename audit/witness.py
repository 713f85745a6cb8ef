# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness: it co-signs a checkpoint that begins with all it co-signed before. §22.

Here a request's bytes become an answer. The network is in ``witness_server.py``, the memory in
``witness_store.py``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audit.notes import Checkpoint, SignatureLine, VerifierKey, decode_base64, decode_checkpoint
from audit.record import MAX_CHECKPOINT
from audit.tree import EMPTY_ROOT, HASH_BYTES
from audit.tree_proofs import MAX_HASHES, is_consistent
from audit.witness_key import WitnessKey
from audit.witness_store import Store, last_signed, name_of
from audit.words import Malformed

TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
MAX_BODY = MAX_CHECKPOINT + MAX_HASHES * 48 + 64
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a request."""

    status: int
    body: bytes
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to co-sign, well formed: from which size, by which proof, which checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


class Witness:
    """A witness of some logs.

    Args:
        key: its own.
        logs: the keys of the logs that it knows, each with its origin as name.
        store: its memory, which no other process has.
        now: the time, in seconds since 1970 UTC.

    Raises:
        Unusable: what it remembers of one of these logs was damaged.
    """

    def __init__(
        self, key: WitnessKey, logs: Iterable[VerifierKey], store: Store, now: Callable[[], int]
    ) -> None:
        self.key = key
        self.logs = {log.name: log for log in logs}
        self._by_name = {name_of(log.name): log for log in self.logs.values()}
        self._store = store
        self._now = now
        self._one_at_a_time = threading.Lock()
        for log in self.logs.values():
            last_signed(store, log, key.verifier)

    def checkpoint(self, name: str) -> Answer:
        """The last checkpoint co-signed of the log whose origin has this SHA-256.

        Raises:
            OSError, Unusable: the memory does not give it.
        """
        log = self._by_name.get(name)
        kept = None if log is None else self._store.read(log.name)
        if kept is None:
            return _refusal(404, "nothing was signed of this log")
        return Answer(200, kept)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Co-sign, or say why not; what is co-signed is on the disk before this returns.

        Raises:
            OSError, Unusable: the memory does not work; nothing was co-signed.
        """
        try:
            asked = _asked(body)
        except Malformed as refusal:
            return _refusal(400, refusal.text.en)
        log = self.logs.get(asked.checkpoint.origin)
        if log is None:
            return _refusal(404, "this log is not known here")
        if not asked.checkpoint.signed_by(log):
            return _refusal(403, "not signed by the log's key")
        if asked.old > asked.checkpoint.size:
            return _refusal(400, "the old size is larger than the checkpoint's")
        with self._one_at_a_time:
            return self._cosigned(log, asked)

    def _cosigned(self, log: VerifierKey, asked: Asked) -> Answer:
        """Compare with what was co-signed before, and remember: one step (§22)."""
        last = last_signed(self._store, log, self.key.verifier)
        size, root, time = (0, EMPTY_ROOT, 0) if last is None else (*_tree(last[0]), last[1])
        if asked.old != size:
            return Answer(409, b"%d\n" % size, SIZE)
        checkpoint = asked.checkpoint
        if not is_consistent(size, root, *_tree(checkpoint), asked.proof):
            return _refusal(422, "the proof does not show that this tree begins with the last")
        line = self.key.cosign(checkpoint.text, max(self._now(), time))
        own = SignatureLine(log.name, log.id, checkpoint.of(log)[0]).encode()
        self._store.keep(log.name, checkpoint.text + b"\n" + own + line)
        return Answer(200, line)


def _tree(checkpoint: Checkpoint) -> tuple[int, bytes]:
    return checkpoint.size, checkpoint.root


def _asked(body: bytes) -> Asked:
    """``old <size>``, hashes, an empty line, the checkpoint (§22)."""
    head, empty, note = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not empty or old is None or len(lines) > MAX_HASHES:
        raise _bad()
    return Asked(int(old[1]), tuple(_hash(line) for line in lines), decode_checkpoint(note))


def _hash(line: bytes) -> bytes:
    kept = decode_base64(line.decode("latin-1"))
    if len(kept) != HASH_BYTES:
        raise _bad()
    return kept


def _bad() -> Malformed:
    return Malformed("une demande mal formée (§22)", "a malformed request (§22)")


def _refusal(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode())
