# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts, judged by a record of the election: docs/protocol.md §20.3."""

from __future__ import annotations

from dataclasses import replace

from audit.moments import moment
from audit.promises import is_too_far
from audit.published import Published
from audit.receipt_links import ReceiptLink
from audit.receipts import Receipt, verify_receipt
from audit.rulings import OTHER_KEY, Ruled, Ruling, beyond, elsewhere, gone, last_stamp
from audit.words import Malformed, Text

_NO_STAMP = Text(
    "le bulletin a été publié, mais le reçu n'a pas, une fois et juste, l'heure que l'urne a signée"
    " (§20.2)",
    "the ballot was published, but the receipt has not, once and true, the time that the board"
    " signed (§20.2)",
)


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
    stamped = rule_stamp(receipt, clock, published.stamp)
    if stamped is not None and ruled.ruling in (Ruling.HOLDS, Ruling.WAITS):
        return replace(stamped, tracker=ruled.tracker)
    return ruled


def rule_stamp(receipt: Receipt, clock: int, last: int | None = None) -> Ruled | None:
    """The ruling on a receipt whose stamp may not show later that the board was shortened (§20.2).

    A time to come is one by this machine's clock alone, which may be the wrong one.

    Args:
        receipt: one that verifies.
        clock: of whoever reads it, in seconds since 1970 UTC.
        last: the last stamp that is known of this board.
    """
    stamp = receipt.stamped_at
    if stamp is None:
        return Ruled(Ruling.INCOMPLETE, _NO_STAMP)
    if not is_too_far(stamp, clock, last):
        return None
    when, now, end = moment(stamp), moment(clock), last_stamp(last)
    return Ruled(
        Ruling.AHEAD,
        Text(
            f"le bulletin a été publié, mais l'urne a signé ce reçu {when.fr}, et l'horloge de cet"
            f" ordinateur dit {now.fr}{end.fr} (§20.2)",
            f"the ballot was published, but the board signed this receipt {when.en}, and this"
            f" computer's clock says {now.en}{end.en} (§20.2)",
        ),
    )


def _judged(receipt: Receipt, published: Published) -> Ruled:
    refused = _refused(receipt, published)
    if refused is not None:
        return refused
    shortened = _shortened(receipt, published)
    leaf, ballot = published.leaf(receipt.index), published.ballot(receipt.index)
    if leaf is None:
        return shortened or beyond(receipt.index, published)
    if leaf != receipt.leaf or ballot is None:
        return gone(receipt.index)
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
        return elsewhere(link.origin, published)
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
    if receipt.key.name != published.key.name:
        return elsewhere(receipt.key.name, published)
    try:
        verify_receipt(receipt)
    except Malformed as refusal:
        return Ruled(Ruling.WORTHLESS, refusal.text)
    return None if receipt.key == published.key else Ruled(Ruling.WORTHLESS, OTHER_KEY)


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
