# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of evidence, what each must show and what it then says: docs/protocol.md §21.

Some convict: nobody but the holder of the server's key can have made them. The others are
observations, which rest on the word of whoever saw.
"""

from __future__ import annotations

from audit.binding import YEAR_10000
from audit.evidence_parts import (
    STALLED_SECONDS,
    Accused,
    Fields,
    Held,
    Kind,
    read_log,
    read_proof,
    read_signed,
    shows_nothing,
    stamped_at,
)
from audit.evidence_promises import (
    promise_beyond,
    promise_broken,
    promise_contradicts,
    promise_ended,
    promise_overdue,
    promise_too_far,
    published_late,
)
from audit.log_sizes import most_of
from audit.moments import moment
from audit.notes import Checkpoint, VerifierKey
from audit.plain_text import plain_text
from audit.strict_json import INTEGER_BOUND, read_hash, read_integer, read_text
from audit.tree import EMPTY_ROOT
from audit.tree_proofs import (
    Leaves,
    begun_consistency_proof,
    consistent_roots,
)
from audit.words import Text, shown


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
    key, log = read_log(accused, fields)
    first, second = read_signed(fields["first"], key), read_signed(fields["second"], key)
    proof = read_proof(fields["proof"])
    if not _exclude_each_other(first, second, proof):
        raise shows_nothing("les deux points de contrôle", "the two checkpoints")
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
    key, log = read_log(accused, fields)
    first, second = read_signed(fields["first"], key), read_signed(fields["second"], key)
    before, after = stamped_at(first, key), stamped_at(second, key)
    if not (before < after and second.size < first.size):
        raise shows_nothing("les deux points de contrôle", "the two checkpoints")
    early, late = moment(before), moment(after)
    return Held(
        Text(
            f"le serveur a raccourci {log.fr} : taille {first.size}, signée {early.fr}, puis"
            f" taille {second.size} seulement, {late.fr}",
            f"the server shortened {log.en}: size {first.size}, signed {early.en}, then size"
            f" {second.size} only, {late.en}",
        )
    )


def _oversized(accused: Accused, fields: Fields) -> Held:
    key, log = read_log(accused, fields)
    checkpoint = read_signed(fields["checkpoint"], key)
    most = most_of(fields["log"], accused.binding)
    if checkpoint.size <= most:
        raise shows_nothing("le point de contrôle", "the checkpoint")
    return Held(
        Text(
            f"le serveur a signé {log.fr} de taille {checkpoint.size}, alors que cette élection ne"
            f" permet pas plus de {most}",
            f"the server signed {log.en} of size {checkpoint.size}, and this election permits"
            f" {most} at most",
        ),
    )


# ------------------------------------------------------------------ what was observed


def _unlike_checkpoint(accused: Accused, fields: Fields) -> Held:
    key, log = read_log(accused, fields)
    checkpoint = read_signed(fields["checkpoint"], key)
    index = read_integer(fields["index"], "index", 0, INTEGER_BOUND - 1)
    read_text(fields["entry"], "entry")
    if index >= checkpoint.size:
        raise shows_nothing("le point de contrôle", "the checkpoint")
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
        raise shows_nothing("le fichier du programme de vote", "the booth's file")
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
    when = moment(_old_stamp(fields, read_signed(fields["checkpoint"], key), key))
    return _observed(
        fields,
        f"le serveur ne publiait plus rien : sa dernière publication était signée {when.fr}",
        f"the server no longer published: its last publication was signed {when.en}",
    )


def _withheld(accused: Accused, fields: Fields) -> Held:
    key, log = read_log(accused, fields)
    checkpoint = read_signed(fields["checkpoint"], key)
    when = moment(_old_stamp(fields, checkpoint, key))
    return _observed(
        fields,
        f"plus d'une heure après avoir signé {log.fr} de taille {checkpoint.size} ({when.fr}), le"
        " serveur ne la donnait pas à lire",
        f"over an hour after it had signed {log.en} of size {checkpoint.size} ({when.en}), the"
        " server did not give it to read",
    )


def _promise_overdue(accused: Accused, fields: Fields) -> Held:
    return _observed(fields, *promise_overdue(accused, fields, _seen_at(fields)))


def _promise_late(accused: Accused, fields: Fields) -> Held:
    return _observed(fields, *published_late(accused, fields))


def _promise_too_far(accused: Accused, fields: Fields) -> Held:
    return _observed(fields, *promise_too_far(accused, fields, _seen_at(fields)))


def _old_stamp(fields: Fields, checkpoint: Checkpoint, key: VerifierKey) -> int:
    """The stamp of a checkpoint, more than an hour before it was seen (§21)."""
    stamp = stamped_at(checkpoint, key)
    if _seen_at(fields) - stamp <= STALLED_SECONDS:
        raise shows_nothing("le point de contrôle", "the checkpoint")
    return stamp


def _observed(fields: Fields, fr: str, en: str) -> Held:
    return Held(Text(fr, en), plain_text(fields["observer"], "observer"), _seen_at(fields))


def _seen_at(fields: Fields) -> int:
    return read_integer(fields["seen_at"], "seen_at", 0, YEAR_10000 - 1)


KINDS = {
    "fork": Kind("log first second proof", _fork),
    "rollback": Kind("log first second", _rollback),
    "oversized": Kind("log checkpoint", _oversized),
    "promise-broken": Kind("promise checkpoint leaf proof", promise_broken),
    "promise-contradicts": Kind("promise event", promise_contradicts),
    "promise-ended": Kind("promise checkpoint event proof", promise_ended),
    "promise-beyond": Kind("promise", promise_beyond),
    "unlike-checkpoint": Kind("log checkpoint index entry observer seen_at", _unlike_checkpoint),
    "booth-changed": Kind("path sha256 sealed_sha256 observer seen_at", _booth_changed),
    "stalled": Kind("checkpoint observer seen_at", _stalled),
    "withheld": Kind("log checkpoint observer seen_at", _withheld),
    "promise-overdue": Kind("promise checkpoint observer seen_at", _promise_overdue),
    "promise-late": Kind("promise before checkpoint observer seen_at", _promise_late),
    "promise-too-far": Kind("promise checkpoint observer seen_at", _promise_too_far),
}
