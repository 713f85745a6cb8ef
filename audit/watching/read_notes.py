# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints as a server gives them, and the lines of them that are kept. docs/protocol.md §18.3.

Anybody can put lines below a checkpoint. Those that count are the log's own, its stamp and those
of the sealed witnesses, where they verify; no others are kept, so nobody fills a store with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.cosignatures import cosigned_at, stamp_key
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.server import Server
from audit.watching.site import Away
from audit.words import Malformed, Text


class Unsigned(Away):
    """A checkpoint that is not the sealed key's."""


@dataclass(frozen=True, slots=True)
class Read:
    """A checkpoint that the log's key signed: the note with the lines that count, and its stamp."""

    text: str
    size: int
    root: bytes
    stamp: int | None


def read_note(data: bytes, server: Server, log: str) -> Read:
    """What the server gives as the checkpoint of ``board`` or ``journal``.

    Raises:
        Unsigned: the log's key did not sign it.
    """
    key = server.log_key(log)
    try:
        checkpoint = decode_checkpoint(data)
    except Malformed as refusal:
        why: Text = refusal.text
        raise Unsigned(
            f"il donne un point de contrôle mal formé, {why.fr}",
            f"it gives a malformed checkpoint, {why.en}",
        ) from refusal
    if checkpoint.origin != key.name or not checkpoint.signed_by(key):
        raise Unsigned(
            "il donne un point de contrôle qui n'est pas signé par la clé de l'élection",
            "it gives a checkpoint that the election's key did not sign",
        )
    stamper = stamp_key(key)
    keys = [key, *(each for each in (stamper, *server.witnesses) if _time(checkpoint, each))]
    lines = b"".join(_line(checkpoint, each) for each in keys)
    text = (checkpoint.text + b"\n" + lines).decode("utf-8")
    time = _time(checkpoint, stamper)
    return Read(text, checkpoint.size, checkpoint.root, time[0] if time else None)


def own_lines(text: str) -> str:
    """A note with no other lines than those of the log itself: what evidence rests on (§21)."""
    signed, _, lines = text.partition("\n\n")
    name = signed.partition("\n")[0]
    own = (line for line in lines.splitlines(keepends=True) if line.split(" ")[1] == name)
    return f"{signed}\n\n{''.join(own)}"


def _time(checkpoint: Checkpoint, key: VerifierKey) -> list[int]:
    """When this key co-signed, if it did so once and the line verifies."""
    try:
        time = cosigned_at(checkpoint, key)
    except Malformed:
        return []
    return [] if time is None else [time]


def _line(checkpoint: Checkpoint, key: VerifierKey) -> bytes:
    return next(x.encode() for x in checkpoint.lines if (x.name, x.id) == (key.name, key.id))
