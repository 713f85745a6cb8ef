# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts and promises, judged by a record of the election: docs/protocol.md §20.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from audit.moments import moment
from audit.promises import Promise, is_too_far
from audit.published import Published
from audit.receipt_links import ReceiptLink
from audit.receipts import Receipt, verify_receipt
from audit.words import Malformed, Text, count, shown

_NO_STAMP = Text(
    "le bulletin a été publié, mais le reçu n'a pas, une fois et juste, l'heure que l'urne a signée"
    " (§20.2)",
    "the ballot was published, but the receipt has not, once and true, the time that the board"
    " signed (§20.2)",
)
_OTHER_KEY = Text(
    "ce n'est pas signé par la clé de cette élection", "it is not signed by this election's key"
)
LONGEST_NAME = 300


class Ruling(Enum):
    """What a receipt or a promise comes to."""

    HOLDS = "holds"  # published, kept
    WAITS = "waits"  # the record is too early to tell
    INCOMPLETE = "incomplete"  # published, but the paper lacks what a later conviction may need
    WORTHLESS = "worthless"  # proves nothing, accuses nobody
    ELSEWHERE = "elsewhere"  # of another election
    TOO_FAR = "too far"  # no server may have promised so by now
    CONVICTS_ALONE = "convicts alone"  # whoever holds the board's key, whatever was published
    CONVICTS = "convicts"  # whoever holds the board's key, if the record is what was published


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling, why, and the tracker of the ballot where the record has it."""

    ruling: Ruling
    why: Text
    tracker: str | None = None


def rule_receipt(receipt: Receipt, published: Published, clock: int) -> Ruled:
    """What a receipt is worth, given what was published (§20.3).

    One that accuses nobody must be whole: without a stamp that can be it cannot show that the board
    was shortened later.

    Args:
        receipt: what was given.
        published: the board to judge it by.
        clock: of this machine, in seconds since 1970 UTC.
    """
    ruled = _judged(receipt, published)
    lacking = stamp_fault(receipt, clock, published.stamp)
    if lacking is not None and ruled.ruling in (Ruling.HOLDS, Ruling.WAITS):
        return Ruled(Ruling.INCOMPLETE, lacking, ruled.tracker)
    return ruled


def stamp_fault(receipt: Receipt, clock: int, last: int | None = None) -> Text | None:
    """What the stamp of a receipt lacks, to show later that the board was shortened (§20.2).

    Args:
        receipt: one that verifies.
        clock: of whoever reads it.
        last: the last stamp that is known of this board.
    """
    stamp = receipt.stamped_at
    if stamp is None:
        return _NO_STAMP
    if not is_too_far(stamp, clock, last):
        return None
    when, now = moment(stamp), moment(clock)
    return Text(
        f"le bulletin a été publié, mais l'urne a signé ce reçu pour plus tard, {when.fr}, et"
        f" l'horloge de cet ordinateur dit {now.fr} : voyez d'abord qu'elle est juste (§20.2)",
        f"the ballot was published, but the board signed this receipt for later, {when.en}, and"
        f" this computer's clock says {now.en}: see first that it is right (§20.2)",
    )


def _judged(receipt: Receipt, published: Published) -> Ruled:
    refused = _refused(receipt, published)
    if refused is not None:
        return refused
    shortened = _shortened(receipt, published)
    leaf, ballot = published.leaf(receipt.index), published.ballot(receipt.index)
    if leaf is None:
        return shortened or _beyond(receipt.index, published)
    if leaf != receipt.leaf or ballot is None:
        return _gone(receipt.index)
    if ballot[1] != receipt.tracker:
        return Ruled(
            Ruling.WORTHLESS,
            Text(
                "son suivi n'est pas celui du bulletin dont il parle (§9.5)",
                "its tracker is not that of the ballot it speaks of (§9.5)",
            ),
            ballot[1],
        )
    return shortened or _compared(receipt, published)


def rule_link(link: ReceiptLink, published: Published) -> Ruled:
    """The same of a receipt that came as a link, read with the board's key (§20.4)."""
    if link.origin != published.key.name:
        return _elsewhere(link.origin, published)
    try:
        receipt = link.receipt(published.key)
    except Malformed as refusal:
        return Ruled(Ruling.WORTHLESS, refusal.text)
    return _judged(receipt, published)  # a link has no room for a stamp


def _shortened(receipt: Receipt, published: Published) -> Ruled | None:
    """The ruling where, of receipt and record, the board that was signed later is the smaller."""
    size, stamp = receipt.checkpoint.size, receipt.stamped_at
    if published.stamp is None or stamp is None:
        return None
    (before, more), (after, less) = sorted([(stamp, size), (published.stamp, published.size)])
    if not (before < after and less < more):
        return None
    early, late = moment(before), moment(after)
    return Ruled(
        Ruling.CONVICTS,
        Text(
            f"le serveur a raccourci l'urne : {more} événements signés {early.fr}, puis"
            f" {less} seulement {late.fr} (§20.3)",
            f"the server shortened the board: {more} events signed {early.en}, then only"
            f" {less} {late.en} (§20.3)",
        ),
    )


def _refused(receipt: Receipt, published: Published) -> Ruled | None:
    """The ruling on a receipt that says nothing of this election, or None."""
    try:
        verify_receipt(receipt)
    except Malformed as refusal:
        return Ruled(Ruling.WORTHLESS, refusal.text)
    if receipt.key.name != published.key.name:
        return _elsewhere(receipt.key.name, published)
    return None if receipt.key == published.key else Ruled(Ruling.WORTHLESS, _OTHER_KEY)


def _elsewhere(origin: str, published: Published) -> Ruled:
    theirs, ours = shown(origin, LONGEST_NAME), shown(published.key.name, LONGEST_NAME)
    why = Text(
        f"son urne est {theirs}, celle de ce dossier {ours}",
        f"its board is {theirs}, that of this record {ours}",
    )
    return Ruled(Ruling.ELSEWHERE, why)


def _compared(receipt: Receipt, published: Published) -> Ruled:
    """The ballot is there; whether the board that the receipt saw is the beginning of this one."""
    size = receipt.checkpoint.size
    root = published.root(size)
    if root is None and published.board.result is None:
        return Ruled(
            Ruling.HOLDS,
            Text(
                "le bulletin est dans l'urne ; le dossier donné est plus ancien que le reçu",
                "the ballot is on the board; the record given is older than the receipt",
            ),
            receipt.tracker,
        )
    if root != receipt.checkpoint.root:
        return Ruled(
            Ruling.CONVICTS,
            Text(
                f"le serveur a signé une autre urne de taille {size} que celle de ce dossier"
                " (§20.3)",
                f"the server signed another board of size {size} than this record's (§20.3)",
            ),
            receipt.tracker,
        )
    return Ruled(
        Ruling.HOLDS,
        Text(
            "le bulletin est dans l'urne, à sa place, et rien de ce que le reçu a vu n'a changé",
            "the ballot is on the board, at its place, and nothing that the receipt saw changed",
        ),
        receipt.tracker,
    )


def rule_promise(promise: Promise, published: Published, clock: int) -> Ruled:
    """Whether a promise is kept, broken, or still waits (§20.3).

    Args:
        promise: what was given.
        published: the board to judge it by.
        clock: of this machine, in seconds since 1970 UTC.
    """
    refused = _refused_promise(promise, published)
    if refused is not None:
        return refused
    leaf = published.leaf(promise.index)
    if leaf is None:
        return _not_there(promise, published, clock)
    ballot = published.ballot(promise.index)
    if leaf != promise.leaf:
        return _gone(promise.index)
    if ballot is None or ballot[0] != promise.ballot:
        return _contradicted(promise.index)
    return Ruled(
        Ruling.HOLDS,
        Text("le bulletin promis est dans l'urne", "the promised ballot is on the board"),
        ballot[1],
    )


def _refused_promise(promise: Promise, published: Published) -> Ruled | None:
    """The ruling on a promise that says nothing of this election, or None."""
    if promise.origin != published.key.name:
        return _elsewhere(promise.origin, published)
    if not promise.signed_by(published.key):
        return Ruled(Ruling.WORTHLESS, _OTHER_KEY)
    return None


def _not_there(promise: Promise, published: Published, clock: int) -> Ruled:
    """The ruling on a promise whose place the record does not reach."""
    ruled = _beyond(promise.index, published)
    if ruled.ruling is not Ruling.WAITS:
        return ruled
    late = published.stamp is not None and published.stamp > promise.until
    return _late(promise, published) if late else _far(promise, published, clock) or ruled


def _far(promise: Promise, published: Published, clock: int) -> Ruled | None:
    """The ruling on a promise for a time that is too far away, or None (§20.1)."""
    if promise.is_beyond(published.closes_at):
        return _beyond_any(promise, published)
    until = moment(promise.until)
    if promise.is_too_far(clock, published.stamp):
        now, last = moment(clock), _last(published.stamp)
        return Ruled(
            Ruling.TOO_FAR,
            Text(
                f"elle promet {until.fr}, et l'horloge de cet ordinateur dit {now.fr}{last.fr} :"
                " une promesse va au plus à 16 minutes (§20.1)",
                f"it promises {until.en}, and this computer's clock says"
                f" {now.en}{last.en}: a promise goes 16 minutes ahead at most (§20.1)",
            ),
        )
    return None


def _beyond_any(promise: Promise, published: Published) -> Ruled:
    """The ruling on a promise that no server may ever sign (§20.1)."""
    until, closes = moment(promise.until), moment(published.closes_at)
    return Ruled(
        Ruling.CONVICTS_ALONE,
        Text(
            f"elle promet {until.fr}, pour une élection qui ferme {closes.fr} : aucune promesse"
            " ne va plus d'un an au-delà (§20.1)",
            f"it promises {until.en}, in an election that closes {closes.en}: no promise goes"
            " more than a year beyond that (§20.1)",
        ),
    )


def _last(stamp: int | None) -> Text:
    """Up to when the record goes, by the server's own signature; nothing where none says it."""
    if stamp is None:
        return Text("", "")
    last = moment(stamp)
    return Text(f" (le dossier s'arrête {last.fr})", f" (the record ends {last.en})")


def _late(promise: Promise, published: Published) -> Ruled:
    until, now = moment(promise.until), moment(published.stamp or 0)
    return Ruled(
        Ruling.CONVICTS,
        Text(
            f"le bulletin devait être publié au plus tard {until.fr} ; {now.fr}, il ne l'est pas"
            " (§20.3)",
            f"the ballot was to be published {until.en} at the latest, and {now.en} it is not"
            " (§20.3)",
        ),
    )


def _beyond(index: int, published: Published) -> Ruled:
    """The record has no such place: it is older, or the ballots have ended without this one."""
    if published.end is not None:
        return Ruled(
            Ruling.CONVICTS,
            Text(
                f"les bulletins se terminent à la place {published.end}, et celui de la place"
                f" {index} n'y est pas (§20.3)",
                f"ballots end at place {published.end}, and that of place {index} is not there"
                " (§20.3)",
            ),
        )
    events = count(published.size, "événement", "event")
    return Ruled(
        Ruling.WAITS,
        Text(
            f"le dossier donné a {events.fr} et ne va pas jusqu'à la place {index}",
            f"the record given has {events.en} and does not reach place {index}",
        ),
    )


def _contradicted(index: int) -> Ruled:
    """The promise names the event of another ballot: by itself it is false (§21)."""
    return Ruled(
        Ruling.CONVICTS,
        Text(
            f"l'événement promis pour ce bulletin, à la place {index}, est celui d'un autre"
            " (§20.3, §21)",
            f"the event promised for this ballot, at place {index}, is that of another"
            " (§20.3, §21)",
        ),
    )


def _gone(index: int) -> Ruled:
    return Ruled(
        Ruling.CONVICTS,
        Text(
            f"à la place {index} de l'urne il y a autre chose (§20.3)",
            f"at place {index} of the board there is something else (§20.3)",
        ),
    )
