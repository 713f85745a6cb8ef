# SPDX-License-Identifier: AGPL-3.0-or-later
"""What evidence is made of, and what it is judged by: docs/protocol.md §21."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audit.binding import Binding
from audit.cosignatures import cosigned_at, stamp_key
from audit.election import Election
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.server import Server
from audit.strict_json import read_hash, read_list, read_text
from audit.words import Malformed, Text

LOGS = {
    "board": Text("l'urne", "the board"),
    "journal": Text("le journal", "the journal"),
}
STALLED_SECONDS = 3600
LATE_SECONDS = 300
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accused:
    """The election that evidence speaks about, its bindings, and its server's sealed keys."""

    election: Election
    server: Server
    binding: Binding

    @property
    def closes_at(self) -> int:
        """The sealed closing, in seconds since 1970 UTC."""
        return self.binding.hours.closes_at


@dataclass(frozen=True, slots=True)
class Held:
    """What evidence shows of its election, in one sentence; who saw it and when, if on a word."""

    sentence: Text
    observer: str | None = None
    seen_at: int = 0

    @property
    def convicts(self) -> bool:
        """Whether it proves the fault of the server of the election in it, by itself (§21)."""
        return self.observer is None


@dataclass(frozen=True, slots=True)
class Kind:
    """The members that follow ``kind``, in order, and the function that judges them."""

    members: str
    judge: Callable[[Accused, Fields], Held]


def read_log(accused: Accused, fields: Fields) -> tuple[VerifierKey, Text]:
    """The key of the log that is named, and how a sentence names it."""
    log = read_text(fields["log"], "log")
    if log not in LOGS:
        raise Malformed("« log » inconnu (§21)", "unknown “log” (§21)")
    return accused.server.log_key(log), LOGS[log]


def read_note(value: Any) -> bytes:  # noqa: ANN401
    """The bytes of a note, which is a text."""
    return read_text(value, "note").encode("utf-8")


def read_signed(value: Any, key: VerifierKey) -> Checkpoint:  # noqa: ANN401
    """A checkpoint of this log, signed by it (§18.3), with no false line in its name (§21)."""
    checkpoint = decode_checkpoint(read_note(value))
    if checkpoint.origin != key.name or not checkpoint.signed_by(key):
        raise unsigned()
    stamps = [stamp_key(key)] if cosigned_at(checkpoint, stamp_key(key)) is not None else []
    own = sum(line.name == key.name for line in checkpoint.lines)
    if own != 1 + len(stamps):
        raise Malformed(
            "une ligne au nom du serveur qui n'est pas la sienne (§21)",
            "a line in the server's name that is not its own (§21)",
        )
    return checkpoint


def stamped_at(checkpoint: Checkpoint, key: VerifierKey) -> int:
    """The time of the log's own stamp (§18.6)."""
    time = cosigned_at(checkpoint, stamp_key(key))
    if time is None:
        raise Malformed("un point de contrôle sans tampon (§18.6)", "no stamp (§18.6)")
    return time


def read_proof(value: Any) -> list[bytes]:  # noqa: ANN401
    """The hashes of a proof."""
    return [bytes.fromhex(read_hash(item, "proof")) for item in read_list(value, "proof")]


def unsigned() -> Malformed:
    """The refusal of what another key signed, or none."""
    return Malformed(
        "ce n'est pas signé par la clé de cette élection (§18.3)",
        "it is not signed by this election's key (§18.3)",
    )


def shows_nothing(fr: str, en: str) -> Malformed:
    """The refusal of what is well formed, and no fault."""
    return Malformed(f"aucune faute dans {fr} (§21)", f"no fault in {en} (§21)")
