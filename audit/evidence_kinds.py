# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of evidence, what each must show and what it then says: docs/protocol.md §21.

Some convict: nobody but the holder of the server's key can have made them. The others are
observations, which rest on the word of whoever saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audit.binding import YEAR_10000
from audit.cosignatures import cosigned_at, stamp_key
from audit.election import Election
from audit.moments import moment
from audit.notes import Checkpoint, VerifierKey, decode_checkpoint
from audit.plain_text import plain_text
from audit.promises import Promise, decode_promise
from audit.server import Server
from audit.strict_json import INTEGER_BOUND, read_hash, read_integer, read_list, read_text
from audit.tree import EMPTY_ROOT
from audit.tree_proofs import (
    Leaves,
    begun_consistency_proof,
    consistent_roots,
    included_root,
)
from audit.words import Malformed, Text, shown

LOGS = {
    "board": Text("l'urne", "the board"),
    "journal": Text("le journal", "the journal"),
}
STALLED_SECONDS = 3600
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accused:
    """The election that evidence speaks about, and its server's sealed keys."""

    election: Election
    server: Server


@dataclass(frozen=True, slots=True)
class Held:
    """What evidence shows, in one sentence; who saw it and when, if it rests on a word."""

    sentence: Text
    observer: str | None = None
    seen_at: int = 0

    @property
    def convicts(self) -> bool:
        """Whether it proves the fault by itself (§21)."""
        return self.observer is None


@dataclass(frozen=True, slots=True)
class Kind:
    """The members that follow ``kind``, in order, and the function that judges them."""

    members: str
    judge: Callable[[Accused, Fields], Held]


def fork_proof(leaves: Leaves, first: int, second: int) -> list[str]:
    """The ``proof`` of a ``fork``, from the leaves of the second tree (§21).

    Args:
        leaves: of the larger tree, joined; at least ``second`` of them.
        first: the size of the smaller tree.
        second: that of the larger, or the same.
    """
    if first in (0, second):
        return []
    return [p.hex() for p in begun_consistency_proof(leaves, first, second)]


# ------------------------------------------------------------------ what convicts


def _fork(accused: Accused, fields: Fields) -> Held:
    key, log = _log(accused, fields)
    first, second = _signed(fields["first"], key), _signed(fields["second"], key)
    proof = _proof(fields["proof"])
    if not _exclude_each_other(first, second, proof):
        raise _shows_nothing("les deux points de contrôle", "the two checkpoints")
    return Held(
        Text(
            f"le serveur a signé deux états de {log.fr} qui s'excluent, l'un de taille"
            f" {first.size}, l'autre de taille {second.size} : il a montré aux uns ce qu'il a"
            " caché aux autres",
            f"the server signed two states of {log.en} that exclude each other, of sizes"
            f" {first.size} and {second.size}: it showed to some what it hid from others",
        )
    )


def _exclude_each_other(first: Checkpoint, second: Checkpoint, proof: list[bytes]) -> bool:
    """Whether no log can have both, the first being the smaller (§21)."""
    if not proof:
        forked = first.size == second.size and first.root != second.root
        return forked or (first.size == 0 and first.root != EMPTY_ROOT)
    roots = consistent_roots(first.size, second.size, proof)  # None unless the first is smaller
    return roots is not None and roots[0] != first.root and roots[1] == second.root


def _rollback(accused: Accused, fields: Fields) -> Held:
    key, log = _log(accused, fields)
    first, second = _signed(fields["first"], key), _signed(fields["second"], key)
    before, after = _stamp(first, key), _stamp(second, key)
    if not (before < after and second.size < first.size):
        raise _shows_nothing("les deux points de contrôle", "the two checkpoints")
    early, late = moment(before), moment(after)
    return Held(
        Text(
            f"le serveur a raccourci {log.fr} : {first.size} signés {early.fr}, puis"
            f" {second.size} seulement {late.fr}",
            f"the server shortened {log.en}: {first.size} signed {early.en}, then only"
            f" {second.size} {late.en}",
        )
    )


def _promise_broken(accused: Accused, fields: Fields) -> Held:
    key = accused.server.board_key
    promise = decode_promise(_note(fields["promise"]))
    if not promise.signed_by(key):
        raise _unsigned()
    checkpoint, proof = _signed(fields["checkpoint"], key), _proof(fields["proof"])
    leaf = read_text(fields["leaf"], "leaf")
    if not leaf:
        how = _too_late(promise, checkpoint, key, proof)
    else:
        how = _another(promise, checkpoint, bytes.fromhex(read_hash(leaf, "leaf")), proof)
    until = moment(promise.until)
    return Held(
        Text(
            "le serveur a promis de publier un bulletin à la place"
            f" {promise.index}, au plus tard {until.fr}, et {how.fr}",
            f"the server promised to publish a ballot at place {promise.index} by a time"
            f" ({until.en}), and {how.en}",
        )
    )


def _too_late(
    promise: Promise, checkpoint: Checkpoint, key: VerifierKey, proof: list[bytes]
) -> Text:
    """The time is over and the board is still too short."""
    after = _stamp(checkpoint, key)
    if proof or not (after > promise.until and checkpoint.size <= promise.index):
        raise _shows_nothing("la promesse", "the promise")
    when = moment(after)
    return Text(
        f"{when.fr} l'urne n'allait que jusqu'à {checkpoint.size}",
        f"{when.en} the board had {checkpoint.size} events only",
    )


def _another(promise: Promise, checkpoint: Checkpoint, leaf: bytes, proof: list[bytes]) -> Text:
    """Another event is where the promised one was to be."""
    root = included_root(leaf, promise.index, checkpoint.size, proof)
    if leaf == promise.leaf or root != checkpoint.root:
        raise _shows_nothing("la promesse", "the promise")
    return Text("y a publié autre chose", "published something else there")


# ------------------------------------------------------------------ what was observed


def _unlike_checkpoint(accused: Accused, fields: Fields) -> Held:
    key, log = _log(accused, fields)
    checkpoint = _signed(fields["checkpoint"], key)
    index = read_integer(fields["index"], "index", 0, INTEGER_BOUND - 1)
    read_text(fields["entry"], "entry")
    if index >= checkpoint.size:
        raise _shows_nothing("le point de contrôle", "the checkpoint")
    return _observed(
        fields,
        f"ce que le serveur a donné à la place {index} de {log.fr} ne va pas avec le point de"
        f" contrôle qu'il a signé, de taille {checkpoint.size}",
        f"what the server gave at place {index} of {log.en} does not fit the checkpoint of size"
        f" {checkpoint.size} that it signed",
    )


def _booth_changed(accused: Accused, fields: Fields) -> Held:
    path = read_text(fields["path"], "path")
    given, sealed = (read_hash(fields[name], name) for name in ("sha256", "sealed_sha256"))
    if given == sealed or (path, sealed) not in accused.server.booth:
        raise _shows_nothing("le fichier du programme de vote", "the booth's file")
    name = shown(path, len(path))
    return _observed(
        fields,
        f"le serveur a donné au navigateur un autre fichier « {name} » que celui que l'élection a"
        " scellé ; le journal dit si le bureau l'a remplacé",
        f"the server gave browsers another file “{name}” than the election sealed; the journal"
        " tells whether the committee replaced it",
    )


def _stalled(accused: Accused, fields: Fields) -> Held:
    key = accused.server.board_key
    stamp = _stamp(_signed(fields["checkpoint"], key), key)
    if read_integer(fields["seen_at"], "seen_at", 0, YEAR_10000 - 1) - stamp <= STALLED_SECONDS:
        raise _shows_nothing("le point de contrôle", "the checkpoint")
    when = moment(stamp)
    return _observed(
        fields,
        f"le serveur ne publiait plus rien : sa dernière publication était signée {when.fr}",
        f"the server no longer published: its last publication was signed {when.en}",
    )


def _withheld(accused: Accused, fields: Fields) -> Held:
    key, log = _log(accused, fields)
    checkpoint = _signed(fields["checkpoint"], key)
    stamp = _stamp(checkpoint, key)
    if read_integer(fields["seen_at"], "seen_at", 0, YEAR_10000 - 1) - stamp <= STALLED_SECONDS:
        raise _shows_nothing("le point de contrôle", "the checkpoint")
    when = moment(stamp)
    return _observed(
        fields,
        f"plus d'une heure après avoir signé {log.fr} de taille {checkpoint.size} ({when.fr}), le"
        " serveur ne la donnait pas à lire",
        f"over an hour after it had signed {log.en} of size {checkpoint.size} ({when.en}), the"
        " server did not give it to read",
    )


def _observed(fields: Fields, fr: str, en: str) -> Held:
    return Held(
        Text(fr, en),
        plain_text(fields["observer"], "observer"),
        read_integer(fields["seen_at"], "seen_at", 0, YEAR_10000 - 1),
    )


# ------------------------------------------------------------------ parts


def _log(accused: Accused, fields: Fields) -> tuple[VerifierKey, Text]:
    """The key of the log that is named, and how a sentence names it."""
    log = read_text(fields["log"], "log")
    if log not in LOGS:
        raise Malformed("« log » inconnu (§21)", "unknown “log” (§21)")
    return accused.server.log_key(log), LOGS[log]


def _note(value: Any) -> bytes:  # noqa: ANN401
    return read_text(value, "note").encode("utf-8")


def _signed(value: Any, key: VerifierKey) -> Checkpoint:  # noqa: ANN401
    """A checkpoint of this log, signed by it (§18.3)."""
    checkpoint = decode_checkpoint(_note(value))
    if checkpoint.origin != key.name or not checkpoint.signed_by(key):
        raise _unsigned()
    return checkpoint


def _stamp(checkpoint: Checkpoint, key: VerifierKey) -> int:
    """The time of the log's own stamp (§18.6)."""
    time = cosigned_at(checkpoint, stamp_key(key))
    if time is None:
        raise Malformed("un point de contrôle sans tampon (§18.6)", "no stamp (§18.6)")
    return time


def _proof(value: Any) -> list[bytes]:  # noqa: ANN401
    return [bytes.fromhex(read_hash(item, "proof")) for item in read_list(value, "proof")]


def _unsigned() -> Malformed:
    return Malformed(
        "ce n'est pas signé par la clé de cette élection (§18.3)",
        "it is not signed by this election's key (§18.3)",
    )


def _shows_nothing(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} : rien de tel n'est montré (§21)", f"{en}: nothing is shown (§21)")


KINDS = {
    "fork": Kind("log first second proof", _fork),
    "rollback": Kind("log first second", _rollback),
    "promise-broken": Kind("promise checkpoint leaf proof", _promise_broken),
    "unlike-checkpoint": Kind("log checkpoint index entry observer seen_at", _unlike_checkpoint),
    "booth-changed": Kind("path sha256 sealed_sha256 observer seen_at", _booth_changed),
    "stalled": Kind("checkpoint observer seen_at", _stalled),
    "withheld": Kind("log checkpoint observer seen_at", _withheld),
}
