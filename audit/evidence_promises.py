# SPDX-License-Identifier: AGPL-3.0-or-later
"""Promises that convict: docs/protocol.md §20.1, §21."""

from __future__ import annotations

from audit.chain import read_event
from audit.evidence_parts import (
    LATE_SECONDS,
    STALLED_SECONDS,
    Accused,
    Fields,
    Held,
    read_note,
    read_proof,
    read_signed,
    shows_nothing,
    stamped_at,
    unsigned,
)
from audit.moments import moment
from audit.notes import Checkpoint, VerifierKey
from audit.promises import Promise, decode_promise
from audit.strict_json import read_hash, read_text
from audit.tree import leaf_hash
from audit.tree_proofs import included_root
from audit.words import Text, count


def promise_broken(accused: Accused, fields: Fields) -> Held:
    """What was promised is late, or something else is in its place."""
    key = accused.server.board_key
    promise = _promise(accused, fields)
    checkpoint, proof = read_signed(fields["checkpoint"], key), read_proof(fields["proof"])
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
            f"the server promised to publish a ballot at place {promise.index}"
            f" {until.en} at the latest, and {how.en}",
        )
    )


def _too_late(
    promise: Promise, checkpoint: Checkpoint, key: VerifierKey, proof: list[bytes]
) -> Text:
    """The time is over and the board is still too short."""
    after = stamped_at(checkpoint, key)
    if proof or not (after > promise.until and checkpoint.size <= promise.index):
        raise shows_nothing("la promesse", "the promise")
    when, events = moment(after), count(checkpoint.size, "événement", "event")
    return Text(
        f"{when.fr} l'urne n'avait que {events.fr}",
        f"{when.en} the board had {events.en} only",
    )


def _another(promise: Promise, checkpoint: Checkpoint, leaf: bytes, proof: list[bytes]) -> Text:
    """Another event is where the promised one was to be."""
    root = included_root(leaf, promise.index, checkpoint.size, proof)
    if leaf == promise.leaf or root != checkpoint.root:
        raise shows_nothing("la promesse", "the promise")
    return Text("y a publié autre chose", "published something else there")


def promise_overdue(accused: Accused, fields: Fields, seen_at: int) -> Text:
    """The time is long over, and the last that was shown is still too short: on a word (§21)."""
    promise = _promise(accused, fields)
    checkpoint = read_signed(fields["checkpoint"], accused.server.board_key)
    if checkpoint.size > promise.index or seen_at - promise.until <= STALLED_SECONDS:
        raise shows_nothing("la promesse", "the promise")
    until, events = moment(promise.until), count(checkpoint.size, "événement", "event")
    return Text(
        f"le serveur a promis de publier un bulletin à la place {promise.index}, au plus tard"
        f" {until.fr} ; plus d'une heure après, l'urne qu'il montrait n'avait que {events.fr}",
        f"the server promised to publish a ballot at place {promise.index} {until.en} at the"
        f" latest; over an hour later the board that it showed had {events.en} only",
    )


def published_late(accused: Accused, fields: Fields) -> Text:
    """It came when the time was over, and what was shown until then lacked it: on a word (§21)."""
    promise, key = _promise(accused, fields), accused.server.board_key
    before, checkpoint = (read_signed(fields[name], key) for name in ("before", "checkpoint"))
    early, late = stamped_at(before, key), stamped_at(checkpoint, key)
    if not (
        before.size <= promise.index < checkpoint.size
        and early <= promise.until < late - LATE_SECONDS
    ):
        raise shows_nothing("la promesse", "the promise")
    until, when = moment(promise.until), moment(late)
    return Text(
        f"le serveur a promis de publier un bulletin à la place {promise.index}, au plus tard"
        f" {until.fr} ; il montrait encore après cela une urne qui ne l'avait pas, et ne l'a"
        f" publié que dans un état signé {when.fr}",
        f"the server promised to publish a ballot at place {promise.index} {until.en} at the"
        " latest; after that it still showed a board without it, and published it only in a"
        f" state signed {when.en}",
    )


def promise_contradicts(accused: Accused, fields: Fields) -> Held:
    """The event that was promised is that of another ballot than was promised (§20.1)."""
    promise = _promise(accused, fields)
    event = read_text(fields["event"], "event").encode("utf-8")
    said = read_event(event)
    if leaf_hash(event) != promise.leaf or (said and said.payload == promise.ballot):
        raise shows_nothing("la promesse", "the promise")
    return Held(
        Text(
            f"le serveur a promis un bulletin à la place {promise.index}, et l'événement qu'il a"
            " promis pour lui est celui d'un autre",
            f"the server promised a ballot at place {promise.index}, and the event that it"
            " promised for it is that of another",
        )
    )


def promise_ended(accused: Accused, fields: Fields) -> Held:
    """The ballots have ended before the place that was promised (§10.2)."""
    promise = _promise(accused, fields)
    checkpoint = read_signed(fields["checkpoint"], accused.server.board_key)
    proof, event = read_proof(fields["proof"]), read_text(fields["event"], "event").encode("utf-8")
    said = read_event(event)
    if said is None or (said.kind, said.written()) != ("EndBallots", event):
        raise shows_nothing("l'événement", "the event")
    root = included_root(leaf_hash(event), said.height, checkpoint.size, proof)
    if said.height > promise.index or root != checkpoint.root:
        raise shows_nothing("la promesse", "the promise")
    return Held(
        Text(
            f"le serveur a promis un bulletin à la place {promise.index}, et a terminé les"
            f" bulletins à la place {said.height}, sans lui",
            f"the server promised a ballot at place {promise.index}, and ended the ballots at"
            f" place {said.height}, without it",
        )
    )


def promise_beyond(accused: Accused, fields: Fields) -> Held:
    """The time that was promised is one that no server may promise, whatever the hour (§20.1)."""
    promise = _promise(accused, fields)
    if not promise.is_beyond(accused.closes_at):
        raise shows_nothing("la promesse", "the promise")
    until, closes = moment(promise.until), moment(accused.closes_at)
    return Held(
        Text(
            f"le serveur a promis un bulletin {until.fr} au plus tard, pour une élection qui"
            f" ferme {closes.fr} : aucune promesse ne va plus d'un an au-delà (§20.1)",
            f"the server promised a ballot {until.en} at the latest, in an election that closes"
            f" {closes.en}: no promise goes more than a year beyond that (§20.1)",
        ),
    )


def promise_too_far(accused: Accused, fields: Fields, seen_at: int) -> Text:
    """The time that was promised is later than a server may have promised by now: on a word."""
    key = accused.server.board_key
    promise, checkpoint = _promise(accused, fields), read_signed(fields["checkpoint"], key)
    stamp = stamped_at(checkpoint, key)
    if not promise.is_too_far(seen_at, stamp):
        raise shows_nothing("la promesse", "the promise")
    until, when = moment(promise.until), moment(stamp)
    return Text(
        f"le serveur a promis un bulletin {until.fr} au plus tard, et sa dernière publication"
        f" était signée {when.fr} : une promesse va au plus à 16 minutes (§20.1)",
        f"the server promised a ballot {until.en} at the latest, and its last publication was"
        f" signed {when.en}: a promise goes 16 minutes ahead at most (§20.1)",
    )


def _promise(accused: Accused, fields: Fields) -> Promise:
    promise = decode_promise(read_note(fields["promise"]))
    if not promise.signed_by(accused.server.board_key):
        raise unsigned()
    return promise
