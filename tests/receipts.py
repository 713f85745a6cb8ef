# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts and promises of a simulated election, on a board of any size: docs/protocol.md §20."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.events import EventKind
from protocol.merkle import TreeHasher, leaf_hash
from protocol.merkle_proofs import prove_inclusion, subtrees_of
from protocol.promises import Promise, sign_promise
from protocol.receipts import Receipt
from protocol.server_binding import BOARD
from tests.simulator import OPENS_AT, SimulatedElection


def make_receipt(
    election: SimulatedElection,
    elector: int = 0,
    size: int = 0,
    cosigned: Sequence[int] = (),
    at: int | None = OPENS_AT + 3600,
) -> bytes:
    """Return the receipt of an elector's ballot: §20.2.

    Args:
        size: of the board; what is missing is filled with leaves of nothing.
        cosigned: by which witnesses, from 1.
        at: the time of the stamp; None for no stamp.
    """
    events = election.events(EventKind.BALLOT)
    leaves = [leaf_hash(event.encode()) for event in events]
    leaves += [leaf_hash(b"filler %d" % i) for i in range(size - len(leaves))]
    hasher = TreeHasher()
    for leaf in leaves:
        hasher.append_leaf(leaf)
    event = events[elector + 1]
    return Receipt.of(
        election.ballots[elector].tracker(),
        event,
        election.log_key(BOARD).verifier_key,
        prove_inclusion(event.height, len(leaves), subtrees_of(leaves)),
        election.checkpoint(BOARD, hasher.position(), at, cosigned),
    ).encode()


def make_promise(election: SimulatedElection, elector: int, until: int) -> bytes:
    """Return the promise for an elector's ballot, signed by the board's key: §20.1."""
    event, key = election.events(EventKind.BALLOT)[elector + 1], election.log_key(BOARD)
    return sign_promise(Promise.of(key.name, event, until), key)
