# SPDX-License-Identifier: AGPL-3.0-or-later
"""Promises, judged by a record of the election: docs/protocol.md §20.3."""

from __future__ import annotations

from audit.moments import moment
from audit.promises import Promise
from audit.published import Published
from audit.rulings import OTHER_KEY, Ruled, Ruling, beyond, elsewhere, gone, last_stamp
from audit.words import Text

_TWO_BOARDS = Text(
    "elle nomme une urne et porte la signature d'une autre : elle est abîmée (§20.1)",
    "it names one board and has the signature of another: it is damaged (§20.1)",
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
        return gone(promise.index)
    if ballot is None or ballot[0] != promise.ballot:
        return _contradicted(promise.index)
    return Ruled(
        Ruling.HOLDS,
        Text("le bulletin promis est dans l'urne", "the promised ballot is on the board"),
        ballot[1],
    )


def _refused_promise(promise: Promise, published: Published) -> Ruled | None:
    """The ruling on a promise that says nothing of this election, or None."""
    if promise.origin != promise.signer:
        return Ruled(Ruling.WORTHLESS, _TWO_BOARDS)
    if promise.origin != published.key.name:
        return elsewhere(promise.origin, published)
    if not promise.signed_by(published.key):
        return Ruled(Ruling.WORTHLESS, OTHER_KEY)
    return None


def _not_there(promise: Promise, published: Published, clock: int) -> Ruled:
    """The ruling on a promise whose place the record does not reach."""
    ruled = beyond(promise.index, published)
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
        now, last = moment(clock), last_stamp(published.stamp)
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
